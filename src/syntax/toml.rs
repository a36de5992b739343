//! Parses TOML.

use std::thread;

use memchr::memmem;
use serde_json::Number;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Flaw;
use super::tree::{KeyValue, Node, NodeValue};
use crate::error::faults::{FaultCode, TomlFlaw};
use crate::error::limits;

/// The least length of a part of a document. The parser needs about ten times as much memory as its text.
const PART: usize = 64 * 1024;

/// Parses a document. Returns all its syntax errors.
pub(super) fn parse(text: &str) -> Result<Node<'_>, Vec<Flaw>> {
    let entries = in_parts(text, PART).map_or_else(|| Part { start: 0 }.parse(text), Ok)?;
    Ok(Node { at: 0, what: NodeValue::Table(entries) })
}

/// Parses a document on all cores, in parts that begin with an element of an array of tables.
///
/// Returns `None` if a part has errors or very many keys, or if it extends anything but such an array.
fn in_parts(text: &str, least: usize) -> Option<Vec<KeyValue<'_>>> {
    let mut parts = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = end_of_part(text, start + least);
        parts.push((Part { start }, &text[start..end]));
        start = end;
    }
    let mut entries: Vec<KeyValue<'_>> = Vec::new();
    for part in parse_all(&parts)? {
        if entries.len() + part.len() > limits::COLUMNS {
            return None;
        }
        for entry in part {
            match entries.iter_mut().find(|known| known.key == entry.key) {
                None => entries.push(entry),
                Some(known) => extend(known, entry, text)?,
            }
        }
    }
    Some(entries)
}

/// Parses each part. Returns `None` if one has errors.
fn parse_all<'t>(parts: &[(Part, &'t str)]) -> Option<Vec<Vec<KeyValue<'t>>>> {
    let parse = |parts: &[(Part, &'t str)]| -> Option<Vec<Vec<KeyValue<'t>>>> {
        parts.iter().map(|(part, text)| part.parse(text).ok()).collect()
    };
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let (mine, others) = parts.split_at(parts.len().div_ceil(jobs));
    thread::scope(|scope| {
        let shares = others.chunks(mine.len().max(1));
        let threads =
            shares.map(|share| thread::Builder::new().spawn_scoped(scope, move || parse(share)).ok());
        let threads: Vec<_> = threads.collect::<Option<_>>()?;
        let mut parsed = parse(mine)?;
        for thread in threads {
            parsed.extend(thread.join().ok()??);
        }
        Some(parsed)
    })
}

/// Returns the end of a part of at least this length: before a line like `[[name]]`.
fn end_of_part(text: &str, least: usize) -> usize {
    let rest = text.as_bytes().get(least..).unwrap_or_default();
    // The elements of an inner array, as in `[[name.inner]]`, belong to the table before.
    let is_outer =
        |at: &usize| !rest[*at..].iter().take_while(|byte| **byte != b'\n').any(|byte| *byte == b'.');
    let mut headers = memmem::find_iter(rest, "\n[[").map(|at| at + 1);
    headers.find(is_outer).map_or(text.len(), |at| least + at)
}

/// Adds the elements of an array of tables. Returns `None` if either value is something else.
fn extend<'t>(known: &mut KeyValue<'t>, entry: KeyValue<'t>, text: &str) -> Option<()> {
    // An element of such an array begins with its header, but one of a list in brackets with a brace.
    let has_header = |items: &[Node<'_>]| {
        items.first().is_some_and(|first| first.entries().is_some() && text[first.at..].starts_with('['))
    };
    match (&mut known.value.what, entry.value.what) {
        (NodeValue::List(items), NodeValue::List(more)) if has_header(items) && has_header(&more) => {
            items.extend(more);
            Some(())
        }
        _ => None,
    }
}

/// A part of a document that begins at this offset.
struct Part {
    start: usize,
}

