use anyhow::{Result, bail};
use serde_json::json;

use crate::cli::args::token_source::{Presented, TokenSource};
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::error::lost_answer::Aftermath;
use crate::error::refusal::Refusal;
use crate::error::wording::counted;
use crate::files::session::{FORGOTTEN, Session, Sessions};
use crate::signals;
use crate::store::Done;

const EXAMPLES: &str = "\
Examples:
  authctl logout
  authctl logout --all
  authctl logout --keep-token

Effect on Django: a deleted token is refused from the next request on. Web sessions, such as a browser in the admin, \
stay valid.";

/// Delete a token and its saved session
///
/// With drf, a user has one key, which may be in use elsewhere: deleting it ends that use too. --keep-token deletes
/// only the saved session. The token is read from --token-stdin or --token-file, otherwise from AUTHCTL_TOKEN,
/// otherwise from the saved session.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: TokenSource,

    /// Delete all tokens of the token's user
    #[arg(long)]
    all: bool,

    /// Delete only the saved session; the token stays valid
    #[arg(long, conflicts_with_all = ["all", "TokenSource"])]
    keep_token: bool,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let change = Change::new(context, &args.writing, "logout");
    if args.keep_token {
        if !args.forget(context, |_| true)? {
            return Err(Refusal::NotLoggedIn.into());
        }
        change.leaves(Aftermath::new(FORGOTTEN));
        return tell(&change, "Forgot the session; its token stays valid.", 0, true, || true);
    }
    let store = context.store()?;
    let presented = Presented::find(&args.source, context)?;
    let token = match presented.row(context, store) {
        Err(error) if matches!(error.downcast_ref(), Some(Refusal::SessionGone(_))) => {
            let forgotten = args.forget(context, |session| presented.is_of(session))?;
            let text = if forgotten {
                "The session's token was gone already; forgot the session."
            } else {
                "The session's token was gone already, and another login has saved its own session since."
            };
            change.leaves(Aftermath::new(FORGOTTEN));
            return tell(&change, text, 0, forgotten, || forgotten);
        }
        found => found?,
    };
    let hash = context.settings.tokens.hash;
    let saved = Sessions::of_environment().and_then(|sessions| sessions.get(&context.settings.database));
    // That the session cannot be read is told when it is to be forgotten.
    let saved = saved.ok().flatten();
    let Done { value: (deleted, ended), .. } =
        change.make(store, &json!({ "user": token.username }), |transaction| {
            let Done { value: deleted, fields } = if args.all {
                transaction.delete_tokens_of(&token.user, None)?
            } else {
                transaction.delete_tokens(&transaction.rows_of_key(&presented.token, hash)?)?
            };
            change.leaves(Aftermath::new(format!(
                "{} was logged out, deleted: {}",
                token.username,
                counted(deleted as u64, "token")
            )));
            // Where all of the user's tokens are gone, so is that of any session of the user.
            let ended = match saved.filter(|session| args.all && session.username == token.username) {
                Some(session) if transaction.find_token(&session.token, hash)?.is_none() => Some(session),
                _ => None,
            };
            Ok(Done { value: (deleted, ended), fields })
        })?;
    if deleted == 0 {
        bail!("the token was deleted by someone else in the meantime");
    }
    // A login that came since has saved another token.
    let is_ended = |session: &Session| {
        presented.is_of(session)
            || ended.as_ref().is_some_and(|ended| ended.token.expose() == session.token.expose())
    };
    let text = match deleted {
        1 => format!("Logged {} out: the token is deleted.", token.username),
        many => format!("Logged {} out: {many} tokens are deleted.", token.username),
    };
    // The token is deleted, so that the session stays is no more than a warning.
    tell(&change, &text, deleted, true, || {
        args.forget(context, is_ended).unwrap_or_else(|error| {
            context.output.warning(format_args!("The session was not forgotten: {error:#}."));
            false
        })
    })
}

impl Args {
    /// Forgets the saved session, if there is one of which this is true; as a rehearsal, tells only whether there is.
    fn forget(&self, context: &Context, is_meant: impl FnOnce(&Session) -> bool) -> Result<bool> {
        let database = &context.settings.database;
        let Ok(sessions) = Sessions::of_environment() else { return Ok(false) };
        if self.writing.dry_run {
            return Ok(sessions.get(database)?.is_some_and(|session| is_meant(&session)));
        }
        sessions.forget(database, |session| Ok(is_meant(session)))
    }
}

/// Forgets the session, where that is still to be done, and tells what happened.
fn tell(
    change: &Change<'_>,
    text: &str,
    deleted: usize,
    is_changed: bool,
    forget: impl FnOnce() -> bool,
) -> Result<()> {
    change.answer(is_changed, |output| {
        let forgotten = forget();
        if change.is_rehearsal() {
            output.status(format_args!("Rehearsed, nothing was changed: {text}"));
        } else {
            output.status(text);
        }
        let fields = [("token", deleted > 0), ("session", forgotten)];
        let fields = fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name.to_owned());
        let mut object = json!({ "deleted": deleted, "session_forgotten": forgotten });
        change.report(fields.collect()).add_to(&mut object);
        output.answer(None, &object)
    })
}
