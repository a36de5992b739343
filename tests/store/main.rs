//! Tests of the store on databases created by Django: `tests/fixtures/schemas` holds schemas as `migrate` leaves them.
//!
//! Every test runs on every engine, and only `engines.rs` knows them. What only one engine can store is tested in its
//! own file.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test at its line")]

/// Defines a test for each function and engine.
macro_rules! on_every_engine {
    ($($test:ident,)*) => {
        mod on_sqlite {
            $(#[test] fn $test() { super::$test(crate::engines::Engine::Sqlite); })*
        }
        #[cfg(feature = "live")]
        mod on_postgres {
            $(#[test] fn $test() { super::$test(crate::engines::Engine::Postgres); })*
        }
    };
}

mod account_tables;
mod engines;
mod groups;
mod layouts;
mod moves;
#[cfg(feature = "live")]
#[path = "../postgres/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
mod rows;
#[path = "../cli/schemas.rs"]
mod schemas;
mod sqlite;
