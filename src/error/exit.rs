//! Exit codes: one for each kind of outcome, so that a script can tell them apart.

use std::process::ExitCode;

use crate::error::refusal::Refusal;

/// The outcome of a run, as an exit code.
///
/// The numbers are a stable interface, documented in `--help` and in `docs/json-and-exit-codes.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The command succeeded.
    Done = 0,
    /// Input or output, the database, or anything unexpected failed.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// The named user, token, profile kind or group does not exist.
    NotFound = 3,
    /// Bad credentials, an invalid or expired token, an inactive user, or no saved login.
    NotAuthenticated = 4,
    /// The user, token or file already exists.
    AlreadyExists = 5,
    /// Refused by validation: a field is missing, a name is bad, or a password is weak.
    Invalid = 6,
    /// Several candidates match and none was selected.
    Ambiguous = 7,
    /// The database is in use by another writer, or the data changed after the user confirmed. Try again.
    Busy = 8,
    /// The database is unusable: missing, unreachable, not SQLite, without the tables or privileges, or damaged.
    NotUsable = 9,
    /// Too many failed logins. Wait.
    Throttled = 10,
    /// `check` found errors or warnings.
    Findings = 11,
    /// With `--exit-code`: something would change.
    WouldChange = 12,
    /// The change was made, but users whom it should lock out can still get in.
    StillOpen = 13,
    /// The change was made, or may have been, but the answer could not be given.
    LostAnswer = 14,
    /// No token was created: it is unknown to which table the project's tokens belong, or in which form.
    TokenTable = 15,
    /// Interrupted by Ctrl-C, or declined at a confirmation. Nothing was changed.
    Interrupted = 130,
}

impl Exit {
    /// Returns the number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl Refusal {
    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Misuse(_) | Self::Config { .. } | Self::Foreign(_) => Exit::Usage,
            Self::UserNotFound(_)
            | Self::UnknownUsers(_)
            | Self::TokenNotFound(_)
            | Self::ApplicationNotFound(_)
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
            | Self::NameTaken { .. }
            | Self::AddressTaken
            | Self::AddressVerified { .. }
            | Self::Taken(_)
            | Self::OtherToken(_)
            | Self::FileExists { .. } => Exit::AlreadyExists,
            Self::Invalid(_)
            | Self::InvalidInput { .. }
            | Self::StillReferenced(_)
            | Self::RowNeeded { .. }
            | Self::InactiveUser(_)
            | Self::TokenLimit(_) => Exit::Invalid,
            Self::Ambiguous(_) | Self::Undecided(_) => Exit::Ambiguous,
            Self::Busy
            | Self::Deadlock
            | Self::ServerBusy { .. }
            | Self::BusyLater { .. }
            | Self::ChangedMeanwhile(_) => Exit::Busy,
            Self::DatabaseMissing(_) | Self::DatabaseUnusable { .. } => Exit::NotUsable,
            Self::Throttled(_) => Exit::Throttled,
            Self::Findings { .. } => Exit::Findings,
            Self::WouldChange => Exit::WouldChange,
            Self::TokenTable(_) => Exit::TokenTable,
            Self::StillOpen(_) => Exit::StillOpen,
            Self::LostAnswer(_) => Exit::LostAnswer,
            Self::Declined | Self::InputEnded | Self::Interrupted | Self::InterruptedLater => {
                Exit::Interrupted
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
