//! Differences between a file and the database, and pruning.

use super::{WANTED, apply, faults, shop, users};
use crate::env::{REPAIRS, Run, TestEnv};
use crate::seed::{self, Person};
use serde_json::{Value as Json, json};

/// Returns standard error without the summary in its last line.
fn shown(run: &Run) -> String {
    let lines: Vec<&str> = run.stderr.lines().collect();
    lines[..lines.len() - 1].join("\n")
}

#[test]
fn applying_a_file_again_changes_nothing() {
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
    assert_eq!(tried.stderr, "Would create 2 accounts. Nothing was changed.\n");
    assert!(apply(&env, &["--dry-run", "--exit-code"]).ends_with(12).stdout == expected);
    let refused = apply(&env, &[]).ends_with(2);
    assert!(
        refused.stderr.starts_with(expected) && refused.stderr.contains("Pass --yes"),
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
        assert_eq!(again.stderr, "Nothing to change: all 2 accounts in the file are up to date.\n");
        assert_eq!(again.stdout, "");
    }
    assert!(env.database_bytes() == done);
}

#[test]
fn differences_are_shown_with_old_and_new_values() {
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
    assert!(run.stderr.ends_with("Changed 1 account, 1 unchanged.\n"), "{}", run.stderr);
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
fn json_files_work_like_toml_and_answers_have_stable_keys() {
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
        let account = &answer["users"][0];
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
            (&account["user"]["username"], &account["user"]["id"], &account["action"]),
            (&"meg".into(), &id, &"create".into())
        );
        assert_eq!((&answer["changed"], &answer["dry_run"]), (&true.into(), &dry_run.into()));
        assert_eq!((&answer["counts"]["unchanged"], &answer["kept"]), (&0.into(), &json!([])));
        assert!(answer["fields"].as_array().unwrap().contains(&"customer.address".into()));
    };
    let tried = run(&["--dry-run"]);
    expected(Json::Null, true, &tried.json());
    assert!(tried.json()["users"][0]["token"].is_null() && tried.stderr.is_empty());
    let answer = run(&["--yes"]).json();
    expected(1.into(), false, &answer);
    let account = &answer["users"][0];
    assert_eq!(account["token"], env.value("SELECT key FROM authtoken_token"));
    assert_eq!((&account["scheme"], &account["expiry"]), (&"drf".into(), &Json::Null));
    let password = account["password"].as_str().unwrap();
    assert_eq!(password.len(), 30);
    env.run_with_input(password, ["check-password", "meg", "--password-stdin"]).succeeds();
    let again = run(&["--yes"]).json();
    assert_eq!(
        (&again["users"], &again["changed"], &again["counts"]["unchanged"]),
        (&json!([]), &false.into(), &1.into())
    );
    let plain = env.run(["edit-user", "meg", "--email", "other@example.com"]).succeeds();
    assert!(plain.stdout.is_empty());
    let plain = env.run(["apply", "wanted.json", "--dry-run", "--format", "plain"]).succeeds();
    assert_eq!(plain.stdout, "~\tmeg\t\t\t\n~\tmeg\temail\t\"other@example.com\"\t\"meg@example.com\"\n");
}

#[test]
fn accounts_missing_from_the_file_are_pruned_only_within_its_scope() {
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
        "nothing is pruned without --prune"
    );
    let run = apply(&env, &["--prune", "deactivate", "--yes"]).succeeds();
    let expected = "warning: ci-root is not in the file, but superusers are never pruned.
~ ci-old (not in \
                    the file)
    ~ is_active: true → false
~ ci-older (not in the file)
    ~ is_active: \
                    true → false
Deactivated 2 accounts, 2 unchanged.
";
    assert_eq!(run.stderr, expected);
    let active = "SELECT username FROM auth_user WHERE is_active ORDER BY username";
    assert_eq!(env.rows(active), ["ci-bot", "ci-root", "ci-second", "meg"]);
    let again = apply(&env, &["--prune", "deactivate", "--dry-run", "--exit-code"]).succeeds();
    assert!(again.stderr.contains("Nothing to change"), "{}", again.stderr);

    let run = apply(&env, &["--prune", "delete", "--yes", "--format", "json"]).succeeds();
    let answer = run.json();
    let pruned: Vec<_> =
        answer["users"].as_array().unwrap().iter().map(|account| &account["user"]["username"]).collect();
    assert_eq!(pruned, ["ci-gone", "ci-old", "ci-older"]);
    assert_eq!(answer["kept"], json!([{ "id": 6, "username": "ci-root" }]));
    let gone = json!([{ "field": "authtoken_token", "old": 1, "new": null }, { "field": "auth_user", "old": 1, "new": null }]);
    assert_eq!((&answer["users"][2]["changes"], &answer["users"][2]["action"]), (&gone, &"delete".into()));
    assert!(run.stderr.contains("ci-root"), "{}", run.stderr);
    assert_eq!(
        env.rows("SELECT username FROM auth_user ORDER BY username"),
        ["ci-bot", "ci-root", "ci-second", "meg"]
    );
    assert_eq!(env.rows("PRAGMA foreign_key_check"), Vec::<String>::new());
}

