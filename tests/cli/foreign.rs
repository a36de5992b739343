//! A database owned by another user. Needs root to change users.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;

use crate::env::{Run, TestEnv};

/// Owns nothing on any machine.
const NOBODY: u32 = 65_534;

#[test]
fn another_users_wal_database_needs_force() {
    let env = TestEnv::with_database("");
    let id = std::process::Command::new("id").arg("-u").output().unwrap();
    assert_eq!(id.stdout, b"0\n", "this test needs root");
    // Everyone may write here, so that only the owner of the files matters.
    for (path, mode) in [(env.path("."), 0o777), (env.path("db.sqlite3"), 0o666)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::remove_file(env.path("authctl.toml")).unwrap();
    // Copied by `cp`, not by this process: other tests fork, and a child that inherits the open file prevents its
    // execution.
    let program = env.path("authctl");
    let copied = std::process::Command::new("cp").arg(env!("CARGO_BIN_EXE_authctl")).arg(&program).status();
    assert!(copied.unwrap().success());
    let as_nobody = |arguments: &[&str]| {
        let mut command = std::process::Command::new(&program);
        command.current_dir(env.path(".")).env_clear().uid(NOBODY).gid(NOBODY).args(arguments);
        Run::of(command.output().unwrap())
    };
    as_nobody(&["list-users"]).succeeds();

    env.execute("PRAGMA journal_mode = wal");
    let refused = as_nobody(&["list-users", "--format", "json"]).ends_with(2);
    assert_eq!(refused.error()["code"], "foreign");
    assert!(!env.path("db.sqlite3-wal").exists(), "files were created beside the database");
    as_nobody(&["list-users", "--force"]).succeeds();

    chown(env.path("db.sqlite3"), Some(NOBODY), None).unwrap();
    as_nobody(&["list-users"]).succeeds();
    env.run(["list-users"]).succeeds();
}
