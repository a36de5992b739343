//! Shuts every way into accounts: `is_active`, tokens, sessions, and what third-party packages keep.

use jiff::Timestamp;
use serde::Serialize;

use crate::django::models::{Key, User};
use crate::django::passwords::Encoded;
use crate::error::failure::Result;
use crate::store::account_tables::{
    AccessKind, Door, Doors, OpenDoor, OpenDoorCode, SessionRow, SessionScan,
};
use crate::store::{Store, Transaction};

/// What is done to the access of users.
#[derive(Clone, Debug)]
pub struct AccessChange {
    /// Which doors are shut.
    pub kinds: Vec<AccessKind>,
    /// Whether the users become inactive.
    pub deactivates: bool,
    /// The new unusable passwords: one for each user, or none.
    pub passwords: Vec<Encoded>,
}

/// The doors of a database, and the web sessions of the users. Read before the transaction.
#[derive(Debug)]
pub struct UserAccess {
    /// The users.
    pub users: Vec<User>,
    doors: Doors,
    sessions: Vec<SessionRow>,
    scan: SessionScan,
}

/// The number of rows of one kind that let a user in, or keep a user out.
#[derive(Clone, Debug, Serialize)]
pub struct AccessRows {
    /// The stable name of the kind.
    #[serde(rename = "door")]
    pub name: &'static str,
    /// One row, in words.
    #[serde(skip)]
    pub noun: &'static str,
    /// The number of rows.
    pub count: u64,
}

impl AccessRows {
    /// A number of rows of this door.
    #[must_use]
    pub fn of(door: &Door, count: u64) -> Self {
        Self { name: door.name(), noun: door.noun(), count }
    }

    /// Adds the rows, if there are any, to those of the same kind.
    pub fn add_to(self, all: &mut Vec<Self>) {
        match all.iter_mut().find(|rows| rows.name == self.name) {
            Some(rows) => rows.count += self.count,
            None if self.count > 0 => all.push(self),
            None => {}
        }
    }
}

/// What was done to the access of one user.
#[derive(Clone, Debug)]
pub struct ClosedAccess {
    /// The user, as before.
    pub user: User,
    /// The columns of the user that changed.
    pub fields: Vec<String>,
    /// The doors that were shut.
    pub closed: Vec<AccessRows>,
    /// What stays open.
    pub open: Vec<OpenDoor>,
}

impl ClosedAccess {
    /// Whether anything changed.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !self.fields.is_empty() || !self.closed.is_empty()
    }

    /// Whether a door that stays open is known to let the user in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.iter().any(|door| door.is_known)
    }
}

impl UserAccess {
    /// Finds the doors, and the web sessions of these users if their kind is among `kinds`.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn find(store: &Store, users: Vec<User>, kinds: &[AccessKind], now: Timestamp) -> Result<Self> {
        let doors = Doors::find(store)?;
        let keys: Vec<Key> = users.iter().map(|user| user.id.clone()).collect();
        let (sessions, scan) = if kinds.contains(&AccessKind::Sessions) {
            store.web_sessions_of(&doors, &keys, now)?
        } else {
            Default::default()
        };
        Ok(Self { users, doors, sessions, scan })
    }

    /// Shuts the doors of all users.
    ///
    /// # Errors
    /// Returns [`UserNotFound`](crate::error::refusal::Refusal::UserNotFound) if a user no longer exists, or the errors of
    /// [`Transaction::shut`].
    pub fn close(
        &self,
        transaction: &Transaction<'_>,
        change: &AccessChange,
        now: Timestamp,
    ) -> Result<Vec<ClosedAccess>> {
        let passwords = change.passwords.iter().map(Some).chain(std::iter::repeat(None));
        let each = self.users.iter().zip(passwords);
        each.map(|(user, password)| self.close_one(transaction, user, change, password, now)).collect()
    }

    fn close_one(
        &self,
        transaction: &Transaction<'_>,
        user: &User,
        change: &AccessChange,
        password: Option<&Encoded>,
        now: Timestamp,
    ) -> Result<ClosedAccess> {
        let has_flag = transaction.layout().users.table.has("is_active");
        let user = transaction.reread_user(&user.id, &user.username)?;
        let mut values = Vec::new();
        if change.deactivates && has_flag {
            values.push(("is_active".to_owned(), false.into()));
        }
        values.extend(password.map(|encoded| ("password".to_owned(), encoded.as_str().into())));
        let fields = transaction.update_user(&user, &values, now)?;
        let mut closed = Vec::new();
        for door in self.doors.of(&change.kinds) {
            AccessRows::of(door, transaction.shut(door, &user.id, now)?).add_to(&mut closed);
        }
        let sessions = transaction.delete_web_sessions(&self.doors, &self.sessions, &user.id)?;
        web_sessions(sessions).add_to(&mut closed);
        let mut open = self.doors.still_open(transaction, &user.id, &change.kinds, self.scan, now)?;
        if password.is_some() {
            let ends = [OpenDoorCode::SessionsElsewhere, OpenDoorCode::UndecodableSessions];
            open.retain(|door| !ends.contains(&door.code));
        } else if change.deactivates && !has_flag {
            open.push(OpenDoor { code: OpenDoorCode::Login, count: None, names: Vec::new(), is_known: true });
        }
        Ok(ClosedAccess { user, fields, closed, open })
    }

    /// Deletes what has expired, of these kinds and of all users.
    ///
    /// # Errors
    /// The errors of [`Transaction::shut`].
    pub fn purge(
        &self,
        transaction: &Transaction<'_>,
        kinds: &[AccessKind],
        now: Timestamp,
    ) -> Result<Vec<AccessRows>> {
        let mut purged = Vec::new();
        for door in self.doors.of(kinds) {
            AccessRows::of(door, transaction.purge(door, now)?).add_to(&mut purged);
        }
        if kinds.contains(&AccessKind::Sessions) {
            web_sessions(transaction.purge_web_sessions(&self.doors, now)?).add_to(&mut purged);
        }
        Ok(purged)
    }
}

fn web_sessions(count: u64) -> AccessRows {
    AccessRows { name: "web_sessions", noun: "web session", count }
}
