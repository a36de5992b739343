//! `check-password`: answers by its exit code alone.

use crate::env::{PASSWORD, Run, TestEnv};
use crate::terminal::Terminal;

fn check(env: &TestEnv, name: &str, password: &str, more: &[&str]) -> Run {
    let arguments = ["check-password", name, "--password-stdin"];
    env.run_with_input(password, arguments.iter().chain(more))
}

#[track_caller]
fn prints_nothing(run: &Run) {
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
}

#[test]
fn answers_by_the_exit_code_alone() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.register_quickly("off");
    env.execute("UPDATE auth_user SET is_active = 0 WHERE username = 'off'");
    env.run(["register", "none", "--no-password"]).succeeds();
    let before = env.database_bytes();
    for more in [&[][..], &["--format", "json"], &["--format", "csv"], &["--quiet"]] {
        prints_nothing(&check(&env, "meg", PASSWORD, more).succeeds());
        for (name, password) in [
            ("nobody", PASSWORD),
            ("meg", "wrong"),
            ("meg", ""),
            ("off", PASSWORD),
            ("none", PASSWORD),
            ("MEG", PASSWORD),
        ] {
            prints_nothing(&check(&env, name, password, more).ends_with(4));
        }
    }
    assert!(before == env.database_bytes(), "check-password wrote to the database");
    assert!(!env.state_file().exists(), "check-password saved a session");
}

#[test]
fn needs_no_token_table() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.execute("DROP TABLE authtoken_token");
    prints_nothing(&check(&env, "meg", PASSWORD, &[]).succeeds());
}

#[test]
fn passwords_have_one_source() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.write("secret", &format!("{PASSWORD}\n"));
    env.run(["check-password", "meg", "--password-file", "secret"]).succeeds();
    let variable = ["check-password", "meg", "--password-env", "SECRET"];
    env.run_with_env(&[("SECRET", PASSWORD)], variable).succeeds();
    env.run_with_env(&[("SECRET", "wrong")], variable).ends_with(4);
    env.run(["check-password", "meg", "--password-stdin", "--password-file", "secret"]).ends_with(2);
}

#[test]
fn other_failures_are_reported() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let missing = env.run(["check-password", "meg", "--format", "json"]).ends_with(6).error();
    assert_eq!(missing["faults"][0]["field"], "password");
    let run = check(&env, "meg", PASSWORD, &["--db", "nowhere"]).ends_with(9);
    assert!(run.stderr.contains("nowhere"), "{}", run.stderr);
    assert!(!env.run(["check-password"]).ends_with(2).stderr.is_empty());
    let holder = env.database();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let run = check(&env, "meg", PASSWORD, &["--busy-timeout", "0"]).ends_with(8);
    assert!(run.stderr.contains("busy"), "{}", run.stderr);
}

#[test]
fn asks_at_a_terminal() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    for (password, code) in [(PASSWORD, 0), ("wrong", 4)] {
        let mut command = env.command();
        command.args(["check-password", "meg"]);
        let mut terminal = Terminal::start(&command);
        terminal.types_secretly("Password", password);
        let screen = terminal.ends_with(code);
        assert!(!screen.contains(password) && !screen.contains("Unable"), "{screen}");
    }
}
