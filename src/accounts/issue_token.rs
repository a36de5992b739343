//! Making tokens: which scheme, which key, until when.

use anyhow::Result;
use jiff::Timestamp;
use rand::CryptoRng;
use serde_json::json;

use crate::cli::change::Change;
use crate::cli::context::Context;
use crate::django::models::{Profile, Scheme, TokenState, User};
use crate::django::tokens::knox::TokenHash;
use crate::django::tokens::{Minted, PlainToken, Stored, Ttl, Unfit, drf, knox};
use crate::error::lost_answer::{Aftermath, token_created};
use crate::error::refusal::{Fault, Refusal};
use crate::store::{Done, NewToken, Store};

/// A token that was made but not stored.
#[derive(Debug)]
pub struct IssuedToken {
    /// Its scheme.
    pub scheme: Scheme,
    /// Its key.
    pub plain: PlainToken,
    /// When it ends; `None` for never.
    pub expiry: Option<Timestamp>,
    /// Was its key known beforehand?
    is_known: bool,
    hash: TokenHash,
    /// What is stored.
    pub stored: Stored,
    /// When it was made.
    pub created: Timestamp,
}

impl IssuedToken {
    /// The token as the store takes it.
    #[must_use]
    pub fn as_new(&self) -> NewToken<'_> {
        NewToken { stored: &self.stored, created: self.created, expiry: self.expiry }
    }
}

/// The scheme in which a token is minted: the one that was asked for, else the configured one, else the only one
/// there is; `None` where the database has no token table.
///
/// # Errors
/// [`Refusal::Ambiguous`] where there are two and nobody decided, [`Refusal::DatabaseUnusable`] where there is no
/// table for the one that was asked for.
pub fn scheme(context: &Context, store: &Store, asked: Option<Scheme>) -> Result<Option<Scheme>> {
    let present = store.layout().schemes();
    let configured = configured_scheme(context, store)?;
    match (asked, configured, &present[..]) {
        (Some(asked), _, _) if !present.contains(&asked) => Err(Refusal::DatabaseUnusable {
            path: store.path().to_owned(),
            reason: format!("it has no {asked} token table."),
        }
        .into()),
        (Some(scheme), _, _) | (None, Some(scheme), _) => Ok(Some(scheme)),
        (None, None, [only]) => Ok(Some(*only)),
        (None, None, []) => Ok(None),
        (None, None, several) => Err(Refusal::Ambiguous {
            what: "This database has several token schemes".into(),
            found: several.iter().map(ToString::to_string).collect(),
            decide: "Pass --scheme, or set `scheme` under `[tokens]`.".into(),
        }
        .into()),
    }
}

/// The scheme of `[tokens] scheme`, if the database has any token table.
///
/// # Errors
/// [`Refusal::Config`] where it has one, but of another scheme.
pub fn configured_scheme(context: &Context, store: &Store) -> Result<Option<Scheme>> {
    let present = store.layout().schemes();
    match context.settings.tokens.scheme.filter(|_| !present.is_empty()) {
        Some(scheme) if !present.contains(&scheme) => {
            let message = format!("[tokens] scheme: this database has no {scheme} token table.");
            Err(context.settings.refused(message).into())
        }
        configured => Ok(configured),
    }
}

/// The scheme in which a token is minted, where one has to be.
///
/// # Errors
/// As [`scheme`], and [`Refusal::DatabaseUnusable`] where the database has no token table.
pub fn needed_scheme(context: &Context, store: &Store, asked: Option<Scheme>) -> Result<Scheme> {
    scheme(context, store, asked)?.ok_or_else(|| {
        let reason = "it has no token table.".into();
        Refusal::DatabaseUnusable { path: store.path().to_owned(), reason }.into()
    })
}

/// How tokens are made here; for any number of them, and for several threads.
#[derive(Clone, Debug)]
pub struct TokenIssuer {
    scheme: Scheme,
    /// How knox stores them, where it is knox that does.
    form: Option<knox::KnoxFormat>,
    hash: TokenHash,
    prefix: String,
    created: Timestamp,
    expiry: Option<Timestamp>,
}

impl TokenIssuer {
    /// Makes tokens of this scheme; knox's have this long to live, or as configured.
    ///
    /// # Errors
    /// [`Refusal::Usage`] for an expiry beyond the calendar, or one for a scheme whose tokens have none.
    pub fn new(context: &Context, store: &Store, scheme: Scheme, ttl: Option<Ttl>) -> Result<Self> {
        let created = context.now();
        let tokens = &context.settings.tokens;
        let knox = store.layout().knox.as_ref().filter(|_| scheme == Scheme::Knox);
        let expiry = match knox {
            Some(_) => {
                let ttl = ttl.unwrap_or(tokens.ttl);
                let beyond = || Refusal::usage(format!("--expires-in {ttl} is beyond the year 9999."));
                ttl.expiry(created).map_err(|_| beyond())?
            }
            None if matches!(ttl, Some(Ttl::For(_))) => {
                return Err(Refusal::usage("--expires-in: drf tokens do not expire.").into());
            }
            None => None,
        };
        let form = knox.map(|knox| knox.form);
        Ok(Self { scheme, form, hash: tokens.hash, prefix: tokens.prefix.clone(), created, expiry })
    }

    /// Are they of drf, which keeps one token a user?
    #[must_use]
    pub fn is_drf(&self) -> bool {
        self.scheme == Scheme::Drf
    }

