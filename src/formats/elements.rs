//! Reads the elements of a JSON list one by one.

use std::io::BufRead;

use memchr::memchr2;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::error::failure::{Error, ErrorContext as _, Result};
use crate::error::faults::{Fault, FaultCode, Form, JsonFlaw, Part, TooLong};
use crate::error::limits;
use crate::error::position::{Position, Scan};
use crate::error::refusal::Refusal;
use crate::formats::records::Lines;
use crate::syntax::{Flaw, json};

/// An element of a document, with its position.
#[derive(Clone, Copy, Debug)]
pub struct Element<'t> {
    /// The JSON text of the element.
    pub text: &'t str,
    /// The start of the element.
    pub position: Position,
}

/// Neighbouring elements of a document.
pub struct Chunk {
    /// The text of all elements.
    text: Zeroizing<String>,
    /// Where each element starts in `text`, in the document, and for people.
    starts: Vec<(usize, u64, Position)>,
    /// Whether the elements are those of a list.
    is_list: bool,
    /// Whether the document ends after the last element, without the end of the list.
    is_cut: bool,
    /// What is wrong with the document after these elements.
    error: Option<Error>,
}

/// The elements of a document that is a list. A single object is its only element.
///
/// Brackets and quotes alone decide where an element ends. If an element turns out to be invalid, the caller must call
/// [`Elements::check_syntax`].
pub struct Elements<'a> {
    input: Box<dyn BufRead + Send + 'a>,
    file: &'a str,
    next: Lines,
    /// The number of bytes before the next one.
    offset: u64,
    state: State,
    /// The element that was read last.
    text: Zeroizing<Vec<u8>>,
    start: Position,
    /// Whether a chunk has had an error.
    has_failed: bool,
}

/// What has been read of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Nothing,
    Element,
    SingleObject,
    Everything,
}

impl<'a> Elements<'a> {
    /// Reads the elements of this text. `file` is its name in messages.
    #[must_use]
    pub fn new(input: Box<dyn BufRead + Send + 'a>, file: &'a str) -> Self {
        Self {
            input,
            file,
            next: Lines::START,
            offset: 0,
            state: State::Nothing,
            text: Zeroizing::default(),
            start: Position::START,
            has_failed: false,
        }
    }

