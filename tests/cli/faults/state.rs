//! The content of a place, normalized so that two runs of a command can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::Value;

use super::place::{DATABASE, Place};

/// Content of each file, or rows of a database. [`NEW`] replaces random values and times that did not exist before the
/// run.
pub type State = BTreeMap<PathBuf, String>;

/// Replaces a value that differs from run to run.
pub const NEW: &str = "<new>";

/// Words of at least this length are random values or times. All names in the tests are shorter.
const RANDOM: usize = 16;

/// The long words in a place before the run.
pub struct Known(BTreeSet<String>);

impl Known {
    pub fn of(place: &Place) -> Self {
        let state = read(place, str::to_owned).expect("the place is damaged");
        Self(state.values().flat_map(|text| words(text)).map(str::to_owned).collect())
    }

    /// Replaces long words that are not known.
    pub fn normalize(&self, text: &str) -> String {
        let mut normalized = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_of_word) {
            let length = rest[start..].find(|c| !is_of_word(c)).unwrap_or(rest.len() - start);
            let word = &rest[start..start + length];
            normalized.push_str(&rest[..start]);
            normalized.push_str(if word.len() < RANDOM || self.0.contains(word) { word } else { NEW });
            rest = &rest[start + length..];
        }
        normalized + rest
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || "$+-./:!_#%&*@^~".contains(c)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_of_word(c)).filter(|word| word.len() >= RANDOM)
}

/// Returns the keys that the run created: 40 hexadecimal digits for drf, 64 for knox.
pub fn new_keys<'a>(text: &'a str, known: &Known) -> Vec<&'a str> {
    let is_key = |word: &&str| word.len() >= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(is_key).filter(|word| !known.0.contains(*word)).collect()
}

/// Returns whether the database contains this key.
pub fn is_stored(place: &Place, key: &str) -> bool {
    let database = place.database();
    let count = |sql: &str| database.query_row(sql, [key], |row| row.get::<_, i64>(0));
    // The database that `register --init` creates has no knox table.
    let knox =
        count("SELECT count(*) FROM knox_authtoken WHERE ?1 LIKE token_key || '%'").unwrap_or_default();
    knox + count("SELECT count(*) FROM authtoken_token WHERE key = ?1").expect("failed to query the tokens")
        > 0
}

/// Returns the current content of the place.
///
/// # Errors
/// If a database is damaged.
pub fn state(place: &Place, known: &Known) -> Result<State, String> {
    read(place, |text| known.normalize(text))
}

fn read(place: &Place, normalize: impl Fn(&str) -> String) -> Result<State, String> {
    let mut state = State::new();
    // Opens the database first, so that SQLite rolls back what a killed program left and removes its journal.
    let database = place.path(DATABASE);
    if database.exists() {
        dump(&database).map_err(|error| format!("{DATABASE}: {error}"))?;
    }
    for path in place.paths() {
        let absolute = place.path(&path);
        let content = fs::read(&absolute).map_err(|error| format!("{}: {error}", path.display()))?;
        let is_lock = content.is_empty() && path.extension().is_some_and(|ending| ending == "lock");
        if is_lock || is_of_database(&path) {
            continue;
        }
        let text = if content.starts_with(b"SQLite format 3\0") && !is_temporary(&path) {
            let rows = dump(&absolute).map_err(|error| format!("{}: {error}", path.display()))?;
            // The order of rows with random keys varies.
            let mut rows: Vec<String> = rows.iter().map(|row| normalize(row)).collect();
            rows.sort();
            rows.join("\n")
        } else {
            normalize(&String::from_utf8_lossy(&content))
        };
        state.insert(path, text);
    }
    Ok(state)
}

/// Returns whether this is a temporary file, renamed once complete.
fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Returns whether this is a file that SQLite keeps beside the database.
pub fn is_of_database(path: &Path) -> bool {
    ["-journal", "-wal", "-shm"].iter().any(|suffix| path == Path::new(&format!("{DATABASE}{suffix}")))
}

/// Returns all rows of all tables, or an error if the database is damaged.
fn dump(path: &Path) -> Result<Vec<String>, String> {
    let database = Connection::open(path).map_err(|error| error.to_string())?;
    let rows = |sql: &str| rows(&database, sql).map_err(|error| format!("{sql}: {error}"));
    let faults = rows("PRAGMA integrity_check")?;
    if faults != ["ok"] {
        return Err(format!("damaged: {faults:?}"));
    }
    let dangling = rows("PRAGMA foreign_key_check")?;
    if !dangling.is_empty() {
        return Err(format!("references that lead nowhere: {dangling:?}"));
    }
    let mut lines = Vec::new();
    for table in rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")? {
        // The prefix of a knox token is random, but too short to be recognized.
        let sql = if table == "knox_authtoken" {
            "SELECT digest, created, user_id, expiry, length(token_key) FROM knox_authtoken"
        } else {
            &format!("SELECT * FROM \"{table}\"")
        };
        lines.extend(rows(sql)?.into_iter().map(|row| format!("{table} {row}")));
    }
    Ok(lines)
}

fn rows(database: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = database.prepare(sql)?;
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells: rusqlite::Result<Vec<String>> =
            (0..width).map(|index| Ok(text(row.get(index)?))).collect();
        // Replaces the space within a time, which would end a word.
        Ok(cells?.iter().map(|cell| cell.replace(' ', "_")).collect::<Vec<_>>().join("|"))
    })?;
    rows.collect()
}

fn text(value: Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text,
        Value::Blob(bytes) => format!("{bytes:?}"),
    }
}
