//! What became of each row, with the secrets that were made: a file that is whole before the transaction commits, and
//! whose rows say whether they were committed.

mod appended;
mod unfinished;

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::SpooledTempFile;
use zeroize::{Zeroize as _, Zeroizing};

use self::appended::{Appended, Destination};
pub use self::unfinished::{Row, UnfinishedRows};
use crate::django::models::Key;

/// The columns.
const HEADING: [&str; 8] = ["line", "username", "id", "outcome", "token", "password", "database", "state"];

/// The state of a row before its commit.
const UNDECIDED: &str = "undecided";

/// The state of a row after its commit.
const COMMITTED: &str = "committed";

/// The state of a row of a rehearsal.
const REHEARSED: &str = "rehearsed";

/// So much for standard output waits in memory.
const IN_MEMORY: usize = 1024 * 1024;

const CANNOT_WRITE: &str = "the results cannot be written";

const CANNOT_READ: &str = "the results cannot be read";

/// Secrets that were made here, to be handed out with the results and wiped after that.
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

/// What became of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The account was made.
    Created,
    /// The account was there and got what it lacked.
    Changed,
    /// The account was there and as wanted.
    Unchanged,
    /// The account was there and left as it was.
    Skipped,
    /// The row was not good.
    Refused,
}

impl Outcome {
    /// The word for it.
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

/// Where the results go.
pub struct Results {
    sink: BufWriter<Sink>,
    is_json: bool,
    needs_heading: bool,
    /// What is said of the state of new rows.
    state: &'static str,
    /// The database that the rows are of.
    database: String,
}

enum Sink {
    /// Nobody asked for them.
    Nobody,
    /// A file, behind what was in it before.
    File(Appended),
    /// A stream, once the database is let go.
    Later(Later),
}

struct Later {
    spool: SpooledTempFile,
    /// The length of the rows that came true.
    kept: u64,
    /// The length with the rows that were told since.
    length: u64,
    /// Where the states of these rows are.
    states: Vec<u64>,
    /// Where they go, unless it is standard output.
    stream: Option<File>,
}

impl Results {
    /// Opens the file, or takes standard output for `-`. A file that is there is added to, so that what an earlier run
    /// told is not lost.
    ///
    /// Rows of a run that was cut off are kept if `were_committed`, else removed; `told` is what was done about them. New
    /// rows are of this `database`.
    ///
    /// # Errors
    /// As [`Appended::open`], and what `were_committed` returns.
    pub fn open(
        path: Option<&Path>,
        is_rehearsal: bool,
        mut is_json: bool,
        database: String,
        were_committed: &dyn Fn(&UnfinishedRows) -> Result<bool>,
        told: &dyn Fn(String),
    ) -> Result<Self> {
        let later = |stream| {
            let spool = tempfile::spooled_tempfile(IN_MEMORY);
            Sink::Later(Later { spool, kept: 0, length: 0, states: Vec::new(), stream })
        };
        let mut needs_heading = true;
        let mut state = if is_rehearsal { REHEARSED } else { COMMITTED };
        let sink = match path {
            None => Sink::Nobody,
            Some(path) if path == Path::new("-") => later(None),
            Some(path) => match Appended::open(path, were_committed, told)? {
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

    /// Does anybody get them?
    #[must_use]
    pub fn are_wanted(&self) -> bool {
        !matches!(self.sink.get_ref(), Sink::Nobody)
    }

    /// Do they wait to be shown by [`Self::show`]?
    #[must_use]
    pub fn are_shown_later(&self) -> bool {
        matches!(self.sink.get_ref(), Sink::Later(_))
    }

    /// Tells what became of a row.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn tell(
        &mut self,
        line: usize,
        username: &str,
        id: Option<&Key>,
        outcome: Outcome,
        made: &Secrets,
    ) -> Result<()> {
        if !self.are_wanted() {
            return Ok(());
        }
        let (token, password) = (made.token.as_deref(), made.password.as_deref());
        let mut row = Zeroizing::new(Vec::new());
        let ending = if self.is_json {
            let object = json!({
                "line": line,
                "username": username,
                "id": id,
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
            Sink::Nobody => {}
            Sink::File(appended) => appended.expect(row.len(), from_end),
            Sink::Later(later) => {
                later.length += row.len() as u64;
                later.states.push(later.length - from_end as u64);
            }
        }
        self.sink.write_all(&row).context(CANNOT_WRITE)
    }

    /// Sees to it that the disk has all of it.
    ///
    /// # Errors
    /// What the operating system says; nothing is to be committed then.
    pub fn sync(&mut self) -> Result<()> {
        self.sink.flush().context(CANNOT_WRITE)?;
        if let Sink::File(appended) = self.sink.get_ref() {
            appended.sync()?;
        }
        Ok(())
    }

    /// Keeps what was told and synced so far: it has come true.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn keep(&mut self) -> Result<()> {
        match self.sink.get_mut() {
            Sink::Nobody => Ok(()),
            Sink::File(appended) => appended.commit(),
            Sink::Later(later) => {
                later.kept = later.length;
                later.states.clear();
                Ok(())
            }
        }
    }

    /// Keeps what was told and synced so far, without a claim that it has come true: the commit failed halfway, and the
    /// secrets are nowhere else.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn leave_undecided(&mut self) -> Result<()> {
        match self.sink.get_mut() {
            Sink::Nobody => Ok(()),
            Sink::File(appended) => {
                appended.leave_undecided();
                Ok(())
            }
            Sink::Later(later) => later.leave_undecided().context(CANNOT_WRITE),
        }
    }

    /// Shows what was kept, where it is for a stream: on standard output by `print`.
    ///
    /// # Errors
    /// What the operating system says.
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
    /// Keeps the rows that were told since the last commit, as undecided.
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
            Self::Nobody => Ok(bytes.len()),
            Self::File(appended) => appended.write(bytes),
            Self::Later(later) => later.spool.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Nobody => Ok(()),
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
