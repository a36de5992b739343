//! A results file in which each row records whether it was committed.
//!
//! Before the commit, rows are written and synced with the state `undecided`, so that no secret is lost. After the
//! commit, the state of each row is overwritten with `committed`, which has the same length, from the last row to the
//! first. So if the last row of the file is committed, all rows of its batch are. If a run ends earlier, the next run
//! decides about its rows.

use std::fs::{self, File, TryLockError};
use std::io::{self, Seek as _, SeekFrom};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::unfinished::{self, UnfinishedRows};
use super::{COMMITTED, UNDECIDED};
use crate::error::failure::{Error, ErrorContext as _, Result};
use crate::error::misuse::Misuse;
use crate::error::notice::Notice;
use crate::files::existing::{self, FileKind, cannot_write};
use crate::signals::{self, UnfinishedFile};

const _: () = assert!(COMMITTED.len() == UNDECIDED.len(), "one is overwritten by the other");

/// The locked results file.
pub struct Appended {
    file: File,
    path: PathBuf,
    /// Whether the format is JSON lines.
    pub is_json: bool,
    /// The length to keep.
    kept: u64,
    /// The length including the rows written since.
    length: u64,
    /// The positions of the states of those rows.
    states: Vec<u64>,
    /// Set if this run created the file. It is then removed unless rows are kept.
    created: Option<UnfinishedFile>,
}

/// The destination at a path.
pub enum Destination {
    /// A regular file.
    File(Appended),
    /// A FIFO, a terminal or a descriptor.
    Stream(File),
}

impl Appended {
    /// Opens or creates the file, and decides about the rows of an unfinished run.
    ///
    /// # Errors
    /// Returns [`Misuse`] if other users can read the file, if another run has locked it, or if it is not
    /// a results file.
    pub fn open(
        path: &Path,
        were_committed: &dyn Fn(&UnfinishedRows) -> Result<bool>,
        warn: &dyn Fn(&Notice),
    ) -> Result<Destination> {
        if existing::look(path)? == Some(FileKind::Stream) {
            let opened = existing::open(path, OFlags::WRONLY | OFlags::APPEND)?;
            return Ok(Destination::Stream(opened.with_context(|| cannot_write(path))?.file));
        }
        let created =
            signals::unfinished(|| existing::create(path, OFlags::RDWR).map(|file| (file, path.to_owned())));
        let (file, created) = match created {
            Ok((file, unfinished)) => (file, Some(unfinished)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let opened = existing::open(path, OFlags::RDWR)?.with_context(|| cannot_write(path))?;
                (opened.file, None)
            }
            Err(error) => return Err(error).with_context(|| cannot_write(path)),
        };
        let metadata = file.metadata().with_context(|| cannot_write(path))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(Misuse::ReadableResults(path.to_owned()).into());
        }
        if let Err(error) = file.try_lock() {
            return Err(match error {
                TryLockError::WouldBlock => Misuse::LockedResults(path.to_owned()).into(),
                TryLockError::Error(error) => {
                    if created.is_some() {
                        let _ = fs::remove_file(path);
                    }
                    Error::from(error).context(cannot_write(path))
                }
            });
        }
        let is_json = path.extension().is_some_and(|ending| ending == "jsonl");
        let length = metadata.len();
        let mut appended =
            Self { file, path: path.to_owned(), is_json, kept: length, length, states: Vec::new(), created };
        appended.finish(were_committed, warn)?;
        (&appended.file).seek(SeekFrom::Start(appended.kept)).with_context(|| cannot_write(path))?;
        Ok(Destination::File(appended))
    }

    /// Decides about the rows of a run that ended too early.
    fn finish(
        &mut self,
        were_committed: &dyn Fn(&UnfinishedRows) -> Result<bool>,
        warn: &dyn Fn(&Notice),
    ) -> Result<()> {
        let found = unfinished::find(&self.file, &self.path, self.is_json)?;
        let Some(start) = found.start() else { return Ok(()) };
        let were_committed = were_committed(&found)?;
        if were_committed {
            self.states = found.rows.iter().map(|row| row.state).collect();
            self.commit()?;
            self.sync()?;
        } else {
            self.file
                .set_len(start)
                .and_then(|()| self.file.sync_all())
                .with_context(|| cannot_write(&self.path))?;
            (self.kept, self.length) = (start, start);
        }
        let path = self.path.display().to_string();
        warn(&Notice::UnfinishedRows { path, count: found.count(), were_committed });
        Ok(())
    }

    /// Whether the file has no rows to keep.
    pub fn is_empty(&self) -> bool {
        self.kept == 0
    }

    /// Records a row of this length, whose state is at this distance from its end.
    pub fn expect(&mut self, length: usize, state: usize) {
        self.length += length as u64;
        self.states.push(self.length - state as u64);
    }

    /// Removes the rows written since the last commit.
    pub fn take_back(&mut self) -> Result<()> {
        self.states.clear();
        self.length = self.kept;
        let emptied = self.file.set_len(self.kept).and_then(|()| self.file.seek(SeekFrom::Start(self.kept)));
        emptied.map(drop).with_context(|| cannot_write(&self.path))
    }

    /// Syncs the file to disk.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_all().with_context(|| cannot_write(&self.path))
    }

    /// Keeps the rows written so far, and leaves it to the next run to decide about them.
    pub fn leave_undecided(&mut self) {
        self.created = None;
        self.kept = self.length;
        self.states.clear();
    }

    /// Keeps the rows written so far, and marks them as committed. On failure, the next run marks them.
    pub fn commit(&mut self) -> Result<()> {
        self.created = None;
        self.kept = self.length;
        for offset in self.states.drain(..).rev() {
            self.file.write_all_at(COMMITTED.as_bytes(), offset).with_context(|| cannot_write(&self.path))?;
        }
        Ok(())
    }
}

impl Drop for Appended {
    /// Removes rows that were not kept.
    fn drop(&mut self) {
        if self.created.is_some() {
            let _ = fs::remove_file(&self.path);
        } else if self.file.metadata().is_ok_and(|metadata| metadata.len() > self.kept) {
            let _ = self.file.set_len(self.kept);
        }
    }
}

impl io::Write for Appended {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
