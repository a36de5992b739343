//! Bulk imports of tables, JSON and fixtures, all or nothing.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value as Json;

use crate::env::{KNOX, LEVELUP, REPAIRS, TestEnv};

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/levelup/fixtures/accounts.json");

/// The pbkdf2_sha256 hash of "wonderland-7".
const ENCODED: &str = "pbkdf2_sha256$1$abcdefghijklmnopqrstuv$YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=";

const FAST: &str = "--insecure-fast-hash";

fn club() -> TestEnv {
    TestEnv::with_database(
        "[profiles.gamer]\ntable = \"levelupapi_gamer\"\nfields = { bio = \"varchar(50)\" }\n",
    )
}

/// The path of the database as results contain it.
fn database(env: &TestEnv) -> String {
    env.path("db.sqlite3").canonicalize().unwrap().display().to_string()
}

fn names(env: &TestEnv) -> Vec<String> {
    env.rows("SELECT username FROM auth_user ORDER BY id")
}

fn can_log_in(env: &TestEnv, name: &str, password: &str) -> bool {
    env.run_with_input(password, ["check-password", name, "--password-stdin"]).code == 0
}

#[test]
fn spreadsheet_headings_are_recognized_or_mapped() {
    let env = club();
    env.execute("INSERT INTO auth_group (name) VALUES ('4b'), ('chess; club')");
    let table = "\u{feff}Username;E-Mail;First Name;Bio;Class;Remarks;Is Staff\r\n\
                 ann;Ann@X.COM;Ann;\"I play;\";4b;late;yes\r\n\
                 bob;;Bob;;\"[\"\"4b\"\",\"\"chess; club\"\"]\";;\r\n\
                 ;;;;;;\r\n";
    env.write("pupils.csv", table);
    let map = ["import", "pupils.csv", "--map", "Class=groups", "--map", "Remarks="];
    let run = env.run(map).succeeds();
    assert_eq!(run.stderr.lines().next_back().unwrap().split(" in ").next(), Some("Imported 2 rows"));
    let rows =
        env.rows("SELECT username || '|' || email || '|' || first_name || '|' || is_staff FROM auth_user");
    assert_eq!(rows, ["ann|Ann@x.com|Ann|1", "bob||Bob|0"]);
    assert_eq!(env.rows("SELECT user_id || bio FROM levelupapi_gamer"), ["1I play;"]);
    assert_eq!(
        env.rows("SELECT user_id || ' ' || group_id FROM auth_user_groups ORDER BY 1"),
        ["1 1", "2 1", "2 2"]
    );
    assert_eq!(env.value("SELECT count(*) FROM auth_user WHERE password LIKE '!%'"), "2");
}

