//! Rows whose generated columns are far larger than what is stored.

use std::io::Read as _;
use std::process::{Command, Stdio};

use crate::env::TestEnv;

/// Maximum memory of a run in bytes: SQLite's limit, and the program with its threads.
const LIMIT: u64 = 700 * 1024 * 1024;

/// A project whose user rows have this many columns of 60 MB each.
fn project(columns: usize) -> TestEnv {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    for number in 0..columns {
        env.execute(&format!(
            "ALTER TABLE auth_user ADD COLUMN note{number} text GENERATED ALWAYS AS (hex(zeroblob(30000000))) VIRTUAL"
        ));
    }
    env
}

/// Runs the command and returns its exit code, standard error, the length of its output and its peak memory.
fn measured(env: &TestEnv, arguments: &[&str]) -> (i32, String, usize, u64) {
    let program = env.command();
    let mut command = Command::new("python3");
    let script = "import os, resource, subprocess, sys\n\
                  code = subprocess.call(sys.argv[1:])\n\
                  most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n\
                  print(f'{code} {most}', file=sys.stderr)";
    command.args(["-c", script]).arg(program.get_program()).args(arguments).current_dir(env.path("."));
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("failed to start python3");
    let mut stdout = child.stdout.take().unwrap();
    let (mut length, mut buffer) = (0, vec![0; 1 << 20]);
    while let Ok(read @ 1..) = stdout.read(&mut buffer) {
        length += read;
    }
    let stderr = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    let (message, last) = stderr.trim_end().rsplit_once('\n').unwrap_or(("", stderr.trim_end()));
    let (code, most) = last.split_once(' ').unwrap();
    (code.parse().unwrap(), message.to_owned(), length, most.parse::<u64>().unwrap() * 1024)
}

#[test]
fn a_row_of_more_than_128_mib_is_refused_in_bounded_memory() {
    for columns in [3, 12] {
        let env = project(columns);
        for arguments in [&["show-user", "meg"][..], &["show-user", "meg", "--format", "json"]] {
            let (code, message, length, most) = measured(&env, arguments);
            assert_eq!(code, 9, "{arguments:?}: {message}");
            assert!(message.contains("auth_user"), "{arguments:?}: {message}");
            assert!(length < 1000 && most < LIMIT, "{arguments:?}: {length}, {most}");
        }
        // Commands that do not read these columns still work.
        assert_eq!(measured(&env, &["list-users"]).0, 0);
        assert_eq!(measured(&env, &["export"]).0, 0);
        // To update a row, SQLite computes all of its columns.
        let (code, _, _, most) = measured(&env, &["edit-user", "meg", "--staff"]);
        assert_eq!(code, if columns == 3 { 0 } else { 9 });
        assert!(most < LIMIT, "{most}");
    }
}

#[test]
fn a_list_of_large_rows_is_refused_too() {
    let env = project(0);
    for column in ["email", "first_name", "last_name"] {
        env.execute(&format!(
            "ALTER TABLE auth_user DROP COLUMN {column}; \
             ALTER TABLE auth_user ADD COLUMN {column} varchar(254) AS (hex(zeroblob(30000000))) VIRTUAL"
        ));
    }
    for format in ["table", "csv", "json"] {
        let arguments = ["list-users", "--format", format, "--columns", "email,first_name,last_name"];
        let (code, message, length, most) = measured(&env, &arguments);
        assert_eq!(code, 9, "{arguments:?}: {message}");
        assert!(message.contains("auth_user"), "{message}");
        assert!(length < 1000 && most < LIMIT, "{format}: {length}, {most}");
    }
}

#[test]
fn people_see_the_beginning_of_a_long_value() {
    let env = project(1);
    let (code, message, length, most) = measured(&env, &["show-user", "meg"]);
    assert_eq!((code, &*message), (0, ""));
    assert!(length < 6_000 && most < LIMIT, "{length}, {most}");
    let screen = env.run(["show-user", "meg"]).succeeds().stdout;
    assert!(screen.contains(&format!("  {}… (59996000 more characters", "0".repeat(4_000))), "{length}");
    for format in ["json", "plain"] {
        let (code, _, length, _) = measured(&env, &["show-user", "meg", "--format", format]);
        assert!(code == 0 && length > 60_000_000, "{format}: {length}");
    }
}
