//! The SQLite engine: statements, and the form in which Django stores each kind of value.

mod backup;
mod catalog;
mod create;
mod definition_text;
mod definitions;
mod dialect;
mod errors;
mod impossible_times;
mod insertions;
mod integrity;
mod limits;
mod opening;
mod regexp;
mod row_size;
mod times;
mod triggers;
mod values;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use rusqlite::{Connection, ErrorCode, params_from_iter};

use self::backup::is_of_database;
use self::definitions::Definitions;
use self::errors::{translate, was_taken_back};
use self::insertions::Insertions;
use self::row_size::{RowSize, translate_query};
use self::values::{Bound, cell};
use crate::django::value::{Cell, Kind, OnRow, Value};
use crate::error::failure::{Error, Result, failed};
use crate::error::lost_answer::LostAnswer;
use crate::error::refusal::Refusal;
use crate::files::new_file::NewFile;
use crate::store::blueprint::Blueprint;
use crate::store::engine::{Access, Copying, Engine, FileDatabase, Inserting};

/// An open SQLite database.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    busy_timeout: Duration,
    time_zone: TimeZone,
    /// Whether the next commit becomes a rollback. SQLite calls the commit hook after it has checked the constraints.
    taking_back: Arc<AtomicBool>,
    /// Whether authctl has a writing transaction open. The database can end one on its own.
    writing: Arc<AtomicBool>,
    /// The definitions in the file. They are read once, since each command needs several. Virtual tables are left
    /// out: they are no Django models, and reading one requires its module, such as SpatiaLite's.
    definitions: OnceCell<Definitions>,
}

/// The cache size in KiB. Beyond it, SQLite writes changes to the file before the transaction ends, which blocks
/// readers.
const LARGE_CACHE: u32 = 64 * 1024;

/// The version of SQLite in the program.
pub use rusqlite::version;

impl Sqlite {
    /// Runs a statement from the cache of prepared statements.
    fn run(&self, sql: &str) -> Result<()> {
        let ran = self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
        ran.map(drop).map_err(|error| self.translate(error))
    }

    fn translate(&self, error: rusqlite::Error) -> Error {
        let has_ended = self.writing.load(Ordering::Relaxed) && self.connection.is_autocommit();
        let is_refused = error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation);
        if has_ended && is_refused {
            // `ON CONFLICT ROLLBACK` and `RAISE (ROLLBACK, …)` roll back the whole transaction, not only the row. So
            // this is no refusal of a row: the next row would be written outside of any transaction.
            return failed!(
                "{}: the database rolled back the whole transaction: {error}",
                self.path.display()
            );
        }
        translate(error, &self.path)
    }

    /// Whether the changes may be committed although the commit failed with this error.
    ///
    /// SQLite first writes and syncs the database file. If that fails, it restores the file from the journal. Ending
    /// the journal is the commit. An error of that step, or of releasing the locks afterwards, leaves the outcome
    /// unknown. A write-ahead log contains the commit once its last frame is written, even if the sync fails.
    fn may_be_committed(&self, error: &rusqlite::Error) -> bool {
        use rusqlite::ffi;
        let Some(failure) = error.sqlite_error().filter(|_| self.connection.is_autocommit()) else {
            // The transaction is still open.
            return false;
        };
        let read = |mode: &rusqlite::Row<'_>| mode.get::<_, String>(0);
        let deletes_journal = || {
            let mode = self.connection.query_row("PRAGMA journal_mode", [], read);
            mode.is_ok_and(|mode| mode == "delete")
        };
        match failure.code {
            ErrorCode::DiskFull | ErrorCode::ConstraintViolation | ErrorCode::ReadOnly => false,
            ErrorCode::SystemIoFailure if deletes_journal() => matches!(
                failure.extended_code,
                ffi::SQLITE_IOERR_DELETE
                    | ffi::SQLITE_IOERR_DELETE_NOENT
                    | ffi::SQLITE_IOERR_DIR_FSYNC
                    | ffi::SQLITE_IOERR_UNLOCK
                    | ffi::SQLITE_IOERR_RDLOCK
            ),
            _ => true,
        }
    }
}

