//! `django.contrib.sessions` and its relatives, such as django-user-sessions: rows with a key, data and an expiry.
//!
//! A row of Django names its user only inside its data, so sessions of a user are found by reading all of them. That
//! happens before a transaction locks anything. The transaction then reads the rows again by their keys. If the data cannot
//! be decoded, a column that refers to the user decides, if the table has one.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::mpsc;
use std::thread::{self, Scope, ScopedJoinHandle};

use jiff::Timestamp;

use super::dependents::Dependents;
use super::{Doors, owner};
use crate::django::models::Key;
use crate::django::value::{Cell, Kind, Value};
use crate::django::web_session::{SessionDecoder, WebSession};
use crate::error::failure::Result;
use crate::store::schema::{Table, quoted};
use crate::store::{Store, Transaction};

pub(super) const DEPENDENTS: Dependents = Dependents {
    tables: &["user_sessions_session"],
    nullable_cascades: &[("user_sessions_session", "user_id")],
};

const COLUMNS: [&str; 3] = ["session_key", "session_data", "expire_date"];

/// The kinds of those columns.
const KINDS: [Kind; 3] = [Kind::TEXT, Kind::TEXT, Kind::Timestamp];

/// The number of rows that a scan reads with one query.
const BATCH: usize = 2_000;

/// The least number of rows for which a thread is started.
const LEAST_SHARE: usize = 100;

/// The number of sessions that one statement deletes.
const DELETED_TOGETHER: usize = 500;

/// The number of characters of a session's key that are shown. The whole key is a login.
const PREFIX: usize = 8;

/// A web session of a user.
pub struct SessionRow {
    /// The position of its table among the session tables.
    table: usize,
    key: String,
    /// The first characters of its key.
    pub prefix: String,
    /// When it expires.
    pub expiry: Option<Timestamp>,
    /// The user's key in its displayed form.
    pub user: String,
    /// The user's name. Empty if the user does not exist.
    pub username: String,
    /// Whether the user is active.
    pub user_is_active: bool,
    /// The dotted path of the authentication backend.
    pub backend: Option<String>,
}

impl fmt::Debug for SessionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRow").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl SessionRow {
    /// Whether it has expired.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expiry.is_some_and(|expiry| expiry < now)
    }
}

/// The rows that a scan did not pass on.
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionScan {
    /// Sessions without a user.
    pub anonymous: u64,
    /// Unexpired sessions of another serializer, whose user is unknown.
    pub undecodable: u64,
}

/// A row of a session table before decoding.
struct StoredRow {
    key: String,
    data: String,
    expiry: Option<Timestamp>,
    /// The user's key in its displayed form, from a column.
    owner: Option<String>,
}

impl StoredRow {
    fn decode(self, decoder: &mut SessionDecoder, table: usize, now: Timestamp) -> Decoded {
        let Self { key, data, expiry, owner } = self;
        let session = decoder.decode(&data);
        let is_decoded = session.is_some();
        let WebSession { user, backend } = session.unwrap_or_default();
        let Some(user) = user.or(owner) else {
            let is_expired = expiry.is_some_and(|expiry| expiry < now);
            return if is_decoded { Decoded::Anonymous } else { Decoded::Unknown { is_expired } };
        };
        let prefix = key.chars().take(PREFIX.min(key.chars().count() / 2)).collect();
        let (username, user_is_active) = (String::new(), false);
        Decoded::Session(SessionRow { table, key, prefix, expiry, user, username, user_is_active, backend })
    }
}

enum Decoded {
    Session(SessionRow),
    Anonymous,
    Unknown { is_expired: bool },
}

/// A part of a batch that is decoded on a thread of its own, if one can be started.
enum Decoding<'scope> {
    Done(Vec<Decoded>),
    Apart(ScopedJoinHandle<'scope, Vec<Decoded>>),
}

impl<'scope> Decoding<'scope> {
    /// Starts to decode the rows on all cores.
    fn of_batch(
        scope: &'scope Scope<'scope, '_>,
        mut rows: Vec<StoredRow>,
        table: usize,
        now: Timestamp,
    ) -> Vec<Self> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let share = rows.len().div_ceil(cores).max(LEAST_SHARE);
        let mut parts = Vec::new();
        while !rows.is_empty() {
            let rest = rows.split_off(share.min(rows.len()));
            parts.push(Self::start(scope, rows, table, now));
            rows = rest;
        }
        parts
    }

    fn start(scope: &'scope Scope<'scope, '_>, rows: Vec<StoredRow>, table: usize, now: Timestamp) -> Self {
        let decode = move |rows: Vec<StoredRow>| {
            let mut decoder = SessionDecoder::default();
            rows.into_iter().map(|row| row.decode(&mut decoder, table, now)).collect()
        };
        if rows.len() < LEAST_SHARE {
            return Self::Done(decode(rows));
        }
        // A thread that cannot be started would take the rows with it.
        let (sender, receiver) = mpsc::sync_channel(1);
        let work = move || receiver.recv().map(decode).unwrap_or_default();
        match thread::Builder::new().spawn_scoped(scope, work) {
            Ok(thread) => match sender.send(rows) {
                Ok(()) => Self::Apart(thread),
                Err(mpsc::SendError(rows)) => Self::Done(decode(rows)),
            },
            Err(_) => Self::Done(decode(rows)),
        }
    }

    fn finish(self) -> Vec<Decoded> {
        match self {
            Self::Done(decoded) => decoded,
            Self::Apart(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
        }
    }
}

