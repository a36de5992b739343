use crate::cli::answer::Answer;
use crate::cli::args::package_source::AcceptedToken;
use crate::cli::args::package_token::SigningKeySource;
use crate::cli::args::token_source::{GivenToken, TokenSource};
use crate::cli::context::Context;
use crate::django::tokens::AnyScheme;
use crate::error::failure::Result;

const EXAMPLES: &str = "\
Examples:
  authctl whoami
  echo \"$TOKEN\" | authctl whoami --token-stdin
  AUTHCTL_TOKEN=\"$TOKEN\" authctl whoami --format json";

/// Print the user that a token belongs to
///
/// The token is read from --token-stdin or --token-file, otherwise from AUTHCTL_TOKEN, otherwise from the saved
/// session. Writes nothing. A JWT is accepted only if its signature has been checked, which needs the project's key. Its
/// audience and issuer are not checked.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: TokenSource,

    #[command(flatten)]
    signing_key: SigningKeySource,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    let store = context.store()?;
    let given = GivenToken::find(&args.source, context)?;
    let (token, user) = match store.snapshot(|store| given.accepted(context, store)) {
        Err(error) if given.may_be_of_package(&error) => {
            let token = store.snapshot(|store| {
                AcceptedToken::find(store, &given.token, &args.signing_key, context.now())
            })?;
            return answer_of_package(&token, context);
        }
        found => found?,
    };
    let address = if user.email.is_empty() { &user.username } else { &user.email };
    context.output.status(format_args!("Token valid for {address}"));
    let profiles =
        if context.output.format().is_for_programs() { store.profiles_of(&user.id)? } else { Vec::new() };
    let mut answer = Answer::new(&user, &profiles);
    answer.scheme = token.scheme.map(Into::into);
    answer.expiry = token.expiry;
    context.output.answer(Some(&user.username), &answer)
}

/// Prints the user of a package's token, or the name of an API key without a user.
fn answer_of_package(token: &AcceptedToken, context: &Context) -> Result<()> {
    let mut answer = Answer::new(token.user.as_ref(), &[]);
    answer.scheme = Some(AnyScheme::Package(token.scheme));
    answer.expiry = token.expiry;
    let mut object = serde_json::to_value(&answer)?;
    object["type"] = token.token_type.map(|kind| kind.to_string()).into();
    object["name"] = token.label.clone().into();
    let owner = match (&token.user, &token.label) {
        (Some(user), _) => &user.username,
        (None, Some(label)) => label,
        (None, None) => "no user",
    };
    context.output.status(format_args!("Token valid for {owner}"));
    if let Some(user) = token.user.as_ref().filter(|user| !user.is_active) {
        context
            .output
            .warning(format_args!("{} is inactive, but its package accepts the token.", user.username));
    }
    context.output.answer(token.user.as_ref().map(|user| &*user.username), &object)
}
