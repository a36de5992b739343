use serde_json::json;

use crate::accounts::access::{AccessChange, UserAccess};
use crate::accounts::change_runner::ChangeRunner as _;
use crate::accounts::chosen_users::refuse_anonymous;
use crate::accounts::new_password::Password;
use crate::cli::access_view::{changed_fields, check_open, confirm, object, print_open, print_rows};
use crate::cli::args::users::SeveralUsers;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::error::failure::Result;
use crate::error::lost_answer::Effect;
use crate::signals;
use crate::store::Done;
use crate::store::account_tables::AccessKind;

const EXAMPLES: &str = "\
Examples:
  authctl lock-user meg
  authctl lock-user meg --reset-password
  authctl lock-user meg joe --yes --format json

Effect on Django: login, tokens and web sessions in the database are refused from the next request on. Web sessions in a \
cache, in files or in cookies come back when the user is reactivated, unless the password changes. Signals do not run.";

/// Lock users out: no login, no token, no session
///
/// Makes the user inactive and shuts every way in that the database holds, in one transaction: tokens of DRF, knox and
/// the project itself, OAuth2 tokens and grants, recorded JWT refresh tokens, API keys of the user, and web sessions.
/// Prints what was closed and what stays open. Exits with 13 if a way in is known to stay open. Asks for confirmation
/// before it locks more than one user. Without a terminal, --yes is required.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Users, or - to read them from standard input, one per line
    #[arg(value_name = "USER", required = true)]
    users: Vec<String>,

    /// Make the password unusable too
    ///
    /// This ends web sessions that the database does not hold. The user needs a new password after `unlock-user`.
    #[arg(long)]
    reset_password: bool,

    #[command(flatten)]
    choice: SeveralUsers,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let now = context.now();
    let users = args.choice.find(store, &args.users)?;
    refuse_anonymous(store, &users)?;
    let names: Vec<String> = users.iter().map(|user| user.username.clone()).collect();
    let change = Change::new(context, &args.writing, "lock-user");
    confirm("Lock", &users, &change, context)?;
    let mut passwords = Vec::new();
    if args.reset_password {
        let accounts = context.accounts()?;
        for _ in &users {
            passwords.push(accounts.encode(&Password::Unusable, change.is_rehearsal())?);
        }
    }
    let access = UserAccess::find(store, users.clone(), &AccessKind::ALL, now)?;
    let access_change = AccessChange { kinds: AccessKind::ALL.to_vec(), deactivates: true, passwords };
    change.set_effect(Effect::new(format!("{} locked", names.join(", "))));
    let done = change.make(store, &json!({ "users": names }), |transaction| {
        let closed = access.close(transaction, &access_change, now)?;
        let fields = changed_fields(&closed);
        Ok(Done { value: (closed, transaction.has_lost_superuser(&users)?), fields })
    })?;

    let (accesses, has_lost_superuser) = done.value;
    let report = change.report(done.fields);
    let verb = if report.dry_run { "would close" } else { "closed" };
    change.answer(report.changed, |output| {
        for access in &accesses {
            let name = &access.user.username;
            output.status(match (access.is_changed(), report.dry_run) {
                (false, _) => format!("{name} is already locked. Nothing was changed."),
                (true, true) => format!("Would lock {name}. Nothing was changed."),
                (true, false) => format!("Locked {name}."),
            });
            if access.fields.iter().any(|field| field == "password") {
                let is = if report.dry_run { "would be unusable" } else { "is unusable now" };
                output.status(format_args!("  {verb}: the password, which {is}"));
            }
            print_rows(verb, &access.closed, output);
            print_open(access, &access_change, output);
        }
        if has_lost_superuser {
            let verb = if report.dry_run { "would be" } else { "is" };
            output.warning(format_args!("No active superuser {verb} left."));
        }
        let mut answer = object(&accesses, SeveralUsers::is_one(&args.users), &change);
        report.add_to(&mut answer);
        output.answer(None, &answer)
    })?;
    check_open(&accesses)
}
