//! What an import says of files that are not as they should be, and what it reads all the same.

use std::fs;

use crate::env::{Run, TestEnv};

fn env() -> TestEnv {
    TestEnv::with_database("")
}

/// Imports these bytes as a file of this name.
fn import(env: &TestEnv, name: &str, bytes: impl AsRef<[u8]>, more: &[&str]) -> Run {
    fs::write(env.path(name), bytes).unwrap();
    env.run(["import", name].iter().chain(more))
}

#[test]
fn places_are_worded_alike_in_all_formats() {
    let env = env();
    let run = import(&env, "a.json", "[\r\n {\"username\": \"a b\"}]", &[]).ends_with(6);
    assert!(run.stderr.starts_with("error: a.json, line 2, column 15: "), "{}", run.stderr);
    let run = import(&env, "a.json", "[\n {\"username\" \"a b\"}]", &[]).ends_with(6);
    assert_eq!(run.stderr, "error: a.json, line 2, column 14: This is not JSON.\n");
    let run = import(&env, "a.jsonl", "{\"username\": \"a b\"}\n", &[]).ends_with(6);
    assert!(run.stderr.starts_with("error: a.jsonl, line 1, column 14: "), "{}", run.stderr);
    env.write("a.toml", "\nusers = 1\n");
    let run = env.run(["apply", "a.toml", "--yes"]).ends_with(6);
    assert!(run.stderr.starts_with("error: a.toml, line 2, column 9: "), "{}", run.stderr);
}
