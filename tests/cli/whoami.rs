//! `whoami`: prints the user of a token, and writes nothing.

use insta::assert_snapshot;

use crate::env::{KNOX, REPAIRS, TestEnv};

fn with_meg() -> (TestEnv, String) {
    let env = TestEnv::with_database("");
    let run = env.run(["register", "meg", "--email", "meg@ducharme.com", "--no-password"]).succeeds();
    (env, run.stdout.trim_end().to_owned())
}

#[test]
fn prints_the_user_of_the_token() {
    let (env, token) = with_meg();
    let run = env.run_with_input(&token, ["whoami", "--token-stdin"]);
    assert_snapshot!(run.snapshot(&env), @r"
    exit: 0
    --- stdout
    meg
    --- stderr
    Token valid for meg@ducharme.com
    ");
    let quiet = env.run_with_input(&token, ["whoami", "--token-stdin", "--quiet"]).succeeds();
    assert_eq!((&*quiet.stdout, &*quiet.stderr), ("meg\n", ""));
}

#[test]
fn tokens_are_accepted_as_clients_send_them() {
    let (env, token) = with_meg();
    for form in ["{}", "{}\n", " {}\r\n", "Token {}", "token {}\n", "TOKEN   {}", "Bearer {}"] {
        let given = form.replace("{}", &token);
        assert_eq!(env.run_with_input(&given, ["whoami", "--token-stdin"]).succeeds().stdout, "meg\n");
        env.write("token", &given);
        assert_eq!(env.run(["whoami", "--token-file", "token"]).succeeds().stdout, "meg\n");
        let run = env.run_with_env(&[("AUTHCTL_TOKEN", &given)], ["whoami"]).succeeds();
        assert_eq!(run.stdout, "meg\n");
    }
}

#[test]
fn writes_nothing() {
    for config in ["", KNOX] {
        let env = TestEnv::with_database(config);
        let token = env.register_quickly("meg");
        let before = env.database_bytes();
        env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
        env.run_with_input("abc", ["whoami", "--token-stdin"]).ends_with(4);
        assert!(before == env.database_bytes());
        assert!(!env.state_file().exists());
        assert_eq!(std::fs::read_dir(env.path("")).unwrap().count(), 2, "whoami created a file");
    }
}

#[test]
fn works_on_a_read_only_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let (env, token) = with_meg();
    let path = env.path("db.sqlite3");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    assert_eq!(env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds().stdout, "meg\n");
}

#[test]
fn the_most_specific_source_wins() {
    let (env, meg) = with_meg();
    let joe = env.register_quickly("joe");
    let ann = env.register_quickly("ann");
    env.log_in(["ann"]).succeeds();
    assert_eq!(env.run(["whoami"]).succeeds().stdout, "ann\n");
    let variable = [("AUTHCTL_TOKEN", &*joe)];
    assert_eq!(env.run_with_env(&variable, ["whoami"]).succeeds().stdout, "joe\n");
    env.write("token", &meg);
    assert_eq!(env.run_with_env(&variable, ["whoami", "--token-file", "token"]).succeeds().stdout, "meg\n");
    // An empty variable is probably a mistake in a script; it must not fall back to the session.
    env.run_with_env(&[("AUTHCTL_TOKEN", "")], ["whoami"]).ends_with(2);
    env.run_with_env(&[("AUTHCTL_TOKEN", "")], ["logout"]).ends_with(2);
    // An invalid variable does not fall back to the session either.
    env.run_with_env(&[("AUTHCTL_TOKEN", "abc")], ["whoami"]).ends_with(4);
    env.run(["whoami", "--token-stdin", "--token-file", "token"]).ends_with(2);
    assert_eq!(env.run_with_input(&ann, ["whoami", "--token-stdin"]).succeeds().stdout, "ann\n");
}

#[test]
fn answers_with_stable_keys_and_without_the_token() {
    let env = TestEnv::with_database(REPAIRS);
    let run = env.run([
        "register",
        "a@b.de",
        "--first-name",
        "A",
        "--last-name",
        "B",
        "--set",
        "specialty=x",
        "--no-password",
    ]);
    let token = run.succeeds().stdout;
    let run = env.run_with_input(&token, ["whoami", "--token-stdin", "--format", "json"]).succeeds();
    let answer = run.json();
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["valid", "token", "scheme", "expiry", "staff", "user", "profile", "profiles"]);
    assert!(answer["token"].is_null());
    assert_eq!(answer["profile"]["kind"], "employee");
    assert_eq!(answer["staff"], true);
    assert!(!run.stdout.contains(token.trim_end()));
}

#[test]
fn rejected_tokens() {
    let (env, token) = with_meg();
    for bad in ["abc", "Token", &token[..39], &token.to_uppercase(), &format!("{token}0")] {
        if bad == token {
            continue;
        }
        let run = env.run_with_input(bad, ["whoami", "--token-stdin", "--format", "json"]).ends_with(4);
        assert_eq!(run.error()["code"], "token_invalid", "{bad}");
        assert!(bad.len() < 6 || !run.stderr.contains(bad));
    }
    env.execute("UPDATE auth_user SET is_active = 0");
    let run = env.run_with_input(&token, ["whoami", "--token-stdin"]).ends_with(4);
    assert!(run.stderr.contains("invalid, or its user is inactive"), "{}", run.stderr);
    assert!(!run.stderr.contains(&token));
}

