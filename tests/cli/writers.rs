//! Every command that changes the database, with a project in which it has something to change.

use std::process::{Child, Stdio};

use rusqlite::Connection;

use crate::env::{PASSWORD, TestEnv};
use crate::terminal::wait_for;

/// A command that changes the database.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    pub arguments: &'static [&'static str],
    /// What it reads from standard input.
    pub input: &'static str,
    /// Whether it creates a new token.
    pub creates_token: bool,
    /// Whether it sets a random password.
    pub sets_random_password: bool,
}

const fn writer(arguments: &'static [&'static str]) -> Writer {
    Writer { arguments, input: "", creates_token: false, sets_random_password: false }
}

const fn creates_token(arguments: &'static [&'static str]) -> Writer {
    Writer { creates_token: true, ..writer(arguments) }
}

const LOGIN: &[&str] = &["login", "meg", "--password-stdin", "--scheme", "knox"];

/// All commands except `init`, whose file no other process can lock.
pub const ALL: [Writer; 13] = [
    creates_token(&["register", "new", "--no-password"]),
    Writer { sets_random_password: true, ..creates_token(&["register", "new", "--random-password"]) },
    writer(&["register", "meg", "--on-existing", "update", "--email", "meg@x.example", "--no-password"]),
    creates_token(&["create-token", "meg", "--rotate"]),
    creates_token(&["create-token", "meg", "--scheme", "knox"]),
    Writer { input: PASSWORD, ..creates_token(LOGIN) },
    writer(&["edit-user", "meg", "--inactive"]),
    Writer { sets_random_password: true, ..writer(&["set-password", "meg", "--random-password"]) },
    writer(&["delete-user", "meg", "--yes"]),
    writer(&["revoke-token", "--user", "meg", "--yes"]),
    writer(&["migrate-tokens", "--to", "knox", "--yes"]),
    creates_token(&["import", "new.csv", "--tokens", "--results", "-"]),
    Writer { sets_random_password: true, ..creates_token(&["apply", "new.toml", "--yes"]) },
];

/// Commands that also delete a session, and need one.
pub const OF_SESSIONS: [Writer; 2] = [writer(&["logout"]), writer(&["logout", "--all"])];

/// A project with both schemes; its user meg has a token of each and is logged in.
pub fn project() -> TestEnv {
    let env = TestEnv::new();
    env.write("authctl.toml", "[tokens]\nscheme = \"drf\"\n[passwords]\nhasher = \"pbkdf2_sha256 1000\"\n");
    env.run(["init", "--scheme", "drf,knox"]).succeeds();
    env.register_quickly("meg");
    env.run(["create-token", "meg", "--scheme", "knox"]).succeeds();
    env.log_in(["meg"]).succeeds();
    env.write("new.csv", "username\nnew\n");
    env.write("new.toml", "[[users]]\nusername = \"new\"\ntoken = true\npassword = { random = true }\n");
    env
}

/// Returns the rows of users and tokens.
pub fn rows(env: &TestEnv) -> Vec<String> {
    let mut rows = env.rows("SELECT id, username, password, email, is_active FROM auth_user ORDER BY id");
    rows.extend(env.rows("SELECT key, user_id FROM authtoken_token ORDER BY key"));
    rows.extend(env.rows("SELECT digest, user_id, expiry FROM knox_authtoken ORDER BY digest"));
    rows
}

/// A program whose commit is blocked by a reader of the database.
pub struct Held {
    pub child: Child,
    reader: Connection,
}

impl Held {
    /// Starts the program and waits until it tries to commit.
    pub fn start(
        env: &TestEnv,
        arguments: &[&str],
        input: &str,
        stdout: impl Into<Stdio>,
        stderr: impl Into<Stdio>,
    ) -> Self {
        use std::io::Write as _;
        let reader = env.database();
        reader.execute_batch("BEGIN; SELECT count(*) FROM auth_user").unwrap();
        let mut command = env.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(stdout).stderr(stderr);
        let mut child = command.spawn().expect("failed to start authctl");
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        // Once the commit waits for the existing reader, no other process can read. A reader in this process could,
        // because SQLite shares locks within a process.
        // would be: SQLite shares its locks.
        let is_busy = || env.run(["list-users", "--quiet", "--busy-timeout", "0"]).code == 8;
        let waits = wait_for(|| {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "{arguments:?} ended before its commit: {ended:?}");
            is_busy().then_some(())
        });
        assert!(waits.is_some(), "{arguments:?} did not try to commit");
        Self { child, reader }
    }

    /// Ends the reader, so that the program commits.
    pub fn release(self) -> Child {
        self.reader.execute_batch("COMMIT").unwrap();
        self.child
    }
}
