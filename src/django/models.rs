//! Users, profiles, tokens, and the filters that select them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A user's primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Django's `AutoField` and `BigAutoField`.
    Integer(i64),
    /// Django's `UUIDField`: 32 lower-case hexadecimal digits.
    Uuid(String),
    /// A text key, defined by the project.
    Text(String),
}

impl fmt::Display for Key {
    /// Shows UUIDs with dashes, like Django.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Uuid(digits) => f.write_str(&dashed_uuid(digits)),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Key {
    /// Human-readable formats get the displayed form. Binary formats keep the variant, so that the key can be read
    /// back.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            key if !serializer.is_human_readable() => KeyForm::from(key.clone()).serialize(serializer),
            Self::Integer(number) => serializer.serialize_i64(*number),
            other => serializer.collect_str(other),
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        KeyForm::deserialize(deserializer).map(Self::from)
    }
}

/// A [`Key`] serialized with its variant.
#[derive(Serialize, Deserialize)]
enum KeyForm {
    Integer(i64),
    Uuid(String),
    Text(String),
}

impl From<Key> for KeyForm {
    fn from(key: Key) -> Self {
        match key {
            Key::Integer(number) => Self::Integer(number),
            Key::Uuid(digits) => Self::Uuid(digits),
            Key::Text(text) => Self::Text(text),
        }
    }
}

impl From<KeyForm> for Key {
    fn from(form: KeyForm) -> Self {
        match form {
            KeyForm::Integer(number) => Self::Integer(number),
            KeyForm::Uuid(digits) => Self::Uuid(digits),
            KeyForm::Text(text) => Self::Text(text),
        }
    }
}

/// Adds dashes to the 32 digits of a UUID. Returns any other text unchanged.
#[must_use]
pub fn dashed_uuid(digits: &str) -> String {
    if digits.len() != 32 || !digits.is_ascii() {
        return digits.to_owned();
    }
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// Formats a timestamp in UTC after RFC 3339, with six decimals or, for whole seconds, none. DRF does the same.
#[must_use]
pub fn rfc3339(moment: Timestamp) -> String {
    if moment.subsec_nanosecond() == 0 { format!("{moment:.0}") } else { format!("{moment:.6}") }
}

/// Serializes a timestamp like [`rfc3339`], and `None` as null.
///
/// # Errors
/// Returns the serializer's error.
pub fn serialize_moment<S: Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    moment.map(rfc3339).serialize(serializer)
}

/// A user, without the password. A field that the project's user table lacks is empty, false or `None`.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// The primary key.
    pub id: Key,
    /// The login name, whichever column stores it.
    pub username: String,
    /// The email address.
    pub email: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// Whether the user may log in. True if the table has no such column.
    pub is_active: bool,
    /// Whether the user may enter Django's admin.
    pub is_staff: bool,
    /// Whether the user has every permission.
    pub is_superuser: bool,
    /// When the account was created.
    #[serde(serialize_with = "serialize_moment")]
    pub date_joined: Option<Timestamp>,
    /// When the user last logged in through Django.
    #[serde(serialize_with = "serialize_moment")]
    pub last_login: Option<Timestamp>,
}

/// A reference to a permission, as in Django's fixtures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// By its primary key.
    Key(i64),
    /// By its natural key.
    Natural {
        /// The permitted action, such as `add_user`.
        codename: String,
        /// The app label of the model.
        app_label: String,
        /// The model's name in lower case.
        model: String,
    },
    /// By the name that `has_perm` takes. Models of one app may share it.
    Named {
        /// The app label of the model.
        app_label: String,
        /// The permitted action, such as `add_user`.
        codename: String,
    },
}

impl Permission {
    /// Parses `app_label.codename`.
    ///
    /// # Errors
    /// Returns what was expected.
    pub fn named(text: &str) -> Result<Self, &'static str> {
        match text.split_once('.') {
            Some((app_label, codename)) if !app_label.is_empty() && !codename.is_empty() => {
                Ok(Self::Named { app_label: app_label.to_owned(), codename: codename.to_owned() })
            }
            _ => Err("expected APP.CODENAME, such as shop.add_order"),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "with the key {key}"),
            Self::Named { app_label, codename } => write!(f, "{app_label}.{codename}"),
            Self::Natural { codename, app_label, model } => write!(f, "{app_label}.{codename} of {model}"),
        }
    }
}

/// A profile: a row one-to-one with a user.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The profile kind, such as `customer`.
    pub kind: String,
    /// The profile's own columns.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// As one object: the kind as `kind`, and each column by its name. A column that is called `kind` too has the name that
/// options give it, such as `customer.kind`.
impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.fields.len() + 1))?;
        object.serialize_entry("kind", &self.kind)?;
        for (name, value) in &self.fields {
            if name == "kind" {
                object.serialize_entry(&format!("{}.kind", self.kind), value)?;
            } else {
                object.serialize_entry(name, value)?;
            }
        }
        object.end()
    }
}

/// A token scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Django REST framework's `authtoken`: one token per user, stored in plain text.
    Drf,
    /// django-rest-knox: any number of tokens per user, stored as digests with an expiry.
    Knox,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Drf => "drf",
            Self::Knox => "knox",
        })
    }
}

/// The state of a token at a given time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    /// Accepted.
    Active,
    /// Its expiry has passed.
    Expired,
    /// Its user is inactive, so Django refuses it.
    Inactive,
    /// It was revoked, but its row is still there.
    Revoked,
}