    /// Returns the next element, or `None` after a valid end of the document.
    ///
    /// # Errors
    /// Returns [`Refusal::Invalid`] for a syntax error between elements, and for an element that is too long.
    pub fn next(&mut self) -> Result<Option<Element<'_>>> {
        Ok(self.next_at()?.map(|(_, element)| element))
    }

    /// The same as [`Elements::next`], with the number of bytes before the element.
    ///
    /// # Errors
    /// The same.
    pub fn next_at(&mut self) -> Result<Option<(u64, Element<'_>)>> {
        let first = self.skip_space()?;
        match (self.state, first) {
            (State::Nothing, Some(b'[')) => {
                self.skip_byte();
                self.state = State::Element;
                if self.skip_space()? == Some(b']') {
                    return self.end();
                }
            }
            (State::Nothing, Some(_)) => self.state = State::SingleObject,
            (State::Nothing, None) => return Err(self.broken("")),
            (State::Element, Some(b',')) => {
                self.skip_byte();
                if self.skip_space()? == Some(b']') {
                    return Err(self.broken("[0,]"));
                }
            }
            (State::Element, Some(b']')) => return self.end(),
            (State::Element, Some(_)) => return Err(self.broken("[0 0")),
            (State::Element, None) => return Err(self.broken("[0")),
            (State::SingleObject | State::Everything, None) => return Ok(None),
            (State::SingleObject | State::Everything, Some(_)) => return Err(self.broken("0 0")),
        }
        self.element().map(Some)
    }

    /// Returns the next elements, at least `length` bytes if there are that many. `None` after the end of the document or
    /// an error.
    pub fn next_chunk(&mut self, length: usize) -> Option<Chunk> {
        if self.has_failed {
            return None;
        }
        let mut chunk = Chunk {
            text: Zeroizing::new(String::with_capacity(length)),
            starts: Vec::new(),
            is_list: false,
            is_cut: false,
            error: None,
        };
        while chunk.text.len() < length {
            match self.next_at() {
                Ok(Some((offset, element))) => {
                    chunk.starts.push((chunk.text.len(), offset, element.position));
                    chunk.text.push_str(element.text);
                    chunk.is_list = self.state == State::Element;
                    chunk.is_cut = matches!(self.skip_space(), Ok(None));
                }
                Ok(None) => break,
                Err(error) => {
                    self.has_failed = true;
                    chunk.error = Some(error);
                    break;
                }
            }
        }
        let is_empty = chunk.starts.is_empty() && chunk.error.is_none();
        (!is_empty).then_some(chunk)
    }

    /// Checks the syntax of the element that was read last. After an error, the rest of the list means nothing.
    ///
    /// # Errors
    /// Returns [`Refusal::Invalid`] with the position of a syntax error.
    pub fn check_syntax(&mut self) -> Result<()> {
        let is_list = self.state == State::Element;
        // An element without an end is an error at the end of the document.
        let is_cut = self.skip_space()?.is_none();
        let text = String::from_utf8_lossy(&self.text);
        check_syntax(self.file, Element { text: &text, position: self.start }, is_list, is_cut)
    }

    /// Ends the list.
    fn end(&mut self) -> Result<Option<(u64, Element<'_>)>> {
        self.skip_byte();
        self.state = State::Everything;
        self.next_at()
    }

    fn element(&mut self) -> Result<(u64, Element<'_>)> {
        self.text.clear();
        self.start = self.next.position();
        let mut scanner = Scanner::default();
        while !scanner.is_done {
            let piece = self.input.fill_buf().with_context(|| unreadable(self.file))?;
            if piece.is_empty() {
                break;
            }
            let length = scanner.scan(piece);
            self.text.extend_from_slice(&piece[..length]);
            self.input.consume(length);
            if self.text.len() > limits::ROW {
                return Err(self.fault(FaultCode::TooLong(TooLong::Row), self.start));
            }
        }
        let offset = self.offset;
        self.offset += self.text.len() as u64;
        self.next.pass(&self.text);
        let is_list = self.state == State::Element;
        if self.text.is_empty() {
            // The end of the text, or a separator.
            let is_end = self.skip_space()?.is_none();
            return Err(self.broken(match (is_list, is_end) {
                (true, true) => "[0,",
                (true, false) => "[,",
                (false, _) => ",",
            }));
        }
        if !is_list && !self.text.starts_with(b"{") {
            self.check_syntax()?;
            if self.skip_space()?.is_some() {
                return Err(self.broken("0 0"));
            }
            return Err(refused(FaultCode::InvalidJson(JsonFlaw::NoList(self.file.to_owned()))));
        }
        let text = std::str::from_utf8(&self.text);
        let text = text.map_err(|_| refused(FaultCode::NotUtf8(Part::Document(self.file.to_owned()))))?;
        Ok((offset, Element { text, position: self.start }))
    }

    /// Skips white space, and returns the byte after it.
    fn skip_space(&mut self) -> Result<Option<u8>> {
        loop {
            let piece = self.input.fill_buf().with_context(|| unreadable(self.file))?;
            let blank = piece.iter().take_while(|byte| b" \t\n\r".contains(byte)).count();
            let (next, is_end) = (piece.get(blank).copied(), piece.is_empty());
            self.next.pass(&piece[..blank]);
            self.offset += blank as u64;
            self.input.consume(blank);
            if next.is_some() || is_end {
                return Ok(next);
            }
        }
    }

    /// Skips an ASCII character that is not the end of a line.
    fn skip_byte(&mut self) {
        self.next.pass(b" ");
        self.offset += 1;
        self.input.consume(1);
    }

    /// The error at this place of the document: the same as in the invalid text `example`.
    fn broken(&self, example: &str) -> Error {
        let code =
            syntax_error(example).map_or(FaultCode::InvalidJson(JsonFlaw::Syntax(None)), |flaw| flaw.1);
        let mut position = self.next.position();
        if matches!(code, FaultCode::InvalidJson(JsonFlaw::End)) {
            // The last character.
            position.column = (position.column - 1).max(1);
        }
        self.fault(code, position)
    }

    fn fault(&self, code: FaultCode, position: Position) -> Error {
        fault(self.file, code, position)
    }
}

