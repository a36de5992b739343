//! The database: missing, busy, damaged, or used by several processes.

use super::{COUNTS, citizen, faults, plain};
use crate::env::{KNOX, REPAIRS, Run, TestEnv};
use insta::assert_snapshot;
use std::fs::{self};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::thread;

#[test]
fn nothing_is_left_when_a_later_step_fails() {
    let env = TestEnv::with_database(REPAIRS);
    let customer = [
        "register",
        "meg@ducharme.com",
        "--first-name",
        "Meg",
        "--last-name",
        "Ducharme",
        "--set",
        "address=12 Oak Lane",
        "--no-password",
    ];
    for table in ["auth_user", "repairsapi_customer", "authtoken_token"] {
        env.execute(&format!(
            "CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'the rule of {table}'); END"
        ));
        let run = env.run(customer);
        assert_ne!(run.code, 0, "{table}");
        assert_eq!(run.stdout, "");
        assert_eq!(env.rows(COUNTS), ["0|0"], "{table}: {}", run.stderr);
        assert_eq!(env.value("SELECT count(*) FROM repairsapi_customer"), "0", "{table}");
        env.execute("DROP TRIGGER no");
    }
    env.run(customer).succeeds();
    assert_eq!(env.rows(COUNTS), ["1|1"]);
}

#[test]
fn a_database_error_is_reported_verbatim() {
    let env = plain();
    env.execute(
        "CREATE TRIGGER no BEFORE INSERT ON auth_user BEGIN SELECT RAISE(ABORT, 'closed on Mondays'); END",
    );
    let run = env.run(["register", "meg", "--no-password"]);
    assert!(run.stderr.contains("closed on Mondays"), "{}", run.stderr);
}

