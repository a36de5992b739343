//! Parses TOML or JSON into a tree that keeps the position of each key and value.

use std::cell::Cell;
use std::path::Path;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Number, Value as Json};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, de::DeInteger};
use zeroize::Zeroizing;

use crate::error::faults::Faults;
use crate::error::position::{Position, Scan, offset_in_json, reason_of_depth};
use crate::error::refusal::Fault;

/// A value and its byte offset.
#[derive(Debug)]
pub struct Node {
    pub at: usize,
    pub what: NodeValue,
}

/// A value that TOML and JSON have in common. A TOML date becomes its text.
#[derive(Debug)]
pub enum NodeValue {
    Null,
    Boolean(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Table(Vec<KeyValue>),
}

/// A key with its value, and the byte offset of the key.
#[derive(Debug)]
pub struct KeyValue {
    pub key: String,
    pub at: usize,
    pub value: Node,
}

/// The text of a file, and its name in faults.
pub struct TreeFile {
    name: String,
    text: Zeroizing<String>,
    /// The last position that was computed. Faults arrive roughly in order, so the next one is usually close.
    last: Cell<(usize, Position)>,
}

/// A syntax error: a byte offset and a message.
type Flaw = (usize, String);

impl TreeFile {
    /// Creates a file from its bytes, without a byte order mark. Returns a fault if they are not UTF-8.
    pub fn new(path: &Path, bytes: &[u8]) -> Result<Self, Fault> {
        let name = path.display().to_string();
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let source = |text: &str| Self {
            name: name.clone(),
            text: Zeroizing::new(text.to_owned()),
            last: Cell::new((0, Position::START)),
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(source(text)),
            Err(error) => {
                let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let fault = Fault::new("", "invalid", "This is not valid UTF-8.");
                Err(source(&good).locate(good.len(), fault))
            }
        }
    }

    /// Returns the name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the position of a byte offset.
    pub fn position(&self, at: usize) -> Position {
        let (from, position) =
            Some(self.last.get()).filter(|(from, _)| *from <= at).unwrap_or((0, Position::START));
        let position = Scan::new(&self.text[from..], position).at(at - from);
        if self.text.is_char_boundary(at) {
            self.last.set((at, position));
        }
        position
    }

    /// Adds the position to the fault and to its message.
    pub fn locate(&self, at: usize, fault: Fault) -> Fault {
        fault.at(&self.name, self.position(at), None)
    }

    /// Parses the tree. It is JSON if the file's extension or its first character says so, otherwise TOML.
    ///
    /// # Errors
    /// Returns all syntax errors.
    pub fn tree(&self) -> Result<Node, Faults> {
        let extension = Path::new(&self.name).extension().unwrap_or_default();
        let is_json = extension == "json" || extension != "toml" && self.text.trim_start().starts_with('{');
        let (tree, code) =
            if is_json { (json(&self.text), "invalid_json") } else { (toml(&self.text), "invalid_toml") };
        tree.map_err(|mut flaws| {
            flaws.sort();
            let mut faults = Faults::default();
            for (at, message) in flaws {
                faults.push_with(|| self.locate(at, Fault::new("", code, message)));
            }
            faults
        })
    }
}

impl Node {
    /// Returns the value without positions.
    pub fn to_json(&self) -> Json {
        match &self.what {
            NodeValue::Null => Json::Null,
            NodeValue::Boolean(flag) => (*flag).into(),
            NodeValue::Number(number) => Json::Number(number.clone()),
            NodeValue::Text(text) => text.as_str().into(),
            NodeValue::List(items) => items.iter().map(Self::to_json).collect(),
            NodeValue::Table(entries) => {
                let pairs = entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json()));
                Json::Object(pairs.collect())
            }
        }
    }
}

fn toml(text: &str) -> Result<Node, Vec<Flaw>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    let mut flaws: Vec<Flaw> =
        errors.iter().map(|error| (start(error), format!("{}.", error.message().trim_end()))).collect();
    let at = table.span().start;
    let node = Node { at, what: toml_table(table.into_inner(), &mut flaws) };
    if flaws.is_empty() { Ok(node) } else { Err(flaws) }
}

