use crate::cli::answer::Answer;
use crate::cli::args::token_source::{GivenToken, TokenSource};
use crate::cli::context::Context;
use crate::error::failure::Result;

const EXAMPLES: &str = "\
Examples:
  authctl whoami
  echo \"$TOKEN\" | authctl whoami --token-stdin
  AUTHCTL_TOKEN=\"$TOKEN\" authctl whoami --format json";

/// Print the user that a token belongs to
///
/// The token is read from --token-stdin or --token-file, otherwise from AUTHCTL_TOKEN, otherwise from the saved
/// session. Writes nothing.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: TokenSource,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    let store = context.store()?;
    let given = GivenToken::find(&args.source, context)?;
    let (token, user) = store.snapshot(|store| given.accepted(context, store))?;
    let address = if user.email.is_empty() { &user.username } else { &user.email };
    context.output.status(format_args!("Token valid for {address}"));
    let profiles =
        if context.output.format().is_for_programs() { store.profiles_of(&user.id)? } else { Vec::new() };
    let mut answer = Answer::new(&user, &profiles);
    answer.scheme = token.scheme.map(Into::into);
    answer.expiry = token.expiry;
    context.output.answer(Some(&user.username), &answer)
}
