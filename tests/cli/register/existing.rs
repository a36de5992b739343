//! Existing accounts: `--on-existing`.

use crate::env::{LEVELUP, TestEnv};
use serde_json::json;

#[test]
fn skip_leaves_an_existing_account_alone() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let before = env.database_bytes();
    let skip = ["register", "meg", "--on-existing", "skip", "--email", "other@example.com", "--no-password"];
    let run = env.run(skip).succeeds();
    assert_eq!(run.stdout, format!("{token}\n"));
    assert!(run.stderr.contains("Nothing was changed"), "{}", run.stderr);
    assert!(env.database_bytes() == before);
    let answer = env.run(skip.iter().copied().chain(["--format", "json"])).succeeds().json();
    assert_eq!((&answer["changed"], &answer["fields"]), (&json!(false), &json!([])));
    assert_eq!(answer["token"], *token);
    // Without the option it is an error.
    env.run(["register", "meg", "--no-password"]).ends_with(5);
}

#[test]
fn update_changes_the_given_values_of_an_existing_account() {
    let env = TestEnv::with_database(LEVELUP);
    env.execute("INSERT INTO auth_group (name) VALUES ('editors')");
    env.run(["register", "meg", "--email", "m@example.com", "--first-name", "Meg", "--no-password"])
        .ends_with(6);
    let first = [
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
        "--no-password",
    ];
    env.run(first).succeeds();
    let update = [
        "register",
        "meg",
        "--on-existing",
        "update",
        "--last-name",
        "Ducharme",
        "--set",
        "bio=new",
        "--group",
        "editors",
        "--staff",
        "--no-password",
        "--format",
        "json",
    ];
    let answer = env.run(update).succeeds().json();
    assert_eq!(answer["fields"], json!(["last_name", "is_staff", "gamer.bio", "groups"]));
    assert_eq!(answer["user"]["first_name"], "Meg", "other values must stay");
    assert_eq!(answer["user"]["last_name"], "Ducharme");
    assert_eq!(answer["profile"]["bio"], "new");
    assert_eq!(answer["token"], env.value("SELECT key FROM authtoken_token"));
    let before = env.database_bytes();
    let again = env.run(update).succeeds().json();
    assert_eq!((&again["changed"], &again["fields"]), (&json!(false), &json!([])));
    assert!(env.database_bytes() == before, "a second run wrote to the database");
    env.run(["register", "meg", "--on-existing", "update", "--group", "nobody", "--no-password"])
        .ends_with(3);
}

#[test]
fn update_adds_a_requested_profile_and_a_missing_token() {
    let env = TestEnv::with_database(LEVELUP);
    env.write("authctl.toml", "");
    env.run(["register", "meg", "--no-profile", "--no-token", "--no-password"]).succeeds();
    env.write("authctl.toml", LEVELUP);
    let update = ["register", "meg", "--on-existing", "update", "--no-password", "--format", "json"];
    let with = |more: &[&'static str]| env.run(update.iter().chain(more));
    // The configured kind applies to new users only.
    assert_eq!(with(&["--no-token"]).succeeds().json()["changed"], false);
    with(&["--profile", "gamer"]).ends_with(6);
    with(&["--profile", "gamer", "--set", "bio="]).ends_with(6);
    let answer = with(&["--set", "bio=hello"]).succeeds().json();
    assert_eq!(answer["fields"], json!(["gamer", "token"]));
    assert_eq!(env.value("SELECT bio FROM levelupapi_gamer"), "hello");
    let body = r#"{"username": "meg", "account_type": "gamr"}"#;
    env.run_with_input(body, ["register", "--from-json", "-", "--on-existing", "update"]).ends_with(6);
}

#[test]
fn the_key_of_an_inactive_account_is_not_returned() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env.execute("UPDATE auth_user SET is_active = 0");
    let run = env.run(["register", "meg", "--on-existing", "skip", "--no-password"]).succeeds();
    assert_eq!(run.stdout, "");
}

#[test]
fn update_changes_names_flags_and_the_email() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let update = ["register", "meg", "--on-existing", "update", "--no-password", "--format", "json"];
    let with = |more: &[&'static str]| env.run(update.iter().chain(more)).succeeds().json()["fields"].clone();
    assert_eq!(with(&["--first-name", "Meg", "--last-name", "D"]), json!(["first_name", "last_name"]));
    assert_eq!(with(&["--email", "meg@example.com"]), json!(["email"]));
    assert_eq!(with(&["--superuser"]), json!(["is_staff", "is_superuser"]));
    assert_eq!(with(&["--inactive"]), json!(["is_active"]));
    let stored = "SELECT first_name, email, is_staff, is_superuser, is_active FROM auth_user";
    assert_eq!(env.rows(stored), ["Meg|meg@example.com|1|1|0"]);
}

#[test]
fn a_required_field_is_needed_when_a_profile_is_added() {
    let config = |required: &str| {
        format!("[profiles.gamer]\ntable = \"app_gamer\"\nfields = {{ bio = \"text null\" }}\n{required}")
    };
    let env = TestEnv::with_database(&config("required = [\"bio\"]\n"));
    env.run(["register", "meg", "--no-profile", "--no-password"]).succeeds();
    let add = ["register", "meg", "--on-existing", "update", "--profile", "gamer", "--no-password"];
    let run = env.run(add.iter().chain(&["--format", "json"])).ends_with(6);
    assert_eq!(super::faults(&run), ["bio required"]);
    env.write("authctl.toml", &config(""));
    env.run(add).succeeds();
    assert_eq!(env.value("SELECT bio FROM app_gamer"), "NULL");
}
