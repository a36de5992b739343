//! Prints rows in each of the formats.

use std::io::Write as _;
use std::ops::ControlFlow;

use crate::django::value::{Cell, Kind, OnRow};
use crate::error::failure::Result;
use crate::terminal::escape::escaped;
use crate::terminal::format::Format;
use crate::terminal::row_writer::{end_csv, push_csv, push_csv_text, push_json, push_serialized, push_text};
use crate::terminal::spool::Spool;

/// A column of a listing.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The heading, which is also the key in JSON.
    pub name: String,
    /// The kind of the cells.
    pub kind: Kind,
}

impl From<(&str, Kind)> for Heading {
    fn from((name, kind): (&str, Kind)) -> Self {
        Self { name: name.to_owned(), kind }
    }
}

/// Runs a query and passes each row to the callback.
pub type Rows<'a> = dyn FnMut(&mut OnRow<'_>) -> Result<()> + 'a;

/// Writes all rows to the spool in a format for programs.
pub(super) fn write(
    spool: &mut Spool,
    format: Format,
    headings: &[Heading],
    rows: &mut Rows<'_>,
) -> Result<()> {
    match format {
        Format::Table | Format::Plain => each(spool, rows, |row, cells| {
            for (index, (heading, cell)) in headings.iter().zip(cells).enumerate() {
                if index > 0 {
                    row.push(b'\t');
                }
                push_escaped(row, *cell, &heading.kind);
            }
            row.push(b'\n');
        }),
        Format::Csv => csv(spool, headings, rows),
        Format::Jsonl => {
            let keys = json_keys(headings);
            each(spool, rows, |row, cells| {
                push_object(row, headings, &keys, cells);
                row.push(b'\n');
            })
        }
        Format::Json => json(spool, headings, rows),
    }
}

/// Writes each row as `push` appends it.
fn each(
    spool: &mut Spool,
    rows: &mut Rows<'_>,
    mut push: impl FnMut(&mut Vec<u8>, &[Cell<'_>]),
) -> Result<()> {
    let mut row = Vec::new();
    rows(&mut |cells| {
        row.clear();
        push(&mut row, cells);
        spool.write_all(&row)?;
        Ok(ControlFlow::Continue(()))
    })
}

fn csv(spool: &mut Spool, headings: &[Heading], rows: &mut Rows<'_>) -> Result<()> {
    let mut names = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        if index > 0 {
            names.push(b',');
        }
        push_csv_text(&mut names, &heading.name);
    }
    end_csv(&mut names);
    spool.write_all(&names)?;
    each(spool, rows, |row, cells| {
        for (index, (heading, cell)) in headings.iter().zip(cells).enumerate() {
            if index > 0 {
                row.push(b',');
            }
            push_csv(row, *cell, &heading.kind);
        }
        end_csv(row);
    })
}

fn json(spool: &mut Spool, headings: &[Heading], rows: &mut Rows<'_>) -> Result<()> {
    let keys = json_keys(headings);
    let mut before: &[u8] = b"[\n  ";
    each(spool, rows, |row, cells| {
        row.extend_from_slice(before);
        before = b",\n  ";
        push_object(row, headings, &keys, cells);
    })?;
    Ok(spool.write_all(if before.starts_with(b",") { b"\n]\n" } else { b"[]\n" })?)
}

/// Returns the JSON text before each value of an object.
fn json_keys(headings: &[Heading]) -> Vec<Vec<u8>> {
    let key = |(index, heading): (usize, &Heading)| {
        let mut key = vec![if index == 0 { b'{' } else { b',' }];
        push_serialized(&mut key, &heading.name);
        key.push(b':');
        key
    };
    headings.iter().enumerate().map(key).collect()
}

fn push_object(row: &mut Vec<u8>, headings: &[Heading], keys: &[Vec<u8>], cells: &[Cell<'_>]) {
    for ((heading, key), cell) in headings.iter().zip(keys).zip(cells) {
        row.extend_from_slice(key);
        push_json(row, *cell, &heading.kind);
    }
    row.push(b'}');
}

/// Appends a cell for programs, escaped for terminals.
pub(super) fn push_escaped(row: &mut Vec<u8>, cell: Cell<'_>, kind: &Kind) {
    match cell {
        Cell::Text(text) if *kind != Kind::Uuid => row.extend_from_slice(escaped(text).as_bytes()),
        Cell::Text(_) | Cell::Bytes(_) => {
            let mut text = Vec::new();
            push_text(&mut text, cell, kind);
            row.extend_from_slice(escaped(&String::from_utf8_lossy(&text)).as_bytes());
        }
        cell => push_text(row, cell, kind),
    }
}
