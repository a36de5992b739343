//! Rows in each of the formats.

use std::io::{self, Write};
use std::ops::ControlFlow;

use anyhow::Result;
use comfy_table::{Attribute, Cell as TableCell, Color, ContentArrangement, Table};
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr as _;

use super::Format;
use super::escape::escaped;
use super::is_broken_pipe;
use super::spool::Spool;
use crate::model::{dashed_uuid, rfc3339};
use crate::value::{Cell, Kind};

/// The column of a listing.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The heading, and the key in JSON.
    pub name: &'static str,
    /// What the cells hold.
    pub kind: Kind,
}

/// Receives one row; breaks when no more are wanted.
pub type OnRow<'a> = dyn FnMut(&[Cell<'_>]) -> Result<ControlFlow<()>> + 'a;

/// Runs the query and hands each row on. A long table needs more than one run, so all runs have to give the same rows.
pub type Rows<'a> = dyn FnMut(&mut OnRow<'_>) -> Result<()> + 'a;

/// So many rows are laid out as one table that fits the terminal; more are streamed with fixed widths.
const LAID_OUT: usize = 1_000;

/// Columns are not wrapped to less than this.
const NARROWEST: u16 = 20;

/// Writes all rows in the format to the spool.
pub(super) fn write(
    spool: &mut Spool,
    format: Format,
    color: bool,
    headings: &[Heading],
    rows: &mut Rows<'_>,
) -> Result<()> {
    let outcome = match format {
        Format::Table | Format::Fixture => table(spool, color, headings, rows),
        Format::Plain => {
            each(rows, |row| write_separated(spool, headings, row, |text| escaped(&text).into_owned()))
        }
        Format::Csv => csv(spool, headings, rows),
        Format::Jsonl => each(rows, |row| {
            write_json(spool, headings, row)?;
            spool.write_all(b"\n")
        }),
        Format::Json => json(spool, headings, rows),
    };
    match outcome {
        // The reader has seen enough.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        outcome => outcome,
    }
}

fn each(rows: &mut Rows<'_>, mut write: impl FnMut(&[Cell<'_>]) -> io::Result<()>) -> Result<()> {
    rows(&mut |row| {
        write(row)?;
        Ok(ControlFlow::Continue(()))
    })
}

