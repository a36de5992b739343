//! What authctl remembers between runs: files that their owner alone can read, each with one entry for each database.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::marker::PhantomData;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::interrupt;

/// What a file holds, by the [`identity`] of the database.
pub type Entries<Entry> = BTreeMap<PathBuf, Entry>;

/// A file of JSON under the XDG state folder.
#[derive(Debug)]
pub struct StateFile<Entry> {
    path: PathBuf,
    entries: PhantomData<Entry>,
}

impl<Entry: Serialize + DeserializeOwned> StateFile<Entry> {
    /// The file of this name that belongs to the person who runs this.
    ///
    /// # Errors
    /// Where neither `XDG_STATE_HOME` nor `HOME` says where state is kept.
    pub fn of_environment(name: &str) -> Result<Self> {
        let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state =
            absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
        let Some(state) = state else {
            bail!("no folder for {name}: neither XDG_STATE_HOME nor HOME is set to an absolute path")
        };
        Ok(Self { path: state.join("authctl").join(name), entries: PhantomData })
    }

    /// Has anything been written yet?
    #[must_use]
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// All entries; none where there is no file yet.
    ///
    /// # Errors
    /// Where the file is there but cannot be read.
    pub fn read(&self) -> Result<Entries<Entry>> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Entries::new()),
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", self.path.display()));
            }
        };
        serde_json::from_slice(&text).map_err(|_| {
            // Not the parser's own words: they may quote a secret.
            anyhow!("{} is not what authctl wrote; delete it to start anew", self.path.display())
        })
    }

    /// Changes the entries under a lock, so that of two changes at once both stay; writes where `change` says so.
    ///
    /// # Errors
    /// What `change` returns, or where the file cannot be written; it is then as it was.
    pub fn change(&self, change: impl FnOnce(&mut Entries<Entry>) -> Result<bool>) -> Result<()> {
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
        // A temporary file is not to be left behind.
        let _critical = interrupt::critical();
        let mut entries = self.read()?;
        if !change(&mut entries)? {
            return Ok(());
        }
        let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
        serde_json::to_writer_pretty(&mut file, &entries)?;
        file.write_all(b"\n").and_then(|()| file.as_file().sync_all()).with_context(cannot)?;
        file.persist(&self.path).with_context(cannot)?;
        interrupt::changed();
        File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)
    }
}

/// A database by its real path, so that two ways to the same file share an entry.
#[must_use]
pub fn identity(database: &Path) -> PathBuf {
    database.canonicalize().unwrap_or_else(|_| database.to_owned())
}
