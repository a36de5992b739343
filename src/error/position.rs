//! Positions in a file, as an editor counts them: a line ends with a line feed, a carriage return, or both.

use serde::Serialize;

use crate::error::limits;

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
    /// Starts at the beginning of a text, which is at `place` in its file.
    #[must_use]
    pub fn new(text: &'t str, position: Position) -> Self {
        Self { text, offset: 0, position }
    }

    /// Returns the position at this byte offset, which must not be before the last one.
    pub fn at(&mut self, offset: usize) -> Position {
        let is_boundary = |at: &usize| self.text.is_char_boundary(*at);
        let to = (0..=offset.min(self.text.len())).rev().find(is_boundary).unwrap_or_default();
        for (at, c) in self.text.get(self.offset..to).unwrap_or_default().char_indices() {
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

/// Returns the byte offset of an error in a JSON text.
#[must_use]
pub fn offset_in_json(text: &str, error: &serde_json::Error) -> usize {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    before.map(str::len).sum::<usize>() + error.column().saturating_sub(1)
}

/// Returns the reason if JSON is nested too deeply for `serde_json`.
#[must_use]
pub fn reason_of_depth(error: &serde_json::Error) -> Option<String> {
    // Only the message identifies this error.
    let is_depth_error = error.to_string().starts_with("recursion limit exceeded");
    is_depth_error.then(|| format!("nested more than {} levels deep", limits::NESTING))
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
