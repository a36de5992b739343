//! Passwords of new accounts.

use super::{COUNTS, faults, plain};
use crate::env::TestEnv;
use insta::assert_snapshot;
use serde_json::json;

#[test]
fn one_line_ending_is_stripped_from_a_password() {
    let env = plain();
    env.write("secret", "wonderland-7\r\n");
    env.run(["register", "meg", "--password-file", "secret", "--no-token"]).succeeds();
    env.log_in(["meg", "--no-store"]).succeeds();
    env.execute("DELETE FROM authtoken_token; DELETE FROM auth_user");
    env.run_with_input("wonderland-7\n\n", ["register", "meg", "--password-stdin", "--no-token"]).succeeds();
    env.log_in(["meg", "--no-store"]).ends_with(4);
    env.run_with_input("wonderland-7\n\n", ["login", "meg", "--password-stdin", "--no-store"]).succeeds();
}

#[test]
fn passwords_have_one_source() {
    let env = plain();
    env.write("secret", "x");
    for pair in [
        ["--password-stdin", "--no-password"],
        ["--password-stdin", "--random-password"],
        ["--no-password", "--random-password"],
        ["--password-stdin", "--password-file=secret"],
        ["--password-env=X", "--password-file=secret"],
    ] {
        env.run(["register", "meg"].iter().chain(&pair)).ends_with(2);
    }
    for (value, code) in
        [("--random-password=7", 2), ("--random-password=129", 2), ("--random-password=x", 2)]
    {
        env.run(["register", "meg", value]).ends_with(code);
    }
    env.run(["register", "meg", "--password-env", "NOT_THERE"]).ends_with(2);
    env.run(["register", "meg", "--password-file", "nowhere"]).ends_with(1);
    let run = env.run_with_input("", ["register", "meg", "--password-stdin", "--format", "json"]);
    assert_eq!(faults(&run.ends_with(6)), ["password required"]);
    let run = env.run_with_input([0xff, 0xfe], ["register", "meg", "--password-stdin"]);
    run.ends_with(6);
    assert_eq!(env.rows(COUNTS), ["0|0"]);
}

#[test]
fn random_passwords_are_shown_once() {
    let env = plain();
    let run = env.run(["register", "meg", "--random-password"]).succeeds();
    let password = run.stderr.lines().find_map(|line| line.strip_prefix("Password: ")).unwrap().to_owned();
    assert_eq!(password.chars().count(), 22);
    assert_eq!(run.stdout.lines().count(), 1);
    env.run_with_input(&password, ["login", "meg", "--password-stdin"]).succeeds();
    let answer =
        env.run(["register", "joe", "--random-password=30", "--format", "json", "--quiet"]).succeeds();
    let password = answer.json()["password"].as_str().unwrap().to_owned();
    assert_eq!(password.chars().count(), 30);
    assert_eq!(answer.stderr, "");
    let quiet = env.run(["register", "ann", "--random-password", "--quiet"]).succeeds();
    assert_eq!(quiet.stderr.lines().count(), 1, "--quiet must not hide the password: {}", quiet.stderr);
    // Without a token, the password is the answer.
    let alone = env.run(["register", "eve", "--random-password", "--no-token", "--quiet"]).succeeds();
    assert_eq!((alone.stdout.len(), alone.stderr.as_str()), (23, ""));
    env.run_with_input(alone.stdout, ["login", "eve", "--password-stdin"]).succeeds();
}

#[test]
fn a_length_as_a_separate_word_gets_a_tip() {
    let env = plain();
    for command in ["register", "set-password"] {
        let run = env.run([command, "meg", "--random-password", "30"]).ends_with(2);
        let tip = if command == "register" {
            "use '--random-password=30'"
        } else {
            "write --random-password=LENGTH"
        };
        assert!(run.stderr.contains(tip), "{}", run.stderr);
        let run = env.run([command, "meg", "--random-password", "hunter2"]).ends_with(2);
        assert!(!run.stderr.contains("hunter2") && !run.stderr.contains("the length, use"), "{}", run.stderr);
    }
}

