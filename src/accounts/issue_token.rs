//! Issues tokens: chooses the scheme, the key and the expiry.

use jiff::Timestamp;
use rand::CryptoRng;
use serde_json::json;

use super::Accounts;
use super::change_runner::ChangeRunner;
use crate::django::models::{Key, Profile, Scheme, TokenFilter, TokenState, User};
use crate::django::tokens::TokenRow;
use crate::django::tokens::knox::TokenHash;
use crate::django::tokens::{AnyScheme, GeneratedToken, PlainToken, Stored, Ttl, drf, knox};
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, KeyFlaw, Undecided};
use crate::error::lost_answer::{Effect, token_created};
use crate::error::misuse::{Misuse, Selector};
use crate::error::refusal::{Refusal, TokenTableFlaw};
use crate::store::{Done, NewToken, Store, Token, Transaction};

/// A new token that is not stored yet.
#[derive(Debug)]
pub struct IssuedToken {
    /// Its scheme.
    pub scheme: Scheme,
    /// Its key.
    pub plain: PlainToken,
    /// The expiry, or `None` if the token never expires.
    pub expiry: Option<Timestamp>,
    /// Whether the caller chose the key.
    is_known: bool,
    hash: TokenHash,
    /// The stored form.
    pub stored: Stored,
    /// The time of creation.
    pub created: Timestamp,
}

impl IssuedToken {
    /// Returns the token in the form that the store inserts.
    #[must_use]
    pub fn as_new(&self) -> NewToken<'_> {
        NewToken { stored: &self.stored, created: self.created, expiry: self.expiry }
    }

    /// Returns the row of the token.
    #[must_use]
    pub fn row(&self) -> TokenRow {
        TokenRow::new(self.stored.clone(), self.created, self.expiry)
    }
}

impl Accounts<'_> {
    /// Returns the scheme of a new token: the requested one, or else the configured one, or else the only one in the
    /// database. Returns `None` if the database has no token table.
    ///
    /// Fails with [`Refusal::TokenTable`] if the project might not accept the token, with [`Refusal::Ambiguous`] if several
    /// schemes are possible, and with [`Refusal::DatabaseUnusable`] if the requested scheme has no table.
    pub fn scheme(&self, asked: Option<Scheme>) -> Result<Option<Scheme>> {
        let scheme = self.chosen_scheme(asked)?;
        if scheme.is_some() {
            self.refuse_unclear_table(scheme)?;
        }
        Ok(scheme)
    }

    /// Fails with [`Refusal::TokenTable`] if the project might not accept a token of this scheme, or has only tokens of its
    /// own.
    pub fn refuse_unclear_table(&self, scheme: Option<Scheme>) -> Result<()> {
        let flaw = self.store.token_table_flaw(scheme)?;
        flaw.map_or(Ok(()), |flaw| Err(Refusal::TokenTable(flaw).into()))
    }

    pub(super) fn chosen_scheme(&self, asked: Option<Scheme>) -> Result<Option<Scheme>> {
        let present = self.store.layout().schemes();
        let configured = self.configured_scheme()?;
        match (asked, configured, &present[..]) {
            (Some(asked), _, _) if !present.contains(&asked) => {
                Err(self.store.unusable(format!("it has no {}.", AnyScheme::from(asked).table())))
            }
            (Some(scheme), _, _) | (None, Some(scheme), _) => Ok(Some(scheme)),
            (None, None, [only]) => Ok(Some(*only)),
            (None, None, []) => Ok(None),
            (None, None, several) => Err(Refusal::Ambiguous(self.several_schemes(several)?).into()),
        }
    }

    /// Returns what decides on one of these schemes: the table, if several are possible, or else the scheme itself.
    fn several_schemes(&self, schemes: &[Scheme]) -> Result<Undecided> {
        Ok(match self.store.token_table_flaw(None)? {
            Some(TokenTableFlaw::Several(tables)) => Undecided {
                what: TokenTableFlaw::SEVERAL.into(),
                found: tables,
                decide: Selector::TokenTable,
            },
            _ => Undecided {
                what: "This database has several token schemes".into(),
                found: schemes.iter().map(ToString::to_string).collect(),
                decide: Selector::Scheme,
            },
        })
    }

    /// Returns the configured scheme, or that of the configured table, if the database has any token table. Fails if they
    /// differ, or if the database has only other schemes.
    pub fn configured_scheme(&self) -> Result<Option<Scheme>> {
        let present = self.store.layout().schemes();
        let of_table = self.store.scheme_of_settings()?;
        match self.policy.tokens.scheme.filter(|_| !present.is_empty()).or(of_table) {
            Some(scheme) if of_table.is_some_and(|other| other != scheme) => {
                let message =
                    format!("tokens.table: this table is not one of {scheme}, as tokens.scheme says.");
                Err(Refusal::Config { path: None, message }.into())
            }
            Some(scheme) if !present.contains(&scheme) => {
                let message =
                    format!("tokens.scheme: this database has no {}.", AnyScheme::from(scheme).table());
                Err(Refusal::Config { path: None, message }.into())
            }
            configured => Ok(configured),
        }
    }

    /// Returns the scheme of a new token as [`Self::scheme`] does, but fails if the database has no token table.
    pub fn needed_scheme(&self, asked: Option<Scheme>) -> Result<Scheme> {
        if let Some(scheme) = self.scheme(asked)? {
            return Ok(scheme);
        }
        self.refuse_unclear_table(None)?;
        Err(self.store.unusable("it has no token table."))
    }

    /// Creates a token of this scheme with the known key, or else with a generated one. `ttl` overrides the configured
    /// lifetime of knox tokens.
    pub fn generate_token(
        &self,
        scheme: Scheme,
        ttl: Option<Ttl>,
        known: Option<&PlainToken>,
    ) -> Result<IssuedToken> {
        let generated = TokenIssuer::new(self, scheme, ttl)?.generate(known, &mut *self.random());
        Ok(generated.map_err(|unfit| Refusal::Invalid(vec![unfit_key_fault(unfit)]))?)
    }
}

