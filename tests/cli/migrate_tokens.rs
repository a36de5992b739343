use rusqlite::params;

use crate::env::{Run, TestEnv};
use crate::seed;
use crate::terminal::Terminal;

/// A drf key that every version of knox accepts.
const MEG: &str = "0123456789abcdef0123456789abcdef01234567";
const ANN: &str = "fedcba9876543210fedcba9876543210fedcba98";

/// Keys that knox before version 5 does not accept.
const ODD: &str = "0123456789abcdef0123456789abcdef0123456";
const WORDS: &str = "correct-horse-battery-staple-0123456789";

/// Forms of knox's table before version 5.
const BINARY: &str = "DROP TABLE knox_authtoken;
    CREATE TABLE knox_authtoken (digest varchar(128) NOT NULL PRIMARY KEY, created datetime NOT NULL, user_id integer NOT \
    NULL REFERENCES auth_user (id), token_key varchar(8) NOT NULL, expiry datetime NULL)";
const SALTED: &str = "DROP TABLE knox_authtoken;
    CREATE TABLE knox_authtoken (digest varchar(128) NOT NULL PRIMARY KEY, salt varchar(16) NOT NULL UNIQUE, created \
    datetime NOT NULL, user_id integer NOT NULL REFERENCES auth_user (id), expires datetime NULL, token_key varchar(8) \
    NOT NULL)";

/// A project with both schemes, and users with these drf keys.
fn project(form: &str, keys: &[(&str, &str)]) -> TestEnv {
    let env = TestEnv::with_schema("both_schemes");
    env.execute(form);
    let database = env.database();
    for (name, key) in keys {
        let user = seed::user(&database, name);
        seed::drf_token(&database, user, key);
    }
    env
}

fn migrate(env: &TestEnv, arguments: &[&str]) -> Run {
    env.run(["migrate-tokens", "--to", "knox"].iter().chain(arguments))
}

fn counts(env: &TestEnv) -> String {
    env.value("SELECT (SELECT count(*) FROM authtoken_token) || ' ' || (SELECT count(*) FROM knox_authtoken)")
}

/// Returns the user that the key authenticates.
fn owner(env: &TestEnv, key: &str) -> String {
    env.run_with_input(key, ["whoami", "--token-stdin", "--quiet"]).succeeds().stdout.trim().to_owned()
}

#[track_caller]
fn assert_no_key(run: &Run) {
    for key in [MEG, ANN, ODD, WORDS] {
        assert!(
            !run.stdout.contains(&key[..8]) && !run.stderr.contains(&key[..8]),
            "{}{}",
            run.stdout,
            run.stderr
        );
    }
}

#[test]
fn keys_are_moved_in_the_format_of_each_knox_version() {
    for (form, public, expiry) in [("", 15, "expiry"), (BINARY, 8, "expiry"), (SALTED, 8, "expires")] {
        let env = project(form, &[("meg", MEG), ("ann", ANN)]);
        let run = migrate(&env, &["--yes"]).succeeds();
        assert_no_key(&run);
        assert_eq!(run.stderr, "Moved 2 tokens to knox. DRF no longer accepts them.\n");
        assert_eq!(counts(&env), "0 2", "{form}");
        assert_eq!((owner(&env, MEG), owner(&env, ANN)), ("meg".into(), "ann".into()), "{form}");
        let sql =
            format!("SELECT user_id, token_key, created, {expiry} FROM knox_authtoken ORDER BY user_id");
        let expected =
            |user: u8, key: &str| format!("{user}|{}|2024-03-01 08:00:00.000001|NULL", &key[..public]);
        assert_eq!(env.rows(&sql), [expected(1, MEG), expected(2, ANN)], "{form}");
        assert_eq!(env.value("SELECT min(length(digest)) FROM knox_authtoken"), "128");
        // A second run has nothing to do.
        let answer = migrate(&env, &["--format", "json"]).succeeds().json();
        assert_eq!((&answer["counts"]["migrated"], &answer["changed"]), (&0.into(), &false.into()));
    }
}

#[test]
fn knox_5_digests_the_text_of_a_key() {
    let env = project("", &[("meg", WORDS)]);
    migrate(&env, &["--yes"]).succeeds();
    assert_eq!(owner(&env, WORDS), "meg");
    // The SHA-512 of the text, as printed by `sha512sum`.
    assert_eq!(env.value("SELECT digest FROM knox_authtoken"), DIGEST);
}

const DIGEST: &str = "74f6be4b3d1367bf35836923bc1480e4581a643ca15c39d5c50fd181088d3359\
                      24b9cb1042ddd9a1ba4162b5c2ed43aa4bd5c5bd87b776dfb214944c7632b19a";

