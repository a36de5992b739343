use std::mem;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde_json::json;

use crate::accounts::change_runner::ChangeRunner as _;
use crate::accounts::new_account::NewAccount;
use crate::accounts::registration::{CreatedFile, OnExisting, Registered, Registration, UpdatePassword};
use crate::accounts::{Accounts, Missing};
use crate::cli::answer::{Answer, Report};
use crate::cli::args::assignment::{Assignment, assignment};
use crate::cli::args::json_body::Body;
use crate::cli::args::new_password::NewPassword;
use crate::cli::args::secret::password_missing;
use crate::cli::args::values::check_update;
use crate::cli::change::{Change, Writing};
use crate::cli::context::{Context, SIGNALS_HINT, hasher_needed};
use crate::cli::wording;
use crate::config::policy::UsernameFrom;
use crate::django::account_spec::{AccountSpec, GroupChoice, ProfileChoice};
use crate::django::field::Input;
use crate::django::models::{Scheme, User};
use crate::django::passwords::{About, Plain};
use crate::django::tokens::PlainToken;
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, PasswordSources};
use crate::error::refusal::Refusal;
use crate::error::wording::{label, with_article};
use crate::signals;
use crate::store::Store;
use crate::terminal::output::Output;

const EXAMPLES: &str = "\
Examples:
  authctl register meg --email meg@ducharme.com
  authctl register --init meg@ducharme.com --random-password
  authctl register meg --profile customer --set address='12 Oak Lane'
  authctl register meg --password-file secret.txt --require-strong
  TOKEN=$(authctl register ci-bot --no-password)
  authctl register ci-bot --on-existing update --staff --no-password
  authctl register --from-json body.json --format json

Effect on Django: the user, the profile and the token exist from the next query on. Signals do not run, so anything \
that the project does in post_save must be done by hand. An existing account loses its web sessions if its password \
changes; with --inactive, its tokens are refused too.";

/// Register a user with profile and token
///
/// Writes the user, the user's profile and a token in one transaction, and prints the token. Prompts for missing values
/// at a terminal. Without a terminal, fails with an error that lists all of them.
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Username; with `username_from = "email"`, the email address
    username: Option<String>,

    /// Set the email address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// Set the first name
    #[arg(long, value_name = "NAME")]
    #[arg(hide_short_help = true)]
    first_name: Option<String>,

    /// Set the last name
    #[arg(long, value_name = "NAME")]
    #[arg(hide_short_help = true)]
    last_name: Option<String>,

    /// Allow the user to enter Django's admin
    #[arg(long)]
    staff: bool,

    /// Grant every permission and access to Django's admin
    #[arg(long)]
    superuser: bool,

    /// Create an inactive account (no login, no token)
    #[arg(long)]
    #[arg(hide_short_help = true)]
    inactive: bool,

    /// Read a client's JSON body from a file, or `-` for standard input
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    #[arg(hide_short_help = true)]
    from_json: Option<PathBuf>,

    /// Create the database first if it does not exist
    #[arg(long)]
    init: bool,

    #[command(flatten)]
    password: NewPassword,

    /// Create a profile of this kind [default: `[register] profile`, or the only kind with a given field]
    #[arg(long, value_name = "KIND", help_heading = "Profile and fields")]
    profile: Option<String>,

    /// Do not create a profile
    #[arg(long, conflicts_with = "profile", help_heading = "Profile and fields")]
    #[arg(hide_short_help = true)]
    no_profile: bool,

    /// Set a field of the profile or the user (repeatable)
    ///
    /// VALUE @FILE reads the value from a file; @@ at the beginning is a literal @.
    ///
    /// Text is checked for its length. A decimal is checked for at most 15 significant digits, since Django reads no
    /// more. A DecimalField's max_digits and decimal_places are not in the database, so they are not checked.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment, help_heading = "Profile and fields")]
    set: Vec<Assignment>,

    /// Add the user to this existing group (repeatable)
    #[arg(long, value_name = "NAME", help_heading = "Profile and fields")]
    group: Vec<String>,

    /// Do not create a token
    #[arg(long, help_heading = "Token")]
    no_token: bool,

    /// Use this token scheme if the database has both
    #[arg(long, conflicts_with = "no_token", help_heading = "Token")]
    #[arg(hide_short_help = true)]
    scheme: Option<Scheme>,

    /// Handle an existing account: fail, skip or update
    ///
    /// skip changes nothing and prints the drf key. update writes given values that differ and keeps all others.
    #[arg(long, value_name = "ACTION", default_value = "fail", hide_possible_values = true)]
    #[arg(help_heading = "Existing accounts")]
    #[arg(hide_short_help = true)]
    on_existing: OnExisting,

    /// Replace an existing password: on-create (never), always or if-different
    ///
    /// Used with --on-existing update.
    #[arg(long, value_name = "WHEN", default_value = "on-create", hide_possible_values = true)]
    #[arg(help_heading = "Existing accounts")]
    #[arg(hide_short_help = true)]
    update_password: UpdatePassword,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    check_update(args.update_password, args.on_existing)?;
    let (mut spec, from_body) = args.spec()?;
    let mut draft = args.draft(context)?;
    let change = Change::new(context, &args.writing, "register");
    change.shows_secrets("");
    change.splits_secrets();
    let outcome = match args.existing(&spec, draft.as_ref(), context)? {
        Some(user) => args.update(&change, spec, &from_body, &user, context)?,
        None => match args.create(&change, &mut spec, &from_body, &mut draft, context) {
            Err(error) if error.is_of_existing_user() && args.on_existing != OnExisting::Fail => {
                // Another program has registered the user in the meantime.
                let user = args.existing(&spec, None, context)?.ok_or(error)?;
                args.update(&change, spec, &from_body, &user, context)?
            }
            outcome => outcome?,
        },
    };
    let report = change.report(outcome.fields.clone());
    change.answer(report.changed, |output| args.answer(output, &outcome, report))
}

