//! Exports to descriptors and devices, and destinations that cannot be replaced atomically.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::path::Path;
use std::process::Command;

use crate::env::{Run, TestEnv, fifo, null_device};
use crate::terminal::Terminal;

fn with_meg() -> TestEnv {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    env
}

/// Runs a line of bash in which `$authctl` is the program.
fn bash(env: &TestEnv, script: &str) -> Run {
    let authctl = env.command();
    let mut bash = Command::new("bash");
    bash.args(["-c", script]).current_dir(env.path(".")).env_clear().env("PATH", "/usr/bin:/bin");
    bash.env("authctl", authctl.get_program());
    Run::of(bash.output().expect("failed to start bash"))
}

#[test]
fn an_export_to_a_descriptor_equals_standard_output() {
    let env = with_meg();
    let expected = env.run(["export"]).succeeds().stdout;
    for file in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        for overwrite in ["", "--overwrite"] {
            let script = format!("\"$authctl\" export {file} {overwrite}");
            let run = bash(&env, &script).succeeds();
            assert_eq!(run.stdout, expected, "{script}");
            assert!(run.stderr.contains("Exported 1 user as CSV."), "{}", run.stderr);
            // After what was already written to the same file.
            bash(&env, &format!("{{ echo first; {script}; }} > out")).succeeds();
            assert_eq!(fs::read_to_string(env.path("out")).unwrap(), format!("first\n{expected}"));
        }
    }
    let script = "\"$authctl\" export >(cat > copied) --with-password-hashes --format jsonl && wait $!";
    let run = bash(&env, script).succeeds();
    assert_eq!(run.stdout, "");
    assert!(fs::read_to_string(env.path("copied")).unwrap().contains("pbkdf2_sha256$1$"));
    for script in
        ["\"$authctl\" export /dev/fd/3 3>third", "{ echo -n; \"$authctl\" export /proc/self/fd/3; } 3>third"]
    {
        bash(&env, script).succeeds();
        assert!(fs::read_to_string(env.path("third")).unwrap().contains("\n1,meg,"), "{script}");
    }
    let null = null_device(&env.path(".")).expect("cannot create a null device");
    env.run(["export".as_ref(), null.as_os_str()]).succeeds();
    assert!(null.metadata().unwrap().file_type().is_char_device());
}

#[test]
fn no_secrets_are_written_to_a_terminal_by_descriptor() {
    let env = with_meg();
    for file in ["/dev/stdout", "/dev/fd/2", "/dev/tty"] {
        let mut command = env.command();
        command.args(["export", file, "--with-password-hashes"]);
        let screen = Terminal::start(&command).ends_with(2);
        assert!(screen.contains("not printed to a terminal") && !screen.contains("pbkdf2"), "{screen}");
    }
}

#[test]
fn other_file_types_are_reported_and_left_alone() {
    let env = with_meg();
    fs::create_dir(env.path("folder.csv")).unwrap();
    symlink("elsewhere", env.path("link.csv")).unwrap();
    fifo(&env.path("fifo.csv"), 0o600);
    env.write("file.csv", "mine");
    for command in ["export", "backup"] {
        for (name, kind) in
            [("folder.csv", "a folder"), ("link.csv", "a symbolic link"), ("fifo.csv", "a FIFO")]
        {
            for overwrite in [&[][..], &["--overwrite"]] {
                let run = env.run([command, name].iter().chain(overwrite)).ends_with(1);
                assert!(run.stderr.contains(name) && run.stderr.contains(kind), "{}", run.stderr);
            }
        }
        let run = env.run([command, "file.csv"]).ends_with(5);
        assert!(run.stderr.contains("--overwrite"), "{}", run.stderr);
        let error = env.run([command, "file.csv", "--format", "json"]).ends_with(5).error();
        assert!(error["hint"].as_str().unwrap().contains("--overwrite"), "{error}");
    }
    assert_eq!(fs::read_link(env.path("link.csv")).unwrap(), Path::new("elsewhere"));
    assert_eq!(fs::read_to_string(env.path("file.csv")).unwrap(), "mine");
    // A backup needs a regular file, and no option replaces a journal beside it.
    let run = bash(&env, "\"$authctl\" backup /dev/stdout | cat; exit ${PIPESTATUS[0]}").ends_with(1);
    assert!(run.stdout.is_empty() && run.stderr.contains("/dev/stdout"), "{}", run.stderr);
    env.run(["backup", "-"]).ends_with(2);
    assert!(!env.path("-").exists());
    env.write("old.sqlite3-wal", "of another file");
    let run = env.run(["backup", "old.sqlite3", "--overwrite"]).ends_with(5);
    assert!(!run.stderr.contains("--overwrite"), "{}", run.stderr);
    assert!(!env.run(["init"]).ends_with(5).stderr.contains("--overwrite"));
}

#[test]
fn the_results_of_apply_can_go_to_a_descriptor() {
    let env = TestEnv::with_database("");
    env.write("a.toml", "[[users]]\nusername = \"meg\"\npassword = { random = true }\n");
    bash(&env, "\"$authctl\" apply a.toml --yes --results >(cat > made.csv); wait $!").succeeds();
    let rows = fs::read_to_string(env.path("made.csv")).unwrap();
    let password = rows.lines().nth(1).and_then(|row| row.split(',').find(|cell| cell.len() == 22));
    let password = password.unwrap_or_else(|| panic!("no password in {rows:?}"));
    env.run_with_input(password, ["check-password", "meg", "--password-stdin"]).succeeds();
}
