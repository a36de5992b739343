//! The values that a shell gets from the program while it completes a command line.

use std::collections::BTreeMap;
use std::fs;
use std::time::SystemTime;

use rusqlite::Connection;

use crate::env::{REPAIRS, Run, TestEnv};

/// Runs the program as the code for fish does, which gets one candidate per line.
fn ask(env: &TestEnv, words: &[&str]) -> Run {
    let common = ["--", "authctl"].iter().chain(words);
    env.run_with_env(&[("COMPLETE", "fish")], common)
}

/// Returns what is offered, except options.
#[track_caller]
fn offered(env: &TestEnv, words: &[&str]) -> Vec<String> {
    let run = ask(env, words).succeeds();
    assert_eq!(run.stderr, "", "{words:?}");
    let names = run.stdout.lines().map(|line| line.split('\t').next().unwrap());
    names.filter(|name| !name.starts_with("--")).map(str::to_owned).collect()
}

/// A database with users whose names contain what shells interpret, or split words at.
pub fn repairs() -> TestEnv {
    let env = TestEnv::with_database(REPAIRS);
    env.execute(
        "INSERT INTO auth_user (id, username, email, password, first_name, last_name, is_superuser, is_staff, is_active, \
         date_joined) SELECT value ->> 0, value ->> 1, '', '', '', '', 0, 0, 1, '2024-01-01' FROM json_each('[[1, \
         \"meg@ducharme.com\"], [2, \"mel@x.org\"], [3, \"joe@x.org\"], [4, \"$(id)\"], [5, \"two\\nlines\"]]'); \
         INSERT INTO auth_group (name) VALUES ('editors'), ('Front desk');",
    );
    env
}

#[test]
fn names_of_the_database_are_offered() {
    let env = repairs();
    for (words, expected) in [
        (&["show-user", "me"][..], &["meg@ducharme.com", "mel@x.org"][..]),
        (&["show-user", "meg@d"], &["meg@ducharme.com"]),
        (&["lock-user", "joe@x.org", "meg"], &["meg@ducharme.com"]),
        (&["list-tokens", "--user", "j"], &["joe@x.org"]),
        (&["list-tokens", "--user=j"], &[]),
        (&["show-user", "--by", "id", "me"], &[]),
        (&["show-user", "--by=username", "joe"], &["joe@x.org"]),
        (&["show-user", "Meg"], &[]),
        (&["edit-user", "x", "--add-group", ""], &["Front desk", "editors"]),
        (&["list-users", "--group", "e"], &["editors"]),
        (&["list-users", "--profile", ""], &["customer", "employee"]),
        (&["register", "x", "--profile", "c"], &["customer"]),
        (&["list-users", "--columns", "id,pro"], &["id,profile"]),
        (&["list-users", "--columns", "customer."], &["customer.address"]),
        (&["list-users", "--sort", "date"], &["date_joined"]),
        (&["list-users", "--sort", "-date"], &["-date_joined"]),
        (&["list-users", "--sort", "hash"], &[]),
        (&["list-users", "--columns", "hash"], &["hasher"]),
        (&["list-users", "--where", "is_a"], &["is_active="]),
        (&["register", "x", "--set", "addr"], &["address="]),
        (&["register", "x", "--set", "customer.a"], &["customer.address="]),
        (&["edit-user", "x", "--unset", "spec"], &["specialty"]),
        // The values of an option that the program knows itself.
        (&["create-token", "x", "--scheme", "k"], &["knox"]),
    ] {
        assert_eq!(offered(&env, words), expected, "{words:?}");
    }
}

#[test]
fn permissions_and_token_prefixes_are_offered() {
    let env = repairs();
    env.execute(
        "INSERT INTO django_content_type (id, app_label, model) VALUES (901, 'shop', 'order'), (902, 'blog', 'post'); \
         INSERT INTO auth_permission (content_type_id, codename, name) VALUES (901, 'view_order', ''), (901, \
         'add_order', ''), (902, 'add_post', ''); \
         INSERT INTO authtoken_token (key, created, user_id) VALUES \
         ('abcdef0123456789abcdef0123456789abcdef01', '2024-01-01', 1), \
         ('abdd000123456789abcdef0123456789abcdef01', '2024-01-01', 2), \
         ('ffffff0123456789abcdef0123456789abcdef01', '2024-01-01', 3)",
    );
    for (words, expected) in [
        (&["edit-user", "meg", "--add-permission", "shop."][..], &["shop.add_order", "shop.view_order"][..]),
        (&["edit-user", "meg", "--remove-permission", "b"], &["blog.add_post"]),
        (&["revoke-token", "ab"], &["abcdef01", "abdd0001"]),
        (&["revoke-token", "abcdef01", "f"], &["ffffff01"]),
        (&["revoke-token", "abcdef0123456789"], &[]),
    ] {
        assert_eq!(offered(&env, words), expected, "{words:?}");
    }
    env.execute(
        "INSERT INTO auth_user SELECT value, '', NULL, 0, 'u' || value, '', '', 0, 1, '2024-01-01', '' FROM \
         (WITH RECURSIVE n(value) AS (VALUES (100) UNION ALL SELECT value + 1 FROM n WHERE value < 200) SELECT * FROM n); \
         INSERT INTO authtoken_token SELECT 'ab' || printf('%038d', id), '2024-01-01', id FROM auth_user WHERE id > 99",
    );
    assert_eq!(offered(&env, &["revoke-token", "ab"]), [""; 0], "more than a person chooses from");
    assert_eq!(offered(&env, &["revoke-token", "abc"]), ["abcdef01"]);
}

