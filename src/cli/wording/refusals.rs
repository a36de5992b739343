//! Words refusals, and what to do next.

use std::path::Path;

use super::{faults, lost_answer, misuse};
use crate::django::field::boolean;
use crate::error::faults::{Conflict, Fault, FaultCode, ReferenceWay, References};
use crate::error::refusal::{Refusal, TokenTableFlaw};
use crate::error::unknown_users::{UnknownUser, UserLookup};
use crate::error::wording::shell_word;

/// Words a refusal, one sentence or fault per line.
pub fn sentences(refusal: &Refusal) -> Vec<String> {
    match refusal {
        Refusal::Config { .. } => refusal.to_string().lines().map(str::to_owned).collect(),
        refusal if !refusal.faults().is_empty() => refusal.faults().iter().map(faults::fault).collect(),
        Refusal::Misuse(misuse) => vec![misuse::misuse(misuse)],
        refusal => vec![refusal.undecided().map_or_else(|| refusal.to_string(), misuse::undecided)],
    }
}

/// Explains how to import the rows after those that are committed.
fn how_to_continue(keeps_existing: bool, results: Option<&Path>) -> String {
    let skip = if keeps_existing { "" } else { " with --on-existing skip" };
    let results = results.map_or(String::new(), |path| {
        format!(
            " The committed rows are in --results {}, and the same file takes the others.",
            path.display()
        )
    });
    format!("Run the same command again{skip} to continue.{results}")
}

/// Returns the options that decide about these references.
fn decisions(faults: &[Fault]) -> Option<String> {
    let option = |fault: &Fault| match &fault.code {
        FaultCode::StillReferenced(References::Column(reference)) => {
            let option = match reference.way {
                ReferenceWay::Clear => "--set-null",
                ReferenceWay::Delete | ReferenceWay::DeleteRequired => "--cascade",
                ReferenceWay::Project => return None,
            };
            Some(format!("{option} {}", shell_word(&fault.field)))
        }
        _ => None,
    };
    let options: Vec<String> = faults.iter().filter_map(option).collect();
    (options.len() > 1).then(|| options.join(" "))
}

/// Whether only the project can resolve this reference.
fn is_for_project(fault: &Fault) -> bool {
    matches!(&fault.code, FaultCode::StillReferenced(References::Column(reference)) if reference.way == ReferenceWay::Project)
}

