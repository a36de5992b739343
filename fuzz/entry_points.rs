//! Entry points for the targets in `fuzz/`, which see only the public names of this crate.
//!
//! Compiled with `--cfg fuzzing` only. Each function calls one parser and returns what a target can check. Parsers in
//! `django` and `store` are public, so the targets call them directly.

use std::io::{BufReader, Read as _};
use std::mem;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use zeroize::Zeroizing;

use crate::accounts::import::FixtureReader;
use crate::accounts::{Planner, apply};
use crate::cli::wording;
use crate::config::settings::{Overrides, Settings};
use crate::django::models::Scheme;
use crate::error::failure::Error;
use crate::error::faults::{Fault, Form};
use crate::error::refusal::Refusal;
use crate::formats::RowReader;
use crate::formats::account_row::GivenPassword;
use crate::formats::columns::Columns;
use crate::formats::csv::CsvReader;
use crate::formats::elements::Elements;
use crate::formats::encoding::{self, Encoding};
use crate::formats::format::{self, InputFormat};
use crate::formats::json::{JsonLinesReader, JsonListReader};
use crate::formats::source::InputFile;
use crate::formats::text_file::TextFile;
use crate::store::layout::Hints;
use crate::store::target::Target;
use crate::store::{Blueprint, Opening, ProfileBlueprint, Store};
use crate::syntax::source::SourceFile;
use crate::syntax::tree::{Node, NodeValue};
use crate::terminal::redaction;

/// The name of the input in messages.
pub const FILE: &str = "input";

/// How the targets open databases.
#[must_use]
pub fn opening() -> Opening {
    Opening { busy_timeout: Duration::ZERO, time_zone: TimeZone::UTC, force: true }
}

/// A project's database in memory, with columns of all types, and its settings.
pub struct Project {
    store: Store,
    settings: Settings,
}

impl Project {
    /// Creates the database and default settings.
    ///
    /// # Panics
    /// Panics if the database cannot be created.
    #[must_use]
    pub fn create() -> Self {
        let fields = [
            ("phone", "varchar(20)"),
            ("bio", "text null"),
            ("born", "date null"),
            ("seen", "datetime null"),
            ("wake", "time null"),
            ("age", "integer null"),
            ("wait", "bigint null"),
            ("rating", "decimal null"),
            ("score", "real null"),
            ("code", "char(32) null"),
            ("vip", "bool null"),
        ];
        let field = |(name, kind): (&str, &str)| (name.to_owned(), kind.to_owned());
        let profile = |table: &str, fields: &[(&str, &str)]| ProfileBlueprint {
            table: table.to_owned(),
            fields: fields.iter().copied().map(field).collect(),
            migrations: Vec::new(),
        };
        let blueprint = Blueprint {
            schemes: vec![Scheme::Drf, Scheme::Knox],
            profiles: vec![
                profile("shop_customer", &fields),
                profile("shop_employee", &[("badge", "varchar(20)"), ("phone", "varchar(20)")]),
            ],
            now: Timestamp::UNIX_EPOCH,
        };
        let store =
            Store::draft(&Target::File("db.sqlite3".into()), &opening(), Hints::default(), &blueprint);
        let settings = Settings::load(&overrides(Some("/dev/null".into()), None));
        Self { store: store.expect("a database"), settings: settings.expect("settings") }
    }

