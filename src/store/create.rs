//! The schema of a new database: identical to the result of Django's `migrate`, down to the names of the indexes.
//!
//! The tables of `auth`, `contenttypes` and `authtoken` are the same for Django 3.2 to 6.1. Those of knox are from
//! knox 5. The rows of `django_migrations` record their migrations as applied. So a later `migrate` adds what is
//! missing and does not touch them.

use jiff::Timestamp;

use crate::django::models::Scheme;
use crate::error::failure::{Error, Result};
use crate::error::refusal::Refusal;
use crate::store::engine::Engine;
use crate::store::schema::quoted;

/// The content of a new database.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// The schemes whose token tables to create.
    pub schemes: Vec<Scheme>,
    /// The profile tables to create.
    pub profiles: Vec<ProfileBlueprint>,
    /// The time recorded for the migrations.
    pub now: Timestamp,
}

/// A profile table to create.
#[derive(Clone, Debug)]
pub struct ProfileBlueprint {
    /// The table's name.
    pub table: String,
    /// The names and types of the columns, in Django's form for SQLite: `varchar(50)`, `integer`, `bool null`.
    pub fields: Vec<(String, String)>,
    /// The migrations, as `app.name`, that create only such tables.
    pub migrations: Vec<String>,
}

const CORE: &[&str] = &[
    r#"CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL)"#,
    r#"CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL)"#,
    r#"CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model")"#,
    r#"CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL)"#,
    r#"CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename")"#,
    r#"CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id")"#,
    r#"CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE)"#,
    r#"CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED)"#,
    r#"CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id")"#,
    r#"CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id")"#,
    r#"CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id")"#,
    r#"CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "last_name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL, "first_name" varchar(150) NOT NULL)"#,
    r#"CREATE TABLE "auth_user_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED)"#,
    r#"CREATE UNIQUE INDEX "auth_user_groups_user_id_group_id_94350c0c_uniq" ON "auth_user_groups" ("user_id", "group_id")"#,
    r#"CREATE INDEX "auth_user_groups_user_id_6a12ed8b" ON "auth_user_groups" ("user_id")"#,
    r#"CREATE INDEX "auth_user_groups_group_id_97559544" ON "auth_user_groups" ("group_id")"#,
    r#"CREATE TABLE "auth_user_user_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED)"#,
    r#"CREATE UNIQUE INDEX "auth_user_user_permissions_user_id_permission_id_14a6b632_uniq" ON "auth_user_user_permissions" ("user_id", "permission_id")"#,
    r#"CREATE INDEX "auth_user_user_permissions_user_id_a95ead1b" ON "auth_user_user_permissions" ("user_id")"#,
    r#"CREATE INDEX "auth_user_user_permissions_permission_id_1fbb5f2c" ON "auth_user_user_permissions" ("permission_id")"#,
];

const DRF: &[&str] = &[
    r#"CREATE TABLE "authtoken_token" ("key" varchar(40) NOT NULL PRIMARY KEY, "created" datetime NOT NULL, "user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED)"#,
];

const KNOX: &[&str] = &[
    r#"CREATE TABLE "knox_authtoken" ("digest" varchar(128) NOT NULL PRIMARY KEY, "created" datetime NOT NULL, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "expiry" datetime NULL, "token_key" varchar(25) NOT NULL)"#,
    r#"CREATE INDEX "knox_authtoken_user_id_e5a5d899" ON "knox_authtoken" ("user_id")"#,
    r#"CREATE INDEX "knox_authtoken_token_key_8f4f7d47" ON "knox_authtoken" ("token_key")"#,
];

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

/// Creates the tables of the blueprint in an empty database.
pub fn create(engine: &dyn Engine, blueprint: &Blueprint) -> Result<()> {
    engine.begin(true)?;
    let mut statements = CORE.to_vec();
    let mut migrations = CORE_MIGRATIONS.to_vec();
    for scheme in &blueprint.schemes {
        let (tables, rows) = match scheme {
            Scheme::Drf => (DRF, DRF_MIGRATIONS),
            Scheme::Knox => (KNOX, KNOX_MIGRATIONS),
        };
        statements.extend(tables);
        migrations.extend(rows);
    }
    for statement in statements {
        engine.execute(statement, &[])?;
    }
    for (app, names) in migrations {
        for name in names {
            record_migration(engine, app, name, blueprint.now)?;
        }
    }
    refuse_clashes(&blueprint.profiles)?;
    let mut recorded = Vec::new();
    for profile in &blueprint.profiles {
        engine.execute(&profile_table(profile)?, &[])?;
        for migration in &profile.migrations {
            let Some((app, name)) =
                migration.split_once('.').filter(|(app, name)| !app.is_empty() && !name.is_empty())
            else {
                return Err(declaration(
                    profile,
                    &format!("migrations: {migration:?} must have the form app.name."),
                ));
            };
            if !recorded.contains(migration) {
                record_migration(engine, app, name, blueprint.now)?;
                recorded.push(migration.clone());
            }
        }
    }
    engine.commit()
}

/// Refuses duplicate tables and columns. SQL ignores the case of names.
fn refuse_clashes(profiles: &[ProfileBlueprint]) -> Result<()> {
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

fn record_migration(engine: &dyn Engine, app: &str, name: &str, now: Timestamp) -> Result<()> {
    let sql = r#"INSERT INTO "django_migrations" ("app", "name", "applied") VALUES (?1, ?2, ?3)"#;
    engine.execute(sql, &[app.into(), name.into(), now.into()])?;
    Ok(())
}

fn profile_table(profile: &ProfileBlueprint) -> Result<String> {
    let mut columns = vec![r#""id" integer NOT NULL PRIMARY KEY AUTOINCREMENT"#.to_owned()];
    for (name, declared) in &profile.fields {
        let definition = column(name, declared).ok_or_else(|| {
            declaration(
                profile,
                &format!(
                    "fields.{name}: {declared:?} is not a Django column type. Known types: varchar(N), text, \
                     integer, bigint, smallint, bool, date, datetime, time, decimal, real, char(32). Append \
                     `null` to allow NULL."
                ),
            )
        })?;
        columns.push(definition);
    }
    columns.push(
        r#""user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED"#
            .to_owned(),
    );
    Ok(format!("CREATE TABLE {} ({})", quoted(&profile.table), columns.join(", ")))
}

/// Returns a column's definition in Django's form, from its declared type. `None` if Django has no such type.
fn column(name: &str, declared: &str) -> Option<String> {
    let declared = declared.trim().to_ascii_lowercase();
    let (kind, null) = match declared.strip_suffix("null").map(str::trim_end) {
        Some(rest) if rest.ends_with(" not") => {
            (rest.trim_end_matches("not").trim_end().to_owned(), "NOT NULL")
        }
        Some(rest) => (rest.to_owned(), "NULL"),
        None => (declared, "NOT NULL"),
    };
    let length = kind.strip_prefix("varchar(").and_then(|rest| rest.strip_suffix(')'));
    let known = match length {
        Some(length) => length.parse::<u16>().is_ok_and(|length| length > 0),
        None => [
            "text", "integer", "bigint", "smallint", "bool", "date", "datetime", "time", "decimal", "real",
            "char(32)",
        ]
        .contains(&&*kind),
    };
    (known && !name.is_empty()).then(|| format!("{} {kind} {null}", quoted(name)))
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
            assert_eq!(column("bio", declared).as_deref(), expected, "{declared}");
        }
    }
}
