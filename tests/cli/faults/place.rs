//! A working folder that is restored before each case.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rusqlite::Connection;
use tempfile::TempDir;

use super::commands::{Case, Database};
use crate::env::PASSWORD;

pub const DATABASE: &str = "db/db.sqlite3";
pub const AUDIT_LOG: &str = "log/audit.jsonl";

/// Folders that may each be on a separate disk.
pub const FOLDERS: [&str; 5] = ["db", "log", "out", "state", "tmp"];

/// SQLite's journal modes that a Django project may use.
pub const JOURNAL_MODES: [&str; 2] = ["delete", "wal"];

const CONFIG: &str = "[register]\nprofile = \"gamer\"\n[profiles.gamer]\ntable = \"app_gamer\"\n\
                      fields = { bio = \"varchar(50)\" }\n[tokens]\nscheme = \"drf\"\n[login]\nthrottle = \"5/min\"\n\
                      [passwords]\nhasher = \"pbkdf2_sha256 1\"\n";

/// Creates ann, changes meg, and deletes joe.
const WANTED: &str = "scope.usernames = \"*\"\n[[users]]\nusername = \"ann\"\nprofiles.gamer.bio = \"x\"\ntoken = \"drf\"\n\
                      password = { random = true }\n[[users]]\nusername = \"meg\"\nprofiles.gamer.bio = \"y\"\n\
                      is_staff = true\ngroups = [\"editors\"]\ntoken = false\n";

const INPUTS: [(&str, &str); 4] = [
    ("authctl.toml", CONFIG),
    ("wanted.toml", WANTED),
    ("users.csv", "username,bio\nann,y\nmeg,y\nbob,x\n"),
    ("old.csv", "username,bio\neve,x\n"),
];

/// Content and mode of each file.
type Files = BTreeMap<PathBuf, (Vec<u8>, u32)>;

pub struct Place {
    root: TempDir,
    original: Files,
}

impl Place {
    /// Prepares the place for a case.
    pub fn of(case: &Case, journal_mode: &str) -> Self {
        let mut place = Self {
            root: TempDir::new().expect("failed to create a temporary folder"),
            original: Files::new(),
        };
        for folder in FOLDERS {
            fs::create_dir(place.path(folder)).expect("failed to create a folder");
        }
        for (name, text) in INPUTS {
            fs::write(place.path(name), text).expect("failed to write an input file");
            fs::set_permissions(place.path(name), Permissions::from_mode(0o600))
                .expect("failed to set the mode");
        }
        if case.database != Database::Created {
            place.create_database(journal_mode);
        }
        for (arguments, input) in case.before {
            place.succeeds(arguments, input);
        }
        place.original = place.files();
        place
    }

    fn create_database(&self, journal_mode: &str) {
        self.succeeds(&["init", "--scheme", "drf,knox"], "");
        let database = self.database();
        database
            .execute_batch("INSERT INTO auth_group (name) VALUES ('editors')")
            .expect("failed to insert a group");
        drop(database);
        self.succeeds(&["register", "meg", "--set", "bio=x", "--password-stdin"], PASSWORD);
        self.succeeds(&["register", "joe", "--set", "bio=x", "--password-stdin", "--no-token"], PASSWORD);
        self.database()
            .pragma_update(None, "journal_mode", journal_mode)
            .expect("failed to set the journal mode");
    }

    pub fn root(&self) -> &Path {
        self.root.path()
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(name)
    }

    pub fn database(&self) -> Connection {
        Connection::open(self.path(DATABASE)).expect("failed to open the database")
    }

    /// A command for the program, or for another one that runs it, in this place with this input.
    pub fn command(&self, program: &str, input: &str) -> Command {
        let path = self.path("input");
        fs::write(&path, input).expect("failed to write the input");
        let input = File::open(&path).expect("failed to open the input");
        fs::remove_file(path).expect("failed to unlink the input");
        let mut command = Command::new(program);
        command
            .current_dir(self.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("AUTHCTL_DB", DATABASE)
            .env("XDG_STATE_HOME", self.path("state"))
            .env("TMPDIR", self.path("tmp"))
            .env("TZ", "UTC")
            .stdin(Stdio::from(input));
        command
    }

    fn succeeds(&self, arguments: &[&str], input: &str) {
        let Output { status, stderr, .. } = self
            .command(env!("CARGO_BIN_EXE_authctl"), input)
            .args(arguments)
            .output()
            .expect("failed to start authctl");
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
    }

    /// Runs a case's command again, whatever the result.
    pub fn run_again(&self, case: &Case) {
        let mut command = self.command(env!("CARGO_BIN_EXE_authctl"), case.input);
        command.args(case.arguments).output().expect("failed to start authctl");
    }

    /// Runs commands that write to each folder, whatever the result.
    pub fn write_everywhere(&self) {
        for (arguments, input) in [
            (&["backup", "out/another.sqlite3"][..], ""),
            (&["create-token", "joe", "--output-file", "out/another", "--quiet"], ""),
            (&["login", "joe", "--password-stdin"], PASSWORD),
            (&["init", "--db", "db/another.sqlite3"], ""),
        ] {
            let mut command = self.command(env!("CARGO_BIN_EXE_authctl"), input);
            command.args(arguments).output().expect("failed to start authctl");
        }
    }

    /// Returns the relative paths of all files.
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        let mut folders = vec![self.root().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("failed to read a folder") {
                let path = entry.expect("failed to read a directory entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    paths.push(path.strip_prefix(self.root()).expect("path outside the place").to_owned());
                }
            }
        }
        paths
    }

    fn files(&self) -> Files {
        let read = |path: PathBuf| {
            let mode = self.mode(&path);
            let content = fs::read(self.path(&path)).expect("failed to read a file");
            (path, (content, mode))
        };
        self.paths().into_iter().map(read).collect()
    }

    pub fn mode(&self, path: &Path) -> u32 {
        fs::symlink_metadata(self.path(path)).expect("failed to read the mode").permissions().mode() & 0o7777
    }

    /// Restores the state before the first run.
    pub fn restore(&self) {
        for folder in FOLDERS {
            fs::remove_dir_all(self.path(folder)).expect("failed to remove a folder");
            fs::create_dir(self.path(folder)).expect("failed to create a folder");
        }
        for (path, (content, mode)) in &self.original {
            let path = self.path(path);
            fs::create_dir_all(path.parent().expect("path without a folder"))
                .expect("failed to create a folder");
            fs::write(&path, content).expect("failed to restore a file");
            fs::set_permissions(path, Permissions::from_mode(*mode)).expect("failed to restore a mode");
        }
    }
}
