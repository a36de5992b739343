//! Words what values must be, and how to provide them.

use crate::django::value::Kind;
use crate::error::faults::{
    Choice, DigitLimit, Expected, Form, PasswordSources, ProjectField, Remedy, SharedValue, ValueKind,
};
use crate::error::wording::{counted, shell_word};

/// The forms of a password reference in a file of accounts.
pub const PASSWORD: &str =
    "{ env = \"NAME\" }, { file = \"PATH\" }, { random = true }, { hash = \"…\" } or { unusable = true }";

/// Words that a field is missing.
pub fn required(field: &str, remedy: &Remedy, form: Form) -> String {
    match remedy {
        Remedy::FilledPassword => empty_password(field, form),
        Remedy::NewLoginName => format!("The new {field} must not be empty."),
        Remedy::Column(column) => format!("{column} must have a value."),
        Remedy::Accounts => format!("{field} is required and must be a list of tables: [[{field}]]."),
        Remedy::ScopePatterns => format!("{field} requires usernames, for example usernames = \"ci-*\"."),
        Remedy::GroupName => "A group must have a name.".into(),
        _ if form != Form::Option => format!("{field} is required."),
        Remedy::LoginName => format!("{field} is required. Pass USERNAME."),
        Remedy::Email => format!("{field} is required. Pass --email ADDRESS."),
        Remedy::FirstName => format!("{field} is required. Pass --first-name NAME."),
        Remedy::LastName => format!("{field} is required. Pass --last-name NAME."),
        Remedy::ProfileKind(kinds) => {
            format!("{field} is required. Pass --profile KIND (one of {}).", kinds.join(", "))
        }
        Remedy::Field(kind) => {
            format!("{field} is required. Pass --set {field}=VALUE{}.", in_brackets(kind.as_ref()))
        }
        Remedy::ProjectField(of) => format!("{field} is required. {}", project_field(field, of)),
        Remedy::Password(sources) => format!("{field} is required. Pass {}.", password_options(*sources)),
    }
}

/// Words how to provide a required field of the project.
fn project_field(field: &str, of: &ProjectField) -> String {
    let kind = noun(&of.kind);
    match &of.shared {
        Some(SharedValue { text, users, .. }) => {
            let option = shell_word(&format!("{field}={}", literal(text)));
            format!("Pass --set {option}, which the {users} newest users have ({kind}).")
        }
        None if of.is_random => {
            format!("Pass --set-random {field} for random text like that of other users ({kind}).")
        }
        None => format!("Pass --set {field}=VALUE ({kind})."),
    }
}

/// Writes a value for `--set`, which reads a file for a leading `@`.
fn literal(text: &str) -> String {
    if text.starts_with('@') { format!("@{text}") } else { text.to_owned() }
}

/// Words that a password is empty.
pub fn empty_password(field: &str, form: Form) -> String {
    let way = match form {
        Form::Option => "pass --no-password",
        Form::Column => "omit the key",
        Form::Key => "write password = { unusable = true }",
        Form::Body => "omit the key and pass --no-password",
    };
    format!("{field} must not be empty. For an account without a password, {way}.")
}

fn password_options(sources: PasswordSources) -> &'static str {
    match sources {
        PasswordSources::Known => "--password-stdin, --password-file or --password-env",
        PasswordSources::New => {
            "--password-stdin, --password-file, --password-env, --random-password or --no-password"
        }
        PasswordSources::NewOrEncoded => {
            "--password-stdin, --password-file, --password-env, --random-password, --no-password or \
             --password-hash-stdin"
        }
    }
}

/// Words what a value must be.
pub fn invalid(field: &str, expected: &Expected) -> String {
    let must_be = |what: &str| format!("{field} must be {what}.");
    match expected {
        Expected::Kind(kind) => must_be(&described(kind)),
        Expected::JsonOf(kind) => must_be(&format!("{}, as a JSON value", noun(kind))),
        Expected::TextOf(kind) => must_be(&format!("{}, but this is not valid UTF-8", noun(kind))),
        Expected::SmallInteger => format!("{field} is too large: it must fit into 64 bits."),
        Expected::Range(least, greatest) => must_be(&format!("from {least} to {greatest}")),
        Expected::EmailAddress => must_be("a valid email address"),
        Expected::UsernameCharacters => {
            format!("{field} may contain only letters, digits and @/./+/-/_ characters.")
        }
        Expected::Text => must_be("a string"),
        Expected::Texts => must_be("a list of strings"),
        Expected::Flag => must_be("true or false"),
        Expected::YesOrNo => must_be("true/false, yes/no or 1/0"),
        Expected::Base64 => must_be("base64-encoded bytes"),
        Expected::Groups => must_be("group names separated by ; or a JSON list of group names"),
        Expected::ProfileKinds => must_be("profile kinds separated by ; or a JSON list of profile kinds"),
        Expected::PermissionName => must_be("permissions as APP.CODENAME, such as shop.add_order"),
        Expected::Permissions => must_be("a JSON list of keys or of [codename, app_label, model]"),
        Expected::ProfileFields(kind) => format!("{field}.{kind} must be an object of fields."),
        Expected::Table => format!("{} must be a table.", table(field)),
        Expected::Accounts => must_be(&format!("a list of tables: [[{field}]]")),
        Expected::PasswordReference => format!("Write {field} = {PASSWORD}."),
        Expected::OnePasswordSource => format!("{field} must have exactly one source: {PASSWORD}."),
        Expected::HashReference => {
            format!("An encoded password must be written as {field} = {{ hash = \"…\" }}.")
        }
        Expected::RandomPassword { least, most } => {
            format!("random must be true or a length from {least} to {most}.")
        }
    }
}