#[test]
fn an_unknown_heading_is_refused_with_a_suggestion() {
    let env = club();
    env.write("pupils.csv", "username,emial,email,E-Mail\nann,a@b.com,,\n");
    let run = env.run(["import", "pupils.csv"]).ends_with(6);
    assert!(
        run.stderr.contains("pupils.csv, line 1, column 2: Unknown field \"emial\". Did you mean email?"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("column 4: email is set by two columns."), "{}", run.stderr);
    let run = env.run(["import", "pupils.csv", "--map", "E-Mal=email"]).ends_with(2);
    assert!(
        run.stderr.contains("the file has no heading \"E-Mal\". Did you mean \"E-Mail\"?"),
        "{}",
        run.stderr
    );
    let run = env.run(["import", "pupils.csv", "--map", "emial=emial"]).ends_with(6);
    assert!(run.stderr.contains("Unknown field \"emial\""), "{}", run.stderr);
    env.run(["import", "pupils.csv", "--map", "emial"]).ends_with(2);
    assert!(names(&env).is_empty());
}

const BAD: &str = "username,email,password,password_hash,is_active,profile.bio\n\
                   ann,ann,,,yes,\n\
                   b b,,,secret,,\n\
                   ,c@x.com,,pbkdf2_sha256$1,maybe,\n\
                   good,,,,,fine\n\
                   good,,,,,\n\
                   long,,,,,012345678901234567890123456789012345678901234567890123456789\n\
                   few,,\n";

#[test]
fn every_bad_row_is_told_with_its_line_and_nothing_is_written() {
    let env = club();
    env.write("bad.csv", BAD);
    let before = env.database_bytes();
    let run = env.run(["import", "bad.csv"]).ends_with(6);
    insta::assert_snapshot!(run.stderr);
    assert_eq!(env.database_bytes(), before);

    let run = env.run(["import", "bad.csv", "--format", "json"]).ends_with(6);
    let faults = run.error()["faults"].as_array().unwrap().clone();
    assert_eq!(faults[0]["line"], 2);
    assert_eq!(faults[0]["column"], 2);
    assert_eq!(faults[0]["field"], "email");
    assert_eq!(faults[0]["code"], "invalid");
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
}

#[test]
fn keep_going_writes_the_good_rows_and_ends_with_6() {
    let env = club();
    env.write("bad.csv", BAD);
    let run = env.run(["import", "bad.csv", "--keep-going", "--tokens", "--results", "-"]).ends_with(6);
    assert_eq!(names(&env), ["good"]);
    assert!(run.stderr.contains("1 created, 6 refused, 1 token."), "{}", run.stderr);
    assert!(run.stderr.contains("bad.csv, line 3, column 4 (password_hash)"), "{}", run.stderr);
    let outcomes: Vec<&str> =
        run.stdout.lines().skip(1).map(|line| line.split(',').nth(3).unwrap()).collect();
    assert_eq!(outcomes, ["refused", "refused", "refused", "created", "refused", "refused", "refused"]);
    assert_eq!(
        env.value("SELECT key FROM authtoken_token"),
        run.stdout.lines().nth(4).unwrap().split(',').nth(4).unwrap()
    );
}

#[test]
fn rows_refused_by_the_database_are_reported_by_line() {
    let env = TestEnv::with_schema("two_unique_email");
    env.write("authctl.toml", "[database]\nlogin_column = \"username\"\n");
    let columns = env.run(["export", "--quiet"]).succeeds().stdout;
    assert!(columns.contains("email"), "{columns}");
    env.write("a.csv", "username,email\nann,a@x.com\nbob,a@x.com\ncid,c@x.com\ndan,c@x.com\n");
    let run = env.run(["import", "a.csv"]).ends_with(6);
    assert!(run.stderr.contains("a.csv, line 3: An account with that email address"), "{}", run.stderr);
    assert!(run.stderr.contains("a.csv, line 5: An account with that email address"), "{}", run.stderr);
    let table = env.value("SELECT name FROM sqlite_master WHERE sql LIKE '%last_login%' AND type = 'table'");
    let users = format!("SELECT count(*) FROM {table}");
    assert_eq!(env.value(&users), "0");
    env.run(["import", "a.csv", "--dry-run"]).ends_with(6);
    env.run(["import", "a.csv", "--keep-going"]).ends_with(6);
    assert_eq!(env.value(&users), "2");
}

#[test]
fn a_user_created_during_the_import_is_skipped_as_existing() {
    let env = club();
    // Simulates a program that inserts a user after the import has checked the names.
    env.execute(
        "CREATE TRIGGER another AFTER INSERT ON auth_user WHEN new.username = 'ann' BEGIN
           INSERT INTO auth_user
             (username, password, first_name, last_name, email, is_active, is_staff, is_superuser, date_joined)
             VALUES ('bob', '!', '', '', '', 1, 0, 0, '2026-01-01 00:00:00');
         END",
    );
    env.write("a.csv", "username\nann\nbob\ncid\n");
    let run = env.run(["import", "a.csv"]).ends_with(6);
    assert!(
        run.stderr.contains("a.csv, line 3: A user with that username already exists."),
        "{}",
        run.stderr
    );
    let run = env.run(["import", "a.csv", "--tokens", "--on-existing", "skip", "--results", "-"]).succeeds();
    assert!(run.stderr.contains(": 2 created, 1 skipped, 2 tokens."), "{}", run.stderr);
    let skipped = format!("3,bob,2,skipped,,,{},committed", database(&env));
    assert!(run.stdout.lines().any(|line| line == skipped), "{}", run.stdout);
    assert_eq!(names(&env), ["ann", "bob", "cid"]);
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "2");
}

