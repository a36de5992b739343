use serde_json::json;

use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::args::package_source::revocable;
use crate::cli::args::package_token::SigningKeySource;
use crate::cli::args::token_source::{GivenToken, TokenSource};
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::TokenFilter;
use crate::error::failure::{Error, Result, failed};
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::error::wording::{counted, sentence};
use crate::files::session::{FORGOTTEN, Session, Sessions};
use crate::signals;
use crate::store::Done;
use crate::store::account_tables::Selection;

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

    #[command(flatten)]
    signing_key: SigningKeySource,

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
        return args.keep(&change, context);
    }
    let store = context.store()?;
    let given = GivenToken::find(&args.source, context)?;
    let token = match given.row(context, store) {
        Err(error) if matches!(error.refusal(), Some(Refusal::SessionGone(_))) => {
            return args.forget_ended(&change, &given, context);
        }
        Err(error) if given.may_be_of_package(&error) => return args.revoke(&change, &given, error, context),
        found => found?,
    };
    let hash = context.settings.policy.tokens.hash;
    let saved =
        Sessions::of_environment().and_then(|sessions| sessions.get(&context.settings.database.identity()));
    // If the session cannot be read, forgetting it reports the error.
    let saved = saved.ok().flatten();
    let Done { value: (deleted, ended), .. } =
        change.make(store, &json!({ "user": token.username }), |transaction| {
            let Done { value: deleted, fields } = if args.all {
                transaction.delete_tokens_of(&token.user, None)?
            } else {
                transaction.delete_tokens(&transaction.rows_of_key(&given.token, hash)?)?
            };
            change.set_effect(Effect::new(format!(
                "{} was logged out ({} deleted)",
                token.username,
                counted(deleted as u64, "token")
            )));
            // If all tokens of the user are deleted, so is the token of the user's session.
            let ended = match saved.clone().filter(|session| args.all && session.username == token.username) {
                Some(session) if transaction.find_token(&session.token, hash)?.is_none() => Some(session),
                _ => None,
            };
            Ok(Done { value: (deleted, ended), fields })
        })?;
    if deleted == 0 {
        return Err(failed!("another process deleted the token in the meantime"));
    }
    // A login in the meantime may have saved another token.
    let is_ended = |session: &Session| {
        given.is_of(session)
            || ended.as_ref().is_some_and(|ended| ended.token.expose() == session.token.expose())
    };
    let tokens = if deleted == 1 { "the token".to_owned() } else { format!("{deleted} tokens") };
    let text = format!("Logged out {}. Deleted {tokens}.", token.username);
    // A failure is only a warning, since the token is already deleted.
    print_outcome(&change, &text, deleted, true, || {
        args.forget(context, is_ended).unwrap_or_else(|error| {
            context.output.warning(format_args!(
                "The saved session was not deleted: {}",
                sentence(&format!("{error}"))
            ));
            false
        })
    })
}

impl Args {
    /// Revokes the token of a package. `unknown` is the error for a token that is not.
    fn revoke(
        &self,
        change: &Change<'_>,
        given: &GivenToken,
        unknown: Error,
        context: &Context,
    ) -> Result<()> {
        let (store, now) = (context.store()?, context.now());
        let Some((tables, token)) = revocable(store, &given.token, &self.signing_key, now)? else {
            return Err(unknown);
        };
        if self.all {
            return Err(Refusal::usage(
                "--all requires a drf or knox token. Revoke everything with `authctl revoke-access USER`.",
            )
            .into());
        }
        let (what, filter) = (token.described(), TokenFilter::default());
        let chosen = Some(std::slice::from_ref(&token));
        let selection = Selection { chosen, ..Selection::matching(&filter) };
        change.set_effect(Effect::new(format!("the {what} was revoked")));
        let object =
            json!({ "user": token.username, "scheme": token.scheme.to_string(), "prefix": token.prefix });
        let done = change.make(store, &object, |transaction| {
            let revoked = transaction.revoke_package_tokens(&tables, selection, now)?;
            Ok(Done { value: revoked, fields: vec!["token".into()] })
        })?;
        if done.value == 0 {
            return Err(failed!("another process revoked the token in the meantime"));
        }
        print_outcome(change, &format!("Revoked the {what}."), 1, true, || false)
    }

    /// Deletes only the saved session.
    fn keep(&self, change: &Change<'_>, context: &Context) -> Result<()> {
        if !self.forget(context, |_| true)? {
            return Err(Refusal::NotLoggedIn.into());
        }
        change.set_effect(Effect::new(FORGOTTEN));
        print_outcome(change, "Deleted the saved session. Its token stays valid.", 0, true, || true)
    }

    /// Deletes the saved session, whose token no longer exists.
    fn forget_ended(&self, change: &Change<'_>, given: &GivenToken, context: &Context) -> Result<()> {
        let forgotten = self.forget(context, |session| given.is_of(session))?;
        let text = if forgotten {
            "The session's token no longer exists. Deleted the saved session."
        } else {
            "The session's token no longer exists. Kept the saved session of a newer login."
        };
        change.set_effect(Effect::new(FORGOTTEN));
        print_outcome(change, text, 0, forgotten, || forgotten)
    }

    /// Forgets the saved session if it exists and matches, and returns whether it did. A rehearsal only checks this.
    fn forget(&self, context: &Context, matches: impl FnOnce(&Session) -> bool) -> Result<bool> {
        let database = &context.settings.database.identity();
        let Ok(sessions) = Sessions::of_environment() else { return Ok(false) };
        if self.writing.dry_run {
            return Ok(sessions.get(database)?.is_some_and(|session| matches(&session)));
        }
        sessions.forget(database, |session| Ok(matches(session)))
    }
}

/// Forgets the session with `forget`, if necessary, and prints the outcome.
fn print_outcome(
    change: &Change<'_>,
    text: &str,
    deleted: usize,
    is_changed: bool,
    forget: impl FnOnce() -> bool,
) -> Result<()> {
    change.answer(is_changed, |output| {
        let forgotten = forget();
        if change.is_rehearsal() {
            output.status(format_args!("Dry run, nothing was changed: {text}"));
        } else {
            output.status(text);
        }
        let fields = [("token", deleted > 0), ("session", forgotten)];
        let fields = fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name.to_owned());
        let mut object = json!({ "counts": { "tokens": deleted }, "session_forgotten": forgotten });
        change.report(fields.collect()).add_to(&mut object);
        output.answer(None, &object)
    })
}
