use anyhow::{Result, bail};
use serde_json::json;

use crate::changing::{Change, Writing};
use crate::context::Context;
use crate::interrupt;
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
        if !args.forget(context, |_| Ok(true))? {
            return Err(Refusal::NotLoggedIn.into());
        }
        return tell(context, &change, "Forgot the session; its token stays valid.", 0, true);
    }
    let store = context.store()?;
    let presented = Presented::find(&args.source, context)?;
    let token = match presented.row(context, store) {
        Err(error) if matches!(error.downcast_ref(), Some(Refusal::SessionGone(_))) => {
            let forgotten = args.forget(context, |session| Ok(presented.is_of(session)))?;
            let text = if forgotten {
                "The session's token was gone already; forgot the session."
            } else {
                "The session's token was gone already, and another login has saved its own session since."
            };
            return tell(context, &change, text, 0, forgotten);
        }
        found => found?,
    };
    let hash = context.settings.tokens.hash;
    let Done { value: deleted, .. } =
        change.make(store, &json!({ "user": token.username }), |transaction| {
            if args.all {
                return transaction.delete_tokens_of(&token.user, None);
            }
            transaction.delete_tokens(&transaction.rows_of_key(&presented.token, hash)?)
        })?;
    if deleted == 0 {
        bail!("the token was deleted by someone else in the meantime");
    }
    // Where all of the user's tokens are gone, so is that of any session of the user, unless a login came since.
    let is_ended = |session: &Session| {
        if presented.is_of(session) {
            return Ok(true);
        }
        let is_of_all = args.all && session.username == token.username;
        Ok(is_of_all && (change.is_rehearsal() || store.find_token(&session.token, hash)?.is_none()))
    };
    // The token is deleted, so that the session stays is no more than a warning.
    let forgotten = args.forget(context, is_ended).unwrap_or_else(|error| {
        context.output.warning(format_args!("The session was not forgotten: {error:#}."));
        false
    });
    let text = match deleted {
        1 => format!("Logged {} out: the token is deleted.", token.username),
        many => format!("Logged {} out: {many} tokens are deleted.", token.username),
    };
    tell(context, &change, &text, deleted, forgotten)
}

impl Args {
    /// Forgets the saved session, if there is one of which this is true; as a rehearsal, tells only whether there is.
    fn forget(&self, context: &Context, is_meant: impl FnOnce(&Session) -> Result<bool>) -> Result<bool> {
        let database = &context.settings.database;
        let Ok(sessions) = Sessions::of_environment() else { return Ok(false) };
        if self.writing.dry_run {
            return sessions.get(database)?.map_or(Ok(false), |session| is_meant(&session));
        }
        sessions.forget(database, is_meant)
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
