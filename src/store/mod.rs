//! Everything that knows SQL: the database's layout, and the rows of users, groups, profiles and tokens.
//!
//! Statements are built from the [`Layout`] at run time, over the values of [`crate::django::value`]. An [`Engine`]
//! opens the database, reads its schema, executes statements and converts values. A second engine is a second module
//! beside `sqlite`.

mod compare;
mod create;
mod definition;
mod deletion;
pub mod difference;
mod engine;
mod export;
mod groups;
pub mod layout;
mod passwords;
mod planned;
mod profiles;
pub mod schema;
mod sqlite;
mod survey;
pub mod target;
#[cfg(test)]
mod tests;
mod tokens;
mod users;

use std::cell::{OnceCell, RefCell};
use std::ops::{ControlFlow, Deref};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use self::compare::Comparison;
pub use self::create::{Blueprint, ProfileBlueprint};
pub use self::deletion::{Decisions, Deletion};
use self::engine::Inserting;
pub use self::engine::{Copying, Engine};
pub use self::export::ExportPart;
use self::groups::Link;
pub use self::groups::{NewGroup, PlannedGroups};
use self::layout::{Hints, Layout, ProfileTable};
use self::planned::{Planned, Triggers};
use self::schema::{Reference, Table, quoted};
pub use self::sqlite::Opening;
use self::sqlite::Sqlite;
pub use self::survey::{Group, UserCounts};
use self::target::Target;
pub use self::tokens::{NewToken, Token};
pub use self::users::UserColumn;
use self::users::UserQueries;
use crate::django::models::Key;
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::signals;

/// An open database and its layout. Writing requires a [`Transaction`].
pub struct Store {
    engine: Box<dyn Engine>,
    path: PathBuf,
    hints: Hints,
    layout: Layout,
    profiles: OnceCell<Vec<ProfileTable>>,
    groups: OnceCell<Option<Link>>,
    permissions: OnceCell<Option<Link>>,
    queries: UserQueries,
    last_comparison: RefCell<Option<Arc<Comparison>>>,
}

impl Store {
    /// Opens the database file at this path.
    ///
    /// # Errors
    /// Returns [`Refusal::DatabaseMissing`], [`Refusal::DatabaseUnusable`] or [`Refusal::Busy`], or the refusals of
    /// [`Layout::discover`].
    pub fn open(path: &Path, opening: &Opening, hints: Hints) -> Result<Self> {
        let engine = Sqlite::open(path, opening)?;
        Self::on(Box::new(engine), path, hints)
    }

    /// Creates a database in memory from the blueprint. [`Self::publish`] writes it to its file.
    ///
    /// # Errors
    /// Fails if the declaration of a profile table is invalid.
    pub fn draft(path: &Path, opening: &Opening, hints: Hints, blueprint: &Blueprint) -> Result<Self> {
        let engine = Sqlite::in_memory(path, opening)?;
        create::create(&engine, blueprint)?;
        Self::on(Box::new(engine), path, hints)
    }

    fn on(engine: Box<dyn Engine>, path: &Path, hints: Hints) -> Result<Self> {
        // Takes one read lock for the whole discovery instead of one per query.
        engine.begin(false)?;
        let discovered = Layout::discover(&*engine, &hints);
        engine.roll_back();
        let Some(layout) = discovered? else {
            let is_empty = path.metadata().is_ok_and(|metadata| metadata.len() == 0);
            let reason = if is_empty {
                "it is empty. In a Django project, run `manage.py migrate`. Otherwise delete it and run \
                 `authctl init`."
            } else {
                "it has no user table. In a Django project, run `manage.py migrate`. Otherwise pass another \
                 file with --db."
            };
            return Err(Refusal::DatabaseUnusable { path: path.to_owned(), reason: reason.into() }.into());
        };
        Ok(Self {
            engine,
            path: path.to_owned(),
            hints,
            layout,
            profiles: OnceCell::new(),
            groups: OnceCell::new(),
            permissions: OnceCell::new(),
            queries: UserQueries::default(),
            last_comparison: RefCell::default(),
        })
    }

    /// Writes a draft to its file atomically, readable only by its owner. Never replaces an existing file.
    ///
    /// # Errors
    /// Returns [`Refusal::FileExists`] or the error of the operating system.
    pub fn publish(&mut self) -> Result<()> {
        self.engine.save_as_new_file(&self.path)
    }

    /// Returns the refusals of [`Self::publish`] without creating the file.
    ///
    /// # Errors
    /// The same as for [`Self::publish`].
    pub fn check_place(&self) -> Result<()> {
        self.engine.check_new_file(&self.path)
    }