fn write_separated(
    spool: &mut Spool,
    headings: &[Heading],
    row: &[Cell<'_>],
    shown: impl Fn(String) -> String,
) -> io::Result<()> {
    let texts: Vec<String> =
        headings.iter().zip(row).map(|(heading, cell)| shown(machine_text(*cell, &heading.kind))).collect();
    writeln!(spool, "{}", texts.join("\t"))
}

fn csv(spool: &mut Spool, headings: &[Heading], rows: &mut Rows<'_>) -> Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(spool);
    writer.write_record(headings.iter().map(|heading| heading.name)).map_err(io_error)?;
    each(rows, |row| {
        for (heading, cell) in headings.iter().zip(row) {
            match cell {
                Cell::Text(text) if heading.kind != Kind::Uuid => writer.write_field(text),
                cell => writer.write_field(machine_text(*cell, &heading.kind)),
            }
            .map_err(io_error)?;
        }
        writer.write_record(None::<&[u8]>).map_err(io_error)
    })?;
    Ok(writer.flush()?)
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn json(spool: &mut Spool, headings: &[Heading], rows: &mut Rows<'_>) -> Result<()> {
    spool.write_all(b"[")?;
    let mut before: &[u8] = b"\n  ";
    each(rows, |row| {
        spool.write_all(before)?;
        before = b",\n  ";
        write_json(spool, headings, row)
    })?;
    spool.write_all(if before.starts_with(b",") { b"\n]\n" } else { b"]\n" })?;
    Ok(())
}

fn write_json(spool: &mut Spool, headings: &[Heading], row: &[Cell<'_>]) -> io::Result<()> {
    for (index, (heading, cell)) in headings.iter().zip(row).enumerate() {
        write!(spool, "{}\"{}\":", if index == 0 { "{" } else { "," }, heading.name)?;
        match cell {
            Cell::Null => spool.write_all(b"null")?,
            Cell::Integer(number) => write!(spool, "{number}")?,
            Cell::Boolean(flag) => write!(spool, "{flag}")?,
            Cell::Real(number) => serde_json::to_writer(&mut *spool, number)?,
            Cell::Timestamp(moment) => write!(spool, "\"{}\"", rfc3339(*moment))?,
            Cell::Text(text) if heading.kind != Kind::Uuid => serde_json::to_writer(&mut *spool, text)?,
            cell => serde_json::to_writer(&mut *spool, &machine_text(*cell, &heading.kind))?,
        }
    }
    spool.write_all(b"}")
}

/// A cell for programs: RFC 3339, `true` and `false`, nothing for NULL.
fn machine_text(cell: Cell<'_>, kind: &Kind) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) if *kind == Kind::Uuid => dashed_uuid(text),
        Cell::Text(text) => text.to_owned(),
        Cell::Boolean(flag) => flag.to_string(),
        Cell::Timestamp(moment) => rfc3339(moment),
        Cell::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// A cell for people: local time to the second, `yes` and `no`.
fn human_text(cell: Cell<'_>, kind: &Kind, zone: &TimeZone) -> String {
    match cell {
        Cell::Boolean(flag) => if flag { "yes" } else { "no" }.to_owned(),
        Cell::Timestamp(moment) => zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        cell => escaped(&machine_text(cell, kind)).into_owned(),
    }
}

fn table(spool: &mut Spool, color: bool, headings: &[Heading], rows: &mut Rows<'_>) -> Result<()> {
    let zone = TimeZone::system();
    let texts = |row: &[Cell<'_>]| -> Vec<String> {
        headings.iter().zip(row).map(|(heading, cell)| human_text(*cell, &heading.kind, &zone)).collect()
    };
    let mut first: Vec<Vec<String>> = Vec::new();
    let mut is_long = false;
    rows(&mut |row| {
        is_long = first.len() == LAID_OUT;
        if is_long {
            return Ok(ControlFlow::Break(()));
        }
        first.push(texts(row));
        Ok(ControlFlow::Continue(()))
    })?;
    if !is_long {
        return Ok(lay_out(spool, color, headings, &first)?);
    }
    drop(first);
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.name.width()).collect();
    rows(&mut |row| {
        for (width, text) in widths.iter_mut().zip(texts(row)) {
            *width = (*width).max(text.width());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let names: Vec<String> = headings.iter().map(|heading| heading.name.to_owned()).collect();
    let bold = |_: &Heading, _: &str| Some(BOLD);
    let toned = |heading: &Heading, text: &str| tone(heading, text).map(Tone::code);
    let plain = |_: &Heading, _: &str| None;
    let aligned = Aligned { headings, widths: &widths };
    if color {
        aligned.write(spool, &names, bold)?;
        each(rows, |row| aligned.write(spool, &texts(row), toned))
    } else {
        aligned.write(spool, &names, plain)?;
        each(rows, |row| aligned.write(spool, &texts(row), plain))
    }
}

/// Columns of fixed widths.
struct Aligned<'a> {
    headings: &'a [Heading],
    widths: &'a [usize],
}

impl Aligned<'_> {
    fn write(
        &self,
        spool: &mut Spool,
        texts: &[String],
        style: impl Fn(&Heading, &str) -> Option<u8>,
    ) -> io::Result<()> {
        let mut line = String::new();
        for ((heading, width), text) in self.headings.iter().zip(self.widths).zip(texts) {
            let padding = " ".repeat(width.saturating_sub(text.width()));
            let shown = match style(heading, text) {
                Some(code) => &format!("\u{1b}[{code}m{text}\u{1b}[0m"),
                None => text,
            };
            let (first, second) =
                if is_right_aligned(heading) { (&padding, shown) } else { (shown, &padding) };
            line.extend([first, second, "  "]);
        }
        writeln!(spool, "{}", line.trim_end())
    }
}

fn is_right_aligned(heading: &Heading) -> bool {
    matches!(heading.kind, Kind::Integer | Kind::Real | Kind::Decimal)
}

fn lay_out(spool: &mut Spool, color: bool, headings: &[Heading], rows: &[Vec<String>]) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    // A terminal that does not tell its width says that it has none.
    if table.width().is_some_and(|width| width < NARROWEST) {
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
    for row in rows {
        table.add_row(headings.iter().zip(row).map(|(heading, text)| match tone(heading, text) {
            Some(tone) => TableCell::new(text).fg(tone.color()),
            None => TableCell::new(text),
        }));
    }
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

/// Colour says what wants attention: who cannot get in, and who may do more than others.
fn tone(heading: &Heading, text: &str) -> Option<Tone> {
    match (heading.name, text) {
        ("is_active", "no") | ("state", "inactive") => Some(Tone::Bad),
        ("state", "expired") => Some(Tone::Past),
        ("state", "active") => Some(Tone::Good),
        ("is_superuser" | "is_staff", "yes") => Some(Tone::Powerful),
        _ => None,
    }
}

/// What a colour says.
#[derive(Clone, Copy, Debug)]
enum Tone {
    Bad,
    Past,
    Good,
    Powerful,
}

/// The code of bold text in ECMA-48.
pub(super) const BOLD: u8 = 1;

impl Tone {
    fn color(self) -> Color {
        match self {
            Self::Bad => Color::Red,
            Self::Past => Color::DarkGrey,
            Self::Good => Color::Green,
            Self::Powerful => Color::Yellow,
        }
    }

    /// The same colour as its code in ECMA-48.
    fn code(self) -> u8 {
        match self {
            Self::Bad => 31,
            Self::Past => 90,
            Self::Good => 32,
            Self::Powerful => 33,
        }
    }
}
