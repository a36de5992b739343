use std::net::IpAddr;

use serde_json::json;

use crate::accounts::access::AccessRows;
use crate::accounts::change_runner::ChangeRunner as _;
use crate::accounts::unlock::{Unlocked, unlock, unlock_addresses};
use crate::cli::access_view::{confirm, print_rows};
use crate::cli::answer::{about_users, user_object};
use crate::cli::args::users::SeveralUsers;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::cli::unlock_hints::unlock_hints;
use crate::error::failure::Result;
use crate::error::lost_answer::Effect;
use crate::signals;
use crate::store::Done;

const EXAMPLES: &str = "\
Examples:
  authctl unlock-user meg
  authctl unlock-user meg --ip 203.0.113.7
  authctl unlock-user --ip 203.0.113.7
  authctl unlock-user meg joe --yes

Effect on Django: the user can log in from the next request on. Tokens and web sessions that `lock-user` revoked stay \
revoked. Lock-outs that django-axes keeps in a cache are not in the database. Signals do not run.";

/// Let users in again: active, without lock-outs
///
/// Makes the user active, deletes the failed logins that django-axes counts under the username or the email address, and
/// ends the wait of second factors after wrong codes. Asks for confirmation before it unlocks more than one user. Without
/// a terminal, --yes is required.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Users, or - to read them from standard input, one per line
    #[arg(value_name = "USER", required_unless_present = "ip")]
    users: Vec<String>,

    /// Clear failed logins from this address too, under any name (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    ip: Vec<IpAddr>,

    #[command(flatten)]
    choice: SeveralUsers,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let now = context.now();
    let users = if args.users.is_empty() { Vec::new() } else { args.choice.find(store, &args.users)? };
    let names: Vec<String> = users.iter().map(|user| user.username.clone()).collect();
    let change = Change::new(context, &args.writing, "unlock-user");
    confirm("Unlock", &users, &change, context)?;
    let tables = store.factor_tables()?;
    let mut hints = Vec::new();
    for user in &users {
        hints.extend(unlock_hints(store, &tables, user)?);
    }
    change.set_effect(Effect::new(match &names[..] {
        [] => "failed logins from these addresses were cleared".to_owned(),
        names => format!("{} unlocked", names.join(", ")),
    }));
    let done = change.make(store, &json!({ "users": names }), |transaction| {
        let mut unlocked = Vec::new();
        for user in &users {
            unlocked.push(unlock(transaction, user, &tables, now)?);
        }
        let of_addresses = unlock_addresses(transaction, &args.ip)?;
        let fields = changed_fields(&unlocked, Some(&of_addresses).filter(|door| door.count > 0));
        Ok(Done { value: (unlocked, of_addresses), fields })
    })?;
    let (unlocked, of_addresses) = done.value;
    let report = change.report(done.fields);
    let verb = if report.dry_run { "would clear" } else { "cleared" };
    change.answer(report.changed, |output| {
        for Unlocked { user, fields, cleared } in &unlocked {
            let is_locked = !(fields.is_empty() && cleared.is_empty());
            output.status(status(&user.username, is_locked, report.dry_run));
            print_rows(verb, cleared, output);
        }
        match of_addresses.count {
            0 if args.ip.is_empty() => {}
            0 => output.status("No failed logins from these addresses."),
            _ => output.status("From these addresses:"),
        }
        if of_addresses.count > 0 {
            print_rows(verb, std::slice::from_ref(&of_addresses), output);
        }
        for hint in &hints {
            output.hint(hint);
        }
        let object = |unlocked: &Unlocked| {
            let mut object = json!({ "user": user_object(&unlocked.user), "cleared": unlocked.cleared });
            change.report(changed_fields(std::slice::from_ref(unlocked), None)).add_to(&mut object);
            object
        };
        let objects = unlocked.iter().map(object).collect();
        let mut answer = about_users(objects, SeveralUsers::is_one(&args.users));
        answer["counts"] = json!({ "failed_logins_from_addresses": of_addresses.count });
        report.add_to(&mut answer);
        output.answer(None, &answer)
    })
}

/// Says whether a user was unlocked.
fn status(name: &str, is_locked: bool, is_rehearsal: bool) -> String {
    match (is_locked, is_rehearsal) {
        (false, _) => format!("{name} is not locked. Nothing was changed."),
        (true, true) => format!("Would unlock {name}. Nothing was changed."),
        (true, false) => format!("Unlocked {name}."),
    }
}

/// Returns the names of the columns and rows that changed.
fn changed_fields(unlocked: &[Unlocked], of_addresses: Option<&AccessRows>) -> Vec<String> {
    let cleared = unlocked.iter().flat_map(|user| &user.cleared).chain(of_addresses);
    let mut fields: Vec<String> = unlocked.iter().flat_map(|user| user.fields.iter().cloned()).collect();
    fields.extend(cleared.map(|rows| rows.name.to_owned()));
    fields.sort_unstable();
    fields.dedup();
    fields
}
