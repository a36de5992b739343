//! Runs the example scripts unmodified.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::env::{Run, TestEnv};
use crate::seed;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

fn script(system: &str) -> PathBuf {
    example(system).join("run.sh")
}

fn shell(script: &Path, folder: Option<&Path>, elsewhere: &Path) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_authctl"));
    let bin = program.parent().expect("the program is in no folder");
    let mut command = Command::new("sh");
    command
        .arg(script)
        .args(folder)
        .current_dir(elsewhere)
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .env("TMPDIR", elsewhere)
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    Run::of(command.output().expect("failed to start sh"))
}

/// Runs a system's script in a folder that is kept, and opens the resulting database.
fn kept(system: &str) -> (Run, Connection, TempDir) {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let run = shell(&script(system), Some(folder.path()), elsewhere.path()).succeeds();
    let database = Connection::open(folder.path().join("db.sqlite3")).unwrap();
    (run, database, folder)
}

fn rows(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn count(database: &Connection, table: &str) -> i64 {
    database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// Returns the JSON objects in the output, which start and end with a brace on a line of its own.
fn objects(run: &Run) -> Vec<serde_json::Value> {
    let mut objects = Vec::new();
    let mut text = String::new();
    for line in run.stdout.lines() {
        if line == "{" || !text.is_empty() {
            text.push_str(line);
        }
        if line == "}" {
            objects.push(serde_json::from_str(&text).unwrap());
            text.clear();
        }
    }
    objects
}

#[test]
fn repairs() {
    let (run, database, _folder) = kept("repairs");
    let answers = objects(&run);
    assert_eq!(answers[0]["profile"], serde_json::json!({ "kind": "customer", "address": "12 Oak Lane" }));
    assert_eq!((&answers[0]["staff"], &answers[1]["staff"]), (&false.into(), &true.into()));
    assert_eq!(answers[2]["token"], answers[0]["token"]);
    assert_eq!(answers[3], serde_json::json!({ "valid": false }));
    assert!(run.stdout.contains("exit code 4\n"));
    assert!(run.stdout.contains("\nmeg@ducharme.com\n"), "{}", run.stdout);
    assert!(run.stderr.contains("Token valid for meg@ducharme.com"));
    let users = "SELECT username || '|' || email || '|' || is_staff FROM auth_user ORDER BY id";
    assert_eq!(
        rows(&database, users),
        ["meg@ducharme.com|meg@ducharme.com|0", "joe@example.com|joe@example.com|1"]
    );
    assert_eq!(rows(&database, "SELECT user_id || address FROM repairsapi_customer"), ["112 Oak Lane"]);
    assert_eq!(rows(&database, "SELECT user_id || specialty FROM repairsapi_employee"), ["2Laptops"]);
    assert_eq!(count(&database, "authtoken_token"), 0);
    let migrations = "SELECT app || name FROM django_migrations WHERE app = 'repairsapi'";
    assert_eq!(rows(&database, migrations), ["repairsapi0001_initial"]);
}

#[test]
fn levelup() {
    let (run, database, _folder) = kept("levelup");
    let answers = objects(&run);
    assert_eq!(answers[0]["profile"], serde_json::json!({ "kind": "gamer", "bio": "I play." }));
    assert_eq!(answers[1]["token"], answers[0]["token"]);
    let token = answers[0]["token"].as_str().unwrap();
    let printed: Vec<&str> = run.stdout.lines().filter(|line| line.len() == 40).collect();
    assert!(!printed.is_empty() && !printed.contains(&token), "no new token after the revocation");
    assert!(run.stderr.contains("Deleted 1 token"), "{}", run.stderr);
    assert_eq!(rows(&database, "SELECT user_id || bio FROM levelupapi_gamer"), ["1I play."]);
    assert_eq!(count(&database, "authtoken_token"), 0);
}

#[test]
fn rock() {
    let (run, database, folder) = kept("rock");
    assert!(run.stdout.contains("the same token\n"));
    assert_eq!(run.stdout.lines().filter(|line| *line == "meg@ducharme.com").count(), 2);
    assert_eq!(rows(&database, "SELECT first_name || last_name FROM auth_user"), ["MegDucharme"]);
    assert_eq!(count(&database, "authtoken_token"), 0);
    assert!(!folder.path().join("registered").exists(), "the script left a token in a file");
}

#[test]
fn function_views() {
    let (run, database, _folder) = kept("function-views");
    let answers = objects(&run);
    assert_eq!(answers[0]["user"]["email"], "meg@ducharme.com");
    assert_ne!(answers[1]["token"], answers[0]["token"]);
    assert!(run.stderr.contains("Token valid for meg@ducharme.com"));
    assert!(run.stderr.contains("You are not logged in"), "{}", run.stderr);
    assert!(run.stdout.ends_with("exit code 4\n"));
    assert_eq!(count(&database, "authtoken_token"), 0);
}

#[test]
fn knox() {
    let (run, database, _folder) = kept("knox");
    let answers = objects(&run);
    assert_ne!(answers[0]["token"], answers[1]["token"]);
    assert!(answers.iter().all(|answer| answer["scheme"] == "knox" && answer["expiry"].is_string()));
    assert!(run.stderr.contains("Deleted 2 tokens"), "{}", run.stderr);
    assert_eq!(count(&database, "knox_authtoken"), 0);
    assert_eq!(count(&database, "auth_user"), 1);
}

#[test]
fn scripts_leave_nothing_behind_unless_told() {
    let elsewhere = TempDir::new().unwrap();
    shell(&script("rock"), None, elsewhere.path()).succeeds();
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    // The other scripts have the same preamble.
    let beginning = |system: &str| {
        let text = fs::read_to_string(script(system)).unwrap();
        let lines = text.lines().skip_while(|line| !line.starts_with("# usage:"));
        lines.take_while(|line| !line.starts_with("authctl")).map(String::from).collect::<Vec<_>>()
    };
    let expected = beginning("rock");
    assert!(expected.len() > 10, "{expected:?}");
    for system in ["repairs", "levelup", "function-views", "knox"] {
        assert_eq!(beginning(system), expected, "{system}");
    }
}

#[test]
fn accounts_are_provisioned_idempotently() {
    let folder = TempDir::new().unwrap();
    let run = || shell(&example("provision.sh"), Some(folder.path()), folder.path()).succeeds();
    let file = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let first = run();
    assert!(first.stdout.ends_with("edit-user joe: changed\nregister ci-bot: changed\nregister old-bot: changed\n5 commands changed something.\n"), "{}", first.stdout);
    let (database, token) = (file("db.sqlite3"), file("ci-bot.token"));
    let second = run();
    assert_eq!((&*second.stdout, &*second.stderr), ("Nothing was changed.\n", ""));
    assert!(file("db.sqlite3") == database && file("ci-bot.token") == token);
    let database = Connection::open(folder.path().join("db.sqlite3")).unwrap();
    let users =
        "SELECT username || '|' || first_name || '|' || is_active || is_staff || is_superuser FROM auth_user";
    assert_eq!(rows(&database, users), ["ada||111", "joe|Joe|110", "ci-bot||100", "old-bot||000"]);
    assert_eq!(
        rows(&database, "SELECT key || char(10) FROM authtoken_token"),
        [String::from_utf8(token).unwrap()]
    );

    // Only a later change by someone else is reverted.
    database.execute_batch("UPDATE auth_user SET last_name = 'Moss' WHERE username = 'joe'").unwrap();
    assert_eq!(run().stdout, "edit-user joe: changed\n1 command changed something.\n");
}

#[test]
fn service_accounts_are_applied_idempotently() {
    let env = TestEnv::with_database("");
    seed::group(&env.database(), "operators", &[]);
    seed::users(&env, &["ci-old", "ci-nightly"]);
    let file = example("service-accounts.toml");
    let apply = |password: &str, more: &[&str]| {
        let arguments = ["apply", file.to_str().unwrap(), "--prune", "deactivate"];
        env.run_with_env(&[("DEPLOY_PASSWORD", password)], arguments.iter().chain(more))
    };
    apply("correct-horse-9", &["--dry-run", "--exit-code"]).ends_with(12);
    let run = apply("correct-horse-9", &["--yes", "--results", "made.jsonl"]).succeeds();
    let expected = "Created 3 accounts, changed 1 account and deactivated 1 account.\n";
    assert!(run.stderr.contains(expected) && run.stdout.is_empty(), "{}", run.stderr);
    let made = fs::read_to_string(env.path("made.jsonl")).unwrap();
    assert_eq!(made.lines().count(), 4);
    assert!(made.contains(&env.value("SELECT key FROM authtoken_token")));
    let active = "SELECT username FROM auth_user WHERE is_active ORDER BY id";
    assert_eq!(env.rows(active), ["deploy", "ci-tests", "ci-browser"]);
    apply("correct-horse-9", &["--dry-run", "--exit-code"]).succeeds();
    let run = apply("another-horse-9", &["--dry-run"]).succeeds();
    assert_eq!(run.stdout, "~ deploy\n    ~ password: (hidden) → (hidden)\n");
}

#[test]
fn the_ci_script_needs_a_url_and_is_documented() {
    let folder = TempDir::new().unwrap();
    let run = shell(&example("ci-token.sh"), None, folder.path()).ends_with(2);
    assert!(run.stderr.starts_with("usage: "), "{}", run.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let page = "docs/scripts-and-ci.md";
    let shown = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
    let text = fs::read_to_string(example("ci-token.sh")).unwrap();
    assert!(
        shown.contains(&format!("```text\n{text}```\n")),
        "{page} does not contain the current ci-token.sh"
    );
}
