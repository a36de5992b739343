//! The SQLite engine: introspection, statements, and Django's stored forms of each kind of value.

mod backup;
mod definitions;
mod insertions;
mod opening;
mod regexp;

use std::cell::OnceCell;
use std::iter;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::StdFmtWrite;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Params, ToSql, params_from_iter};

use self::definitions::{Definition, Definitions};
use self::insertions::Insertions;
pub use self::opening::Opening;
use crate::django::value::{Cell, Kind, OnRow, Value, plain_date_time};
use crate::error::lost_answer::Unanswered;
use crate::error::refusal::Refusal;
use crate::files::existing;
use crate::files::new_file::NewFile;
use crate::store::definition::{may_refer, may_refer_uniquely};
use crate::store::engine::{Copying, Engine, Inserting};
use crate::store::schema::{Column, Reference, Table, quoted};

/// An open SQLite database.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    busy_timeout: Duration,
    time_zone: TimeZone,
    /// Shall the next commit be made a rollback? SQLite asks its commit hook after it has checked the constraints.
    taking_back: Arc<AtomicBool>,
    /// Is a writing transaction open, as far as authctl knows? The database can end one by itself.
    writing: Arc<AtomicBool>,
    /// The definitions in the file; read once, since each command asks for several. Virtual tables are no models of
    /// Django's, and to look at one takes the module that keeps it, such as SpatiaLite's.
    definitions: OnceCell<Definitions>,
}

/// In KiB. Beyond it, the changes of a transaction go to the file before its end, and readers have to wait.
const LARGE_CACHE: u32 = 64 * 1024;

impl Sqlite {
    /// Runs a statement that is run again and again.
    fn run(&self, sql: &str) -> Result<()> {
        let ran = self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
        ran.map(drop).map_err(|error| self.translate(error))
    }

    fn translate(&self, error: rusqlite::Error) -> anyhow::Error {
        let has_ended = self.writing.load(Ordering::Relaxed) && self.connection.is_autocommit();
        let is_refused = error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation);
        if has_ended && is_refused {
            // `ON CONFLICT ROLLBACK` and `RAISE (ROLLBACK, …)` undo more than the row. Whoever went on to the next row
            // would write it outside of any transaction, so this is no refusal of a row.
            return anyhow!("{}: the database undid the whole transaction: {error}", self.path.display());
        }
        translate(error, &self.path)
    }

    /// May the changes be there although the commit failed with this error?
    ///
    /// SQLite writes and syncs the database file first and undoes that from the journal where it fails. What ends the
    /// journal is what commits. An error of that step, or of giving the locks back after it, does not tell whether it
    /// happened. A write-ahead log holds the commit as soon as its last frame is written, though syncing it fails.
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

    /// The rows of an introspecting query, each made by `read`.
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

    /// The rows of an introspecting PRAGMA on one table or index. As a statement of its own it is prepared faster than as
    /// a table-valued function.
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
                // A name that is no text cannot be written in SQL.
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

    /// The tables that may refer to this one.
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
        // A sole integer primary key is SQLite's row id, which fills itself.
        if let [only] = &key[..]
            && let Some(column) = columns.iter_mut().find(|column| column.name == *only)
        {
            column.filled |= column.kind == Kind::Integer;
            column.nullable = false;
        }
        Ok((columns, key))
    }

    fn references(&self, table: &str) -> Result<Vec<Reference>> {
        let parts: Vec<(i64, String, String, Option<String>)> =
            self.pragma("foreign_key_list", table, |row| {
                Ok((row.get("id")?, row.get("from")?, row.get("table")?, row.get("to")?))
            })?;
        let mut references = Vec::new();
        for reference in parts.chunk_by(|one, next| one.0 == next.0) {
            let [(_, column, table, target)] = reference else { continue };
            let target = match target {
                Some(target) => target.clone(),
                None => self.sole_key(table)?,
            };
            references.push(Reference { column: column.clone(), table: table.clone(), target });
        }
        // SQLite numbers them from the last to the first.
        references.reverse();
        Ok(references)
    }

    /// The primary key's column, to which a reference points that names none.
    fn sole_key(&self, table: &str) -> Result<String> {
        let columns: Vec<(String, i64)> =
            self.pragma("table_info", table, |row| Ok((row.get("name")?, row.get("pk")?)))?;
        Ok(columns.into_iter().find(|(_, place)| *place == 1).map(|(name, _)| name).unwrap_or_default())
    }

    fn uniques(&self, table: &str) -> Result<Vec<Vec<String>>> {
        let indexes: Vec<(String, bool, bool)> = self.pragma("index_list", table, |row| {
            Ok((row.get("name")?, row.get("unique")?, row.get("partial")?))
        })?;
        let mut uniques = Vec::new();
        for (name, ..) in indexes.into_iter().filter(|(_, is_unique, is_partial)| *is_unique && !is_partial) {
            // An expression has no column name, and what is unique then is not the columns.
            let columns: Vec<Option<String>> = self.pragma("index_info", &name, |row| row.get("name"))?;
            uniques.extend(columns.into_iter().collect::<Option<Vec<String>>>());
        }
        Ok(uniques)
    }
}

