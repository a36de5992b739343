//! How every command changes a database: announced in the audit log, in one transaction, or only rehearsed.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueHint};
use rand::RngExt as _;
use serde_json::Value as Json;

use crate::cli::answer::Report;
use crate::cli::context::Context;
use crate::error::lost_answer::Aftermath;
use crate::error::refusal::Refusal;
use crate::files::audit_log::{Announced, AuditLog, Event};
use crate::signals::{self, Critical};
use crate::store::{Done, Store, Transaction};
use crate::terminal::output::{self, Output};

/// The options of every command that changes something.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Dry run and audit log")]
pub struct Writing {
    /// Print what would change, and roll everything back
    #[arg(long)]
    pub dry_run: bool,

    /// Append who changed what to this file as JSON lines [default: `[audit] file`]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub audit_log: Option<PathBuf>,
}

/// A change that a command is about to make.
pub struct Change<'a> {
    context: &'a Context,
    writing: &'a Writing,
    command: &'static str,
    aftermath: RefCell<Aftermath>,
    /// How to keep new secrets from standard output, where they go there: `, or pass --output-file FILE`, or nothing.
    shows_secrets: Cell<Option<&'static str>>,
    /// Do people get a new password on standard error if standard output has a token?
    splits_secrets: Cell<bool>,
}

/// An answer that is owed. No signal ends the program before it is known what is owed after the commit.
struct Owing {
    before: Option<Refusal>,
    _critical: Critical,
}

impl<'a> Change<'a> {
    /// A change by this subcommand.
    #[must_use]
    pub fn new(context: &'a Context, writing: &'a Writing, command: &'static str) -> Self {
        Self {
            context,
            writing,
            command,
            aftermath: RefCell::default(),
            shows_secrets: Cell::default(),
            splits_secrets: Cell::default(),
        }
    }

