//! What the commands about the access of users, and about their deletion, have in common: a question, and how they print
//! what was done.

use serde_json::{Value as Json, json};

use crate::accounts::access::{AccessChange, AccessRows, ClosedAccess};
use crate::accounts::change_runner::ChangeRunner as _;
use crate::cli::answer::{about_users, distinct, user_object};
use crate::cli::change::Change;
use crate::cli::context::Context;
use crate::django::models::User;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::error::wording::{counted, shell_word};
use crate::store::Deletion;
use crate::store::account_tables::{OpenDoor, OpenDoorCode};
use crate::terminal::output::Output;

/// The number of users that a question names.
const NAMED: usize = 20;

/// Asks for confirmation of a change of more than one user. `verb` begins the question, such as `Lock`.
pub fn confirm(verb: &str, users: &[User], change: &Change<'_>, context: &Context) -> Result<()> {
    if users.len() < 2 || change.is_rehearsal() {
        return Ok(());
    }
    let names: Vec<&str> = users.iter().take(NAMED).map(|user| &*user.username).collect();
    let more = if users.len() > NAMED { ", …" } else { "" };
    context.consent(&format!("{verb} {} users ({}{more})?", users.len(), names.join(", ")))
}

/// Prints the effects of a deletion, one line for each table and reference.
pub fn print_deletion(deletion: &Deletion, is_rehearsal: bool, output: &Output) {
    let (delete, empty) =
        if is_rehearsal { ("Would delete", "Would clear") } else { ("To delete", "To clear") };
    for (table, count) in &deletion.deleted {
        output.status(format_args!("{delete}: {table} ({})", counted(*count, "row")));
    }
    for (column, count) in &deletion.emptied {
        output.status(format_args!("{empty}: {column} ({})", counted(*count, "row")));
    }
}

/// Returns the names of all changed columns and shut doors, each once.
#[must_use]
pub fn changed_fields(accesses: &[ClosedAccess]) -> Vec<String> {
    distinct(accesses.iter().flat_map(|access| {
        access.fields.iter().cloned().chain(access.closed.iter().map(|door| door.name.to_owned()))
    }))
}

/// Prints one line for each kind of rows, after a verb such as `closed`.
pub fn print_rows(verb: &str, rows: &[AccessRows], output: &Output) {
    for rows in rows {
        output.status(format_args!("  {verb}: {}", counted_rows(rows.count, rows.noun)));
    }
}

/// The number of rows, in words.
#[must_use]
pub fn counted_rows(count: u64, noun: &str) -> String {
    match noun.split_once(" of ") {
        Some((noun, rest)) => format!("{} of {rest}", counted(count, noun)),
        None => counted(count, noun),
    }
}

/// Lists doors with the numbers of their rows, for a sentence.
#[must_use]
pub fn listed(doors: &[AccessRows]) -> String {
    doors.iter().map(|door| counted_rows(door.count, door.noun)).collect::<Vec<_>>().join(", ")
}

/// Warns of the doors that may still let a user in, if there are any, and names the command that shuts them.
pub fn warn_of_open(doors: &[AccessRows], username: &str, command: &str, output: &Output) {
    if !doors.is_empty() {
        let (doors, word) = (listed(doors), shell_word(username));
        output.warning(format_args!(
            "These may still let {username} in: {doors}. Shut every way in with `authctl {command} {word}`."
        ));
    }
}

/// Prints what stays open, a warning for each door that is known to let the user in.
pub fn print_open(access: &ClosedAccess, change: &AccessChange, output: &Output) {
    for door in &access.open {
        let text = open_door(door, &access.user.username, change.deactivates);
        if door.is_known {
            output.warning(format_args!("{text}"));
        } else {
            output.hint(format_args!("{text}"));
        }
    }
}

/// Describes the access of users for programs.
#[must_use]
pub fn object(accesses: &[ClosedAccess], is_one: bool, change: &Change<'_>) -> Json {
    let object = |access: &ClosedAccess| {
        let mut object = json!({
            "user": user_object(&access.user),
            "closed": access.closed,
            "open": access.open.iter().map(open_door_object).collect::<Vec<_>>(),
        });
        change.report(changed_fields(std::slice::from_ref(access))).add_to(&mut object);
        object
    };
    about_users(accesses.iter().map(object).collect(), is_one)
}

/// Returns the refusal if a user can still get in.
///
/// # Errors
/// Returns [`Refusal::StillOpen`].
pub fn check_open(accesses: &[ClosedAccess]) -> Result<()> {
    let open: Vec<String> = accesses
        .iter()
        .filter(|access| access.is_open())
        .map(|access| access.user.username.clone())
        .collect();
    if open.is_empty() { Ok(()) } else { Err(Refusal::StillOpen(open).into()) }
}

/// Describes a door that stays open for programs.
#[must_use]
pub fn open_door_object(door: &OpenDoor) -> Json {
    json!({ "door": door.code, "count": door.count, "names": door.names, "known": door.is_known })
}

/// Says what stays open, and what to do about it. `user` is one name or several.
#[must_use]
pub fn open_door(door: &OpenDoor, user: &str, is_inactive: bool) -> String {
    let count = door.count.unwrap_or_default();
    match (door.code, is_inactive) {
        (OpenDoorCode::Login, _) => {
            format!("{user} can still log in: the user table has no is_active. Pass --reset-password.")
        }
        (OpenDoorCode::OwnedApplications, _) => format!(
            "{} of {user} can still get tokens without a user (client credentials): {}. Change the owner or the secret, or \
             delete the application, in the project.",
            counted(count, "OAuth2 application"),
            door.names.join(", ")
        ),
        (OpenDoorCode::UnboundApiKeys, _) => format!(
            "The database does not tell whose {} {}. Find them with `authctl list-tokens --scheme api-key`, and revoke \
             those of {user} with `authctl revoke-token --scheme api-key PREFIX`.",
            counted(count, "API key"),
            if count == 1 { "this is" } else { "these are" }
        ),
        (OpenDoorCode::JwtAccessTokens, true) => "JWT access tokens stay valid until they expire (after 5 minutes by \
                                                  default) where a project authenticates without the user table."
            .into(),
        (OpenDoorCode::JwtAccessTokens, false) => {
            "JWT access tokens stay valid until they expire (after 5 minutes by default).".into()
        }
        (OpenDoorCode::UndecodableSessions, _) => format!(
            "{} cannot be decoded, so the user is unknown. Pass --reset-password to lock-user to end those of {user}.",
            counted(count, "web session")
        ),
        (OpenDoorCode::SessionsElsewhere, true) => format!(
            "Web sessions in a cache, in files or in cookies are refused while {user} is inactive. \
             Pass --reset-password to end them for good."
        ),
        (OpenDoorCode::SessionsElsewhere, false) => format!(
            "Web sessions in a cache, in files or in cookies stay valid until the password of {user} changes."
        ),
    }
}
