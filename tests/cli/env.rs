//! An isolated environment to run the real program in: its own folders, no inherited variables, a fixed time zone.

#[path = "schemas.rs"]
pub mod schemas;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rusqlite::Connection;
use serde_json::Value as Json;
use tempfile::TempDir;

/// A working folder and a state folder, removed on drop.
pub struct TestEnv {
    work: TempDir,
    state: TempDir,
    /// The database, if it is not `db.sqlite3` in the working folder: the value of `AUTHCTL_DB`.
    pub database_url: Option<String>,
}

/// The password of users created by [`TestEnv::register_quickly`].
pub const PASSWORD: &str = "wonderland-7";

/// [`PASSWORD`], hashed for fast verification.
pub const ENCODED: &str =
    "pbkdf2_sha256$1$abcdefghijklmnopqrstuv$YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=";

/// The repair shop's configuration: customers and employees, with email addresses as usernames.
pub const REPAIRS: &str = include_str!("../../examples/repairs/authctl.toml");

/// The game club's configuration: every user is a gamer.
pub const LEVELUP: &str = include_str!("../../examples/levelup/authctl.toml");

/// A configuration with knox tokens.
pub const KNOX: &str = include_str!("../../examples/knox/authctl.toml");

/// The result of a run.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    /// The command that answered, if it is known.
    pub command: Option<String>,
}

impl TestEnv {
    pub fn new() -> Self {
        let folder = || TempDir::new().expect("failed to create a temporary folder");
        Self { work: folder(), state: folder(), database_url: None }
    }

    /// With a database created by authctl and this text as `authctl.toml`.
    pub fn with_database(config: &str) -> Self {
        let env = Self::new();
        env.write("authctl.toml", config);
        env.run(["init"]).succeeds();
        env
    }

    /// With a database dumped after a Django project's `migrate`.
    pub fn with_schema(schema: &str) -> Self {
        let dump = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/schemas/{schema}.sql"));
        let env = Self::new();
        let database = env.database();
        database.pragma_update(None, "foreign_keys", false).expect("failed to set a pragma");
        let dump = fs::read_to_string(dump).expect("no schema with this name");
        database.execute_batch(&dump).expect("failed to load the schema");
        env
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    pub fn state_file(&self) -> PathBuf {
        self.state.path().join("authctl/sessions.json")
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("failed to write a file in the working folder");
        path
    }

    /// The program, set up to run in the working folder.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_authctl"));
        command
            .current_dir(self.work.path())
            .env_clear()
            .env("XDG_STATE_HOME", self.state.path())
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        if let Some(url) = &self.database_url {
            command.env("AUTHCTL_DB", url);
        }
        command
    }

    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        let mut command = self.command();
        let output = command.args(arguments).output().expect("failed to start authctl");
        Run::of(output).by(&command)
    }

    /// Runs with this text on standard input.
    pub fn run_with_input<S: AsRef<OsStr>>(
        &self,
        input: impl AsRef<[u8]>,
        arguments: impl IntoIterator<Item = S>,
    ) -> Run {
        let mut command = self.command();
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("failed to start authctl");
        // The program may exit before it has read everything.
        let _ = child.stdin.take().expect("no standard input").write_all(input.as_ref());
        Run::of(child.wait_with_output().expect("failed to wait for authctl")).by(&command)
    }

    /// Registers a user with this password and returns the token.
    pub fn register(&self, username: &str, password: &str) -> String {
        let run = self.run_with_input(password, ["register", username, "--password-stdin"]).succeeds();
        run.stdout.trim().to_owned()
    }

    /// Runs with these additional variables.
    pub fn run_with_env<S: AsRef<OsStr>>(
        &self,
        variables: &[(&str, &str)],
        arguments: impl IntoIterator<Item = S>,
    ) -> Run {
        let mut command = self.command();
        command.args(arguments).envs(variables.iter().copied());
        Run::of(command.output().expect("failed to start authctl")).by(&command)
    }

    /// Registers a user with [`PASSWORD`], hashed for fast verification, and returns the token.
    pub fn register_quickly(&self, username: &str) -> String {
        let run = self.run(["register", username, "--no-password"]).succeeds();
        let sql = "UPDATE auth_user SET password = ?1 WHERE username = ?2";
        self.database().execute(sql, [ENCODED, username]).expect("failed to set the password");
        run.stdout.trim().to_owned()
    }

    /// Logs in with [`PASSWORD`].
    pub fn log_in<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        let arguments: Vec<S> = arguments.into_iter().collect();
        let common = ["login", "--password-stdin"].map(OsStr::new);
        self.run_with_input(PASSWORD, common.into_iter().chain(arguments.iter().map(AsRef::as_ref)))
    }

    /// Returns all rows of a query, with columns joined by `|`.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        let database = self.database();
        let mut statement = database.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let width = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let cells: rusqlite::Result<Vec<rusqlite::types::Value>> =
                (0..width).map(|index| row.get(index)).collect();
            Ok(cells?.into_iter().map(text).collect::<Vec<_>>().join("|"))
        };
        let rows: rusqlite::Result<Vec<String>> = statement.query_map([], row).and_then(Iterator::collect);
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs statements on the database without the program.
    pub fn execute(&self, sql: &str) {
        self.database().execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Opens the database to inspect or change it without the program.
    pub fn database(&self) -> Connection {
        Connection::open(self.path("db.sqlite3")).expect("failed to open the database")
    }

    /// Returns the first column of a query's first row as text.
    pub fn value(&self, sql: &str) -> String {
        let value: rusqlite::types::Value = self
            .database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        text(value)
    }

    /// Returns the bytes of the database file, to check that nothing was written.
    pub fn database_bytes(&self) -> Vec<u8> {
        fs::read(self.path("db.sqlite3")).expect("failed to read the database")
    }
}

