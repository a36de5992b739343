//! Who is logged in: one session for each database.

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::django::models::Scheme;
use crate::django::tokens::PlainToken;
use crate::files::state::{StateFile, identity};

/// A saved login.
#[derive(Clone, Debug)]
pub struct Session {
    /// The user's login name, to say whose session it was.
    pub username: String,
    /// The token's scheme.
    pub scheme: Scheme,
    /// The token.
    pub token: PlainToken,
}

/// A session as it stands in the file.
#[derive(Deserialize, Serialize)]
struct Entry {
    username: String,
    scheme: Scheme,
    token: String,
}

impl From<Entry> for Session {
    fn from(entry: Entry) -> Self {
        Self { username: entry.username, scheme: entry.scheme, token: PlainToken::new(entry.token) }
    }
}

/// What it means that a session is removed from the file.
pub const FORGOTTEN: &str = "the session was forgotten";

/// The file of sessions.
pub struct Sessions(StateFile<Entry>);

impl Sessions {
    /// The sessions of the person who runs this.
    ///
    /// # Errors
    /// Where neither `XDG_STATE_HOME` nor `HOME` says where state is kept.
    pub fn of_environment() -> Result<Self> {
        StateFile::of_environment("sessions.json").map(Self)
    }

    /// The session for a database.
    ///
    /// # Errors
    /// Where the file is there but cannot be read.
    pub fn get(&self, database: &Path) -> Result<Option<Session>> {
        let mut entries = self.0.read()?;
        Ok(entries.remove(&identity(database)).map(Session::from))
    }

    /// Saves the session for a database in place of the one before.
    ///
    /// # Errors
    /// Where the file cannot be written; it is then as it was.
    pub fn put(&self, database: &Path, session: &Session) -> Result<()> {
        let entry = Entry {
            username: session.username.clone(),
            scheme: session.scheme,
            token: session.token.expose().to_owned(),
        };
        self.0.change(None, |entries| {
            entries.insert(identity(database), entry);
            Ok(true)
        })
    }

    /// Forgets the session for a database if it is the one that is meant; false where it is not, or there is none. The
    /// look and the change are under one lock, so that a session that is saved in between stays.
    ///
    /// # Errors
    /// Where the file cannot be read or written, or what `is_meant` returns; the file is then as it was.
    pub fn forget(&self, database: &Path, is_meant: impl FnOnce(&Session) -> Result<bool>) -> Result<bool> {
        if !self.0.exists() {
            return Ok(false);
        }
        let mut forgotten = false;
        self.0.change(Some(FORGOTTEN), |entries| {
            let Some(entry) = entries.remove(&identity(database)) else { return Ok(false) };
            forgotten = is_meant(&Session::from(entry))?;
            Ok(forgotten)
        })?;
        Ok(forgotten)
    }
}
