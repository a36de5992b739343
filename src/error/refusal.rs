//! Every expected failure, in the terms of the domain, with its stable code, its exit code and a hint.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::faults::{Fault, FaultCode, Undecided};
use crate::error::lost_answer::LostAnswer;
use crate::error::misuse::Misuse;
pub use crate::error::token_table::TokenTableFlaw;
use crate::error::unknown_users::UnknownUsers;
use crate::error::wording::{counted, may_be_key, names};

/// An expected failure that a person or a script has to act upon, as opposed to a defect.
///
/// No variant contains a secret.
#[derive(Debug)]
pub enum Refusal {
    /// The options contradict each other, or one is out of range.
    Usage(String),
    /// The options contradict the database or the files.
    Misuse(Misuse),
    /// The configuration is unusable.
    Config {
        /// The file, or `None` for the environment.
        path: Option<PathBuf>,
        /// What is wrong, with its position: one line per fault.
        message: String,
    },
    /// No user has this login name.
    UserNotFound(String),
    /// These users do not exist.
    UnknownUsers(UnknownUsers),
    /// No token matches. Contains what was looked for, at most a public prefix.
    TokenNotFound(String),
    /// No OAuth2 application has this client id.
    ApplicationNotFound(String),
    /// No profile kind has this name.
    ProfileKindNotFound {
        /// The given name.
        kind: String,
        /// The existing profile kinds.
        known: Vec<String>,
    },
    /// No group has this name.
    GroupNotFound {
        /// The given name.
        name: String,
        /// The existing groups.
        known: Vec<String>,
    },
    /// Wrong name, wrong password or inactive user. The message does not say which.
    BadCredentials,
    /// Like [`Self::BadCredentials`], but reported by the exit code alone.
    NoMatch,
    /// Too many failed logins. Contains the number of seconds to wait.
    Throttled(u64),
    /// The token is unknown, or its user is inactive.
    TokenInvalid,
    /// The token expired at this time, in its form for people.
    TokenExpired(String),
    /// No token was given, and no session is saved for the database.
    NotLoggedIn,
    /// The token of the saved session is no longer accepted. Contains the session's user name.
    SessionGone(String),
    /// The login name already exists.
    UsernameTaken,
    /// The email address, which is the login name, already exists.
    EmailTaken,
    /// Another user has verified this email address in django-allauth.
    AddressVerified {
        /// The address.
        address: String,
        /// The other user.
        owner: String,
    },
    /// The new name of a user already exists.
    NameTaken {
        /// The name.
        name: String,
        /// Whether it is an email address.
        is_address: bool,
    },
    /// The email address, which is unique but not the login name, belongs to another user.
    AddressTaken,
    /// A unique value already exists. Contains the columns as `table.column`.
    Taken(String),
    /// This user already has another drf key.
    OtherToken(String),
    /// The file to be created already exists.
    FileExists {
        /// The file.
        path: PathBuf,
        /// Whether `--overwrite` replaces it.
        is_replaceable: bool,
    },
    /// All values that are missing or not accepted.
    Invalid(Vec<Fault>),
    /// Like [`Self::Invalid`], for an input with more faults than are kept.
    InvalidInput {
        /// The first faults.
        faults: Vec<Fault>,
        /// The number of further faults.
        omitted: usize,
    },
    /// Rows of other tables refer to what would be deleted. Each fault is about one reference, and names its options.
    StillReferenced(Vec<Fault>),
    /// A row that has to be deleted is needed by a row of another table.
    RowNeeded {
        /// The table of the row.
        table: String,
        /// The column that refers to it, as `table.column`.
        reference: String,
    },
    /// Something changed after the user confirmed. Contains what changed.
    ChangedMeanwhile(String),
    /// A token was requested for a user who could not use it.
    InactiveUser(String),
    /// Several candidates match.
    Ambiguous(Undecided),
    /// Several candidates match for at least one of several things. Also contains the missing values.
    Undecided(Vec<Fault>),
    /// The user already has as many valid tokens as the configuration allows.
    TokenLimit(u64),
    /// Opening the database could lock out its owner's server.
    Foreign(PathBuf),
    /// Another writer has locked the database.
    Busy,
    /// The server ended this transaction, because it and another one waited for each other. It can succeed if it is
    /// repeated.
    Deadlock,
    /// The server cannot serve this request now.
    ServerBusy {
        /// The database, for display.
        database: String,
        /// The reason.
        reason: String,
    },
    /// Another writer kept the database locked after some rows were committed.
    BusyLater {
        /// The number of committed rows.
        committed: usize,
        /// Whether the command already leaves existing accounts unchanged.
        keeps_existing: bool,
        /// The results file, if there is one.
        results: Option<PathBuf>,
    },
    /// No file exists at this resolved path.
    DatabaseMissing(PathBuf),
    /// The file exists, but authctl cannot work on it.
    DatabaseUnusable {
        /// The database, for display.
        database: String,
        /// The reason.
        reason: String,
    },
    /// `check` found this many errors and warnings.
    Findings {
        /// Errors.
        errors: usize,
        /// Warnings.
        warnings: usize,
    },
    /// Something would change. Reported by the exit code alone.
    WouldChange,
    /// No token can be written that the project is sure to accept.
    TokenTable(TokenTableFlaw),
    /// The change was made, but these users can still get in. Contains their names.
    StillOpen(Vec<String>),
    /// A change was made, or may have been, but its answer is lost.
    LostAnswer(Box<LostAnswer>),
    /// The user answered no at a prompt, or nothing.
    Declined,
    /// The input ended at a question for a value.
    InputEnded,
    /// Ctrl-C before anything was changed.
    Interrupted,
    /// Ctrl-C after part of the change was committed.
    InterruptedLater,
}

