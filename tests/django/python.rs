//! Runs the Python scripts that create and judge a project's database.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

use serde_json::Value as Json;

use crate::site::Database;

/// The version sets to test.
fn sets() -> Vec<String> {
    let sets = std::env::var("AUTHCTL_DJANGO_SETS").unwrap_or_else(|_| "4.2,5.2".into());
    sets.split(',').map(|set| set.trim().to_owned()).collect()
}

/// Runs a check for every version set in parallel and reports all sets that failed.
pub fn for_each_set(check: impl Fn(&str) + Sync) {
    let sets = sets();
    let failed: Vec<&String> = thread::scope(|scope| {
        let runs: Vec<_> = sets.iter().map(|set| (set, scope.spawn(|| check(set)))).collect();
        runs.into_iter().filter_map(|(set, run)| run.join().is_err().then_some(set)).collect()
    });
    assert!(failed.is_empty(), "failed on {failed:?}");
}

/// Creates a database with the project's Django and returns its accounts. `options` are those of the script.
pub fn make(set: &str, project: &str, database: &Database, options: &[&str]) -> Json {
    let mut arguments = vec!["--set", set, "--system", project];
    arguments.extend(options);
    let made = run("make_project_db.py", database, &arguments, "");
    serde_json::from_str(&made).unwrap()
}

/// Lets the project's Django judge a database. Fails with its findings.
pub fn judge(set: &str, project: &str, database: &Database, options: &[&str], expected: &Json) {
    let mut arguments = vec!["--set", set, "--system", project];
    arguments.extend(options);
    let verdict = run("judge.py", database, &arguments, &expected.to_string());
    assert!(verdict.lines().count() > 5, "{project} on {set}: the judge checked almost nothing:\n{verdict}");
}

/// Runs a management command of Django on a project's database, with Argon2 as the first hasher.
pub fn manage(set: &str, project: &str, database: &Database, arguments: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django/manage.py");
    let output = Command::new(interpreter(set))
        .arg(script)
        .args(arguments)
        .envs([("PROJECT", project), ("PROJECT_HASHER", "argon2")])
        .env("PROJECT_DB", database.address())
        .output()
        .expect("failed to start python");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{project} on {set}: manage.py {}:\n{errors}", arguments.join(" "));
}

/// Returns the path of a version set's Python.
pub fn interpreter(set: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django/venv.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(set)
        .stderr(Stdio::inherit())
        .output()
        .expect("failed to start sh");
    assert!(output.status.success(), "no Python for {set}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A project's server, stopped on drop.
pub struct Server {
    /// Base URL without a trailing slash.
    pub address: String,
    child: Child,
}

impl Server {
    /// Starts a project's server on a database, which need not exist yet.
    pub fn start(set: &str, project: &str, database: &Path) -> Self {
        let mut child = Command::new("python3")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django/serve.py"))
            .args(["--set", set, "--system", project, "--db"])
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("failed to start python3");
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "the server did not start");
        Self { address: address.trim().to_owned(), child }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A script that answers commands, one a line, with lines of JSON. It ends on drop.
pub struct Script {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Script {
    /// Starts a script of this folder in the environment of a version set. `prepare` adds its arguments.
    pub fn start(set: &str, name: &str, prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(interpreter(set));
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django").join(name))
            .env("PYTHONWARNINGS", "ignore")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        prepare(&mut command);
        let mut child = command.spawn().expect("failed to start python");
        let commands = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, commands, answers }
    }

    pub fn ask(&mut self, command: &str) -> Json {
        writeln!(self.commands.as_ref().unwrap(), "{command}").unwrap();
        self.answer()
    }

    /// Reads the next line of JSON.
    pub fn answer(&mut self) -> Json {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("the script ended")
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.commands.take());
        let _ = self.child.wait();
    }
}

fn run(script: &str, database: &Database, arguments: &[&str], input: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django");
    let mut child = Command::new("python3")
        .arg(folder.join(script))
        .args(arguments)
        // A URL has a password, which is no argument.
        .args(["--db", "env:DATABASE"])
        .env("DATABASE", database.address())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("failed to start python3");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{script} {}:\n{stderr}", arguments.join(" "));
    stdout
}
