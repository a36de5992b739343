//! Answers for programs: the JSON object of register, login, whoami, create-token and edit-user, with the keys that
//! clients of the five systems read. Also the keys that every changing command adds.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use crate::django::models::{Profile, Scheme, User, serialize_moment};

/// An account and its token.
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    /// Whether the token or password was accepted.
    pub valid: bool,
    /// The token's key. Null without a token, or if it must not be shown again.
    pub token: Option<&'a str>,
    /// The token's scheme. Null without a token.
    pub scheme: Option<Scheme>,
    /// When the token expires. Null for never, or without a token.
    #[serde(serialize_with = "serialize_moment")]
    pub expiry: Option<Timestamp>,
    /// Whether the user is staff.
    pub staff: bool,
    /// The user.
    pub user: &'a User,
    /// The user's profile, or null.
    pub profile: Option<&'a Profile>,
    /// The generated password, shown only here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<&'a str>,
    /// The changes, if the command can make any.
    #[serde(flatten)]
    pub report: Option<Report>,
}

impl<'a> Answer<'a> {
    /// Creates an answer about a user, without a token.
    #[must_use]
    pub fn new(user: &'a User, profiles: &'a [Profile]) -> Self {
        Self {
            valid: true,
            token: None,
            scheme: None,
            expiry: None,
            staff: user.is_staff,
            user,
            profile: profiles.first(),
            password: None,
            report: None,
        }
    }
}

/// Returns the names of changed fields, each once.
#[must_use]
pub fn distinct(fields: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut found = Vec::new();
    for field in fields {
        if !found.contains(&field) {
            found.push(field);
        }
    }
    found
}

/// The keys that every changing command adds to its answer.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Whether anything changed, or with `dry_run` would change.
    pub changed: bool,
    /// The names of the changed fields.
    pub fields: Vec<String>,
    /// Whether the change was only rehearsed.
    pub dry_run: bool,
}

impl Report {
    /// Adds its keys to an answer.
    pub fn add_to(self, object: &mut Json) {
        object["changed"] = self.changed.into();
        object["fields"] = self.fields.into();
        object["dry_run"] = self.dry_run.into();
    }
}
