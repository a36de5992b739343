//! The output of `register`, and what happens if the answer cannot be written.

use super::{COUNTS, plain};
use crate::env::{LEVELUP, REPAIRS, Run, TestEnv};
use insta::assert_snapshot;
use serde_json::json;
use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

#[test]
fn creates_user_and_token() {
    let env = plain();
    let run = env.run(["register", "meg", "--email", "meg@ducharme.com", "--no-password"]).succeeds();
    let token = run.stdout.strip_suffix('\n').unwrap();
    assert_eq!(token.len(), 40);
    assert_eq!(env.value("SELECT key FROM authtoken_token"), token);
    assert_snapshot!(run.snapshot(&env), @r"
    exit: 0
    --- stdout
    [KEY]
    --- stderr
    Registered meg (id 1) with a drf token.
    ");
    let row = "SELECT username, email, first_name, last_name, is_active, is_staff, is_superuser, last_login, \
               substr(password, 1, 1), length(password), typeof(is_active), length(date_joined) >= 19 FROM auth_user";
    assert_eq!(env.rows(row), ["meg|meg@ducharme.com|||1|0|0|NULL|!|41|integer|1"]);
    assert_eq!(env.value("SELECT user_id FROM authtoken_token"), "1");
}

#[test]
fn options_grant_rights() {
    let env = plain();
    env.run(["register", "staff", "--staff", "--no-password"]).succeeds();
    env.run(["register", "super", "--superuser", "--no-password"]).succeeds();
    env.run(["register", "off", "--inactive", "--no-password"]).succeeds();
    let rights = "SELECT username, is_staff, is_superuser, is_active FROM auth_user ORDER BY id";
    assert_eq!(env.rows(rights), ["staff|1|0|1", "super|1|1|1", "off|0|0|0"]);
    assert_eq!(
        env.rows("SELECT user_id FROM authtoken_token ORDER BY 1"),
        ["1", "2"],
        "an inactive user gets no token"
    );
}

#[test]
fn inactive_and_no_token_print_no_token() {
    let env = plain();
    for option in ["--inactive", "--no-token"] {
        let run = env.run(["register", option, option.trim_matches('-'), "--no-password"]).succeeds();
        assert_eq!(run.stdout, "");
        let json = ["register", option, &option[3..], "--no-password", "--format", "json"];
        let answer = env.run(json).succeeds().json();
        assert!(answer["token"].is_null() && answer["scheme"].is_null(), "{answer}");
    }
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
}

#[test]
fn the_answer_has_stable_keys() {
    let env = TestEnv::with_database(REPAIRS);
    let run = env.run_with_input(
        "a longer secret",
        [
            "register",
            "Joe@Example.COM",
            "--first-name",
            "Joe",
            "--last-name",
            "Smith",
            "--profile",
            "employee",
            "--set",
            "specialty=Laptops",
            "--password-stdin",
            "--format",
            "json",
        ],
    );
    let answer = run.succeeds().json();
    let keys = |json: &serde_json::Value| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&answer),
        [
            "valid", "token", "scheme", "expiry", "staff", "user", "profile", "profiles", "changed",
            "fields", "dry_run"
        ]
    );
    assert_eq!(
        keys(&answer["user"]),
        [
            "id",
            "username",
            "email",
            "first_name",
            "last_name",
            "is_active",
            "is_staff",
            "is_superuser",
            "date_joined",
            "last_login"
        ]
    );
    assert_eq!(answer["valid"], true);
    assert_eq!(answer["staff"], true);
    assert_eq!(answer["user"]["username"], "Joe@Example.COM");
    assert_eq!(answer["user"]["email"], "Joe@example.com");
    assert_eq!(answer["profile"], json!({ "kind": "employee", "specialty": "Laptops" }));
    assert_eq!(answer["token"], env.value("SELECT key FROM authtoken_token"));
}

#[test]
fn standard_input_cannot_be_used_twice() {
    let env = plain();
    let run = env.run_with_input("{}", ["register", "--from-json", "-", "--password-stdin"]).ends_with(2);
    assert!(run.stderr.contains("--from-json -") && run.stderr.contains("--password-stdin"));
}

