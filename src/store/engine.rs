//! The interface of a database engine. Each engine implements it in a module of its own.

use std::path::Path;

use crate::django::value::{Kind, OnRow, Value};
use crate::error::failure::Result;
use crate::store::blueprint::Blueprint;
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

/// Something about a table that keeps the role from working with it, or makes a later change fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Irregularity {
    /// A policy hides rows, or refuses changes.
    RowSecurity {
        /// The table.
        table: String,
    },
    /// The role lacks a privilege.
    MissingPrivilege {
        /// The table.
        table: String,
        /// The privilege, such as `INSERT`.
        privilege: String,
    },
    /// The database does not know whether existing rows meet a constraint.
    UnvalidatedConstraint {
        /// The table.
        table: String,
        /// The constraint.
        constraint: String,
    },
    /// An index was not completed, so it does not keep values unique.
    InvalidIndex {
        /// The table.
        table: String,
        /// The index.
        index: String,
    },
    /// The sequence of a key is behind the keys, so the next row gets a key that is taken.
    LaggingSequence {
        /// The table.
        table: String,
        /// The key's column.
        column: String,
    },
    /// Dates or times that look valid but are not, such as `2023-02-29`. Django raises an error when it loads the row.
    ImpossibleTime {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The number of rows.
        count: u64,
        /// One of the values.
        example: String,
        /// The key of its row, if that is a number.
        key: Option<i64>,
    },
}

/// The outcome of a search for damage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integrity {
    /// The engine's messages about damage.
    pub faults: Vec<String>,
    /// The tables that were left out, since only the project defines the functions of their generated columns or indexes.
    pub unchecked: Vec<String>,
}

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It reads one consistent state.
    Read,
    /// It reads one consistent state, and keeps notes in temporary tables.
    Plan,
    /// It writes.
    Write,
}

/// The SQL that identifies a row of a table within a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowName {
    /// The column, or an expression that needs no alias.
    pub column: String,
    /// Where the temporary table of [`Dialect::row_list`] keeps it.
    pub kept_in: &'static str,
}

/// The tables of a database.
pub trait Catalog {
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

    /// Returns the tables that refer to this table and have a column whose last word is one of these, such as `token` in
    /// `api_token`.
    fn referring_to_with(&self, target: &str, words: &[&str]) -> Result<Vec<Table>>;

    /// Returns the tables with a unique column that refers to this table, in the order of their creation.
    fn uniquely_referring_to(&self, target: &str) -> Result<Vec<Table>>;

    /// Returns what identifies a row of this table within a transaction; `None` if nothing does.
    fn row_name(&self, table: &Table) -> Result<Option<RowName>>;

    /// Returns a whole number in whose order the rows of this table are read fastest, as SQL; `None` without one.
    fn row_number(&self, _table: &Table) -> Result<Option<String>> {
        Ok(None)
    }

    /// Looks for damage to the database. Calls `meanwhile` once, at the same time if the search takes long.
    fn integrity(&self, meanwhile: &mut dyn FnMut()) -> Result<Integrity>;

    /// Returns dangling references: the table, the referenced table and the number of rows.
    fn dangling_references(&self) -> Result<Vec<(String, String, u64)>>;

    /// Returns what is irregular about these tables.
    fn irregularities(&self, _tables: &[&str]) -> Result<Vec<Irregularity>> {
        Ok(Vec::new())
    }

    /// Returns the name and version of the database system, such as `PostgreSQL 15.18`.
    fn system(&self) -> Result<String>;
}

/// The SQL that differs between engines.
///
/// Expressions are columns, with their alias if they have one. Parameters are numbers, as in `?1`.
pub trait Dialect {
    /// A condition: whether the boolean expression is true, and neither false nor NULL.
    fn is_true(&self, expression: &str) -> String;

    /// The expression as text, so that it can be compared and joined with text.
    fn as_text(&self, expression: &str) -> String;

    /// The expression of a time in a form that sorts by time.
    fn sortable_time(&self, expression: &str) -> String;

    /// A condition: whether the stored time is before the time in this parameter.
    fn is_before(&self, expression: &str, parameter: &str) -> String;

