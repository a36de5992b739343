//! State that authctl keeps between runs: owner-only files with one entry per database.

use std::collections::BTreeMap;
use std::env;
use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read as _};
use std::marker::PhantomData;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::error::failure::{ErrorContext as _, Result, failed};
use crate::error::lost_answer::Effect;
use crate::files::existing::{self, cannot_write};
use crate::files::new_file::NewFile;
use crate::signals;

/// The contents of a state file, by the identity of the database: a real path, or a URL without user and password.
pub type Entries<Entry> = BTreeMap<String, Entry>;

/// A JSON file in the XDG state folder.
#[derive(Debug)]
pub struct StateFile<Entry> {
    path: PathBuf,
    entries: PhantomData<Entry>,
}

impl<Entry: Serialize + DeserializeOwned> StateFile<Entry> {
    /// Returns the state file with this name of the user who runs authctl.
    ///
    /// # Errors
    /// Fails if neither `XDG_STATE_HOME` nor `HOME` is set to an absolute path.
    pub fn of_environment(name: &str) -> Result<Self> {
        let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state =
            absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
        let Some(state) = state else {
            return Err(failed!(
                "no folder for {name}: neither XDG_STATE_HOME nor HOME is set to an absolute path"
            ));
        };
        Ok(Self { path: state.join("authctl").join(name), entries: PhantomData })
    }

    /// Whether the file exists.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.path.symlink_metadata().is_ok()
    }

    /// Reads all entries. Returns none if the file does not exist.
    ///
    /// # Errors
    /// Returns [`Refusal::Config`](crate::error::refusal::Refusal::Config) if other users can access the file.
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
            // Omit the parser's message, which may quote a secret.
            failed!("{} is not a valid state file of authctl. Delete it to start over.", self.path.display())
        })
    }

    /// Changes the entries under a lock, so that concurrent changes are not lost. Writes them if `change` returns true.
    ///
    /// Pass a `description`, as a clause, if this change is the purpose of the command.
    ///
    /// # Errors
    /// With a `description`, returns [`Refusal::LostAnswer`](crate::error::refusal::Refusal::LostAnswer) if the file
    /// was replaced but its name may not be on disk. After any other error with a `description`, the file is unchanged.
    pub fn change(
        &self,
        description: Option<&str>,
        change: impl FnOnce(&mut Entries<Entry>) -> Result<bool>,
    ) -> Result<()> {
        let cannot = || cannot_write(&self.path);
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(cannot)?;
        existing::check_private_folder(folder)?;
        let lock = lock_file(&self.path.with_extension("lock"))?;
        lock.lock().with_context(cannot)?;
        // Do not leave a temporary file behind.
        let _critical = signals::critical();
        let mut entries = self.read()?;
        if !change(&mut entries)? {
            return Ok(());
        }
        let mut text = Zeroizing::new(serde_json::to_vec_pretty(&entries)?);
        text.push(b'\n');
        let file = NewFile::at(&self.path)?;
        file.write(&text)?;
        if let Some(description) = description {
            file.publish_as(true, &Effect::new(description))?;
        } else {
            file.sync()?;
            file.appear(true)?;
        }
        signals::changed();
        Ok(())
    }
}

/// Opens the file that is locked while another file is changed.
fn lock_file(path: &Path) -> Result<File> {
    loop {
        match existing::create(path, OFlags::RDWR) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return created.with_context(|| cannot_write(path)),
        }
        // If the file was removed in the meantime, the next attempt creates it.
        if let Some(file) = existing::open_private(path, OFlags::RDWR)? {
            return Ok(file);
        }
    }
}