    fn planner(&self) -> Planner<'_> {
        Planner::new(&self.store, &self.settings.policy).expect("a planner")
    }

    /// Reads a CSV file of decoded text, at most `piece` bytes at once.
    ///
    /// # Errors
    /// Returns the faults of the headings.
    pub fn csv(
        &self,
        text: &[u8],
        delimiter: Option<u8>,
        piece: usize,
    ) -> Result<Vec<RowSummary>, Vec<Fault>> {
        let (planner, input) = (self.planner(), Box::new(BufReader::with_capacity(piece, text)));
        let reader = CsvReader::new(input, FILE, &Columns::new(&planner, &[]), delimiter);
        reader.and_then(read).map_err(faults)
    }

    /// Reads a JSON list of decoded text.
    ///
    /// # Errors
    /// Returns the faults of the document.
    pub fn json_list(&self, text: &[u8]) -> Result<Vec<RowSummary>, Vec<Fault>> {
        let planner = self.planner();
        let columns = Columns::new(&planner, &[]);
        read(JsonListReader::new(Elements::new(Box::new(text), FILE), columns)).map_err(faults)
    }

    /// Reads JSON lines of decoded text.
    #[must_use]
    pub fn json_lines(&self, text: &[u8]) -> Vec<RowSummary> {
        let planner = self.planner();
        read(JsonLinesReader::new(Box::new(text), Columns::new(&planner, &[])))
            .expect("faults belong to a row")
    }

    /// Reads a fixture of decoded text.
    ///
    /// # Errors
    /// Returns the faults of the document and its objects.
    pub fn fixture(&self, text: &[u8]) -> Result<Vec<RowSummary>, Vec<Fault>> {
        let (planner, zone) = (self.planner().verbatim(), TimeZone::UTC);
        let columns = Columns::new(&planner, &[]);
        let text = TextFile::copy(Box::new(text)).expect("a temporary file");
        let reader = FixtureReader::new(text, FILE, columns, &self.store, &zone, &[]);
        reader.and_then(|(reader, _)| read(reader)).map_err(faults)
    }

    /// Reads a file for `apply`. The extension of its name decides whether it is TOML or JSON.
    ///
    /// # Errors
    /// Returns all syntax errors.
    ///
    /// # Panics
    /// Panics if the database cannot be read.
    pub fn apply(&self, name: &str, bytes: &[u8]) -> Result<AppliedFile, Vec<Fault>> {
        let file = SourceFile::of_bytes(name.to_owned(), Zeroizing::new(bytes.to_vec()), Form::Key)
            .map_err(|fault| vec![fault])?;
        let tree = file.tree().map_err(|faults| faults.iter().cloned().collect::<Vec<_>>())?;
        let mut offsets = Vec::new();
        visit(&tree, &mut offsets);
        let json = tree.to_json();
        let mut desired =
            apply::read(&file, Path::new("/"), tree, &self.store).expect("a database in memory");
        let (mut faults, mut users) = (mem::take(&mut desired.faults), Vec::new());
        for (user, more) in desired.users() {
            users.extend(user.map(|user| user.at));
            faults.append(more);
        }
        Ok(AppliedFile { json, offsets, users, faults: faults.iter().cloned().collect() })
    }
}

/// A row that a reader returned.
#[derive(Clone, Debug, PartialEq)]
pub struct RowSummary {
    /// The line where it starts.
    pub line: usize,
    /// What the account should be. Contains neither password nor tokens.
    pub spec: String,
    /// The password, plain or hashed.
    pub password: Option<String>,
    /// The number of tokens.
    pub tokens: usize,
    /// The faults, with their positions.
    pub faults: Vec<Fault>,
}

fn read(mut reader: impl RowReader) -> Result<Vec<RowSummary>, Error> {
    let mut rows = Vec::new();
    while let Some(mut row) = reader.next(FILE)? {
        row.conclude(None);
        let faults = std::mem::take(&mut row.faults);
        rows.push(RowSummary {
            line: row.line,
            faults: faults.into_iter().map(|fault| row.located(FILE, fault)).collect(),
            password: match &row.password {
                GivenPassword::Nothing => None,
                GivenPassword::Plain(plain) => Some(plain.as_str().to_owned()),
                GivenPassword::Hash(text) => Some(text.clone()),
            },
            tokens: row.tokens.len(),
            spec: format!("{:?}", row.spec),
        });
    }
    Ok(rows)
}

/// Returns the faults of an error. Foreign input may cause no other error.
fn faults(error: Error) -> Vec<Fault> {
    match error.refusal().map(Refusal::faults) {
        Some(faults) if !faults.is_empty() => faults.to_vec(),
        _ => panic!("not a fault of the input: {error}"),
    }
}

