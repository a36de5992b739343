//! Commits that fail halfway, by errors that strace injects: exit 14 where the change may be there, 1 where it is not.

use std::fs;
use std::process::{Command, Stdio};

use crate::env::{Run, TestEnv};
use crate::writers;

const LOG: &str = "audit.log";

/// Runs `create-token --rotate` with this fault at the calls on this file.
fn run(env: &TestEnv, file: &str, call: &str, fault: &str) -> Run {
    let rotate = ["create-token", "meg", "--rotate", "--audit-log", LOG, "--format", "json"];
    run_command(env, &rotate, file, call, fault)
}

fn run_command(env: &TestEnv, words: &[&str], file: &str, call: &str, fault: &str) -> Run {
    let program = env.command();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-P"]).arg(env.path(file));
    command.args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:{fault}")]);
    command.arg(program.get_program());
    command.args(words);
    command.current_dir(program.get_current_dir().unwrap()).env_clear();
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    Run::of(command.output().expect("strace, which this test needs (apt-get install strace)"))
}

fn state(env: &TestEnv) -> String {
    let log = fs::read_to_string(env.path(LOG)).unwrap();
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    last["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_commit_that_may_have_happened_is_told_as_such() {
    for (mode, file, call) in [("delete", "db.sqlite3-journal", "unlink"), ("wal", "db.sqlite3-wal", "fsync")]
    {
        let env = writers::project();
        if mode == "wal" {
            env.execute("PRAGMA journal_mode = wal");
        }
        // Kept open, so that the log stays.
        let other = env.database();
        other.query_row("SELECT count(*) FROM auth_user", [], |_| Ok(())).unwrap();
        let run = run(&env, file, call, "error=EIO").ends_with(14);
        let error = run.error();
        assert!(error["message"].as_str().unwrap().contains("may have succeeded"), "{error}");
        assert_eq!(error["prefixes"].as_array().unwrap().len(), 1, "{error}");
        assert!(error["commands"][0].as_str().unwrap().contains("revoke-token"), "{error}");
        assert_eq!((run.stdout.as_str(), state(&env).as_str()), ("", "unknown"), "{mode}");
        assert_eq!(env.rows("PRAGMA integrity_check"), ["ok"], "{mode}");
        assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "1", "{mode}");
    }
}

#[test]
fn a_commit_that_was_undone_is_a_failure() {
    for (file, call, fault) in [
        ("db.sqlite3", "pwrite64", "error=EIO"),
        ("db.sqlite3", "pwrite64", "error=ENOSPC"),
        ("db.sqlite3", "fsync", "error=EIO:when=1"),
        ("db.sqlite3-journal", "fsync", "error=EIO"),
    ] {
        let env = writers::project();
        let before = writers::rows(&env);
        let run = run(&env, file, call, fault).ends_with(1);
        assert_eq!(
            (run.error()["code"].as_str(), state(&env).as_str()),
            (Some("failed"), "failed"),
            "{call}"
        );
        assert!(writers::rows(&env) == before, "{file} {call} {fault}");
    }
}

#[test]
fn results_of_a_commit_that_may_have_happened_stay_undecided() {
    let env = writers::project();
    env.write("a.csv", "username\nann\n");
    let import = ["import", "a.csv", "--tokens", "--results", "made.csv"];
    run_command(&env, &import, "db.sqlite3-journal", "unlink", "error=EIO").ends_with(14);
    let text = fs::read_to_string(env.path("made.csv")).unwrap();
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert!(rows.len() == 1 && rows[0].contains(",ann,") && rows[0].ends_with(",undecided"), "{text}");
}
