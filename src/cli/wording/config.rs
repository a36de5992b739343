//! Lines of `authctl.toml` that decide what a command could not decide.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

use super::values;
use crate::error::faults::{Fault, FaultCode, Form, ProjectField, Remedy, Undecided, ValueKind};
use crate::error::misuse::Selector;
use crate::error::refusal::Refusal;

/// Returns the lines that settle the ambiguities and the missing fields of a refusal. Empty if the settings cannot.
#[must_use]
pub fn deciding_lines(refusal: &Refusal) -> Vec<String> {
    let mut tables: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    let mut add = |table: &[&str], line: String| {
        tables.entry(table.iter().map(|&name| name.to_owned()).collect()).or_default().push(line);
    };
    let alone = refusal.undecided();
    let of_faults = refusal.faults().iter().filter_map(|fault| match &fault.code {
        FaultCode::Undecided(undecided) => Some(&**undecided),
        _ => None,
    });
    for undecided in alone.into_iter().chain(of_faults) {
        if let Some((table, line)) = choice(undecided) {
            add(&[table], line);
        }
    }
    for field in refusal.faults().iter().filter_map(missing) {
        match &field.profile {
            None => add(&["register", "defaults"], default(field)),
            Some(kind) => add(&["profiles", kind, "defaults"], default(field)),
        }
    }
    let mut lines = Vec::new();
    for (table, entries) in tables {
        let names: Vec<String> = table.iter().map(|name| key(name)).collect();
        lines.push(format!("[{}]", names.join(".")));
        lines.extend(entries);
    }
    lines
}

/// Returns the missing field of a fault, if the settings can provide it.
fn missing(fault: &Fault) -> Option<&ProjectField> {
    match &fault.code {
        FaultCode::Required(Remedy::ProjectField(field)) if fault.form == Form::Option => {
            Some(&**field).filter(|field| field.may_have_default)
        }
        _ => None,
    }
}

/// Returns the table and the line that select the first candidate.
fn choice(undecided: &Undecided) -> Option<(&'static str, String)> {
    let (table, name) = match undecided.decide {
        Selector::LoginColumn => ("database", "login_column"),
        Selector::UserTable => ("database", "user_table"),
        Selector::Scheme => ("tokens", "scheme"),
        Selector::TokenTable => ("tokens", "table"),
        Selector::Model(_) | Selector::TokenPrefix | Selector::User => return None,
    };
    Some((table, format!("{name} = {}", first_of(&undecided.found))))
}

/// Writes the first candidate as a string of TOML, and the others in a comment. Empty without candidates.
#[must_use]
pub fn first_of(found: &[String]) -> String {
    let found: Vec<String> = found.iter().map(|found| string(found)).collect();
    match &found[..] {
        [] => String::new(),
        [only] => only.clone(),
        [first, others @ ..] => format!("{first}  # or {}", others.join(", ")),
    }
}

/// Returns the line that gives a column a default, with an example of its kind.
#[must_use]
pub fn default(field: &ProjectField) -> String {
    let name = key(&field.column);
    if let Some(value) = field.shared.as_ref().and_then(|shared| literal(&shared.json)) {
        return format!("{name} = {value}");
    }
    let example = match &field.kind {
        ValueKind::Integer | ValueKind::IntegerOrDuration => "0".into(),
        ValueKind::Real => "0.0".into(),
        ValueKind::Boolean => "false".into(),
        ValueKind::Date => string("2024-02-29"),
        ValueKind::Time => string("12:30:00"),
        ValueKind::Timestamp => string("2024-02-29T12:30:00Z"),
        ValueKind::Decimal => string("0"),
        ValueKind::Json => "{}".into(),
        ValueKind::Duration => string("1 02:00:00"),
        ValueKind::Address => string("192.0.2.1"),
        ValueKind::Text { .. } | ValueKind::Uuid | ValueKind::Bytes | ValueKind::Other(_) => string("VALUE"),
    };
    format!("{name} = {example}  # {}", values::noun(&field.kind))
}

/// Returns the line that gives a column the value of the newest user, or else an example of its kind.
#[must_use]
pub fn example(field: &ProjectField) -> String {
    match field.example.as_ref().and_then(literal) {
        Some(value) => {
            let (name, kind) = (key(&field.column), values::noun(&field.kind));
            format!("{name} = {value}  # {kind}, as the newest user has")
        }
        None => default(field),
    }
}

/// Writes a key of TOML, quoted if needed.
#[must_use]
pub fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { string(name) }
}

/// Writes a value in TOML, on one line. `None` if it contains null or an integer beyond 64 bits.
#[must_use]
pub fn literal(json: &Json) -> Option<String> {
    Some(match json {
        Json::Null => return None,
        Json::Number(number) => {
            let is_float = number.to_string().contains(['.', 'e', 'E']);
            number.as_i64().map(|_| ()).or_else(|| is_float.then_some(()))?;
            number.to_string()
        }
        Json::Bool(flag) => flag.to_string(),
        Json::String(text) => string(text),
        Json::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(literal).collect();
            format!("[{}]", items?.join(", "))
        }
        Json::Object(entries) => {
            let entry =
                |(name, value): (&String, &Json)| Some(format!("{} = {}", key(name), literal(value)?));
            let entries: Option<Vec<String>> = entries.iter().map(entry).collect();
            format!("{{ {} }}", entries?.join(", "))
        }
    })
}

/// Writes a basic string of TOML, on one line and without invisible characters.
#[must_use]
pub fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() => out.push(c),
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{key, literal};

    #[test]
    fn values_are_written_as_toml_reads_them() {
        for value in [
            json!(5),
            json!(-1.5),
            json!("a\"b\n"),
            json!(true),
            json!("größe\u{202e}\u{7f}€\\"),
            json!({ "a b": [1, { "c": "d" }] }),
        ] {
            let text = literal(&value).unwrap_or_default();
            assert!(!text.is_empty() && !text.contains('\n'), "{text}");
            let read: Option<toml::Table> = format!("{} = {text}", key("odd name")).parse().ok();
            let read = read.and_then(|read| serde_json::to_string(&read["odd name"]).ok());
            assert_eq!(read, Some(value.to_string()), "{text}");
        }
        assert_eq!(literal(&json!({ "a": null })), None);
        assert_eq!(literal(&json!(9_223_372_036_854_775_808_u64)), None);
    }
}
