//! Full and failing disks, signals and kills at each system call that changes something. The command must do all or
//! nothing, and its exit code must tell which.
//!
//! The same with full disks: each case runs with more and more free space until the command succeeds.
//!
//! A sample runs by default. `AUTHCTL_FAULTS=all cargo test --features live --test cli faults -- --nocapture` tries all
//! cases and prints a summary. `AUTHCTL_FAULTS=20` tries every 20th. `AUTHCTL_FAULTS_OF=backup` limits them to commands
//! with this word in their names.

mod commands;
mod full_disk;
mod place;
mod state;
mod strace;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use self::commands::{CASES, Case, Database};
use self::place::{FOLDERS, JOURNAL_MODES, Place};
use self::state::{Known, state};
use self::strace::Fault;
use self::verdict::{Ended, Good, judge, warnings};

/// The default sample has one case in this many.
const SAMPLE: usize = 41;

fn stride() -> usize {
    match std::env::var("AUTHCTL_FAULTS").as_deref() {
        Err(_) => SAMPLE,
        Ok("all") => 1,
        Ok(number) => number.parse().expect("AUTHCTL_FAULTS is neither `all` nor a number"),
    }
}

/// A command in a journal mode, audited or not.
struct Setting {
    case: &'static Case,
    journal_mode: &'static str,
    is_audited: bool,
}

fn settings() -> Vec<Setting> {
    let wanted = std::env::var("AUTHCTL_FAULTS_OF").unwrap_or_default();
    let mut settings = Vec::new();
    for case in CASES.iter().filter(|case| case.name.contains(&wanted)) {
        // A new database has the default mode, and commands that only read are not audited.
        let modes = if case.database == Database::Created { &JOURNAL_MODES[..1] } else { &JOURNAL_MODES[..] };
        let audits = if case.database == Database::Read { &[false][..] } else { &[false, true][..] };
        for journal_mode in modes {
            settings.extend(audits.iter().map(|is_audited| Setting {
                case,
                journal_mode,
                is_audited: *is_audited,
            }));
        }
    }
    settings
}

/// Counts of the runs by outcome, and what was wrong.
#[derive(Default)]
struct Report {
    tried: BTreeMap<String, usize>,
    missed: usize,
    faults: Vec<String>,
}

impl Report {
    fn add(&mut self, setting: &Setting, fault: &str, ended: &Ended<'_>, verdict: Result<(), String>) {
        let Setting { case, journal_mode, is_audited } = *setting;
        let kind = fault.rsplit(' ').next().unwrap_or_default();
        *self.tried.entry(format!("{kind}, exit {}", ended.code)).or_default() += 1;
        if let Err(wrong) = verdict {
            let audited = if is_audited { ", audited" } else { "" };
            self.faults
                .push(format!("{}, {journal_mode}{audited}, {fault}: {wrong}\n{}", case.name, ended.stderr));
        }
    }

    /// Prints a summary.
    ///
    /// # Panics
    /// If something was wrong, or too few faults occurred.
    #[expect(clippy::print_stdout, reason = "prints the summary on request")]
    fn finish(self) {
        let Self { tried, missed, faults } = self;
        let total: usize = tried.values().sum();
        println!("{total} tried, {missed} without a fault, {} found something", faults.len());
        for (outcome, count) in tried {
            println!("  {outcome}: {count}");
        }
        assert!(faults.is_empty(), "{} of {total}:\n{}", faults.len(), faults.join("\n\n"));
        assert!(total > 0 && missed * 50 <= total, "{missed} of {total} runs had no fault");
    }
}

/// Prepares a place, runs the command without a fault, and returns the place with both results.
fn prepare(setting: &Setting) -> (Place, Good, strace::Run) {
    let case = setting.case;
    let place = Place::of(case, setting.journal_mode);
    let known = Known::of(&place);
    let before = state(&place, &known).expect("the place is damaged before the run");
    let run = strace::run(&place, case, setting.is_audited, None);
    assert_eq!(run.code, case.code, "{}: {}", case.name, run.stderr);
    let after = state(&place, &known).expect("the place is damaged by a good run");
    assert_ne!(before, after, "{} changed nothing", case.name);
    let (stdout, warnings) = (known.normalize(&run.stdout), warnings(&run.stderr));
    (place, Good { known, before, after, stdout, warnings }, run)
}