impl SessionScan {
    /// Returns the sessions of a user, and counts the others.
    fn sort(&mut self, decoded: Vec<Decoded>) -> Vec<SessionRow> {
        let mut sessions = Vec::with_capacity(decoded.len());
        for row in decoded {
            match row {
                Decoded::Session(session) => sessions.push(session),
                Decoded::Anonymous => self.anonymous += 1,
                Decoded::Unknown { is_expired } => self.undecodable += u64::from(!is_expired),
            }
        }
        sessions
    }
}

pub(super) fn tables(store: &Store) -> Result<Vec<Table>> {
    let mut found = store.engine.tables_with(&COLUMNS)?;
    found.retain(|table| table.key == [COLUMNS[0]]);
    Ok(found)
}

impl Store {
    /// Returns the column of a session table that refers to the user, as SQL.
    fn session_owner(&self, table: &Table) -> String {
        owner(table, &self.layout.users.table.name)
            .map_or_else(|| "NULL".to_owned(), |column| quoted(&column))
    }

    /// Returns the user's key in its displayed form.
    fn shown_owner(&self, cell: Cell<'_>) -> Option<String> {
        (!matches!(cell, Cell::Null)).then(|| self.layout.users.read_key(cell).to_string())
    }

    /// Passes the web sessions of all users to the callback, in batches.
    ///
    /// # Errors
    /// Returns the error of `on_batch`. Fails on database errors.
    pub fn each_web_session_batch(
        &self,
        doors: &Doors,
        now: Timestamp,
        on_batch: &mut dyn FnMut(Vec<SessionRow>) -> Result<ControlFlow<()>>,
    ) -> Result<SessionScan> {
        self.scan_sessions(doors, now, &|_| true, on_batch)
    }

