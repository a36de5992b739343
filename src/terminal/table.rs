//! Prints rows as a table that fits the terminal.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek as _, Write as _};
use std::ops::ControlFlow;

use comfy_table::{Attribute, Cell as TableCell, CellAlignment, Color, ContentArrangement, Table, presets};
use jiff::tz::TimeZone;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::django::value::{Cell, Kind};
use crate::error::failure::Result;
use crate::terminal::clock::zone;
use crate::terminal::escape::escaped;
use crate::terminal::format::BOLD;
use crate::terminal::listing::{Heading, Rows, push_escaped};
use crate::terminal::row_writer::push_date_time;
use crate::terminal::spool::{CHUNK, Spool};

/// The maximum number of rows that stay in memory in any case, and are laid out together.
const IN_MEMORY: usize = 1_000;

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

/// Writes the rows as a table, and returns the headings of the columns that do not fit the terminal.
///
/// `available` is the width of the terminal, or `None` if the output is not a terminal. Then all is written.
pub(super) fn write(
    spool: &mut Spool,
    color: bool,
    available: Option<usize>,
    headings: &[Heading],
    rows: &mut Rows<'_>,
) -> Result<Vec<String>> {
    let zone = zone();
    let names: Vec<Cow<'_, str>> = headings.iter().map(|heading| escaped(&heading.name)).collect();
    let mut widths: Vec<usize> = names.iter().map(|name| name.width()).collect();
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
    let widths = match available {
        Some(available) => fit(headings, &names, &widths, available),
        None => widths.into_iter().map(Some).collect(),
    };
    if buffer.rows <= IN_MEMORY {
        lay_out(spool, color, headings, &widths, buffer)?;
    } else {
        align(spool, color, headings, &widths, buffer)?;
    }
    let omitted = names.iter().zip(&widths).filter(|(_, width)| width.is_none());
    Ok(omitted.map(|(name, _)| name.clone().into_owned()).collect())
}