#[test]
fn nothing_is_pruned_beyond_max_prune() {
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
fn pruning_needs_a_scope_and_keeps_referenced_accounts() {
    let env = shop("[[users]]\nusername = \"meg\"\n");
    let run = apply(&env, &["--prune", "delete", "--yes"]).ends_with(2);
    assert!(run.stderr.contains("wanted.toml has no `[scope]`"), "{}", run.stderr);
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
        faults[1]["message"].as_str().unwrap().contains("Use `authctl delete-user` with these options."),
        "{error}"
    );
    assert!(env.database_bytes() == before);
    env.execute("DELETE FROM shop_order");
    apply(&env, &["--prune", "delete", "--yes"]).succeeds();
    assert_eq!(env.rows("SELECT username FROM auth_user"), ["meg"]);
}

#[test]
fn the_email_can_be_the_username_and_kinds_have_their_own_rules() {
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
            (1, 1, "first_name is required."),
            (1, 1, "last_name is required."),
            (1, 1, "specialty is required."),
        ],
    );
    // The file overrides the defaults of a kind, and an account may have several kinds.
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

    // A new kind adds a second profile.
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
fn custom_login_columns_are_supported() {
    for (schema, login) in [("email_login", "email"), ("uuid_key", "username")] {
        let env = TestEnv::with_schema(schema);
        env.write("wanted.toml", &format!("[[users]]\n{login} = \"zoe@example.com\"\n"));
        let run = apply(&env, &["--yes"]);
        if run.code == 6 {
            // Missing required columns have their own message.
            assert!(run.stderr.contains("is required."), "{schema}: {}", run.stderr);
            continue;
        }
        run.succeeds();
        apply(&env, &["--dry-run", "--exit-code"]).succeeds();
    }
}

#[test]
fn accounts_are_found_as_the_collation_compares_them() {
    let env = TestEnv::with_database("");
    env.execute(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, '\"username\" varchar(150) NOT NULL UNIQUE',
           '\"username\" varchar(150) COLLATE NOCASE NOT NULL UNIQUE') WHERE name = 'auth_user';
         PRAGMA writable_schema = RESET; REINDEX",
    );
    env.run(["register", "meg", "--no-password"]).succeeds();
    env.write(
        "wanted.toml",
        "[[users]]\nusername = \"joe\"\n[[users]]\nusername = \"MEG\"\nis_staff = true\n",
    );
    apply(&env, &["--yes"]).succeeds();
    assert_eq!(env.rows("SELECT username, is_staff FROM auth_user"), ["meg|1", "joe|0"]);
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
}

#[test]
fn an_inactive_account_can_be_created() {
    let env = shop("[[users]]\nusername = \"meg\"\nis_active = false\nis_superuser = true\ntoken = false\n");
    let expected = "+ meg\n    + is_active: false\n    + is_staff: true\n    + is_superuser: true\n    + password: (unusable)\n";
    assert_eq!(apply(&env, &["--dry-run"]).succeeds().stdout, expected);
    apply(&env, &["--yes"]).succeeds();
    assert_eq!(env.rows("SELECT is_active, is_staff, is_superuser FROM auth_user"), ["0|1|1"]);
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
    // Deactivating the last active superuser causes a warning.
    env.execute("UPDATE auth_user SET is_active = 1");
    let run = apply(&env, &["--yes"]).succeeds();
    assert!(run.stderr.contains("warning: No active superuser is left."), "{}", run.stderr);
}

#[test]
fn null_is_neither_empty_nor_false() {
    let env = shop("[[users]]\nusername = \"meg\"\nemail = \"\"\nis_active = true\nis_staff = false\n");
    seed::user(&env.database(), "meg");
    env.execute(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(replace(sql, '\"email\" varchar(254) NOT', '\"email\" varchar(254)'),
                                                '\"is_staff\" bool NOT', '\"is_staff\" bool')
         WHERE name = 'auth_user'",
    );
    env.execute("UPDATE auth_user SET email = NULL, is_staff = NULL");
    let shown = apply(&env, &["--dry-run"]).succeeds().stdout;
    assert_eq!(shown, "~ meg\n    ~ email: null → \"\"\n    ~ is_staff: null → false\n");
}
