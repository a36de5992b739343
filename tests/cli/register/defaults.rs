//! Required fields: what the newest users have in common, what another user has, and random keys like theirs.

use insta::assert_snapshot;

use super::faults;
use crate::env::TestEnv;
use crate::seed;
use crate::terminal::Terminal;

const KEYS: [&str; 3] = ["9944b09199c62bcf", "4bc1d7ab0e9a2f83", "c02fd15be19a6d74"];

/// A project whose members have a tier, and three of them: `ann` is a superuser and the newest.
fn members(number: usize) -> TestEnv {
    let env = TestEnv::with_schema("rock");
    env.execute(
        "CREATE TABLE app_member (id integer PRIMARY KEY AUTOINCREMENT, \
         user_id integer NOT NULL UNIQUE REFERENCES auth_user (id), tier varchar(10) NOT NULL, \
         quota integer NOT NULL, full_name varchar(20) NOT NULL, motto varchar(30) NOT NULL, \
         is_admin bool NOT NULL, api_key varchar(16) NOT NULL UNIQUE)",
    );
    let database = env.database();
    for (index, name) in ["joe", "meg", "ann"][3 - number..].iter().enumerate() {
        let user = seed::user(&database, name);
        let sql = "INSERT INTO app_member (user_id, tier, quota, full_name, motto, is_admin, api_key) \
                   VALUES (?1, 'basic', 5, ?2, ?2 || '!', 1, ?3)";
        database.execute(sql, rusqlite::params![user, name, KEYS[index]]).unwrap();
    }
    env.execute("UPDATE auth_user SET is_staff = 1, is_superuser = 1 WHERE username = 'ann'");
    env
}

const NEW: [&str; 3] = ["register", "zoe", "--no-password"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    NEW.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn the_error_shows_what_the_newest_users_have() {
    let env = members(3);
    assert_snapshot!(env.run(with(&["--profile", "member"])).snapshot(&env));
    let error = env.run(with(&["--profile", "member", "--format", "json"])).ends_with(6).error();
    env.write("authctl.toml", error["config"].as_str().unwrap());
    let given =
        ["--profile", "member", "--set", "full_name=Zoe", "--set", "is_admin=0", "--set-random", "api_key"];
    env.run(with(&given)).succeeds();
    let row = "SELECT tier || quota || motto || is_admin FROM app_member WHERE full_name = 'Zoe'";
    assert_eq!(env.value(row), "basic5VALUE0");
}

#[test]
fn what_users_do_not_share_is_not_suggested() {
    for change in ["UPDATE app_member SET tier = 'gold' WHERE id = 1", "DELETE FROM app_member WHERE id > 1"]
    {
        let env = members(3);
        env.execute(change);
        let run = env.run(with(&["--profile", "member"])).ends_with(6);
        assert!(run.stderr.contains("Pass --set tier=VALUE (text"), "{}", run.stderr);
    }
}

#[test]
fn only_the_newest_twenty_users_count() {
    let env = members(2);
    let database = env.database();
    for index in 0..20 {
        let user = seed::user(&database, &format!("user{index}"));
        let sql = "INSERT INTO app_member (user_id, tier, quota, full_name, motto, is_admin, api_key) \
                   VALUES (?1, '@ x', 5, '', '', 0, ?1)";
        database.execute(sql, [user]).unwrap();
    }
    let run = env.run(with(&["--profile", "member"])).ends_with(6);
    assert!(run.stderr.contains("--set 'tier=@@ x', which the 20 newest users have"), "{}", run.stderr);
    assert!(run.stderr.contains("Pass --set api_key=VALUE"), "numbers are not random: {}", run.stderr);
}

#[test]
fn like_takes_required_fields_but_no_rights_names_or_keys() {
    let env = members(3);
    let run = env.run(with(&["--like", "ann", "--format", "json"])).ends_with(6);
    // Names and rights are the user's own.
    assert_eq!(faults(&run), ["full_name required", "is_admin required"]);
    let given = with(&["--like", "ann", "--set", "full_name=Zoe", "--set", "is_admin=no"]);
    let before = env.database_bytes();
    assert_snapshot!(env.run(given.iter().chain(&["--dry-run"])).snapshot(&env));
    assert!(env.database_bytes() == before);
    let object = env.run(given.iter().chain(&["--format", "json"])).succeeds().json();
    let copied = object["copied"].as_array().unwrap();
    let names: Vec<&str> = copied.iter().map(|copied| copied["field"].as_str().unwrap()).collect();
    assert_eq!(names, ["profile", "tier", "quota", "motto", "api_key"]);
    assert!(copied[4]["value"].is_null());
    let row = "SELECT tier || quota || motto || is_admin FROM app_member WHERE full_name = 'Zoe'";
    assert_eq!(env.value(row), "basic5ann!0");
    assert_eq!(env.value("SELECT is_staff + is_superuser FROM auth_user WHERE username = 'zoe'"), "0");
    let key = env.value("SELECT api_key FROM app_member WHERE full_name = 'Zoe'");
    assert!(key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit()) && !KEYS.contains(&&*key));
    env.run(with(&["--like", "nobody"])).ends_with(3);
}

