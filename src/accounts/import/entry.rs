//! What is to be done for one row, ready to be written: kept in memory or a file until the database is locked.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::accounts::{Account, Edit};
use crate::django::models::{Key, User};
use crate::django::tokens::Stored;
use crate::error::lost_answer::Aftermath;
use crate::error::refusal::Refusal;
use crate::files::results::Secrets;
use crate::formats::token_row::TokenRow;
use crate::store::{NewToken, Store, Transaction};

/// One row's work.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlannedRow<'a> {
    /// The line on which the row begins.
    pub line: usize,
    /// The login name.
    pub username: String,
    /// What is to be done.
    #[serde(borrow)]
    pub work: RowAction<'a>,
    /// Secrets that were made here.
    pub made: Secrets,
}

/// What is to be done for one row.
#[derive(Debug, Serialize, Deserialize)]
pub enum RowAction<'a> {
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

impl PlannedRow<'_> {
    /// Adds the secrets that were made for the row.
    pub fn add_to(&self, aftermath: &mut Aftermath) {
        let (RowAction::Create { tokens, .. } | RowAction::Change { tokens, .. }) = &self.work else {
            return;
        };
        if self.made.token.is_some() {
            aftermath.add_tokens(tokens.iter().map(|token| token.stored.prefix()));
        }
        if self.made.password.is_some() {
            aftermath.add_random_password(&self.username);
        }
    }
}

impl TokenRow {
    /// Is it one that the user lacks?
    ///
    /// # Errors
    /// [`Refusal::OtherToken`] for a drf key where the user has another, or a failure of the database.
    pub fn is_new_for(&self, store: &Store, user: &User) -> Result<bool> {
        match &self.stored {
            Stored::Knox { digest, .. } => Ok(!store.has_knox_digest(digest)?),
            Stored::Drf { key } => match store.drf_key(&user.id)? {
                None => Ok(true),
                Some(there) if there.expose() == key.expose() => Ok(false),
                Some(_) => Err(Refusal::OtherToken(user.username.clone()).into()),
            },
        }
    }

    /// Gives the token to this user.
    ///
    /// # Errors
    /// As [`Transaction::insert_token`].
    pub fn insert(&self, transaction: &Transaction<'_>, user: &Key) -> Result<()> {
        let Self { stored, created, expiry } = self;
        transaction.insert_token(user, &NewToken { stored, created: *created, expiry: *expiry })
    }
}
