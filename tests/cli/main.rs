//! The real program on real files: one module a command, and what goes across commands.

#![expect(clippy::unwrap_used, reason = "a test that unwraps nothing fails with the place")]

mod env;
mod readme;
