//! What an operation tells the user although it succeeds, as data.

use crate::error::faults::Fault;

/// Something that the user should know about an operation that does not fail because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A weak password or hash was accepted.
    Weak(Fault),
    /// This number of rows was committed before an error.
    Committed(usize),
    /// Rows of an interrupted run were in the results file.
    UnfinishedRows {
        /// The results file.
        path: String,
        /// The number of rows.
        count: u64,
        /// Whether they had been committed.
        were_committed: bool,
    },
    /// A successful login still counts as failed, for this reason.
    CountedLogin(String),
    /// These columns were not exported, since they look like secrets.
    SkippedSecrets(Vec<String>),
    /// Tokens of knox were not exported.
    SkippedKnoxTokens,
    /// This column is a foreign key whose name in the model is unknown.
    UnnamedReference(String),
    /// This column is exported as a number, but may be a duration.
    PossibleDuration(String),
}
