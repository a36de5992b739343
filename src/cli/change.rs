//! Makes the changes of all commands: in one transaction and announced in the audit log, or only rehearsed.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, ValueHint};
use rand::RngExt as _;
use serde_json::Value as Json;

use crate::accounts::change_runner::ChangeRunner;
use crate::cli::answer::Report;
use crate::cli::context::Context;
use crate::cli::wording;
use crate::error::failure::{Error, Result};
use crate::error::lost_answer::Effect;
use crate::error::notice::Notice;
use crate::error::refusal::Refusal;
use crate::error::wording::sentence;
use crate::files::audit_log::{Announced, AuditLog, Event};
use crate::files::results::Results;
use crate::signals::{self, Critical};
use crate::store::{Done, Store, Transaction};
use crate::terminal::output::{self, Output};
use crate::terminal::redaction;

/// The longest pause before a change is repeated after a deadlock, in milliseconds.
const LONGEST_PAUSE: u64 = 50;

/// The options of every command that changes something.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Dry run and audit log")]
pub struct Writing {
    /// Print what would change, and roll everything back
    #[arg(long)]
    pub dry_run: bool,

    /// Append who changed what to this file as JSON lines [default: `[audit] file`]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(hide_short_help = true)]
    pub audit_log: Option<PathBuf>,
}

/// A change by a command.
pub struct Change<'a> {
    context: &'a Context,
    writing: &'a Writing,
    command: &'static str,
    effect: RefCell<Effect>,
    /// Set if new secrets go to standard output. It is the hint about redirecting them, or empty.
    shows_secrets: Cell<Option<&'static str>>,
    /// Whether a new password goes to standard error if standard output has a token. For people only.
    splits_secrets: Cell<bool>,
}

/// An owed answer. No signal ends the program until it is known what is owed after the commit.
struct OwedAnswer {
    before: Option<Refusal>,
    _critical: Critical,
}

impl<'a> Change<'a> {
    /// Creates a change by this subcommand.
    #[must_use]
    pub fn new(context: &'a Context, writing: &'a Writing, command: &'static str) -> Self {
        Self {
            context,
            writing,
            command,
            effect: RefCell::default(),
            shows_secrets: Cell::default(),
            splits_secrets: Cell::default(),
        }
    }

    /// Returns the report for programs.
    #[must_use]
    pub fn report(&self, fields: Vec<String>) -> Report {
        Report { changed: !fields.is_empty(), fields, dry_run: self.writing.dry_run }
    }

    /// Records that new secrets go only to standard output. `elsewhere` is the hint about redirecting them, such as
    /// `, or pass --output-file FILE`. May be empty.
    pub fn shows_secrets(&self, elsewhere: &'static str) {
        self.shows_secrets.set(Some(elsewhere));
    }

    /// Records that a new password goes to standard error, for people, if standard output has a token.
    pub fn splits_secrets(&self) {
        self.splits_secrets.set(true);
    }

