use anyhow::{Result, bail};
use serde_json::json;

use crate::context::Context;
use crate::interrupt;
use crate::model::TokenFilter;
use crate::presented::{Presented, TokenSource};
use crate::refusal::Refusal;
use crate::session::Sessions;

const EXAMPLES: &str = "\
Examples:
  authctl logout
  authctl logout --all
  authctl logout --keep-token

What Django notices: requests with a deleted token are refused from the next one on. Django's own sessions, as of a \
browser in the admin, go on.";

/// Delete a token and forget the session that holds it
///
/// With drf a user has one key, which may be in use elsewhere too: deleting it ends that use. --keep-token forgets the
/// session alone. The token comes from --token-stdin or --token-file, else from AUTHCTL_TOKEN, else from the saved
/// session.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: TokenSource,

    /// Delete all tokens of the token's user
    #[arg(long)]
    all: bool,

    /// Forget the session and leave the token valid
    #[arg(long, conflicts_with_all = ["all", "TokenSource"])]
    keep_token: bool,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    interrupt::watch()?;
    let database = &context.settings.database;
    if args.keep_token {
        if !Sessions::of_environment()?.forget(database)? {
            return Err(Refusal::NotLoggedIn.into());
        }
        context.output.status("Forgot the session; its token stays valid.");
        return context.output.answer(None, &json!({ "deleted": 0, "session_forgotten": true }));
    }
    let store = context.store()?;
    let presented = Presented::find(&args.source, context)?;
    let token = match presented.row(context, store) {
        Err(error) if matches!(error.downcast_ref(), Some(Refusal::SessionGone(_))) => {
            Sessions::of_environment()?.forget(database)?;
            context.output.status("The session's token was gone already; forgot the session.");
            return context.output.answer(None, &json!({ "deleted": 0, "session_forgotten": true }));
        }
        found => found?,
    };
    let deleted = store.transact(|transaction| {
        if !args.all {
            return Ok(usize::from(transaction.delete_token(&token)?));
        }
        let filter = TokenFilter { user: Some(token.user.clone()), ..TokenFilter::default() };
        let mut deleted = 0;
        for token in transaction.tokens(&filter)? {
            deleted += usize::from(transaction.delete_token(&token)?);
        }
        Ok(deleted)
    })?;
    if deleted == 0 {
        bail!("the token was deleted by someone else in the meantime");
    }
    let forgotten = forget_session(args, context, &presented)?;
    context.output.status(match deleted {
        1 => format!("Logged {} out: the token is deleted.", token.username),
        many => format!("Logged {} out: {many} tokens are deleted.", token.username),
    });
    context.output.answer(None, &json!({ "deleted": deleted, "session_forgotten": forgotten }))
}

/// Forgets the session if it holds the deleted token, or any of the user's where all were deleted.
fn forget_session(args: &Args, context: &Context, presented: &Presented) -> Result<bool> {
    let Ok(sessions) = Sessions::of_environment() else { return Ok(false) };
    let database = &context.settings.database;
    let Some(session) = sessions.get(database)? else { return Ok(false) };
    let is_same = session.token.expose() == presented.token.expose();
    let is_gone =
        args.all && context.store()?.find_token(&session.token, context.settings.tokens.hash)?.is_none();
    if is_same || is_gone { sessions.forget(database) } else { Ok(false) }
}
