//! Registers an account: creates a new one, or updates an existing one.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;

use super::Accounts;
use super::account_plan::AccountPlan;
use super::change_runner::ChangeRunner;
use super::defaults::Copied;
use super::issue_token::IssuedToken;
use super::new_account::NewAccount;
use super::new_password::Password;
use crate::django::models::{Profile, Scheme, TokenFilter, User};
use crate::django::passwords::{Plain, Recipe};
use crate::django::tokens::PlainToken;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::lost_answer::Effect;
use crate::store::{Done, Store, Transaction};

/// What to do with an existing account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnExisting {
    /// Fail.
    #[default]
    Fail,
    /// Leave it unchanged.
    Skip,
    /// Set the given values, and leave the others unchanged.
    Update,
}

/// A database file created for the account.
pub struct CreatedFile {
    /// Its path.
    pub path: PathBuf,
    /// The recipe of its password hashes.
    pub recipe: Recipe,
}

/// The outcome of a registration.
pub struct Registered {
    /// The user.
    pub user: User,
    /// The user's profiles.
    pub profiles: Vec<Profile>,
    /// Whether the account is new.
    pub is_new: bool,
    /// The kinds of profiles that the new account lacks, but that most of the newest users have.
    pub lacking: Vec<String>,
    /// The database file, if it was created too.
    pub created_file: Option<CreatedFile>,
    /// The names of the changed fields.
    pub fields: Vec<String>,
    /// The new token, or the existing drf key.
    pub token: Option<PlainToken>,
    /// The scheme of new tokens, even if none was created.
    pub scheme: Option<Scheme>,
    /// The expiry of the token.
    pub expiry: Option<Timestamp>,
    /// The generated password.
    pub random: Option<Plain>,
    /// The recipe of the password's hash, if it is the first Argon2 hash in the database. Django cannot verify it
    /// without another package.
    pub new_hasher: Option<Recipe>,
    /// What was taken from another user.
    pub copied: Vec<Copied>,
}

/// The registration of one account.
pub struct Registration<'a> {
    accounts: Accounts<'a>,
    /// The scheme of the account's token, if it gets one.
    scheme: Option<Scheme>,
    is_rehearsal: bool,
}

/// A new account with its secrets, ready to be written.
pub struct NewRegistration {
    username: String,
    plan: AccountPlan<'static>,
    token: Option<IssuedToken>,
    random: Option<Plain>,
    new_hasher: Option<Recipe>,
}

impl<'a> Registration<'a> {
    /// Prepares a registration. With `wants_token`, the account gets a token of this scheme, or of the configured or
    /// only one.
    pub fn new(
        accounts: Accounts<'a>,
        wants_token: bool,
        scheme: Option<Scheme>,
        is_rehearsal: bool,
    ) -> Result<Self> {
        let scheme = if wants_token { accounts.scheme(scheme)? } else { None };
        Ok(Self { accounts, scheme, is_rehearsal })
    }

    /// Hashes the password and generates the token of a new account.
    pub fn prepare(&self, account: NewAccount<'_>, password: Password) -> Result<NewRegistration> {
        let username = account.username.clone();
        let mut plan = AccountPlan::from(account.into_owned());
        plan.set_password(&self.accounts.encode(&password, self.is_rehearsal)?);
        let new_hasher = self.accounts.new_hasher(&password)?;
        let generate = |scheme| self.accounts.generate_token(scheme, None, None);
        let token = self.scheme.map(generate).transpose()?;
        plan.add_tokens(token.as_ref().map(IssuedToken::row));
        Ok(NewRegistration { username, plan, token, random: password.into_shown(), new_hasher })
    }

    /// Leaves an account unchanged, and returns its drf key.
    pub fn leave(&self, user: &User) -> Result<Registered> {
        self.outcome(self.accounts.store, user.clone(), Vec::new())
    }

