//! A file of wanted accounts: tried, applied, applied again, pruned; and everything that may be wrong with it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value as Json, json};

use crate::env::{PASSWORD, REPAIRS, Run, TestEnv};
use crate::seed::{self, Person};
use crate::terminal::Terminal;

/// A shop whose users have a column of their own and whose hashes cost nothing.
const SHOP: &str = "[profiles.customer]\ntable = \"shop_customer\"\n\
                    fields = { address = \"varchar(20)\", api_key = \"varchar(40) null\" }\n\
                    [passwords]\nhasher = \"pbkdf2_sha256 1000000\"\n";

const WANTED: &str = r#"
[scope]
usernames = "ci-*"

[[users]]
username = "ci-bot"
email = "CI@EXAMPLE.com"
is_staff = true
department = "QA"
groups = ["editors"]
token = true
password = { env = "CI_PASSWORD" }
profiles.customer = { address = "12 Oak Lane", api_key = "s3cr3t-of-a-shop" }

[[users]]
username = "ci-second"
password = { random = true }
is_active = true
"#;

/// A hash that costs nothing to check: of [`PASSWORD`].
const HASH: &str = "pbkdf2_sha256$1$abcdefghijklmnopqrstuv$YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=";

fn shop(wanted: &str) -> TestEnv {
    let env = TestEnv::with_database(SHOP);
    env.execute("ALTER TABLE auth_user ADD COLUMN department varchar(10) NOT NULL DEFAULT ''");
    env.execute("INSERT INTO auth_group (name) VALUES ('editors'), ('viewers')");
    env.write("wanted.toml", wanted);
    env
}

fn apply(env: &TestEnv, arguments: &[&str]) -> Run {
    let arguments = ["apply", "wanted.toml"].iter().chain(arguments);
    env.run_with_env(&[("CI_PASSWORD", "correct-horse-9")], arguments)
}

fn users(env: &TestEnv) -> Vec<String> {
    env.rows("SELECT username, email, is_active, is_staff, department FROM auth_user ORDER BY id")
}

/// Standard error without its last line, which sums up.
fn shown(run: &Run) -> String {
    let lines: Vec<&str> = run.stderr.lines().collect();
    lines[..lines.len() - 1].join("\n")
}

#[test]
fn a_file_is_tried_applied_and_applied_again_without_a_change() {
    let env = shop(WANTED);
    let before = env.database_bytes();
    let tried = apply(&env, &["--dry-run"]).succeeds();
    let expected = "\
+ ci-bot (with a customer profile, a drf token)
    + email: \"CI@example.com\"
    + is_staff: true
    + department: \"QA\"
    + customer.address: \"12 Oak Lane\"
    + customer.api_key: (hidden)
    + group: \"editors\"
    + password: (hidden)
+ ci-second
    + password: (random)
";
    assert_eq!(tried.stdout, expected);
    assert_eq!(tried.stderr, "Would create 2 accounts; nothing was changed.\n");
    assert!(apply(&env, &["--dry-run", "--exit-code"]).ends_with(12).stdout == expected);
    let refused = apply(&env, &[]).ends_with(2);
    assert!(
        refused.stderr.starts_with(expected) && refused.stderr.contains("say --yes"),
        "{}",
        refused.stderr
    );
    assert!(env.database_bytes() == before);

    let applied = apply(&env, &["--yes"]).succeeds();
    assert_eq!(applied.stderr, format!("{expected}Created 2 accounts.\n"));
    assert_eq!(users(&env), ["ci-bot|CI@example.com|1|1|QA", "ci-second||1|0|"]);
    assert_eq!(
        env.rows("SELECT user_id, address, api_key FROM shop_customer"),
        ["1|12 Oak Lane|s3cr3t-of-a-shop"]
    );
    assert_eq!(env.rows("SELECT user_id, group_id FROM auth_user_groups"), ["1|1"]);
    let key = env.value("SELECT key FROM authtoken_token WHERE user_id = 1");
    let lines: Vec<&str> = applied.stdout.lines().collect();
    assert_eq!(lines[..3], ["ci-bot", &*format!("  token  {key}"), "ci-second"]);
    let random = lines[3].strip_prefix("  password  ").unwrap();
    env.run_with_input(random, ["check-password", "ci-second", "--password-stdin"]).succeeds();
    env.run_with_input("correct-horse-9", ["check-password", "ci-bot", "--password-stdin"]).succeeds();

    let done = env.database_bytes();
    for arguments in [&["--yes"][..], &[], &["--dry-run", "--exit-code"], &["--prune", "delete"]] {
        let again = apply(&env, arguments).succeeds();
        assert_eq!(again.stderr, "Nothing to change: the 2 accounts of the file are as wanted.\n");
        assert_eq!(again.stdout, "");
    }
    assert!(env.database_bytes() == done);
}

