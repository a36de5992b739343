//! Every write of a row, checked: it changes as many rows as planned, and what it wrote is what is stored.
//!
//! A trigger or an `ON CONFLICT` clause of the project's can ignore a write without an error. A trigger that runs after
//! the write can take it back, also one of another table at a later write. So each write is checked at once, and all of
//! them again before the commit.

use std::cell::{OnceCell, RefCell};
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

/// What a write planned, where the database has triggers. Later ones go before earlier ones.
#[derive(Default)]
pub(super) struct Planned(RefCell<Vec<Expectation>>);

/// A row of these cells is in the table, or none is after a deletion.
struct Expectation {
    table: String,
    write: Write,
    cells: Vec<(String, Value)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Write {
    Insertion,
    /// The last cell is the row's key.
    Update,
    Deletion,
}

impl Expectation {
    fn is_there(&self) -> bool {
        self.write != Write::Deletion
    }

    /// Does this write of the same transaction delete the row, or insert it again?
    fn is_reversed_by(&self, later: &Self) -> bool {
        let (all, some) = if self.is_there() { (self, later) } else { (later, self) };
        self.is_there() != later.is_there() && some.cells.iter().all(|cell| all.cells.contains(cell))
    }

    /// Does this write of the same transaction set the column of the same row?
    fn is_set_by(&self, later: &Self, column: &str) -> bool {
        let Some((key, set)) = later.cells.split_last() else { return false };
        let is_of_row = later.write == Write::Update && self.cells.contains(key);
        is_of_row && set.iter().any(|(name, _)| name == column)
    }
}

impl Planned {
    /// How many writes there were.
    pub(super) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Forgets all writes after this many, which were rolled back.
    pub(super) fn truncate(&self, len: usize) {
        self.0.borrow_mut().truncate(len);
    }
}

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

    /// Refuses to go on where a trigger has changed or deleted the row of these cells that was just inserted.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(super) fn check_inserted(&self, table: &str, cells: &Cells<'_>) -> Result<()> {
        self.check(table, Write::Insertion, cells)
    }

    /// Refuses to go on where a trigger has changed the row of this key again, or deleted it.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(super) fn check_updated(&self, table: &str, set: &Cells<'_>, key: (&str, &Value)) -> Result<()> {
        let cells: Vec<(&str, &Value)> = set.iter().copied().chain([key]).collect();
        self.check(table, Write::Update, &cells)
    }

    /// Refuses to go on where a trigger has inserted a deleted row again.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(super) fn check_gone(&self, table: &str, cells: &Cells<'_>) -> Result<()> {
        self.check(table, Write::Deletion, cells)
    }

    fn check(&self, table: &str, write: Write, cells: &Cells<'_>) -> Result<()> {
        if self.triggers()?.is_empty() {
            return Ok(());
        }
        if self.has_triggers(table)? && self.has_cells(table, cells)? != (write != Write::Deletion) {
            return Err(self.not_as_planned(table));
        }
        let cells = cells.iter().map(|(column, value)| ((*column).to_owned(), (*value).clone())).collect();
        self.planned.0.borrow_mut().push(Expectation { table: table.to_owned(), write, cells });
        Ok(())
    }

    /// Checks every write again, before the commit.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(super) fn check_all(&self) -> Result<()> {
        let planned = self.planned.0.borrow();
        for (index, expected) in planned.iter().enumerate() {
            let later = || planned[index + 1..].iter().filter(|later| later.table == expected.table);
            let has = |counts: &dyn Fn(&str) -> bool| {
                let cells = expected.cells.iter().filter(|(column, _)| counts(column));
                let cells: Vec<(&str, &Value)> = cells.map(|(column, value)| (&**column, value)).collect();
                self.has_cells(&expected.table, &cells)
            };
            let is_last = |column: &str| !later().any(|later| expected.is_set_by(later, column));
            let is_fulfilled = has(&|_| true)? == expected.is_there()
                || later().any(|later| expected.is_reversed_by(later))
                || expected.is_there() && has(&is_last)?;
            if !is_fulfilled {
                return Err(self.not_as_planned(&expected.table));
            }
        }
        Ok(())
    }

    /// The error for a table in which a write did not do what it was to do.
    pub(super) fn not_as_planned(&self, table: &str) -> Error {
        anyhow!(
            "{}: table {table} does not contain what was written to it, so nothing was changed. A trigger or \
             rule of the table may ignore or change writes.",
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
        if conditions.is_empty() {
            return Ok(true);
        }
        let sql = format!("SELECT 1 FROM {} WHERE {} LIMIT 1", quoted(table), conditions.join(" AND "));
        self.has_any(&sql, &parameters)
    }

    fn has_triggers(&self, table: &str) -> Result<bool> {
        Ok(self.triggers()?.iter().any(|name| name.eq_ignore_ascii_case(table)))
    }

    fn triggers(&self) -> Result<&[String]> {
        if let Some(triggers) = self.triggers.0.get() {
            return Ok(triggers);
        }
        let found = self.engine.tables_with_triggers()?;
        Ok(self.triggers.0.get_or_init(|| found))
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
