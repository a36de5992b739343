//! The formats of input files, and how to detect them.

use std::io::{BufRead as _, Read as _};

use serde_json::value::RawValue;

use crate::error::failure::{ErrorContext as _, Result};
use crate::error::faults::{Fault, FaultCode, Form};
use crate::error::limits;
use crate::error::misuse::Misuse;
use crate::error::refusal::Refusal;
use crate::formats::source::InputFile;
use crate::syntax::json;
use crate::syntax::tree::NodeValue;

/// The format of an input file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputFormat {
    /// A table with headings in the first line, separated by commas, semicolons or tabs.
    Csv,
    /// A JSON list of objects.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// A Django fixture.
    Fixture,
}

/// Detects the format from the start of the file. Refuses an empty file, a workbook and a database.
pub fn sniffed(source: &InputFile) -> Result<InputFormat> {
    let name = source.name();
    let cannot = || format!("{name} cannot be read");
    let mut input = source.open()?;
    let start = input.fill_buf().with_context(cannot)?;
    if start.starts_with(b"PK\x03\x04") {
        return Err(Misuse::Workbook(name.to_owned()).into());
    }
    if start.starts_with(b"SQLite format 3\0") {
        return Err(Misuse::SqliteFile(name.to_owned()).into());
    }
    let first = loop {
        let start = input.fill_buf().with_context(cannot)?;
        if start.is_empty() {
            let empty = Fault::new("", FaultCode::Empty(Some(name.to_owned()))).of(Form::Column);
            return Err(Refusal::Invalid(vec![empty]).into());
        }
        let blank = start.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if let Some(first) = start.get(blank) {
            break *first;
        }
        input.consume(blank);
    };
    Ok(match first {
        b'{' => {
            let mut line = String::new();
            // Invalid text is reported later, when the file is read in the detected format.
            let _ = input.take(limits::ROW as u64).read_line(&mut line);
            let is_line = serde_json::from_str::<&RawValue>(&line).is_ok();
            if is_line { InputFormat::Jsonl } else { InputFormat::Json }
        }
        b'[' => {
            let blank =
                input.fill_buf().with_context(cannot)?.iter().take_while(|byte| **byte != b'[').count();
            input.consume(blank + 1);
            let start = input.take(limits::ROW as u64);
            let first = serde_json::Deserializer::from_reader(start).into_iter::<Box<RawValue>>().next();
            if first.is_some_and(|first| first.is_ok_and(|first| is_fixture_object(first.get()))) {
                InputFormat::Fixture
            } else {
                InputFormat::Json
            }
        }
        _ => InputFormat::Csv,
    })
}

/// Whether this is an object of a fixture.
fn is_fixture_object(text: &str) -> bool {
    let Ok(node) = json::parse(text) else { return false };
    let has = |name: &str, is: fn(&NodeValue<'_>) -> bool| {
        node.entries().unwrap_or_default().iter().any(|entry| entry.key == name && is(&entry.value.what))
    };
    has("model", |model| matches!(model, NodeValue::Text(_)))
        && has("fields", |fields| matches!(fields, NodeValue::Table(_)))
}