#[test]
fn expired_tokens() {
    let env = TestEnv::with_database(KNOX);
    let token = env.register_quickly("meg");
    env.execute("UPDATE knox_authtoken SET expiry = '2020-01-02 03:04:05'");
    let run = env.run_with_input(&token, ["whoami", "--token-stdin", "--format", "json"]).ends_with(4);
    assert_eq!(run.error()["code"], "token_expired");
    assert_eq!(
        env.value("SELECT count(*) FROM knox_authtoken"),
        "1",
        "whoami must not delete expired tokens"
    );
    env.execute("UPDATE knox_authtoken SET expiry = NULL");
    env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
}

#[test]
fn a_public_prefix_is_not_a_token() {
    let env = TestEnv::with_database(KNOX);
    let token = env.register_quickly("meg");
    env.run_with_input(&token[..15], ["whoami", "--token-stdin"]).ends_with(4);
    // The same public prefix with another secret.
    let forged = format!("{}{}", &token[..15], "0".repeat(token.len() - 15));
    env.run_with_input(&forged, ["whoami", "--token-stdin"]).ends_with(4);
}

#[test]
fn without_a_session_it_fails() {
    let (env, _) = with_meg();
    assert_snapshot!(env.run(["whoami"]).snapshot(&env), @r"
    exit: 4
    --- stdout
    --- stderr
    error: You are not logged in to this database.
    hint: Log in with `authctl login`, or pass a token with --token-stdin, --token-file or AUTHCTL_TOKEN.
    ");
    assert_eq!(env.run(["whoami", "--format", "json"]).ends_with(4).error()["code"], "not_logged_in");
}

#[test]
fn a_token_on_the_command_line_is_refused_and_not_echoed() {
    let (env, token) = with_meg();
    for arguments in [vec!["whoami", &token], vec!["whoami", "--token-stdin", &token, "--format", "json"]] {
        let run = env.run(arguments).ends_with(2);
        assert!(!run.stderr.contains(&token), "{}", run.stderr);
    }
}

#[test]
fn text_from_the_database_cannot_control_the_terminal() {
    let (env, token) = with_meg();
    env.execute(
        "UPDATE auth_user SET username = 'm' || char(27) || '[31mg', email = 'a' || char(27) || '[2J@b.de'",
    );
    let run = env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
    assert!(!run.stdout.contains('\u{1b}'), "{:?}", run.stdout);
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
}

#[test]
fn a_missing_database_names_its_path() {
    let env = TestEnv::new();
    assert_snapshot!(env.run_with_input("abc", ["whoami", "--token-stdin"]).snapshot(&env), @r"
    exit: 9
    --- stdout
    --- stderr
    error: Database [WORK]/db.sqlite3 does not exist.
    hint: In a Django project, go to the folder with manage.py, or pass the database with --db or AUTHCTL_DB; `manage.py migrate` creates it. Without a project, create one with `authctl init`. A project with its own user model cannot adopt it.
    ");
    assert_eq!(std::fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn a_locked_database_is_exit_8() {
    let (env, token) = with_meg();
    let database = env.database();
    database.execute_batch("BEGIN EXCLUSIVE").unwrap();
    env.run_with_input(&token, ["whoami", "--token-stdin", "--busy-timeout", "0.1"]).ends_with(8);
}

#[test]
fn a_variable_that_is_not_utf_8_is_an_error() {
    use std::os::unix::ffi::OsStrExt as _;
    let (env, _) = with_meg();
    env.register_quickly("joe");
    env.log_in(["joe"]).succeeds();
    let mut command = env.command();
    command.arg("whoami").env("AUTHCTL_TOKEN", std::ffi::OsStr::from_bytes(b"\xff\xfe"));
    let run = crate::env::Run::of(command.output().unwrap());
    assert_ne!(run.code, 0, "{}", run.stdout);
}

#[test]
fn custom_drf_keys() {
    let (env, _) = with_meg();
    let whoami = |key: &str| {
        env.database().execute("UPDATE authtoken_token SET key = ?1", [key]).unwrap();
        env.run_with_input(key, ["whoami", "--token-stdin"])
    };
    let long = "k".repeat(200);
    for key in ["x", "s3cret!", "a:b/c+d=", "token", "ABCdef", &long] {
        assert_eq!(whoami(key).succeeds().stdout, "meg\n", "{key}");
    }
    // Keys that no header can carry: DRF and knox refuse spaces and non-ASCII characters.
    for key in ["clé", "two words", "a\tb"] {
        whoami(key).ends_with(4);
        env.run_with_input(key, ["revoke-token", "--token-stdin", "--dry-run"]).succeeds();
    }
}

#[test]
fn knox_tokens_with_another_prefix_are_accepted() {
    let env = TestEnv::with_database("[tokens]\nscheme = \"knox\"\nprefix = \"old_\"\n");
    let token = env.register_quickly("meg");
    assert!(token.starts_with("old_"), "{token}");
    for prefix in ["", "new_"] {
        env.write("authctl.toml", &format!("[tokens]\nscheme = \"knox\"\nprefix = \"{prefix}\"\n"));
        env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
    }
    // The prefix is part of the token.
    env.run_with_input(&token[4..], ["whoami", "--token-stdin"]).ends_with(4);
}

#[test]
fn knox_digests_use_the_projects_hash() {
    for (hash, length) in [("sha256", "64"), ("sha384", "96"), ("sha512", "128")] {
        let config = format!("[tokens]\nscheme = \"knox\"\nhash = \"{hash}\"\n");
        let env = TestEnv::with_database(&config);
        let token = env.register_quickly("meg");
        assert_eq!(env.value("SELECT length(digest) FROM knox_authtoken"), length);
        env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
        let other = if hash == "sha512" { "sha256" } else { "sha512" };
        env.write("authctl.toml", &config.replace(hash, other));
        env.run_with_input(&token, ["whoami", "--token-stdin"]).ends_with(4);
    }
}
