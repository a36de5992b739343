//! A row of a token table, before it is written.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PlainToken, Stored};

/// A row of a token table, without the user's key.
#[derive(Serialize, Deserialize)]
pub struct TokenRow {
    /// The stored form of the key.
    #[serde(with = "StoredForm")]
    pub stored: Stored,
    /// The time of creation.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub created: Timestamp,
    /// The expiry, or `None` if the token never expires.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    pub expiry: Option<Timestamp>,
}

/// The serialized form of [`Stored`].
#[derive(Serialize, Deserialize)]
#[serde(remote = "Stored")]
enum StoredForm {
    Drf {
        #[serde(with = "exposed")]
        key: PlainToken,
    },
    Knox {
        digest: String,
        token_key: String,
        salt: Option<String>,
    },
}

/// Serializes the key of a token in plain text. The serialized form is as secret as the database itself.
mod exposed {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::PlainToken;

    pub fn serialize<S: Serializer>(key: &PlainToken, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(key.expose())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PlainToken, D::Error> {
        String::deserialize(deserializer).map(PlainToken::new)
    }
}

impl fmt::Debug for TokenRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenRow(…)")
    }
}

impl TokenRow {
    /// Creates a row from the stored form, the creation time and the expiry.
    #[must_use]
    pub fn new(stored: Stored, created: Timestamp, expiry: Option<Timestamp>) -> Self {
        Self { stored, created, expiry }
    }

    /// Returns the primary key of the row.
    #[must_use]
    pub fn key(&self) -> &str {
        match &self.stored {
            Stored::Drf { key } => key.expose(),
            Stored::Knox { digest, .. } => digest,
        }
    }
}