#[test]
fn what_differs_is_shown_with_old_and_new_and_the_rest_stays() {
    let env = shop(WANTED);
    apply(&env, &["--yes"]).succeeds();
    env.execute(
        "UPDATE auth_user SET email = 'old@example.com', first_name = 'Kept', department = 'X' WHERE id = 1;
         UPDATE auth_user_groups SET group_id = 2; DELETE FROM authtoken_token;
         UPDATE shop_customer SET address = 'Elm', api_key = 'another-secret'",
    );
    let run = apply(&env, &["--yes"]).succeeds();
    let expected = "\
~ ci-bot
    ~ email: \"old@example.com\" → \"CI@example.com\"
    ~ department: \"X\" → \"QA\"
    ~ customer.address: \"Elm\" → \"12 Oak Lane\"
    ~ customer.api_key: (hidden) → (hidden)
    + group: \"editors\"
    - group: \"viewers\"
    + token: \"drf\"";
    assert_eq!(shown(&run), expected);
    assert!(run.stderr.ends_with("Changed 1 account; 1 is as wanted.\n"), "{}", run.stderr);
    let key = env.value("SELECT key FROM authtoken_token");
    assert_eq!(run.stdout, format!("ci-bot\n  token  {key}\n"));
    assert_eq!(env.value("SELECT first_name FROM auth_user WHERE id = 1"), "Kept");
    assert_eq!(env.rows("SELECT group_id FROM auth_user_groups"), ["1"]);
    assert_eq!(env.rows("SELECT address, api_key FROM shop_customer"), ["12 Oak Lane|s3cr3t-of-a-shop"]);
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains("secret") && !text.contains("s3cr3t") && !text.contains("pbkdf2"), "{text}");
    }
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
}

#[test]
fn json_does_what_toml_does_and_answers_with_stable_keys() {
    let env = shop("");
    let wanted = json!({
        "users": [{
            "username": "meg", "email": "meg@example.com", "groups": [], "token": "drf",
            "profiles": { "customer": { "address": "x", "api_key": null } },
            "password": { "random": 30 },
        }],
    });
    let file = env.write("wanted.json", &wanted.to_string());
    let run = |arguments: &[&str]| {
        let apply = ["apply", file.to_str().unwrap(), "--format", "json"];
        env.run(apply.iter().chain(arguments)).succeeds()
    };
    let expected = |id: Json, dry_run: bool, answer: &Json| {
        let account = &answer["accounts"][0];
        assert_eq!(
            account["changes"],
            json!([
                { "field": "email", "old": null, "new": "meg@example.com" },
                { "field": "customer.address", "old": null, "new": "x" },
                { "field": "token", "old": null, "new": "drf" },
                { "field": "password", "old": null, "new": "(random)" },
            ])
        );
        assert_eq!(
            (&account["username"], &account["id"], &account["action"]),
            (&"meg".into(), &id, &"create".into())
        );
        assert_eq!((&answer["changed"], &answer["dry_run"]), (&true.into(), &dry_run.into()));
        assert_eq!((&answer["as_wanted"], &answer["kept"]), (&0.into(), &json!([])));
        assert!(answer["fields"].as_array().unwrap().contains(&"customer.address".into()));
    };
    let tried = run(&["--dry-run"]);
    expected(Json::Null, true, &tried.json());
    assert!(tried.json()["accounts"][0]["token"].is_null() && tried.stderr.is_empty());
    let answer = run(&["--yes"]).json();
    expected(1.into(), false, &answer);
    let account = &answer["accounts"][0];
    assert_eq!(account["token"], env.value("SELECT key FROM authtoken_token"));
    assert_eq!((&account["scheme"], &account["expiry"]), (&"drf".into(), &Json::Null));
    let password = account["password"].as_str().unwrap();
    assert_eq!(password.len(), 30);
    env.run_with_input(password, ["check-password", "meg", "--password-stdin"]).succeeds();
    let again = run(&["--yes"]).json();
    assert_eq!(
        (&again["accounts"], &again["changed"], &again["as_wanted"]),
        (&json!([]), &false.into(), &1.into())
    );
    let plain = env.run(["edit-user", "meg", "--email", "other@example.com"]).succeeds();
    assert!(plain.stdout.is_empty());
    let plain = env.run(["apply", "wanted.json", "--dry-run", "--format", "plain"]).succeeds();
    assert_eq!(plain.stdout, "~\tmeg\t\t\t\n~\tmeg\temail\t\"other@example.com\"\t\"meg@example.com\"\n");
}

