//! Registering: a new account, or one that is there brought to what is wanted of it.

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
use crate::error::lost_answer::Aftermath;
use crate::error::refusal::Refusal;
use crate::store::{Done, Store, Transaction};

/// What happens to an account that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnExisting {
    /// It is an error
    #[default]
    Fail,
    /// It stays as it is
    Skip,
    /// It gets what is given; what is not given stays
    Update,
}

/// When an account that is there already gets the password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpdatePassword {
    /// Never: only a new account does
    #[default]
    OnCreate,
    /// Each time
    Always,
    /// Where it is another one
    IfDifferent,
}

impl UpdatePassword {
    /// Refuses to say when an account gets the password that does not get anything.
    ///
    /// # Errors
    /// [`Refusal::Usage`].
    pub fn check(self, on_existing: OnExisting) -> Result<(), Refusal> {
        if self != Self::OnCreate && on_existing != OnExisting::Update {
            return Err(Refusal::usage("--update-password requires --on-existing update."));
        }
        Ok(())
    }
}

/// What registering takes besides the account itself.
pub struct Registration<'a> {
    /// The surroundings.
    pub context: &'a Context,
    /// How it is written.
    pub change: &'a Change<'a>,
    /// Is there to be a token?
    pub wants_token: bool,
    /// The token's scheme, if one was asked for.
    pub scheme: Option<Scheme>,
}

/// A database file that was made for the account.
pub struct MadeFile {
    /// Its path.
    pub path: PathBuf,
    /// How passwords are hashed in it.
    pub recipe: Recipe,
}

/// What became of the account.
pub struct Registered {
    /// The user.
    pub user: User,
    /// The user's profiles.
    pub profiles: Vec<Profile>,
    /// Was the account made? Else it was there.
    pub is_new: bool,
    /// Is the database a Django project's?
    pub is_django: bool,
    /// The database file, where it was made too.
    pub made_file: Option<MadeFile>,
    /// The names of the fields that changed.
    pub fields: Vec<String>,
    /// The token: the fresh one, or the drf key that was there.
    pub token: Option<PlainToken>,
    /// The scheme of the token, or of those that could have been made.
    pub scheme: Option<Scheme>,
    /// When the token ends.
    pub expiry: Option<Timestamp>,
    /// A password that was made here.
    pub random: Option<Plain>,
}

impl Registration<'_> {
    /// Makes the account, in the new database if there is one. Where someone else has made that file in the meantime,
    /// the account goes there, and `draft` is none.
    ///
    /// # Errors
    /// As [`Account::create`] and [`Change::make`].
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
        let fresh = scheme.map(|scheme| issue_token::mint(context, store, scheme, None, None)).transpose()?;
        let work = |transaction: &Transaction<'_>| {
            let done =
                account.create(transaction, &encoded, fresh.as_ref().map(|fresh| fresh.as_new()).as_ref())?;
            let user = transaction.user_of_key(&done.value)?.context("the new user has disappeared")?;
            let profiles = transaction.profiles_of(&user.id)?;
            Ok(Done { value: (user, profiles), fields: done.fields })
        };
        let object = json!({ "user": account.username });
        let random = password.into_shown();
        self.change.leaves(aftermath(&account.username, true, fresh.as_ref(), random.as_ref()));
        let mut done = None;
        let mut made_file = None;
        if let Some(new) = draft {
            let made = new.transact(work)?;
            let recipe = context.recipe(new)?;
            match self.change.publish(new, &object, &made.fields) {
                Ok(()) => {
                    made_file = Some(MadeFile { path: new.path().to_owned(), recipe });
                    done = Some(made);
                }
                Err(error) if matches!(error.downcast_ref(), Some(Refusal::FileExists(_))) => *draft = None,
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
            made_file,
            fields: done.fields,
            token: fresh.as_ref().map(|fresh| fresh.plain.clone()),
            scheme,
            expiry: fresh.as_ref().and_then(|fresh| fresh.expiry),
            random,
        })
    }

    /// Leaves an account as it is, and tells its drf key.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn leave(&self, user: &User, store: &Store) -> Result<Registered> {
        self.outcome(store, user.clone(), Vec::new())
    }

    /// Brings an account to what is wanted of it. A user without a drf key gets one; a knox token could not be told
    /// from those that are there, so none is made.
    ///
    /// # Errors
    /// As [`Edit::apply`] and [`Change::make`].
    pub fn converge(
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
            Some(Scheme::Drf) => Some(issue_token::mint(self.context, store, Scheme::Drf, None, None)?),
            _ => None,
        };
        let random = password.and_then(Password::into_shown);
        let done = self.change.make(store, &json!({ "user": user.username }), |transaction| {
            let mut fields = edit.apply(transaction, user)?;
            let now = transaction.user_again(user)?;
            let mut given = None;
            if let Some(fresh) = fresh.as_ref().filter(|_| now.is_active)
                && transaction.drf_key(&user.id)?.is_none()
            {
                transaction.insert_token(&user.id, &fresh.as_new())?;
                fields.push("token".into());
                given = Some(fresh);
            }
            self.change.leaves(aftermath(&now.username, false, given, random.as_ref()));
            let mut outcome = self.outcome(transaction, now, fields.clone())?;
            outcome.random = random;
            Ok(Done { value: outcome, fields })
        })?;
        Ok(done.value)
    }

    fn outcome(&self, store: &Store, user: User, fields: Vec<String>) -> Result<Registered> {
        let scheme = self.scheme(store)?;
        // A key that Django refuses is not handed out.
        let key = match scheme {
            Some(Scheme::Drf) if user.is_active => store.drf_key(&user.id)?,
            _ => None,
        };
        Ok(Registered {
            profiles: store.profiles_of(&user.id)?,
            is_new: false,
            is_django: store.layout().is_django,
            made_file: None,
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

/// What registering leaves in the database.
fn aftermath(username: &str, is_new: bool, fresh: Option<&IssuedToken>, random: Option<&Plain>) -> Aftermath {
    let verb = if is_new { "registered" } else { "changed" };
    let aftermath = Aftermath::new(format!("{username} was {verb}"));
    let mut aftermath = aftermath.with_token(fresh.map(|fresh| fresh.stored.prefix()));
    if random.is_some() {
        aftermath.add_random_password(username);
    }
    aftermath
}
