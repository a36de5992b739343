//! Django's own `loaddata` loads what `export` wrote and restores rows equal to the originals.

use crate::env::LEVELUP;
use crate::shapes::for_each_shape;
use crate::site::{Database, Engine, Site, for_each_stack};

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
    for_each_stack(|stack| {
        let site = stack.site();
        site.write("authctl.toml", LEVELUP);
        let mut made = site.make("levelup", &FEW);
        site.execute(
            "INSERT INTO auth_group (id, name) VALUES (3, 'editors'), (7, 'night; \"shift\"');
             INSERT INTO auth_user_groups (user_id, group_id) SELECT id, 7 FROM auth_user WHERE id <= 2;
             INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 3);
             INSERT INTO auth_user_user_permissions (user_id, permission_id) \
                SELECT 2, id FROM auth_permission WHERE codename IN ('add_gamer', 'view_user');
             UPDATE auth_user SET last_name = 'Ünal \"\\ \u{1}' WHERE id = 1;",
        );
        made["accounts"][0]["user"]["last_name"] = "Ünal \"\\ \u{1}".into();
        site.run(EVERYTHING).succeeds();
        let fresh = load_back(&site, "levelup", &["auth.group"]);
        for table in ["auth_user_groups", "auth_user_user_permissions"] {
            assert!(!fresh.stored_rows(table).is_empty(), "{table}");
        }
        assert_same(&site.database, &fresh);
        import_back(&site, "levelup", &["auth.group"], &[]);
        fresh.judge(stack.set, "levelup", &HASHER, &made);
    });
}

#[test]
fn loaddata_restores_every_shape() {
    for_each_stack(|stack| {
        for_each_shape(stack, |shape, config| {
            let site = stack.site();
            site.write("authctl.toml", config);
            site.make(shape, &FEW);
            if shape == "db_defaults" && stack.engine == Engine::Sqlite {
                // The database's clock has millisecond precision; Django writes microseconds.
                site.execute("UPDATE modern_setting SET since = since || '000'");
            }
            let plan = ["--map", "profile.membership.plan=profile.membership.p1"];
            let (options, seeds): (&[&str], &[&str]) = match (shape, stack.engine) {
                // A server has a type for durations.
                ("every_type", Engine::Sqlite) => {
                    (&["--duration", "census_dossier.shift"], &["census.country"])
                }
                ("every_type", Engine::Postgres) => (&[], &["census.country"]),
                ("plain_table", _) => (&["--name", "facts42.whose=user", "--name", "facts42.p1=plan"], &[]),
                _ => (&[], &[]),
            };
            site.run(EVERYTHING.iter().chain(options)).succeeds();
            let fresh = load_back(&site, shape, seeds);
            assert_same(&site.database, &fresh);
            let map: &[&str] = if shape == "plain_table" { &plan } else { &[] };
            import_back(&site, shape, seeds, map);
        });
    });
}

/// Imports `users.json` into a new database of the project and expects the same rows.
fn import_back(site: &Site<'_>, project: &str, seeds: &[&str], map: &[&str]) {
    let imported = seeded(site, project, "imported.sqlite3", seeds);
    let import = ["import", "users.json"];
    site.run_with_env(&[("AUTHCTL_DB", &imported.address())], import.iter().chain(map)).succeeds();
    assert_same(&site.database, &imported);
}

/// Loads `users.json` into a new database of the project.
fn load_back(site: &Site<'_>, project: &str, seeds: &[&str]) -> Database {
    let fresh = seeded(site, project, "fresh.sqlite3", seeds);
    fresh.manage(site.stack.set, project, &["loaddata", site.path("users.json").to_str().unwrap()]);
    fresh
}

/// Creates a database of the project with the rows of other models that its users refer to.
fn seeded(site: &Site<'_>, project: &str, name: &str, seeds: &[&str]) -> Database {
    let seeded = site.another(project, name);
    if !seeds.is_empty() {
        let fixture = site.path("seeds.json");
        let fixture = fixture.to_str().unwrap();
        let dump: Vec<&str> = ["dumpdata", "--output", fixture].iter().chain(seeds).copied().collect();
        site.database.manage(site.stack.set, project, &dump);
        seeded.manage(site.stack.set, project, &["loaddata", fixture]);
    }
    seeded
}

/// Asserts that both databases contain the same rows, except in tables that `migrate` fills.
pub fn assert_same(source: &Database, fresh: &Database) {
    const OF_MIGRATION: [&str; 5] =
        ["auth_permission", "django_admin_log", "django_content_type", "django_migrations", "django_session"];
    for table in source.tables().iter().filter(|table| !OF_MIGRATION.contains(&&***table)) {
        assert_eq!(source.stored_rows(table), fresh.stored_rows(table), "{table}");
    }
}