#[test]
fn accounts_that_are_not_in_the_file_are_pruned_within_its_scope_alone() {
    let env = shop(WANTED);
    apply(&env, &["--yes"]).succeeds();
    let database = env.database();
    seed::users(&env, &["ci-old", "meg"]);
    let older = seed::user(&database, "ci-older");
    seed::drf_token(&database, older, &seed::key("abcdef"));
    Person { username: "ci-root", superuser: true, ..Person::default() }.add_to(&database);
    Person { username: "ci-gone", active: false, ..Person::default() }.add_to(&database);

    assert!(
        apply(&env, &["--yes"]).succeeds().stderr.starts_with("Nothing to change"),
        "only --prune prunes"
    );
    let run = apply(&env, &["--prune", "deactivate", "--yes"]).succeeds();
    let expected = "\
warning: ci-root is not in the file and stays: a superuser is not pruned.
~ ci-old (not in the file)
    ~ is_active: true → false
~ ci-older (not in the file)
    ~ is_active: true → false
Deactivated 2 accounts; 2 are as wanted.
";
    assert_eq!(run.stderr, expected);
    let active = "SELECT username FROM auth_user WHERE is_active ORDER BY username";
    assert_eq!(env.rows(active), ["ci-bot", "ci-root", "ci-second", "meg"]);
    let again = apply(&env, &["--prune", "deactivate", "--dry-run", "--exit-code"]).succeeds();
    assert!(again.stderr.contains("Nothing to change"), "{}", again.stderr);

    let run = apply(&env, &["--prune", "delete", "--yes", "--format", "json"]).succeeds();
    let answer = run.json();
    let deeds: Vec<_> = answer["accounts"].as_array().unwrap().iter().map(|deed| &deed["username"]).collect();
    assert_eq!(deeds, ["ci-gone", "ci-old", "ci-older"]);
    assert_eq!(answer["kept"], json!(["ci-root"]));
    let gone = json!([{ "field": "authtoken_token", "old": 1, "new": null }, { "field": "auth_user", "old": 1, "new": null }]);
    assert_eq!(
        (&answer["accounts"][2]["changes"], &answer["accounts"][2]["action"]),
        (&gone, &"delete".into())
    );
    assert!(run.stderr.contains("ci-root"), "{}", run.stderr);
    assert_eq!(
        env.rows("SELECT username FROM auth_user ORDER BY username"),
        ["ci-bot", "ci-root", "ci-second", "meg"]
    );
    assert_eq!(env.rows("PRAGMA foreign_key_check"), Vec::<String>::new());
}

