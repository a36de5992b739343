//! The JSON bodies that clients of the five systems send, in `register` and `login`.

use serde_json::json;

use crate::env::{LEVELUP, PASSWORD, REPAIRS, Run, TestEnv};

const CUSTOMER: &str = r#"{"email": "Meg@Ducharme.com", "password": "wonderland-7", "first_name": "Meg",
    "last_name": "Ducharme", "account_type": "customer", "address": "12 Oak Lane"}"#;

fn register(env: &TestEnv, body: &str) -> Run {
    env.run_with_input(body, ["register", "--from-json", "-", "--format", "json"])
}

fn login(env: &TestEnv, body: &str) -> Run {
    env.run_with_input(body, ["login", "--from-json", "-", "--format", "json"])
}

/// Returns the faults as field and code.
fn faults(run: &Run) -> Vec<String> {
    let error = run.error();
    let faults = error["faults"].as_array().unwrap_or_else(|| panic!("no faults in {error}"));
    faults.iter().map(|fault| format!("{} {}", fault["field"], fault["code"]).replace('"', "")).collect()
}

#[test]
fn account_type_selects_the_profile() {
    let env = TestEnv::with_database(REPAIRS);
    let answer = register(&env, CUSTOMER).succeeds().json();
    assert_eq!(answer["profile"], json!({ "kind": "customer", "address": "12 Oak Lane" }));
    assert_eq!(answer["staff"], false);
    assert_eq!(env.rows("SELECT username, email FROM auth_user"), ["Meg@Ducharme.com|Meg@ducharme.com"]);
    let again = register(&env, CUSTOMER).ends_with(5).error();
    assert_eq!(again["message"], "An account with that email address already exists.");
}

#[test]
fn faults_of_a_body_have_their_positions() {
    let env = TestEnv::with_database(REPAIRS);
    env.write(
        "body.json",
        "{\n  \"username\": 7,\n  \"is_staff\": true,\n  \"email\": \"ä\", \"adress\": 1}",
    );
    let run = env.run(["register", "--from-json", "body.json", "--no-password"]).ends_with(6);
    for line in [
        "body.json, line 2, column 15: username must be a string.",
        "body.json, line 3, column 15: is_staff cannot be set by a body: use --staff.",
        "body.json, line 4, column 12: email must be a valid email address.",
        "body.json, line 4, column 27: ",
    ] {
        assert!(run.stderr.contains(line), "{}", run.stderr);
    }
    let run = env.run(["login", "--from-json", "body.json"]).ends_with(6);
    assert!(run.stderr.contains("body.json, line 4, column 27: Unknown key adress"), "{}", run.stderr);
    let run = register(&env, "{\"username\":\n x}").ends_with(6);
    let fault = &run.error()["faults"][0];
    assert_eq!((&fault["line"], &fault["column"]), (&json!(2), &json!(2)));
    assert_eq!(fault["message"], "standard input, line 2, column 2: This is not valid JSON: expected value.");
}

#[test]
fn the_last_value_of_a_repeated_key_counts() {
    let env = TestEnv::with_database("");
    let body = r#"{"username": 1, "username": "meg", "password": "wonderland-7"}"#;
    register(&env, body).succeeds();
    assert_eq!(env.value("SELECT username FROM auth_user"), "meg");
}

#[test]
fn an_unknown_account_type_names_the_valid_ones() {
    let env = TestEnv::with_database(REPAIRS);
    let run = register(&env, &CUSTOMER.replace("customer", "owner")).ends_with(6);
    assert_eq!(faults(&run), ["account_type invalid_choice"]);
    assert!(run.error()["message"].as_str().unwrap().contains("customer, employee"));
}

