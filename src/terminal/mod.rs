//! All output to people and programs, and all input from people: results, messages, tables, progress and prompts.
//!
//! This module escapes text from a database. It knows nothing of accounts, SQL or the command line: callers pass
//! cells, rows and messages.

pub mod changes;
pub mod clock;
pub mod escape;
pub mod format;
pub mod listing;
pub mod output;
pub mod progress;
pub mod prompt;
pub mod redaction;
pub mod row_writer;
pub mod sections;
pub mod spool;
mod table;

use std::io;

use crate::error::failure::Error;

/// Whether the reader has closed the pipe.
#[must_use]
pub fn is_broken_pipe(error: &Error) -> bool {
    error.io_kind() == Some(io::ErrorKind::BrokenPipe)
}