#[test]
fn a_duplicate_profile_value_is_not_reported_as_a_username() {
    let env = club();
    env.execute("CREATE UNIQUE INDEX one_bio ON levelupapi_gamer (bio)");
    env.write("a.csv", "username,profile.gamer.bio\nann,plays\nbob,plays\n");
    let run = env.run(["import", "a.csv"]).ends_with(6);
    assert!(run.stderr.contains("a.csv, line 3: A row with the same"), "{}", run.stderr);
    assert!(!run.stderr.contains("username"), "{}", run.stderr);
    assert!(names(&env).is_empty());
}

#[test]
fn a_dry_run_checks_everything_and_changes_nothing() {
    let env = club();
    env.write("a.csv", "username,password\nann,wonderland-7\nbob,\n");
    let before = env.database_bytes();
    let run = env.run(["import", "a.csv", "--dry-run", "--tokens", "--results", "-"]).succeeds();
    assert!(
        run.stderr.contains("Would import 2 rows: 2 created, 2 tokens. Nothing was changed."),
        "{}",
        run.stderr
    );
    assert_eq!(env.database_bytes(), before);
    assert_eq!(
        run.stdout.lines().nth(1),
        Some(&*format!("2,ann,1,created,,,{},rehearsed", database(&env))),
        "a dry run reports no token"
    );
    env.run(["import", "a.csv", "--dry-run", "--results", "r.csv"]).ends_with(2);
    assert!(!env.path("r.csv").exists());
}

#[test]
fn existing_accounts_are_refused_skipped_or_updated() {
    let env = club();
    env.register_quickly("ann");
    env.write(
        "a.csv",
        "username,email,password,is_staff,bio\nann,ann@x.com,another-7-word,true,x\nbob,,,,\n",
    );
    let run = env.run(["import", "a.csv", FAST]).ends_with(6);
    assert!(
        run.stderr.contains("a.csv, line 2, column 1 (username): A user with that username already exists."),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("hint: Pass --on-existing skip"), "{}", run.stderr);
    assert_eq!(names(&env), ["ann"]);

    let run = env.run(["import", "a.csv", FAST, "--on-existing", "skip"]).succeeds();
    assert!(run.stderr.contains("1 created, 1 skipped."), "{}", run.stderr);
    assert_eq!(env.rows("SELECT email || is_staff FROM auth_user"), ["0", "0"]);

    let update = ["import", "a.csv", FAST, "--on-existing", "update", "--tokens", "--format", "json"];
    let json = env.run(update).succeeds().json();
    assert_eq!(
        (&json["counts"]["changed"], &json["counts"]["created"], &json["counts"]["tokens"]),
        (&2.into(), &0.into(), &1.into())
    );
    assert_eq!(env.rows("SELECT email || is_staff FROM auth_user"), ["ann@x.com1", "0"]);
    assert_eq!(env.value("SELECT bio FROM levelupapi_gamer"), "x");
    let json = env.run(update).succeeds().json();
    assert_eq!(
        (&json["counts"]["changed"], &json["counts"]["unchanged"], &json["counts"]["tokens"]),
        (&0.into(), &2.into(), &0.into())
    );
    // An empty cell leaves the value unchanged.
    env.write("a.csv", "username,email,is_staff\nann,,\n");
    env.run(update).succeeds();
    assert_eq!(env.rows("SELECT email || is_staff FROM auth_user"), ["ann@x.com1", "0"]);
}

