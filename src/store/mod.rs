//! Everything that knows SQL: the database's layout, and the rows of users, groups, profiles and tokens.
//!
//! Statements are built from the [`Layout`] at run time, over the values of [`crate::django::value`]. An [`Engine`]
//! opens the database, reads its schema, executes statements and converts values.

pub mod account_tables;
mod blueprint;
mod compare;
mod create;
mod deletion;
pub mod difference;
mod engine;
mod export;
mod groups;
pub mod layout;
mod newest;
mod opening;
mod passwords;
mod permissions;
mod planned;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(not(feature = "postgres"))]
#[path = "without_postgres.rs"]
mod postgres;
mod profiles;
pub mod schema;
mod sqlite;
mod survey;
pub mod target;
#[cfg(test)]
mod tests;
mod token_forms;
mod tokens;
mod update;
mod user_listing;
mod users;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::ops::{ControlFlow, Deref};
use std::path::Path;
use std::sync::Arc;

pub use self::blueprint::{Blueprint, ProfileBlueprint};
use self::compare::Comparison;
pub use self::deletion::{Decisions, Deletion};
use self::engine::{Access, FileDatabase, Inserting};
pub use self::engine::{Copying, Engine, Integrity, Irregularity};
pub use self::export::ExportPart;
use self::groups::Link;
pub use self::groups::{NewGroup, PlannedGroups};
use self::layout::{Hints, Layout, ProfileTable};
pub use self::opening::Opening;
use self::planned::{Planned, Triggers};
use self::schema::{Reference, Table, quoted};
use self::sqlite::Sqlite;
pub use self::sqlite::version as sqlite_version;
pub use self::survey::{Group, UserCounts};
use self::target::Target;
use self::tokens::tables::TokenTables;
pub use self::tokens::{NewToken, Token, TokenTable};
pub use self::user_listing::UserColumn;
use self::users::UserQueries;
use crate::django::value::{Kind, Value};
use crate::error::failure::{Error, Result};
use crate::error::refusal::Refusal;
use crate::files::existing;
use crate::signals;

/// An open database and its layout. Writing requires a [`Transaction`].
pub struct Store {
    engine: Box<dyn Engine>,
    target: Target,
    /// Whether the transaction of a new database on a server is open.
    is_draft: bool,
    hints: Hints,
    layout: Layout,
    profiles: OnceCell<Vec<ProfileTable>>,
    tokens: TokenTables,
    /// allauth's table of email addresses.
    addresses: OnceCell<Option<Table>>,
    groups: OnceCell<Option<Link>>,
    permissions: OnceCell<Option<Link>>,
    is_django: OnceCell<bool>,
    queries: UserQueries,
    last_comparison: RefCell<Option<Arc<Comparison>>>,
}

impl Store {
    /// Opens a database.
    ///
    /// # Errors
    /// Returns [`Refusal::DatabaseMissing`], [`Refusal::DatabaseUnusable`] or [`Refusal::Busy`], or the refusals of
    /// [`Layout::discover`].
    pub fn open(target: &Target, opening: &Opening, hints: Hints) -> Result<Self> {
        let engine: Box<dyn Engine> = match target {
            Target::File(path) => Box::new(Sqlite::open(path, opening)?),
            Target::Server(server) => postgres::connect(server, opening, &hints)?,
        };
        Self::discover(engine, target, hints)
    }

    /// Opens a database to look something up, without changing anything.
    ///
    /// # Errors
    /// The same as for [`Self::open`]. Fails for a server, to which it does not connect.
    pub fn open_read_only(target: &Target, opening: &Opening, hints: Hints) -> Result<Self> {
        let path = target.file().ok_or_else(|| unusable(target, "it is not a file."))?;
        Self::discover(Box::new(Sqlite::open_read_only(path, opening)?), target, hints)
    }

    fn discover(engine: Box<dyn Engine>, target: &Target, hints: Hints) -> Result<Self> {
        // Takes one read lock for the whole discovery instead of one per query.
        engine.begin(Access::Read)?;
        let discovered = Layout::discover(&*engine, &hints);
        engine.roll_back();
        let Some(layout) = discovered? else {
            let reason = match target {
                Target::File(path) if existing::is_empty(path) => {
                    "it is empty. In a Django project, run `manage.py migrate`. Otherwise run `authctl init`."
                }
                Target::File(_) => {
                    "it has no user table. In a Django project, run `manage.py migrate`. Otherwise pass another \
                     file with --db."
                }
                Target::Server(_) => {
                    "it has no user table that this role can see. In a Django project, run `manage.py migrate`. If \
                     the tables are in a schema of their own, set `schema` under `[database]`. In an empty \
                     database, run `authctl init`."
                }
            };
            return Err(unusable(target, reason));
        };
        Ok(Self::new(engine, target.clone(), hints, layout))
    }

    /// Creates a database from the blueprint, in memory, or in a transaction of an empty file or the server.
    /// [`Self::publish`] writes it to its file, or commits it.
    ///
    /// # Errors
    /// Fails if the declaration of a profile table is invalid, or if the empty file belongs to another user. Returns
    /// [`Refusal::DatabaseUnusable`] if the server's database has tables.
    pub fn draft(target: &Target, opening: &Opening, hints: Hints, blueprint: &Blueprint) -> Result<Self> {
        let is_file_empty = target.file().is_some_and(existing::is_empty);
        let engine: Box<dyn Engine> = match target {
            Target::File(path) if is_file_empty => {
                existing::check_target(path, true)?;
                Box::new(Sqlite::open(path, opening)?)
            }
            Target::File(path) => Box::new(Sqlite::in_memory(path, opening)?),
            Target::Server(server) => postgres::connect(server, opening, &hints)?,
        };
        engine.create(blueprint)?;
        let layout = Layout::discover(&*engine, &hints)?
            .ok_or_else(|| unusable(target, "the new user table cannot be found."))?;
        let is_draft = is_file_empty || target.server().is_some();
        Ok(Self { is_draft, ..Self::new(engine, target.clone(), hints, layout) })
    }

