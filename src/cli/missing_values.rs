//! Asks for the missing fields of a new account.

use crate::accounts::{Accounts, Missing};
use crate::cli::context::Context;
use crate::cli::wording;
use crate::django::account_spec::AccountSpec;
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, Remedy};
use crate::error::refusal::Refusal;
use crate::error::wording::label;

/// A question for a missing field.
struct Question {
    text: String,
    /// The answer for an empty line.
    default: Option<String>,
    /// Whether an empty line asks for random text.
    is_random: bool,
}

/// Asks for every missing field.
pub fn ask_for_missing(spec: &mut AccountSpec, accounts: &Accounts<'_>, context: &Context) -> Result<()> {
    let missing = accounts.planner()?.missing(spec)?;
    if missing.is_empty() {
        return Ok(());
    }
    for missing in missing {
        let field = &missing.field;
        let question = Question::new(&missing, spec, accounts)?;
        let check = |answer: &str| {
            if answer.is_empty() && question.is_random {
                return Ok(());
            }
            let mut tried = spec.clone();
            accounts.answer(&mut tried, field, answer);
            complaint(&tried, field, accounts)
        };
        let mut answer = context.prompt.text_or(&question.text, question.default.as_deref(), check)?;
        if answer.is_empty() && question.is_random {
            answer = accounts.random_text(&accounts.planner()?, spec, field)?.map_err(refused)?;
        }
        accounts.answer(spec, field, &answer);
    }
    // A profile kind that was just chosen may require more fields.
    ask_for_missing(spec, accounts, context)
}

impl Question {
    fn new(missing: &Missing, spec: &AccountSpec, accounts: &Accounts<'_>) -> Result<Self> {
        let mut faults = [missing.fault()];
        accounts.explain_missing(spec, &mut faults)?;
        let FaultCode::Required(remedy) = &faults[0].code else {
            return Err(refused(faults[0].clone()).into());
        };
        let field = &missing.field;
        let of_column = |name: &str| {
            let users = &accounts.store.layout().users.table;
            users.column(name).map(|column| wording::kind(&column.kind))
        };
        let (mut default, mut is_random) = (None, false);
        let kind = match remedy {
            Remedy::ProjectField(of) => {
                is_random = of.is_random;
                let shared = of.shared.as_ref().map(|shared| shared.text.clone());
                default = shared.or_else(|| (of.may_be_blank || is_random).then(String::new));
                Some(wording::value_kind(&of.kind))
            }
            Remedy::Field(Some(kind)) => Some(wording::value_kind(kind)),
            Remedy::ProfileKind(kinds) => Some(format!("one of {}", kinds.join(", "))),
            _ => of_column(field),
        };
        let kind = kind.map_or(String::new(), |kind| {
            let end = if is_random { ", Enter for random text" } else { "" };
            format!(" ({kind}{end})")
        });
        Ok(Self { text: format!("{}{kind}", label(field)), default, is_random })
    }
}

fn refused(fault: Fault) -> Refusal {
    Refusal::Invalid(vec![fault])
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