#[test]
fn more_than_max_prune_would_take_is_not_pruned_at_all() {
    let env = shop(WANTED);
    let names: Vec<String> = (0..12).map(|number| format!("ci-{number:02}")).collect();
    seed::users(&env, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let before = env.database_bytes();
    for how in ["deactivate", "delete"] {
        let run = apply(&env, &["--prune", how, "--yes"]).ends_with(6);
        assert!(run.stderr.contains("12 accounts are not in the file"), "{}", run.stderr);
        assert!(run.stderr.contains("ci-00") && run.stderr.contains("--max-prune 10"), "{}", run.stderr);
        apply(&env, &["--prune", how, "--max-prune", "11", "--dry-run"]).ends_with(6);
    }
    assert!(env.database_bytes() == before);
    apply(&env, &["--prune", "delete", "--max-prune", "12", "--yes"]).succeeds();
    assert_eq!(env.rows("SELECT username FROM auth_user"), ["ci-bot", "ci-second"]);
}

#[test]
fn pruning_wants_a_scope_and_leaves_what_others_refer_to() {
    let env = shop("[[users]]\nusername = \"meg\"\n");
    let run = apply(&env, &["--prune", "delete", "--yes"]).ends_with(2);
    assert!(run.stderr.contains("wanted.toml names no [scope]"), "{}", run.stderr);
    apply(&env, &["--max-prune", "3"]).ends_with(2);
    apply(&env, &["--exit-code"]).ends_with(2);

    env.write("wanted.toml", "[scope]\nusernames = [\"ci-*\", \"me?\"]\n[[users]]\nusername = \"meg\"\n");
    seed::users(&env, &["ci-a", "ci-b", "mex"]);
    env.execute(
        "CREATE TABLE shop_order (id integer PRIMARY KEY, buyer_id integer NOT NULL REFERENCES auth_user (id));
         INSERT INTO shop_order (buyer_id) VALUES (1), (2)",
    );
    let before = env.database_bytes();
    let error = apply(&env, &["--prune", "delete", "--yes", "--format", "json"]).ends_with(6).error();
    assert_eq!(error["code"], "still_referenced");
    let faults = error["faults"].as_array().unwrap();
    assert_eq!(faults.len(), 2);
    assert!(
        faults[1]["message"].as_str().unwrap().starts_with("ci-b: shop_order.buyer_id: 1 row"),
        "{error}"
    );
    assert!(
        faults[1]["message"].as_str().unwrap().contains("`authctl delete-user` has such options."),
        "{error}"
    );
    assert!(env.database_bytes() == before);
    env.execute("DELETE FROM shop_order");
    apply(&env, &["--prune", "delete", "--yes"]).succeeds();
    assert_eq!(env.rows("SELECT username FROM auth_user"), ["meg"]);
}

/// Everything that is wrong, by line, column and a word of what is said.
#[track_caller]
fn faults(env: &TestEnv, file: &str, expected: &[(u64, u64, &str)]) {
    let before = env.database_bytes();
    let run = env.run(["apply", file, "--yes", "--format", "json"]).ends_with(6);
    let error = run.error();
    let faults = error["faults"].as_array().unwrap();
    let places: Vec<_> = faults
        .iter()
        .map(|fault| (fault["line"].as_u64().unwrap(), fault["column"].as_u64().unwrap()))
        .collect();
    let wanted: Vec<_> = expected.iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(places, wanted, "{error:#}");
    for (fault, (line, column, words)) in faults.iter().zip(expected) {
        let message = fault["message"].as_str().unwrap();
        let place = format!("{file}, line {line}, column {column}: ");
        assert!(message.starts_with(&place) && message.contains(words), "{words}: {message}");
    }
    let text = env.run(["apply", file]).ends_with(6);
    assert_eq!(text.stderr.lines().count(), expected.len(), "{}", text.stderr);
    assert!(env.database_bytes() == before);
}

#[test]
fn all_faults_of_a_toml_file_are_told_at_once() {
    let env = shop("");
    seed::users(&env, &["joe"]);
    env.write(
        "bad.toml",
        r#"update_pasword = "always"
[scope]
usernames = "ci-*"
user = 1

[[users]]
username = "ci-bot"
emial = "x"
is_active = "yes"
password = "hunter2-hunter2"
groups = ["editors", "editers"]

[[users]]
username = "ci bot"
email = "nonsense"
token = "jwt"
password = { hash = "hunter2-hunter2" }
profiles.custmer = true
profiles.customer = { adress = "x", address = "far too long for this column" }

[[users]]
username = "joe"
department = 7
profiles.customer = false
password = { env = "NO_SUCH_VARIABLE" }
update_password = "sometimes"

[[users]]
email = "a@b.cd"
token = true
is_active = false
"#,
    );
    faults(
        &env,
        "bad.toml",
        &[
            (1, 1, "no key update_pasword here. Did you mean update_password?"),
            (4, 1, "no key user here. Known: usernames."),
            (8, 1, "Did you mean email?"),
            (9, 13, "is_active must be true or false."),
            (10, 12, "Write password = { env = \"NAME\" }"),
            (11, 22, "There is no group of this name. Known groups: editors, viewers."),
            (14, 1, "outside of the file's scope (ci-*)"),
            (14, 1, "may contain only letters"),
            (15, 1, "not an e-mail address"),
            (16, 9, "token must be true, false, \"drf\" or \"knox\"."),
            (17, 21, "not a password as Django encodes it"),
            (18, 10, "Did you mean customer?"),
            (19, 23, "Did you mean address?"),
            (19, 37, "at most 20 characters"),
            (22, 1, "outside"),
            (23, 1, "department must be"),
            (24, 21, "A profile is not taken away"),
            (26, 19, "\"on-create\", \"always\" or \"if-different\""),
            (28, 1, "username must be given."),
        ],
    );
    let run = env.run(["apply", "bad.toml"]).ends_with(6);
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
}

#[test]
fn all_faults_of_a_json_file_are_told_at_once() {
    let env = shop("");
    env.write(
        "bad.json",
        r#"{
  "users": [
    {"username": "ä", "email": "a", "username": "b"},
    {"username": "ann", "emial": 1, "token": null,
     "profiles": {"customer": {}}},
    {"username": "ann", "is_superuser": true, "is_staff": false},
    7,
    {"username": "bob", "password": {"random": 3}},
    {"username": "eve", "is_active": false, "token": true, "password": {"env": "A", "file": "b"}}
  ]
}"#,
    );
    faults(
        &env,
        "bad.json",
        &[
            (3, 23, "not an e-mail address"),
            (3, 37, "username is given twice."),
            (4, 5, "address must be given."),
            (4, 25, "Did you mean email?"),
            (4, 46, "token must be"),
            (6, 6, "ann is in the file twice."),
            (7, 5, "Each of users must be a table."),
            (8, 48, "a length from 8 to 128"),
            (9, 45, "Django refuses tokens of an inactive account"),
            (9, 72, "password names one source"),
        ],
    );
    env.write("broken.json", "{\"users\": [\n  {\"username\": \"a\" \"b\"}]}");
    faults(&env, "broken.json", &[(2, 20, "not JSON")]);
    env.write("broken.toml", "users = 1\nusers = 2\n[scope\n");
    faults(&env, "broken.toml", &[(2, 1, "duplicate"), (3, 7, "")]);
    env.write("empty.toml", "");
    faults(&env, "empty.toml", &[(1, 1, "users must be given, as a list")]);
    env.run(["apply", "no-such-file.toml"]).ends_with(1);
}

#[test]
fn what_the_database_refuses_has_a_place_too() {
    let env = shop(
        "[[users]]\nusername = \"meg\"\ndepartment = \"a\"\n[[users]]\nusername = \"joe\"\ndepartment = \"a\"\n",
    );
    env.execute("CREATE UNIQUE INDEX one_each ON auth_user (department)");
    for arguments in [&["--dry-run"][..], &["--yes"]] {
        let run = apply(&env, arguments).ends_with(6);
        assert!(
            run.stderr.contains(
                "wanted.toml, line 4, column 1: joe: Another row has the same value in auth_user.department"
            ),
            "{}",
            run.stderr
        );
    }
    assert_eq!(users(&env), Vec::<String>::new());
}

fn login(env: &TestEnv, username: &str, password: &str) -> i32 {
    env.run_with_input(password, ["check-password", username, "--password-stdin"]).code
}

