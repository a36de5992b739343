use crate::accounts::Accounts;
use crate::accounts::defaults::Copied;
use crate::accounts::new_account::NewAccount;
use crate::accounts::new_password::{PasswordRule, about};
use crate::accounts::registration::{OnExisting, Registered, Registration};
use crate::cli::args::account::{
    AccountArgs, ExistingArgs, FieldArgs, refuse_without_addresses, warn_of_other_case,
    warn_of_verified_address,
};
use crate::cli::args::json_body::Body;
use crate::cli::args::new_password::NewPassword;
use crate::cli::args::secret::password_missing;
use crate::cli::change::{Change, Writing};
use crate::cli::context::Context;
use crate::cli::missing_values::ask_for_missing;
use crate::cli::registration;
use crate::django::account_spec::AccountSpec;
use crate::django::models::{Scheme, User};
use crate::error::failure::Result;
use crate::error::faults::{Fault, PasswordSources};
use crate::error::refusal::Refusal;
use crate::signals;
use crate::store::Store;

const EXAMPLES: &str = "\
Examples:
  authctl register meg --email meg@ducharme.com
  authctl register --init meg@ducharme.com --random-password
  authctl register meg --profile customer --set address='12 Oak Lane'
  authctl register meg --password-file secret.txt --require-strong
  authctl register joe --like meg --dry-run
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
    #[command(flatten)]
    account: AccountArgs,

    /// Create the database first if it does not exist
    #[arg(long)]
    init: bool,

    #[command(flatten)]
    password: NewPassword,

    #[command(flatten)]
    fields: FieldArgs,

    /// Do not create a token
    #[arg(long, help_heading = "Token")]
    no_token: bool,

    /// Use this token scheme if the database has both
    #[arg(long, conflicts_with = "no_token", help_heading = "Token")]
    #[arg(hide_short_help = true)]
    scheme: Option<Scheme>,

    #[command(flatten)]
    existing: ExistingArgs,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    args.existing.check()?;
    let (mut spec, from_body) = args.account.spec(&args.fields, &args.password)?;
    let mut draft = args.draft(context)?;
    if args.account.email_verified {
        refuse_without_addresses(context.accounts_in(draft.as_ref())?.store)?;
    }
    let scheme = args.choose_scheme(draft.as_ref(), context)?;
    args.refuse_undecided(&spec, &from_body, scheme, draft.as_ref(), context)?;
    let change = Change::new(context, &args.writing, "register");
    change.shows_secrets("");
    change.splits_secrets();
    let outcome = match args.find(&spec, draft.as_ref(), context)? {
        Some(user) => args.update(&change, spec, &from_body, &user, scheme, context)?,
        None => match args.create(&change, &mut spec, &from_body, &mut draft, scheme, context) {
            Err(error) if error.is_of_existing_user() && args.existing.on_existing != OnExisting::Fail => {
                // Another program has registered the user in the meantime.
                let user = args.find(&spec, None, context)?.ok_or(error)?;
                args.update(&change, spec, &from_body, &user, scheme, context)?
            }
            outcome => outcome?,
        },
    };
    let report = change.report(outcome.fields.clone());
    change.answer(report.changed, |output| registration::print(&outcome, report, args.wants_token(), output))
}

impl Args {
    /// Creates a new database with `--init` if the file does not exist.
    fn draft(&self, context: &Context) -> Result<Option<Store>> {
        let file = context.settings.database.file();
        let is_missing = file.is_some_and(|path| path.symlink_metadata().is_err());
        (self.init && is_missing)
            .then(|| context.draft(&context.blueprint(self.scheme.as_slice())))
            .transpose()
    }

    fn wants_token(&self) -> bool {
        !self.no_token && !self.account.inactive
    }

    /// Returns the scheme of the token. Asks at a terminal if only the scheme is ambiguous.
    fn choose_scheme(&self, draft: Option<&Store>, context: &Context) -> Result<Option<Scheme>> {
        if !context.prompt.is_interactive() {
            return Ok(self.scheme);
        }
        let accounts = context.accounts_in(draft)?;
        match &accounts.undecided(self.wants_token(), self.scheme)?[..] {
            [fault] if fault.field == "scheme" => {
                let schemes = accounts.store.layout().schemes();
                context.prompt.one_of("Token scheme", &schemes).map(Some)
            }
            _ => Ok(self.scheme),
        }
    }

    /// Fails if the login column or the token scheme is ambiguous. Reports all of it, with the missing fields.
    fn refuse_undecided(
        &self,
        spec: &AccountSpec,
        from_body: &Body,
        scheme: Option<Scheme>,
        draft: Option<&Store>,
        context: &Context,
    ) -> Result<()> {
        let accounts = context.accounts_in(draft)?;
        let mut faults = accounts.undecided(self.wants_token(), scheme)?;
        if faults.is_empty() {
            return if self.wants_token() { accounts.scheme(scheme).map(drop) } else { Ok(()) };
        }
        let is_random = |fault: &Fault| self.fields.set_random.contains(&fault.field);
        faults.extend(accounts.missing_fields(spec)?.into_iter().filter(|fault| !is_random(fault)));
        faults.extend(self.missing_password(from_body, context));
        Err(Refusal::Undecided(faults).into())
    }

