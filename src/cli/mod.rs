//! What all commands share: the options of every command, groups of arguments in `args`, the [`context::Context`], and
//! the one wrapper that rehearses, audits, commits and answers a change.
//!
//! No SQL, and no command of its own.

pub mod answer;
pub mod args;
pub mod change;
pub mod context;
pub mod options;
pub mod usage;
