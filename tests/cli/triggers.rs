//! Triggers and constraints of a project that ignore or revert writes: no command may report a change that did not
//! happen.

use crate::env::TestEnv;
use crate::writers::{self, Writer};

/// The tables whose triggers are tested.
const TABLES: [&str; 3] = ["auth_user", "authtoken_token", "knox_authtoken"];

const GAMERS: &str = "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\n\
                      fields = { bio = \"varchar(50)\" }\ndefaults = { bio = \"plays\" }\n";

/// Runs the command on a project with these triggers. Returns whether it failed and changed nothing, or false if the
/// triggers do not affect it.
fn is_refused(writer: &Writer, triggers: &str) -> bool {
    let env = writers::project();
    let rows = |env: &TestEnv| (writers::rows(env), env.rows("SELECT * FROM authctl_seen"));
    env.execute("CREATE TABLE authctl_seen (x)");
    env.execute(triggers);
    let before = rows(&env);
    let run = env.run_with_input(writer.input, writer.arguments);
    if run.code == 0 {
        assert_eq!(env.rows("PRAGMA integrity_check"), ["ok"]);
        return false;
    }
    let run = run.ends_with(1);
    assert!(run.stderr.contains("trigger") && run.stderr.contains("nothing was changed"), "{}", run.stderr);
    assert_eq!(run.stdout, "", "{writer:?}");
    assert!(rows(&env) == before, "{writer:?} changed something under {triggers}");
    true
}

#[track_caller]
fn assert_all_refused(writer: &Writer, triggers: &[String]) {
    for triggers in triggers {
        assert!(is_refused(writer, triggers), "{writer:?} succeeded under {triggers}");
    }
}

/// For each of [`writers::ALL`], a statement that it executes and the table.
const WRITES: [(&str, &str); 13] = [
    ("INSERT", "auth_user"),
    ("INSERT", "authtoken_token"),
    ("UPDATE", "auth_user"),
    ("INSERT", "authtoken_token"),
    ("INSERT", "knox_authtoken"),
    ("INSERT", "knox_authtoken"),
    ("UPDATE", "auth_user"),
    ("UPDATE", "auth_user"),
    ("DELETE", "auth_user"),
    ("DELETE", "authtoken_token"),
    ("DELETE", "authtoken_token"),
    ("INSERT", "auth_user"),
    ("INSERT", "authtoken_token"),
];

#[test]
fn an_ignored_write_is_an_error() {
    for (writer, (event, table)) in writers::ALL.iter().zip(WRITES) {
        let ignoring =
            format!("CREATE TRIGGER ignores BEFORE {event} ON {table} BEGIN SELECT raise(IGNORE); END");
        assert_all_refused(writer, &[ignoring]);
    }
    let env = writers::project();
    env.execute("CREATE TRIGGER i BEFORE DELETE ON knox_authtoken BEGIN SELECT raise(IGNORE); END");
    let before = writers::rows(&env);
    env.run(["logout", "--all"]).ends_with(1);
    assert!(writers::rows(&env) == before);
    assert!(env.state_file().exists() && env.run(["whoami"]).code == 0, "the session must be kept");
}

#[test]
fn a_reverted_write_is_an_error() {
    for (writer, (event, table)) in writers::ALL.iter().zip(WRITES) {
        let column = if table == "authtoken_token" { "key" } else { "digest" };
        let undo = match (event, table) {
            ("INSERT", "auth_user") => "DELETE FROM auth_user WHERE id = new.id".to_owned(),
            ("INSERT", table) => format!("DELETE FROM {table} WHERE {column} = new.{column}"),
            ("UPDATE", table) => format!(
                "UPDATE {table} SET is_active = old.is_active, email = old.email, password = old.password \
                 WHERE id = new.id"
            ),
            ("DELETE", "auth_user") => {
                "INSERT INTO auth_user SELECT old.id, old.password, old.last_login, old.is_superuser, \
                 old.username, old.last_name, old.email, old.is_staff, old.is_active, old.date_joined, \
                 old.first_name"
                    .to_owned()
            }
            (_, table) => format!("INSERT INTO {table} SELECT old.key, old.created, old.user_id"),
        };
        let taking_back = format!("CREATE TRIGGER t AFTER {event} ON {table} BEGIN {undo}; END");
        assert_all_refused(writer, &[taking_back]);
    }
}

