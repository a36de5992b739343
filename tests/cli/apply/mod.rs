//! `apply`: dry runs, applying a file once and again, pruning, and faults in the file.

mod execution;
mod faults;
mod plans;

use crate::env::{Run, TestEnv};

/// A shop whose users have an extra column and fast hashes.
const SHOP: &str = "[profiles.customer]\ntable = \"shop_customer\"\n\
                    fields = { address = \"varchar(20)\", api_key = \"varchar(40) null\" }\n\
                    [passwords]\nhasher = \"pbkdf2_sha256 1000000\"\n";

const WANTED: &str = r#"
[scope]
usernames = "ci-*"

[[users]]
username = "ci-bot"
email = "CI@EXAMPLE.com"
is_staff = true
department = "QA"
groups = ["editors"]
token = true
password = { env = "CI_PASSWORD" }
profiles.customer = { address = "12 Oak Lane", api_key = "s3cr3t-of-a-shop" }

[[users]]
username = "ci-second"
password = { random = true }
is_active = true
"#;

fn shop(wanted: &str) -> TestEnv {
    let env = TestEnv::with_database(SHOP);
    env.execute("ALTER TABLE auth_user ADD COLUMN department varchar(10) NOT NULL DEFAULT ''");
    env.execute("INSERT INTO auth_group (name) VALUES ('editors'), ('viewers')");
    env.write("wanted.toml", wanted);
    env
}

fn apply(env: &TestEnv, arguments: &[&str]) -> Run {
    let arguments = ["apply", "wanted.toml"].iter().chain(arguments);
    env.run_with_env(&[("CI_PASSWORD", "correct-horse-9")], arguments)
}

fn users(env: &TestEnv) -> Vec<String> {
    env.rows("SELECT username, email, is_active, is_staff, department FROM auth_user ORDER BY id")
}

/// Asserts the complete list of faults: line, column and part of each message.
#[track_caller]
fn faults(env: &TestEnv, file: &str, expected: &[(u64, u64, &str)]) {
    let before = env.database_bytes();
    let run = env.run(["apply", file, "--yes", "--format", "json"]).ends_with(6);
    let error = run.error();
    let faults = error["faults"].as_array().unwrap();
    let places: Vec<_> = faults
        .iter()
        .map(|fault| (fault["line"].as_u64().unwrap(), fault["column"].as_u64().unwrap()))
        .collect();
    let wanted: Vec<_> = expected.iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(places, wanted, "{error:#}");
    for (fault, (line, column, words)) in faults.iter().zip(expected) {
        let message = fault["message"].as_str().unwrap();
        let place = format!("{file}, line {line}, column {column}: ");
        assert!(message.starts_with(&place) && message.contains(words), "{words}: {message}");
    }
    let text = env.run(["apply", file]).ends_with(6);
    assert_eq!(text.stderr.lines().count(), expected.len(), "{}", text.stderr);
    assert!(env.database_bytes() == before);
}

fn login(env: &TestEnv, username: &str, password: &str) -> i32 {
    env.run_with_input(password, ["check-password", username, "--password-stdin"]).code
}
