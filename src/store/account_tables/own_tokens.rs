//! Tables of tokens that a project made itself: they refer to a user, have a unique column of secrets, and can expire or
//! be revoked, or are named after tokens. The rule found no other table in the schemas of twelve applications.
//!
//! A profile can have a key and an expiring subscription, and must not be deleted for it: a table with one row per user
//! is one of tokens only if its name says so.

use super::{AccessKind, Shut, Way, oauth2, owner};
use crate::django::value::Kind;
use crate::store::schema::{Column, Table, last_word};
use crate::store::token_forms::EXPIRY;

pub(super) const TOKEN: Way = Way {
    name: "own_tokens",
    noun: "token of the project",
    kind: AccessKind::Tokens,
    matches,
    expiry: &EXPIRY,
    shut: Shut::Delete,
    ignores_inactivity: false,
};

/// The last words of the names of secrets.
pub(in crate::store) const SECRETS: [&str; 8] =
    ["key", "token", "digest", "secret", "code", "hash", "jti", "checksum"];

const NAMES: [&str; 4] = ["token", "apikey", "grant", "credential"];

fn matches(table: &Table, users: &str) -> bool {
    let has_secret = table.columns.iter().any(|column| is_unique_secret(table, column));
    let can_end = |column: &Column| {
        column.name.contains("expir") || column.name.starts_with("revoked") || column.name == "valid_until"
    };
    let is_named = NAMES.iter().any(|name| table.name.ends_with(name));
    let is_one_to_one = || owner(table, users).is_some_and(|column| table.is_unique(&column));
    let is_second_factor = table.has("public_key") || table.has("credential_id");
    has_secret
        && (is_named || (table.columns.iter().any(can_end) && !is_one_to_one()))
        && !is_second_factor
        && !oauth2::is_id_token(table)
}

/// Whether the column is named after secrets.
pub(in crate::store) fn is_secret(column: &Column) -> bool {
    SECRETS.contains(&last_word(&column.name))
}

/// Whether the tokens are for one occasion, such as a new password, and not for an API.
pub(in crate::store) fn is_single_use(table: &Table) -> bool {
    const OCCASIONS: [&str; 5] = ["activat", "confirm", "invit", "reset", "verif"];
    OCCASIONS.iter().any(|occasion| table.name.contains(occasion))
}

fn is_unique_secret(table: &Table, column: &Column) -> bool {
    let is_alone = || {
        table.uniques.iter().any(|columns| match &columns[..] {
            [only] => *only == column.name,
            [one, other] => [one, other].contains(&&column.name) && [&**one, &**other].contains(&"revoked"),
            _ => false,
        })
    };
    matches!(column.kind, Kind::Text { .. } | Kind::Uuid) && is_secret(column) && is_alone()
}