/// Creates a FIFO with this mode.
#[cfg(not(target_os = "linux"))]
pub fn fifo(path: &Path, mode: u32) {
    let status = Command::new("mkfifo").args(["-m", &format!("{mode:o}")]).arg(path).status();
    assert!(status.is_ok_and(|status| status.success()), "failed to create a FIFO");
}

/// Creates a FIFO with this mode.
#[cfg(target_os = "linux")]
pub fn fifo(path: &Path, mode: u32) {
    use rustix::fs::{CWD, FileType, Mode, chmod, mknodat};
    let mode = Mode::from(mode);
    mknodat(CWD, path, FileType::Fifo, mode, 0).expect("failed to create a FIFO");
    // mknod applies the umask.
    chmod(path, mode).expect("failed to set the mode");
}

/// `/dev/null`, unless root could replace it.
#[cfg(not(target_os = "linux"))]
pub fn null_device(_folder: &Path) -> Option<PathBuf> {
    (!rustix::process::geteuid().is_root()).then(|| "/dev/null".into())
}

/// A stand-in for `/dev/null`. Root could replace the real one for the whole machine, so root gets a device in this
/// folder. Returns `None` if it cannot be created or opened there.
#[cfg(target_os = "linux")]
pub fn null_device(folder: &Path) -> Option<PathBuf> {
    use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
    if !rustix::process::geteuid().is_root() {
        return Some("/dev/null".into());
    }
    let path = folder.join("null-device");
    let mode = Mode::RUSR | Mode::WUSR;
    mknodat(CWD, &path, FileType::CharacterDevice, mode, makedev(1, 3)).ok()?;
    fs::File::options().write(true).open(&path).is_ok().then_some(path)
}

impl Run {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("standard output is not UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is not UTF-8"),
            command: None,
        }
    }

    /// Notes the command that answered. Compares its JSON with the schemas.
    #[track_caller]
    pub fn by(mut self, command: &Command) -> Self {
        let arguments: Vec<&str> = command.get_args().filter_map(OsStr::to_str).collect();
        let command = schemas::check_run(&arguments, self.code, &self.stdout, &self.stderr);
        self.command = command.map(str::to_owned);
        self
    }

    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.ends_with(0)
    }

    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Parses standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Json {
        schemas::check_answer(self.command.as_deref().expect("an answer of no command"), &self.stdout);
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {:?}", self.stdout))
    }

    /// Returns the error object on standard error under `--format json`.
    #[track_caller]
    pub fn error(&self) -> Json {
        schemas::check_error(&self.stderr);
        serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error} in {:?}", self.stderr))
    }

    /// Returns exit code and both streams for a snapshot, with varying parts replaced.
    pub fn snapshot(&self, env: &TestEnv) -> String {
        let text = format!("exit: {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr);
        redact(&text, env.work.path())
    }
}

fn text(value: rusqlite::types::Value) -> String {
    match value {
        rusqlite::types::Value::Null => "NULL".into(),
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Real(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Blob(_) => "a blob".into(),
    }
}

/// Replaces the working folder, keys, times and generated passwords.
fn redact(text: &str, work: &Path) -> String {
    let text = text.replace(&*work.to_string_lossy(), "[WORK]");
    let mut redacted: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        redacted.push(match line.split_once("Password: ") {
            Some((before, _)) => format!("{before}Password: [PASSWORD]\n"),
            None => line.to_owned(),
        });
    }
    let is_key = |word: &str| word.len() >= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let text = redacted.concat();
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_alphanumeric() {
            run.push(c);
            continue;
        }
        out.push_str(if is_key(&run) { "[KEY]" } else { &run });
        run.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}
