use anyhow::{Result, bail};
use serde_json::json;

use crate::changing::{Change, Writing};
use crate::context::Context;
use crate::interrupt;
use crate::model::TokenFilter;
use crate::presented::{Presented, TokenSource};
use crate::refusal::Refusal;
use crate::session::{Session, Sessions};
use crate::store::Done;

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

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    interrupt::watch()?;
    let change = Change::new(context, &args.writing, "logout");
    if args.keep_token {
        if !args.forget(context, |_| true)? {
            return Err(Refusal::NotLoggedIn.into());
        }
        return tell(context, &change, "Forgot the session; its token stays valid.", 0, true);
    }
    let store = context.store()?;
    let presented = Presented::find(&args.source, context)?;
    let token = match presented.row(context, store) {
        Err(error) if matches!(error.downcast_ref(), Some(Refusal::SessionGone(_))) => {
            args.forget(context, |_| true)?;
            let text = "The session's token was gone already; forgot the session.";
            return tell(context, &change, text, 0, true);
        }
        found => found?,
    };
    let Done { value: deleted, .. } =
        change.make(store, &json!({ "user": token.username }), |transaction| {
            let tokens = if args.all {
                let filter = TokenFilter { user: Some(token.user.clone()), ..TokenFilter::default() };
                transaction.tokens(&filter)?
            } else {
                transaction.rows_of_key(&presented.token, context.settings.tokens.hash)?
            };
            transaction.delete_tokens(&tokens)
        })?;
    if deleted == 0 {
        bail!("the token was deleted by someone else in the meantime");
    }
    // Where all of the user's tokens are gone, so is that of any session of the user.
    let is_held = |session: &Session| {
        session.token.expose() == presented.token.expose() || (args.all && session.username == token.username)
    };
    let forgotten = args.forget(context, is_held)?;
    let text = match deleted {
        1 => format!("Logged {} out: the token is deleted.", token.username),
        many => format!("Logged {} out: {many} tokens are deleted.", token.username),
    };
    tell(context, &change, &text, deleted, forgotten)
}

impl Args {
    /// Forgets the saved session, if there is one of which this is true; as a rehearsal, tells only whether there is.
    fn forget(&self, context: &Context, is_it: impl FnOnce(&Session) -> bool) -> Result<bool> {
        let database = &context.settings.database;
        let Ok(sessions) = Sessions::of_environment() else { return Ok(false) };
        let is_there = sessions.get(database)?.is_some_and(|session| is_it(&session));
        if is_there && !self.writing.dry_run {
            return sessions.forget(database);
        }
        Ok(is_there)
    }
}

fn tell(context: &Context, change: &Change<'_>, text: &str, deleted: usize, forgotten: bool) -> Result<()> {
    if change.is_rehearsal() {
        context.output.status(format_args!("Rehearsed, nothing was changed: {text}"));
    } else {
        context.output.status(text);
    }
    let fields = [("token", deleted > 0), ("session", forgotten)];
    let fields = fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name.to_owned());
    let mut object = json!({ "deleted": deleted, "session_forgotten": forgotten });
    change.report(fields.collect()).add_to(&mut object);
    context.output.answer(None, &object)
}