/// Issues tokens with the same settings. Can be used for any number of tokens, and by several threads.
#[derive(Clone, Debug)]
pub struct TokenIssuer {
    scheme: Scheme,
    /// The format of knox tokens, or `None` for drf.
    form: Option<knox::KnoxFormat>,
    hash: TokenHash,
    prefix: String,
    created: Timestamp,
    expiry: Option<Timestamp>,
}

impl TokenIssuer {
    /// Creates an issuer for this scheme. `ttl` overrides the configured lifetime of knox tokens.
    ///
    /// Fails if the tokens would expire after the year 9999, or if `ttl` is given for a scheme without expiry.
    pub fn new(accounts: &Accounts<'_>, scheme: Scheme, ttl: Option<Ttl>) -> Result<Self> {
        let created = accounts.now;
        let tokens = &accounts.policy.tokens;
        let knox = accounts.store.layout().knox.as_ref().filter(|_| scheme == Scheme::Knox);
        let expiry = match knox {
            Some(_) => {
                let ttl = ttl.unwrap_or(tokens.ttl);
                let beyond = || Misuse::LongLifetime(ttl.to_string());
                ttl.expiry(created).map_err(|_| beyond())?
            }
            None if matches!(ttl, Some(Ttl::For(_))) => {
                return Err(Misuse::NoExpiry.into());
            }
            None => None,
        };
        let form = knox.map(|knox| knox.form);
        Ok(Self { scheme, form, hash: tokens.hash, prefix: tokens.prefix.clone(), created, expiry })
    }

    /// Whether the scheme is drf, which has at most one token per user.
    #[must_use]
    pub fn is_drf(&self) -> bool {
        self.scheme == Scheme::Drf
    }

