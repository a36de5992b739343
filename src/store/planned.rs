//! Checks that every write changes as many rows as planned, and that its values are stored.
//!
//! A trigger or an `ON CONFLICT` clause can ignore a write without an error. A trigger that runs after the write, even one
//! of another table, can undo it. So a write to a table that a trigger can reach is checked again before the commit. If
//! the table has triggers of its own, the write is also checked at once.

use std::cell::{OnceCell, RefCell};
use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;

use serde::{Deserialize, Serialize};

use super::Transaction;
use super::engine::Triggered;
use super::schema::quoted;
use crate::django::value::{Kind, Value};
use crate::error::failure::{Error, ErrorContext as _, Result, failed};

/// Values by their columns.
pub(super) type Cells<'a> = [(&'a str, &'a Value)];

/// The tables whose rows triggers can change, determined once per transaction.
#[derive(Default)]
pub(super) struct Triggers(OnceCell<Triggered>);

/// The maximum number of writes in memory. An import has many more.
const BATCH: usize = 10_000;

/// The planned effects of writes to tables that triggers can reach. Later writes supersede earlier ones.
#[derive(Default)]
pub(super) struct Planned(RefCell<Writes>);

/// The latest writes in memory, and those before them in an unlinked file with mode 0600.
#[derive(Default)]
struct Writes {
    recent: Vec<Expectation>,
    earlier: Option<File>,
    /// The end of each record in the file.
    ends: Vec<u64>,
}

/// A row with these cells is in the table, or no such row after a deletion.
#[derive(Serialize, Deserialize)]
struct Expectation {
    table: String,
    write: Write,
    cells: Vec<(String, Value)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Write {
    Insertion,
    /// The last cell is the key of the row.
    Update,
    Deletion,
}

impl Expectation {
    fn is_present(&self) -> bool {
        self.write != Write::Deletion
    }

    /// Whether this write of the same transaction deletes the row or inserts it again.
    fn is_reversed_by(&self, later: &Self) -> bool {
        let (all, some) = if self.is_present() { (self, later) } else { (later, self) };
        self.is_present() != later.is_present() && some.cells.iter().all(|cell| all.cells.contains(cell))
    }

    /// Returns the columns of the same row that this write of the same transaction sets.
    fn columns_set_by<'l>(&self, later: &'l Self) -> impl Iterator<Item = &'l String> {
        let is_of_row = |key| later.write == Write::Update && self.cells.contains(key);
        let set = later.cells.split_last().filter(|(key, _)| is_of_row(key)).map(|(_, set)| set);
        set.into_iter().flatten().map(|(name, _)| name)
    }
}

impl Planned {
    /// The number of writes.
    pub(super) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Removes the writes after this number, which were rolled back.
    pub(super) fn truncate(&self, len: usize) -> Result<()> {
        self.0.borrow_mut().truncate(len)
    }
}

impl Writes {
    fn len(&self) -> usize {
        self.ends.len() + self.recent.len()
    }

    fn push(&mut self, write: Expectation) -> Result<()> {
        if self.recent.len() == BATCH {
            self.spill().context("the temporary file cannot be written")?;
        }
        self.recent.push(write);
        Ok(())
    }

    fn spill(&mut self) -> Result<()> {
        let file = match &mut self.earlier {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        let start = self.ends.last().copied().unwrap_or_default();
        let mut records = Vec::new();
        let mut ends = Vec::with_capacity(self.recent.len());
        for write in &self.recent {
            records = postcard::to_extend(write, records)?;
            ends.push(start + records.len() as u64);
        }
        file.write_all_at(&records, start)?;
        self.ends.append(&mut ends);
        self.recent.clear();
        Ok(())
    }

    fn truncate(&mut self, len: usize) -> Result<()> {
        self.recent.truncate(len.saturating_sub(self.ends.len()));
        if len < self.ends.len() {
            self.ends.truncate(len);
            let end = self.ends.last().copied().unwrap_or_default();
            let file = self.earlier.as_ref();
            file.map_or(Ok(()), |file| file.set_len(end)).context("the temporary file cannot be written")?;
        }
        Ok(())
    }

    /// Passes the writes from this one on to the callback, each with its number.
    fn each_from(
        &self,
        first: usize,
        on_write: &mut dyn FnMut(usize, &Expectation) -> Result<()>,
    ) -> Result<()> {
        let mut number = first;
        while let Some(file) = self.earlier.as_ref().filter(|_| number < self.ends.len()) {
            let end_of = |count: usize| if count == 0 { 0 } else { self.ends[count - 1] };
            let last = self.ends.len().min(number + BATCH);
            let length = usize::try_from(end_of(last) - end_of(number))?;
            let mut records = vec![0; length];
            file.read_exact_at(&mut records, end_of(number)).context("the temporary file cannot be read")?;
            let mut rest = &records[..];
            while number < last {
                let write;
                (write, rest) = postcard::take_from_bytes::<Expectation>(rest)?;
                on_write(number, &write)?;
                number += 1;
            }
        }
        let in_memory = self.recent.iter().skip(number - self.ends.len());
        in_memory.enumerate().try_for_each(|(index, write)| on_write(number + index, write))
    }
}

/// Whether this is a time that the database may set itself, such as the time of the last change. Reports do not depend on
/// it.
fn is_note_of_time(column: &str, value: &Value) -> bool {
    matches!(value, Value::Timestamp(_)) && !column.starts_with("expir")
}

fn is_among(tables: &[String], table: &str) -> bool {
    tables.iter().any(|name| name.eq_ignore_ascii_case(table))
}

impl Transaction<'_> {
    /// Runs a statement that must change exactly as many rows as planned.
    ///
    /// # Errors
    /// Fails if it changes another number of rows. The transaction must then not be committed.
    pub(super) fn write(&self, table: &str, sql: &str, parameters: &[Value], planned: u64) -> Result<()> {
        let changed = self.engine.execute(sql, parameters)?;
        if changed as u64 == planned { Ok(()) } else { Err(self.not_as_planned(table)) }
    }

