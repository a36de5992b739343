//! What `check` tells about a database.

use serde_json::{Value as Json, json};

use super::findings::Hashers;
use crate::accounts::must_be_given;
use crate::cli::context::Context;
use crate::cli::wording;
use crate::django::tokens::knox::KnoxFormat;
use crate::error::failure::Result;
use crate::error::wording::counted;
use crate::store::Store;
use crate::store::layout::ProfileTable;
use crate::terminal::redaction;

pub(super) type Facts = Vec<(&'static str, String)>;

/// Returns the facts as lines for people and as an object for programs.
pub(super) fn describe(context: &Context, store: &Store, hashers: &Hashers) -> Result<(Facts, Json)> {
    let settings = &context.settings;
    let layout = store.layout();
    let users = &layout.users;
    let counts = store.user_counts()?;
    let file = settings.file.as_ref().map(|path| redaction::path(path));
    let zone = settings.opening.time_zone.iana_name().unwrap_or("UTC").to_owned();
    let system = store.system()?;
    let is_django = store.is_django()?;
    let history = if is_django { "migrated by Django" } else { "never migrated by Django" };
    let database = redaction::redacted(&store.target().record()).into_owned();
    let mut facts: Facts = vec![
        ("configuration", file.clone().unwrap_or_else(|| "none".into())),
        ("database", format!("{database}, {history}")),
        ("system", system.clone()),
        ("time zone", zone.clone()),
        (
            "user table",
            format!("{}, key {} ({})", users.table.name, users.key, wording::kind(&users.key_kind)),
        ),
        ("login column", users.login().map_or_else(|error| wording::error(&error), str::to_owned)),
        (
            "users",
            format!(
                "{} ({} active, {} staff, {})",
                counts.users,
                counts.active,
                counts.staff,
                counted(counts.superusers, "superuser")
            ),
        ),
    ];
    let tokens = describe_tokens(store, &mut facts)?;
    let profiles = describe_profiles(context, store, &mut facts)?;
    let recipe = context.accounts_of(store).recipe()?;
    facts.extend(hashers.iter().map(|(hasher, count)| ("hasher", format!("{hasher}: {count}"))));
    let hashers: Vec<Json> =
        hashers.iter().map(|(hasher, count)| json!({ "hasher": hasher, "count": count })).collect();
    facts.push(("new hashes", recipe.to_string()));
    let object = json!({
        "configuration": file,
        "database": database,
        "system": system,
        "made_by_django": is_django,
        "time_zone": zone,
        "user_table": users.table.name,
        "key": { "column": users.key, "kind": wording::kind(&users.key_kind) },
        "login_column": users.login().ok(),
        "counts": counts,
        "token_tables": tokens,
        "profile_tables": profiles,
        "hashers": hashers,
        "new_hashes": recipe.to_string(),
    });
    Ok((facts, object))
}

fn describe_tokens(store: &Store, facts: &mut Facts) -> Result<Vec<Json>> {
    let mut tokens = Vec::new();
    for found in store.token_tables()? {
        let table = &found.table.name;
        let scheme = found.scheme_name();
        let version = match (found.scheme, found.form()) {
            (_, Some(form)) => knox_version(form),
            (Some(_), None) => "DRF",
            (None, None) => "unknown form",
        };
        let place = if found.is_usual() { String::new() } else { format!(", {table}") };
        let count = store.row_count(table)?;
        facts.push(("tokens", format!("{scheme} ({version}{place}): {count}")));
        tokens.push(json!({ "scheme": scheme, "version": version, "table": table, "count": count }));
    }
    if tokens.is_empty() {
        facts.push(("tokens", "no token table".into()));
    }
    Ok(tokens)
}

fn describe_profiles(context: &Context, store: &Store, facts: &mut Facts) -> Result<Vec<Json>> {
    let mut profiles = Vec::new();
    for table in store.profile_tables()? {
        let count = store.row_count(&table.table.name)?;
        let required = required(table, context);
        let wants =
            if required.is_empty() { String::new() } else { format!(", requires {}", required.join(", ")) };
        facts.push(("profile", format!("{} ({}): {count}{wants}", table.kind, table.table.name)));
        profiles.push(json!({
            "kind": table.kind, "table": table.table.name, "count": count, "required": required,
        }));
    }
    Ok(profiles)
}

fn knox_version(form: KnoxFormat) -> &'static str {
    match form {
        KnoxFormat::Salted => "knox 3.6 to 4.1",
        KnoxFormat::Binary => "knox 4.2",
        KnoxFormat::Text => "knox 5",
    }
}

/// Returns the required fields of a new profile of this kind.
fn required<'a>(table: &'a ProfileTable, context: &'a Context) -> Vec<&'a str> {
    let configured = context.settings.policy.profiles.get(&table.kind);
    let is_required =
        |name: &str| configured.is_some_and(|kind| kind.required.iter().any(|field| field == name));
    let has_default = |name: &str| configured.is_some_and(|kind| kind.defaults.contains_key(name));
    table
        .fields()
        .filter(|column| {
            is_required(&column.name) || (must_be_given(column, &table.table) && !has_default(&column.name))
        })
        .map(|column| &*column.name)
        .collect()
}
