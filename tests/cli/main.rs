//! The real program on real files: one module a command, and what goes across commands.

#![expect(clippy::unwrap_used, reason = "a test that unwraps nothing fails with the place")]

mod create_token;
mod env;
mod examples;
mod from_json;
mod login;
mod logout;
mod readme;
mod register;
mod session;
mod settings;
mod whoami;
