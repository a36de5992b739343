//! The outcome of an import, with the number of rows per outcome.

use serde::Serialize;

use crate::error::fault_list::Faults;
use crate::files::results::{Outcome, Results};

/// The outcome of an import.
pub struct Imported {
    /// The number of rows per outcome.
    pub counts: ImportCounts,
    /// The faults of the skipped rows.
    pub faults: Faults,
    /// What is to be said of the passwords.
    pub passwords: PasswordCounts,
    /// The outcome of each row, still to be shown unless it is in a file.
    pub results: Results,
}

/// The numbers of passwords that deserve a remark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PasswordCounts {
    /// Weak passwords and hashes.
    pub weak: usize,
    /// Those of existing users, which the options leave unchanged.
    pub ignored: usize,
}

/// The number of rows per outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportCounts {
    /// Created accounts.
    pub created: usize,
    /// Existing accounts that were changed.
    pub changed: usize,
    /// Existing accounts that needed no change.
    pub unchanged: usize,
    /// Existing accounts that were left unchanged.
    pub skipped: usize,
    /// Rows with faults.
    pub refused: usize,
    /// Created tokens.
    pub tokens: usize,
    /// Created groups of a fixture.
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

    /// Adds the counts of another transaction.
    pub fn add_all(&mut self, other: &Self) {
        self.created += other.created;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.skipped += other.skipped;
        self.refused += other.refused;
        self.tokens += other.tokens;
        self.groups += other.groups;
    }

    /// Returns the names of what was written.
    #[must_use]
    pub fn changed_fields(&self) -> Vec<String> {
        let written =
            [("users", self.created + self.changed), ("tokens", self.tokens), ("groups", self.groups)];
        written.iter().filter(|(_, count)| *count > 0).map(|(name, _)| (*name).to_owned()).collect()
    }

    /// Whether anything was written.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.created + self.changed + self.tokens + self.groups > 0
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.created + self.changed + self.unchanged + self.skipped + self.refused
    }
}