#[test]
fn unfit_keys_are_refused_together_or_skipped() {
    for form in [BINARY, SALTED] {
        let env = project(form, &[("meg", MEG), ("joe", ODD), ("ann", WORDS)]);
        let before = env.database_bytes();
        for more in [&["--yes"][..], &["--dry-run"], &[]] {
            let run = migrate(&env, more).ends_with(6);
            assert_no_key(&run);
            for word in ["2 keys", "ann, joe", "hexadecimal", "--skip-unfit"] {
                assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
            }
        }
        let error = migrate(&env, &["--yes", "--format", "json"]).ends_with(6).error();
        assert_eq!(error["faults"][0]["code"], "unfit");
        assert!(env.database_bytes() == before);

        let run = migrate(&env, &["--skip-unfit", "--yes", "--format", "json"]).succeeds();
        assert_no_key(&run);
        let answer = run.json();
        assert_eq!((&answer["counts"]["migrated"], &answer["counts"]["skipped"]), (&1.into(), &2.into()));
        assert!(run.error()["warnings"][0].as_str().unwrap().contains("ann, joe"), "{}", run.stderr);
        assert_eq!(counts(&env), "2 1");
        assert_eq!((owner(&env, MEG), owner(&env, WORDS)), ("meg".into(), "ann".into()));
    }
}

#[test]
fn a_key_with_too_short_a_secret_part_is_unfit() {
    for (form, key, fits) in [
        ("", "0123456789abcdef0123456789abcd", false),
        ("", "0123456789abcdef0123456789abcde", true),
        (BINARY, "0123456789abcdef012345", false),
        (BINARY, "0123456789abcdef01234567", true),
    ] {
        let env = project(form, &[("meg", key)]);
        let run = migrate(&env, &["--yes"]).ends_with(if fits { 0 } else { 6 });
        assert!(fits || run.stderr.contains("publishes"), "{}", run.stderr);
    }
}

#[test]
fn kept_tokens_are_copied_once() {
    for form in ["", BINARY, SALTED] {
        let env = project(form, &[("meg", MEG), ("ann", ANN)]);
        let run = migrate(&env, &["--keep", "--yes"]).succeeds();
        assert_eq!(run.stderr, "Copied 2 tokens to knox. DRF still accepts them.\n");
        assert_eq!(counts(&env), "2 2");
        let before = env.database_bytes();
        // No confirmation is needed if nothing changes.
        let answer = migrate(&env, &["--keep", "--format", "json"]).succeeds().json();
        assert_eq!(
            answer,
            serde_json::json!({
                "counts": { "migrated": 0, "already": 2, "expiry_changed": 0, "skipped": 0 }, "changed": false, "fields": [],
                "dry_run": false,
            })
        );
        assert!(env.database_bytes() == before, "{form}");
        // Only the new token is copied; a run without --keep then moves all.
        let joe = seed::user(&env.database(), "joe");
        seed::drf_token(&env.database(), joe, &MEG.replace('0', "a"));
        let answer = migrate(&env, &["--keep", "--yes", "--format", "json"]).succeeds().json();
        assert_eq!((&answer["counts"]["migrated"], &answer["counts"]["already"]), (&1.into(), &2.into()));
        let answer = migrate(&env, &["--yes", "--format", "json"]).succeeds().json();
        assert_eq!((&answer["counts"]["migrated"], &answer["counts"]["already"]), (&0.into(), &3.into()));
        assert_eq!(answer["fields"], serde_json::json!(["token"]));
        assert_eq!(counts(&env), "0 3");
        assert_eq!(owner(&env, MEG), "meg");
    }
}

#[test]
fn a_copied_token_is_revoked_in_both_places() {
    let env = project("", &[("meg", MEG), ("ann", ANN)]);
    migrate(&env, &["--keep", "--yes"]).succeeds();
    let run = env.run_with_input(MEG, ["revoke-token", "--token-stdin"]).succeeds();
    assert!(run.stderr.ends_with("Deleted 2 tokens.\n"), "{}", run.stderr);
    env.run_with_input(MEG, ["whoami", "--token-stdin"]).ends_with(4);
    env.run_with_input(ANN, ["logout", "--token-stdin"]).succeeds();
    assert_eq!(counts(&env), "0 0");
}

#[test]
fn an_expired_row_with_the_same_key_is_replaced() {
    let env = project("", &[("meg", MEG)]);
    migrate(&env, &["--keep", "--yes"]).succeeds();
    env.execute("UPDATE knox_authtoken SET expiry = '2020-01-01 00:00:00'");
    let answer = migrate(&env, &["--yes", "--format", "json"]).succeeds().json();
    assert_eq!(answer["counts"]["migrated"], 1);
    assert_eq!(counts(&env), "0 1");
    assert_eq!(owner(&env, MEG), "meg");
}

