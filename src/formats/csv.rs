//! Reads tables of comma-separated values, as spreadsheets write them.

use std::io::BufRead;

use crate::django::field::Input;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::faults::{ColumnFlaw, Fault, FaultCode, Form, Part, TooLong, Twice};
use crate::error::position::Position;
use crate::error::refusal::Refusal;
use crate::formats::RowReader;
use crate::formats::account_row::{AccountRow, ValuePositions};
use crate::formats::columns::{AccountColumn, Columns};
use crate::formats::records::{Records, UnreadableRecord};

/// Reads a table whose first line contains the headings.
pub struct CsvReader<'a> {
    records: Records<Box<dyn BufRead + Send + 'a>>,
    /// The columns. `None` for a column without a heading.
    columns: Vec<Option<AccountColumn<'a>>>,
    /// The minimum number of cells per row: up to the last column with a heading.
    least: usize,
    positions: ValuePositions,
}

impl<'a> CsvReader<'a> {
    /// Reads the headings. Without a given delimiter, uses the most frequent candidate in the first line.
    pub fn new(
        mut input: Box<dyn BufRead + Send + 'a>,
        file: &str,
        columns: &Columns<'a>,
        delimiter: Option<u8>,
    ) -> Result<Self> {
        let start = input.fill_buf().with_context(|| unreadable(file))?;
        let (declared, length) =
            declared_delimiter(start).map_or((None, 0), |(declared, length)| (Some(declared), length));
        let delimiter = delimiter.or(declared).unwrap_or_else(|| likely_delimiter(start));
        input.consume(length);
        let mut records = Records::new(input, delimiter);
        records.read().with_context(|| unreadable(file))?;
        if let Some((broken, position)) = records.broken() {
            let fault = match broken {
                UnreadableRecord::OpenQuote => broken_fault(broken).at(file, Form::Column, position),
                _ => broken_fault(broken).on_line(file, Form::Column, position.line),
            };
            return Err(Refusal::Invalid(vec![fault]).into());
        }
        let mut faults = Vec::new();
        let mut found: Vec<Option<AccountColumn<'a>>> = Vec::new();
        let mut positions = Vec::new();
        let mut headings = Vec::new();
        for (index, heading) in records.cells().enumerate() {
            let position = Position { line: records.line(), column: index + 1 };
            let Ok(heading) = std::str::from_utf8(heading) else {
                faults.push(not_utf8("").at(file, Form::Column, position));
                continue;
            };
            let heading = heading.trim();
            headings.push(heading.to_owned());
            if heading.is_empty() && !columns.is_mapped(heading) {
                found.push(None);
                continue;
            }
            match columns.find(heading) {
                Ok(column) if is_twice(&column, &found) => {
                    let twice = FaultCode::GivenTwice(Twice::Columns(column.name().to_owned()));
                    faults.push(Fault::new(heading, twice).at(file, Form::Column, position));
                }
                Ok(column) => {
                    positions.push((column.name().to_owned(), heading.to_owned(), index + 1));
                    found.push(Some(column));
                }
                Err(fault) => {
                    faults.push(fault.at(file, Form::Column, position).renamed(heading));
                }
            }
        }
        columns.check_map(&headings)?;
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        let least = found.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        Ok(Self { records, columns: found, least, positions: ValuePositions::Table(positions.into()) })
    }
}

fn is_twice(column: &AccountColumn<'_>, found: &[Option<AccountColumn<'_>>]) -> bool {
    !matches!(column, AccountColumn::Ignored)
        && found.iter().flatten().any(|other| other.name() == column.name())
}

fn broken_fault(broken: UnreadableRecord) -> Fault {
    let code = match broken {
        UnreadableRecord::OpenQuote => FaultCode::OpenQuote,
        UnreadableRecord::TooLong => FaultCode::TooLong(TooLong::Row),
        UnreadableRecord::TooManyCells => FaultCode::Columns(ColumnFlaw::TooMany),
    };
    Fault::new("", code)
}

fn not_utf8(field: &str) -> Fault {
    Fault::new(field, FaultCode::NotUtf8(Part::Value))
}

/// Returns the delimiter that Excel's first line `sep=;` declares, and the length of that line without its end.
fn declared_delimiter(start: &[u8]) -> Option<(u8, usize)> {
    match start {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, b'\r' | b'\n', ..]
            if may_delimit(*delimiter) =>
        {
            Some((*delimiter, 5))
        }
        _ => None,
    }
}