#[test]
fn existing_accounts_get_the_password_only_with_update_password() {
    let env = club();
    env.register_quickly("ann");
    env.write("a.csv", "username,password\nann,another-7-word\n");
    let update = ["import", "a.csv", FAST, "--on-existing", "update"];
    env.run(update).succeeds();
    assert!(can_log_in(&env, "ann", "wonderland-7"));
    let run = env.run(update.iter().chain(&["--update-password", "if-different"])).succeeds();
    assert!(run.stderr.contains("1 changed"), "{}", run.stderr);
    assert!(can_log_in(&env, "ann", "another-7-word"));
    let stored = env.value("SELECT password FROM auth_user");
    let run = env.run(update.iter().chain(&["--update-password", "if-different"])).succeeds();
    assert!(run.stderr.contains("1 unchanged"), "{}", run.stderr);
    assert_eq!(env.value("SELECT password FROM auth_user"), stored);
    env.run(update.iter().chain(&["--update-password", "always"])).succeeds();
    assert_ne!(env.value("SELECT password FROM auth_user"), stored);
    env.run(["import", "a.csv", "--update-password", "always"]).ends_with(2);
}

#[test]
fn results_are_private_and_appended() {
    let env = club();
    env.write("a.csv", "username\nann\nbob\n");
    let import = ["import", "a.csv", "--tokens", "--random-passwords", FAST, "--results", "results.csv"];
    env.run(import).succeeds();
    let path = env.path("results.csv");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["line", "username", "id", "outcome", "token", "password", "database", "state"]);
    assert_eq!(&rows[1][..4], ["2", "ann", "1", "created"]);
    assert_eq!(rows[1][4], env.value("SELECT key FROM authtoken_token WHERE user_id = 1"));
    assert!(can_log_in(&env, "bob", rows[2][5]));
    // A failed run adds no rows and keeps the existing ones.
    env.run(import).ends_with(6);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    env.write("a.csv", "username\nann\ncid\n");
    env.run(import.iter().chain(&["--on-existing", "skip"])).succeeds();
    let longer = fs::read_to_string(&path).unwrap();
    assert!(longer.starts_with(&text));
    let added = format!("2,ann,1,skipped,,,{},committed\r\n3,cid,3,created,", database(&env));
    assert!(longer[text.len()..].starts_with(&added), "{longer}");

    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let run = env.run(import).ends_with(2);
    assert!(run.stderr.contains("chmod 600"), "{}", run.stderr);
    env.run(["import", "a.csv", "--results", "db.sqlite3"]).ends_with(2);
    env.run(["import", "a.csv", "--results", "no/folder.csv"]).ends_with(1);
    env.run(["import", "a.csv", "--results", "gone.csv"]).ends_with(6);
    assert!(!env.path("gone.csv").exists(), "a failed run left a results file");
    let run = env.run(["import", "a.csv", "--random-passwords"]).ends_with(2);
    assert!(run.stderr.contains("--results"), "{}", run.stderr);
}

#[test]
fn a_failed_write_of_results_rolls_back() {
    let env = club();
    env.write("a.csv", "username\nann\n");
    // The results file reaches the file size limit; nothing else does.
    let row = format!("2,{},1,created,,,a.db,committed", "x".repeat(2 * 1024 * 1024));
    let results =
        env.write("r.csv", &format!("line,username,id,outcome,token,password,database,state\r\n{row}\r\n"));
    fs::set_permissions(&results, fs::Permissions::from_mode(0o600)).unwrap();
    let before = fs::metadata(&results).unwrap().len();
    let mut command = std::process::Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" import a.csv --results r.csv";
    command.args(["-c", script, env!("CARGO_BIN_EXE_authctl")]).current_dir(env.path("")).env_clear();
    crate::env::Run::of(command.output().unwrap()).ends_with(1);
    assert!(names(&env).is_empty());
    assert_eq!(fs::metadata(&results).unwrap().len(), before);
}