#[test]
fn no_output_contains_a_secret() {
    let env = TestEnv::with_database(LEVELUP);
    let secret = "Zebra-Crossing-42";
    let mut outputs = Vec::new();
    let fields = ["--email", "a@b.de", "--first-name", "A", "--last-name", "B", "--set", "bio=x"];
    for format in ["table", "json", "csv"] {
        let name = format!("u{format}");
        let first = ["register", &name, "--password-stdin", "--format", format];
        outputs.push(env.run_with_input(secret, first.iter().chain(&fields)).succeeds());
        let again = ["register", &name, "--password-stdin", "--format", format];
        outputs.push(env.run_with_input(secret, again.iter().chain(&fields)).ends_with(5));
        outputs.push(env.run_with_input(secret, ["login", &name, "--password-stdin", "--format", format]));
        outputs.push(env.run_with_input(secret, ["login", "no", "--password-stdin", "--format", format]));
        let body = format!("{{\"username\": \"no\", \"password\": \"{secret}\", \"x\": 1, }}");
        outputs.push(env.run_with_input(&body, ["register", "--from-json", "-", "--format", format]));
        let body = format!("{{\"username\": \"no\", \"password\": [\"{secret}\"], \"id\": 1}}");
        outputs.push(env.run_with_input(&body, ["register", "--from-json", "-", "--format", format]));
        let set = format!("password={secret}");
        outputs.push(env.run(["register", "no", "--no-password", "--set", &set, "--format", format]));
        let option = format!("--password={secret}");
        outputs.push(env.run(["register", "no", &option, "--format", format]));
        outputs.push(env.run(["whoami", "--format", format]));
        outputs.push(env.run(["list-users", "--format", format]));
    }
    let hashes = env.rows("SELECT password FROM auth_user");
    assert_eq!(hashes.len(), 3);
    for run in &outputs {
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(!text.contains(secret), "{text}");
        for hash in &hashes {
            assert!(!text.contains(hash) && !text.contains(&hash[hash.len() - 20..]), "{text}");
        }
    }
}

#[test]
fn a_hint_says_that_django_signals_did_not_run_where_a_usual_profile_is_missing() {
    let env = plain();
    let run = env.run(["register", "meg", "--no-password"]).succeeds();
    assert!(!run.stderr.contains("signals"), "{}", run.stderr);
    env.execute("INSERT INTO django_content_type (app_label, model) VALUES ('auth', 'user')");
    let run = env.run(["register", "joe", "--no-password"]).succeeds();
    assert!(!run.stderr.contains("signals"), "no user has a profile: {}", run.stderr);
    env.execute(
        "CREATE TABLE shop_customer (id integer PRIMARY KEY, note text NULL, \
         user_id integer NOT NULL UNIQUE REFERENCES auth_user (id));
         INSERT INTO shop_customer (user_id) SELECT id FROM auth_user",
    );
    let run = env.run(["register", "ann", "--no-password"]).succeeds();
    let hint = "hint: Django's signals did not run, and most of the newest users have a profile that is missing here: \
                customer.";
    assert!(run.stderr.contains(hint), "{}", run.stderr);
    env.write("wanted.toml", "[[users]]\nusername = \"bob\"\n");
    let run = env.run(["apply", "wanted.toml", "--yes"]).succeeds();
    assert!(run.stderr.contains(hint), "{}", run.stderr);
    let run = env.run(["register", "max", "--no-password", "--profile", "customer"]).succeeds();
    assert!(!run.stderr.contains("signals"), "{}", run.stderr);
    let run = env.run(["register", "eve", "--no-password", "--quiet"]).succeeds();
    assert_eq!(run.stderr, "");
    let run = env.run(["register", "eve", "--no-password"]).ends_with(5);
    assert!(run.stderr.contains("--on-existing update"), "{}", run.stderr);
}