    fn missing_password(&self, from_body: &Body, context: &Context) -> Option<Fault> {
        let is_given = from_body.password.is_some() || self.password.is_given();
        (!is_given && !context.prompt.is_interactive()).then(|| password_missing(PasswordSources::New))
    }

    /// Returns the existing account with that name, unless `--on-existing fail` makes it an error.
    fn find(&self, spec: &AccountSpec, draft: Option<&Store>, context: &Context) -> Result<Option<User>> {
        if self.existing.on_existing == OnExisting::Fail || draft.is_some() {
            return Ok(None);
        }
        let accounts = context.accounts()?;
        match accounts.planner()?.login_name(spec) {
            Some(name) => accounts.store.find_user(&name),
            None => Ok(None),
        }
    }

    /// Prepares a registration in this database.
    fn registration<'a>(&self, accounts: Accounts<'a>, scheme: Option<Scheme>) -> Result<Registration<'a>> {
        Registration::new(accounts, self.wants_token(), scheme, self.writing.dry_run)
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
        scheme: Option<Scheme>,
        context: &Context,
    ) -> Result<Registered> {
        let accounts = context.accounts_in(draft.as_ref())?;
        let random_faults = accounts.set_random(spec, &self.fields.set_random)?;
        let copied = self.copy(spec, &accounts, context)?;
        if context.prompt.is_interactive() {
            ask_for_missing(spec, &accounts, context)?;
        }
        let account = self.account(spec, from_body, random_faults, &accounts, context)?;
        account.check_free(accounts.store)?;
        warn_of_other_case(&account.username, None, accounts.store, &context.output)?;
        if let Some(address) = spec.email.as_deref().filter(|_| !spec.email_verified) {
            warn_of_verified_address(address, None, accounts.store, &context.output)?;
        }
        let password =
            self.password.choose(from_body.password.as_ref(), &about(spec, &account.username), context)?;
        let new =
            self.registration(context.accounts_in(draft.as_ref())?, scheme)?.prepare(account, password)?;
        let mut outcome = registration::write(change, new, draft, context)?;
        outcome.copied = copied;
        Ok(outcome)
    }

    /// Takes missing fields from the user of `--like`, and lists them. Asks at a terminal.
    fn copy(
        &self,
        spec: &mut AccountSpec,
        accounts: &Accounts<'_>,
        context: &Context,
    ) -> Result<Vec<Copied>> {
        let Some(like) = &self.fields.like else { return Ok(Vec::new()) };
        let user = accounts.store.user(like)?;
        let copied = accounts.copy_from(spec, &user)?;
        registration::print_copied(
            &copied,
            &accounts.left_out(spec, &user)?,
            &user.username,
            &context.output,
        );
        if !copied.is_empty() && !self.writing.dry_run && context.prompt.is_interactive() {
            context.consent("Register with these values?")?;
        }
        Ok(copied)
    }

    /// Updates the existing account, or leaves it unchanged.
    fn update(
        &self,
        change: &Change<'_>,
        mut spec: AccountSpec,
        from_body: &Body,
        user: &User,
        scheme: Option<Scheme>,
        context: &Context,
    ) -> Result<Registered> {
        let accounts = context.accounts()?;
        if self.existing.on_existing != OnExisting::Update {
            return self.registration(accounts, scheme)?.leave(user);
        }
        spec.make_superusers_staff();
        let (plan, faults) = accounts.plan_update(&spec, user)?;
        from_body.refuse(faults)?;
        let stored = || accounts.store.encoded_password(&user.id);
        let rule = PasswordRule::of(self.existing.update_password, stored)?;
        let is_given = self.password.is_given() || from_body.password.is_some();
        let mut password = None;
        if is_given && rule != PasswordRule::Never {
            let about = about(&spec, &user.username);
            let chosen = self.password.choose(from_body.password.as_ref(), &about, context)?;
            password = Some(chosen).filter(|password| rule.sets(password));
        }
        self.registration(context.accounts()?, scheme)?.update(change, user, plan, password)
    }

    /// Returns the account, or all faults at once, including a missing password.
    fn account<'a>(
        &self,
        spec: &AccountSpec,
        from_body: &Body,
        random_faults: Vec<Fault>,
        accounts: &Accounts<'a>,
        context: &Context,
    ) -> Result<NewAccount<'a>> {
        let (account, mut faults) = accounts.plan_new(spec)?;
        // A name without a column is a fault of the plan too.
        faults.retain(|fault| !random_faults.iter().any(|known| known.field == fault.field));
        faults.extend(random_faults);
        accounts.explain_missing(spec, &mut faults)?;
        faults.extend(self.missing_password(from_body, context));
        from_body.refuse(faults)?;
        Ok(account)
    }
}
