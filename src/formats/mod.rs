//! Reading and writing files of accounts: CSV, JSON, JSON lines, Django fixtures and TOML, with the position of each value.
//!
//! Whether an account can be created is not decided here, and nothing is read from or written to a database.

pub mod account_row;
pub mod columns;
pub mod csv;
pub mod encoding;
pub mod export;
pub mod fixture;
pub mod format;
pub mod json;
mod records;
pub mod source;
pub mod token_row;
pub mod tree;

use anyhow::Result;

use self::account_row::AccountRow;

/// Rows of a file, one after the other.
pub trait RowReader: Send {
    /// The next row; `None` behind the last.
    ///
    /// # Errors
    /// What the file's format does not allow, or what the operating system says.
    fn next(&mut self, file: &str) -> Result<Option<AccountRow>>;

    /// Are there passwords to be hashed, where that can be told without reading on?
    fn has_passwords(&self) -> Option<bool> {
        None
    }
}
