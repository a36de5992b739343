//! `throttle` under `[login]`: limits failed logins.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::env::{PASSWORD, Run, TestEnv};
use crate::terminal::wait_for;

/// A hash that takes longer to compute than any test may run.
const ENDLESS: &str =
    "pbkdf2_sha256$2000000000$abcdefghijklmnopqrstuv$YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=";

fn with_meg(rate: &str) -> TestEnv {
    let env = TestEnv::with_database(&format!("[login]\nthrottle = \"{rate}\"\n"));
    env.register_quickly("meg");
    env
}

fn file(env: &TestEnv) -> PathBuf {
    env.state_file().with_file_name("throttle.json")
}

/// Returns the number of failures counted for each database.
fn counts(env: &TestEnv) -> Vec<usize> {
    let entries: serde_json::Value = serde_json::from_slice(&fs::read(file(env)).unwrap()).unwrap();
    entries.as_object().unwrap().values().map(|times| times.as_array().unwrap().len()).collect()
}

fn fail(env: &TestEnv) -> Run {
    env.run_with_input("wrong", ["login", "meg", "--password-stdin"])
}

fn check(env: &TestEnv, password: &str) -> Run {
    env.run_with_input(password, ["check-password", "meg", "--password-stdin"])
}

#[test]
fn too_many_failures_block_all_logins_for_a_while() {
    let env = with_meg("3/hour");
    fail(&env).ends_with(4);
    check(&env, "wrong").ends_with(4);
    env.run_with_input("wrong", ["login", "nobody", "--password-stdin"]).ends_with(4);
    // Not even the right password is checked, since hashing it would take too long.
    env.database().execute("UPDATE auth_user SET password = ?1", [ENDLESS]).unwrap();
    let before = env.database_bytes();
    for run in [fail(&env), env.log_in(["meg"]), check(&env, PASSWORD)] {
        let run = run.ends_with(10);
        let wait = run.stderr.strip_prefix("error: Too many failed logins. Wait ").unwrap();
        let seconds: u32 = wait.strip_suffix(" seconds.\n").unwrap().parse().unwrap();
        assert!((3_500..=3_600).contains(&seconds), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    assert!(before == env.database_bytes());
    let error = env.log_in(["meg", "--format", "json"]).ends_with(10).error();
    assert_eq!((&error["code"], &error["exit"]), (&"throttled".into(), &10.into()));
    assert!((3_500..=3_600).contains(&error["retry_after"].as_u64().unwrap()), "{error}");
    assert_eq!(counts(&env), [3], "refused attempts must not count");
}

#[test]
fn successful_logins_do_not_count() {
    let env = with_meg("1/day");
    for _ in 0..3 {
        env.log_in(["meg"]).succeeds();
        check(&env, PASSWORD).succeeds();
    }
    assert!(counts(&env).is_empty());
    // Other failures do not count either.
    env.log_in(["meg", "--scheme", "knox"]).ends_with(9);
    assert!(counts(&env).is_empty());
    check(&env, "wrong").ends_with(4);
    assert_eq!(counts(&env), [1]);
}

#[test]
fn the_count_is_private_and_not_in_the_database() {
    let env = with_meg("5/min");
    let before = env.database_bytes();
    fail(&env).ends_with(4);
    assert!(before == env.database_bytes());
    for entry in fs::read_dir(file(&env).parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
    let text = fs::read_to_string(file(&env)).unwrap();
    assert!(!text.contains("wrong") && !text.contains("meg"), "{text}");
}

#[test]
fn each_database_has_its_own_count_by_its_real_path() {
    let env = with_meg("1/hour");
    fs::copy(env.path("db.sqlite3"), env.path("other.sqlite3")).unwrap();
    std::os::unix::fs::symlink(env.path("db.sqlite3"), env.path("link.sqlite3")).unwrap();
    fail(&env).ends_with(4);
    env.log_in(["meg", "--db", "link.sqlite3"]).ends_with(10);
    env.log_in(["meg", "--db", "./db.sqlite3"]).ends_with(10);
    env.log_in(["meg", "--db", "other.sqlite3"]).succeeds();
}

#[test]
fn the_window_slides_and_old_counts_are_forgotten() {
    let env = with_meg("2/min");
    let database = env.path("db.sqlite3").canonicalize().unwrap();
    fail(&env).ends_with(4);
    let second = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(50);
    let old = "2020-01-01T00:00:00Z";
    let entries = serde_json::json!({ database.to_str().unwrap(): [old, second, second], "/gone": [old] });
    fs::write(file(&env), entries.to_string()).unwrap();
    let error = env.log_in(["meg", "--format", "json"]).ends_with(10).error();
    assert!((1..=10).contains(&error["retry_after"].as_u64().unwrap()), "{error}");
    let entries = serde_json::json!({ database.to_str().unwrap(): [old, second], "/gone": [old] });
    fs::write(file(&env), entries.to_string()).unwrap();
    env.log_in(["meg"]).succeeds();
    assert_eq!(counts(&env), [1]);
}

#[test]
fn attempts_at_another_database_leave_the_count() {
    let env = with_meg("1/hour");
    fs::copy(env.path("db.sqlite3"), env.path("other.sqlite3")).unwrap();
    fail(&env).ends_with(4);
    env.run_with_input("wrong", ["login", "meg", "--password-stdin", "--db", "other.sqlite3"]).ends_with(4);
    env.log_in(["meg"]).ends_with(10);
    env.log_in(["meg", "--db", "other.sqlite3"]).ends_with(10);
}

#[test]
fn the_block_ends_by_itself() {
    let env = with_meg("1/s");
    fail(&env).ends_with(4);
    thread::sleep(Duration::from_millis(1_100));
    env.log_in(["meg"]).succeeds();
}

#[test]
fn concurrent_attempts_are_all_counted() {
    let env = with_meg("3/hour");
    let codes: Vec<i32> = thread::scope(|scope| {
        let attempts: Vec<_> = (0..10).map(|_| scope.spawn(|| fail(&env).code)).collect();
        attempts.into_iter().map(|attempt| attempt.join().unwrap()).collect()
    });
    let count = |wanted| codes.iter().filter(|code| **code == wanted).count();
    assert_eq!((count(4), count(10)), (3, 7), "{codes:?}");
}

#[test]
fn a_killed_attempt_is_counted() {
    let env = with_meg("1/hour");
    env.write("secret", "a guess");
    env.database().execute("UPDATE auth_user SET password = ?1", [ENDLESS]).unwrap();
    let mut child = env
        .command()
        .args(["check-password", "meg", "--password-file", "secret"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert!(wait_for(|| file(&env).exists().then_some(())).is_some());
    child.kill().unwrap();
    child.wait().unwrap();
    let start = Instant::now();
    check(&env, "another").ends_with(10);
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_login_that_cannot_be_counted_is_refused() {
    let env = with_meg("5/min");
    fs::write(env.state_file().parent().unwrap(), "a file where the folder would be").unwrap();
    let run = env.log_in(["meg"]).ends_with(1);
    assert!(run.stdout.is_empty() && run.stderr.contains("`throttle` under `[login]`"), "{}", run.stderr);
    assert!(run.stderr.contains("throttle.json"), "{}", run.stderr);
    let run = check(&env, PASSWORD).ends_with(1);
    assert!(run.stderr.contains("throttle.json"), "{}", run.stderr);

    let mut command = env.command();
    env.write("secret", PASSWORD);
    command.args(["check-password", "meg", "--password-file", "secret"]).env_remove("XDG_STATE_HOME");
    let run = Run::of(command.output().unwrap()).ends_with(1);
    assert!(run.stderr.contains("XDG_STATE_HOME"), "{}", run.stderr);

    // Without a throttle, the folder is not needed.
    env.write("authctl.toml", "");
    check(&env, PASSWORD).succeeds();
    env.log_in(["meg", "--no-store"]).succeeds();
}

#[test]
fn an_invalid_count_is_reported() {
    let env = with_meg("5/min");
    fail(&env).ends_with(4);
    fs::write(file(&env), "[]").unwrap();
    let run = env.log_in(["meg"]).ends_with(1);
    assert!(run.stderr.contains("throttle.json") && run.stderr.contains("Delete it"), "{}", run.stderr);
}

#[test]
fn an_invalid_rate_is_reported_with_its_position() {
    let env = TestEnv::with_database("");
    env.write("authctl.toml", "[login]\nthrottle = \"five/min\"\n");
    assert_snapshot!(env.run(["login", "meg"]).snapshot(&env), @r#"
    exit: 2
    --- stdout
    --- stderr
    error: [WORK]/authctl.toml, line 2, column 12: login.throttle must be a rate such as 5/min: a positive number, a slash, and s, m, h or d.
    "#);
}
