//! The account that `register` describes: by options, or by a client's JSON body.

use std::mem;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use crate::accounts::new_password::UpdatePassword;
use crate::accounts::registration::OnExisting;
use crate::cli::args::assignment::{Assignment, assignment};
use crate::cli::args::json_body::Body;
use crate::cli::args::new_password::NewPassword;
use crate::cli::args::values::check_update;
use crate::django::account_spec::{AccountSpec, GroupChoice, ProfileChoice};
use crate::django::models::Key;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::terminal::output::Output;

/// The user.
#[derive(Args, Debug)]
pub struct AccountArgs {
    /// Username; with `username_from = "email"`, the email address
    pub username: Option<String>,

    /// Set the email address
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,

    /// Vouch for the email address: django-allauth asks for no confirmation
    #[arg(long, hide_short_help = true)]
    pub email_verified: bool,

    /// Set the first name
    #[arg(long, value_name = "NAME")]
    #[arg(hide_short_help = true)]
    pub first_name: Option<String>,

    /// Set the last name
    #[arg(long, value_name = "NAME")]
    #[arg(hide_short_help = true)]
    pub last_name: Option<String>,

    /// Allow the user to enter Django's admin
    #[arg(long)]
    pub staff: bool,

    /// Grant every permission and access to Django's admin
    #[arg(long)]
    pub superuser: bool,

    /// Create an inactive account (no login, no token)
    #[arg(long)]
    #[arg(hide_short_help = true)]
    pub inactive: bool,

    /// Read a client's JSON body from a file, or `-` for standard input
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    #[arg(hide_short_help = true)]
    pub from_json: Option<PathBuf>,
}

/// The profile, further fields and groups.
#[derive(Args, Debug)]
pub struct FieldArgs {
    /// Create a profile of this kind [default: `[register] profile`, or the only kind with a given field]
    #[arg(long, value_name = "KIND", help_heading = "Profile and fields")]
    pub profile: Option<String>,

    /// Do not create a profile
    #[arg(long, conflicts_with = "profile", help_heading = "Profile and fields")]
    #[arg(hide_short_help = true)]
    pub no_profile: bool,

    /// Set a field of the profile or the user (repeatable)
    ///
    /// VALUE @FILE reads the value from a file; @@ at the beginning is a literal @.
    ///
    /// Text is checked for its length. A decimal is checked for at most 15 significant digits, since Django reads no
    /// more. A DecimalField's max_digits and decimal_places are not in the database, so they are not checked.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment, help_heading = "Profile and fields")]
    pub set: Vec<Assignment>,

    /// Set a field to random text like that of other users (repeatable)
    ///
    /// The column must be unique, or its name must say token, key or secret. The texts of the newest 20 users must be
    /// random and have the same length and alphabet. An existing account keeps its text.
    #[arg(long, value_name = "FIELD", help_heading = "Profile and fields")]
    #[arg(hide_short_help = true)]
    pub set_random: Vec<String>,

    /// Take required fields that are not given from this user
    ///
    /// Also gives the account the user's kinds of profiles, unless --profile or --no-profile is given. Lists what it
    /// takes, and asks at a terminal. Never takes rights, groups, the password, names, addresses, secrets or unique
    /// values; random texts are generated anew. An existing account takes nothing.
    #[arg(long, value_name = "USER", help_heading = "Profile and fields")]
    #[arg(hide_short_help = true)]
    pub like: Option<String>,

    /// Add the user to this existing group (repeatable)
    #[arg(long, value_name = "NAME", help_heading = "Profile and fields")]
    pub group: Vec<String>,
}

/// What happens to an existing account.
#[derive(Args, Debug)]
pub struct ExistingArgs {
    /// Handle an existing account: fail, skip or update
    ///
    /// skip changes nothing and prints the drf key. update writes given values that differ and keeps all others.
    #[arg(long, value_name = "ACTION", default_value = "fail", hide_possible_values = true)]
    #[arg(help_heading = "Existing accounts")]
    #[arg(hide_short_help = true)]
    pub on_existing: OnExisting,

    /// Replace an existing password: on-create (never), always or if-different
    ///
    /// Used with --on-existing update.
    #[arg(long, value_name = "WHEN", default_value = "on-create", hide_possible_values = true)]
    #[arg(help_heading = "Existing accounts")]
    #[arg(hide_short_help = true)]
    pub update_password: UpdatePassword,
}

impl ExistingArgs {
    /// Refuses options that contradict each other.
    pub fn check(&self) -> Result<(), Refusal> {
        check_update(self.update_password, self.on_existing)
    }
}

