//! Rows of a run that was cut off between writing them and marking them as committed.
//!
//! The database tells which it was: all rows of a batch are of one transaction.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use zeroize::{Zeroize as _, Zeroizing};

use super::{COMMITTED, HEADING, Secrets, UNDECIDED};
use crate::error::limits;
use crate::error::refusal::Refusal;

/// What is found behind the last batch that was finished.
#[derive(Default)]
pub struct UnfinishedRows {
    /// Its whole rows.
    pub rows: Vec<Row>,
    /// Where a row begins that was not written to its end.
    torn: Option<u64>,
    /// Is the last row committed?
    ends_committed: bool,
}

/// A row that is undecided.
pub struct Row {
    start: u64,
    /// Where its state is.
    pub state: u64,
    /// The user's login name.
    pub username: String,
    /// The user's primary key, as text.
    pub id: String,
    /// What became of the row, as a word.
    pub outcome: String,
    /// The database that the row is of.
    pub database: String,
    /// The secrets that were handed out.
    pub secrets: Secrets,
}

/// Looks for rows that are undecided.
///
/// # Errors
/// [`Refusal::Usage`] for a file that authctl did not write, or what the operating system says.
pub fn find(file: &File, path: &Path, is_json: bool) -> Result<UnfinishedRows> {
    let mut file = file;
    let cannot_read = || format!("{} cannot be read", path.display());
    file.rewind().with_context(cannot_read)?;
    scan(file, is_json).with_context(cannot_read)?.ok_or_else(|| {
        let path = path.display();
        let message = format!(
            "--results {path}: it was not written by this version of authctl. Move it away, or name another file."
        );
        Refusal::Usage(message).into()
    })
}

fn scan(file: &File, is_json: bool) -> io::Result<Option<UnfinishedRows>> {
    let mut reader = BufReader::new(file);
    let mut found = UnfinishedRows::default();
    let heading = format!("{}\r\n", HEADING.join(","));
    // Of a file that is not ours, nothing may be removed, and most of it need not be read.
    let beginning = if is_json { "{\"line\":" } else { &heading };
    let mut first = Vec::new();
    reader.by_ref().take(beginning.len() as u64).read_to_end(&mut first)?;
    if !beginning.as_bytes().starts_with(&first) {
        return Ok(None);
    }
    reader.rewind()?;
    let (mut start, mut record) = (0, Zeroizing::new(Vec::new()));
    loop {
        // Without what the vector has room for, which would be wiped for each row.
        record.as_mut_slice().zeroize();
        record.clear();
        match read_record(&mut reader, &mut record, is_json)? {
            Reading::Whole => {}
            Reading::End if record.is_empty() => return Ok(Some(found)),
            // Only whole rows are ever marked as committed.
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
                // The state is overwritten where it is.
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

/// How far a record could be read.
enum Reading {
    Whole,
    /// The file ends before the record does.
    End,
    /// It is longer than any that authctl writes.
    TooLong,
}

/// Reads a record with its line end, which in CSV is outside of quotes.
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

/// Does this row without a line end say that it is committed?
fn is_marked(record: &[u8]) -> bool {
    let record = record.trim_ascii_end();
    record.strip_suffix(b"\"}").unwrap_or(record).ends_with(COMMITTED.as_bytes())
}

/// A row, as far as it matters here.
#[derive(Deserialize)]
struct Parsed {
    username: String,
    id: Option<serde_json::Value>,
    outcome: String,
    token: Option<String>,
    password: Option<String>,
    database: String,
    state: String,
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
        username: username.to_owned(),
        id: Some(id.into()),
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
            let id = parsed.id.unwrap_or_default();
            self.rows.push(Row {
                start,
                state,
                username: parsed.username,
                id: id.as_str().map_or_else(|| id.to_string(), str::to_owned),
                outcome: parsed.outcome,
                database: parsed.database,
                secrets: Secrets { token: parsed.token, password: parsed.password },
            });
        }
    }

    /// Are some rows marked as committed, and rows before them not?
    fn is_partly_marked(&self) -> bool {
        self.ends_committed && !self.rows.is_empty()
    }

    /// Where what is unfinished begins.
    pub fn start(&self) -> Option<u64> {
        self.rows.first().map(|row| row.start).or(self.torn)
    }

    /// How many rows it is.
    pub fn count(&self) -> u64 {
        self.rows.len() as u64 + u64::from(self.torn.is_some())
    }

    /// Was it committed, as far as the file alone tells? `None` where only the database knows.
    #[must_use]
    pub fn is_committed(&self) -> Option<bool> {
        if self.torn.is_some() || self.rows.is_empty() {
            // The disk has all rows before their commit.
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
