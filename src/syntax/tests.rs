use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::json;
use super::source::SourceFile;
use super::tree::{Node, NodeValue};
use crate::error::faults::{Fault, FaultCode, Form, Undecodable};
use crate::error::position::{Position, Scan};

fn source(name: &str, text: &str) -> SourceFile {
    SourceFile::new(name.into(), text.into(), Form::Key)
}

/// Collects each key and value with the text at its position.
fn positions(node: &Node<'_>, text: &str, found: &mut Vec<String>) {
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
    let source = source(name, text);
    positions(&source.tree().expect("a tree"), text, &mut found);
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
    let source = source("x", text);
    let tree = source.tree().expect("a tree");
    assert_eq!(
        tree.to_json(),
        serde_json::json!({ "a": "ä", "b": [{ "c": { "d": [1, 31] }, "e": "2024-02-29" }] })
    );
}

#[test]
fn keys_and_values_of_json_know_their_places() {
    let text = " {\"a\": \"ä\",\n \"b\" : [ {\"c\":1.50}, null, true]}\n";
    let expected = ["{\"a\": \"ä\"", "a: \"a\": \"ä\"", "\"ä\"", "b: \"b\" : [ {\"c\":1.50", "[ {\"c\":1.50"];
    let found = all_places("x", text);
    assert_eq!(found[..5], expected);
    assert_eq!(found[5..], ["{\"c\":1.50", "c: \"c\":1.50", "1.50", "null", "true"]);
    let source = source("x", text);
    let tree = source.tree().expect("a tree");
    assert_eq!(tree.to_json().to_string(), r#"{"a":"ä","b":[{"c":1.50},null,true]}"#);
}

#[test]
fn a_key_that_is_there_twice_stays_twice() {
    let source = source("x", r#"{"a": 1, "a": 2}"#);
    let tree = source.tree().expect("a tree");
    let NodeValue::Table(entries) = tree.what else { panic!("no table") };
    assert_eq!(entries.iter().map(|entry| entry.at).collect::<Vec<_>>(), [1, 9]);
}

#[test]
fn what_is_neither_is_told_with_its_place() {
    let faults = |name: &str, text: &str| -> Vec<(usize, usize)> {
        let faults = source(name, text).tree().expect_err("faults");
        assert!(faults.iter().all(|fault| fault.file() == Some(name)));
        let position = |fault: &Fault| fault.position.map(|position| (position.line, position.column));
        faults.iter().filter_map(position).collect()
    };
    assert_eq!(faults("x", "{\"ä\": x}"), [(1, 7)]);
    assert_eq!(faults("x", "{\n  \"a\": \"\\ud800\"}"), [(2, 15)]);
    assert_eq!(faults("x.json", "a = 1\n"), [(1, 1)]);
    assert_eq!(faults("x.toml", "a = \nb = 1\nb = 2\nc = 99999999999999999999\n").len(), 3);
    assert_eq!(faults("x.toml", "a = inf\n"), [(1, 5)]);
    let bytes = Zeroizing::new(b"a = 1\nb = \xff".to_vec());
    let fault = SourceFile::of_bytes("x".into(), bytes, Form::Key).err().expect("a fault");
    assert_eq!(fault.code, FaultCode::Undecodable(Undecodable::File));
    assert_eq!(fault.position, Some(Position { line: 2, column: 5 }));
}

#[test]
fn a_long_text_knows_its_positions_in_any_order() {
    let text = "ä\r\nb\rc\n".repeat(3_000);
    let source = source("x", &text);
    let mut scan = Scan::new(&text, Position::START);
    let all: Vec<(usize, Position)> = text.char_indices().map(|(at, _)| (at, scan.at(at))).collect();
    for (at, position) in all.into_iter().rev() {
        assert_eq!(source.position(at), position, "{at}");
    }
}

#[test]
fn the_depth_is_limited_as_in_serde_json() {
    for depth in [127, 128] {
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(json::parse(&text).is_ok(), depth < 128);
        assert_eq!(serde_json::from_str::<Json>(&text).is_ok(), depth < 128);
    }
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_much(text: String) {
        let _ = source("x.json", &text).tree();
        let _ = source("x.toml", &text).tree();
    }

    #[test]
    fn json_is_what_serde_json_takes_for_json(
        text in "([\\[\\]{},: \\t\\n\"\\\\]|[01][.eE+-]?|-|null|true|false|\"[ä\\\\un/0d8]{0,3}\"|\u{1}){0,12}",
    ) {
        let ours = json::parse(&text).map(|node| node.to_json());
        match serde_json::from_str::<Json>(&text) {
            Ok(theirs) => proptest::prop_assert_eq!(ours.ok(), Some(theirs)),
            Err(_) => proptest::prop_assert!(ours.is_err()),
        }
    }
}
