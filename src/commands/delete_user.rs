use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use crate::accounts::change_runner::ChangeRunner as _;
use crate::accounts::chosen_users::refuse_anonymous;
use crate::cli::access_view::print_deletion;
use crate::cli::answer::{Report, about_users, user_object};
use crate::cli::args::users::SeveralUsers;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::cli::left_open::LeftOpen;
use crate::django::models::User;
use crate::error::failure::{Error, Result};
use crate::error::faults::{Fault, FaultCode, References, Restriction};
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::error::wording::counted;
use crate::signals;
use crate::store::{Decisions, Deletion, Done};

const EXAMPLES: &str = "\
Examples:
  authctl delete-user meg --dry-run
  authctl delete-user meg joe --yes
  authctl delete-user meg --cascade shop_order.user_id --set-null shop_order.agent_id

Effect on Django: the user no longer exists from the next query on; tokens are refused and web sessions end with the next \
request. JWT refresh tokens stay, without a user, unless the user is locked first. Signals do not run. Files of deleted \
rows remain. Rows that refer to the user without a foreign key, as generic relations do, remain too.";

/// Delete users and everything that belongs to them
///
/// Deletes each user with admin log entries, group memberships, permissions, tokens and profiles. Rows of other tables
/// that refer to a deleted row block the deletion until --cascade or --set-null decides on each reference. Prints by
/// table what will be deleted, and asks for confirmation. Without a terminal, --yes is required.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Users, or - to read them from standard input, one per line
    #[arg(value_name = "USER", required = true)]
    users: Vec<String>,

    #[command(flatten)]
    choice: SeveralUsers,

    /// Delete rows that refer to deleted rows through this column (repeatable)
    ///
    /// TABLE alone covers all of its columns that refer to deleted rows.
    #[arg(long, value_name = "TABLE[.COLUMN]")]
    cascade: Vec<String>,

    /// Keep rows that refer to deleted rows, and set this column to NULL (repeatable)
    ///
    /// TABLE alone covers all of its columns that refer to deleted rows. Rows that belong to the user cannot be kept.
    #[arg(long, value_name = "TABLE[.COLUMN]")]
    set_null: Vec<String>,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let users = args.choice.find(store, &args.users)?;
    let is_one = SeveralUsers::is_one(&args.users);
    if !is_one || !args.choice.are_usernames() {
        refuse_anonymous(store, &users)?;
    }
    let names = users.iter().map(|user| &*user.username).collect::<Vec<_>>().join(", ");
    let whom = match &users[..] {
        [_] => names.clone(),
        users => format!("{} users ({names})", users.len()),
    };
    let decisions = Decisions { cascade: args.cascade.clone(), set_null: args.set_null.clone() };
    let deletion = store.deletion(&users, &decisions)?;
    let change = Change::new(context, &args.writing, "delete-user");
    print_deletion(&deletion, change.is_rehearsal(), &context.output);
    let left_open = LeftOpen::find(store, &users, &deletion, context.now())?;
    left_open.print(&users, &names, &context.output);
    let side_effects = side_effects(&deletion, users.len());
    if !change.is_rehearsal() {
        context.consent(&format!("Delete {whom}{side_effects}?"))?;
    }
    let were = if users.len() == 1 { "was" } else { "were" };
    change.set_effect(Effect::new(format!("{names} {were} deleted")));
    let object = match &users[..] {
        [user] => json!({ "user": user.username }),
        users => json!({ "users": users.iter().map(|user| &user.username).collect::<Vec<_>>() }),
    };
    let done = change.make(store, &object, |transaction| {
        transaction.delete_users(&users, &decisions, &deletion)?;
        let names = deletion.deleted.iter().chain(&deletion.emptied).map(|(name, _)| name.clone());
        Ok(Done { value: transaction.has_lost_superuser(&users)?, fields: names.collect() })
    });
    let done = done.map_err(|error| still_referenced(error, &names))?;

    // Rows are deleted, and no fields changed.
    let report = Report { fields: Vec::new(), ..change.report(done.fields) };
    change.answer(report.changed, |output| {
        output.status(match (&users[..], report.dry_run) {
            (_, true) => format!("Would delete {whom}{side_effects}. Nothing was changed."),
            ([user], false) => format!("Deleted {} (id {}){side_effects}.", user.username, user.id),
            (_, false) => format!("Deleted {whom}{side_effects}."),
        });
        if done.value {
            let verb = if report.dry_run { "would be" } else { "is" };
            output.warning(format_args!("No active superuser {verb} left."));
        }
        let object = |user: &User| json!({ "user": user_object(user) });
        let mut object = about_users(users.iter().map(object).collect(), is_one);
        object["counts"] =
            json!({ "deleted": counts(&deletion.deleted), "emptied": counts(&deletion.emptied) });
        object["open"] = left_open.object();
        report.add_to(&mut object);
        output.answer(None, &object)
    })
}

/// Describes the effects besides the users' own rows, for a sentence.
fn side_effects(deletion: &Deletion, users: usize) -> String {
    let sum = |counts: &[(String, u64)]| counts.iter().map(|(_, count)| count).sum::<u64>();
    let (deleted, emptied) = (sum(&deletion.deleted).saturating_sub(users as u64), sum(&deletion.emptied));
    let mut text = String::new();
    if deleted > 0 {
        let _ = write!(text, " and {deleted} related {}", if deleted == 1 { "row" } else { "rows" });
    }
    if emptied > 0 {
        let _ = write!(text, ", clearing a reference in {}", counted(emptied, "row"));
    }
    text
}

fn counts(counts: &[(String, u64)]) -> Json {
    counts.iter().map(|(name, count)| (name.clone(), json!(count))).collect::<Map<_, _>>().into()
}

/// Translates a violated reference at the commit into an error about the deletion.
fn still_referenced(error: Error, names: &str) -> Error {
    match error.refusal() {
        Some(Refusal::Invalid(faults))
            if faults.iter().any(|fault| fault.code == FaultCode::Restricted(Restriction::Reference)) =>
        {
            let references = References::Beyond(names.to_owned());
            Refusal::StillReferenced(vec![Fault::new("", FaultCode::StillReferenced(references))]).into()
        }
        _ => error,
    }
}