#[test]
fn passwords_are_set_when_the_file_says_so() {
    let account = |update: &str| {
        format!(
            "update_password = \"{update}\"\n[[users]]\nusername = \"meg\"\npassword = {{ file = \"secret.txt\" }}\n"
        )
    };
    let env = shop(&account("on-create"));
    env.write("secret.txt", "first-word-77\n");
    apply(&env, &["--yes"]).succeeds();
    assert_eq!(login(&env, "meg", "first-word-77"), 0);

    env.write("secret.txt", "second-word-77\n");
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
    fs::remove_file(env.path("secret.txt")).unwrap();
    apply(&env, &["--yes"]).succeeds();
    env.write("wanted.toml", &account("if-different"));
    let run = apply(&env, &["--yes"]).ends_with(6);
    assert!(
        run.stderr.contains("line 4, column 1: ")
            && run.stderr.contains("The password's file cannot be read: "),
        "{}",
        run.stderr
    );

    env.write("secret.txt", "second-word-77\n");
    assert_eq!(apply(&env, &["--dry-run"]).succeeds().stdout, "~ meg\n    ~ password: (hidden) → (hidden)\n");
    apply(&env, &["--yes"]).succeeds();
    assert_eq!(login(&env, "meg", "second-word-77"), 0);
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();

    let encoded = env.value("SELECT password FROM auth_user");
    env.write("wanted.toml", &account("always"));
    apply(&env, &["--dry-run", "--exit-code"]).ends_with(12);
    apply(&env, &["--yes"]).succeeds();
    assert_ne!(env.value("SELECT password FROM auth_user"), encoded);
    assert_eq!(login(&env, "meg", "second-word-77"), 0);

    // An account's own word goes before the file's.
    env.write("wanted.toml", &(account("always") + "update_password = \"on-create\"\n"));
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
}

#[test]
fn hashes_random_and_unusable_passwords_come_to_rest() {
    for update in ["always", "if-different"] {
        let env = shop("");
        let wanted = format!(
            "update_password = \"{update}\"\n[[users]]\nusername = \"a\"\npassword = {{ hash = \"{HASH}\" }}\n\
             [[users]]\nusername = \"b\"\npassword = {{ unusable = true }}\n[[users]]\nusername = \"c\"\n"
        );
        env.write("wanted.toml", &wanted);
        let run = apply(&env, &["--yes"]).succeeds();
        assert!(run.stderr.contains("warning: a: The hash (pbkdf2_sha256 1) is weaker"), "{}", run.stderr);
        assert_eq!(login(&env, "a", PASSWORD), 0);
        assert_eq!(
            env.rows("SELECT substr(password, 1, 1) FROM auth_user WHERE username IN ('b', 'c')"),
            ["!", "!"]
        );
        let again = apply(&env, &["--dry-run", "--exit-code"]).succeeds();
        assert!(!again.stderr.contains("warning"), "{}", again.stderr);
    }
    let env = shop(
        "[[users]]\nusername = \"meg\"\npassword = { random = true }\nupdate_password = \"if-different\"\n",
    );
    seed::users(&env, &["meg"]);
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
    env.execute("UPDATE auth_user SET password = '!x'");
    let run = apply(&env, &["--yes", "--format", "plain"]).succeeds();
    assert!(run.stderr.contains("~ password: (unusable) → (random)"), "{}", run.stderr);
    let password = run.stdout.trim().strip_prefix("meg\tpassword\t").unwrap().to_owned();
    assert_eq!(login(&env, "meg", &password), 0);

    env.write("authctl.toml", &SHOP.replace("[passwords]", "[passwords]\nrequire_strong = true"));
    env.write("wanted.toml", "[[users]]\nusername = \"joe\"\npassword = { env = \"WEAK\" }\n");
    let weak = env.run_with_env(&[("WEAK", "12345678")], ["apply", "wanted.toml", "--yes"]).ends_with(6);
    assert!(
        weak.stderr.contains("line 3, column 1: ") && !weak.stderr.contains("12345678"),
        "{}",
        weak.stderr
    );
}

#[test]
fn tokens_are_made_kept_and_taken_away() {
    let env = TestEnv::new();
    env.write("authctl.toml", "[tokens]\nttl = \"never\"\n");
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    let wanted =
        |token: &str| env.write("wanted.toml", &format!("[[users]]\nusername = \"meg\"\ntoken = {token}\n"));
    wanted("true");
    let run = apply(&env, &["--yes"]).ends_with(6);
    assert!(run.stderr.contains("line 3, column 1: This database has two token schemes"), "{}", run.stderr);
    wanted("\"knox\"");
    let made = apply(&env, &["--yes", "--format", "plain"]).succeeds();
    let key = made.stdout.trim().strip_prefix("meg\ttoken\t").unwrap().to_owned();
    env.run_with_input(&key, ["whoami", "--token-stdin"]).succeeds();
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
    wanted("\"drf\"");
    apply(&env, &["--yes"]).succeeds();
    env.execute("UPDATE knox_authtoken SET expiry = '2020-01-01 00:00:00'");
    wanted("\"knox\"");
    assert!(
        apply(&env, &["--dry-run"]).succeeds().stdout.contains("+ token: \"knox\""),
        "one that ended is none"
    );
    wanted("false");
    let run = apply(&env, &["--yes"]).succeeds();
    assert!(
        run.stderr.contains("- token: \"drf ") && run.stderr.contains("- token: \"knox "),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains(&key));
    assert_eq!(
        env.rows("SELECT key FROM authtoken_token UNION SELECT digest FROM knox_authtoken"),
        Vec::<String>::new()
    );
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();

    env.execute("UPDATE auth_user SET is_active = 0");
    wanted("\"drf\"");
    let run = apply(&env, &["--yes"]).ends_with(6);
    assert!(run.stderr.contains("write is_active = true"), "{}", run.stderr);
    wanted("\"drf\"\nis_active = true");
    apply(&env, &["--yes"]).succeeds();
}

