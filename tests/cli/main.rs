//! The real program on real files: one module a command, and what goes across commands.

#![expect(clippy::unwrap_used, reason = "a test that unwraps nothing fails with the place")]

mod env;
mod exit_codes;
mod formats;
mod generated;
mod help;
mod init;
mod interrupts;
mod list_tokens;
mod list_users;
mod prompts;
mod revoke_token;
mod seed;
#[cfg(feature = "live")]
mod shells;
mod terminal;