/// Tries every `stride`th fault of a setting, starting at an offset that depends on its number.
fn try_faults(setting: &Setting, number: usize, stride: usize, report: &Mutex<Report>) {
    let (place, good, run) = prepare(setting);
    let Setting { case, is_audited, .. } = *setting;
    let calls = run.calls();
    assert!(calls.len() > 3, "{}: {calls:?}", case.name);
    let trials = calls.iter().flat_map(|call| Fault::at(call).iter().map(move |fault| (*fault, call)));
    for (fault, call) in trials.skip(number * 7 % stride).step_by(stride) {
        place.restore();
        let run = strace::run(&place, case, is_audited, Some((fault, call)));
        let is_mute = matches!(&*call.name, "write" | "writev");
        let ended = Ended { code: run.code, stdout: &run.stdout, stderr: &run.stderr, is_mute };
        let verdict = judge(&place, case, &good, &ended);
        let mut report = report.lock().expect("a worker panicked");
        report.missed += usize::from(!run.was_hit(fault));
        report.add(setting, &format!("{call} {fault:?}"), &ended, verdict);
    }
}

/// Tries a full disk for everything and for each folder, with more and more free space until the command succeeds.
fn try_full_disks(setting: &Setting, is_whole: bool, report: &Mutex<Report>) {
    let (place, good, _) = prepare(setting);
    let Setting { case, is_audited, .. } = *setting;
    for folder in [""].into_iter().chain(FOLDERS) {
        for step in 0.. {
            let free = if is_whole || step < 2 { 4 * step } else { 1 << (2 * step) };
            assert!(free < 16 * 1024, "{}: never enough space", case.name);
            place.restore();
            let output = full_disk::run(&place, case, is_audited, folder, free);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
            let code = output.status.code().unwrap_or(-1);
            let ended = Ended { code, stdout: &stdout, stderr: &stderr, is_mute: false };
            let mut verdict = judge(&place, case, &good, &ended);
            let is_done = code == case.code && warnings(&stderr) == good.warnings;
            let is_told = ["No space left on device", "full"].iter().any(|words| stderr.contains(words));
            if !is_done && !(is_told && (matches!(code, 1 | 14) || code == case.code)) {
                verdict = Err(format!("exit {code}, and not a word of a full disk. {:?}", verdict.err()));
            }
            let mut report = report.lock().expect("a worker panicked");
            let name = if folder.is_empty() { "everything" } else { folder };
            report.add(setting, &format!("{free} KiB to spare for {name}"), &ended, verdict);
            if is_done {
                report.missed += usize::from(folder.is_empty() && free == 0);
                break;
            }
        }
    }
}

/// Runs the work for each item on all processors.
fn on_all_processors<T: Sync>(items: &[T], work: impl Fn(usize, &T) + Sync) {
    let next = AtomicUsize::new(0);
    let processors = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                while let index = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(item) = items.get(index)
                {
                    work(index, item);
                }
            });
        }
    });
}

#[test]
fn a_fault_at_any_system_call_leaves_all_or_nothing() {
    strace::require();
    let report = Mutex::new(Report::default());
    let stride = stride();
    on_all_processors(&settings(), |number, setting| try_faults(setting, number, stride, &report));
    report.into_inner().expect("a worker panicked").finish();
}

#[test]
fn a_full_disk_leaves_all_or_nothing_and_is_reported() {
    full_disk::require();
    let report = Mutex::new(Report::default());
    let is_whole = stride() == 1;
    let mut settings = settings();
    settings.retain(|setting| is_whole || setting.is_audited || setting.case.database == Database::Read);
    on_all_processors(&settings, |_, setting| try_full_disks(setting, is_whole, &report));
    report.into_inner().expect("a worker panicked").finish();
}
