//! The SQLite engine: introspection, statements, and the form in which Django stores each kind of value.

mod backup;
mod create;
mod definition_text;
mod definitions;
mod dialect;
mod errors;
mod insertions;
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
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, Params, params_from_iter};

use self::backup::is_of_database;
use self::definition_text::{may_refer, may_refer_uniquely};
use self::definitions::{Definition, Definitions};
use self::errors::{is_of_statement, translate, was_taken_back};
use self::insertions::Insertions;
use self::row_size::{RowSize, translate_query};
use self::values::{Bound, cell, kind_of};
use crate::django::value::{Cell, Kind, OnRow, Value};
use crate::error::failure::{Error, Result, failed};
use crate::error::lost_answer::LostAnswer;
use crate::error::refusal::Refusal;
use crate::files::new_file::NewFile;
use crate::store::blueprint::Blueprint;
use crate::store::engine::{Access, Catalog, Copying, Engine, FileDatabase, Inserting, RowName, Triggered};
use crate::store::schema::{Column, Reference, Table, quoted};

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

    /// Runs an introspection query and converts each row with `read`.
    fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| self.translate(error))?;
        let rows = statement.query_map(parameters, read).and_then(Iterator::collect);
        rows.map_err(|error| self.translate(error))
    }

    /// Runs an introspection PRAGMA on one table or index. A PRAGMA statement is prepared faster than its
    /// table-valued function.
    fn pragma<T>(
        &self,
        name: &str,
        argument: &str,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let sql = format!("PRAGMA {name}({})", quoted(argument));
        let mut statement = self.connection.prepare(&sql).map_err(|error| self.translate(error))?;
        let rows = statement.query_map([], read).and_then(Iterator::collect);
        rows.map_err(|error| self.translate(error))
    }

    fn definitions(&self) -> Result<&Definitions> {
        if let Some(definitions) = self.definitions.get() {
            return Ok(definitions);
        }
        let mut found = Definitions::default();
        self.rows(
            "SELECT type = 'table', name, tbl_name, sql FROM sqlite_master \
             WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' \
                OR type = 'index' AND sql LIKE 'CREATE UNIQUE%'",
            [],
            |row| {
                // A name that is not valid text cannot be written in SQL.
                let (Ok(name), Ok(table)) = (row.get_ref(1)?.as_str(), row.get_ref(2)?.as_str()) else {
                    return Ok(());
                };
                let sql = String::from_utf8_lossy(row.get_ref(3)?.as_bytes()?).into_owned();
                if row.get(0)? {
                    found.add_table(Definition { name: name.to_owned(), sql });
                } else {
                    found.add_unique_index(table, sql);
                }
                Ok(())
            },
        )?;
        Ok(self.definitions.get_or_init(|| found))
    }

    /// Returns the tables that may refer to this one.
    fn may_refer_to(&self, target: &str) -> Result<impl Iterator<Item = &Definition>> {
        let ask = |table: &Definition| self.pragma("foreign_key_list", &table.name, |row| row.get("table"));
        self.definitions()?.referring_to(target, ask)
    }

    fn columns(&self, table: &str, definition: &str) -> Result<(Vec<Column>, Vec<String>)> {
        let mut key = Vec::new();
        let mut columns = self.pragma("table_xinfo", table, |row| {
            let name: String = row.get("name")?;
            let declared = row.get::<_, String>("type")?.to_ascii_lowercase();
            if row.get::<_, i64>("pk")? > 0 {
                key.push(name.clone());
            }
            Ok(Column {
                kind: kind_of(&name, &declared, definition),
                may_be_duration: declared == "bigint",
                nullable: !row.get::<_, bool>("notnull")?,
                filled: row.get_ref("dflt_value")? != ValueRef::Null,
                generated: matches!(row.get("hidden")?, 2_i64 | 3),
                name,
            })
        })?;
        // A single integer primary key is SQLite's row id, which SQLite assigns.
        if let [only] = &key[..]
            && let Some(column) = columns.iter_mut().find(|column| column.name == *only)
        {
            column.filled |= column.kind == Kind::Integer;
            column.nullable = false;
        }
        Ok((columns, key))
    }

    fn references(&self, table: &str) -> Result<Vec<Reference>> {
        let columns: Vec<(i64, String, String, Option<String>)> =
            self.pragma("foreign_key_list", table, |row| {
                Ok((row.get("id")?, row.get("from")?, row.get("table")?, row.get("to")?))
            })?;
        let mut references = Vec::new();
        for reference in columns.chunk_by(|one, next| one.0 == next.0) {
            let [(_, column, table, target)] = reference else { continue };
            let target = match target {
                Some(target) => target.clone(),
                None => self.sole_key(table)?,
            };
            references.push(Reference { column: column.clone(), table: table.clone(), target });
        }
        // SQLite lists them in reverse order.
        references.reverse();
        Ok(references)
    }

    /// Returns the primary key column, the target of a reference that names no column.
    fn sole_key(&self, table: &str) -> Result<String> {
        let columns: Vec<(String, i64)> =
            self.pragma("table_info", table, |row| Ok((row.get("name")?, row.get("pk")?)))?;
        Ok(columns.into_iter().find(|(_, number)| *number == 1).map(|(name, _)| name).unwrap_or_default())
    }

    fn uniques(&self, table: &str) -> Result<Vec<Vec<String>>> {
        let indexes: Vec<(String, bool, bool)> = self.pragma("index_list", table, |row| {
            Ok((row.get("name")?, row.get("unique")?, row.get("partial")?))
        })?;
        let mut uniques = Vec::new();
        for (name, ..) in indexes.into_iter().filter(|(_, is_unique, is_partial)| *is_unique && !is_partial) {
            // An expression has no column name. Then the columns alone are not unique.
            let columns: Vec<Option<String>> = self.pragma("index_info", &name, |row| row.get("name"))?;
            uniques.extend(columns.into_iter().collect::<Option<Vec<String>>>());
        }
        Ok(uniques)
    }
}

