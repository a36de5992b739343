//! `authctl.toml`, the environment and the options of every command, combined into [`settings::Settings`].
//!
//! Parsing and checking only: nothing here opens a database or knows a command.

pub mod settings;
mod shape;