    /// A condition: whether the text contains the pattern in the parameter, regardless of case as in Django's
    /// `icontains`. The pattern is escaped with backslashes.
    fn contains(&self, expression: &str, parameter: usize) -> String;

    /// A condition: whether the text starts with this prefix, compared exactly. It can use an index. `bind` adds a
    /// parameter and returns its SQL.
    fn starts_with(&self, expression: &str, prefix: &str, bind: &mut dyn FnMut(Value) -> String) -> String;

    /// A condition: whether a column of this table differs from the parameter byte by byte, whatever its collation. NULL
    /// does not differ from NULL.
    fn differs(&self, table: &str, column: &str, parameter: usize) -> Result<String>;

    /// An aggregate: all rows as one JSON list, each row a list of these columns, sorted by them.
    fn json_lists(&self, columns: &[&str]) -> String;

    /// An expression that grows with each new row of a table, for tables without a better one.
    fn row_order(&self) -> &'static str;

    /// The end of a query for a row of this table, with this alias, that the transaction is about to change.
    fn locking(&self, table: &str, alias: &str) -> String;

    /// The name of a temporary table in statements.
    fn temporary(&self, name: &str) -> String;

    /// The columns of a temporary table of rows: `node`, a number, and those of [`RowName::kept_in`], without duplicates.
    fn row_list(&self) -> &'static str;

    /// The statement that inserts the rows of this query and skips duplicates.
    fn insert_new(&self, into: &str, query: &str) -> String;
}

/// An open database: introspection, statements, transactions and conversion of values.
///
/// Statements name their parameters `?1`, `?2` and so on. Errors that the domain knows (busy, not a database, not
/// unique) are [`crate::error::refusal::Refusal`]s.
pub trait Engine: Catalog + Dialect {
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

    /// Returns the number of rows that are best inserted together, after [`Self::expect_many_changes`]. If one of them is
    /// refused, the engine cannot tell which.
    fn rows_per_batch(&self) -> usize {
        1
    }

    /// Writes the inserted rows that the engine still holds back. Other statements do this too.
    ///
    /// # Errors
    /// Returns the refusal of a row.
    fn flush(&self) -> Result<()> {
        Ok(())
    }

    /// Writes the inserted rows of a part, and checks constraints that the database would check only at the commit.
    ///
    /// # Errors
    /// Returns the refusal of a row.
    fn check_part(&self) -> Result<()> {
        self.flush()
    }

    /// Tells the database that rows with keys of our own were inserted, so that it does not assign them again.
    fn keys_were_given(&self, table: &str, column: &str) -> Result<()>;

    /// Begins a transaction.
    ///
    /// # Errors
    /// Returns [`crate::error::refusal::Refusal::Busy`] if another writer keeps a lock that it needs.
    fn begin(&self, access: Access) -> Result<()>;

    /// Sets a savepoint.
    fn begin_part(&self) -> Result<()>;

    /// Releases the savepoint. Rolls back to it first unless the changes are kept.
    fn end_part(&self, is_kept: bool) -> Result<()>;

    /// Defers all checks of references to the end of the transaction.
    fn defer_references(&self) -> Result<()>;

    /// Commits the transaction.
    ///
    /// # Errors
    /// Returns [`crate::error::refusal::Refusal::Busy`] if readers block the commit, the violation of a deferred
    /// constraint, or [`crate::error::refusal::Refusal::LostAnswer`] if the outcome is unknown. [`Self::roll_back`] ends
    /// the transaction if it is still open.
    fn commit(&self) -> Result<()>;

    /// Checks deferred constraints as a commit would, and rolls the transaction back.
    ///
    /// # Errors
    /// Returns the violation of a constraint. [`Self::roll_back`] ends the transaction if it is still open.
    fn take_back(&self) -> Result<()>;

    /// Rolls the transaction back. Does nothing if none is open.
    fn roll_back(&self);

    /// Creates the tables of the blueprint in an empty database.
    fn create(&self, blueprint: &Blueprint) -> Result<()>;

    /// Returns what only a database in a file can do.
    fn as_file(&self) -> Option<&dyn FileDatabase>;

    /// Like [`Self::as_file`], to write the file.
    fn as_file_mut(&mut self) -> Option<&mut dyn FileDatabase>;
}

/// A database in a file of its own.
pub trait FileDatabase {
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
