//! Parses TOML.

use serde_json::Number;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Flaw;
use super::tree::{KeyValue, Node, NodeValue};
use crate::error::faults::{FaultCode, TomlFlaw};

/// Parses a document. Returns all its syntax errors.
pub(super) fn parse(text: &str) -> Result<Node<'_>, Vec<Flaw>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    let syntax = |error: &toml::de::Error| {
        FaultCode::InvalidToml(TomlFlaw::Syntax(error.message().trim_end().to_owned()))
    };
    let mut flaws: Vec<Flaw> = errors.iter().map(|error| (start(error), syntax(error))).collect();
    let at = table.span().start;
    let node = Node { at, what: convert_table(table.into_inner(), &mut flaws) };
    if flaws.is_empty() { Ok(node) } else { Err(flaws) }
}

fn convert_table<'t>(table: DeTable<'t>, flaws: &mut Vec<Flaw>) -> NodeValue<'t> {
    let entry = |(key, value): (Spanned<_>, _)| KeyValue {
        at: key.span().start,
        key: key.into_inner(),
        value: convert(value, flaws),
    };
    NodeValue::Table(table.into_iter().map(entry).collect())
}

fn convert<'t>(value: Spanned<DeValue<'t>>, flaws: &mut Vec<Flaw>) -> Node<'t> {
    let at = value.span().start;
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
            NodeValue::List(items.into_iter().map(|item| convert(item, flaws)).collect())
        }
        DeValue::Table(table) => convert_table(table, flaws),
    };
    Node { at, what }
}
