//! What is to be done for one row, ready to be written: kept in memory or a file until the database is locked.

use std::fmt;

use anyhow::Result;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::accounts::{Account, Edit};
use crate::model::{Key, User};
use crate::refusal::Refusal;
use crate::results::Secrets;
use crate::store::{NewToken, Store, Transaction};
use crate::token::{PlainToken, Stored};

/// One row's work.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry<'a> {
    /// The line on which the row begins.
    pub line: usize,
    /// The login name.
    pub username: String,
    /// What is to be done.
    #[serde(borrow)]
    pub work: Work<'a>,
    /// Secrets that were made here.
    pub made: Secrets,
}

/// What is to be done for one row.
#[derive(Debug, Serialize, Deserialize)]
pub enum Work<'a> {
    /// A new account is made.
    Create {
        /// The account, with its password.
        #[serde(borrow)]
        account: Account<'a>,
        /// Its tokens.
        tokens: Vec<TokenRow>,
    },
    /// An account that is there is brought to what is wanted of it.
    Change {
        /// The user's key.
        user: Key,
        /// What is wanted.
        edit: Box<Edit>,
        /// Tokens for a user who has no drf key.
        tokens: Vec<TokenRow>,
    },
    /// An account that is there stays as it is.
    Leave(Key),
    /// The row is not good, and nothing is done.
    Refuse,
}

/// A row of a token table, but for the user's key.
#[derive(Serialize, Deserialize)]
pub struct TokenRow {
    stored: StoredForm,
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    created: Timestamp,
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    expiry: Option<Timestamp>,
}

/// A [`Stored`] as it is kept until then.
#[derive(Serialize, Deserialize)]
enum StoredForm {
    Drf { key: String },
    Knox { digest: String, token_key: String, salt: Option<String> },
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
        let stored = match stored {
            Stored::Drf { key } => StoredForm::Drf { key: key.expose().to_owned() },
            Stored::Knox { digest, token_key, salt } => StoredForm::Knox { digest, token_key, salt },
        };
        Self { stored, created, expiry }
    }

    /// The key of the table.
    fn key(&self) -> &str {
        match &self.stored {
            StoredForm::Drf { key } => key,
            StoredForm::Knox { digest, .. } => digest,
        }
    }

    /// Is it one that the user lacks?
    ///
    /// # Errors
    /// [`Refusal::OtherToken`] for a drf key where the user has another, or a failure of the database.
    pub fn is_new_for(&self, store: &Store, user: &User) -> Result<bool> {
        match &self.stored {
            StoredForm::Knox { digest, .. } => Ok(!store.has_knox_digest(digest)?),
            StoredForm::Drf { key } => match store.drf_key(&user.id)? {
                None => Ok(true),
                Some(there) if there.expose() == key => Ok(false),
                Some(_) => Err(Refusal::OtherToken(user.username.clone()).into()),
            },
        }
    }

    /// Gives the token to this user.
    ///
    /// # Errors
    /// As [`Transaction::insert_token`].
    pub fn insert(self, transaction: &Transaction<'_>, user: &Key) -> Result<()> {
        let stored = match self.stored {
            StoredForm::Drf { key } => Stored::Drf { key: PlainToken::new(key) },
            StoredForm::Knox { digest, token_key, salt } => Stored::Knox { digest, token_key, salt },
        };
        transaction
            .insert_token(user, &NewToken { stored: &stored, created: self.created, expiry: self.expiry })
    }
}

/// In the order of the table's key: random keys one by one would fetch another page of the index each.
pub fn sort_tokens<T>(tokens: &mut [T], token: impl Fn(&T) -> &TokenRow) {
    tokens.sort_unstable_by(|left, right| token(left).key().cmp(token(right).key()));
}
