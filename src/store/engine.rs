//! The interface of a database engine. Each engine implements it in a module of its own.

use std::path::Path;

use crate::django::value::{Kind, OnRow, Value};
use crate::error::failure::Result;
use crate::store::schema::Table;

/// Options for copying a database.
#[derive(Clone, Copy, Debug)]
pub struct Copying {
    /// Whether to replace an existing file.
    pub replaces: bool,
    /// Whether to check the whole copy and refuse a damaged one.
    pub checks: bool,
}

/// The tables whose rows triggers can change.
#[derive(Debug, Default)]
pub struct Triggered {
    /// The tables with triggers, which may change a row while it is written.
    pub own: Vec<String>,
    /// These tables, and those that a trigger of another table can write to.
    pub reached: Vec<String>,
}

/// An open database: introspection, statements, transactions and conversion of values.
///
/// Statements name their parameters `?1`, `?2` and so on. Errors that the domain knows (busy, not a database, not
/// unique) are [`crate::error::refusal::Refusal`]s.
pub trait Engine {
    /// Returns the names of all tables.
    fn table_names(&self) -> Result<Vec<String>>;

    /// Returns the table of this name.
    fn table(&self, name: &str) -> Result<Option<Table>>;

    /// Whether a table of this name exists.
    fn has_table(&self, name: &str) -> Result<bool>;

    /// Returns the tables that have all of these columns.
    fn tables_with(&self, columns: &[&str]) -> Result<Vec<Table>>;

    /// Returns the tables whose rows triggers can change. Reads the schema on each call.
    fn triggered_tables(&self) -> Result<Triggered>;

    /// Returns the tables that refer to all of these tables.
    fn referring_to(&self, targets: &[&str]) -> Result<Vec<Table>>;

    /// Returns the tables with a unique column that refers to this table, in the order of their creation.
    fn uniquely_referring_to(&self, target: &str) -> Result<Vec<Table>>;

    /// Returns the SQL that identifies a row of this table within a transaction; `None` if no single column does.
    fn row_name(&self, table: &Table) -> Result<Option<String>>;

    /// Returns the SQL that compares a quoted column with a parameter byte by byte, whatever the collation of the column.
    /// It is true if they differ. NULL does not differ from NULL.
    fn differs(&self, column: &str, parameter: usize) -> String;

    /// Returns the SQL of an aggregate: all rows as one JSON list, each row a list of these columns, sorted by them.
    fn json_lists(&self, columns: &[&str]) -> String;

    /// Runs a query and passes each row to the callback. `kinds` says how to read the columns.
    ///
    /// # Errors
    /// Fails if the statement fails. Returns the error of `on_row`.
    fn query(&self, sql: &str, parameters: &[Value], kinds: &[Kind], on_row: &mut OnRow<'_>) -> Result<()>;

    /// Runs a statement and returns the number of changed rows.
    fn execute(&self, sql: &str, parameters: &[Value]) -> Result<usize>;

    /// Returns an inserter. Reusing it for several rows saves preparing the statement for each.
    fn inserting(&self) -> Box<dyn Inserting + '_>;

    /// Prepares for a transaction with many changes, which may then use more memory.
    fn expect_many_changes(&self) -> Result<()>;

    /// Begins a transaction. A writing transaction takes the write lock at once.
    ///
    /// # Errors
    /// Returns [`crate::error::refusal::Refusal::Busy`] if another writer keeps the lock.
    fn begin(&self, writing: bool) -> Result<()>;

    /// Sets a savepoint.
    fn begin_part(&self) -> Result<()>;

    /// Releases the savepoint. Rolls back to it first unless the changes are kept.
    fn end_part(&self, is_kept: bool) -> Result<()>;

    /// Defers all checks of references to the end of the transaction.
    fn defer_references(&self) -> Result<()>;

    /// Commits the transaction.
    ///
    /// # Errors
    /// Returns [`crate::error::refusal::Refusal::Busy`] if readers block the commit, or the violation of a deferred
    /// constraint. The transaction is then still open.
    fn commit(&self) -> Result<()>;

    /// Checks deferred constraints as a commit would, and rolls the transaction back.
    ///
    /// # Errors
    /// Returns the violation of a constraint. The transaction is then still open.
    fn take_back(&self) -> Result<()>;

    /// Rolls the transaction back.
    fn roll_back(&self);

    /// Returns the engine's messages about damage to the file, or none if it is intact.
    fn integrity_faults(&self) -> Result<Vec<String>>;

    /// Returns dangling references: the table, the referenced table and the number of rows.
    fn dangling_references(&self) -> Result<Vec<(String, String, u64)>>;

    /// Whether this path is the database file under any name, or a file that the engine keeps beside it.
    fn owns(&self, path: &Path) -> bool;

    /// Returns the refusals of [`Self::save_as_new_file`] without creating the file.
    ///
    /// # Errors
    /// The same as for [`Self::save_as_new_file`].
    fn check_new_file(&self, path: &Path) -> Result<()>;

    /// Writes an in-memory database to a new file atomically, readable only by its owner.
    ///
    /// # Errors
    /// Returns [`crate::error::refusal::Refusal::FileExists`] or the error of the operating system.
    fn save_as_new_file(&mut self, path: &Path) -> Result<()>;

    /// Copies one consistent state of the database, even if others write to it, to a file that only its owner can read.
    /// Returns the length of the copy.
    ///
    /// # Errors
    /// The same as for [`crate::store::Store::back_up`].
    fn back_up(&self, path: &Path, how: Copying) -> Result<u64>;
}

/// Inserts rows, one at a time.
pub trait Inserting {
    /// Inserts a row, given by its columns, and returns the key that the engine assigned. Returns `None` if a trigger
    /// or a rule of the table ignored the row.
    fn insert(&mut self, table: &str, row: &[(&str, &Value)]) -> Result<Option<Value>>;
}
