//! A token as a file of accounts gives it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::django::tokens::{PlainToken, Stored};

/// A row of a token table, but for the user's key.
#[derive(Serialize, Deserialize)]
pub struct TokenRow {
    #[serde(with = "StoredForm")]
    pub stored: Stored,
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub created: Timestamp,
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    pub expiry: Option<Timestamp>,
}

/// How a [`Stored`] is kept until then.
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

/// A token's key as it is: what waits is as secret as the database.
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
    /// What is stored of a token, when it was made and when it ends.
    #[must_use]
    pub fn new(stored: Stored, created: Timestamp, expiry: Option<Timestamp>) -> Self {
        Self { stored, created, expiry }
    }

    /// The key of the table.
    #[must_use]
    pub fn key(&self) -> &str {
        match &self.stored {
            Stored::Drf { key } => key.expose(),
            Stored::Knox { digest, .. } => digest,
        }
    }
}
