use anyhow::Result;

use crate::accounts::authentication::{authenticate, password};
use crate::cli::args::secret::PasswordSource;
use crate::cli::context::Context;
use crate::error::refusal::Refusal;
use crate::signals;

const EXAMPLES: &str = "\
Examples:
  authctl check-password meg
  authctl check-password meg --password-file secret.txt && echo 'that is it'
  echo \"$PASSWORD\" | authctl check-password meg --password-stdin";

/// Tell by the exit code alone whether a password is right
///
/// Prints nothing. Ends with 0 where it is the password of an active user, and with 4 where not: an unknown user, a
/// wrong password and an inactive user get the same answer. Whether the project's PASSWORD_HASHERS takes the hash is not
/// in the database; Django's default takes no md5 and no bcrypt without SHA-256. After as many failures as `[login]
/// throttle` allows, the answer is to wait. Nothing is written to the database.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The login name, exact
    user: String,

    #[command(flatten)]
    password: PasswordSource,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let plain = password(&args.password, context)?;
    match authenticate(context, store, &args.user, &plain) {
        Err(error) if matches!(error.downcast_ref(), Some(Refusal::BadCredentials)) => {
            Err(Refusal::NoMatch.into())
        }
        outcome => outcome.map(drop),
    }
}