/// Returns the widths of columns that fit the terminal together, and `None` for a column that is left out.
///
/// First the seconds of times are omitted, then the columns of least worth, and last the ends of the longest texts.
pub(super) fn fit(
    headings: &[Heading],
    names: &[Cow<'_, str>],
    widths: &[usize],
    available: usize,
) -> Vec<Option<usize>> {
    let total = |widths: &[Option<usize>]| {
        let shown = widths.iter().flatten();
        shown.clone().sum::<usize>() + SPACE.len() * shown.count().saturating_sub(1)
    };
    let mut fitted: Vec<Option<usize>> = widths.iter().copied().map(Some).collect();
    if total(&fitted) <= available {
        return fitted;
    }
    for (heading, width) in headings.iter().zip(&mut fitted) {
        if heading.kind == Kind::Timestamp {
            *width = width.map(|width| width.min(MINUTES.max(heading.name.width())));
        }
    }
    let least: Vec<usize> = headings
        .iter()
        .zip(names)
        .zip(&fitted)
        .map(|((heading, name), width)| {
            let width = width.unwrap_or_default();
            if is_text(heading) { width.min(SHORTENED.max(name.width())) } else { width }
        })
        .collect();
    let order = LEAST_WORTH
        .iter()
        .filter_map(|name| headings.iter().position(|heading| heading.name == *name))
        .chain((1..headings.len()).rev());
    for index in order {
        let needed: Vec<Option<usize>> =
            fitted.iter().zip(&least).map(|(width, least)| width.map(|_| *least)).collect();
        if total(&needed) <= available {
            break;
        }
        fitted[index] = None;
    }
    while total(&fitted) > available {
        let spare = |index: &usize| fitted[*index].map_or(0, |width| width.saturating_sub(least[*index]));
        let longest = (0..fitted.len())
            .filter(|index| spare(index) > 0)
            .max_by_key(|index| (fitted[*index], usize::MAX - index));
        let Some(longest) = longest else { break };
        fitted[longest] = fitted[longest].map(|width| width - 1);
    }
    fitted
}

/// The columns that are left out first. The others follow from the right. The first column is always shown.
const LEAST_WORTH: [&str; 3] = ["date_joined", "is_staff", "created"];

/// The least width of a shortened text.
const SHORTENED: usize = 16;

/// The width of a time without seconds.
const MINUTES: usize = "2024-02-29 12:30".len();

/// The space between columns.
pub(super) const SPACE: &str = "  ";

fn is_text(heading: &Heading) -> bool {
    !is_right_aligned(heading)
        && !matches!(heading.kind, Kind::Timestamp | Kind::Boolean | Kind::Date | Kind::Time)
}

/// Returns the text shortened to this width: a time without its seconds, or a text with an ellipsis.
pub(super) fn shortened<'a>(text: &'a [u8], heading: &Heading, width: usize) -> Cow<'a, [u8]> {
    if width_of(text) <= width {
        return Cow::Borrowed(text);
    }
    if heading.kind == Kind::Timestamp {
        return Cow::Borrowed(text.get(..MINUTES).unwrap_or(text));
    }
    if !is_text(heading) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut used = 1;
    for character in String::from_utf8_lossy(text).chars() {
        used += character.width().unwrap_or_default();
        if used > width {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    Cow::Owned(kept.into_bytes())
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
        if self.rows > IN_MEMORY && self.memory.len() >= CHUNK && !self.is_file_unavailable {
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

/// Writes the columns that have a width, laid out together.
fn lay_out(
    spool: &mut Spool,
    color: bool,
    headings: &[Heading],
    widths: &[Option<usize>],
    buffer: RowBuffer,
) -> io::Result<()> {
    let columns: Vec<(usize, &Heading, usize)> = headings
        .iter()
        .zip(widths)
        .enumerate()
        .filter_map(|(index, (heading, width))| width.map(|width| (index, heading, width)))
        .collect();
    let mut table = Table::new();
    // The widths fit already.
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(
        columns
            .iter()
            .map(|(_, heading, _)| TableCell::new(escaped(&heading.name)).add_attribute(Attribute::Bold)),
    );
    buffer.each(|texts| {
        let texts: Vec<&[u8]> = texts.collect();
        table.add_row(columns.iter().map(|(index, heading, width)| {
            let text = texts.get(*index).copied().unwrap_or_default();
            let cell = TableCell::new(String::from_utf8_lossy(&shortened(text, heading, *width)));
            match tone(heading, text) {
                Some(tone) => cell.fg(tone.color()),
                None => cell,
            }
        }));
        Ok(())
    })?;
    for (index, (_, heading, _)) in columns.iter().enumerate() {
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, u16::try_from(SPACE.len()).unwrap_or_default()));
            if is_right_aligned(heading) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    for line in table.lines() {
        writeln!(spool, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Writes the columns that have a width, row by row.
fn align(
    spool: &mut Spool,
    color: bool,
    headings: &[Heading],
    widths: &[Option<usize>],
    buffer: RowBuffer,
) -> io::Result<()> {
    let mut line = Vec::new();
    let columns: Vec<(&Heading, Option<usize>, bool)> = headings
        .iter()
        .zip(widths)
        .map(|(heading, width)| (heading, *width, is_right_aligned(heading)))
        .collect();
    for (heading, width, is_right) in &columns {
        if let Some(width) = width {
            let name = escaped(&heading.name);
            push_padded(&mut line, name.as_bytes(), *width, *is_right, color.then_some(BOLD));
        }
    }
    end_line(spool, &mut line)?;
    buffer.each(|texts| {
        for ((heading, width, is_right), text) in columns.iter().zip(texts) {
            if let Some(width) = width {
                let tone = if color { tone(heading, text).map(Tone::code) } else { None };
                push_padded(&mut line, &shortened(text, heading, *width), *width, *is_right, tone);
            }
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

/// Colors mark what needs attention: users who cannot log in, and users with special rights.
fn tone(heading: &Heading, text: &[u8]) -> Option<Tone> {
    match (&*heading.name, text) {
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
