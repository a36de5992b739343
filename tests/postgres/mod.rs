//! A private PostgreSQL server for the tests of one process, and its databases.
//!
//! The script `server` beside this file starts the server and stops it when this process ends.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Deserialize;

/// A running server.
pub struct Cluster {
    /// How to reach it.
    pub server: Description,
    /// Commands to the script and its answers. The server stops when the pipe to the script closes.
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    /// The templates, each created once.
    templates: Mutex<HashMap<String, Arc<OnceLock<()>>>>,
    databases: AtomicUsize,
}

/// What the script prints about the server.
#[derive(Deserialize)]
pub struct Description {
    /// The folder of the socket.
    pub folder: PathBuf,
    pub port: u16,
    /// The role that owns the databases. It is no superuser.
    pub user: String,
    /// A superuser with the same password.
    pub admin: String,
    pub password: String,
    /// The certificate that signed the server's.
    pub ca: PathBuf,
    /// The folder of the PostgreSQL programs.
    pub bin: PathBuf,
    /// The port of pgbouncer, once it is started.
    pub bouncer: u16,
}

impl Cluster {
    /// Returns the server of this process. Starts it at the first call.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts a server. It stops when the value is dropped and when this process ends.
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/postgres/server");
        let mut child = Command::new(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("failed to start tests/postgres/server");
        let mut answers = BufReader::new(child.stdout.take().expect("no pipe from the server"));
        let mut line = String::new();
        answers.read_line(&mut line).expect("failed to read from the server");
        let Ok(server) = serde_json::from_str(&line) else { panic!("{}", reason(&mut child)) };
        let commands = child.stdin.take().expect("no pipe to the server");
        Self {
            server,
            pipes: Mutex::new((commands, answers)),
            templates: Mutex::default(),
            databases: AtomicUsize::default(),
        }
    }

    /// Runs a command of the script: `restart`, `stop`, `start` or `bouncer`.
    pub fn control(&self, command: &str) {
        let (commands, answers) = &mut *locked(&self.pipes);
        writeln!(commands, "{command}").expect("failed to write to the server");
        let mut line = String::new();
        answers.read_line(&mut line).expect("failed to read from the server");
        assert_eq!(line, format!("{command}: done\n"));
    }

    /// Creates an empty database.
    pub fn create_empty_database(&'static self) -> Database {
        self.create("template0")
    }

    /// Creates a copy of a database that is created with this SQL once per process.
    pub fn create_database(&'static self, template: &str, sql: impl FnOnce() -> String) -> Database {
        let once = locked(&self.templates).entry(template.to_owned()).or_default().clone();
        once.get_or_init(|| {
            // SQL that failed may have left a database.
            self.psql("postgres", &format!("DROP DATABASE IF EXISTS \"{template}\" WITH (FORCE)"));
            self.psql("postgres", &format!("CREATE DATABASE \"{template}\" TEMPLATE template0"));
            self.psql(template, &sql());
        });
        self.create(template)
    }

    fn create(&'static self, template: &str) -> Database {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE \"{template}\""));
        Database { name, cluster: self }
    }

    /// Returns the URL of a name for a database that does not exist yet. Like a created one, it is dropped with the
    /// value.
    pub fn name_database(&'static self) -> Database {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        Database { name: format!("test_{number}"), cluster: self }
    }

    /// Returns the URL of a database, over the socket, with the password.
    pub fn url(&self, database: &str) -> String {
        let Description { folder, port, user, password, .. } = &self.server;
        let folder = folder.to_str().expect("the folder of the socket is not UTF-8").replace('/', "%2F");
        format!("postgres://{user}:{password}@{folder}:{port}/{database}")
    }

    /// Returns the URL of a database over TLS, with a verified certificate.
    pub fn url_over_tls(&self, database: &str) -> String {
        let Description { port, user, password, ca, .. } = &self.server;
        let ca = ca.display();
        format!(
            "postgres://{user}:{password}@localhost:{port}/{database}?sslmode=verify-full&sslrootcert={ca}"
        )
    }