#[test]
fn an_option_with_its_value_in_one_word_is_completed() {
    let run = ask(&repairs(), &["list-tokens", "--user=j"]).succeeds();
    assert_eq!(run.stdout, "--user=joe@x.org\n");
}

#[test]
fn columns_that_may_hold_secrets_are_not_offered() {
    let env = repairs();
    env.execute(
        "ALTER TABLE auth_user ADD COLUMN api_key varchar(40); ALTER TABLE auth_user ADD COLUMN apples int",
    );
    for option in ["--columns", "--sort", "--where"] {
        assert_eq!(offered(&env, &["list-users", option, "ap"]).len(), 1, "{option}");
    }
    assert_eq!(offered(&env, &["edit-user", "x", "--set", "ap"]), ["apples="]);
}

#[test]
fn the_database_is_the_one_that_the_command_would_use() {
    let env = TestEnv::new();
    fs::create_dir(env.path("shop")).unwrap();
    env.write("shop/authctl.toml", "db = \"shop.sqlite3\"\n");
    env.run(["init", "--config", "shop/authctl.toml"]).succeeds();
    for line in ["--db shop/shop.sqlite3", "--db=shop/shop.sqlite3", "--config shop/authctl.toml"] {
        env.run(["register", "meg", "--no-password", "--on-existing", "skip", "--db", "shop/shop.sqlite3"])
            .succeeds();
        let words: Vec<&str> = line.split(' ').chain(["show-user", "m"]).collect();
        assert_eq!(offered(&env, &words), ["meg"], "{line}");
    }
    for (name, value) in [("AUTHCTL_DB", "shop/shop.sqlite3"), ("AUTHCTL_CONFIG", "shop/authctl.toml")] {
        let variables = [("COMPLETE", "fish"), (name, value)];
        let run = env.run_with_env(&variables, ["--", "authctl", "show-user", "m"]).succeeds();
        assert!(run.stdout.starts_with("meg\n"), "{name}: {}", run.stdout);
    }
    assert_eq!(offered(&env, &["show-user", "m"]), [""; 0]);
}

#[test]
fn of_many_usernames_the_first_and_the_last_are_offered() {
    let env = repairs();
    env.execute(
        "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 999) \
         INSERT INTO auth_user (id, username, email, password, first_name, last_name, is_superuser, is_staff, is_active, \
         date_joined) SELECT i, 'user' || i, '', '', '', '', 0, 0, 1, '2024-01-01' FROM n",
    );
    let names = offered(&env, &["show-user", "u"]);
    assert_eq!((names.len(), &*names[0], &*names[50]), (51, "user100", "user999"));
}

/// The names, lengths and times of all files in the working folder. Reading a file would end this process's locks on it.
fn files(env: &TestEnv) -> BTreeMap<String, (u64, SystemTime)> {
    let entries = fs::read_dir(env.path(".")).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let metadata = entry.metadata().unwrap();
            (entry.file_name().into_string().unwrap(), (metadata.len(), metadata.modified().unwrap()))
        })
        .collect()
}

#[track_caller]
fn offers_without_a_change(env: &TestEnv, expected: &[&str]) {
    let before = files(env);
    let names = offered(env, &["show-user", "me"]);
    assert_eq!(files(env), before);
    assert_eq!(names, expected);
}

#[test]
fn without_a_usable_database_nothing_is_offered() {
    let env = TestEnv::new();
    offers_without_a_change(&env, &[]);
    env.write("db.sqlite3", "");
    env.write("db.sqlite3-journal", "left over");
    env.write("db.sqlite3-wal", "left over");
    offers_without_a_change(&env, &[]);
    for log in ["db.sqlite3-journal", "db.sqlite3-wal"] {
        fs::remove_file(env.path(log)).unwrap();
    }
    env.write("db.sqlite3", &"no database".repeat(1000));
    offers_without_a_change(&env, &[]);
    fs::remove_file(env.path("db.sqlite3")).unwrap();
    env.execute("CREATE TABLE notes (id integer PRIMARY KEY)");
    offers_without_a_change(&env, &[]);
    fs::remove_file(env.path("db.sqlite3")).unwrap();
    crate::env::fifo(&env.path("db.sqlite3"), 0o600);
    offers_without_a_change(&env, &[]);
}

