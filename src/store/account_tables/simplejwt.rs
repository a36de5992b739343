//! `rest_framework_simplejwt.token_blacklist`: refresh tokens that were issued, and those that are refused. A refresh
//! token is refused once the blacklist names it; deleting its row would let it in. Access tokens are in no table.

use super::dependents::Dependents;
use super::{AccessKind, Shut, Way, has_all};
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::schema::Table;

pub(super) const DEPENDENTS: Dependents = Dependents {
    tables: &["token_blacklist_blacklistedtoken", "token_blacklist_outstandingtoken"],
    nullable_cascades: &[],
};

pub(super) const OUTSTANDING_TOKEN: Way = Way {
    name: "jwt_refresh_tokens",
    noun: "JWT refresh token",
    kind: AccessKind::Jwt,
    matches: |table, _| has_all(table, &["jti", "token", "expires_at", "user_id"]),
    expiry: &["expires_at"],
    shut: Shut::Blacklist,
    ignores_inactivity: true,
};

/// The blacklist's column of the token.
pub(super) const TOKEN_COLUMN: &str = "token_id";

/// The blacklist's column of the time.
pub(super) const TIME_COLUMN: &str = "blacklisted_at";

/// Returns the table that blacklists tokens of this one.
pub(super) fn blacklist_of(store: &Store, outstanding: &Table) -> Result<Option<Table>> {
    let mut found = store.engine.referring_to(&[&outstanding.name])?;
    found.retain(|table| has_all(table, &[TOKEN_COLUMN, TIME_COLUMN]));
    Ok(found.pop())
}
