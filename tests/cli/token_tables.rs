//! Token tables that a project has instead of DRF's and knox's, or beside them.

use serde_json::json;

use crate::env::TestEnv;

/// A project with DRF's table and these others.
fn project(config: &str, tables: &str) -> TestEnv {
    let env = TestEnv::with_database("");
    env.execute(tables);
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    env.write("authctl.toml", config);
    env
}

fn table(name: &str, columns: &str) -> String {
    format!(
        "CREATE TABLE {name} (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, {columns}, \
         user_id integer NOT NULL REFERENCES auth_user (id));"
    )
}

const KEYS: &str = "\"key\" varchar(40) NOT NULL UNIQUE, created datetime NOT NULL";
const CREATE: [&str; 4] = ["create-token", "meg", "--format", "json"];

#[test]
fn the_settings_decide_between_two_tables() {
    let tables = table("shop_apitoken", KEYS);
    let env = project("", &tables);
    for arguments in [&CREATE[..], &["register", "joe", "--no-password", "--format", "json"]] {
        let run = env.run(arguments).ends_with(15);
        let error = run.error();
        assert_eq!(error["code"], "token_table");
        assert!(error["message"].as_str().unwrap().contains("authtoken_token, shop_apitoken"), "{error:#}");
    }
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "1");

    for (table, rows) in [("shop_apitoken", "0 2"), ("authtoken_token", "1 0")] {
        let env = project(&format!("[tokens]\ntable = \"{table}\"\n"), &tables);
        let first = env.run(CREATE).succeeds().json()["token"].clone();
        let second = env.run(CREATE).succeeds().json()["token"].clone();
        assert_eq!(first == second, table == "authtoken_token", "{table}");
        let counts = "SELECT (SELECT count(*) FROM authtoken_token), (SELECT count(*) FROM shop_apitoken)";
        assert_eq!(env.rows(counts), [rows.replace(' ', "|")], "{table}");
        env.run_with_input(second.as_str().unwrap(), ["whoami", "--token-stdin"]).succeeds();
    }
}

#[test]
fn a_settled_table_must_exist_and_be_of_the_scheme() {
    let tables = table("shop_apitoken", KEYS);
    for (config, message) in [
        ("table = \"shop_tokens\"", "tokens.table: this database has no table"),
        ("table = \"shop_apitoken\"\nscheme = \"knox\"", "tokens.table"),
    ] {
        let env = project("", &tables);
        env.write("authctl.toml", &format!("[tokens]\n{config}\n"));
        let run = env.run(CREATE).ends_with(2);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}

#[test]
fn the_table_decides_on_the_scheme_too() {
    let env = TestEnv::with_schema("both_schemes");
    env.execute(&table("shop_apitoken", KEYS));
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    env.run(["create-token", "nobody"]).ends_with(3);
    let run = env.run(["create-token", "meg"]).ends_with(7);
    let expected = "[tokens]\ntable = \"authtoken_token\"  # or \"knox_authtoken\", \"shop_apitoken\"";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
    let check = env.run(["check"]);
    assert_eq!(
        check.stderr.matches("authtoken_token, knox_authtoken, shop_apitoken").count(),
        1,
        "{}",
        check.stderr
    );
    env.write("authctl.toml", "[tokens]\ntable = \"knox_authtoken\"\n");
    env.run(["create-token", "meg"]).succeeds();
    let shown = env.run(["show-user", "meg", "--format", "json"]).succeeds().json();
    assert_eq!(shown["tokens"][0]["table"], "knox_authtoken", "{shown:#}");
}

#[test]
fn keys_of_another_length_are_drfs_only_if_the_settings_say_so() {
    let long = table("shop_apitoken", &KEYS.replace("40", "64"));
    let env = project("[tokens]\ntable = \"shop_apitoken\"\n", &long);
    let refused = env.run(CREATE).ends_with(15);
    assert!(
        refused.stderr.contains("form of the project's tokens in table shop_apitoken"),
        "{}",
        refused.stderr
    );
    env.write("authctl.toml", "[tokens]\ntable = \"shop_apitoken\"\nscheme = \"drf\"\n");
    env.run(CREATE).succeeds();
    assert_eq!(env.value("SELECT length(\"key\") FROM shop_apitoken"), "40");
}

#[test]
fn an_expired_key_is_not_printed_again() {
    let columns = format!("{KEYS}, expires datetime NULL");
    let tables = table("shop_apitoken", &columns)
        .replace("user_id integer NOT NULL", "user_id integer NOT NULL UNIQUE");
    let env = project("[tokens]\ntable = \"shop_apitoken\"\n", &tables);
    let key = env.run(CREATE).succeeds().json()["token"].as_str().unwrap().to_owned();
    env.execute("UPDATE shop_apitoken SET expires = '2001-01-01 00:00:00'");
    env.run_with_input(&key, ["whoami", "--token-stdin"]).ends_with(4);
    env.run(CREATE).ends_with(5);
    let rotated = env.run(CREATE.into_iter().chain(["--rotate"])).succeeds().json();
    assert_ne!(rotated["token"], key);
    assert_eq!(env.value("SELECT count(*) FROM shop_apitoken WHERE expires IS NULL"), "1");
}

#[test]
fn tokens_for_one_occasion_do_not_count() {
    let env = project("", &table("shop_passwordresettoken", KEYS));
    env.run(CREATE).succeeds();
    assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "1");
}

