//! The tree, which borrows from its text where it can.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Number, Value as Json};

/// A value and its byte offset.
#[derive(Debug)]
pub struct Node<'t> {
    pub at: usize,
    pub what: NodeValue<'t>,
}

/// A value that TOML and JSON have in common. A TOML date becomes its text.
#[derive(Debug)]
pub enum NodeValue<'t> {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Table(Vec<KeyValue<'t>>),
}

/// A key with its value, and the byte offset of the key.
#[derive(Debug)]
pub struct KeyValue<'t> {
    pub key: Cow<'t, str>,
    pub at: usize,
    pub value: Node<'t>,
}

/// Up to this number of keys, comparing them in pairs is faster than hashing.
const FEW: usize = 16;

/// Returns the first entry of each key, and the repeated ones, which JSON allows.
#[must_use]
pub fn distinct<'n, 't>(entries: &'n [KeyValue<'t>]) -> (Vec<&'n KeyValue<'t>>, Vec<&'n KeyValue<'t>>) {
    let mut seen: HashSet<&str> = HashSet::new();
    let (mut first, mut repeated) = (Vec::with_capacity(entries.len()), Vec::new());
    for (index, entry) in entries.iter().enumerate() {
        let is_first = if entries.len() > FEW {
            seen.insert(&entry.key)
        } else {
            entries[..index].iter().all(|other| other.key != entry.key)
        };
        if is_first { first.push(entry) } else { repeated.push(entry) }
    }
    (first, repeated)
}

impl<'t> Node<'t> {
    /// Returns the entries of a table.
    #[must_use]
    pub fn entries(&self) -> Option<&[KeyValue<'t>]> {
        match &self.what {
            NodeValue::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// Returns the text of a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.what {
            NodeValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the entries of a table, and nothing for another value.
    #[must_use]
    pub fn into_entries(self) -> Vec<KeyValue<'t>> {
        match self.what {
            NodeValue::Table(entries) => entries,
            _ => Vec::new(),
        }
    }

    /// Returns the value without positions. Of a repeated key, the last value counts.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match &self.what {
            NodeValue::Null => Json::Null,
            NodeValue::Boolean(flag) => (*flag).into(),
            NodeValue::Number(number) => Json::Number(number.clone()),
            NodeValue::Text(text) => (**text).into(),
            NodeValue::List(items) => items.iter().map(Self::to_json).collect(),
            NodeValue::Table(entries) => {
                let pairs = entries.iter().map(|entry| (entry.key.to_string(), entry.value.to_json()));
                Json::Object(pairs.collect())
            }
        }
    }
}
