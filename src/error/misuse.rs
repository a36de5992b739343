//! Options that contradict the database, the files or each other, as data.

use std::path::PathBuf;

/// A combination of options and input that makes no sense. Ends with the exit code of wrong usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// This lifetime ends after the year 9999.
    LongLifetime(String),
    /// A lifetime was given for a token that does not expire.
    NoExpiry,
    /// A token that has to expire was to be valid for ever.
    ExpiryNeeded,
    /// No table of API keys fits, with or without a user.
    ApiKeyOwner {
        /// Whether a user was given.
        is_given: bool,
    },
    /// The signature of a JWT cannot be checked without its key.
    SigningKeyNeeded,
    /// The signature of a JWT has an algorithm that is unknown here.
    UnknownAlgorithm,
    /// A JWT is in no table that could say that it is revoked.
    UnrecordedJwt,
    /// Accounts are to be pruned, but this file declares no scope.
    NoScope(String),
    /// The results file is the input file.
    ResultsAreInput(PathBuf),
    /// New tokens would be shown nowhere without a results file.
    NoResults,
    /// A delimiter was given for another format.
    Delimiter,
    /// The excluded app or model is not in the file. Contains a similar one.
    NothingToExclude {
        /// The given name.
        name: String,
        /// The most similar name.
        near: Option<String>,
    },
    /// The mapped heading is not in the file. Contains a similar one.
    NoHeadingToMap {
        /// The given heading.
        heading: String,
        /// The most similar heading.
        near: Option<String>,
    },
    /// The file is not a results file.
    ForeignResults(PathBuf),
    /// Other users can read the results file.
    ReadableResults(PathBuf),
    /// Another run is writing to the results file.
    LockedResults(PathBuf),
    /// An interrupted run left rows undecided.
    UndecidedRows {
        /// The results file.
        path: PathBuf,
        /// The number of rows.
        rows: u64,
        /// The database of that run, if it is another one.
        database: Option<String>,
    },
    /// A fixture needs password hashes.
    PasswordHashesNeeded,
    /// A fixture needs these columns, which look like secrets.
    SecretsNeeded(Vec<String>),
    /// The database has no token keys to export.
    NoTokenKeys,
    /// No exported table has this column.
    UnknownDuration(String),
    /// This column cannot be a duration.
    NoDuration(String),
    /// No exported table or column has this name.
    UnknownName(String),
    /// The model of this table is unknown.
    UnknownModel(String),
    /// Users have no such column.
    UnknownColumn {
        /// The option that named it.
        usage: ColumnUse,
        /// The given name.
        name: String,
        /// The most similar name.
        near: Option<String>,
        /// The known names.
        known: Vec<String>,
    },
    /// The column cannot be compared: its values may be secrets, or the database does not have them as they are shown.
    NotComparable {
        /// The option that named it.
        usage: ColumnUse,
        /// The column.
        name: String,
    },
    /// An empty value is neither less nor more than others.
    NoValue(String),
    /// A decision names no reference to the deleted rows.
    UnknownReference {
        /// The decision.
        decision: ReferenceDecision,
        /// The given name.
        name: String,
        /// The references that need a decision.
        known: Vec<String>,
    },
    /// A reference is to be cleared, but its rows are deleted.
    DeletedReference(String),
    /// Both decisions name this reference.
    TwoDecisions(String),
    /// The file to import is a workbook of a spreadsheet program, or another ZIP file.
    Workbook(String),
    /// The file to import is an SQLite database.
    SqliteFile(String),
    /// A profile of this kind is part of its user's row in Django's multi-table inheritance.
    ProfileOfUserRow(String),
}

/// What a column of users was named for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnUse {
    /// To print it.
    Columns,
    /// To sort by it.
    Sort,
    /// To compare it with a value.
    Where,
}

/// What to do with rows that refer to deleted rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceDecision {
    /// Delete them.
    Cascade,
    /// Set the reference to NULL.
    SetNull,
}

/// What selects one of several candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// The token scheme.
    Scheme,
    /// The setting for the table of tokens.
    TokenTable,
    /// The Django model of this table.
    Model(String),
    /// The setting for the login column.
    LoginColumn,
    /// The setting for the user table.
    UserTable,
    /// More characters of the token prefix, or the user.
    TokenPrefix,
    /// The user's name or key.
    User,
}

/// How to avoid an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Copy the database without checking the copy.
    SkipCheck,
    /// Write the token to an output file.
    OutputFile,
}