fn toml_table(table: DeTable<'_>, flaws: &mut Vec<Flaw>) -> NodeValue {
    let entry = |(key, value): (Spanned<_>, _)| {
        let at = key.span().start;
        let key: std::borrow::Cow<'_, str> = key.into_inner();
        KeyValue { key: key.into_owned(), at, value: toml_value(value, flaws) }
    };
    NodeValue::Table(table.into_iter().map(entry).collect())
}

fn toml_value(value: Spanned<DeValue<'_>>, flaws: &mut Vec<Flaw>) -> Node {
    let at = value.span().start;
    let mut number = |number: Option<Number>| {
        number.map_or_else(
            || {
                flaws.push((at, "This number is out of range.".into()));
                NodeValue::Null
            },
            NodeValue::Number,
        )
    };
    let what = match value.into_inner() {
        DeValue::String(text) => NodeValue::Text(text.into_owned()),
        DeValue::Boolean(flag) => NodeValue::Boolean(flag),
        DeValue::Datetime(moment) => NodeValue::Text(moment.to_string()),
        DeValue::Integer(integer) => number(whole(&integer)),
        DeValue::Float(float) => number(float.as_str().trim_start_matches('+').parse().ok()),
        DeValue::Array(items) => {
            NodeValue::List(items.into_iter().map(|item| toml_value(item, flaws)).collect())
        }
        DeValue::Table(table) => toml_table(table, flaws),
    };
    Node { at, what }
}

fn whole(integer: &DeInteger<'_>) -> Option<Number> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(Number::from)
}

/// Parses JSON. A raw value is a slice of the text, so its address gives its offset.
fn json(text: &str) -> Result<Node, Vec<Flaw>> {
    let flaw = |error: serde_json::Error| {
        let message = reason_of_depth(&error).map_or_else(
            || {
                let message = error.to_string();
                format!("This is not valid JSON: {}.", message.split(" at line ").next().unwrap_or_default())
            },
            |reason| format!("The JSON is {reason}."),
        );
        vec![(offset_in_json(text, &error), message)]
    };
    // Parsing raw values only finds their ends. This line checks their contents.
    crate::django::json::parse(text).map_err(flaw)?;
    let raw: &RawValue = serde_json::from_str(text).map_err(flaw)?;
    json_value(raw, text).map_err(flaw)
}

fn json_value(raw: &RawValue, text: &str) -> serde_json::Result<Node> {
    let offset = |raw: &RawValue| raw.get().as_ptr().addr() - text.as_ptr().addr();
    let what = match raw.get().as_bytes().first() {
        Some(b'{') => {
            let Members(members) = serde_json::from_str(raw.get())?;
            let entry = |(key, value): (&RawValue, &RawValue)| {
                let name = serde_json::from_str(key.get())?;
                Ok(KeyValue { key: name, at: offset(key), value: json_value(value, text)? })
            };
            NodeValue::Table(members.into_iter().map(entry).collect::<serde_json::Result<_>>()?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw.get())?;
            NodeValue::List(items.into_iter().map(|item| json_value(item, text)).collect::<Result<_, _>>()?)
        }
        _ => match serde_json::from_str(raw.get())? {
            Json::Bool(flag) => NodeValue::Boolean(flag),
            Json::Number(number) => NodeValue::Number(number),
            Json::String(text) => NodeValue::Text(text),
            _ => NodeValue::Null,
        },
    };
    Ok(Node { at: offset(raw), what })
}

