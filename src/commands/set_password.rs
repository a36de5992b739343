use jiff::Timestamp;
use serde_json::json;

use crate::accounts::access::AccessRows;
use crate::accounts::access_summary::{open_after_password, revoke_tokens};
use crate::accounts::change_runner::ChangeRunner as _;
use crate::accounts::new_password::Password;
use crate::cli::access_view::{confirm, listed};
use crate::cli::answer::{about_users, distinct, user_object};
use crate::cli::args::new_password::NewPassword;
use crate::cli::args::secret::password_missing;
use crate::cli::args::users::SeveralUsers;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::User;
use crate::django::passwords::Encoded;
use crate::error::failure::{Error, Result};
use crate::error::faults::PasswordSources;
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::error::wording::shell_word;
use crate::signals;
use crate::store::account_tables::Doors;
use crate::store::{Done, Transaction};
use crate::terminal::output::Output;

const EXAMPLES: &str = "\
Examples:
  authctl set-password meg
  PASSWORD=$(authctl set-password meg --random-password --revoke-tokens)
  authctl set-password ci-bot --password-file secret.txt
  authctl set-password joe --no-password
  authctl set-password meg joe --random-password --yes --format json

Effect on Django: the user's web sessions end, since they are tied to the password. API tokens stay valid unless \
--revoke-tokens is given. Signals do not run.";

/// Set users' passwords
///
/// Prompts for the password twice at a terminal; a script selects one source for it. Several users get the same
/// password, or with --random-password one each. Asks for confirmation before it changes more than one user. The
/// password is hashed with `[passwords] hasher`, or like the newest passwords in the database.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Users, or - to read them from standard input, one per line
    #[arg(value_name = "USER", required = true)]
    users: Vec<String>,

    #[command(flatten)]
    choice: SeveralUsers,

    /// Revoke the user's tokens of every scheme and API keys too
    #[arg(long)]
    revoke_tokens: bool,

    #[command(flatten)]
    password: NewPassword,

    #[command(flatten)]
    writing: Writing,
}

/// What was done for a user.
struct Outcome {
    fields: Vec<String>,
    /// The number of deleted tokens.
    revoked: u64,
    /// What stays valid.
    open: Vec<AccessRows>,
}

impl Outcome {
    fn is_set(&self) -> bool {
        self.fields.iter().any(|field| field == "password")
    }
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    args.refuse_stdin_for_both()?;
    let store = context.store()?;
    let users = args.choice.find(store, &args.users).map_err(|error| args.misplaced(error))?;
    if !args.password.is_given() && !context.prompt.is_interactive() {
        return Err(Refusal::Invalid(vec![password_missing(PasswordSources::NewOrEncoded)]).into());
    }
    let change = Change::new(context, &args.writing, "set-password");
    confirm("Set the passwords of", &users, &change, context)?;
    let passwords = args.password.choose_for(&users, context)?;
    change.shows_secrets("");
    let names: Vec<&str> = users.iter().map(|user| &*user.username).collect();
    let (object, what) = match &names[..] {
        [name] => (json!({ "user": name }), format!("the password of {name} was set")),
        names => (json!({ "users": names }), format!("the passwords of {} were set", names.join(", "))),
    };
    let (mut effect, mut encoded, accounts) = (Effect::new(what), Vec::new(), context.accounts()?);
    for (user, password) in users.iter().zip(&passwords) {
        encoded.push(accounts.encode(password, change.is_rehearsal())?);
        if matches!(password, Password::Random(_)) {
            effect.add_random_password(&user.username);
        }
    }
    change.set_effect(effect);
    let (doors, now) = (Doors::find(store)?, context.now());
    let done = change.make(store, &object, |transaction| {
        let mut outcomes = Vec::new();
        for (user, encoded) in users.iter().zip(&encoded) {
            outcomes.push(args.set(transaction, user, encoded, &doors, now)?);
        }
        let fields = distinct(outcomes.iter().flat_map(|outcome| outcome.fields.clone()));
        Ok(Done { value: outcomes, fields })
    })?;

    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        let (mut shown, mut objects) = (Vec::new(), Vec::new());
        for ((user, password), outcome) in users.iter().zip(passwords).zip(done.value) {
            args.print(user, &password, &outcome, report.dry_run, output);
            let random = password.into_shown().filter(|_| outcome.is_set() && !report.dry_run);
            let Outcome { fields, revoked, .. } = outcome;
            let mut object = json!({ "user": user_object(user), "counts": { "tokens": revoked } });
            if let Some(random) = &random {
                object["password"] = random.as_str().into();
            }
            change.report(fields).add_to(&mut object);
            objects.push(object);
            shown.extend(random.map(|random| (&*user.username, random)));
        }
        let is_one = SeveralUsers::is_one(&args.users);
        let mut object = about_users(objects, is_one);
        report.add_to(&mut object);
        if is_one {
            return output.answer(shown.first().map(|(_, random)| random.as_str()), &object);
        }
        let shown: Vec<(&str, &str)> = shown.iter().map(|(name, random)| (*name, random.as_str())).collect();
        output.secrets(&shown, &object)
    })
}

impl Args {
    fn refuse_stdin_for_both(&self) -> Result<()> {
        if self.password.wants_stdin() && self.users.iter().any(|text| text == "-") {
            let both = "The users and the password cannot both come from standard input.";
            return Err(Refusal::usage(format!("{both} Pass one of them another way.")).into());
        }
        Ok(())
    }

    /// Explains that the last word is a user, without repeating it: it may be a password.
    fn misplaced(&self, error: Error) -> Error {
        let ([_, .., last], Some(Refusal::UnknownUsers(unknown))) = (&self.users[..], error.refusal()) else {
            return error;
        };
        if unknown.users.iter().all(|user| user.text != *last) {
            return error;
        }
        let advice = if self.password.is_random() {
            "To set the length of the password, write --random-password=LENGTH."
        } else if !self.password.is_given() {
            "A password is never an argument: it is asked for, or comes from --password-stdin, --password-env or \
             --password-file."
        } else {
            return error;
        };
        Refusal::usage(format!("The last USER does not exist. {advice}")).into()
    }

    fn set(
        &self,
        transaction: &Transaction<'_>,
        user: &User,
        encoded: &Encoded,
        doors: &Doors,
        now: Timestamp,
    ) -> Result<Outcome> {
        let row = [("password".to_owned(), encoded.as_str().into())];
        let mut fields = transaction.update_user(user, &row, now)?;
        let mut revoked = 0;
        if self.revoke_tokens {
            revoked = revoke_tokens(transaction, doors, &user.id, now)?;
            if revoked > 0 {
                fields.push("token".to_owned());
            }
        }
        Ok(Outcome { fields, revoked, open: open_after_password(transaction, doors, &user.id, now)? })
    }

    fn print(
        &self,
        user: &User,
        password: &Password,
        outcome: &Outcome,
        is_rehearsal: bool,
        output: &Output,
    ) {
        let username = &user.username;
        if !outcome.is_set() {
            output.status(format_args!("{username} already has this hash. Nothing was changed."));
        } else if is_rehearsal {
            output.status(format_args!("Would set the password of {username}. Nothing was changed."));
        } else {
            let is_unusable = matches!(password, Password::Unusable);
            print_status(username, is_unusable, Some(outcome.revoked).filter(|_| self.revoke_tokens), output);
            if !outcome.open.is_empty() {
                let (doors, word) = (listed(&outcome.open), shell_word(username));
                output.hint(format_args!(
                    "These stay valid too: {doors}. Shut every way in with `authctl lock-user {word}`."
                ));
            }
        }
    }
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