impl Engine for Sqlite {
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

    fn tables_with_triggers(&self) -> Result<Vec<String>> {
        self.rows("SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'", [], |row| row.get(0))
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

    fn row_name(&self, table: &Table) -> Result<Option<String>> {
        let is_free =
            |name: &&str| !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        let row_id = ["rowid", "_rowid_", "oid"].into_iter().find(is_free);
        if let Some(row_id) = row_id {
            // A table WITHOUT ROWID has no such column. SQLite's list of tables tells it too, but takes a look at every
            // table for each that it is asked about.
            let asked = self.connection.prepare(&format!("SELECT {row_id} FROM {}", quoted(&table.name)));
            match asked.map(drop) {
                Ok(()) => return Ok(Some(row_id.to_owned())),
                Err(error) if is_of_statement(&error) => {}
                Err(error) => return Err(self.translate(error)),
            }
        }
        Ok(if let [key] = &table.key[..] { Some(quoted(key)) } else { None })
    }

    fn json_lists(&self, columns: &[&str]) -> String {
        let columns = columns.join(", ");
        format!("json_group_array(json_array({columns}) ORDER BY {columns})")
    }

    fn query(&self, sql: &str, parameters: &[Value], kinds: &[Kind], on_row: &mut OnRow<'_>) -> Result<()> {
        let bound = parameters.iter().map(|value| Bound { value, time_zone: &self.time_zone });
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| self.translate(error))?;
        let mut rows = statement.query(params_from_iter(bound)).map_err(|error| self.translate(error))?;
        let is_utc = self.time_zone == TimeZone::UTC;
        let mut spare: Vec<Cell<'static>> = Vec::with_capacity(kinds.len());
        while let Some(row) = rows.next().map_err(|error| self.translate(error))? {
            let mut cells: Vec<Cell<'_>> = spare;
            for (index, kind) in kinds.iter().enumerate() {
                let raw = row.get_ref(index).map_err(|error| self.translate(error))?;
                cells.push(cell(raw, kind, &self.time_zone, is_utc));
            }
            if on_row(&cells)?.is_break() {
                break;
            }
            cells.clear();
            // The cells borrow from the row; what is left of them is the room, which the next row takes.
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

    fn begin(&self, writing: bool) -> Result<()> {
        let sql = if writing { "BEGIN IMMEDIATE" } else { "BEGIN" };
        self.connection.execute_batch(sql).map_err(|error| self.translate(error))?;
        self.writing.store(writing, Ordering::Relaxed);
        Ok(())
    }

    fn begin_part(&self) -> Result<()> {
        self.run("SAVEPOINT part")
    }

    fn end_part(&self, is_kept: bool) -> Result<()> {
        if !is_kept {
            if self.connection.is_autocommit() {
                // The database has ended the transaction, and what failed says so.
                return Ok(());
            }
            self.run("ROLLBACK TO part")?;
        }
        self.run("RELEASE part")
    }

    fn defer_references(&self) -> Result<()> {
        // SQLite itself switches it off at the transaction's end.
        self.connection.execute_batch("PRAGMA defer_foreign_keys = ON").map_err(|error| self.translate(error))
    }

    fn commit(&self) -> Result<()> {
        self.connection.execute_batch("COMMIT").map_err(|error| {
            if self.may_be_committed(&error) {
                Refusal::Unanswered(Box::new(Unanswered::commit(self.translate(error).to_string()))).into()
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
            // Where nothing was written, the hook was not asked.
            Err(error) if !was_taken_back(&error) => Err(self.translate(error)),
            _ => {
                self.writing.store(false, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    fn roll_back(&self) {
        // Nothing is lost where this fails: closing the connection undoes the transaction as well.
        let _ = self.connection.execute_batch("ROLLBACK");
        self.writing.store(false, Ordering::Relaxed);
    }

    fn integrity_faults(&self) -> Result<Vec<String>> {
        let faults = self.rows("SELECT integrity_check FROM pragma_integrity_check", [], |row| row.get(0))?;
        Ok(faults.into_iter().filter(|fault: &String| fault != "ok").collect())
    }

    fn dangling_references(&self) -> Result<Vec<(String, String, u64)>> {
        self.rows(
            "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs())),
        )
    }

    fn owns(&self, path: &Path) -> bool {
        is_of_database(path, &self.path)
    }

    fn check_new_file(&self, path: &Path) -> Result<()> {
        if path.symlink_metadata().is_ok() {
            return Err(Refusal::FileExists(path.to_owned()).into());
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
        // A device or a link is not what anybody wants to have replaced.
        let is_in_the_way = |there: &PathBuf| {
            let found = there.symlink_metadata();
            found.is_ok_and(|metadata| !(how.replaces && there == path && metadata.is_file()))
        };
        let mut places = iter::once(path.to_owned()).chain(backup::companions(path));
        if let Some(there) = places.find(is_in_the_way) {
            return Err(Refusal::FileExists(there).into());
        }
        existing::look(path)?;
        let file = NewFile::named_at(path)?;
        let copy = file.path().unwrap_or(path);
        let failed = |error: rusqlite::Error| {
            let of_copy = [ErrorCode::DiskFull, ErrorCode::SystemIoFailure, ErrorCode::CannotOpen];
            let is_of_copy = error.sqlite_error_code().is_some_and(|code| of_copy.contains(&code));
            translate(error, if is_of_copy { path } else { &self.path })
        };
        backup::copy(&self.connection, copy, self.busy_timeout, || file.is_open_twice()).map_err(failed)?;
        let is_damaged = how.checks
            && match backup::faults(copy) {
                Err(error) if is_of_statement(&error) => {
                    // An index over a function that only the project's own connections have, for one.
                    return Err(anyhow!(
                        "{}: the copy cannot be checked: {error}. Pass --skip-check to copy without the check.",
                        self.path.display()
                    ));
                }
                Err(error) if error.sqlite_error_code() != Some(ErrorCode::DatabaseCorrupt) => {
                    return Err(failed(error));
                }
                faults => !faults.is_ok_and(|faults| faults.is_empty()),
            };
        if is_damaged {
            let reason = "it is damaged, so no copy was made. Restore a backup, or try `.recover` in the sqlite3 shell; \
                          `cp` copies the file as it is.";
            return Err(unusable(&self.path, reason));
        }
        file.publish(how.replaces)
    }
}

/// Is this path the database's file by any name, or one that SQLite keeps beside it?
fn is_of_database(path: &Path, database: &Path) -> bool {
    let inode = |path: &Path| path.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()));
    if inode(path).is_some_and(|file| inode(database) == Some(file)) {
        return true;
    }
    let resolved = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    };
    let database = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    resolved(path).is_some_and(|path| backup::companions(&database).any(|companion| companion == path))
}

/// A value in Django's stored form on SQLite (facts hold for Django 3.2 to 6.1).
struct Bound<'a> {
    value: &'a Value,
    time_zone: &'a TimeZone,
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.value {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) | Value::Uuid(text) => ValueRef::Text(text.as_bytes()),
            Value::Boolean(flag) => ValueRef::Integer(i64::from(*flag)),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Timestamp(moment) => return Ok(stored_timestamp(*moment, self.time_zone).into()),
        }))
    }
}

/// `YYYY-MM-DD HH:MM:SS.ffffff` in the zone, the fraction left out when it is zero.
fn stored_timestamp(moment: Timestamp, time_zone: &TimeZone) -> String {
    let local = time_zone.to_datetime(moment);
    // Of the years that Django knows, 1 to 9999, this is its form already, but for the fraction's length.
    let seconds = local.with().subsec_nanosecond(0).build().unwrap_or(local);
    let mut text = String::with_capacity(26);
    let _ = DateTimePrinter::new().separator(b' ').print_datetime(&seconds, StdFmtWrite(&mut text));
    let mut microseconds = local.subsec_nanosecond() / 1_000;
    if microseconds != 0 {
        let mut digits = *b".000000";
        for digit in digits[1..].iter_mut().rev() {
            *digit += u8::try_from(microseconds % 10).unwrap_or_default();
            microseconds /= 10;
        }
        text.extend(digits.map(char::from));
    }
    text
}

/// A stored text as a moment: Django's own form, and what it tolerates (`T`, `Z`, an offset).
fn read_timestamp(text: &[u8], time_zone: &TimeZone) -> Option<Timestamp> {
    if let Some(local) = plain_date_time(text) {
        return in_zone(local, time_zone);
    }
    let text = std::str::from_utf8(text).ok()?.trim();
    let zoned = text.ends_with(['Z', 'z']) || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    if zoned {
        return text.parse().ok();
    }
    in_zone(text.parse().ok()?, time_zone)
}

fn in_zone(local: DateTime, time_zone: &TimeZone) -> Option<Timestamp> {
    match time_zone.to_fixed_offset() {
        Ok(offset) => offset.to_timestamp(local).ok(),
        Err(_) => time_zone.to_timestamp(local).ok(),
    }
}

/// What a row has in a column of this kind, its times stored in this zone; `is_utc` says whether that is UTC.
fn cell<'row>(raw: ValueRef<'row>, kind: &Kind, time_zone: &TimeZone, is_utc: bool) -> Cell<'row> {
    match (raw, kind) {
        (ValueRef::Null, _) => Cell::Null,
        (ValueRef::Integer(number), Kind::Boolean) => Cell::Boolean(number == 1),
        (_, Kind::Boolean) => Cell::Boolean(false),
        (ValueRef::Text(bytes), Kind::Timestamp) => {
            let utc = if is_utc { Cell::utc(bytes) } else { None };
            utc.unwrap_or_else(|| read_timestamp(bytes, time_zone).map_or(Cell::Null, Cell::Timestamp))
        }
        (_, Kind::Timestamp) => Cell::Null,
        (ValueRef::Integer(number), _) => Cell::Integer(number),
        (ValueRef::Real(number), _) => Cell::Real(number),
        (ValueRef::Text(bytes), _) => std::str::from_utf8(bytes).map_or(Cell::Bytes(bytes), Cell::Text),
        (ValueRef::Blob(bytes), _) => Cell::Bytes(bytes),
    }
}

