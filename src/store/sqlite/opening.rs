//! Opening a database file that may be hostile or damaged.
//!
//! The file belongs to the application. Triggers, views, generated columns and constraints of its schema run inside
//! authctl, so only what Django projects need is allowed.

use std::cell::OnceCell;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::Sqlite;
use super::errors::{translate, unusable};
use super::limits::{LIMITS, MAX_HEAP};
use super::times;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::refusal::Refusal;
use crate::signals;
use crate::store::Opening;
use crate::store::sqlite::regexp;

/// The steps of SQLite's virtual machine between two checks for Ctrl-C, about a millisecond. A COMMIT takes far fewer,
/// so it is never reported as interrupted after it succeeded.
const STEPS_BETWEEN_LOOKS: i32 = 100_000;

/// The time of a look-up for a completion, which a person waits for.
const LONGEST_LOOK_UP: Duration = Duration::from_millis(500);

impl Sqlite {
    /// Opens an existing file.
    ///
    /// # Errors
    /// Returns [`Refusal::DatabaseMissing`] or [`Refusal::DatabaseUnusable`].
    pub fn open(path: &Path, opening: &Opening) -> Result<Self> {
        check_file(path)?;
        if !opening.force && could_lock_out(path) {
            return Err(Refusal::Foreign(path.to_owned()).into());
        }
        // No SQLITE_OPEN_URI: a path that starts with `file:` is still a path.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| translate(error, path))?;
        Self::prepare(connection, path, opening)
    }

    /// Opens another connection to the same file.
    pub(super) fn open_again(&self) -> Result<Connection> {
        let Self { busy_timeout, time_zone, .. } = self;
        let opening = Opening { busy_timeout: *busy_timeout, time_zone: time_zone.clone(), force: true };
        Ok(Self::open(&self.path, &opening)?.connection)
    }

    /// Opens an existing file to look something up. Changes nothing, neither in the file nor beside it, and interrupts a
    /// long query.
    ///
    /// # Errors
    /// The same as for [`Self::open`]. Fails if the file has to be recovered first.
    pub fn open_read_only(path: &Path, opening: &Opening) -> Result<Self> {
        check_file(path)?;
        if path.metadata().is_ok_and(|file| file.len() == 0) {
            // SQLite would delete a log beside it.
            return Err(unusable(path, "it is empty."));
        }
        let mode = if write_ahead_log(path).exists() {
            "mode=ro&readonly_shm=1"
        } else if has_write_ahead_log(path) {
            // SQLite would create the log.
            "mode=ro&immutable=1"
        } else {
            "mode=ro"
        };
        let name = percent_encode(path.as_os_str().as_encoded_bytes(), NON_ALPHANUMERIC);
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(format!("file:{name}?{mode}"), flags);
        let mut opened = Self::prepare(opened.map_err(|error| translate(error, path))?, path, opening)?;
        let started = Instant::now();
        let is_slow = move || started.elapsed() > LONGEST_LOOK_UP;
        let connection = &mut opened.connection;
        connection
            .progress_handler(STEPS_BETWEEN_LOOKS, Some(is_slow))
            .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true))
            .map_err(|error| translate(error, path))?;
        Ok(opened)
    }

    /// Creates an empty database in memory, to be saved as a new file.
    pub fn in_memory(path: &Path, opening: &Opening) -> Result<Self> {
        let connection = Connection::open_in_memory().map_err(|error| translate(error, path))?;
        Self::prepare(connection, path, opening)
    }

    fn prepare(mut connection: Connection, path: &Path, opening: &Opening) -> Result<Self> {
        let taking_back = Arc::new(AtomicBool::new(false));
        let writing = Arc::new(AtomicBool::new(false));
        let (asked, is_writing) = (Arc::clone(&taking_back), Arc::clone(&writing));
        let prepare = || {
            connection.commit_hook(Some(move || asked.load(Ordering::Relaxed)))?;
            // Outside a writing transaction, Ctrl-C ends the program at once. After a commit, the program owes an answer.
            let is_to_stop = move || is_writing.load(Ordering::Relaxed) && signals::requested();
            connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(is_to_stop))?;
            connection.busy_timeout(opening.busy_timeout)?;
            times::register(&connection, &opening.time_zone)?;
            harden(&connection)
        };
        prepare().map_err(|error| translate(error, path))?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            busy_timeout: opening.busy_timeout,
            time_zone: opening.time_zone.clone(),
            taking_back,
            writing,
            definitions: OnceCell::new(),
        })
    }
}

