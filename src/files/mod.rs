//! Files that authctl keeps or writes: the audit log, the state, the sessions, and the results of an import.
//!
//! - [`existing`] checks existing paths: owner, file type and mode.
//! - [`new_file`] creates files that appear complete and with mode 0600, or not at all.
//! - [`stale`] removes temporary files of killed runs.
//!
//! SQLite itself opens the database. Only its copies are created here.

pub mod audit_log;
pub mod existing;
pub mod new_file;
pub mod results;
pub mod secret_file;
pub mod session;
mod stale;
pub mod state;
pub mod throttle;
pub mod token_file;
