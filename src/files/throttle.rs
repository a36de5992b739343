//! The failed logins of one person at one database, counted outside of it.

use std::path::Path;

use anyhow::{Context as _, Result};
use jiff::Timestamp;

use crate::django::rate::{LONGEST, Rate};
use crate::error::refusal::Refusal;
use crate::files::state::{StateFile, identity};

/// The count of failed logins, outside of the database, where it is nobody's but the one's who tries.
#[derive(Debug)]
pub struct Throttle {
    rate: Rate,
    file: StateFile<Vec<Timestamp>>,
}

impl Throttle {
    /// The throttle of the person who runs this.
    ///
    /// # Errors
    /// Where there is no folder to count in: what is not counted is not let through.
    pub fn of_environment(rate: Rate) -> Result<Self> {
        let file = StateFile::of_environment("throttle.json").context(NOT_COUNTED)?;
        Ok(Self { rate, file })
    }

    /// Counts an attempt at this database as a failed one before it is made, so that neither attempts at once nor one
    /// that is killed go uncounted. Returns its moment, which the clock tells once it is its turn.
    ///
    /// # Errors
    /// [`Refusal::Throttled`], or where the count cannot be written.
    pub fn count(&self, database: &Path, clock: impl Fn() -> Timestamp) -> Result<Timestamp> {
        let database = identity(database);
        let mut admitted = Ok(Timestamp::UNIX_EPOCH);
        let counted = self.file.change(None, |entries| {
            let now = clock();
            let is_recent = |attempt: &Timestamp| now.duration_since(*attempt) < LONGEST;
            entries.retain(|known, attempts| *known == database || attempts.iter().any(is_recent));
            let attempts = entries.entry(database).or_default();
            let before = attempts.clone();
            admitted = self.rate.admit(attempts, now).map(|()| now);
            Ok(*attempts != before)
        });
        counted.context(NOT_COUNTED)?;
        admitted.map_err(|seconds| Refusal::Throttled(seconds).into())
    }

    /// Takes an attempt back that did not fail.
    ///
    /// # Errors
    /// Where the count cannot be written.
    pub fn take_back(&self, database: &Path, moment: Timestamp) -> Result<()> {
        self.file.change(None, |entries| {
            let attempts = entries.entry(identity(database)).or_default();
            let found = attempts.iter().position(|attempt| *attempt == moment);
            found.map(|index| attempts.remove(index));
            if attempts.is_empty() {
                entries.remove(&identity(database));
            }
            Ok(found.is_some())
        })
    }
}

const NOT_COUNTED: &str =
    "nobody is let in, since failed logins cannot be counted, as [login] throttle wants it";
