//! The results of an import: the outcome of each row, with the generated secrets.
//!
//! The file is complete before the transaction commits. Each row records whether it was committed.

mod appended;
mod unfinished;

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::SpooledTempFile;
use zeroize::{Zeroize as _, Zeroizing};

use self::appended::{Appended, Destination};
pub use self::unfinished::{Row, UnfinishedRows};
use crate::django::models::Key;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::notice::Notice;

/// The columns of the file.
const HEADING: [&str; 8] = ["line", "username", "id", "outcome", "token", "password", "database", "state"];

/// The state of a row before its commit.
const UNDECIDED: &str = "undecided";

/// The state of a row after its commit.
const COMMITTED: &str = "committed";

/// The state of a row with `--dry-run`.
const REHEARSED: &str = "rehearsed";

/// The number of bytes for standard output that are kept in memory.
const IN_MEMORY: usize = 1024 * 1024;

const CANNOT_WRITE: &str = "the results cannot be written";

const CANNOT_READ: &str = "the results cannot be read";

/// Generated secrets, to be written with the results and then wiped.
#[derive(Default, Serialize, Deserialize)]
pub struct Secrets {
    /// A token's key.
    pub token: Option<String>,
    /// A password.
    pub password: Option<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.token.zeroize();
        self.password.zeroize();
    }
}

/// The outcome of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The account was created.
    Created,
    /// The account existed and was changed.
    Changed,
    /// The account existed and needed no change.
    Unchanged,
    /// The account existed and was left unchanged.
    Skipped,
    /// The row has faults.
    Refused,
}

impl Outcome {
    /// Returns the outcome as a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
        }
    }
}

/// The destination of the results.
pub struct Results {
    sink: BufWriter<Sink>,
    is_json: bool,
    needs_heading: bool,
    /// The state of new rows.
    state: &'static str,
    /// The database of the rows.
    database: String,
}

enum Sink {
    /// No results were requested.
    Discarded,
    /// A file, after its existing rows.
    File(Appended),
    /// A stream, written after the database is unlocked.
    Later(Later),
}

struct Later {
    spool: SpooledTempFile,
    /// The length of the committed rows.
    kept: u64,
    /// The length including the rows written since.
    length: u64,
    /// The positions of the states of those rows.
    states: Vec<u64>,
    /// The destination, or `None` for standard output.
    stream: Option<File>,
}

impl Results {
    /// Opens the file, or standard output for `-`. Appends to an existing file, so that earlier results are not
    /// lost.
    ///
    /// Rows of an interrupted run are kept if `were_committed` returns true, and otherwise removed. `warn`
    /// receives a message about them. New rows belong to this `database`.
    pub fn open(
        path: Option<&Path>,
        is_rehearsal: bool,
        mut is_json: bool,
        database: String,
        were_committed: &dyn Fn(&UnfinishedRows) -> Result<bool>,
        warn: &dyn Fn(&Notice),
    ) -> Result<Self> {
        let later = |stream| {
            let spool = tempfile::spooled_tempfile(IN_MEMORY);
            Sink::Later(Later { spool, kept: 0, length: 0, states: Vec::new(), stream })
        };
        let mut needs_heading = true;
        let mut state = if is_rehearsal { REHEARSED } else { COMMITTED };
        let sink = match path {
            None => Sink::Discarded,
            Some(path) if path == Path::new("-") => later(None),
            Some(path) => match Appended::open(path, were_committed, warn)? {
                Destination::Stream(stream) => later(Some(stream)),
                Destination::File(appended) => {
                    is_json = appended.is_json;
                    needs_heading = appended.is_empty();
                    state = UNDECIDED;
                    Sink::File(appended)
                }
            },
        };
        Ok(Self { sink: BufWriter::new(sink), is_json, needs_heading, state, database })
    }

    /// Whether results were requested.
    #[must_use]
    pub fn are_requested(&self) -> bool {
        !matches!(self.sink.get_ref(), Sink::Discarded)
    }

    /// Whether the results are kept until [`Self::show`].
    #[must_use]
    pub fn are_shown_later(&self) -> bool {
        matches!(self.sink.get_ref(), Sink::Later(_))
    }