/// A file for `apply` without syntax errors.
pub struct AppliedFile {
    /// Its content without positions.
    pub json: Json,
    /// The byte offsets of all keys and values, with the kind of each.
    pub offsets: Vec<(usize, &'static str)>,
    /// The byte offsets of the accounts.
    pub users: Vec<usize>,
    /// The faults, with their positions.
    pub faults: Vec<Fault>,
}

fn visit(node: &Node<'_>, offsets: &mut Vec<(usize, &'static str)>) {
    let kind = match &node.what {
        NodeValue::Null => "null",
        NodeValue::Boolean(_) => "boolean",
        NodeValue::Number(_) => "number",
        NodeValue::Text(_) => "text",
        NodeValue::List(_) => "list",
        NodeValue::Table(_) => "table",
    };
    offsets.push((node.at, kind));
    match &node.what {
        NodeValue::List(items) => items.iter().for_each(|item| visit(item, offsets)),
        NodeValue::Table(entries) => {
            for entry in entries {
                offsets.push((entry.at, "key"));
                visit(&entry.value, offsets);
            }
        }
        _ => {}
    }
}

/// Decodes a file, read at most `piece` bytes at once after its first bytes.
#[must_use]
pub fn decoded(bytes: &[u8], is_windows_1252: bool, piece: usize) -> Vec<u8> {
    let encoding = if is_windows_1252 { Encoding::Windows1252 } else { Encoding::Utf8 };
    // The reader looks for a byte order mark in the first piece, which a file's buffer always has whole.
    let input = BufReader::with_capacity(piece.max(3), bytes);
    let mut text = Vec::new();
    let mut reader = encoding::decoded(Box::new(input), encoding).expect("memory");
    reader.read_to_end(&mut text).expect("memory");
    text
}

/// Detects the format of a file: `csv`, `json`, `jsonl` or `fixture`. `None` if it is empty, a workbook or a database.
#[must_use]
pub fn sniffed(path: &Path) -> Option<&'static str> {
    let file = InputFile::new(path, Encoding::default()).expect("a file");
    match format::sniffed(&file) {
        Ok(InputFormat::Csv) => Some("csv"),
        Ok(InputFormat::Json) => Some("json"),
        Ok(InputFormat::Jsonl) => Some("jsonl"),
        Ok(InputFormat::Fixture) => Some("fixture"),
        Err(error) => {
            if !matches!(error.refusal(), Some(Refusal::Misuse(_) | Refusal::Usage(_))) {
                faults(error);
            }
            None
        }
    }
}

fn overrides(config: Option<PathBuf>, db: Option<PathBuf>) -> Overrides {
    Overrides { db, config, busy_timeout: Duration::ZERO, force: false }
}

/// Loads the settings with `--config` and `--db`. Returns the database in every form in which it is shown or stored.
///
/// # Errors
/// Returns the message as a person sees it.
///
/// # Panics
/// Panics if the error is not one of the configuration.
pub fn settings(config: &Path, db: Option<&Path>) -> Result<String, String> {
    let settings = Settings::load(&overrides(Some(config.to_owned()), db.map(Path::to_owned)));
    let shown = |settings: Settings| {
        let database = settings.database;
        let server = database.server().map(|server| format!("{server:?} {}", server.url()));
        let stored = format!("{} {}", redacted(&database.record()), redacted(&database.identity()));
        format!("{} {stored} {}", redacted(&database.to_string()), server.unwrap_or_default())
    };
    settings.map(shown).map_err(|error| {
        let refusal = error.refusal();
        assert!(matches!(refusal, Some(Refusal::Config { .. } | Refusal::Usage(_))), "{error}");
        redacted(&error.to_string())
    })
}

/// Records the password of an argument, as the program does for each argument.
pub fn note(argument: &str) {
    redaction::note(argument);
}

/// Returns a message as a person sees it.
#[must_use]
pub fn redacted(message: &str) -> String {
    redaction::redacted(message).into_owned()
}

/// Forgets the recorded passwords.
pub fn forget() {
    redaction::forget();
}

/// Returns a fault as a person sees it.
#[must_use]
pub fn worded(fault: &Fault) -> String {
    wording::fault(fault)
}
