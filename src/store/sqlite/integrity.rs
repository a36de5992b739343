//! Looks for damage in a database file.

use rusqlite::Connection;

/// The page cache during the check in KiB. SQLite looks up every row in every index, whose entries have another order:
/// with its usual cache it reads most pages again and again.
const LARGE: u32 = 40 * 1024;
/// SQLite's default.
const USUAL: u32 = 2000;

/// Returns what `PRAGMA integrity_check` finds, including indexes that do not match their tables.
pub(super) fn faults(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection.execute_batch(&format!("PRAGMA cache_size = -{LARGE}"))?;
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let faults = statement.query_map([], |row| row.get(0))?;
    let faults = faults.filter(|fault| !matches!(fault.as_deref(), Ok("ok"))).collect();
    connection.execute_batch(&format!("PRAGMA cache_size = -{USUAL}; PRAGMA shrink_memory"))?;
    faults
}