/// The members of an object in their order. A key that occurs twice is listed twice.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, text: &str) -> TreeFile {
        TreeFile::new(Path::new(name), text.as_bytes()).expect("UTF-8")
    }

    /// Collects each key and value with the text at its position.
    fn positions(node: &Node, text: &str, found: &mut Vec<String>) {
        let word = |at: usize| text[at..].split(['\n', ',', '}', ']']).next().unwrap_or_default().to_owned();
        found.push(word(node.at));
        match &node.what {
            NodeValue::List(items) => items.iter().for_each(|item| positions(item, text, found)),
            NodeValue::Table(entries) => {
                for entry in entries {
                    found.push(format!("{}: {}", entry.key, word(entry.at)));
                    positions(&entry.value, text, found);
                }
            }
            _ => {}
        }
    }

    fn all_places(name: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        positions(&source(name, text).tree().expect("a tree"), text, &mut found);
        found
    }

    #[test]
    fn keys_and_values_of_toml_know_their_places() {
        let text = "a = \"ä\"\n[[b]]\nc.d = [1, 0x1f]\ne = 2024-02-29\n";
        let expected = [
            "a = \"ä\"",
            "a: a = \"ä\"",
            "\"ä\"",
            "b: b",
            "[[b",
            "[[b",
            "c: c.d = [1",
            "c.d = [1",
            "d: d = [1",
            "[1",
            "1",
            "0x1f",
            "e: e = 2024-02-29",
            "2024-02-29",
        ];
        assert_eq!(all_places("x.toml", text), expected);
        let tree = source("x", text).tree().expect("a tree");
        assert_eq!(
            tree.to_json(),
            serde_json::json!({ "a": "ä", "b": [{ "c": { "d": [1, 31] }, "e": "2024-02-29" }] })
        );
    }

    #[test]
    fn keys_and_values_of_json_know_their_places() {
        let text = " {\"a\": \"ä\",\n \"b\" : [ {\"c\":1.50}, null, true]}\n";
        let expected =
            ["{\"a\": \"ä\"", "a: \"a\": \"ä\"", "\"ä\"", "b: \"b\" : [ {\"c\":1.50", "[ {\"c\":1.50"];
        let found = all_places("x", text);
        assert_eq!(found[..5], expected);
        assert_eq!(found[5..], ["{\"c\":1.50", "c: \"c\":1.50", "1.50", "null", "true"]);
        let tree = source("x", text).tree().expect("a tree");
        assert_eq!(tree.to_json().to_string(), r#"{"a":"ä","b":[{"c":1.50},null,true]}"#);
    }

    #[test]
    fn a_key_that_is_there_twice_stays_twice() {
        let tree = source("x", r#"{"a": 1, "a": 2}"#).tree().expect("a tree");
        let NodeValue::Table(entries) = tree.what else { panic!("no table") };
        assert_eq!(entries.iter().map(|entry| entry.at).collect::<Vec<_>>(), [1, 9]);
    }

    #[test]
    fn what_is_neither_is_told_with_its_place() {
        let faults = |name: &str, text: &str| -> Vec<(usize, usize)> {
            let faults = source(name, text).tree().expect_err("faults");
            assert!(faults.iter().all(|fault| fault.message.starts_with(&format!("{name}, line "))));
            let position = |fault: &Fault| fault.position.map(|position| (position.line, position.column));
            faults.iter().filter_map(position).collect()
        };
        assert_eq!(faults("x", "{\"ä\": x}"), [(1, 7)]);
        assert_eq!(faults("x", "{\n  \"a\": \"\\ud800\"}"), [(2, 15)]);
        assert_eq!(faults("x.json", "a = 1\n"), [(1, 1)]);
        assert_eq!(faults("x.toml", "a = \nb = 1\nb = 2\nc = 99999999999999999999\n").len(), 3);
        assert_eq!(faults("x.toml", "a = inf\n"), [(1, 5)]);
        let fault = TreeFile::new(Path::new("x"), b"a = 1\nb = \xff").err().expect("a fault");
        assert_eq!(fault.message, "x, line 2, column 5: This is not valid UTF-8.");
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_much(text: String) {
            let _ = source("x.json", &text).tree();
            let _ = source("x.toml", &text).tree();
        }
    }
}
