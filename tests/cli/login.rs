//! `login`: verifies a password, returns a token and saves a session, and writes nothing else.

use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::json;

use crate::env::{KNOX, PASSWORD, TestEnv};

fn with_meg() -> (TestEnv, String) {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    (env, token)
}

#[test]
fn returns_the_token_of_the_registration() {
    let (env, token) = with_meg();
    let run = env.log_in(["meg"]).succeeds();
    assert_eq!(run.stdout, format!("{token}\n"));
    assert_snapshot!(run.snapshot(&env), @r"
    exit: 0
    --- stdout
    [KEY]
    --- stderr
    Logged in as meg.
    ");
}

#[test]
fn creates_a_missing_token() {
    let (env, old) = with_meg();
    env.execute("DELETE FROM authtoken_token");
    let token = env.log_in(["meg"]).succeeds().stdout.trim_end().to_owned();
    assert_ne!(token, old);
    assert_eq!(env.rows("SELECT key, user_id FROM authtoken_token"), [format!("{token}|1")]);
}

#[test]
fn writes_nothing_else() {
    let (env, _) = with_meg();
    // The password is not rehashed, and last_login stays unchanged.
    let before = env.database_bytes();
    env.log_in(["meg"]).succeeds();
    assert!(before == env.database_bytes(), "a login with an existing token must not write");
    env.execute("DELETE FROM authtoken_token");
    let row = env.rows("SELECT * FROM auth_user");
    env.log_in(["meg"]).succeeds();
    assert_eq!(env.rows("SELECT * FROM auth_user"), row);
    assert_eq!(env.value("SELECT last_login FROM auth_user"), "NULL");
}

#[test]
fn knox_creates_a_new_token_at_each_login() {
    let env = TestEnv::with_database(KNOX);
    let first = env.register_quickly("meg");
    let row = env.rows("SELECT * FROM auth_user");
    let run = env.log_in(["meg", "--format", "json"]).succeeds();
    let answer = run.json();
    assert_ne!(answer["token"], first);
    assert_eq!(answer["scheme"], "knox");
    assert_eq!(env.value("SELECT count(*) FROM knox_authtoken"), "2");
    let hours = "SELECT round((julianday(expiry) - julianday(created)) * 24, 3) FROM knox_authtoken";
    assert_eq!(env.rows(hours), ["10", "10"]);
    assert_eq!(env.rows("SELECT * FROM auth_user"), row);
}

#[test]
fn knox_settings_are_applied() {
    let env = TestEnv::with_database("[tokens]\nscheme = \"knox\"\nttl = \"never\"\nprefix = \"shop_\"\n");
    env.register_quickly("meg");
    let run = env.log_in(["meg"]).succeeds();
    assert!(run.stdout.starts_with("shop_") && run.stdout.trim_end().len() == 69, "{}", run.stdout);
    assert_eq!(env.rows("SELECT expiry, length(token_key) FROM knox_authtoken"), ["NULL|15", "NULL|15"]);
    assert_eq!(env.run(["whoami"]).succeeds().stdout, "meg\n");
}

#[test]
fn every_failed_login_gets_the_same_answer() {
    let (env, _) = with_meg();
    env.register_quickly("off");
    env.execute("UPDATE auth_user SET is_active = 0 WHERE username = 'off'");
    env.run(["register", "none", "--no-password"]).succeeds();
    let mut answers = Vec::new();
    for (name, password) in [
        ("nobody", PASSWORD),
        ("meg", "wrong"),
        ("off", PASSWORD),
        ("none", PASSWORD),
        ("MEG", PASSWORD),
        ("ｍｅｇ", PASSWORD),
        (" meg", PASSWORD),
        ("meg", " wonderland-7"),
        ("meg", "wonderland-7 "),
        ("meg", "Wonderland-7"),
        ("meg", ""),
    ] {
        let run = env
            .run_with_input(password, ["login", name, "--password-stdin", "--format", "json"])
            .ends_with(4);
        assert!(!env.state_file().exists(), "{name}");
        answers.push((run.stdout, run.stderr));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_snapshot!(env.run_with_input("wrong", ["login", "meg", "--password-stdin"]).snapshot(&env), @r"
    exit: 4
    --- stdout
    --- stderr
    error: Unable to log in with this username and password.
    ");
}

#[test]
fn an_inactive_user_gets_no_token() {
    let env = TestEnv::with_database("");
    env.register_quickly("off");
    env.execute("DELETE FROM authtoken_token; UPDATE auth_user SET is_active = 0");
    env.log_in(["off"]).ends_with(4);
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
}

#[test]
fn unreadable_hashes_do_not_match_and_tokens_stay_valid() {
    let (env, token) = with_meg();
    for encoded in [
        "",
        "!",
        "x",
        "pbkdf2_sha256$bad",
        "argon2$argon2id$",
        "md5$a$b$c",
        "unknown$1$2$3",
        "scrypt$99999999999$a$8$1$x",
    ] {
        env.database().execute("UPDATE auth_user SET password = ?1", [encoded]).unwrap();
        env.log_in(["meg"]).ends_with(4);
        env.run_with_input(&token, ["whoami", "--token-stdin"]).succeeds();
    }
}

#[test]
fn white_space_is_part_of_a_password() {
    let env = TestEnv::with_database("");
    env.register("meg", " two words\t");
    for (password, code) in [(" two words\t", 0), (" two words\t\n", 0), ("two words", 4), (" two words", 4)]
    {
        env.run_with_input(password, ["login", "meg", "--password-stdin"]).ends_with(code);
    }
}

#[test]
fn all_missing_values_are_reported_at_once() {
    let (env, _) = with_meg();
    assert_snapshot!(env.run(["login"]).snapshot(&env), @r"
    exit: 6
    --- stdout
    --- stderr
    error: username is required. Pass USERNAME.
    password is required. Pass --password-stdin, --password-file or --password-env.
    ");
    let error = env.run(["login", "--format", "json"]).ends_with(6).error();
    assert_eq!(error["faults"].as_array().unwrap().len(), 2);
}

#[test]
fn passwords_have_one_source() {
    let (env, token) = with_meg();
    env.write("secret", &format!("{PASSWORD}\n"));
    let by_file = env.run(["login", "meg", "--password-file", "secret"]).succeeds();
    let by_variable =
        env.run_with_env(&[("SECRET", PASSWORD)], ["login", "meg", "--password-env", "SECRET"]).succeeds();
    assert_eq!((by_file.stdout, by_variable.stdout), (format!("{token}\n"), format!("{token}\n")));
    env.run(["login", "meg", "--password-env", "SECRET"]).ends_with(2);
    env.run(["login", "meg", "--password-stdin", "--password-file", "secret"]).ends_with(2);
    env.run(["login", "meg", "--password-file", "nowhere"]).ends_with(1);
}

#[test]
fn a_variable_that_overrides_the_session_causes_a_warning() {
    let (env, token) = with_meg();
    env.write("secret", PASSWORD);
    let login = ["login", "meg", "--password-file", "secret"];
    let run = env.run_with_env(&[("AUTHCTL_TOKEN", "abc")], login).succeeds();
    assert_snapshot!(run.stderr, @r"
    Logged in as meg.
    warning: AUTHCTL_TOKEN is set and overrides the session that was just saved.
    ");
    assert_eq!(run.stdout, format!("{token}\n"));
}

#[test]
fn two_schemes_are_ambiguous() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    let error = env.log_in(["meg", "--format", "json"]).ends_with(7).error();
    assert_eq!(error["code"], "ambiguous");
    assert!(error["message"].as_str().unwrap().contains("drf, knox"), "{error}");
}

#[test]
fn both_schemes_side_by_side() {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    env.write("authctl.toml", "[tokens]\nscheme = \"drf\"\n");
    let drf = env.register_quickly("meg");
    let knox = env.log_in(["meg", "--scheme", "knox"]).succeeds().stdout;
    assert_eq!(knox.trim_end().len(), 64);
    assert_eq!(env.log_in(["meg", "--scheme", "drf"]).succeeds().stdout, format!("{drf}\n"));
    for token in [&*drf, &*knox] {
        assert_eq!(env.run_with_input(token, ["whoami", "--token-stdin"]).succeeds().stdout, "meg\n");
    }
}

#[test]
fn a_database_without_token_tables_or_without_users() {
    let (env, _) = with_meg();
    env.execute("DROP TABLE authtoken_token");
    env.log_in(["meg"]).ends_with(9);
    env.log_in(["meg", "--db", "nowhere"]).ends_with(9);
    env.write("authctl.toml", "nonsense");
    env.log_in(["meg"]).ends_with(2);
}

#[test]
fn a_busy_database_is_exit_8_only_if_a_token_is_created() {
    let (env, _) = with_meg();
    let database = env.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    env.log_in(["meg", "--busy-timeout", "0.1"]).succeeds();
    database.execute_batch("DELETE FROM authtoken_token; COMMIT; BEGIN IMMEDIATE").unwrap();
    env.log_in(["meg", "--busy-timeout", "0.1"]).ends_with(8);
}

#[test]
fn an_unknown_user_takes_as_long_as_a_wrong_password() {
    let env = TestEnv::with_database("");
    env.register("meg", PASSWORD);
    let time = |name: &str| {
        let start = Instant::now();
        env.run_with_input("wrong", ["login", name, "--password-stdin"]).ends_with(4);
        start.elapsed()
    };
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        known = known.min(time("meg"));
        unknown = unknown.min(time("nobody"));
    }
    // An answer without hashing takes one hundredth of the time.
    assert!(unknown * 3 > known && known * 3 > unknown, "known user: {known:?}, unknown user: {unknown:?}");
}

#[test]
fn the_expiry_is_the_stored_one() {
    let env = TestEnv::with_database(KNOX);
    env.register_quickly("meg");
    let answer = env.log_in(["meg", "--format", "json"]).succeeds().json();
    let stored = env.value("SELECT max(expiry) FROM knox_authtoken").replace(' ', "T") + "Z";
    assert_eq!(answer["expiry"], json!(stored));
    let mut listed = env.run(["list-tokens", "--format", "json"]).succeeds().json();
    let last = listed.as_array_mut().unwrap().pop().unwrap();
    assert_eq!(last["expiry"], answer["expiry"]);
}

#[test]
fn a_login_respects_the_token_limit() {
    let env = TestEnv::with_database("[tokens]\nscheme = \"knox\"\nlimit = 2\n");
    env.register_quickly("meg");
    let login = || env.run_with_input(PASSWORD, ["login", "meg", "--password-stdin", "--format", "json"]);
    login().succeeds();
    let refused = login().ends_with(6);
    assert_eq!(refused.error()["code"], "token_limit");
    assert_eq!(env.value("SELECT count(*) FROM knox_authtoken"), "2");
    env.execute("UPDATE knox_authtoken SET expiry = '2020-01-01 00:00:00' WHERE rowid = 1");
    login().succeeds();
    // An administrator is exempt from the limit, as in knox itself.
    env.run(["create-token", "meg"]).succeeds();
}
