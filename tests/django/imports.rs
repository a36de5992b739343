//! Django accepts what `import` wrote: users log in, and rows equal those that Django created.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::env::LEVELUP;
use crate::exports::{EVERYTHING, assert_same};
use crate::site::{Site, Stack, for_each_stack};

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
fn club(stack: Stack<'_>) -> (Site<'_>, Json) {
    let site = stack.site();
    site.write("authctl.toml", LEVELUP.replace("required = [", "# [").as_str());
    let made = site.make("levelup", &["--accounts", "few"]);
    (site, made)
}

#[test]
fn two_thousand_pupils_from_a_spreadsheet_log_in() {
    for_each_stack(|stack| {
        let (site, mut made) = club(stack);
        site.write("pupils.csv", &pupils(2_000));
        let import = ["import", "pupils.csv", "--map", "Name=username", "--tokens", "--insecure-fast-hash"];
        site.run(import).succeeds();
        let accounts = made["accounts"].as_array_mut().unwrap();
        let before = accounts.len();
        accounts.extend([0, 255, 256, 711, 1_999].map(|number| pupil(number, "pbkdf2_sha256")));
        made["counts"] = json!({ "auth_user": before + 2_000 });
        site.judge("levelup", &["--login", "all"], &made);
    });
}

#[test]
fn twenty_pupils_are_hashed_at_the_projects_cost() {
    for_each_stack(|stack| {
        let (site, mut made) = club(stack);
        site.write("pupils.csv", &pupils(20));
        site.run(["import", "pupils.csv", "--map", "Name=username", "--tokens"]).succeeds();
        let accounts = made["accounts"].as_array_mut().unwrap();
        for number in [0, 9, 19] {
            let mut pupil = pupil(number, "pbkdf2_sha256");
            pupil["must_update"] = json!(false);
            accounts.push(pupil);
        }
        site.judge("levelup", &["--login", "all"], &made);
    });
}

#[test]
fn the_clubs_fixture_is_imported_as_django_loads_it() {
    for_each_stack(|stack| {
        let site = stack.site();
        site.write("authctl.toml", LEVELUP);
        site.make("levelup", &["--accounts", "none"]);
        site.run(["import", FIXTURE]).succeeds();
        let djangos = site.another("levelup", "django.sqlite3");
        djangos.manage(stack.set, "levelup", &["loaddata", FIXTURE]);
        assert_same(&djangos, &site.database);
        let expected = json!({ "accounts": [
            { "login": "me@me.com", "password": "me", "tokens": [{ "scheme": "drf", "key": "fa2eba9be8282d595c997ee5cd49f2ed31f65bed" }] },
            { "login": "josé", "password": "buenas-noches-7" },
        ]});
        site.judge("levelup", &["--login", "all"], &expected);
        // Exports and imports again: the rows stay equal.
        site.run(EVERYTHING).succeeds();
        let again = site.another("levelup", "again.sqlite3");
        again.manage(stack.set, "levelup", &["loaddata", site.path("users.json").to_str().unwrap()]);
        assert_same(&site.database, &again);
    });
}