#[test]
fn like_asks_at_a_terminal() {
    for (answer, code, count) in [("n\n", 130, "0"), ("y\n", 0, "1")] {
        let env = members(3);
        env.execute(
            "ALTER TABLE app_member ADD COLUMN nickname text NULL; UPDATE app_member SET nickname = 'annie'",
        );
        let mut command = env.command();
        command.args(with(&["--like", "ann", "--set", "full_name=Zoe", "--set", "is_admin=no"]));
        let mut terminal = Terminal::start(&command);
        terminal.expect("Like ann: profile=member, tier=basic, quota=5, motto='ann!', api_key (random).");
        terminal.expect("Not taken from ann: member.nickname.");
        terminal.expect("Register with these values?");
        terminal.types(answer);
        terminal.ends_with(code);
        assert_eq!(env.value("SELECT count(*) FROM auth_user WHERE username = 'zoe'"), count);
    }
}

#[test]
fn like_never_makes_staff() {
    let env = members(3);
    env.write("authctl.toml", "[profiles.member]\nstaff = true\n");
    let object = env.run(with(&["--like", "ann", "--format", "json"])).succeeds().json();
    assert!(object["profile"].is_null() && object["staff"] == false, "{object}");
}

#[test]
fn a_random_field_needs_random_texts() {
    let env = members(3);
    let all = [
        "--profile",
        "member",
        "--set",
        "tier=a",
        "--set",
        "quota=1",
        "--set",
        "full_name=Zoe",
        "--set",
        "is_admin=no",
    ];
    let run = env.run(with(
        &[&all[..], &["--set", "api_key=k", "--set-random", "motto", "--format", "json"]].concat(),
    ));
    assert_eq!(faults(&run.ends_with(6)), ["motto not_random"]);
    let run = env.run(with(&[&all[..], &["--set-random", "api_kye", "--format", "json"]].concat()));
    assert_eq!(faults(&run.ends_with(6)), ["motto required", "api_key required", "api_kye unknown_field"]);
    env.run(with(&["--set-random", "api_key", "--set", "api_key=x"])).ends_with(2);
    env.run(with(&["--set-random", "api_key", "--set-random", "api_key"])).ends_with(2);
    let run = env.run(with(&[&all[..], &["--set", "motto=", "--set-random", "api_key"]].concat())).succeeds();
    let key = env.value("SELECT api_key FROM app_member WHERE full_name = 'Zoe'");
    assert!(key.len() == 16 && !run.stderr.contains(&key) && !run.stdout.contains(&key));
}

#[test]
fn prompts_offer_the_shared_value_blank_text_and_random_keys() {
    let env = members(3);
    let mut command = env.command();
    command.args(with(&["--profile", "member"]));
    let mut terminal = Terminal::start(&command);
    for (question, default, answer) in [
        ("Tier (text of at most 10 characters)", "(basic)", "\n"),
        ("Quota (integer)", "(5)", "x\n"),
        ("must be a whole number", "(5)", "7\n"),
        ("Full name (text of at most 20 characters)", "", "Zoe\n"),
        ("Motto (text of at most 30 characters)", "", "\n"),
        ("Is admin (true or false)", "", "no\n"),
        ("Api key (text of at most 16 characters, Enter for random text)", "", "\n"),
    ] {
        terminal.expect(question);
        if !default.is_empty() {
            terminal.expect(default);
        }
        terminal.types(answer);
    }
    let screen = terminal.ends_with(0);
    let row = "SELECT tier || quota || motto || is_admin FROM app_member WHERE full_name = 'Zoe'";
    assert_eq!(env.value(row), "basic70");
    let key = env.value("SELECT api_key FROM app_member WHERE full_name = 'Zoe'");
    assert!(key.len() == 16 && !screen.contains(&key), "{screen}");
}

#[test]
fn a_field_that_the_settings_require_is_asked_for_until_it_is_not_blank() {
    let env = members(3);
    env.write(
        "authctl.toml",
        "[profiles.member]\nrequired = [\"motto\"]\n[register]\nrequired = [\"email\"]\n",
    );
    let mut command = env.command();
    command.args(with(&[
        "--profile",
        "member",
        "--like",
        "ann",
        "--set",
        "full_name=Z",
        "--set",
        "is_admin=0",
        "--yes",
    ]));
    let mut terminal = Terminal::start(&command);
    for (question, answer) in [
        ("Email address (text of at most 254 characters)", "\n"),
        ("Email address (text of at most 254 characters)", "zoe@example.com\n"),
        ("Motto (text of at most 30 characters)", "\n"),
        ("Motto (text of at most 30 characters)", "mine\n"),
    ] {
        terminal.expect(question);
        terminal.types(answer);
    }
    terminal.ends_with(0);
    assert_eq!(env.value("SELECT motto FROM app_member WHERE full_name = 'Z'"), "mine");
}
