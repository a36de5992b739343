//! Looks for damage in a database file.

use rusqlite::Connection;

use super::errors::is_of_statement;
use crate::store::engine::Integrity;
use crate::store::schema::quoted;

/// The page cache during the check in KiB. SQLite looks up every row in every index, whose entries have another order:
/// with its usual cache it reads most pages again and again.
const LARGE: u32 = 40 * 1024;
/// SQLite's default.
const USUAL: u32 = 2000;

/// Returns what `PRAGMA integrity_check` finds, including indexes that do not match their tables.
pub(super) fn faults(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection.execute_batch(&format!("PRAGMA cache_size = -{LARGE}"))?;
    let faults = faults_by(connection, "PRAGMA integrity_check");
    connection.execute_batch(&format!("PRAGMA cache_size = -{USUAL}; PRAGMA shrink_memory"))?;
    faults
}

/// Like [`faults`], but leaves out tables with functions that this program lacks.
pub(super) fn check(connection: &Connection) -> rusqlite::Result<Integrity> {
    match faults(connection) {
        Ok(faults) => Ok(Integrity { faults, unchecked: Vec::new() }),
        Err(error) if is_of_statement(&error) => check_each_table(connection),
        Err(error) => Err(error),
    }
}

fn faults_by(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    let faults = statement.query_map([], |row| row.get(0))?;
    faults.filter(|fault| !matches!(fault.as_deref(), Ok("ok"))).collect()
}

fn check_each_table(connection: &Connection) -> rusqlite::Result<Integrity> {
    let mut tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let names: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut integrity = Integrity::default();
    for name in names {
        match faults_by(connection, &format!("PRAGMA integrity_check({})", quoted(&name))) {
            Ok(faults) => integrity.faults.extend(faults),
            Err(error) if is_of_statement(&error) => integrity.unchecked.push(name),
            Err(error) => return Err(error),
        }
    }
    Ok(integrity)
}