#[test]
fn init_creates_or_uses_the_database() {
    let env = TestEnv::new();
    let run = env.run(["register", "meg", "--no-password"]).ends_with(9);
    assert!(run.stderr.contains("db.sqlite3") && run.stderr.contains("init"), "{}", run.stderr);
    assert!(!env.path("db.sqlite3").exists());
    env.run(["register", "--init", "meg", "--no-password"]).succeeds();
    let mode = fs::metadata(env.path("db.sqlite3")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    env.run(["register", "--init", "joe", "--no-password"]).succeeds();
    assert_eq!(env.rows(COUNTS), ["2|2"]);
}

#[test]
fn init_leaves_no_file_if_the_registration_fails() {
    let env = TestEnv::new();
    env.run(["register", "--init", "a b", "--no-password"]).ends_with(6);
    env.run(["register", "--init", "meg"]).ends_with(6);
    env.run(["register", "--init", "meg", "--no-password", "--set", "bio=x"]).ends_with(6);
    assert_eq!(fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn concurrent_runs_with_init_both_succeed() {
    for _ in 0..5 {
        let env = TestEnv::new();
        let runs: Vec<Run> = thread::scope(|scope| {
            let start = |name: &'static str| {
                let env = &env;
                scope.spawn(move || env.run(["register", "--init", name, "--no-password"]))
            };
            let started = ["meg", "joe"].map(start);
            started.into_iter().map(|run| run.join().unwrap()).collect()
        });
        for run in runs {
            run.succeeds();
        }
        assert_eq!(env.rows(COUNTS), ["2|2"]);
        assert_eq!(fs::read_dir(env.path("")).unwrap().count(), 1, "files other than the database were left");
    }
}

#[test]
fn concurrent_registrations_all_succeed() {
    let env = plain();
    let names: Vec<String> = (0..32).map(|number| format!("user{number}")).collect();
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            let mut command = env.command();
            command.args(["register", name, "--no-password"]).stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in children {
        Run::of(child.wait_with_output().unwrap()).succeeds();
    }
    assert_eq!(env.rows(COUNTS), ["32|32"]);
}

#[test]
fn of_concurrent_registrations_with_one_name_one_succeeds() {
    let env = plain();
    let children: Vec<_> = (0..16)
        .map(|_| {
            let mut command = env.command();
            command.args(["register", "meg", "--no-password"]).stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let mut codes: Vec<i32> =
        children.into_iter().map(|child| Run::of(child.wait_with_output().unwrap()).code).collect();
    codes.sort_unstable();
    assert_eq!(codes[0], 0);
    assert!(codes[1..].iter().all(|code| *code == 5), "{codes:?}");
    assert_eq!(env.rows(COUNTS), ["1|1"]);
}

#[test]
fn a_busy_database_is_exit_8() {
    let env = plain();
    let database = env.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let arguments = ["register", "meg", "--no-password", "--busy-timeout", "0.1", "--format", "json"];
    assert_eq!(env.run(arguments).ends_with(8).error()["code"], "busy");
    database.execute_batch("ROLLBACK").unwrap();
    env.run(arguments).succeeds();
}

#[test]
fn a_file_that_is_not_a_database_is_exit_9() {
    let env = TestEnv::new();
    env.write("text", "This is no database, but it is long enough to look like one to a careless reader.");
    let run = env.run(["register", "meg", "--no-password", "--db", "text", "--format", "json"]).ends_with(9);
    assert_eq!(run.error()["code"], "database_unusable");
    env.write("empty", "");
    env.run(["register", "meg", "--no-password", "--db", "empty"]).ends_with(9);
    assert_eq!(fs::metadata(env.path("empty")).unwrap().len(), 0);
    fs::create_dir(env.path("folder")).unwrap();
    env.run(["register", "meg", "--no-password", "--db", "folder"]).ends_with(9);
}

#[test]
fn two_schemes_are_ambiguous() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    assert_snapshot!(env.run(["register", "meg", "--no-password"]).snapshot(&env), @r#"
    exit: 7
    --- stdout
    --- stderr
    error: This database has several token schemes: drf, knox. Pass --scheme, or set `scheme` under `[tokens]`.
    hint: To decide this for every run, write to authctl.toml:
    [tokens]
    scheme = "drf"  # or "knox"
    "#);
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
    let token = env.run(["register", "meg", "--no-password", "--scheme", "knox"]).succeeds().stdout;
    assert_eq!(token.trim_end().len(), 64);
    env.run(["register", "joe", "--no-password", "--no-token"]).succeeds();
    env.write("authctl.toml", "[tokens]\nscheme = \"drf\"\n");
    let token = env.run(["register", "ann", "--no-password"]).succeeds().stdout;
    assert_eq!(token.trim_end().len(), 40);
}

#[test]
fn knox_tokens_are_stored_as_digests() {
    let env = TestEnv::with_database(KNOX);
    let run = env.run(["register", "meg", "--no-password", "--format", "json"]).succeeds();
    let answer = run.json();
    let token = answer["token"].as_str().unwrap();
    assert_eq!(answer["scheme"], "knox");
    let row = "SELECT token_key, length(digest), \
               round((julianday(expiry) - julianday(created)) * 24, 3) FROM knox_authtoken";
    assert_eq!(env.rows(row), [format!("{}|128|10", &token[..15])]);
}

#[test]
fn a_database_without_token_tables() {
    let env = plain();
    env.execute("DROP TABLE authtoken_token");
    let run = env.run(["register", "meg", "--no-password"]).succeeds();
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("warning: No token was created"), "{}", run.stderr);
    env.run(["register", "joe", "--no-password", "--scheme", "drf"]).ends_with(9);
}

#[test]
fn the_journal_mode_is_kept() {
    for mode in ["delete", "wal"] {
        let env = plain();
        env.database().pragma_update(None, "journal_mode", mode).unwrap();
        env.run(["register", "meg", "--no-password"]).succeeds();
        assert_eq!(env.value("PRAGMA journal_mode"), mode);
        assert_eq!(env.rows(COUNTS), ["1|1"]);
    }
}

#[test]
fn a_damaged_database_is_exit_9() {
    let env = plain();
    let mut bytes = env.database_bytes();
    for byte in &mut bytes[4096..] {
        *byte = 0x5a;
    }
    fs::write(env.path("db.sqlite3"), bytes).unwrap();
    let run = env.run(["register", "meg", "--no-password"]).ends_with(9);
    assert!(run.stderr.contains("damaged"), "{}", run.stderr);
}

#[test]
fn an_unrelated_database_is_exit_9() {
    let env = TestEnv::new();
    env.execute("CREATE TABLE recipes (id integer PRIMARY KEY)");
    let run = env.run(["register", "meg", "--no-password"]).ends_with(9);
    assert!(run.stderr.contains("no user table"), "{}", run.stderr);
}

#[test]
fn check_constraints_are_enforced() {
    for (field, rule) in
        [("code=AbC", "dossier_code_form"), ("level=10", "dossier_level_range"), ("points=-1", "points")]
    {
        let env = TestEnv::with_schema("every_type");
        let run = env.run(citizen(&[field])).ends_with(6);
        assert!(run.stderr.contains("check") && run.stderr.contains(rule), "{field}: {}", run.stderr);
        assert_eq!(env.value("SELECT count(*) FROM census_citizen"), "0");
    }
}

#[test]
fn the_key_of_a_deleted_user_is_not_reused() {
    for env in [plain(), TestEnv::with_schema("rock")] {
        env.run(["register", "meg", "--no-password"]).succeeds();
        env.execute("DELETE FROM authtoken_token; DELETE FROM auth_user");
        env.run(["register", "joe", "--no-password"]).succeeds();
        assert_eq!(env.value("SELECT id FROM auth_user"), "2");
    }
}

#[test]
fn a_column_with_a_database_default_is_optional() {
    let env = TestEnv::with_schema("db_defaults");
    let arguments = ["register", "meg", "--no-password", "--profile", "setting", "--format", "json"];
    assert_eq!(faults(&env.run(arguments).ends_with(6)), ["theme required"]);
    env.run(arguments.iter().chain(&["--set", "theme=dark"])).succeeds();
    let row = "SELECT theme, language, retries, label FROM modern_setting";
    assert_eq!(env.rows(row), ["dark|en|3|dark/en"]);
    let run = env.run(arguments.iter().chain(&["--set", "theme=x", "--set", "label=y"])).ends_with(6);
    assert!(run.stderr.contains("label"), "a generated column cannot be set: {}", run.stderr);
}
