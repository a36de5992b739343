//! The keys of `authctl.toml` and the types of their values. Reports all faults, with position, key and expected
//! value.

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use self::Shape::{Anything, Count, Each, Flag, Keys, OneOf, Parsed, ParsedNames, Text, Texts};
use super::target;
use crate::django::passwords::{Algorithm, BadRecipe, Recipe};
use crate::django::rate::Rate;
use crate::django::tokens::Ttl;
use crate::django::tokens::knox;
use crate::error::suggest::nearest;

/// A byte offset, and a sentence about what is wrong there.
type Flaw = (usize, String);

/// The type of a key's value.
enum Shape {
    Text,
    /// A text with a meaning. Returns what is wrong, as the rest of a sentence that begins with the key.
    Parsed(fn(&str) -> Result<(), String>),
    Texts,
    /// A name with a meaning, or a list of such names. Returns what is wrong as [`Shape::Parsed`] does.
    ParsedNames(fn(&[String]) -> Result<(), String>),
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
    ("db", Parsed(database)),
    (
        "database",
        Keys(&[
            ("user_table", Text),
            ("login_column", Text),
            ("time_zone", Parsed(time_zone)),
            ("schema", ParsedNames(schemas)),
        ]),
    ),
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
    ("login", Keys(&[("throttle", Parsed(rate))])),
    (
        "tokens",
        Keys(&[
            ("scheme", OneOf(&["drf", "knox"])),
            ("table", Text),
            ("ttl", Parsed(ttl)),
            ("prefix", Parsed(prefix)),
            ("limit", Count),
            ("hash", OneOf(&["sha256", "sha384", "sha512"])),
        ]),
    ),
    ("passwords", Keys(&[("hasher", Parsed(hasher)), ("require_strong", Flag)])),
    ("audit", Keys(&[("file", Text)])),
];

/// Returns all faults of the text in order: syntax errors, or else unknown keys and invalid values.
pub fn flaws(text: &str) -> Vec<Flaw> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut flaws: Vec<Flaw> = errors
        .iter()
        .map(|error| (error.span().map_or(0, |span| span.start), format!("{}.", error.message().trim_end())))
        .collect();
    if flaws.is_empty() {
        check_keys(FILE, "", table.get_ref(), &mut flaws);
        check_profiles(table.get_ref(), &mut flaws);
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
        flaws.push((key.span().start, format!("{above}{name}: unknown key. {hint}")));
    }
}

/// Columns without a table are not created.
fn check_profiles(file: &DeTable<'_>, flaws: &mut Vec<Flaw>) {
    let Some(DeValue::Table(profiles)) = file.get("profiles").map(Spanned::get_ref) else { return };
    for (kind, profile) in profiles {
        let DeValue::Table(profile) = profile.get_ref() else { continue };
        if let (Some(fields), None) = (profile.get("fields"), profile.get("table"))
            && fields.get_ref().as_table().is_some_and(|fields| !fields.is_empty())
        {
            let kind = kind.get_ref();
            let message = format!("profiles.{kind}.fields requires a table, such as table = \"app_{kind}\".");
            flaws.push((fields.span().start, message));
        }
    }
}

fn check_value(shape: &Shape, name: &str, value: &Spanned<DeValue<'_>>, flaws: &mut Vec<Flaw>) {
    let is_text = |value: &Spanned<DeValue<'_>>| matches!(value.get_ref(), DeValue::String(_));
    let mut wrong = |reason: &str| flaws.push((value.span().start, format!("{name}{reason}.")));
    let fits = match (shape, value.get_ref()) {
        (Anything, DeValue::Integer(number)) => i64::from_str_radix(number.as_str(), number.radix()).is_ok(),
        (Anything, _) | (Text, DeValue::String(_)) | (Flag, DeValue::Boolean(_)) => true,
        (Parsed(parse), DeValue::String(text)) => {
            if let Err(reason) = parse(text) {
                wrong(&reason);
            }
            true
        }
        (ParsedNames(parse), value) => match names(value).map(|names| parse(&names)) {
            Some(Err(reason)) => {
                wrong(&reason);
                true
            }
            Some(Ok(())) => true,
            None => false,
        },
        (Texts, DeValue::Array(items)) => items.iter().all(is_text),
        (Count, DeValue::Integer(number)) => u64::from_str_radix(number.as_str(), number.radix()).is_ok(),
        (OneOf(words), DeValue::String(word)) => words.contains(&&**word),
        (Keys(known), DeValue::Table(table)) => {
            check_keys(known, &format!("{name}."), table, flaws);
            return;
        }
        (Each(shape), DeValue::Table(table)) => {
            for (key, value) in table {
                check_value(shape, &format!("{name}.{}", key.get_ref()), value, flaws);
            }
            return;
        }
        _ => false,
    };
    if !fits {
        wrong(&format!(" must be {}", expected(shape)));
    }
}

/// Returns the only name, or all names of a list.
fn names(value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::String(name) => Some(vec![name.to_string()]),
        DeValue::Array(items) => {
            items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
        }
        _ => None,
    }
}

fn expected(shape: &Shape) -> String {
    match shape {
        Text | Parsed(_) => "a string".into(),
        Texts => "a list of strings, such as [\"email\"]".into(),
        ParsedNames(_) => "a string or a list of strings".into(),
        Flag => "true or false".into(),
        Count => "a whole number of at least 0".into(),
        OneOf(words) => words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" or "),
        Keys(_) | Each(_) => "a table".into(),
        Anything => "a number of at most 64 bits".into(),
    }
}

/// Does not repeat a URL, since it may contain a password.
fn database(text: &str) -> Result<(), String> {
    target::check(text).map_err(|fault| format!(": {fault}"))
}

fn schemas(names: &[String]) -> Result<(), String> {
    target::check_schemas(names).map_err(|reason| format!(" {reason}"))
}

fn time_zone(name: &str) -> Result<(), String> {
    match TimeZone::get(name) {
        Ok(_) => Ok(()),
        Err(_) => Err(" must be a time zone that this machine knows, such as \"Europe/Berlin\"".into()),
    }
}

fn rate(text: &str) -> Result<(), String> {
    Rate::try_from(text.to_owned()).map(|_| ()).map_err(|reason| clause(&reason))
}

fn ttl(text: &str) -> Result<(), String> {
    text.parse::<Ttl>().map(|_| ()).map_err(|reason| clause(&reason))
}

/// Continues a sentence that begins with the key.
fn clause(reason: &str) -> String {
    match reason.strip_prefix("expected ") {
        Some(expected) => format!(" must be {expected}"),
        None => format!(" is {reason}"),
    }
}

fn prefix(text: &str) -> Result<(), String> {
    if text.len() <= knox::LONGEST_PREFIX && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let longest = knox::LONGEST_PREFIX;
    Err(format!(" must have at most {longest} ASCII characters and no spaces, as knox requires"))
}

fn hasher(text: &str) -> Result<(), String> {
    match text.parse::<Recipe>() {
        Ok(_) => Ok(()),
        Err(BadRecipe::UnknownAlgorithm | BadRecipe::NotForNewHashes(_)) => {
            let known = Algorithm::ALL.into_iter().filter(|known| known.makes_hashes());
            let names: Vec<&str> = known.map(Algorithm::name).collect();
            Err(format!(" must be one of {}", names.join(", ")))
        }
        Err(error) => Err(format!(": {error}")),
    }
}