    /// Fails if a trigger has changed or deleted the row that was just inserted.
    pub(super) fn check_inserted(&self, table: &str, cells: &Cells<'_>) -> Result<()> {
        self.check(table, Write::Insertion, cells)
    }

    /// Fails if a trigger has changed the row with this key again, or deleted it.
    pub(super) fn check_updated(&self, table: &str, set: &Cells<'_>, key: (&str, &Value)) -> Result<()> {
        let cells: Vec<(&str, &Value)> = set.iter().copied().chain([key]).collect();
        self.check(table, Write::Update, &cells)
    }

    /// Fails if a trigger has inserted a deleted row again.
    pub(super) fn check_gone(&self, table: &str, cells: &Cells<'_>) -> Result<()> {
        self.check(table, Write::Deletion, cells)
    }

    /// Whether triggers can change rows of this table.
    pub(super) fn is_reached_by_triggers(&self, table: &str) -> Result<bool> {
        Ok(is_among(&self.triggers()?.reached, table))
    }

    fn check(&self, table: &str, write: Write, cells: &Cells<'_>) -> Result<()> {
        let triggers = self.triggers()?;
        if !is_among(&triggers.reached, table) {
            return Ok(());
        }
        if is_among(&triggers.own, table) && self.has_cells(table, cells)? != (write != Write::Deletion) {
            return Err(self.not_as_planned(table));
        }
        let cells = cells.iter().map(|(column, value)| ((*column).to_owned(), (*value).clone())).collect();
        self.planned.0.borrow_mut().push(Expectation { table: table.to_owned(), write, cells })
    }

    /// Checks every write again before the commit.
    pub(super) fn check_all(&self) -> Result<()> {
        let planned = self.planned.0.borrow();
        planned.each_from(0, &mut |number, expected| {
            let is_fulfilled = self.is_fulfilled(&planned, number, expected)?;
            if is_fulfilled { Ok(()) } else { Err(self.not_as_planned(&expected.table)) }
        })
    }

    /// Whether the write with this number is in effect, unless a later one supersedes it.
    fn is_fulfilled(&self, planned: &Writes, number: usize, expected: &Expectation) -> Result<bool> {
        let has = |counts: &dyn Fn(&String) -> bool| {
            let cells = expected.cells.iter().filter(|(column, _)| counts(column));
            let cells: Vec<(&str, &Value)> = cells.map(|(column, value)| (&**column, value)).collect();
            self.has_cells(&expected.table, &cells)
        };
        if has(&|_| true)? == expected.is_present() {
            return Ok(true);
        }
        let (mut is_reversed, mut set_later) = (false, Vec::new());
        planned.each_from(number + 1, &mut |_, later| {
            if later.table == expected.table {
                is_reversed |= expected.is_reversed_by(later);
                set_later.extend(expected.columns_set_by(later).cloned());
            }
            Ok(())
        })?;
        Ok(is_reversed || expected.is_present() && has(&|column| !set_later.contains(column))?)
    }

    /// The error for a table in which a write is not in effect.
    pub(super) fn not_as_planned(&self, table: &str) -> Error {
        failed!(
            "{}: table {table} does not contain what was written to it, so nothing was changed. A trigger or \
             rule of the table may ignore or change writes.",
            self.target()
        )
    }

    fn has_cells(&self, table: &str, cells: &Cells<'_>) -> Result<bool> {
        let compared = || cells.iter().filter(|(column, value)| !is_note_of_time(column, value));
        let conditions: Vec<String> = compared()
            .enumerate()
            .map(|(index, (column, _))| {
                Ok(format!("NOT ({})", self.engine.differs(table, column, index + 1)?))
            })
            .collect::<Result<_>>()?;
        let parameters: Vec<Value> = compared().map(|(_, value)| (*value).clone()).collect();
        if conditions.is_empty() {
            return Ok(true);
        }
        let sql = format!("SELECT 1 FROM {} WHERE {} LIMIT 1", quoted(table), conditions.join(" AND "));
        self.has_any(&sql, &parameters)
    }

    fn triggers(&self) -> Result<&Triggered> {
        if let Some(triggers) = self.triggers.0.get() {
            return Ok(triggers);
        }
        let found = self.engine.triggered_tables()?;
        Ok(self.triggers.0.get_or_init(|| found))
    }

    /// Whether the query returns a row.
    pub(super) fn has_any(&self, sql: &str, parameters: &[Value]) -> Result<bool> {
        let mut found = false;
        self.engine.query(sql, parameters, &[Kind::Integer], &mut |_| {
            found = true;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }
}