    /// Returns the unexpired web sessions of these users. Reads all sessions, so do it before a lock is taken.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn web_sessions_of(
        &self,
        doors: &Doors,
        users: &[Key],
        now: Timestamp,
    ) -> Result<(Vec<SessionRow>, SessionScan)> {
        let shown: Vec<String> = users.iter().map(Key::to_string).collect();
        let mut found = Vec::new();
        let is_valid = |expiry: Option<Timestamp>| expiry.is_none_or(|expiry| expiry >= now);
        let scan = self.scan_sessions(doors, now, &is_valid, &mut |sessions| {
            found.extend(sessions.into_iter().filter(|session| shown.contains(&session.user)));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((found, scan))
    }

    /// Passes the sessions with a fitting expiry to the callback. Decodes one batch while the next one is read and the last
    /// one is used.
    fn scan_sessions(
        &self,
        doors: &Doors,
        now: Timestamp,
        fits: &dyn Fn(Option<Timestamp>) -> bool,
        on_batch: &mut dyn FnMut(Vec<SessionRow>) -> Result<ControlFlow<()>>,
    ) -> Result<SessionScan> {
        let mut scan = SessionScan::default();
        for (index, table) in doors.sessions.iter().enumerate() {
            let mut batches = SessionBatches::of(self, table)?;
            let flow = thread::scope(|scope| -> Result<ControlFlow<()>> {
                let decode = |rows| Decoding::of_batch(scope, rows, index, now);
                let mut decoding = batches.read(fits)?.map(decode);
                while let Some(current) = decoding {
                    let next = batches.read(fits)?;
                    let decoded = current.into_iter().flat_map(Decoding::finish).collect();
                    decoding = next.map(decode);
                    if on_batch(scan.sort(decoded))?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
            if flow.is_break() {
                break;
            }
        }
        Ok(scan)
    }

    /// Adds the names of the users to sessions, and whether they are active.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn name_session_users(&self, sessions: &mut [SessionRow]) -> Result<()> {
        let mut keys: Vec<Key> = Vec::new();
        let shown: HashSet<&str> = sessions.iter().map(|session| &*session.user).collect();
        keys.extend(shown.into_iter().filter_map(|text| self.key_of_shown(text)));
        if keys.is_empty() {
            return Ok(());
        }
        let users = &self.layout.users;
        let places: Vec<String> = (1..=keys.len()).map(|number| format!("?{number}")).collect();
        let sql = format!(
            "SELECT u.{key}, {}, {} FROM {} AS u WHERE u.{key} IN ({})",
            users.attribute("username"),
            users.attribute("is_active"),
            quoted(&users.table.name),
            places.join(", "),
            key = quoted(&users.key),
        );
        let parameters: Vec<Value> = keys.iter().map(Value::from).collect();
        let kinds = [users.key_kind.clone(), Kind::TEXT, Kind::Boolean];
        let mut names = HashMap::new();
        self.engine.query(&sql, &parameters, &kinds, &mut |cells| {
            let key = users.read_key(cells[0]).to_string();
            names.insert(key, (cells[1].string(), cells[2].is_true()));
            Ok(ControlFlow::Continue(()))
        })?;
        for session in sessions {
            if let Some((name, is_active)) = names.get(&session.user) {
                session.username.clone_from(name);
                session.user_is_active = *is_active;
            }
        }
        Ok(())
    }
}

/// Reads a session table in batches, by a key that has an index.
struct SessionBatches<'a> {
    store: &'a Store,
    columns: String,
    order: String,
    kinds: [Kind; 5],
    last: Option<Value>,
}

impl<'a> SessionBatches<'a> {
    fn of(store: &'a Store, table: &Table) -> Result<Self> {
        let [key, data, expiry] = COLUMNS;
        let (order, kind) = match store.engine.row_number(table)? {
            Some(number) => (number, Kind::Integer),
            None => (key.to_owned(), Kind::TEXT),
        };
        let (owner, name) = (store.session_owner(table), quoted(&table.name));
        let columns = format!("{key}, {data}, {expiry}, {owner}, {order} FROM {name}");
        let [of_key, of_data, of_expiry] = KINDS;
        let kinds = [of_key, of_data, of_expiry, store.layout.users.key_kind.clone(), kind];
        Ok(Self { store, columns, order, kinds, last: None })
    }

    /// Returns the fitting rows of the next batch, or `None` after the last one.
    fn read(&mut self, fits: &dyn Fn(Option<Timestamp>) -> bool) -> Result<Option<Vec<StoredRow>>> {
        let after = self.last.take();
        let Self { columns, order, .. } = &*self;
        let condition = after.as_ref().map(|_| format!("WHERE {order} > ?1")).unwrap_or_default();
        let sql = format!("SELECT {columns} {condition} ORDER BY {order} LIMIT {BATCH}");
        let (mut rows, store, last) = (Vec::with_capacity(BATCH), self.store, &mut self.last);
        store.engine.query(&sql, after.as_slice(), &self.kinds, &mut |cells| {
            *last = Some(cells[4].integer().map_or_else(|| cells[4].string().into(), Value::Integer));
            let expiry = cells[2].timestamp();
            if fits(expiry) {
                let (key, owner) = (cells[0].string(), store.shown_owner(cells[3]));
                let data = cells[1].text().unwrap_or_default().to_owned();
                rows.push(StoredRow { key, data, expiry, owner });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(self.last.is_some().then_some(rows))
    }
}

impl Transaction<'_> {
    /// Deletes those of these sessions that still belong to the user, and counts them.
    ///
    /// # Errors
    /// The same as for [`Self::shut`].
    pub fn delete_web_sessions(&self, doors: &Doors, sessions: &[SessionRow], user: &Key) -> Result<u64> {
        let user = user.to_string();
        let mut deleted = 0;
        for (index, table) in doors.sessions.iter().enumerate() {
            let is_meant = |session: &&SessionRow| session.table == index && session.user == user;
            let keys: Vec<Value> =
                sessions.iter().filter(is_meant).map(|session| session.key.as_str().into()).collect();
            for keys in keys.chunks(DELETED_TOGETHER) {
                deleted += self.delete_session_batch(table, keys, &user)?;
            }
        }
        Ok(deleted)
    }

    fn delete_session_batch(&self, table: &Table, keys: &[Value], user: &str) -> Result<u64> {
        let [key, data, _] = COLUMNS;
        let places =
            |count: usize| (1..=count).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {key}, {data}, {} FROM {} WHERE {key} IN ({})",
            self.session_owner(table),
            quoted(&table.name),
            places(keys.len())
        );
        let (mut current, mut decoder) = (Vec::<Value>::new(), SessionDecoder::default());
        let kinds = [Kind::TEXT, Kind::TEXT, self.layout.users.key_kind.clone()];
        self.engine.query(&sql, keys, &kinds, &mut |cells| {
            let session = decoder.decode(cells[1].text().unwrap_or_default());
            let owner = session.and_then(|session| session.user).or_else(|| self.shown_owner(cells[2]));
            if owner.as_deref() == Some(user) {
                current.push(cells[0].string().into());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if current.is_empty() {
            return Ok(0);
        }
        let deleted = self.delete_rows(table, &format!("{key} IN ({})", places(current.len())), &current)?;
        if self.is_reached_by_triggers(&table.name)? {
            current.iter().try_for_each(|value| self.check_gone(&table.name, &[(key, value)]))?;
        }
        Ok(deleted)
    }

    /// Deletes the web sessions that have expired, of all users.
    ///
    /// # Errors
    /// The same as for [`Self::shut`].
    pub fn purge_web_sessions(&self, doors: &Doors, now: Timestamp) -> Result<u64> {
        let condition = self.engine.is_before(COLUMNS[2], "?1");
        doors.sessions.iter().map(|table| self.delete_rows(table, &condition, &[now.into()])).sum()
    }
}