#[test]
fn check_tells_what_create_token_refuses_and_suggests_the_settings() {
    let env = project("", &table("shop_apitoken", KEYS));
    let finding = |env: &TestEnv| {
        let answer = env.run(["check", "--format", "json"]).json();
        let findings = answer["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["code"] == "token_table").cloned()
    };
    let found = finding(&env).unwrap();
    assert_eq!(found["severity"], "warning");
    assert!(found["message"].as_str().unwrap().contains("authtoken_token, shop_apitoken"), "{found:#}");
    env.execute(
        "INSERT INTO shop_apitoken (\"key\", created, user_id) \
         VALUES ('0123456789012345678901234567890123456789', '2026-01-01 00:00:00', 1)",
    );
    let suggested = env.run(["check", "--suggest-config"]).succeeds().stdout;
    assert!(suggested.contains("\ntable = \"shop_apitoken\"  # or \"authtoken_token\"\n"), "{suggested}");
    env.write("authctl.toml", &suggested);
    assert_eq!(finding(&env), None);
    env.run(CREATE).succeeds();
    let tokens = env.run(["check", "--format", "json"]).json()["token_tables"].clone();
    assert_eq!(tokens[0], json!({ "scheme": "drf", "version": "DRF", "table": "shop_apitoken", "count": 2 }));
}

#[test]
fn tokens_in_an_unknown_form_are_listed_and_revoked() {
    let env = project(
        "",
        &table("shop_apitoken", "key_hash varchar(64) NOT NULL UNIQUE, expires_at datetime NULL"),
    );
    let hash = "0123456789abcdef".repeat(4);
    env.execute(&format!("INSERT INTO shop_apitoken (key_hash, user_id) VALUES ('{hash}', 1)"));
    let listed = env.run(["list-tokens", "--format", "json"]).succeeds().json();
    let expected = json!([{
        "user": { "id": 1, "username": "meg" },
        "scheme": "own",
        "prefix": "01234567",
        "created": null,
        "expiry": null,
        "state": "active",
        "table": "shop_apitoken",
    }]);
    assert_eq!(listed, expected);
    env.run_with_input(&hash, ["whoami", "--token-stdin"]).ends_with(4);
    env.run(["revoke-token", "--user", "meg"]).succeeds();
    assert_eq!(env.value("SELECT count(*) FROM shop_apitoken"), "0");
}