/// Describes what happened, or would happen, to the account.
fn sentence(outcome: &Registered, report: &Report) -> String {
    let Registered { user, profiles, .. } = outcome;
    let username = &user.username;
    if !report.changed {
        return format!("{username} (id {}) already exists. Nothing was changed.", user.id);
    }
    if !outcome.is_new {
        let fields = report.fields.join(", ");
        return if report.dry_run {
            format!("Would change {username} (id {}): {fields}. Nothing was changed.", user.id)
        } else {
            format!("Changed {username} (id {}): {fields}.", user.id)
        };
    }
    let profile = profiles.first().map(|profile| format!("{} profile", with_article(&profile.kind)));
    let token = outcome.scheme.filter(|_| outcome.token.is_some()).map(|scheme| format!("a {scheme} token"));
    let with: Vec<String> = profile.into_iter().chain(token).collect();
    let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(" and ")) };
    if report.dry_run {
        format!("Would register {username}{with}. Nothing was changed.")
    } else {
        format!("Registered {username} (id {}){with}.", user.id)
    }
}

impl Args {
    /// Builds the specification from the options and the body. Also returns the rest of the body.
    fn spec(&self) -> Result<(AccountSpec, Body)> {
        let mut body = match &self.from_json {
            Some(path) if path == Path::new("-") && self.password.wants_stdin() => {
                return Err(Refusal::usage(
                    "--from-json - and --password-stdin both read standard input. Pass a file for one of \
                     them.",
                )
                .into());
            }
            Some(path) => Body::read(path)?,
            None => Body::default(),
        };
        if body.password.is_some() && self.password.is_given() {
            return Err(
                Refusal::usage("The body and an option both set the password. Drop one of them.").into()
            );
        }
        let mut fields = mem::take(&mut body.fields);
        for assignment in &self.set {
            let field = &assignment.field;
            if fields.iter().any(|(name, _)| name == field) {
                return Err(Refusal::usage(format!("{field} is set twice.")).into());
            }
            fields.push((field.clone(), assignment.input()?));
        }
        let profile = match (&self.profile, &body.account_type, self.no_profile) {
            (Some(_), Some(_), _) | (None, Some(_), true) => {
                return Err(Refusal::usage(
                    "The body sets account_type, and an option selects a profile. Drop one of them.",
                )
                .into());
            }
            (Some(kind), None, _) => ProfileChoice::Kinds(vec![kind.clone()]),
            (None, Some(kind), false) => ProfileChoice::AccountType(kind.clone()),
            (None, None, true) => ProfileChoice::None,
            (None, None, false) => ProfileChoice::Decide,
        };
        let spec = AccountSpec {
            username: once("USERNAME", self.username.as_ref(), body.username.take())?,
            email: once("--email", self.email.as_ref(), body.email.take())?,
            first_name: once("--first-name", self.first_name.as_ref(), body.first_name.take())?,
            last_name: once("--last-name", self.last_name.as_ref(), body.last_name.take())?,
            staff: self.staff.then_some(true),
            superuser: self.superuser.then_some(true),
            active: self.inactive.then_some(false),
            fields,
            profile,
            groups: GroupChoice::join(self.group.clone()),
            ..AccountSpec::default()
        };
        Ok((spec, body))
    }

    /// Creates a new database with `--init` if the file does not exist.
    fn draft(&self, context: &Context) -> Result<Option<Store>> {
        let file = context.settings.database.file();
        let is_missing = file.is_some_and(|path| path.symlink_metadata().is_err());
        (self.init && is_missing).then(|| context.draft(&context.blueprint(&self.schemes()))).transpose()
    }