impl Engine for Sqlite {
    fn query(&self, sql: &str, parameters: &[Value], kinds: &[Kind], on_row: &mut OnRow<'_>) -> Result<()> {
        let bound = parameters.iter().map(|value| Bound { value, time_zone: &self.time_zone });
        let failed = |error| translate_query(error, sql, &self.path);
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(bound)).map_err(failed)?;
        let is_utc = self.time_zone == TimeZone::UTC;
        let mut spare: Vec<Cell<'static>> = Vec::with_capacity(kinds.len());
        while let Some(row) = rows.next().map_err(failed)? {
            let mut cells: Vec<Cell<'_>> = spare;
            let mut size = RowSize::new(sql, &self.path);
            for (index, kind) in kinds.iter().enumerate() {
                let raw = row.get_ref(index).map_err(failed)?;
                size.add(raw)?;
                cells.push(cell(raw, kind, &self.time_zone, is_utc));
            }
            if on_row(&cells)?.is_break() {
                break;
            }
            cells.clear();
            // The cells borrow from the row. Only their allocation is reused for the next row.
            spare = cells.into_iter().map(|_| Cell::Null).collect();
        }
        Ok(())
    }

    fn execute(&self, sql: &str, parameters: &[Value]) -> Result<usize> {
        let bound = parameters.iter().map(|value| Bound { value, time_zone: &self.time_zone });
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params_from_iter(bound)))
            .map_err(|error| self.translate(error))
    }

    fn inserting(&self) -> Box<dyn Inserting + '_> {
        Box::new(Insertions::new(self))
    }

    fn expect_many_changes(&self) -> Result<()> {
        let sql = format!("PRAGMA cache_size = -{LARGE_CACHE}");
        self.connection.execute_batch(&sql).map_err(|error| self.translate(error))
    }

    fn begin(&self, access: Access) -> Result<()> {
        let is_writing = access == Access::Write;
        let sql = if is_writing { "BEGIN IMMEDIATE" } else { "BEGIN" };
        self.connection.execute_batch(sql).map_err(|error| self.translate(error))?;
        self.writing.store(is_writing, Ordering::Relaxed);
        Ok(())
    }

    fn begin_part(&self) -> Result<()> {
        self.run("SAVEPOINT part")
    }

    fn end_part(&self, is_kept: bool) -> Result<()> {
        if !is_kept {
            if self.connection.is_autocommit() {
                // The database has ended the transaction, which the error reports.
                return Ok(());
            }
            self.run("ROLLBACK TO part")?;
        }
        self.run("RELEASE part")
    }

    fn defer_references(&self) -> Result<()> {
        // SQLite resets it at the end of the transaction.
        self.connection.execute_batch("PRAGMA defer_foreign_keys = ON").map_err(|error| self.translate(error))
    }

    fn commit(&self) -> Result<()> {
        self.connection.execute_batch("COMMIT").map_err(|error| {
            if self.may_be_committed(&error) {
                Refusal::LostAnswer(Box::new(LostAnswer::commit(self.translate(error).to_string()))).into()
            } else {
                self.translate(error)
            }
        })?;
        self.writing.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn take_back(&self) -> Result<()> {
        self.taking_back.store(true, Ordering::Relaxed);
        let ended = self.connection.execute_batch("COMMIT");
        self.taking_back.store(false, Ordering::Relaxed);
        match ended {
            // If nothing was written, SQLite does not call the hook.
            Err(error) if !was_taken_back(&error) => Err(self.translate(error)),
            _ => {
                self.writing.store(false, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    fn roll_back(&self) {
        // A failure is harmless: closing the connection rolls back as well.
        let _ = self.connection.execute_batch("ROLLBACK");
        self.writing.store(false, Ordering::Relaxed);
    }

    fn keys_were_given(&self, _table: &str, _column: &str) -> Result<()> {
        // AUTOINCREMENT notes them by itself.
        Ok(())
    }

    fn create(&self, blueprint: &Blueprint) -> Result<()> {
        create::create(self, blueprint)
    }

    fn as_file(&self) -> Option<&dyn FileDatabase> {
        Some(self)
    }

    fn as_file_mut(&mut self) -> Option<&mut dyn FileDatabase> {
        Some(self)
    }
}

impl FileDatabase for Sqlite {
    fn owns(&self, path: &Path) -> bool {
        is_of_database(path, &self.path)
    }

    fn check_new_file(&self, path: &Path) -> Result<()> {
        if path.symlink_metadata().is_ok() {
            return Err(Refusal::FileExists { path: path.to_owned(), is_replaceable: false }.into());
        }
        NewFile::at(path).map(drop)
    }

    fn save_as_new_file(&mut self, path: &Path) -> Result<()> {
        let image = self.connection.serialize(rusqlite::MAIN_DB).map_err(|error| translate(error, path))?;
        let file = NewFile::at(path)?;
        file.write(&image)?;
        file.publish(false).map(drop)
    }

    fn back_up(&self, path: &Path, how: Copying) -> Result<u64> {
        self.copy_to(path, how)
    }
}
