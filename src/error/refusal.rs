//! Every expected "no", in the words of the domain, with its stable code, its exit code and what to do.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use crate::error::exit::Exit;
use crate::error::lost_answer::Unanswered;
use crate::error::position::Place;
use crate::error::wording::{self, counted, shell_word};

/// An expected refusal: not a defect, but an answer that a person or a script has to act upon.
///
/// No variant holds a secret.
#[derive(Debug)]
pub enum Refusal {
    /// The options do not fit together, or one is out of range.
    Usage(String),
    /// The configuration cannot be used: which file, and why.
    Config {
        /// The file, or `None` where it comes from the environment.
        path: Option<PathBuf>,
        /// What is wrong, with its place; one line for each fault.
        message: String,
    },
    /// No user has this login name.
    UserNotFound(String),
    /// No token fits; holds what was looked for, never more than a public prefix.
    TokenNotFound(String),
    /// No profile kind has this name; holds the kinds that exist.
    ProfileKindNotFound {
        /// The name that was given.
        kind: String,
        /// The names that would have been right.
        known: Vec<String>,
    },
    /// No group has this name; holds the groups that exist.
    GroupNotFound {
        /// The name that was given.
        name: String,
        /// The names that would have been right.
        known: Vec<String>,
    },
    /// Wrong name, wrong password or inactive: which of them is not told.
    BadCredentials,
    /// As [`Self::BadCredentials`], where the exit code is the whole answer.
    NoMatch,
    /// Too many logins failed; holds the seconds until one is tried again.
    Throttled(u64),
    /// The token is unknown, or its user is inactive.
    TokenInvalid,
    /// The token was good until this moment, as people read it.
    TokenExpired(String),
    /// No token was given and no session is saved for the database.
    NotLoggedIn,
    /// The saved session's token is no longer accepted; holds the session's user name.
    SessionGone(String),
    /// The login name is taken.
    UsernameTaken,
    /// The e-mail address, which is the login name, is taken.
    EmailTaken,
    /// A value that has to be unique is there already: the columns as `table.column`.
    Taken(String),
    /// This user has another drf key than the one that was given.
    OtherToken(String),
    /// A file that would have been made is there already.
    FileExists {
        /// The file.
        path: PathBuf,
        /// Does `--overwrite` replace it?
        is_replaceable: bool,
    },
    /// Values that are missing or not accepted, all of them.
    Invalid(Vec<Fault>),
    /// As [`Self::Invalid`], of an input with more faults than are kept.
    InvalidInput {
        /// The first faults.
        faults: Vec<Fault>,
        /// How many there are besides.
        omitted: usize,
    },
    /// Rows of other tables refer to what would be deleted: each table, with what decides about it.
    StillReferenced(Vec<Fault>),
    /// What a person agreed to is not so any more; holds what.
    ChangedMeanwhile(String),
    /// A token was asked for a user who could not use it.
    InactiveUser(String),
    /// Several things fit: what, the candidates, and the option or line that decides.
    Ambiguous {
        /// What was to be found.
        what: String,
        /// The candidates.
        found: Vec<String>,
        /// What decides.
        decide: String,
    },
    /// The user has as many valid tokens as the configuration allows.
    TokenLimit(u64),
    /// To open the database could lock its owner's server out.
    Foreign(PathBuf),
    /// Another writer holds the database.
    Busy,
    /// Another program held on to the lock after some rows were committed.
    BusyLater {
        /// How many rows were committed.
        committed: usize,
        /// How the rest follows.
        hint: String,
    },
    /// There is no file at this resolved path.
    DatabaseMissing(PathBuf),
    /// There is a file, but authctl cannot work on it: the path and the reason.
    DatabaseUnusable {
        /// The resolved path.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// `check` found so many errors and warnings.
    Findings {
        /// Errors.
        errors: usize,
        /// Warnings.
        warnings: usize,
    },
    /// Something would change, where the exit code is to tell.
    WouldChange,
    /// A change was made, or may have been, and its answer is lost.
    Unanswered(Box<Unanswered>),
    /// The person at the terminal said no, or gave nothing.
    Declined,
    /// Ctrl-C before anything was changed.
    Interrupted,
    /// Ctrl-C after a part was committed.
    InterruptedLater,
}

/// One value that is missing or not accepted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The field's name, as a script would give it.
    pub field: String,
    /// A stable word for the kind of fault, such as `required` or `too_long`.
    pub code: &'static str,
    /// A whole sentence for a person. It does not repeat the value, which in the wrong place may be a password.
    pub message: String,
    /// Where in a file it is.
    #[serde(flatten)]
    pub place: Option<Place>,
}

