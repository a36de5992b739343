use anyhow::Result;
use serde_json::json;

use crate::accounts::Wish;
use crate::cli::answer::Answer;
use crate::cli::args::assignment::{Assignment, assignment};
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::error::lost_answer::Aftermath;
use crate::error::refusal::Refusal;
use crate::signals;
use crate::store::Done;

const EXAMPLES: &str = "\
Examples:
  authctl edit-user meg --inactive --revoke-tokens
  authctl edit-user meg --email meg@example.com --set address='12 Oak Lane'
  authctl edit-user meg --add-group editors --staff
  authctl edit-user meg --rename margaret --dry-run

What Django notices: the new values are there at its next query. Sessions and tokens of an inactive user are refused \
from the next request on; a new name leaves them as they are. Its signals do not run.";

/// Change a user's fields, profile fields, flags and groups
///
/// What is not given stays as it is, and what is so already is not written. The answer names the fields that changed.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The login name, exact
    user: String,

    /// Give the user another login name
    #[arg(long, value_name = "NEW")]
    rename: Option<String>,

    /// The e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// The first name
    #[arg(long, value_name = "NAME")]
    first_name: Option<String>,

    /// The last name
    #[arg(long, value_name = "NAME")]
    last_name: Option<String>,

    /// Set a field of the user or a profile; VALUE may be @FILE, and @@ stands for @
    ///
    /// Lengths of text are checked; a DecimalField's max_digits and decimal_places are not in the database, so of a decimal
    /// only that it has at most 15 significant digits, with which Django reads it.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    set: Vec<Assignment>,

    /// Empty a field: NULL where the column takes it, else the empty text
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,

    /// Let the user log in and use tokens
    #[arg(long, help_heading = "Rights")]
    active: bool,

    /// Lock the user out: no login, no token, no session
    #[arg(long, conflicts_with = "active", help_heading = "Rights")]
    inactive: bool,

    /// Let the user enter Django's admin
    #[arg(long, help_heading = "Rights")]
    staff: bool,

    /// Keep the user out of Django's admin
    #[arg(long, conflicts_with = "staff", help_heading = "Rights")]
    no_staff: bool,

    /// Give the user every permission
    #[arg(long, help_heading = "Rights")]
    superuser: bool,

    /// Leave the user the permissions that were granted, alone or through groups
    #[arg(long, conflicts_with = "superuser", help_heading = "Rights")]
    no_superuser: bool,

    /// Put the user into this group, which has to exist; may be given several times
    #[arg(long, value_name = "NAME", help_heading = "Rights")]
    add_group: Vec<String>,

    /// Take the user out of this group; may be given several times
    #[arg(long, value_name = "NAME", help_heading = "Rights")]
    remove_group: Vec<String>,

    /// Delete the user's tokens
    #[arg(long, help_heading = "Rights")]
    revoke_tokens: bool,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let store = context.store()?;
    let wish = args.wish()?;
    if wish == Wish::default() && !args.revoke_tokens {
        let options = "--rename, --email, --set, --inactive or --add-group (see --help)";
        return Err(Refusal::usage(format!("Nothing to change. Pass an option such as {options}.")).into());
    }
    let user = store.user(&args.user)?;
    let (edit, faults) = wish.edit(store, &context.settings, &user, context.now(), &mut *context.random())?;
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults).into());
    }
    let change = Change::new(context, &args.writing, "edit-user");
    change.leaves(Aftermath::new(format!("{} was changed", user.username)));
    let done = change.make(store, &json!({ "user": user.username }), |transaction| {
        let mut fields = edit.apply(transaction, &user)?;
        if args.revoke_tokens {
            fields.extend(transaction.delete_tokens_of(&user.id, None)?.fields);
        }
        let now = transaction.user_again(&user)?;
        let profiles = transaction.profiles_of(&user.id)?;
        Ok(Done { value: (now, profiles, transaction.has_superuser()?), fields })
    })?;

    let (now, profiles, has_superuser) = done.value;
    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        let fields = report.fields.join(", ");
        output.status(match (report.changed, report.dry_run) {
            (false, _) => format!("{} is already up to date. Nothing was changed.", user.username),
            (true, true) => format!("Would change {}: {fields}. Nothing was changed.", user.username),
            (true, false) => format!("Changed {}: {fields}.", user.username),
        });
        if user.is_superuser && user.is_active && !has_superuser {
            let verb = if report.dry_run { "would be" } else { "is" };
            output.warning(format_args!("No active superuser {verb} left."));
        }
        if now.is_superuser && !now.is_staff && report.changed {
            output.hint(
                "A superuser without staff status cannot use Django's admin. Pass --staff to grant it.",
            );
        }
        let mut answer = Answer::new(&now, &profiles);
        answer.report = Some(report);
        output.answer(None, &answer)
    })
}

impl Args {
    fn wish(&self) -> Result<Wish> {
        let flag = |yes: bool, no: bool| if yes || no { Some(yes) } else { None };
        let mut fields = Vec::new();
        for assignment in &self.set {
            fields.push((assignment.field.clone(), assignment.input()?));
        }
        Ok(Wish {
            rename: self.rename.clone(),
            email: self.email.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            active: flag(self.active, self.inactive),
            staff: flag(self.staff, self.no_staff),
            superuser: flag(self.superuser, self.no_superuser),
            fields,
            unset: self.unset.clone(),
            add_groups: self.add_group.clone(),
            remove_groups: self.remove_group.clone(),
            ..Wish::default()
        })
    }
}
