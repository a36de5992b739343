//! Writes the planned rows in one short transaction.

use std::cell::RefCell;
use std::mem;
use std::sync::mpsc;
use std::thread;

use serde_json::json;
use zeroize::Zeroizing;

use super::ImportCounts;
use super::entry::{PlannedRow, RowAction};
use super::groups::FixtureGroups;
use super::record_spool;
use super::tokens::{PendingToken, TokenBuffer};
use crate::accounts::batches::write_batch;
use crate::accounts::change_runner::ChangeRunner;
use crate::accounts::faults_of;
use crate::django::models::Key;
use crate::django::tokens::TokenRow;
use crate::error::failure::{Error, ErrorContext as _, Result, failed};
use crate::error::fault_list::Faults;
use crate::error::faults::Form;
use crate::error::refusal::Refusal;
use crate::files::results::{Outcome, Results, Secrets};
use crate::signals;
use crate::store::{Done, Store, Transaction};

/// Passes rows to a callback, one at a time.
pub type Feed<'a> = &'a mut dyn FnMut(&mut dyn FnMut(&PlannedRow<'_>) -> Result<()>) -> Result<()>;

/// Writes the rows of an import.
pub struct Writer<'a, Runner> {
    /// The database.
    pub store: &'a Store,
    /// Runs the transaction.
    pub runner: &'a Runner,
    /// The name of the file in messages.
    pub file: &'a str,
    /// The groups of a fixture.
    pub groups: &'a FixtureGroups,
    /// Whether to skip bad rows.
    pub keeps_going: bool,
    /// Whether to leave existing users unchanged.
    pub skips_present: bool,
}

impl<Runner: ChangeRunner> Writer<'_, Runner> {
    /// Writes the rows of `feed` in one transaction, and writes their results before the commit.
    ///
    /// Fails with the faults of all rows, unless bad rows are skipped.
    pub fn write(
        &self,
        feed: Feed<'_>,
        results: &mut Results,
        faults: &RefCell<Faults>,
    ) -> Result<ImportCounts> {
        let object =
            |counts: &ImportCounts| json!({ "file": self.file, "users": counts.created + counts.changed });
        let done = self.runner.run_once(self.store, object, |transaction| {
            let counts = self.write_all(transaction, feed, results, faults)?;
            if !self.keeps_going {
                faults.borrow_mut().refuse()?;
            }
            results.sync()?;
            Ok(Done { value: counts, fields: counts.changed_fields() })
        });
        if done.is_ok() {
            self.groups.are_created.set(true);
        }
        let kept = match &done {
            Ok(_) => results.keep(),
            Err(error) if error.is_doubtful_commit() => results.leave_undecided(),
            Err(_) => Ok(()),
        };
        let done = done?;
        kept.map_err(|error| self.runner.lost(&error))?;
        Ok(done.value)
    }

    fn write_all(
        &self,
        transaction: &Transaction<'_>,
        feed: Feed<'_>,
        results: &mut Results,
        faults: &RefCell<Faults>,
    ) -> Result<ImportCounts> {
        let mut counts = ImportCounts::default();
        // Written after all users. If users and tokens alternated, the index of tokens would not stay in memory.
        let mut waiting = TokenBuffer::new();
        // A fixture's groups are known at its first row, and created before it.
        let mut has_groups = self.groups.are_created.get();
        let length = transaction.rows_per_batch();
        let mut batch: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        feed(&mut |row| {
            if signals::requested() {
                return Err(Refusal::Interrupted.into());
            }
            if !has_groups {
                counts.groups += transaction.create_groups(&self.groups.planned.borrow())?;
                has_groups = true;
            }
            if length > 1 {
                batch.push(Zeroizing::new(postcard::to_allocvec(row)?));
                if batch.len() == length {
                    self.write_and_tell(transaction, &mem::take(&mut batch), &mut counts, results, faults)?;
                }
                return Ok(());
            }
            let written = if self.keeps_going {
                self.write_apart(transaction, row)
            } else {
                let written =
                    write_row(transaction, row, &mut |token, user| waiting.push(token, user, row.line));
                self.skipping(transaction, row, written)
            };
            self.tell(row, written, &mut counts, results, faults)
        })?;
        self.write_and_tell(transaction, &batch, &mut counts, results, faults)?;
        if !has_groups {
            counts.groups += transaction.create_groups(&self.groups.planned.borrow())?;
        }
        self.write_tokens(transaction, waiting, faults)?;
        Ok(counts)
    }

    /// Writes rows together, and tells their outcomes.
    fn write_and_tell(
        &self,
        transaction: &Transaction<'_>,
        batch: &[Zeroizing<Vec<u8>>],
        counts: &mut ImportCounts,
        results: &mut Results,
        faults: &RefCell<Faults>,
    ) -> Result<()> {
        let rows: Vec<PlannedRow<'_>> =
            batch.iter().map(|row| record_spool::read(row)).collect::<Result<_>>()?;
        if rows.is_empty() {
            return Ok(());
        }
        let insert_token = &mut |token: &TokenRow, user: &Key| token.insert(transaction, user);
        let written = write_batch(
            transaction,
            &rows,
            &mut |row| write_row(transaction, row, insert_token).map(Ok),
            &mut |row, error| Ok(self.skipping(transaction, row, Err(error))),
        )?;
        let mut outcomes = rows.iter().zip(written);
        outcomes.try_for_each(|(row, written)| self.tell(row, written, counts, results, faults))
    }

    /// Writes a row with its tokens, or none of it.
    fn write_apart(&self, transaction: &Transaction<'_>, row: &PlannedRow<'_>) -> Result<Written> {
        let insert_token = &mut |token: &TokenRow, user: &Key| token.insert(transaction, user);
        let written = transaction.in_part(|| write_row(transaction, row, insert_token));
        self.skipping(transaction, row, written)
    }

    /// Skips a user whom another client has created since the last check, if existing users are to be skipped.
    fn skipping(
        &self,
        transaction: &Transaction<'_>,
        row: &PlannedRow<'_>,
        written: Result<Written>,
    ) -> Result<Written> {
        match written {
            Err(error) if self.skips_present && error.is_of_existing_user() => {
                let existing = transaction.find_user(&row.username)?;
                Ok(Written { outcome: Outcome::Skipped, user: existing.map(|user| user.id), tokens: 0 })
            }
            written => written,
        }
    }

    /// Counts a row, and writes its result or notes its faults.
    fn tell(
        &self,
        row: &PlannedRow<'_>,
        written: Result<Written>,
        counts: &mut ImportCounts,
        results: &mut Results,
        faults: &RefCell<Faults>,
    ) -> Result<()> {
        let PlannedRow { line, username, made, .. } = row;
        let nothing = Secrets::default();
        match written {
            Ok(Written { outcome, user, tokens }) => {
                counts.add(outcome);
                counts.tokens += tokens;
                if outcome != Outcome::Skipped {
                    self.runner.extend_effect(|effect| row.add_to(effect));
                }
                let made = if outcome == Outcome::Skipped { &nothing } else { made };
                results.tell(*line, username, user.as_ref(), outcome, made)
            }
            Err(error) => {
                self.note(faults, *line, error)?;
                counts.add(Outcome::Refused);
                results.tell(*line, username, None, Outcome::Refused, &nothing)
            }
        }
    }

    /// Writes the tokens in sorted runs, while another thread prepares the next run.
    fn write_tokens(
        &self,
        transaction: &Transaction<'_>,
        waiting: TokenBuffer,
        faults: &RefCell<Faults>,
    ) -> Result<()> {
        thread::scope(|scope| {
            let (sender, runs) = mpsc::sync_channel(0);
            let read = move || {
                let outcome = waiting.each_run(&mut |run| {
                    sender.send(Ok(run)).map_err(|_| failed!("the writing thread has stopped"))
                });
                // If the receiver has stopped, the error need not be sent either.
                outcome.or_else(|error| sender.send(Err(error)))
            };
            thread::Builder::new().spawn_scoped(scope, read).context(signals::NO_THREAD)?;
            for run in runs {
                if signals::requested() {
                    return Err(Refusal::Interrupted.into());
                }
                for waiting in run?.tokens() {
                    let PendingToken { token, user, line, .. } = waiting?;
                    if let Err(error) = token.insert(transaction, &user) {
                        self.note(faults, line, error)?;
                    }
                }
            }
            Ok(())
        })
    }

    /// Records an error as faults of the row on this line. An error that is not about the row is returned unchanged.
    fn note(&self, faults: &RefCell<Faults>, line: usize, error: Error) -> Result<()> {
        let found = faults_of(error)?;
        faults
            .borrow_mut()
            .extend(found.into_iter().map(|fault| fault.on_line(self.file, Form::Column, line)));
        Ok(())
    }
}

/// The outcome of a row.
struct Written {
    outcome: Outcome,
    user: Option<Key>,
    tokens: usize,
}

fn write_row(
    transaction: &Transaction<'_>,
    row: &PlannedRow<'_>,
    insert_token: &mut dyn FnMut(&TokenRow, &Key) -> Result<()>,
) -> Result<Written> {
    let plan = match &row.work {
        RowAction::Write(plan) => plan,
        RowAction::Leave(user) => {
            return Ok(Written { outcome: Outcome::Skipped, user: Some(user.clone()), tokens: 0 });
        }
        RowAction::Refuse => return Ok(Written { outcome: Outcome::Refused, user: None, tokens: 0 }),
    };
    let executed = plan.execute_with(transaction, insert_token)?;
    let outcome = match (executed.is_new(), executed.is_changed()) {
        (true, _) => Outcome::Created,
        (false, true) => Outcome::Changed,
        (false, false) => Outcome::Unchanged,
    };
    Ok(Written { outcome, user: Some(executed.user), tokens: executed.tokens })
}
