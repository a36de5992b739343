//! How much authctl reads, keeps and shows, so that no input makes it run out of memory or flood a terminal.
//!
//! All limits are far above what Django itself accepts in one request: 2.5 MB (`DATA_UPLOAD_MAX_MEMORY_SIZE`) and 1,000
//! fields (`DATA_UPLOAD_MAX_NUMBER_FIELDS`).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The bytes of a secret: a password, a token, an encoded password.
pub const SECRET: u64 = 64 * KIB;

/// The bytes of a client's JSON body.
pub const BODY: u64 = MIB;

/// The bytes of `authctl.toml`.
pub const CONFIG: u64 = MIB;

/// The bytes of a dotenv file, which is read, changed and written whole.
pub const DOTENV: u64 = MIB;

/// The bytes of a value that `--set` reads from a file.
pub const VALUE_FILE: u64 = 64 * MIB;

/// The bytes of a file of accounts for `apply`.
pub const ACCOUNTS_FILE: u64 = 64 * MIB;

/// The bytes of a JSON list or fixture to import, which is kept whole; CSV and JSON lines are read row by row.
pub const DOCUMENT: u64 = 512 * MIB;

/// The bytes of one row to import, with all its values.
pub const ROW: usize = 16 * 1024 * 1024;

/// The columns of a table, and the keys of a JSON or TOML table. SQLite's own limit on the columns of a table is 2,000.
pub const COLUMNS: usize = 2_000;

/// How deep JSON may be nested. This is `serde_json`'s own limit; TOML's is 80.
pub const NESTING: usize = 128;

/// How many faults of one input are kept; the others are only counted. JSON shows all that are kept.
pub const FAULTS: usize = 1_000;

/// How many lines of an error people see.
pub const SHOWN_FAULTS: usize = 20;

/// How many characters of a message are shown: a file may have any text in the place of a key.
pub const MESSAGE: usize = 8_000;

/// The text of a file of at most `limit` bytes.
///
/// # Errors
/// As [`read_text`].
pub fn read_to_string(path: &Path, limit: u64) -> io::Result<String> {
    read_text(File::open(path)?, limit)
}

/// The rest of what was opened, of at most `limit` bytes.
///
/// # Errors
/// As [`io::Read::read_to_string`], and [`io::ErrorKind::FileTooLarge`].
pub fn read_text(from: impl Read, limit: u64) -> io::Result<String> {
    let mut text = String::new();
    from.take(limit + 1).read_to_string(&mut text)?;
    if text.len() as u64 > limit {
        let message = format!("it is longer than {} MiB", limit / MIB);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}
