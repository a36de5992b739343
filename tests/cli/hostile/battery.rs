//! Every command, with the conditions that must hold after it on any database.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use super::Base;
use crate::env::{PASSWORD, TestEnv};

/// Maximum time of a command on a loaded machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// The exit codes that the content of a database may cause; see `src/error/exit.rs`.
const CODES: [i32; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14];

/// A command line, its standard input, and what must be true if it ends with 0.
pub struct Command {
    pub words: &'static [&'static str],
    input: &'static str,
    writes: bool,
    claim: Claim,
}

/// Checks whether the command's answer is true. An SQLite error leaves it undecided.
type Claim = fn(&Connection, &Ended, &TestEnv) -> rusqlite::Result<bool>;

/// The result of a command.
pub struct Ended {
    pub code: i32,
    stdout: String,
    stderr: String,
}

pub const COMMANDS: &[Command] = &[
    reading(&["check"], |database, _, _| is_whole(database)),
    reading(&["list-users", "--format", "json"], |database, ended, _| {
        let listed: Vec<serde_json::Value> = serde_json::from_str(&ended.stdout).unwrap_or_default();
        let sql = "SELECT count(*) FROM auth_user NOT INDEXED";
        Ok(!is_table(database, "auth_user")?
            || number(database, sql)? == i64::try_from(listed.len()).unwrap())
    }),
    reading(&["list-users", "--search", "e"], |_, _, _| Ok(true)),
    reading(&["show-user", "meg", "--format", "json"], |_, ended, _| {
        let shown: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap_or_default();
        Ok(shown["username"] == "meg" || shown["user"]["username"] == "meg")
    }),
    reading(&["list-tokens", "--format", "json"], |_, _, _| Ok(true)),
    reading(&["whoami", "--token-stdin", "--format", "json"], |_, ended, _| {
        Ok(ended.stdout.contains("\"id\": 1,"))
    }),
    reading(&["export", "out.jsonl", "--with-password-hashes", "--with-token-keys"], |database, _, env| {
        let lines = fs::read_to_string(env.path("out.jsonl")).unwrap_or_default().lines().count();
        let sql = "SELECT count(*) FROM auth_user NOT INDEXED";
        Ok(!is_table(database, "auth_user")? || number(database, sql)? == i64::try_from(lines).unwrap())
    }),
    reading(&["backup", "copy.sqlite3"], |_, _, env| is_whole(&Connection::open(env.path("copy.sqlite3"))?)),
    reading(&["check-password", "meg", "--password-stdin"], |_, _, _| Ok(true)),
    reading(&["delete-user", "meg", "--dry-run"], |_, _, _| Ok(true)),
    writing(&["login", "meg", "--password-stdin", "--no-store"], PASSWORD, |database, ended, _| {
        token_is_of(database, "meg", &ended.stdout)
    }),
    writing(&["create-token", "meg"], "", |database, ended, _| token_is_of(database, "meg", &ended.stdout)),
    writing(&["create-token", "meg", "--rotate"], "", |database, ended, _| {
        token_is_of(database, "meg", &ended.stdout)
    }),
    writing(&["register", "zoe", "--no-password", "--group", "editors"], "", |database, ended, _| {
        let sql = "SELECT count(*) FROM auth_user_groups AS g JOIN auth_user AS u ON u.id = g.user_id \
                   WHERE u.username = 'zoe'";
        Ok(token_is_of(database, "zoe", &ended.stdout)? && number(database, sql)? == 1)
    }),
    writing(
        &["register", "zoe", "--no-password", "--no-token", "--profile", "gamer"],
        "",
        |database, _, _| {
            let sql = "SELECT count(*) FROM app_gamer AS p JOIN auth_user AS u ON u.id = p.user_id \
                   WHERE u.username = 'zoe'";
            Ok(number(database, sql)? == 1)
        },
    ),
    writing(&["edit-user", "meg", "--email", "meg@new.example"], "", |database, _, _| {
        is_one(database, "SELECT email = 'meg@new.example' FROM auth_user WHERE username = 'meg'")
    }),
    writing(&["edit-user", "ann", "--inactive"], "", |database, _, _| {
        is_one(database, "SELECT is_active = 0 FROM auth_user WHERE username = 'ann'")
    }),
    writing(&["set-password", "meg", "--password-stdin"], "another-long-one", |database, _, _| {
        let sql = "SELECT password NOT LIKE '%YHVtR8W0A6AxDrxvEgGXR2SIv6SdNZBbs7B7bH1JZh0=' FROM auth_user \
                   WHERE username = 'meg'";
        is_one(database, sql)
    }),
    writing(&["revoke-token", "--user", "meg", "--yes"], "", |database, _, _| {
        let sql = "SELECT count(*) FROM authtoken_token AS t JOIN auth_user AS u ON u.id = t.user_id \
                   WHERE u.username = 'meg'";
        // authctl ignores tokens in views.
        Ok(!is_table(database, "authtoken_token")? || number(database, sql)? == 0)
    }),
    writing(&["migrate-tokens", "--to", "knox", "--yes"], "", |database, _, _| {
        Ok(number(database, "SELECT count(*) FROM authtoken_token")? == 0)
    }),
    writing(&["delete-user", "meg", "--yes"], "", |database, _, _| {
        Ok(number(database, "SELECT count(*) FROM auth_user WHERE username = 'meg'")? == 0)
    }),
    writing(&["import", "users.csv"], "", |database, _, _| {
        Ok(number(database, "SELECT count(*) FROM auth_user WHERE username IN ('zoe1', 'zoe2')")? == 2)
    }),
    writing(&["apply", "accounts.toml", "--yes"], "", |database, _, _| {
        let sql = "SELECT count(*) FROM auth_user WHERE username = 'ann' AND email = 'ann@new.example' \
                   OR username = 'zoe3' AND email = 'zoe3@example.com'";
        Ok(number(database, sql)? == 2)
    }),
];