#[test]
fn a_write_reverted_by_a_later_one_is_an_error() {
    const JOIN: [&str; 6] = ["edit-user", "meg", "--email", "meg@new.example", "--add-group", "editors"];
    let at = |event: &str, table: &str, row: &str, undo: &str| {
        format!(
            "CREATE TRIGGER t AFTER {event} ON {table} WHEN {row}.user_id = 1 BEGIN \
             UPDATE auth_user SET {undo} WHERE id = 1; END"
        )
    };
    let undone_by_deletion = at("DELETE", "authtoken_token", "old", "is_active = 1, password = 'old'");
    let meg = |arguments| Writer { arguments, ..writers::ALL[6] };
    assert_all_refused(
        &meg(&["edit-user", "meg", "--inactive", "--revoke-tokens"]),
        std::slice::from_ref(&undone_by_deletion),
    );
    let run = meg(&["edit-user", "meg", "--inactive", "--revoke-tokens", "--dry-run"]);
    assert_all_refused(&run, std::slice::from_ref(&undone_by_deletion));
    let set_password = Writer {
        input: "another-7-word",
        arguments: &["set-password", "meg", "--password-stdin", "--revoke-tokens"],
        ..writers::ALL[6]
    };
    assert_all_refused(&set_password, &[undone_by_deletion]);
    let undone_by_insertion = at("INSERT", "auth_user_groups", "new", "email = ''");
    let editors = "INSERT INTO auth_group (name) VALUES ('editors');";
    assert_all_refused(&meg(&JOIN), &[format!("{editors}{undone_by_insertion}")]);
    // The trigger restores the old key.
    let old_key = "CREATE TABLE old AS SELECT * FROM authtoken_token; \
                   CREATE TRIGGER t AFTER INSERT ON authtoken_token BEGIN \
                   UPDATE authtoken_token SET key = (SELECT key FROM old) WHERE key = new.key; END";
    assert_all_refused(&writers::ALL[3], &[old_key.to_owned()]);
}

#[test]
fn writing_a_row_twice_is_not_an_error() {
    let env = TestEnv::with_database("");
    let key = env.register_quickly("meg");
    env.execute(
        "INSERT INTO auth_group (name) VALUES ('editors'); CREATE TABLE seen (x); \
         CREATE TRIGGER t AFTER INSERT ON seen BEGIN SELECT 1; END",
    );
    env.run(["create-token", "meg", "--rotate"]).succeeds();
    env.run_with_input(&key, ["create-token", "meg", "--rotate", "--token-stdin"]).succeeds();
    env.run(["edit-user", "meg", "--add-group", "editors", "--email", "meg@x.example"]).succeeds();
    env.run(["edit-user", "meg", "--remove-group", "editors", "--inactive", "--revoke-tokens"]).succeeds();
    env.write("accounts.toml", "[[users]]\nusername = \"meg\"\nemail = \"meg@y.example\"\nis_active = true\n\
                               token = \"drf\"\n[[users]]\nusername = \"ann\"\npassword = { random = true }\n");
    env.run(["apply", "accounts.toml", "--yes"]).succeeds();

    let env = TestEnv::with_database(crate::env::KNOX);
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    env.execute("CREATE TABLE seen (x); CREATE TRIGGER t AFTER INSERT ON seen BEGIN SELECT 1; END");
    let known = ["create-token", "meg", "--token-stdin"];
    env.run_with_input(&key, known).succeeds();
    // The row of an expired token is deleted and inserted again with the same digest.
    env.execute("UPDATE knox_authtoken SET expiry = '2001-01-01 00:00:00'");
    env.run_with_input(&key, known).succeeds();
}

#[test]
fn rows_of_groups_and_profiles_are_checked_too() {
    let env = TestEnv::with_database(GAMERS);
    env.execute("INSERT INTO auth_group (name) VALUES ('editors')");
    env.run(["register", "meg", "--no-password", "--group", "editors"]).succeeds();
    let rows = |env: &TestEnv| env.rows("SELECT user_id, group_id FROM auth_user_groups");
    let before = rows(&env);
    env.execute("CREATE TRIGGER g BEFORE DELETE ON auth_user_groups BEGIN SELECT raise(IGNORE); END");
    env.run(["edit-user", "meg", "--remove-group", "editors"]).ends_with(1);
    assert_eq!(rows(&env), before);
    env.execute("CREATE TRIGGER h BEFORE INSERT ON auth_user_groups BEGIN SELECT raise(IGNORE); END");
    env.run(["register", "ann", "--no-password", "--group", "editors"]).ends_with(1);
    env.execute("CREATE TRIGGER p BEFORE INSERT ON app_gamer BEGIN SELECT raise(IGNORE); END");
    env.run(["register", "ann", "--no-password"]).ends_with(1);
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "1");
}

#[test]
fn the_expiry_of_a_token_is_checked() {
    let env = writers::project();
    env.run(["migrate-tokens", "--to", "knox", "--keep", "--yes"]).succeeds();
    let before = writers::rows(&env);
    let again = ["migrate-tokens", "--to", "knox", "--keep", "--yes", "--expires-in", "1d"];
    for trigger in [
        "CREATE TRIGGER e BEFORE UPDATE ON knox_authtoken BEGIN SELECT raise(IGNORE); END",
        "DROP TRIGGER e; CREATE TRIGGER e AFTER UPDATE ON knox_authtoken BEGIN \
         UPDATE knox_authtoken SET expiry = old.expiry WHERE digest = new.digest; END",
    ] {
        env.execute(trigger);
        env.run(again).ends_with(1);
        assert_eq!(writers::rows(&env), before, "{trigger}");
    }
    env.execute("DROP TRIGGER e");
    env.run(again).succeeds();
}

