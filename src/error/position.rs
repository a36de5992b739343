//! Positions in a file, as an editor counts them: a line ends with a line feed, a carriage return, or both.

use memchr::memchr2;
use serde::Serialize;

/// A position in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The start of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// Finds the positions of parts of a text, in ascending order.
pub struct Scan<'t> {
    text: &'t str,
    offset: usize,
    position: Position,
}

impl<'t> Scan<'t> {
    /// Starts at the beginning of a text, which is at `position` in its file.
    #[must_use]
    pub fn new(text: &'t str, position: Position) -> Self {
        Self { text, offset: 0, position }
    }

    /// Returns the position at this byte offset, which must not be before the last one.
    pub fn at(&mut self, offset: usize) -> Position {
        let is_boundary = |at: &usize| self.text.is_char_boundary(*at);
        let to = (0..=offset.min(self.text.len())).rev().find(is_boundary).unwrap_or_default();
        let passed = self.text.get(self.offset..to).unwrap_or_default();
        if memchr2(b'\r', b'\n', passed.as_bytes()).is_none() {
            self.position.column += characters(passed.as_bytes());
            self.offset += passed.len();
            return self.position;
        }
        for (at, c) in passed.char_indices() {
            let next = self.text.as_bytes().get(self.offset + at + 1);
            if c == '\n' || c == '\r' && next != Some(&b'\n') {
                self.position = Position { line: self.position.line + 1, column: 1 };
            } else {
                self.position.column += 1;
            }
        }
        self.offset = self.offset.max(to);
        self.position
    }

    /// Returns the position of a part of the text, which must not be before the last one.
    pub fn of(&mut self, part: &'t str) -> Position {
        self.at(part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr()))
    }
}

/// Returns the number of characters in a piece of UTF-8 text. A character counts where it starts.
#[must_use]
pub fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !(0x80..0xc0).contains(*byte)).count()
}

/// Finds the positions of parts of a text, in any order.
pub struct Positions {
    /// The offset and the position of a character in each block.
    marks: Vec<(usize, Position)>,
}

impl Positions {
    /// The length of a block in bytes, which is the most that is read for one position.
    const BLOCK: usize = 512;

    /// Reads the whole text once.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut scan = Scan::new(text, Position::START);
        let mark = |at| {
            let position = scan.at(at);
            (scan.offset, position)
        };
        Self { marks: (0..=text.len()).step_by(Self::BLOCK).map(mark).collect() }
    }

    /// Returns the position at a byte offset of the same text.
    #[must_use]
    pub fn at(&self, text: &str, offset: usize) -> Position {
        let mark = self.marks.get(offset / Self::BLOCK).or(self.marks.last());
        let (offset_of_mark, position) = mark.copied().unwrap_or((0, Position::START));
        Scan { text, offset: offset_of_mark, position }.at(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::{Position, Scan};

    #[test]
    fn lines_and_columns_are_those_of_an_editor() {
        let text = "a\r\nbä\rc\n\nd";
        let mut scan = Scan::new(text, Position::START);
        let mut position = |part: &str| {
            let Position { line, column } = scan.at(text.find(part).unwrap_or_default());
            (line, column)
        };
        assert_eq!(position("a"), (1, 1));
        assert_eq!(position("\n"), (1, 3));
        assert_eq!(position("ä"), (2, 2));
        assert_eq!(position("c"), (3, 1));
        assert_eq!(position("d"), (5, 1));
    }
}
