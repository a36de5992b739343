//! Loads the settings from `authctl.toml`, the environment and the options.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use rustix::fs::{Mode, OFlags};
use serde::Deserialize;
use serde_json::Value as Json;

use super::keys;
use super::policy::{LoginSettings, PasswordSettings, Policy, ProfileKind, RegisterSettings, TokenSettings};
use super::target::{FoundTarget, NamedDatabase};
use crate::error::failure::{ErrorContext as _, Result};
use crate::error::limits;
use crate::error::position::{Position, Scan};
use crate::error::refusal::Refusal;
use crate::error::wording::{sentence, shell_word};
use crate::files::existing;
use crate::store::layout::Hints;
use crate::store::target::Target;
use crate::store::{Opening, ProfileBlueprint};
use crate::terminal::redaction;

/// The name of the configuration file.
pub const FILE_NAME: &str = "authctl.toml";

/// Django's default name for the database file.
const DEFAULT_DATABASE: &str = "db.sqlite3";

/// The settings on the command line.
#[derive(Clone, Debug)]
pub struct Overrides {
    /// `--db`.
    pub db: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--busy-timeout`.
    pub busy_timeout: Duration,
    /// `--force`.
    pub force: bool,
}

/// The combined settings.
#[derive(Debug)]
pub struct Settings {
    /// The database.
    pub database: Target,
    /// How to open it.
    pub opening: Opening,
    /// The options that select the database, to be repeated in a suggested command.
    pub target_options: String,
    /// The configuration file, if any.
    pub file: Option<PathBuf>,
    /// What was ignored or is open to other users, as sentences.
    pub warnings: Vec<String>,
    /// `[database]`.
    pub layout: DatabaseSettings,
    /// What decides about accounts.
    pub policy: Policy,
    /// `[audit] file`, as an absolute path.
    pub audit_log: Option<PathBuf>,
}

/// The content of the configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    db: Option<PathBuf>,
    database: DatabaseSettings,
    register: RegisterSettings,
    profiles: BTreeMap<String, ProfileKind>,
    login: LoginSettings,
    tokens: TokenSettings,
    passwords: PasswordSettings,
    audit: AuditSettings,
}

/// `[database]`: facts that the database does not reveal.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseSettings {
    /// The user table, if several are possible.
    user_table: Option<String>,
    /// The login column, if several are possible.
    login_column: Option<String>,
    /// Django's `TIME_ZONE`, for projects with `USE_TZ = False`.
    time_zone: Option<String>,
    /// The schemas of the project's tables on a PostgreSQL server, in the order of the search.
    schema: Schemas,
}

/// One schema, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Schemas {
    One(String),
    Several(Vec<String>),
}

impl Default for Schemas {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Schemas {
    fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// `[audit]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AuditSettings {
    /// The file that changes are appended to.
    file: Option<PathBuf>,
}

impl Settings {
    /// Loads the settings for these options, the environment and the working folder.
    pub fn load(options: &Overrides) -> Result<Self> {
        let folder = env::current_dir().context("the working folder cannot be determined")?;
        let mut warnings = Vec::new();
        let named = options.config.clone().or_else(|| variable("AUTHCTL_CONFIG"));
        let is_found = named.is_none();
        let (path, text) = match named {
            Some(path) => (Some(path), None),
            None => match find_file(&folder)? {
                Some(Found::Ours { path, text, mode }) => {
                    if mode & 0o020 != 0 {
                        warnings.push(open_file(&path, "is writable by its group", "g-w"));
                    }
                    (Some(path), Some(text))
                }
                Some(Found::Foreign(path)) => {
                    warnings.push(format!(
                        "{} was ignored because another user owns it. Pass it with --config to use it.",
                        path.display()
                    ));
                    (None, None)
                }
                None => (None, None),
            },
        };
        let file = path.as_deref().map(|path| File::read(path, text)).transpose()?.unwrap_or_default();
        // Paths in the file are relative to its folder.
        let config_folder = path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let is_file_meant = options.db.is_none() && variable("AUTHCTL_DB").is_none() && file.db.is_some();
        let config_folder = folder.join(config_folder);
        // A file that was found lies in the project's folder. One that was named may lie anywhere.
        let of_default = if is_found { &config_folder } else { &folder };
        let folders = Folders { working: &folder, of_config: &config_folder, of_default };
        let found = find_database(options, &file, &folders, path.as_deref())?;
        if let Some(path) = path.as_deref().filter(|_| is_file_meant && found.has_password) {
            warnings.extend(exposed_password(path));
        }
        warnings.extend(found.warnings);
        let time_zone = match &file.database.time_zone {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|_| unknown_time_zone(path.as_deref()))?,
        };
        Ok(Self {
            audit_log: file.audit.file.map(|log| config_folder.join(log)),
            database: found.target,
            target_options: target_options(options),
            opening: Opening {
                busy_timeout: options.busy_timeout,
                time_zone: time_zone.clone(),
                force: options.force,
            },
            file: path,
            warnings,
            layout: file.database,
            policy: Policy {
                register: file.register,
                profiles: file.profiles,
                login: file.login,
                tokens: file.tokens,
                passwords: file.passwords,
                time_zone,
            },
        })
    }

