//! The program at a real terminal, with somebody typing.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};

/// A machine under load is slow; a test that fails for that says nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program at a pseudo-terminal of its own.
pub struct Terminal {
    child: Child,
    pty: Arc<Pty>,
    screen: Arc<Mutex<Vec<u8>>>,
    /// How much of the screen the person has read.
    read: usize,
}

impl Terminal {
    /// Starts what the command says, in the folder and with the variables that it has.
    pub fn start(command: &std::process::Command) -> Self {
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(Size::new(40, 200)).expect("the terminal's size");
        let mut at_terminal = Command::new(command.get_program()).args(command.get_args()).env_clear();
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                at_terminal = at_terminal.env(name, value);
            }
        }
        at_terminal = at_terminal.env("TERM", "xterm");
        let folder = command.get_current_dir().unwrap_or(Path::new("."));
        let child = at_terminal.current_dir(folder).spawn(pts).expect("the program to start");
        let pty = Arc::new(pty);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (reader, seen) = (Arc::clone(&pty), Arc::clone(&screen));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The end of the program is an error of the terminal's.
            while let Ok(length @ 1..) = (&*reader).read(&mut buffer) {
                seen.lock().unwrap().extend_from_slice(&buffer[..length]);
            }
        });
        Self { child, pty, screen, read: 0 }
    }

    /// Everything that was ever on the screen.
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until this text appears behind what was read so far.
    #[track_caller]
    pub fn expect(&mut self, text: &str) {
        let found = wait_for(|| {
            let screen = self.screen.lock().unwrap();
            let unread = &screen[self.read..];
            unread.windows(text.len()).position(|window| window == text.as_bytes())
        });
        let place = found.unwrap_or_else(|| panic!("no {text:?} on the screen:\n{}", self.screen()));
        self.read += place + text.len();
    }

    /// Types.
    pub fn types(&mut self, text: &str) {
        (&*self.pty).write_all(text.as_bytes()).expect("a keyboard");
    }

    /// Waits for the question, and until what is typed is not shown; types the secret.
    #[track_caller]
    pub fn types_secretly(&mut self, question: &str, secret: &str) {
        self.expect(question);
        self.waits_without_echo();
        self.types(secret);
        self.types("\n");
    }

    /// Waits until the terminal does not show what is typed.
    #[track_caller]
    pub fn waits_without_echo(&self) {
        assert!(wait_for(|| (!self.echoes()).then_some(())).is_some(), "the terminal goes on to echo");
    }

    /// Waits until the program is stopped, as by Ctrl-Z.
    #[track_caller]
    pub fn waits_until_stopped(&self) {
        let path = format!("/proc/{}/stat", self.child.id());
        let is_stopped = || std::fs::read_to_string(&path).is_ok_and(|stat| stat.contains(") T "));
        assert!(wait_for(|| is_stopped().then_some(())).is_some(), "the program goes on");
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal)
            .expect("a signal");
    }

    /// Does the terminal show what is typed?
    pub fn echoes(&self) -> bool {
        let modes = tcgetattr(&*self.pty).expect("the terminal's modes");
        modes.local_modes.contains(LocalModes::ECHO)
    }

    /// Waits for the end, and returns the exit code and all that was on the screen.
    #[track_caller]
    pub fn ends(&mut self) -> (i32, String) {
        let status = wait_for(|| self.child.try_wait().expect("a child"));
        let status = status.unwrap_or_else(|| panic!("the program goes on:\n{}", self.screen()));
        // What the program wrote last may be on its way still.
        thread::sleep(Duration::from_millis(50));
        (status.code().unwrap_or(-1), self.screen())
    }

    /// Waits for the end with this exit code, and returns all that was on the screen.
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

/// Asks again and again until there is an answer, or patience ends.
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
