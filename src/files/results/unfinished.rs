//! Finds rows of a run that ended after writing them but before marking them as committed.
//!
//! The database shows whether they were committed. All rows of a batch belong to one transaction.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _};
use std::path::Path;

use serde::Deserialize;
use zeroize::{Zeroize as _, Zeroizing};

use super::{COMMITTED, HEADING, Secrets, UNDECIDED};
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::limits;
use crate::error::misuse::Misuse;

/// The rows after the last finished batch.
#[derive(Default)]
pub struct UnfinishedRows {
    /// The complete rows.
    pub rows: Vec<Row>,
    /// The start of an incomplete row.
    torn: Option<u64>,
    /// Whether the last row is committed.
    ends_committed: bool,
}

/// An undecided row.
pub struct Row {
    start: u64,
    /// The position of the state.
    pub state: u64,
    /// The user's login name.
    pub username: String,
    /// The user's primary key, as text.
    pub id: String,
    /// The outcome, as a word.
    pub outcome: String,
    /// The database of the row.
    pub database: String,
    /// The generated secrets.
    pub secrets: Secrets,
}

/// Finds undecided rows. Returns [`Misuse`] for a file that authctl did not write.
pub fn find(file: &File, path: &Path, is_json: bool) -> Result<UnfinishedRows> {
    let mut file = file;
    let cannot_read = || format!("{} cannot be read", path.display());
    file.rewind().with_context(cannot_read)?;
    let found = scan(file, is_json).with_context(cannot_read)?;
    found.ok_or_else(|| Misuse::ForeignResults(path.to_owned()).into())
}

fn scan(file: &File, is_json: bool) -> io::Result<Option<UnfinishedRows>> {
    let mut reader = BufReader::new(file);
    let mut found = UnfinishedRows::default();
    let heading = format!("{}\r\n", HEADING.join(","));
    // Nothing may be removed from a foreign file. Checking its start avoids reading most of it.
    let beginning = if is_json { "{\"line\":" } else { &heading };
    let mut first = Vec::new();
    reader.by_ref().take(beginning.len() as u64).read_to_end(&mut first)?;
    if !beginning.as_bytes().starts_with(&first) {
        return Ok(None);
    }
    reader.rewind()?;
    let (mut start, mut record) = (0, Zeroizing::new(Vec::new()));
    loop {
        // Wipe only the used part of the vector. Wiping its whole capacity for each row would be slow.
        record.as_mut_slice().zeroize();
        record.clear();
        match read_record(&mut reader, &mut record, is_json)? {
            Reading::Whole => {}
            Reading::End if record.is_empty() => return Ok(Some(found)),
            // Only complete rows are marked as committed.
            Reading::End if found.is_partly_marked() || is_marked(&record) => return Ok(None),
            Reading::End => {
                found.torn = Some(start);
                return Ok(Some(found));
            }
            Reading::TooLong => return Ok(None),
        }
        let end = start + record.len() as u64;
        if is_json || start > 0 {
            let ending = if is_json { "\"}\n" } else { "\r\n" };
            let Some(parsed) = (if is_json { in_json(&record) } else { in_csv(&record) }) else {
                return Ok(None);
            };
            let is_ours = match &*parsed.state {
                COMMITTED => true,
                // The state is overwritten in place, so it must be at the end.
                UNDECIDED => {
                    !found.is_partly_marked() && record.ends_with(&[UNDECIDED, ending].concat().into_bytes())
                }
                _ => false,
            };
            if !is_ours {
                return Ok(None);
            }
            found.add(parsed, start, end - (ending.len() + UNDECIDED.len()) as u64);
        }
        start = end;
    }
}

/// The result of reading a record.
enum Reading {
    Whole,
    /// The file ends before the record.
    End,
    /// The record is longer than any that authctl writes.
    TooLong,
}

