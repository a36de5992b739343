//! The error of every operation, and how to add what could not be done because of it.

use std::fmt::Display;
use std::io;

use thiserror::Error as ThisError;

use crate::error::misuse::{Advice, Misuse};
use crate::error::refusal::Refusal;

/// The result of an operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation failed. The message includes all causes.
#[derive(Debug, ThisError)]
pub enum Error {
    /// An expected failure that a person or a script has to act upon.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// Input or output failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Anything else that failed, described by this message.
    #[error("{0}")]
    Failed(String),
    /// Anything else that failed, as a library reports it.
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
    /// An error, and how to avoid it.
    #[error("{error}")]
    Advised {
        /// The error.
        error: Box<Error>,
        /// How to avoid it.
        advice: Advice,
    },
    /// An error, and what could not be done because of it.
    #[error("{what}: {error}")]
    Context {
        /// What could not be done.
        what: String,
        /// Why.
        error: Box<Error>,
    },
}

impl Error {
    /// Returns the expected failure, if it is one.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refusal(refusal) => Some(refusal),
            Self::Context { error, .. } | Self::Advised { error, .. } => error.refusal(),
            Self::Io(_) | Self::Failed(_) | Self::Other(_) => None,
        }
    }

    /// Returns the expected failure, or the error unchanged if it is none.
    pub fn into_refusal(self) -> Result<Refusal> {
        match self {
            Self::Refusal(refusal) => Ok(refusal),
            Self::Context { error, .. } | Self::Advised { error, .. } if error.refusal().is_some() => {
                error.into_refusal()
            }
            other => Err(other),
        }
    }

    /// Returns the kind of a failed input or output.
    #[must_use]
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Io(error) => Some(error.kind()),
            Self::Context { error, .. } | Self::Advised { error, .. } => error.io_kind(),
            Self::Refusal(_) | Self::Failed(_) | Self::Other(_) => None,
        }
    }

    /// Whether this is the error of a commit that may still have succeeded.
    #[must_use]
    pub fn is_doubtful_commit(&self) -> bool {
        matches!(self.refusal(), Some(Refusal::LostAnswer(lost)) if !lost.is_certain)
    }

    /// Whether a deadlock ended the transaction, which can succeed if it is repeated.
    #[must_use]
    pub fn is_deadlock(&self) -> bool {
        matches!(self.refusal(), Some(Refusal::Deadlock))
    }

    /// Whether a user with the same login name already exists.
    #[must_use]
    pub fn is_of_existing_user(&self) -> bool {
        matches!(self.refusal(), Some(Refusal::UsernameTaken | Refusal::EmailTaken))
    }

    /// Returns how to avoid the error, if it is known.
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        match self {
            Self::Advised { advice, .. } => Some(*advice),
            Self::Context { error, .. } => error.advice(),
            Self::Refusal(_) | Self::Io(_) | Self::Failed(_) | Self::Other(_) => None,
        }
    }

    /// Says how to avoid the error.
    #[must_use]
    pub fn advised(self, advice: Advice) -> Self {
        Self::Advised { error: Box::new(self), advice }
    }

    /// Says what could not be done.
    #[must_use]
    pub fn context(self, what: impl Into<String>) -> Self {
        Self::Context { what: what.into(), error: Box::new(self) }
    }
}

impl From<Misuse> for Error {
    fn from(misuse: Misuse) -> Self {
        Refusal::Misuse(misuse).into()
    }
}

macro_rules! from_libraries {
    ($($error:ty),*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::Other(error.into())
            }
        })*
    };
}

from_libraries!(csv::Error, postcard::Error, serde_json::Error, std::fmt::Error, std::num::TryFromIntError);

impl From<rustix::io::Errno> for Error {
    fn from(error: rustix::io::Errno) -> Self {
        Self::Io(error.into())
    }
}

/// Adds to an error what could not be done.
pub trait ErrorContext<T> {
    /// Says what could not be done.
    ///
    /// # Errors
    /// The error of `self`, in this context.
    fn context(self, what: impl Display) -> Result<T>;

    /// Like [`Self::context`], but builds the text only if it is needed.
    ///
    /// # Errors
    /// The error of `self`, in this context.
    fn with_context<D: Display>(self, what: impl FnOnce() -> D) -> Result<T>;
}

impl<T, E: Into<Error>> ErrorContext<T> for std::result::Result<T, E> {
    fn context(self, what: impl Display) -> Result<T> {
        self.map_err(|error| error.into().context(what.to_string()))
    }

    fn with_context<D: Display>(self, what: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|error| error.into().context(what().to_string()))
    }
}

impl<T> ErrorContext<T> for Option<T> {
    fn context(self, what: impl Display) -> Result<T> {
        self.ok_or_else(|| Error::Failed(what.to_string()))
    }

    fn with_context<D: Display>(self, what: impl FnOnce() -> D) -> Result<T> {
        self.ok_or_else(|| Error::Failed(what().to_string()))
    }
}

/// Builds an [`Error::Failed`] from a format string.
macro_rules! failed {
    ($($message:tt)*) => {
        $crate::error::failure::Error::Failed(format!($($message)*))
    };
}

pub(crate) use failed;
