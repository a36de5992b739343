//! Reads JSON: a list of objects, or one object per line.

use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, Read as _};

use memchr::memchr;
use serde::Deserializer as _;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::django::account_spec::ProfileChoice;
use crate::django::field::Input;
use crate::django::json;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::limits;
use crate::error::position::{Position, Scan, offset_in_json, reason_of_depth};
use crate::error::refusal::{Fault, Refusal};
use crate::formats::RowReader;
use crate::formats::account_row::{AccountRow, ValuePositions};
use crate::formats::columns::{AccountColumn, Columns};
use crate::formats::csv::too_long;
use crate::formats::encoding::NOT_UTF8;
use crate::formats::records::Lines;

/// A complete JSON document.
pub struct Document {
    text: Zeroizing<String>,
}

/// An element of a document, with its position.
#[derive(Clone, Copy, Debug)]
pub struct Element<'t> {
    /// The JSON text of the element.
    pub text: &'t str,
    /// The start of the element.
    pub position: Position,
}

impl Document {
    /// Reads the whole document. Refuses text that is not UTF-8 or too long.
    pub fn read(mut input: Box<dyn BufRead + Send + '_>, file: &str) -> Result<Self> {
        let mut bytes = Zeroizing::new(Vec::new());
        loop {
            let piece = input.fill_buf().with_context(|| format!("{file} cannot be read"))?;
            // JSON contains no null character. Stop at one, so that input like /dev/zero is not read further.
            let length = memchr(0, piece).map_or(piece.len(), |at| at + 1);
            let is_end = length == 0 || piece[length - 1] == 0;
            bytes.extend_from_slice(&piece[..length]);
            input.consume(length);
            if bytes.len() as u64 > limits::DOCUMENT {
                let message = format!(
                    "{file} is larger than {} MiB. Convert it to JSON lines, which are read one by one.",
                    limits::DOCUMENT / (1024 * 1024)
                );
                return Err(Refusal::invalid("", "too_long", message).into());
            }
            if is_end {
                break;
            }
        }
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(text) => Ok(Self { text: Zeroizing::new(text) }),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                let message = format!("{file} is not valid UTF-8. {NOT_UTF8}");
                Err(Refusal::invalid("", "not_utf8", message).into())
            }
        }
    }

    /// Returns the elements of a list. A single object is its only element.
    pub fn elements(&self, file: &str) -> Result<Vec<Element<'_>>> {
        let text = self.text.as_str();
        let whole: &RawValue = serde_json::from_str(text).map_err(|error| not_json(&error, text, file))?;
        if whole.get().starts_with('{') {
            return Ok(vec![Element {
                text: whole.get(),
                position: Scan::new(text, Position::START).of(whole.get()),
            }]);
        }
        let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| {
            let message = format!("{file} must be a JSON list of objects, or JSON lines.");
            Refusal::invalid("", "invalid_json", message)
        })?;
        let mut scan = Scan::new(text, Position::START);
        Ok(elements
            .into_iter()
            .map(|raw| Element { text: raw.get(), position: scan.of(raw.get()) })
            .collect())
    }
}

/// The error for text that is not JSON. It contains the position, but not the text.
fn not_json(error: &serde_json::Error, text: &str, file: &str) -> Refusal {
    let position = Scan::new(text, Position::START).at(offset_in_json(text, error));
    Refusal::Invalid(vec![syntax_fault(error).at(file, position, None)])
}

fn syntax_fault(error: &serde_json::Error) -> Fault {
    let message = match reason_of_depth(error) {
        Some(reason) => format!("The JSON is {reason}."),
        None if error.is_eof() => "The JSON ends unexpectedly.".to_owned(),
        None => "This is not valid JSON.".to_owned(),
    };
    Fault::new("", "invalid_json", message)
}

/// The message of the error for an object with more than [`limits::COLUMNS`] keys.
const TOO_MANY_KEYS: &str = "too many keys";

/// The keys and values of an object, in their order.
pub struct Members<'t>(pub Vec<(String, &'t RawValue)>);

