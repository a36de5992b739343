//! Parameters about other accounts and the database.

/// A conflict with another account, or with a change by another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// A unique value already exists. Contains the columns.
    Taken(String),
    /// The login name already exists.
    UsernameTaken,
    /// The email address, which is the login name, already exists.
    EmailTaken,
    /// The email address, which is unique but not the login name, belongs to another user.
    AddressTaken,
    /// The user already has another drf key.
    OtherToken,
    /// The user of this name no longer exists.
    UserNotFound(String),
    /// This has changed.
    ChangedMeanwhile(String),
}

impl Conflict {
    /// Returns the stable name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Taken(_) => "taken",
            Self::UsernameTaken => "username_taken",
            Self::EmailTaken | Self::AddressTaken => "email_taken",
            Self::OtherToken => "other_token",
            Self::UserNotFound(_) => "user_not_found",
            Self::ChangedMeanwhile(_) => "changed_meanwhile",
        }
    }
}

/// A rule of the database that a change violates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restriction {
    /// This CHECK constraint.
    Check(String),
    /// A value refers to a missing row.
    Reference,
    /// A text is too long for its column.
    Length,
    /// A number is too large for its column.
    Range,
    /// Another rule for a value, as the database describes it.
    Value(String),
    /// Another rule, as the database describes it.
    Other(String),
}

impl Restriction {
    /// Returns the stable name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Check(_) => "check",
            Self::Reference => "reference",
            Self::Length => "max_length",
            Self::Range | Self::Value(_) => "invalid",
            Self::Other(_) => "refused",
        }
    }
}

/// References to rows that would be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum References {
    /// The references of one column.
    Column(Box<BlockedReference>),
    /// References to this user, or to rows that are deleted with the user, that authctl cannot resolve.
    Beyond(String),
}

/// Rows that refer to rows which would be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedReference {
    /// The number of rows.
    pub count: u64,
    /// The table that they refer to.
    pub target: String,
    /// The column that contains the reference.
    pub column: String,
    /// How the reference can be resolved.
    pub way: ReferenceWay,
}

/// How a reference to rows that would be deleted can be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceWay {
    /// By setting it to NULL.
    Clear,
    /// By deleting the rows.
    Delete,
    /// By deleting the rows, although Django would set it to NULL: the column must have a value.
    DeleteRequired,
    /// In the project only.
    Project,
}

/// Accounts that are not in a file, and too many to be pruned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrunedAccounts {
    /// Their number.
    pub count: usize,
    /// Whether they would be deleted, not deactivated.
    pub are_deleted: bool,
    /// The maximum number.
    pub limit: usize,
    /// The first login names.
    pub names: Vec<String>,
}
