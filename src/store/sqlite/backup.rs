//! Copies a SQLite file while others may write to it.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, ffi};

use super::errors::{is_of_statement, translate, unusable};
use super::{Sqlite, integrity, regexp};
use crate::error::failure::{Result, failed};
use crate::error::misuse::Advice;
use crate::error::refusal::Refusal;
use crate::files::existing;
use crate::files::new_file::NewFile;
use crate::store::engine::Copying;

/// The number of pages copied per step. Between two steps, others can write.
const STEP: i32 = 256;

/// The number of restarts that writers may cause before the copy blocks them.
const RESTARTS: u32 = 3;

/// The suffixes of the files that SQLite keeps beside a database. Opening a database with those of another file ruins
/// it.
const COMPANIONS: [&str; 3] = ["-journal", "-wal", "-shm"];

impl Sqlite {
    /// Copies the database to a new file, and checks the copy if `how` says so.
    pub(super) fn copy_to(&self, path: &Path, how: Copying) -> Result<u64> {
        existing::check_target(path, how.replaces)?;
        if let Some(path) = companions(path).find(|companion| companion.symlink_metadata().is_ok()) {
            return Err(Refusal::FileExists { path, is_replaceable: false }.into());
        }
        let file = NewFile::named_at(path)?;
        let target = file.path().unwrap_or(path);
        let failed = |error: rusqlite::Error| {
            let codes = [ErrorCode::DiskFull, ErrorCode::SystemIoFailure, ErrorCode::CannotOpen];
            let is_of_copy = error.sqlite_error_code().is_some_and(|code| codes.contains(&code));
            translate(error, if is_of_copy { path } else { &self.path })
        };
        copy(&self.connection, target, self.busy_timeout, || file.is_open_twice()).map_err(failed)?;
        let is_damaged = how.checks
            && match faults(target) {
                Err(error) if is_of_statement(&error) => {
                    // For example, an index uses a function that only the project's own connections define.
                    return Err(failed!("{}: the copy cannot be checked: {error}", self.path.display())
                        .advised(Advice::SkipCheck));
                }
                Err(error) if error.sqlite_error_code() != Some(ErrorCode::DatabaseCorrupt) => {
                    return Err(failed(error));
                }
                faults => !faults.is_ok_and(|faults| faults.is_empty()),
            };
        if is_damaged {
            let reason = "it is damaged. No copy was created. Restore a backup, or try `.recover` in the \
                          sqlite3 shell. `cp` copies the damaged file.";
            return Err(unusable(&self.path, reason));
        }
        file.publish(how.replaces)
    }
}

/// Whether this path is the database file under any name, or a file that SQLite keeps beside it.
pub(super) fn is_of_database(path: &Path, database: &Path) -> bool {
    let inode = |path: &Path| path.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()));
    if inode(path).is_some_and(|file| inode(database) == Some(file)) {
        return true;
    }
    let resolved = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    };
    let database = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    resolved(path).is_some_and(|path| companions(&database).any(|companion| companion == path))
}

/// Copies the database into an empty file. `busy_timeout` limits the wait for another program's lock. Writes nothing
/// unless `is_target` confirms that the opened file is the intended one.
fn copy(
    source: &Connection,
    target: &Path,
    busy_timeout: Duration,
    is_target: impl FnOnce() -> bool,
) -> rusqlite::Result<()> {
    copy_in_steps(source, target, busy_timeout, is_target, || {})
}

fn copy_in_steps(
    source: &Connection,
    target: &Path,
    busy_timeout: Duration,
    is_target: impl FnOnce() -> bool,
    mut between: impl FnMut(),
) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(target, flags)?;
    if !is_target() {
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), None));
    }
    // The copy is used only once it is complete and synced. So it needs no journal, which could be left behind.
    copy.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
    let backup = Backup::new(source, &mut copy)?;
    let mut snapshot = None;
    let mut restarts = 0;
    let mut copied = 0;
    loop {
        // SQLite restarts the timeout with each statement, but not with each step.
        source.busy_timeout(busy_timeout)?;
        match backup.step(STEP)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)),
        }
        let progress = backup.progress();
        let now_copied = progress.pagecount - progress.remaining;
        if now_copied <= copied {
            restarts += 1;
        }
        if restarts == RESTARTS && snapshot.is_none() {
            snapshot = Some(hold(source)?);
        }
        copied = now_copied;
        between();
    }
}

