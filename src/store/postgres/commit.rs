//! Commits, and finds out what became of a commit whose answer was lost.

use std::ops::ControlFlow;
use std::thread;
use std::time::{Duration, Instant};

use super::Postgres;
use super::connection::Connection;
use crate::django::value::Kind;
use crate::error::failure::{Result, failed};
use crate::error::lost_answer::LostAnswer;
use crate::error::refusal::Refusal;

/// How long to ask for the outcome of a commit, and the time between two attempts.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(300);

/// What the server says about a transaction.
enum Outcome {
    Committed,
    RolledBack,
    InProgress,
    Unknown,
}

impl Postgres {
    /// Commits the transaction. If the connection is lost meanwhile, asks the server on a new one what happened.
    pub(super) fn commit_surely(&self) -> Result<()> {
        // Fails in a transaction that has failed, whose COMMIT would be a silent ROLLBACK.
        let number = self.transaction_number()?;
        let committed = self.connection.borrow().run("COMMIT", false);
        let Err(error) = committed else {
            self.access.set(None);
            return Ok(());
        };
        // The server ends the connection (57P), or a pooler has lost it (08).
        let is_of_connection = |code: &str| code.starts_with("57P") || code.starts_with("08");
        let is_lost = error.as_db_error().is_none_or(|error| is_of_connection(error.code().code()));
        if !is_lost {
            // A deferred constraint. The transaction is over.
            self.access.set(None);
            return Err(self.translate(&error));
        }
        self.access.set(None);
        let Some(number) = number else { return Err(self.translate(&error)) };
        match self.outcome_of(number) {
            Outcome::Committed => Ok(()),
            Outcome::RolledBack => {
                Err(failed!("{}: the connection was lost, so nothing was changed", self.name))
            }
            Outcome::InProgress | Outcome::Unknown => {
                Err(Refusal::LostAnswer(Box::new(LostAnswer::commit(self.translate(&error).to_string())))
                    .into())
            }
        }
    }

    /// Returns the number of the open transaction; `None` if it has not written.
    fn transaction_number(&self) -> Result<Option<i64>> {
        let mut number = None;
        self.read("SELECT txid_current_if_assigned()", &[], &[Kind::Integer], &mut |cells| {
            number = cells[0].integer();
            Ok(ControlFlow::Break(()))
        })?;
        Ok(number)
    }

    fn outcome_of(&self, number: i64) -> Outcome {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Ok(connection) = Connection::open(&self.server) {
                self.connection.replace(connection);
                match self.ask_for(number) {
                    Ok(Outcome::InProgress) | Err(_) => {}
                    Ok(outcome) => return outcome,
                }
            }
            if Instant::now() > end {
                return Outcome::Unknown;
            }
            thread::sleep(PAUSE);
        }
    }

    fn ask_for(&self, number: i64) -> Result<Outcome> {
        let mut outcome = Outcome::Unknown;
        self.read("SELECT txid_status(?1)", &[number.into()], &[Kind::TEXT], &mut |cells| {
            outcome = match cells[0].text() {
                Some("committed") => Outcome::Committed,
                Some("aborted") => Outcome::RolledBack,
                Some("in progress") => Outcome::InProgress,
                _ => Outcome::Unknown,
            };
            Ok(ControlFlow::Break(()))
        })?;
        Ok(outcome)
    }
}
