//! Parses TOML and JSON into one tree that knows the position of each key and value.
//!
//! The meaning of the keys belongs to the rooms above.

pub mod json;
pub mod source;
#[cfg(test)]
mod tests;
mod toml;
pub mod tree;

/// A syntax error: a byte offset and a message.
pub type Flaw = (usize, String);