impl AccountArgs {
    /// Builds the specification from the options and the body. Also returns the rest of the body.
    pub fn spec(&self, fields: &FieldArgs, password: &NewPassword) -> Result<(AccountSpec, Body)> {
        let mut body = match &self.from_json {
            Some(path) if path == Path::new("-") && password.wants_stdin() => {
                return Err(Refusal::usage(
                    "--from-json - and --password-stdin both read standard input. Pass a file for one of \
                     them.",
                )
                .into());
            }
            Some(path) => Body::read(path)?,
            None => Body::default(),
        };
        if body.password.is_some() && password.is_given() {
            return Err(
                Refusal::usage("The body and an option both set the password. Drop one of them.").into()
            );
        }
        let mut values = mem::take(&mut body.fields);
        for assignment in &fields.set {
            let field = &assignment.field;
            if values.iter().any(|(name, _)| name == field) {
                return Err(Refusal::usage(format!("{field} is set twice.")).into());
            }
            values.push((field.clone(), assignment.input()?));
        }
        for field in &fields.set_random {
            if values.iter().any(|(name, _)| name == field)
                || fields.set_random.iter().filter(|name| *name == field).count() > 1
            {
                return Err(Refusal::usage(format!("{field} is set twice.")).into());
            }
        }
        let profile = fields.choice(body.account_type.as_deref())?;
        let spec = AccountSpec {
            username: once("USERNAME", self.username.as_ref(), body.username.take())?,
            email: once("--email", self.email.as_ref(), body.email.take())?,
            email_verified: self.email_verified,
            first_name: once("--first-name", self.first_name.as_ref(), body.first_name.take())?,
            last_name: once("--last-name", self.last_name.as_ref(), body.last_name.take())?,
            staff: self.staff.then_some(true),
            superuser: self.superuser.then_some(true),
            active: self.inactive.then_some(false),
            fields: values,
            profile,
            groups: GroupChoice::join(fields.group.clone()),
            ..AccountSpec::default()
        };
        Ok((spec, body))
    }
}

impl FieldArgs {
    /// Returns the choice of the profile by the options and the `account_type` of a body. Refuses both.
    fn choice(&self, account_type: Option<&str>) -> Result<ProfileChoice> {
        Ok(match (&self.profile, account_type, self.no_profile) {
            (Some(_), Some(_), _) | (None, Some(_), true) => {
                return Err(Refusal::usage(
                    "The body sets account_type, and an option selects a profile. Drop one of them.",
                )
                .into());
            }
            (Some(kind), None, _) => ProfileChoice::Kinds(vec![kind.clone()]),
            (None, Some(kind), false) => ProfileChoice::AccountType(kind.to_owned()),
            (None, None, true) => ProfileChoice::None,
            (None, None, false) => ProfileChoice::Decide,
        })
    }
}

/// Refuses `--email-verified` where no address can be verified.
pub fn refuse_without_addresses(store: &Store) -> Result<()> {
    if store.has_addresses()? {
        return Ok(());
    }
    let message = "--email-verified needs the email addresses of django-allauth, and this database has none.";
    Err(Refusal::usage(message).into())
}

/// Warns if the name of another user than this one differs only in case.
pub fn warn_of_other_case(username: &str, user: Option<&Key>, store: &Store, output: &Output) -> Result<()> {
    if let Some(other) = store.user_of_other_case(username, user)? {
        output.warning(format_args!(
            "User {other:?} exists. The new name differs only in case, and Django treats them as two users."
        ));
    }
    Ok(())
}

/// Warns if another user than this one has verified the address in django-allauth, where only one can.
pub fn warn_of_verified_address(
    address: &str,
    user: Option<&Key>,
    store: &Store,
    output: &Output,
) -> Result<()> {
    if let Some(owner) = store.verified_owner(address, user)? {
        output.warning(format_args!(
            "The email address {address} is verified for {owner:?} in django-allauth, so no other user can verify it."
        ));
    }
    Ok(())
}

/// Returns the value from the option or the body. Refuses both.
fn once(option: &str, given: Option<&String>, from_body: Option<String>) -> Result<Option<String>> {
    match (given, from_body) {
        (Some(_), Some(_)) => {
            Err(Refusal::usage(format!("The body and {option} set the same value. Drop one of them.")).into())
        }
        (Some(given), None) => Ok(Some(given.clone())),
        (None, from_body) => Ok(from_body),
    }
}
