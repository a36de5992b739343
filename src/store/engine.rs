//! What authctl asks of a database engine; one file an engine implements it.

use std::path::Path;

use anyhow::Result;

use crate::django::value::{Kind, OnRow, Value};
use crate::store::schema::Table;

/// How a database is copied.
#[derive(Clone, Copy, Debug)]
pub struct Copying {
    /// Replace a file that has the copy's name?
    pub replaces: bool,
    /// Check the whole copy, and refuse a damaged one?
    pub checks: bool,
}

/// The tables whose rows triggers can change.
#[derive(Debug, Default)]
pub struct Triggered {
    /// The tables with triggers of their own, which can change a row as soon as it is written.
    pub own: Vec<String>,
    /// These, and those that a trigger of another table can write to.
    pub reached: Vec<String>,
}

/// An open database: introspection, statements and transactions, with values converted.
///
/// Statements name their parameters `?1`, `?2` and so on. Errors are [`crate::error::refusal::Refusal`]s where the
/// domain has a word for them (busy, not a database, not unique).
pub trait Engine {
    /// The names of all tables.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn table_names(&self) -> Result<Vec<String>>;

    /// The table of this name.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn table(&self, name: &str) -> Result<Option<Table>>;

    /// Is there a table of this name?
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn has_table(&self, name: &str) -> Result<bool>;

    /// The tables that have all of these columns.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn tables_with(&self, columns: &[&str]) -> Result<Vec<Table>>;

    /// The tables whose rows triggers can change, read anew at each call.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn triggered_tables(&self) -> Result<Triggered>;

    /// The tables with a reference to each of these.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn referring_to(&self, targets: &[&str]) -> Result<Vec<Table>>;

    /// The tables in which a column that refers to this table is unique by itself, in the order in which they were made.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn uniquely_referring_to(&self, target: &str) -> Result<Vec<Table>>;

    /// What tells the rows of this table apart within a transaction, as SQL; `None` where no one column does.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn row_name(&self, table: &Table) -> Result<Option<String>>;

    /// The SQL of an aggregate: all rows as one JSON list, each a list of these columns and sorted by them.
    fn json_lists(&self, columns: &[&str]) -> String;

    /// Runs a query and hands out its rows, the columns read as `kinds` says.
    ///
    /// # Errors
    /// Where the statement fails, or what `on_row` returns.
    fn query(&self, sql: &str, parameters: &[Value], kinds: &[Kind], on_row: &mut OnRow<'_>) -> Result<()>;

    /// Runs a statement and says how many rows it changed.
    ///
    /// # Errors
    /// Where the statement fails.
    fn execute(&self, sql: &str, parameters: &[Value]) -> Result<usize>;

    /// What inserts rows; kept for several of them, it need not make itself ready for each.
    fn inserting(&self) -> Box<dyn Inserting + '_>;

    /// Makes ready for many changes in one transaction, which then may take more memory.
    ///
    /// # Errors
    /// Where the statement fails.
    fn expect_many_changes(&self) -> Result<()>;

    /// Begins a transaction; a writing one takes the write lock at once.
    ///
    /// # Errors
    /// [`crate::error::refusal::Refusal::Busy`] where another writer holds on to the lock.
    fn begin(&self, writing: bool) -> Result<()>;

    /// Begins a part of a transaction that can be undone by itself.
    ///
    /// # Errors
    /// Where the statement fails.
    fn begin_part(&self) -> Result<()>;

    /// Ends that part, and undoes it unless it is to be kept.
    ///
    /// # Errors
    /// Where the statement fails.
    fn end_part(&self, is_kept: bool) -> Result<()>;

    /// Puts off every check of a reference until the transaction's end.
    ///
    /// # Errors
    /// Where the statement fails.
    fn defer_references(&self) -> Result<()>;

    /// Makes the transaction's changes last.
    ///
    /// # Errors
    /// [`crate::error::refusal::Refusal::Busy`] where readers hold on, or what a deferred constraint refuses. The
    /// transaction is then still open.
    fn commit(&self) -> Result<()>;

    /// Ends the transaction as a commit would, deferred constraints checked, and undoes it.
    ///
    /// # Errors
    /// What a constraint refuses. The transaction is then still open.
    fn take_back(&self) -> Result<()>;

    /// Undoes the transaction.
    fn roll_back(&self);

    /// Faults of the file itself, in the engine's words; none where it is whole.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn integrity_faults(&self) -> Result<Vec<String>>;

    /// References that point at nothing: the table, the table they should point at, and how many there are.
    ///
    /// # Errors
    /// Where the database cannot be read.
    fn dangling_references(&self) -> Result<Vec<(String, String, u64)>>;

    /// Is this path the database's file by any name, or one that the engine keeps beside it?
    fn owns(&self, path: &Path) -> bool;

    /// Refuses what [`Self::save_as_new_file`] would refuse, and makes nothing.
    ///
    /// # Errors
    /// As [`Self::save_as_new_file`].
    fn check_new_file(&self, path: &Path) -> Result<()>;

    /// Writes a database that is in memory alone to a new file, whole and readable by its owner alone.
    ///
    /// # Errors
    /// [`crate::error::refusal::Refusal::FileExists`], or what the operating system says.
    fn save_as_new_file(&mut self, path: &Path) -> Result<()>;

    /// Copies the database as it is at one moment, though others may be writing to it, to a file readable by its owner
    /// alone. Returns the copy's length.
    ///
    /// # Errors
    /// [`crate::error::refusal::Refusal::FileExists`], [`crate::error::refusal::Refusal::Usage`] where the path is the database's own,
    /// [`crate::error::refusal::Refusal::Busy`], [`crate::error::refusal::Refusal::DatabaseUnusable`] where the copy is checked and
    /// damaged, or what the operating system says.
    fn back_up(&self, path: &Path, how: Copying) -> Result<u64>;
}

/// Inserts rows, one after the other.
pub trait Inserting {
    /// Inserts a row, given by its columns, and returns the key by which the engine numbered it; `None` where a trigger
    /// or a rule of the table has ignored the row.
    ///
    /// # Errors
    /// Where the statement fails.
    fn insert(&mut self, table: &str, row: &[(&str, &Value)]) -> Result<Option<Value>>;
}
