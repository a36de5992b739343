//! The SQL that only SQLite speaks, or speaks differently.

use super::Sqlite;
use crate::django::value::Value;
use crate::error::failure::Result;
use crate::store::engine::Dialect;
use crate::store::schema::quoted;

impl Dialect for Sqlite {
    fn is_true(&self, expression: &str) -> String {
        // Django reads every value except 1 as false.
        format!("({expression} IS 1)")
    }

    fn as_text(&self, expression: &str) -> String {
        expression.to_owned()
    }

    fn sortable_time(&self, expression: &str) -> String {
        // A time that is stored with a `T`, which Django also reads, is compared in Django's form.
        format!("replace({expression}, 'T', ' ')")
    }

    fn is_before(&self, expression: &str, parameter: &str) -> String {
        format!("is_before({expression}, {parameter})")
    }

    fn contains(&self, expression: &str, parameter: usize) -> String {
        format!("{expression} LIKE ?{parameter} ESCAPE '\\'")
    }

    fn starts_with(&self, expression: &str, prefix: &str, bind: &mut dyn FnMut(Value) -> String) -> String {
        // A range instead of LIKE, since it compares exactly and uses the index.
        let (first, last) = (bind(prefix.into()), bind(format!("{prefix}\u{10ffff}").into()));
        format!("{expression} >= {first} AND {expression} < {last}")
    }

    fn differs(&self, _table: &str, column: &str, parameter: usize) -> Result<String> {
        Ok(format!("{} COLLATE BINARY IS DISTINCT FROM ?{parameter}", quoted(column)))
    }

    fn json_lists(&self, columns: &[&str]) -> String {
        let columns = columns.join(", ");
        format!("json_group_array(json_array({columns}) ORDER BY {columns})")
    }

    fn row_order(&self) -> &'static str {
        "rowid"
    }

    fn locking(&self, _table: &str, _alias: &str) -> String {
        // A writing transaction is alone.
        String::new()
    }

    fn temporary(&self, name: &str) -> String {
        format!("temp.{name}")
    }

    fn row_list(&self) -> &'static str {
        "(node, key, PRIMARY KEY (node, key)) WITHOUT ROWID"
    }

    fn insert_new(&self, into: &str, query: &str) -> String {
        format!("INSERT OR IGNORE INTO {into} {query}")
    }
}