    /// Returns a refusal of settings in the configuration file, one per line of the message.
    pub fn refused(&self, message: String) -> Refusal {
        Refusal::Config { path: self.file.clone(), message }
    }

    /// Returns the time zone of a project that stores local times, that is, with `USE_TZ = False`.
    #[must_use]
    pub fn local_times(&self) -> Option<TimeZone> {
        self.layout.time_zone.as_ref().map(|_| self.policy.time_zone.clone())
    }

    /// Returns the hints about the layout for the store.
    #[must_use]
    pub fn hints(&self) -> Hints {
        Hints {
            user_table: self.layout.user_table.clone(),
            login_column: self.layout.login_column.clone(),
            token_table: self.policy.tokens.table.clone(),
            token_scheme: self.policy.tokens.scheme,
            profile_tables: self
                .policy
                .profiles
                .iter()
                .filter_map(|(kind, profile)| Some((kind.clone(), profile.table.clone()?)))
                .collect(),
        }
    }

    /// Returns the profile tables that `init` creates: those with a declared table and fields.
    #[must_use]
    pub fn profile_blueprints(&self) -> Vec<ProfileBlueprint> {
        let declared = self.policy.profiles.values().filter(|profile| !profile.fields.is_empty());
        declared
            .filter_map(|profile| {
                let text = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
                Some(ProfileBlueprint {
                    table: profile.table.clone()?,
                    fields: profile.fields.iter().map(|(name, kind)| (name.clone(), text(kind))).collect(),
                    migrations: profile.migrations.clone(),
                })
            })
            .collect()
    }
}

impl File {
    /// Reads the file. `text` is its text if it was read already.
    fn read(path: &Path, text: Option<String>) -> Result<Self> {
        let text = text.map_or_else(|| limits::read_to_string(path, limits::CONFIG), Ok);
        let text = text.map_err(|error| unreadable(path, &error))?;
        // Only a URL with an `@` has a password. Without one, do not parse the file a second time.
        if text.contains('@')
            && let Ok(table) = text.parse()
        {
            redaction::note_all(&table);
        }
        Ok(Self::parse(&text, &path.display().to_string())
            .map_err(|lines| Refusal::Config { path: None, message: lines.join("\n") })?)
    }

    /// Parses the text. Returns all faults, one per line.
    fn parse(text: &str, file: &str) -> Result<Self, Vec<String>> {
        let mut scan = Scan::new(text, Position::START);
        let mut located = |at: usize, message: &str| {
            let Position { line, column } = scan.at(at);
            format!("{file}, line {line}, column {column}: {}", message.trim_end())
        };
        let flaws = keys::flaws(text);
        if !flaws.is_empty() {
            let shown = flaws.iter().take(limits::FAULTS);
            return Err(shown.map(|(at, message)| located(*at, message)).collect());
        }
        toml::from_str(text)
            .map_err(|error| vec![located(error.span().map_or(0, |span| span.start), error.message())])
    }
}

/// Returns options such as ` --db test.sqlite3`. Empty if the defaults or the environment select the database.
fn target_options(options: &Overrides) -> String {
    let mut words = String::new();
    for (option, path) in [("--db", &options.db), ("--config", &options.config)] {
        if let Some(path) = path {
            words.extend([" ", option, " ", &shell_word(&path.to_string_lossy())]);
        }
    }
    words
}

/// Returns the path in a variable that is set and not empty.
fn variable(name: &str) -> Option<PathBuf> {
    let path = env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    path.inspect(|path| redaction::note(&path.to_string_lossy()))
}

/// The folders in which a database can lie.
struct Folders<'a> {
    working: &'a Path,
    of_config: &'a Path,
    /// The folder of Django's default, `db.sqlite3`.
    of_default: &'a Path,
}

