use std::slice;

use serde_json::json;

use crate::accounts::access_summary::{open_although_inactive, revoke_tokens};
use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::access_view::listed;
use crate::cli::answer::Answer;
use crate::cli::args::assignment::{Assignment, assignment};
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::account_spec::{AccountSpec, GroupChoice, ProfileChoice};
use crate::error::failure::Result;
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::error::wording::shell_word;
use crate::signals;
use crate::store::Done;
use crate::store::account_tables::Doors;

const EXAMPLES: &str = "\
Examples:
  authctl edit-user meg --inactive --revoke-tokens
  authctl edit-user meg --email meg@example.com --set address='12 Oak Lane'
  authctl edit-user meg --add-group editors --staff
  authctl edit-user meg --rename margaret --dry-run

Effect on Django: the new values apply from the next query on. Web sessions and tokens of DRF and \
knox are refused from the next request on while the user is inactive; a new name does not affect them. Signals do not run.";

/// Change a user's fields, profile fields, flags and groups
///
/// Only values that differ are written; everything else is left unchanged. Prints the names of the changed fields.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Username (exact)
    user: String,

    /// Change the username
    #[arg(long, value_name = "NEW")]
    rename: Option<String>,

    /// Set the email address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// Set the first name
    #[arg(long, value_name = "NAME")]
    first_name: Option<String>,

    /// Set the last name
    #[arg(long, value_name = "NAME")]
    last_name: Option<String>,

    /// Set a field of the user or a profile (repeatable)
    ///
    /// VALUE @FILE reads the value from a file; @@ at the beginning is a literal @.
    ///
    /// Text is checked for its length. A decimal is checked for at most 15 significant digits, since Django reads no
    /// more. A DecimalField's max_digits and decimal_places are not in the database, so they are not checked.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    set: Vec<Assignment>,

    /// Clear a field: NULL if the column allows it, otherwise empty (repeatable)
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,

    /// Allow the user to log in and use tokens
    #[arg(long, help_heading = "Status and permissions")]
    active: bool,

    /// Make the user inactive: no login, no drf or knox token, no session
    ///
    /// OAuth2 tokens and API keys may still let the user in. `lock-user` shuts them too.
    #[arg(long, conflicts_with = "active", help_heading = "Status and permissions")]
    inactive: bool,

    /// Allow the user to enter Django's admin
    #[arg(long, help_heading = "Status and permissions")]
    staff: bool,

    /// Bar the user from Django's admin
    #[arg(long, conflicts_with = "staff", help_heading = "Status and permissions")]
    no_staff: bool,

    /// Grant the user every permission
    #[arg(long, help_heading = "Status and permissions")]
    superuser: bool,

    /// Remove superuser status
    ///
    /// Permissions granted directly or through groups stay.
    #[arg(long, conflicts_with = "superuser", help_heading = "Status and permissions")]
    no_superuser: bool,

    /// Add the user to this existing group (repeatable)
    #[arg(long, value_name = "NAME", help_heading = "Status and permissions")]
    add_group: Vec<String>,

    /// Remove the user from this group (repeatable)
    #[arg(long, value_name = "NAME", help_heading = "Status and permissions")]
    remove_group: Vec<String>,

    /// Revoke the user's tokens of every scheme, and API keys
    #[arg(long, help_heading = "Status and permissions")]
    revoke_tokens: bool,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let spec = args.spec()?;
    if spec == unchanged() && !args.revoke_tokens {
        let options = "--rename, --email, --set, --inactive or --add-group (see --help)";
        return Err(Refusal::usage(format!("Nothing to change. Pass an option such as {options}.")).into());
    }
    let user = store.user(&args.user)?;
    let (update, faults) = context.accounts()?.plan_update(&spec, &user)?;
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let doors = if args.inactive || args.revoke_tokens { Some(Doors::find(store)?) } else { None };
    let now = context.now();
    let change = Change::new(context, &args.writing, "edit-user");
    change.set_effect(Effect::new(format!("{} was changed", user.username)));
    let done = change.make(store, &json!({ "user": user.username }), |transaction| {
        let mut fields = update.apply(transaction, &user)?;
        let doors = doors.as_ref();
        if let Some(doors) = doors.filter(|_| args.revoke_tokens)
            && revoke_tokens(transaction, doors, &user.id, now)? > 0
        {
            fields.push("token".to_owned());
        }
        let open = match doors.filter(|_| args.inactive) {
            Some(doors) => open_although_inactive(transaction, doors, &user.id, now)?,
            None => Vec::new(),
        };
        let current = transaction.reread_user(&user)?;
        let profiles = transaction.profiles_of(&user.id)?;
        Ok(Done {
            value: (current, profiles, transaction.has_lost_superuser(slice::from_ref(&user))?, open),
            fields,
        })
    })?;

    let (current, profiles, has_lost_superuser, open) = done.value;
    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        let fields = report.fields.join(", ");
        output.status(match (report.changed, report.dry_run) {
            (false, _) => format!("{} is already up to date. Nothing was changed.", user.username),
            (true, true) => format!("Would change {}: {fields}. Nothing was changed.", user.username),
            (true, false) => format!("Changed {}: {fields}.", user.username),
        });
        if has_lost_superuser {
            let verb = if report.dry_run { "would be" } else { "is" };
            output.warning(format_args!("No active superuser {verb} left."));
        }
        if !open.is_empty() {
            let (doors, word) = (listed(&open), shell_word(&current.username));
            output.warning(format_args!(
                "These may still let {} in: {doors}. Shut every way in with `authctl lock-user {word}`.",
                current.username
            ));
        }
        if current.is_superuser && !current.is_staff && report.changed {
            output.hint(
                "A superuser without staff status cannot use Django's admin. Pass --staff to grant it.",
            );
        }
        let mut answer = Answer::new(&current, &profiles);
        answer.report = Some(report);
        output.answer(None, &answer)
    })
}

/// Returns the specification of an account that changes nothing, and creates no profile.
fn unchanged() -> AccountSpec {
    AccountSpec { profile: ProfileChoice::None, ..AccountSpec::default() }
}

impl Args {
    fn spec(&self) -> Result<AccountSpec> {
        let flag = |yes: bool, no: bool| if yes || no { Some(yes) } else { None };
        let mut fields = Vec::new();
        for assignment in &self.set {
            fields.push((assignment.field.clone(), assignment.input()?));
        }
        Ok(AccountSpec {
            rename: self.rename.clone(),
            email: self.email.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            active: flag(self.active, self.inactive),
            staff: flag(self.staff, self.no_staff),
            superuser: flag(self.superuser, self.no_superuser),
            fields,
            unset: self.unset.clone(),
            groups: GroupChoice::Change { add: self.add_group.clone(), remove: self.remove_group.clone() },
            ..unchanged()
        })
    }
}
