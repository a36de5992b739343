//! Handles Ctrl-C: ends the program at once and cleanly, but never in the middle of a transaction.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::termios::{self, OptionalActions, Termios};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use crate::error::failure::{ErrorContext as _, Result};
use crate::error::refusal::Refusal;

/// Unfinished files, to be removed if the program ends.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Whether a permanent change was made.
static CHANGED: AtomicBool = AtomicBool::new(false);

/// Reports that the program was interrupted.
static REPORTER: Mutex<Option<Reporter>> = Mutex::new(None);

/// Restores terminal settings other than the modes after a prompt.
static RESTORE: OnceLock<fn()> = OnceLock::new();

/// Called once, on the thread that ends the program.
type Reporter = Box<dyn FnOnce(Refusal) + Send>;

/// What a signal reports between the commit of a change and its answer.
static OWED: Mutex<Option<Refusal>> = Mutex::new(None);

/// Whether the interruption was reported.
static IS_REPORTED: Mutex<bool> = Mutex::new(false);

/// The number of open critical sections.
static CRITICAL: AtomicUsize = AtomicUsize::new(0);

/// How long a critical section may delay the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The context of the error if a thread cannot be started.
pub const NO_THREAD: &str = "a thread cannot be started";

/// Starts a thread that watches for signals.
///
/// Outside of [`critical`] sections, a signal ends the program at once. It restores the terminal and exits with
/// the code that shells use: 128 plus the signal number, so 130 for Ctrl-C. Between a commit and its answer, the
/// exit code is 14. Read-only commands do not need to watch, because ending them by the signal itself leaves
/// nothing behind.
///
/// # Errors
/// Fails if signals cannot be watched or no thread can be started. The signals then keep their default actions.
pub fn watch() -> Result<()> {
    let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP];
    let mut signals = Signals::new(signals).context("signals cannot be watched")?;
    let modes = terminal_modes();
    let watch = move || {
        for signal in signals.forever() {
            if signal == SIGTSTP {
                suspend(modes.as_ref());
                continue;
            }
            REQUESTED.store(true, Ordering::SeqCst);
            wait_for_critical_sections();
            restore_terminal(modes.as_ref());
            // Held until the end, so that no new file is started.
            let unfinished = unfinished_files();
            for path in &*unfinished {
                let _ = fs::remove_file(path);
            }
            // Also held until the end: a thread that is about to commit must lock it first, and so waits here.
            let mut owed = unpoisoned(&OWED);
            let lost = owed.take();
            let code = lost.as_ref().map_or(128 + signal, |lost| lost.exit().code().into());
            if matches!(signal, SIGINT | SIGQUIT) || lost.is_some() {
                report_interruption(lost);
            }
            #[expect(
                clippy::exit,
                reason = "the main thread may be waiting in a prompt, where nothing else reaches it"
            )]
            std::process::exit(code);
        }
    };
    thread::Builder::new().spawn(watch).context(NO_THREAD)?;
    Ok(())
}

/// Sets the function that reports the interruption if the program ends before the command can report it.
pub fn report_with(report: impl FnOnce(Refusal) + Send + 'static) {
    *unpoisoned(&REPORTER) = Some(Box::new(report));
}

/// Sets the function that restores the terminal if the program ends while a prompt may be open.
pub fn restore_by(restore: fn()) {
    let _ = RESTORE.set(restore);
}

/// Reports the interruption once. The command and the signal thread may both try to, at the same time.
pub fn report_once(report: impl FnOnce()) {
    let mut is_reported = unpoisoned(&IS_REPORTED);
    if !std::mem::replace(&mut *is_reported, true) {
        report();
    }
}

/// Records that a permanent change was made.
pub fn changed() {
    CHANGED.store(true, Ordering::SeqCst);
}

/// Records, just before a commit, that the command owes the answer to a change. Returns what was owed before.
///
/// If the program ends before [`settle`], it reports `lost` and exits with its code.
pub fn owe(lost: Refusal) -> Option<Refusal> {
    unpoisoned(&OWED).replace(lost)
}

