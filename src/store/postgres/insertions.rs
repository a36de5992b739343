//! Inserts rows. Most rows have the same columns as the row before, and so the same statement.

use std::ops::ControlFlow;

use super::Postgres;
use super::values::exchanged;
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::store::engine::Inserting;
use crate::store::schema::quoted;

/// The statement for the last row.
pub(super) struct RowInserter<'a> {
    postgres: &'a Postgres,
    table: String,
    columns: Vec<String>,
    sql: String,
    /// The kind of what the statement returns: the key, or a number if no single column is the key.
    returned: Kind,
}

impl<'a> RowInserter<'a> {
    pub(super) fn new(postgres: &'a Postgres) -> Self {
        Self {
            postgres,
            table: String::new(),
            columns: Vec::new(),
            sql: String::new(),
            returned: Kind::Integer,
        }
    }

    fn prepare(&mut self, table: &str, row: &[(&str, &Value)]) -> Result<()> {
        if self.table == table && self.columns.iter().eq(row.iter().map(|(column, _)| column)) {
            return Ok(());
        }
        let names: Vec<String> = row.iter().map(|(column, _)| (*column).to_owned()).collect();
        let columns: Vec<String> = names.iter().map(|column| quoted(column)).collect();
        let places: Vec<String> = (1..=row.len()).map(|number| format!("?{number}")).collect();
        let known = self.postgres.known(table)?;
        let key = known.as_ref().and_then(|known| match &known.table.key[..] {
            [key] => known.table.column(key),
            _ => None,
        });
        let returned = key.map_or_else(|| "1".to_owned(), |key| quoted(&key.name));
        self.returned = key.map_or(Kind::Integer, |key| key.kind.clone());
        self.sql = format!(
            "INSERT INTO {} ({}){} VALUES ({}) RETURNING {}",
            quoted(table),
            columns.join(", "),
            known.as_ref().map_or("", |known| known.overriding(&names)),
            places.join(", "),
            exchanged(&returned, &self.returned),
        );
        table.clone_into(&mut self.table);
        self.columns = names;
        Ok(())
    }
}

impl Inserting for RowInserter<'_> {
    fn insert(&mut self, table: &str, row: &[(&str, &Value)]) -> Result<Option<Value>> {
        self.postgres.check_ranges(table, row)?;
        if let Some(key) = self.postgres.enqueue(table, row)? {
            return Ok(Some(key));
        }
        self.prepare(table, row)?;
        let parameters: Vec<Value> = row.iter().map(|(_, value)| (*value).clone()).collect();
        let mut key = None;
        let kinds = std::slice::from_ref(&self.returned);
        self.postgres.rows(&self.sql, &parameters, kinds, &mut |cells| {
            key = Some(match self.returned {
                Kind::Integer => cells[0].integer().map_or(Value::Null, Value::Integer),
                Kind::Uuid => Value::Uuid(cells[0].string()),
                _ => Value::Text(cells[0].string()),
            });
            Ok(ControlFlow::Break(()))
        })?;
        Ok(key)
    }
}
