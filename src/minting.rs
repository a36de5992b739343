//! Making tokens: which scheme, which key, until when.

use anyhow::Result;
use jiff::Timestamp;

use crate::context::Context;
use crate::model::{Scheme, TokenFilter, User};
use crate::refusal::Refusal;
use crate::store::{NewToken, Store, Transaction};
use crate::token::{Minted, PlainToken, Stored, Ttl, drf, knox};

/// A token that was made but not stored.
#[derive(Debug)]
pub struct Fresh {
    /// Its scheme.
    pub scheme: Scheme,
    /// Its key.
    pub plain: PlainToken,
    /// When it ends; `None` for never.
    pub expiry: Option<Timestamp>,
    stored: Stored,
    created: Timestamp,
}

impl Fresh {
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
            reason: format!("it has no token table of the scheme {asked}."),
        }
        .into()),
        (Some(scheme), _, _) | (None, Some(scheme), _) => Ok(Some(scheme)),
        (None, None, [only]) => Ok(Some(*only)),
        (None, None, []) => Ok(None),
        (None, None, several) => Err(Refusal::Ambiguous {
            what: "The scheme of a new token".into(),
            found: several.iter().map(ToString::to_string).collect(),
            decide: "Choose with --scheme, or in authctl.toml: [tokens] scheme = \"…\"".into(),
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
            let message =
                format!("[tokens] scheme = \"{scheme}\": the database has no token table of that scheme.");
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

/// Makes a token of this scheme.
///
/// # Errors
/// [`Refusal::Usage`] for an expiry beyond the calendar, or one for a scheme whose tokens have none.
pub fn mint(context: &Context, store: &Store, scheme: Scheme, ttl: Option<Ttl>) -> Result<Fresh> {
    let created = context.now();
    let tokens = &context.settings.tokens;
    let mut random = context.random();
    let (Minted { plain, stored }, expiry) = match (scheme, &store.layout().knox) {
        (Scheme::Knox, Some(table)) => {
            let ttl = ttl.unwrap_or(tokens.ttl);
            let expiry = ttl
                .expiry(created)
                .map_err(|_| Refusal::usage(format!("--expires-in {ttl}: that is beyond the year 9999.")))?;
            (knox::mint(table.form, tokens.hash, &tokens.prefix, &mut *random), expiry)
        }
        _ if matches!(ttl, Some(Ttl::For(_))) => {
            return Err(Refusal::usage("--expires-in: tokens of the scheme drf have no expiry.").into());
        }
        _ => (drf::mint(&mut *random), None),
    };
    Ok(Fresh { scheme, plain, expiry, stored, created })
}

/// Gives a user the token: with drf the key that is there, unless it is to be rotated; else the fresh one, stored once
/// `allow` has agreed within the transaction. Tells whether it is the fresh one.
///
/// # Errors
/// [`Refusal::InactiveUser`] or [`Refusal::UserNotFound`] where the user was taken away in the meantime, what `allow`
/// returns, or a failure of the database.
pub fn hand_out(
    store: &Store,
    user: &User,
    fresh: &Fresh,
    rotate: bool,
    allow: impl FnOnce(&Transaction<'_>) -> Result<()>,
) -> Result<(PlainToken, bool)> {
    let existing = |store: &Store| match fresh.scheme {
        Scheme::Drf if !rotate => store.drf_key(&user.id),
        _ => Ok(None),
    };
    if let Some(key) = existing(store)? {
        return Ok((key, false));
    }
    store.transact(|transaction| {
        transaction.active_user(user)?;
        // Someone else may have made it between the look and the lock.
        if let Some(key) = existing(transaction)? {
            return Ok((key, false));
        }
        allow(transaction)?;
        if fresh.scheme == Scheme::Drf {
            let user = Some(user.id.clone());
            let old = TokenFilter { user, scheme: Some(Scheme::Drf), ..TokenFilter::default() };
            for token in transaction.tokens(&old)? {
                transaction.delete_token(&token)?;
            }
        }
        transaction.insert_token(&user.id, &fresh.as_new())?;
        Ok((fresh.plain.clone(), true))
    })
}