/// Whether this byte may be a delimiter.
#[must_use]
pub fn may_delimit(byte: u8) -> bool {
    byte.is_ascii() && !b"\"\r\n\0".contains(&byte)
}

/// Returns the most frequent candidate in the headings, outside of quotes.
fn likely_delimiter(start: &[u8]) -> u8 {
    // On a tie, the last one wins. A table with one column has no delimiter.
    const LIKELY: [u8; 3] = *b"\t;,";
    let mut counts = [0; LIKELY.len()];
    let mut is_quoted = false;
    for byte in start.iter().skip_while(|byte| b"\r\n".contains(byte)) {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\r' | b'\n' if !is_quoted => break,
            _ if is_quoted => {}
            byte => {
                if let Some(index) = LIKELY.iter().position(|likely| likely == byte) {
                    counts[index] += 1;
                }
            }
        }
    }
    counts.iter().zip(LIKELY).max_by_key(|(count, _)| **count).map_or(b',', |(_, likely)| likely)
}

fn unreadable(file: &str) -> String {
    format!("{file} cannot be read")
}

impl RowReader for CsvReader<'_> {
    fn has_passwords(&self) -> Option<bool> {
        Some(self.columns.iter().any(|column| matches!(column, Some(AccountColumn::Password))))
    }

    fn next(&mut self, file: &str) -> Result<Option<AccountRow>> {
        while self.records.read().with_context(|| unreadable(file))? {
            // Spreadsheets also write lines that were used once and are empty now.
            let is_used = self.records.cells().any(|cell| !cell.trim_ascii().is_empty());
            if is_used || self.records.broken().is_some() {
                return Ok(Some(self.row()));
            }
        }
        Ok(None)
    }
}

impl CsvReader<'_> {
    fn row(&self) -> AccountRow {
        let records = &self.records;
        let mut row = AccountRow::at(records.line(), self.positions.clone());
        if let Some((broken, position)) = records.broken() {
            // The text after an open quote contains other rows, with whatever they contain.
            let position = Some(position).filter(|_| broken == UnreadableRecord::OpenQuote);
            row.faults.push(broken_fault(broken).positioned(position));
            return row;
        }
        let (count, headings) = (records.len(), self.columns.len());
        // Cells without a heading may be missing or present, as long as they are empty.
        let is_longer =
            || count > headings && records.cells().skip(headings).any(|cell| !cell.trim_ascii().is_empty());
        if count < self.least || is_longer() {
            let flaw = ColumnFlaw::Count { columns: count, headings };
            row.faults.push(Fault::new("", FaultCode::Columns(flaw)));
        }
        for (index, (column, cell)) in self.columns.iter().zip(records.cells()).enumerate() {
            let Some(column) = column else {
                if !cell.trim_ascii().is_empty() {
                    let position = Position { line: row.line, column: index + 1 };
                    row.faults.push(Fault::new("", FaultCode::NoHeading).positioned(Some(position)));
                }
                continue;
            };
            let Ok(text) = std::str::from_utf8(cell) else {
                row.faults.push(not_utf8(column.name()));
                continue;
            };
            // White space around a password is part of it. The same applies to other fields.
            let text = match column {
                AccountColumn::Password | AccountColumn::Field(_) => text,
                _ => text.trim(),
            };
            row.take(column, Input::Text(text.to_owned()));
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::{declared_delimiter, likely_delimiter};

    #[test]
    fn the_headings_show_the_delimiter() {
        for (start, delimiter) in [
            ("username,email\n", b','),
            ("username;email;bio\na,b;c", b';'),
            ("username\temail", b'\t'),
            ("username", b','),
            ("\r\n\n\"a,b\n,\"\"c\";d\r\n,,", b';'),
        ] {
            assert_eq!(likely_delimiter(start.as_bytes()), delimiter, "{start}");
        }
    }

    #[test]
    fn the_first_line_may_tell_the_delimiter() {
        assert_eq!(declared_delimiter(b"sep=;\r\nusername"), Some((b';', 5)));
        assert_eq!(declared_delimiter(b"SEP=\t\n"), Some((b'\t', 5)));
        for start in ["sep=;", "sep=", "sep=\n\n", "sep=;;\n", "separator\n"] {
            assert_eq!(declared_delimiter(start.as_bytes()), None, "{start}");
        }
    }
}
