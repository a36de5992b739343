//! Another program locks the database right after the commit: the answer must not need the database any more.

use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::unanswered::fill;
use crate::writers::{self, Held, Writer};

/// Locks the whole database as soon as possible.
fn lock(database: &Connection) {
    database.busy_timeout(Duration::ZERO).unwrap();
    let start = Instant::now();
    while database.execute_batch("BEGIN EXCLUSIVE").is_err() {
        assert!(start.elapsed() < Duration::from_secs(30), "the database was never free");
    }
}

/// Runs a command that blocks on its first output after the commit until the database is locked, and checks its answer.
fn run(writer: &Writer) {
    let env = writers::project();
    let before = writers::rows(&env);
    let arguments: Vec<&str> = writer.arguments.iter().chain(&["--busy-timeout", "3"]).copied().collect();
    let (mut reader, stderr) = std::io::pipe().unwrap();
    let spare = stderr.try_clone().unwrap();
    let mut held = Held::start(&env, &arguments, writer.input, Stdio::piped(), stderr);
    fill(&spare);
    drop(spare);
    let stdout = held.child.stdout.take().unwrap();
    let database = env.database();
    let mut child = held.release();
    lock(&database);
    let mut messages = Vec::new();
    reader.read_to_end(&mut messages).unwrap();
    let answer = std::io::read_to_string(stdout).unwrap();
    let code = child.wait().unwrap().code();
    let messages = String::from_utf8_lossy(&messages).replace('.', "");
    database.execute_batch("COMMIT").unwrap();
    assert_eq!(code, Some(0), "{writer:?}: {messages}");
    let is_owed = writer.creates_token || writer.sets_random_password;
    assert!(!is_owed || !answer.is_empty(), "{writer:?} printed no secret");
    assert_ne!(writers::rows(&env), before, "{writer:?} changed nothing");
}

#[test]
fn no_command_needs_the_database_after_the_commit() {
    writers::ALL.iter().chain(&writers::OF_SESSIONS).for_each(run);
}
