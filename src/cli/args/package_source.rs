//! Finds the token of a package that was given to whoami, logout or revoke-token.

use jiff::Timestamp;

use crate::cli::args::package_token::SigningKeySource;
use crate::django::models::{TokenState, User};
use crate::django::tokens::jwt::Jwt;
use crate::django::tokens::{PackageScheme, PlainToken, TokenType};
use crate::error::failure::Result;
use crate::error::misuse::Misuse;
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::store::account_tables::{PackageTable, PackageToken};
use crate::terminal::clock::local;

/// A token of a package that the package accepts.
#[derive(Debug)]
pub struct AcceptedToken {
    /// Its scheme.
    pub scheme: PackageScheme,
    /// What it is for. `None` for API keys.
    pub token_type: Option<TokenType>,
    /// The name of an API key.
    pub label: Option<String>,
    /// When it expires. `None` means never.
    pub expiry: Option<Timestamp>,
    /// Its user. `None` for API keys and OAuth2 tokens without one.
    pub user: Option<User>,
}

impl AcceptedToken {
    /// Returns a token that its package accepts.
    ///
    /// # Errors
    /// Returns [`Misuse::SigningKeyNeeded`] or [`Misuse::UnknownAlgorithm`] if the signature of a JWT cannot be checked,
    /// and [`Refusal::TokenInvalid`] or [`Refusal::TokenExpired`] for other tokens.
    pub fn find(store: &Store, token: &PlainToken, key: &SigningKeySource, now: Timestamp) -> Result<Self> {
        let tables = store.package_tables(None)?;
        let row = store.find_package_token(&tables, token)?;
        match (row, Jwt::parse(token)) {
            (Some(row), _) if row.scheme != PackageScheme::Jwt => Self::of_row(store, row, now),
            (row, Some(jwt)) => Self::of_jwt(store, token, &jwt, row, key, now),
            _ => Err(Refusal::TokenInvalid.into()),
        }
    }

    fn of_row(store: &Store, row: PackageToken, now: Timestamp) -> Result<Self> {
        check(row.state(now), row.expiry)?;
        let user = row.user.as_ref().map(|key| store.user_of_key(key)).transpose()?.flatten();
        let PackageToken { scheme, token_type, label, expiry, .. } = row;
        Ok(Self { scheme, token_type, label, expiry, user })
    }

    fn of_jwt(
        store: &Store,
        token: &PlainToken,
        jwt: &Jwt,
        row: Option<PackageToken>,
        key: &SigningKeySource,
        now: Timestamp,
    ) -> Result<Self> {
        check_signature(token, jwt, key)?;
        let state = match jwt.expiry() {
            Some(expiry) if expiry <= now => TokenState::Expired,
            Some(_) if !jwt.is_early(now) && jwt.id().is_some() => TokenState::Active,
            _ => TokenState::Revoked,
        };
        check(state, jwt.expiry())?;
        if row.is_some_and(|row| row.state(now) == TokenState::Revoked) {
            return Err(Refusal::TokenInvalid.into());
        }
        let key = jwt.user().and_then(|shown| store.key_of_shown(&shown));
        let user = key.map(|key| store.user_of_key(&key)).transpose()?.flatten();
        match (jwt.token_type(), user.filter(|user| user.is_active)) {
            (Some(token_type), Some(user)) => Ok(Self {
                scheme: PackageScheme::Jwt,
                token_type: Some(token_type),
                label: None,
                expiry: jwt.expiry(),
                user: Some(user),
            }),
            _ => Err(Refusal::TokenInvalid.into()),
        }
    }
}

/// Finds the row of a token that is to be revoked, with the tables of all packages. `None` if it is unknown or already
/// revoked.
///
/// # Errors
/// Returns [`Misuse::UnrecordedJwt`] for a JWT that no table has. Without its text in the table, a JWT needs its key as in
/// [`AcceptedToken::find`].
pub fn revocable(
    store: &Store,
    token: &PlainToken,
    key: &SigningKeySource,
    now: Timestamp,
) -> Result<Option<(Vec<PackageTable>, PackageToken)>> {
    let tables = store.package_tables(None)?;
    let row = store.find_package_token(&tables, token)?;
    let jwt = Jwt::parse(token).filter(|jwt| jwt.token_type().is_some());
    match (row, jwt) {
        (Some(row), jwt) if row.state(now) != TokenState::Revoked => {
            if let Some(jwt) = jwt.filter(|_| row.scheme == PackageScheme::Jwt && !row.has_text(token)) {
                check_signature(token, &jwt, key)?;
            }
            Ok(Some((tables, row)))
        }
        (None, Some(_)) => Err(Misuse::UnrecordedJwt.into()),
        _ => Ok(None),
    }
}

fn check(state: TokenState, expiry: Option<Timestamp>) -> Result<(), Refusal> {
    match (state, expiry) {
        (TokenState::Active, _) => Ok(()),
        (TokenState::Expired, Some(expiry)) => Err(Refusal::TokenExpired(local(expiry))),
        _ => Err(Refusal::TokenInvalid),
    }
}

fn check_signature(token: &PlainToken, jwt: &Jwt, key: &SigningKeySource) -> Result<()> {
    if !jwt.is_checkable() {
        return Err(Misuse::UnknownAlgorithm.into());
    }
    let key = key.read()?.ok_or(Misuse::SigningKeyNeeded)?;
    if jwt.is_signed(token, &key) { Ok(()) } else { Err(Refusal::TokenInvalid.into()) }
}