    /// Refuses an output path that is one of the database's own files, under any name.
    ///
    /// # Errors
    /// Returns [`Refusal::Usage`] for such a path.
    pub fn refuse_own(&self, path: &Path) -> Result<()> {
        if self.engine.owns(path) {
            let message = format!("{} belongs to the database itself. Pass another file.", path.display());
            return Err(Refusal::Usage(message).into());
        }
        Ok(())
    }

    /// Copies one consistent state of the database to a file that only its owner can read. Returns the length of the
    /// copy.
    ///
    /// # Errors
    /// Returns [`Refusal::FileExists`], [`Refusal::Usage`] if the path is one of the database's own files, or
    /// [`Refusal::Busy`]. Returns [`Refusal::DatabaseUnusable`] if the check finds damage, or the error of the
    /// operating system.
    pub fn back_up(&self, path: &Path, how: Copying) -> Result<u64> {
        self.refuse_own(path)?;
        self.engine.back_up(path, how)
    }

    /// The resolved path of the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database.
    #[must_use]
    pub fn target(&self) -> Target {
        Target::File(self.path.clone())
    }

    /// The layout of the database.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns the profile tables. They are discovered on the first call, since not every command needs them.
    ///
    /// # Errors
    /// The same as for [`Layout::discover_profiles`].
    pub fn profile_tables(&self) -> Result<&[ProfileTable]> {
        if let Some(found) = self.profiles.get() {
            return Ok(found);
        }
        let found = self.layout.discover_profiles(&*self.engine, &self.hints)?;
        Ok(self.profiles.get_or_init(|| found))
    }

    /// Returns the profile table of this kind.
    ///
    /// # Errors
    /// Returns [`Refusal::ProfileKindNotFound`], or the errors of [`Self::profile_tables`].
    pub fn profile_table(&self, kind: &str) -> Result<&ProfileTable> {
        let tables = self.profile_tables()?;
        tables.iter().find(|table| table.kind == kind).ok_or_else(|| {
            let known = tables.iter().map(|table| table.kind.clone()).collect();
            Refusal::ProfileKindNotFound { kind: kind.to_owned(), known }.into()
        })
    }

    /// Whether the row that the reference points at exists.
    pub fn reference_exists(&self, reference: &Reference, value: &Value) -> Result<bool> {
        self.has_row(&reference.table, &reference.target, value)
    }

    /// Whether a row has this value in the column.
    fn has_row(&self, table: &str, column: &str, value: &Value) -> Result<bool> {
        let sql = format!("SELECT 1 FROM {} WHERE {} = ?1 LIMIT 1", quoted(table), quoted(column));
        let mut found = false;
        self.engine.query(&sql, std::slice::from_ref(value), &[Kind::Integer], &mut |_| {
            found = true;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Runs `work` in one transaction.
    ///
    /// It takes the write lock first, so that what `work` reads is still true when it writes. Ctrl-C takes effect just
    /// before the commit. After the commit, the command owes an answer and finishes.
    ///
    /// # Errors
    /// Returns the error of `work`, [`Refusal::Busy`] or [`Refusal::Interrupted`].
    pub fn transact<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.engine.begin(true)?;
        let critical = signals::critical();
        let transaction = Transaction::within(self);
        let outcome = work(&transaction).and_then(|done| {
            transaction.check_all()?;
            if signals::requested() {
                return Err(Refusal::Interrupted.into());
            }
            self.engine.commit()?;
            Ok(done)
        });
        match outcome {
            Ok(_) => critical.until_the_end(),
            Err(_) => self.engine.roll_back(),
        }
        outcome
    }

    /// Runs `work` in one transaction and rolls it back. Fails wherever the commit would fail.
    ///
    /// # Errors
    /// The same as for [`Self::transact`].
    pub fn rehearse<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.engine.begin(true)?;
        let transaction = Transaction::within(self);
        let outcome = work(&transaction).and_then(|done| {
            transaction.check_all()?;
            self.engine.take_back()?;
            Ok(done)
        });
        if outcome.is_err() {
            self.engine.roll_back();
        }
        outcome
    }

    /// Prepares the engine for a transaction with many changes.
    pub fn expect_many_changes(&self) -> Result<()> {
        self.engine.expect_many_changes()
    }

    /// Runs `work` on a consistent snapshot of the database. Keep it short: it can block writers.
    ///
    /// # Errors
    /// Returns the error of `work`.
    pub fn snapshot<T>(&self, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        self.engine.begin(false)?;
        let outcome = work(self);
        self.engine.roll_back();
        outcome
    }
}

/// The outcome of a transaction, made or rehearsed.
#[derive(Clone, Debug)]
pub struct Done<T> {
    /// The value that it returned.
    pub value: T,
    /// The names of the changed fields. Empty if nothing changed.
    pub fields: Vec<String>,
}

/// A [`Store`] within a writing transaction.
pub struct Transaction<'store> {
    store: &'store Store,
    inserting: RefCell<Box<dyn Inserting + 'store>>,
    triggers: Triggers,
    planned: Planned,
}

