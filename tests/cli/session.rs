//! The saved session: one private file with one entry per database.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use insta::assert_snapshot;

use crate::env::{PASSWORD, TestEnv};

fn logged_in() -> (TestEnv, String) {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let token = env.log_in(["meg"]).succeeds().stdout.trim_end().to_owned();
    (env, token)
}

fn entries(env: &TestEnv) -> serde_json::Value {
    serde_json::from_slice(&fs::read(env.state_file()).unwrap()).unwrap()
}

#[test]
fn is_private() {
    let (env, _) = logged_in();
    let file = env.state_file();
    let folder = file.parent().unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
}

#[test]
fn a_file_or_folder_that_others_can_use_is_refused() {
    let (env, token) = logged_in();
    let before = fs::read(env.state_file()).unwrap();
    let refused = |path: &std::path::Path, mode: u32| {
        let was = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let run = env.run(["whoami"]).ends_with(2);
        let path_text = path.to_str().unwrap();
        assert!(run.stderr.contains(path_text) && run.stderr.contains("chmod"), "{mode:o}: {}", run.stderr);
        // The login itself succeeds and warns that it was not saved.
        let run = env.log_in(["meg"]).succeeds();
        assert_eq!(run.stdout.trim_end(), token);
        assert!(run.stderr.contains("warning: The session was not saved"), "{mode:o}: {}", run.stderr);
        fs::set_permissions(path, was).unwrap();
    };
    for mode in [0o644, 0o640, 0o602] {
        refused(&env.state_file(), mode);
    }
    for mode in [0o777, 0o1777, 0o720] {
        refused(env.state_file().parent().unwrap(), mode);
    }
    assert_eq!(fs::read(env.state_file()).unwrap(), before);
    env.run(["whoami"]).succeeds();
}

#[test]
fn a_fifo_or_a_link_in_its_place_is_refused_and_does_not_hang() {
    let (env, _) = logged_in();
    let saved = env.path("saved");
    fs::rename(env.state_file(), &saved).unwrap();
    crate::env::fifo(&env.state_file(), 0o600);
    env.run(["whoami"]).ends_with(2);
    fs::remove_file(env.state_file()).unwrap();
    std::os::unix::fs::symlink(&saved, env.state_file()).unwrap();
    env.run(["whoami"]).ends_with(2);
    let run = env.log_in(["meg"]).succeeds();
    assert!(run.stderr.contains("warning: The session was not saved"), "{}", run.stderr);
    assert!(env.state_file().symlink_metadata().unwrap().is_symlink());
}

#[test]
fn a_fifo_in_place_of_its_lock_is_refused_and_does_not_hang() {
    let (env, _) = logged_in();
    let lock = env.state_file().with_extension("lock");
    fs::remove_file(&lock).unwrap();
    crate::env::fifo(&lock, 0o600);
    let run = env.run(["logout", "--keep-token"]).ends_with(2);
    assert!(run.stderr.contains("it is not a regular file"), "{}", run.stderr);
    let run = env.log_in(["meg"]).succeeds();
    assert!(run.stderr.contains("warning: The session was not saved"), "{}", run.stderr);
}

#[test]
fn is_replaced_not_rewritten() {
    let (env, _) = logged_in();
    let before = fs::metadata(env.state_file()).unwrap().ino();
    let open = fs::File::open(env.state_file()).unwrap();
    env.register_quickly("joe");
    env.log_in(["joe"]).succeeds();
    assert_ne!(fs::metadata(env.state_file()).unwrap().ino(), before, "the file is replaced, not rewritten");
    let old: serde_json::Value = serde_json::from_reader(open).unwrap();
    assert!(old.to_string().contains("\"meg\""), "a reader keeps the old content");
}

#[test]
fn has_one_entry_for_each_database() {
    let (env, _) = logged_in();
    env.run(["init", "--db", "other.sqlite3"]).succeeds();
    env.run_with_input(PASSWORD, ["register", "joe", "--password-stdin", "--db", "other.sqlite3"]).succeeds();
    env.log_in(["joe", "--db", "other.sqlite3"]).succeeds();
    assert_eq!(entries(&env).as_object().unwrap().len(), 2);
    assert_eq!(env.run(["whoami"]).succeeds().stdout, "meg\n");
    assert_eq!(env.run(["whoami", "--db", "other.sqlite3"]).succeeds().stdout, "joe\n");
    env.run(["logout"]).succeeds();
    env.run(["whoami"]).ends_with(4);
    assert_eq!(env.run(["whoami", "--db", "other.sqlite3"]).succeeds().stdout, "joe\n");
    // A login as someone else replaces the session.
    env.register_quickly("ann");
    env.log_in(["ann"]).succeeds();
    assert_eq!(env.run(["whoami"]).succeeds().stdout, "ann\n");
    assert_eq!(entries(&env).as_object().unwrap().len(), 2);
}