fn check_file(path: &Path) -> Result<()> {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(unusable(path, "it is a folder, not a database file.")),
        Ok(metadata) if !metadata.is_file() => Err(unusable(path, "it is not a regular file.")),
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            let is_missing = |folder: &Path| !folder.as_os_str().is_empty() && !folder.is_dir();
            if let Some(folder) = path.parent().filter(|folder| is_missing(folder)) {
                return Err(unusable(path, &format!("there is no folder {}.", folder.display())));
            }
            Err(Refusal::DatabaseMissing(path.to_owned()).into())
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be opened", path.display())),
    }
}

/// Restricts the schema to what Django needs, and makes SQLite detect damage early.
fn harden(connection: &Connection) -> rusqlite::Result<()> {
    for (limit, value) in LIMITS {
        connection.set_limit(limit, value)?;
    }
    // What does not fit the cache is sorted on a thread of its own, while further rows are read.
    connection.set_limit(Limit::SQLITE_LIMIT_WORKER_THREADS, 1)?;
    regexp::register(connection)?;
    // A misspelled name in double quotes is an error, not a string.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A statement is not prepared again for each value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let heap = u64::from(MAX_HEAP) * 1024 * 1024;
    connection.execute_batch(&format!("PRAGMA cell_size_check = ON; PRAGMA hard_heap_limit = {heap}"))
}

/// Whether files that SQLite creates beside this database could lock out its owner.
///
/// With a write-ahead log, even a reader creates the files `-wal` and `-shm`. They belong to the reader, so a server of
/// another user cannot write them. For root, SQLite gives the files to the owner of the database. Without the log, the
/// journal exists for milliseconds only.
fn could_lock_out(path: &Path) -> bool {
    let us = rustix::process::geteuid();
    let is_foreign = |path: &Path| path.metadata().is_ok_and(|metadata| metadata.uid() != us.as_raw());
    let log = write_ahead_log(path);
    !us.is_root() && has_write_ahead_log(path) && [path, &log].into_iter().any(is_foreign)
}

fn write_ahead_log(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// The file format's read version is 2 with a write-ahead log (SQLite's file format, section 1.3).
fn has_write_ahead_log(path: &Path) -> bool {
    let mut header = [0; 20];
    File::open(path).and_then(|mut file| file.read_exact(&mut header)).is_ok() && header[19] == 2
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::tz::TimeZone;

    use super::*;

    fn opened(folder: &tempfile::TempDir, schema: &str) -> Sqlite {
        let path = folder.path().join("db.sqlite3");
        Connection::open(&path).and_then(|database| database.execute_batch(schema)).expect("a database");
        let opening = Opening { busy_timeout: Duration::ZERO, time_zone: TimeZone::UTC, force: false };
        Sqlite::open(&path, &opening).expect("an open database")
    }

    #[test]
    fn the_schema_is_not_trusted() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let sqlite = opened(&folder, "CREATE VIEW v AS SELECT secret() AS a");
        let connection = &sqlite.connection;
        let is_on = |option| connection.db_config(option).expect("an option");
        assert!(is_on(DbConfig::SQLITE_DBCONFIG_DEFENSIVE));
        assert!(!is_on(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA));
        let checks: i64 =
            connection.query_row("PRAGMA cell_size_check", [], |row| row.get(0)).expect("a pragma");
        assert_eq!(checks, 1);
        let flags = rusqlite::functions::FunctionFlags::SQLITE_UTF8;
        connection.create_scalar_function("secret", 0, flags, |_| Ok(1)).expect("a function");
        let asked = connection.query_row("SELECT a FROM v", [], |row| row.get::<_, i64>(0));
        assert!(asked.is_err_and(|error| error.to_string().contains("unsafe use of secret")));
        // Django's constraints need it.
        connection.execute("CREATE TABLE t (a text CHECK (a REGEXP '^x'))", []).expect("a table");
        connection.execute("INSERT INTO t VALUES ('xyz')", []).expect("a row");
        assert!(connection.execute("INSERT INTO t VALUES ('abc')", []).is_err());
    }

    #[test]
    fn what_django_does_not_need_is_refused() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let sqlite = opened(&folder, "CREATE TABLE t (a)");
        for refused in [
            "ATTACH ':memory:' AS other",
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_master",
            "INSERT INTO t VALUES (zeroblob(200000000))",
            // Also in a build without the flags of `.cargo/config.toml`, which leave these out of SQLite.
            "SELECT load_extension('libm.so.6')",
            "CREATE VIEW v AS SELECT * FROM dbstat; SELECT * FROM v",
        ] {
            assert!(sqlite.connection.execute_batch(refused).is_err(), "{refused}");
        }
        sqlite.connection.execute_batch("INSERT INTO t VALUES (zeroblob(67108864))").expect("64 MiB");
    }
}
