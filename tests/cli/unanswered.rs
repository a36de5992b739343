//! Exit code 14: a change is committed, but its answer is lost.

use std::fs::{self, File};
use std::io::Read as _;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

use crate::env::{Run, TestEnv};
use crate::terminal::wait_for;
use crate::writers::{self, Held, Writer};

/// A full disk.
fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

fn run_on(stdout: impl Into<Stdio>, env: &TestEnv, writer: &Writer, more: &[&str]) -> Run {
    use std::io::Write as _;
    let mut command = env.command();
    command.args(writer.arguments).args(more);
    command.stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(writer.input.as_bytes()).unwrap();
    Run::of(child.wait_with_output().unwrap())
}

/// Returns the DRF keys, which are stored in plain text.
fn keys(env: &TestEnv) -> Vec<String> {
    env.rows("SELECT key FROM authtoken_token")
}

fn texts(json: &Json) -> Vec<String> {
    json.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_command_that_changes_something_reports_a_lost_answer() {
    for writer in writers::ALL.iter().chain(&writers::OF_SESSIONS) {
        let env = writers::project();
        let before = writers::rows(&env);
        let run = run_on(full(), &env, writer, &["--format", "json"]).ends_with(14);
        let error = run.error();
        assert_eq!((&error["code"], &error["exit"]), (&"unanswered".into(), &14.into()), "{writer:?}");
        assert_ne!(writers::rows(&env), before, "{writer:?} changed nothing");
        assert!(keys(&env).iter().all(|key| !run.stderr.contains(key)), "{}", run.stderr);
        assert!(error["message"].as_str().unwrap().contains("No space left"), "{}", run.stderr);

        let (prefixes, commands) = (texts(&error["prefixes"]), texts(&error["commands"]));
        assert_eq!(prefixes.len(), usize::from(writer.creates_token), "{writer:?}: {}", run.stderr);
        let revokes = commands.iter().any(|command| command.contains("revoke-token"));
        let sets = commands.iter().any(|command| command.contains("set-password"));
        assert_eq!((revokes, sets), (writer.creates_token, writer.sets_random_password), "{}", run.stderr);
        for prefix in &prefixes {
            let listed = env.run(["list-tokens", "--format", "plain"]).succeeds();
            assert!(listed.stdout.contains(prefix), "{prefix} in {}", listed.stdout);
        }
        for command in &commands {
            env.run(command.split(' ').skip(1)).succeeds();
        }
        let listed = env.run(["list-tokens", "--format", "plain"]).succeeds();
        assert!(prefixes.iter().all(|prefix| !listed.stdout.contains(prefix)), "{}", listed.stdout);
    }
}

#[test]
fn the_message_has_a_command_for_the_same_database() {
    let env = writers::project();
    fs::rename(env.path("db.sqlite3"), env.path("my db.sqlite3")).unwrap();
    let arguments = ["create-token", "meg", "--scheme", "knox", "--db", "my db.sqlite3"];
    let mut command = env.command();
    let run = Run::of(command.args(arguments).stdout(full()).output().unwrap()).ends_with(14);
    let newest = "SELECT token_key FROM knox_authtoken ORDER BY created DESC";
    let database = rusqlite::Connection::open(env.path("my db.sqlite3")).unwrap();
    let prefix: String = database.query_row(newest, [], |row| row.get(0)).unwrap();
    let command = format!("`authctl --db 'my db.sqlite3' revoke-token {prefix}`");
    assert!(run.stderr.contains(&command), "{}", run.stderr);
    assert!(run.stderr.contains("error: The change succeeded, but"), "{}", run.stderr);
}

#[test]
fn a_closed_pipe_loses_the_answer_too() {
    for writer in writers::ALL.iter().filter(|writer| writer.creates_token) {
        let env = writers::project();
        let (reader, stdout) = std::io::pipe().unwrap();
        drop(reader);
        run_on(stdout, &env, writer, &[]).ends_with(14);
    }
}

#[test]
fn nothing_is_lost_if_nothing_was_changed() {
    let env = writers::project();
    for arguments in [
        &["create-token", "meg"][..],
        &["create-token", "meg", "--rotate", "--dry-run", "--format", "json"],
        &["edit-user", "meg", "--active", "--format", "json"],
        &["import", "new.csv", "--tokens", "--results", "-", "--dry-run"],
    ] {
        let mut command = env.command();
        Run::of(command.args(arguments).stdout(full()).output().unwrap()).ends_with(1);
    }
}

#[test]
fn secrets_in_a_results_file_are_not_lost() {
    for arguments in [&["import", "new.csv", "--tokens"][..], &["apply", "new.toml", "--yes"]] {
        let env = writers::project();
        let mut command = env.command();
        command.args(arguments).args(["--results", "made.csv", "--format", "json"]).stdout(full());
        let error = Run::of(command.output().unwrap()).ends_with(14).error();
        assert!(texts(&error["commands"]).is_empty(), "{error}");
        assert!(error["hint"].as_str().unwrap().contains("made.csv"), "{error}");
        let made = fs::read_to_string(env.path("made.csv")).unwrap();
        let key = env.value("SELECT key FROM authtoken_token WHERE user_id = 2");
        assert!(made.contains(&key), "{made}");
    }
}

#[test]
fn a_device_for_results_keeps_no_secret() {
    for arguments in [&["import", "new.csv", "--tokens"][..], &["apply", "new.toml", "--yes"]] {
        let env = writers::project();
        let more = ["--results", "/dev/full", "--format", "json"];
        let error = env.run(arguments.iter().chain(&more)).ends_with(14).error();
        let key = env.value("SELECT key FROM authtoken_token WHERE user_id = 2");
        let commands = texts(&error["commands"]);
        assert_eq!(commands[0], format!("authctl revoke-token {}", &key[..8]), "{error}");
    }
    let env = writers::project();
    let run = env.run(["import", "new.csv", "--results", "/dev/full"]).ends_with(14);
    assert!(run.stderr.contains("for example with `authctl list-users`"), "{}", run.stderr);
}

#[test]
fn new_databases_and_copies_are_reported() {
    let env = TestEnv::new();
    let lost = |env: &TestEnv, arguments: &[&str]| {
        Run::of(env.command().args(arguments).stdout(full()).output().unwrap()).ends_with(14).stderr
    };
    for (arguments, file, change) in [
        (&["init"][..], "db.sqlite3", "created"),
        (&["backup", "copy.sqlite3"], "copy.sqlite3", "written"),
        (&["export", "users.csv"], "users.csv", "written"),
    ] {
        let stderr = lost(&env, arguments);
        assert!(stderr.contains(&format!("{file} was {change}")), "{stderr}");
        assert!(stderr.contains(&format!("{file} is complete. There is no need to run")), "{stderr}");
        assert!(env.path(file).exists());
    }
    let stderr = lost(&env, &["init", "--db", "other.sqlite3"]);
    assert!(stderr.contains("other.sqlite3 is complete."), "{stderr}");
    let other = TestEnv::new();
    let stderr = lost(&other, &["register", "--init", "meg", "--no-password"]);
    let key = other.value("SELECT key FROM authtoken_token");
    assert!(stderr.contains(&format!("revoke-token {}`", &key[..8])) && !stderr.contains(&key), "{stderr}");
}

#[test]
fn a_token_file_that_cannot_be_renamed_is_reported_with_the_prefix() {
    for (option, more) in [("--output-file", &[][..]), ("--env-file", &["--as", "TOKEN"])] {
        let env = writers::project();
        let arguments = ["create-token", "meg", "--scheme", "knox", "--busy-timeout", "60", option, "token"];
        let arguments: Vec<&str> = arguments.iter().chain(more).copied().collect();
        let held = Held::start(&env, &arguments, "", Stdio::piped(), Stdio::piped());
        // Blocks the renaming of the file, which is already written.
        fs::create_dir(env.path("token")).unwrap();
        let run = Run::of(held.release().wait_with_output().unwrap()).ends_with(14);
        let prefix = env.value("SELECT token_key FROM knox_authtoken ORDER BY created DESC");
        assert!(run.stderr.contains(&format!("revoke-token {prefix}`")), "{}", run.stderr);
        assert_eq!(run.stdout, "");
        let left: Vec<_> = fs::read_dir(env.path("token")).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn a_random_password_that_cannot_be_written_is_lost_too() {
    let env = writers::project();
    let mut command = env.command();
    command.args(["register", "new", "--random-password"]).stdout(Stdio::piped()).stderr(full());
    assert_eq!(command.output().unwrap().status.code(), Some(14));
}

#[test]
fn ctrl_c_at_a_blocked_answer_reports_the_change() {
    for signal in [Signal::INT, Signal::TERM] {
        let env = writers::project();
        let (mut reader, writer) = std::io::pipe().unwrap();
        fill(&writer);
        let mut command = env.command();
        command.args(["create-token", "meg", "--rotate"]).stdout(writer).stderr(Stdio::piped());
        let before = keys(&env);
        let mut child = command.spawn().unwrap();
        drop(command);
        assert!(wait_for(|| (keys(&env) != before).then_some(())).is_some(), "the new key was not stored");
        // Gives the program time to get from the commit to the answer.
        std::thread::sleep(Duration::from_millis(300));
        kill_process(Pid::from_child(&child), signal).unwrap();
        let code = wait_for(|| child.try_wait().unwrap()).expect("the program did not end").code();
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(code, Some(14), "{stderr}");
        let key = keys(&env).concat();
        assert!(stderr.contains(&format!("revoke-token {}`", &key[..8])), "{stderr}");
        assert!(stderr.contains("and any older one was deleted"), "{stderr}");
        assert!(!stderr.contains(&key) && !stderr.contains("Nothing was changed"), "{stderr}");
        let mut taken = Vec::new();
        reader.read_to_end(&mut taken).unwrap();
        assert!(!String::from_utf8_lossy(&taken).contains(&key));
    }
}

/// Runs with this redirection by the shell.
fn redirected(env: &TestEnv, writer: &Writer, redirection: &str) -> Run {
    use std::io::Write as _;
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", &format!("exec \"$0\" \"$@\" {redirection}"), env!("CARGO_BIN_EXE_authctl")]);
    command.args(writer.arguments).current_dir(env.path(".")).env_clear();
    command.envs(
        env.command().get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))),
    );
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(writer.input.as_bytes()).unwrap();
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn no_secret_is_generated_if_standard_output_is_closed() {
    for writer in &writers::ALL {
        let env = writers::project();
        let before = writers::rows(&env);
        let has_secret = writer.creates_token || writer.sets_random_password;
        // A login saves its token.
        let is_shown = has_secret && writer.arguments[0] != "login";
        for redirection in [">&-", "1<>/dev/null"] {
            let run = redirected(&env, writer, redirection).ends_with(if is_shown { 2 } else { 0 });
            if !is_shown {
                break;
            }
            assert!(
                run.stderr.contains("Standard output is closed or discarded"),
                "{writer:?}: {}",
                run.stderr
            );
            assert_eq!(writers::rows(&env), before, "{writer:?}");
        }
        if is_shown {
            redirected(&env, writer, ">/dev/null").succeeds();
        }
    }
    let env = writers::project();
    let arguments: &[&str] = &["login", "meg", "--password-stdin", "--scheme", "knox", "--no-store"];
    let login = Writer { arguments, input: crate::env::PASSWORD, ..writers::ALL[6] };
    redirected(&env, &login, ">&-").ends_with(2);
}

