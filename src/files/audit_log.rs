//! The audit log: JSON lines that tell who changed what, one before each commit and one after it.

use std::env;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use rustix::fs::OFlags;
use serde_json::{Map, Value as Json, json};

use crate::django::models::rfc3339;
use crate::error::refusal::Refusal;
use crate::files::existing::{self, FileKind};

/// An audit log that can be written.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    file: File,
    kind: FileKind,
}

/// What a record tells, apart from when and by whom. No value of a field is in it, so no secret either.
#[derive(Debug)]
pub struct Event<'a> {
    /// The moment.
    pub at: Timestamp,
    /// What both lines of a change have in common and no other line has.
    pub id: String,
    /// The subcommand.
    pub command: &'a str,
    /// The database file.
    pub database: &'a Path,
    /// What is changed, such as `{"user": "meg"}`.
    pub object: &'a Json,
    /// The names of the fields that change.
    pub fields: &'a [String],
}

/// A change that was announced in the log, to be followed by its outcome.
#[derive(Debug)]
#[must_use = "the log is owed the outcome"]
pub struct Announced {
    log: AuditLog,
    line: Map<String, Json>,
}

impl AuditLog {
    /// Opens the log at its end; makes it, readable by its owner alone, where there is none. Several users can share a
    /// log that is root's and that their group can write to.
    ///
    /// # Errors
    /// What the rules of [`existing`] forbid, or what the operating system says.
    pub fn open(path: &Path) -> Result<Self> {
        let append = OFlags::APPEND | OFlags::RDWR;
        match existing::create(path, append) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => {
                let file = created.with_context(|| cannot(path))?;
                return Ok(Self { path: path.to_owned(), file, kind: FileKind::Regular });
            }
        }
        // A pipe that is open for reading here too would take lines that nobody else reads.
        let to_stream = OFlags::APPEND | OFlags::WRONLY;
        let is_stream = existing::look(path).context(NO_LOG)? == Some(FileKind::Stream);
        let opened = existing::open(path, if is_stream { to_stream } else { append }).or_else(|error| {
            // Who may append to a shared log need not be able to read it.
            let is_denied =
                error.downcast_ref::<io::Error>().map(io::Error::kind) == Some(ErrorKind::PermissionDenied);
            if is_denied { existing::open(path, to_stream) } else { Err(error) }
        });
        let opened = opened.context(NO_LOG)?.with_context(|| cannot(path))?;
        Ok(Self { path: path.to_owned(), file: opened.file, kind: opened.kind })
    }

    /// Writes the line that goes before the commit, and waits until the disk has it.
    ///
    /// # Errors
    /// What the operating system says; the change is then not to be made.
    pub fn announce(self, event: &Event<'_>) -> Result<Announced> {
        let mut line = Map::new();
        for (name, value) in [
            ("id", json!(event.id)),
            ("at", json!(rfc3339(event.at))),
            ("state", json!("begun")),
            ("os_user", json!(os_user())),
            ("command", json!(event.command)),
            ("database", json!(event.database.to_string_lossy())),
            ("object", event.object.clone()),
            ("fields", json!(event.fields)),
        ] {
            line.insert(name.into(), value);
        }
        if let Ok(caller) = env::var("SUDO_USER") {
            line.insert("sudo_user".into(), caller.into());
        }
        self.append(&line)?;
        Ok(Announced { log: self, line })
    }

    /// Does the log end within a line, as one does that was cut short by a full disk?
    fn is_torn(&self) -> bool {
        let mut file = &self.file;
        let mut last = [b'\n'];
        let read = file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last));
        read.is_ok() && last != [b'\n']
    }

    /// One line in one write, so that lines of programs that run at once stay whole.
    fn append(&self, line: &Map<String, Json>) -> Result<()> {
        let mut bytes = if self.is_torn() { vec![b'\n'] } else { Vec::new() };
        serde_json::to_writer(&mut bytes, line)?;
        bytes.push(b'\n');
        let mut file = &self.file;
        let written = file.write_all(&bytes).and_then(|()| match self.kind {
            FileKind::Regular => file.sync_data(),
            FileKind::Stream => Ok(()),
        });
        written.with_context(|| cannot(&self.path))
    }
}

impl Announced {
    /// Writes the line that goes after the commit.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn conclude<T>(mut self, at: Timestamp, outcome: &Result<T>) -> Result<()> {
        self.line.insert("at".into(), rfc3339(at).into());
        let refusal = outcome.as_ref().err().and_then(|error| error.downcast_ref::<Refusal>());
        let state = match (outcome, refusal) {
            (Ok(_), _) => "done",
            // The commit failed halfway.
            (Err(_), Some(Refusal::Unanswered(_))) => "unknown",
            (Err(_), _) => "failed",
        };
        self.line.insert("state".into(), state.into());
        if outcome.is_err() {
            let code = refusal.map_or("failed", Refusal::code);
            self.line.insert("error".into(), code.into());
        }
        self.log.append(&self.line)
    }
}

/// Who runs this: the name of the effective user, or the number where the system knows no name.
fn os_user() -> String {
    let uid = rustix::process::geteuid().as_raw();
    uzers::get_user_by_uid(uid)
        .map_or_else(|| uid.to_string(), |user| user.name().to_string_lossy().into_owned())
}

const NO_LOG: &str = "the audit log cannot be used";

fn cannot(path: &Path) -> String {
    format!("the audit log {} cannot be written", path.display())
}
