use serde_json::json;

use crate::accounts::access_summary::{open_after_password, revoke_tokens};
use crate::accounts::change_runner::ChangeRunner as _;
use crate::accounts::new_password::Password;
use crate::cli::access_view::listed;
use crate::cli::args::new_password::NewPassword;
use crate::cli::args::secret::password_missing;
use crate::cli::args::users::FindBy;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::passwords::{About, Plain};
use crate::error::failure::Result;
use crate::error::faults::PasswordSources;
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::error::wording::shell_word;
use crate::signals;
use crate::store::Done;
use crate::store::account_tables::Doors;
use crate::terminal::output::Output;

const EXAMPLES: &str = "\
Examples:
  authctl set-password meg
  PASSWORD=$(authctl set-password meg --random-password --revoke-tokens)
  authctl set-password ci-bot --password-file secret.txt
  authctl set-password joe --no-password

Effect on Django: the user's web sessions end, since they are tied to the password. API tokens stay valid unless \
--revoke-tokens is given. Signals do not run.";

/// Set a user's password
///
/// Prompts for the password twice at a terminal; a script selects one source for it. The password is hashed with
/// `[passwords] hasher`, or like the newest passwords in the database.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// User
    user: String,

    #[command(flatten)]
    by: FindBy,

    /// Revoke the user's tokens of every scheme and API keys too
    #[arg(long)]
    revoke_tokens: bool,

    #[command(flatten)]
    password: NewPassword,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let user = args.by.user(store, &args.user)?;
    if !args.password.is_given() && !context.prompt.is_interactive() {
        return Err(Refusal::Invalid(vec![password_missing(PasswordSources::NewOrEncoded)]).into());
    }
    let about = About {
        username: Some(&user.username),
        first_name: Some(&user.first_name),
        last_name: Some(&user.last_name),
        email: Some(&user.email),
    };
    let password = args.password.choose(None, &about, context)?;
    let change = Change::new(context, &args.writing, "set-password");
    change.shows_secrets("");
    let encoded = context.accounts()?.encode(&password, change.is_rehearsal())?;
    let is_unusable = matches!(password, Password::Unusable);
    let random = password.into_shown();
    let mut effect = Effect::new(format!("the password of {} was set", user.username));
    if random.is_some() {
        effect.add_random_password(&user.username);
    }
    change.set_effect(effect);
    let (doors, now) = (Doors::find(store)?, context.now());
    let Done { value: (revoked, open), fields } =
        change.make(store, &json!({ "user": user.username }), |transaction| {
            let row = [("password".to_owned(), encoded.as_str().into())];
            let mut fields = transaction.update_user(&user, &row, now)?;
            let mut revoked = 0;
            if args.revoke_tokens {
                revoked = revoke_tokens(transaction, &doors, &user.id, now)?;
                if revoked > 0 {
                    fields.push("token".to_owned());
                }
            }
            let open = open_after_password(transaction, &doors, &user.id, now)?;
            Ok(Done { value: (revoked, open), fields })
        })?;

    let report = change.report(fields);
    change.answer(report.changed, |output| {
        let username = &user.username;
        let is_set = report.fields.iter().any(|field| field == "password");
        if !is_set {
            output.status(format_args!("{username} already has this hash. Nothing was changed."));
        } else if report.dry_run {
            output.status(format_args!("Would set the password of {username}. Nothing was changed."));
        } else {
            print_status(username, is_unusable, Some(revoked).filter(|_| args.revoke_tokens), output);
            if !open.is_empty() {
                let (doors, word) = (listed(&open), shell_word(username));
                output.hint(format_args!(
                    "These stay valid too: {doors}. Shut every way in with `authctl lock-user {word}`."
                ));
            }
        }
        let random = random.filter(|_| is_set && !report.dry_run);
        let mut object = json!({ "username": username, "id": user.id, "tokens_deleted": revoked });
        if let Some(random) = &random {
            object["password"] = random.as_str().into();
        }
        report.add_to(&mut object);
        output.answer(random.as_ref().map(Plain::as_str), &object)
    })
}

/// Prints what was done. `revoked` is the number of deleted tokens, if they were to be deleted.
fn print_status(username: &str, is_unusable: bool, revoked: Option<u64>, output: &Output) {
    output.status(if is_unusable {
        format!("{username} no longer has a usable password.")
    } else {
        format!("Set the password of {username}.")
    });
    let tokens = match revoked {
        None => "API tokens stay valid. Pass --revoke-tokens to delete them.".to_owned(),
        Some(0) => "The user had no API tokens.".to_owned(),
        Some(1) => "Deleted 1 API token.".to_owned(),
        Some(many) => format!("Deleted {many} API tokens."),
    };
    output.hint(format_args!("Django's sessions of {username} end. {tokens}"));
}
