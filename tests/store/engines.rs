//! The engines, and a project's database on one of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use authctl::error::failure::Result;
use authctl::store::layout::Hints;
use authctl::store::target::Target;
use authctl::store::{Opening, Store};
use jiff::tz::TimeZone;
use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use tempfile::TempDir;

use crate::schemas;

#[cfg(feature = "live")]
use crate::postgres;

/// Where the tests run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Engine {
    Sqlite,
    #[cfg(feature = "live")]
    Postgres,
}

/// A database with a schema dumped after a Django project's `migrate`.
pub enum Project {
    File(TempDir),
    #[cfg(feature = "live")]
    Server(postgres::Database),
}

/// The result of a run of the program.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Parses standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {:?}", self.stdout))
    }
}

impl Engine {
    /// Creates the database of a project.
    pub fn project(self, schema: &str) -> Project {
        match self {
            Self::Sqlite => {
                let project = Project::File(TempDir::new().unwrap());
                project.sql(&format!("PRAGMA foreign_keys = off; {}", self.dump(schema)));
                project
            }
            #[cfg(feature = "live")]
            Self::Postgres => {
                let create = || self.dump(schema);
                Project::Server(postgres::Cluster::shared().create_database(schema, create))
            }
        }
    }

    fn dump(self, schema: &str) -> String {
        let folder = self.pick("", "postgres/");
        let path = format!("tests/fixtures/schemas/{folder}{schema}.sql");
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
    }

    /// Returns the value for this engine.
    pub fn pick<T>(self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite => {
                // Without the feature, this is its only use.
                drop(postgres);
                sqlite
            }
            #[cfg(feature = "live")]
            Self::Postgres => postgres,
        }
    }
}

impl Project {
    fn path(folder: &TempDir) -> PathBuf {
        folder.path().join("db.sqlite3")
    }

    fn target(&self) -> Target {
        match self {
            Self::File(folder) => Target::File(Self::path(folder)),
            #[cfg(feature = "live")]
            Self::Server(database) => Target::Server(Box::new(server(database))),
        }
    }

    pub fn open(&self) -> Store {
        self.open_with(Hints::default()).unwrap()
    }

    pub fn open_with(&self, hints: Hints) -> Result<Store> {
        let opening =
            Opening { busy_timeout: Duration::from_secs(1), time_zone: TimeZone::UTC, force: false };
        Store::open(&self.target(), &opening, hints)
    }

    /// Runs the program on this database.
    pub fn authctl(&self, arguments: &[&str]) -> Run {
        let state = TempDir::new().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_authctl"))
            .current_dir(state.path())
            .env_clear()
            .envs([("TZ", "UTC"), ("AUTHCTL_DB", &*self.url())])
            .env("XDG_STATE_HOME", state.path())
            .stdin(Stdio::null())
            .args(arguments)
            .output()
            .unwrap();
        let run = Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        schemas::check_run(arguments, run.code, &run.stdout, &run.stderr);
        run
    }

    fn url(&self) -> String {
        match self {
            Self::File(folder) => Self::path(folder).to_str().unwrap().to_owned(),
            #[cfg(feature = "live")]
            Self::Server(database) => database.url(),
        }
    }

    /// Runs statements without the store.
    #[track_caller]
    pub fn sql(&self, sql: &str) {
        match self {
            Self::File(folder) => Connection::open(Self::path(folder)).unwrap().execute_batch(sql).unwrap(),
            #[cfg(feature = "live")]
            Self::Server(database) => drop(database.psql(sql)),
        }
    }

    /// Returns all rows of a query, with columns joined by `|`.
    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<String> {
        match self {
            Self::File(folder) => rows_of_file(&Self::path(folder), sql),
            #[cfg(feature = "live")]
            Self::Server(database) => database.psql(sql),
        }
    }

    /// Returns the only row of a query.
    #[track_caller]
    pub fn row(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.into_iter().next().unwrap()
    }
}

fn rows_of_file(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let width = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut found = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let cells = (0..width).map(|index| match row.get(index).unwrap() {
            Stored::Null => "NULL".to_owned(),
            Stored::Integer(number) => number.to_string(),
            Stored::Real(number) => number.to_string(),
            Stored::Text(text) => text,
            Stored::Blob(bytes) => format!("{bytes:x?}"),
        });
        found.push(cells.collect::<Vec<_>>().join("|"));
    }
    found
}

#[cfg(feature = "live")]
fn server(database: &postgres::Database) -> authctl::store::target::Server {
    use authctl::store::target::{ChannelBinding, Host, Server, ServerPassword, SslMode, Tls};

    let server = &postgres::Cluster::shared().server;
    Server {
        host: Host::Socket(server.folder.clone()),
        port: server.port,
        user: server.user.clone(),
        password: Some(ServerPassword::new(server.password.clone())),
        database: database.name.clone(),
        schemas: Vec::new(),
        tls: Tls { mode: SslMode::Disable, root_certificates: None, channel_binding: ChannelBinding::Prefer },
        connect_timeout: None,
        application_name: "authctl".into(),
    }
}