const fn reading(words: &'static [&'static str], claim: Claim) -> Command {
    Command { words, input: PASSWORD, writes: false, claim }
}

const fn writing(words: &'static [&'static str], input: &'static str, claim: Claim) -> Command {
    Command { words, input, writes: true, claim }
}

/// Runs every command on copies of a database with these files beside it. Returns the faults, each with its command,
/// and how many commands ended with 0.
pub fn faults(base: &Base, database: &[u8], beside: &[(&str, &[u8])]) -> (Vec<String>, u32) {
    let environment = || {
        let env = Base::environment(database);
        for (suffix, bytes) in beside {
            fs::write(env.path(&format!("db.sqlite3{suffix}")), bytes).unwrap();
        }
        env
    };
    // Reads a separate copy, because opening a database may roll back a journal beside it.
    let before = state(&environment());
    let mut faults = Vec::new();
    let mut done = 0;
    for command in COMMANDS {
        let (found, ended) = command.faults(base, &environment(), &before);
        done += u32::from(ended.is_some_and(|ended| ended.code == 0));
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", command.words.join(" "))));
    }
    (faults, done)
}

impl Command {
    /// Runs the command once and returns the faults.
    fn faults(&self, base: &Base, env: &TestEnv, before: &State) -> (Vec<String>, Option<Ended>) {
        let input = if self.words.contains(&"--token-stdin") { &*base.key } else { self.input };
        let Some(ended) = run(env, self.words, input) else {
            return (vec![format!("still runs after {DEADLINE:?}")], None);
        };
        let mut faults = Vec::new();
        if !CODES.contains(&ended.code) || ended.stderr.contains("panicked") {
            faults.push(format!("ended with {}: {}", ended.code, ended.stderr));
        }
        let is_raw = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        if ended.stderr.contains(is_raw) {
            faults.push(format!("raw control characters: {:?}", ended.stderr));
        }
        let after = state(env);
        let may_write = self.writes && matches!(ended.code, 0 | 14);
        if !may_write && before.rows != after.rows {
            faults.push(format!(
                "ended with {} and changed {}: {}",
                ended.code,
                before.difference(&after),
                ended.stderr
            ));
        }
        if before.is_whole && !after.is_whole {
            faults.push("damaged the database".into());
        }
        // If an index and its table already disagree, the result depends on how a row is read.
        if ended.code == 0 && (before.is_whole || !self.writes) {
            let claim = open(env).and_then(|database| (self.claim)(&database, &ended, env));
            if claim == Ok(false) {
                faults.push(format!("says what is not so: {}{}", ended.stdout, ended.stderr));
            }
        }
        (faults, Some(ended))
    }
}

