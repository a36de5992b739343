//! What a new database contains. Each engine knows the statements that create its tables.
//!
//! The rows of `django_migrations` record their migrations as applied. So a later `migrate` adds what is
//! missing and does not touch them.

use crate::django::models::Scheme;
use crate::error::failure::{Error, Result};
use crate::error::refusal::Refusal;
use crate::store::blueprint::{Blueprint, ProfileBlueprint};
use crate::store::engine::Engine;
use crate::store::schema::quoted;

const CORE_MIGRATIONS: &[(&str, &[&str])] = &[
    ("contenttypes", &["0001_initial", "0002_remove_content_type_name"]),
    (
        "auth",
        &[
            "0001_initial",
            "0002_alter_permission_name_max_length",
            "0003_alter_user_email_max_length",
            "0004_alter_user_username_opts",
            "0005_alter_user_last_login_null",
            "0006_require_contenttypes_0002",
            "0007_alter_validators_add_error_messages",
            "0008_alter_user_username_max_length",
            "0009_alter_user_last_name_max_length",
            "0010_alter_group_name_max_length",
            "0011_update_proxy_permissions",
            "0012_alter_user_first_name_max_length",
        ],
    ),
];

const DRF_MIGRATIONS: &[(&str, &[&str])] =
    &[("authtoken", &["0001_initial", "0002_auto_20160226_1747", "0003_tokenproxy"])];

const KNOX_MIGRATIONS: &[(&str, &[&str])] = &[(
    "knox",
    &[
        "0001_initial",
        "0002_auto_20150916_1425",
        "0003_auto_20150916_1526",
        "0004_authtoken_expires",
        "0005_authtoken_token_key",
        "0006_auto_20160818_0932",
        "0007_auto_20190111_0542",
        "0008_remove_authtoken_salt",
        "0009_extend_authtoken_field",
    ],
)];

/// Returns the migrations, as app and name, that are applied with the blueprint's tables.
///
/// # Errors
/// Fails if a profile declares a migration that has not the form `app.name`.
pub fn migrations(blueprint: &Blueprint) -> Result<Vec<(&str, &str)>> {
    let of_schemes = blueprint.schemes.iter().flat_map(|scheme| match scheme {
        Scheme::Drf => DRF_MIGRATIONS,
        Scheme::Knox => KNOX_MIGRATIONS,
    });
    let known = CORE_MIGRATIONS.iter().chain(of_schemes);
    let mut migrations: Vec<(&str, &str)> =
        known.flat_map(|(app, names)| names.iter().map(|name| (*app, *name))).collect();
    for profile in &blueprint.profiles {
        for migration in &profile.migrations {
            let parts = migration.split_once('.').filter(|(app, name)| !app.is_empty() && !name.is_empty());
            let Some(parts) = parts else {
                let fault = format!("migrations: {migration:?} must have the form app.name.");
                return Err(declaration(profile, &fault));
            };
            if !migrations.contains(&parts) {
                migrations.push(parts);
            }
        }
    }
    Ok(migrations)
}

/// Runs the statements, and records the blueprint's migrations, in the open transaction.
///
/// # Errors
/// Fails if the declaration of a profile table is invalid, or on database errors.
pub fn build(engine: &dyn Engine, blueprint: &Blueprint, statements: &[String]) -> Result<()> {
    for statement in statements {
        engine.execute(statement, &[])?;
    }
    let sql = r#"INSERT INTO "django_migrations" ("app", "name", "applied") VALUES (?1, ?2, ?3)"#;
    for (app, name) in migrations(blueprint)? {
        engine.execute(sql, &[app.into(), name.into(), blueprint.now.into()])?;
    }
    Ok(())
}

/// Refuses duplicate tables and columns. SQL ignores the case of names.
///
/// # Errors
/// Returns [`Refusal::Config`] for such a declaration.
pub fn refuse_clashes(profiles: &[ProfileBlueprint]) -> Result<()> {
    const RESERVED: [&str; 5] = ["auth_", "authtoken_", "django_", "knox_", "sqlite_"];
    let mut tables: Vec<String> = Vec::new();
    for profile in profiles {
        let table = profile.table.to_ascii_lowercase();
        if let Some(prefix) = RESERVED.iter().find(|prefix| table.starts_with(**prefix)) {
            return Err(declaration(profile, &format!("table names that start with {prefix} are reserved.")));
        }
        if tables.contains(&table) {
            return Err(declaration(profile, "another table already has this name."));
        }
        tables.push(table);
        let mut columns = vec!["id".to_owned(), "user_id".to_owned()];
        for (name, _) in &profile.fields {
            let column = name.to_ascii_lowercase();
            if columns.contains(&column) {
                return Err(declaration(
                    profile,
                    &format!("fields.{name}: the table already has this column."),
                ));
            }
            columns.push(column);
        }
    }
    Ok(())
}

/// Returns the columns of a profile table with its fields between its key and its user, as SQL. `column_type` returns the
/// engine's type for a declared type, without NULL; `None` if Django has no such type.
///
/// # Errors
/// Fails for an unknown type.
pub fn fields(
    profile: &ProfileBlueprint,
    column_type: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>> {
    let definition = |(name, declared): &(String, String)| {
        column(name, declared, &column_type).ok_or_else(|| {
            let message = format!(
                "fields.{name}: {declared:?} is not a Django column type. Known types: varchar(N), text, integer, \
                 bigint, smallint, bool, date, datetime, time, decimal, real, char(32). Append `null` to allow NULL."
            );
            declaration(profile, &message)
        })
    };
    profile.fields.iter().map(definition).collect()
}

/// Returns a column's definition in Django's form, from its declared type. `None` if Django has no such type.
fn column(name: &str, declared: &str, column_type: impl Fn(&str) -> Option<String>) -> Option<String> {
    let declared = declared.trim().to_ascii_lowercase();
    let (kind, null) = match declared.strip_suffix("null").map(str::trim_end) {
        Some(rest) if rest.ends_with(" not") => {
            (rest.trim_end_matches("not").trim_end().to_owned(), "NOT NULL")
        }
        Some(rest) => (rest.to_owned(), "NULL"),
        None => (declared, "NOT NULL"),
    };
    let length = kind.strip_prefix("varchar(").and_then(|rest| rest.strip_suffix(')'));
    let is_valid = length.is_none_or(|length| length.parse::<u16>().is_ok_and(|length| length > 0));
    let kind = column_type(&kind).filter(|_| is_valid && !name.is_empty())?;
    Some(format!("{} {kind} {null}", quoted(name)))
}

fn declaration(profile: &ProfileBlueprint, message: &str) -> Error {
    Refusal::Config { path: None, message: format!("Profile table {}: {message}", profile.table) }.into()
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn columns_are_written_as_django_writes_them() {
        let cases = [
            ("varchar(50)", Some("\"bio\" varchar(50) NOT NULL")),
            ("VARCHAR(50) NULL", Some("\"bio\" varchar(50) NULL")),
            ("integer not null", Some("\"bio\" integer NOT NULL")),
            ("text null", Some("\"bio\" text NULL")),
            ("varchar", None),
            ("varchar(0)", None),
            ("varchar(5); DROP TABLE auth_user", None),
            ("", None),
        ];
        for (declared, expected) in cases {
            let known = |kind: &str| {
                let is_known = kind.starts_with("varchar(") && kind.ends_with(')')
                    || ["integer", "text"].contains(&kind);
                is_known.then(|| kind.to_owned())
            };
            assert_eq!(column("bio", declared, known).as_deref(), expected, "{declared}");
        }
    }
}
