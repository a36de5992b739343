//! Signals: however the program ends, an account is created completely or not at all.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::env::TestEnv;
use crate::terminal::{Terminal, wait_for};

const GAMERS: &str = "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\n\
                      fields = { bio = \"varchar(50)\" }\ndefaults = { bio = \"plays\" }\n";

fn started(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("failed to start authctl")
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("failed to send the signal");
}

/// Returns the exit code, or 128 plus the signal's number as a shell does.
fn code(child: &mut Child) -> i32 {
    let status = wait_for(|| child.try_wait().expect("failed to wait")).expect("the program did not end");
    status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

/// Waits until the program has opened the database.
#[cfg(target_os = "linux")]
fn wait_until_at_work(child: &Child, env: &TestEnv) {
    let descriptors = format!("/proc/{}/fd", child.id());
    let database = env.path("db.sqlite3");
    let found = wait_for(|| {
        let mut entries = fs::read_dir(&descriptors).ok()?.flatten();
        entries.find(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == database))
    });
    assert!(found.is_some(), "the program did not open the database");
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_while_waiting_for_a_lock_exits_at_once_and_changes_nothing() {
    use crate::seed;
    let env = TestEnv::with_database(GAMERS);
    let database = env.database();
    let meg = seed::user(&database, "meg");
    seed::drf_token(&database, meg, &seed::key("abcdef"));
    let before = env.database_bytes();
    for arguments in [
        &["register", "ann", "--no-password"][..],
        &["create-token", "meg", "--rotate"],
        &["revoke-token", "abcdef"],
    ] {
        let holder = env.database();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut child = started(env.command().args(arguments).args(["--busy-timeout", "600"]));
        wait_until_at_work(&child, &env);
        thread::sleep(Duration::from_millis(500));
        assert!(child.try_wait().unwrap().is_none(), "{arguments:?} did not wait for the lock");
        let sent = Instant::now();
        signal(&child, Signal::INT);
        assert_eq!(code(&mut child), 130, "{arguments:?}");
        assert!(sent.elapsed() < Duration::from_secs(20), "{arguments:?}");
        holder.execute_batch("ROLLBACK").unwrap();
        assert!(env.database_bytes() == before, "{arguments:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn other_signals_have_their_own_exit_codes() {
    let env = TestEnv::with_database("");
    for (number, expected) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let holder = env.database();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let arguments = ["register", "ann", "--no-password", "--busy-timeout", "600"];
        let mut child = started(env.command().args(arguments));
        wait_until_at_work(&child, &env);
        thread::sleep(Duration::from_millis(500));
        signal(&child, number);
        assert_eq!(code(&mut child), expected);
        holder.execute_batch("ROLLBACK").unwrap();
        assert_eq!(env.value("SELECT count(*) FROM auth_user"), "0");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_while_hashing_says_that_nothing_was_changed() {
    let env = TestEnv::with_database("");
    let rows: Vec<String> = (0..400).map(|number| format!("user{number},wonderland-{number}\n")).collect();
    env.write("a.csv", &format!("username,password\n{}", rows.concat()));
    let users = || env.value("SELECT count(*) FROM auth_user");
    let interrupt = |arguments: &[&str]| {
        let mut command = env.command();
        let mut child =
            command.args(arguments).stderr(Stdio::piped()).spawn().expect("failed to start authctl");
        wait_until_at_work(&child, &env);
        thread::sleep(Duration::from_millis(700));
        while arguments.contains(&"--batch") && users() == "0" {
            thread::sleep(Duration::from_millis(20));
        }
        signal(&child, Signal::INT);
        assert_eq!(code(&mut child), 130, "{arguments:?}");
        std::io::read_to_string(child.stderr.take().unwrap()).unwrap()
    };
    assert_eq!(interrupt(&["import", "a.csv", "--jobs", "1"]), "error: Interrupted. Nothing was changed.\n");
    assert_eq!(users(), "0");
    let json = interrupt(&["import", "a.csv", "--jobs", "1", "--format", "json"]);
    assert!(json.starts_with("{\"code\":\"interrupted\"") && json.lines().count() == 1, "{json}");
    let batch = interrupt(&["import", "a.csv", "--jobs", "1", "--batch", "1"]);
    assert!(batch.ends_with("error: Interrupted.\n"), "{batch}");
    assert_ne!(users(), "0");
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_works_while_standard_error_is_blocked() {
    use std::io::Write as _;
    let env = TestEnv::with_database("");
    let rows: Vec<String> = (0..400).map(|number| format!("user{number},wonderland-{number}\n")).collect();
    env.write("a.csv", &format!("username,password\n{}", rows.concat()));
    let (reader, writer) = std::io::pipe().unwrap();
    let mut filling = writer.try_clone().unwrap();
    let filler = thread::spawn(move || filling.write_all(&vec![b'x'; 1024 * 1024]));
    thread::sleep(Duration::from_millis(300));
    let mut child = env
        .command()
        .args(["import", "a.csv", "--jobs", "1"])
        .stderr(writer)
        .spawn()
        .expect("failed to start authctl");
    wait_until_at_work(&child, &env);
    thread::sleep(Duration::from_millis(300));
    signal(&child, Signal::INT);
    assert_eq!(code(&mut child), 130);
    drop(reader);
    assert!(filler.join().unwrap().is_err(), "the pipe was never full");
}

#[test]
fn ctrl_c_at_a_password_prompt_is_reported() {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let mut command = env.command();
    command.args(["set-password", "meg"]);
    for _ in 0..10 {
        let mut terminal = Terminal::start(&command);
        terminal.expect("assword");
        terminal.waits_without_echo();
        terminal.types("\u{3}");
        let screen = terminal.ends_with(130);
        assert_eq!(screen.matches("Interrupted. Nothing was changed.").count(), 1, "{screen}");
    }
}

fn at_a_password_prompt() -> (TestEnv, Terminal) {
    let env = TestEnv::with_database("");
    env.register_quickly("meg");
    let mut command = env.command();
    command.args(["set-password", "meg"]);
    let mut terminal = Terminal::start(&command);
    terminal.expect("assword");
    terminal.waits_without_echo();
    (env, terminal)
}

#[test]
fn quitting_at_a_password_prompt_restores_the_terminal() {
    let (_env, mut terminal) = at_a_password_prompt();
    terminal.types("\u{1c}");
    let screen = terminal.ends_with(131);
    assert!(screen.contains("Interrupted. Nothing was changed."), "{screen}");
    assert!(terminal.echoes());
}

#[test]
#[cfg(target_os = "linux")]
fn a_password_prompt_stays_hidden_after_a_stop() {
    let (_env, mut terminal) = at_a_password_prompt();
    terminal.types("\u{1a}");
    terminal.waits_until_stopped();
    assert!(terminal.echoes(), "a stopped program must restore the echo");
    terminal.signal(Signal::CONT);
    terminal.waits_without_echo();
    terminal.types("wonderland-7\n");
    terminal.types_secretly("again", "wonderland-7");
    let screen = terminal.ends_with(0);
    assert!(!screen.contains("wonderland"), "{screen}");
}

/// Counts users, and users with a profile and a token.
fn users_and_whole_ones(env: &TestEnv) -> (String, String) {
    (
        env.value("SELECT count(*) FROM auth_user"),
        env.value(
            "SELECT count(*) FROM auth_user AS u WHERE EXISTS (SELECT 1 FROM app_gamer WHERE user_id = u.id) \
             AND EXISTS (SELECT 1 FROM authtoken_token WHERE user_id = u.id)",
        ),
    )
}

/// Registers users and sends the signal at times spread over a run. Returns the exit codes.
fn register_and_send(env: &TestEnv, sent: Signal, runs: u32) -> Vec<i32> {
    let register = |name: &str| {
        let mut command = env.command();
        command.args(["register", name, "--no-password", "--quiet"]);
        started(&mut command)
    };
    let start = Instant::now();
    assert_eq!(code(&mut register("whole")), 0);
    let whole = start.elapsed();
    let mut codes = Vec::new();
    for run in 0..runs {
        let mut child = register(&format!("user{run}"));
        thread::sleep(whole * run / runs);
        signal(&child, sent);
        codes.push(code(&mut child));
        assert_eq!(env.value("PRAGMA integrity_check"), "ok");
        assert_eq!(env.value("SELECT count(*) FROM pragma_foreign_key_check"), "0");
        let (users, whole) = users_and_whole_ones(env);
        assert_eq!(users, whole, "after run {run}");
    }
    // The database is still usable.
    assert_eq!(code(&mut register("last")), 0);
    codes
}

#[test]
fn a_kill_leaves_whole_accounts_or_none() {
    let env = TestEnv::with_database(GAMERS);
    let codes = register_and_send(&env, Signal::KILL, 30);
    assert!(codes.iter().all(|code| matches!(code, 0 | 137)), "{codes:?}");
    assert!(codes.contains(&137), "no run was killed: {codes:?}");
}

#[test]
fn the_exit_code_of_an_interrupt_tells_whether_the_account_exists() {
    let env = TestEnv::with_database(GAMERS);
    let codes = register_and_send(&env, Signal::INT, 20);
    assert!(codes.iter().all(|code| matches!(code, 0 | 130)), "{codes:?}");
    assert!(codes.contains(&130), "no run was interrupted: {codes:?}");
    for (run, code) in codes.iter().enumerate() {
        let there = env.value(&format!("SELECT count(*) FROM auth_user WHERE username = 'user{run}'"));
        // After 130 nothing has changed; after 0 the account exists.
        assert_eq!(there, if *code == 0 { "1" } else { "0" }, "run {run} ended with {code}");
    }
}

#[test]
fn an_interrupted_init_leaves_the_whole_file_or_none() {
    let runs = 12;
    let mut whole = Duration::ZERO;
    for run in 0..=runs {
        let env = TestEnv::new();
        let start = Instant::now();
        let mut child = started(env.command().args(["register", "meg", "--init", "--no-password"]));
        if run > 0 {
            thread::sleep(whole * (run - 1) / runs);
            signal(&child, Signal::INT);
        }
        let code = code(&mut child);
        if run == 0 {
            assert_eq!(code, 0);
            whole = start.elapsed();
        }
        let names: Vec<_> =
            fs::read_dir(env.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        match code {
            0 => {
                assert_eq!(names, ["db.sqlite3"]);
                assert_eq!(env.value("SELECT count(*) FROM authtoken_token"), "1");
            }
            130 => assert!(names.is_empty(), "{names:?}"),
            other => panic!("ended with {other}"),
        }
    }
}

/// Between two batches, results in a file are complete. Those for standard output are printed if the hash in progress
/// ends soon. Otherwise the exit code says that they are lost.
#[test]
fn ctrl_c_between_two_batches_loses_only_results_that_are_not_written() {
    for results in ["made.csv", "-"] {
        // The second batch takes many seconds of hashing.
        let env = TestEnv::with_database("[passwords]\nhasher = \"pbkdf2_sha256 2000000\"\n");
        let quick: Vec<String> = (0..20).map(|number| format!("quick{number},\n")).collect();
        let slow: Vec<String> = (0..20).map(|number| format!("slow{number},wonderland-{number}\n")).collect();
        env.write("a.csv", &format!("username,password\n{}{}", quick.concat(), slow.concat()));
        let mut command = env.command();
        command.args(["import", "a.csv", "--jobs", "1", "--batch", "20", "--results", results]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program to start");
        let users = || env.value("SELECT count(*) FROM auth_user");
        wait_for(|| (users() == "20").then_some(())).expect("the first batch");
        thread::sleep(Duration::from_millis(300));
        signal(&child, Signal::INT);
        let code = code(&mut child);
        let told = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
        let printed = std::io::read_to_string(child.stdout.take().unwrap()).unwrap();
        assert_eq!(users(), "20", "{results}: {told}");
        let made = if results == "-" { printed } else { fs::read_to_string(env.path(results)).unwrap() };
        match (results, code) {
            (_, 130) => assert_eq!(made.matches(",committed").count(), 20, "{results}: {made}"),
            ("-", 14) => assert_eq!(made, ""),
            (_, other) => panic!("{results} ended with {other}: {told}"),
        }
    }
}
