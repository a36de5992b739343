use crate::env::TestEnv;
use crate::seed::{self, Person};

const PAST: &str = "2020-05-06 07:08:09.100000";
const FUTURE: &str = "2999-01-01 00:00:00";

/// Tokens of both schemes in every state.
fn both() -> TestEnv {
    let env = TestEnv::new();
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    let database = env.database();
    let meg = seed::user(&database, "meg");
    let ann = seed::user(&database, "ann");
    let gone = Person { username: "gone", active: false, ..Person::default() }.add_to(&database);
    seed::drf_token(&database, meg, &seed::key("abcdef0123456789"));
    seed::knox_token(&database, meg, "knoxexpired0000", Some(PAST));
    seed::knox_token(&database, ann, "knoxforever0000", None);
    seed::knox_token(&database, ann, "knoxfuture00000", Some(FUTURE));
    seed::drf_token(&database, gone, &seed::key("deadbeef"));
    seed::knox_token(&database, gone, "knoxgoneexpired", Some(PAST));
    env
}

fn rows(env: &TestEnv, arguments: &[&str]) -> Vec<String> {
    let run = env.run(["list-tokens", "--format", "plain"].iter().chain(arguments)).succeeds();
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn owner_scheme_prefix_times_and_state_are_listed() {
    let created = "2024-03-01T08:00:00Z";
    let finer = "2024-03-01T08:00:00.000001Z";
    assert_eq!(
        rows(&both(), &[]),
        [
            format!("ann\tknox\tknoxforever0000\t{created}\t\tactive"),
            format!("ann\tknox\tknoxfuture00000\t{created}\t2999-01-01T00:00:00Z\tactive"),
            format!("gone\tknox\tknoxgoneexpired\t{created}\t2020-05-06T07:08:09.100000Z\texpired"),
            format!("gone\tdrf\tdeadbeef\t{finer}\t\tinactive"),
            format!("meg\tknox\tknoxexpired0000\t{created}\t2020-05-06T07:08:09.100000Z\texpired"),
            format!("meg\tdrf\tabcdef01\t{finer}\t\tactive"),
        ]
    );
}

#[test]
fn filters_combine_with_and() {
    let env = both();
    let prefixes = |arguments: &[&str]| -> Vec<String> {
        rows(&env, arguments).iter().map(|row| row.split('\t').nth(2).unwrap().to_owned()).collect()
    };
    assert_eq!(prefixes(&["--user", "meg"]), ["knoxexpired0000", "abcdef01"]);
    assert_eq!(prefixes(&["--scheme", "drf"]), ["deadbeef", "abcdef01"]);
    assert_eq!(prefixes(&["--expired"]), ["knoxgoneexpired", "knoxexpired0000"]);
    assert_eq!(prefixes(&["--expired", "--user", "meg"]), ["knoxexpired0000"]);
    assert_eq!(prefixes(&["--inactive-users"]), ["knoxgoneexpired", "deadbeef"]);
    assert_eq!(prefixes(&["--inactive-users", "--older-than", "30d", "--scheme", "drf"]), ["deadbeef"]);
    assert_eq!(prefixes(&["--older-than", "36500d"]), [""; 0]);
    assert_eq!(prefixes(&["--scheme", "knox", "--user", "ann"]), ["knoxforever0000", "knoxfuture00000"]);
    assert_eq!(prefixes(&["--expired", "--scheme", "drf"]), Vec::<String>::new());
    assert_eq!(prefixes(&["--user", "ann", "--scheme", "drf"]), Vec::<String>::new());
}

#[test]
fn no_format_shows_a_whole_key() {
    let env = both();
    for format in ["table", "plain", "json", "jsonl", "csv"] {
        let run = env.run(["list-tokens", "--format", format]).succeeds();
        assert!(run.stdout.contains("abcdef01"), "{format}");
        for secret in ["abcdef012", "deadbeef0", "knoxexpired00000"] {
            assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{format}: {}", run.stdout);
        }
    }
}

#[test]
fn short_custom_keys_are_not_shown_in_full() {
    let env = TestEnv::with_database("");
    let database = env.database();
    let meg = seed::user(&database, "meg");
    seed::drf_token(&database, meg, "hunter2");
    assert!(!env.run(["list-tokens"]).succeeds().stdout.contains("hunter2"));
}

#[test]
fn programs_get_stable_keys() {
    let env = both();
    let tokens = env.run(["list-tokens", "--format", "json", "--user", "meg"]).succeeds().json();
    assert_eq!(
        tokens[0],
        serde_json::json!({
            "user": { "id": 1, "username": "meg" }, "scheme": "knox", "prefix": "knoxexpired0000", "created": "2024-03-01T08:00:00Z",
            "expiry": "2020-05-06T07:08:09.100000Z", "state": "expired",
        })
    );
    assert!(tokens[1]["expiry"].is_null());
    let run = env.run(["list-tokens", "--format", "csv", "--user", "nobody-has-none"]).ends_with(3);
    assert_eq!(run.stdout, "");
}

#[test]
fn an_unknown_user_is_an_error_and_an_empty_list_is_not() {
    let env = both();
    let error = env.run(["list-tokens", "--user", "Meg", "--format", "json"]).ends_with(3).error();
    assert_eq!(error["code"], "user_not_found");
    seed::users(&env, &["new"]);
    let run = env.run(["list-tokens", "--user", "new"]).succeeds();
    assert_eq!(run.stderr, "No tokens.\n");
    let run = env.run(["list-tokens", "--scheme", "jwt"]).succeeds();
    assert_eq!(run.stderr, "No tokens.\n");
    env.run(["list-tokens", "--scheme", "saml"]).ends_with(2);
}

#[test]
fn a_scheme_without_a_table_has_no_tokens() {
    let env = TestEnv::with_database("");
    seed::users(&env, &["meg"]);
    assert_eq!(env.run(["list-tokens", "--scheme", "knox", "--format", "plain"]).succeeds().stdout, "");
}

#[test]
fn a_token_of_a_deleted_user_is_listed_without_a_user() {
    let env = TestEnv::with_database("");
    let database = env.database();
    database.pragma_update(None, "foreign_keys", false).unwrap();
    seed::drf_token(&database, 99, &seed::key("feedface"));
    let rows = rows(&env, &[]);
    assert!(rows[0].starts_with("\tdrf\tfeedface\t") && rows[0].ends_with("\tinactive"), "{rows:?}");
}

#[test]
fn a_token_table_without_its_columns_is_called_so() {
    let env = both();
    env.execute("ALTER TABLE knox_authtoken RENAME COLUMN digest TO summary");
    let run = env.run(["list-tokens"]).ends_with(9);
    assert!(
        run.stderr.contains("its schema is not as expected: no such column: t.digest."),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("SELECT"), "{}", run.stderr);
}
