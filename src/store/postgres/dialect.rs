//! The SQL that only PostgreSQL speaks, or speaks differently.

use super::Postgres;
use super::definitions::is_text;
use super::values::has_equality;
use crate::django::value::Value;
use crate::error::failure::Result;
use crate::store::engine::{Access, Dialect};
use crate::store::schema::quoted;

impl Dialect for Postgres {
    fn is_true(&self, expression: &str) -> String {
        format!("({expression} IS TRUE)")
    }

    fn as_text(&self, expression: &str) -> String {
        format!("{expression}::text")
    }

    fn sortable_time(&self, expression: &str) -> String {
        expression.to_owned()
    }

    fn is_before(&self, expression: &str, parameter: &str) -> String {
        format!("{expression}::timestamptz < {parameter}::timestamptz")
    }

    fn contains(&self, expression: &str, parameter: usize) -> String {
        // As in Django's `icontains`, but LIKE would refuse a collation that takes different letters for the same.
        format!("UPPER({expression}::text) COLLATE \"C\" LIKE UPPER(?{parameter}::text)")
    }

    fn starts_with(&self, expression: &str, prefix: &str, bind: &mut dyn FnMut(Value) -> String) -> String {
        // A range would follow the collation. This is exact, and uses the index that Django makes for it.
        let escaped = prefix.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        format!("{expression} LIKE {}", bind(format!("{escaped}%").into()))
    }

    fn differs(&self, table: &str, column: &str, parameter: usize) -> Result<String> {
        let known = self.known(table)?;
        let of_type = known.as_ref().and_then(|known| known.type_of(column)).unwrap_or_default();
        let column = quoted(column);
        Ok(match of_type {
            // Without a collation or a type that takes different letters for the same.
            name if is_text(name) => {
                format!("({column}::text COLLATE \"C\" IS DISTINCT FROM ?{parameter}::text)")
            }
            name if has_equality(name) => format!("({column} IS DISTINCT FROM ?{parameter})"),
            name => format!("({column}::text IS DISTINCT FROM ?{parameter}::{}::text)", quoted(name)),
        })
    }

    fn json_lists(&self, columns: &[&str]) -> String {
        // Without the spaces of `json_agg`, so that an export has the same bytes on every engine.
        let cells: Vec<String> = columns.iter().map(|column| format!("to_json({column})")).collect();
        format!(
            "('[' || coalesce(string_agg('[' || concat_ws(',', {}) || ']', ',' ORDER BY {}), '') || ']')",
            cells.join(", "),
            columns.join(", ")
        )
    }

    fn row_order(&self) -> &'static str {
        "ctid"
    }

    fn locking(&self, table: &str, alias: &str) -> String {
        let is_lockable =
            || self.known(table).is_ok_and(|known| known.is_some_and(|known| known.is_lockable));
        if self.access.get() == Some(Access::Write) && is_lockable() {
            format!(" FOR NO KEY UPDATE OF {alias}")
        } else {
            String::new()
        }
    }

    fn temporary(&self, name: &str) -> String {
        format!("pg_temp.{name}")
    }

    fn row_list(&self) -> &'static str {
        "(node integer NOT NULL, place tid, key text, UNIQUE (node, place), UNIQUE (node, key))"
    }

    fn insert_new(&self, into: &str, query: &str) -> String {
        format!("INSERT INTO {into} {query} ON CONFLICT DO NOTHING")
    }
}
