//! Without file descriptors, threads or memory, commands fail with a message and change nothing.

use std::fs;
#[cfg(feature = "live")]
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::env::{PASSWORD, Run, TestEnv};

/// Long enough for a loaded machine. A run that hangs takes forever.
const SOON: Duration = Duration::from_secs(60);

/// The program started by this shell script, in the test environment.
fn limited(env: &TestEnv, program: &Path, script: &str, arguments: &[&str]) -> Command {
    let plain = env.command();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).arg(program).args(arguments);
    command.env_clear().stdin(Stdio::null()).current_dir(plain.get_current_dir().unwrap());
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.env("SECRET", PASSWORD);
    command
}

const EXEC: &str = "exec \"$0\" \"$@\"";

const IMPORT: &str = "username,password\nann,wonderland-7\nbob,wonderland-8\n";

const ACCOUNTS: &str = "[[users]]\nusername = \"ann\"\ntoken = true\npassword = { env = \"SECRET\" }\n";

/// Commands of each kind: reading, writing, hashing, importing, and writing files.
const COMMANDS: &[&[&str]] = &[
    &["list-users"],
    &["list-users", "--format", "json"],
    &["list-sessions"],
    &["show-user", "meg"],
    &["check"],
    &["export", "--format", "json"],
    &["edit-user", "meg", "--inactive"],
    &["delete-user", "meg", "--yes"],
    &["register", "ann", "--no-password"],
    &["register", "ann", "--password-env", "SECRET"],
    &["set-password", "meg", "--password-env", "SECRET"],
    &["login", "meg", "--password-env", "SECRET"],
    &["create-token", "meg", "--rotate"],
    &["create-token", "meg", "--rotate", "--output-file", "token"],
    &["create-token", "meg", "--rotate", "--env-file", ".env", "--as", "TOKEN"],
    &["revoke-token", "--all", "--yes"],
    &["import", "people.csv", "--insecure-fast-hash"],
    &["import", "people.csv", "--tokens", "--results", "made.csv"],
    &["apply", "accounts.toml", "--yes"],
    &["backup", "copy.sqlite3"],
    &["init", "--db", "new.sqlite3"],
];

fn env() -> TestEnv {
    let env = TestEnv::with_database("[passwords]\nhasher = \"pbkdf2_sha256 1000\"\n");
    env.register_quickly("meg");
    // Enough to be decoded on threads.
    env.execute(
        "CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY, session_data text NOT NULL,
             expire_date datetime NOT NULL);
         WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO django_session SELECT 'key' || i, 'e30:1uR8aB:signature', '2099-01-01' FROM n",
    );
    env.write("people.csv", IMPORT);
    env.write("accounts.toml", ACCOUNTS);
    env
}

/// Returns all stored users and tokens except times and passwords.
fn stored(env: &TestEnv) -> Vec<String> {
    let users = "SELECT 'user', username, is_active, password LIKE '!%' FROM auth_user ORDER BY username";
    let tokens = "SELECT 'token', username, key FROM authtoken_token JOIN auth_user ON auth_user.id = user_id \
                  ORDER BY username";
    [env.rows(users), env.rows(tokens)].concat()
}

/// Fails unless the run did everything, or changed nothing and gave the reason.
#[track_caller]
fn assert_all_or_nothing(env: &TestEnv, before: &[String], run: &Run, what: &str, reasons: &[&str]) {
    let code = run.code;
    // `check` ends with 11 because of its findings here.
    assert!([0, 1, 9, 11].contains(&code), "{what}: {code}\n{}", run.stderr);
    assert!(!run.stderr.contains("panicked") && !run.stderr.contains(PASSWORD), "{what}: {}", run.stderr);
    if [1, 9].contains(&code) {
        assert_eq!(stored(env), before, "{what}: {}", run.stderr);
        let is_told = reasons.iter().any(|reason| run.stderr.contains(reason));
        assert!(is_told, "{what}: {}", run.stderr);
        assert!(!env.path("new.sqlite3").exists() && !env.path("copy.sqlite3").exists(), "{what}");
    }
    assert_eq!(env.value("PRAGMA integrity_check"), "ok", "{what}");
    let left: Vec<String> = fs::read_dir(env.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".authctl-") || name.starts_with(".tmp") || name.contains("-journal"))
        .collect();
    assert!(left.is_empty(), "{what}: {left:?}");
}