impl Part {
    fn parse<'t>(&self, text: &'t str) -> Result<Vec<KeyValue<'t>>, Vec<Flaw>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
        let syntax = |error: &toml::de::Error| {
            FaultCode::InvalidToml(TomlFlaw::Syntax(error.message().trim_end().to_owned()))
        };
        let mut flaws: Vec<Flaw> = errors.iter().map(|error| (start(error), syntax(error))).collect();
        let entries = self.entries(table.into_inner(), &mut flaws);
        if flaws.is_empty() { Ok(entries) } else { Err(flaws) }
    }

    fn entries<'t>(&self, table: DeTable<'t>, flaws: &mut Vec<Flaw>) -> Vec<KeyValue<'t>> {
        let entry = |(key, value): (Spanned<_>, _)| KeyValue {
            at: self.start + key.span().start,
            key: key.into_inner(),
            value: self.node(value, flaws),
        };
        table.into_iter().map(entry).collect()
    }

    fn node<'t>(&self, value: Spanned<DeValue<'t>>, flaws: &mut Vec<Flaw>) -> Node<'t> {
        let at = self.start + value.span().start;
        let number = |number: Option<Number>, flaws: &mut Vec<Flaw>| {
            number.map_or_else(
                || {
                    flaws.push((at, FaultCode::InvalidToml(TomlFlaw::Number)));
                    NodeValue::Null
                },
                NodeValue::Number,
            )
        };
        let what = match value.into_inner() {
            DeValue::String(text) => NodeValue::Text(text),
            DeValue::Boolean(flag) => NodeValue::Boolean(flag),
            DeValue::Datetime(moment) => NodeValue::Text(moment.to_string().into()),
            DeValue::Integer(integer) => {
                let whole = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
                number(whole.map(Number::from), flaws)
            }
            DeValue::Float(float) => number(float.as_str().trim_start_matches('+').parse().ok(), flaws),
            DeValue::Array(items) => {
                NodeValue::List(items.into_iter().map(|item| self.node(item, flaws)).collect())
            }
            DeValue::Table(table) => NodeValue::Table(self.entries(table, flaws)),
        };
        Node { at, what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_parsed_as_the_whole() {
        for text in [
            "",
            "[[a]]",
            "\n[[a]]\nb = 1\n",
            "x = 1\n[[a]]\nb.c = 2\n[[a.d]]\ne = 3\n[[a.d]]\ne = 4\n[[a]]\n[s]\nt = 5\n[[a]]\n",
            "[[a]]\n[[b]]\nc = 1\r\n[[a]]\nd = {e = \"\"\"\n[x]\"\"\"}\n[[ b ]]\n  [[a]]\n[[\"a\"]]\n",
        ] {
            let parts = in_parts(text, 1).expect("parts");
            let whole = Part { start: 0 }.parse(text).expect("a document");
            assert_eq!(format!("{parts:?}"), format!("{whole:?}"), "{text:?}");
        }
    }

    #[test]
    fn parts_that_need_the_whole_are_not_parsed() {
        for text in [
            "[[a]]\n[[a]",
            "a = 1\n[[a]]\n",
            "a = []\n[[a]]\n",
            "a = [{}]\n[[a]]\n",
            "[a]\n[[a]]\n",
            "[[a]]\n[[b]]\n[a.c]\n",
            "[[a]]\n[s]\n[[a]]\n[s]\n",
            "[[a]]\nb = \"\"\"\n[[a]]\n\"\"\"\n",
            "[[a]]\nb = [\n[[1]]\n]\n",
        ] {
            assert!(in_parts(text, 1).is_none(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn parts_of_any_document_are_as_the_whole(
            lines in proptest::collection::vec(proptest::sample::select(LINES), 0..16),
        ) {
            let text = lines.join("\n");
            if let Some(parts) = in_parts(&text, 1) {
                let whole = Part { start: 0 }.parse(&text);
                proptest::prop_assert_eq!(format!("{:?}", Ok::<_, ()>(parts)), format!("{whole:?}"), "{:?}", text);
            }
        }
    }

    const LINES: &[&str] = &[
        "[[a]]",
        "[[a]]",
        "[[a]]",
        "[[b]]",
        "[[a.d]]",
        "[a.c]",
        "[s]",
        "x = 1",
        "y = 2",
        "a.x = 1",
        "a = [{}]",
        "a = []",
        "u = \"\"\"",
        "\"\"\"",
        "v = '''",
        "'''",
        "w = [",
        "]",
        "t = {q = 1}",
        "# [[a]]",
        "[[ a ]]",
        "[[\"a\"]]",
        "",
        "\r",
    ];
}
