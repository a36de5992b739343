//! Every write of a row, checked: it changes as many rows as planned, and what it wrote is what is stored.
//!
//! A trigger or an `ON CONFLICT` clause of the project's can ignore a write without an error. A trigger that runs after
//! the write can take it back.

use std::cell::OnceCell;
use std::ops::ControlFlow;

use anyhow::{Error, Result, anyhow};

use super::Transaction;
use super::schema::quoted;
use crate::django::value::{Kind, Value};

/// Values by their columns.
pub(super) type Cells<'a> = [(&'a str, &'a Value)];

/// The tables whose triggers can change what is written to them, looked for once in a transaction.
#[derive(Default)]
pub(super) struct Triggers(OnceCell<Vec<String>>);

/// Is this a time that the database may set itself, such as of the last change? What is told of a change does not
/// depend on it.
fn is_note_of_time(column: &str, value: &Value) -> bool {
    matches!(value, Value::Timestamp(_)) && !column.starts_with("expir")
}

impl Transaction<'_> {
    /// Runs a statement on a table that has to change exactly as many rows as planned.
    ///
    /// # Errors
    /// A failure of the database, or another number of rows; the transaction is then not to be committed.
    pub(super) fn write(&self, table: &str, sql: &str, parameters: &[Value], planned: u64) -> Result<()> {
        let changed = self.engine.execute(sql, parameters)?;
        if changed as u64 == planned { Ok(()) } else { Err(self.not_as_planned(table)) }
    }

    /// Refuses to go on where a trigger has changed a row of these cells again, or deleted it.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(super) fn check_stored(&self, table: &str, cells: &Cells<'_>) -> Result<()> {
        if !self.has_triggers(table)? || self.has_cells(table, cells)? {
            return Ok(());
        }
        Err(self.not_as_planned(table))
    }

    /// Refuses to go on where a trigger has inserted a deleted row again.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(super) fn check_gone(&self, table: &str, cells: &Cells<'_>) -> Result<()> {
        if !self.has_triggers(table)? || !self.has_cells(table, cells)? {
            return Ok(());
        }
        Err(self.not_as_planned(table))
    }

    /// The error for a table in which a write did not do what it was to do.
    pub(super) fn not_as_planned(&self, table: &str) -> Error {
        anyhow!(
            "{}: the table {table} does not hold what was written to it, so nothing was changed; a trigger or a rule of \
             the table may ignore or change writes",
            self.path().display()
        )
    }

    fn has_cells(&self, table: &str, cells: &Cells<'_>) -> Result<bool> {
        let told = || cells.iter().filter(|(column, value)| !is_note_of_time(column, value));
        let conditions: Vec<String> = told()
            .enumerate()
            .map(|(index, (column, _))| format!("{} IS ?{}", quoted(column), index + 1))
            .collect();
        let parameters: Vec<Value> = told().map(|(_, value)| (*value).clone()).collect();
        let sql = format!("SELECT 1 FROM {} WHERE {} LIMIT 1", quoted(table), conditions.join(" AND "));
        self.has_any(&sql, &parameters)
    }

    fn has_triggers(&self, table: &str) -> Result<bool> {
        let triggers = if let Some(triggers) = self.triggers.0.get() {
            triggers
        } else {
            let found = self.engine.tables_with_triggers()?;
            self.triggers.0.get_or_init(|| found)
        };
        Ok(triggers.iter().any(|name| name.eq_ignore_ascii_case(table)))
    }

    /// Has the query a row?
    pub(super) fn has_any(&self, sql: &str, parameters: &[Value]) -> Result<bool> {
        let mut found = false;
        self.engine.query(sql, parameters, &[Kind::Integer], &mut |_| {
            found = true;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }
}