    /// Creates a token with the known key, or else with a generated one.
    pub fn generate(
        &self,
        known: Option<&PlainToken>,
        random: &mut dyn CryptoRng,
    ) -> Result<IssuedToken, KeyFlaw> {
        let GeneratedToken { plain, stored } = match (self.form, known) {
            (Some(form), Some(key)) => knox::of_key(form, self.hash, key, random)?,
            (Some(form), None) => knox::generate(form, self.hash, &self.prefix, random),
            (None, Some(key)) => drf::of_key(key)?,
            (None, None) => drf::generate(random),
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

/// Returns the fault of an unsuitable known key.
#[must_use]
pub fn unfit_key_fault(flaw: KeyFlaw) -> Fault {
    Fault::new("token", FaultCode::UnfitToken(flaw))
}

/// A token issued to a user.
#[derive(Clone, Debug)]
pub struct Issued {
    /// Its key.
    pub key: PlainToken,
    /// The expiry, or `None` if the token never expires.
    pub expiry: Option<Timestamp>,
    /// Whether it replaces another key.
    pub is_replacement: bool,
    /// The user's profiles, read before the commit.
    pub profiles: Vec<Profile>,
}

/// Returns the user's existing token, or else stores the new one.
///
/// An existing drf key is kept unless `rotate` is set. A known key that is already stored for the user is kept as well.
/// `ready` receives the key before anything is written. If it fails, nothing is written.
///
/// Fails with [`Refusal::OtherToken`] if the user has a drf key other than the known one. Fails with [`Refusal::Taken`]
/// if the known key belongs to another user.
pub fn issue(
    runner: &impl ChangeRunner,
    store: &Store,
    user: &User,
    fresh: &IssuedToken,
    rotate: bool,
    mut ready: impl FnMut(&Store, &PlainToken) -> Result<()>,
) -> Result<Done<Issued>> {
    // In one snapshot, since another client may create the token between two queries.
    if let Some(existing) = store.snapshot(|store| fresh.existing(store, user, rotate))? {
        ready(store, &existing.key)?;
        return Ok(Done { value: existing, fields: Vec::new() });
    }
    let effect = created(token_created(fresh.scheme, &user.username), rotate);
    runner.set_effect(effect.with_token(Some(fresh.stored.prefix())));
    runner.run(
        store,
        |_| json!({ "user": user.username }),
        |transaction| fresh.store(transaction, user, rotate, &mut ready),
    )
}

fn created(what: String, rotate: bool) -> Effect {
    Effect::new(if rotate { format!("{what}, and any older one was deleted") } else { what })
}

/// Returns the existing token of each user, or else stores the new one, all in one transaction.
///
/// # Errors
/// The same as those of [`issue`].
pub fn issue_all(
    runner: &impl ChangeRunner,
    store: &Store,
    users: &[User],
    fresh: &[IssuedToken],
    rotate: bool,
) -> Result<Done<Vec<Done<Issued>>>> {
    let names: Vec<&str> = users.iter().map(|user| &*user.username).collect();
    runner.set_effect(created(format!("tokens of {} were created", names.join(", ")), rotate));
    runner.run(
        store,
        |_| json!({ "users": names }),
        |transaction| {
            let mut issued = Vec::new();
            for (user, fresh) in users.iter().zip(fresh) {
                let done = fresh.store(transaction, user, rotate, &mut |_, _| Ok(()))?;
                if !done.fields.is_empty() {
                    runner.extend_effect(|effect| effect.add_tokens([fresh.stored.prefix()]));
                }
                issued.push(done);
            }
            let is_changed = issued.iter().any(|done| !done.fields.is_empty());
            Ok(Done { value: issued, fields: is_changed.then(|| "token".into()).into_iter().collect() })
        },
    )
}

impl IssuedToken {
    /// Stores the token, unless the user's existing one makes it unnecessary.
    fn store(
        &self,
        transaction: &Transaction<'_>,
        user: &User,
        rotate: bool,
        ready: &mut dyn FnMut(&Store, &PlainToken) -> Result<()>,
    ) -> Result<Done<Issued>> {
        transaction.active_user(user)?;
        // Another client may have created the token before the database was locked.
        if let Some(existing) = self.existing(transaction, user, rotate)? {
            ready(transaction, &existing.key)?;
            return Ok(Done { value: existing, fields: Vec::new() });
        }
        ready(transaction, &self.plain)?;
        let mut is_replacement = false;
        if self.scheme == Scheme::Drf && (rotate || transaction.layout().has_one_key_per_user()) {
            is_replacement = transaction.delete_tokens_of(&user.id, Some(Scheme::Drf))?.value > 0;
        } else if self.is_known {
            // An expired token with the same key is replaced.
            if let Some(old) = transaction.find_knox_token(&self.plain, self.hash)? {
                transaction.delete_token(&old)?;
            }
        }
        transaction.insert_token(&user.id, &self.as_new())?;
        let profiles = transaction.profiles_of(&user.id)?;
        let issued = Issued { key: self.plain.clone(), expiry: self.expiry, is_replacement, profiles };
        Ok(Done { value: issued, fields: vec!["token".into()] })
    }

    /// Returns the user's existing token that makes this one unnecessary.
    fn existing(&self, store: &Store, user: &User, rotate: bool) -> Result<Option<Issued>> {
        if self.scheme == Scheme::Knox {
            return self.existing_in_knox(store, user);
        }
        if !store.layout().has_one_key_per_user() {
            return self.existing_among_several(store, user);
        }
        let Some(key) = store.drf_key(&user.id)? else {
            // A key that the project refuses, for example since it has expired.
            return if rotate || store.count_tokens(&TokenFilter::of(&user.id, Some(Scheme::Drf)))? == 0 {
                Ok(None)
            } else {
                Err(Refusal::OtherToken(user.username.clone()).into())
            };
        };
        let is_same = key.expose() == self.plain.expose();
        let existing =
            Issued { key, expiry: None, is_replacement: false, profiles: store.profiles_of(&user.id)? };
        match (rotate, self.is_known) {
            (_, true) if is_same => Ok(Some(existing)),
            (true, _) => Ok(None),
            (false, false) => Ok(Some(existing)),
            (false, true) => Err(Refusal::OtherToken(user.username.clone()).into()),
        }
    }

    /// Returns the known key if the user has it among several DRF keys. No other is returned: it may have been given to
    /// another client.
    fn existing_among_several(&self, store: &Store, user: &User) -> Result<Option<Issued>> {
        let tokens = if self.is_known {
            store.tokens(&TokenFilter::of(&user.id, Some(Scheme::Drf)))?
        } else {
            Vec::new()
        };
        let is_same = |token: &&Token| token.drf_key().is_some_and(|key| key.expose() == self.plain.expose());
        let Some(token) = tokens.iter().find(is_same) else { return Ok(None) };
        let (key, profiles) = (self.plain.clone(), store.profiles_of(&user.id)?);
        Ok(Some(Issued { key, expiry: token.expiry, is_replacement: false, profiles }))
    }

    /// Returns the stored token with the known key.
    ///
    /// Salted digests of one key differ each time, so the database itself would accept a key twice.
    fn existing_in_knox(&self, store: &Store, user: &User) -> Result<Option<Issued>> {
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
        let (key, expiry) = (self.plain.clone(), token.expiry);
        Ok(Some(Issued { key, expiry, is_replacement: false, profiles }))
    }
}

impl TokenRow {
    /// Whether the user lacks this token. Fails with [`Refusal::OtherToken`] if the user has another drf key.
    pub fn is_new_for(&self, store: &Store, user: &User) -> Result<bool> {
        match &self.stored {
            Stored::Knox { digest, .. } => Ok(!store.has_knox_digest(digest)?),
            Stored::Drf { key } if !store.layout().has_one_key_per_user() => Ok(!store.has_drf_key(key)?),
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