/// What Django means by a column's declared type (`django.db.backends.sqlite3`, 3.2 to 6.1).
fn kind_of(column: &str, declared: &str, definition: &str) -> Kind {
    let (word, rest) = declared.split_once('(').unwrap_or((declared, ""));
    let length = rest.trim_end_matches(')').trim().parse().ok();
    match (word.trim(), length) {
        ("char", Some(32)) => Kind::Uuid,
        ("varchar" | "char", max_length) => Kind::Text { max_length },
        ("bool" | "boolean", _) => Kind::Boolean,
        ("datetime" | "timestamp", _) => Kind::Timestamp,
        ("date", _) => Kind::Date,
        ("time", _) => Kind::Time,
        ("decimal" | "numeric", _) => Kind::Decimal,
        ("real" | "double" | "float", _) => Kind::Real,
        ("blob", _) => Kind::Bytes,
        ("text", _) if definition.contains(&format!("JSON_VALID(\"{column}\")")) => Kind::Json,
        (word, _) if word.contains("int") => Kind::Integer,
        _ => Kind::Text { max_length: None },
    }
}

fn unusable(path: &Path, reason: &str) -> anyhow::Error {
    Refusal::DatabaseUnusable { path: path.to_owned(), reason: reason.to_owned() }.into()
}