/// Tells the user what to do next, if the message does not.
#[expect(clippy::too_many_lines, reason = "one table")]
#[must_use]
pub fn hint(refusal: &Refusal) -> Option<String> {
    Some(match refusal {
        Refusal::UnknownUsers(unknown) if unknown.lookup != UserLookup::Username => {
            "Search for the user with `authctl list-users --search TEXT`.".into()
        }
        Refusal::UnknownUsers(unknown) if unknown.users.iter().any(UnknownUser::is_row) => {
            "Give one name per line, as `authctl list-users --format plain --columns username` prints them.".into()
        }
        Refusal::UnknownUsers(unknown) if unknown.users.iter().any(|user| user.owner.is_some()) => {
            "Pass --by email to name users by their email addresses.".into()
        }
        Refusal::UnknownUsers(unknown) if unknown.users.iter().any(|user| boolean(&user.text).is_some()) => {
            "Options such as --staff take no value.".into()
        }
        Refusal::UserNotFound(_) | Refusal::UnknownUsers(_) => {
            "Usernames are case-sensitive. Search for the user with `authctl list-users --search TEXT`."
                .into()
        }
        Refusal::TokenNotFound(_) => "List the prefixes with `authctl list-tokens`.".into(),
        Refusal::TokenInvalid | Refusal::TokenExpired(_) => {
            "Log in again with `authctl login`, or create a token with `authctl create-token USER`.".into()
        }
        Refusal::NotLoggedIn => {
            "Log in with `authctl login`, or pass a token with --token-stdin, --token-file or \
             AUTHCTL_TOKEN."
                .into()
        }
        Refusal::SessionGone(username) => {
            format!("Log in again with `authctl login {}`.", shell_word(username))
        }
        Refusal::Invalid(faults) | Refusal::InvalidInput { faults, .. }
            if faults.iter().any(is_of_existing_user) =>
        {
            "Pass --on-existing skip to leave existing users unchanged, or --on-existing update to \
             change them."
                .into()
        }
        Refusal::UsernameTaken | Refusal::EmailTaken => {
            "`authctl register --on-existing skip` leaves an existing user unchanged, and `--on-existing update` \
             changes it."
                .into()
        }
        Refusal::NameTaken { name, .. } => format!(
            "Choose another name. `authctl show-user {}` prints the user who has this one.",
            shell_word(name)
        ),
        Refusal::Busy => "Another program is writing to the database. Try again, or pass a longer \
                       --busy-timeout."
            .into(),
        Refusal::Deadlock | Refusal::ServerBusy { .. } => "Try again later.".into(),
        Refusal::BusyLater { keeps_existing, results, .. } => {
            how_to_continue(*keeps_existing, results.as_deref())
        }
        Refusal::FileExists { is_replaceable: true, .. } => "Pass --overwrite to replace it.".into(),
        Refusal::TokenLimit(_) => {
            "Delete the user's tokens with `authctl revoke-token --user USER`, or raise `limit` under \
             `[tokens]`."
                .into()
        }
        Refusal::StillReferenced(faults) if faults.iter().any(is_for_project) => "Nothing was changed.".into(),
        Refusal::StillReferenced(faults) => {
            let all = decisions(faults)
                .map_or(String::new(), |options| format!(" To delete the user all the same, add {options}."));
            format!(
                "Nothing was changed.{all} To keep these rows, lock the user instead: `authctl lock-user USER`."
            )
        }
        Refusal::ChangedMeanwhile(_) => "Run the command again to see the current state.".into(),
        Refusal::OtherToken(_) => "Pass --rotate to replace it.".into(),
        Refusal::Foreign(_) => {
            "Run authctl as the owner, for example with `sudo -u`, or pass --force.".into()
        }
        Refusal::ProfileKindNotFound { known, .. } if known.is_empty() => {
            "Leave out --profile, and --set for its fields.".into()
        }
        Refusal::DatabaseMissing(_) => {
            "In a Django project, go to the folder with manage.py, or pass the database with --db or \
             AUTHCTL_DB; `manage.py migrate` creates it. Without a project, create one with `authctl init`. A \
             project with its own user model cannot adopt it."
                .into()
        }
        Refusal::TokenTable(flaw) => format!("No token was created. {}", token_table(flaw)),
        Refusal::LostAnswer(lost) => lost_answer::hint(lost),
        Refusal::InactiveUser(username) => format!(
            "Django refuses the tokens of inactive users. Let the user in again with `authctl unlock-user {}`.",
            shell_word(username)
        ),
        _ => return None,
    })
}

/// Tells what to do if no token can be written.
#[must_use]
pub fn token_table(flaw: &TokenTableFlaw) -> &'static str {
    match flaw {
        TokenTableFlaw::Several(_) => {
            "Set `table` under `[tokens]` in authctl.toml to the table that the project's API reads. \
             `authctl check --suggest-config` writes this line."
        }
        TokenTableFlaw::UnknownForm(_) => {
            "Create the token with the project. If the table has DRF's columns and the API uses DRF's \
             TokenAuthentication, set `table` and `scheme = \"drf\"` under `[tokens]` in authctl.toml."
        }
        TokenTableFlaw::Required { .. } => {
            "Create the token with the project. authctl can list and revoke the tokens of this table."
        }
    }
}

/// Whether the fault says that the user already exists.
fn is_of_existing_user(fault: &Fault) -> bool {
    matches!(fault.code, FaultCode::Conflict(Conflict::UsernameTaken | Conflict::EmailTaken))
}
