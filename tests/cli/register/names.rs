//! Usernames and email addresses.

use super::{COUNTS, faults, plain};
use crate::env::{REPAIRS, TestEnv};
use insta::assert_snapshot;

fn run_error(env: &TestEnv, arguments: &[&str]) -> serde_json::Value {
    env.run(arguments.iter().chain(&["--format", "json"])).error()
}

#[test]
fn taken_usernames() {
    let env = plain();
    env.run(["register", "meg", "--email", "a@b.de", "--no-password"]).succeeds();
    assert_snapshot!(env.run(["register", "meg", "--no-password"]).snapshot(&env), @r"
    exit: 5
    --- stdout
    --- stderr
    error: A user with that username already exists.
    hint: `authctl register --on-existing skip` leaves an existing user unchanged, and `--on-existing update` changes it.
    ");
    let error = env.run(["register", "meg", "--no-password", "--format", "json"]).ends_with(5).error();
    assert_eq!(error["code"], "username_taken");
    assert_eq!(error["message"], "A user with that username already exists.");
    // Usernames are case-sensitive, and email addresses need not be unique.
    env.run(["register", "Meg", "--email", "a@b.de", "--no-password"]).succeeds();
    assert_eq!(env.rows(COUNTS), ["2|2"]);
}

#[test]
fn taken_emails() {
    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    env.run(["register", "meg@Ducharme.com", "--no-password"]).succeeds();
    assert_eq!(env.rows("SELECT username, email FROM auth_user"), ["meg@Ducharme.com|meg@ducharme.com"]);
    let run = env.run(["register", "--email", "meg@Ducharme.com", "--no-password"]).ends_with(5);
    assert!(
        run.stderr.starts_with("error: An account with that email address already exists.\n"),
        "{}",
        run.stderr
    );
    // The username keeps the case of the domain, so this is another user, as in the app itself.
    env.run(["register", "meg@ducharme.com", "--no-password"]).succeeds();
}

#[test]
fn a_username_besides_an_email_username() {
    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    let run = env.run(["register", "meg", "--email", "meg@ducharme.com", "--no-password"]);
    assert!([2, 6].contains(&run.code), "a username besides the email address was accepted: {}", run.stderr);
    assert_eq!(env.rows(COUNTS), ["0|0"]);
}

#[test]
fn an_invalid_email_username() {
    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    for bad in ["meg", "@ducharme.com", "meg@", "m eg@ducharme.com"] {
        let run = env.run(["register", bad, "--no-password", "--format", "json"]).ends_with(6);
        assert!(faults(&run).contains(&"email invalid".to_owned()), "{bad}: {}", run.stderr);
    }
}

#[test]
fn usernames_are_normalized_and_validated() {
    let env = plain();
    env.run(["register", "ｍｅｇﬁ", "--no-password"]).succeeds();
    assert_eq!(env.value("SELECT username FROM auth_user"), "megfi");
    for good in ["José", "李小龍", "a.b@c+d-e_f", "Ⅷ²"] {
        env.run(["register", good, "--no-password"]).succeeds();
    }
    for bad in ["a b", "a/b", "a\u{301}\u{301}b", "a\tb", "a\nb", "meg\n", "a‿b", "€", " meg"] {
        let run = env.run(["register", bad, "--no-password", "--format", "json"]).ends_with(6);
        assert_eq!(faults(&run), ["username invalid"], "{bad:?}");
    }
    for blank in ["", " ", "\t"] {
        let run = env.run(["register", blank, "--no-password", "--format", "json"]).ends_with(6);
        assert_eq!(faults(&run), ["username required"], "{blank:?}");
    }
}

#[test]
fn usernames_taken_after_normalization() {
    let env = plain();
    env.run(["register", "meg", "--no-password"]).succeeds();
    env.run(["register", "ｍｅｇ", "--no-password"]).ends_with(5);
}

#[test]
fn lengths_are_checked_in_characters() {
    let env = plain();
    let long = |count: usize| "ä".repeat(count);
    let domain = "@example.com";
    let run = env.run([
        "register",
        &long(151),
        "--email",
        &("x".repeat(255 - domain.len()) + domain),
        "--first-name",
        &long(151),
        "--last-name",
        &long(151),
        "--no-password",
        "--format",
        "json",
    ]);
    let mut faults = faults(&run.ends_with(6));
    faults.dedup();
    assert_eq!(
        faults,
        ["username max_length", "email max_length", "first_name max_length", "last_name max_length"]
    );
    env.run([
        "register",
        &long(150),
        "--email",
        &("x".repeat(254 - domain.len()) + domain),
        "--first-name",
        &long(150),
        "--last-name",
        &long(150),
        "--no-password",
    ])
    .succeeds();
}

#[test]
fn a_long_username_is_one_fault() {
    let env = plain();
    let run = env.run(["register", &"a".repeat(151), "--no-password", "--format", "json"]).ends_with(6);
    assert_eq!(faults(&run), ["username max_length"]);
}

#[test]
fn profile_lengths_are_checked() {
    let env = TestEnv::with_database(
        "[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"varchar(5)\" }\n",
    );
    let run = env.run(["register", "meg", "--no-password", "--set", "bio=sixsix", "--format", "json"]);
    assert_eq!(faults(&run.ends_with(6)), ["bio max_length"]);
    env.run(["register", "meg", "--no-password", "--set", "bio=fünfe"]).succeeds();
}

#[test]
fn all_missing_values_are_reported_at_once() {
    let env = TestEnv::with_database(REPAIRS);
    assert_snapshot!(env.run(["register"]).snapshot(&env), @r"
    exit: 6
    --- stdout
    --- stderr
    error: email is required. Pass --email ADDRESS.
    first_name is required. Pass --first-name NAME.
    last_name is required. Pass --last-name NAME.
    account_type is required. Pass --profile KIND (one of customer, employee).
    password is required. Pass --password-stdin, --password-file, --password-env, --random-password or --no-password.
    ");
    let run = env.run(["register", "--profile", "customer", "--no-password", "--format", "json"]);
    assert_eq!(
        faults(&run.ends_with(6)),
        ["email required", "first_name required", "last_name required", "address required"]
    );
    let error = run_error(
        &env,
        &[
            "register",
            "--profile",
            "employee",
            "a@b.de",
            "--first-name",
            "A",
            "--last-name",
            "B",
            "--no-password",
        ],
    );
    assert!(error["message"].as_str().unwrap().contains("specialty is required"), "{error}");
    assert_eq!(error["code"], "invalid");
    assert_eq!(env.rows(COUNTS), ["0|0"]);
}

#[test]
fn unknown_fields_get_a_suggestion() {
    let env = TestEnv::with_database(
        "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\nfields = { nickname = \"text null\" }\n",
    );
    let run = env.run(["register", "meg", "--no-password", "--set", "nikname=x"]).ends_with(6);
    assert_eq!(run.stderr, "error: Unknown field nikname. Did you mean nickname?\n");
}

#[test]
fn a_field_under_two_names_is_set_twice() {
    let env = TestEnv::with_database(
        "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\nfields = { bio = \"text\" }\n",
    );
    let run = env.run(["register", "meg", "--no-password", "--set", "bio=x", "--set", "gamer.bio=y"]);
    assert!([2, 6].contains(&run.code) && run.stderr.contains("set twice"), "{}", run.stderr);
    assert_eq!(env.rows(COUNTS), ["0|0"]);
}

#[test]
fn a_field_of_the_user_and_the_profile_is_named_with_its_kind() {
    let env = TestEnv::with_database(
        "[profiles.gamer]\ntable = \"app_gamer\"\nfields = { tier = \"varchar(9)\" }\n[register]\nprofile = \"gamer\"\n",
    );
    env.execute("ALTER TABLE auth_user ADD COLUMN tier varchar(9) NOT NULL DEFAULT 'none'");
    let arguments = ["register", "meg", "--no-password", "--format", "json"];
    assert_eq!(faults(&env.run(arguments).ends_with(6)), ["gamer.tier required"]);
    let sets = ["--set", "tier=user", "--set", "gamer.tier=game"];
    env.run(arguments.iter().chain(&sets)).succeeds();
    assert_eq!(env.value("SELECT u.tier || g.tier FROM auth_user u, app_gamer g"), "usergame");
}

#[test]
fn date_joined_can_be_set() {
    let env = plain();
    env.run(["register", "meg", "--no-password", "--set", "date_joined=2020-01-02"]).succeeds();
    assert_eq!(env.value("SELECT date_joined FROM auth_user"), "2020-01-02 00:00:00");
}

#[test]
fn email_addresses_are_validated_like_django() {
    let env = plain();
    for address in ["meg@nowhere", "meg ducharme@example.com", "@example.com", "meg@-example.com"] {
        let run = env.run(["register", "meg", "--no-password", "--email", address]).ends_with(6);
        assert!(run.stderr.contains("email address"), "{}", run.stderr);
    }
    env.run(["register", "meg", "--no-password", "--email", "meg@localhost"]).succeeds();
}

#[test]
fn a_username_that_differs_only_in_case_causes_a_warning() {
    let env = TestEnv::with_database("");
    let register = |name: &str, more: &[&str]| {
        env.run(["register", name, "--no-password", "--no-token"].iter().chain(more)).succeeds()
    };
    assert_eq!(register("zed", &[]).stderr, "Registered zed (id 1).\n");
    let message = "User \"zed\" exists. The new name differs only in case";
    let run = register("Zed", &[]);
    assert!(run.stderr.contains(&format!("warning: {message}")), "{}", run.stderr);
    let run = register("zeD", &["--format", "json"]);
    assert!(run.error()["warnings"][0].as_str().unwrap().contains("differs only in case"), "{}", run.stderr);
    assert!(register("ZED", &["--quiet"]).stderr.starts_with("warning: "));
    assert!(!register("zeds", &[]).stderr.contains("warning"));
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "5");
    let rename = |new: &str| env.run(["edit-user", "zeds", "--rename", new, "--dry-run"]).succeeds().stderr;
    assert!(rename("zED").contains(&format!("warning: {message}")));
    assert!(!rename("Zeds").contains("warning"), "the user's own name");
}