/// SQLite's error in the domain's words, where it has some.
fn translate(error: rusqlite::Error, path: &Path) -> anyhow::Error {
    let rusqlite::Error::SqliteFailure(failure, detail) = &error else {
        return match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => {
                unusable(path, "a name or a number in its schema is not of the type that it should be.")
            }
            error => error.into(),
        };
    };
    let detail = detail.as_deref().unwrap_or_default();
    match failure.code {
        ErrorCode::OperationInterrupted => Refusal::Interrupted.into(),
        ErrorCode::TooBig => anyhow!(
            "{}: {detail}; authctl accepts values and rows of up to {} MiB",
            path.display(),
            opening::MAX_LENGTH / 1024 / 1024
        ),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Refusal::Busy.into(),
        ErrorCode::NotADatabase => unusable(path, "it is not a SQLite database."),
        ErrorCode::DatabaseCorrupt => {
            unusable(path, "it is damaged. Restore a backup, or try `.recover` in the sqlite3 shell.")
        }
        ErrorCode::ConstraintViolation => constraint(failure.extended_code, detail),
        ErrorCode::ReadOnly => {
            anyhow!("{} cannot be written: the file or its folder is read-only", path.display())
        }
        ErrorCode::CannotOpen => {
            // SQLite does not tell why. Where nothing at all can be opened, it is not about who may read the file.
            match std::fs::File::open("/dev/null") {
                Err(error) => anyhow!("{} cannot be opened: {error}", path.display()),
                Ok(_) => anyhow!("{} cannot be opened: {detail}; see who may read it", path.display()),
            }
        }
        _ if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE && is_full(path) => {
            anyhow!("{}: the database failed: the disk is full", path.display())
        }
        _ => anyhow!("{}: the database failed: {detail}", path.display()),
    }
}