    fn schemes(&self) -> Vec<Scheme> {
        self.scheme.into_iter().collect()
    }

    fn wants_token(&self) -> bool {
        !self.no_token && !self.inactive
    }

    /// Prints the outcome, including the new secrets.
    fn answer(&self, output: &Output, outcome: &Registered, report: Report) -> Result<()> {
        if let Some(made) = &outcome.created_file {
            let path = made.path.display();
            if report.dry_run {
                output.status(format_args!("Would create {path}."));
            } else {
                output.status(format_args!("Created {path}."));
                output.hint(hasher_needed(&made.recipe));
            }
        }
        output.status(sentence(outcome, &report));
        if outcome.token.is_none() && self.wants_token() && outcome.user.is_active {
            match outcome.scheme {
                None => output.warning("No token was created: this database has no token table."),
                // knox stores only digests, so an existing token cannot be shown again.
                Some(_) => {
                    output.hint(
                        "No token was created because the user already existed. Create one with `authctl \
                         create-token`.",
                    );
                }
            }
        }
        if outcome.is_new && outcome.is_django && !report.dry_run {
            output.hint(SIGNALS_HINT);
        }
        let token = outcome.token.as_ref().map(PlainToken::expose).filter(|_| !report.dry_run);
        let random = outcome.random.as_ref().map(Plain::as_str).filter(|_| !report.dry_run);
        let mut answer = Answer::new(&outcome.user, &outcome.profiles);
        answer.token = token;
        answer.scheme = outcome.scheme.filter(|_| outcome.token.is_some());
        answer.expiry = outcome.expiry;
        answer.password = random;
        answer.report = Some(report);
        // Standard output is for the token, or for the password if there is no token.
        let beside = random.filter(|_| token.is_some());
        let password_shown = beside.map_or(Ok(()), |random| output.secret("Password", random));
        output.answer(token.or(random), &answer)?;
        password_shown
    }

    /// Returns the existing account with that name, unless `--on-existing fail` makes it an error.
    fn existing(&self, spec: &AccountSpec, draft: Option<&Store>, context: &Context) -> Result<Option<User>> {
        if self.on_existing == OnExisting::Fail || draft.is_some() {
            return Ok(None);
        }
        let accounts = context.accounts()?;
        match accounts.planner()?.login_name(spec) {
            Some(name) => accounts.store.find_user(&name),
            None => Ok(None),
        }
    }

    /// Prepares a registration in this database.
    fn registration<'a>(&self, accounts: Accounts<'a>) -> Result<Registration<'a>> {
        Registration::new(accounts, self.wants_token(), self.scheme, self.writing.dry_run)
    }

    /// Creates the account, in the new database if there is one.
    ///
    /// If another process has created the database file meanwhile, the account is written to that file, and `draft`
    /// becomes `None`.
    fn create(
        &self,
        change: &Change<'_>,
        spec: &mut AccountSpec,
        from_body: &Body,
        draft: &mut Option<Store>,
        context: &Context,
    ) -> Result<Registered> {
        let accounts = target_accounts(draft.as_ref(), context)?;
        if context.prompt.is_interactive() {
            ask_for_missing(spec, &accounts, context)?;
        }
        let account = self.account(spec, from_body, &accounts, context)?;
        account.check_free(accounts.store)?;
        if let Some(other) = accounts.store.user_of_other_case(&account.username)? {
            context.output.warning(format_args!(
                "User {other:?} exists. The new name differs only in case, and Django treats them as two users."
            ));
        }
        let password =
            self.password.choose(from_body.password.as_ref(), &about(spec, &account.username), context)?;
        let new = self.registration(target_accounts(draft.as_ref(), context)?)?.prepare(account, password)?;
        change.set_effect(new.effect());
        let object = json!({ "user": new.username() });
        if let Some(database) = draft {
            let done = database.transact(|transaction| new.execute(transaction))?;
            let recipe = context.accounts_of(database).recipe()?;
            match change.publish(database, &object, &done.fields) {
                Ok(()) => {
                    let path = database.target().file().map(Path::to_owned);
                    let created = path.map(|path| CreatedFile { path, recipe });
                    return Ok(new.registered(done, false, created));
                }
                Err(error) if matches!(error.refusal(), Some(Refusal::FileExists { .. })) => {
                    *draft = None;
                }
                Err(error) => return Err(error),
            }
        }
        let store = context.store()?;
        let done = change.make(store, &object, |transaction| new.execute(transaction))?;
        Ok(new.registered(done, store.layout().is_django, None))
    }

    /// Updates the existing account, or leaves it unchanged.
    fn update(
        &self,
        change: &Change<'_>,
        mut spec: AccountSpec,
        from_body: &Body,
        user: &User,
        context: &Context,
    ) -> Result<Registered> {
        let accounts = context.accounts()?;
        if self.on_existing != OnExisting::Update {
            return self.registration(accounts)?.leave(user);
        }
        spec.make_superusers_staff();
        let (update, mut faults) = accounts.plan_update(&spec, user)?;
        faults.extend(from_body.faults.iter().cloned());
        if !faults.is_empty() {
            return Err(from_body.refusal(faults).into());
        }
        let is_wanted = self.update_password != UpdatePassword::OnCreate
            && (self.password.is_given() || from_body.password.is_some());
        let password = if is_wanted {
            let about = about(&spec, &user.username);
            let password = self.password.choose(from_body.password.as_ref(), &about, context)?;
            let is_same = self.update_password == UpdatePassword::IfDifferent
                && password.is(&accounts.store.encoded_password(&user.id)?);
            Some(password).filter(|_| !is_same)
        } else {
            None
        };
        self.registration(context.accounts()?)?.update(change, user, update, password)
    }

    /// Returns the account, or all faults at once, including a missing password.
    fn account<'a>(
        &self,
        spec: &AccountSpec,
        from_body: &Body,
        accounts: &Accounts<'a>,
        context: &Context,
    ) -> Result<NewAccount<'a>> {
        let (account, mut faults) = accounts.plan_new(spec)?;
        if from_body.password.is_none() && !self.password.is_given() && !context.prompt.is_interactive() {
            faults.push(password_missing(PasswordSources::New));
        }
        // A field that is invalid in the body is not missing.
        let is_told = |fault: &Fault| from_body.faults.iter().any(|told| told.field == fault.field);
        faults.retain(|fault| !is_told(fault));
        faults.extend(from_body.faults.iter().cloned());
        if faults.is_empty() { Ok(account) } else { Err(from_body.refusal(faults).into()) }
    }
}

