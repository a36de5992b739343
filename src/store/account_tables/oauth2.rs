//! django-oauth-toolkit, whose models a project can replace. It does not look at `is_active`, so its tokens outlive the
//! account's activity; deleted rows are refused. Access and refresh tokens refer to each other.

use super::dependents::Dependents;
use super::{AccessKind, Shut, Way, has_all};
use crate::store::schema::{Table, quoted};

pub(super) const DEPENDENTS: Dependents = Dependents {
    tables: &[
        "oauth2_provider_accesstoken",
        "oauth2_provider_application",
        "oauth2_provider_devicegrant",
        "oauth2_provider_grant",
        "oauth2_provider_idtoken",
        "oauth2_provider_refreshtoken",
    ],
    nullable_cascades: &[
        ("oauth2_provider_accesstoken", "application_id"),
        ("oauth2_provider_accesstoken", "id_token_id"),
        ("oauth2_provider_accesstoken", "user_id"),
        ("oauth2_provider_application", "user_id"),
        ("oauth2_provider_devicegrant", "user_id"),
        ("oauth2_provider_idtoken", "application_id"),
        ("oauth2_provider_idtoken", "user_id"),
    ],
};

/// The column that django-oauth-toolkit 3.0 and newer look tokens up by.
pub(super) const CHECKSUM: &str = "token_checksum";

/// The column of a token's application.
pub(super) const APPLICATION: &str = "application_id";

pub(super) const ACCESS_TOKEN: Way = Way {
    name: "oauth2_access_tokens",
    noun: "OAuth2 access token",
    kind: AccessKind::OAuth2,
    matches: |table, _| {
        has_all(table, &["token", "expires", "scope", "application_id", "source_refresh_token_id"])
    },
    expiry: &["expires"],
    shut: Shut::Delete,
    ignores_inactivity: true,
};

pub(super) const REFRESH_TOKEN: Way = Way {
    name: "oauth2_refresh_tokens",
    noun: "OAuth2 refresh token",
    kind: AccessKind::OAuth2,
    matches: |table, _| has_all(table, &["token", "revoked", "access_token_id"]),
    expiry: &[],
    shut: Shut::Delete,
    ignores_inactivity: true,
};

pub(super) const GRANT: Way = Way {
    name: "oauth2_grants",
    noun: "OAuth2 grant",
    kind: AccessKind::OAuth2,
    matches: |table, _| has_all(table, &["code", "redirect_uri", "code_challenge"]),
    expiry: &["expires"],
    shut: Shut::Delete,
    ignores_inactivity: true,
};

pub(super) const DEVICE_GRANT: Way = Way {
    name: "oauth2_device_grants",
    noun: "OAuth2 device grant",
    kind: AccessKind::OAuth2,
    matches: |table, _| has_all(table, &["device_code", "user_code", "expires"]),
    expiry: &["expires"],
    shut: Shut::Delete,
    ignores_inactivity: true,
};

/// The grant type of an application that gets tokens without a user.
pub(super) const CLIENT_CREDENTIALS: &str = "client-credentials";

/// Whether these are applications, which get tokens of their own.
pub(super) fn is_application(table: &Table) -> bool {
    has_all(table, &["client_id", "client_secret", "authorization_grant_type"])
}

/// Whether this is a table of ID tokens, which identify a user but grant no access.
pub(super) fn is_id_token(table: &Table) -> bool {
    has_all(table, &["jti", "expires", "scope", "application_id"])
}

/// Returns the rest of a condition for access tokens that no refresh token of this table needs. Since 3.4, a refresh
/// token without its access token is refused, even if that has expired.
pub(super) fn keeps_access_tokens(table: &Table, key: &str) -> Option<String> {
    (REFRESH_TOKEN.matches)(table, "").then(|| {
        format!(
            " AND {} NOT IN (SELECT r.access_token_id FROM {} AS r WHERE r.access_token_id IS NOT NULL \
             AND r.revoked IS NULL)",
            quoted(key),
            quoted(&table.name)
        )
    })
}
