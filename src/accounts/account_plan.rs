//! The planned change of one account. All commands that create or change accounts execute it the same way.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::new_account::NewAccount;
use super::update::AccountUpdate;
use crate::django::models::Key;
use crate::django::passwords::Encoded;
use crate::django::tokens::TokenRow;
use crate::error::failure::Result;
use crate::store::{Deletion, Store, Transaction};

/// The planned change of one account.
#[derive(Debug, Serialize, Deserialize)]
pub enum AccountPlan<'a> {
    /// Create an account.
    Create(#[serde(borrow)] Box<NewAccount<'a>>),
    /// Change an existing one.
    Update(Box<AccountUpdate>),
}

/// The outcome of an executed plan.
pub struct ExecutedPlan<'p> {
    /// The user's key.
    pub user: Key,
    /// The number of new tokens.
    pub tokens: usize,
    created: Option<&'p NewAccount<'p>>,
    updated: Vec<String>,
}

impl<'a> From<NewAccount<'a>> for AccountPlan<'a> {
    fn from(account: NewAccount<'a>) -> Self {
        Self::Create(Box::new(account))
    }
}

impl From<AccountUpdate> for AccountPlan<'_> {
    fn from(update: AccountUpdate) -> Self {
        Self::Update(Box::new(update))
    }
}

impl AccountPlan<'_> {
    /// Also sets the password.
    pub fn set_password(&mut self, password: &Encoded) {
        let value = password.as_str().into();
        match self {
            Self::Create(account) => account.user.push(("password".into(), value)),
            Self::Update(update) => update.user.push(("password".into(), value)),
        }
    }

    /// Also adds these tokens.
    pub fn add_tokens(&mut self, tokens: impl IntoIterator<Item = TokenRow>) {
        match self {
            Self::Create(account) => account.tokens.extend(tokens),
            Self::Update(update) => update.tokens.extend(tokens),
        }
    }

    /// Returns the tokens to add.
    #[must_use]
    pub fn tokens(&self) -> &[TokenRow] {
        match self {
            Self::Create(account) => &account.tokens,
            Self::Update(update) => &update.tokens,
        }
    }

    /// Returns the kinds of the profiles to delete, with the effects.
    #[must_use]
    pub fn removed_profiles(&self) -> &[(String, Deletion)] {
        match self {
            Self::Create(_) => &[],
            Self::Update(update) => &update.removed_profiles,
        }
    }

    /// Fails if the login name of a new account is taken, or its email address where it is unique.
    pub fn check_free(&self, store: &Store) -> Result<()> {
        match self {
            Self::Create(account) => account.check_free(store),
            Self::Update(_) => Ok(()),
        }
    }

    /// Writes what differs from the database, and the tokens that the user does not have.
    ///
    /// [`Self::check_free`] must have succeeded in the same transaction, or before.
    ///
    /// # Errors
    /// Returns the refusal of a row by the database, or [`UserNotFound`] for an account that was deleted.
    ///
    /// [`UserNotFound`]: crate::error::refusal::Refusal::UserNotFound
    pub fn execute(&self, transaction: &Transaction<'_>) -> Result<ExecutedPlan<'_>> {
        self.execute_with(transaction, &mut |token, user| token.insert(transaction, user))
    }

    /// Like [`Self::execute`], but leaves it to `insert_token` to insert each token, now or later.
    pub fn execute_with(
        &self,
        transaction: &Transaction<'_>,
        insert_token: &mut dyn FnMut(&TokenRow, &Key) -> Result<()>,
    ) -> Result<ExecutedPlan<'_>> {
        match self {
            Self::Create(account) => {
                let user = account.insert(transaction)?;
                account.tokens.iter().try_for_each(|token| insert_token(token, &user))?;
                let tokens = account.tokens.len();
                Ok(ExecutedPlan { user, tokens, created: Some(account), updated: Vec::new() })
            }
            Self::Update(update) => {
                let user = transaction.reread_user(&update.key, &update.username)?;
                let mut updated = update.write(transaction, &user)?;
                let mut tokens = 0;
                for token in &update.tokens {
                    if token.is_new_for(transaction, &user)? {
                        insert_token(token, &user.id)?;
                        tokens += 1;
                    }
                }
                updated.extend((tokens > 0).then(|| "token".to_owned()));
                Ok(ExecutedPlan { user: user.id, tokens, created: None, updated })
            }
        }
    }
}

impl ExecutedPlan<'_> {
    /// Whether the account was created, rather than changed.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.created.is_some()
    }

    /// Whether anything was written.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.is_new() || !self.updated.is_empty()
    }

    /// Returns the names of the written fields.
    pub fn fields(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let of_new = self.created.into_iter().flat_map(NewAccount::fields);
        of_new.chain(self.updated.iter().map(|field| Cow::Borrowed(&**field)))
    }

    /// Converts the outcome into the names of the written fields.
    #[must_use]
    pub fn into_fields(self) -> Vec<String> {
        self.fields().map(Cow::into_owned).collect()
    }
}
