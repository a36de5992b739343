//! `django.contrib.sessions` and its relatives, such as django-user-sessions: rows with a key, data and an expiry.
//!
//! A row of Django names its user only inside its data, so sessions of a user are found by reading all of them. That
//! happens before a transaction locks anything. The transaction then reads the rows again by their keys. If the data cannot
//! be decoded, a column that refers to the user decides, if the table has one.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::ControlFlow;

use jiff::Timestamp;

use super::dependents::Dependents;
use super::{Doors, owner};
use crate::django::models::Key;
use crate::django::value::{Cell, Kind, Value};
use crate::django::web_session::SessionDecoder;
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

/// Decodes the rows of session tables.
#[derive(Default)]
struct Scanner {
    decoder: SessionDecoder,
    scan: SessionScan,
}

impl Scanner {
    /// Decodes the row of a session table, whose `owner` may be known from a column. Returns the session if it has a user,
    /// and counts it otherwise.
    fn decode(
        &mut self,
        table: usize,
        cells: &[Cell<'_>],
        owner: Option<String>,
        now: Timestamp,
    ) -> Option<SessionRow> {
        let expiry = cells[2].timestamp();
        let decoded = self.decoder.decode(cells[1].text().unwrap_or_default());
        let is_decoded = decoded.is_some();
        let (user, backend) = decoded.map_or((None, None), |session| (session.user, session.backend));
        let Some(user) = user.or(owner) else {
            if is_decoded {
                self.scan.anonymous += 1;
            } else {
                self.scan.undecodable += u64::from(expiry.is_none_or(|expiry| expiry >= now));
            }
            return None;
        };
        let key = cells[0].string();
        let prefix = key.chars().take(PREFIX.min(key.chars().count() / 2)).collect();
        let (username, user_is_active) = (String::new(), false);
        Some(SessionRow { table, key, prefix, expiry, user, username, user_is_active, backend })
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
        let mut scanner = Scanner::default();
        let [key, data, expiry] = COLUMNS;
        for (index, table) in doors.sessions.iter().enumerate() {
            let (order, kind) = match self.engine.row_number(table)? {
                Some(number) => (number, Kind::Integer),
                None => (key.to_owned(), Kind::TEXT),
            };
            let [of_key, of_data, of_expiry] = KINDS;
            let kinds = [of_key, of_data, of_expiry, self.layout.users.key_kind.clone(), kind];
            let owner = self.session_owner(table);
            let mut last: Option<Value> = None;
            loop {
                let condition = last.as_ref().map(|_| format!("WHERE {order} > ?1")).unwrap_or_default();
                let sql = format!(
                    "SELECT {key}, {data}, {expiry}, {owner}, {order} FROM {} {condition} \
                     ORDER BY {order} LIMIT {BATCH}",
                    quoted(&table.name)
                );
                let mut rows = Vec::new();
                let after = last.take();
                self.engine.query(&sql, after.as_slice(), &kinds, &mut |cells| {
                    last = Some(cells[4].integer().map_or_else(|| cells[4].string().into(), Value::Integer));
                    rows.extend(scanner.decode(index, cells, self.shown_owner(cells[3]), now));
                    Ok(ControlFlow::Continue(()))
                })?;
                if last.is_none() {
                    break;
                }
                if on_batch(rows)?.is_break() {
                    return Ok(scanner.scan);
                }
            }
        }
        Ok(scanner.scan)
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
        let (mut found, mut scanner) = (Vec::new(), Scanner::default());
        let [key, data, expiry] = COLUMNS;
        for (index, table) in doors.sessions.iter().enumerate() {
            let [of_key, of_data, of_expiry] = KINDS;
            let kinds = [of_key, of_data, of_expiry, self.layout.users.key_kind.clone()];
            let sql = format!(
                "SELECT {key}, {data}, {expiry}, {} FROM {} WHERE NOT {}",
                self.session_owner(table),
                quoted(&table.name),
                self.engine.is_before(expiry, "?1")
            );
            self.engine.query(&sql, &[now.into()], &kinds, &mut |cells| {
                let session = scanner.decode(index, cells, self.shown_owner(cells[3]), now);
                found.extend(session.filter(|session| shown.contains(&session.user)));
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok((found, scanner.scan))
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
