//! Signals during a slow commit or the steps after it: strace delays a system call, and the exit code is 14 from just
//! before the commit until the answer is printed.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::env::{Run, TestEnv, fifo};
use crate::terminal::wait_for;
use crate::writers;

/// The program under strace with this injection into its system calls.
fn under_strace(env: &TestEnv, inject: &[&str], arguments: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command.current_dir(env.path(".")).env_clear().envs(
        env.command().get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))),
    );
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.args(["-f", "-qq", "-o", "trace", "-e", "signal=none"]).args(inject);
    command.arg(env!("CARGO_BIN_EXE_authctl")).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Returns the process that strace runs.
fn traced(strace: &Child) -> Option<Pid> {
    let children = format!("/proc/{0}/task/{0}/children", strace.id());
    let child = fs::read_to_string(children).ok()?.split_whitespace().next()?.parse().ok()?;
    Pid::from_raw(child)
}

/// Sends the signal once `is_ready` returns true, and returns how the run ended.
fn interrupted(mut command: Command, signal: Signal, is_ready: impl Fn() -> bool) -> Run {
    let mut child = command.spawn().expect("failed to start strace (apt-get install strace)");
    drop(command);
    assert!(wait_for(|| is_ready().then_some(())).is_some(), "the run never became ready for the signal");
    std::thread::sleep(Duration::from_millis(300));
    kill_process(traced(&child).expect("strace has no child"), signal).unwrap();
    let status = wait_for(|| child.try_wait().unwrap()).expect("the program did not end");
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().map(|mut pipe| pipe.read_to_string(&mut stdout).unwrap());
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let code = status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(-1);
    Run { code, stdout, stderr, command: None }
}

const LATE: &str = "inject=?unlink,?unlinkat:delay_enter=8s:when=1";

#[test]
fn a_signal_during_the_commit_reports_an_uncertain_change() {
    for signal in [Signal::INT, Signal::TERM] {
        let env = writers::project();
        let arguments = ["create-token", "meg", "--rotate"];
        // SQLite commits by removing its journal.
        let command = under_strace(&env, &["-e", "trace=?unlink,?unlinkat", "-e", LATE], &arguments);
        let run = interrupted(command, signal, || env.path("db.sqlite3-journal").exists()).ends_with(14);
        assert!(run.stderr.contains("the change may have succeeded"), "{}", run.stderr);
        assert!(run.stderr.contains("`authctl revoke-token "), "{}", run.stderr);
        assert!(!run.stderr.contains("Nothing was changed") && run.stdout.is_empty(), "{}", run.stderr);
    }
}

#[test]
fn a_signal_at_a_blocked_audit_log_reports_the_change() {
    let env = writers::project();
    fifo(&env.path("log"), 0o600);
    let reader = File::options().read(true).write(true).open(env.path("log")).unwrap();
    // A pipe holds 64 KiB: the first line still fits, the second does not.
    let filler = vec![b'.'; 64 * 1024 - 300];
    std::io::Write::write_all(&mut &reader, &filler).unwrap();
    let mut command = env.command();
    command.args(["create-token", "meg", "--rotate", "--audit-log", "log"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let before = env.value("SELECT key FROM authtoken_token");
    let mut child = command.spawn().unwrap();
    assert!(wait_for(|| (env.value("SELECT key FROM authtoken_token") != before).then_some(())).is_some());
    std::thread::sleep(Duration::from_millis(300));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let status = wait_for(|| child.try_wait().unwrap()).unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(status.code(), Some(14), "{stderr}");
    assert!(stderr.contains("The change succeeded"), "{stderr}");
}

#[test]
fn a_signal_while_results_are_marked_reports_the_change() {
    let env = writers::project();
    env.write("a.csv", "username\nann\nbob\n");
    let arguments = ["import", "a.csv", "--tokens", "--results", "made.csv"];
    let results = env.path("made.csv");
    let inject = [
        "-P",
        results.to_str().unwrap(),
        "-e",
        "trace=pwrite64",
        "-e",
        "inject=pwrite64:delay_enter=8s:when=1",
    ];
    let command = under_strace(&env, &inject, &arguments);
    let count = || env.value("SELECT count(*) FROM auth_user WHERE username IN ('ann', 'bob')");
    let run = interrupted(command, Signal::INT, || count() == "2").ends_with(14);
    assert!(
        run.stderr.contains("The change succeeded") && run.stderr.contains("See made.csv"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_signal_while_a_file_is_renamed_reports_an_uncertain_change() {
    for (arguments, file) in
        [(&["init", "--db", "new.db"][..], "new.db"), (&["backup", "copy.db"], "copy.db")]
    {
        let env = writers::project();
        let inject = [
            "-e",
            "trace=?linkat,?renameat2,?rename,?renameat",
            "-e",
            "inject=?linkat,?renameat2,?rename,?renameat:delay_exit=8s:when=1",
        ];
        let command = under_strace(&env, &inject, arguments);
        let run = interrupted(command, Signal::INT, || env.path(file).exists()).ends_with(14);
        assert!(run.stderr.contains("may have succeeded") && run.stderr.contains(file), "{}", run.stderr);
    }
}

#[test]
fn streamed_results_are_undecided_after_an_uncertain_commit() {
    for (arguments, secret) in [
        (&["import", "new.csv", "--tokens", "--results", "-"][..], ",created,"),
        (&["apply", "new.toml", "--yes", "--results", "-"], ",created,"),
    ] {
        let env = writers::project();
        let inject = ["-e", "trace=?unlink,?unlinkat", "-e", "inject=?unlink,?unlinkat:error=EIO:when=1+"];
        let run = Run::of(under_strace(&env, &inject, arguments).output().unwrap()).ends_with(14);
        assert!(run.stdout.contains(secret) && run.stdout.ends_with(",undecided\r\n"), "{}", run.stdout);
        assert!(!run.stdout.contains("committed"), "{}", run.stdout);
    }
}
