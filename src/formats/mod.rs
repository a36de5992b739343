//! Reads files of accounts: CSV, JSON and JSON lines. Readers keep the position of each value.
//!
//! This module does not decide whether an account can be created, and never writes to a database.

pub mod account_row;
pub mod columns;
pub mod csv;
pub mod elements;
pub mod encoding;
pub mod format;
pub mod json;
mod records;
pub mod source;
pub mod text_file;

use self::account_row::AccountRow;

use crate::error::failure::Result;

/// Reads the rows of a file one by one.
pub trait RowReader: Send {
    /// Returns the next row, or `None` at the end.
    fn next(&mut self, file: &str) -> Result<Option<AccountRow>>;

    /// Whether any row has a password to hash. `None` if that is unknown without reading on.
    fn has_passwords(&self) -> Option<bool> {
        None
    }
}
