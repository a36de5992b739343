//! Translates SQLite's errors into refusals.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::ErrorCode;

use super::limits::{MAX_HEAP, MAX_LENGTH};
use crate::error::failure::{Error, failed};
use crate::error::faults::{FaultCode, Remedy, Restriction};
use crate::error::refusal::Refusal;

pub(super) fn unusable(path: &Path, reason: &str) -> Error {
    Refusal::unusable(path.display(), reason).into()
}

/// Translates SQLite's error into a refusal if one matches.
pub(super) fn translate(error: rusqlite::Error, path: &Path) -> Error {
    let rusqlite::Error::SqliteFailure(failure, detail) = &error else {
        return match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => {
                unusable(path, "a name or number in its schema has the wrong type.")
            }
            // The statement itself stays out of the message.
            rusqlite::Error::SqlInputError { msg, .. } => {
                unusable(path, &format!("its schema is not as expected: {msg}."))
            }
            error => error.into(),
        };
    };
    let detail = detail.as_deref().unwrap_or_default();
    match failure.code {
        ErrorCode::OperationInterrupted => Refusal::Interrupted.into(),
        ErrorCode::TooBig => failed!(
            "{}: {detail}. authctl accepts values and rows of up to {} MiB.",
            path.display(),
            MAX_LENGTH / 1024 / 1024
        ),
        ErrorCode::OutOfMemory => {
            unusable(path, &format!("SQLite needs more than {MAX_HEAP} MiB of memory to work with it."))
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Refusal::Busy.into(),
        ErrorCode::NotADatabase => unusable(path, "it is not a SQLite database."),
        ErrorCode::DatabaseCorrupt => {
            unusable(path, "it is damaged. Restore a backup, or try `.recover` in the sqlite3 shell.")
        }
        ErrorCode::ConstraintViolation => constraint(failure.extended_code, detail),
        ErrorCode::ReadOnly => {
            failed!("{} cannot be written: the file or its folder is read-only", path.display())
        }
        ErrorCode::CannotOpen => {
            // SQLite does not report why. If no file at all can be opened, permissions are not the cause.
            match std::fs::File::open("/dev/null") {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    failed!("{} cannot be opened: {error}", path.display())
                }
                _ => failed!("{} cannot be opened: {detail}. Check its permissions.", path.display()),
            }
        }
        _ if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE && is_full(path) => {
            failed!("{}: the database failed: the disk is full", path.display())
        }
        _ => failed!("{}: the database failed: {detail}", path.display()),
    }
}

/// Whether the disk has too little space for the index of a write-ahead log, which takes at least 32 KiB. SQLite does
/// not report this.
fn is_full(path: &Path) -> bool {
    const NEEDED: u64 = 64 * 1024;
    let disk = path.parent().and_then(|folder| rustix::fs::statvfs(folder).ok());
    disk.is_some_and(|disk| disk.f_bavail * disk.f_frsize < NEEDED)
}

/// Whether SQLite rejected the statement itself, for example because a name in it does not exist.
pub(super) fn is_of_statement(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqlInputError { .. })
        || error.sqlite_error_code() == Some(ErrorCode::Unknown)
}

pub(super) fn was_taken_back(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_COMMITHOOK)
}

fn constraint(code: i32, detail: &str) -> Error {
    let (rule, what) = detail.split_once(" constraint failed").unwrap_or((detail, ""));
    let what = what.trim_start_matches(": ").trim();
    let column = what.rsplit('.').next().unwrap_or(what);
    match rule {
        "UNIQUE" | "PRIMARY KEY" => Refusal::Taken(what.to_owned()),
        "NOT NULL" => Refusal::invalid(column, FaultCode::Required(Remedy::Column(what.to_owned()))),
        "CHECK" => Refusal::invalid(what, FaultCode::Restricted(Restriction::Check(what.to_owned()))),
        _ if code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
            Refusal::invalid("", FaultCode::Restricted(Restriction::Reference))
        }
        _ => Refusal::invalid("", FaultCode::Restricted(Restriction::Other(detail.to_owned()))),
    }
    .into()
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Other(error.into())
    }
}
