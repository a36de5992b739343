//! Files that authctl keeps or writes for somebody: which existing file may be used, how a new one appears, and what is in the
//! audit log, the state, the sessions and the results of an import.
//!
//! - [`existing`] holds the one set of rules about paths that are occupied: owner, kind and mode.
//! - [`new_file`] holds files that appear whole and with mode 0600, or not at all.
//! - [`stale`] removes what a killed run left beside them.
//!
//! The database is SQLite's to open; only its copies come from here.

pub mod audit_log;
pub mod existing;
pub mod new_file;
pub mod results;
pub mod session;
mod stale;
pub mod state;
pub mod throttle;
pub mod token_file;
