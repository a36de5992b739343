//! Opens a file of results, and finds out whether the last rows of a run that was cut off were committed.

use std::path::Path;

use anyhow::Result;

use crate::cli::context::Context;
use crate::django::passwords::{self, Plain, Verdict};
use crate::django::tokens::PlainToken;
use crate::error::refusal::Refusal;
use crate::files::results::{Results, Unfinished};

/// How many passwords are tried before the decision is left to the administrator.
const TRIES: usize = 64;

/// Opens the results, and warns of rows of a run that was cut off.
///
/// # Errors
/// As [`Results::open`], and [`Refusal::Usage`] where nothing tells whether such rows were committed.
pub fn open(path: Option<&Path>, is_rehearsal: bool, context: &Context) -> Result<Results> {
    let is_json = context.output.format().is_json();
    let were_committed = |rows: &Unfinished| were_committed(rows, path.unwrap_or(Path::new("-")), context);
    Results::open(path, is_rehearsal, is_json, &were_committed, &|warning| context.output.warning(warning))
}

/// All rows of a batch are of one transaction, so one that is found in the database proves all of them.
fn were_committed(unfinished: &Unfinished, path: &Path, context: &Context) -> Result<bool> {
    if let Some(is_committed) = unfinished.is_committed() {
        return Ok(is_committed);
    }
    let store = context.store()?;
    let hash = context.settings.tokens.hash;
    let (mut has_secrets, mut is_without, mut tries) = (false, false, 0);
    for row in &unfinished.rows {
        has_secrets |= row.secrets.token.is_some() || row.secrets.password.is_some();
        let user = store.find_user(&row.username)?.filter(|user| user.id.to_string() == row.id);
        let Some(user) = user else { continue };
        is_without |= row.is_created;
        if let Some(token) = &row.secrets.token {
            let rows = store.rows_of_key(&PlainToken::new(token.clone()), hash)?;
            if rows.iter().any(|token| token.user == user.id) {
                return Ok(true);
            }
        }
        if let Some(password) = &row.secrets.password {
            if tries == TRIES {
                let path = path.display();
                return Err(Refusal::usage(format!(
                    "--results {path}: its last rows are of a run that was cut off, and it cannot be told whether \
                     they were committed. Keep it, and name another file."
                ))
                .into());
            }
            tries += 1;
            let plain = Plain::new(password.clone());
            if passwords::verify(&plain, &store.encoded_password(&user.id)?) == Verdict::Match {
                return Ok(true);
            }
        }
    }
    Ok(is_without && !has_secrets)
}
