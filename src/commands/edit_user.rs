use jiff::Timestamp;
use serde_json::json;

use crate::accounts::Accounts;
use crate::accounts::access::AccessRows;
use crate::accounts::access_summary::{open_although_inactive, revoke_tokens};
use crate::accounts::account_plan::AccountPlan;
use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::access_view::{confirm, print_deletion, warn_of_open};
use crate::cli::answer::{about_users, distinct};
use crate::cli::args::account::{refuse_without_addresses, warn_of_other_case, warn_of_verified_address};
use crate::cli::args::assignment::{Assignment, assignment};
use crate::cli::args::users::SeveralUsers;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::django::account_spec::{AccountSpec, GroupChoice, ProfileChoice};
use crate::django::models::{Permission, Profile, User};
use crate::error::failure::Result;
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::signals;
use crate::store::account_tables::Doors;
use crate::store::{Done, Store, Transaction};
use crate::terminal::output::Output;

const EXAMPLES: &str = "\
Examples:
  authctl edit-user meg --inactive --revoke-tokens
  authctl edit-user meg --email meg@example.com --set address='12 Oak Lane'
  authctl edit-user meg --add-group editors --staff
  authctl edit-user meg --add-profile customer --set customer.address='12 Oak Lane'
  authctl edit-user meg --rename margaret --dry-run
  authctl edit-user --by email meg@example.com joe@example.com --inactive --yes

Effect on Django: the new values apply from the next query on. Web sessions and tokens of DRF and \
knox are refused from the next request on while the user is inactive; a new name does not affect them. Signals do not run.";

/// Change users' fields, profiles, flags and groups
///
/// Only values that differ are written; everything else is left unchanged. Prints the names of the changed fields. Asks
/// for confirmation before it changes more than one user or deletes a profile. Without a terminal, --yes is required.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Users, or - to read them from standard input, one per line
    #[arg(value_name = "USER", required = true)]
    users: Vec<String>,

    /// Change the username
    #[arg(long, value_name = "NEW")]
    rename: Option<String>,

    /// Set the email address
    ///
    /// With django-allauth, it replaces the user's main address there, unverified unless --email-verified is given.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// Vouch for the email address: django-allauth asks for no confirmation
    #[arg(long, hide_short_help = true)]
    email_verified: bool,

    /// Set the first name
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    first_name: Option<String>,

    /// Set the last name
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    last_name: Option<String>,

    /// Set a field of the user or a profile (repeatable)
    ///
    /// VALUE @FILE reads the value from a file; @@ at the beginning is a literal @.
    ///
    /// Text is checked for its length. A decimal is checked for at most 15 significant digits, since Django reads no
    /// more. A DecimalField's max_digits and decimal_places are not in the database, so they are not checked.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    set: Vec<Assignment>,

    /// Clear a field: to NULL, or else to empty text (repeatable)
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,

    /// Create a profile of this kind if the user has none (repeatable)
    ///
    /// Its fields come from --set KIND.FIELD=VALUE and the defaults in the settings.
    #[arg(long, value_name = "KIND")]
    add_profile: Vec<String>,

    /// Delete the user's profile of this kind (repeatable)
    ///
    /// Refused while other rows refer to the profile.
    #[arg(long, value_name = "KIND")]
    remove_profile: Vec<String>,

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

    /// Grant the user every permission, and staff status
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

    /// Grant the user this permission (repeatable)
    #[arg(long, value_name = "APP.CODENAME", value_parser = Permission::named)]
    #[arg(help_heading = "Status and permissions", hide_short_help = true)]
    add_permission: Vec<Permission>,

    /// Take this permission from the user (repeatable)
    ///
    /// Permissions granted through groups or by superuser status stay.
    #[arg(long, value_name = "APP.CODENAME", value_parser = Permission::named)]
    #[arg(help_heading = "Status and permissions", hide_short_help = true)]
    remove_permission: Vec<Permission>,

    /// Revoke the user's tokens of every scheme, and API keys
    #[arg(long, help_heading = "Status and permissions")]
    revoke_tokens: bool,

    #[command(flatten)]
    choice: SeveralUsers,

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
    let users = args.choice.find(store, &args.users)?;
    if args.email_verified {
        refuse_without_addresses(store)?;
    }
    if users.len() > 1 && (args.rename.is_some() || args.email.is_some()) {
        return Err(Refusal::usage("--rename and --email are for one user only. Name one user.").into());
    }
    let plans = plan(&spec, &users, &context.accounts()?)?;
    if let [user] = &users[..] {
        args.warn(user, store, &context.output)?;
    }
    let doors = if args.inactive || args.revoke_tokens { Some(Doors::find(store)?) } else { None };
    let change = Change::new(context, &args.writing, "edit-user");
    confirm("Change", &users, &change, context)?;
    for (user, plan) in users.iter().zip(&plans) {
        show_removals(user, plan, &change, context)?;
    }
    let names: Vec<&str> = users.iter().map(|user| &*user.username).collect();
    let were = if names.len() == 1 { "was" } else { "were" };
    change.set_effect(Effect::new(format!("{} {were} changed", names.join(", "))));
    let object = match &names[..] {
        [name] => json!({ "user": name }),
        names => json!({ "users": names }),
    };
    let done = change.make(store, &object, |transaction| {
        let mut edited = Vec::new();
        for (user, plan) in users.iter().zip(&plans) {
            edited.push(args.edit(transaction, user, plan, doors.as_ref(), context.now())?);
        }
        let fields = distinct(edited.iter().flat_map(|edited| edited.fields.clone()));
        Ok(Done { value: (edited, transaction.has_lost_superuser(&users)?), fields })
    })?;

    let (edited, has_lost_superuser) = done.value;
    let report = change.report(done.fields);
    change.answer(report.changed, |output| {
        for edited in &edited {
            edited.print(report.dry_run, output);
        }
        if has_lost_superuser {
            let verb = if report.dry_run { "would be" } else { "is" };
            output.warning(format_args!("No active superuser {verb} left."));
        }
        let object = |edited: &Edited| {
            let mut object = json!({ "user": edited.current, "profiles": edited.profiles });
            change.report(edited.fields.clone()).add_to(&mut object);
            object
        };
        let mut answer = about_users(edited.iter().map(object).collect(), SeveralUsers::is_one(&args.users));
        report.add_to(&mut answer);
        output.answer(None, &answer)
    })
}

