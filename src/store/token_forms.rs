//! The forms of token tables: what tells that a key is one of DRF.

use crate::django::value::Kind;
use crate::store::schema::{Column, Table};

/// The possible names of the column with the end of a token's validity.
pub(super) const EXPIRY: [&str; 7] =
    ["expires_at", "expires", "expiry", "expiration", "expire_date", "expires_on", "valid_until"];

/// DRF's own table.
pub(super) const DRF: &str = "authtoken_token";
/// knox's own table.
pub(super) const KNOX: &str = "knox_authtoken";

/// What the settings say about a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Confirmation {
    None,
    /// The API reads the table.
    Table,
    /// The API reads the table, and its keys are those of DRF.
    Scheme,
}

/// Whether DRF's `TokenAuthentication` accepts a key in this table, stored in plain text.
///
/// A flag or an end can make it refuse one, and a column of another length may hold a digest.
pub(super) fn has_drf_form(table: &Table, confirmation: Confirmation) -> bool {
    let has_kind = |name, is_kind: fn(&Kind) -> bool| {
        table.column(name).is_some_and(|column: &Column| is_kind(&column.kind))
    };
    let is_usual = |kind: &Kind| *kind == Kind::Text { max_length: Some(40) };
    table.is_unique("key")
        && table.reference("user_id").is_some()
        && has_kind("created", |kind| *kind == Kind::Timestamp)
        && match confirmation {
            Confirmation::Scheme => has_kind("key", |kind| matches!(kind, Kind::Text { .. })),
            _ => table.column("key").is_some_and(|column| is_usual(&column.kind)),
        }
        && !has_state(table, confirmation)
}

/// Whether the table has a column that can make the project refuse a token. An end can be read and left empty, if the
/// settings confirm the table.
pub(super) fn has_state(table: &Table, confirmation: Confirmation) -> bool {
    table.columns.iter().any(|column| {
        let is_flag = column.kind == Kind::Boolean || column.name.starts_with("revoked");
        let is_end = expiry(table).is_some_and(|expiry| expiry == column.name);
        is_flag && !column.filled
            || column.name.contains("expir") && !is_end
            || is_end && confirmation == Confirmation::None
    })
}

/// Returns the column with the end of a token's validity.
pub(super) fn expiry(table: &Table) -> Option<String> {
    let is_time = |name: &&&str| table.column(name).is_some_and(|column| column.kind == Kind::Timestamp);
    EXPIRY.iter().find(is_time).map(|name| (*name).to_owned())
}

/// Whether this table is a child, by multi-table inheritance, of the parent.
pub(super) fn is_child(table: &Table, parent: &str) -> bool {
    let [key] = &table.key[..] else { return false };
    table.reference(key).is_some_and(|reference| reference.table == parent && reference.target == "key")
}
