//! `backup`: a consistent snapshot of the database, even while others write to it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};

use crate::env::TestEnv;
use crate::seed;

fn with_meg() -> TestEnv {
    let env = TestEnv::with_database("");
    let database = env.database();
    let meg = seed::user(&database, "meg");
    seed::drf_token(&database, meg, &seed::key("aa"));
    env
}

/// A database of this many megabytes, with two tables that a writer changes together.
fn large(megabytes: u32) -> TestEnv {
    let env = with_meg();
    env.execute(&format!(
        "CREATE TABLE ballast (text TEXT); CREATE TABLE first (number INTEGER); CREATE TABLE second (number INTEGER);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {megabytes} * 256)
           INSERT INTO ballast SELECT hex(randomblob(1900)) FROM n;"
    ));
    env
}

fn one<T: rusqlite::types::FromSql>(database: &Connection, sql: &str) -> T {
    database.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// The names of all files in the working folder.
fn names(env: &TestEnv) -> Vec<String> {
    let entries = fs::read_dir(env.path(".")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[track_caller]
fn assert_whole(path: &Path) -> Connection {
    let copy = Connection::open(path).unwrap();
    assert_eq!(one::<String>(&copy, "PRAGMA integrity_check"), "ok");
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    copy
}

#[test]
fn the_copy_is_complete_and_private() {
    let env = with_meg();
    let before = env.database_bytes();
    let run = env.run(["backup", "copy.sqlite3"]).succeeds();
    let path = env.path("copy.sqlite3");
    assert_eq!(run.stdout.trim_end(), path.canonicalize().unwrap().to_str().unwrap());
    assert!(run.stderr.starts_with("Copied ") && run.stderr.contains("db.sqlite3"), "{}", run.stderr);
    let copy = assert_whole(&path);
    assert_eq!(one::<String>(&copy, "SELECT key FROM authtoken_token"), seed::key("aa"));
    assert_eq!(names(&env), ["authctl.toml", "copy.sqlite3", "db.sqlite3"]);
    assert!(before == env.database_bytes());
    let listed = env.run(["list-users", "--db", "copy.sqlite3", "--format", "plain"]).succeeds();
    assert_eq!(listed.stdout, env.run(["list-users", "--format", "plain"]).succeeds().stdout);
}

#[test]
fn json_answers_have_path_and_length() {
    let env = with_meg();
    let answer = env.run(["backup", "copy.sqlite3", "--format", "json"]).succeeds().json();
    let path = env.path("copy.sqlite3");
    assert_eq!(answer["file"], path.canonicalize().unwrap().to_str().unwrap());
    assert_eq!(answer["bytes"], fs::metadata(&path).unwrap().len());
    assert_eq!(answer.as_object().unwrap().len(), 2);
}

#[test]
fn an_existing_file_is_replaced_only_with_overwrite() {
    let env = with_meg();
    let path = env.write("copy.sqlite3", "something else");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = env.run(["backup", "copy.sqlite3", "--format", "json"]).ends_with(5).error();
    assert_eq!(error["code"], "file_exists");
    assert_eq!(fs::read_to_string(&path).unwrap(), "something else");
    let (old, inode) = (fs::File::open(&path).unwrap(), fs::metadata(&path).unwrap().ino());
    env.run(["backup", "copy.sqlite3", "--overwrite"]).succeeds();
    assert_ne!(fs::metadata(&path).unwrap().ino(), inode, "the file is replaced, not rewritten");
    assert_eq!(old.metadata().unwrap().len(), 14, "a reader keeps the old content");
    assert_whole(&path);
    assert_eq!(names(&env), ["authctl.toml", "copy.sqlite3", "db.sqlite3"]);
}

#[test]
fn other_file_types_and_files_with_a_journal_are_not_replaced() {
    let env = with_meg();
    fs::create_dir(env.path("folder")).unwrap();
    symlink("elsewhere", env.path("link")).unwrap();
    env.write("old.sqlite3-journal", "of another file");
    env.write("older.sqlite3", "");
    env.write("older.sqlite3-wal", "of another file");
    let before = names(&env);
    for (name, code) in [("folder", 1), ("link", 1), ("old.sqlite3", 5), ("older.sqlite3", 5)] {
        env.run(["backup", name, "--overwrite"]).ends_with(code);
        env.run(["backup", name]).ends_with(if name == "older.sqlite3" { 5 } else { code });
    }
    assert_eq!(names(&env), before);
    assert_eq!(fs::read_link(env.path("link")).unwrap(), Path::new("elsewhere"));
}

#[test]
fn the_database_is_refused_as_the_destination() {
    let env = with_meg();
    symlink(env.path("db.sqlite3"), env.path("soft")).unwrap();
    fs::hard_link(env.path("db.sqlite3"), env.path("hard")).unwrap();
    fs::create_dir(env.path("folder")).unwrap();
    let before = env.database_bytes();
    for name in [
        "db.sqlite3",
        "./folder/../db.sqlite3",
        "soft",
        "hard",
        "db.sqlite3-wal",
        "db.sqlite3-shm",
        "folder/../db.sqlite3-journal",
    ] {
        for more in [&[][..], &["--overwrite"]] {
            let run = env.run(["backup", name].iter().chain(more)).ends_with(2);
            assert!(run.stdout.is_empty() && run.stderr.contains("another file"), "{name}: {}", run.stderr);
        }
    }
    let run = env.run(["backup", "db.sqlite3-wal", "--db", "soft"]).ends_with(2);
    assert!(run.stdout.is_empty());
    assert!(before == env.database_bytes());
    assert_eq!(names(&env), ["authctl.toml", "db.sqlite3", "folder", "hard", "soft"]);
}

#[test]
fn failures_leave_nothing() {
    let env = with_meg();
    let run = env.run(["backup", "nowhere/copy.sqlite3"]).ends_with(1);
    assert!(run.stderr.contains("nowhere"), "{}", run.stderr);
    // Not even root can create a file in /proc.
    let run = env.run(["backup", "/proc/copy.sqlite3"]).ends_with(1);
    assert!(
        run.stderr.contains("no file can be created in /proc: ") && !run.stderr.contains(".authctl-"),
        "{}",
        run.stderr
    );
    env.run(["backup", "copy.sqlite3", "--db", "missing.sqlite3"]).ends_with(9);
    env.run(["backup"]).ends_with(2);
    let holder = env.database();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    env.run(["backup", "copy.sqlite3", "--busy-timeout", "0.1"]).ends_with(8);
    assert!(
        names(&env).iter().all(|name| !name.contains("copy") && !name.starts_with('.')),
        "{:?}",
        names(&env)
    );
}

#[test]
fn the_write_ahead_log_is_included() {
    let env = with_meg();
    let writer = env.database();
    writer.execute_batch("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0").unwrap();
    seed::user(&writer, "ann");
    env.run(["backup", "copy.sqlite3"]).succeeds();
    let beside: Vec<String> = names(&env).into_iter().filter(|name| name.starts_with("copy")).collect();
    assert_eq!(beside, ["copy.sqlite3"]);
    let copy = assert_whole(&env.path("copy.sqlite3"));
    assert_eq!(one::<i64>(&copy, "SELECT count(*) FROM auth_user"), 2);
}

#[test]
fn the_copy_is_consistent_while_a_writer_continues() {
    for mode in ["delete", "wal"] {
        let env = large(24);
        env.execute(&format!("PRAGMA journal_mode = {mode}"));
        let is_over = AtomicBool::new(false);
        let written = thread::scope(|scope| {
            let writing = scope.spawn(|| {
                let writer = env.database();
                writer.busy_timeout(Duration::from_secs(20)).unwrap();
                let mut number = 0;
                while !is_over.load(Ordering::SeqCst) {
                    number += 1;
                    let both = format!(
                        "BEGIN; INSERT INTO first VALUES ({number}); INSERT INTO second VALUES ({number}); COMMIT"
                    );
                    writer.execute_batch(&both).unwrap();
                    // Without a pause, SQLite would never let a reader in.
                    thread::sleep(Duration::from_millis(15));
                }
                number
            });
            let outcomes: Vec<_> =
                (0..4).map(|round| env.run(["backup", &format!("copy{round}.sqlite3")])).collect();
            is_over.store(true, Ordering::SeqCst);
            for (round, outcome) in outcomes.into_iter().enumerate() {
                outcome.succeeds();
                let copy = assert_whole(&env.path(&format!("copy{round}.sqlite3")));
                let (first, second): (i64, i64) =
                    (one(&copy, "SELECT count(*) FROM first"), one(&copy, "SELECT count(*) FROM second"));
                assert_eq!(first, second, "{mode}");
            }
            writing.join().unwrap()
        });
        assert_eq!(env.value("SELECT count(*) FROM second"), written.to_string(), "{mode}");
        assert!(written > 4, "{mode}: the writer was starved");
    }
}

#[test]
fn an_interrupt_leaves_the_whole_file_or_none() {
    let env = large(48);
    let run = |wait: Option<Duration>| {
        let _ = fs::remove_file(env.path("copy.sqlite3"));
        let mut command = env.command();
        command.args(["backup", "copy.sqlite3"]).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let mut child = command.spawn().unwrap();
        if let Some(wait) = wait {
            thread::sleep(wait);
            kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        }
        let status = child.wait().unwrap();
        (status.code(), start.elapsed())
    };
    let (code, whole) = run(None);
    assert_eq!(code, Some(0));
    let runs = 16;
    let mut stopped = 0;
    for number in 0..runs {
        let (code, _) = run(Some(whole * number / runs));
        match code {
            Some(0) => {
                assert_whole(&env.path("copy.sqlite3"));
                fs::remove_file(env.path("copy.sqlite3")).unwrap();
            }
            // No exit code: the signal arrived before the handler was installed.
            Some(130) | None => stopped += 1,
            other => panic!("ended with {other:?}"),
        }
        assert_eq!(names(&env), ["authctl.toml", "db.sqlite3"], "after run {number}");
    }
    assert!(stopped > 0);
}

#[test]
fn a_damaged_database_is_not_copied() {
    for mode in ["delete", "wal"] {
        let env = TestEnv::with_database("");
        let database = env.database();
        seed::crowd(&env, 2_000, "Crowd");
        database.execute_batch(&format!("PRAGMA journal_mode = {mode}")).unwrap();
        drop(database);
        env.run(["backup", "good #1 100%.sqlite3"]).succeeds();
        env.write("copy.sqlite3", "an earlier copy");
        let mut bytes = env.database_bytes();
        // Overwrites a page of users, after the pages of the schema.
        let half = bytes.len() / 2 / 4096 * 4096;
        bytes[half..half + 4096].fill(0xa5);
        fs::write(env.path("db.sqlite3"), bytes).unwrap();
        for words in [&["new.sqlite3"][..], &["copy.sqlite3", "--overwrite"]] {
            let run = env.run(["backup"].iter().chain(words)).ends_with(9);
            assert!(
                run.stdout.is_empty() && run.stderr.contains("damaged") && run.stderr.contains("`cp`"),
                "{}",
                run.stderr
            );
        }
        assert_eq!(fs::read_to_string(env.path("copy.sqlite3")).unwrap(), "an earlier copy");
        assert_eq!(names(&env), ["authctl.toml", "copy.sqlite3", "db.sqlite3", "good #1 100%.sqlite3"]);
    }
}

#[test]
fn a_damaged_index_prevents_a_copy_unless_the_check_is_skipped() {
    let env = with_meg();
    env.execute("CREATE INDEX by_email ON auth_user (email)");
    let root = env.value("SELECT rootpage FROM sqlite_master WHERE name = 'by_email'");
    env.execute("PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'by_email'");
    env.execute("UPDATE auth_user SET email = 'meg@ducharme.com'");
    env.execute(&format!(
        "PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES ('index', 'by_email', 'auth_user', {root},
           'CREATE INDEX by_email ON auth_user (email)')"
    ));
    assert_eq!(env.value("PRAGMA quick_check"), "ok", "only the index is damaged");
    env.write("copy.sqlite3", "an earlier copy");
    for words in [&["new.sqlite3"][..], &["copy.sqlite3", "--overwrite"]] {
        let run = env.run(["backup"].iter().chain(words)).ends_with(9);
        assert!(run.stdout.is_empty() && run.stderr.contains("damaged"), "{}", run.stderr);
    }
    assert_eq!(fs::read_to_string(env.path("copy.sqlite3")).unwrap(), "an earlier copy");
    assert_eq!(names(&env), ["authctl.toml", "copy.sqlite3", "db.sqlite3"]);
    env.run(["backup", "new.sqlite3", "--skip-check"]).succeeds();
    assert!(env.path("new.sqlite3").exists());
}

#[test]
fn a_copy_that_cannot_be_checked_is_refused() {
    let env = with_meg();
    env.execute("CREATE INDEX by_email ON auth_user (lower(email))");
    env.execute(
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'lower', 'md5') WHERE name = 'by_email'",
    );
    let run = env.run(["backup", "copy.sqlite3"]).ends_with(1);
    assert!(run.stderr.contains("md5") && run.stderr.contains("--skip-check"), "{}", run.stderr);
    env.run(["backup", "copy.sqlite3", "--skip-check"]).succeeds();
}

#[test]
fn rows_that_violate_constraints_are_copied() {
    let env = with_meg();
    env.execute(
        "CREATE TABLE ruled (number INTEGER CHECK (number > 0), name TEXT); PRAGMA ignore_check_constraints = ON;
         INSERT INTO ruled VALUES (-1, NULL);
         PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'name TEXT', 'name TEXT NOT NULL') \
         WHERE name = 'ruled'",
    );
    env.run(["backup", "copy.sqlite3"]).succeeds();
}