impl fmt::Display for TokenState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Inactive => "inactive",
            Self::Revoked => "revoked",
        })
    }
}

/// Selects and sorts users. All conditions must match.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Only active, or only inactive users.
    pub active: Option<bool>,
    /// Only staff.
    pub staff: bool,
    /// Only superusers.
    pub superuser: bool,
    /// Only users with a profile of this kind.
    pub profile: Option<String>,
    /// Only users in the group with this name.
    pub group: Option<String>,
    /// Only users whose name or email address contains this text.
    pub search: Option<String>,
    /// Only users without a token of any scheme.
    pub without_token: bool,
    /// Only users who joined at or after this time.
    pub joined_after: Option<Timestamp>,
    /// Only users who joined before this time.
    pub joined_before: Option<Timestamp>,
    /// Only users whose last login was at or after this time.
    pub last_login_after: Option<Timestamp>,
    /// Only users whose last login was before this time.
    pub last_login_before: Option<Timestamp>,
    /// Only users who never logged in.
    pub never_logged_in: bool,
    /// Only users whose columns match these conditions.
    pub conditions: Vec<UserCondition>,
    /// The sort order. The primary key breaks ties, and is the order if this is `None`.
    pub sort: Option<Sort>,
    /// The maximum number of users.
    pub limit: Option<u64>,
    /// The number of users to skip.
    pub offset: u64,
}

/// A condition on a column of a user or a profile, written `FIELD=VALUE`.
#[derive(Clone, Debug)]
pub struct UserCondition {
    /// The column.
    pub field: String,
    /// How it is compared.
    pub comparison: FieldOperator,
    /// The value, not yet converted to the type of the column. Empty for no value.
    pub value: String,
    /// The time zone of a time without an offset.
    pub zone: TimeZone,
}

impl UserCondition {
    /// Parses a condition. A time without an offset is in this zone.
    ///
    /// # Errors
    /// Fails if the text has no field or no comparison.
    pub fn parse(text: &str, zone: TimeZone) -> Result<Self, String> {
        let split = text.find(['=', '<', '>', '~', '!']).filter(|at| *at > 0).and_then(|at| {
            let (field, rest) = text.split_at(at);
            let found = FieldOperator::ALL.iter().find(|comparison| rest.starts_with(comparison.sign()))?;
            Some((field, *found, &rest[found.sign().len()..]))
        });
        let (field, comparison, value) =
            split.ok_or("expected FIELD=VALUE, or one of != < <= > >= ~ instead of =")?;
        Ok(Self { field: field.trim().to_owned(), comparison, value: value.trim().to_owned(), zone })
    }
}

/// How a column is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldOperator {
    /// Equal.
    Equal,
    /// Not equal, which includes no value.
    NotEqual,
    /// At most.
    AtMost,
    /// At least.
    AtLeast,
    /// Less.
    Less,
    /// More.
    More,
    /// Contains the text, in either case.
    Contains,
}

impl FieldOperator {
    /// All comparisons. A sign that starts with another one comes first.
    const ALL: [Self; 7] =
        [Self::AtMost, Self::AtLeast, Self::NotEqual, Self::Equal, Self::Less, Self::More, Self::Contains];

    /// Returns the sign that users write.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::NotEqual => "!=",
            Self::Contains => "~",
            other => other.operator(),
        }
    }

    /// Returns the operator in SQL.
    #[must_use]
    pub fn operator(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::More => ">",
            Self::Contains => "LIKE",
        }
    }
}

/// A sort order, written `FIELD`, `-FIELD` or `FIELD:desc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub field: String,
    /// Whether to sort from the largest to the smallest value.
    pub descending: bool,
}

impl FromStr for Sort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (field, descending) = match text.split_once(':') {
            // As in Django's `order_by`.
            None => text.strip_prefix('-').map_or((text, false), |field| (field, true)),
            Some((field, "asc")) => (field, false),
            Some((field, "desc")) => (field, true),
            Some(_) => return Err("expected FIELD, FIELD:asc or FIELD:desc".into()),
        };
        Ok(Self { field: field.to_owned(), descending })
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.field, if self.descending { ":desc" } else { "" })
    }
}

/// Selects tokens. All conditions must match.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// Only tokens of this user.
    pub user: Option<Key>,
    /// Only tokens of this scheme.
    pub scheme: Option<Scheme>,
    /// Only tokens whose expiry is before this time.
    pub expired_at: Option<Timestamp>,
    /// Only tokens whose key starts with this public prefix.
    pub prefix: Option<String>,
    /// Only tokens created before this time.
    pub created_before: Option<Timestamp>,
    /// Only tokens of inactive users.
    pub of_inactive: bool,
    /// Only tokens that belong to no user.
    pub without_user: bool,
}

impl TokenFilter {
    /// Selects the tokens of a user, of one or all schemes.
    #[must_use]
    pub fn of(user: &Key, scheme: Option<Scheme>) -> Self {
        Self { user: Some(user.clone()), scheme, ..Self::default() }
    }

    /// Whether tokens of this scheme, or of no known scheme, can match.
    #[must_use]
    pub fn allows(&self, scheme: Option<Scheme>) -> bool {
        self.scheme.is_none() || self.scheme == scheme
    }
}
