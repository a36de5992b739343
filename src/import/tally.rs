//! How many rows became what, and what is wrong with those that became nothing.

use anyhow::Result;
use serde::Serialize;

use crate::refusal::{Fault, Refusal};
use crate::results::Outcome;

/// How many rows became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Accounts that were made.
    pub created: usize,
    /// Accounts that were there and got what they lacked.
    pub changed: usize,
    /// Accounts that were there and as wanted.
    pub unchanged: usize,
    /// Accounts that were there and left as they were.
    pub skipped: usize,
    /// Rows that were not good.
    pub refused: usize,
    /// Tokens that were made.
    pub tokens: usize,
    /// Groups of a fixture that were made.
    pub groups: usize,
}

impl Counts {
    /// Counts one row.
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Refused => self.refused += 1,
        }
    }

    /// Counts the rows of another transaction too.
    pub fn add_all(&mut self, other: &Self) {
        self.created += other.created;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.skipped += other.skipped;
        self.refused += other.refused;
        self.tokens += other.tokens;
        self.groups += other.groups;
    }

    /// Was anything written?
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.created + self.changed + self.tokens + self.groups > 0
    }

    /// How many rows there were.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.created + self.changed + self.unchanged + self.skipped + self.refused
    }
}

/// What is wrong with the rows; past a limit only how much.
#[derive(Debug, Default)]
pub struct Faults {
    told: Vec<Fault>,
    more: usize,
}

impl Faults {
    /// So many are told one by one.
    const LIMIT: usize = 10_000;

    /// Notes what is wrong with a row.
    pub fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            if self.told.len() < Self::LIMIT {
                self.told.push(fault);
            } else {
                self.more += 1;
            }
        }
    }

    /// Is nothing wrong?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Refuses if there is any.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with all of them.
    pub fn refuse(&mut self) -> Result<()> {
        if self.told.is_empty() {
            return Ok(());
        }
        let mut told = std::mem::take(&mut self.told);
        if self.more > 0 {
            told.push(Fault::new("", "more", format!("There are {} faults more.", self.more)));
        }
        Err(Refusal::Invalid(told).into())
    }
}
