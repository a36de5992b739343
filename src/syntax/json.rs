//! Parses JSON in one pass.
//!
//! `serde_json` does not tell where a value is. So this parser finds the parts itself, and leaves numbers, escapes and the
//! wording of errors to `serde_json`.

use std::borrow::Cow;

use memchr::memchr2;
use serde_json::Number;

use super::Flaw;
use super::tree::{KeyValue, Node, NodeValue};
use crate::error::faults::{FaultCode, JsonFlaw};
use crate::error::limits;

/// Parses a document, or returns its first syntax error.
pub fn parse(text: &str) -> Result<Node<'_>, Flaw> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    match parser.document() {
        Some(node) => Ok(node),
        None => Err(match crate::django::json::parse(text) {
            Err(error) => flaw(&error, text),
            Ok(_) => (parser.at, FaultCode::InvalidJson(JsonFlaw::Syntax(None))),
        }),
    }
}

/// Returns the offset of an error, and what is wrong there. It does not repeat the text.
#[must_use]
pub fn flaw(error: &serde_json::Error, text: &str) -> Flaw {
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let at = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let reason = error.to_string();
    // Only the message identifies an error of the depth.
    let flaw = if reason.starts_with("recursion limit exceeded") {
        JsonFlaw::Nesting
    } else if error.is_eof() {
        JsonFlaw::End
    } else {
        JsonFlaw::Syntax(reason.split(" at line ").next().map(str::to_owned))
    };
    (at, FaultCode::InvalidJson(flaw))
}

/// The methods return `None` for a syntax error.
struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn document(&mut self) -> Option<Node<'t>> {
        let node = self.value()?;
        self.skip_space();
        (self.at == self.text.len()).then_some(node)
    }

    fn value(&mut self) -> Option<Node<'t>> {
        self.skip_space();
        let at = self.at;
        let what = match self.next()? {
            b'{' => NodeValue::Table(self.items(b'}', Self::entry)?),
            b'[' => NodeValue::List(self.items(b']', Self::value)?),
            b'"' => NodeValue::Text(self.string()?),
            _ => self.word()?,
        };
        Some(Node { at, what })
    }

    fn entry(&mut self) -> Option<KeyValue<'t>> {
        self.skip_space();
        let at = self.at;
        let key = self.string()?;
        self.takes(b':').then_some(())?;
        Some(KeyValue { key, at, value: self.value()? })
    }

    fn items<T>(&mut self, end: u8, item: fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.at += 1;
        self.depth += 1;
        (self.depth < limits::NESTING).then_some(())?;
        let mut items = Vec::new();
        let mut is_over = self.takes(end);
        while !is_over {
            items.push(item(self)?);
            is_over = !self.takes(b',');
            if is_over {
                self.takes(end).then_some(())?;
            }
        }
        self.depth -= 1;
        Some(items)
    }

    fn string(&mut self) -> Option<Cow<'t, str>> {
        (self.next()? == b'"').then_some(())?;
        let rest = &self.text.as_bytes()[self.at..];
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
        let mut end = 1 + rest[1..].iter().position(is_special)?;
        if rest[end] == b'"' {
            let text = &self.text[self.at + 1..self.at + end];
            self.at += end + 1;
            return Some(Cow::Borrowed(text));
        }
        loop {
            end += memchr2(b'"', b'\\', rest.get(end..)?)?;
            if rest[end] == b'"' {
                break;
            }
            // A backslash and what it escapes.
            end += 2;
        }
        let quoted = &self.text[self.at..=self.at + end];
        self.at += quoted.len();
        serde_json::from_str::<String>(quoted).ok().map(Cow::Owned)
    }

    /// A number, or one of the three words.
    fn word(&mut self) -> Option<NodeValue<'t>> {
        let rest = &self.text[self.at..];
        let is_end = |byte: u8| !byte.is_ascii_alphanumeric() && !b"+-.".contains(&byte);
        let word = &rest[..rest.bytes().position(is_end).unwrap_or(rest.len())];
        self.at += word.len();
        Some(match word {
            "null" => NodeValue::Null,
            "true" => NodeValue::Boolean(true),
            "false" => NodeValue::Boolean(false),
            number => NodeValue::Number(serde_json::from_str::<Number>(number).ok()?),
        })
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.next(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Skips white space and this character. Returns `false` if another follows.
    fn takes(&mut self, character: u8) -> bool {
        self.skip_space();
        let is_next = self.next() == Some(character);
        self.at += usize::from(is_next);
        is_next
    }
}
