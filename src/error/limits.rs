//! Limits on what authctl reads, keeps and shows, so that no input exhausts memory or floods a terminal.
//!
//! All limits are far above what Django accepts in one request: 2.5 MB (`DATA_UPLOAD_MAX_MEMORY_SIZE`) and 1,000
//! fields (`DATA_UPLOAD_MAX_NUMBER_FIELDS`).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The maximum length of a secret in bytes: a password, a token or an encoded password.
pub const SECRET: u64 = 64 * KIB;

/// The maximum length of a client's JSON body in bytes.
pub const BODY: u64 = MIB;

/// The maximum length of `authctl.toml` in bytes.
pub const CONFIG: u64 = MIB;

/// The maximum length of a dotenv file in bytes. The whole file is read, changed and written.
pub const DOTENV: u64 = MIB;

/// The maximum length in bytes of a value that `--set` reads from a file.
pub const VALUE_FILE: u64 = 64 * MIB;

/// The maximum length in bytes of a file of accounts for `apply`.
pub const ACCOUNTS_FILE: u64 = 64 * MIB;

/// The maximum length in bytes of one row to import, with all its values.
pub const ROW: usize = 16 * 1024 * 1024;

/// The maximum number of columns in a table, and of keys in a JSON or TOML table. SQLite's own limit is 2,000 columns.
pub const COLUMNS: usize = 2_000;

/// The maximum nesting depth of JSON. This is the limit of `serde_json`; that of TOML is 80.
pub const NESTING: usize = 128;

/// The number of faults of one input that are kept, all of which JSON shows. The rest are only counted.
pub const FAULTS: usize = 1_000;

/// The number of lines of an error shown to people.
pub const SHOWN_FAULTS: usize = 20;

/// The maximum length of a message in characters, since a file may contain any text as a key.
pub const MESSAGE: usize = 8_000;

/// Reads a text file of at most `limit` bytes.
///
/// # Errors
/// The same as for [`read_text`], and those of opening the file.
pub fn read_to_string(path: &Path, limit: u64) -> io::Result<String> {
    read_text(File::open(path)?, limit)
}

/// Reads the rest of an open file, at most `limit` bytes of text.
///
/// # Errors
/// The same as for [`io::Read::read_to_string`], and [`io::ErrorKind::FileTooLarge`].
pub fn read_text(from: impl Read, limit: u64) -> io::Result<String> {
    let mut text = String::new();
    from.take(limit + 1).read_to_string(&mut text).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => io::Error::new(error.kind(), "it is not valid UTF-8"),
        _ => error,
    })?;
    if text.len() as u64 > limit {
        let message = format!("it is larger than {} MiB", limit / MIB);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}
