//! A starter `authctl.toml` for a database.

use std::cmp::Reverse;

use crate::accounts::Accounts;
use crate::cli::context::Context;
use crate::cli::wording::{self, config};
use crate::config::policy::Policy;
use crate::django::account_spec::{AccountSpec, ProfileChoice};
use crate::error::failure::{Error, Result};
use crate::error::faults::{FaultCode, ProjectField, Remedy, Undecided};
use crate::error::misuse::Selector;
use crate::error::refusal::{Refusal, TokenTableFlaw};
use crate::store::Store;
use crate::store::layout::Hints;

/// Returns settings with which authctl can work on this database, with comments. Where several candidates fit, the
/// likeliest is set and the others are in a comment.
pub fn starter(context: &Context) -> Result<Vec<String>> {
    let settings = &context.settings;
    let open = |hints| Store::open(&settings.database, &settings.opening, hints);
    let mut lines =
        vec!["# Check each value against the project's models.".to_owned(), "[database]".to_owned()];
    let chosen;
    let store = match context.store() {
        Ok(store) => {
            let table = &store.layout().users.table.name;
            lines.push(format!("user_table = {}", config::string(table)));
            store
        }
        Err(error) => {
            let (found, store) = likeliest_table(error, |table| {
                open(Hints { user_table: Some(table.to_owned()), ..settings.hints() })
            })?;
            lines.push(format!("user_table = {}", config::first_of(&found)));
            chosen = store;
            &chosen
        }
    };
    lines.push("# The USERNAME_FIELD of the user model.".into());
    lines.push(format!("login_column = {}", config::first_of(store.layout().users.possible_logins())));
    let policy = Policy::without_settings(settings.policy.time_zone.clone());
    let accounts = context.accounts_with(store, &policy);
    lines.extend(of_registration(&accounts)?);
    lines.extend(of_tokens(store)?);
    for profile in store.profile_tables()? {
        let (kind, table) = (config::key(&profile.kind), config::string(&profile.table.name));
        lines.extend([String::new(), format!("[profiles.{kind}]"), format!("table = {table}")]);
        let choice = ProfileChoice::Kinds(vec![profile.kind.clone()]);
        let fields = required(&accounts, choice)?;
        let own: Vec<&ProjectField> =
            fields.iter().filter(|field| field.profile.as_ref() == Some(&profile.kind)).collect();
        lines.extend(defaults(&format!("profiles.{kind}.defaults"), &own));
    }
    Ok(lines)
}

/// Opens the candidate for the user table with the most profile tables and users. Returns all, this one first.
fn likeliest_table(error: Error, open: impl Fn(&str) -> Result<Store>) -> Result<(Vec<String>, Store)> {
    let Some(Refusal::Ambiguous(Undecided { found, decide: Selector::UserTable, .. })) = error.refusal()
    else {
        return Err(error);
    };
    let mut opened = Vec::new();
    for table in found {
        let store = open(table)?;
        let weight = (store.profile_tables()?.len(), store.row_count(table)?);
        opened.push((Reverse(weight), table.clone(), store));
    }
    opened.sort_by_key(|(weight, ..)| *weight);
    let names = opened.iter().map(|(_, name, _)| name.clone()).collect();
    let first = opened.into_iter().next();
    first.map(|(.., store)| (names, store)).ok_or(error)
}

fn of_registration(accounts: &Accounts<'_>) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    if accounts.store.layout().users.has_unique_address() {
        lines.extend(["", "# The database keeps email addresses unique.", "[register]"].map(str::to_owned));
        lines.push("required = [\"email\"]".into());
    }
    let fields = required(accounts, ProfileChoice::None)?;
    lines.extend(defaults("register.defaults", &fields.iter().collect::<Vec<_>>()));
    Ok(lines)
}

/// Prefers the scheme and the table with the most tokens. The table is set where the schema does not tell it.
fn of_tokens(store: &Store) -> Result<Vec<String>> {
    let mut counted = Vec::new();
    for tokens in store.token_tables()? {
        counted.push((Reverse(store.row_count(&tokens.table.name)?), tokens));
    }
    counted.sort_by_key(|(count, _)| *count);
    let mut schemes: Vec<String> = Vec::new();
    for scheme in counted.iter().filter_map(|(_, tokens)| tokens.scheme) {
        schemes.extend(Some(scheme.to_string()).filter(|name| !schemes.contains(name)));
    }
    let mut lines = Vec::new();
    if let Some((_, first)) = counted.first() {
        lines.extend([String::new(), "[tokens]".to_owned()]);
        if first.scheme.is_some() {
            lines.push(format!("scheme = {}", config::first_of(&schemes)));
        }
        match store.token_table_flaw(first.scheme)? {
            Some(TokenTableFlaw::Several(mut tables)) => {
                tables.sort_by_key(|name| counted.iter().position(|(_, tokens)| tokens.table.name == *name));
                lines.push("# The table that the project's API reads.".into());
                lines.push(format!("table = {}", config::first_of(&tables)));
            }
            Some(flaw) => {
                lines.push(format!("# create-token refuses: {flaw} {}", wording::token_table(&flaw)));
            }
            None => {}
        }
    }
    Ok(lines)
}

/// Returns the columns that a new account with these profiles needs.
fn required(accounts: &Accounts<'_>, profile: ProfileChoice) -> Result<Vec<ProjectField>> {
    let spec = AccountSpec { profile, ..AccountSpec::default() };
    let faults = accounts.missing_fields(&spec)?;
    let field = |code| match code {
        FaultCode::Required(Remedy::ProjectField(field)) => Some(*field),
        _ => None,
    };
    Ok(faults.into_iter().filter_map(|fault| field(fault.code)).collect())
}

/// Returns a table of defaults: those that users share, and comments for the other required columns.
fn defaults(table: &str, fields: &[&ProjectField]) -> Vec<String> {
    if fields.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), format!("[{table}]")];
    for field in fields {
        let column = config::key(&field.column);
        lines.push(match &field.shared {
            Some(shared) => {
                format!("{}  # shared by the {} newest users", config::default(field), shared.users)
            }
            None if field.is_random => format!("# {column} is required: pass --set-random {column}"),
            None if field.may_have_default => format!("# {}; required", config::example(field)),
            None => format!("# {column} is required and has no default"),
        });
    }
    lines
}