/// Words that a decimal has too many digits.
pub fn max_digits(field: &str, limit: DigitLimit) -> String {
    match limit {
        DigitLimit::Significant(limit) => format!(
            "{field} must have at most {limit} significant digits, because Django reads no more from SQLite."
        ),
        DigitLimit::Fixed { before, behind } => format!(
            "{field} must have at most {} before the point and {behind} behind it.",
            counted(before as u64, "digit")
        ),
    }
}

/// Returns a kind in brackets with a leading space, or nothing.
pub fn in_brackets(kind: Option<&ValueKind>) -> String {
    kind.map_or(String::new(), |kind| format!(" ({})", noun(kind)))
}

/// Names a table of a file of accounts.
pub fn table(name: &str) -> String {
    match name {
        "file" => "The file".into(),
        "users" => "Each entry of users".into(),
        name => name.into(),
    }
}

/// Words the choice of values that a field has.
pub fn invalid_choice(field: &str, choice: &Choice) -> String {
    match choice {
        Choice::ProfileKind(kinds) if kinds.is_empty() => {
            format!("{field}: this database has no profile tables.")
        }
        Choice::ProfileKind(kinds) => format!("{field} must be one of: {}.", kinds.join(", ")),
        Choice::UpdatePassword => format!("{field} must be \"on-create\", \"always\" or \"if-different\"."),
        Choice::Token => format!("{field} must be true, false, \"drf\" or \"knox\"."),
    }
}

/// Names the kind of a column.
#[must_use]
pub fn kind(kind: &Kind) -> String {
    noun(&kind.into())
}

/// Names a kind of value.
#[must_use]
pub fn noun(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Integer | ValueKind::IntegerOrDuration => "integer".into(),
        ValueKind::Real => "real".into(),
        ValueKind::Text { max_length: Some(limit) } => {
            format!("text of at most {}", counted(*limit as u64, "character"))
        }
        ValueKind::Text { max_length: None } => "text".into(),
        ValueKind::Boolean => "true or false".into(),
        ValueKind::Timestamp => "date and time".into(),
        ValueKind::Date => "date".into(),
        ValueKind::Time => "time".into(),
        ValueKind::Uuid => "UUID".into(),
        ValueKind::Decimal => "decimal".into(),
        ValueKind::Json => "JSON".into(),
        ValueKind::Duration => "duration".into(),
        ValueKind::Address => "IP address".into(),
        ValueKind::Bytes => "bytes".into(),
        ValueKind::Other(name) => name.clone(),
    }
}

/// Describes a value of this kind, with an example.
fn described(kind: &ValueKind) -> String {
    match kind {
        ValueKind::IntegerOrDuration => "a whole number, or a duration such as 1 02:00:00 or P1DT2H".into(),
        ValueKind::Integer => "a whole number".into(),
        ValueKind::Real => "a number".into(),
        ValueKind::Timestamp => "a date and time such as 2024-02-29T12:30:00Z".into(),
        ValueKind::Date => "a date such as 2024-02-29".into(),
        ValueKind::Time => "a time of day such as 12:30:00".into(),
        ValueKind::Uuid => "a UUID of 32 hexadecimal digits".into(),
        ValueKind::Decimal => "a decimal number such as 12.50".into(),
        ValueKind::Json => "a JSON document".into(),
        ValueKind::Duration => "a duration such as 1 02:00:00 or P1DT2H".into(),
        ValueKind::Address => "an IP address such as 192.0.2.1 or 2001:db8::1".into(),
        ValueKind::Text { .. } | ValueKind::Boolean | ValueKind::Bytes | ValueKind::Other(_) => noun(kind),
    }
}