    /// Refuses the change if new secrets would be lost on a closed stream.
    fn check_streams(&self) -> Result<(), Refusal> {
        let Some(elsewhere) = self.shows_secrets.get() else { return Ok(()) };
        let (effect, output) = (self.effect.borrow(), &self.context.output);
        let (has_token, has_password) = (!effect.prefixes.is_empty(), !effect.random_passwords.is_empty());
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
            "{lost} is closed or discarded, so the new {secret} would be lost. Redirect it to a file or a \
             pipe{elsewhere}."
        )))
    }

    /// Prints the answer. Returns [`Refusal::LostAnswer`] if something changed and the answer is lost.
    ///
    /// After the commit, only output remains, so `give` has no access to the database.
    pub fn answer(&self, is_changed: bool, give: impl FnOnce(&Output) -> Result<()>) -> Result<()> {
        if is_changed && !self.is_rehearsal() {
            let effect = self.effect.borrow().clone();
            self.context.answer(&effect, give)
        } else {
            give(&self.context.output)
        }
    }

    /// Adds to the error of a failed change what it leaves, if the commit may have happened.
    fn failed(&self, error: Error) -> Error {
        match error.into_refusal() {
            Ok(Refusal::LostAnswer(lost)) if !lost.is_certain => {
                self.context.lost_answer(&self.effect.borrow(), false, lost.reason).into()
            }
            Ok(refusal) => refusal.into(),
            Err(error) => error,
        }
    }

    /// Runs `work` in one transaction, and again if a deadlock ends it. Announces it in the audit log if anything changes.
    /// Nothing is changed if the log cannot be written.
    ///
    /// A rehearsal rolls the transaction back and does not write to the log.
    pub fn make<T>(
        &self,
        store: &Store,
        object: &Json,
        work: impl FnMut(&Transaction<'_>) -> Result<Done<T>>,
    ) -> Result<Done<T>> {
        self.run(store, |_| object.clone(), work)
    }

    /// Records an owed answer that leaves the outcome of the change open, until [`Self::owe_after`] knows it.
    fn owe(&self) -> OwedAnswer {
        let lost = self.context.lost_answer(&self.effect.borrow(), false, "interrupted".into());
        OwedAnswer { before: signals::owe(lost), _critical: signals::critical() }
    }

    fn owe_after<T>(&self, owing: &mut OwedAnswer, outcome: &Result<T>) {
        match outcome {
            Ok(_) => {
                signals::owe(self.context.lost_answer(&self.effect.borrow(), true, "interrupted".into()));
            }
            Err(error) if error.is_doubtful_commit() => {}
            Err(_) => signals::owe_as_before(owing.before.take()),
        }
    }

    /// Writes an in-memory database to its file and announces it in the audit log. No file is created if the log
    /// cannot be written.
    ///
    /// A rehearsal only checks whether the file could be created.
    pub fn publish(&self, draft: &mut Store, object: &Json, fields: &[String]) -> Result<()> {
        let log = self.log(draft)?;
        if self.writing.dry_run {
            return draft.check_place();
        }
        self.check_streams()?;
        let announced = self.announce(log, object, fields)?;
        let critical = signals::critical();
        let mut owing = self.owe();
        let outcome = draft.publish().map_err(|error| match error.refusal() {
            Some(Refusal::LostAnswer(lost)) => {
                self.context.lost_answer(&self.effect.borrow(), false, lost.reason.clone()).into()
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

    /// Opens the audit log, if configured. This happens before the work, so that no work is lost if the log cannot be
    /// written.
    fn log(&self, store: &Store) -> Result<Option<AuditLog>> {
        let path = self.writing.audit_log.as_deref().or(self.context.settings.audit_log.as_deref());
        let Some(path) = path else { return Ok(None) };
        store.refuse_own(path)?;
        if self.writing.dry_run { Ok(None) } else { AuditLog::open(path).map(Some) }
    }

    /// Announces a change of these fields in the log. Does nothing without fields. If this fails, do not make the
    /// change.
    fn announce(&self, log: Option<AuditLog>, object: &Json, fields: &[String]) -> Result<Option<Announced>> {
        let Some(log) = log.filter(|_| !fields.is_empty()) else { return Ok(None) };
        let id = format!("{:016x}", self.context.random().random::<u64>());
        let at = self.context.now();
        let database = redaction::redacted(&self.context.settings.database.record()).into_owned();
        log.announce(&Event { at, id, command: self.command, database: &database, object, fields }).map(Some)
    }

    /// Records the outcome of a change in the log. A failure is only a warning, since the change has already
    /// happened.
    fn conclude<T>(&self, announced: Option<Announced>, outcome: &Result<T>) {
        if let Some(announced) = announced
            && let Err(error) = announced.conclude(self.context.now(), outcome)
        {
            self.context.output.warning(format_args!(
                "The outcome of the change was not logged: {}",
                sentence(&format!("{error}"))
            ));
        }
    }
}

impl ChangeRunner for Change<'_> {
    fn is_rehearsal(&self) -> bool {
        self.writing.dry_run
    }

    fn run<T>(
        &self,
        store: &Store,
        object: impl Fn(&T) -> Json,
        mut work: impl FnMut(&Transaction<'_>) -> Result<Done<T>>,
    ) -> Result<Done<T>> {
        let effect = self.effect.borrow().clone();
        let deadline = Instant::now() + self.context.settings.opening.busy_timeout;
        loop {
            let outcome = self.run_once(store, &object, &mut work);
            match &outcome {
                Err(error) if error.is_deadlock() && Instant::now() < deadline => {
                    self.effect.replace(effect.clone());
                    // At a random moment, another deadlock with the same program is less likely.
                    let pause = self.context.random().random_range(1..=LONGEST_PAUSE);
                    thread::sleep(Duration::from_millis(pause));
                }
                _ => return outcome,
            }
        }
    }

    fn run_once<T>(
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

    fn set_effect(&self, effect: Effect) {
        *self.effect.borrow_mut() = effect;
    }

    fn extend_effect(&self, add: impl FnOnce(&mut Effect)) {
        add(&mut self.effect.borrow_mut());
    }

    fn lost(&self, error: &Error) -> Error {
        self.context.lost_answer(&self.effect.borrow(), true, format!("{error}")).into()
    }

    fn show(&self, results: Results) -> Result<()> {
        results.show(output::verbatim)
    }

    fn warn(&self, notice: &Notice) {
        self.context.output.warning(wording::notice(notice));
    }

    fn shows_progress(&self) -> bool {
        self.context.output.shows_progress()
    }

    fn progress(&self, doing: &'static str, total: Option<usize>) -> Box<dyn FnMut()> {
        let mut progress = self.context.output.progress(doing, total);
        Box::new(move || progress.advance())
    }
}