impl Catalog for Sqlite {
    fn table_names(&self) -> Result<Vec<String>> {
        Ok(self.definitions()?.tables().map(|table| table.name.clone()).collect())
    }

    fn has_table(&self, name: &str) -> Result<bool> {
        Ok(self.definitions()?.table(name).is_some())
    }

    fn table(&self, name: &str) -> Result<Option<Table>> {
        let Some(definition) = self.definitions()?.table(name) else { return Ok(None) };
        let name = definition.name.clone();
        let (columns, key) = self.columns(&name, &definition.sql)?;
        let references = self.references(&name)?;
        let mut uniques = self.uniques(&name)?;
        if !key.is_empty() && !uniques.contains(&key) {
            uniques.push(key.clone());
        }
        Ok(Some(Table { name, columns, key, references, uniques }))
    }

    fn tables_with(&self, columns: &[&str]) -> Result<Vec<Table>> {
        let mut found = Vec::new();
        for definition in self.definitions()?.tables() {
            if columns.iter().all(|column| definition.sql.contains(column)) {
                found.extend(self.table(&definition.name)?);
            }
        }
        found.retain(|table| columns.iter().all(|column| table.has(column)));
        Ok(found)
    }

    fn triggered_tables(&self) -> Result<Triggered> {
        self.find_triggered()
    }

    fn referring_to(&self, targets: &[&str]) -> Result<Vec<Table>> {
        let mut found = Vec::new();
        let Some((first, others)) = targets.split_first() else { return Ok(found) };
        for definition in self.may_refer_to(first)? {
            if others.iter().all(|target| may_refer(&definition.sql, target)) {
                found.extend(self.table(&definition.name)?);
            }
        }
        let refers = |table: &Table, target: &str| {
            table.references.iter().any(|reference| reference.table.eq_ignore_ascii_case(target))
        };
        found.retain(|table| targets.iter().all(|target| refers(table, target)));
        Ok(found)
    }

    fn uniquely_referring_to(&self, target: &str) -> Result<Vec<Table>> {
        let definitions = self.definitions()?;
        let mut found = Vec::new();
        for table in self.may_refer_to(target)? {
            if may_refer_uniquely(&table.sql, &definitions.unique_indexes(&table.name), target) {
                found.extend(self.table(&table.name)?);
            }
        }
        let is_one = |table: &Table| {
            let mut references = table.references.iter();
            references.any(|to| to.table.eq_ignore_ascii_case(target) && table.is_unique(&to.column))
        };
        found.retain(is_one);
        Ok(found)
    }

    fn row_name(&self, table: &Table) -> Result<Option<RowName>> {
        let column = match (self.row_number(table)?, &table.key[..]) {
            (Some(number), _) => number,
            (None, [key]) => quoted(key),
            (None, _) => return Ok(None),
        };
        Ok(Some(RowName { column, kept_in: "key" }))
    }

    fn row_number(&self, table: &Table) -> Result<Option<String>> {
        let is_free =
            |name: &&str| !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        let Some(row_id) = ["rowid", "_rowid_", "oid"].into_iter().find(is_free) else {
            return Ok(None);
        };
        // A table WITHOUT ROWID has no such column. `PRAGMA table_list` reports it too, but reads every table for each
        // call.
        let asked = self.connection.prepare(&format!("SELECT {row_id} FROM {}", quoted(&table.name)));
        match asked.map(drop) {
            Ok(()) => Ok(Some(row_id.to_owned())),
            Err(error) if is_of_statement(&error) => Ok(None),
            Err(error) => Err(self.translate(error)),
        }
    }

    fn integrity_faults(&self) -> Result<Vec<String>> {
        let faults = self.rows("SELECT integrity_check FROM pragma_integrity_check", [], |row| row.get(0))?;
        Ok(faults.into_iter().filter(|fault: &String| fault != "ok").collect())
    }

    fn system(&self) -> Result<String> {
        Ok(format!("SQLite {}", version()))
    }

    fn dangling_references(&self) -> Result<Vec<(String, String, u64)>> {
        self.rows(
            "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs())),
        )
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
