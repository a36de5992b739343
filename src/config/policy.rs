//! The settings that decide about accounts. The domain knows these, but not the file that they come from.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::django::models::Scheme;
use crate::django::passwords::Recipe;
use crate::django::rate::Rate;
use crate::django::tokens::Ttl;
use crate::django::tokens::knox::TokenHash;

/// The settings that decide about accounts.
#[derive(Debug)]
pub struct Policy {
    /// `[register]`.
    pub register: RegisterSettings,
    /// `[profiles.KIND]`.
    pub profiles: BTreeMap<String, ProfileKind>,
    /// `[login]`.
    pub login: LoginSettings,
    /// `[tokens]`.
    pub tokens: TokenSettings,
    /// `[passwords]`.
    pub passwords: PasswordSettings,
    /// Django's `TIME_ZONE` in a project with `USE_TZ = False`, otherwise UTC.
    pub time_zone: TimeZone,
}

impl Policy {
    /// The policy without a configuration file.
    #[must_use]
    pub fn without_settings(time_zone: TimeZone) -> Self {
        Self {
            register: RegisterSettings::default(),
            profiles: BTreeMap::new(),
            login: LoginSettings::default(),
            tokens: TokenSettings::default(),
            passwords: PasswordSettings::default(),
            time_zone,
        }
    }

    /// Whether the email address is the login name, by the configuration or by the login column.
    #[must_use]
    pub fn is_named_by_email(&self, login: &str) -> bool {
        self.register.username_from == UsernameFrom::Email || login == "email"
    }
}

/// `[register]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegisterSettings {
    /// The source of the user name.
    pub username_from: UsernameFrom,
    /// Fields that are required and must not be empty.
    pub required: Vec<String>,
    /// The profile kind of new users.
    pub profile: Option<String>,
    /// Default values of user columns.
    #[serde(deserialize_with = "values")]
    pub defaults: Map<String, Json>,
}

/// The source of the user name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UsernameFrom {
    /// The user name is given.
    #[default]
    Username,
    /// The email address is the user name.
    Email,
}

/// `[profiles.KIND]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileKind {
    /// The table. Without it, the kind must be one that is discovered under this name.
    pub(super) table: Option<String>,
    /// The columns that `init` creates, with their types.
    pub(super) fields: Map<String, Json>,
    /// Fields that are required and must not be empty.
    pub required: Vec<String>,
    /// Whether a profile of this kind makes its user staff.
    pub staff: bool,
    /// Default values of fields.
    #[serde(deserialize_with = "values")]
    pub defaults: Map<String, Json>,
    /// The migrations, as `app.name`, that create only profile tables.
    pub(super) migrations: Vec<String>,
}

/// `[login]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoginSettings {
    /// The maximum rate of failed logins.
    pub throttle: Option<Rate>,
}

/// `[tokens]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenSettings {
    /// The scheme that `init` creates, and the scheme of new tokens if a database has both.
    pub scheme: Option<Scheme>,
    /// The table that the project's API reads, if several are possible.
    pub table: Option<String>,
    /// knox's `TOKEN_TTL`.
    pub ttl: Ttl,
    /// knox's `TOKEN_PREFIX`.
    pub prefix: String,
    /// knox's `TOKEN_LIMIT_PER_USER`.
    pub limit: Option<u64>,
    /// knox's `SECURE_HASH_ALGORITHM`.
    pub hash: TokenHash,
}

/// `[passwords]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordSettings {
    /// The algorithm of new hashes, optionally with a cost: `pbkdf2_sha256 1000000`.
    #[serde(deserialize_with = "recipe")]
    pub hasher: Option<Recipe>,
    /// Whether weak passwords are refused.
    pub require_strong: bool,
}

/// Deserializes values of columns. TOML dates and times become text.
fn values<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Map<String, Json>, D::Error> {
    fn json(value: toml::Value) -> Json {
        match value {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(flag) => flag.into(),
            toml::Value::Datetime(moment) => moment.to_string().into(),
            toml::Value::Array(values) => values.into_iter().map(json).collect(),
            toml::Value::Table(table) => Json::Object(object(table)),
        }
    }
    fn object(table: toml::Table) -> Map<String, Json> {
        table.into_iter().map(|(name, value)| (name, json(value))).collect()
    }
    toml::Table::deserialize(deserializer).map(object)
}

fn recipe<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Recipe>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(serde::de::Error::custom)
}