impl Refusal {
    /// A fault in the use of the command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// A database that authctl cannot work on.
    pub fn unusable(database: impl fmt::Display, reason: impl Into<String>) -> Self {
        Self::DatabaseUnusable { database: database.to_string(), reason: reason.into() }
    }

    /// A fault of one field.
    pub fn invalid(field: impl Into<String>, code: FaultCode) -> Self {
        Self::Invalid(vec![Fault::new(field, code)])
    }

    /// Returns the faults of single fields or tables.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Invalid(faults)
            | Self::InvalidInput { faults, .. }
            | Self::StillReferenced(faults)
            | Self::Undecided(faults) => faults,
            _ => &[],
        }
    }

    /// The fault for a file that names a group or a profile kind that does not exist.
    #[must_use]
    pub fn name_fault(&self) -> Option<Fault> {
        Some(match self {
            Self::GroupNotFound { known, .. } => {
                Fault::new("groups", FaultCode::GroupNotFound(known.clone()))
            }
            Self::ProfileKindNotFound { known, .. } => {
                Fault::new("profile", FaultCode::ProfileKindNotFound(known.clone()))
            }
            _ => return None,
        })
    }

    /// Returns the candidates, if several match.
    #[must_use]
    pub fn undecided(&self) -> Option<&Undecided> {
        let Self::Ambiguous(undecided) = self else { return None };
        Some(undecided)
    }

    /// The number of faults that are not in [`Self::faults`].
    #[must_use]
    pub fn omitted_faults(&self) -> usize {
        match self {
            Self::InvalidInput { omitted, .. } => *omitted,
            _ => 0,
        }
    }

    /// The stable code in JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Usage(_) | Self::Misuse(_) => "usage",
            Self::Config { .. } => "config",
            Self::UserNotFound(_) | Self::UnknownUsers(_) => "user_not_found",
            Self::TokenNotFound(_) => "token_not_found",
            Self::ApplicationNotFound(_) => "application_not_found",
            Self::ProfileKindNotFound { .. } => "profile_kind_not_found",
            Self::GroupNotFound { .. } => "group_not_found",
            Self::BadCredentials => "bad_credentials",
            Self::NoMatch => "no_match",
            Self::Throttled(_) => "throttled",
            Self::TokenInvalid => "token_invalid",
            Self::TokenExpired(_) => "token_expired",
            Self::NotLoggedIn => "not_logged_in",
            Self::SessionGone(_) => "session_gone",
            Self::UsernameTaken | Self::NameTaken { is_address: false, .. } => "username_taken",
            Self::EmailTaken | Self::NameTaken { .. } | Self::AddressTaken | Self::AddressVerified { .. } => {
                "email_taken"
            }
            Self::Taken(_) => "taken",
            Self::OtherToken(_) => "other_token",
            Self::FileExists { .. } => "file_exists",
            Self::Invalid(_) | Self::InvalidInput { .. } => "invalid",
            Self::StillReferenced(_) => "still_referenced",
            Self::RowNeeded { .. } => "row_needed",
            Self::ChangedMeanwhile(_) => "changed_meanwhile",
            Self::InactiveUser(_) => "inactive_user",
            Self::Ambiguous(_) | Self::Undecided(_) => "ambiguous",
            Self::TokenLimit(_) => "token_limit",
            Self::Foreign(_) => "foreign",
            Self::Busy | Self::Deadlock | Self::ServerBusy { .. } | Self::BusyLater { .. } => "busy",
            Self::DatabaseMissing(_) => "database_missing",
            Self::DatabaseUnusable { .. } => "database_unusable",
            Self::Findings { .. } => "findings",
            Self::WouldChange => "would_change",
            Self::TokenTable(_) => "token_table",
            Self::StillOpen(_) => "still_open",
            Self::LostAnswer(_) => "unanswered",
            Self::Declined | Self::InputEnded => "declined",
            Self::Interrupted | Self::InterruptedLater => "interrupted",
        }
    }

    /// Whether the exit code says everything, so that no message is printed.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::NoMatch | Self::WouldChange)
    }
}

