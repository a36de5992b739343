//! Prints rows in each of the formats.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek as _, Write as _};
use std::ops::ControlFlow;

use comfy_table::{Attribute, Cell as TableCell, Color, ContentArrangement, Table};
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr as _;

use crate::django::value::{Cell, Kind, OnRow};
use crate::error::failure::Result;
use crate::terminal::clock::zone;
use crate::terminal::escape::escaped;
use crate::terminal::format::{BOLD, Format};
use crate::terminal::is_broken_pipe;
use crate::terminal::row_writer::{end_csv, push_csv, push_date_time, push_json, push_text};
use crate::terminal::spool::{CHUNK, Spool};

/// A column of a listing.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The heading, which is also the key in JSON.
    pub name: &'static str,
    /// The kind of the cells.
    pub kind: Kind,
}

/// Runs a query and passes each row to the callback.
pub type Rows<'a> = dyn FnMut(&mut OnRow<'_>) -> Result<()> + 'a;

/// The maximum number of rows laid out as a table that fits the terminal. Longer listings have fixed column widths.
const MAX_LAID_OUT: usize = 1_000;

/// The minimum width of a terminal for wrapping columns.
const MIN_WIDTH: u16 = 20;

/// Writes all rows to the spool.
pub(super) fn write(
    spool: &mut Spool,
    format: Format,
    color: bool,
    headings: &[Heading],
    rows: &mut Rows<'_>,
) -> Result<()> {
    let outcome = match format {
        Format::Table => table(spool, color, headings, rows),
        Format::Plain => each(spool, rows, |row, cells| {
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
    };
    match outcome {
        // The reader has read enough.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        outcome => outcome,
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
    let names: Vec<&str> = headings.iter().map(|heading| heading.name).collect();
    spool.write_all(format!("{}\r\n", names.join(",")).as_bytes())?;
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
fn json_keys(headings: &[Heading]) -> Vec<String> {
    let key = |(index, heading): (usize, &Heading)| {
        format!("{}\"{}\":", if index == 0 { "{" } else { "," }, heading.name)
    };
    headings.iter().enumerate().map(key).collect()
}

fn push_object(row: &mut Vec<u8>, headings: &[Heading], keys: &[String], cells: &[Cell<'_>]) {
    for ((heading, key), cell) in headings.iter().zip(keys).zip(cells) {
        row.extend_from_slice(key.as_bytes());
        push_json(row, *cell, &heading.kind);
    }
    row.push(b'}');
}

/// Appends a cell for programs, escaped for terminals.
fn push_escaped(row: &mut Vec<u8>, cell: Cell<'_>, kind: &Kind) {
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

/// Appends a cell for people: local time to the second, `yes` and `no`.
fn push_for_people(row: &mut Vec<u8>, cell: Cell<'_>, kind: &Kind, zone: &TimeZone) {
    if let Cell::Boolean(flag) = cell {
        return row.extend_from_slice(if flag { b"yes" } else { b"no" });
    }
    match cell.timestamp() {
        Some(moment) => {
            let time = zone.to_datetime(moment);
            if time.year() < 0 {
                row.extend_from_slice(time.strftime("%Y-%m-%d %H:%M:%S").to_string().as_bytes());
            } else {
                push_date_time(row, time, b' ');
            }
        }
        None => push_escaped(row, cell, kind),
    }
}

/// Returns the width of a text on a terminal.
fn width_of(text: &[u8]) -> usize {
    // After escaping, every ASCII character has width 1.
    if text.is_ascii() { text.len() } else { String::from_utf8_lossy(text).width() }
}

fn table(spool: &mut Spool, color: bool, headings: &[Heading], rows: &mut Rows<'_>) -> Result<()> {
    let zone = zone();
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.name.width()).collect();
    let mut buffer = RowBuffer::default();
    let mut row = Vec::new();
    rows(&mut |cells| {
        row.clear();
        for (index, ((heading, cell), widest)) in headings.iter().zip(cells).zip(&mut widths).enumerate() {
            if index > 0 {
                row.push(SEPARATOR);
            }
            let start = row.len();
            push_for_people(&mut row, *cell, &heading.kind, &zone);
            *widest = (*widest).max(width_of(&row[start..]));
        }
        row.push(b'\n');
        buffer.push(&row)?;
        Ok(ControlFlow::Continue(()))
    })?;
    if buffer.rows <= MAX_LAID_OUT {
        lay_out(spool, color, headings, buffer)?;
    } else {
        align(spool, color, headings, &widths, buffer)?;
    }
    Ok(())
}

/// The separator between cells. Escaped text contains no tabs and no line ends.
const SEPARATOR: u8 = b'\t';

/// Stores the texts of rows until the widths of their columns are known: a few in memory, many in an unlinked file.
#[derive(Debug, Default)]
struct RowBuffer {
    rows: usize,
    memory: Vec<u8>,
    file: Option<File>,
    /// Whether the file could not be created. The rows then stay in memory.
    is_file_unavailable: bool,
}

impl RowBuffer {
    /// Adds a row, which must end with a line feed.
    fn push(&mut self, row: &[u8]) -> io::Result<()> {
        self.rows += 1;
        self.memory.extend_from_slice(row);
        if self.rows > MAX_LAID_OUT && self.memory.len() >= CHUNK && !self.is_file_unavailable {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.file = tempfile::tempfile().ok();
        }
        match &mut self.file {
            Some(file) => {
                file.write_all(&self.memory)?;
                self.memory.clear();
            }
            None => self.is_file_unavailable = true,
        }
        Ok(())
    }

    /// Passes the rows to the callback, in their order.
    fn each(
        mut self,
        mut on_row: impl FnMut(std::slice::Split<'_, u8, fn(&u8) -> bool>) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.file.is_some() {
            self.spill()?;
        }
        let mut lines: Box<dyn BufRead> = match self.file {
            None => Box::new(io::Cursor::new(self.memory)),
            Some(mut file) => {
                file.rewind()?;
                Box::new(BufReader::with_capacity(CHUNK, file))
            }
        };
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            line.pop();
            on_row(line.split(|byte| *byte == SEPARATOR))?;
            line.clear();
        }
        Ok(())
    }
}

/// Writes columns of fixed width.
fn align(
    spool: &mut Spool,
    color: bool,
    headings: &[Heading],
    widths: &[usize],
    buffer: RowBuffer,
) -> io::Result<()> {
    let mut line = Vec::new();
    let columns: Vec<(&Heading, usize, bool)> = headings
        .iter()
        .zip(widths)
        .map(|(heading, width)| (heading, *width, is_right_aligned(heading)))
        .collect();
    for (heading, width, is_right) in &columns {
        push_padded(&mut line, heading.name.as_bytes(), *width, *is_right, color.then_some(BOLD));
    }
    end_line(spool, &mut line)?;
    buffer.each(|texts| {
        for ((heading, width, is_right), text) in columns.iter().zip(texts) {
            let tone = if color { tone(heading, text).map(Tone::code) } else { None };
            push_padded(&mut line, text, *width, *is_right, tone);
        }
        end_line(spool, &mut line)
    })
}

/// Appends a text padded to its width, followed by two spaces.
fn push_padded(line: &mut Vec<u8>, text: &[u8], width: usize, is_right: bool, style: Option<u8>) {
    let padding = width.saturating_sub(width_of(text));
    if is_right {
        line.resize(line.len() + padding, b' ');
    }
    match style {
        Some(code) => {
            line.extend_from_slice(format!("\u{1b}[{code}m").as_bytes());
            line.extend_from_slice(text);
            line.extend_from_slice(b"\x1b[0m");
        }
        None => line.extend_from_slice(text),
    }
    let trailing = if is_right { 2 } else { padding + 2 };
    line.resize(line.len() + trailing, b' ');
}

/// Writes a line without trailing spaces, and clears the buffer.
fn end_line(spool: &mut Spool, line: &mut Vec<u8>) -> io::Result<()> {
    let length = std::str::from_utf8(line).map_or(line.len(), |line| line.trim_end().len());
    line.truncate(length);
    line.push(b'\n');
    spool.write_all(line)?;
    line.clear();
    Ok(())
}

fn is_right_aligned(heading: &Heading) -> bool {
    matches!(heading.kind, Kind::Integer | Kind::Real | Kind::Decimal(_))
}

/// Writes a table that fits the terminal.
fn lay_out(spool: &mut Spool, color: bool, headings: &[Heading], buffer: RowBuffer) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    // A terminal that does not report its width reports a width of zero.
    if table.width().is_some_and(|width| width < MIN_WIDTH) {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    if color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table.set_header(
        headings.iter().map(|heading| TableCell::new(heading.name).add_attribute(Attribute::Bold)),
    );
    buffer.each(|texts| {
        table.add_row(headings.iter().zip(texts).map(|(heading, text)| {
            let cell = TableCell::new(String::from_utf8_lossy(text));
            match tone(heading, text) {
                Some(tone) => cell.fg(tone.color()),
                None => cell,
            }
        }));
        Ok(())
    })?;
    for (index, heading) in headings.iter().enumerate() {
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, 2));
            if is_right_aligned(heading) {
                column.set_cell_alignment(comfy_table::CellAlignment::Right);
            }
        }
    }
    for line in table.lines() {
        writeln!(spool, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Colors mark what needs attention: users who cannot log in, and users with special rights.
fn tone(heading: &Heading, text: &[u8]) -> Option<Tone> {
    match (heading.name, text) {
        ("is_active", b"no") | ("state", b"inactive") => Some(Tone::Bad),
        ("state", b"expired") => Some(Tone::Past),
        ("state", b"active") => Some(Tone::Good),
        ("is_superuser" | "is_staff", b"yes") => Some(Tone::Powerful),
        _ => None,
    }
}

/// The meaning of a color.
#[derive(Clone, Copy, Debug)]
enum Tone {
    Bad,
    Past,
    Good,
    Powerful,
}

impl Tone {
    fn color(self) -> Color {
        match self {
            Self::Bad => Color::Red,
            Self::Past => Color::DarkGrey,
            Self::Good => Color::Green,
            Self::Powerful => Color::Yellow,
        }
    }

    /// Returns the ECMA-48 code of the color.
    fn code(self) -> u8 {
        match self {
            Self::Bad => 31,
            Self::Past => 90,
            Self::Good => 32,
            Self::Powerful => 33,
        }
    }
}
