use serde_json::json;

use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::answer::{about_users, user_object};
use crate::cli::args::users::SeveralUsers;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::models::User;
use crate::error::failure::Result;
use crate::error::lost_answer::Effect;
use crate::error::wording::counted;
use crate::signals;
use crate::store::Done;
use crate::store::account_tables::SecondFactor;

const EXAMPLES: &str = "\
Examples:
  authctl reset-mfa meg --dry-run
  authctl reset-mfa meg --yes

Effect on Django: the next login asks for no second factor, unless the project requires one; then the user sets it up \
again. Web sessions stay valid. Signals do not run.";

/// Delete users' second factors and recovery codes
///
/// Deletes the devices of django-otp, two-factor and WebAuthn, and the authenticators of django-allauth, with their
/// recovery codes. Prints them, and asks for confirmation. Without a terminal, --yes is required.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Users, or - to read them from standard input, one per line
    #[arg(value_name = "USER", required = true)]
    users: Vec<String>,

    #[command(flatten)]
    choice: SeveralUsers,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let users = args.choice.find(store, &args.users)?;
    let names: Vec<String> = users.iter().map(|user| user.username.clone()).collect();
    let tables = store.factor_tables()?;
    let change = Change::new(context, &args.writing, "reset-mfa");
    let mut shown = 0;
    for user in &users {
        let factors = store.second_factors(&tables, &user.id)?;
        shown += factors.len();
        show(context, user, &factors, change.is_rehearsal());
    }
    if shown > 0 && !change.is_rehearsal() {
        context.consent(&format!("Delete {}?", counted(shown as u64, "second factor")))?;
    }
    change.set_effect(Effect::new(format!("the second factors of {} were deleted", names.join(", "))));
    let done = change.make(store, &json!({ "users": names }), |transaction| {
        let mut reset: Vec<(User, Vec<SecondFactor>)> = Vec::new();
        let mut deleted = 0;
        for user in &users {
            let user = transaction.reread_user(&user.id, &user.username)?;
            let factors = transaction.second_factors(&tables, &user.id)?;
            deleted += transaction.delete_second_factors(&tables, &user.id)?;
            reset.push((user, factors));
        }
        let fields = if deleted > 0 { vec!["second_factors".to_owned()] } else { Vec::new() };
        Ok(Done { value: (reset, deleted), fields })
    })?;
    let (reset, deleted) = done.value;
    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        output.status(match (report.changed, report.dry_run) {
            (false, _) => "No second factors to delete.".to_owned(),
            (true, true) => {
                format!("Would delete {}. Nothing was changed.", counted(deleted, "second factor"))
            }
            (true, false) => format!("Deleted {}.", counted(deleted, "second factor")),
        });
        if report.changed {
            output.hint(
                "Web sessions and tokens stay valid. If a device is lost, revoke them with `authctl revoke-access \
                 USER`.",
            );
        }
        let object = |(user, factors): &(User, Vec<SecondFactor>)| {
            let fields = if factors.is_empty() { Vec::new() } else { vec!["second_factors".to_owned()] };
            let mut object = json!({ "user": user_object(user), "second_factors": factors });
            change.report(fields).add_to(&mut object);
            object
        };
        let mut answer = about_users(reset.iter().map(object).collect(), SeveralUsers::is_one(&args.users));
        answer["counts"] = json!({ "second_factors": deleted });
        report.add_to(&mut answer);
        output.answer(None, &answer)
    })
}

/// Prints the second factors that are to be deleted.
fn show(context: &Context, user: &User, factors: &[SecondFactor], is_rehearsal: bool) {
    let verb = if is_rehearsal { "Would delete" } else { "To delete" };
    for factor in factors {
        let name = if factor.name.is_empty() { String::new() } else { format!(" {:?}", factor.name) };
        let unconfirmed = if factor.confirmed { "" } else { ", unconfirmed" };
        context
            .output
            .status(format_args!("{verb}: {}{name} of {}{unconfirmed}", factor.kind, user.username));
    }
}
