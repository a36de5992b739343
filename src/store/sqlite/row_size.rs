//! The limit of a row's size. A generated column can be 128 MiB long without being stored.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::types::ValueRef;

use super::errors::{translate, unusable};
use super::limits::MAX_LENGTH;
use crate::error::failure::{Error, Result};

/// The bytes that the values of one row may have in total.
const MAX_ROW: usize = MAX_LENGTH.unsigned_abs() as usize;

/// The size of a row, counted while it is read.
pub(super) struct RowSize<'a> {
    left: usize,
    sql: &'a str,
    path: &'a Path,
}

impl<'a> RowSize<'a> {
    pub(super) fn new(sql: &'a str, path: &'a Path) -> Self {
        Self { left: MAX_ROW, sql, path }
    }

    /// Counts a value.
    ///
    /// # Errors
    /// Returns [`crate::error::refusal::Refusal::DatabaseUnusable`] as soon as the row is too large.
    pub(super) fn add(&mut self, value: ValueRef<'_>) -> Result<()> {
        let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = value else { return Ok(()) };
        self.left = self.left.checked_sub(bytes.len()).ok_or_else(|| {
            let (table, limit) = (table_of(self.sql), MAX_ROW / 1024 / 1024);
            unusable(self.path, &format!("a row of its table {table} is larger than {limit} MiB."))
        })?;
        Ok(())
    }
}

/// Like [`translate`], for a query. If SQLite runs out of memory, the error names the table.
pub(super) fn translate_query(error: rusqlite::Error, sql: &str, path: &Path) -> Error {
    if error.sqlite_error_code() == Some(ErrorCode::OutOfMemory) {
        let table = table_of(sql);
        return unusable(path, &format!("reading a row of its table {table} takes too much memory."));
    }
    translate(error, path)
}

/// Returns the table that one of our queries reads: the name after the first FROM outside of parentheses.
fn table_of(sql: &str) -> String {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in sql.char_indices() {
        if let Some(open) = quote {
            quote = quote.filter(|_| c != open);
            continue;
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            'F' if depth == 0 => {
                if let Some(name) = sql[at..].strip_prefix("FROM ") {
                    return first_name(name);
                }
            }
            _ => {}
        }
    }
    String::new()
}

/// Returns the name at the start of the text, quoted or not.
fn first_name(text: &str) -> String {
    let Some(quoted) = text.strip_prefix('"') else {
        return text.split([' ', ',']).next().unwrap_or_default().to_owned();
    };
    let mut name = String::new();
    let mut chars = quoted.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '"' && chars.next_if_eq(&'"').is_none() {
            break;
        }
        name.push(c);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::table_of;

    #[test]
    fn the_table_of_a_query_is_found() {
        for (sql, table) in [
            ("SELECT a FROM \"auth_user\" AS u WHERE b", "auth_user"),
            ("SELECT (SELECT count(*) FROM x) FROM \"a \"\"b\"\"\" ORDER BY 1", "a \"b\""),
            ("SELECT \"FROM y\", ' FROM z' FROM auth_user", "auth_user"),
            ("SELECT 1", ""),
        ] {
            assert_eq!(table_of(sql), table, "{sql}");
        }
    }
}
