//! Whatever takes too long or too much memory is stopped.

use std::fmt::Write as _;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::Base;
use super::battery::run;
use crate::terminal::wait_for;

#[test]
fn a_huge_computed_value_is_refused_at_once() {
    let base = Base::new();
    let sql = "ALTER TABLE auth_user ADD COLUMN big text GENERATED ALWAYS AS (hex(zeroblob(400000000)))";
    let env = Base::environment(&base.changed_by(sql));
    let run = env.run(["show-user", "meg"]).ends_with(1);
    assert!(run.stderr.contains("128 MiB") && run.stdout.is_empty(), "{}", run.stderr);
}

#[test]
fn ctrl_c_ends_an_endless_trigger_and_rolls_back() {
    let base = Base::new();
    let env = Base::environment(&base.changed_by(
        "CREATE TRIGGER t AFTER UPDATE ON auth_user BEGIN SELECT count(*) FROM (WITH RECURSIVE n (i) AS
           (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n); END",
    ));
    let journal = env.path("db.sqlite3-journal");
    let mut command = env.command();
    command
        .args(["edit-user", "meg", "--first-name", "Margaret"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    assert!(wait_for(|| journal.exists().then_some(())).is_some(), "the update did not start");
    thread::sleep(Duration::from_millis(100));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let status = wait_for(|| child.try_wait().unwrap()).expect("the program did not end");
    assert_eq!(status.code(), Some(130));
    let stderr = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    assert_eq!(stderr, "error: Interrupted. Nothing was changed.\n");
    // A killed program would leave its journal for the next one to roll back.
    assert!(!journal.exists(), "the transaction was not rolled back");
    assert_eq!(env.value("SELECT first_name FROM auth_user WHERE username = 'meg'"), "");
}

#[test]
fn thousands_of_tables_take_seconds() {
    let base = Base::new();
    for unique in ["", " UNIQUE"] {
        let mut sql = String::from("BEGIN;");
        for number in 0..5_000 {
            write!(
                sql,
                "CREATE TABLE app_t{number} (id integer PRIMARY KEY, user_id integer NULL{unique} REFERENCES auth_user (id));
                 INSERT INTO django_content_type (app_label, model) VALUES ('app', 't{number}');"
            )
            .unwrap();
        }
        let env = Base::environment(&base.changed_by(&(sql + "COMMIT")));
        for words in [
            &["list-users", "--quiet"][..],
            &["show-user", "meg"],
            &["edit-user", "meg", "--first-name", "Margaret"],
            &["delete-user", "meg", "--yes"],
        ] {
            let ended = run(&env, words, "");
            assert_eq!(ended.map(|ended| ended.code), Some(0), "{words:?} with{unique} references");
        }
        let ended =
            run(&env, &["delete-user", "ann", "--yes", "--cascade", "app_t1", "--set-null", "app_t2"], "");
        assert_eq!(ended.map(|ended| ended.code), Some(0), "with{unique} references");
    }
}
