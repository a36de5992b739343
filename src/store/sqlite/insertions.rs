//! Rows that are inserted one after the other, most of them of the same columns as the one before.

use std::collections::VecDeque;

use anyhow::Result;
use rusqlite::Statement;

use super::Sqlite;
use super::values::Bound;
use crate::django::value::Value;
use crate::store::engine::Inserting;
use crate::store::schema::quoted;

/// So many statements are kept ready.
const KEPT: usize = 8;

/// The latest statements that inserted a row.
pub(super) struct Insertions<'a> {
    sqlite: &'a Sqlite,
    kept: VecDeque<Insertion<'a>>,
}

/// The statement that inserts rows of these columns.
struct Insertion<'a> {
    table: String,
    columns: Vec<String>,
    statement: Statement<'a>,
    /// What its parameters still have from the row before, where that is told at a glance.
    bound: Vec<Option<Value>>,
}

impl<'a> Insertions<'a> {
    pub(super) fn new(sqlite: &'a Sqlite) -> Self {
        Self { sqlite, kept: VecDeque::new() }
    }

    fn of_columns(&mut self, table: &str, row: &[(&str, &Value)]) -> rusqlite::Result<&mut Insertion<'a>> {
        let place = self.kept.iter().position(|known| known.is_of(table, row));
        if place.is_none() {
            self.kept.truncate(KEPT - 1);
            self.kept.push_front(Insertion::prepare(self.sqlite, table, row)?);
        }
        Ok(&mut self.kept[place.unwrap_or(0)])
    }
}

impl Inserting for Insertions<'_> {
    fn insert(&mut self, table: &str, row: &[(&str, &Value)]) -> Result<Option<Value>> {
        let sqlite = self.sqlite;
        let inserted = self
            .of_columns(table, row)
            .and_then(|insertion| insertion.run(sqlite, row))
            .map_err(|error| sqlite.translate(error))?;
        Ok((inserted == 1).then(|| Value::Integer(sqlite.connection.last_insert_rowid())))
    }
}

impl<'a> Insertion<'a> {
    fn prepare(sqlite: &'a Sqlite, table: &str, row: &[(&str, &Value)]) -> rusqlite::Result<Self> {
        let columns: Vec<String> = row.iter().map(|(column, _)| quoted(column)).collect();
        let places: Vec<String> = (1..=row.len()).map(|number| format!("?{number}")).collect();
        let (columns, places) = (columns.join(", "), places.join(", "));
        let sql = format!("INSERT INTO {} ({columns}) VALUES ({places})", quoted(table));
        Ok(Self {
            table: table.to_owned(),
            columns: row.iter().map(|(column, _)| (*column).to_owned()).collect(),
            statement: sqlite.connection.prepare(&sql)?,
            bound: vec![None; row.len()],
        })
    }

    fn is_of(&self, table: &str, row: &[(&str, &Value)]) -> bool {
        self.table == table && self.columns.iter().eq(row.iter().map(|(column, _)| column))
    }

    fn run(&mut self, sqlite: &Sqlite, row: &[(&str, &Value)]) -> rusqlite::Result<usize> {
        for (index, ((_, value), bound)) in row.iter().zip(&mut self.bound).enumerate() {
            if is_told_at_a_glance(value) && bound.as_ref() == Some(value) {
                continue;
            }
            self.statement.raw_bind_parameter(index + 1, Bound { value, time_zone: &sqlite.time_zone })?;
            *bound = Some(*value).filter(|value| is_told_at_a_glance(value)).cloned();
        }
        self.statement.raw_execute()
    }
}

/// Is comparing the value less work than binding it? A zero has two signs and is not told by comparing.
fn is_told_at_a_glance(value: &Value) -> bool {
    match value {
        Value::Null | Value::Integer(_) | Value::Boolean(_) | Value::Timestamp(_) => true,
        Value::Text(text) => text.is_empty(),
        Value::Real(_) | Value::Uuid(_) | Value::Bytes(_) => false,
    }
}
