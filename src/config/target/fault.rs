//! Why a database is not named correctly. Each message continues after `--db: `, and repeats no value.

use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error as ThisError;

/// Where a parameter came from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// The URL.
    Url(&'static str),
    /// A line of a service file.
    Service(&'static str, PathBuf, usize),
    /// A variable.
    Variable(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(name) => write!(f, "{name} in the URL"),
            Self::Service(name, path, line) => write!(f, "{name} in {}, line {line},", path.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

impl Origin {
    /// The fault of the parameter from there. `predicate` continues the sentence.
    pub fn fault(&self, predicate: impl Into<String>) -> TargetFault {
        TargetFault::Parameter(self.clone(), predicate.into())
    }
    /// Returns the path that the parameter names. A relative one in a URL counts from this folder.
    pub fn path(&self, path: &str, folder: &Path) -> PathBuf {
        match self {
            Self::Url(_) => folder.join(path),
            Self::Service(..) | Self::Variable(_) => path.into(),
        }
    }
}

/// Why a database is not named correctly.
#[derive(Debug, ThisError)]
pub enum TargetFault {
    /// An empty text.
    #[error("the path or URL is empty")]
    Empty,
    /// A URL that is not text.
    #[error("the URL is not valid UTF-8")]
    NotUtf8,
    /// `env:` without a name.
    #[error("env: must be followed by the name of a variable, such as env:DATABASE_URL")]
    VariableName,
    /// `env:NAME` for a variable without a value.
    #[error("the variable {0} is not set, or empty")]
    VariableUnset(String),
    /// `env:NAME` for a variable with `env:`.
    #[error("its value must be a path or a URL, not another env:")]
    VariableInVariable,
    /// What is wrong with the value of a variable that `env:NAME` names.
    #[error("{name}: {fault}")]
    InVariable {
        /// The name of the variable.
        name: String,
        /// What is wrong.
        fault: Box<Self>,
    },
    /// A password that other users can read.
    #[error(
        "passwords are not accepted on the command line, where other users can see them. Put the password in \
         PGPASSWORD or ~/.pgpass, or the URL in a variable and pass --db env:NAME"
    )]
    PasswordInArguments,
    /// `host=… dbname=…`.
    #[error(
        "connection strings of the form NAME=VALUE are not supported. Pass a URL such as \
         postgres://USER@HOST/DATABASE, or write ./ before a path"
    )]
    KeywordString,
    /// A URL of something else.
    #[error(
        "the scheme of the URL is not supported. Use postgres:// for a server, and a path or sqlite:/// for a file"
    )]
    Scheme,
    /// `postgres:shop`.
    #[error(
        "a URL has two slashes after the colon, as in postgres://USER@HOST/DATABASE. For a file of this name, write ./ \
         before it"
    )]
    Slashes,
    /// `sqlite://path`.
    #[error(
        "an sqlite URL has three slashes before a relative path and four before an absolute one, such as \
         sqlite:///db.sqlite3"
    )]
    SqliteSlashes,
    /// `sqlite://` or `sqlite://:memory:`.
    #[error("a database in memory is not supported. Name a file")]
    InMemory,
    /// `%` without two hexadecimal digits.
    #[error("the {0} in the URL has an invalid percent-encoding. Write a percent sign as %25")]
    PercentEncoding(&'static str),
    /// Percent-encoded bytes that are not text.
    #[error("the {0} in the URL is not valid UTF-8, or has a NUL character")]
    BadText(&'static str),
    /// A line break or another control character.
    #[error("the URL contains a control character, such as a line break")]
    ControlCharacter,
    /// A character that has to be percent-encoded.
    #[error("the URL has {0} in an ambiguous position. Inside a user, password or value, write it as {1}")]
    Ambiguous(&'static str, &'static str),
    /// A URL for libpq's choice among several servers.
    #[error("several hosts are not supported. Name the primary server only")]
    SeveralHosts,
    /// Brackets without an IPv6 address, or the other way round.
    #[error("an IPv6 address in the URL is written in brackets, such as [::1]")]
    Brackets,
    /// `?name`.
    #[error("parameter {0} of the URL must be of the form NAME=VALUE")]
    ParameterForm(usize),
    /// `?no_such=…`.
    #[error("parameter {position} of the URL is unknown.{hint}")]
    UnknownParameter {
        /// Its position, from 1.
        position: usize,
        /// A known name that resembles it, in a sentence, or nothing.
        hint: String,
    },
    /// `?port=1&port=2`.
    #[error("{0} occurs twice in the URL")]
    Repeated(&'static str),
    /// What is wrong with a parameter from anywhere.
    #[error("{0} {1}")]
    Parameter(Origin, String),
    /// A variable that is not text.
    #[error("{0} is not valid UTF-8")]
    VariableNotUtf8(&'static str),
    /// A service without a definition.
    #[error("no service file defines the service of {0}. Looked in {1}")]
    NoService(Origin, String),
    /// A service file that cannot be read or has another form.
    #[error("the service file {}{} {reason}", path.display(), line.map(|line| format!(", line {line},")).unwrap_or_default())]
    ServiceFile {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: Option<usize>,
        /// What is wrong, as the rest of the sentence.
        reason: String,
    },
    /// Host and address of a server.
    #[error("{0} and {1} are both set, which is not supported. Set one of them")]
    HostAndAddress(Origin, Origin),
    /// A user id without a name.
    #[error("the URL names no user, and this system has no name for yours. Add a user or set PGUSER")]
    NoUser,
}

impl TargetFault {
    /// Says in which variable the fault is.
    pub fn of_variable(self, name: &str) -> Self {
        Self::InVariable { name: name.to_owned(), fault: Box::new(self) }
    }
}
