//! What only a server can do: poolers in between, lost connections, other writers, roles that lack a right, stops of the
//! server, and the types and constraints that only PostgreSQL has.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test at its line")]

mod columns;
mod cuts;
#[path = "../cli/env.rs"]
#[expect(dead_code, reason = "only tests/cli uses all of it")]
mod env;
mod layouts;
mod lost_sessions;
mod pooler;
#[path = "mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
mod proxy;
mod refusals;
mod registration;
mod roles;
mod site;
mod tls;
mod writers;

use std::path::Path;

use self::env::TestEnv;
use self::postgres::{Cluster, Database};

/// Creates a database with a schema dumped after a Django project's `migrate`.
fn database(cluster: &'static Cluster, schema: &str) -> Database {
    let path = format!("tests/fixtures/schemas/postgres/{schema}.sql");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    cluster.create_database(schema, || std::fs::read_to_string(path).unwrap())
}

/// An environment in which authctl works on the database of this URL.
fn environment(url: String) -> TestEnv {
    let mut env = TestEnv::new();
    env.database_url = Some(url);
    env
}