fn run(command: &mut Command, what: &str) -> Run {
    let started = Instant::now();
    let output = command.output().expect("failed to start the shell");
    assert!(started.elapsed() < SOON, "{what} took {:?}", started.elapsed());
    assert!(
        output.status.code().is_some(),
        "{what}: {:?} {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Run::of(output)
}

const NO_DESCRIPTORS: &[&str] = &["Too many open files"];

#[test]
fn without_descriptors_commands_do_all_or_nothing() {
    let program = Path::new(env!("CARGO_BIN_EXE_authctl"));
    for (index, arguments) in COMMANDS.iter().enumerate() {
        let mut succeeded = false;
        // From some number on, the descriptors suffice.
        for count in 4..24 {
            let env = env();
            let before = stored(&env);
            let what = format!("{arguments:?} with {count} descriptors");
            let run =
                run(&mut limited(&env, program, &format!("ulimit -n {count} && {EXEC}"), arguments), &what);
            if run.code == 127 {
                // The loader needs one descriptor besides the three open ones, and others may be inherited.
                assert!(run.stderr.contains("error while loading shared libraries"), "{}", run.stderr);
                continue;
            }
            assert_all_or_nothing(&env, &before, &run, &what, NO_DESCRIPTORS);
            succeeded = [0, 11].contains(&run.code);
            if succeeded {
                break;
            }
        }
        assert!(succeeded, "command {index} never succeeded: {arguments:?}");
    }
}

#[cfg(feature = "live")]
const NO_THREADS: &[&str] = &["thread cannot be started: Resource temporarily unavailable"];

/// A user without other processes. Root is not subject to the limit.
#[cfg(feature = "live")]
const USER: u32 = 54_321;

#[test]
#[cfg(feature = "live")]
fn without_threads_commands_do_all_or_nothing() {
    assert!(
        rustix::process::geteuid().is_root(),
        "this test needs root to run commands as a user without other processes"
    );
    for hasher in ["pbkdf2_sha256 1000", "argon2", "scrypt"] {
        for arguments in COMMANDS {
            let env = env();
            env.write("authctl.toml", &format!("[passwords]\nhasher = {hasher:?}\n"));
            let before = stored(&env);
            // The program may be in a folder that only root can read.
            let program = env.path("authctl");
            // Copied by `cp`, not by this process: other tests fork, and a child that inherits the open file prevents
            // its execution.
            let copied =
                Command::new("cp").args([Path::new(env!("CARGO_BIN_EXE_authctl")), &program]).status();
            assert!(copied.expect("failed to start cp").success(), "failed to copy the program");
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            give_away(&env.path("."));
            give_away(env.state_file().ancestors().nth(2).unwrap());
            let what = format!("{hasher} {arguments:?} without threads");
            let mut limited = limited(&env, &program, "exec prlimit --nproc=1 \"$0\" \"$@\"", arguments);
            let mut command = Command::new("setpriv");
            command.args([format!("--reuid={USER}"), format!("--regid={USER}"), "--clear-groups".into()]);
            command.arg(limited.get_program()).args(limited.get_args()).env_clear();
            command.envs(limited.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command.env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
            command.current_dir(limited.get_current_dir().unwrap());
            limited = command;
            let run = run(&mut limited, &what);
            assert_all_or_nothing(&env, &before, &run, &what, NO_THREADS);
        }
    }
}

#[cfg(feature = "live")]
fn give_away(path: &Path) {
    chown(path, Some(USER), Some(USER)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}

#[test]
fn without_memory_the_password_stays_unchanged() {
    let program = Path::new(env!("CARGO_BIN_EXE_authctl"));
    let env = TestEnv::with_database("[passwords]\nhasher = \"argon2\"\n");
    env.register_quickly("meg");
    let arguments = ["set-password", "meg", "--password-env", "SECRET"];
    let mut refused = 0;
    for mebibytes in [40, 60, 80, 100, 140, 200, 400] {
        let what = format!("{mebibytes} MiB");
        let before = env.value("SELECT password FROM auth_user");
        let limit = format!("ulimit -v {} && {EXEC}", mebibytes * 1024);
        let run = run(&mut limited(&env, program, &limit, &arguments), &what);
        assert!([0, 1].contains(&run.code), "{what}: {} {}", run.code, run.stderr);
        if run.code == 1 {
            refused += 1;
            assert!(run.stderr.contains("memory"), "{what}: {}", run.stderr);
            assert_eq!(env.value("SELECT password FROM auth_user"), before, "{what}");
        }
    }
    assert!(refused > 0, "no limit was too low for Argon2");
}
