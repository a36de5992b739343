//! How many rows became what.

use serde::Serialize;

use crate::files::results::Outcome;

/// How many rows became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportCounts {
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

impl ImportCounts {
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
