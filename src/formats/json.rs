//! Reads JSON: a list of objects, or one object per line.

use std::borrow::Cow;
use std::io::{BufRead, Read as _};

use zeroize::Zeroizing;

use crate::django::account_spec::ProfileChoice;
use crate::django::field::Input;
use crate::django::value::Kind;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::faults::{Expected, Fault, FaultCode, JsonFlaw, JsonPart, Part, TooLong};
use crate::error::limits;
use crate::error::position::{Position, Scan};
use crate::formats::RowReader;
use crate::formats::account_row::{AccountRow, ValuePositions};
use crate::formats::columns::{AccountColumn, Columns, KnownColumns, NamedField};
use crate::formats::elements::{Element, Elements};
use crate::formats::records::Lines;
use crate::syntax::tree::{KeyValue, Node, distinct};
use crate::syntax::{Flaw, json};

/// Returns the keys and values of an object, in their order. Otherwise returns what is wrong with `what`, and where.
pub fn members<'n, 't>(what: impl Fn() -> JsonPart, node: &'n Node<'t>) -> Result<&'n [KeyValue<'t>], Flaw> {
    let no_object = |at| (at, FaultCode::InvalidJson(JsonFlaw::NoObject(what())));
    let entries = node.entries().ok_or_else(|| no_object(node.at))?;
    if entries.len() > limits::COLUMNS {
        return Err((node.at, FaultCode::InvalidJson(JsonFlaw::TooManyKeys(what()))));
    }
    match distinct(entries).1.first() {
        None => Ok(entries),
        Some(repeated) => Err(no_object(repeated.at)),
    }
}

/// The only key of an object that stands for a document of a JSON column: for null, since null itself stands for NULL.
pub const DOCUMENT: &str = "$json";

/// Whether a document of a JSON column has to be written as the value of [`DOCUMENT`].
#[must_use]
pub fn is_ambiguous(document: &str) -> bool {
    // Only few documents are parsed: those whose first key may be this one.
    let may_be_key = |key: &str| key == DOCUMENT || key.contains('\\');
    document.trim() == "null"
        || document.split('"').nth(1).is_some_and(may_be_key)
            && json::parse(document).is_ok_and(|node| self::document(&node).is_some())
}

/// Returns the document that an object stands for.
fn document<'n, 't>(node: &'n Node<'t>) -> Option<&'n Node<'t>> {
    match node.entries() {
        Some([KeyValue { key, value, .. }]) if key == DOCUMENT => Some(value),
        _ => None,
    }
}

/// Converts objects to rows.
pub struct Objects<'a> {
    columns: KnownColumns<'a>,
}

impl<'a> Objects<'a> {
    /// Creates a converter that maps keys to these columns.
    #[must_use]
    pub fn new(columns: Columns<'a>) -> Self {
        Self { columns: KnownColumns::new(columns) }
    }

    /// Converts one object to a row.
    pub fn row(&mut self, element: Element<'_>) -> AccountRow {
        let mut row = AccountRow::at(element.position.line, ValuePositions::default());
        let mut scan = Scan::new(element.text, element.position);
        let read = json::parse(element.text).and_then(|node| {
            let members = members(|| JsonPart::Row, &node)?;
            self.take(&mut row, &mut scan, "", members);
            Ok(())
        });
        if let Err((at, code)) = read {
            row.set_position("", scan.at(at));
            row.faults.push(Fault::new("", code));
        }
        row
    }

    fn take(&mut self, row: &mut AccountRow, scan: &mut Scan<'_>, prefix: &str, members: &[KeyValue<'_>]) {
        for KeyValue { key, value, .. } in members {
            let position = scan.at(value.at);
            let key = if prefix.is_empty() { Cow::Borrowed(&**key) } else { format!("{prefix}{key}").into() };
            let column = match self.columns.find(&key) {
                Ok(column) => column,
                Err(fault) => {
                    row.set_position(&key, position);
                    row.faults.push(fault);
                    continue;
                }
            };
            row.set_position(column.name(), position);
            if value.entries().is_some() && matches!(column, AccountColumn::Profile | AccountColumn::Profiles)
            {
                self.take_profiles(row, scan, &column, value);
            } else {
                let input = match (&column, document(value)) {
                    (AccountColumn::Field(NamedField { kind: Kind::Json, .. }), Some(document)) => {
                        Input::Text(document.to_json().to_string())
                    }
                    _ => Input::Json(value.to_json()),
                };
                row.take(&column, input);
            }
        }
    }

    /// Reads `profile`, an object with one profile's fields, or `profiles`, an object with the fields of each kind.
    fn take_profiles(
        &mut self,
        row: &mut AccountRow,
        scan: &mut Scan<'_>,
        column: &AccountColumn<'_>,
        node: &Node<'_>,
    ) {
        let name = column.name().to_owned();
        let members = match members(|| JsonPart::Key(name.clone()), node) {
            Ok(members) => members,
            Err((_, code)) => return row.faults.push(Fault::new(name, code)),
        };
        if matches!(column, AccountColumn::Profile) {
            return self.take(row, scan, "profile.", members);
        }
        let mut kinds = Vec::new();
        for KeyValue { key: kind, value, .. } in members {
            if let Ok(fields) = self::members(|| JsonPart::Key(kind.to_string()), value) {
                self.take(row, scan, &format!("profile.{kind}."), fields);
            } else {
                let expected = Expected::ProfileFields(kind.to_string());
                row.faults.push(Fault::new(&*name, FaultCode::Invalid(expected)));
            }
            kinds.push(kind.to_string());
        }
        row.spec.profile = if kinds.is_empty() { ProfileChoice::None } else { ProfileChoice::Kinds(kinds) };
    }
}

/// Reads the rows of a list.
pub struct JsonListReader<'a> {
    elements: Elements<'a>,
    objects: Objects<'a>,
}

impl<'a> JsonListReader<'a> {
    /// Reads a list of objects, or a single object.
    #[must_use]
    pub fn new(elements: Elements<'a>, columns: Columns<'a>) -> Self {
        Self { elements, objects: Objects::new(columns) }
    }
}

impl RowReader for JsonListReader<'_> {
    fn next(&mut self, _file: &str) -> Result<Option<AccountRow>> {
        let Some(element) = self.elements.next()? else { return Ok(None) };
        let row = self.objects.row(element);
        if !row.faults.is_empty() {
            self.elements.check_syntax()?;
        }
        Ok(Some(row))
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
                row.faults.push(Fault::new("", FaultCode::TooLong(TooLong::Line)));
                return Ok(Some(row));
            }
            let position = Position { line: number, column: 1 };
            let Ok(text) = std::str::from_utf8(&self.line) else {
                let mut row = AccountRow::at(number, ValuePositions::default());
                row.faults.push(Fault::new("", FaultCode::NotUtf8(Part::Line)));
                return Ok(Some(row));
            };
            let text = text.trim_end();
            if text.is_empty() {
                continue;
            }
            return Ok(Some(self.objects.row(Element { text, position })));
        }
        Ok(None)
    }
}
