//! Counts the failed logins of one user at one database, outside the database.

use jiff::Timestamp;

use crate::django::rate::{LONGEST, Rate};
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::refusal::Refusal;
use crate::files::state::StateFile;

/// The counter of failed logins. It is kept outside the database, in a file of the user who tries to log in.
#[derive(Debug)]
pub struct Throttle {
    rate: Rate,
    file: StateFile<Vec<Timestamp>>,
}

impl Throttle {
    /// Opens the throttle of the user who runs authctl.
    ///
    /// # Errors
    /// Fails if there is no state folder. Without a count, no login is allowed.
    pub fn of_environment(rate: Rate) -> Result<Self> {
        let file = StateFile::of_environment("throttle.json").context(NOT_COUNTED)?;
        Ok(Self { rate, file })
    }

    /// Counts a login attempt as failed before it is made, and returns its time.
    ///
    /// So concurrent and killed attempts count too. The clock is read under the file's lock.
    ///
    /// # Errors
    /// Returns [`Refusal::Throttled`], or an error if the count cannot be written.
    pub fn count(&self, database: &str, clock: impl Fn() -> Timestamp) -> Result<Timestamp> {
        let mut admitted = Ok(Timestamp::UNIX_EPOCH);
        let counted = self.file.change(None, |entries| {
            let now = clock();
            let is_recent = |attempt: &Timestamp| now.duration_since(*attempt) < LONGEST;
            entries.retain(|known, attempts| *known == database || attempts.iter().any(is_recent));
            let attempts = entries.entry(database.to_owned()).or_default();
            let before = attempts.clone();
            admitted = self.rate.admit(attempts, now).map(|()| now);
            Ok(*attempts != before)
        });
        counted.context(NOT_COUNTED)?;
        admitted.map_err(|seconds| Refusal::Throttled(seconds).into())
    }

    /// Removes an attempt that did not fail.
    pub fn take_back(&self, database: &str, moment: Timestamp) -> Result<()> {
        self.file.change(None, |entries| {
            let attempts = entries.entry(database.to_owned()).or_default();
            let found = attempts.iter().position(|attempt| *attempt == moment);
            found.map(|index| attempts.remove(index));
            if attempts.is_empty() {
                entries.remove(database);
            }
            Ok(found.is_some())
        })
    }
}

const NOT_COUNTED: &str =
    "logins are refused because failed logins cannot be counted, as `throttle` under `[login]` requires";