impl<'store> Transaction<'store> {
    fn within(store: &'store Store) -> Self {
        let inserting = RefCell::new(store.engine.inserting());
        Self { store, inserting, triggers: Triggers::default(), planned: Planned::default() }
    }
}

impl Transaction<'_> {
    /// Runs `work` within a savepoint of the transaction.
    ///
    /// # Errors
    /// Returns the error of `work`. Fails on database errors.
    pub fn in_part<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.engine.begin_part()?;
        let planned = self.planned.len();
        let outcome = work();
        if outcome.is_err() {
            self.planned.truncate(planned)?;
        }
        self.engine.end_part(outcome.is_ok())?;
        outcome
    }

    /// Inserts a row of these values and one more. Returns the key that the engine assigned.
    fn insert(
        &self,
        table: &str,
        values: &[(impl AsRef<str>, Value)],
        more: Option<(&str, &Value)>,
    ) -> Result<Value> {
        let row: Vec<(&str, &Value)> =
            values.iter().map(|(column, value)| (column.as_ref(), value)).chain(more).collect();
        let inserted = self.inserting.borrow_mut().insert(table, &row)?;
        let key = inserted.ok_or_else(|| self.not_as_planned(table))?;
        self.check_inserted(table, &row)?;
        Ok(key)
    }
}

impl Transaction<'_> {
    /// Writes the values that differ from the row of this key. Returns their columns, or `None` if the row no longer
    /// exists.
    ///
    /// If any value differs, it also sets the columns with the time of the last change.
    fn update(
        &self,
        table: &Table,
        key: (&str, &Key),
        values: &[(String, Value)],
        now: Timestamp,
    ) -> Result<Option<Vec<String>>> {
        if values.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let key_column = key.0;
        let (name, key) = (quoted(&table.name), (quoted(key.0), Value::from(key.1)));
        let parameters = |values: &[(String, Value)]| -> Vec<Value> {
            values.iter().map(|(_, value)| value.clone()).chain([key.1.clone()]).collect()
        };
        let comparisons: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(index, (column, _))| self.engine.differs(&quoted(column), index + 1))
            .collect();
        let key_position = values.len() + 1;
        let sql = format!("SELECT {} FROM {name} WHERE {} = ?{key_position}", comparisons.join(", "), key.0);
        let kinds = vec![Kind::Boolean; values.len()];
        let mut found: Option<Vec<(String, Value)>> = None;
        self.engine.query(&sql, &parameters(values), &kinds, &mut |cells| {
            let differing = values.iter().zip(cells).filter(|(_, cell)| cell.is_true());
            found = Some(differing.map(|(value, _)| value.clone()).collect());
            Ok(ControlFlow::Break(()))
        })?;
        let Some(mut assignments) = found else { return Ok(None) };
        if assignments.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let changed: Vec<String> = assignments.iter().map(|(column, _)| column.clone()).collect();
        let times_of_change = table.columns.iter().filter(|column| column.is_time_of_change());
        for column in times_of_change {
            if !values.iter().any(|(name, _)| *name == column.name) {
                assignments.push((column.name.clone(), now.into()));
            }
        }
        let set: Vec<String> = assignments
            .iter()
            .enumerate()
            .map(|(index, (column, _))| format!("{} = ?{}", quoted(column), index + 1))
            .collect();
        let key_position = assignments.len() + 1;
        let sql = format!("UPDATE {name} SET {} WHERE {} = ?{key_position}", set.join(", "), key.0);
        self.write(&table.name, &sql, &parameters(&assignments), 1)?;
        let assigned = assignments.iter().map(|(column, value)| (&**column, value));
        let set: Vec<(&str, &Value)> = assigned.take(changed.len()).collect();
        self.check_updated(&table.name, &set, (key_column, &key.1))?;
        Ok(Some(changed))
    }
}

impl Deref for Transaction<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store
    }
}