impl<'t> Members<'t> {
    /// Parses an object. Fails if a key occurs twice.
    pub fn of(text: &'t str) -> serde_json::Result<Self> {
        struct Object;
        impl<'t> Visitor<'t> for Object {
            type Value = Members<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(String, &'t RawValue)> = Vec::new();
                while let Some((key, value)) = map.next_entry()? {
                    if members.len() == limits::COLUMNS {
                        return Err(A::Error::custom(TOO_MANY_KEYS));
                    }
                    if members.iter().any(|(known, _)| *known == key) {
                        return Err(A::Error::custom("duplicate key"));
                    }
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        serde_json::Deserializer::from_str(text).deserialize_map(Object)
    }
}

/// Converts objects to rows.
pub struct Objects<'a> {
    columns: Columns<'a>,
    /// The columns of keys that occurred before.
    known: HashMap<String, Result<AccountColumn<'a>, Fault>>,
}

impl<'a> Objects<'a> {
    /// Creates a converter that maps keys to these columns.
    #[must_use]
    pub fn new(columns: Columns<'a>) -> Self {
        Self { columns, known: HashMap::new() }
    }

    fn find(&mut self, key: &str) -> Result<AccountColumn<'a>, Fault> {
        if let Some(known) = self.known.get(key) {
            return known.clone();
        }
        let found = self.columns.find(key);
        if self.known.len() < limits::COLUMNS {
            self.known.insert(key.to_owned(), found.clone());
        }
        found
    }

    /// Converts one object to a row.
    pub fn row(&mut self, element: Element<'_>) -> AccountRow {
        let mut row = AccountRow::at(element.position.line, ValuePositions::default());
        let members = match Members::of(element.text) {
            Ok(members) => members,
            Err(error) => {
                row.set_position("", element.position);
                let message = match &*reason(&error) {
                    reason @ (NO_OBJECT | NO_JSON) => {
                        format!("A row must be a JSON object without duplicate keys: {reason}.")
                    }
                    reason => format!("The row is invalid: {reason}."),
                };
                row.faults.push(Fault::new("", "invalid_json", message));
                return row;
            }
        };
        let mut scan = Scan::new(element.text, element.position);
        self.take(&mut row, &mut scan, "", members);
        row
    }

    fn take<'t>(&mut self, row: &mut AccountRow, scan: &mut Scan<'t>, prefix: &str, members: Members<'t>) {
        for (key, raw) in members.0 {
            let position = scan.of(raw.get());
            let key = format!("{prefix}{key}");
            let column = match self.find(&key) {
                Ok(column) => column,
                Err(fault) => {
                    row.set_position(&key, position);
                    row.faults.push(fault);
                    continue;
                }
            };
            row.set_position(column.name(), position);
            if raw.get().starts_with('{')
                && matches!(column, AccountColumn::Profile | AccountColumn::Profiles)
            {
                self.take_profiles(row, scan, &column, raw.get());
            } else {
                match json::parse(raw.get()) {
                    Ok(json) => row.take(&column, Input::Json(json)),
                    Err(error) => row.faults.push(value_fault(column.name(), &error)),
                }
            }
        }
    }

    /// Reads `profile`, an object with one profile's fields, or `profiles`, an object with the fields of each kind.
    fn take_profiles<'t>(
        &mut self,
        row: &mut AccountRow,
        scan: &mut Scan<'t>,
        column: &AccountColumn<'_>,
        text: &'t str,
    ) {
        let name = column.name().to_owned();
        let members = match Members::of(text) {
            Ok(members) => members,
            Err(error) => return row.faults.push(Fault::new(name, "invalid_json", reason(&error))),
        };
        if matches!(column, AccountColumn::Profile) {
            return self.take(row, scan, "profile.", members);
        }
        let mut kinds = Vec::new();
        for (kind, raw) in members.0 {
            if let Ok(fields) = Members::of(raw.get()) {
                self.take(row, scan, &format!("profile.{kind}."), fields);
            } else {
                let message = format!("profiles.{kind} must be an object of fields.");
                row.faults.push(Fault::new(&*name, "invalid", message));
            }
            kinds.push(kind);
        }
        row.spec.profile = if kinds.is_empty() { ProfileChoice::None } else { ProfileChoice::Kinds(kinds) };
    }
}

const NO_OBJECT: &str = "it is not an object, or it has a duplicate key";
const NO_JSON: &str = "this is not valid JSON";