#[test]
fn a_token_that_cannot_be_written_is_reported_with_the_change() {
    let env = plain();
    let mut command = env.command();
    command.args(["register", "meg", "--no-password"]).stdout(File::create("/dev/full").unwrap());
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let run = Run::of(output).ends_with(14);
    assert!(
        run.stderr.contains("meg was registered") && run.stderr.contains("revoke-token"),
        "{}",
        run.stderr
    );
    assert_eq!(env.rows(COUNTS), ["1|1"]);
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    let env = TestEnv::new();
    let mut command = env.command();
    command.args(["register", "--init", "meg", "--password-stdin"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"half a pass").unwrap();
    thread::sleep(Duration::from_millis(300));
    let id = child.id().to_string();
    Command::new("/bin/sh").args(["-c", &format!("kill -INT {id}")]).status().unwrap();
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(130);
    drop(stdin);
    assert_eq!(run.stdout, "");
    assert_eq!(fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn a_wrong_command_line_is_exit_2() {
    let env = plain();
    env.run(["register", "meg", "--no-such-option"]).ends_with(2);
    env.run(["register", "meg", "joe", "--no-password"]).ends_with(2);
    env.run(["register", "meg", "--profile", "x", "--no-profile", "--no-password"]).ends_with(2);
    env.run(["register", "meg", "--scheme", "jwt", "--no-password"]).ends_with(2);
    let error = env.run(["register", "--format", "json", "--no-such-option"]).ends_with(2).error();
    assert_eq!((&error["code"], &error["exit"]), (&json!("usage"), &json!(2)));
}

#[test]
fn a_random_password_that_cannot_be_written_is_exit_14() {
    let env = plain();
    let mut command = env.command();
    command.args(["register", "meg", "--random-password"]).stderr(File::create("/dev/full").unwrap());
    let output = command.stdout(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(14), "a lost password must not be a success");
}

#[test]
fn a_closed_pipe_is_exit_14_because_the_token_is_lost() {
    let env = plain();
    let mut command = env.command();
    command.args(["register", "meg", "--no-password"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(14);
    assert!(run.stderr.contains("meg was registered"), "{}", run.stderr);
}

#[test]
fn csv_has_a_heading_and_one_row() {
    let env = TestEnv::with_database(LEVELUP);
    let run = env.run([
        "register",
        "meg",
        "--email",
        "a@b.de",
        "--first-name",
        "A, \"B\"",
        "--last-name",
        "C",
        "--set",
        "bio=x",
        "--no-password",
        "--format",
        "csv",
    ]);
    let run = run.succeeds();
    let lines: Vec<&str> = run.stdout.split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{:?}", run.stdout);
    assert!(lines[0].starts_with("valid,token,scheme,expiry,staff,user.id,user.username,"), "{}", lines[0]);
    assert!(lines[0].ends_with("profile.kind,profile.bio,profiles,changed,fields,dry_run"), "{}", lines[0]);
    assert!(lines[1].contains(",\"A, \"\"B\"\"\","), "{}", lines[1]);
    assert!(lines[1].ends_with(",gamer.bio,token\",false"), "{}", lines[1]);
}

#[test]
fn a_password_as_an_argument_is_not_echoed() {
    let env = plain();
    for arguments in [["register", "meg", "Zebra-Crossing-42"], ["login", "meg", "Zebra-Crossing-42"]] {
        let run = env.run(arguments).ends_with(2);
        assert!(!run.stderr.contains("Zebra"), "{}", run.stderr);
    }
}

#[test]
fn a_dry_run_shows_the_result_and_writes_nothing() {
    let env = TestEnv::with_database(LEVELUP);
    let before = env.database_bytes();
    let rehearse = [
        "register",
        "meg",
        "--email",
        "m@example.com",
        "--first-name",
        "Meg",
        "--last-name",
        "D",
        "--set",
        "bio=x",
        "--random-password",
        "--dry-run",
    ];
    let run = env.run(rehearse).succeeds();
    assert_eq!(run.stdout, "", "a dry run printed a token");
    assert!(run.stderr.contains("Would register meg with a gamer profile and a drf token"), "{}", run.stderr);
    assert!(!run.stderr.contains("Password:"), "{}", run.stderr);
    let answer = env.run(rehearse.iter().copied().chain(["--format", "json"])).succeeds().json();
    assert_eq!((&answer["changed"], &answer["dry_run"]), (&json!(true), &json!(true)));
    assert_eq!((&answer["token"], &answer["user"]["username"]), (&json!(null), &json!("meg")));
    assert!(env.database_bytes() == before);
    // The dry run fails where the real run would.
    env.run(["register", "meg", "--dry-run", "--no-password"]).ends_with(6);
    env.execute("DELETE FROM authtoken_token");
    env.execute("CREATE TRIGGER no BEFORE INSERT ON authtoken_token BEGIN SELECT RAISE(ABORT, 'no'); END");
    assert_ne!(env.run(rehearse).code, 0);
}

#[test]
fn a_dry_run_with_init_creates_no_file() {
    let env = TestEnv::new();
    let run = env.run(["register", "meg", "--init", "--no-password", "--dry-run"]).succeeds();
    assert!(
        run.stderr.contains("Would create") && run.stderr.contains("Would register meg"),
        "{}",
        run.stderr
    );
    assert!(!env.path("db.sqlite3").exists());
    assert_eq!(std::fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn options_without_effect_are_refused() {
    let env = plain();
    env.run(["register", "meg", "--no-password", "--update-password", "always"]).ends_with(2);
}