impl Chunk {
    /// Passes each element to `on_element`, with the number of bytes before it in the document. If it returns false, the
    /// element is invalid, and its syntax is checked.
    ///
    /// # Errors
    /// Returns the error of `on_element`, and [`Refusal::Invalid`] for a syntax error of this document, whose name is
    /// `file`.
    pub fn each(
        self,
        file: &str,
        on_element: &mut dyn FnMut(u64, Element<'_>) -> Result<bool>,
    ) -> Result<()> {
        let ends = self.starts.iter().skip(1).map(|(start, ..)| *start).chain([self.text.len()]);
        for ((start, offset, position), end) in self.starts.iter().zip(ends) {
            let element = Element { text: &self.text[*start..end], position: *position };
            if !on_element(*offset, element)? {
                let is_cut = self.is_cut && end == self.text.len();
                check_syntax(file, element, self.is_list, is_cut)?;
            }
        }
        self.error.map_or(Ok(()), Err)
    }
}

/// Checks the syntax of an element. `is_cut` tells whether the document ends after it, without the end of the list.
fn check_syntax(file: &str, element: Element<'_>, is_list: bool, is_cut: bool) -> Result<()> {
    let (before, after) = (if is_list { "[" } else { "" }, if is_list && !is_cut { "]" } else { "" });
    let Element { text, position } = element;
    let whole = Zeroizing::new(format!("{before}{text}{after}"));
    let Some((at, code)) = syntax_error(&whole) else { return Ok(()) };
    let position = Scan::new(text, position).at(at.saturating_sub(before.len()));
    Err(fault(file, code, position))
}

fn fault(file: &str, code: FaultCode, position: Position) -> Error {
    Refusal::Invalid(vec![Fault::new("", code).at(file, Form::Column, position)]).into()
}

/// The refusal of a whole document.
fn refused(code: FaultCode) -> Error {
    Refusal::Invalid(vec![Fault::new("", code).of(Form::Column)]).into()
}

fn unreadable(file: &str) -> String {
    format!("{file} cannot be read")
}

/// Returns the first syntax error, whatever the values mean.
fn syntax_error(text: &str) -> Option<Flaw> {
    let read: serde_json::Result<&RawValue> = serde_json::from_str(text);
    read.err().map(|error| json::flaw(&error, text))
}

/// Finds the end of a value.
#[derive(Default)]
struct Scanner {
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
    is_done: bool,
}

impl Scanner {
    /// Returns how many bytes of this piece belong to the value.
    fn scan(&mut self, piece: &[u8]) -> usize {
        let mut at = 0;
        while at < piece.len() && !self.is_done {
            if self.is_escaped {
                self.is_escaped = false;
            } else if self.is_in_string {
                let Some(length) = memchr2(b'"', b'\\', &piece[at..]) else { return piece.len() };
                at += length;
                self.is_escaped = piece[at] == b'\\';
                self.is_in_string = self.is_escaped;
                self.is_done = !self.is_in_string && self.depth == 0;
            } else {
                match piece[at] {
                    b'"' => self.is_in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' | b',' | b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 => {
                        self.is_done = true;
                        return at;
                    }
                    b'}' | b']' => {
                        self.depth -= 1;
                        self.is_done = self.depth == 0;
                    }
                    _ => {}
                }
            }
            at += 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::{Elements, syntax_error};
    use crate::error::failure::Error;
    use crate::error::faults::FaultCode;
    use crate::error::position::{Position, Scan};
    use crate::error::refusal::Refusal;

    /// The elements of a text, each with its position, and the fault that ends them.
    type Outcome = Result<Vec<(String, Position)>, (Option<Position>, FaultCode)>;

    /// Reads a text in pieces of this size.
    fn read(text: &str, piece: usize) -> Outcome {
        let input = Box::new(BufReader::with_capacity(piece, text.as_bytes()));
        let mut elements = Elements::new(input, "a.json");
        let mut found = Vec::new();
        let error = loop {
            match elements.next_at() {
                Ok(Some((offset, element))) => {
                    let from = usize::try_from(offset).expect("a short text");
                    assert!(text[from..].starts_with(element.text));
                    found.push((element.text.to_owned(), element.position));
                    if let Err(error) = elements.check_syntax() {
                        break error;
                    }
                }
                Ok(None) => return Ok(found),
                Err(error) => break error,
            }
        };
        Err(first_fault(&error))
    }

    /// Reads a text in chunks of this length.
    fn read_chunks(text: &str, length: usize) -> Outcome {
        let mut elements = Elements::new(Box::new(text.as_bytes()), "a.json");
        let mut found = Vec::new();
        while let Some(chunk) = elements.next_chunk(length) {
            let outcome = chunk.each("a.json", &mut |offset, element| {
                let from = usize::try_from(offset).expect("a short text");
                assert!(text[from..].starts_with(element.text));
                found.push((element.text.to_owned(), element.position));
                Ok(false)
            });
            outcome.map_err(|error| first_fault(&error))?;
        }
        Ok(found)
    }

    fn first_fault(error: &Error) -> (Option<Position>, FaultCode) {
        match error.refusal() {
            Some(Refusal::Invalid(faults)) => (faults[0].position, faults[0].code.clone()),
            _ => panic!("{error}"),
        }
    }

    /// Reads the same as a whole.
    fn read_whole(text: &str) -> Outcome {
        let mut scan = Scan::new(text, Position::START);
        if let Some((at, code)) = syntax_error(text) {
            return Err((Some(scan.at(at)), code));
        }
        let whole: &RawValue = serde_json::from_str(text).expect("JSON");
        let is_list = whole.get().starts_with('[');
        let elements: Vec<&RawValue> =
            if is_list { serde_json::from_str(text).expect("a list") } else { vec![whole] };
        Ok(elements.iter().map(|element| (element.get().to_owned(), scan.of(element.get()))).collect())
    }

    proptest! {
        #[test]
        fn elements_and_kinds_of_errors_are_those_of_the_whole_document(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        "[", "]", "{", "}", ",", ":", " ", "\r\n", "\n", "\r", "\"", "\\", "\"a\"", "{\"a\": 1}", "1",
                        "ä", "true", "nulx", "-x", "1e5", "[1, {}]", "\"\\\"]\"", "\"ä\": [", ", {\"b\":\n\"}\"}",
                    ]),
                    Just(", "), Just("{\"a\": [2]}"),
                ],
                0..12,
            ),
            is_list: bool,
            is_cut: bool,
            piece in 1..9_usize,
            length in 1..20_usize,
        ) {
            let parts = parts.concat();
            let (start, end) = if is_list { ("[", "]") } else { ("{", "}") };
            let text = format!("{start}{parts}{}", if is_cut { "" } else { end });
            let (elements, whole) = (read(&text, piece), read_whole(&text));
            prop_assert_eq!(&read_chunks(&text, length), &elements);
            // serde_json places the error of a word that a line end cuts short elsewhere in a part than in the whole.
            prop_assert_eq!(elements.map_err(|(_, code)| code), whole.map_err(|(_, code)| code));
        }
    }
}
