//! What the domain needs from the command that runs it.

use serde_json::Value as Json;

use crate::error::failure::{Error, Result};
use crate::error::lost_answer::Effect;
use crate::error::notice::Notice;
use crate::files::results::Results;
use crate::store::{Done, Store, Transaction};

/// Runs changes in transactions, and keeps the user informed. The command line implements this: it rehearses, audits
/// and commits.
pub trait ChangeRunner {
    /// Whether the changes are only rehearsed.
    fn is_rehearsal(&self) -> bool;

    /// Runs `work` in one transaction, and again in another one if a deadlock ends it. `object` names the changed object
    /// in the audit log.
    fn run<T>(
        &self,
        store: &Store,
        object: impl Fn(&T) -> Json,
        work: impl FnMut(&Transaction<'_>) -> Result<Done<T>>,
    ) -> Result<Done<T>>;

    /// Runs `work`, which cannot be repeated, in one transaction.
    fn run_once<T>(
        &self,
        store: &Store,
        object: impl FnOnce(&T) -> Json,
        work: impl FnOnce(&Transaction<'_>) -> Result<Done<T>>,
    ) -> Result<Done<T>>;

    /// Records what the change leaves in the database, in case its answer is lost. Call it before the commit.
    fn set_effect(&self, effect: Effect);

    /// Extends the record of what the change leaves.
    fn extend_effect(&self, add: impl FnOnce(&mut Effect));

    /// Returns the error for a change that was made but whose answer failed.
    fn lost(&self, error: &Error) -> Error;

    /// Prints the results that go to standard output.
    fn show(&self, results: Results) -> Result<()>;

    /// Prints a warning.
    fn warn(&self, notice: &Notice);

    /// Whether anybody sees the progress.
    fn shows_progress(&self) -> bool;

    /// Shows the progress of `doing` until the returned function is dropped. Call the function after each row.
    fn progress(&self, doing: &'static str, total: Option<usize>) -> Box<dyn FnMut()>;
}