#[test]
fn a_key_of_another_user_in_knox_is_a_conflict() {
    for form in ["", BINARY, SALTED] {
        let env = project(form, &[("meg", MEG), ("ann", ANN)]);
        migrate(&env, &["--keep", "--yes"]).succeeds();
        env.execute("UPDATE knox_authtoken SET user_id = 2 WHERE user_id = 1");
        let before = env.database_bytes();
        let run = migrate(&env, &["--yes", "--format", "json"]).ends_with(5);
        assert_no_key(&run);
        assert_eq!(run.error()["code"], "taken");
        assert!(env.database_bytes() == before, "{form}");
    }
}

#[test]
fn one_users_token_can_be_moved_alone() {
    let env = project("", &[("meg", MEG), ("ann", ANN)]);
    migrate(&env, &["--user", "ann", "--yes"]).succeeds();
    assert_eq!(env.rows("SELECT user_id FROM knox_authtoken"), ["2"]);
    assert_eq!(env.rows("SELECT user_id FROM authtoken_token"), ["1"]);
    migrate(&env, &["--user", "nobody", "--yes"]).ends_with(3);
    // Another user's unfit key does not matter.
    let env = project(BINARY, &[("meg", MEG), ("ann", WORDS)]);
    migrate(&env, &["--user", "meg", "--yes"]).succeeds();
    assert_eq!(counts(&env), "1 1");
}

#[test]
fn an_expiry_can_be_given() {
    let env = project("", &[("meg", MEG)]);
    migrate(&env, &["--expires-in", "30d", "--yes"]).succeeds();
    let days = "SELECT round(julianday(expiry) - julianday('now')) FROM knox_authtoken";
    assert_eq!(env.value(days), "30");
    migrate(&env, &["--expires-in", "soon", "--yes"]).ends_with(2);
    let run = migrate(&env, &["--expires-in", "5000000d", "--yes"]).ends_with(2);
    assert!(run.stderr.contains("the maximum is 2900000d"), "{}", run.stderr);
}

#[test]
fn a_key_already_in_knox_gets_the_given_expiry() {
    for form in ["", BINARY, SALTED] {
        let env = project(form, &[("meg", MEG), ("ann", ANN)]);
        migrate(&env, &["--keep", "--expires-in", "30d", "--yes"]).succeeds();
        let column = if form == SALTED { "expires" } else { "expiry" };
        let endless = format!("SELECT count(*) FROM knox_authtoken WHERE {column} IS NULL");
        let before = env.database_bytes();
        let run = migrate(&env, &["--keep", "--dry-run"]).succeeds();
        let expected = "Would change the expiry of 2 tokens that knox already has. Nothing was changed.\n";
        assert_eq!(run.stderr, expected);
        let run = migrate(&env, &["--keep"]).ends_with(2);
        assert!(
            run.stderr.contains("Change the expiry of 2 tokens that knox already has?"),
            "{}",
            run.stderr
        );
        assert!(env.database_bytes() == before);
        let answer =
            migrate(&env, &["--keep", "--yes", "--user", "meg", "--format", "json"]).succeeds().json();
        assert_eq!(
            answer,
            serde_json::json!({
                "counts": { "migrated": 0, "already": 1, "expiry_changed": 1, "skipped": 0 }, "changed": true, "fields": ["expiry"],
                "dry_run": false,
            })
        );
        assert_eq!((env.value(&endless), counts(&env)), ("1".into(), "2 2".into()), "{form}");
        let run = migrate(&env, &["--yes"]).succeeds();
        let expected = "Moved 2 tokens to knox and changed the expiry of 1 token that knox already has. DRF \
                        no longer accepts them.\n";
        assert_eq!(run.stderr, expected);
        assert_eq!((env.value(&endless), counts(&env)), ("2".into(), "0 2".into()), "{form}");
        assert_eq!((owner(&env, MEG), owner(&env, ANN)), ("meg".into(), "ann".into()), "{form}");
    }
}

#[test]
fn only_copied_tokens_are_counted_as_copied() {
    let env = project("", &[("meg", MEG)]);
    migrate(&env, &["--keep", "--yes"]).succeeds();
    let ann = seed::user(&env.database(), "ann");
    seed::drf_token(&env.database(), ann, ANN);
    let run = migrate(&env, &["--keep"]).ends_with(2);
    assert!(run.stderr.contains("Copy 1 token to knox?"), "{}", run.stderr);
    let run = migrate(&env, &["--keep", "--dry-run"]).succeeds();
    assert_eq!(run.stderr, "Would copy 1 token to knox. Nothing was changed.\n");
    let run = migrate(&env, &["--keep", "--yes"]).succeeds();
    assert_eq!(run.stderr, "Copied 1 token to knox. DRF still accepts it.\n");
}