impl fmt::Display for Refusal {
    #[expect(clippy::too_many_lines, reason = "one table")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Config { path: None, message } => f.write_str(message),
            Self::Config { path: Some(path), message } => write_configuration(f, path, message),
            Self::Misuse(_) => f.write_str(self.code()),
            Self::UserNotFound(login) if may_be_key(login) => f.write_str("The user does not exist."),
            Self::UserNotFound(login) => write!(f, "User {login:?} does not exist."),
            Self::UnknownUsers(unknown) => unknown.fmt(f),
            Self::TokenNotFound(what) => write!(f, "No token matches {what}."),
            Self::ApplicationNotFound(id) => write!(f, "No OAuth2 application has the client id {id:?}."),
            Self::ProfileKindNotFound { kind, known } => {
                write_not_found(f, "Profile kind", kind, known, ("profile tables", "kinds"))
            }
            Self::GroupNotFound { name, known } => {
                write_not_found(f, "Group", name, known, ("groups", "groups"))
            }
            Self::BadCredentials | Self::NoMatch => {
                f.write_str("Unable to log in with this username and password.")
            }
            Self::Throttled(seconds) => {
                write!(f, "Too many failed logins. Wait {}.", counted(*seconds, "second"))
            }
            Self::TokenInvalid => f.write_str("The token is invalid, or its user is inactive."),
            Self::TokenExpired(when) => write!(f, "The token expired at {when}."),
            Self::NotLoggedIn => f.write_str("You are not logged in to this database."),
            Self::SessionGone(username) => {
                write!(f, "The saved session of {username:?} has ended: its token is no longer accepted.")
            }
            Self::UsernameTaken | Self::NameTaken { is_address: false, .. } => {
                f.write_str("A user with that username already exists.")
            }
            Self::EmailTaken | Self::NameTaken { .. } | Self::AddressTaken => {
                f.write_str("An account with that email address already exists.")
            }
            Self::AddressVerified { address, owner } => {
                write!(f, "The email address {address} is verified for {owner:?} in django-allauth.")
            }
            Self::Taken(columns) => write!(f, "A row with the same {columns} already exists."),
            Self::OtherToken(username) => write!(f, "{username:?} already has another drf key."),
            Self::FileExists { path, .. } => {
                write!(f, "{} already exists and was not changed.", path.display())
            }
            Self::Invalid(faults)
            | Self::InvalidInput { faults, .. }
            | Self::StillReferenced(faults)
            | Self::Undecided(faults) => write_codes(f, faults),
            Self::RowNeeded { table, reference } => write!(
                f,
                "Rows of {table} cannot be deleted, because {reference} refers to them and cannot be NULL. \
                 Nothing was changed. Delete the rows that refer to them first."
            ),
            Self::ChangedMeanwhile(what) => {
                write!(f, "{what} has changed in the meantime. This command changed nothing.")
            }
            Self::InactiveUser(username) => write!(f, "{username:?} is inactive. No token was created."),
            Self::Ambiguous(Undecided { what, found, .. }) => write!(f, "{what}: {}.", found.join(", ")),
            Self::TokenLimit(limit) => write_token_limit(f, *limit),
            Self::Foreign(path) => write_foreign(f, path),
            Self::Busy => f.write_str("The database is busy."),
            Self::Deadlock => f.write_str("The database ended this change in favor of another program's."),
            Self::ServerBusy { database, reason } => write!(f, "{database} is busy: {reason}"),
            Self::BusyLater { committed, .. } => write_busy_later(f, *committed),
            Self::DatabaseMissing(path) => write!(f, "Database {} does not exist.", path.display()),
            Self::DatabaseUnusable { database, reason } => write!(f, "{database} cannot be used: {reason}"),
            Self::Findings { errors, warnings } => write_findings(f, *errors, *warnings),
            Self::WouldChange => f.write_str("Something would change."),
            Self::TokenTable(flaw) => flaw.fmt(f),
            Self::StillOpen(users) => {
                write!(f, "These users can still get in: {}.", names(users.clone()).join(", "))
            }
            Self::LostAnswer(lost) => lost.fmt(f),
            Self::Declined => f.write_str("Not confirmed. Nothing was changed."),
            Self::InputEnded => f.write_str("Input ended. Nothing was changed."),
            Self::Interrupted => f.write_str("Interrupted. Nothing was changed."),
            Self::InterruptedLater => f.write_str("Interrupted."),
        }
    }
}

