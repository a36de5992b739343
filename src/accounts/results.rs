//! Opens a results file, and finds out whether the last rows of an interrupted run were committed.

use std::path::Path;

use super::Accounts;
use super::change_runner::ChangeRunner;
use crate::django::passwords::{self, Plain, Verdict};
use crate::django::tokens::PlainToken;
use crate::error::failure::Result;
use crate::error::misuse::Misuse;
use crate::error::notice::Notice;
use crate::files::results::{Outcome, Results, Row, UnfinishedRows};

/// The maximum number of passwords verified in search of a match.
const TRIES: usize = 64;

/// Opens the results file, and warns about rows of an interrupted run.
///
/// Fails with [`Misuse`] if it cannot be determined whether such rows were committed.
pub fn open(
    path: Option<&Path>,
    is_json: bool,
    accounts: &Accounts<'_>,
    runner: &impl ChangeRunner,
) -> Result<Results> {
    let database = accounts.store.target().identity();
    let were_committed =
        |rows: &UnfinishedRows| were_committed(rows, path.unwrap_or(Path::new("-")), &database, accounts);
    let warn = |notice: &Notice| runner.warn(notice);
    Results::open(path, runner.is_rehearsal(), is_json, database.clone(), &were_committed, &warn)
}

/// What the database shows about the rows of one transaction.
#[derive(Debug, Default)]
struct Evidence {
    /// Secrets found in the database. No other transaction could have stored them.
    proofs: usize,
    /// Created accounts found in the database. Another run may have created them.
    present: usize,
    /// Created accounts and tokens missing from the database.
    absent: usize,
    /// Created accounts whose name or password differs in the database.
    unclear: usize,
    /// Changes without a trace in the database.
    silent: usize,
    /// The number of verified passwords.
    tries: usize,
}

impl Evidence {
    fn add(&mut self, row: &Row, accounts: &Accounts<'_>) -> Result<()> {
        let store = accounts.store;
        let (is_created, is_changed) =
            (row.outcome == Outcome::Created.word(), row.outcome == Outcome::Changed.word());
        if !is_created && !is_changed {
            return Ok(());
        }
        if let Some(token) = &row.secrets.token {
            // Only the key counts, since the user may have been renamed.
            let rows = store.rows_of_key(&PlainToken::new(token.clone()), accounts.policy.tokens.hash)?;
            if rows.is_empty() {
                self.absent += 1;
            } else {
                self.proofs += 1;
            }
        }
        let user = store.user_of_shown_key(&row.id)?;
        let has_password = match (&user, &row.secrets.password) {
            (Some(user), Some(password)) if self.proofs == 0 && self.tries < TRIES => {
                self.tries += 1;
                let encoded = store.encoded_password(&user.id)?;
                passwords::verify(&Plain::new(password.clone()), &encoded) == Verdict::Match
            }
            _ => false,
        };
        match user {
            _ if has_password => self.proofs += 1,
            None if is_created => self.absent += 1,
            Some(user) if is_created => {
                self.present += 1;
                let is_other = user.username != row.username || row.secrets.password.is_some();
                self.unclear += usize::from(is_other);
            }
            _ => self.silent += usize::from(row.secrets.token.is_none()),
        }
        Ok(())
    }

    /// Whether the transaction was committed, or `None` if that is uncertain.
    fn is_committed(&self) -> Option<bool> {
        match self {
            Self { absent: 0, proofs: 1.., .. } | Self { absent: 0, present: 1.., unclear: 0, .. } => {
                Some(true)
            }
            // The transaction changed nothing.
            Self { absent: 0, proofs: 0, present: 0, silent: 0, .. } => Some(true),
            Self { absent: 1.., proofs: 0, present: 0, .. } => Some(false),
            _ => None,
        }
    }
}

/// Whether the rows were committed.
///
/// All rows of a batch belong to one transaction: either all of them are in the database, or none.
fn were_committed(
    unfinished: &UnfinishedRows,
    path: &Path,
    database: &str,
    accounts: &Accounts<'_>,
) -> Result<bool> {
    if let Some(is_committed) = unfinished.is_committed() {
        return Ok(is_committed);
    }
    let undecided = |database| Misuse::UndecidedRows {
        path: path.to_owned(),
        rows: unfinished.rows.len() as u64,
        database,
    };
    if let Some(other) = unfinished.rows.iter().find(|row| row.database != database) {
        return Err(undecided(Some(other.database.clone())).into());
    }
    let mut evidence = Evidence::default();
    for row in &unfinished.rows {
        evidence.add(row, accounts)?;
    }
    evidence.is_committed().ok_or_else(|| undecided(None).into())
}

#[cfg(test)]
mod tests {
    use super::Evidence;

    #[test]
    fn rows_are_decided_only_where_all_of_them_say_the_same() {
        let decided = |proofs, present, absent, unclear, silent| {
            Evidence { proofs, present, absent, unclear, silent, tries: 0 }.is_committed()
        };
        assert_eq!(decided(0, 0, 0, 0, 0), Some(true), "only rows that change nothing");
        assert_eq!(decided(1, 0, 0, 0, 0), Some(true));
        assert_eq!(decided(1, 2, 0, 2, 3), Some(true), "other passwords were changed since");
        assert_eq!(decided(0, 2, 0, 0, 1), Some(true));
        assert_eq!(decided(0, 0, 2, 0, 1), Some(false));
        assert_eq!(decided(0, 0, 0, 0, 1), None, "only updates");
        assert_eq!(decided(0, 2, 0, 1, 0), None, "a user of that key whose password is another one");
        assert_eq!(decided(0, 1, 1, 0, 0), None);
        assert_eq!(decided(1, 0, 1, 0, 0), None);
    }
}
