//! Email addresses that the database keeps unique, beside another login column.

use super::faults;
use crate::env::TestEnv;

/// A project whose users log in by a name and have unique addresses, with two users.
fn clients() -> TestEnv {
    let env = TestEnv::with_schema("two_unique");
    env.write("authctl.toml", "[database]\nlogin_column = \"username\"\n");
    for name in ["ann", "joe"] {
        env.run(["register", name, "--email", &format!("{name}@example.com"), "--no-password"]).succeeds();
    }
    env
}

#[test]
fn a_unique_address_is_required() {
    let env = clients();
    let run = env.run(["register", "zoe", "--no-password", "--format", "json"]).ends_with(6);
    assert_eq!(faults(&run), ["email required"]);
    let run = env.run(["register", "zoe", "--no-password", "--email", " "]).ends_with(6);
    assert!(run.stderr.contains("Pass --email ADDRESS."), "{}", run.stderr);
    env.write("a.csv", "username,email\nzoe,\n");
    let run = env.run(["import", "a.csv"]).ends_with(6);
    assert!(run.stderr.contains("a.csv, line 2"), "{}", run.stderr);
    assert_eq!(env.value("SELECT count(*) FROM dual_client"), "2");
}

#[test]
fn a_taken_address_has_one_code_and_wording_in_every_command() {
    const TAKEN: &str = "An account with that email address already exists.";
    let env = clients();
    let register = ["register", "zoe", "--no-password", "--email", "Ann@EXAMPLE.com"];
    env.run(register).succeeds();
    let commands = [
        &["register", "max", "--no-password", "--email", "ann@EXAMPLE.com"][..],
        &["register", "max", "--no-password", "--email", "ann@example.com", "--on-existing", "skip"],
        &["register", "max", "--no-password", "--email", "ann@example.com", "--dry-run"],
        &["edit-user", "joe", "--email", "ann@example.com"],
        &["edit-user", "joe", "--email", "ann@example.com", "--dry-run"],
        &["register", "joe", "--no-password", "--on-existing", "update", "--email", "ann@example.com"],
    ];
    for command in commands {
        let error = env.run(command.iter().chain(&["--format", "json"])).ends_with(5).error();
        assert_eq!((error["code"].as_str(), error["message"].as_str()), (Some("email_taken"), Some(TAKEN)));
        assert!(error["hint"].is_null(), "{error}");
    }
    env.write("a.csv", "username,email\nmax,ann@example.com\n");
    let run = env.run(["import", "a.csv"]).ends_with(6);
    assert_eq!(run.stderr, format!("error: a.csv, line 2: {TAKEN}\n"));
    env.write("a.toml", "[[users]]\nusername = \"max\"\nemail = \"ann@example.com\"\n");
    let run = env.run(["apply", "a.toml", "--yes"]).ends_with(6);
    assert!(run.stderr.ends_with(&format!("max: {TAKEN}\n")), "{}", run.stderr);
    assert_eq!(env.value("SELECT count(*) FROM dual_client"), "3");
    env.run(["edit-user", "joe", "--email", "joe@example.com"]).succeeds();
}

#[test]
fn addresses_that_are_not_unique_may_be_shared_or_missing() {
    let env = TestEnv::with_database("");
    for name in ["ann", "joe"] {
        env.run(["register", name, "--no-password", "--email", "us@example.com"]).succeeds();
    }
    env.run(["register", "zoe", "--no-password"]).succeeds();
    let run = env.run(["check"]).ends_with(11);
    let shared = "warning: Email addresses that several users have: 1 (us@example.com).\n";
    assert!(run.stderr.contains(shared), "{}", run.stderr);
    assert!(!run.stderr.contains("only in case"), "{}", run.stderr);
}