/// Reads a record with its line end. In CSV, line ends in quotes do not count.
fn read_record(reader: &mut impl BufRead, record: &mut Vec<u8>, is_json: bool) -> io::Result<Reading> {
    let mut quotes = 0;
    loop {
        let before = record.len();
        if before >= limits::ROW {
            return Ok(Reading::TooLong);
        }
        if reader.by_ref().take((limits::ROW - before) as u64).read_until(b'\n', record)? == 0 {
            return Ok(Reading::End);
        }
        quotes += if is_json { 0 } else { memchr::memchr_iter(b'"', &record[before..]).count() };
        if record.ends_with(b"\n") && quotes.is_multiple_of(2) {
            return Ok(Reading::Whole);
        }
    }
}

/// Whether an incomplete row is marked as committed.
fn is_marked(record: &[u8]) -> bool {
    let record = record.trim_ascii_end();
    record.strip_suffix(b"\"}").unwrap_or(record).ends_with(COMMITTED.as_bytes())
}

/// The relevant fields of a row.
#[derive(Deserialize)]
struct Parsed {
    user: ParsedUser,
    outcome: String,
    token: Option<String>,
    password: Option<String>,
    database: String,
    state: String,
}

#[derive(Deserialize)]
struct ParsedUser {
    id: Option<serde_json::Value>,
    username: String,
}

fn in_json(record: &[u8]) -> Option<Parsed> {
    serde_json::from_slice(record).ok()
}

fn in_csv(record: &[u8]) -> Option<Parsed> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(record);
    let cells = reader.records().next()?.ok()?;
    let [_, username, id, outcome, token, password, database, state] = cells.iter().collect::<Vec<_>>()[..]
    else {
        return None;
    };
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Some(Parsed {
        user: ParsedUser { id: Some(id.into()), username: username.to_owned() },
        outcome: outcome.to_owned(),
        token: given(token),
        password: given(password),
        database: database.to_owned(),
        state: state.to_owned(),
    })
}

impl UnfinishedRows {
    fn add(&mut self, parsed: Parsed, start: u64, state: u64) {
        self.ends_committed = parsed.state == COMMITTED;
        if parsed.state == UNDECIDED {
            let id = parsed.user.id.unwrap_or_default();
            self.rows.push(Row {
                start,
                state,
                username: parsed.user.username,
                id: id.as_str().map_or_else(|| id.to_string(), str::to_owned),
                outcome: parsed.outcome,
                database: parsed.database,
                secrets: Secrets { token: parsed.token, password: parsed.password },
            });
        }
    }

    /// Whether the last row is marked as committed, but earlier ones are not.
    fn is_partly_marked(&self) -> bool {
        self.ends_committed && !self.rows.is_empty()
    }

    /// Returns the start of the unfinished rows.
    pub fn start(&self) -> Option<u64> {
        self.rows.first().map(|row| row.start).or(self.torn)
    }

    /// Returns the number of unfinished rows.
    pub fn count(&self) -> u64 {
        self.rows.len() as u64 + u64::from(self.torn.is_some())
    }

    /// Whether the rows were committed, as far as the file shows. `None` if only the database can tell.
    #[must_use]
    pub fn is_committed(&self) -> Option<bool> {
        if self.torn.is_some() || self.rows.is_empty() {
            // All rows are on disk before they are committed.
            return Some(false);
        }
        self.ends_committed.then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, is_json: bool) -> (Reading, usize) {
        let mut record = Vec::new();
        let reading = read_record(&mut text.as_bytes(), &mut record, is_json).expect("a reading from memory");
        (reading, record.len())
    }

    #[test]
    fn a_line_end_within_quotes_does_not_end_a_row_of_a_table() {
        assert!(matches!(read("2,\"a\nb\",c\n3,d\n", false), (Reading::Whole, 10)));
        assert!(matches!(read("{\"a\": \"b\\\"\"}\n{}\n", true), (Reading::Whole, 13)));
        assert!(matches!(read("2,\"a\nb", false), (Reading::End, 6)));
    }

    #[test]
    fn a_row_has_an_end_within_the_limit() {
        let long = |more: usize| format!("\"\n{}\"\n", "x".repeat(limits::ROW - 4 + more));
        assert!(matches!(read(&long(0), false), (Reading::Whole, limits::ROW)));
        assert!(matches!(read(&long(2), false), (Reading::TooLong, limits::ROW)));
    }
}