    /// Returns the URL of a database on another port of this machine, without encryption.
    pub fn url_on(&self, port: u16, database: &str) -> String {
        let Description { user, password, .. } = &self.server;
        format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    /// Runs SQL in a database as its owner. Returns the rows, with columns joined by `|`.
    #[track_caller]
    pub fn psql(&self, database: &str, sql: &str) -> Vec<String> {
        self.psql_as(&self.server.user, database, sql)
    }

    /// Runs SQL as another role of the same password.
    #[track_caller]
    pub fn psql_as(&self, user: &str, database: &str, sql: &str) -> Vec<String> {
        rows(sql, &self.try_psql(user, database, sql))
    }

    /// Runs SQL on another port of this machine, such as the pooler's.
    #[track_caller]
    pub fn psql_on(&self, port: u16, database: &str, sql: &str) -> Vec<String> {
        let mut command = self.psql_command(&self.server.user, database);
        // psql sets what these say for the session, which a pooler keeps.
        command.env_remove("PGTZ").env_remove("PGDATESTYLE");
        rows(sql, &fed(command, &["--host=127.0.0.1", &format!("--port={port}")], sql))
    }

    /// Runs SQL that may fail.
    pub fn try_psql(&self, user: &str, database: &str, sql: &str) -> Output {
        let Description { folder, port, .. } = &self.server;
        let place = [format!("--host={}", folder.display()), format!("--port={port}")];
        fed(self.psql_command(user, database), &place, sql)
    }

    /// Starts psql, which runs what is written to its standard input.
    pub fn start_psql(&self, user: &str, database: &str) -> Child {
        let Description { folder, port, .. } = &self.server;
        let place = [format!("--host={}", folder.display()), format!("--port={port}")];
        start(self.psql_command(user, database), &place)
    }

    /// Returns psql without the server's address.
    fn psql_command(&self, user: &str, database: &str) -> Command {
        // The first `psql` in the path may be Debian's wrapper, which takes longer.
        let mut command = Command::new(self.server.bin.join("psql"));
        command
            .args(["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--set=ON_ERROR_STOP=1"])
            .args(["--pset=null=NULL", "--file=-", "--username", user, "--dbname", database])
            .envs([("PGPASSWORD", &*self.server.password), ("PGTZ", "UTC"), ("PGDATESTYLE", "ISO")]);
        command
    }
}

fn start(mut psql: Command, arguments: &[impl AsRef<OsStr>]) -> Child {
    psql.args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("failed to start psql")
}

/// Runs psql with SQL on its standard input.
fn fed(psql: Command, arguments: &[impl AsRef<OsStr>], sql: &str) -> Output {
    let mut child = start(psql, arguments);
    // psql exits at the first error, perhaps before it has read everything.
    let _ = child.stdin.take().expect("no pipe to psql").write_all(sql.as_bytes());
    child.wait_with_output().expect("failed to wait for psql")
}

/// Returns the rows that psql printed.
#[track_caller]
fn rows(sql: &str, output: &Output) -> Vec<String> {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sql}: {errors}");
    let rows = std::str::from_utf8(&output.stdout).expect("psql does not print UTF-8");
    rows.lines().map(str::to_owned).collect()
}

/// A database, dropped with the value.
pub struct Database {
    pub name: String,
    cluster: &'static Cluster,
}

impl Database {
    /// Returns the URL over the socket, with the password.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// Runs SQL as the owner. Returns the rows, with columns joined by `|`.
    #[track_caller]
    pub fn psql(&self, sql: &str) -> Vec<String> {
        self.cluster.psql(&self.name, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server may have been stopped by the test.
        let Description { user, .. } = &self.cluster.server;
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        drop(self.cluster.try_psql(user, "postgres", &sql));
    }
}

/// Returns why the script ended.
fn reason(child: &mut Child) -> String {
    let mut text = String::new();
    let _ = child.stderr.take().expect("no pipe from the server").read_to_string(&mut text);
    format!("no PostgreSQL server: {text}")
}

/// Locks a mutex that a failed test may have poisoned.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
