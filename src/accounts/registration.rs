//! Registers an account: creates a new one, or updates an existing one.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde_json::json;

use crate::accounts::issue_token::{self, IssuedToken};
use crate::accounts::new_password::Password;
use crate::accounts::{Account, Edit};
use crate::cli::change::Change;
use crate::cli::context::Context;
use crate::django::models::{Profile, Scheme, User};
use crate::django::passwords::{Plain, Recipe};
use crate::django::tokens::PlainToken;
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
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

/// When to set the password of an existing account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpdatePassword {
    /// Never. Only a new account gets the password.
    #[default]
    OnCreate,
    /// Always.
    Always,
    /// If it differs from the stored one.
    IfDifferent,
}

impl UpdatePassword {
    /// Fails if passwords are to be updated but existing accounts are not.
    pub fn check(self, on_existing: OnExisting) -> Result<(), Refusal> {
        if self != Self::OnCreate && on_existing != OnExisting::Update {
            return Err(Refusal::usage("--update-password requires --on-existing update."));
        }
        Ok(())
    }
}

/// The inputs of a registration, apart from the account.
pub struct Registration<'a> {
    /// The context of the command.
    pub context: &'a Context,
    /// The change that the command makes.
    pub change: &'a Change<'a>,
    /// Whether the account gets a token.
    pub wants_token: bool,
    /// The requested scheme of the token.
    pub scheme: Option<Scheme>,
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
    /// Whether the database belongs to a Django project.
    pub is_django: bool,
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
}

impl Registration<'_> {
    /// Creates the account, in the new database if `draft` has one.
    ///
    /// If another process has created the database file meanwhile, the account is written to that file, and `draft`
    /// becomes `None`.
    pub fn create(
        &self,
        account: &Account<'_>,
        password: Password,
        draft: &mut Option<Store>,
    ) -> Result<Registered> {
        let context = self.context;
        let store = match draft {
            Some(draft) => &*draft,
            None => context.store()?,
        };
        let scheme = self.scheme(store)?;
        let encoded = context.encode(&password, store, self.change.is_rehearsal())?;
        let fresh =
            scheme.map(|scheme| issue_token::generate(context, store, scheme, None, None)).transpose()?;
        let work = |transaction: &Transaction<'_>| {
            let done =
                account.create(transaction, &encoded, fresh.as_ref().map(|fresh| fresh.as_new()).as_ref())?;
            let user = transaction.user_of_key(&done.value)?.context("the new user has disappeared")?;
            let profiles = transaction.profiles_of(&user.id)?;
            Ok(Done { value: (user, profiles), fields: done.fields })
        };
        let object = json!({ "user": account.username });
        let random = password.into_shown();
        self.change.set_effect(effect(&account.username, true, fresh.as_ref(), random.as_ref()));
        let mut done = None;
        let mut created_file = None;
        if let Some(new) = draft {
            let made = new.transact(work)?;
            let recipe = context.recipe(new)?;
            match self.change.publish(new, &object, &made.fields) {
                Ok(()) => {
                    created_file = Some(CreatedFile { path: new.path().to_owned(), recipe });
                    done = Some(made);
                }
                Err(error) if matches!(error.downcast_ref(), Some(Refusal::FileExists { .. })) => {
                    *draft = None;
                }
                Err(error) => return Err(error),
            }
        }
        let done = match done {
            Some(done) => done,
            None => self.change.make(context.store()?, &object, work)?,
        };
        let (user, profiles) = done.value;
        Ok(Registered {
            user,
            profiles,
            is_new: true,
            is_django: draft.is_none() && context.store()?.layout().is_django,
            created_file,
            fields: done.fields,
            token: fresh.as_ref().map(|fresh| fresh.plain.clone()),
            scheme,
            expiry: fresh.as_ref().and_then(|fresh| fresh.expiry),
            random,
        })
    }

    /// Leaves an account unchanged, and returns its drf key.
    pub fn leave(&self, user: &User, store: &Store) -> Result<Registered> {
        self.outcome(store, user.clone(), Vec::new())
    }

    /// Updates an existing account.
    ///
    /// A user without a drf key gets one. No knox token is created, since it cannot be told apart from existing ones.
    pub fn update(
        &self,
        user: &User,
        mut edit: Edit,
        password: Option<Password>,
        store: &Store,
    ) -> Result<Registered> {
        if let Some(password) = &password {
            edit.set_password(&self.context.encode(password, store, self.change.is_rehearsal())?);
        }
        let fresh = match self.scheme(store)? {
            Some(Scheme::Drf) => Some(issue_token::generate(self.context, store, Scheme::Drf, None, None)?),
            _ => None,
        };
        let random = password.and_then(Password::into_shown);
        let done = self.change.make(store, &json!({ "user": user.username }), |transaction| {
            let mut fields = edit.apply(transaction, user)?;
            let now = transaction.reread_user(user)?;
            let mut given = None;
            if let Some(fresh) = fresh.as_ref().filter(|_| now.is_active)
                && transaction.drf_key(&user.id)?.is_none()
            {
                transaction.insert_token(&user.id, &fresh.as_new())?;
                fields.push("token".into());
                given = Some(fresh);
            }
            self.change.set_effect(effect(&now.username, false, given, random.as_ref()));
            let mut outcome = self.outcome(transaction, now, fields.clone())?;
            outcome.random = random;
            Ok(Done { value: outcome, fields })
        })?;
        Ok(done.value)
    }

    fn outcome(&self, store: &Store, user: User, fields: Vec<String>) -> Result<Registered> {
        let scheme = self.scheme(store)?;
        // Django refuses the keys of inactive users, so they are not returned.
        let key = match scheme {
            Some(Scheme::Drf) if user.is_active => store.drf_key(&user.id)?,
            _ => None,
        };
        Ok(Registered {
            profiles: store.profiles_of(&user.id)?,
            is_new: false,
            is_django: store.layout().is_django,
            created_file: None,
            fields,
            token: key,
            scheme,
            expiry: None,
            random: None,
            user,
        })
    }

    fn scheme(&self, store: &Store) -> Result<Option<Scheme>> {
        if self.wants_token { issue_token::scheme(self.context, store, self.scheme) } else { Ok(None) }
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
