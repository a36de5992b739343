use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::ValueHint;
use zeroize::Zeroizing;

use crate::accounts::apply::{self, ApplyPlan, ApplyPlanner, ChangedAccount, Execution, Prune};
use crate::accounts::change_runner::ChangeRunner as _;
use crate::accounts::results;
use crate::cli::answer::Report;
use crate::cli::args::values::count;
use crate::cli::change::{Change, Writing};
use crate::cli::context::{Context, signals_hint};
use crate::cli::plan_view;
use crate::django::models::User;
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::fault_list::Faults;
use crate::error::faults::{Fault, FaultCode, Form, TooLong};
use crate::error::limits;
use crate::error::lost_answer::Effect;
use crate::error::refusal::Refusal;
use crate::error::wording::capitalized;
use crate::files::results::Results;
use crate::signals;
use crate::store::Store;
use crate::syntax::source::SourceFile;
use crate::terminal::output;
use crate::terminal::output::Output;
use crate::terminal::sections::Section;

const EXAMPLES: &str = "\
Examples:
  authctl apply accounts.toml --dry-run
  authctl apply accounts.toml
  authctl apply accounts.toml --yes --results made.csv
  authctl apply accounts.toml --dry-run --exit-code --prune deactivate
  ./accounts.sh | authctl apply - --yes

