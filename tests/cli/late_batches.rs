//! An import in batches that another writer interrupts reports the committed rows and how to continue.

use std::process::Stdio;
use std::time::Duration;

use crate::env::{Run, TestEnv};
use crate::terminal::wait_for;

/// Imports a file in batches, and locks the database after the first two.
fn interrupted(env: &TestEnv, more: &[&str]) -> Run {
    let rows: Vec<String> = (0..100_000).map(|row| format!("user{row},Ducharme\n")).collect();
    env.write("users.csv", &format!("username,last_name\n{}", rows.concat()));
    let mut command = env.command();
    command.args(["import", "users.csv", "--batch", "50", "--busy-timeout", "0.2"]).args(more);
    let child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("failed to start authctl");
    let committed = || env.value("SELECT count(*) FROM auth_user").parse::<usize>().unwrap();
    wait_for(|| (committed() >= 100).then_some(())).expect("two batches were not committed in time");
    let database = env.database();
    // With a timeout, SQLite would sleep through the short gaps between batches.
    database.busy_timeout(Duration::ZERO).unwrap();
    while database.execute_batch("BEGIN IMMEDIATE").is_err() {}
    let run = Run::of(child.wait_with_output().unwrap());
    database.execute_batch("COMMIT").unwrap();
    run
}

#[test]
fn a_late_lock_reports_the_committed_rows() {
    for format in [&[][..], &["--format", "json"]] {
        for results in [&[][..], &["--results", "made.csv"]] {
            let env = TestEnv::with_database("");
            let run = interrupted(&env, &[format, results].concat()).ends_with(8);
            let rows: usize = env.value("SELECT count(*) FROM auth_user").parse().unwrap();
            assert!(rows >= 100 && rows.is_multiple_of(50), "{rows}");
            let message = if format.is_empty() {
                run.stderr.clone()
            } else {
                let error = run.error();
                assert_eq!((&error["code"], &error["committed"]), (&"busy".into(), &rows.into()));
                error["message"].as_str().unwrap().to_owned() + error["hint"].as_str().unwrap()
            };
            assert!(message.contains(&format!("{rows} rows are committed")), "{message}");
            assert!(
                message.contains("--on-existing skip") && !message.to_lowercase().contains("try again"),
                "{message}"
            );
            assert_eq!(message.contains("--results made.csv"), !results.is_empty(), "{message}");
        }
    }
    // If nothing was committed, the database is simply busy.
    let env = TestEnv::with_database("");
    let database = env.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    env.write("users.csv", "username\nmeg\n");
    let run = env.run(["import", "users.csv", "--batch", "50", "--busy-timeout", "0.2"]).ends_with(8);
    assert!(!run.stderr.contains("committed") && run.stderr.contains("Try again"), "{}", run.stderr);
}
