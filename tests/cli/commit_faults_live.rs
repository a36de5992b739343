//! Commits that fail halfway because strace injects errors: exit code 14 if the change may have been committed, 1 if
//! not.

use std::fs;
use std::process::{Command, Stdio};

use crate::env::{Run, TestEnv};
use crate::writers;

const LOG: &str = "audit.log";

/// Runs `create-token --rotate` and injects this fault into the calls on this file.
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
    Run::of(command.output().expect("failed to start strace (apt-get install strace)"))
}

fn state(env: &TestEnv) -> String {
    let log = fs::read_to_string(env.path(LOG)).unwrap();
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    last["state"].as_str().unwrap().to_owned()
}

#[test]
fn an_uncertain_commit_is_reported_as_uncertain() {
    for (mode, file, call) in [("delete", "db.sqlite3-journal", "unlink"), ("wal", "db.sqlite3-wal", "fsync")]
    {
        let env = writers::project();
        if mode == "wal" {
            env.execute("PRAGMA journal_mode = wal");
        }
        // Keeps the database open so that SQLite does not remove the WAL file.
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
fn a_rolled_back_commit_is_a_failure() {
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
fn results_of_an_uncertain_commit_stay_undecided() {
    let env = writers::project();
    env.write("a.csv", "username\nann\n");
    let import = ["import", "a.csv", "--tokens", "--results", "made.csv"];
    run_command(&env, &import, "db.sqlite3-journal", "unlink", "error=EIO").ends_with(14);
    let text = fs::read_to_string(env.path("made.csv")).unwrap();
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert!(rows.len() == 1 && rows[0].contains(",ann,") && rows[0].ends_with(",undecided"), "{text}");
}
