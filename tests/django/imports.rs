//! Django accepts what `import` wrote: users log in, and rows equal those that Django created.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::env::{LEVELUP, TestEnv};
use crate::exports::{EVERYTHING, assert_same};
use crate::python;

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/levelup/fixtures/accounts.json");

/// A table as exported by a school's spreadsheet.
fn pupils(count: usize) -> String {
    let mut table = String::from("\u{feff}Name;E-Mail;First Name;Password;Bio\r\n");
    for number in 0..count {
        let _ = write!(
            table,
            "pupil{number};Pupil{number}@School.example;Zoë {number};{};\"{number}; \"\"x\"\"\"\r\n",
            word(number)
        );
    }
    table
}

fn word(number: usize) -> String {
    format!(" wörd {number} of mine ")
}

fn pupil(number: usize, hasher: &str) -> Json {
    json!({
        "login": format!("pupil{number}"),
        "password": word(number),
        "user": { "email": format!("Pupil{number}@school.example"), "first_name": format!("Zoë {number}") },
        "profiles": [{ "model": "levelupapi.Gamer", "fields": { "bio": format!("{number}; \"x\"") } }],
        "hasher": hasher,
        "recent": 600,
    })
}

/// The club's own database with its accounts.
fn club(set: &str) -> (TestEnv, Json) {
    let env = TestEnv::new();
    env.write("authctl.toml", LEVELUP.replace("required = [", "# [").as_str());
    let made = python::make(set, "levelup", &env.path("db.sqlite3"), &["--accounts", "few"]);
    (env, made)
}

#[test]
fn ten_thousand_pupils_from_a_spreadsheet_log_in() {
    python::for_each_set(|set| {
        let (env, mut made) = club(set);
        env.write("pupils.csv", &pupils(10_000));
        let import = ["import", "pupils.csv", "--map", "Name=username", "--tokens", "--insecure-fast-hash"];
        env.run(import).succeeds();
        let accounts = made["accounts"].as_array_mut().unwrap();
        let before = accounts.len();
        accounts.extend([0, 255, 256, 4_711, 9_999].map(|number| pupil(number, "pbkdf2_sha256")));
        made["counts"] = json!({ "auth_user": before + 10_000 });
        python::judge(set, "levelup", &env.path("db.sqlite3"), &["--login", "all"], &made);
    });
}

#[test]
fn fifty_pupils_are_hashed_at_the_projects_cost() {
    python::for_each_set(|set| {
        let (env, mut made) = club(set);
        env.write("pupils.csv", &pupils(50));
        env.run(["import", "pupils.csv", "--map", "Name=username", "--tokens"]).succeeds();
        let accounts = made["accounts"].as_array_mut().unwrap();
        for number in [0, 24, 49] {
            let mut pupil = pupil(number, "pbkdf2_sha256");
            pupil["must_update"] = json!(false);
            accounts.push(pupil);
        }
        python::judge(set, "levelup", &env.path("db.sqlite3"), &["--login", "all"], &made);
    });
}

#[test]
fn the_clubs_fixture_is_imported_as_django_loads_it() {
    python::for_each_set(|set| {
        let env = TestEnv::new();
        env.write("authctl.toml", LEVELUP);
        let (ours, djangos) = (env.path("db.sqlite3"), env.path("django.sqlite3"));
        for database in [&ours, &djangos] {
            python::manage(set, "levelup", database, &["migrate", "--verbosity", "0"]);
        }
        env.run(["import", FIXTURE]).succeeds();
        python::manage(set, "levelup", &djangos, &["loaddata", FIXTURE]);
        assert_same(&djangos, &ours);
        let expected = json!({ "accounts": [
            { "login": "me@me.com", "password": "me", "tokens": [{ "scheme": "drf", "key": "fa2eba9be8282d595c997ee5cd49f2ed31f65bed" }] },
            { "login": "josé", "password": "buenas-noches-7" },
        ]});
        python::judge(set, "levelup", &ours, &["--login", "all"], &expected);
        // Exports and imports again: the rows stay equal.
        env.run(EVERYTHING).succeeds();
        let again = env.path("again.sqlite3");
        load(set, &again, &env.path("users.json"));
        assert_same(&ours, &again);
    });
}

fn load(set: &str, database: &Path, fixture: &Path) {
    python::manage(set, "levelup", database, &["migrate", "--verbosity", "0"]);
    python::manage(set, "levelup", database, &["loaddata", fixture.to_str().unwrap()]);
}
