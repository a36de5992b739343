//! The same at the earliest moment: strace delays the command at the second line of the audit log, which directly
//! follows the commit.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::env::Run;
use crate::terminal::wait_for;
use crate::writers::{self, Writer};

fn run(writer: &Writer) {
    use std::io::Write as _;
    let env = writers::project();
    let before = writers::rows(&env);
    let log = env.write("audit.log", "");
    let program = env.command();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-P"]).arg(&log);
    command.args(["-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=2s:when=2"]);
    command.arg(program.get_program()).args(writer.arguments).args(["--busy-timeout", "0", "--audit-log"]);
    command.arg(&log).current_dir(program.get_current_dir().unwrap()).env_clear();
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/bin:/bin").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("failed to start strace (apt-get install strace)");
    child.stdin.take().unwrap().write_all(writer.input.as_bytes()).unwrap();
    let is_done = || fs::read_to_string(&log).unwrap().contains("\"done\"").then_some(());
    assert!(wait_for(is_done).is_some(), "{writer:?} did not write to its log");
    let database = env.database();
    database.busy_timeout(Duration::ZERO).unwrap();
    database.execute_batch("BEGIN EXCLUSIVE").expect("the commit is not complete");
    assert!(child.try_wait().unwrap().is_none(), "{writer:?} was not delayed");
    let run = Run::of(child.wait_with_output().unwrap()).ends_with(0);
    database.execute_batch("COMMIT").unwrap();
    let is_owed = writer.creates_token || writer.sets_random_password;
    assert!(!is_owed || !run.stdout.is_empty(), "{writer:?} printed no secret");
    assert_ne!(writers::rows(&env), before, "{writer:?} changed nothing");
}

#[test]
fn no_command_reads_the_database_after_the_commit() {
    writers::ALL.iter().chain(&writers::OF_SESSIONS).for_each(run);
}
