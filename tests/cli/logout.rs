//! `logout`: deletes the token and the session.

use std::fs::{self, File};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use crate::env::{KNOX, Run, TestEnv};

fn logged_in(config: &str) -> (TestEnv, String) {
    let env = TestEnv::with_database(config);
    env.register_quickly("meg");
    let token = env.log_in(["meg"]).succeeds().stdout.trim_end().to_owned();
    (env, token)
}

fn sessions(env: &TestEnv) -> usize {
    let text = std::fs::read_to_string(env.state_file()).unwrap_or_else(|_| "{}".into());
    serde_json::from_str::<serde_json::Value>(&text).unwrap().as_object().unwrap().len()
}

#[test]
fn deletes_the_token_and_the_session() {
    let (env, token) = logged_in("");
    assert_eq!(sessions(&env), 1);
    assert_snapshot!(env.run(["logout"]).snapshot(&env), @r"
    exit: 0
    --- stdout
    --- stderr
    Logged out meg. Deleted the token.
    ");
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "1");
    assert_eq!(sessions(&env), 0);
    env.run_with_input(token, ["whoami", "--token-stdin"]).ends_with(4);
    let error = env.run(["logout", "--format", "json"]).ends_with(4).error();
    assert_eq!(error["code"], "not_logged_in");
}

#[test]
fn knox_deletes_that_one_or_all() {
    let (env, _) = logged_in(KNOX);
    env.register_quickly("joe");
    assert_eq!(env.value("SELECT count(*) FROM knox_authtoken"), "3");
    let answer = env.run(["logout", "--format", "json"]).succeeds().json();
    assert_eq!(
        answer,
        json!({ "counts": { "tokens": 1 }, "session_forgotten": true, "changed": true, "fields": ["token", "session"], "dry_run": false })
    );
    assert_eq!(env.rows("SELECT user_id FROM knox_authtoken ORDER BY 1"), ["1", "2"]);
    env.log_in(["meg"]).succeeds();
    let answer = env.run(["logout", "--all", "--format", "json"]).succeeds().json();
    assert_eq!(
        answer,
        json!({ "counts": { "tokens": 2 }, "session_forgotten": true, "changed": true, "fields": ["token", "session"], "dry_run": false })
    );
    assert_eq!(env.rows("SELECT user_id FROM knox_authtoken"), ["2"], "joe's token must stay");
    assert_eq!(sessions(&env), 0);
}

#[test]
fn all_covers_both_schemes() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    env.write("authctl.toml", "[tokens]\nscheme = \"drf\"\n");
    env.register_quickly("meg");
    env.log_in(["meg", "--scheme", "knox"]).succeeds();
    let answer = env.run(["logout", "--all", "--format", "json"]).succeeds().json();
    assert_eq!(answer["counts"]["tokens"], 2);
    let left = "SELECT (SELECT count(*) FROM authtoken_token), (SELECT count(*) FROM knox_authtoken)";
    assert_eq!(env.rows(left), ["0|0"]);
}

#[test]
fn keep_token_only_deletes_the_session() {
    let (env, token) = logged_in("");
    let before = env.database_bytes();
    env.run(["logout", "--keep-token"]).succeeds();
    assert!(before == env.database_bytes());
    assert_eq!(sessions(&env), 0);
    env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
    env.run(["logout", "--keep-token"]).ends_with(4);
    env.run(["logout", "--keep-token", "--all"]).ends_with(2);
    env.run(["logout", "--keep-token", "--token-stdin"]).ends_with(2);
    let help = env.run(["logout", "--help"]).succeeds().stdout;
    assert!(help.contains("in use elsewhere"), "{help}");
}

#[test]
fn a_given_token_leaves_another_session_alone() {
    let (env, meg) = logged_in("");
    let joe = env.register_quickly("joe");
    let answer = env.run_with_input(&joe, ["logout", "--token-stdin", "--format", "json"]).succeeds().json();
    assert_eq!(
        answer,
        json!({ "counts": { "tokens": 1 }, "session_forgotten": false, "changed": true, "fields": ["token"], "dry_run": false })
    );
    assert_eq!(sessions(&env), 1);
    assert_eq!(env.run(["whoami"]).succeeds().stdout, "meg\n");
    // This token is that of the session, whatever its source.
    let answer =
        env.run_with_env(&[("AUTHCTL_TOKEN", &meg)], ["logout", "--format", "json"]).succeeds().json();
    assert_eq!(
        answer,
        json!({ "counts": { "tokens": 1 }, "session_forgotten": true, "changed": true, "fields": ["token", "session"], "dry_run": false })
    );
    assert_eq!(sessions(&env), 0);
}

