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
fn faults_repeat_no_values() {
    let env = env();
    let table = "username,email,is_active,password_hash,token,id,date_joined\n\
                 geheim 1,geheim-2,geheim-3,geheim-4,geheim 5,geheim-6,geheim-7\n";
    let run = import(&env, "a.csv", table, &[]).ends_with(6);
    assert!(run.stderr.contains("a.csv, line 2, column 2 (email): email: this is not an e-mail address."));
    assert!(run.stderr.contains("column 1 (username): username: only letters, digits and"), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 7, "{}", run.stderr);
    assert!(!run.stderr.contains("geheim"), "{}", run.stderr);
    import(&env, "a.csv", "username\nann\n", &[]).succeeds();
    let table = "username,email\nann,geheim-2\n";
    let run = import(&env, "a.csv", table, &["--on-existing", "update"]).ends_with(6);
    assert!(!run.stderr.contains("geheim"), "{}", run.stderr);
    let long = "g".repeat(200);
    let run = import(&env, "a.csv", format!("username,groups,{long}\n"), &[]).ends_with(6);
    assert!(run.stderr.len() < 400 && run.stderr.contains("ggg…"), "{}", run.stderr);
    let run = import(&env, "a.csv", format!("username,groups\nbob,{long}\n"), &[]).ends_with(6);
    assert!(run.stderr.len() < 200 && run.stderr.contains("ggg…"), "{}", run.stderr);
    // Where it was typed, it helps to see it.
    let run = env.run(["register", "bob", "--email", "bob", "--no-password"]).ends_with(6);
    assert!(run.stderr.contains("email: \"bob\" is not an e-mail address."), "{}", run.stderr);
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
