//! Combines `authctl.toml`, the environment and the global options into [`settings::Settings`].
//!
//! Parses and checks only. Nothing here opens a database or depends on a command.

mod keys;
pub mod policy;
pub mod settings;
mod target;
