//! Words what an operation tells the user although it succeeds.

use super::faults;
use crate::error::notice::Notice;
use crate::error::wording::{counted, sentence};

/// Words a notice.
#[must_use]
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::Weak(fault) => faults::fault(fault),
        Notice::Committed(rows) => format!(
            "{} already committed. Pass --on-existing skip to continue from there.",
            counted(*rows as u64, "row")
        ),
        Notice::UnfinishedRows { path, count, were_committed } => {
            let what = if *were_committed {
                "had been committed and are now marked as such"
            } else {
                "had not been committed and were removed"
            };
            format!("{path}: {} of an interrupted run {what}.", counted(*count, "row"))
        }
        Notice::CountedLogin(reason) => format!("This login still counts as failed: {}", sentence(reason)),
        Notice::SkippedSecrets(columns) => format!(
            "Skipped columns that look like secrets: {}. Pass --with-secrets to export them.",
            columns.join(", ")
        ),
        Notice::SkippedKnoxTokens => {
            "Skipped knox tokens. Pass --format fixture to export their digests.".into()
        }
        Notice::UnnamedReference(column) => format!(
            "{column} is a foreign key whose name does not end in _id, so `loaddata` may not know it. Pass \
             --name {column}=FIELD."
        ),
        Notice::PossibleDuration(column) => {
            format!("{column} is exported as a number. If it is a DurationField, pass --duration {column}.")
        }
    }
}