    /// Makes a token of a fresh key, or of one that is known beforehand.
    ///
    /// # Errors
    /// Where the known key will not do.
    pub fn mint(&self, known: Option<&PlainToken>, random: &mut dyn CryptoRng) -> Result<IssuedToken, Unfit> {
        let Minted { plain, stored } = match (self.form, known) {
            (Some(form), Some(key)) => knox::of_key(form, self.hash, key, random)?,
            (Some(form), None) => knox::mint(form, self.hash, &self.prefix, random),
            (None, Some(key)) => drf::of_key(key)?,
            (None, None) => drf::mint(random),
        };
        Ok(IssuedToken {
            scheme: self.scheme,
            plain,
            expiry: self.expiry,
            is_known: known.is_some(),
            hash: self.hash,
            stored,
            created: self.created,
        })
    }
}

/// Makes a token of this scheme: of a fresh key, or of one that is known beforehand.
///
/// # Errors
/// As [`TokenIssuer::new`], and [`Refusal::Invalid`] for a known key that will not do.
pub fn mint(
    context: &Context,
    store: &Store,
    scheme: Scheme,
    ttl: Option<Ttl>,
    known: Option<&PlainToken>,
) -> Result<IssuedToken> {
    let minted = TokenIssuer::new(context, store, scheme, ttl)?.mint(known, &mut *context.random());
    Ok(minted.map_err(|unfit| Refusal::Invalid(vec![unfit_fault(unfit)]))?)
}

/// What is wrong with a known key.
#[must_use]
pub fn unfit_fault(unfit: Unfit) -> Fault {
    Fault::new("token", "invalid", format!("The token cannot be used: {unfit}."))
}

/// A token that a user was given.
#[derive(Clone, Debug)]
pub struct HandedOut {
    /// Its key.
    pub key: PlainToken,
    /// When it ends; `None` for never.
    pub expiry: Option<Timestamp>,
    /// The user's profiles, read before the commit.
    pub profiles: Vec<Profile>,
}

/// Gives a user the token: the one that is there already, as a drf key is unless it is to be rotated, or a known key
/// that was stored before; else the fresh one. `ready` has the last word before anything is written, and is told which
/// token it will be.
///
/// # Errors
/// [`Refusal::InactiveUser`] or [`Refusal::UserNotFound`] where the user was taken away in the meantime,
/// [`Refusal::OtherToken`] where a known key is not the one that is there, [`Refusal::Taken`] where it is another user's,
/// what `ready` returns, or a failure of the database.
pub fn hand_out(
    change: &Change<'_>,
    store: &Store,
    user: &User,
    fresh: &IssuedToken,
    rotate: bool,
    ready: impl FnOnce(&Store, &PlainToken) -> Result<()>,
) -> Result<Done<HandedOut>> {
    let unchanged = |there: HandedOut| Done { value: there, fields: Vec::new() };
    if let Some(there) = fresh.existing(store, user, rotate)? {
        ready(store, &there.key)?;
        return Ok(unchanged(there));
    }
    let aftermath = Aftermath::new(token_created(fresh.scheme, &user.username));
    change.leaves(aftermath.with_token(Some(fresh.stored.prefix())));
    change.make(store, &json!({ "user": user.username }), |transaction| {
        transaction.active_user(user)?;
        // Someone else may have made it between the look and the lock.
        if let Some(there) = fresh.existing(transaction, user, rotate)? {
            ready(transaction, &there.key)?;
            return Ok(unchanged(there));
        }
        ready(transaction, &fresh.plain)?;
        if fresh.scheme == Scheme::Drf {
            transaction.delete_tokens_of(&user.id, Some(Scheme::Drf))?;
        } else if fresh.is_known {
            // One that has expired makes way for its own renewal.
            if let Some(old) = transaction.find_knox_token(&fresh.plain, fresh.hash)? {
                transaction.delete_token(&old)?;
            }
        }
        transaction.insert_token(&user.id, &fresh.as_new())?;
        let profiles = transaction.profiles_of(&user.id)?;
        let made = HandedOut { key: fresh.plain.clone(), expiry: fresh.expiry, profiles };
        Ok(Done { value: made, fields: vec!["token".into()] })
    })
}

impl IssuedToken {
    /// The user's token that makes this one unnecessary.
    fn existing(&self, store: &Store, user: &User, rotate: bool) -> Result<Option<HandedOut>> {
        if self.scheme == Scheme::Knox {
            return self.existing_in_knox(store, user);
        }
        let Some(key) = store.drf_key(&user.id)? else { return Ok(None) };
        let is_same = key.expose() == self.plain.expose();
        let there = HandedOut { key, expiry: None, profiles: store.profiles_of(&user.id)? };
        match (rotate, self.is_known) {
            (_, true) if is_same => Ok(Some(there)),
            (true, _) => Ok(None),
            (false, false) => Ok(Some(there)),
            (false, true) => Err(Refusal::OtherToken(user.username.clone()).into()),
        }
    }

    /// A known key that is there already. Since a salted digest is another one each time, the database itself would take
    /// a key twice.
    fn existing_in_knox(&self, store: &Store, user: &User) -> Result<Option<HandedOut>> {
        if !self.is_known {
            return Ok(None);
        }
        let Some(token) = store.find_knox_token(&self.plain, self.hash)? else { return Ok(None) };
        if token.user != user.id {
            return Err(Refusal::Taken("token".into()).into());
        }
        if token.state(self.created) == TokenState::Expired {
            return Ok(None);
        }
        let profiles = store.profiles_of(&user.id)?;
        Ok(Some(HandedOut { key: self.plain.clone(), expiry: token.expiry, profiles }))
    }
}