#[test]
fn two_paths_of_a_database_share_a_session() {
    let (env, _) = logged_in();
    fs::create_dir(env.path("sub")).unwrap();
    std::os::unix::fs::symlink(env.path("db.sqlite3"), env.path("link.sqlite3")).unwrap();
    for path in ["./db.sqlite3", "sub/../db.sqlite3", "link.sqlite3"] {
        assert_eq!(env.run(["whoami", "--db", path]).succeeds().stdout, "meg\n", "{path}");
    }
}

#[test]
fn no_store_leaves_it_alone() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.register_quickly("joe");
    env.log_in(["meg", "--no-store"]).succeeds();
    assert!(!env.state_file().exists());
    env.log_in(["joe"]).succeeds();
    let before = fs::read(env.state_file()).unwrap();
    env.log_in(["meg", "--no-store"]).succeeds();
    assert!(before == fs::read(env.state_file()).unwrap());
}

#[test]
fn a_deleted_token_gets_a_hint_to_log_in() {
    let (env, _) = logged_in();
    env.execute("DELETE FROM authtoken_token");
    assert_snapshot!(env.run(["whoami"]).snapshot(&env), @r#"
    exit: 4
    --- stdout
    --- stderr
    error: The saved session of "meg" has ended: its token is no longer accepted.
    hint: Log in again with `authctl login meg`.
    "#);
    assert_eq!(env.run(["whoami", "--format", "json"]).ends_with(4).error()["code"], "session_gone");
    env.log_in(["meg"]).succeeds();
    assert_eq!(env.run(["whoami"]).succeeds().stdout, "meg\n");
}

#[test]
fn an_invalid_file_is_reported_without_its_content() {
    let (env, token) = logged_in();
    fs::write(env.state_file(), format!("{{\"x\": \"{token}")).unwrap();
    let run = env.run(["whoami"]).ends_with(1);
    assert!(run.stderr.contains("sessions.json") && !run.stderr.contains(&token), "{}", run.stderr);
    // The login itself succeeds and warns that it was not saved.
    let run = env.log_in(["meg"]).succeeds();
    assert_eq!(run.stdout.trim_end(), token);
    assert!(run.stderr.contains("warning: The session was not saved"), "{}", run.stderr);
}

#[test]
fn is_under_home_by_default() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.write("secret", PASSWORD);
    let home = env.path("home");
    fs::create_dir(&home).unwrap();
    let mut command = env.command();
    command
        .args(["login", "meg", "--password-file", "secret"])
        .env_remove("XDG_STATE_HOME")
        .env("HOME", &home);
    crate::env::Run::of(command.output().unwrap()).succeeds();
    assert!(home.join(".local/state/authctl/sessions.json").exists());
    let mut command = env.command();
    command.args(["login", "meg", "--password-file", "secret"]).env_remove("XDG_STATE_HOME");
    let run = crate::env::Run::of(command.output().unwrap()).succeeds();
    assert!(run.stderr.contains("not saved"), "{}", run.stderr);
}

#[test]
fn concurrent_logins_are_all_saved() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let names: Vec<String> = (0..8).map(|number| format!("copy{number}.sqlite3")).collect();
    for name in &names {
        fs::copy(env.path("db.sqlite3"), env.path(name)).unwrap();
    }
    std::thread::scope(|scope| {
        for name in &names {
            let env = &env;
            scope.spawn(move || env.log_in(["meg", "--db", name]).succeeds());
        }
    });
    assert_eq!(entries(&env).as_object().unwrap().len(), 8);
}

#[test]
fn a_login_that_cannot_be_saved_is_a_warning() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    // A folder in which not even root can create a file.
    std::os::unix::fs::symlink("/proc/self/task", env.state_file().parent().unwrap()).unwrap();
    let run = env.log_in(["meg"]).succeeds();
    assert_eq!(run.stdout.trim_end(), token);
    assert!(run.stderr.contains("warning: The session was not saved"), "{}", run.stderr);
}