#[test]
fn json_gives_profiles_by_kind_and_tells_where_a_fault_stands() {
    let env = TestEnv::with_database(&REPAIRS.replace("username_from", "#"));
    let list = r#"[
  {"username": "ann", "first_name": "Ann", "last_name": "A", "email": "ann@x.com", "is_active": false,
   "profiles": {"customer": {"address": "12 Oak Lane"}, "employee": {"specialty": "doors"}}, "groups": []},
  {"username": "bob", "first_name": "Bob", "last_name": "B", "email": "bob@x.com",
   "account_type": "employee", "specialty": "roofs", "token": "fa2eba9be8282d595c997ee5cd49f2ed31f65bed"}
]"#;
    env.write("a.json", list);
    env.run(["import", "a.json"]).succeeds();
    assert_eq!(env.rows("SELECT username || is_active FROM auth_user"), ["ann0", "bob1"]);
    assert_eq!(env.rows("SELECT user_id || address FROM repairsapi_customer"), ["112 Oak Lane"]);
    assert_eq!(
        env.rows("SELECT user_id || specialty FROM repairsapi_employee ORDER BY 1"),
        ["1doors", "2roofs"]
    );
    assert_eq!(
        env.value("SELECT user_id || key FROM authtoken_token"),
        "2fa2eba9be8282d595c997ee5cd49f2ed31f65bed"
    );

    env.write(
        "b.json",
        &list
            .replace("ann\"", "cid\"")
            .replace("false", "7")
            .replace("bob\"", "ann\"")
            .replace("specialty\": \"roofs", "specialities\": \"roofs"),
    );
    let run = env.run(["import", "b.json"]).ends_with(6);
    insta::assert_snapshot!(run.stderr);
    for (text, code) in [
        ("[{}", "ends unexpectedly"),
        ("[1]", "must be a JSON object"),
        ("{\"a\": 1, \"a\": 2}", "duplicate key"),
        ("[{\"username\": \"x\"}, 2 3]", "not valid JSON"),
    ] {
        env.write("c.json", text);
        let run = env.run(["import", "c.json"]).ends_with(6);
        assert!(run.stderr.contains(code), "{text}: {}", run.stderr);
    }
}

#[test]
fn json_lines_can_be_piped() {
    let env = club();
    let lines = "{\"username\": \"ann\", \"password\": \"wonderland-7\"}\n\n{\"username\": \"bob\", \"profile\": {\"bio\": \"x\"}}\n";
    env.run_with_input(lines, ["import", "-", FAST]).succeeds();
    assert_eq!(names(&env), ["ann", "bob"]);
    assert!(can_log_in(&env, "ann", "wonderland-7"));
    assert_eq!(env.value("SELECT bio FROM levelupapi_gamer"), "x");
    let run = env.run_with_input("{\"username\": \"cid\"}\n{\"username\":\n", ["import", "-"]).ends_with(6);
    assert!(
        run.stderr.contains("standard input, line 2, column 12: The JSON ends unexpectedly."),
        "{}",
        run.stderr
    );
    env.run_with_input("", ["import", "-"]).ends_with(6);
    env.run_with_input("username\nann\n\u{e4}", ["import", "-"]).ends_with(6);
    let run = env.run_with_input(b"username,first_name\ncid,J\xf6rg\n", ["import", "-"]).ends_with(6);
    assert!(run.stderr.contains("Try --encoding windows-1252."), "{}", run.stderr);
    env.run(["import", "nowhere.csv"]).ends_with(1);
    assert_eq!(names(&env), ["ann", "bob"]);
}

