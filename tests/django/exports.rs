//! Django's own `loaddata` loads what `export` wrote and restores rows equal to the originals.

use std::panic::catch_unwind;
use std::path::Path;

use rusqlite::Connection;

use crate::env::{LEVELUP, TestEnv};
use crate::python;
use crate::shapes::SHAPES;

const HASHER: [&str; 2] = ["--hasher", "argon2"];

const FEW: [&str; 4] = ["--hasher", "argon2", "--accounts", "few"];

pub const EVERYTHING: [&str; 8] = [
    "export",
    "users.json",
    "--format",
    "fixture",
    "--with-password-hashes",
    "--with-token-keys",
    "--with-secrets",
    "--quiet",
];

#[test]
fn loaddata_restores_the_game_club() {
    python::for_each_set(|set| {
        let env = TestEnv::new();
        env.write("authctl.toml", LEVELUP);
        let mut made = python::make(set, "levelup", &env.path("db.sqlite3"), &FEW);
        env.execute(
            "INSERT INTO auth_group (id, name) VALUES (3, 'editors'), (7, 'night; \"shift\"');
             INSERT INTO auth_user_groups (user_id, group_id) SELECT id, 7 FROM auth_user WHERE id <= 2;
             INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 3);
             INSERT INTO auth_user_user_permissions (user_id, permission_id) \
                SELECT 2, id FROM auth_permission WHERE codename IN ('add_gamer', 'view_user');
             UPDATE auth_user SET last_name = 'Ünal \"\\ \u{1}' WHERE id = 1;",
        );
        made["accounts"][0]["user"]["last_name"] = "Ünal \"\\ \u{1}".into();
        env.run(EVERYTHING).succeeds();
        let fresh = env.path("fresh.sqlite3");
        load_back(set, "levelup", &env, &fresh, &["auth.group"]);
        for table in ["auth_user_groups", "auth_user_user_permissions"] {
            assert!(!rows(&fresh, table).is_empty(), "{table}");
        }
        assert_same(&env.path("db.sqlite3"), &fresh);
        import_back(set, "levelup", &env, &["auth.group"], &[]);
        python::judge(set, "levelup", &fresh, &HASHER, &made);
    });
}

#[test]
fn loaddata_restores_every_shape() {
    python::for_each_set(|set| {
        let is_new = set.starts_with(['5', '6']);
        let shapes = SHAPES.iter().filter(|(shape, _)| *shape != "db_defaults" || is_new);
        let works = |(shape, config): &&(&str, &str)| {
            catch_unwind(|| {
                let env = TestEnv::new();
                env.write("authctl.toml", config);
                python::make(set, shape, &env.path("db.sqlite3"), &FEW);
                if *shape == "db_defaults" {
                    // The database's clock has millisecond precision; Django writes microseconds.
                    env.execute("UPDATE modern_setting SET since = since || '000'");
                }
                let plan = ["--map", "profile.membership.plan=profile.membership.p1"];
                let (options, seeds): (&[&str], &[&str]) = match *shape {
                    "every_type" => (&["--duration", "census_dossier.shift"], &["census.country"]),
                    "plain_table" => (&["--name", "facts42.whose=user", "--name", "facts42.p1=plan"], &[]),
                    _ => (&[], &[]),
                };
                env.run(EVERYTHING.iter().chain(options)).succeeds();
                let fresh = env.path("fresh.sqlite3");
                load_back(set, shape, &env, &fresh, seeds);
                assert_same(&env.path("db.sqlite3"), &fresh);
                let map: &[&str] = if *shape == "plain_table" { &plan } else { &[] };
                import_back(set, shape, &env, seeds, map);
            })
            .is_ok()
        };
        let failed: Vec<&str> = shapes.filter(|shape| !works(shape)).map(|(shape, _)| *shape).collect();
        assert!(failed.is_empty(), "failed on {set}: {failed:?}");
    });
}

/// Imports `users.json` into a new database of the project and expects the same rows.
fn import_back(set: &str, project: &str, env: &TestEnv, seeds: &[&str], map: &[&str]) {
    let imported = env.path("imported.sqlite3");
    seeded(set, project, env, &imported, seeds);
    let import = ["--db", imported.to_str().unwrap(), "import", "users.json"];
    env.run(import.iter().chain(map)).succeeds();
    assert_same(&env.path("db.sqlite3"), &imported);
}

/// Loads `users.json` into a new database of the project.
fn load_back(set: &str, project: &str, env: &TestEnv, fresh: &Path, seeds: &[&str]) {
    seeded(set, project, env, fresh, seeds);
    python::manage(set, project, fresh, &["loaddata", env.path("users.json").to_str().unwrap()]);
}

/// Creates a database of the project with the rows of other models that its users refer to.
fn seeded(set: &str, project: &str, env: &TestEnv, fresh: &Path, seeds: &[&str]) {
    let fixture = |name: &str| env.path(name).to_str().unwrap().to_owned();
    python::manage(set, project, fresh, &["migrate", "--verbosity", "0"]);
    if !seeds.is_empty() {
        let seeded = fixture("seeds.json");
        let dump: Vec<&str> =
            ["dumpdata", "--output", &seeded].into_iter().chain(seeds.iter().copied()).collect();
        python::manage(set, project, &env.path("db.sqlite3"), &dump);
        python::manage(set, project, fresh, &["loaddata", &seeded]);
    }
}

/// Asserts that both databases contain the same rows, except in tables that `migrate` fills.
pub fn assert_same(source: &Path, fresh: &Path) {
    const OF_MIGRATION: [&str; 5] =
        ["auth_permission", "django_admin_log", "django_content_type", "django_migrations", "django_session"];
    let tables =
        column(source, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
    for table in tables.iter().filter(|table| !OF_MIGRATION.contains(&&***table)) {
        assert_eq!(rows(source, table), rows(fresh, table), "{table}");
    }
}

/// Returns a table's rows with the storage class of each value, without the primary key of a many-to-many table.
fn rows(database: &Path, table: &str) -> Vec<String> {
    let columns = column(database, &format!("SELECT name FROM pragma_table_xinfo('{table}')"));
    let is_link = columns.len() == 3 && columns[1..].iter().all(|name| name.ends_with("_id"));
    let shown =
        columns[usize::from(is_link)..].iter().map(|name| format!("typeof(\"{name}\") || quote(\"{name}\")"));
    let row = shown.collect::<Vec<_>>().join(" || '|' || ");
    column(database, &format!("SELECT {row} FROM \"{table}\" ORDER BY 1"))
}

fn column(database: &Path, sql: &str) -> Vec<String> {
    let database = Connection::open(database).unwrap();
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