/// Plans the same change for each user.
fn plan(spec: &AccountSpec, users: &[User], accounts: &Accounts<'_>) -> Result<Vec<AccountPlan<'static>>> {
    let mut plans = Vec::new();
    for user in users {
        let (plan, faults) = accounts.plan_update(spec, user)?;
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        plans.push(plan);
    }
    Ok(plans)
}

/// A user after the change.
struct Edited {
    current: User,
    /// The name before the change.
    name: String,
    profiles: Vec<Profile>,
    fields: Vec<String>,
    /// What may still let the user in.
    open: Vec<AccessRows>,
}

impl Edited {
    fn print(&self, is_rehearsal: bool, output: &Output) {
        let (name, fields) = (&self.name, self.fields.join(", "));
        output.status(match (self.fields.is_empty(), is_rehearsal) {
            (true, _) => format!("{name} is already up to date. Nothing was changed."),
            (false, true) => format!("Would change {name}: {fields}. Nothing was changed."),
            (false, false) => format!("Changed {name}: {fields}."),
        });
        warn_of_open(&self.open, &self.current.username, "lock-user", output);
        if self.current.is_superuser && !self.current.is_staff && !self.fields.is_empty() {
            output.hint(
                "A superuser without staff status cannot use Django's admin. Pass --staff to grant it.",
            );
        }
    }
}

/// Prints what the removal of profiles deletes, and asks for confirmation.
fn show_removals(user: &User, plan: &AccountPlan<'_>, change: &Change<'_>, context: &Context) -> Result<()> {
    for (kind, deletion) in plan.removed_profiles() {
        print_deletion(deletion, change.is_rehearsal(), &context.output);
        if !change.is_rehearsal() {
            context.consent(&format!("Delete the profile {kind} of {}?", user.username))?;
        }
    }
    Ok(())
}

/// Returns the specification of an account that changes nothing, and creates no profile.
fn unchanged() -> AccountSpec {
    AccountSpec { profile: ProfileChoice::None, ..AccountSpec::default() }
}

impl Args {
    fn edit(
        &self,
        transaction: &Transaction<'_>,
        user: &User,
        plan: &AccountPlan<'_>,
        doors: Option<&Doors>,
        now: Timestamp,
    ) -> Result<Edited> {
        let mut fields = plan.execute(transaction)?.into_fields();
        if let Some(doors) = doors.filter(|_| self.revoke_tokens)
            && revoke_tokens(transaction, doors, &user.id, now)? > 0
        {
            fields.push("token".to_owned());
        }
        let open = match doors.filter(|_| self.inactive) {
            Some(doors) => open_although_inactive(transaction, doors, &user.id, now)?,
            None => Vec::new(),
        };
        Ok(Edited {
            current: transaction.reread_user(&user.id, &user.username)?,
            name: user.username.clone(),
            profiles: transaction.profiles_of(&user.id)?,
            fields,
            open,
        })
    }

    /// Warns of what the user's new name or email address has in common with another user's.
    fn warn(&self, user: &User, store: &Store, output: &Output) -> Result<()> {
        if let Some(address) = self.email.as_ref().filter(|_| !self.email_verified) {
            warn_of_verified_address(address, Some(&user.id), store, output)?;
        }
        if let Some(name) = &self.rename {
            warn_of_other_case(name, Some(&user.id), store, output)?;
        }
        Ok(())
    }

    fn spec(&self) -> Result<AccountSpec> {
        let flag = |yes: bool, no: bool| if yes || no { Some(yes) } else { None };
        let mut fields = Vec::new();
        for assignment in &self.set {
            fields.push((assignment.field.clone(), assignment.input()?));
        }
        let mut kinds = self.add_profile.clone();
        kinds.sort();
        kinds.dedup();
        let profile = if kinds.is_empty() { ProfileChoice::None } else { ProfileChoice::Kinds(kinds) };
        let mut spec = AccountSpec {
            rename: self.rename.clone(),
            email: self.email.clone(),
            email_verified: self.email_verified,
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            active: flag(self.active, self.inactive),
            staff: flag(self.staff, self.no_staff),
            superuser: flag(self.superuser, self.no_superuser),
            fields,
            unset: self.unset.clone(),
            profile,
            remove_profiles: self.remove_profile.clone(),
            groups: GroupChoice::Change { add: self.add_group.clone(), remove: self.remove_group.clone() },
            permissions: self.add_permission.clone(),
            remove_permissions: self.remove_permission.clone(),
            ..AccountSpec::default()
        };
        spec.make_superusers_staff();
        Ok(spec)
    }
}
