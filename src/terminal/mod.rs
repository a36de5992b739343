//! The only place that writes to a person or program, or asks one: results, messages, tables, progress, prompts.
//!
//! Text from a database is escaped here. No accounts, no SQL, no command line: callers hand over cells, rows and messages.

pub mod changes;
pub mod clock;
pub mod escape;
pub mod format;
pub mod listing;
pub mod machine;
pub mod output;
pub mod progress;
pub mod prompt;
pub mod redaction;
pub mod sections;
pub mod spool;

use std::io;

/// Did the reader go away?
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
