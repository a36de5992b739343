//! The schema of a new SQLite database: identical to the result of Django's `migrate`, down to the names of the indexes.
//!
//! The tables of `auth`, `contenttypes` and `authtoken` are the same for Django 3.2 to 6.1. Those of knox are from
//! knox 5.

use super::Sqlite;
use crate::django::models::Scheme;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::blueprint::{Blueprint, ProfileBlueprint};
use crate::store::create;
use crate::store::engine::{Access, Engine as _};
use crate::store::schema::quoted;

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

/// Creates the tables of the blueprint in an empty database. In a file, the transaction stays open.
///
/// # Errors
/// Fails if the declaration of a profile table is invalid. Returns [`Refusal::FileExists`] for a file that has tables.
pub(super) fn create(sqlite: &Sqlite, blueprint: &Blueprint) -> Result<()> {
    create::refuse_clashes(&blueprint.profiles)?;
    let of_schemes = blueprint.schemes.iter().flat_map(|scheme| match scheme {
        Scheme::Drf => DRF,
        Scheme::Knox => KNOX,
    });
    let mut statements: Vec<String> = CORE.iter().chain(of_schemes).map(|sql| (*sql).to_owned()).collect();
    for profile in &blueprint.profiles {
        statements.push(profile_table(profile)?);
    }
    sqlite.begin(Access::Write)?;
    let is_in_file = sqlite.connection.path().is_some_and(|path| !path.is_empty());
    let has_tables = "SELECT EXISTS (SELECT 1 FROM sqlite_master)";
    let has_tables = sqlite.connection.query_row(has_tables, [], |row| row.get(0));
    if is_in_file && has_tables.map_err(|error| sqlite.translate(error))? {
        return Err(Refusal::FileExists { path: sqlite.path.clone(), is_replaceable: false }.into());
    }
    create::build(sqlite, blueprint, &statements)?;
    if is_in_file { Ok(()) } else { sqlite.commit() }
}

fn profile_table(profile: &ProfileBlueprint) -> Result<String> {
    let key = r#""id" integer NOT NULL PRIMARY KEY AUTOINCREMENT"#.to_owned();
    let user =
        r#""user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED"#;
    let fields = create::fields(profile, column_type)?;
    let columns: Vec<String> = [key].into_iter().chain(fields).chain([user.to_owned()]).collect();
    Ok(format!("CREATE TABLE {} ({})", quoted(&profile.table), columns.join(", ")))
}

/// Returns the type of a column that is declared with this type, which is Django's name for it on SQLite.
fn column_type(declared: &str) -> Option<String> {
    const KNOWN: [&str; 11] = [
        "text", "integer", "bigint", "smallint", "bool", "date", "datetime", "time", "decimal", "real",
        "char(32)",
    ];
    (declared.starts_with("varchar(") && declared.ends_with(')') || KNOWN.contains(&declared))
        .then(|| declared.to_owned())
}
