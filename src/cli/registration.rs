//! Writes a new account, and presents the outcome of a registration to people and programs.

use std::path::Path;

use serde_json::json;

use crate::accounts::change_runner::ChangeRunner as _;
use crate::accounts::defaults::Copied;
use crate::accounts::registration::{CreatedFile, NewRegistration, Registered};
use crate::cli::answer::{Answer, Report};
use crate::cli::change::Change;
use crate::cli::context::{Context, hasher_needed, project_warning, signals_hint};
use crate::django::passwords::Plain;
use crate::django::tokens::PlainToken;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::error::wording::{shell_word, with_article};
use crate::store::Store;
use crate::terminal::output::Output;

/// Writes the account, in the new database if there is one.
///
/// If another process has created the database file meanwhile, the account is written to that file, and `draft`
/// becomes `None`.
pub fn write(
    change: &Change<'_>,
    new: NewRegistration,
    draft: &mut Option<Store>,
    context: &Context,
) -> Result<Registered> {
    change.set_effect(new.effect());
    let object = json!({ "user": new.username() });
    if let Some(database) = draft {
        let done = database.transact(|transaction| new.execute(transaction))?;
        let recipe = context.accounts_of(database).recipe()?;
        match change.publish(database, &object, &done.fields) {
            Ok(()) => {
                let path = database.target().file().map(Path::to_owned);
                let created = path.map(|path| CreatedFile { path, recipe });
                return Ok(new.registered(done, Vec::new(), created));
            }
            Err(error) if matches!(error.refusal(), Some(Refusal::FileExists { .. })) => {
                *draft = None;
            }
            Err(error) => return Err(error),
        }
    }
    let store = context.store()?;
    let usual_kinds = context.accounts()?.kinds_by_signals()?;
    let done = change.make(store, &object, |transaction| new.execute(transaction))?;
    Ok(new.registered(done, usual_kinds, None))
}

/// Prints the fields that were taken from another user, and those that were not.
pub fn print_copied(copied: &[Copied], left_out: &[String], from: &str, output: &Output) {
    let list: Vec<String> = copied
        .iter()
        .map(|Copied { field, value }| match value {
            Some(value) => format!("{field}={}", shell_word(value)),
            None => format!("{field} (random)"),
        })
        .collect();
    let list = if list.is_empty() { "nothing".to_owned() } else { list.join(", ") };
    output.status(format_args!("Like {from}: {list}."));
    if !left_out.is_empty() {
        output.status(format_args!("Not taken from {from}: {}.", left_out.join(", ")));
    }
}

/// Prints the outcome, including the new secrets.
pub fn print(outcome: &Registered, report: Report, wants_token: bool, output: &Output) -> Result<()> {
    if let Some(made) = &outcome.created_file {
        let path = made.path.display();
        if report.dry_run {
            output.status(format_args!("Would create {path}."));
        } else {
            output.status(format_args!("Created {path}."));
            if let Some(needed) = hasher_needed(&made.recipe) {
                output.hint(needed);
            }
        }
        if let Some(warning) = project_warning(&made.path) {
            output.warning(warning);
        }
    }
    if let (Some(recipe), None) = (&outcome.new_hasher, &outcome.created_file)
        && let Some(needed) = hasher_needed(recipe)
    {
        output.hint(needed);
    }
    output.status(sentence(outcome, &report));
    if outcome.token.is_none() && wants_token && outcome.user.is_active {
        match outcome.scheme {
            None => output
                .warning("No token was created: this database has no token table that authctl can write to."),
            // knox stores only digests, so an existing token cannot be shown again.
            Some(_) => {
                output.hint(
                    "No token was created because the user already existed. Create one with `authctl \
                     create-token`.",
                );
            }
        }
    }
    if !outcome.lacking.is_empty() && !report.dry_run {
        output.hint(signals_hint(&outcome.lacking));
    }
    print_answer(outcome, report, output)
}

/// Prints the answer for programs, or the new secrets.
fn print_answer(outcome: &Registered, report: Report, output: &Output) -> Result<()> {
    let token = outcome.token.as_ref().map(PlainToken::expose).filter(|_| !report.dry_run);
    let random = outcome.random.as_ref().map(Plain::as_str).filter(|_| !report.dry_run);
    let mut answer = Answer::new(&outcome.user, &outcome.profiles);
    answer.token = token;
    answer.scheme = outcome.scheme.filter(|_| outcome.token.is_some()).map(Into::into);
    answer.expiry = outcome.expiry;
    answer.password = random;
    answer.report = Some(report);
    // Standard output is for the token, or for the password if there is no token.
    let beside = random.filter(|_| token.is_some());
    let password_shown = beside.map_or(Ok(()), |random| output.secret("Password", random));
    let mut object = serde_json::to_value(&answer)?;
    if !outcome.copied.is_empty() {
        object["copied"] = json!(outcome.copied);
    }
    output.answer(token.or(random), &object)?;
    password_shown
}

/// Describes what happened, or would happen, to the account.
fn sentence(outcome: &Registered, report: &Report) -> String {
    let Registered { user, profiles, .. } = outcome;
    let username = &user.username;
    if !report.changed {
        return format!("{username} (id {}) already exists. Nothing was changed.", user.id);
    }
    if !outcome.is_new {
        let fields = report.fields.join(", ");
        return if report.dry_run {
            format!("Would change {username} (id {}): {fields}. Nothing was changed.", user.id)
        } else {
            format!("Changed {username} (id {}): {fields}.", user.id)
        };
    }
    let profiles = profiles.iter().map(|profile| format!("{} profile", with_article(&profile.kind)));
    let token = outcome.scheme.filter(|_| outcome.token.is_some()).map(|scheme| format!("a {scheme} token"));
    let with: Vec<String> = profiles.chain(token).collect();
    let with = match with.split_last() {
        Some((last, [])) => format!(" with {last}"),
        Some((last, others)) => format!(" with {} and {last}", others.join(", ")),
        None => String::new(),
    };
    if report.dry_run {
        format!("Would register {username}{with}. Nothing was changed.")
    } else {
        format!("Registered {username} (id {}){with}.", user.id)
    }
}
