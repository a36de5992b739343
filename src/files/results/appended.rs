//! A file of results, in which each row says whether it was committed.
//!
//! Rows are written and synced before the commit, so that no secret is lost, with the state `undecided`. After the commit,
//! the state of each row is overwritten by `committed`, which is as long, from the last row to the first. So if the last row
//! of the file is committed, all of its batch are. If a run ends before that, the next one decides.

use std::fs::{self, File, TryLockError};
use std::io::{self, Seek as _, SeekFrom};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rustix::fs::OFlags;

use super::unfinished::{self, UnfinishedRows};
use super::{COMMITTED, UNDECIDED};
use crate::error::refusal::Refusal;
use crate::error::wording::{counted, shell_word};
use crate::files::existing::{self, FileKind, cannot_write};
use crate::signals::{self, UnfinishedFile};

const _: () = assert!(COMMITTED.len() == UNDECIDED.len(), "one is overwritten by the other");

/// The file, locked.
pub struct Appended {
    file: File,
    path: PathBuf,
    /// Is it JSON lines?
    pub is_json: bool,
    /// The length that is to stay.
    kept: u64,
    /// The length with the rows that were told since.
    length: u64,
    /// Where the states of these rows are.
    states: Vec<u64>,
    /// A file that was made here goes away unless something is kept.
    made: Option<UnfinishedFile>,
}

/// A path for results.
pub enum Destination {
    /// A regular file.
    File(Appended),
    /// A FIFO, a terminal or a descriptor.
    Stream(File),
}

impl Appended {
    /// Opens or creates the file. Rows of an unfinished run are decided.
    ///
    /// # Errors
    /// [`Refusal::Usage`] for a file that other users can read, that another run writes or that is none of results; what
    /// the rules of [`existing`] forbid, or what the operating system says.
    pub fn open(
        path: &Path,
        were_committed: &dyn Fn(&UnfinishedRows) -> Result<bool>,
        told: &dyn Fn(String),
    ) -> Result<Destination> {
        if existing::look(path)? == Some(FileKind::Stream) {
            let opened = existing::open(path, OFlags::WRONLY | OFlags::APPEND)?;
            return Ok(Destination::Stream(opened.with_context(|| cannot_write(path))?.file));
        }
        let made =
            signals::unfinished(|| existing::create(path, OFlags::RDWR).map(|file| (file, path.to_owned())));
        let (file, made) = match made {
            Ok((file, unfinished)) => (file, Some(unfinished)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let opened = existing::open(path, OFlags::RDWR)?.with_context(|| cannot_write(path))?;
                (opened.file, None)
            }
            Err(error) => return Err(error).with_context(|| cannot_write(path)),
        };
        let metadata = file.metadata().with_context(|| cannot_write(path))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            let word = shell_word(&path.to_string_lossy());
            let message = format!(
                "--results {}: others can read that file. Make it yours alone: chmod 600 {word}",
                path.display()
            );
            return Err(Refusal::Usage(message).into());
        }
        if let Err(error) = file.try_lock() {
            return Err(match error {
                TryLockError::WouldBlock => {
                    Refusal::usage(format!("--results {}: another run writes it.", path.display())).into()
                }
                TryLockError::Error(error) => {
                    if made.is_some() {
                        let _ = fs::remove_file(path);
                    }
                    anyhow::Error::from(error).context(cannot_write(path))
                }
            });
        }
        let is_json = path.extension().is_some_and(|ending| ending == "jsonl");
        let length = metadata.len();
        let mut appended =
            Self { file, path: path.to_owned(), is_json, kept: length, length, states: Vec::new(), made };
        appended.finish(were_committed, told)?;
        (&appended.file).seek(SeekFrom::Start(appended.kept)).with_context(|| cannot_write(path))?;
        Ok(Destination::File(appended))
    }

    /// Decides about the rows of a run that ended before it could.
    fn finish(
        &mut self,
        were_committed: &dyn Fn(&UnfinishedRows) -> Result<bool>,
        told: &dyn Fn(String),
    ) -> Result<()> {
        let left = unfinished::find(&self.file, &self.path, self.is_json)?;
        let Some(start) = left.start() else { return Ok(()) };
        let (rows, path) = (counted(left.count(), "row"), self.path.display().to_string());
        if were_committed(&left)? {
            self.states = left.rows.iter().map(|row| row.state).collect();
            self.commit()?;
            self.sync()?;
            told(format!(
                "{path}: {rows} of a run that was cut off had been committed, and are marked so now."
            ));
        } else {
            self.file
                .set_len(start)
                .and_then(|()| self.file.sync_all())
                .with_context(|| cannot_write(&self.path))?;
            (self.kept, self.length) = (start, start);
            told(format!(
                "{path}: {rows} of a run that was cut off had not been committed, and were removed."
            ));
        }
        Ok(())
    }

    /// Is nothing in it that stays?
    pub fn is_empty(&self) -> bool {
        self.kept == 0
    }

    /// Notes a row of this length, whose state is this far from its end.
    pub fn expect(&mut self, length: usize, state: usize) {
        self.length += length as u64;
        self.states.push(self.length - state as u64);
    }

    /// Sees to it that the disk has all of it.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_all().with_context(|| cannot_write(&self.path))
    }

    /// Leaves the rows that were told for the next run to decide about.
    pub fn leave_undecided(&mut self) {
        self.made = None;
        self.kept = self.length;
        self.states.clear();
    }

    /// Keeps the rows that were told, and marks them as committed.
    ///
    /// # Errors
    /// What the operating system says; the next run marks them then.
    pub fn commit(&mut self) -> Result<()> {
        self.made = None;
        self.kept = self.length;
        for offset in self.states.drain(..).rev() {
            self.file.write_all_at(COMMITTED.as_bytes(), offset).with_context(|| cannot_write(&self.path))?;
        }
        Ok(())
    }
}

impl Drop for Appended {
    /// Takes back what did not come true.
    fn drop(&mut self) {
        if self.made.is_some() {
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
