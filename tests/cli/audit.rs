//! The audit log: who changed what, before and after the change, and never a value.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value as Json, json};

use crate::env::TestEnv;

fn lines(env: &TestEnv, name: &str) -> Vec<Json> {
    let text = fs::read_to_string(env.path(name)).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_change_has_a_line_before_and_a_line_after() {
    let env = TestEnv::with_database("");
    env.write(
        "authctl.toml",
        "[audit]\nfile = \"log/audit.jsonl\"\n[passwords]\nhasher = \"pbkdf2_sha256\"\n",
    );
    let run = env.run(["register", "meg", "--no-password"]).ends_with(1);
    let log = env.path("log/audit.jsonl");
    let message = format!("The audit log {} cannot be written: No such file", log.display());
    assert!(run.stderr.contains(&message), "{}", run.stderr);
    assert_eq!(
        env.value("SELECT count(*) FROM auth_user"),
        "0",
        "nothing changes if the log cannot be written"
    );
    let init = ["register", "meg", "--no-password", "--init", "--db", "new.sqlite3"];
    let run = env.run(init).ends_with(1);
    assert!(run.stderr.contains(&message) && !env.path("new.sqlite3").exists(), "{}", run.stderr);

    fs::create_dir(env.path("log")).unwrap();
    let token = env.run(["register", "meg", "--no-password"]).succeeds().stdout;
    let log = lines(&env, "log/audit.jsonl");
    assert_eq!(log.len(), 2);
    let user = std::process::Command::new("id").arg("-un").output().unwrap();
    for (line, state) in log.iter().zip(["begun", "done"]) {
        assert_eq!(line["state"], state);
        assert_eq!(line["id"], log[0]["id"]);
        assert_eq!(line["command"], "register");
        assert_eq!(line["object"], json!({ "user": "meg" }));
        assert_eq!(line["os_user"], String::from_utf8_lossy(&user.stdout).trim());
        assert_eq!(line["database"], env.path("db.sqlite3").canonicalize().unwrap().to_str().unwrap());
        let fields: Vec<&str> = line["fields"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
        assert!(fields.contains(&"username") && fields.contains(&"token"), "{fields:?}");
    }
    let mode = fs::metadata(env.path("log/audit.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let secret = "a-long-secret-7";
    env.run_with_input(secret, ["set-password", "meg", "--password-stdin"]).succeeds();
    env.run(["create-token", "meg", "--rotate"]).succeeds();
    env.run(["logout", "--keep-token"]).ends_with(4);
    let text = fs::read_to_string(env.path("log/audit.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 6);
    assert!(!text.contains(secret) && !text.contains(token.trim()));
}

#[test]
fn a_pipe_gets_both_lines_once_it_is_read() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    crate::env::fifo(&env.path("log"), 0o600);
    let mut command = env.command();
    let mut child = command.args(["edit-user", "meg", "--staff", "--audit-log", "log"]).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert!(child.try_wait().unwrap().is_none(), "the command did not wait for a reader");
    assert_eq!(env.value("SELECT is_staff FROM auth_user"), "0");
    assert_eq!(lines(&env, "log").len(), 2);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_file_that_is_not_a_log_is_left_alone() {
    let env = TestEnv::with_database("");
    env.write("authctl.toml", "[passwords]\n");
    let register = ["register", "meg", "--no-password", "--audit-log", "authctl.toml"];
    let run = env.run(register).ends_with(2);
    assert!(run.stderr.contains("authctl.toml: this file is not an audit log"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(env.path("authctl.toml")).unwrap(), "[passwords]\n");
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

#[test]
fn commands_that_change_nothing_are_not_logged() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let log = ["--audit-log", "audit.jsonl"];
    let run = |arguments: &[&str]| env.run(arguments.iter().chain(&log));
    run(&["create-token", "meg"]).succeeds();
    run(&["register", "meg", "--on-existing", "skip", "--no-password"]).succeeds();
    run(&["edit-user", "meg", "--staff", "--dry-run"]).succeeds();
    run(&["edit-user", "meg", "--email", "x"]).ends_with(6);
    assert_eq!(lines(&env, "audit.jsonl").len(), 0);
    run(&["edit-user", "meg", "--staff"]).succeeds();
    assert_eq!(lines(&env, "audit.jsonl").len(), 2);
}

#[test]
fn a_failed_change_is_logged_as_failed() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    // A reference that SQLite checks only at the commit.
    env.execute("CREATE TABLE note (user_id integer NOT NULL REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED)");
    env.execute("CREATE TRIGGER late AFTER UPDATE ON auth_user BEGIN INSERT INTO note VALUES (99); END");
    env.run(["edit-user", "meg", "--staff", "--audit-log", "audit.jsonl"]).ends_with(6);
    let log = lines(&env, "audit.jsonl");
    assert_eq!(log.iter().map(|line| line["state"].clone()).collect::<Vec<_>>(), ["begun", "failed"]);
    assert_eq!(log[1]["error"], "invalid");
    assert_eq!(env.value("SELECT is_staff FROM auth_user"), "0");
    // The dry run fails too.
    env.run(["edit-user", "meg", "--staff", "--dry-run"]).ends_with(6);
}

#[test]
fn a_new_database_is_logged_before_it_is_created() {
    let env = TestEnv::new();
    env.run(["init", "--audit-log", "no/such/folder.jsonl"]).ends_with(1);
    assert!(!env.path("db.sqlite3").exists());
    env.run(["register", "meg", "--init", "--no-password", "--audit-log", "audit.jsonl"]).succeeds();
    assert_eq!(lines(&env, "audit.jsonl").len(), 2);
}

#[test]
fn a_truncated_line_does_not_swallow_the_next() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.write("audit.jsonl", "{\"id\": \"cut sh");
    env.run(["edit-user", "meg", "--staff", "--audit-log", "audit.jsonl"]).succeeds();
    let text = fs::read_to_string(env.path("audit.jsonl")).unwrap();
    let whole: Vec<Json> = text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(whole.len(), 2);
}