/// Runs a command; returns `None` if it takes too long.
pub fn run(env: &TestEnv, words: &[&str], input: &str) -> Option<Ended> {
    let [out, err] = ["out.txt", "err.txt"].map(|name| File::create(env.path(name)).unwrap());
    let mut command = env.command();
    command.args(words).stdin(Stdio::piped()).stdout(out).stderr(err);
    let mut child = command.spawn().expect("failed to start authctl");
    let mut pipe = child.stdin.take().expect("no standard input");
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = child.try_wait().expect("failed to wait for authctl") {
            break status;
        }
        if start.elapsed() > DEADLINE {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    let text = |name| String::from_utf8_lossy(&fs::read(env.path(name)).unwrap()).into_owned();
    let code = status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(-1);
    Some(Ended { code, stdout: text("out.txt"), stderr: text("err.txt") })
}

/// The content of a database, as far as SQLite can read it.
struct State {
    rows: BTreeMap<String, Vec<String>>,
    is_whole: bool,
}

impl State {
    fn difference(&self, other: &Self) -> String {
        let names = self.rows.keys().chain(other.rows.keys());
        let mut differing: Vec<&String> =
            names.filter(|name| self.rows.get(*name) != other.rows.get(*name)).collect();
        differing.dedup();
        let rows = |state: &Self, name: &String| state.rows.get(name).cloned().unwrap_or_default();
        let table = |name: &&String| format!("{name}: {:?} became {:?}", rows(self, name), rows(other, name));
        differing.iter().map(table).collect::<Vec<_>>().join("; ")
    }
}

fn state(env: &TestEnv) -> State {
    let read = open(env).map(|database| {
        let is_whole = is_whole(&database).unwrap_or_default();
        let tables = texts(&database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1");
        let rows = |name: &String| (name.clone(), rows(&database, name));
        let rows = tables.iter().flatten().map(rows).collect();
        State { rows, is_whole }
    });
    read.unwrap_or_else(|error| State {
        rows: BTreeMap::from([(error.to_string(), Vec::new())]),
        is_whole: false,
    })
}

/// Returns all rows of a table without generated columns, or the error.
fn rows(database: &Connection, table: &str) -> Vec<String> {
    let quoted = format!("\"{}\"", table.replace('"', "\"\""));
    let read = || -> rusqlite::Result<Vec<String>> {
        let sql =
            format!("SELECT name FROM pragma_table_xinfo('{}') WHERE hidden = 0", table.replace('\'', "''"));
        let names = texts(database, &sql)?;
        let names: Vec<String> =
            names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
        let mut statement = database.prepare(&format!("SELECT {} FROM {quoted}", names.join(", ")))?;
        let width = statement.column_count();
        let rows = statement.query_map([], |row| {
            let cells: rusqlite::Result<Vec<Value>> = (0..width).map(|at| row.get(at)).collect();
            Ok(format!("{cells:?}"))
        })?;
        rows.collect()
    };
    read().unwrap_or_else(|error| vec![error.to_string()])
}

fn open(env: &TestEnv) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(env.path("db.sqlite3"), flags)?;
    // A low limit, so that the test itself does not compute huge hostile values.
    database.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_LENGTH, 10_000_000)?;
    Ok(database)
}

fn is_whole(database: &Connection) -> rusqlite::Result<bool> {
    database.execute_batch("PRAGMA ignore_check_constraints = ON")?;
    Ok(texts(database, "PRAGMA integrity_check")? == ["ok"])
}

fn is_table(database: &Connection, name: &str) -> rusqlite::Result<bool> {
    let sql =
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1 AND sql NOT LIKE '%VIRTUAL%'";
    Ok(database.query_row(sql, [name], |row| row.get::<_, i64>(0))? == 1)
}

fn token_is_of(database: &Connection, user: &str, shown: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM authtoken_token AS t JOIN auth_user AS u ON u.id = t.user_id \
               WHERE u.username = ?1 AND t.key = ?2";
    Ok(database.query_row(sql, [user, shown.trim_end()], |row| row.get::<_, i64>(0))? == 1)
}

fn number(database: &Connection, sql: &str) -> rusqlite::Result<i64> {
    database.query_row(sql, [], |row| row.get(0))
}

fn is_one(database: &Connection, sql: &str) -> rusqlite::Result<bool> {
    Ok(number(database, sql)? == 1)
}

fn texts(database: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    database.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}
