//! Reads records of comma-separated values, with the line numbers that an editor shows.

use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::memchr2_iter;
use zeroize::Zeroizing;

use crate::error::limits;
use crate::error::position::{Position, characters};

/// Reads one record after another into the same buffer. Empty lines are skipped.
pub struct Records<R> {
    input: R,
    core: Box<Reader>,
    cells: Zeroizing<Vec<u8>>,
    /// The end of each cell.
    ends: Vec<usize>,
    /// The number of cells in the record.
    count: usize,
    /// The start of this record and of the next one.
    begin: Lines,
    next: Lines,
    broken: Option<UnreadableRecord>,
}

/// Why a record and everything after it cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadableRecord {
    /// A quote is opened and never closed.
    OpenQuote,
    /// The record has more than [`limits::ROW`] bytes.
    TooLong,
    /// The record has more than [`limits::COLUMNS`] cells.
    TooManyCells,
}

/// Counts lines, and the characters of the last one. A line ends with a line feed, a carriage return, or both.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    /// The line number, from 1.
    pub(super) line: usize,
    column: usize,
    /// Whether a following line feed belongs to the previous line end.
    is_after_return: bool,
}

impl Lines {
    pub(super) const START: Self = Self { line: 1, column: 1, is_after_return: false };

    pub(super) fn pass(&mut self, bytes: &[u8]) {
        let mut after_return = self.is_after_return.then_some(0);
        let mut line_start = 0;
        for offset in memchr2_iter(b'\r', b'\n', bytes) {
            let is_return = bytes[offset] == b'\r';
            self.line += usize::from(is_return || after_return != Some(offset));
            after_return = is_return.then_some(offset + 1);
            line_start = offset + 1;
            self.column = 1;
        }
        self.column += characters(&bytes[line_start..]);
        if !bytes.is_empty() {
            self.is_after_return = after_return == Some(bytes.len());
        }
    }

    pub(super) fn position(&self) -> Position {
        Position { line: self.line, column: self.column }
    }
}

impl<R: BufRead> Records<R> {
    /// Reads records whose cells are separated by `delimiter`.
    pub fn new(input: R, delimiter: u8) -> Self {
        Self {
            input,
            core: Box::new(ReaderBuilder::new().delimiter(delimiter).build()),
            cells: Zeroizing::new(vec![0; 1024]),
            ends: vec![0; 16],
            count: 0,
            begin: Lines::START,
            next: Lines::START,
            broken: None,
        }
    }

    /// Reads the next record. Returns false at the end.
    pub fn read(&mut self) -> io::Result<bool> {
        if self.broken.is_some() {
            return Ok(false);
        }
        let (mut length, mut has_begun) = (0, false);
        self.count = 0;
        loop {
            let input = self.input.fill_buf()?;
            let is_end = input.is_empty();
            // The last line may lack its end. An appended line feed ends it, or shows that a quote is still open.
            let input = if is_end { b"\n" } else { input };
            let (result, read, written, ended) =
                self.core.read_record(input, &mut self.cells[length..], &mut self.ends[self.count..]);
            length += written;
            self.count += ended;
            let passed = &input[..read];
            let blank = if has_begun { 0 } else { passed.iter().take_while(|c| b"\r\n".contains(c)).count() };
            self.next.pass(&passed[..blank]);
            if !has_begun {
                self.begin = self.next;
                has_begun = blank < read;
            }
            self.next.pass(&passed[blank..]);
            if !is_end {
                self.input.consume(read);
            }
            match result {
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
                ReadRecordResult::OutputFull if self.cells.len() >= limits::ROW => {
                    self.broken = Some(UnreadableRecord::TooLong);
                    return Ok(true);
                }
                ReadRecordResult::OutputFull => grow(&mut self.cells),
                ReadRecordResult::OutputEndsFull if self.ends.len() > limits::COLUMNS => {
                    self.broken = Some(UnreadableRecord::TooManyCells);
                    return Ok(true);
                }
                ReadRecordResult::OutputEndsFull => {
                    // One cell beyond the limit is enough to detect an excess.
                    let length = (2 * self.ends.len()).min(limits::COLUMNS + 1);
                    self.ends.resize(length, 0);
                }
                ReadRecordResult::InputEmpty if is_end => {
                    self.broken = has_begun.then_some(UnreadableRecord::OpenQuote);
                    return Ok(has_begun);
                }
                ReadRecordResult::InputEmpty => {}
            }
        }
    }

    /// The cells of the record, without one whose quote is never closed.
    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends[..self.count].iter().map(move |end| &self.cells[std::mem::replace(&mut start, *end)..*end])
    }

    /// The number of cells.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The line where the record starts, from 1.
    pub fn line(&self) -> usize {
        self.begin.line
    }

    /// Why the rest cannot be read, with the line and the cell, from 1, where that was detected.
    pub fn broken(&self) -> Option<(UnreadableRecord, Position)> {
        let mut lines = self.begin;
        if self.broken == Some(UnreadableRecord::OpenQuote) {
            self.cells().for_each(|cell| lines.pass(cell));
        }
        self.broken.map(|broken| (broken, Position { line: lines.line, column: self.count + 1 }))
    }
}

/// Doubles the buffer and wipes the old one.
fn grow(cells: &mut Zeroizing<Vec<u8>>) {
    let mut longer = vec![0; 2 * cells.len()];
    longer[..cells.len()].copy_from_slice(cells);
    *cells = Zeroizing::new(longer);
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::Records;

    /// Reads the records of a text in pieces of this size. Returns each with its line.
    fn records(text: &str, piece: usize) -> Vec<(usize, Vec<String>)> {
        let mut records = Records::new(BufReader::with_capacity(piece, text.as_bytes()), b',');
        let mut found = Vec::new();
        while records.read().expect("memory") {
            let cell = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
            found.push((records.line(), records.cells().map(cell).collect()));
        }
        found
    }

    proptest! {
        #[test]
        fn records_are_read_back_with_their_lines(
            rows in prop::collection::vec(
                (prop::collection::vec("[a,\"]{0,3}([\r\n]|\r\n)?b{0,2}", 1..4), "\n|\r\n|\r(\r\n|\r)?|\n\n"),
                0..6,
            ),
            piece in 1..9_usize,
        ) {
            let (mut text, mut expected) = (String::new(), Vec::new());
            for (cells, end) in rows {
                // An editor counts lines this way.
                let line = text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count() + 1;
                let quoted: Vec<String> =
                    cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                text += &(quoted.join(",") + &end);
                expected.push((line, cells));
            }
            prop_assert_eq!(records(&text, piece), expected);
        }

        #[test]
        fn no_text_is_too_much(text: String, piece in 1..9_usize) {
            records(&text, piece);
        }
    }
}
