//! django-rest-knox. `KNOX_TOKEN_MODEL` can replace the table; an empty `knox_authtoken` then stays beside it.

use super::{AccessKind, Shut, Way, has_all};

pub(super) const TOKEN: Way = Way {
    name: "knox_tokens",
    noun: "knox token",
    kind: AccessKind::Tokens,
    matches: |table, _| has_all(table, &["digest", "token_key", "user_id", "created"]),
    expiry: &["expiry", "expires"],
    shut: Shut::Delete,
    ignores_inactivity: false,
};
