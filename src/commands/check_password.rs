use crate::cli::args::secret::PasswordSource;
use crate::cli::context::Context;
use crate::cli::wording;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::signals;

const EXAMPLES: &str = "\
Examples:
  authctl check-password meg
  authctl check-password meg --password-file secret.txt && echo 'correct'
  echo \"$PASSWORD\" | authctl check-password meg --password-stdin";

/// Check a password and report the result by the exit code alone
///
/// Prints nothing, and writes nothing to the database. Exits with 0 if this is the password of an active user. Exits
/// with 4 for an unknown user, a wrong password and an inactive user alike, and with 10 after too many failures
/// (`[login] throttle`). The database does not tell whether the project's PASSWORD_HASHERS accepts the hash. Django's
/// default accepts neither md5 nor bcrypt without SHA-256.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Username (exact)
    user: String,

    #[command(flatten)]
    password: PasswordSource,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let accounts = context.accounts()?;
    let plain = args.password.read_or_ask(&context.prompt)?;
    match accounts.authenticate(&args.user, &plain, |notice| context.output.warning(wording::notice(notice)))
    {
        Err(error) if matches!(error.refusal(), Some(Refusal::BadCredentials)) => {
            Err(Refusal::NoMatch.into())
        }
        outcome => outcome.map(drop),
    }
}