/// The fault of a value that is valid JSON but cannot be read.
pub fn value_fault(field: &str, error: &serde_json::Error) -> Fault {
    Fault::new(field, "invalid_json", format!("This value is not accepted: {}.", reason(error)))
}

fn reason(error: &serde_json::Error) -> String {
    if let Some(reason) = reason_of_depth(error) {
        format!("it is {reason}")
    } else if error.is_data() && error.to_string().starts_with(TOO_MANY_KEYS) {
        format!("it has more than {} keys", limits::COLUMNS)
    } else if error.to_string() == json::RESERVED_KEY {
        json::RESERVED_KEY.to_owned()
    } else if error.is_data() {
        NO_OBJECT.to_owned()
    } else {
        NO_JSON.to_owned()
    }
}

/// Reads the rows of a list.
pub struct JsonListReader<'a> {
    document: Document,
    /// The range of each element in the text.
    elements: std::vec::IntoIter<(std::ops::Range<usize>, Position)>,
    objects: Objects<'a>,
}

impl<'a> JsonListReader<'a> {
    /// Reads a document that is a list of objects, or a single object.
    pub fn new(document: Document, file: &str, columns: Columns<'a>) -> Result<Self> {
        let base = document.text.as_ptr() as usize;
        let elements: Vec<(std::ops::Range<usize>, Position)> = document
            .elements(file)?
            .iter()
            .map(|element| {
                let from = element.text.as_ptr() as usize - base;
                (from..from + element.text.len(), element.position)
            })
            .collect();
        Ok(Self { document, elements: elements.into_iter(), objects: Objects::new(columns) })
    }
}

impl RowReader for JsonListReader<'_> {
    fn next(&mut self, _file: &str) -> Result<Option<AccountRow>> {
        let Some((range, position)) = self.elements.next() else { return Ok(None) };
        let text = self.document.text.get(range).unwrap_or_default();
        Ok(Some(self.objects.row(Element { text, position })))
    }
}

/// Reads one row per line.
pub struct JsonLinesReader<'a> {
    input: Box<dyn BufRead + Send + 'a>,
    line: Zeroizing<Vec<u8>>,
    /// The start of the next row. A carriage return between values ends a line, too.
    next: Lines,
    is_broken: bool,
    objects: Objects<'a>,
}

impl<'a> JsonLinesReader<'a> {
    /// Reads the rows of these lines.
    #[must_use]
    pub fn new(input: Box<dyn BufRead + Send + 'a>, columns: Columns<'a>) -> Self {
        Self {
            input,
            line: Zeroizing::default(),
            next: Lines::START,
            is_broken: false,
            objects: Objects::new(columns),
        }
    }
}

impl RowReader for JsonLinesReader<'_> {
    fn next(&mut self, file: &str) -> Result<Option<AccountRow>> {
        while !self.is_broken {
            self.line.clear();
            let limit = limits::ROW as u64 + 1;
            let read = self.input.by_ref().take(limit).read_until(b'\n', &mut self.line);
            if read.with_context(|| format!("{file} cannot be read"))? == 0 {
                return Ok(None);
            }
            let number = self.next.line;
            self.next.pass(&self.line);
            if self.line.len() > limits::ROW {
                self.is_broken = true;
                let mut row = AccountRow::at(number, ValuePositions::default());
                row.faults.push(Fault::new("", "too_long", too_long("line")));
                return Ok(Some(row));
            }
            let position = Position { line: number, column: 1 };
            let Ok(text) = std::str::from_utf8(&self.line) else {
                let mut row = AccountRow::at(number, ValuePositions::default());
                row.faults.push(Fault::new(
                    "",
                    "not_utf8",
                    format!("The line is not valid UTF-8. {NOT_UTF8}"),
                ));
                return Ok(Some(row));
            };
            let text = text.trim_end();
            if text.is_empty() {
                continue;
            }
            if let Err(error) = serde_json::from_str::<&RawValue>(text) {
                let mut row = AccountRow::at(number, ValuePositions::default());
                row.set_position("", Scan::new(text, position).at(offset_in_json(text, &error)));
                row.faults.push(syntax_fault(&error));
                return Ok(Some(row));
            }
            return Ok(Some(self.objects.row(Element { text, position })));
        }
        Ok(None)
    }
}
