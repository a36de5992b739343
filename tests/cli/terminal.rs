//! Runs the program at a real terminal with simulated typing.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};

/// Long enough for a loaded machine, so that slowness is not a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program at its own pseudo-terminal.
pub struct Terminal {
    child: Child,
    pty: Arc<Pty>,
    screen: Arc<Mutex<Vec<u8>>>,
    /// How much of the screen [`Terminal::expect`] has consumed.
    read: usize,
}

impl Terminal {
    /// Starts a command with its folder and variables.
    pub fn start(command: &std::process::Command) -> Self {
        Self::start_with_width(command, 200)
    }

    /// Starts a command at a terminal with this many columns.
    pub fn start_with_width(command: &std::process::Command, width: u16) -> Self {
        let (pty, pts) = open().expect("failed to open a pseudo-terminal");
        pty.resize(Size::new(40, width)).expect("failed to set the terminal's size");
        let mut at_terminal = Command::new(command.get_program()).args(command.get_args()).env_clear();
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                at_terminal = at_terminal.env(name, value);
            }
        }
        at_terminal = at_terminal.env("TERM", "xterm");
        let folder = command.get_current_dir().unwrap_or(Path::new("."));
        let child = at_terminal.current_dir(folder).spawn(pts).expect("failed to start the program");
        let pty = Arc::new(pty);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (reader, seen) = (Arc::clone(&pty), Arc::clone(&screen));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Reading fails once the program has ended.
            while let Ok(length @ 1..) = (&*reader).read(&mut buffer) {
                seen.lock().unwrap().extend_from_slice(&buffer[..length]);
            }
        });
        Self { child, pty, screen, read: 0 }
    }

    /// Returns everything ever written to the screen.
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until this text appears after the consumed part.
    #[track_caller]
    pub fn expect(&mut self, text: &str) {
        let found = wait_for(|| {
            let screen = self.screen.lock().unwrap();
            let unread = &screen[self.read..];
            unread.windows(text.len()).position(|window| window == text.as_bytes())
        });
        let place = found.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{}", self.screen()));
        self.read += place + text.len();
    }

    /// Types this text.
    pub fn types(&mut self, text: &str) {
        (&*self.pty).write_all(text.as_bytes()).expect("failed to write to the terminal");
    }

    /// Waits for the question and for echo to be disabled, then types the secret.
    #[track_caller]
    pub fn types_secretly(&mut self, question: &str, secret: &str) {
        self.expect(question);
        self.waits_without_echo();
        self.types(secret);
        self.types("\n");
    }

    /// Waits until the terminal no longer echoes input.
    #[track_caller]
    pub fn waits_without_echo(&self) {
        assert!(wait_for(|| (!self.echoes()).then_some(())).is_some(), "the terminal still echoes");
    }

    /// Waits until the program is stopped, for example by Ctrl-Z.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub fn waits_until_stopped(&self) {
        let path = format!("/proc/{}/stat", self.child.id());
        let is_stopped = || std::fs::read_to_string(&path).is_ok_and(|stat| stat.contains(") T "));
        assert!(wait_for(|| is_stopped().then_some(())).is_some(), "the program was not stopped");
    }

    /// Sends a signal to the program.
    #[cfg(target_os = "linux")]
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal)
            .expect("failed to send the signal");
    }

    /// Returns whether the terminal echoes input.
    pub fn echoes(&self) -> bool {
        let modes = tcgetattr(&*self.pty).expect("failed to read the terminal's modes");
        modes.local_modes.contains(LocalModes::ECHO)
    }

    /// Waits for the program to end; returns the exit code and everything written to the screen.
    #[track_caller]
    pub fn ends(&mut self) -> (i32, String) {
        let status = wait_for(|| self.child.try_wait().expect("failed to wait for the program"));
        let status = status.unwrap_or_else(|| panic!("the program did not end:\n{}", self.screen()));
        // The last output may still be on its way.
        thread::sleep(Duration::from_millis(50));
        (status.code().unwrap_or(-1), self.screen())
    }

    /// Waits for the program to end with this exit code; returns everything written to the screen.
    #[track_caller]
    pub fn ends_with(&mut self, code: i32) -> String {
        let (actual, screen) = self.ends();
        assert_eq!(actual, code, "\n{screen}");
        screen
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Polls until there is an answer or the time is over.
pub fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() > deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(10));
    }
}
