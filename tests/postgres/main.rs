//! Live tests of the program on a PostgreSQL server: when connections fail, beside other writers, behind a pooler, and
//! with everything that only PostgreSQL can store.
//!
//! `mod.rs`, which other tests use too, starts the server with the script `server`.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test at its line")]

mod columns;
mod cuts;
#[path = "../cli/env.rs"]
#[expect(dead_code, reason = "only tests/cli uses all of it")]
mod env;
mod pooler;
#[path = "mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
mod proxy;
mod refusals;
mod site;
mod tls;
mod writers;