#[test]
fn a_damaged_database_offers_nothing() {
    let env = repairs();
    let mut bytes = env.database_bytes();
    let length = bytes.len();
    bytes[length / 8..].fill(0xa5);
    fs::write(env.path("db.sqlite3"), bytes).unwrap();
    offers_without_a_change(&env, &[]);
}

#[test]
fn faulty_settings_and_servers_offer_nothing() {
    let env = repairs();
    for db in [
        "postgres://meg:secret-9@127.0.0.1:1/shop",
        "postgres://meg@127.0.0.1:1/shop",
        "env:UNSET",
        "mysql://x",
    ] {
        assert_eq!(offered(&env, &["--db", db, "show-user", "me"]), [""; 0], "{db}");
    }
    env.write("authctl.toml", "[[[\n");
    offers_without_a_change(&env, &[]);
    // Several possible login columns.
    let env = TestEnv::with_schema("two_unique");
    offers_without_a_change(&env, &[]);
}

#[test]
fn a_locked_database_offers_nothing_at_once() {
    let env = repairs();
    let writer = env.database();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    offers_without_a_change(&env, &[]);
    writer.execute_batch("ROLLBACK").unwrap();
    offers_without_a_change(&env, &["meg@ducharme.com", "mel@x.org"]);
}

#[test]
fn an_interrupted_transaction_is_left_to_the_next_command() {
    let env = repairs();
    let writer = env.database();
    writer.execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN").unwrap();
    writer.execute_batch("CREATE TABLE large AS SELECT randomblob(1000000)").unwrap();
    let crashed = TestEnv::new();
    for name in ["db.sqlite3", "db.sqlite3-journal"] {
        fs::copy(env.path(name), crashed.path(name)).unwrap();
    }
    offers_without_a_change(&crashed, &[]);
}

#[test]
fn a_log_that_does_not_belong_to_the_database_is_left_alone() {
    let env = repairs();
    env.write("db.sqlite3-wal", &"no log".repeat(1000));
    offers_without_a_change(&env, &[]);
}

/// Puts the database into WAL mode, and adds a user whose row is in the log only.
fn with_write_ahead_log(env: &TestEnv) -> Connection {
    let writer = env.database();
    writer.pragma_update(None, "journal_mode", "wal").unwrap();
    writer.execute("UPDATE auth_user SET username = 'meredith' WHERE id = 3", []).unwrap();
    writer
}

const WITH_LOG: [&str; 3] = ["meg@ducharme.com", "mel@x.org", "meredith"];

#[test]
fn a_write_ahead_log_is_read_and_left_alone() {
    let env = repairs();
    let writer = with_write_ahead_log(&env);
    offers_without_a_change(&env, &WITH_LOG);
    // The files of a server that was killed.
    let crashed = TestEnv::new();
    for name in ["db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"] {
        fs::copy(env.path(name), crashed.path(name)).unwrap();
    }
    offers_without_a_change(&crashed, &WITH_LOG);
    fs::remove_file(crashed.path("db.sqlite3-shm")).unwrap();
    offers_without_a_change(&crashed, &[]);
    // The last connection removes the log.
    drop(writer);
    assert!(!env.path("db.sqlite3-wal").exists());
    offers_without_a_change(&env, &WITH_LOG);
}

#[test]
fn a_variable_of_the_same_name_does_not_keep_a_command_from_running() {
    let env = repairs();
    for value in ["bash", "1", "", "tcsh"] {
        let run = env.run_with_env(&[("COMPLETE", value)], ["list-groups", "--format", "plain"]).succeeds();
        assert_eq!(run.stdout, "Front desk\t0\t\neditors\t0\t\n", "{value}");
    }
}

#[test]
fn the_code_of_every_shell_calls_the_program() {
    let env = TestEnv::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = env.run_with_env::<&str>(&[("COMPLETE", shell)], []).succeeds();
        assert!(run.stdout.contains(env!("CARGO_BIN_EXE_authctl")), "{shell}: {}", run.stdout);
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn a_name_cannot_reach_the_shell_as_code() {
    let env = repairs();
    for (shell, expected) in [("bash", "\\$\\(id\\)\n"), ("fish", "$(id)\n")] {
        let run = env.run_with_env(&[("COMPLETE", shell)], ["--", "authctl", "show-user", "$"]).succeeds();
        assert_eq!(run.stdout, expected, "{shell}");
    }
    let run =
        env.run_with_env(&[("COMPLETE", "bash")], ["--", "authctl", "list-users", "--group", "F"]).succeeds();
    assert_eq!(run.stdout, "Front\\ desk\n");
    assert_eq!(offered(&env, &["show-user", "two"]), [""; 0]);
}