File format (TOML, or JSON with the same keys):
  update_password = \"on-create\"           # or \"always\", \"if-different\"
  [scope]
  usernames = \"ci-*\"                      # --prune considers only these
  [[groups]]                              # created if missing
  name = \"editors\"
  permissions = [\"shop.change_order\"]   # exactly these
  [[users]]
  username = \"ci-bot\"
  email = \"ci@example.com\"                # also first_name, last_name
  is_active = true                        # also is_staff, is_superuser
  update_password = \"always\"              # only for this account
  department = \"QA\"                       # a user column of the project's own
  groups = [\"editors\"]                    # exactly these groups
  profiles.customer = { address = \"12 Oak Lane\" }
  token = true                            # or false, \"drf\", \"knox\"
  password = { env = \"CI_BOT_PASSWORD\" }  # or file, random, hash, unusable

Effect on Django: accounts are created, changed or deleted from the next query on. A changed password ends the user's \
web sessions. Web sessions and tokens of an inactive user are refused. Signals do not run.";

/// Create and update accounts and groups to match a file
///
/// Anything the file does not mention is left unchanged. Prints each change, asks for confirmation, and writes all
/// changes in one transaction. Without a terminal, --yes is required. New passwords and tokens are printed once, on
/// standard output. Applying the file again changes nothing, except passwords with update_password = "always".
#[derive(clap::Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// File of accounts in TOML or JSON, or `-` for standard input
    #[arg(value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Exit with 12 if --dry-run finds a change
    #[arg(long, requires = "dry_run")]
    exit_code: bool,

    /// Write the result of each account to this file, or `-` for standard output
    ///
    /// Results include new tokens and passwords. The format is CSV, or JSON lines if the file name ends in .jsonl or
    /// --format is json. Only its owner can read the file. It is complete before the database commits, and an existing
    /// file is appended to. The state of each account is `undecided` until the commit and `committed` after it. After a
    /// kill, the next run with this file marks or removes undecided results. It refuses the file if the database does
    /// not show which ones were committed.
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath, conflicts_with = "dry_run")]
    results: Option<PathBuf>,

    /// Deactivate or delete accounts that are in the file's scope but not in the file
    ///
    /// Superusers are always kept.
    #[arg(long, value_name = "ACTION", hide_possible_values = true, help_heading = "Pruning")]
    prune: Option<Prune>,

    /// Change nothing if --prune would affect more than N accounts
    #[arg(long, value_name = "N", default_value = "10", requires = "prune", value_parser = count::<usize>)]
    #[arg(help_heading = "Pruning")]
    max_prune: usize,

    #[command(flatten)]
    writing: Writing,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    signals::watch()?;
    let source = args.source()?;
    let store = context.store()?;
    store.expect_many_changes()?;
    let change = Change::new(context, &args.writing, "apply");
    let mut plan = args.plan(&source, store, &change, context)?;
    for User { username, .. } in &plan.kept {
        context
            .output
            .warning(format_args!("{username} is not in the file, but superusers are never pruned."));
    }
    if args.results.is_none() || args.results_are_answer() {
        change.shows_secrets(", or pass --results FILE");
    }
    if plan.is_empty() {
        context.output.status(match plan.as_wanted {
            0 => "Nothing to change: the file is up to date.".to_owned(),
            1 => "Nothing to change: the account in the file is up to date.".to_owned(),
            count => format!("Nothing to change: all {count} accounts in the file are up to date."),
        });
        return answer(&plan, &[], true, change.report(Vec::new()), store, &context.output);
    }
    if change.is_rehearsal() {
        context.output.changes(plan_view::changes(&plan, store))?;
    } else {
        context.output.show_changes(plan_view::changes(&plan, store))?;
        context.consent(&format!("{}?", capitalized(plan_view::summary(&plan, false))))?;
    }
    let mut lacking = context.accounts()?.kinds_by_signals()?;
    lacking.retain(|kind| plan.lacks_profile(kind));
    let results = args.results(store, &change, context)?;
    let effect = Effect::new(plan_view::summary(&plan, true));
    change.set_effect(effect.with_results(args.results.as_deref()));
    let work = Execution { accounts: context.accounts()?, source: &source, runner: &change };
    let (done, results) = work.execute(&mut plan, results)?;

    let report = change.report(done.fields);
    let would_change = report.changed && report.dry_run;
    change.answer(report.changed, |output| {
        print_status(&plan, &report, output);
        if !lacking.is_empty() && !report.dry_run {
            output.hint(signals_hint(&lacking));
        }
        if done.value.ends_superusers && !report.dry_run {
            output.warning("No active superuser is left.");
        }
        results.show(output::verbatim)?;
        if args.results_are_answer() {
            Ok(())
        } else {
            answer(&plan, &done.value.made, args.results.is_none(), report, store, output)
        }
    })?;
    if args.exit_code && would_change { Err(Refusal::WouldChange.into()) } else { Ok(()) }
}

fn print_status(plan: &ApplyPlan<'_>, report: &Report, output: &Output) {
    let as_wanted = match plan.as_wanted {
        0 => String::new(),
        1 => ", 1 unchanged".into(),
        count => format!(", {count} unchanged"),
    };
    output.status(if report.dry_run {
        format!("Would {}{as_wanted}. Nothing was changed.", plan_view::summary(plan, false))
    } else {
        format!("{}{as_wanted}.", capitalized(plan_view::summary(plan, true)))
    });
}

/// Prints the new secrets for people and scripts, or everything for programs.
fn answer(
    plan: &ApplyPlan<'_>,
    made: &[ChangedAccount],
    shows_secrets: bool,
    report: Report,
    store: &Store,
    output: &Output,
) -> Result<()> {
    let shows_secrets = shows_secrets && !report.dry_run;
    // The keys of a rehearsal are rolled back, so do not show them.
    let made = if report.dry_run { &[] } else { made };
    if output.format().is_for_programs() {
        let mut object = plan_view::object(plan, made, shows_secrets, store)?;
        report.add_to(&mut object);
        return output.answer(None, &object);
    }
    let secrets: Vec<Section> =
        if shows_secrets { made.iter().filter_map(secrets).collect() } else { Vec::new() };
    output.sections(&secrets)
}

fn secrets(made: &ChangedAccount) -> Option<Section> {
    let token = made.token.iter().map(|token| ("token", token.expose()));
    let password = made.password.iter().map(|password| ("password", password.as_str()));
    let row = |(name, secret): (&str, &str)| vec![name.to_owned(), secret.to_owned()];
    let rows: Vec<Vec<String>> = token.chain(password).map(row).collect();
    (!rows.is_empty()).then(|| Section::new(&made.username, rows))
}

impl Args {
    fn source(&self) -> Result<SourceFile> {
        let is_stdin = self.file == Path::new("-");
        let path = if is_stdin { Path::new("standard input") } else { &self.file };
        let mut bytes = Zeroizing::new(Vec::new());
        let read = if is_stdin {
            io::stdin().take(limits::ACCOUNTS_FILE + 1).read_to_end(&mut bytes)
        } else {
            File::open(path).and_then(|file| {
                // Known in advance, the length leaves no copies of secrets in memory that is given back.
                let length = file.metadata()?.len().min(limits::ACCOUNTS_FILE) + 1;
                bytes.reserve_exact(usize::try_from(length).unwrap_or_default());
                file.take(limits::ACCOUNTS_FILE + 1).read_to_end(&mut bytes)
            })
        };
        read.with_context(|| format!("{} cannot be read", path.display()))?;
        if bytes.len() as u64 > limits::ACCOUNTS_FILE {
            let code = FaultCode::TooLong(TooLong::AccountsFile(path.display().to_string()));
            return Err(Refusal::Invalid(vec![Fault::new("", code).of(Form::Key)]).into());
        }
        let name = path.display().to_string();
        Ok(SourceFile::of_bytes(name, bytes, Form::Key).map_err(|fault| Refusal::Invalid(vec![fault]))?)
    }

    /// Whether the results go to standard output.
    fn results_are_answer(&self) -> bool {
        self.results.as_deref() == Some(Path::new("-"))
    }

    /// Opens the file for the results per account.
    fn results(&self, store: &Store, change: &Change<'_>, context: &Context) -> Result<Results> {
        if let Some(path) = &self.results {
            store.refuse_own(path)?;
        }
        results::open(
            self.results.as_deref(),
            context.output.format().is_json(),
            &context.accounts()?,
            change,
        )
    }

    /// Plans the changes. Fails if the file has faults.
    fn plan<'a>(
        &self,
        source: &SourceFile,
        store: &Store,
        change: &Change<'_>,
        context: &'a Context,
    ) -> Result<ApplyPlan<'a>> {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let tree = source.tree().map_err(Refusal::from)?;
        let desired = apply::read(source, folder, tree, store)?;
        let mut planner =
            ApplyPlanner { accounts: context.accounts()?, source, faults: Faults::default(), runner: change };
        let mut plan = planner.plan(desired)?;
        if let Some(how) = self.prune {
            planner.prune(&mut plan, how, self.max_prune)?;
        }
        Ok(plan)
    }
}
