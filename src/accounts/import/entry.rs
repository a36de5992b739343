//! The planned work for one row. It waits in memory or in a temporary file until the database is locked.

use serde::{Deserialize, Serialize};

use crate::accounts::account_plan::AccountPlan;
use crate::django::models::Key;
use crate::error::lost_answer::Effect;
use crate::files::results::Secrets;

/// A row, ready to be written.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlannedRow<'a> {
    /// The line where the row starts.
    pub line: usize,
    /// The login name.
    pub username: String,
    /// The work to do.
    #[serde(borrow)]
    pub work: RowAction<'a>,
    /// Generated secrets.
    pub made: Secrets,
}

/// The work to do for one row.
#[derive(Debug, Serialize, Deserialize)]
pub enum RowAction<'a> {
    /// Create or update an account.
    Write(#[serde(borrow)] AccountPlan<'a>),
    /// Leave an existing account unchanged.
    Leave(Key),
    /// Do nothing, because the row has faults.
    Refuse,
}

impl PlannedRow<'_> {
    /// Adds the generated secrets of the row.
    pub fn add_to(&self, effect: &mut Effect) {
        let RowAction::Write(plan) = &self.work else { return };
        if self.made.token.is_some() {
            effect.add_tokens(plan.tokens().iter().map(|token| token.stored.prefix()));
        }
        if self.made.password.is_some() {
            effect.add_random_password(&self.username);
        }
    }
}
