//! Options of an import.

use std::path::{Path, PathBuf};

use crate::accounts::registration::{OnExisting, UpdatePassword};
use crate::django::models::Scheme;
use crate::formats::encoding::Encoding;
use crate::formats::format::InputFormat;

/// What is imported, and how.
#[derive(Debug)]
pub struct ImportOptions<'a> {
    /// The file, or `-`.
    pub file: &'a Path,
    /// Its format, where that was told.
    pub format: Option<InputFormat>,
    /// What its bytes mean.
    pub encoding: Encoding,
    /// What is between the values of a table, where that was told.
    pub delimiter: Option<u8>,
    /// Headings, and the fields they mean.
    pub map: &'a [(String, String)],
    /// Apps and models of a fixture that are left out.
    pub exclude: &'a [String],
    /// The length of random passwords for rows without one.
    pub random_passwords: Option<usize>,
    /// Does each new account get a token?
    pub tokens: bool,
    /// The scheme of new tokens.
    pub scheme: Option<Scheme>,
    /// What to do with accounts that exist.
    pub on_existing: OnExisting,
    /// When they get the password.
    pub update_password: UpdatePassword,
    /// Are bad rows left out?
    pub keep_going: bool,
    /// Is a weak password a fault?
    pub require_strong: bool,
    /// Where the results go.
    pub results: Option<PathBuf>,
    /// Rows per transaction.
    pub batch: Option<usize>,
    /// Threads that hash passwords.
    pub jobs: usize,
    /// Are passwords hashed at the least cost?
    pub is_fast: bool,
}
