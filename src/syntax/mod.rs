//! Parses TOML and JSON into one tree that knows the position of each key and value.
//!
//! The meaning of the keys belongs to the rooms above.

pub mod json;
pub mod source;
#[cfg(test)]
mod tests;
mod toml;
pub mod tree;

use crate::error::faults::FaultCode;

/// A syntax error: a byte offset, and what is wrong there.
pub type Flaw = (usize, FaultCode);