/// Returns the accounts of the new database, or of the existing one.
fn target_accounts<'a>(draft: Option<&'a Store>, context: &'a Context) -> Result<Accounts<'a>> {
    draft.map_or_else(|| context.accounts(), |draft| Ok(context.accounts_of(draft)))
}

fn about<'a>(spec: &'a AccountSpec, username: &'a str) -> About<'a> {
    About {
        username: Some(username),
        first_name: spec.first_name.as_deref(),
        last_name: spec.last_name.as_deref(),
        email: spec.email.as_deref(),
    }
}

/// Asks for every missing field.
fn ask_for_missing(spec: &mut AccountSpec, accounts: &Accounts<'_>, context: &Context) -> Result<()> {
    let missing = accounts.planner()?.missing(spec)?;
    if missing.is_empty() {
        return Ok(());
    }
    for Missing { field, .. } in missing {
        let check = |answer: &str| {
            let mut tried = spec.clone();
            take(&mut tried, &field, answer, accounts);
            complaint(&tried, &field, accounts)
        };
        let answer = context.prompt.text(&label(&field), check)?;
        take(spec, &field, &answer, accounts);
    }
    // A profile kind that was just chosen may require more fields.
    ask_for_missing(spec, accounts, context)
}

/// Stores an answer in the specification.
fn take(spec: &mut AccountSpec, field: &str, answer: &str, accounts: &Accounts<'_>) {
    let answer = answer.to_owned();
    let by_email = accounts.policy.register.username_from == UsernameFrom::Email;
    match field {
        "email" => spec.email = Some(answer),
        "first_name" => spec.first_name = Some(answer),
        "last_name" => spec.last_name = Some(answer),
        "account_type" | "profile" => spec.profile = ProfileChoice::Kinds(vec![answer]),
        field if !by_email && accounts.store.layout().users.login().is_ok_and(|login| login == field) => {
            spec.username = Some(answer);
        }
        field => spec.fields.push((field.to_owned(), Input::Text(answer))),
    }
}

/// Returns the fault of this field. Missing fields are prompted for, and other faults are reported at
/// the end.
fn complaint(spec: &AccountSpec, field: &str, accounts: &Accounts<'_>) -> Result<(), String> {
    match accounts.plan_new(spec) {
        Ok((_, faults)) => {
            let is_missing = |fault: &Fault| matches!(fault.code, FaultCode::Required(_));
            let fault = faults.iter().find(|fault| fault.field == field && !is_missing(fault));
            fault.map_or(Ok(()), |fault| Err(wording::fault(fault)))
        }
        Err(error) => match error.refusal() {
            Some(Refusal::ProfileKindNotFound { .. }) => Err(error.to_string()),
            _ => Ok(()),
        },
    }
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
