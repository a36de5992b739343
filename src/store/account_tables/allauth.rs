//! The identity provider of django-allauth. It refuses deleted tokens, and those of inactive users.

use super::dependents::Dependents;
use super::{AccessKind, Shut, Way, has_all};

pub(super) const DEPENDENTS: Dependents = Dependents {
    tables: &[
        "account_emailaddress",
        "account_emailconfirmation",
        "allauth_idp_oidc_client",
        "allauth_idp_oidc_token",
        "mfa_authenticator",
        "socialaccount_socialaccount",
        "socialaccount_socialtoken",
        "usersessions_usersession",
    ],
    nullable_cascades: &[
        ("allauth_idp_oidc_client", "owner_id"),
        ("allauth_idp_oidc_token", "client_id"),
        ("allauth_idp_oidc_token", "user_id"),
    ],
};

pub(super) const OPENID_TOKEN: Way = Way {
    name: "openid_tokens",
    noun: "OpenID Connect token",
    kind: AccessKind::OAuth2,
    matches: |table, _| has_all(table, &["type", "hash", "scopes", "expires_at", "client_id", "user_id"]),
    expiry: &["expires_at"],
    shut: Shut::Delete,
    ignores_inactivity: false,
};