/// Keeps the database unchanged until the transaction is dropped. With a rollback journal, writers wait meanwhile.
fn hold(source: &Connection) -> rusqlite::Result<Transaction<'_>> {
    let snapshot = Transaction::new_unchecked(source, TransactionBehavior::Deferred)?;
    // SQLite takes the lock at the first read.
    snapshot.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok(snapshot)
}

/// Returns the damage that SQLite finds in a finished copy.
///
/// A value that violates a constraint of its table is no damage, since the copy must be identical. Fails if SQLite
/// cannot run the check.
fn faults(copy: &Path) -> rusqlite::Result<Vec<String>> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let copy = Connection::open_with_flags(unchanging(copy), flags)?;
    // An index may use REGEXP in an expression.
    regexp::register(&copy)?;
    copy.execute_batch("PRAGMA ignore_check_constraints = ON")?;
    let mut faults = integrity::faults(&copy)?;
    faults.retain(|fault| !fault.starts_with("NULL value in"));
    Ok(faults)
}

/// Returns the URI of a file that does not change. SQLite then creates no files beside it in any journal mode.
fn unchanging(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        let _ = match byte {
            b'/' | b'.' | b'_' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                write!(uri, "{}", char::from(*byte))
            }
            byte => write!(uri, "%{byte:02x}"),
        };
    }
    uri + "?immutable=1"
}

/// Returns the paths of the files that SQLite may keep beside this one.
fn companions(database: &Path) -> impl Iterator<Item = PathBuf> {
    COMPANIONS.iter().map(|suffix| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rusqlite::Connection;
    use tempfile::{NamedTempFile, TempDir};

    use super::copy_in_steps;

    /// Copies while a writer tries to write after each step. Returns the number of rows written and of rows in the
    /// copy.
    fn written_and_copied(mode: &str) -> (i64, i64) {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("db.sqlite3");
        let writer = Connection::open(&path).expect("a database");
        let tables = "CREATE TABLE ballast (bytes BLOB); INSERT INTO ballast VALUES (zeroblob(8000000)); \
                      CREATE TABLE rows (number INTEGER)";
        writer.execute_batch(&format!("PRAGMA journal_mode = {mode}; {tables}")).expect("tables");
        writer.busy_timeout(Duration::ZERO).expect("no patience");
        let source = Connection::open(&path).expect("a database");
        let target = NamedTempFile::new_in(&folder).expect("a file");
        let mut written = 0;
        copy_in_steps(
            &source,
            target.path(),
            Duration::ZERO,
            || true,
            || {
                written += i64::from(writer.execute("INSERT INTO rows VALUES (1)", []).is_ok());
                assert!(written < 100, "the copy comes to no end");
            },
        )
        .expect("a copy");
        let copy = Connection::open(target.path()).expect("a copy");
        let count = |connection: &Connection| {
            connection
                .query_row("SELECT count(*) FROM rows", [], |row| row.get::<_, i64>(0))
                .expect("a count")
        };
        assert_eq!(count(&writer), written);
        writer.execute("INSERT INTO rows VALUES (1)", []).expect("the lock to be gone");
        (written, count(&copy))
    }

    #[test]
    fn nothing_is_written_to_an_unintended_file() {
        let source = Connection::open_in_memory().expect("a database");
        source.execute_batch("CREATE TABLE secrets (secret TEXT)").expect("a table");
        let target = NamedTempFile::new().expect("a file");
        assert!(super::copy(&source, target.path(), Duration::ZERO, || false).is_err());
        assert_eq!(target.path().metadata().expect("the file").len(), 0);
        super::copy(&source, target.path(), Duration::ZERO, || true).expect("a copy");
        assert!(target.path().metadata().expect("the file").len() > 0);
    }

    #[test]
    fn writers_wait_after_repeated_restarts() {
        assert_eq!(written_and_copied("delete"), (3, 3));
    }

    #[test]
    fn writers_never_wait_with_a_write_ahead_log() {
        let (written, copied) = written_and_copied("wal");
        assert!(written > 3 && copied == 3, "{written}, {copied}");
    }
}
