//! The audit log: JSON lines that record who changed what, one before each commit and one after it.

use std::env;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::OFlags;
use serde_json::{Map, Value as Json, json};

use crate::django::models::rfc3339;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::refusal::Refusal;
use crate::files::existing::{self, FileKind};

/// A writable audit log.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    file: File,
    kind: FileKind,
}

/// The contents of a record, except for its time and user. Contains no field values, and so no secrets.
#[derive(Debug)]
pub struct Event<'a> {
    /// The time of the announcement.
    pub at: Timestamp,
    /// The identifier that both lines of a change share.
    pub id: String,
    /// The subcommand.
    pub command: &'a str,
    /// The path of the database, without passwords.
    pub database: &'a str,
    /// The changed object, such as `{"user": "meg"}`.
    pub object: &'a Json,
    /// The names of the changed fields.
    pub fields: &'a [String],
}

/// A change that the log has announced. Its outcome must follow.
#[derive(Debug)]
#[must_use = "the log is owed the outcome"]
pub struct Announced {
    log: AuditLog,
    line: Map<String, Json>,
}

impl AuditLog {
    /// Opens the log for appending, or creates it with mode 0600.
    ///
    /// Several users can share a log that belongs to root and is writable for their group.
    pub fn open(path: &Path) -> Result<Self> {
        let append = OFlags::APPEND | OFlags::RDWR;
        match existing::create(path, append) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => {
                let file = created.with_context(|| cannot(path))?;
                return Ok(Self { path: path.to_owned(), file, kind: FileKind::Regular });
            }
        }
        // Do not open a pipe for reading too: that would consume lines that no reader has seen yet.
        let to_stream = OFlags::APPEND | OFlags::WRONLY;
        let is_stream = existing::look(path).context(NO_LOG)? == Some(FileKind::Stream);
        let opened = existing::open(path, if is_stream { to_stream } else { append }).or_else(|error| {
            // Users who may append to a shared log may be unable to read it.
            let is_denied = error.io_kind() == Some(ErrorKind::PermissionDenied);
            if is_denied { existing::open(path, to_stream) } else { Err(error) }
        });
        let opened = opened.context(NO_LOG)?.with_context(|| cannot(path))?;
        let mut first = [0];
        // A log that can only be appended to cannot be checked.
        if opened.file.read_at(&mut first, 0).is_ok_and(|length| length > 0) && first != *b"{" {
            let message = format!("{}: this file is not an audit log. Pass another file.", path.display());
            return Err(Refusal::usage(message).into());
        }
        Ok(Self { path: path.to_owned(), file: opened.file, kind: opened.kind })
    }

    /// Writes the line before the commit, and syncs it to disk. If this fails, the change must not be made.
    pub fn announce(self, event: &Event<'_>) -> Result<Announced> {
        let mut line = Map::new();
        for (name, value) in [
            ("id", json!(event.id)),
            ("at", json!(rfc3339(event.at))),
            ("state", json!("begun")),
            ("os_user", json!(os_user())),
            ("command", json!(event.command)),
            ("database", json!(event.database)),
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

    /// Whether the last line of the log is incomplete, for instance because the disk was full.
    fn is_torn(&self) -> bool {
        let mut file = &self.file;
        let mut last = [b'\n'];
        let read = file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last));
        read.is_ok() && last != [b'\n']
    }

    /// Appends a line with a single write, so that lines of concurrent programs do not mix.
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
    /// Writes the line after the commit.
    pub fn conclude<T>(mut self, at: Timestamp, outcome: &Result<T>) -> Result<()> {
        self.line.insert("at".into(), rfc3339(at).into());
        let refusal = outcome.as_ref().err().and_then(|error| error.refusal());
        let state = match (outcome, refusal) {
            (Ok(_), _) => "done",
            // The commit failed halfway.
            (Err(_), Some(Refusal::LostAnswer(_))) => "unknown",
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

/// Returns the name of the effective user, or the number if the system has no name for it.
fn os_user() -> String {
    let uid = rustix::process::geteuid().as_raw();
    uzers::get_user_by_uid(uid)
        .map_or_else(|| uid.to_string(), |user| user.name().to_string_lossy().into_owned())
}

const NO_LOG: &str = "the audit log cannot be used";

fn cannot(path: &Path) -> String {
    format!("the audit log {} cannot be written", path.display())
}
