//! Passwords, tokens, results, confirmation and the audit log of `apply`.

use super::{SHOP, WANTED, apply, login, shop, users};
use crate::env::{PASSWORD, TestEnv};
use crate::seed::{self};
use crate::terminal::Terminal;
use serde_json::{Value as Json, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

fn at_question(env: &TestEnv, arguments: &[&str]) -> Terminal {
    let mut command = env.command();
    command.env("CI_PASSWORD", "correct-horse-9").args(["apply", "wanted.toml"]).args(arguments);
    let mut terminal = Terminal::start(&command);
    terminal.expect("(y/N)");
    terminal
}

/// A hash of [`PASSWORD`] that is cheap to verify.
const HASH: &str = "pbkdf2_sha256$1$abcdefghijklmnopqrstuv$YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=";

#[test]
fn passwords_follow_update_password() {
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
            && run.stderr.contains("The password file cannot be read: "),
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

    // An account's own setting overrides the file's.
    env.write("wanted.toml", &(account("always") + "update_password = \"on-create\"\n"));
    apply(&env, &["--dry-run", "--exit-code"]).succeeds();
}

#[test]
fn hashes_random_and_unusable_passwords_are_idempotent() {
    for update in ["always", "if-different"] {
        let env = shop("");
        let wanted = format!(
            "update_password = \"{update}\"\n[[users]]\nusername = \"a\"\npassword = {{ hash = \"{HASH}\" }}\n\
             [[users]]\nusername = \"b\"\npassword = {{ unusable = true }}\n[[users]]\nusername = \"c\"\n"
        );
        env.write("wanted.toml", &wanted);
        let run = apply(&env, &["--yes"]).succeeds();
        assert!(run.stderr.contains("warning: a: The hash (pbkdf2_sha256 1) is weak"), "{}", run.stderr);
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
fn tokens_are_created_kept_and_deleted() {
    let env = TestEnv::new();
    env.write("authctl.toml", "[tokens]\nttl = \"never\"\n");
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    let wanted =
        |token: &str| env.write("wanted.toml", &format!("[[users]]\nusername = \"meg\"\ntoken = {token}\n"));
    wanted("true");
    let run = apply(&env, &["--yes"]).ends_with(6);
    assert!(
        run.stderr.contains("line 3, column 1: This database has several token schemes"),
        "{}",
        run.stderr
    );
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
        "an expired token does not count"
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
    assert!(run.stderr.contains("Write is_active = true"), "{}", run.stderr);
    wanted("\"drf\"\nis_active = true");
    apply(&env, &["--yes"]).succeeds();
}

#[test]
fn results_go_to_a_private_file() {
    let env = shop(WANTED);
    let results = ["--yes", "--results", "made.jsonl"];
    apply(&env, &["--dry-run", "--results", "made.jsonl"]).ends_with(2);
    apply(&env, &["--yes", "--results", "db.sqlite3"]).ends_with(2);
    apply(&env, &["--yes", "--results", "no/such/folder"]).ends_with(1);
    env.write("made.jsonl", "precious\n");
    let run = apply(&env, &results).ends_with(2);
    assert!(run.stderr.contains("other users can read this file"), "{}", run.stderr);
    assert_eq!(users(&env), Vec::<String>::new());

    fs::set_permissions(env.path("made.jsonl"), fs::Permissions::from_mode(0o600)).unwrap();
    let run = apply(&env, &results).ends_with(2);
    assert!(run.stderr.contains("is not a results file of this version of authctl"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(env.path("made.jsonl")).unwrap(), "precious\n");
    assert_eq!(users(&env), Vec::<String>::new());

    env.write("made.jsonl", "");
    let run = apply(&env, &results).succeeds();
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    let text = fs::read_to_string(env.path("made.jsonl")).unwrap();
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["token"], env.value("SELECT key FROM authtoken_token"));
    assert_eq!((&lines[0]["user"]["username"], &lines[0]["password"]), (&"ci-bot".into(), &Json::Null));
    assert_eq!(
        (&lines[0]["line"], &lines[0]["outcome"], &lines[0]["user"]["id"]),
        (&5.into(), &"created".into(), &1.into())
    );
    assert!(lines.iter().all(|line| line["state"] == "committed"), "{text}");
    assert_eq!(login(&env, "ci-second", lines[1]["password"].as_str().unwrap()), 0);
    apply(&env, &results).succeeds();
    assert_eq!(fs::read_to_string(env.path("made.jsonl")).unwrap(), text, "an unchanged run adds no results");

    // If the commit fails, the output must not claim a change.
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

#[test]
fn changes_need_confirmation() {
    let env = shop(WANTED);
    let before = env.database_bytes();
    for answer in ["n\n", "\n", "\u{3}", "\u{4}"] {
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
fn changes_during_the_confirmation_are_not_overwritten() {
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
            screen.contains("has changed in the meantime. This command changed nothing."),
            "{change}: {screen}"
        );
        assert!(env.database_bytes() == before, "{change}");
    }
    // Accounts and columns that the file does not name may change in the meantime.
    fs::write(env.path("db.sqlite3"), &start).unwrap();
    let mut terminal = at_question(&env, &["--prune", "deactivate"]);
    env.execute("UPDATE auth_user SET first_name = 'Meg'");
    terminal.types("y\n");
    terminal.ends_with(0);
    assert_eq!(env.value("SELECT count(*) FROM auth_user WHERE first_name = 'Meg'"), "3");
}

#[test]
fn an_address_is_verified_as_it_was_shown() {
    let env = TestEnv::with_schema("account_tables");
    seed::user(&env.database(), "meg");
    env.execute("UPDATE auth_user SET email = 'meg@example.com'");
    env.write("wanted.toml", "[[users]]\nusername = \"meg\"\nemail_verified = true\n");
    let mut terminal = at_question(&env, &[]);
    env.execute("UPDATE auth_user SET email = 'other@example.com'");
    terminal.types("y\n");
    terminal.ends_with(8);
    assert_eq!(env.value("SELECT count(*) FROM account_emailaddress"), "0");
}

#[test]
fn the_audit_log_has_accounts_and_fields_but_no_values() {
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
fn a_file_can_be_read_from_standard_input() {
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
