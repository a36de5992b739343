//! The identity provider of django-allauth. It refuses deleted tokens, and those of inactive users.

use super::{AccessKind, Shut, Way, has_all};

pub(super) const OPENID_TOKEN: Way = Way {
    name: "openid_tokens",
    noun: "OpenID Connect token",
    kind: AccessKind::OAuth2,
    matches: |table, _| has_all(table, &["type", "hash", "scopes", "expires_at", "client_id", "user_id"]),
    expiry: &["expires_at"],
    shut: Shut::Delete,
    ignores_inactivity: false,
};