/// Like [`owe`], but only if no answer is owed yet. Returns whether that was the case.
#[must_use]
pub fn owe_first(lost: Refusal) -> bool {
    let mut owed = unpoisoned(&OWED);
    let is_first = owed.is_none();
    owed.get_or_insert(lost);
    is_first
}

/// Restores what was owed before, because the change was not made.
pub fn owe_as_before(before: Option<Refusal>) {
    *unpoisoned(&OWED) = before;
}

/// Records that the answer was given, or that an error reports its loss.
pub fn settle() {
    unpoisoned(&OWED).take();
}

/// Reports the interruption, but does not wait long for a reader that does not read.
fn report_interruption(owed: Option<Refusal>) {
    let Some(report) = unpoisoned(&REPORTER).take() else { return };
    let is_changed = CHANGED.load(Ordering::SeqCst);
    let (done, finished) = mpsc::channel();
    let started = thread::Builder::new().spawn(move || {
        let otherwise = if is_changed { Refusal::InterruptedLater } else { Refusal::Interrupted };
        report(owed.unwrap_or(otherwise));
        // The receiver may have timed out.
        let _ = done.send(());
    });
    // If no thread can be started, only the exit code reports it: this thread must not wait for a reader.
    if started.is_ok() {
        let _ = finished.recv_timeout(PATIENCE);
    }
}

/// Whether a signal has asked the program to end.
#[must_use]
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// A section that delays the reaction to a signal until it ends, but at most for [`PATIENCE`].
#[must_use = "the section ends when this is dropped"]
pub struct Critical(());

impl Critical {
    /// Extends the section to the end of the run.
    pub fn until_the_end(self) {
        changed();
        std::mem::forget(self);
    }
}

impl Drop for Critical {
    fn drop(&mut self) {
        CRITICAL.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Starts a critical section.
pub fn critical() -> Critical {
    CRITICAL.fetch_add(1, Ordering::SeqCst);
    Critical(())
}

/// A file that is removed if the program ends before it is finished.
#[derive(Debug)]
#[must_use = "the file is taken to be finished when this is dropped"]
pub struct UnfinishedFile(PathBuf);

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        unfinished_files().retain(|path| *path != self.0);
    }
}

/// Starts a file that is useless until it is finished. `make` creates it and returns its path.
pub fn unfinished<T, E>(make: impl FnOnce() -> Result<(T, PathBuf), E>) -> Result<(T, UnfinishedFile), E> {
    let mut unfinished = unfinished_files();
    let (file, path) = make()?;
    unfinished.push(path.clone());
    Ok((file, UnfinishedFile(path)))
}

fn unfinished_files() -> MutexGuard<'static, Vec<PathBuf>> {
    unpoisoned(&UNFINISHED)
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for critical sections, but not forever: a section that hangs, for instance on a reader that does not
/// read, must not block Ctrl-C.
///
/// Ending the program is safe at any point, since SQLite rolls back uncommitted changes.
fn wait_for_critical_sections() {
    let deadline = Instant::now() + PATIENCE;
    while CRITICAL.load(Ordering::SeqCst) > 0 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
}

fn terminal_modes() -> Option<Termios> {
    termios::tcgetattr(std::io::stdin()).ok()
}

/// Stops the program for Ctrl-Z, with the terminal modes from before the prompt.
///
/// The shell later restores only the modes that it knows. So the modes of a prompt are set again, to keep the input of
/// a password prompt hidden.
fn suspend(modes: Option<&Termios>) {
    let now = terminal_modes();
    // Outside a prompt, do not set the modes: from the background, that would stop the program again.
    let is_prompting = match (modes, &now) {
        (Some(before), Some(now)) => before.local_modes != now.local_modes,
        _ => false,
    };
    if is_prompting {
        restore_terminal(modes);
    }
    // On failure, the program continues.
    let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
    if let Some(now) = now.filter(|_| is_prompting) {
        let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, &now);
    }
}

/// Turns the echo and the cursor back on, which a prompt may have turned off.
fn restore_terminal(modes: Option<&Termios>) {
    if let Some(modes) = modes {
        let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, modes);
        if let Some(restore) = RESTORE.get() {
            restore();
        }
    }
}
