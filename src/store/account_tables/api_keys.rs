//! djangorestframework-api-key. Its own keys have no user; a project's subclass can add one. Revoked keys are refused.

use super::{AccessKind, Door, Shut, Way, has_all};
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::schema::Table;

const COLUMNS: [&str; 4] = ["prefix", "hashed_key", REVOKED, EXPIRY];

/// The flag that shuts a key.
pub(super) const REVOKED: &str = "revoked";

/// The end of a key's validity.
pub(super) const EXPIRY: &str = "expiry_date";

pub(super) const API_KEY: Way = Way {
    name: "api_keys",
    noun: "API key",
    kind: AccessKind::ApiKeys,
    matches: |table, _| has_all(table, &COLUMNS),
    expiry: &[EXPIRY],
    shut: Shut::Flag(REVOKED),
    ignores_inactivity: true,
};

/// Returns all tables of API keys.
pub(super) fn tables(store: &Store) -> Result<Vec<Table>> {
    store.engine.tables_with(&COLUMNS)
}

/// Returns the door of a table of keys without a user.
pub(super) fn unbound(table: Table) -> Door {
    Door { way: &API_KEY, table, owner: None, expiry: Some(EXPIRY.to_owned()), blacklist: None }
}
