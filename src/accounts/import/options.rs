//! The options of an import.

use std::path::{Path, PathBuf};

use crate::accounts::new_password::UpdatePassword;
use crate::accounts::registration::OnExisting;
use crate::django::models::Scheme;
use crate::formats::encoding::Encoding;
use crate::formats::format::InputFormat;

/// The options of an import.
#[derive(Debug)]
pub struct ImportOptions<'a> {
    /// The file, or `-`.
    pub file: &'a Path,
    /// The format, if given.
    pub format: Option<InputFormat>,
    /// The character encoding.
    pub encoding: Encoding,
    /// The delimiter of a table, if given.
    pub delimiter: Option<u8>,
    /// Headings and their fields.
    pub map: &'a [(String, String)],
    /// Apps and models of a fixture to skip.
    pub exclude: &'a [String],
    /// The length of random passwords for rows without one.
    pub random_passwords: Option<usize>,
    /// Whether each new account gets a token.
    pub tokens: bool,
    /// The scheme of new tokens.
    pub scheme: Option<Scheme>,
    /// What to do with existing accounts.
    pub on_existing: OnExisting,
    /// When to set the password of an existing account.
    pub update_password: UpdatePassword,
    /// Whether to skip bad rows.
    pub keep_going: bool,
    /// Whether a weak password is a fault.
    pub require_strong: bool,
    /// The results file, or `-`.
    pub results: Option<PathBuf>,
    /// Whether results are JSON lines unless the file name says otherwise.
    pub is_json: bool,
    /// The number of rows per transaction.
    pub batch: Option<usize>,
    /// The number of threads that hash passwords.
    pub jobs: usize,
    /// Whether to hash passwords at the minimum cost.
    pub is_fast: bool,
}
