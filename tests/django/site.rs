//! A Django project's site to test: its database, on one of the engines, and an environment in which authctl works on
//! it.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::thread;

use rusqlite::Connection;
use serde_json::Value as Json;

use crate::env::TestEnv;
use crate::postgres::{self, Cluster};
use crate::python;

/// Where a project keeps its database.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A version set, and an engine.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a> {
    pub set: &'a str,
    pub engine: Engine,
}

/// Runs a check for every version set and engine in parallel, and reports all that failed.
pub fn for_each_stack(check: impl Fn(Stack<'_>) + Sync) {
    let engines = engines();
    python::for_each_set(|set| {
        let check = &check;
        let failed: Vec<Engine> = thread::scope(|scope| {
            let run = |engine| (engine, scope.spawn(move || check(Stack { set, engine })));
            let runs: Vec<_> = engines.iter().copied().map(run).collect();
            runs.into_iter().filter_map(|(engine, run)| run.join().is_err().then_some(engine)).collect()
        });
        assert!(failed.is_empty(), "failed with {set} on {failed:?}");
    });
}

/// The engines to test.
pub fn engines() -> Vec<Engine> {
    let engines = std::env::var("AUTHCTL_ENGINES").unwrap_or_else(|_| "sqlite,postgres".into());
    let engine = |name: &str| match name.trim() {
        "sqlite" => Engine::Sqlite,
        "postgres" => Engine::Postgres,
        other => panic!("AUTHCTL_ENGINES: no engine is called {other}"),
    };
    engines.split(',').map(engine).collect()
}

impl<'a> Stack<'a> {
    /// Creates an environment whose database does not exist yet.
    pub fn site(self) -> Site<'a> {
        self.with(Cluster::name_database)
    }

    /// Creates an environment for `init`: without a file, or with an empty database on the server.
    pub fn empty_site(self) -> Site<'a> {
        self.with(Cluster::create_empty_database)
    }

    fn with(self, database: impl Fn(&'static Cluster) -> postgres::Database) -> Site<'a> {
        let mut env = TestEnv::new();
        let database = match self.engine {
            Engine::Sqlite => Database::File(env.path("db.sqlite3")),
            Engine::Postgres => {
                let database = database(Cluster::shared());
                env.database_url = Some(database.url());
                Database::Server(database)
            }
        };
        Site { stack: self, env, database }
    }
}

/// A project's site.
pub struct Site<'a> {
    pub stack: Stack<'a>,
    env: TestEnv,
    pub database: Database,
}

impl Site<'_> {
    /// Creates the database with the project's Django, and returns its accounts. `options` are those of the script.
    pub fn make(&self, project: &str, options: &[&str]) -> Json {
        python::make(self.stack.set, project, &self.database, options)
    }

    /// Lets the project's Django judge the database. Fails with its findings.
    pub fn judge(&self, project: &str, options: &[&str], expected: &Json) {
        self.database.judge(self.stack.set, project, options, expected);
    }

    /// Creates another database of the project on the same engine, with its tables and no account.
    pub fn another(&self, project: &str, name: &str) -> Database {
        let database = match self.stack.engine {
            Engine::Sqlite => Database::File(self.env.path(name)),
            Engine::Postgres => Database::Server(Cluster::shared().name_database()),
        };
        python::make(self.stack.set, project, &database, &["--accounts", "none"]);
        database
    }

    /// Creates a database of the project on the other engine, with its tables and no account.
    pub fn elsewhere(&self, project: &str) -> Database {
        let database = match self.stack.engine {
            Engine::Sqlite => Database::Server(Cluster::shared().name_database()),
            Engine::Postgres => Database::File(self.env.path("elsewhere.sqlite3")),
        };
        python::make(self.stack.set, project, &database, &["--accounts", "none"]);
        database
    }

    /// Runs statements without the program.
    pub fn execute(&self, sql: &str) {
        self.database.execute(sql);
    }

    /// Returns all rows of a query, with columns joined by `|`.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        match &self.database {
            Database::File(_) => self.env.rows(sql),
            Database::Server(database) => database.psql(sql),
        }
    }

    /// Returns the only row of a query.
    pub fn value(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.into_iter().next().unwrap()
    }
}

impl Deref for Site<'_> {
    type Target = TestEnv;

    fn deref(&self) -> &TestEnv {
        &self.env
    }
}

/// A project's database. It may not exist yet.
pub enum Database {
    File(PathBuf),
    Server(postgres::Database),
}

impl Database {
    /// Returns the path, or the URL with its password.
    pub fn address(&self) -> String {
        match self {
            Self::File(path) => path.to_str().unwrap().to_owned(),
            Self::Server(database) => database.url(),
        }
    }

    /// Lets a project's Django judge the database. Fails with its findings.
    pub fn judge(&self, set: &str, project: &str, options: &[&str], expected: &Json) {
        python::judge(set, project, self, options, expected);
    }

    /// Runs a management command of a project's Django.
    pub fn manage(&self, set: &str, project: &str, arguments: &[&str]) {
        python::manage(set, project, self, arguments);
    }

    fn execute(&self, sql: &str) {
        match self {
            Self::File(path) => {
                let done = Connection::open(path).unwrap().execute_batch(sql);
                done.unwrap_or_else(|error| panic!("{sql}: {error}"));
            }
            Self::Server(database) => drop(database.psql(sql)),
        }
    }

    /// Returns the names of the tables.
    pub fn tables(&self) -> Vec<String> {
        match self {
            Self::File(path) => column(
                path,
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
            ),
            Self::Server(database) => database
                .psql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"),
        }
    }

    fn columns(&self, table: &str) -> Vec<String> {
        match self {
            Self::File(path) => column(path, &format!("SELECT name FROM pragma_table_xinfo('{table}')")),
            Self::Server(database) => database.psql(&format!(
                "SELECT column_name FROM information_schema.columns WHERE table_name = '{table}' \
                 ORDER BY ordinal_position"
            )),
        }
    }

    /// Returns a table's rows exactly as stored, without the primary key of a many-to-many table.
    pub fn stored_rows(&self, table: &str) -> Vec<String> {
        let columns = self.columns(table);
        let is_link = columns.len() == 3 && columns[1..].iter().all(|name| name.ends_with("_id"));
        let shown = &columns[usize::from(is_link)..];
        match self {
            Self::File(path) => {
                let cells = shown.iter().map(|name| format!("typeof(\"{name}\") || quote(\"{name}\")"));
                let row = cells.collect::<Vec<_>>().join(" || '|' || ");
                column(path, &format!("SELECT {row} FROM \"{table}\" ORDER BY 1"))
            }
            // A row as JSON has no line breaks.
            Self::Server(database) => database.psql(&format!(
                "SELECT row_to_json(shown)::text FROM (SELECT \"{}\" FROM \"{table}\") AS shown ORDER BY 1",
                shown.join("\", \"")
            )),
        }
    }
}

fn column(path: &Path, sql: &str) -> Vec<String> {
    let database = Connection::open(path).unwrap();
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