#[test]
fn an_unknown_token_is_refused() {
    let (env, _) = logged_in("");
    let run = env.run_with_input("abc", ["logout", "--token-stdin", "--format", "json"]).ends_with(4);
    assert_eq!(run.error()["code"], "token_invalid");
    assert_eq!(sessions(&env), 1);
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "1");
}

#[test]
fn a_session_without_a_token_is_deleted() {
    let (env, _) = logged_in("");
    env.execute("DELETE FROM authtoken_token");
    let run = env.run(["logout"]).succeeds();
    assert!(run.stderr.contains("no longer exists"), "{}", run.stderr);
    assert_eq!(sessions(&env), 0);
}

#[test]
fn an_expired_token_is_deleted_too() {
    let (env, _) = logged_in(KNOX);
    env.execute("UPDATE knox_authtoken SET expiry = '2020-01-02 03:04:05'");
    env.run(["logout"]).succeeds();
    assert_eq!(sessions(&env), 0);
    assert_eq!(
        env.value("SELECT count(*) FROM knox_authtoken"),
        "1",
        "only the token of the session is deleted"
    );
}

#[test]
fn the_token_of_an_inactive_user_is_deleted_too() {
    let (env, token) = logged_in("");
    env.execute("UPDATE auth_user SET is_active = 0");
    env.run(["logout"]).succeeds();
    env.execute("UPDATE auth_user SET is_active = 1");
    env.run_with_input(token, ["whoami", "--token-stdin"]).ends_with(4);
}

#[test]
fn the_session_stays_if_the_token_cannot_be_deleted() {
    let (env, _) = logged_in("");
    let database = env.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    env.run(["logout", "--busy-timeout", "0.1"]).ends_with(8);
    database.execute_batch("ROLLBACK").unwrap();
    assert_eq!(sessions(&env), 1);
    assert_eq!(env.run(["whoami"]).succeeds().stdout, "meg\n");
    std::fs::remove_file(env.path("db.sqlite3")).unwrap();
    env.run(["logout"]).ends_with(9);
}

#[test]
fn a_session_that_cannot_be_deleted_is_a_warning_after_the_token_is() {
    for more in [&[][..], &["--all"]] {
        let (env, token) = logged_in("");
        fs::write(env.state_file(), "nonsense").unwrap();
        let arguments = [&["logout", "--token-stdin", "--format", "json"], more].concat();
        let run = env.run_with_input(token, arguments).succeeds();
        let answer = run.json();
        assert_eq!((&answer["counts"]["tokens"], &answer["session_forgotten"]), (&1.into(), &false.into()));
        let warning = run.error()["warnings"][0].as_str().unwrap().to_owned();
        assert!(warning.starts_with("The saved session was not deleted: "), "{warning}");
        assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
        // Before anything is deleted, it is an error.
        env.run(["logout"]).ends_with(1);
        env.run(["logout", "--keep-token"]).ends_with(1);
    }
}

#[test]
fn a_concurrent_login_keeps_its_session() {
    for more in [&[][..], &["--all"]] {
        let (env, old) = logged_in("");
        let lock = File::create(env.state_file().with_extension("lock")).unwrap();
        lock.lock().unwrap();
        let mut command = env.command();
        command.args(["logout", "--format", "json"]).args(more);
        let logout = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while env.value("SELECT count(*) FROM authtoken_token") != "0" {
            thread::sleep(Duration::from_millis(10));
        }
        // Enough time to read the session without the lock, which would be a bug.
        thread::sleep(Duration::from_millis(300));
        let new = env.run(["create-token", "meg", "--quiet"]).succeeds().stdout;
        let saved = fs::read_to_string(env.state_file()).unwrap();
        fs::write(env.state_file(), saved.replace(&old, new.trim())).unwrap();
        lock.unlock().unwrap();
        let answer = Run::of(logout.wait_with_output().unwrap()).by(&command).succeeds().json();
        assert_eq!((&answer["counts"]["tokens"], &answer["session_forgotten"]), (&1.into(), &false.into()));
        assert_eq!(env.run(["whoami"]).succeeds().stdout, "meg\n", "{more:?}");
    }
}

#[test]
fn without_a_session_no_file_is_created() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    env.run(["logout", "--keep-token"]).ends_with(4);
    env.run_with_input(token, ["logout", "--token-stdin"]).succeeds();
    assert!(!env.state_file().parent().unwrap().exists());
}
