//! Words faults of files, and of texts that cannot be read.

use super::values;
use crate::error::faults::{ColumnFlaw, Form, JsonFlaw, JsonPart, Part, TomlFlaw, TooLong, Undecodable};
use crate::error::limits;
use crate::error::wording::counted;

const MIB: u64 = 1024 * 1024;

/// Words that an input exceeds a limit.
pub fn too_long(field: &str, what: &TooLong) -> String {
    let part = |what| {
        let limit = limits::ROW as u64 / MIB;
        format!("The {what} is larger than {limit} MiB. The rows after it are not read.")
    };
    match what {
        TooLong::Row => part("row"),
        TooLong::Line => part("line"),
        TooLong::AccountsFile(file) => {
            format!("{file} is larger than {} MiB.", limits::ACCOUNTS_FILE / MIB)
        }
        TooLong::Secret(source) => {
            format!("{source} is larger than {} KiB, the limit for a secret.", limits::SECRET / 1024)
        }
        TooLong::ValueFile(path) => {
            format!("--set {field}=@{path}: the file is larger than {} MiB.", limits::VALUE_FILE / MIB)
        }
    }
}

/// Words a wrong number of columns or keys.
pub fn columns(flaw: &ColumnFlaw) -> String {
    match flaw {
        ColumnFlaw::TooMany => format!("The row has more than {} columns.", limits::COLUMNS),
        ColumnFlaw::Count { columns, headings } => format!(
            "The row has {}, but there are {}.",
            counted(*columns as u64, "column"),
            counted(*headings as u64, "heading")
        ),
        ColumnFlaw::TooManyKeys(table) => {
            format!("{} has more than {} keys.", values::table(table), limits::COLUMNS)
        }
    }
}

/// Words that a text is not UTF-8.
pub fn undecodable(field: &str, what: &Undecodable) -> String {
    match what {
        Undecodable::File => "This is not valid UTF-8.".into(),
        Undecodable::Secret(source) => format!("{source} is not valid UTF-8."),
        Undecodable::Variable(name) => {
            format!("The environment variable{} for the {field} is not valid UTF-8.", named(name.as_ref()))
        }
        Undecodable::Row => {
            format!("{field}: a row contains bytes that are not valid UTF-8, which no format can represent.")
        }
    }
}

/// Returns a name with a leading space, or nothing.
pub fn named(name: Option<&String>) -> String {
    name.map_or(String::new(), |name| format!(" {name}"))
}

/// Words that a part of a sheet is not in the selected encoding.
pub fn not_utf8(part: &Part, form: Form) -> String {
    let what = match part {
        Part::Value => "This",
        Part::Line => "The line",
        Part::Document(file) => file,
    };
    let hint = if form == Form::Column { " Try --encoding windows-1252." } else { "" };
    format!("{what} is not valid UTF-8.{hint}")
}

/// Words why a text is not the expected JSON.
pub fn json(flaw: &JsonFlaw) -> String {
    match flaw {
        JsonFlaw::Nesting => format!("The JSON is nested more than {} levels deep.", limits::NESTING),
        JsonFlaw::End => "The JSON ends unexpectedly.".into(),
        JsonFlaw::Syntax(None) => "This is not valid JSON.".into(),
        JsonFlaw::Syntax(Some(reason)) => format!("This is not valid JSON: {reason}."),
        JsonFlaw::NoObject(part) => {
            format!("{} must be a JSON object without duplicate keys.", json_part(part))
        }
        JsonFlaw::TooManyKeys(part) => {
            format!("{} has more than {} keys.", json_part(part), limits::COLUMNS)
        }
        JsonFlaw::NoList(file) => format!("{file} must be a JSON list of objects, or JSON lines."),
        JsonFlaw::FixtureKey => "An object of a fixture may contain only model, pk and fields.".into(),
        JsonFlaw::FixtureObject => "An object of a fixture must have a model and an object of fields.".into(),
        JsonFlaw::Body => "The body must be a single JSON object.".into(),
        JsonFlaw::LongBody(file) => {
            format!("The body in {file} is larger than {} MiB.", limits::BODY / MIB)
        }
        JsonFlaw::EmptyBody(file) => format!("The body in {file} is empty."),
        JsonFlaw::Undecodable => "This is not valid UTF-8.".into(),
    }
}

fn json_part(part: &JsonPart) -> &str {
    match part {
        JsonPart::Row => "A row",
        JsonPart::FixtureObject => "An object of a fixture",
        JsonPart::Key(key) => key,
    }
}

/// Words why a text is not TOML.
pub fn toml(flaw: &TomlFlaw) -> String {
    match flaw {
        TomlFlaw::Number => "This number is out of range.".into(),
        TomlFlaw::Syntax(reason) => format!("{reason}."),
    }
}
