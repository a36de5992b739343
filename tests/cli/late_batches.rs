//! An import in batches that another writer interrupts: what was committed is told, and how the rest follows.

use std::io::Write as _;
use std::process::{Child, Stdio};

use crate::env::{Run, TestEnv};
use crate::terminal::wait_for;

/// Starts an import of what is written to its standard input.
fn start(env: &TestEnv, more: &[&str]) -> Child {
    let mut command = env.command();
    command
        .args(["import", "-", "--input-format", "csv", "--batch", "50", "--busy-timeout", "0.2"])
        .args(more);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program to start")
}

/// Gives rows until two batches are committed, then locks the database and gives the rest.
fn interrupted(env: &TestEnv, more: &[&str]) -> Run {
    let mut child = start(env, more);
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"username,last_name\n").unwrap();
    let mut given = 0;
    // Tens of thousands of rows are read ahead.
    let mut give = |input: &mut std::process::ChildStdin| {
        let rows: String = (given..given + 5_000).map(|row| format!("user{row},Ducharme\n")).collect();
        given += 5_000;
        let _ = input.write_all(rows.as_bytes());
    };
    let committed = || env.value("SELECT count(*) FROM auth_user").parse::<usize>().unwrap();
    wait_for(|| {
        give(&mut input);
        (committed() >= 100).then_some(())
    })
    .expect("two batches");
    let database = env.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..2 {
        give(&mut input);
    }
    drop(input);
    let run = Run::of(child.wait_with_output().unwrap());
    database.execute_batch("COMMIT").unwrap();
    run
}

#[test]
fn a_lock_that_comes_late_ends_with_what_was_committed() {
    for format in [&[][..], &["--format", "json"]] {
        for results in [&[][..], &["--results", "made.csv"]] {
            let env = TestEnv::with_database("");
            let run = interrupted(&env, &[format, results].concat()).ends_with(8);
            let rows: usize = env.value("SELECT count(*) FROM auth_user").parse().unwrap();
            assert!(rows >= 100 && rows.is_multiple_of(50), "{rows}");
            let told = if format.is_empty() {
                run.stderr.clone()
            } else {
                let error = run.error();
                assert_eq!((&error["code"], &error["committed"]), (&"busy".into(), &rows.into()));
                error["message"].as_str().unwrap().to_owned() + error["hint"].as_str().unwrap()
            };
            assert!(told.contains(&format!("{rows} rows are committed")), "{told}");
            assert!(
                told.contains("--on-existing skip") && !told.to_lowercase().contains("try again"),
                "{told}"
            );
            assert_eq!(told.contains("--results made.csv"), !results.is_empty(), "{told}");
        }
    }
    // Where nothing was committed, it is busy and nothing else.
    let env = TestEnv::with_database("");
    let database = env.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut child = start(&env, &[]);
    child.stdin.take().unwrap().write_all(b"username\nmeg\n").unwrap();
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(8);
    assert!(!run.stderr.contains("committed") && run.stderr.contains("Try again"), "{}", run.stderr);
}
