//! Confirmation, dry runs, the audit log and kills of `delete-user`.

use super::{delete, is_gone, staff};
use crate::env::TestEnv;
use crate::seed::{self, Person};
use crate::terminal::Terminal;
use rusqlite::Connection;
use std::thread;
use std::time::Instant;

/// Counts users, and those of them with profile, tokens and log.
fn users_and_whole_ones(database: &Connection) -> (i64, i64) {
    let number = |sql: &str| database.query_row(sql, [], |row| row.get(0)).unwrap();
    (
        number("SELECT count(*) FROM auth_user"),
        number(
            "SELECT count(*) FROM auth_user AS u WHERE EXISTS (SELECT 1 FROM levelupapi_gamer WHERE user_id = u.id) \
             AND EXISTS (SELECT 1 FROM authtoken_token WHERE user_id = u.id) \
             AND (SELECT count(*) FROM django_admin_log WHERE user_id = u.id) = 300",
        ),
    )
}

fn at_terminal(env: &TestEnv, arguments: &[&str]) -> Terminal {
    let mut command = env.command();
    command.arg("delete-user").args(arguments);
    Terminal::start(&command)
}

#[test]
fn a_plain_user_is_deleted_with_the_token() {
    let env = TestEnv::with_database("");
    env.run(["register", "meg", "--no-password"]).succeeds();
    env.run(["register", "ann", "--no-password"]).succeeds();
    let run = delete(&env, &["meg", "--yes"]).succeeds();
    assert_eq!(run.stdout, "");
    assert_eq!(
        run.stderr,
        "To delete: authtoken_token (1 row)\nTo delete: auth_user (1 row)\nDeleted meg (id 1) and 1 related \
         row.\n"
    );
    is_gone(&env, "meg");
    assert_eq!(env.rows("SELECT user_id FROM authtoken_token"), ["2"]);
    delete(&env, &["meg", "--yes"]).ends_with(3);
}

#[test]
fn a_dry_run_shows_everything_and_changes_nothing() {
    let env = staff();
    let before = env.database_bytes();
    let run = delete(&env, &["meg", "--dry-run"]).succeeds();
    for word in [
        "Would delete: django_admin_log (3 rows)",
        "Would delete: levelupapi_gamer (1 row)",
        "Would delete meg and 10 related rows. Nothing was changed.",
    ] {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
    let answer = delete(&env, &["meg", "--dry-run", "--format", "json"]).succeeds().json();
    assert_eq!((&answer["dry_run"], &answer["changed"]), (&true.into(), &true.into()));
    assert_eq!(answer["counts"]["deleted"]["knox_authtoken"], 2);
    assert!(env.database_bytes() == before);
}

#[test]
fn a_script_must_pass_yes() {
    let env = staff();
    let before = env.database_bytes();
    let run = delete(&env, &["meg"]).ends_with(2);
    assert!(run.stderr.contains("To delete: knox_authtoken (2 rows)"), "{}", run.stderr);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    assert!(env.database_bytes() == before);
}

#[test]
fn deleting_the_last_active_superuser_causes_a_warning() {
    let env = TestEnv::with_database("");
    for username in ["root", "admin"] {
        Person { username, superuser: true, ..Person::default() }.add_to(&env.database());
    }
    let run = delete(&env, &["root", "--yes"]).succeeds();
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    let run = delete(&env, &["admin", "--dry-run"]).succeeds();
    assert!(run.stderr.contains("warning: No active superuser would be left."), "{}", run.stderr);
    let run = delete(&env, &["admin", "--yes"]).succeeds();
    assert!(run.stderr.contains("warning: No active superuser is left."), "{}", run.stderr);
}

#[test]
fn the_audit_log_names_the_tables() {
    let env = staff();
    delete(&env, &["meg", "--yes", "--audit-log", "audit.jsonl"]).succeeds();
    let log = std::fs::read_to_string(env.path("audit.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[1]["state"], &lines[1]["object"]["user"]), (&"done".into(), &"meg".into()));
    assert!(lines[0]["fields"].as_array().unwrap().contains(&"knox_authtoken".into()), "{log}");
}

#[test]
fn a_terminal_asks_for_confirmation() {
    let env = staff();
    let before = env.database_bytes();
    let mut terminal = at_terminal(&env, &["meg"]);
    terminal.expect("To delete: knox_authtoken (2 rows)");
    terminal.expect("Delete meg and 10 related rows?");
    terminal.types("n\n");
    terminal.ends_with(130);
    assert!(env.database_bytes() == before);
    let mut terminal = at_terminal(&env, &["meg"]);
    terminal.expect("Delete meg");
    terminal.types("y\n");
    terminal.ends_with(0);
    is_gone(&env, "meg");
}

#[test]
fn only_the_rows_shown_are_deleted() {
    let env = staff();
    let mut terminal = at_terminal(&env, &["meg"]);
    terminal.expect("Delete meg and 10 related rows?");
    seed::knox_token(&env.database(), 1, "knox1cccccccccc", None);
    terminal.types("y\n");
    let screen = terminal.ends_with(8);
    assert!(screen.contains("has changed in the meantime. This command changed nothing."), "{screen}");
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "2");
    assert_eq!(env.value("SELECT count(*) FROM knox_authtoken WHERE user_id = 1"), "3");

    let mut terminal = at_terminal(&env, &["meg"]);
    terminal.expect("Delete meg");
    env.execute("UPDATE auth_user SET username = 'margaret' WHERE id = 1");
    terminal.types("y\n");
    terminal.ends_with(3);
    assert_eq!(env.value("SELECT count(*) FROM auth_user"), "2");
}

#[test]
fn a_kill_leaves_a_whole_user_or_none() {
    const RUNS: u32 = 16;
    let env = TestEnv::with_schema("both_schemes");
    let database = env.database();
    for number in 0..=RUNS {
        let key = seed::user(&database, &format!("user{number}"));
        seed::drf_token(&database, key, &seed::key(&format!("abcdef{key:02}")));
        env.execute(&format!(
            "INSERT INTO levelupapi_gamer (bio, user_id) VALUES ('plays', {key});
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300)
             INSERT INTO django_admin_log (object_repr, action_flag, change_message, user_id, action_time)
             SELECT 'x', 1, '', {key}, '2024-01-01' FROM n"
        ));
    }
    let start = Instant::now();
    delete(&env, &[&format!("user{RUNS}"), "--yes"]).succeeds();
    let whole = start.elapsed();
    let mut killed = 0;
    for run in 0..RUNS {
        let mut command = env.command();
        command.args(["delete-user", &format!("user{run}"), "--yes", "--quiet"]);
        let mut child = command.spawn().unwrap();
        thread::sleep(whole * run / RUNS);
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        assert_eq!(env.value("PRAGMA integrity_check"), "ok");
        assert_eq!(env.rows("PRAGMA foreign_key_check"), Vec::<String>::new());
        let (users, whole) = users_and_whole_ones(&database);
        assert_eq!(users, whole, "after run {run}");
    }
    assert!(killed > 0, "no run was killed");
}
