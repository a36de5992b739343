//! Shared by all commands: the global options, groups of arguments in `args`, the [`context::Context`], and the
//! wrapper that rehearses, audits, commits and answers every change. `wording` words every fault and refusal.
//!
//! Contains no SQL and no commands.

pub mod access_view;
pub mod answer;
pub mod args;
pub mod change;
pub mod context;
pub mod irregularity_view;
pub mod left_open;
pub mod missing_values;
pub mod options;
pub mod plan_view;
pub mod registration;
pub mod starter;
pub mod unlock_hints;
pub mod usage;
pub mod version;
pub mod wording;
