//! Runs of the program under strace, which lists its system calls and lets one of them fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use tempfile::NamedTempFile;

use super::commands::Case;
use super::place::{AUDIT_LOG, Place};

/// The system calls that change files. Not every architecture has all of them, which is what the question marks are for.
const CALLS: &str = "?write,?pwrite64,?writev,?pwritev,?fsync,?fdatasync,?ftruncate,?fallocate,?rename,?renameat,\
                     ?renameat2,?link,?linkat,?unlink,?unlinkat,?fcntl,?flock,?open,?openat,?chmod,?fchmod,?fchmodat,\
                     ?chown,?fchown,?fchownat,?mkdir,?mkdirat,?sendfile,?copy_file_range";

/// Which of a thread's calls by this name it is, counted from one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub name: String,
    pub nth: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full from this call on.
    Full,
    /// The disk fails once.
    Broken,
    /// The disk fails from this call on.
    Dead,
    /// A signal interrupts the call.
    Interrupted,
    Killed,
}

impl Fault {
    /// The faults that make sense at a call. SQLite tries for ten seconds to get a lock that fails again and again.
    pub fn at(call: &Call) -> &'static [Self] {
        const ALL: &[Fault] = &[Fault::Broken, Fault::Interrupted, Fault::Killed, Fault::Full, Fault::Dead];
        if matches!(&*call.name, "fcntl" | "flock") { &ALL[..3] } else { ALL }
    }

    fn injection(self, Call { name, nth }: &Call) -> String {
        match self {
            Self::Full => format!("{name}:error=ENOSPC:when={nth}+"),
            Self::Broken => format!("{name}:error=EIO:when={nth}"),
            Self::Dead => format!("{name}:error=EIO:when={nth}+"),
            Self::Interrupted => format!("{name}:error=EINTR:when={nth}"),
            Self::Killed => format!("{name}:signal=SIGKILL:when={nth}"),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.nth)
    }
}

/// What a run ended with, and its system calls.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    trace: String,
}

impl Run {
    /// The calls that change something, once for all threads.
    pub fn calls(&self) -> BTreeSet<Call> {
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut calls = BTreeSet::new();
        for line in self.trace.lines() {
            // The second half of a call that another thread interrupted in the listing starts with `<...`.
            let Some((thread, call)) = line.split_once(' ') else { continue };
            let Some((name, arguments)) = call.trim_start().split_once('(') else { continue };
            if name.contains(['<', '+', '-']) {
                continue;
            }
            let nth = counts.entry((thread, name)).or_default();
            *nth += 1;
            if changes_something(name, arguments) {
                calls.insert(Call { name: name.to_owned(), nth: *nth });
            }
        }
        calls
    }

    /// Did the fault happen?
    pub fn was_hit(&self, fault: Fault) -> bool {
        if fault == Fault::Killed { self.code == 137 } else { self.trace.contains("(INJECTED)") }
    }
}

fn changes_something(name: &str, arguments: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| arguments.contains(word));
    match name {
        "open" | "openat" => has(&["O_CREAT", "O_TMPFILE", "O_TRUNC"]),
        "fcntl" => has(&["F_SETLK", "F_OFD_SETLK"]),
        _ => true,
    }
}

/// The case's command, audited or not.
pub fn arguments(case: &Case, is_audited: bool) -> Vec<&'static str> {
    let audit = ["--audit-log", AUDIT_LOG];
    case.arguments.iter().copied().chain(audit.into_iter().filter(|_| is_audited)).collect()
}

/// Runs a case, with a fault at a call.
pub fn run(place: &Place, case: &Case, is_audited: bool, fault: Option<(Fault, &Call)>) -> Run {
    let trace = NamedTempFile::new().expect("a temporary file");
    let mut command = place.command("timeout", case.input);
    command.args(["60", "strace", "-f", "-qq", "-e", "signal=none", "-e"]);
    command.arg(format!("trace={CALLS}")).arg("-o").arg(trace.path());
    // Faster, but strace's kills do not work with it.
    command.args((fault.is_none_or(|(fault, _)| fault != Fault::Killed)).then_some("--seccomp-bpf"));
    if let Some((fault, call)) = fault {
        command.arg("-e").arg(format!("inject={}", fault.injection(call)));
    }
    let output = command
        .arg(env!("CARGO_BIN_EXE_authctl"))
        .args(arguments(case, is_audited))
        .output()
        .expect("strace to start");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run {
        // strace, and then timeout, end as the program did.
        code: output.status.code().or(output.status.signal().map(|signal| 128 + signal)).unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
        trace: fs::read_to_string(trace.path()).expect("the list of system calls"),
    }
}

/// Fails with a clear message if strace is missing or may not trace.
pub fn require() {
    let hint =
        "These tests need strace: `apt-get install strace`, and in a container `--cap-add SYS_PTRACE`.";
    let output = Command::new("strace").args(["-f", "--seccomp-bpf", "-o", "/dev/null", "true"]).output();
    let output = output.unwrap_or_else(|error| panic!("strace: {error}. {hint}"));
    assert!(output.status.success(), "strace: {}{hint}", String::from_utf8_lossy(&output.stderr));
}