#[test]
fn a_django_fixture_round_trips() {
    let env = TestEnv::with_database(LEVELUP);
    env.run(["import", FIXTURE]).succeeds();
    assert_eq!(
        env.rows("SELECT id || username FROM auth_user ORDER BY id"),
        ["1me@me.com", "4steve", "7josé"]
    );
    assert_eq!(
        env.rows("SELECT id || ' ' || user_id FROM levelupapi_gamer ORDER BY id"),
        ["11 1", "12 4", "13 7"]
    );
    assert_eq!(env.value("SELECT date_joined FROM auth_user WHERE id = 1"), "2021-01-12 19:38:46.321000");
    assert_eq!(env.value("SELECT created FROM authtoken_token WHERE user_id = 1"), "2021-01-12 19:39:01");
    let token = env.run_with_input("me", ["login", "me@me.com", "--password-stdin"]).succeeds();
    assert_eq!(token.stdout.trim(), "fa2eba9be8282d595c997ee5cd49f2ed31f65bed");

    let with = ["--with-password-hashes", "--with-token-keys"];
    env.run(["export", "back.json", "--format", "fixture"].iter().chain(&with)).succeeds();
    let objects = |path: &str| -> Vec<Json> {
        let text = fs::read_to_string(env.path(path)).unwrap().replace("000Z", "Z");
        let mut objects: Vec<Json> = serde_json::from_str(&text).unwrap();
        objects.sort_by_key(|object| format!("{}{}", object["model"], object["pk"]));
        objects
    };
    assert_eq!(objects("back.json"), objects(FIXTURE));
}

#[test]
fn other_models_in_a_fixture_are_skipped_only_with_exclude() {
    let env = TestEnv::with_database(LEVELUP);
    let text = fs::read_to_string(FIXTURE).unwrap();
    let more = r#", {"model": "levelupapi.game", "pk": 1, "fields": {"title": "Go"}}, {"model": "levelupapi.game", "pk": 2, "fields": {}},
        {"model": "levelupapi.gamer", "pk": 99, "fields": {"user": 98, "bio": ""}},
        {"model": "auth.group", "pk": 5, "fields": {"name": "editors", "permissions": []}}]"#;
    let text = format!("{}{more}", text.trim_end().trim_end_matches(']'));
    env.write("all.json", &text);
    let run = env.run(["import", "all.json"]).ends_with(6);
    assert!(
        run.stderr.contains(
            "2 objects are of the model levelupapi.game, which is not a user, group, \
                                 profile or token model. Pass --exclude levelupapi.game to skip \
                                 it."
        ),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("The user is not in the file."), "{}", run.stderr);
    assert!(names(&env).is_empty());
    env.write(
        "all.json",
        &text
            .replace("\"user\": 98", "\"user\": [\"steve\"]")
            .replace("\"pk\": 12,", "\"pk\": 12, \"x\": 1,"),
    );
    env.run(["import", "all.json", "--exclude", "levelupapi.Game"]).ends_with(6);
    // A group is matched by its name, whatever its key.
    env.execute("INSERT INTO auth_group (name) VALUES ('writers'), ('editors')");
    env.write(
        "all.json",
        &text
            .replace("\"user\": 98", "\"user\": 7")
            .replacen("\"groups\": []", "\"groups\": [5]", 1)
            .replace("\"pk\": 13", "\"pk\": 77")
            .replacen("\"user\": 7,", "\"user\": 98,", 1),
    );
    env.run(["import", "all.json", "--exclude", "levelupapi"]).succeeds();
    assert_eq!(env.rows("SELECT user_id || ' ' || group_id FROM auth_user_groups"), ["1 2"]);
    assert_eq!(env.value("SELECT count(*) FROM levelupapi_gamer"), "0");
}

