//! What authctl remembers between runs: files that their owner alone can read, each with one entry for each database.

use std::collections::BTreeMap;
use std::env;
use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read as _};
use std::marker::PhantomData;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use rustix::fs::OFlags;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::files::existing::{self, cannot_write};
use crate::files::new_file::NewFile;
use crate::signals;

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
        self.path.symlink_metadata().is_ok()
    }

    /// All entries; none where there is no file yet.
    ///
    /// # Errors
    /// [`Refusal::Config`](crate::error::refusal::Refusal::Config) for a file that other users can access, or where it cannot be
    /// read.
    pub fn read(&self) -> Result<Entries<Entry>> {
        if let Some(folder) = self.path.parent().filter(|folder| folder.exists()) {
            existing::check_private_folder(folder)?;
        }
        let Some(mut file) = existing::open_private(&self.path, OFlags::RDONLY)? else {
            return Ok(Entries::new());
        };
        let mut text = Zeroizing::new(Vec::new());
        file.read_to_end(&mut text).with_context(|| format!("{} cannot be read", self.path.display()))?;
        serde_json::from_slice(&text).map_err(|_| {
            // Not the parser's own words: they may quote a secret.
            anyhow!("{} is not what authctl wrote; delete it to start anew", self.path.display())
        })
    }

    /// Changes the entries under a lock, so that of two changes at once both stay; writes where `change` says so. Where
    /// that is what the command was asked for, it `means` something, a clause.
    ///
    /// # Errors
    /// What `change` returns, or where the file cannot be written; it is then as it was. If it `means` something,
    /// [`Refusal::Unanswered`](crate::error::refusal::Refusal::Unanswered) where it was replaced but the disk may not have its
    /// name.
    pub fn change(
        &self,
        means: Option<&str>,
        change: impl FnOnce(&mut Entries<Entry>) -> Result<bool>,
    ) -> Result<()> {
        let cannot = || cannot_write(&self.path);
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(cannot)?;
        existing::check_private_folder(folder)?;
        let lock = lock_file(&self.path.with_extension("lock"))?;
        lock.lock().with_context(cannot)?;
        // A temporary file is not to be left behind.
        let _critical = signals::critical();
        let mut entries = self.read()?;
        if !change(&mut entries)? {
            return Ok(());
        }
        let mut text = Zeroizing::new(serde_json::to_vec_pretty(&entries)?);
        text.push(b'\n');
        let file = NewFile::at(&self.path)?;
        file.write(&text)?;
        if let Some(means) = means {
            file.publish_as(true, means)?;
        } else {
            file.sync()?;
            file.appear(true)?;
        }
        signals::changed();
        Ok(())
    }
}

/// The file whose lock is held while another one is changed.
fn lock_file(path: &Path) -> Result<File> {
    loop {
        match existing::create(path, OFlags::RDWR) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return created.with_context(|| cannot_write(path)),
        }
        // Removed in the meantime, it is created at the next attempt.
        if let Some(file) = existing::open_private(path, OFlags::RDWR)? {
            return Ok(file);
        }
    }
}

/// A database by its real path, so that two ways to the same file share an entry.
#[must_use]
pub fn identity(database: &Path) -> PathBuf {
    database.canonicalize().unwrap_or_else(|_| database.to_owned())
}