#[test]
fn a_constraint_that_ignores_a_row_is_an_error() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password", "--no-token"]).succeeds();
    env.execute(
        "DROP TABLE authtoken_token; CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, \
         created datetime NOT NULL, user_id integer NOT NULL UNIQUE REFERENCES auth_user (id), \
         n integer NOT NULL ON CONFLICT IGNORE DEFAULT NULL)",
    );
    let run = env.run(["create-token", "meg"]).ends_with(1);
    assert_eq!(run.stdout, "");
}

/// Columns whose stored form differs from the bound value, or whose affinity changes it.
const TYPES: &str = "[register]\nprofile = \"shop\"\n[profiles.shop]\ntable = \"app_shop\"\n\
                     fields = { price = \"decimal\", ratio = \"real\", count = \"integer\", day = \"date\", \
                     since = \"datetime\", open = \"bool\", plan = \"text\", code = \"varchar(9)\" }\n";

#[test]
fn values_of_every_type_are_read_back_unchanged() {
    let env = TestEnv::with_database(TYPES);
    env.execute(
        "CREATE TABLE seen (x);
         CREATE TRIGGER i AFTER INSERT ON app_shop BEGIN INSERT INTO seen VALUES (1); END;
         CREATE TRIGGER u AFTER UPDATE ON app_shop BEGIN INSERT INTO seen VALUES (2); END",
    );
    let set =
        |values: [&str; 8]| values.iter().flat_map(|value| ["--set".into(), value.to_string()]).collect();
    let first: Vec<String> = set([
        "price=12.50",
        "ratio=0.1",
        "count=9007199254740993",
        "day=2024-02-29",
        "since=2024-02-29T12:00:00.5+02:00",
        "open=true",
        "plan=007",
        "code=1e3",
    ]);
    let second: Vec<String> = set([
        "price=100",
        "ratio=1e300",
        "count=-1",
        "day=0001-01-01",
        "since=2024-02-29 12:00:00",
        "open=false",
        "plan=ünï'code",
        "code=0x10",
    ]);
    let run = |start: &[&str], values: &[String]| {
        env.run(start.iter().map(ToString::to_string).chain(values.iter().cloned())).succeeds();
    };
    run(&["register", "meg", "--no-password"], &first);
    run(&["edit-user", "meg"], &second);
    run(&["edit-user", "meg"], &first);
    assert_eq!(env.rows("SELECT count(*), sum(x) FROM seen"), ["3|5"]);
}

#[test]
fn triggers_that_only_log_are_harmless() {
    let notes: Vec<String> = TABLES
        .iter()
        .flat_map(|table| ["INSERT", "UPDATE", "DELETE"].map(|event| (table, event)))
        .map(|(table, event)| {
            format!(
                "CREATE TRIGGER {table}_{event} AFTER {event} ON {table} \
                 BEGIN INSERT INTO authctl_seen VALUES ('{event}'); END;"
            )
        })
        .collect();
    for writer in &writers::ALL {
        assert!(!is_refused(writer, &notes.concat()), "{writer:?}");
    }
}

#[test]
fn the_first_of_many_writes_is_checked_before_the_commit() {
    // More rows than are kept in memory.
    const ROWS: usize = 10_500;
    let last = format!("user{ROWS}");
    let text: String =
        std::iter::once("username\n".to_owned()).chain((1..=ROWS).map(|n| format!("user{n}\n"))).collect();
    for (trigger, is_refused) in [
        // A trigger on the same table, one on another table, and one that acts through a reference.
        (
            "AFTER INSERT ON auth_user WHEN new.username = LAST BEGIN \
          UPDATE auth_user SET email = 'x@x' WHERE username = 'user1'; END",
            true,
        ),
        (
            "AFTER INSERT ON app_gamer WHEN new.user_id = ROWS BEGIN \
          DELETE FROM app_gamer WHERE user_id = 2; END",
            true,
        ),
        ("AFTER INSERT ON app_gamer WHEN new.user_id = ROWS BEGIN DELETE FROM kinds; END", true),
        ("AFTER INSERT ON app_gamer BEGIN INSERT INTO seen VALUES (1); END", false),
    ] {
        let env = TestEnv::with_database(GAMERS);
        env.execute("CREATE TABLE seen (x)");
        env.execute("CREATE TABLE kinds (id integer PRIMARY KEY); INSERT INTO kinds VALUES (1)");
        env.execute(
            "ALTER TABLE app_gamer ADD COLUMN kind_id integer DEFAULT NULL REFERENCES kinds (id) ON DELETE CASCADE",
        );
        env.write("a.csv", &text);
        let body = trigger.replace("LAST", &format!("'{last}'")).replace("ROWS", &ROWS.to_string());
        if trigger.contains("kinds") {
            env.write("authctl.toml", &GAMERS.replace("defaults = { bio", "defaults = { kind_id = 1, bio"));
        }
        env.execute(&format!("CREATE TRIGGER t {body}"));
        let run = env.run(["import", "a.csv"]);
        assert_eq!(run.code, i32::from(is_refused), "{trigger}: {}", run.stderr);
        let left = if is_refused { "0".to_owned() } else { ROWS.to_string() };
        assert_eq!(env.value("SELECT count(*) FROM auth_user"), left, "{trigger}");
    }
}
