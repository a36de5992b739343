//! Who is logged in: one file that its owner alone can read, with one entry for each database.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::model::Scheme;
use crate::token::PlainToken;

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

type Entries = BTreeMap<PathBuf, Entry>;

/// The file of sessions under the XDG state folder.
#[derive(Debug)]
pub struct Sessions {
    path: PathBuf,
}

impl Sessions {
    /// The sessions of the person who runs this.
    ///
    /// # Errors
    /// Where neither `XDG_STATE_HOME` nor `HOME` says where state is kept.
    pub fn of_environment() -> Result<Self> {
        let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state =
            absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
        let Some(state) = state else {
            bail!("no folder for sessions: neither XDG_STATE_HOME nor HOME is set to an absolute path")
        };
        Ok(Self { path: state.join("authctl").join("sessions.json") })
    }

    /// The session for a database.
    ///
    /// # Errors
    /// Where the file is there but cannot be read.
    pub fn get(&self, database: &Path) -> Result<Option<Session>> {
        let mut entries = self.read()?;
        Ok(entries.remove(&identity(database)).map(|entry| Session {
            username: entry.username,
            scheme: entry.scheme,
            token: PlainToken::new(entry.token),
        }))
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
        self.change(|entries| {
            entries.insert(identity(database), entry);
            true
        })
    }

    /// Forgets the session for a database; false where there was none.
    ///
    /// # Errors
    /// Where the file cannot be written; it is then as it was.
    pub fn forget(&self, database: &Path) -> Result<bool> {
        if !self.path.exists() {
            return Ok(false);
        }
        let mut forgotten = false;
        self.change(|entries| {
            forgotten = entries.remove(&identity(database)).is_some();
            forgotten
        })?;
        Ok(forgotten)
    }

    fn read(&self) -> Result<Entries> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Entries::new()),
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", self.path.display()));
            }
        };
        serde_json::from_slice(&text).map_err(|_| {
            // Not the parser's own words: they may quote a token.
            anyhow::anyhow!("{} is not a file of sessions; delete it to start anew", self.path.display())
        })
    }

    /// Changes the entries under a lock, so that two logins at once both stay; writes where `change` says so.
    fn change(&self, change: impl FnOnce(&mut Entries) -> bool) -> Result<()> {
        let cannot = || format!("{} cannot be written", self.path.display());
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(cannot)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.path.with_extension("lock"))
            .with_context(cannot)?;
        lock.lock().with_context(cannot)?;
        let mut entries = self.read()?;
        if !change(&mut entries) {
            return Ok(());
        }
        let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
        serde_json::to_writer_pretty(&mut file, &entries)?;
        file.write_all(b"\n").and_then(|()| file.as_file().sync_all()).with_context(cannot)?;
        file.persist(&self.path).with_context(cannot)?;
        File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)
    }
}

/// A database by its real path, so that two ways to the same file share a session.
fn identity(database: &Path) -> PathBuf {
    database.canonicalize().unwrap_or_else(|_| database.to_owned())
}
