//! `set-password`: a new password, and its effect on tokens.

use serde_json::json;

use crate::env::TestEnv;

fn meg() -> TestEnv {
    let env = TestEnv::with_database("[passwords]\nhasher = \"pbkdf2_sha256\"\n");
    env.register_quickly("meg");
    env
}

#[test]
fn the_new_password_replaces_the_old_one() {
    let env = meg();
    let run = env.run_with_input("another-7-word", ["set-password", "meg", "--password-stdin"]).succeeds();
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("sessions of meg end. API tokens stay valid"), "{}", run.stderr);
    env.log_in(["meg"]).ends_with(4);
    env.run_with_input("another-7-word", ["login", "meg", "--password-stdin"]).succeeds();
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "1");
}

#[test]
fn tokens_are_deleted_on_request() {
    let env = meg();
    let arguments = ["set-password", "meg", "--no-password", "--revoke-tokens", "--format", "json"];
    let answer = env.run(arguments).succeeds().json();
    assert_eq!(answer["fields"], json!(["password", "token"]));
    assert_eq!(answer["counts"]["tokens"], 1);
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "0");
    assert_eq!(env.value("SELECT substr(password, 1, 1) FROM auth_user"), "!");
    env.log_in(["meg"]).ends_with(4);
}

#[test]
fn a_random_password_is_shown_once_and_works() {
    let env = meg();
    for more in [&[][..], &["--quiet"], &["--format", "plain"]] {
        let run = env.run(["set-password", "meg", "--random-password"].iter().chain(more)).succeeds();
        let password = run.stdout.strip_suffix('\n').unwrap();
        assert!(password.len() == 22 && !run.stderr.contains(password), "{}{}", run.stdout, run.stderr);
        env.run_with_input(password, ["login", "meg", "--password-stdin"]).succeeds();
    }
    let answer =
        env.run(["set-password", "meg", "--random-password=30", "--format", "json"]).succeeds().json();
    assert_eq!(answer["password"].as_str().unwrap().len(), 30);
}

#[test]
fn an_encoded_password_is_stored_verbatim() {
    let env = meg();
    let encoded = env.value("SELECT password FROM auth_user");
    env.run(["set-password", "meg", "--no-password"]).succeeds();
    let arguments = ["set-password", "meg", "--password-hash-stdin", "--format", "json"];
    let answer = env.run_with_input(&encoded, arguments).succeeds().json();
    assert_eq!(answer["fields"], json!(["password"]));
    assert_eq!(env.value("SELECT password FROM auth_user"), encoded);
    assert_eq!(env.run_with_input(&encoded, arguments).succeeds().json()["changed"], false);
    env.log_in(["meg"]).succeeds();
}

#[test]
fn weak_passwords_cause_a_warning_or_are_refused() {
    let env = meg();
    env.execute("UPDATE auth_user SET last_name = 'Ducharme'");
    let run = env.run_with_input("ducharme", ["set-password", "meg", "--password-stdin"]).succeeds();
    assert!(run.stderr.contains("too similar to the last name"), "{}", run.stderr);
    let strict = ["set-password", "meg", "--password-stdin", "--require-strong"];
    env.run_with_input("ducharme", strict).ends_with(6);
    env.run_with_input("", ["set-password", "meg", "--password-stdin"]).ends_with(6);
}

#[test]
fn failures_change_nothing() {
    let env = meg();
    let before = env.database_bytes();
    env.run(["set-password", "meg"]).ends_with(6);
    env.run(["set-password", "nobody", "--no-password"]).ends_with(3);
    env.run(["set-password", "meg", "--no-password", "--random-password"]).ends_with(2);
    let run = env.run(["set-password", "meg", "--random-password", "--dry-run"]).succeeds();
    assert!(run.stdout.is_empty() && run.stderr.contains("Nothing was changed"), "{}", run.stderr);
    assert!(env.database_bytes() == before);
    env.log_in(["meg"]).succeeds();
}

#[test]
fn an_encoded_password_is_checked_too() {
    let env = meg();
    let md5 = "md5$salt$e4d909c290d0fb1ca068ffaddf22cbd0";
    let strict = ["set-password", "meg", "--password-hash-stdin", "--require-strong"];
    env.run_with_input(md5, strict).ends_with(6);
    let run = env.run_with_input("!", ["set-password", "meg", "--password-hash-stdin"]).succeeds();
    assert!(run.stderr.contains("no longer has a usable password"), "{}", run.stderr);
    env.run_with_input("nul\0byte-7", ["set-password", "meg", "--password-stdin"]).ends_with(6);
}

#[test]
fn a_hash_that_django_does_not_accept_by_default_causes_a_warning() {
    let env = meg();
    let bcrypt = "bcrypt$$2b$12$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";
    let md5 = "md5$salt$e4d909c290d0fb1ca068ffaddf22cbd0";
    let good = env.value("SELECT password FROM auth_user").replace("$1$", "$1000000$");
    for (hash, words) in [
        (md5, &["is weak", "PASSWORD_HASHERS does not include md5"][..]),
        (bcrypt, &["PASSWORD_HASHERS does not include bcrypt"]),
        (&good, &[]),
    ] {
        let run = env.run_with_input(hash, ["set-password", "meg", "--password-hash-stdin"]).succeeds();
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{}", run.stderr);
        assert_eq!(run.stderr.contains("PASSWORD_HASHERS"), !words.is_empty(), "{}", run.stderr);
    }
}

#[test]
fn accounts_without_a_password_do_not_hide_the_projects_hasher() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.execute("UPDATE auth_user SET password = 'pbkdf2_sha256$300001$salt$' || substr(password, -44)");
    let hasher = || env.run(["check", "--format", "json"]).json()["new_hashes"].clone();
    for (first, count) in [(1, 25), (26, 5_000)] {
        env.execute(&format!(
            "WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n LIMIT {count}) \
             INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active, date_joined, first_name, \
             last_name, email) SELECT 'u' || i, iif(i % 2, '!' || i, ''), 0, 0, 1, '2024-01-01', '', '', '' FROM n"
        ));
        assert_eq!(hasher(), "pbkdf2_sha256 300001", "{count} users");
    }
    env.run_with_input("wonderland-8", ["set-password", "u7", "--password-stdin"]).succeeds();
    let encoded = env.value("SELECT password FROM auth_user WHERE username = 'u7'");
    assert!(encoded.starts_with("pbkdf2_sha256$300001$"), "{encoded}");
}

#[test]
fn a_password_after_the_user_is_not_repeated() {
    let env = meg();
    for options in [&[][..], &["--format", "json"]] {
        let run = env.run([&["set-password", "meg", "hunter2"], options].concat()).ends_with(2);
        assert!(run.stderr.contains("The last USER does not exist."), "{}", run.stderr);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
    let run = env.run(["set-password", "meg", "jo", "--no-password"]).ends_with(3);
    assert!(run.stderr.contains("\"jo\""), "{}", run.stderr);
}
