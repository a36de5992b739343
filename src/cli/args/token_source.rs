//! The token for whoami and logout: from an option, the environment or the session that login saved.

use std::env;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::args::secret;
use crate::cli::context::Context;
use crate::django::models::{Scheme, TokenState, User};
use crate::django::tokens::PlainToken;
use crate::error::failure::{Error, Result};
use crate::error::refusal::Refusal;
use crate::error::wording::sentence;
use crate::files::session::{Session, Sessions};
use crate::store::{Store, Token};
use crate::terminal::clock::local;

/// The variable that holds a token.
const VARIABLE: &str = "AUTHCTL_TOKEN";

/// Where a token comes from; without any of these, from AUTHCTL_TOKEN or the saved session.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub struct TokenSource {
    /// Read the token from standard input
    ///
    /// The form `Token abc…` is accepted too, as are `Bearer` and `Api-Key`.
    #[arg(long)]
    pub token_stdin: bool,

    /// Read the token from a file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub token_file: Option<PathBuf>,
}

/// A token and its source.
#[derive(Debug)]
pub struct GivenToken {
    /// Its key.
    pub token: PlainToken,
    /// The username of the saved session, if the token comes from it.
    session_of: Option<String>,
}

impl GivenToken {
    /// Finds the token: from the given source, or else from the environment, or else from the saved session.
    pub fn find(source: &TokenSource, context: &Context) -> Result<Self> {
        let given = |token: PlainToken| Self { token, session_of: None };
        if source.token_stdin {
            return Ok(given(secret::token_from_stdin()?));
        }
        if let Some(path) = &source.token_file {
            return Ok(given(secret::token_from_file(path)?));
        }
        if let Some(text) = env::var_os(VARIABLE) {
            if text.is_empty() {
                // `AUTHCTL_TOKEN=$UNSET authctl logout` must not log out another user.
                return Err(Refusal::usage(format!(
                    "{VARIABLE} is set but empty. Unset it to use the saved session."
                ))
                .into());
            }
            // Invalid text is an invalid token. Falling back to the session would be a guess.
            return Ok(given(PlainToken::from_client(&text.to_string_lossy())));
        }
        let session = Sessions::of_environment()?
            .get(&context.settings.database.identity())?
            .ok_or(Refusal::NotLoggedIn)?;
        Ok(Self { token: session.token, session_of: Some(session.username) })
    }

    /// Returns the token's row in any state.
    pub fn row(&self, context: &Context, store: &Store) -> Result<Token> {
        let found = store.find_token(&self.token, context.settings.policy.tokens.hash)?;
        found.ok_or_else(|| self.refused(Refusal::TokenInvalid).into())
    }

    /// Returns the row and the user of a token that Django accepts. Refuses any other token.
    pub fn accepted(&self, context: &Context, store: &Store) -> Result<(Token, User)> {
        if !self.token.fits_a_header() {
            return Err(self.refused(Refusal::TokenInvalid).into());
        }
        let token = self.row(context, store)?;
        match (token.state(context.now()), token.expiry) {
            (TokenState::Active, _) if store.is_read(&token)? => {}
            (TokenState::Expired, Some(expiry)) => {
                return Err(self.refused(Refusal::TokenExpired(local(expiry))).into());
            }
            _ => return Err(self.refused(Refusal::TokenInvalid).into()),
        }
        let user = store.user_of_key(&token.user)?;
        user.map(|user| (token, user)).ok_or_else(|| self.refused(Refusal::TokenInvalid).into())
    }

    /// Whether a package may know this token, which the tables of drf and knox do not. A saved session has no such token.
    #[must_use]
    pub fn may_be_of_package(&self, error: &Error) -> bool {
        self.session_of.is_none() && matches!(error.refusal(), Some(Refusal::TokenInvalid))
    }

    /// Whether it is the token of this session.
    #[must_use]
    pub fn is_of(&self, session: &Session) -> bool {
        self.token.expose() == session.token.expose()
    }

    /// Replaces the refusal if the token comes from a saved session.
    fn refused(&self, refusal: Refusal) -> Refusal {
        match &self.session_of {
            Some(username) => Refusal::SessionGone(username.clone()),
            None => refusal,
        }
    }
}

/// Saves the session. A failure is only a warning, since the login itself has succeeded.
pub fn save_session(username: &str, scheme: Scheme, token: &PlainToken, context: &Context) {
    let session = Session { username: username.to_owned(), scheme, token: token.clone() };
    let saved = Sessions::of_environment()
        .and_then(|sessions| sessions.put(&context.settings.database.identity(), &session));
    if let Err(error) = saved {
        context.output.warning(format_args!("The session was not saved: {}", sentence(&format!("{error}"))));
    } else if env::var_os(VARIABLE).is_some_and(|token| !token.is_empty()) {
        context
            .output
            .warning(format_args!("{VARIABLE} is set and overrides the session that was just saved."));
    }
}
