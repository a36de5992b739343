//! What programs are told: the object of register, login, whoami, create-token and edit-user, with the keys that clients of
//! the five systems read, and what every command that changes something adds to its own.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use crate::django::models::{Profile, Scheme, User, serialize_moment};

/// An account and its token.
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    /// Is the token, or was the password, accepted?
    pub valid: bool,
    /// The token's key; null where there is none, or where it is not for showing again.
    pub token: Option<&'a str>,
    /// The token's scheme; null without a token.
    pub scheme: Option<Scheme>,
    /// When the token ends; null for never, and without a token.
    #[serde(serialize_with = "serialize_moment")]
    pub expiry: Option<Timestamp>,
    /// Is the user staff?
    pub staff: bool,
    /// The user.
    pub user: &'a User,
    /// The user's profile, or null.
    pub profile: Option<&'a Profile>,
    /// A password that was made for the user, the only time it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<&'a str>,
    /// What the command changed, if it is one that changes something.
    #[serde(flatten)]
    pub report: Option<Report>,
}

impl<'a> Answer<'a> {
    /// An answer about a user, without a token.
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

/// What every command that changes something tells programs, among its other keys.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Did anything change? With `dry_run`: would it?
    pub changed: bool,
    /// The names of the fields that did.
    pub fields: Vec<String>,
    /// Was it only rehearsed?
    pub dry_run: bool,
}

impl Report {
    /// Adds its keys to an answer's.
    pub fn add_to(self, object: &mut Json) {
        object["changed"] = self.changed.into();
        object["fields"] = self.fields.into();
        object["dry_run"] = self.dry_run.into();
    }
}
