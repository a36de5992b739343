//! The options of `create-token` for OAuth2 tokens, JWTs and API keys.

use std::env;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::accounts::package_token::PackageTokenSpec;
use crate::cli::args::secret;
use crate::django::tokens::jwt::{RESERVED_CLAIMS, SigningKey};
use crate::django::tokens::{AnyScheme, PackageScheme, TokenType};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;

/// The longest name that djangorestframework-api-key accepts.
const LONGEST_NAME: usize = 50;

/// Where the key of JWT signatures comes from.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub struct SigningKeySource {
    /// Read the JWT signing key, such as SECRET_KEY, from this variable
    #[arg(long, value_name = "NAME")]
    signing_key_env: Option<String>,

    /// Read the JWT signing key from this file
    ///
    /// One trailing line end is removed.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, hide_short_help = true)]
    signing_key_file: Option<PathBuf>,
}

impl SigningKeySource {
    /// Reads the key, if a source was given.
    pub fn read(&self) -> Result<Option<SigningKey>> {
        let (text, option) = match (&self.signing_key_env, &self.signing_key_file) {
            (Some(name), _) => {
                // Do not repeat the name: it may be the key itself, given by mistake.
                let unset = |_| {
                    Refusal::usage("--signing-key-env: the environment variable is not set, or not UTF-8.")
                };
                (Zeroizing::new(env::var(name).map_err(unset)?), "--signing-key-env: the variable")
            }
            (None, Some(path)) => {
                (secret::from_file("--signing-key-file", path)?, "--signing-key-file: the file")
            }
            (None, None) => return Ok(None),
        };
        let empty = || Refusal::usage(format!("{option} is empty. Expected a signing key."));
        SigningKey::new(text).map(Some).ok_or_else(|| empty().into())
    }

    fn is_given(&self) -> bool {
        self.signing_key_env.is_some() || self.signing_key_file.is_some()
    }
}

/// The options for tokens of packages.
#[derive(Args, Debug)]
#[command(next_help_heading = "OAuth2 tokens, JWTs and API keys")]
pub struct PackageTokenArgs {
    /// Give an OAuth2 token this scope, such as read; can be repeated
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,

    /// Bind an OAuth2 token to the application with this client id
    #[arg(long, value_name = "CLIENT_ID", hide_short_help = true)]
    application: Option<String>,

    /// Create a JWT refresh token instead of an access token
    #[arg(long)]
    refresh: bool,

    /// Add a claim to a JWT; a VALUE that is not JSON is text
    #[arg(long, value_name = "NAME=VALUE", value_parser = claim, hide_short_help = true)]
    claim: Vec<(String, Json)>,

    #[command(flatten)]
    signing_key: SigningKeySource,

    /// Name an API key
    #[arg(long, value_parser = name)]
    pub name: Option<String>,
}

impl PackageTokenArgs {
    /// Returns the token that the options describe. `None` for a scheme of no package.
    ///
    /// # Errors
    /// Returns [`Refusal::Usage`] if an option is missing, or is one of another scheme.
    pub fn spec(&self, scheme: Option<AnyScheme>) -> Result<Option<PackageTokenSpec>> {
        let options = [
            ("--scope", PackageScheme::OAuth2, !self.scope.is_empty()),
            ("--application", PackageScheme::OAuth2, self.application.is_some()),
            ("--refresh", PackageScheme::Jwt, self.refresh),
            ("--claim", PackageScheme::Jwt, !self.claim.is_empty()),
            ("--signing-key-…", PackageScheme::Jwt, self.signing_key.is_given()),
            ("--name", PackageScheme::ApiKey, self.name.is_some()),
        ];
        let scheme = scheme.and_then(AnyScheme::package);
        if let Some((option, of, _)) = options.iter().find(|(_, of, given)| *given && Some(*of) != scheme) {
            return Err(Refusal::usage(format!("{option} is only valid with --scheme {of}.")).into());
        }
        Ok(Some(match scheme {
            None => return Ok(None),
            Some(PackageScheme::OAuth2) => PackageTokenSpec::OAuth2 {
                scope: self.scope.join(" "),
                application: self.application.clone(),
            },
            Some(PackageScheme::Jwt) => {
                let missing = || {
                    Refusal::usage(
                        "--scheme jwt needs the project's SIGNING_KEY, which is its SECRET_KEY by default. Pass \
                         --signing-key-env NAME or --signing-key-file FILE.",
                    )
                };
                PackageTokenSpec::Jwt {
                    token_type: if self.refresh { TokenType::Refresh } else { TokenType::Access },
                    key: self.signing_key.read()?.ok_or_else(missing)?,
                    claims: Map::from_iter(self.claim.clone()),
                }
            }
            Some(PackageScheme::ApiKey) => {
                let missing = || Refusal::usage("--scheme api-key requires --name NAME.");
                PackageTokenSpec::ApiKey { name: self.name.clone().ok_or_else(missing)? }
            }
        }))
    }
}

fn claim(text: &str) -> Result<(String, Json), String> {
    let (name, value) =
        text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("expected NAME=VALUE")?;
    if RESERVED_CLAIMS.contains(&name) {
        return Err(format!("{name} cannot be set: it follows from the user and the other options"));
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

fn name(text: &str) -> Result<String, String> {
    if (1..=LONGEST_NAME).contains(&text.trim().chars().count()) {
        Ok(text.trim().to_owned())
    } else {
        Err(format!("expected 1 to {LONGEST_NAME} characters"))
    }
}