impl Fault {
    /// A fault of one field.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into(), place: None }
    }

    /// The fault with its texts cut, as far as a file made them too long to be read.
    #[must_use]
    pub fn abridged(&self) -> Self {
        let (field, message) = (wording::field(&self.field), wording::message(&self.message));
        Self { field, message, ..self.clone() }
    }

    /// The fault at a place of a file; a table's column has a heading.
    #[must_use]
    pub fn at(self, file: &str, place: Place, heading: Option<&str>) -> Self {
        let Place { line, column } = place;
        let heading = heading.map_or(String::new(), |heading| format!(" ({heading})"));
        let message = format!("{file}, line {line}, column {column}{heading}: {}", self.message);
        Self { message, place: Some(place), ..self }
    }

    /// The fault of all that begins on a line of a file.
    #[must_use]
    pub fn on_line(self, file: &str, line: usize) -> Self {
        let message = format!("{file}, line {line}: {}", self.message);
        Self { message, place: Some(Place { line, column: 1 }), ..self }
    }

    /// Does it say that a row's user is there already?
    fn is_of_present_user(&self) -> bool {
        ["username_taken", "email_taken"].contains(&self.code)
    }

    /// Is it the same sort of fault of the same field?
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.field == other.field && self.code == other.code
    }
}

impl Refusal {
    /// Is this the error of a commit that may have happened nevertheless?
    #[must_use]
    pub fn is_doubtful_commit(error: &anyhow::Error) -> bool {
        matches!(error.downcast_ref(), Some(Self::Unanswered(lost)) if !lost.is_certain)
    }

