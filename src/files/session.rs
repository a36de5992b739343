//! Saved logins: one session per database, which its identity names.

use serde::{Deserialize, Serialize};

use crate::django::models::Scheme;
use crate::django::tokens::PlainToken;
use crate::error::failure::Result;
use crate::files::state::StateFile;

/// A saved login.
#[derive(Clone, Debug)]
pub struct Session {
    /// The user's login name, for messages.
    pub username: String,
    /// The token's scheme.
    pub scheme: Scheme,
    /// The token.
    pub token: PlainToken,
}

/// The stored form of a session.
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

/// Describes the removal of a session, as a clause.
pub const FORGOTTEN: &str = "the saved session was deleted";

/// The file that stores the sessions.
pub struct Sessions(StateFile<Entry>);

impl Sessions {
    /// Opens the sessions of the user who runs authctl.
    ///
    /// # Errors
    /// Fails if neither `XDG_STATE_HOME` nor `HOME` is set to an absolute path.
    pub fn of_environment() -> Result<Self> {
        StateFile::of_environment("sessions.json").map(Self)
    }

    /// Returns the session for a database.
    pub fn get(&self, database: &str) -> Result<Option<Session>> {
        let mut entries = self.0.read()?;
        Ok(entries.remove(database).map(Session::from))
    }

    /// Saves the session for a database, replacing the previous one. The file is replaced as a whole.
    pub fn put(&self, database: &str, session: &Session) -> Result<()> {
        let entry = Entry {
            username: session.username.clone(),
            scheme: session.scheme,
            token: session.token.expose().to_owned(),
        };
        self.0.change(None, |entries| {
            entries.insert(database.to_owned(), entry);
            Ok(true)
        })
    }

    /// Removes the session for a database if `is_meant` accepts it. Returns whether it was removed.
    ///
    /// Check and removal happen under one lock, so a session saved in between is kept.
    ///
    /// # Errors
    /// Returns [`Refusal::LostAnswer`](crate::error::refusal::Refusal::LostAnswer) if the session was removed but that
    /// may not be on disk. After any other error, the file is unchanged.
    pub fn forget(&self, database: &str, is_meant: impl FnOnce(&Session) -> Result<bool>) -> Result<bool> {
        if !self.0.exists() {
            return Ok(false);
        }
        let mut forgotten = false;
        self.0.change(Some(FORGOTTEN), |entries| {
            let Some(entry) = entries.remove(database) else { return Ok(false) };
            forgotten = is_meant(&Session::from(entry))?;
            Ok(forgotten)
        })?;
        Ok(forgotten)
    }
}