    /// Updates an existing account.
    ///
    /// A user without a drf key gets one. No knox token is created, since it cannot be told apart from existing ones.
    pub fn update(
        &self,
        runner: &impl ChangeRunner,
        user: &User,
        mut plan: AccountPlan<'_>,
        password: Option<Password>,
    ) -> Result<Registered> {
        if let Some(password) = &password {
            plan.set_password(&self.accounts.encode(password, self.is_rehearsal)?);
        }
        let fresh = match self.scheme {
            Some(Scheme::Drf) => Some(self.accounts.generate_token(Scheme::Drf, None, None)?),
            _ => None,
        };
        let random = password.and_then(Password::into_shown);
        let object = json!({ "user": user.username });
        let done = runner.run(
            self.accounts.store,
            |_| object.clone(),
            |transaction| {
                let mut fields = plan.execute(transaction)?.into_fields();
                let current = transaction.reread_user(&user.id, &user.username)?;
                let mut given = None;
                if let Some(fresh) = fresh.as_ref().filter(|_| current.is_active)
                    && transaction.count_tokens(&TokenFilter::of(&user.id, self.scheme))? == 0
                {
                    transaction.insert_token(&user.id, &fresh.as_new())?;
                    fields.push("token".into());
                    given = Some(fresh);
                }
                runner.set_effect(effect(&current.username, false, given, random.as_ref()));
                Ok(Done { value: self.outcome(transaction, current, fields.clone())?, fields })
            },
        )?;
        Ok(Registered { random, ..done.value })
    }

    fn outcome(&self, store: &Store, user: User, fields: Vec<String>) -> Result<Registered> {
        // Django refuses the keys of inactive users, so they are not returned.
        let key = match self.scheme {
            Some(Scheme::Drf) if user.is_active => store.drf_key(&user.id)?,
            _ => None,
        };
        Ok(Registered {
            profiles: store.profiles_of(&user.id)?,
            is_new: false,
            lacking: Vec::new(),
            created_file: None,
            fields,
            token: key,
            scheme: self.scheme,
            expiry: None,
            random: None,
            new_hasher: None,
            copied: Vec::new(),
            user,
        })
    }
}

impl NewRegistration {
    /// Returns the login name.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Returns what the registration leaves in the database.
    #[must_use]
    pub fn effect(&self) -> Effect {
        effect(&self.username, true, self.token.as_ref(), self.random.as_ref())
    }

    /// Writes the account with its profiles and its token. Returns the user and the profiles.
    pub fn execute(&self, transaction: &Transaction<'_>) -> Result<Done<(User, Vec<Profile>)>> {
        self.plan.check_free(transaction)?;
        let executed = self.plan.execute(transaction)?;
        let user = transaction.user_of_key(&executed.user)?.context("the new user has disappeared")?;
        let profiles = transaction.profiles_of(&user.id)?;
        Ok(Done { value: (user, profiles), fields: executed.into_fields() })
    }

    /// Returns the outcome after [`Self::execute`].
    #[must_use]
    pub fn registered(
        self,
        done: Done<(User, Vec<Profile>)>,
        usual_kinds: Vec<String>,
        created_file: Option<CreatedFile>,
    ) -> Registered {
        let (user, profiles) = done.value;
        let mut lacking = usual_kinds;
        lacking.retain(|kind| profiles.iter().all(|profile| profile.kind != *kind));
        Registered {
            user,
            profiles,
            is_new: true,
            lacking,
            created_file,
            fields: done.fields,
            expiry: self.token.as_ref().and_then(|token| token.expiry),
            scheme: self.token.as_ref().map(|token| token.scheme),
            token: self.token.map(|token| token.plain),
            random: self.random,
            new_hasher: self.new_hasher,
            copied: Vec::new(),
        }
    }
}

/// Returns what a registration leaves in the database.
fn effect(username: &str, is_new: bool, fresh: Option<&IssuedToken>, random: Option<&Plain>) -> Effect {
    let verb = if is_new { "registered" } else { "changed" };
    let effect = Effect::new(format!("{username} was {verb}"));
    let mut effect = effect.with_token(fresh.map(|fresh| fresh.stored.prefix()));
    if random.is_some() {
        effect.add_random_password(username);
    }
    effect
}