#[test]
fn a_closed_standard_output_is_accepted_if_no_secret_goes_there() {
    let env = writers::project();
    env.write("other.csv", "username\nother\n");
    for arguments in [
        &["list-users"][..],
        &["create-token", "meg"],
        &["create-token", "meg", "--rotate", "--output-file", "key"],
        &["register", "other1", "--no-password", "--no-token"],
        &["register", "other2", "--random-password", "--dry-run"],
        &["import", "other.csv", "--tokens", "--results", "made.csv"],
    ] {
        redirected(&env, &Writer { arguments, ..writers::ALL[6] }, ">&-").succeeds();
    }
}

#[test]
fn no_password_is_generated_if_standard_error_is_closed() {
    let env = writers::project();
    let before = writers::rows(&env);
    let register: &[&str] = &["register", "new", "--random-password"];
    let writer = Writer { arguments: register, ..writers::ALL[6] };
    redirected(&env, &writer, "2>&-").ends_with(2);
    assert_eq!(writers::rows(&env), before);
    let json: &[&str] = &["register", "new", "--random-password", "--format", "json"];
    redirected(&env, &Writer { arguments: json, ..writer }, "2>&-").succeeds();
}

/// Fills a pipe completely.
pub fn fill(writer: &std::io::PipeWriter) {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    // A separate file description, so that the program's end stays in blocking mode.
    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut own = File::options().write(true).custom_flags(flags).open(path).unwrap();
    for size in [4096, 1] {
        while own.write(&vec![b'.'; size]).is_ok() {}
    }
}
