//! Files that a killed run leaves in a folder, and who removes them.

use std::fs::{self, File};
use std::os::unix::fs::{OpenOptionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::env::TestEnv;

fn hidden(env: &TestEnv) -> Vec<String> {
    let entries = fs::read_dir(env.path("")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(".authctl-")).collect();
    names.sort();
    names
}

fn temporary(env: &TestEnv, name: &str) -> PathBuf {
    let path = env.path(name);
    File::options().create_new(true).write(true).mode(0o600).open(&path).unwrap();
    path
}

/// Starts a backup of 100 MB and stops it while its temporary file exists.
fn stopped_backup(env: &TestEnv) -> Child {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        assert!(Instant::now() < deadline, "no backup could be stopped in time");
        let mut command = env.command();
        command.args(["backup", "copy.sqlite3", "--overwrite"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        while !is_copying(env) && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        // The backup may already be complete.
        if kill_process(Pid::from_child(&child), Signal::STOP).is_ok() {
            while child.try_wait().unwrap().is_none() && !is_stopped(&child) {
                std::thread::sleep(Duration::from_millis(1));
            }
            if is_copying(env) {
                return child;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// Returns whether a temporary file has content. An empty one may not be locked yet.
fn is_copying(env: &TestEnv) -> bool {
    hidden(env).iter().any(|name| env.path(name).metadata().is_ok_and(|file| file.len() > 0))
}

fn is_stopped(child: &Child) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
}

/// A database whose backup takes long, and a small one beside it.
fn with_large_database() -> TestEnv {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    fs::copy(env.path("db.sqlite3"), env.path("small.sqlite3")).unwrap();
    env.execute("CREATE TABLE ballast (bytes BLOB); INSERT INTO ballast VALUES (zeroblob(100000000))");
    env
}

#[test]
fn the_next_command_in_a_folder_removes_the_file_of_a_killed_backup() {
    let env = with_large_database();
    for next in [
        &["backup", "small-copy.sqlite3"][..],
        &["export", "users.csv"],
        &["create-token", "meg", "--output-file", "token"],
        &["create-token", "meg", "--env-file", ".env", "--as", "T"],
        &["init", "--db", "new.sqlite3"],
    ] {
        let is_init = next[0] == "init";
        let database = if is_init { &[][..] } else { &["--db", "small.sqlite3"] };
        let mut backup = stopped_backup(&env);
        // The temporary file of a running command is kept.
        env.run(["export", "during.csv", "--overwrite", "--db", "small.sqlite3"]).succeeds();
        assert_eq!(hidden(&env).len(), 1, "{next:?}");
        backup.kill().unwrap();
        backup.wait().unwrap();
        assert_eq!(hidden(&env).len(), 1, "{next:?}: the killed backup left no file");
        env.run(next.iter().chain(database)).succeeds();
        assert_eq!(hidden(&env), Vec::<String>::new(), "{next:?}");
    }
}

#[test]
fn a_stopped_backup_continues_with_its_file() {
    let env = with_large_database();
    let mut backup = stopped_backup(&env);
    env.run(["backup", "small-copy.sqlite3", "--db", "small.sqlite3"]).succeeds();
    kill_process(Pid::from_child(&backup), Signal::CONT).unwrap();
    assert!(backup.wait().unwrap().success());
    assert!(env.path("copy.sqlite3").metadata().unwrap().len() > 100_000_000);
    assert_eq!(hidden(&env), Vec::<String>::new());
}

#[test]
fn only_unlocked_temporary_files_are_removed() {
    let env = TestEnv::with_database("");
    let held = File::options().read(true).open(temporary(&env, ".authctl-aB3dE6")).unwrap();
    held.lock().unwrap();
    temporary(&env, ".authctl-notes");
    temporary(&env, ".authctl-toolong");
    temporary(&env, ".authctl-a.3dE6");
    fs::create_dir(env.path(".authctl-folder")).unwrap();
    fs::create_dir(env.path(".authctl-FOLDER")).unwrap();
    symlink("db.sqlite3", env.path(".authctl-LinkXY")).unwrap();
    crate::env::fifo(&env.path(".authctl-FifoXY"), 0o600);
    fs::remove_file(env.path(".authctl-notes")).unwrap();
    let before = hidden(&env);
    temporary(&env, ".authctl-Zz9Zz9");
    env.run(["export", "users.csv"]).succeeds();
    assert_eq!(hidden(&env), before);
    drop(held);
    env.run(["export", "again.csv"]).succeeds();
    assert_eq!(hidden(&env).len(), before.len() - 1);
}

#[test]
fn the_next_login_cleans_the_session_folder() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.log_in(["meg"]).succeeds();
    let left = env.state_file().with_file_name(".authctl-aB3dE6");
    fs::write(&left, "a token").unwrap();
    env.log_in(["meg"]).succeeds();
    assert!(!left.exists());
}
