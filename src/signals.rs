//! Ctrl-C: ends the program at once and cleanly, but never in the middle of a transaction.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::termios::{self, OptionalActions, Termios};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use crate::error::refusal::Refusal;

/// Files that nobody shall find half made.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Was something changed that stays?
static CHANGED: AtomicBool = AtomicBool::new(false);

/// Who says that the program was interrupted.
static FAREWELL: Mutex<Option<Farewell>> = Mutex::new(None);

/// Restores what a prompt changes about the terminal, besides its modes.
static RESTORE: OnceLock<fn()> = OnceLock::new();

/// What the thread that ends the program says it by.
type Farewell = Box<dyn FnOnce(Refusal) + Send>;

/// What a signal means from the commit of a change until its answer is given.
static OWED: Mutex<Option<Refusal>> = Mutex::new(None);

/// Has somebody said it?
static IS_TOLD: Mutex<bool> = Mutex::new(false);

/// How many critical sections are open.
static CRITICAL: AtomicUsize = AtomicUsize::new(0);

/// How long a critical section may put off the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why the operating system's words for a thread that could not be started are told.
pub const NO_THREAD: &str = "no thread can be started";

/// Starts to watch for signals that ask the program to end, on a thread of its own.
///
/// Outside of [`critical`] sections the program ends at once, with the terminal as it was before and the exit code
/// that shells give: 128 and the signal's number, so 130 for Ctrl-C; but 14 from just before a commit until its answer is
/// given. Commands that only read need no watch: to be ended by the signal itself leaves nothing behind.
///
/// # Errors
/// Where the signals cannot be taken over, or no thread can be started. The signals are as before then.
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
            // Held until the end, so that no other file is begun.
            let unfinished = unfinished_files();
            for path in &*unfinished {
                let _ = fs::remove_file(path);
            }
            // Held until the end too: whoever is about to commit has to owe an answer first, and waits here.
            let mut owed = unpoisoned(&OWED);
            let lost = owed.take();
            let code = lost.as_ref().map_or(128 + signal, |lost| lost.exit().code().into());
            if matches!(signal, SIGINT | SIGQUIT) || lost.is_some() {
                say_farewell(lost);
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

/// Has `say` tell that the program was interrupted, where the program ends before the command can tell.
pub fn tell_by(say: impl FnOnce(Refusal) + Send + 'static) {
    *unpoisoned(&FAREWELL) = Some(Box::new(say));
}

/// Calls `restore` before the program ends while a prompt may be open.
pub fn restore_by(restore: fn()) {
    let _ = RESTORE.set(restore);
}

/// Tells that the program was interrupted, unless that was told: the command may tell it too, and both at once.
pub fn tell_once(tell: impl FnOnce()) {
    let mut is_told = unpoisoned(&IS_TOLD);
    if !std::mem::replace(&mut *is_told, true) {
        tell();
    }
}

/// Notes that something was changed that stays, whatever comes.
pub fn changed() {
    CHANGED.store(true, Ordering::SeqCst);
}

/// Owes the answer to a change, from just before the commit: whoever ends the program before [`settle`] is told of `lost`,
/// and so is the exit code. Returns what was owed before.
pub fn owe(lost: Refusal) -> Option<Refusal> {
    unpoisoned(&OWED).replace(lost)
}

/// As [`owe`], unless an answer is owed already; true if it was not.
#[must_use]
pub fn owe_first(lost: Refusal) -> bool {
    let mut owed = unpoisoned(&OWED);
    let is_first = owed.is_none();
    owed.get_or_insert(lost);
    is_first
}

/// The change was not made: what was owed before it still is.
pub fn owe_as_before(before: Option<Refusal>) {
    *unpoisoned(&OWED) = before;
}

/// The answer is given, or its loss is told by an error.
pub fn settle() {
    unpoisoned(&OWED).take();
}

/// Says it, if whoever reads what is said reads at all.
fn say_farewell(owed: Option<Refusal>) {
    let Some(say) = unpoisoned(&FAREWELL).take() else { return };
    let is_changed = CHANGED.load(Ordering::SeqCst);
    let (to_here, said) = mpsc::channel();
    let started = thread::Builder::new().spawn(move || {
        let otherwise = if is_changed { Refusal::InterruptedLater } else { Refusal::Interrupted };
        say(owed.unwrap_or(otherwise));
        // The program may have ended.
        let _ = to_here.send(());
    });
    // Where no thread can be started, the exit code alone tells it: this thread must not wait for a reader.
    if started.is_ok() {
        let _ = said.recv_timeout(PATIENCE);
    }
}

/// Has someone asked the program to end?
#[must_use]
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// A section that is finished before the program heeds a signal, if it finishes within [`PATIENCE`].
#[must_use = "the section ends when this is dropped"]
pub struct Critical(());

impl Critical {
    /// Makes the rest of the run part of the section.
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

/// Begins a section that is not to be torn apart.
pub fn critical() -> Critical {
    CRITICAL.fetch_add(1, Ordering::SeqCst);
    Critical(())
}

/// A file that goes away where the program is ended before it is finished.
#[derive(Debug)]
#[must_use = "the file is taken to be finished when this is dropped"]
pub struct UnfinishedFile(PathBuf);

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        unfinished_files().retain(|path| *path != self.0);
    }
}

/// Begins a file that is of no use before it is finished; `make` makes it and tells its path.
///
/// # Errors
/// What `make` returns.
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

/// A section that hangs, on a reader that does not read say, must not make the program deaf to Ctrl-C. To end it is
/// safe at any point: SQLite undoes what was not committed.
fn wait_for_critical_sections() {
    let deadline = Instant::now() + PATIENCE;
    while CRITICAL.load(Ordering::SeqCst) > 0 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
}

fn terminal_modes() -> Option<Termios> {
    termios::tcgetattr(std::io::stdin()).ok()
}

/// Stops as Ctrl-Z asks, with the terminal as it was before. A shell gives back the modes that it knows, so that a prompt's
/// are set again afterwards: what is typed at one for a password must not be seen.
fn suspend(modes: Option<&Termios>) {
    let now = terminal_modes();
    // To set them from the background would stop the program again.
    let is_prompting = match (modes, &now) {
        (Some(before), Some(now)) => before.local_modes != now.local_modes,
        _ => false,
    };
    if is_prompting {
        restore_terminal(modes);
    }
    // Where this fails, the program goes on.
    let _ = signal_hook::low_level::emulate_default_handler(SIGTSTP);
    if let Some(now) = now.filter(|_| is_prompting) {
        let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, &now);
    }
}

/// A prompt for a password turns the echo off and the cursor may be hidden; both come back.
fn restore_terminal(modes: Option<&Termios>) {
    if let Some(modes) = modes {
        let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, modes);
        if let Some(restore) = RESTORE.get() {
            restore();
        }
    }
}