    /// Is it only rehearsed?
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        self.writing.dry_run
    }

    /// What programs are told of it.
    #[must_use]
    pub fn report(&self, fields: Vec<String>) -> Report {
        Report { changed: !fields.is_empty(), fields, dry_run: self.writing.dry_run }
    }

    /// Notes what the change leaves in the database, for the case that its answer is lost. To be called before the
    /// commit.
    pub fn leaves(&self, aftermath: Aftermath) {
        *self.aftermath.borrow_mut() = aftermath;
    }

    /// Adds to what the change leaves.
    pub fn leaves_more(&self, add: impl FnOnce(&mut Aftermath)) {
        add(&mut self.aftermath.borrow_mut());
    }

    /// Notes that standard output is the only place for new secrets; `elsewhere` is how to name another.
    pub fn shows_secrets(&self, elsewhere: &'static str) {
        self.shows_secrets.set(Some(elsewhere));
    }

    /// Notes that people get a new password on standard error if standard output has a token.
    pub fn splits_secrets(&self) {
        self.splits_secrets.set(true);
    }

    /// Refuses new secrets that a closed stream would lose.
    fn check_streams(&self) -> Result<(), Refusal> {
        let Some(elsewhere) = self.shows_secrets.get() else { return Ok(()) };
        let (aftermath, output) = (self.aftermath.borrow(), &self.context.output);
        let (has_token, has_password) =
            (!aftermath.prefixes.is_empty(), !aftermath.random_passwords.is_empty());
        let is_split =
            self.splits_secrets.get() && has_token && has_password && !output.format().is_for_programs();
        let lost = if (has_token || has_password) && output::is_standard_output_closed() {
            "Standard output"
        } else if is_split && output::is_standard_error_closed() {
            "Standard error"
        } else {
            return Ok(());
        };
        let secret = if has_token && lost == "Standard output" { "token" } else { "password" };
        Err(Refusal::usage(format!(
            "{lost} is closed or discarded, and the new {secret} would be lost. Redirect it to a file or a \
             pipe{elsewhere}."
        )))
    }

    /// The error where the change was made and what belongs to its answer failed.
    #[must_use]
    pub fn lost(&self, error: &anyhow::Error) -> anyhow::Error {
        self.context.unanswered(&self.aftermath.borrow(), true, format!("{error:#}")).into()
    }

    /// Gives the answer. After the commit there is only output: `give` gets nothing that reads the database.
    ///
    /// # Errors
    /// [`Refusal::Unanswered`] where something was changed and the answer is lost, else what `give` returns.
    pub fn answer(&self, is_changed: bool, give: impl FnOnce(&Output) -> Result<()>) -> Result<()> {
        if is_changed && !self.is_rehearsal() {
            let aftermath = self.aftermath.borrow().clone();
            self.context.answer(&aftermath, give)
        } else {
            give(&self.context.output)
        }
    }

    /// The error of a failed change. Where the commit may have happened nevertheless, it tells what that leaves.
    fn failed(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast() {
            Ok(Refusal::Unanswered(lost)) if !lost.is_certain => {
                self.context.unanswered(&self.aftermath.borrow(), false, lost.reason).into()
            }
            Ok(refusal) => refusal.into(),
            Err(error) => error,
        }
    }

    /// Does what `work` does in one transaction, announced in the audit log if anything changes. As a rehearsal the
    /// transaction is rolled back and the log left alone.
    ///
    /// # Errors
    /// As [`Store::transact`]; also where the audit log cannot be written, and nothing is changed then.
    pub fn make<T>(
        &self,
        store: &Store,
        object: &Json,
        work: impl FnOnce(&Transaction<'_>) -> Result<Done<T>>,
    ) -> Result<Done<T>> {
        self.make_and_name(store, |_| object.clone(), work)
    }

    /// As [`Self::make`], where only the work's outcome tells what is changed: `object` names it.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub fn make_and_name<T>(
        &self,
        store: &Store,
        object: impl FnOnce(&T) -> Json,
        work: impl FnOnce(&Transaction<'_>) -> Result<Done<T>>,
    ) -> Result<Done<T>> {
        let log = self.log(store)?;
        if self.writing.dry_run {
            return store.rehearse(work);
        }
        let (mut announced, mut owing) = (None, None);
        let outcome = store.transact(|transaction| {
            let done = work(transaction)?;
            if !done.fields.is_empty() {
                self.check_streams()?;
            }
            announced = self.announce(log, &object(&done.value), &done.fields)?;
            if !done.fields.is_empty() {
                owing = Some(self.owe());
            }
            Ok(done)
        });
        let outcome = outcome.map_err(|error| self.failed(error));
        if let Some(owing) = &mut owing {
            self.owe_after(owing, &outcome);
        }
        self.conclude(announced, &outcome);
        outcome
    }

    /// Owes an answer that does not tell whether the change was made, until [`Self::owe_after`] knows.
    fn owe(&self) -> Owing {
        let lost = self.context.unanswered(&self.aftermath.borrow(), false, "interrupted".into());
        Owing { before: signals::owe(lost), _critical: signals::critical() }
    }

    fn owe_after<T>(&self, owing: &mut Owing, outcome: &Result<T>) {
        match outcome {
            Ok(_) => {
                signals::owe(self.context.unanswered(&self.aftermath.borrow(), true, "interrupted".into()));
            }
            Err(error) if Refusal::is_doubtful_commit(error) => {}
            Err(_) => signals::owe_as_before(owing.before.take()),
        }
    }

    /// Gives a database in memory its file, announced in the audit log. As a rehearsal it only looks whether the file
    /// could be made.
    ///
    /// # Errors
    /// As [`Store::publish`]; also where the audit log cannot be written, and no file is made then.
    pub fn publish(&self, draft: &mut Store, object: &Json, fields: &[String]) -> Result<()> {
        let log = self.log(draft)?;
        if self.writing.dry_run {
            return draft.check_place();
        }
        self.check_streams()?;
        let announced = self.announce(log, object, fields)?;
        let critical = signals::critical();
        let mut owing = self.owe();
        let outcome = draft.publish().map_err(|error| match error.downcast_ref() {
            Some(Refusal::Unanswered(lost)) => {
                self.context.unanswered(&self.aftermath.borrow(), false, lost.reason.clone()).into()
            }
            _ => error,
        });
        self.owe_after(&mut owing, &outcome);
        self.conclude(announced, &outcome);
        if outcome.is_ok() {
            critical.until_the_end();
        }
        outcome
    }

    /// The audit log, where one is wanted. Opened early: where it cannot be written, no work is to be done in vain.
    ///
    /// # Errors
    /// [`crate::error::refusal::Refusal::Usage`] for a file of the database's own, or what the operating system says.
    fn log(&self, store: &Store) -> Result<Option<AuditLog>> {
        let path = self.writing.audit_log.as_deref().or(self.context.settings.audit_log.as_deref());
        let Some(path) = path else { return Ok(None) };
        store.refuse_own(path)?;
        if self.writing.dry_run { Ok(None) } else { AuditLog::open(path).map(Some) }
    }

    /// Announces a change of these fields in the log; none is not announced.
    ///
    /// # Errors
    /// What the operating system says; the change is then not to be made.
    fn announce(&self, log: Option<AuditLog>, object: &Json, fields: &[String]) -> Result<Option<Announced>> {
        let Some(log) = log.filter(|_| !fields.is_empty()) else { return Ok(None) };
        let id = format!("{:016x}", self.context.random().random::<u64>());
        let (at, database) = (self.context.now(), &*self.context.settings.database);
        log.announce(&Event { at, id, command: self.command, database, object, fields }).map(Some)
    }

    /// Tells the log how a change ended. The change itself is made, so that the log fails is no more than a warning.
    fn conclude<T>(&self, announced: Option<Announced>, outcome: &Result<T>) {
        if let Some(announced) = announced
            && let Err(error) = announced.conclude(self.context.now(), outcome)
        {
            self.context.output.warning(format_args!("The change has no second line: {error:#}."));
        }
    }
}
