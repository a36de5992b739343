//! Files that authctl writes for somebody: how a new one appears, and which existing one may be used.
//!
//! - [`existing`] holds the one set of rules about paths that are occupied: owner, kind and mode.
//! - [`new_file`] holds files that appear whole and with mode 0600, or not at all.
//! - [`stale`] removes what a killed run left beside them.
//!
//! What is in the files belongs elsewhere: `token_file`, `results`, `audit` and `state` decide that. The database is
//! SQLite's to open; only its copies come from here.

pub mod existing;
pub mod new_file;
mod stale;