#[test]
fn exported_accounts_are_imported_unchanged() {
    let env = club();
    env.execute("INSERT INTO auth_group (name) VALUES ('a;b'), (' c'), ('[d')");
    let odd = r#"{"username": "ann", "first_name": "Zoë \"Z\", a\nb", "last_name": "; 'x'", "email": "a@b.com", "is_staff": true, "groups": ["a;b", " c", "[d"], "profiles": {"gamer": {"bio": ""}}, "last_login": "2024-02-29T12:30:00.000120Z", "password_hash": "ENCODED", "token": "fa2eba9be8282d595c997ee5cd49f2ed31f65bed"}
{"username": "bob", "is_active": false, "password_hash": "!abc", "id": 77}
"#;
    env.run_with_input(odd.replace("ENCODED", ENCODED), ["import", "-"]).succeeds();
    let rows = |env: &TestEnv| {
        let mut rows = env.rows("SELECT id || username || first_name || last_name || email || is_staff || is_active || date_joined || coalesce(last_login, '') || password FROM auth_user");
        rows.extend(env.rows("SELECT user_id || group_id FROM auth_user_groups ORDER BY 1"));
        rows.extend(env.rows("SELECT user_id || bio FROM levelupapi_gamer"));
        rows.extend(env.rows("SELECT user_id || key FROM authtoken_token"));
        rows
    };
    for format in ["csv", "json", "jsonl"] {
        let export = ["export", "--format", format, "--with-password-hashes", "--with-token-keys"];
        let text = env.run(export).succeeds().stdout;
        let fresh = club();
        fresh.execute("INSERT INTO auth_group (name) VALUES ('a;b'), (' c'), ('[d')");
        fresh.run_with_input(&text, ["import", "-"]).succeeds();
        assert_eq!(rows(&fresh), rows(&env), "{format}");
        assert_eq!(fresh.run(export).succeeds().stdout, text, "{format}");
    }
}

#[test]
fn batches_are_committed_one_by_one_and_the_rest_can_follow() {
    let env = club();
    let table = "username,id\nann,1\nbob,2\ncid,3\ndan,3\neve,5\n";
    env.write("a.csv", table);
    let run = env.run(["import", "a.csv", "--batch", "2"]).ends_with(6);
    assert!(run.stderr.contains("line 5: A row with the same auth_user.id already exists"), "{}", run.stderr);
    assert_eq!(names(&env), ["ann", "bob"]);
    env.write("a.csv", &table.replace("dan,3", "dan,4"));
    let run = env.run(["import", "a.csv", "--batch", "2", "--on-existing", "skip"]).succeeds();
    assert!(run.stderr.contains("3 created, 2 skipped"), "{}", run.stderr);
    assert_eq!(names(&env), ["ann", "bob", "cid", "dan", "eve"]);
}

