//! Presents a failure to people and programs.

use serde_json::{Value as Json, json};

use super::{config, faults, lost_answer, misuse, refusals};
use crate::error::exit::Exit;
use crate::error::failure::Error;
use crate::error::faults::Fault;
use crate::error::limits::{FAULTS, SHOWN_FAULTS};
use crate::error::refusal::Refusal;
use crate::error::wording;
use crate::terminal::output::{FailureReport, Severity};

/// Words an error.
#[must_use]
pub fn failure(error: &Error) -> FailureReport {
    let refusal = error.refusal();
    let sentences = sentences(error);
    let hint = refusal.and_then(refusals::hint);
    let mut object = object(refusal, &sentences, hint.as_deref());
    let config = refusal.map_or_else(Vec::new, config::deciding_lines);
    if !config.is_empty() {
        object["config"] = config.join("\n").into();
    }
    let count = sentences.len() + refusal.map_or(0, Refusal::omitted_faults);
    let more = (count > SHOWN_FAULTS)
        .then(|| format!("… and {} more. Pass --format json to see up to {FAULTS}.", count - SHOWN_FAULTS));
    FailureReport {
        exit: exit(refusal),
        severity: match refusal {
            Some(Refusal::Findings { errors: 0, .. }) => Severity::Warning,
            _ => Severity::Error,
        },
        is_silent: refusal.is_some_and(Refusal::is_silent),
        ends_answer: matches!(
            refusal,
            Some(Refusal::Interrupted | Refusal::InterruptedLater | Refusal::LostAnswer(_))
        ),
        sentences: sentences.into_iter().take(SHOWN_FAULTS).collect(),
        more,
        hint,
        config,
        object,
    }
}

/// Words an error as a clause or as sentences, for a message that continues.
#[must_use]
pub fn error(error: &Error) -> String {
    error.refusal().map_or_else(|| error.to_string(), |refusal| refusals::sentences(refusal).join(" "))
}

fn exit(refusal: Option<&Refusal>) -> Exit {
    refusal.map_or(Exit::Failed, Refusal::exit)
}

/// Splits an error into sentences, one per line. Includes the causes unless the error is a [`Refusal`].
fn sentences(error: &Error) -> Vec<String> {
    let sentences = error.refusal().map_or_else(|| vec![failed(error)], refusals::sentences);
    sentences.iter().map(|sentence| wording::message(sentence)).collect()
}

/// Words an error that is no refusal, with its causes and how to avoid it.
fn failed(error: &Error) -> String {
    let advice = error.advice().map_or(String::new(), |advice| format!(" {}", misuse::advice(advice)));
    format!("{}{advice}", wording::error_sentence(&error.to_string()))
}

/// Returns the JSON object for programs.
fn object(refusal: Option<&Refusal>, sentences: &[String], hint: Option<&str>) -> Json {
    let mut object = json!({
        "code": refusal.map_or("failed", Refusal::code),
        "message": message(sentences, refusal),
        "exit": exit(refusal).code(),
    });
    if let Some(faults) = refusal.map(Refusal::faults).filter(|faults| !faults.is_empty()) {
        let shown: Vec<Json> = faults.iter().take(FAULTS).map(fault_object).collect();
        let omitted = refusal.map_or(0, Refusal::omitted_faults) + faults.len() - shown.len();
        object["faults"] = shown.into();
        if omitted > 0 {
            object["faults_omitted"] = omitted.into();
        }
    }
    match refusal {
        Some(Refusal::Throttled(seconds)) => object["retry_after"] = json!(seconds),
        Some(Refusal::BusyLater { committed, .. }) => object["committed"] = json!(committed),
        Some(Refusal::LostAnswer(lost)) => {
            object["prefixes"] = json!(lost.effect.prefixes);
            object["commands"] = json!(lost_answer::commands(lost));
        }
        _ => {}
    }
    if let Some(hint) = hint {
        object["hint"] = hint.into();
    }
    object
}

/// Returns a fault for programs, without texts that a file made too long to read.
fn fault_object(fault: &Fault) -> Json {
    let mut object = json!({
        "field": wording::field(fault.name_in_file()),
        "code": fault.code.name(),
        "message": wording::message(&faults::fault(fault)),
    });
    if let Some(position) = fault.position {
        object["line"] = position.line.into();
        object["column"] = position.column.into();
    }
    object
}

/// The message for programs. If there are several faults, `faults` lists them separately.
fn message(sentences: &[String], refusal: Option<&Refusal>) -> String {
    let count = sentences.len() + refusal.map_or(0, Refusal::omitted_faults);
    match refusal {
        Some(Refusal::Invalid(_) | Refusal::InvalidInput { .. }) if count > 1 => {
            format!("{count} values are missing or invalid.")
        }
        Some(Refusal::Undecided(_)) if count > 1 => {
            format!("{count} values are ambiguous, missing or invalid.")
        }
        Some(Refusal::StillReferenced(_)) if count > 1 => {
            format!("{count} foreign keys refer to rows that would be deleted.")
        }
        _ => sentences.join("\n"),
    }
}
