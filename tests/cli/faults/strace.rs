//! Runs the program under strace, which records system calls and can make one fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use tempfile::NamedTempFile;

use super::commands::Case;
use super::place::{AUDIT_LOG, Place};

/// System calls that change files. The question marks allow for architectures that lack some.
const CALLS: &str = "?write,?pwrite64,?writev,?pwritev,?fsync,?fdatasync,?ftruncate,?fallocate,?rename,?renameat,\
                     ?renameat2,?link,?linkat,?unlink,?unlinkat,?fcntl,?flock,?open,?openat,?chmod,?fchmod,?fchmodat,\
                     ?chown,?fchown,?fchownat,?mkdir,?mkdirat,?sendfile,?copy_file_range";

/// The nth call with this name in a thread, counted from 1.
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
    /// Returns the faults that make sense at a call. SQLite retries a failing lock for ten seconds, so locks never fail
    /// permanently here.
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

/// The result of a run, and its system calls.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    trace: String,
}

impl Run {
    /// Returns the calls that change something, merged over all threads.
    pub fn calls(&self) -> BTreeSet<Call> {
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut calls = BTreeSet::new();
        for line in self.trace.lines() {
            // A resumed call starts with `<...`; strace splits a call when another thread makes one in between.
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

    /// Returns whether the fault occurred.
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

/// Returns the arguments of the case's command, audited or not.
pub fn arguments(case: &Case, is_audited: bool) -> Vec<&'static str> {
    let audit = ["--audit-log", AUDIT_LOG];
    case.arguments.iter().copied().chain(audit.into_iter().filter(|_| is_audited)).collect()
}

/// Runs a case, optionally with a fault at a call.
pub fn run(place: &Place, case: &Case, is_audited: bool, fault: Option<(Fault, &Call)>) -> Run {
    let trace = NamedTempFile::new().expect("failed to create a temporary file");
    let mut command = place.command("timeout", case.input);
    command.args(["60", "strace", "-f", "-qq", "-e", "signal=none", "-e"]);
    command.arg(format!("trace={CALLS}")).arg("-o").arg(trace.path());
    // Faster, but does not work with SIGKILL injection.
    command.args((fault.is_none_or(|(fault, _)| fault != Fault::Killed)).then_some("--seccomp-bpf"));
    if let Some((fault, call)) = fault {
        command.arg("-e").arg(format!("inject={}", fault.injection(call)));
    }
    let output = command
        .arg(env!("CARGO_BIN_EXE_authctl"))
        .args(arguments(case, is_audited))
        .output()
        .expect("failed to start strace");
    let text = |bytes| String::from_utf8(bytes).expect("output is not UTF-8");
    Run {
        // strace and timeout both pass on the exit status of the program.
        code: output.status.code().or(output.status.signal().map(|signal| 128 + signal)).unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
        trace: fs::read_to_string(trace.path()).expect("failed to read the trace"),
    }
}

/// Fails with a clear message if strace is missing or not permitted.
pub fn require() {
    let hint =
        "these tests need strace: `apt-get install strace`, and in a container `--cap-add SYS_PTRACE`.";
    let output = Command::new("strace").args(["-f", "--seccomp-bpf", "-o", "/dev/null", "true"]).output();
    let output = output.unwrap_or_else(|error| panic!("strace: {error}. {hint}"));
    assert!(output.status.success(), "strace: {}{hint}", String::from_utf8_lossy(&output.stderr));
}
