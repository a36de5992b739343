//! `benches/compare` without its peers. CI runs the measurements themselves on small data.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::env::Run;

fn benches() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches")
}

/// Runs the script on this program with a temporary data folder.
fn compare(program: &str, arguments: &[&str]) -> Run {
    let target = TempDir::new().unwrap();
    let mut command = Command::new(benches().join("compare"));
    command
        .env("CARGO_TARGET_DIR", target.path())
        .args(["--no-install", "--binary", program])
        .args(arguments);
    Run::of(command.output().expect("failed to start python3"))
}

fn compare_this(arguments: &[&str]) -> Run {
    compare(env!("CARGO_BIN_EXE_authctl"), arguments)
}

#[test]
fn a_row_is_selected_by_its_listed_name() {
    let names = compare_this(&["--list"]).succeeds().stdout;
    assert!(names.lines().count() > 10 && names.lines().any(|name| name == "size"), "{names}");
    let table = compare_this(&["--only", "size"]).succeeds().stdout;
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(rows.len() == 2 && rows[1].starts_with("| stripped binary |"), "{table}");
    compare_this(&["--only", "weight"]).ends_with(2);
}

#[test]
fn a_missed_goal_is_marked_and_fails_only_with_check() {
    // The test binary is not stripped, so it misses the size goal.
    let table = compare_this(&["--only", "size"]).succeeds().stdout;
    assert!(table.contains("| **missed:** ≤ 12.3 MB |"), "{table}");
    compare_this(&["--only", "size", "--check"]).ends_with(3);
}

#[test]
fn a_row_that_cannot_run_says_why() {
    let run = compare("/bin/false", &["--quick", "--only", "whoami-growth", "--only", "size"]).ends_with(1);
    assert!(run.stdout.contains("| **cannot run:** `authctl --db users-"), "{}", run.stdout);
    assert!(run.stdout.contains("| stripped binary |"), "the other row was not measured: {}", run.stdout);
}

#[test]
fn only_a_complete_table_is_written_to_the_pages() {
    compare_this(&["--readme"]).ends_with(2);
    for name in ["README.md", "docs/performance.md"] {
        the_table_replaces_an_older_one(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name));
    }
}

fn the_table_replaces_an_older_one(page: &Path) {
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("page.md");
    fs::copy(page, &copy).unwrap();
    let write = |text: &str| {
        let script = "import sys; sys.dont_write_bytecode = True\n\
                      from pathlib import Path; from comparison.table import write_into\n\
                      write_into(Path(sys.argv[1]), sys.argv[2])";
        let mut command = Command::new("python3");
        command.current_dir(benches()).args(["-c", script]).arg(&copy).arg(text);
        Run::of(command.output().expect("failed to start python3"))
    };
    write("| one |").succeeds();
    let once = fs::read_to_string(&copy).unwrap();
    assert!(once.contains("\n\n| one |\n\n<!-- to here -->\n"), "{once}");
    write("| two |").succeeds();
    assert_eq!(fs::read_to_string(&copy).unwrap(), once.replace("| one |", "| two |"));
    fs::write(&copy, "# Another\n").unwrap();
    let refused = write("| three |").ends_with(1);
    assert!(refused.stderr.contains("has no place for the table"), "{}", refused.stderr);
}
