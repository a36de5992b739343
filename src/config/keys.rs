//! The keys of `authctl.toml` and the types of their values. Reports all faults, with position, key and expected
//! value.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use self::Shape::{Anything, Count, Each, Flag, Keys, OneOf, Text, Texts};
use crate::error::suggest::nearest;

/// The type of a key's value. serde parses the meaning of a text, such as a duration, a rate or a hasher.
enum Shape {
    Text,
    Texts,
    Flag,
    Count,
    OneOf(&'static [&'static str]),
    Anything,
    /// A table with these keys.
    Keys(&'static [(&'static str, Shape)]),
    /// A table with keys of the project.
    Each(&'static Shape),
}

const FILE: &[(&str, Shape)] = &[
    ("db", Text),
    ("database", Keys(&[("user_table", Text), ("login_column", Text), ("time_zone", Text)])),
    (
        "register",
        Keys(&[
            ("username_from", OneOf(&["username", "email"])),
            ("required", Texts),
            ("profile", Text),
            ("defaults", Each(&Anything)),
        ]),
    ),
    (
        "profiles",
        Each(&Keys(&[
            ("table", Text),
            ("fields", Each(&Text)),
            ("required", Texts),
            ("staff", Flag),
            ("defaults", Each(&Anything)),
            ("migrations", Texts),
        ])),
    ),
    ("login", Keys(&[("throttle", Text)])),
    (
        "tokens",
        Keys(&[
            ("scheme", OneOf(&["drf", "knox"])),
            ("ttl", Text),
            ("prefix", Text),
            ("limit", Count),
            ("hash", OneOf(&["sha256", "sha384", "sha512"])),
        ]),
    ),
    ("passwords", Keys(&[("hasher", Text), ("require_strong", Flag)])),
    ("audit", Keys(&[("file", Text)])),
];

/// The position in bytes, and the message of a fault.
pub type Flaw = (usize, String);

/// Returns all faults of the text in order: syntax errors, or else unknown keys and invalid values.
pub fn flaws(text: &str) -> Vec<Flaw> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut flaws: Vec<Flaw> = errors
        .iter()
        .map(|error| (error.span().map_or(0, |span| span.start), format!("{}.", error.message().trim_end())))
        .collect();
    if flaws.is_empty() {
        check_keys(FILE, "", table.get_ref(), &mut flaws);
    }
    flaws.sort();
    flaws
}

fn check_keys(known: &[(&str, Shape)], above: &str, table: &DeTable<'_>, flaws: &mut Vec<Flaw>) {
    for (key, value) in table {
        let name = &**key.get_ref();
        let names = known.iter().map(|(name, _)| *name);
        if let Some((_, shape)) = known.iter().find(|(known, _)| *known == name) {
            check_value(shape, &format!("{above}{name}"), value, flaws);
            continue;
        }
        let hint = nearest(name, names.clone()).map_or_else(
            || format!("Known keys: {}.", names.collect::<Vec<_>>().join(", ")),
            |near| format!("Did you mean `{near}`?"),
        );
        flaws.push((key.span().start, format!("unknown key `{name}`. {hint}")));
    }
}

fn check_value(shape: &Shape, name: &str, value: &Spanned<DeValue<'_>>, flaws: &mut Vec<Flaw>) {
    let is_text = |value: &Spanned<DeValue<'_>>| matches!(value.get_ref(), DeValue::String(_));
    let fits = match (shape, value.get_ref()) {
        (Anything, _) | (Text, DeValue::String(_)) | (Flag, DeValue::Boolean(_)) => true,
        (Texts, DeValue::Array(items)) => items.iter().all(is_text),
        (Count, DeValue::Integer(number)) => u64::from_str_radix(number.as_str(), number.radix()).is_ok(),
        (OneOf(words), DeValue::String(word)) => words.contains(&&**word),
        (Keys(known), DeValue::Table(table)) => {
            check_keys(known, &format!("{name}."), table, flaws);
            true
        }
        (Each(shape), DeValue::Table(table)) => {
            for (key, value) in table {
                check_value(shape, &format!("{name}.{}", key.get_ref()), value, flaws);
            }
            true
        }
        _ => false,
    };
    if !fits {
        flaws.push((value.span().start, format!("{name} must be {}.", expected(shape))));
    }
}

fn expected(shape: &Shape) -> String {
    match shape {
        Text => "a string".into(),
        Texts => "a list of strings, such as [\"email\"]".into(),
        Flag => "true or false".into(),
        Count => "a whole number".into(),
        OneOf(words) => words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" or "),
        Keys(_) | Each(_) | Anything => "a table".into(),
    }
}
