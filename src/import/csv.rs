//! Rows of a table of comma-separated values, as spreadsheets write them.

use std::io::BufRead;

use anyhow::{Context as _, Result};
use csv::{ByteRecord, ReaderBuilder};

use super::Rows;
use super::columns::{Column, Columns};
use super::wanted::{Places, Wanted};
use crate::field::Input;
use crate::place::Place;
use crate::refusal::{Fault, Refusal};

/// A table whose first line has the headings.
pub struct Table<'a> {
    reader: csv::Reader<Box<dyn BufRead + Send + 'a>>,
    columns: Vec<Column<'a>>,
    places: Places,
    record: ByteRecord,
}

impl<'a> Table<'a> {
    /// Reads the headings. What separates the values is what the first line has the most of.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for headings that mean nothing or the same, or what the operating system says.
    pub fn new(mut input: Box<dyn BufRead + Send + 'a>, file: &str, columns: &Columns<'a>) -> Result<Self> {
        let start = input.fill_buf().with_context(|| format!("{file} cannot be read"))?;
        let delimiter = delimiter(start);
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(input);
        let mut record = ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(|error| unreadable(error, file))?;
        let mut faults = Vec::new();
        let mut found: Vec<Column<'a>> = Vec::new();
        let mut places = Vec::new();
        let mut headings = Vec::new();
        for (index, heading) in record.iter().enumerate() {
            let at = |message: String, code| {
                let field = String::from_utf8_lossy(heading);
                Fault::new(field, code, message).at(file, Place { line: 1, column: index + 1 }, None)
            };
            let Ok(heading) = std::str::from_utf8(heading) else {
                faults.push(at("this is not UTF-8 text. Save the table as CSV in UTF-8.".into(), "not_utf8"));
                continue;
            };
            let heading = heading.trim();
            match columns.find(heading) {
                Ok(column) if is_twice(&column, &found) => {
                    faults.push(at(format!("{} is given by two columns.", column.name()), "given_twice"));
                }
                Ok(column) => {
                    places.push((column.name().to_owned(), heading.to_owned(), index + 1));
                    found.push(column);
                }
                Err(fault) => faults.push(at(fault.message, fault.code)),
            }
            headings.push(heading.to_owned());
        }
        columns.check_map(&headings)?;
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        Ok(Self { reader, columns: found, places: Places::Table(places.into()), record })
    }
}

fn is_twice(column: &Column<'_>, found: &[Column<'_>]) -> bool {
    !matches!(column, Column::Ignored) && found.iter().any(|other| other.name() == column.name())
}

fn delimiter(start: &[u8]) -> u8 {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: &u8| line.split(|byte| byte == delimiter).count();
    // Of equals the last is taken, and a table of one column has none.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

fn unreadable(error: csv::Error, file: &str) -> anyhow::Error {
    anyhow::Error::new(error).context(format!("{file} cannot be read"))
}

impl Rows for Table<'_> {
    fn has_passwords(&self) -> Option<bool> {
        Some(self.columns.iter().any(|column| matches!(column, Column::Password)))
    }

    fn next(&mut self, file: &str) -> Result<Option<Wanted>> {
        loop {
            let more =
                self.reader.read_byte_record(&mut self.record).map_err(|error| unreadable(error, file))?;
            if !more {
                return Ok(None);
            }
            // Spreadsheets write the lines that were once used, too.
            if self.record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                return Ok(Some(self.row()));
            }
        }
    }
}

impl Table<'_> {
    fn row(&self) -> Wanted {
        let line = self.record.position().map_or(0, csv::Position::line);
        let mut wanted = Wanted::at(usize::try_from(line).unwrap_or(usize::MAX), self.places.clone());
        if self.record.len() != self.columns.len() {
            let message = format!(
                "The row has {} columns, the headings have {}.",
                self.record.len(),
                self.columns.len()
            );
            wanted.faults.push(Fault::new("", "columns", message));
        }
        for (column, cell) in self.columns.iter().zip(&self.record) {
            let Ok(text) = std::str::from_utf8(cell) else {
                let message = "This is not UTF-8 text. Save the table as CSV in UTF-8.";
                wanted.faults.push(Fault::new(column.name(), "not_utf8", message));
                continue;
            };
            // White space at the ends of a password is part of it, and of a longer text too.
            let text = match column {
                Column::Password | Column::Field(_) => text,
                _ => text.trim(),
            };
            wanted.take(column, Input::Text(text.to_owned()));
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::delimiter;

    #[test]
    fn the_first_line_tells_the_delimiter() {
        assert_eq!(delimiter(b"username,email\n"), b',');
        assert_eq!(delimiter(b"username;email;bio\na,b;c"), b';');
        assert_eq!(delimiter(b"username\temail"), b'\t');
        assert_eq!(delimiter(b"username"), b',');
    }
}