#[test]
fn an_unknown_account_type_does_not_hide_other_faults() {
    let env = TestEnv::with_database(REPAIRS);
    let run = register(&env, r#"{"account_type": "owner", "email": "a@b.de"}"#).ends_with(6);
    let faults = faults(&run);
    for expected in
        ["account_type invalid_choice", "first_name required", "last_name required", "password required"]
    {
        assert!(faults.contains(&expected.to_owned()), "{expected} is not in {faults:?}");
    }
}

#[test]
fn refused_keys_do_not_hide_other_faults() {
    let env = TestEnv::with_database("");
    let run = register(&env, r#"{"id": 1, "is_staff": true, "nosuch": 1, "email": "x", "password": 12}"#)
        .ends_with(6);
    let faults = faults(&run);
    for expected in [
        "id not_settable",
        "is_staff not_settable",
        "nosuch unknown_field",
        "email invalid",
        "username required",
        "password invalid",
    ] {
        assert!(faults.contains(&expected.to_owned()), "{expected} is not in {faults:?}");
    }
    assert_eq!(faults.len(), 6, "{faults:?}");
}

#[test]
fn each_kind_names_the_field_it_needs() {
    let env = TestEnv::with_database(REPAIRS);
    let run = register(&env, &CUSTOMER.replace("\"address\"", "\"specialty\"")).ends_with(6);
    assert_eq!(faults(&run), ["address required", "specialty unknown_field"]);
    let run = register(&env, &CUSTOMER.replace("customer", "employee")).ends_with(6);
    assert_eq!(faults(&run), ["specialty required", "address unknown_field"]);
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

#[test]
fn everything_missing_at_once() {
    let env = TestEnv::with_database(REPAIRS);
    let run = register(&env, "{}").ends_with(6);
    assert_eq!(
        faults(&run),
        [
            "email required",
            "first_name required",
            "last_name required",
            "account_type required",
            "password required"
        ]
    );
    let env = TestEnv::with_database(LEVELUP);
    let run = register(&env, "{}").ends_with(6);
    assert_eq!(
        faults(&run),
        [
            "username required",
            "email required",
            "first_name required",
            "last_name required",
            "bio required",
            "password required"
        ]
    );
}

#[test]
fn blank_values_are_missing() {
    let env = TestEnv::with_database(LEVELUP);
    let body = r#"{"username": "meg", "email": "", "password": "x", "first_name": " ", "last_name": "\t", "bio": ""}"#;
    let run = register(&env, body).ends_with(6);
    assert_eq!(faults(&run), ["email required", "first_name required", "last_name required", "bio required"]);
}

#[test]
fn keys_that_grant_rights_or_set_internal_columns_are_refused() {
    let env = TestEnv::with_database("");
    let keys = [
        "id",
        "pk",
        "is_staff",
        "is_superuser",
        "is_active",
        "groups",
        "user_permissions",
        "date_joined",
        "last_login",
    ];
    let mut body = json!({ "username": "meg", "password": "wonderland-7" });
    for key in keys {
        body[key] = json!(true);
    }
    let run = register(&env, &body.to_string()).ends_with(6);
    assert_eq!(faults(&run), keys.map(|key| format!("{key} not_settable")));
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

#[test]
fn unknown_keys_get_a_suggestion() {
    let env = TestEnv::with_database(LEVELUP);
    let body = json!({ "username": "meg", "email": "a@b.de", "password": "wonderland-7", "first_name": "A",
        "last_name": "B", "bio": "x", "bioo": "y", "zzzzzz": 1 });
    let run = register(&env, &body.to_string()).ends_with(6);
    assert_eq!(faults(&run), ["bioo unknown_field", "zzzzzz unknown_field"]);
    assert!(run.stderr.contains("Did you mean bio?"), "{}", run.stderr);
}

#[test]
fn a_misspelled_key_gets_a_suggestion_from_all_keys() {
    let env = TestEnv::with_database("");
    let body = json!({ "username": "meg", "password": "wonderland-7", "frist_name": "A" });
    let run = register(&env, &body.to_string()).ends_with(6);
    assert!(run.stderr.contains("Did you mean first_name?"), "{}", run.stderr);
}

#[test]
fn keys_of_other_tables_are_unknown() {
    let env = TestEnv::with_database(REPAIRS);
    for key in ["user", "user_id", "customer.id", "token", "key"] {
        let mut body: serde_json::Value = serde_json::from_str(CUSTOMER).unwrap();
        body[key] = json!(7);
        register(&env, &body.to_string()).ends_with(6);
    }
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
}

#[test]
fn a_fault_of_a_body_names_an_option_only_for_what_the_body_lacks() {
    let env = TestEnv::with_database(
        "[register]\nprofile = \"customer\"\n[profiles.customer]\ntable = \"shop_customer\"\n\
         fields = { address = \"varchar(155)\" }\nrequired = [\"address\"]\n",
    );
    let messages = |body: &str| {
        let error = register(&env, body).ends_with(6).error();
        let faults = error["faults"].as_array().unwrap().iter();
        faults.map(|fault| fault["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let given = messages(r#"{"username": "meg", "password": "wonderland-7", "address": null}"#);
    assert_eq!(
        given,
        [
            "standard input, line 1, column 60: address is required.",
            "standard input, line 1, column 60: address must have a value."
        ]
    );
    let lacking = messages(r#"{"username": "meg", "address": "12 Oak Lane"}"#);
    assert!(matches!(&lacking[..], [only] if only.contains("Pass --password-stdin")), "{lacking:?}");
}

#[test]
fn invalid_bodies() {
    let env = TestEnv::with_database("");
    for bad in ["", "{", "[]", "\"meg\"", "null", "{\"username\": \"a\",}", "{} {}"] {
        let run = register(&env, bad).ends_with(6);
        assert_eq!(faults(&run), [" invalid_json"], "{bad}");
        login(&env, bad).ends_with(6);
    }
    let run = register(&env, r#"{"username": 7, "password": true, "email": ["a@b.de"]}"#).ends_with(6);
    assert_eq!(faults(&run), ["username invalid", "password invalid", "email invalid"]);
    env.run(["register", "--from-json", "nowhere"]).ends_with(1);
}

#[test]
fn a_body_and_an_option_for_the_same_value() {
    let env = TestEnv::with_database(REPAIRS);
    env.write("body", CUSTOMER);
    let options: [&[&str]; 9] = [
        &["--email", "a@b.de"],
        &["--first-name", "A"],
        &["--last-name", "A"],
        &["--no-password"],
        &["--random-password"],
        &["--password-env", "HOME"],
        &["--profile", "employee"],
        &["--no-profile"],
        &["--set", "address=x"],
    ];
    for option in options {
        env.run(["register", "--from-json", "body"].iter().chain(option)).ends_with(2);
    }
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
    env.run(["register", "--from-json", "body", "--superuser"]).succeeds();
    assert_eq!(env.rows("SELECT is_staff, is_superuser FROM auth_user"), ["1|1"]);
}

#[test]
fn values_of_other_types() {
    let env = TestEnv::with_database(
        "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\n\
         fields = { level = \"integer\", pro = \"bool\", note = \"text null\" }\n",
    );
    let body = r#"{"username": "meg", "level": 7, "pro": true, "note": null}"#;
    env.run_with_input(body, ["register", "--from-json", "-", "--no-password"]).succeeds();
    let row = "SELECT level, typeof(level), pro, typeof(pro), note FROM app_gamer";
    assert_eq!(env.rows(row), ["7|integer|1|integer|NULL"]);
    let body = r#"{"username": "joe", "level": "seven", "pro": null, "note": 7}"#;
    let run = env.run_with_input(body, ["register", "--from-json", "-", "--no-password", "--format", "json"]);
    assert_eq!(faults(&run.ends_with(6)), ["level invalid", "pro null", "note invalid"]);
}

#[test]
fn login_by_username_or_email() {
    let env = TestEnv::with_database("");
    let token = env.register_quickly("meg");
    let answer =
        login(&env, &json!({ "username": "meg", "password": PASSWORD }).to_string()).succeeds().json();
    assert_eq!(answer["valid"], true);
    assert_eq!(answer["token"], token);
    let run = login(&env, r#"{"email": "meg", "password": "x"}"#).ends_with(6);
    assert_eq!(faults(&run), ["username required"]);

    let env = TestEnv::with_database("[register]\nusername_from = \"email\"\n");
    let token = env.register_quickly("a@b.de");
    for key in ["email", "username"] {
        let answer =
            login(&env, &json!({ key: "a@b.de", "password": PASSWORD }).to_string()).succeeds().json();
        assert_eq!(answer["token"], token);
    }
}

#[test]
fn login_bodies_are_checked() {
    let env = TestEnv::with_database("");
    assert_eq!(faults(&login(&env, "{}").ends_with(6)), ["username required", "password required"]);
    let run = login(
        &env,
        r#"{"username": "meg", "password": "x", "first_name": "Meg", "pasword": 1, "is_staff": true}"#,
    );
    let found = ["is_staff not_settable", "first_name unknown_field", "pasword unknown_field"];
    assert_eq!(faults(&run.ends_with(6)), found);
    let run = login(&env, r#"{"username": "meg", "password": "x", "first_name": "Meg", "pasword": 1}"#);
    assert_eq!(faults(&run), ["first_name unknown_field", "pasword unknown_field"]);
    assert!(run.stderr.contains("Did you mean password?"));
    env.run(["login", "meg", "--from-json", "-"]).ends_with(2);
    env.run(["login", "--from-json", "-", "--password-stdin"]).ends_with(2);
}

#[test]
fn a_failed_login_says_so_on_standard_output() {
    let env = TestEnv::with_database("");
    let run = login(&env, r#"{"username": "meg", "password": "guessed"}"#).ends_with(4);
    assert_eq!(run.json(), json!({ "valid": false }));
    assert_eq!(run.error()["code"], "bad_credentials");
    let lines = ["login", "--from-json", "-", "--format", "jsonl"];
    let run = env.run_with_input(r#"{"username": "meg", "password": "guessed"}"#, lines).ends_with(4);
    assert_eq!(run.stdout, "{\"valid\":false}\n");
    let run = env.run_with_input(r#"{"username": "meg", "password": "guessed"}"#, &lines[..3]).ends_with(4);
    assert_eq!(run.stdout, "");
}

#[test]
fn the_tutorials_bodies_are_accepted() {
    let env = TestEnv::with_database("");
    let body = r#"{"username": "meg@ducharme.com", "password": "ducharme", "first_name": "Meg", "last_name": "Ducharme"}"#;
    let token = register(&env, body).succeeds().json()["token"].clone();
    let answer = login(&env, r#"{"username": "meg@ducharme.com", "password": "ducharme"}"#).succeeds().json();
    assert_eq!(answer["token"], token);
}

#[test]
fn null_means_no_value() {
    let env = TestEnv::with_database("");
    let body = r#"{"username": "meg", "password": "wonderland-7", "email": null}"#;
    let answer = register(&env, body).succeeds().json();
    assert_eq!(answer["user"]["email"], "");
}

#[test]
fn a_null_character_is_refused_in_every_text() {
    let env = TestEnv::with_database(LEVELUP);
    let body = json!({ "username": "meg", "email": "a@b.de", "password": "wonderland-7", "first_name": "A",
        "last_name": "B", "bio": "x" });
    for field in ["username", "email", "first_name", "last_name", "bio"] {
        let mut body = body.clone();
        let text = format!("{}\0", body[field].as_str().unwrap());
        body[field] = json!(text);
        let run = register(&env, &body.to_string()).ends_with(6);
        assert_eq!(faults(&run), [format!("{field} invalid")]);
    }
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
    register(&env, &body.to_string()).succeeds();
}
