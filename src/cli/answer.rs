//! Answers for programs: the JSON object of register, login, whoami and create-token, with the keys that clients of the
//! API read. Also the keys that answers share. The whole form is described in `docs/schemas/`.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::django::models::{Key, Profile, User, serialize_moment};
use crate::django::tokens::AnyScheme;

/// An account and its token.
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    /// Whether the token or password was accepted.
    pub valid: bool,
    /// The token's key. Null without a token, or if it must not be shown again.
    pub token: Option<&'a str>,
    /// The token's scheme. Null without a token.
    pub scheme: Option<AnyScheme>,
    /// When the token expires. Null for never, or without a token.
    #[serde(serialize_with = "serialize_moment")]
    pub expiry: Option<Timestamp>,
    /// Whether the user is staff.
    pub staff: bool,
    /// The user. Null for an API key without one.
    pub user: Option<&'a User>,
    /// The user's first profile, as clients of the API know it, or null.
    pub profile: Option<&'a Profile>,
    /// All of the user's profiles.
    pub profiles: &'a [Profile],
    /// The generated password, shown only here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<&'a str>,
    /// The changes, if the command can make any.
    #[serde(flatten)]
    pub report: Option<Report>,
}

impl<'a> Answer<'a> {
    /// Creates an answer about a user, or about none, without a token.
    #[must_use]
    pub fn new(user: impl Into<Option<&'a User>>, profiles: &'a [Profile]) -> Self {
        let user = user.into();
        Self {
            valid: true,
            token: None,
            scheme: None,
            expiry: None,
            staff: user.is_some_and(|user| user.is_staff),
            user,
            profile: profiles.first(),
            profiles,
            password: None,
            report: None,
        }
    }
}

/// Returns a user as other objects refer to it.
#[must_use]
pub fn user_object(user: &User) -> Json {
    named_user(&user.id, &user.username)
}

/// Like [`user_object`], for a user of whom only the key and the name are known.
#[must_use]
pub fn named_user(id: &Key, username: &str) -> Json {
    json!({ "id": id, "username": username })
}

/// Returns the cell of a user in a list: as an object in JSON, and otherwise as the name.
#[must_use]
pub fn user_cell<'a>(id: &Key, username: &'a str, is_json: bool) -> Cow<'a, str> {
    if is_json { named_user(id, username).to_string().into() } else { username.into() }
}

/// Returns the answer about the users that a command names: about one user, that user's object, or else all objects
/// under `users`.
#[must_use]
pub fn about_users(mut objects: Vec<Json>, is_one: bool) -> Json {
    match objects.pop() {
        Some(object) if is_one && objects.is_empty() => object,
        last => {
            objects.extend(last);
            json!({ "users": objects })
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