#[test]
fn weak_passwords_cause_a_warning() {
    let env = plain();
    let run =
        env.run_with_input("ducharme\n", ["register", "meg@ducharme.com", "--password-stdin", "--no-token"]);
    assert_snapshot!(run.snapshot(&env), @r#"
    exit: 0
    --- stdout
    --- stderr
    warning: The password is too similar to the username.
    hint: Passwords are hashed with Argon2. The Django project needs argon2-cffi: without it, a login ends with error 500. It also needs Argon2PasswordHasher first in PASSWORD_HASHERS to avoid rehashing. For Django's default hasher, set `hasher = "pbkdf2_sha256"` under `[passwords]` in authctl.toml before you set passwords.
    Registered meg@ducharme.com (id 1).
    "#);
    let run = env.run_with_input(
        "me",
        ["register", "me@me.com", "--password-stdin", "--no-token", "--format", "json"],
    );
    let warnings = run.succeeds().error()["warnings"].clone();
    assert!(warnings.as_array().unwrap().len() >= 2, "{warnings}");
}

#[test]
fn weak_passwords_are_refused_with_require_strong() {
    let env = plain();
    let weak = ["register", "meg", "--password-stdin", "--require-strong", "--format", "json"];
    let run = env.run_with_input("12345", weak).ends_with(6);
    assert_eq!(
        faults(&run),
        ["password password_too_short", "password password_too_common", "password password_entirely_numeric"]
    );
    assert!(!run.stderr.contains("12345"));
    let run = env.run_with_input("meg-meg-", ["register", "meg-meg", "--password-stdin", "--require-strong"]);
    assert_eq!(run.ends_with(6).stderr, "error: The password is too similar to the username.\n");
    env.write("authctl.toml", "[passwords]\nrequire_strong = true\n");
    env.run_with_input("12345", ["register", "meg", "--password-stdin"]).ends_with(6);
    env.run_with_input("wonderland-7", ["register", "meg", "--password-stdin"]).succeeds();
    assert_eq!(env.rows(COUNTS), ["1|1"]);
}

#[test]
fn hashes_have_djangos_format() {
    let env = plain();
    env.register("meg", "wonderland-7");
    let hash = env.value("SELECT password FROM auth_user");
    assert!(hash.starts_with("argon2$argon2id$v=19$m=102400,t=2,p=8$"), "{hash}");
    env.execute("DELETE FROM authtoken_token; DELETE FROM auth_user");
    env.write("authctl.toml", "[passwords]\nhasher = \"pbkdf2_sha256\"\n");
    env.register("meg", "wonderland-7");
    let hash = env.value("SELECT password FROM auth_user");
    let parts: Vec<&str> = hash.split('$').collect();
    assert_eq!((parts[0], parts[2].len(), parts[3].len()), ("pbkdf2_sha256", 22, 44), "{hash}");
    assert!(parts[1].parse::<u32>().unwrap() >= 1_000_000, "{hash}");
    env.log_in(["meg"]).succeeds();
}

#[test]
fn update_password_controls_the_password_of_an_existing_account() {
    let env = TestEnv::with_database("[passwords]\nhasher = \"pbkdf2_sha256\"\n");
    env.register("meg", "wonderland-7");
    let stored = || env.value("SELECT password FROM auth_user");
    let update = |password: &str, when: &str| {
        let arguments =
            ["register", "meg", "--on-existing", "update", "--password-stdin", "--update-password", when];
        let run = env.run_with_input(password, arguments.iter().copied().chain(["--format", "json"]));
        run.succeeds().json()["fields"].clone()
    };
    let first = stored();
    assert_eq!(update("another-7-word", "on-create"), json!([]));
    assert_eq!(update("wonderland-7", "if-different"), json!([]));
    assert_eq!(stored(), first);
    assert_eq!(update("another-7-word", "if-different"), json!(["password"]));
    let second = stored();
    assert_ne!(second, first);
    assert_eq!(update("another-7-word", "always"), json!(["password"]));
    assert_ne!(stored(), second, "`always` must hash again");
}

#[test]
fn a_usable_password_stays_where_a_random_one_or_the_same_kind_is_given() {
    let env = plain();
    env.register("meg", "wonderland-7");
    let stored = || env.value("SELECT password FROM auth_user");
    let update = |password: &str, when: &str| {
        let arguments = [
            "register",
            "meg",
            "--on-existing",
            "update",
            password,
            "--update-password",
            when,
            "--format",
            "json",
        ];
        env.run(arguments).succeeds().json()["fields"].clone()
    };
    let first = stored();
    assert_eq!(update("--random-password", "if-different"), json!([]));
    assert_eq!(stored(), first);
    assert_eq!(update("--no-password", "always"), json!(["password"]));
    let unusable = stored();
    assert_eq!(update("--no-password", "always"), json!([]));
    assert_eq!(stored(), unusable);
    assert_eq!(update("--random-password", "if-different"), json!(["password"]));
    assert_ne!(stored(), unusable);
}

#[test]
fn an_encoded_password_is_stored_verbatim_and_a_plain_one_refused() {
    let env = plain();
    let encoded = "pbkdf2_sha256$1$abcdefghijklmnopqrstuv$YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=";
    let run = env.run_with_input(encoded, ["register", "meg", "--password-hash-stdin"]).succeeds();
    assert!(run.stderr.contains("is weak"), "{}", run.stderr);
    assert_eq!(env.value("SELECT password FROM auth_user"), encoded);
    env.log_in(["meg"]).succeeds();
    for wrong in ["wonderland-7", "", "pbkdf2_sha256$bad", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aaaa"] {
        let run = env.run_with_input(wrong, ["register", "joe", "--password-hash-stdin"]).ends_with(6);
        assert!(wrong.is_empty() || !run.stderr.contains(wrong), "{}", run.stderr);
    }
}
