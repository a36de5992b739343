//! Rows of a table of comma-separated values, as spreadsheets write them.

use std::io::BufRead;

use anyhow::{Context as _, Result};

use crate::django::field::Input;
use crate::error::limits;
use crate::error::position::Place;
use crate::error::refusal::{Fault, Refusal};
use crate::formats::RowReader;
use crate::formats::account_row::{AccountRow, ValuePositions};
use crate::formats::columns::{AccountColumn, Columns};
use crate::formats::encoding::NOT_UTF8;
use crate::formats::records::{Broken, Records};

/// A table whose first line has the headings.
pub struct CsvReader<'a> {
    records: Records<Box<dyn BufRead + Send + 'a>>,
    /// What each column gives; `None` where it has no heading.
    columns: Vec<Option<AccountColumn<'a>>>,
    /// So many cells a row must have: all that have a heading.
    least: usize,
    places: ValuePositions,
}

impl<'a> CsvReader<'a> {
    /// Reads the headings. Unless told, what separates the values is what the first line has the most of.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for headings that mean nothing or the same, or what the operating system says.
    pub fn new(
        mut input: Box<dyn BufRead + Send + 'a>,
        file: &str,
        columns: &Columns<'a>,
        delimiter: Option<u8>,
    ) -> Result<Self> {
        let start = input.fill_buf().with_context(|| unreadable(file))?;
        let (told, length) = told_delimiter(start).map_or((None, 0), |(told, length)| (Some(told), length));
        let delimiter = delimiter.or(told).unwrap_or_else(|| likely_delimiter(start));
        input.consume(length);
        let mut records = Records::new(input, delimiter);
        records.read().with_context(|| unreadable(file))?;
        if let Some((broken, place)) = records.broken() {
            let fault = match broken {
                Broken::OpenQuote => broken_fault(broken).at(file, place, None),
                _ => broken_fault(broken).on_line(file, place.line),
            };
            return Err(Refusal::Invalid(vec![fault]).into());
        }
        let mut faults = Vec::new();
        let mut found: Vec<Option<AccountColumn<'a>>> = Vec::new();
        let mut places = Vec::new();
        let mut headings = Vec::new();
        for (index, heading) in records.cells().enumerate() {
            let place = Place { line: records.line(), column: index + 1 };
            let Ok(heading) = std::str::from_utf8(heading) else {
                faults.push(not_utf8("").at(file, place, None));
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
                    let message = format!("{} is given by two columns.", column.name());
                    faults.push(Fault::new(heading, "given_twice", message).at(file, place, None));
                }
                Ok(column) => {
                    places.push((column.name().to_owned(), heading.to_owned(), index + 1));
                    found.push(Some(column));
                }
                Err(fault) => faults.push(Fault { field: heading.to_owned(), ..fault.at(file, place, None) }),
            }
        }
        columns.check_map(&headings)?;
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        let least = found.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        Ok(Self { records, columns: found, least, places: ValuePositions::Table(places.into()) })
    }
}

fn is_twice(column: &AccountColumn<'_>, found: &[Option<AccountColumn<'_>>]) -> bool {
    !matches!(column, AccountColumn::Ignored)
        && found.iter().flatten().any(|other| other.name() == column.name())
}

fn broken_fault(broken: Broken) -> Fault {
    let (code, message) = match broken {
        Broken::OpenQuote => ("open_quote", "A quote that opens here is never closed.".to_owned()),
        Broken::TooLong => ("too_long", too_long("row")),
        Broken::TooManyCells => ("columns", format!("The row has more than {} columns.", limits::COLUMNS)),
    };
    Fault::new("", code, message)
}

/// What is said of a row or line that is too long to be one.
pub fn too_long(what: &str) -> String {
    let limit = limits::ROW / (1024 * 1024);
    format!("The {what} is longer than {limit} MiB. Rows that follow are not read.")
}

fn no_heading() -> Fault {
    let message =
        "There is no heading over this value. --map '=FIELD' says what it is, --map '=' leaves it out.";
    Fault::new("", "no_heading", message)
}

fn not_utf8(field: &str) -> Fault {
    Fault::new(field, "not_utf8", format!("This is not UTF-8 text. {NOT_UTF8}"))
}

/// What separates the values as Excel tells itself in a first line `sep=;`, and how many bytes say so.
fn told_delimiter(start: &[u8]) -> Option<(u8, usize)> {
    match start {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, b'\r' | b'\n', ..]
            if may_delimit(*delimiter) =>
        {
            Some((*delimiter, 5))
        }
        _ => None,
    }
}

/// Can the values of a table be separated by this byte?
#[must_use]
pub fn may_delimit(byte: u8) -> bool {
    byte.is_ascii() && !b"\"\r\n\0".contains(&byte)
}

/// What the headings have the most of outside of quotes.
fn likely_delimiter(start: &[u8]) -> u8 {
    // Of equals the last is taken, and a table of one column has none.
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
            // Spreadsheets write the lines that were once used, too.
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
        let mut wanted = AccountRow::at(records.line(), self.places.clone());
        if let Some((broken, place)) = records.broken() {
            // Rows of others follow in an open quote, with whatever they hold.
            let place = Some(place).filter(|_| broken == Broken::OpenQuote);
            wanted.faults.push(Fault { place, ..broken_fault(broken) });
            return wanted;
        }
        let (count, headings) = (records.len(), self.columns.len());
        // Cells under no heading may be there or not, as long as they are empty.
        let is_longer =
            || count > headings && records.cells().skip(headings).any(|cell| !cell.trim_ascii().is_empty());
        if count < self.least || is_longer() {
            let message = format!("The row has {count} columns, the headings have {headings}.");
            wanted.faults.push(Fault::new("", "columns", message));
        }
        for (index, (column, cell)) in self.columns.iter().zip(records.cells()).enumerate() {
            let Some(column) = column else {
                if !cell.trim_ascii().is_empty() {
                    let place = Place { line: wanted.line, column: index + 1 };
                    wanted.faults.push(Fault { place: Some(place), ..no_heading() });
                }
                continue;
            };
            let Ok(text) = std::str::from_utf8(cell) else {
                wanted.faults.push(not_utf8(column.name()));
                continue;
            };
            // White space at the ends of a password is part of it, and of a longer text too.
            let text = match column {
                AccountColumn::Password | AccountColumn::Field(_) => text,
                _ => text.trim(),
            };
            wanted.take(column, Input::Text(text.to_owned()));
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::{likely_delimiter, told_delimiter};

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
        assert_eq!(told_delimiter(b"sep=;\r\nusername"), Some((b';', 5)));
        assert_eq!(told_delimiter(b"SEP=\t\n"), Some((b'\t', 5)));
        for start in ["sep=;", "sep=", "sep=\n\n", "sep=;;\n", "separator\n"] {
            assert_eq!(told_delimiter(start.as_bytes()), None, "{start}");
        }
    }
}
