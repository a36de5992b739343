//! Tests of the store on databases created by Django: `tests/fixtures/schemas` holds schemas as `migrate` leaves them.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test at its line")]

mod groups;
mod layouts;
mod rows;

use std::path::PathBuf;
use std::time::Duration;

use authctl::error::failure::Result;
use authctl::store::layout::Hints;
use authctl::store::target::Target;
use authctl::store::{Opening, Store};
use jiff::tz::TimeZone;
use rusqlite::Connection;
use tempfile::TempDir;

/// A database with a schema dumped after a Django project's `migrate`.
struct Project {
    folder: TempDir,
}

impl Project {
    fn of(schema: &str) -> Self {
        let dump =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/schemas/{schema}.sql"));
        let project = Self { folder: TempDir::new().unwrap() };
        let connection = project.connection();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection.execute_batch(&std::fs::read_to_string(dump).unwrap()).unwrap();
        project
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("db.sqlite3")
    }

    fn connection(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    fn open(&self) -> Store {
        self.open_with(Hints::default()).unwrap()
    }

    fn open_with(&self, hints: Hints) -> Result<Store> {
        let opening =
            Opening { busy_timeout: Duration::from_secs(1), time_zone: TimeZone::UTC, force: false };
        Store::open(&Target::File(self.path()), &opening, hints)
    }
}
