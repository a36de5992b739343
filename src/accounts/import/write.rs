//! Writes the planned rows in one short transaction.

use std::cell::RefCell;
use std::sync::mpsc;
use std::thread;

use serde_json::json;

use super::ImportCounts;
use super::entry::{PlannedRow, RowAction};
use super::groups::FixtureGroups;
use super::planning::faults_of;
use super::tokens::{PendingToken, TokenBuffer};
use crate::accounts::change_runner::ChangeRunner;
use crate::django::models::Key;
use crate::django::tokens::TokenRow;
use crate::error::failure::{Error, ErrorContext as _, Result, failed};
use crate::error::faults::Faults;
use crate::error::refusal::Refusal;
use crate::files::results::{Outcome, Results, Secrets};
use crate::signals;
use crate::store::{Done, Store, Transaction};

/// Passes entries to a callback, one at a time.
pub type Feed<'a> = &'a mut dyn FnMut(&mut dyn FnMut(&PlannedRow<'_>) -> Result<()>) -> Result<()>;

/// Writes the entries of an import.
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
    /// Writes the entries of `feed` in one transaction, and writes their results before the commit.
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
        let done = self.runner.run(self.store, object, |transaction| {
            let counts = self.write_all(transaction, feed, results, faults)?;
            if !self.keeps_going {
                faults.borrow_mut().refuse()?;
            }
            results.sync()?;
            let mut fields: Vec<String> = Vec::new();
            fields.extend((counts.created + counts.changed > 0).then(|| "users".into()));
            fields.extend((counts.tokens > 0).then(|| "tokens".into()));
            fields.extend((counts.groups > 0).then(|| "groups".into()));
            Ok(Done { value: counts, fields })
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
        feed(&mut |entry| {
            if signals::requested() {
                return Err(Refusal::Interrupted.into());
            }
            if !has_groups {
                counts.groups += transaction.create_groups(&self.groups.planned.borrow())?;
                has_groups = true;
            }
            let PlannedRow { line, username, made, .. } = entry;
            let line = *line;
            let written = if self.keeps_going {
                // If the row is skipped, so are its tokens.
                transaction.in_part(|| {
                    write_entry(transaction, entry, self.skips_present, &mut |token, user| {
                        token.insert(transaction, user)
                    })
                })
            } else {
                write_entry(transaction, entry, self.skips_present, &mut |token, user| {
                    waiting.push(token, user, line)
                })
            };
            match written {
                Ok(written) => {
                    counts.add(written.outcome);
                    counts.tokens += written.tokens;
                    let nothing = Secrets::default();
                    if written.outcome != Outcome::Skipped {
                        self.runner.extend_effect(|effect| entry.add_to(effect));
                    }
                    let made = if written.outcome == Outcome::Skipped { &nothing } else { made };
                    results.tell(line, username, written.user.as_ref(), written.outcome, made)?;
                }
                Err(error) => {
                    self.note(faults, line, error)?;
                    counts.add(Outcome::Refused);
                    results.tell(line, username, None, Outcome::Refused, &Secrets::default())?;
                }
            }
            Ok(())
        })?;
        if !has_groups {
            counts.groups += transaction.create_groups(&self.groups.planned.borrow())?;
        }
        self.write_tokens(transaction, waiting, faults)?;
        Ok(counts)
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
        faults.borrow_mut().extend(found.into_iter().map(|fault| fault.on_line(self.file, line)));
        Ok(())
    }
}

/// The outcome of an entry.
struct Written {
    outcome: Outcome,
    user: Option<Key>,
    tokens: usize,
}

fn write_entry(
    transaction: &Transaction<'_>,
    entry: &PlannedRow<'_>,
    skips_present: bool,
    insert_token: &mut dyn FnMut(&TokenRow, &Key) -> Result<()>,
) -> Result<Written> {
    let mut inserted_tokens = 0;
    let (outcome, user) = match &entry.work {
        RowAction::Refuse => (Outcome::Refused, None),
        RowAction::Leave(user) => (Outcome::Skipped, Some(user.clone())),
        RowAction::Create(account) => {
            let user = match account.insert(transaction) {
                Err(error) if skips_present && error.is_of_existing_user() => {
                    // Another client has created the user since the last check.
                    let existing = transaction.find_user(&account.username)?;
                    return Ok(Written {
                        outcome: Outcome::Skipped,
                        user: existing.map(|user| user.id),
                        tokens: 0,
                    });
                }
                inserted => inserted?,
            };
            inserted_tokens = account.tokens.len();
            account.tokens.iter().try_for_each(|token| insert_token(token, &user))?;
            (Outcome::Created, Some(user))
        }
        RowAction::Change { user, update, tokens } => {
            let existing = transaction.user_of_key(user)?;
            let existing = existing.ok_or_else(|| Refusal::UserNotFound(user.to_string()))?;
            let is_changed = !update.apply(transaction, &existing)?.is_empty();
            for token in tokens {
                if token.is_new_for(transaction, &existing)? {
                    insert_token(token, user)?;
                    inserted_tokens += 1;
                }
            }
            let is_changed = is_changed || inserted_tokens > 0;
            (if is_changed { Outcome::Changed } else { Outcome::Unchanged }, Some(user.clone()))
        }
    };
    Ok(Written { outcome, user, tokens: inserted_tokens })
}