/// Is there too little room for the index of a write-ahead log, of 32 KiB at least? SQLite does not tell.
fn is_full(path: &Path) -> bool {
    const NEEDED: u64 = 64 * 1024;
    let disk = path.parent().and_then(|folder| rustix::fs::statvfs(folder).ok());
    disk.is_some_and(|disk| disk.f_bavail * disk.f_frsize < NEEDED)
}

/// Is it the statement that SQLite does not accept, for a name in it that does not exist?
fn is_of_statement(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqlInputError { .. })
        || error.sqlite_error_code() == Some(ErrorCode::Unknown)
}

fn was_taken_back(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_COMMITHOOK)
}

fn constraint(code: i32, detail: &str) -> anyhow::Error {
    let (rule, what) = detail.split_once(" constraint failed").unwrap_or((detail, ""));
    let what = what.trim_start_matches(": ").trim();
    let column = what.rsplit('.').next().unwrap_or(what);
    match rule {
        "UNIQUE" | "PRIMARY KEY" => Refusal::Taken(what.to_owned()),
        "NOT NULL" => Refusal::invalid(column, "required", format!("{what} must have a value.")),
        "CHECK" => Refusal::invalid(
            what,
            "check",
            format!("The database's rule {what} does not accept these values."),
        ),
        _ if code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
            Refusal::invalid("", "reference", "A value refers to a row that does not exist.")
        }
        _ => Refusal::invalid("", "refused", format!("The database refuses it: {detail}.")),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<Timestamp> {
        read_timestamp(text.as_bytes(), &TimeZone::UTC)
    }

    #[test]
    fn timestamps_are_stored_as_django_stores_them() {
        let stored = |text: &str| stored_timestamp(text.parse().expect("a moment"), &TimeZone::UTC);
        assert_eq!(stored("2024-02-29T12:30:00Z"), "2024-02-29 12:30:00");
        assert_eq!(stored("2024-02-29T12:30:00.000120Z"), "2024-02-29 12:30:00.000120");
    }

    #[test]
    fn timestamps_are_read_with_djangos_tolerance() {
        let expected = "2024-02-29T12:30:00.5Z".parse().ok();
        for text in [
            "2024-02-29 12:30:00.500000",
            "2024-02-29T12:30:00.5",
            "2024-02-29 12:30:00.500Z",
            "2024-02-29 14:30:00.5+02:00",
        ] {
            assert_eq!(utc(text), expected, "{text}");
        }
        assert_eq!(utc("yesterday"), None);
        assert_eq!(utc(""), None);
    }

    proptest::proptest! {
        #[test]
        fn the_plain_form_is_read_as_every_other(
            text in "([012][0-9]{3}|9999)-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,7}|\\.000000)?",
        ) {
            let expected = text.parse().ok().and_then(|time: DateTime| TimeZone::UTC.to_timestamp(time).ok());
            proptest::prop_assert_eq!(utc(&text), expected);
            let cell = cell(ValueRef::Text(text.as_bytes()), &Kind::Timestamp, &TimeZone::UTC, true);
            proptest::prop_assert_eq!(cell.timestamp(), expected);
        }
    }

    #[test]
    fn timestamps_without_time_zone_support_are_local() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let moment: Timestamp = "2024-02-29T12:30:00Z".parse().expect("a moment");
        assert_eq!(stored_timestamp(moment, &zone), "2024-02-29 14:30:00");
        assert_eq!(read_timestamp(b"2024-02-29 14:30:00", &zone), Some(moment));
    }

    #[test]
    fn only_one_is_true() {
        for (raw, expected) in
            [(ValueRef::Integer(1), true), (ValueRef::Integer(2), false), (ValueRef::Text(b"true"), false)]
        {
            assert_eq!(cell(raw, &Kind::Boolean, &TimeZone::UTC, true).is_true(), expected);
        }
    }

    #[test]
    fn declared_types_mean_what_django_means() {
        let definition =
            r#"CREATE TABLE t ("a" text NOT NULL CHECK ((JSON_VALID("a") OR "a" IS NULL)), "b" text)"#;
        let cases = [
            ("a", "text", Kind::Json),
            ("b", "text", Kind::Text { max_length: None }),
            ("c", "varchar(150)", Kind::Text { max_length: Some(150) }),
            ("c", "char(32)", Kind::Uuid),
            ("c", "char(39)", Kind::Text { max_length: Some(39) }),
            ("c", "integer unsigned", Kind::Integer),
            ("c", "bigint", Kind::Integer),
            ("c", "bool", Kind::Boolean),
            ("c", "datetime", Kind::Timestamp),
        ];
        for (column, declared, expected) in cases {
            assert_eq!(kind_of(column, declared, definition), expected, "{declared}");
        }
    }
}
