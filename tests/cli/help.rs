//! The help of the program and of each command, and errors for wrong command lines.

use crate::env::{Run, TestEnv};
use crate::seed;

const WIDTH: &str = "100";

fn commands() -> Vec<String> {
    let program = authctl::command();
    program.get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

fn help(arguments: &[&str]) -> String {
    let env = TestEnv::new();
    let mut command = env.command();
    command.args(arguments).env("COLUMNS", WIDTH);
    Run::of(command.output().unwrap()).succeeds().stdout
}

#[test]
fn the_help_of_the_program() {
    insta::assert_snapshot!("authctl", help(&["--help"]));
    insta::assert_snapshot!("authctl-short", help(&["-h"]));
}

#[test]
fn the_help_of_each_command() {
    for command in commands() {
        insta::assert_snapshot!(format!("authctl-{command}"), help(&[&command, "--help"]));
    }
}

#[test]
fn each_command_has_an_example() {
    for command in commands() {
        let help = help(&[&command, "--help"]);
        let examples = help.split_once("Examples:").unwrap_or_else(|| panic!("{command} has no examples")).1;
        assert!(examples.contains(&format!("authctl {command}")), "{command}");
    }
}

#[test]
fn the_list_of_commands() {
    assert_eq!(
        commands(),
        [
            "register",
            "list-users",
            "show-user",
            "edit-user",
            "set-password",
            "check-password",
            "delete-user",
            "list-groups",
            "create-token",
            "list-tokens",
            "revoke-token",
            "migrate-tokens",
            "login",
            "whoami",
            "logout",
            "lock-user",
            "unlock-user",
            "revoke-access",
            "list-sessions",
            "reset-mfa",
            "import",
            "export",
            "apply",
            "init",
            "check",
            "backup",
            "completions"
        ]
    );
}

#[test]
fn short_help_fits_a_screen_and_points_to_the_rest() {
    for command in commands() {
        let help = help(&[&command, "-h"]);
        assert!(help.lines().count() <= 40, "{command}: {} lines", help.lines().count());
        assert!(help.ends_with("\n\nRun with --help for all options.\n"), "{command}: {help}");
    }
}

#[test]
fn no_line_of_help_is_wider_than_the_terminal() {
    for command in commands() {
        for line in help(&[&command, "--help"]).lines() {
            assert!(line.chars().count() <= 100 || line.contains("  authctl"), "{command}: {line}");
        }
    }
}

#[test]
fn unknown_words_are_wrong_usage_and_get_a_suggestion() {
    let env = TestEnv::new();
    let run = env.run(["regsiter"]).ends_with(2);
    assert!(run.stderr.contains("regsiter") && run.stderr.contains("'register'"), "{}", run.stderr);
    let run = env.run(["list-users", "--serach", "x"]).ends_with(2);
    assert!(run.stderr.contains("--search"), "{}", run.stderr);
    let run = env.run::<&str>([]).ends_with(2);
    assert!(run.stderr.contains("Usage:") && run.stdout.is_empty(), "{}", run.stderr);
}

#[test]
fn no_option_takes_a_secret() {
    let env = TestEnv::with_database("");
    for arguments in [
        &["register", "meg", "--password", "swordfish"][..],
        &["login", "meg", "--password=swordfish"],
        &["check-password", "meg", "--password", "swordfish"],
        &["check-password", "meg", "swordfish"],
        &["whoami", "--token", "swordfish"],
        &["revoke-token", "--token", "swordfish"],
    ] {
        env.run(arguments).ends_with(2);
    }
}

#[test]
fn a_key_in_a_wrong_place_is_not_echoed() {
    let env = TestEnv::with_database("");
    let drf = seed::key("0123456789abcdef");
    let knox = format!("{drf}{}", &drf[..24]);
    for key in [drf, knox] {
        let option = format!("--token={key}");
        let misplaced = format!("--format={key}");
        for arguments in [
            &[&*key][..],
            &["whoami", &key],
            &["whoami", "--token", &key],
            &["whoami", &option],
            &["logout", &key],
            &["revoke-token", &key],
            &["revoke-token", "--token-stdin", &key],
            &["list-tokens", &key],
            &["list-tokens", "--scheme", &key],
            &["list-users", &misplaced],
            &["whoami", &key, "--format", "json"],
            &["completions", &key],
        ] {
            let run = env.run(arguments).ends_with(2);
            assert!(!run.stderr.contains(&key[..16]), "{arguments:?}: {}", run.stderr);
            assert!(!run.stdout.contains(&key[..16]), "{arguments:?}");
        }
    }
}

#[test]
fn a_key_given_for_a_user_is_not_echoed() {
    let env = TestEnv::with_database("");
    let key = seed::key("0123456789abcdef");
    for arguments in [
        &["create-token", &key][..],
        &["list-tokens", "--user", &key],
        &["revoke-token", "--user", &key],
        &["show-user", &key],
    ] {
        let run = env.run(arguments).ends_with(3);
        assert!(!run.stderr.contains(&key[..16]), "{arguments:?}: {}", run.stderr);
    }
}

/// Only the subcommand that is named first is built, so a value with a command's name must not be mistaken for it.
#[test]
fn a_value_may_be_the_name_of_a_command() {
    let env = TestEnv::new();
    env.run(["init", "--db", "whoami"]).succeeds();
    let users = env.run(["--db", "whoami", "list-users", "--format", "json"]).succeeds();
    assert_eq!(users.stdout.trim(), "[]");
    let run = env.run(["--db", "whoami"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("requires a subcommand"), "{}", run.stderr);
}

#[test]
fn without_a_command_the_help_is_on_standard_error() {
    let run = TestEnv::new().run([] as [&str; 0]).ends_with(2);
    assert!(run.stderr.starts_with("Administer accounts"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}
