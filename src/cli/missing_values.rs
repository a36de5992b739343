//! Asks for the missing fields of a new account.

use crate::accounts::{Accounts, Missing};
use crate::cli::context::Context;
use crate::cli::wording;
use crate::django::account_spec::AccountSpec;
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode};
use crate::error::refusal::Refusal;
use crate::error::wording::label;

/// Asks for every missing field.
pub fn ask_for_missing(spec: &mut AccountSpec, accounts: &Accounts<'_>, context: &Context) -> Result<()> {
    let missing = accounts.planner()?.missing(spec)?;
    if missing.is_empty() {
        return Ok(());
    }
    for Missing { field, .. } in missing {
        let check = |answer: &str| {
            let mut tried = spec.clone();
            accounts.answer(&mut tried, &field, answer);
            complaint(&tried, &field, accounts)
        };
        let answer = context.prompt.text(&label(&field), check)?;
        accounts.answer(spec, &field, &answer);
    }
    // A profile kind that was just chosen may require more fields.
    ask_for_missing(spec, accounts, context)
}

/// Returns the fault of this field. Missing fields are prompted for, and other faults are reported at
/// the end.
fn complaint(spec: &AccountSpec, field: &str, accounts: &Accounts<'_>) -> Result<(), String> {
    match accounts.plan_new(spec) {
        Ok((_, faults)) => {
            let is_missing = |fault: &Fault| matches!(fault.code, FaultCode::Required(_));
            let fault = faults.iter().find(|fault| fault.field == field && !is_missing(fault));
            fault.map_or(Ok(()), |fault| Err(wording::fault(fault)))
        }
        Err(error) => match error.refusal() {
            Some(Refusal::ProfileKindNotFound { .. }) => Err(error.to_string()),
            _ => Ok(()),
        },
    }
}