    /// Writes the outcome of a row.
    pub fn tell(
        &mut self,
        line: usize,
        username: &str,
        id: Option<&Key>,
        outcome: Outcome,
        secrets: &Secrets,
    ) -> Result<()> {
        if !self.are_requested() {
            return Ok(());
        }
        let (token, password) = (secrets.token.as_deref(), secrets.password.as_deref());
        let mut row = Zeroizing::new(Vec::new());
        let ending = if self.is_json {
            let object = json!({
                "line": line,
                "user": { "id": id, "username": username },
                "outcome": outcome.word(),
                "token": token,
                "password": password,
                "database": self.database,
                "state": self.state,
            });
            serde_json::to_writer(&mut *row, &object)?;
            row.push(b'\n');
            "\"}\n"
        } else {
            let mut writer =
                csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut *row);
            if std::mem::take(&mut self.needs_heading) {
                writer.write_record(HEADING)?;
            }
            let (line, id) = (line.to_string(), id.map(ToString::to_string));
            let cells = [
                &*line,
                username,
                id.as_deref().unwrap_or_default(),
                outcome.word(),
                token.unwrap_or_default(),
                password.unwrap_or_default(),
                &self.database,
                self.state,
            ];
            writer.write_record(cells)?;
            writer.flush()?;
            drop(writer);
            "\r\n"
        };
        let from_end = ending.len() + self.state.len();
        match self.sink.get_mut() {
            Sink::Discarded => {}
            Sink::File(appended) => appended.expect(row.len(), from_end),
            Sink::Later(later) => {
                later.length += row.len() as u64;
                later.states.push(later.length - from_end as u64);
            }
        }
        self.sink.write_all(&row).context(CANNOT_WRITE)
    }

    /// Removes the rows written since the last commit, because their transaction is repeated.
    pub fn take_back(&mut self) -> Result<()> {
        self.sink.flush().context(CANNOT_WRITE)?;
        self.needs_heading = match self.sink.get_mut() {
            Sink::Discarded => return Ok(()),
            Sink::File(appended) => {
                appended.take_back()?;
                appended.is_empty()
            }
            Sink::Later(later) => {
                later.take_back().context(CANNOT_WRITE)?;
                later.kept == 0
            }
        };
        Ok(())
    }

    /// Syncs the results to disk. If this fails, nothing must be committed.
    pub fn sync(&mut self) -> Result<()> {
        self.sink.flush().context(CANNOT_WRITE)?;
        if let Sink::File(appended) = self.sink.get_ref() {
            appended.sync()?;
        }
        Ok(())
    }

    /// Keeps the rows written and synced so far, after their commit.
    pub fn keep(&mut self) -> Result<()> {
        match self.sink.get_mut() {
            Sink::Discarded => Ok(()),
            Sink::File(appended) => appended.commit(),
            Sink::Later(later) => {
                later.kept = later.length;
                later.states.clear();
                Ok(())
            }
        }
    }

    /// Keeps the rows written and synced so far, without marking them as committed.
    ///
    /// The commit failed halfway, and the secrets exist nowhere else.
    pub fn leave_undecided(&mut self) -> Result<()> {
        match self.sink.get_mut() {
            Sink::Discarded => Ok(()),
            Sink::File(appended) => {
                appended.leave_undecided();
                Ok(())
            }
            Sink::Later(later) => later.leave_undecided().context(CANNOT_WRITE),
        }
    }

    /// Writes the kept rows to the stream, or to standard output with `print`.
    pub fn show(mut self, print: fn(&[u8]) -> Result<()>) -> Result<()> {
        let Sink::Later(Later { spool, kept, stream, .. }) = self.sink.get_mut() else { return Ok(()) };
        spool.rewind().context(CANNOT_READ)?;
        let mut spool = spool.take(*kept);
        let mut chunk = Zeroizing::new(vec![0; 64 * 1024]);
        loop {
            let length = spool.read(&mut chunk).context(CANNOT_READ)?;
            if length == 0 {
                return Ok(());
            }
            match stream {
                Some(stream) => stream.write_all(&chunk[..length]).context(CANNOT_WRITE)?,
                None => print(&chunk[..length])?,
            }
        }
    }
}

impl Later {
    /// Removes the rows written since the last commit.
    fn take_back(&mut self) -> io::Result<()> {
        self.states.clear();
        self.length = self.kept;
        self.spool.set_len(self.kept)?;
        self.spool.seek(SeekFrom::Start(self.kept)).map(drop)
    }

    /// Keeps the rows written since the last commit, and marks them as undecided.
    fn leave_undecided(&mut self) -> io::Result<()> {
        for state in self.states.drain(..) {
            self.spool.seek(SeekFrom::Start(state))?;
            self.spool.write_all(UNDECIDED.as_bytes())?;
        }
        self.kept = self.length;
        self.spool.seek(SeekFrom::Start(self.length)).map(drop)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Discarded => Ok(bytes.len()),
            Self::File(appended) => appended.write(bytes),
            Self::Later(later) => later.spool.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Discarded => Ok(()),
            Self::File(appended) => appended.flush(),
            Self::Later(later) => later.spool.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    #[test]
    fn secrets_stay_out_of_debug() {
        let secrets = Secrets { token: Some("a-token".into()), password: Some("a-password".into()) };
        assert_eq!(format!("{secrets:?}"), "Secrets(…)");
    }
}
