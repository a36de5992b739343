//! The planned work for one row. It waits in memory or in a temporary file until the database is locked.

use serde::{Deserialize, Serialize};

use crate::accounts::new_account::NewAccount;
use crate::accounts::update::AccountUpdate;
use crate::django::models::{Key, User};
use crate::django::tokens::Stored;
use crate::error::failure::Result;
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::files::results::Secrets;
use crate::formats::token_row::TokenRow;
use crate::store::{NewToken, Store, Transaction};

/// A row, ready to be written.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlannedRow<'a> {
    /// The line where the row starts.
    pub line: usize,
    /// The login name.
    pub username: String,
    /// The work to do.
    #[serde(borrow)]
    pub work: RowAction<'a>,
    /// Generated secrets.
    pub made: Secrets,
}

/// The work to do for one row.
#[derive(Debug, Serialize, Deserialize)]
pub enum RowAction<'a> {
    /// Create an account with these values, password and tokens.
    Create(#[serde(borrow)] NewAccount<'a>),
    /// Update an existing account.
    Change {
        /// The user's key.
        user: Key,
        /// The new values.
        update: Box<AccountUpdate>,
        /// The tokens to add, unless the user already has them.
        tokens: Vec<TokenRow>,
    },
    /// Leave an existing account unchanged.
    Leave(Key),
    /// Do nothing, because the row has faults.
    Refuse,
}

impl PlannedRow<'_> {
    /// Adds the generated secrets of the row.
    pub fn add_to(&self, effect: &mut Effect) {
        let tokens = match &self.work {
            RowAction::Create(account) => &account.tokens,
            RowAction::Change { tokens, .. } => tokens,
            RowAction::Leave(_) | RowAction::Refuse => return,
        };
        if self.made.token.is_some() {
            effect.add_tokens(tokens.iter().map(|token| token.stored.prefix()));
        }
        if self.made.password.is_some() {
            effect.add_random_password(&self.username);
        }
    }
}

impl TokenRow {
    /// Whether the user lacks this token. Fails with [`Refusal::OtherToken`] if the user has another drf key.
    pub fn is_new_for(&self, store: &Store, user: &User) -> Result<bool> {
        match &self.stored {
            Stored::Knox { digest, .. } => Ok(!store.has_knox_digest(digest)?),
            Stored::Drf { key } => match store.drf_key(&user.id)? {
                None => Ok(true),
                Some(existing) if existing.expose() == key.expose() => Ok(false),
                Some(_) => Err(Refusal::OtherToken(user.username.clone()).into()),
            },
        }
    }

    /// Inserts the token for this user.
    pub fn insert(&self, transaction: &Transaction<'_>, user: &Key) -> Result<()> {
        let Self { stored, created, expiry } = self;
        transaction.insert_token(user, &NewToken { stored, created: *created, expiry: *expiry })
    }
}