#[test]
fn ten_thousand_pupils_are_imported_with_fast_hashes() {
    let env = club();
    let mut table = String::from("Username,E-Mail,Password,profile.bio\n");
    for number in 0..10_000 {
        let _ = writeln!(
            table,
            "pupil{number:05},pupil{number:05}@school.example,word-{number}-of-mine,row {number}"
        );
    }
    env.write("pupils.csv", &table);
    let run = env.run(["import", "pupils.csv", "--tokens", FAST, "--quiet"]).succeeds();
    assert!(
        run.stderr.starts_with("warning: The passwords are hashed at the lowest possible cost"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("Imported"), "{}", run.stderr);
    assert_eq!(env.value("SELECT count(*) || ' ' || max(id) FROM auth_user"), "10000 10000");
    let whole = "SELECT count(*) FROM auth_user u JOIN authtoken_token t ON t.user_id = u.id JOIN levelupapi_gamer g \
                 ON g.user_id = u.id WHERE u.username = printf('pupil%05d', u.id - 1) AND g.bio = 'row ' || (u.id - 1)";
    assert_eq!(env.value(whole), "10000");
    for number in [0, 255, 256, 4711, 9999] {
        assert!(can_log_in(&env, &format!("pupil{number:05}"), &format!("word-{number}-of-mine")));
    }
    assert!(!can_log_in(&env, "pupil00001", "word-2-of-mine"));
    // The fast hashes of test data do not affect later accounts.
    env.run(["register", "teacher", "--random-password", "--quiet"]).succeeds();
    let hasher = env.run(["list-users", "--columns", "hasher", "--search", "teacher", "--format", "plain"]);
    assert_eq!(hasher.stdout.trim(), "argon2 m=102400,t=2,p=8");
}

#[test]
fn knox_keys_are_generated_only_for_results() {
    let env = TestEnv::with_database(KNOX);
    env.write("a.csv", "username\nann\n");
    let run = env.run(["import", "a.csv", "--tokens"]).ends_with(2);
    assert!(run.stderr.contains("--results"), "{}", run.stderr);
    let run = env.run(["import", "a.csv", "--tokens", "--results", "-", "--format", "json"]).succeeds();
    let row: Json = serde_json::from_str(&run.stdout).unwrap();
    let whoami = env.run_with_input(row["token"].as_str().unwrap(), ["whoami", "--token-stdin"]).succeeds();
    assert_eq!(whoami.stdout.trim(), "ann");
}

#[test]
fn an_existing_user_gets_no_knox_token() {
    let env = TestEnv::with_database(KNOX);
    env.run(["register", "ann", "--no-password", "--no-token"]).succeeds();
    env.write("a.csv", "username,email\nann,ann@example.com\nbob,bob@example.com\n");
    let arguments = ["import", "a.csv", "--on-existing", "update", "--tokens", "--results", "-"];
    let run = env.run(arguments).succeeds();
    let cells: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!((cells[1][1], cells[1][3], cells[1][4]), ("ann", "changed", ""), "{}", run.stdout);
    assert!(!cells[2][4].is_empty(), "{}", run.stdout);
    assert_eq!(env.rows("SELECT username FROM knox_authtoken JOIN auth_user u ON u.id = user_id"), ["bob"]);
}

#[test]
fn weak_passwords_are_counted_or_refused() {
    let env = club();
    env.write("a.csv", "username,password\nann,12345\nbob,wonderland-7\n");
    let run = env.run(["import", "a.csv", FAST, "--require-strong"]).ends_with(6);
    assert!(run.stderr.contains("a.csv, line 2, column 2 (password)"), "{}", run.stderr);
    assert!(!run.stderr.contains("12345"), "{}", run.stderr);
    let run = env.run(["import", "a.csv", FAST]).succeeds();
    assert!(run.stderr.contains("Accepted 1 password"), "{}", run.stderr);
    // That of a refused row is not accepted.
    env.write("a.csv", "username,password,email\neve,12345,nowhere\n");
    let run = env.run(["import", "a.csv", FAST, "--keep-going"]).ends_with(6);
    assert!(!run.stderr.contains("Accepted"), "{}", run.stderr);
}

#[test]
fn the_audit_log_has_one_entry_per_import() {
    let env = club();
    env.write("a.csv", "username\nann\nbob\n");
    env.run(["import", "a.csv", "--tokens", "--audit-log", "audit.jsonl"]).succeeds();
    let log = fs::read_to_string(env.path("audit.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(log.contains("\"file\":\"a.csv\"") && log.contains("\"users\":2"), "{log}");
}

#[test]
fn passwords_of_existing_users_are_not_ignored_silently() {
    let env = TestEnv::with_database("");
    env.run(["register", "ann", "--no-password", "--no-token"]).succeeds();
    env.write("users.csv", "username,password\nann,largo-winter-41\n");
    let import = ["import", "users.csv", "--on-existing", "update"];
    let run = env.run(import).succeeds();
    assert!(run.stderr.contains("Ignored 1 password of existing users."), "{}", run.stderr);
    let run = env.run(import.iter().chain(&["--update-password", "if-different"])).succeeds();
    assert!(!run.stderr.contains("Ignored"), "{}", run.stderr);
    env.write("users.csv", "username,first_name\nann,Ann\n");
    assert!(!env.run(import).succeeds().stderr.contains("Ignored"));
}