#[test]
fn unfit_keys_are_reported_even_if_nothing_is_moved() {
    let env = project(BINARY, &[("meg", ODD)]);
    let run = migrate(&env, &["--skip-unfit"]).succeeds();
    let (first, rest) = run.stderr.split_once('\n').unwrap();
    assert_eq!(first, "No drf token can be migrated to knox. Nothing was changed.");
    assert!(rest.contains("Skipped the keys of meg."), "{rest}");
    // One of the two keys is already in knox.
    let ann = seed::user(&env.database(), "ann");
    seed::drf_token(&env.database(), ann, ANN);
    migrate(&env, &["--skip-unfit", "--keep", "--yes"]).succeeds();
    let run = migrate(&env, &["--skip-unfit", "--keep"]).succeeds();
    assert!(
        run.stderr.starts_with("knox already has all keys that can be migrated. Nothing was changed.\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn tokens_of_inactive_users_are_moved_but_not_those_without_a_user() {
    let env = project("", &[("meg", MEG)]);
    env.execute("UPDATE auth_user SET is_active = 0");
    let database = env.database();
    database.pragma_update(None, "foreign_keys", false).unwrap();
    let sql = "INSERT INTO authtoken_token (key, created, user_id) VALUES (?1, '2024-01-01', 99)";
    database.execute(sql, params![ANN]).unwrap();
    let run = migrate(&env, &["--yes"]).ends_with(6);
    assert!(run.stderr.contains("of (no user)"), "{}", run.stderr);
    migrate(&env, &["--skip-unfit", "--yes"]).succeeds();
    assert_eq!(env.rows("SELECT user_id FROM knox_authtoken"), ["1"]);
    assert_eq!(env.rows("SELECT user_id FROM authtoken_token"), ["99"]);
}

#[test]
fn a_dry_run_changes_nothing() {
    let env = project("", &[("meg", MEG), ("ann", ANN)]);
    let before = env.database_bytes();
    let run = migrate(&env, &["--dry-run"]).succeeds();
    assert_eq!(run.stderr, "Would move 2 tokens to knox. Nothing was changed.\n");
    let answer = migrate(&env, &["--dry-run", "--keep", "--format", "json"]).succeeds().json();
    assert_eq!(
        answer,
        serde_json::json!({
            "counts": { "migrated": 2, "already": 0, "expiry_changed": 0, "skipped": 0 }, "changed": true, "fields": ["token"],
            "dry_run": true,
        })
    );
    assert!(env.database_bytes() == before);
}

#[test]
fn a_script_must_pass_yes_and_a_terminal_asks() {
    let env = project("", &[("meg", MEG), ("ann", ANN)]);
    let before = env.database_bytes();
    let run = migrate(&env, &[]).ends_with(2);
    assert!(run.stderr.contains("Move 2 tokens to knox?") && run.stderr.contains("--yes"), "{}", run.stderr);
    for (answer, code) in [("n\n", 130), ("y\n", 0)] {
        assert!(env.database_bytes() == before);
        let mut command = env.command();
        command.args(["migrate-tokens", "--to", "knox"]);
        let mut terminal = Terminal::start(&command);
        terminal.expect("Move 2 tokens to knox?");
        terminal.types(answer);
        terminal.ends_with(code);
    }
    assert_eq!(counts(&env), "0 2");
}

#[test]
fn both_tables_must_exist() {
    for (schema, missing) in [("levelup", "knox tokens"), ("knox", "drf keys")] {
        let env = TestEnv::with_schema(schema);
        let run = migrate(&env, &["--yes"]).ends_with(9);
        assert!(run.stderr.contains(&format!("no table of {missing} (")), "{}", run.stderr);
    }
}

#[test]
fn the_target_is_required() {
    let env = project("", &[("meg", MEG)]);
    env.run(["migrate-tokens", "--yes"]).ends_with(2);
    env.run(["migrate-tokens", "--to", "drf", "--yes"]).ends_with(2);
    assert_eq!(counts(&env), "1 0");
}

#[test]
fn a_predefined_key_can_be_added_to_knox_while_drf_has_it() {
    let env = project("", &[("meg", MEG)]);
    let arguments = ["create-token", "meg", "--scheme", "knox", "--token-stdin", "--quiet"];
    env.run_with_input(MEG, arguments).succeeds();
    assert_eq!(counts(&env), "1 1");
}

#[test]
fn the_audit_log_has_no_key() {
    let env = project("", &[("meg", MEG)]);
    migrate(&env, &["--yes", "--audit-log", "audit.jsonl"]).succeeds();
    let log = std::fs::read_to_string(env.path("audit.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 2);
    assert!(log.contains("migrate-tokens") && !log.contains(&MEG[..8]), "{log}");
}
