//! Inserts rows. Most rows have the same columns as the row before, and so the same statement.

use std::ops::ControlFlow;

use super::Postgres;
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
    /// The kind of the key that the statement returns.
    key: Option<Kind>,
}

impl<'a> RowInserter<'a> {
    pub(super) fn new(postgres: &'a Postgres) -> Self {
        Self { postgres, table: String::new(), columns: Vec::new(), sql: String::new(), key: None }
    }

    fn prepare(&mut self, table: &str, row: &[(&str, &Value)]) -> Result<()> {
        if self.table == table && self.columns.iter().eq(row.iter().map(|(column, _)| column)) {
            return Ok(());
        }
        let columns: Vec<String> = row.iter().map(|(column, _)| quoted(column)).collect();
        let places: Vec<String> = (1..=row.len()).map(|number| format!("?{number}")).collect();
        let known = self.postgres.known(table)?;
        let key = known.as_ref().and_then(|known| match &known.table.key[..] {
            [key] => known.table.column(key),
            _ => None,
        });
        let returned = key.map_or_else(|| "1".to_owned(), |key| quoted(&key.name));
        self.key = key.map(|key| key.kind.clone());
        self.sql = format!(
            "INSERT INTO {} ({}) VALUES ({}) RETURNING {returned}",
            quoted(table),
            columns.join(", "),
            places.join(", ")
        );
        table.clone_into(&mut self.table);
        self.columns = row.iter().map(|(column, _)| (*column).to_owned()).collect();
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
        let kind = self.key.clone().unwrap_or(Kind::Integer);
        let mut key = None;
        self.postgres.returning(&self.sql, &parameters, &kind, &mut |cell| {
            key = Some(match &kind {
                Kind::Integer => cell.integer().map_or(Value::Null, Value::Integer),
                Kind::Uuid => Value::Uuid(cell.string()),
                _ => Value::Text(cell.string()),
            });
            Ok(ControlFlow::Break(()))
        })?;
        Ok(key)
    }
}
