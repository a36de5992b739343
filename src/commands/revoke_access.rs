use serde_json::json;

use crate::accounts::access::{AccessChange, UserAccess};
use crate::accounts::change_runner::ChangeRunner as _;
use crate::accounts::chosen_users::refuse_anonymous;
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
  authctl revoke-access meg
  authctl revoke-access meg --only oauth2,jwt
  authctl revoke-access --expired --dry-run
  authctl revoke-access --expired --only sessions --yes

Effect on Django: what was revoked is refused from the next request on. The user stays active and can log in again. \
Signals do not run.";

/// Revoke users' tokens, API keys and web sessions, or delete expired ones
///
/// Shuts the same ways in as `lock-user`, but leaves the users active. With --expired, deletes what has expired, of all
/// users. Exits with 13 if a way in is known to stay open. Asks for confirmation before it changes the access of more
/// than one user. Without a terminal, --yes is required.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Users, or - to read them from standard input, one per line
    #[arg(value_name = "USER", required_unless_present = "expired", conflicts_with = "expired")]
    users: Vec<String>,

    /// Revoke only these kinds of access
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    only: Vec<AccessKind>,

    /// Delete what has expired, of all users
    #[arg(long)]
    expired: bool,

    #[command(flatten)]
    choice: SeveralUsers,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let kinds = if args.only.is_empty() { AccessKind::ALL.to_vec() } else { args.only.clone() };
    let change = Change::new(context, &args.writing, "revoke-access");
    if args.expired { purge(&kinds, &change, context) } else { revoke(args, kinds, &change, context) }
}

fn revoke(args: &Args, kinds: Vec<AccessKind>, change: &Change<'_>, context: &Context) -> Result<()> {
    let store = context.store()?;
    let now = context.now();
    let users = args.choice.find(store, &args.users)?;
    refuse_anonymous(store, &users)?;
    let names: Vec<String> = users.iter().map(|user| user.username.clone()).collect();
    confirm("Revoke the access of", &users, change, context)?;
    let access = UserAccess::find(store, users, &kinds, now)?;
    let access_change = AccessChange { kinds, deactivates: false, passwords: Vec::new() };
    change.set_effect(Effect::new(format!("the access of {} was revoked", names.join(", "))));
    let done = change.make(store, &json!({ "users": names }), |transaction| {
        let closed = access.close(transaction, &access_change, now)?;
        let fields = changed_fields(&closed);
        Ok(Done { value: closed, fields })
    })?;

    let accesses = done.value;
    let report = change.report(done.fields);
    let verb = if report.dry_run { "would close" } else { "closed" };
    change.answer(report.changed, |output| {
        for access in &accesses {
            let name = &access.user.username;
            output.status(match (access.is_changed(), report.dry_run) {
                (false, _) => format!("{name} has nothing to revoke. Nothing was changed."),
                (true, true) => format!("Would revoke the access of {name}. Nothing was changed."),
                (true, false) => format!("Revoked the access of {name}."),
            });
            print_rows(verb, &access.closed, output);
            print_open(access, &access_change, output);
        }
        let mut answer = object(&accesses, SeveralUsers::is_one(&args.users), change);
        report.add_to(&mut answer);
        output.answer(None, &answer)
    })?;
    check_open(&accesses)
}

fn purge(kinds: &[AccessKind], change: &Change<'_>, context: &Context) -> Result<()> {
    let store = context.store()?;
    let now = context.now();
    if !change.is_rehearsal() {
        context.consent("Delete what has expired, of all users?")?;
    }
    let access = UserAccess::find(store, Vec::new(), &[], now)?;
    change.set_effect(Effect::new("what had expired was deleted"));
    let done = change.make(store, &json!({ "expired": kinds }), |transaction| {
        let purged = access.purge(transaction, kinds, now)?;
        let fields = purged.iter().map(|door| door.name.to_owned()).collect();
        Ok(Done { value: purged, fields })
    })?;
    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        output.status(match (report.changed, report.dry_run) {
            (false, _) => "Nothing has expired.",
            (true, true) => "Would delete what has expired. Nothing was changed.",
            (true, false) => "Deleted what has expired.",
        });
        print_rows("deleted", &done.value, output);
        let mut answer = json!({ "deleted": done.value });
        report.add_to(&mut answer);
        output.answer(None, &answer)
    })
}