    /// A refusal of the command line's words.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// A refusal for one field.
    pub fn invalid(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault::new(field, code, message)])
    }

    /// What is wrong with single fields or tables.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Invalid(faults) | Self::InvalidInput { faults, .. } | Self::StillReferenced(faults) => {
                faults
            }
            _ => &[],
        }
    }

    /// The fault of a file that names a group or a profile kind that does not exist. It does not repeat the name, which in
    /// the wrong place may be a password.
    #[must_use]
    pub fn name_fault(&self) -> Option<Fault> {
        let (field, message, known) = match self {
            Self::GroupNotFound { known, .. } if known.is_empty() => {
                ("groups", "This database has no groups of users.", known)
            }
            Self::GroupNotFound { known, .. } => {
                ("groups", "There is no group of this name. Known groups", known)
            }
            Self::ProfileKindNotFound { known, .. } if known.is_empty() => {
                ("profile", "This database has no profile tables.", known)
            }
            Self::ProfileKindNotFound { known, .. } => {
                ("profile", "There is no profile kind of this name. Valid kinds", known)
            }
            _ => return None,
        };
        let list = wording::names(known.clone()).join(", ");
        let message = if list.is_empty() { message.to_owned() } else { format!("{message}: {list}.") };
        Some(Fault::new(field, self.code(), message))
    }

    /// How many faults there are besides [`Self::faults`].
    #[must_use]
    pub fn omitted_faults(&self) -> usize {
        match self {
            Self::InvalidInput { omitted, .. } => *omitted,
            _ => 0,
        }
    }

    /// The exit code that belongs to it.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Config { .. } | Self::Foreign(_) => Exit::Usage,
            Self::UserNotFound(_)
            | Self::TokenNotFound(_)
            | Self::ProfileKindNotFound { .. }
            | Self::GroupNotFound { .. } => Exit::NotFound,
            Self::BadCredentials
            | Self::NoMatch
            | Self::TokenInvalid
            | Self::TokenExpired(_)
            | Self::NotLoggedIn
            | Self::SessionGone(_) => Exit::NotAuthenticated,
            Self::UsernameTaken
            | Self::EmailTaken
            | Self::Taken(_)
            | Self::OtherToken(_)
            | Self::FileExists { .. } => Exit::AlreadyExists,
            Self::Invalid(_)
            | Self::InvalidInput { .. }
            | Self::StillReferenced(_)
            | Self::InactiveUser(_)
            | Self::TokenLimit(_) => Exit::Invalid,
            Self::Ambiguous { .. } => Exit::Ambiguous,
            Self::Busy | Self::BusyLater { .. } | Self::ChangedMeanwhile(_) => Exit::Busy,
            Self::DatabaseMissing(_) | Self::DatabaseUnusable { .. } => Exit::NotUsable,
            Self::Throttled(_) => Exit::Throttled,
            Self::Findings { .. } => Exit::Findings,
            Self::WouldChange => Exit::WouldChange,
            Self::Unanswered(_) => Exit::Unanswered,
            Self::Declined | Self::Interrupted | Self::InterruptedLater => Exit::Interrupted,
        }
    }

    /// The stable word for it in JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Config { .. } => "config",
            Self::UserNotFound(_) => "user_not_found",
            Self::TokenNotFound(_) => "token_not_found",
            Self::ProfileKindNotFound { .. } => "profile_kind_not_found",
            Self::GroupNotFound { .. } => "group_not_found",
            Self::BadCredentials => "bad_credentials",
            Self::NoMatch => "no_match",
            Self::Throttled(_) => "throttled",
            Self::TokenInvalid => "token_invalid",
            Self::TokenExpired(_) => "token_expired",
            Self::NotLoggedIn => "not_logged_in",
            Self::SessionGone(_) => "session_gone",
            Self::UsernameTaken => "username_taken",
            Self::EmailTaken => "email_taken",
            Self::Taken(_) => "taken",
            Self::OtherToken(_) => "other_token",
            Self::FileExists { .. } => "file_exists",
            Self::Invalid(_) | Self::InvalidInput { .. } => "invalid",
            Self::StillReferenced(_) => "still_referenced",
            Self::ChangedMeanwhile(_) => "changed_meanwhile",
            Self::InactiveUser(_) => "inactive_user",
            Self::Ambiguous { .. } => "ambiguous",
            Self::TokenLimit(_) => "token_limit",
            Self::Foreign(_) => "foreign",
            Self::Busy | Self::BusyLater { .. } => "busy",
            Self::DatabaseMissing(_) => "database_missing",
            Self::DatabaseUnusable { .. } => "database_unusable",
            Self::Findings { .. } => "findings",
            Self::WouldChange => "would_change",
            Self::Unanswered(_) => "unanswered",
            Self::Declined => "declined",
            Self::Interrupted | Self::InterruptedLater => "interrupted",
        }
    }

    /// Is the exit code the whole answer, so that nothing is said?
    #[must_use]
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::NoMatch | Self::WouldChange)
    }

    /// What to do about it, where that is not in the message.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::UserNotFound(_) => {
                "Login names are compared exactly, upper and lower case included; `authctl list-users --search TEXT` \
                 finds them."
                    .into()
            }
            Self::TokenNotFound(_) => "`authctl list-tokens` shows the prefixes.".into(),
            Self::TokenInvalid | Self::TokenExpired(_) => {
                "Log in again with `authctl login`, or mint a token with `authctl create-token USER`.".into()
            }
            Self::NotLoggedIn => {
                "Log in with `authctl login`, or give a token by --token-stdin, --token-file or AUTHCTL_TOKEN.".into()
            }
            Self::SessionGone(username) => format!("Log in again: authctl login {}", shell_word(username)),
            Self::Invalid(faults) | Self::InvalidInput { faults, .. }
                if faults.iter().any(Fault::is_of_present_user) =>
            {
                "--on-existing skip leaves users who are there as they are, and update changes them.".into()
            }
            Self::Busy => "Another program is writing to it. Try again, or wait longer with --busy-timeout.".into(),
            Self::BusyLater { hint, .. } => hint.clone(),
            Self::TokenLimit(_) => "`authctl revoke-token --user USER` makes room.".into(),
            Self::StillReferenced(_) => {
                "Nothing was changed. To keep what is theirs, lock the user out instead: `authctl edit-user USER \
                 --inactive`"
                    .into()
            }
            Self::ChangedMeanwhile(_) => "Run the command again to see what it is now.".into(),
            Self::FileExists { is_replaceable: true, .. } => "Pass --overwrite to replace it.".into(),
            Self::OtherToken(_) => "--rotate replaces it by the one that is given.".into(),
            Self::Foreign(_) => "Run this as the owner, for instance with sudo -u, or say --force.".into(),
            Self::DatabaseMissing(_) => {
                "Make one with `authctl init`, or name another with --db or AUTHCTL_DB.".into()
            }
            Self::Unanswered(unanswered) => unanswered.hint(),
            Self::InactiveUser(_) => "Django would refuse the token of an inactive user.".into(),
            _ => return None,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Config { path: None, message } => f.write_str(message),
            Self::Config { path: Some(path), message } => write!(f, "{}: {message}", path.display()),
            Self::UserNotFound(login) if may_be_key(login) => f.write_str("There is no user of that name."),
            Self::UserNotFound(login) => write!(f, "There is no user named {login:?}."),
            Self::TokenNotFound(what) => write!(f, "There is no token {what}."),
            Self::ProfileKindNotFound { kind, known } if known.is_empty() => {
                write!(f, "There is no profile kind {kind:?}: this database has no profile tables.")
            }
            Self::ProfileKindNotFound { kind, known } => {
                write!(f, "There is no profile kind {kind:?}. Valid kinds: {}.", known.join(", "))
            }
            Self::GroupNotFound { name, known } if known.is_empty() => {
                write!(f, "There is no group {name:?}: this database has no groups of users.")
            }
            Self::GroupNotFound { name, known } => {
                write!(f, "There is no group {name:?}. Known groups: {}.", known.join(", "))
            }
            Self::BadCredentials | Self::NoMatch => {
                f.write_str("Unable to log in with that name and password.")
            }
            Self::Throttled(1) => f.write_str("Too many logins failed. Wait 1 second."),
            Self::Throttled(seconds) => write!(f, "Too many logins failed. Wait {seconds} seconds."),
            Self::TokenInvalid => f.write_str("The token is not valid, or its user is inactive."),
            Self::TokenExpired(when) => write!(f, "The token expired at {when}."),
            Self::NotLoggedIn => f.write_str("Nobody is logged in to this database."),
            Self::SessionGone(username) => {
                write!(f, "The saved session of {username:?} has ended: its token is no longer accepted.")
            }
            Self::UsernameTaken => f.write_str("A user with that username already exists."),
            Self::EmailTaken => f.write_str("An account with that email address already exists."),
            Self::Taken(columns) => {
                write!(f, "Another row has the same value in {columns}, which must be unique.")
            }
            Self::OtherToken(username) => write!(f, "{username:?} has another drf key already."),
            Self::FileExists { path, .. } => {
                write!(f, "{} is there already; it was left as it is.", path.display())
            }
            Self::Invalid(faults) | Self::InvalidInput { faults, .. } | Self::StillReferenced(faults) => {
                for (index, fault) in faults.iter().enumerate() {
                    if index > 0 {
                        f.write_str("\n")?;
                    }
                    f.write_str(&fault.message)?;
                }
                Ok(())
            }
            Self::ChangedMeanwhile(what) => {
                write!(f, "{what} has changed in the meantime; nothing was changed here.")
            }
            Self::InactiveUser(username) => write!(f, "{username:?} is inactive, so no token was made."),
            Self::Ambiguous { what, found, decide } => {
                write!(f, "{what}: {} all fit. {decide}", found.join(", "))
            }
            Self::TokenLimit(limit) => {
                write!(f, "The user has {limit} valid tokens already, which is what [tokens] limit allows.")
            }
            Self::Foreign(path) => write!(
                f,
                "{} belongs to another user and keeps a write-ahead log: files made beside it in your name could lock \
                 the owner's server out.",
                path.display()
            ),
            Self::Busy => f.write_str("The database is busy."),
            Self::BusyLater { committed, .. } => {
                let (rows, are) =
                    (counted(*committed as u64, "row"), if *committed == 1 { "is" } else { "are" });
                write!(f, "The database is busy. {rows} {are} committed, and the rows after them are not.")
            }
            Self::DatabaseMissing(path) => write!(f, "There is no database at {}.", path.display()),
            Self::DatabaseUnusable { path, reason } => {
                write!(f, "{} cannot be used: {reason}", path.display())
            }
            Self::Findings { errors, warnings } => {
                write!(f, "The check found errors: {errors}, warnings: {warnings}.")
            }
            Self::WouldChange => f.write_str("Something would change."),
            Self::Unanswered(unanswered) => unanswered.fmt(f),
            Self::Declined => f.write_str("Not confirmed; nothing was changed."),
            Self::Interrupted => f.write_str("Interrupted; nothing was changed."),
            Self::InterruptedLater => f.write_str("Interrupted."),
        }
    }
}

impl Error for Refusal {}

/// Has this the look of a token's key, which is not to be repeated wherever it turns up?
#[must_use]
pub fn may_be_key(text: &str) -> bool {
    const SHORTEST_KEY: usize = 32;
    text.len() >= SHORTEST_KEY && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