    fn new(engine: Box<dyn Engine>, target: Target, hints: Hints, layout: Layout) -> Self {
        Self {
            engine,
            target,
            is_draft: false,
            hints,
            layout,
            profiles: OnceCell::new(),
            tokens: TokenTables::default(),
            addresses: OnceCell::new(),
            groups: OnceCell::new(),
            permissions: OnceCell::new(),
            is_django: OnceCell::new(),
            queries: UserQueries::default(),
            last_comparison: RefCell::default(),
        }
    }

    /// Writes a draft to its new file atomically, readable only by its owner, or commits it. Never replaces a file.
    ///
    /// # Errors
    /// Returns [`Refusal::FileExists`] or the error of the operating system, or those of a commit.
    pub fn publish(&mut self) -> Result<()> {
        match self.engine.as_file_mut().zip(self.target.file()).filter(|_| !self.is_draft) {
            Some((file, path)) => file.save_as_new_file(path),
            None => self.engine.commit(),
        }
    }

    /// Returns the refusals of [`Self::publish`] without creating anything.
    pub fn check_place(&self) -> Result<()> {
        match self.file().filter(|_| !self.is_draft) {
            Some((file, path)) => file.check_new_file(path),
            None => self.engine.take_back(),
        }
    }

    fn file(&self) -> Option<(&dyn FileDatabase, &Path)> {
        self.engine.as_file().zip(self.target.file())
    }

    /// Refuses an output path that is one of the database's own files, under any name.
    ///
    /// # Errors
    /// Returns [`Refusal::Usage`] for such a path.
    pub fn refuse_own(&self, path: &Path) -> Result<()> {
        if self.file().is_some_and(|(file, _)| file.owns(path)) {
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
        let (file, _) = self.file().ok_or_else(|| self.unusable("it is not a file."))?;
        file.back_up(path, how)
    }

    /// The database.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The refusal of a database that cannot be used for this reason.
    #[must_use]
    pub fn unusable(&self, reason: impl Into<String>) -> Error {
        unusable(&self.target, reason)
    }

    /// The layout of the database.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Whether Django's `migrate` has ever run here. It fills the content types; authctl leaves them empty.
    pub fn is_django(&self) -> Result<bool> {
        const CONTENT_TYPES: &str = "django_content_type";
        if let Some(known) = self.is_django.get() {
            return Ok(*known);
        }
        let mut is_filled = false;
        if self.engine.has_table(CONTENT_TYPES)? {
            let sql = format!("SELECT 1 FROM {CONTENT_TYPES} LIMIT 1");
            self.engine.query(&sql, &[], &[Kind::Integer], &mut |_| {
                is_filled = true;
                Ok(ControlFlow::Break(()))
            })?;
        }
        Ok(*self.is_django.get_or_init(|| is_filled))
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
        self.begin(Access::Write)?;
        let critical = signals::critical();
        let transaction = Transaction::within(self);
        let outcome = work(&transaction).and_then(|done| {
            for (table, column) in &*transaction.given_keys.borrow() {
                self.engine.keys_were_given(table, column)?;
            }
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
        self.begin(Access::Write)?;
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

    /// Returns the number of rows that are best inserted in one part of a transaction, which then fails or succeeds as a
    /// whole.
    #[must_use]
    pub fn rows_per_batch(&self) -> usize {
        self.engine.rows_per_batch()
    }

    /// Runs `work` on a consistent snapshot of the database. Keep it short: it can block writers.
    ///
    /// # Errors
    /// Returns the error of `work`.
    pub fn snapshot<T>(&self, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        self.within(Access::Read, work)
    }

    fn begin(&self, access: Access) -> Result<()> {
        // The transaction of a draft is open already.
        if self.is_draft { Ok(()) } else { self.engine.begin(access) }
    }

    fn within<T>(&self, access: Access, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        self.begin(access)?;
        let outcome = work(self);
        self.engine.roll_back();
        outcome
    }
}

/// The refusal of a database that cannot be used for this reason.
fn unusable(target: &Target, reason: impl Into<String>) -> Error {
    Refusal::unusable(target, reason).into()
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
    /// The tables, and their key columns, that got keys which the database did not assign.
    given_keys: RefCell<BTreeSet<(String, String)>>,
}

impl<'store> Transaction<'store> {
    fn within(store: &'store Store) -> Self {
        let inserting = RefCell::new(store.engine.inserting());
        Self {
            store,
            inserting,
            triggers: Triggers::default(),
            planned: Planned::default(),
            given_keys: RefCell::default(),
        }
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
        let outcome = work().and_then(|done| self.engine.check_part().map(|()| done));
        if outcome.is_err() {
            self.planned.truncate(planned)?;
        }
        self.engine.end_part(outcome.is_ok())?;
        outcome
    }

    fn note_given_key(&self, table: &str, column: &str) {
        self.given_keys.borrow_mut().insert((table.to_owned(), column.to_owned()));
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

impl Deref for Transaction<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store
    }
}
