//! Rows of a table of comma-separated values, as spreadsheets write them.

use std::io::BufRead;

use anyhow::{Context as _, Result};

use super::Rows;
use super::columns::{Column, Columns};
use super::records::Records;
use super::wanted::{Places, Wanted};
use crate::field::Input;
use crate::place::Place;
use crate::refusal::{Fault, Refusal};

/// A table whose first line has the headings.
pub struct Table<'a> {
    records: Records<Box<dyn BufRead + Send + 'a>>,
    columns: Vec<Column<'a>>,
    places: Places,
}

impl<'a> Table<'a> {
    /// Reads the headings. What separates the values is what the first line has the most of.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for headings that mean nothing or the same, or what the operating system says.
    pub fn new(mut input: Box<dyn BufRead + Send + 'a>, file: &str, columns: &Columns<'a>) -> Result<Self> {
        let start = input.fill_buf().with_context(|| unreadable(file))?;
        let delimiter = delimiter(start);
        let mut records = Records::new(input, delimiter);
        records.read().with_context(|| unreadable(file))?;
        if let Some(place) = records.open_quote() {
            return Err(Refusal::Invalid(vec![open_quote().at(file, place, None)]).into());
        }
        let mut faults = Vec::new();
        let mut found: Vec<Column<'a>> = Vec::new();
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
            match columns.find(heading) {
                Ok(column) if is_twice(&column, &found) => {
                    let message = format!("{} is given by two columns.", column.name());
                    faults.push(Fault::new(heading, "given_twice", message).at(file, place, None));
                }
                Ok(column) => {
                    places.push((column.name().to_owned(), heading.to_owned(), index + 1));
                    found.push(column);
                }
                Err(fault) => faults.push(Fault { field: heading.to_owned(), ..fault.at(file, place, None) }),
            }
        }
        columns.check_map(&headings)?;
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        Ok(Self { records, columns: found, places: Places::Table(places.into()) })
    }
}

fn is_twice(column: &Column<'_>, found: &[Column<'_>]) -> bool {
    !matches!(column, Column::Ignored) && found.iter().any(|other| other.name() == column.name())
}

fn open_quote() -> Fault {
    Fault::new("", "open_quote", "A quote that opens here is never closed.")
}

fn not_utf8(field: &str) -> Fault {
    Fault::new(field, "not_utf8", "This is not UTF-8 text. Save the table as CSV in UTF-8.")
}

fn delimiter(start: &[u8]) -> u8 {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: &u8| line.split(|byte| byte == delimiter).count();
    // Of equals the last is taken, and a table of one column has none.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

fn unreadable(file: &str) -> String {
    format!("{file} cannot be read")
}

impl Rows for Table<'_> {
    fn has_passwords(&self) -> Option<bool> {
        Some(self.columns.iter().any(|column| matches!(column, Column::Password)))
    }

    fn next(&mut self, file: &str) -> Result<Option<Wanted>> {
        while self.records.read().with_context(|| unreadable(file))? {
            // Spreadsheets write the lines that were once used, too.
            let is_used = self.records.cells().any(|cell| !cell.trim_ascii().is_empty());
            if is_used || self.records.open_quote().is_some() {
                return Ok(Some(self.row()));
            }
        }
        Ok(None)
    }
}

impl Table<'_> {
    fn row(&self) -> Wanted {
        let records = &self.records;
        let mut wanted = Wanted::at(records.line(), self.places.clone());
        if let Some(place) = records.open_quote() {
            // Rows of others follow in it, with whatever they hold.
            wanted.faults.push(Fault { place: Some(place), ..open_quote() });
            return wanted;
        }
        if records.len() != self.columns.len() {
            let message =
                format!("The row has {} columns, the headings have {}.", records.len(), self.columns.len());
            wanted.faults.push(Fault::new("", "columns", message));
        }
        for (column, cell) in self.columns.iter().zip(records.cells()) {
            let Ok(text) = std::str::from_utf8(cell) else {
                wanted.faults.push(not_utf8(column.name()));
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
