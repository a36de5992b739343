//! Limits of what SQLite reads at once, and of its memory.

use rusqlite::limits::Limit;

/// The longest value and row in bytes: twice what `--set FIELD=@FILE` accepts.
pub(super) const MAX_LENGTH: i32 = 128 * 1024 * 1024;

/// SQLite's memory in MiB. It has room for the largest rows, the values computed from them, and the large cache. A
/// statement that needs more fails.
pub(super) const MAX_HEAP: u32 = 512;

/// What SQLite's defaults allow beyond the needs of Django's schemas and of the statements in this crate. The number of
/// columns (2,000) and the depth of expressions (1,000) stay at SQLite's defaults, which are Django's limits too.
pub(super) const LIMITS: [(Limit, i32); 5] = [
    (Limit::SQLITE_LIMIT_LENGTH, MAX_LENGTH),
    // A table of 2,000 columns of 500 bytes each takes a tenth of it.
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 10_000_000),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    // An update compares and sets each column once.
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 5_000),
    // Nested triggers.
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 100),
];
