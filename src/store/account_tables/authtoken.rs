//! `rest_framework.authtoken`: one key per user. A deleted row is refused. A child of its table is deleted with it.

use super::{AccessKind, Shut, Way, has_all};

pub(super) const TOKEN: Way = Way {
    name: "drf_tokens",
    noun: "DRF token",
    kind: AccessKind::Tokens,
    matches: |table, _| table.name == "authtoken_token" && has_all(table, &["key", "user_id"]),
    expiry: &[],
    shut: Shut::Delete,
    ignores_inactivity: false,
};