#[test]
fn what_is_made_goes_to_a_file_that_its_owner_alone_can_read() {
    let env = shop(WANTED);
    let results = ["--yes", "--results", "made.jsonl"];
    apply(&env, &["--dry-run", "--results", "made.jsonl"]).ends_with(2);
    apply(&env, &["--yes", "--results", "db.sqlite3"]).ends_with(2);
    apply(&env, &["--yes", "--results", "no/such/folder"]).ends_with(1);
    env.write("made.jsonl", "precious\n");
    let run = apply(&env, &results).ends_with(2);
    assert!(run.stderr.contains("others can read that file"), "{}", run.stderr);
    assert_eq!(users(&env), Vec::<String>::new());

    fs::set_permissions(env.path("made.jsonl"), fs::Permissions::from_mode(0o600)).unwrap();
    let run = apply(&env, &results).ends_with(2);
    assert!(run.stderr.contains("was not written by this version of authctl"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(env.path("made.jsonl")).unwrap(), "precious\n");
    assert_eq!(users(&env), Vec::<String>::new());

    env.write("made.jsonl", "");
    let run = apply(&env, &results).succeeds();
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    let text = fs::read_to_string(env.path("made.jsonl")).unwrap();
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["token"], env.value("SELECT key FROM authtoken_token"));
    assert_eq!((&lines[0]["username"], &lines[0]["password"]), (&"ci-bot".into(), &Json::Null));
    assert_eq!(
        (&lines[0]["line"], &lines[0]["outcome"], &lines[0]["id"]),
        (&5.into(), &"created".into(), &1.into())
    );
    assert!(lines.iter().all(|line| line["state"] == "committed"), "{text}");
    assert_eq!(login(&env, "ci-second", lines[1]["password"].as_str().unwrap()), 0);
    apply(&env, &results).succeeds();
    assert_eq!(fs::read_to_string(env.path("made.jsonl")).unwrap(), text, "with nothing to tell, it stays");

    // Where the commit fails, nothing is told that is not true.
    env.execute("DELETE FROM authtoken_token");
    let reader = env.database();
    reader.execute_batch("BEGIN; SELECT count(*) FROM auth_user").unwrap();
    apply(&env, &["--yes", "--results", "other.csv", "--busy-timeout", "0.1"]).ends_with(8);
    apply(&env, &[&results[..], &["--busy-timeout", "0.1"]].concat()).ends_with(8);
    drop(reader);
    assert!(!env.path("other.csv").exists());
    assert_eq!(fs::read_to_string(env.path("made.jsonl")).unwrap(), text);

    apply(&env, &["--yes", "--results", "other.csv"]).succeeds();
    let key = env.value("SELECT key FROM authtoken_token");
    let database = env.path("db.sqlite3").canonicalize().unwrap();
    let database = database.display();
    let expected = format!(
        "line,username,id,outcome,token,password,database,state\r\n5,ci-bot,1,changed,{key},,{database},committed\r\n"
    );
    assert_eq!(fs::read_to_string(env.path("other.csv")).unwrap(), expected);
    assert_eq!(fs::metadata(env.path("other.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    env.execute("DELETE FROM authtoken_token");
    let run = apply(&env, &["--yes", "--results", "-"]).succeeds();
    assert_eq!(run.stdout, expected.replace(&key, &env.value("SELECT key FROM authtoken_token")));
}

fn at_question(env: &TestEnv, arguments: &[&str]) -> Terminal {
    let mut command = env.command();
    command.env("CI_PASSWORD", "correct-horse-9").args(["apply", "wanted.toml"]).args(arguments);
    let mut terminal = Terminal::start(&command);
    terminal.expect("(y/N)");
    terminal
}

#[test]
fn a_person_is_asked_and_may_decline_or_go_away() {
    let env = shop(WANTED);
    let before = env.database_bytes();
    for answer in ["n\n", "\n", "\u{3}"] {
        let mut terminal = at_question(&env, &[]);
        terminal.types(answer);
        let screen = terminal.ends_with(130);
        assert!(screen.contains("Create 2 accounts?") && screen.contains("12 Oak Lane"), "{screen}");
        assert!(env.database_bytes() == before, "{answer:?}");
    }
    let mut terminal = at_question(&env, &[]);
    terminal.types("y\n");
    let screen = terminal.ends_with(0);
    assert!(screen.contains(&env.value("SELECT key FROM authtoken_token")), "{screen}");
    assert_eq!(users(&env).len(), 2);
}

#[test]
fn what_changed_while_the_person_thought_is_not_run_over() {
    let changes = [
        "UPDATE auth_user SET email = 'newer@example.com' WHERE username = 'ci-bot'",
        "DELETE FROM shop_customer; DELETE FROM auth_user_groups; DELETE FROM authtoken_token; DELETE FROM auth_user",
        "UPDATE shop_customer SET address = 'Elm'",
        "DELETE FROM shop_customer",
        "DELETE FROM auth_user_groups",
        "UPDATE auth_user SET username = 'ci-other' WHERE username = 'ci-bot'",
        "UPDATE auth_user SET is_active = 0 WHERE username = 'ci-bot'",
        "DELETE FROM authtoken_token",
        "UPDATE auth_user SET password = '!x' WHERE username = 'ci-bot'",
        "UPDATE auth_user SET is_superuser = 1 WHERE username = 'ci-old'",
        "UPDATE auth_user SET is_active = 0 WHERE username = 'ci-old'",
        "INSERT INTO auth_user (username, password, is_superuser, email, first_name, last_name, is_staff, is_active, \
         date_joined, department) VALUES ('ci-new', '!', 0, '', '', '', 0, 1, '2024-01-01 00:00:00', '')",
        "INSERT INTO auth_user (username, password, is_superuser, email, first_name, last_name, is_staff, is_active, \
         date_joined, department) VALUES ('ci-third', '!', 0, '', '', '', 0, 1, '2024-01-01 00:00:00', '')",
    ];
    let env = shop(WANTED);
    apply(&env, &["--yes"]).succeeds();
    seed::users(&env, &["ci-old"]);
    let wanted = WANTED
        .replace("CI@EXAMPLE.com", "changed@example.com")
        .replace("12 Oak Lane", "Beech")
        .replace("[\"editors\"]", "[\"viewers\"]")
        .replace("token = true", "token = false")
        .replace("CI_PASSWORD\" }", "CI_PASSWORD\" }\nupdate_password = \"always\"");
    env.write("wanted.toml", &(wanted + "[[users]]\nusername = \"ci-third\"\n"));
    let start = env.database_bytes();
    for change in changes {
        fs::write(env.path("db.sqlite3"), &start).unwrap();
        let mut terminal = at_question(&env, &["--prune", "deactivate"]);
        env.execute(change);
        let before = env.database_bytes();
        terminal.types("y\n");
        let screen = terminal.ends_with(8);
        assert!(
            screen.contains("has changed in the meantime; nothing was changed here."),
            "{change}: {screen}"
        );
        assert!(env.database_bytes() == before, "{change}");
    }
    // What the file does not name may change meanwhile.
    fs::write(env.path("db.sqlite3"), &start).unwrap();
    let mut terminal = at_question(&env, &["--prune", "deactivate"]);
    env.execute("UPDATE auth_user SET first_name = 'Meg'");
    terminal.types("y\n");
    terminal.ends_with(0);
    assert_eq!(env.value("SELECT count(*) FROM auth_user WHERE first_name = 'Meg'"), "3");
}

#[test]
fn the_address_may_be_the_name_and_kinds_bring_their_rules() {
    let env = TestEnv::with_database(REPAIRS);
    let wanted = "[[users]]\nemail = \"Joe@EXAMPLE.com\"\nfirst_name = \"Joe\"\nlast_name = \"Ford\"\n\
                  profiles.employee = { specialty = \"Laptops\" }\ntoken = true\n";
    env.write("wanted.toml", wanted);
    let run = apply(&env, &["--yes"]).succeeds();
    assert!(
        run.stderr.starts_with("+ Joe@EXAMPLE.com (with an employee profile, a drf token)\n"),
        "{}",
        run.stderr
    );
    let row = "SELECT username, email, is_staff FROM auth_user";
    assert_eq!(env.rows(row), ["Joe@EXAMPLE.com|Joe@example.com|1"]);
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
    env.write("wanted.toml", &(wanted.to_owned() + "is_staff = false\n"));
    apply(&env, &["--yes"]).succeeds();
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();

    env.write("wanted.toml", "[[users]]\nemail = \"meg@example.com\"\nprofiles.employee = true\n");
    faults(
        &env,
        "wanted.toml",
        &[
            (1, 1, "first_name must be given."),
            (1, 1, "last_name must be given."),
            (1, 1, "specialty must be given."),
        ],
    );
    // What is said goes before what a kind brings, and an account may have several.
    let several = "[[users]]\nemail = \"ann@example.com\"\nfirst_name = \"Ann\"\nlast_name = \"Lee\"\nis_staff = false\n\
                   is_superuser = true\nprofiles = { employee = { specialty = \"x\" }, customer = { address = \"y\" } }\n";
    env.write("wanted.toml", several);
    let run = apply(&env, &["--yes"]).succeeds();
    assert!(
        run.stderr.starts_with("+ ann@example.com (with an employee profile, a customer profile)\n"),
        "{}",
        run.stderr
    );
    let row = "SELECT is_staff, is_superuser, specialty, address FROM auth_user JOIN repairsapi_employee AS e ON e.user_id \
               = auth_user.id JOIN repairsapi_customer AS c ON c.user_id = auth_user.id";
    assert_eq!(env.rows(row), ["0|1|x|y"]);
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();

    // A second profile is one more.
    env.write(
        "wanted.toml",
        "[[users]]\nusername = \"Joe@EXAMPLE.com\"\nprofiles.customer.address = \"Elm\"\n",
    );
    let run = apply(&env, &["--yes"]).succeeds();
    let expected = "~ Joe@EXAMPLE.com\n    + profile: \"customer\"\n    + customer.address: \"Elm\"";
    assert_eq!(shown(&run), expected);
    assert_eq!(env.rows("SELECT address FROM repairsapi_customer ORDER BY 1"), ["Elm", "y"]);
}

#[test]
fn a_project_may_call_its_columns_as_it_likes() {
    for (schema, login) in [("email_login", "email"), ("uuid_key", "username")] {
        let env = TestEnv::with_schema(schema);
        env.write("wanted.toml", &format!("[[users]]\n{login} = \"zoe@example.com\"\n"));
        let run = apply(&env, &["--yes"]);
        if run.code == 6 {
            // What else such a project wants is told as what it is.
            assert!(run.stderr.contains("must be given."), "{schema}: {}", run.stderr);
            continue;
        }
        run.succeeds();
        apply(&env, &["--dry-run", "--exit-code"]).succeeds();
    }
}

#[test]
fn an_account_may_be_made_without_being_let_in() {
    let env = shop("[[users]]\nusername = \"meg\"\nis_active = false\nis_superuser = true\ntoken = false\n");
    let expected = "+ meg\n    + is_active: false\n    + is_staff: true\n    + is_superuser: true\n    + password: (unusable)\n";
    assert_eq!(apply(&env, &["--dry-run"]).succeeds().stdout, expected);
    apply(&env, &["--yes"]).succeeds();
    assert_eq!(env.rows("SELECT is_active, is_staff, is_superuser FROM auth_user"), ["0|1|1"]);
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
    // The last superuser who can log in is not taken that right without a word.
    env.execute("UPDATE auth_user SET is_active = 1");
    let run = apply(&env, &["--yes"]).succeeds();
    assert!(run.stderr.contains("warning: There is no active superuser any more."), "{}", run.stderr);
}

#[test]
fn the_audit_log_names_accounts_and_fields_and_no_value() {
    let env = shop(WANTED);
    let log = ["--audit-log", "audit.jsonl"];
    apply(&env, &["--dry-run", log[0], log[1]]).succeeds();
    assert!(!env.path("audit.jsonl").exists());
    apply(&env, &["--yes", log[0], log[1]]).succeeds();
    apply(&env, &["--yes", log[0], log[1]]).succeeds();
    let text = fs::read_to_string(env.path("audit.jsonl")).unwrap();
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["command"], &lines[1]["state"]), (&"apply".into(), &"done".into()));
    assert_eq!(lines[0]["object"], json!({ "file": "wanted.toml", "users": ["ci-bot", "ci-second"] }));
    let fields = lines[0]["fields"].as_array().unwrap();
    assert!(fields.contains(&"customer.address".into()) && fields.contains(&"token".into()));
    assert!(!text.contains("Oak") && !text.contains("example.com"));
}

#[test]
fn a_file_may_come_by_standard_input() {
    let env = shop("");
    for (text, name) in
        [("[[users]]\nusername = \"joe\"\n", "joe"), ("{\"users\": [{\"username\": \"eve\"}]}", "eve")]
    {
        env.run_with_input(text, ["apply", "-", "--dry-run"]).succeeds();
        env.run_with_input(text, ["apply", "-", "--yes"]).succeeds();
        assert_eq!(env.value("SELECT username FROM auth_user ORDER BY id DESC"), name);
    }
    let run = env.run_with_input("[[users]]\nemial = 1\n", ["apply", "-", "--yes"]).ends_with(6);
    assert!(run.stderr.contains("standard input, line 2, column 1"), "{}", run.stderr);
}

#[test]
fn a_variable_that_is_not_set_is_named_unless_it_may_be_the_password() {
    let env = shop("[[users]]\nusername = \"a\"\npassword = { env = \"CI_BOT_2\" }\n");
    let run = apply(&env, &["--yes"]).ends_with(6);
    assert!(run.stderr.contains("The password's variable CI_BOT_2 is not set."), "{}", run.stderr);
    env.write("wanted.toml", "[[users]]\nusername = \"a\"\npassword = { env = \"Hunter2\" }\n");
    let run = apply(&env, &["--yes"]).ends_with(6);
    assert!(run.stderr.contains("variable is not set.") && !run.stderr.contains("Hunter2"), "{}", run.stderr);
}