/// Finds the database: the option's, the variable's, the file's, or Django's default.
fn find_database(
    options: &Overrides,
    file: &File,
    folders: &Folders<'_>,
    config: Option<&Path>,
) -> Result<FoundTarget, Refusal> {
    let schemas = file.database.schema.names();
    let find = |text: &Path, folder: &Path, is_argument: bool| {
        NamedDatabase { text, folder, is_argument }.find(schemas)
    };
    match (&options.db, variable("AUTHCTL_DB"), &file.db) {
        (Some(db), ..) => find(db, folders.working, true)
            .map_err(|fault| Refusal::usage(sentence(&format!("--db: {fault}")))),
        (None, Some(db), _) => find(&db, folders.working, false)
            .map_err(|fault| Refusal::usage(sentence(&format!("AUTHCTL_DB: {fault}")))),
        (None, None, Some(db)) => find(db, folders.of_config, false).map_err(|fault| {
            let message = sentence(&format!("db: {fault}"));
            Refusal::Config { path: config.map(Path::to_owned), message }
        }),
        (None, None, None) => find(Path::new(DEFAULT_DATABASE), folders.of_default, false)
            .map_err(|fault| Refusal::usage(sentence(&fault.to_string()))),
    }
}

/// Warns about a configuration file with a password that other users can read.
fn exposed_password(path: &Path) -> Option<String> {
    let mode = path.metadata().ok()?.mode();
    let change = match (mode & 0o040 != 0, mode & 0o004 != 0) {
        (false, false) => return None,
        (true, false) => "g-r",
        (false, true) => "o-r",
        (true, true) => "go-r",
    };
    Some(open_file(path, "contains a password that other users can read", change))
}

fn open_file(path: &Path, fact: &str, change: &str) -> String {
    let word = shell_word(&path.to_string_lossy());
    format!("{} {fact}. Run `chmod {change} {word}`.", path.display())
}

/// A configuration file that was found, not named.
enum Found {
    /// It belongs to the effective user.
    Ours { path: PathBuf, text: String, mode: u32 },
    /// It belongs to another user.
    Foreign(PathBuf),
}

/// Finds the file in this folder or the nearest folder above. Refuses a file that is not regular or that every user
/// can write to.
fn find_file(folder: &Path) -> Result<Option<Found>> {
    let mut paths = folder.ancestors().map(|folder| folder.join(FILE_NAME));
    let Some(path) = paths.find(|path| path.symlink_metadata().is_ok()) else { return Ok(None) };
    let refused = |message: &str| Refusal::Config { path: Some(path.clone()), message: message.into() };
    let is_ours = |metadata: &Metadata| metadata.uid() == existing::effective_user();
    if !path.symlink_metadata().is_ok_and(|entry| is_ours(&entry)) {
        return Ok(Some(Found::Foreign(path)));
    }
    // Nonblocking, so that a FIFO does not hang.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let opened =
        rustix::fs::open(&path, flags, Mode::empty()).map_err(|error| unreadable(&path, &error.into()))?;
    let file = fs::File::from(opened);
    let metadata = file.metadata().map_err(|error| unreadable(&path, &error))?;
    if !is_ours(&metadata) {
        return Ok(Some(Found::Foreign(path)));
    }
    if !metadata.is_file() {
        return Err(
            refused("it is not a regular file. Remove it, or pass another file with --config.").into()
        );
    }
    let mode = metadata.mode();
    if mode & 0o002 != 0 {
        let word = shell_word(&path.to_string_lossy());
        let message =
            format!("every user can write to it. Run `chmod o-w {word}`, or pass it with --config.");
        return Err(refused(&message).into());
    }
    let text = limits::read_text(file, limits::CONFIG).map_err(|error| unreadable(&path, &error))?;
    Ok(Some(Found::Ours { path, text, mode }))
}

fn unknown_time_zone(path: Option<&Path>) -> Refusal {
    Refusal::Config {
        path: path.map(Path::to_owned),
        message: "database.time_zone: unknown time zone.".into(),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Refusal {
    Refusal::Config { path: Some(path.to_owned()), message: format!("it cannot be read: {error}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        File::parse(text, "authctl.toml").map_or_else(|lines| lines.join("\n"), |_| "none".into())
    }

    #[test]
    fn unknown_keys_name_the_nearest_known_one() {
        assert_eq!(
            fault("db = \"x\"\n[passwords]\nhashr = \"argon2\"\n"),
            "authctl.toml, line 3, column 1: passwords.hashr: unknown key. Did you mean `hasher`?"
        );
        assert!(fault("[pasword]\n").contains("Did you mean `passwords`?"));
        assert!(fault("zzz = 1\n").contains("Known keys: db, database"));
    }

    #[test]
    fn wrong_values_name_their_place() {
        assert_eq!(
            fault("[tokens]\nscheme = \"jwt\"\n"),
            "authctl.toml, line 2, column 10: tokens.scheme must be \"drf\" or \"knox\"."
        );
        assert!(fault("[tokens]\nttl = \"soon\"\n").contains("such as 10h, 30d or never"));
    }
}