fn write_configuration(f: &mut fmt::Formatter<'_>, path: &Path, message: &str) -> fmt::Result {
    for (index, line) in message.lines().enumerate() {
        let end = if index > 0 { "\n" } else { "" };
        write!(f, "{end}{}: {line}", path.display())?;
    }
    Ok(())
}

/// Writes that a name does not exist, and which ones do. `nouns` are the wordings without and with existing names.
fn write_not_found(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    name: &str,
    known: &[String],
    (none, some): (&str, &str),
) -> fmt::Result {
    if known.is_empty() {
        write!(f, "{what} {name:?} does not exist: this database has no {none}.")
    } else {
        write!(f, "{what} {name:?} does not exist. Known {some}: {}.", known.join(", "))
    }
}

/// Writes the codes of faults. Only the command line has their words.
fn write_codes(f: &mut fmt::Formatter<'_>, faults: &[Fault]) -> fmt::Result {
    let codes = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.code.name()));
    f.write_str(&codes.collect::<Vec<_>>().join(", "))
}

fn write_token_limit(f: &mut fmt::Formatter<'_>, limit: u64) -> fmt::Result {
    let tokens = counted(limit, "valid token");
    write!(f, "The user already has {tokens}, the maximum that `limit` under `[tokens]` allows.")
}

fn write_foreign(f: &mut fmt::Formatter<'_>, path: &Path) -> fmt::Result {
    write!(
        f,
        "{} belongs to another user and uses a write-ahead log (WAL). New files beside it would belong to you \
         and could lock out the owner's server.",
        path.display()
    )
}

fn write_busy_later(f: &mut fmt::Formatter<'_>, committed: usize) -> fmt::Result {
    let (rows, are) = (counted(committed as u64, "row"), if committed == 1 { "is" } else { "are" });
    write!(f, "The database is busy. {rows} {are} committed, and the rows after them are not.")
}

fn write_findings(f: &mut fmt::Formatter<'_>, errors: usize, warnings: usize) -> fmt::Result {
    let counts = [(errors, "error"), (warnings, "warning")];
    let found = counts.iter().filter(|(count, _)| *count > 0);
    let found: Vec<String> = found.map(|(count, noun)| counted(*count as u64, noun)).collect();
    write!(f, "The check found {}.", found.join(" and "))
}

impl Error for Refusal {}
