//! The token that whoami and logout speak of: given, in the environment, or of the saved session.

use std::env;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueHint};

use crate::context::Context;
use crate::model::{TokenState, User};
use crate::refusal::Refusal;
use crate::secret;
use crate::session::Sessions;
use crate::store::{Store, Token};
use crate::token::PlainToken;

/// The variable that holds a token.
pub const VARIABLE: &str = "AUTHCTL_TOKEN";

/// Where a token comes from; without any of these, from AUTHCTL_TOKEN or the saved session.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub struct TokenSource {
    /// Read the token from standard input; the form `Token abc…` is taken too
    #[arg(long)]
    pub token_stdin: bool,

    /// Read the token from a file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub token_file: Option<PathBuf>,
}

/// A token that someone presented.
#[derive(Debug)]
pub struct Presented {
    /// Its key.
    pub token: PlainToken,
    /// The user name of the saved session, if it comes from there.
    session_of: Option<String>,
}

impl Presented {
    /// The token from the source that was given, else from the environment, else from the saved session.
    ///
    /// # Errors
    /// [`Refusal::NotLoggedIn`] where there is none, or where a source cannot be read.
    pub fn find(source: &TokenSource, context: &Context) -> Result<Self> {
        let given = |text: &str| Self { token: PlainToken::presented(text), session_of: None };
        if source.token_stdin {
            return Ok(given(&secret::from_stdin()?));
        }
        if let Some(path) = &source.token_file {
            return Ok(given(&secret::from_file(path)?));
        }
        if let Some(text) = variable() {
            return Ok(given(&text));
        }
        let session =
            Sessions::of_environment()?.get(&context.settings.database)?.ok_or(Refusal::NotLoggedIn)?;
        Ok(Self { token: session.token, session_of: Some(session.username) })
    }

    /// The token's row and its user.
    ///
    /// # Errors
    /// [`Refusal::TokenInvalid`], [`Refusal::TokenExpired`], or [`Refusal::SessionGone`] where the token came from
    /// the saved session.
    pub fn accepted(&self, context: &Context, store: &Store) -> Result<(Token, User)> {
        let refused = |refusal: Refusal| match &self.session_of {
            Some(username) => Refusal::SessionGone(username.clone()),
            None => refusal,
        };
        let Some(token) = store.find_token(&self.token, context.settings.tokens.hash)? else {
            return Err(refused(Refusal::TokenInvalid).into());
        };
        let expiry = token.expiry.map(|expiry| expiry.to_string()).unwrap_or_default();
        match token.state(context.now()) {
            TokenState::Active => {}
            TokenState::Expired => return Err(refused(Refusal::TokenExpired(expiry)).into()),
            TokenState::Inactive => return Err(refused(Refusal::TokenInvalid).into()),
        }
        match store.user_of_key(&token.user)? {
            Some(user) => Ok((token, user)),
            None => Err(refused(Refusal::TokenInvalid).into()),
        }
    }
}

/// The token in the environment, if it is set and not empty.
#[must_use]
pub fn variable() -> Option<String> {
    env::var(VARIABLE).ok().filter(|token| !token.trim().is_empty())
}
