//! What the fuzz targets share.

use std::path::{Path, PathBuf};

use authctl::error::faults::Fault;
use authctl::fuzzing::{Project, RowSummary, worded};
use tempfile::TempDir;

thread_local! {
    static PROJECT: Project = Project::create();
    static FOLDER: TempDir = folder();
}

/// Runs `work` with the project, which is created once.
pub fn with_project<T>(work: impl FnOnce(&Project) -> T) -> T {
    PROJECT.with(work)
}

/// Returns the path of a file that only this process uses.
pub fn scratch(name: &str) -> PathBuf {
    FOLDER.with(|folder| folder.path().join(name))
}

/// In memory where there is such a file system: files are written thousands of times per second.
fn folder() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).expect("a folder")
}

/// Splits a text into lines as an editor does.
pub fn lines(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n') {
            lines.push(&text[start..at]);
            start = at + 1;
        }
    }
    lines.push(&text[start..]);
    lines
}

/// What the columns of a position count.
#[derive(Clone, Copy)]
pub enum Columns {
    /// The cells of a table.
    Cells,
    /// The characters of a line.
    Characters,
}

/// Checks that all faults are at positions within the text.
pub fn check_faults(bytes: &[u8], faults: &[Fault], columns: Columns) {
    let text = String::from_utf8_lossy(bytes);
    let lines = lines(&text);
    for fault in faults {
        assert!(!fault.code.name().is_empty() && !worded(fault).is_empty(), "{fault:?}");
        let Some(position) = fault.position else { continue };
        assert!((1..=lines.len()).contains(&position.line), "{fault:?} is not in {} lines", lines.len());
        let line = lines[position.line - 1];
        let longest = match columns {
            Columns::Cells => line.len().max(bytes.len()),
            Columns::Characters => line.chars().count(),
        };
        assert!((1..=longest + 1).contains(&position.column), "{fault:?} is not in {line:?}");
    }
}

/// Checks that rows are in ascending order and within the text, and so are their faults.
pub fn check_rows(bytes: &[u8], rows: &[RowSummary], columns: Columns) {
    let count = lines(&String::from_utf8_lossy(bytes)).len();
    assert!(rows.is_sorted_by_key(|row| row.line), "{rows:?}");
    for row in rows {
        assert!((1..=count).contains(&row.line), "{row:?} is not in {count} lines");
        assert!(row.faults.iter().all(|fault| fault.position.is_some()), "{row:?}");
        check_faults(bytes, &row.faults, columns);
    }
}

/// A row without positions.
pub fn bare(row: &RowSummary) -> (&str, Option<&str>, usize, Vec<(&str, &str)>) {
    let faults = row.faults.iter().map(|fault| (&*fault.field, fault.code.name())).collect();
    (&row.spec, row.password.as_deref(), row.tokens, faults)
}

/// Writes a file that only this process uses.
pub fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = scratch(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// Removes a file and those that SQLite keeps beside it.
pub fn remove(path: &Path) {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let mut path = path.as_os_str().to_owned();
        path.push(suffix);
        let _ = std::fs::remove_file(path);
    }
}
