//! Inserts rows with cached statements. Most rows have the same columns as the row before.

use std::collections::VecDeque;

use rusqlite::Statement;

use super::Sqlite;
use super::values::Bound;
use crate::django::value::Value;
use crate::error::failure::Result;
use crate::store::engine::Inserting;
use crate::store::schema::quoted;

/// The maximum number of cached statements.
const MAX_CACHED: usize = 8;

/// The most recently prepared INSERT statements.
pub(super) struct Insertions<'a> {
    sqlite: &'a Sqlite,
    cached: VecDeque<Insertion<'a>>,
}

/// The INSERT statement for these columns.
struct Insertion<'a> {
    table: String,
    columns: Vec<String>,
    statement: Statement<'a>,
    /// The values of the parameters that are still bound from the row before. Only for values that are cheap to
    /// compare.
    bound: Vec<Option<Value>>,
}

impl<'a> Insertions<'a> {
    pub(super) fn new(sqlite: &'a Sqlite) -> Self {
        Self { sqlite, cached: VecDeque::new() }
    }

    fn of_columns(&mut self, table: &str, row: &[(&str, &Value)]) -> rusqlite::Result<&mut Insertion<'a>> {
        let position = self.cached.iter().position(|known| known.is_of(table, row));
        if position.is_none() {
            self.cached.truncate(MAX_CACHED - 1);
            self.cached.push_front(Insertion::prepare(self.sqlite, table, row)?);
        }
        Ok(&mut self.cached[position.unwrap_or(0)])
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
        let placeholders: Vec<String> = (1..=row.len()).map(|number| format!("?{number}")).collect();
        let (columns, placeholders) = (columns.join(", "), placeholders.join(", "));
        let sql = format!("INSERT INTO {} ({columns}) VALUES ({placeholders})", quoted(table));
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
            if is_cheap_to_compare(value) && bound.as_ref() == Some(value) {
                continue;
            }
            self.statement.raw_bind_parameter(index + 1, Bound { value, time_zone: &sqlite.time_zone })?;
            *bound = Some(*value).filter(|value| is_cheap_to_compare(value)).cloned();
        }
        self.statement.raw_execute()
    }
}

/// Whether comparing the value is cheaper than binding it. A real number is not: comparing does not tell 0.0 from
/// -0.0.
fn is_cheap_to_compare(value: &Value) -> bool {
    match value {
        Value::Null
        | Value::Integer(_)
        | Value::Boolean(_)
        | Value::Timestamp(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Duration(_) => true,
        Value::Text(text) => text.is_empty(),
        Value::Real(_) | Value::Uuid(_) | Value::Decimal(_) | Value::Json(_) | Value::Bytes(_) => false,
    }
}
