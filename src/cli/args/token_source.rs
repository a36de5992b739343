//! The token that whoami and logout speak of: given, in the environment, or of the saved session.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueHint};

use crate::cli::args::secret;
use crate::cli::context::Context;
use crate::django::models::{TokenState, User};
use crate::django::tokens::PlainToken;
use crate::error::refusal::Refusal;
use crate::files::session::{Session, Sessions};
use crate::store::{Store, Token};
use crate::terminal::clock::local;

/// The variable that holds a token.
pub const VARIABLE: &str = "AUTHCTL_TOKEN";

/// Where a token comes from; without any of these, from AUTHCTL_TOKEN or the saved session.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub struct TokenSource {
    /// Read the token from standard input
    ///
    /// The form `Token abc…` is accepted too.
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
            return Ok(given(&secret::from_stdin("Token")?));
        }
        if let Some(path) = &source.token_file {
            return Ok(given(&secret::from_file("--token-file", path)?));
        }
        if let Some(text) = variable() {
            if text.is_empty() {
                // `AUTHCTL_TOKEN=$UNSET authctl logout` shall not log somebody else out.
                return Err(Refusal::usage(format!(
                    "{VARIABLE} is set but empty; unset it to use the saved session."
                ))
                .into());
            }
            // What is no text is no token either; to fall back on the session would be a guess.
            return Ok(given(&text.to_string_lossy()));
        }
        let session =
            Sessions::of_environment()?.get(&context.settings.database)?.ok_or(Refusal::NotLoggedIn)?;
        Ok(Self { token: session.token, session_of: Some(session.username) })
    }

    /// The token's row, whatever its state.
    ///
    /// # Errors
    /// [`Refusal::TokenInvalid`], or [`Refusal::SessionGone`] where the token came from the saved session.
    pub fn row(&self, context: &Context, store: &Store) -> Result<Token> {
        let found = store.find_token(&self.token, context.settings.tokens.hash)?;
        found.ok_or_else(|| self.refused(Refusal::TokenInvalid).into())
    }

    /// The row of a token that Django accepts, and its user.
    ///
    /// # Errors
    /// As [`Self::row`], and [`Refusal::TokenExpired`].
    pub fn accepted(&self, context: &Context, store: &Store) -> Result<(Token, User)> {
        if !self.token.fits_a_header() {
            return Err(self.refused(Refusal::TokenInvalid).into());
        }
        let token = self.row(context, store)?;
        match (token.state(context.now()), token.expiry) {
            (TokenState::Active, _) => {}
            (TokenState::Expired, Some(expiry)) => {
                return Err(self.refused(Refusal::TokenExpired(local(expiry))).into());
            }
            _ => return Err(self.refused(Refusal::TokenInvalid).into()),
        }
        let user = store.user_of_key(&token.user)?;
        user.map(|user| (token, user)).ok_or_else(|| self.refused(Refusal::TokenInvalid).into())
    }

    /// Is it the token that this session holds?
    #[must_use]
    pub fn is_of(&self, session: &Session) -> bool {
        self.token.expose() == session.token.expose()
    }

    /// A refusal in the words of the token's origin.
    fn refused(&self, refusal: Refusal) -> Refusal {
        match &self.session_of {
            Some(username) => Refusal::SessionGone(username.clone()),
            None => refusal,
        }
    }
}

/// The token in the environment, if it is set.
#[must_use]
pub fn variable() -> Option<OsString> {
    env::var_os(VARIABLE)
}
