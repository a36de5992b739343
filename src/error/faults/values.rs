//! Parameters about values: what they must be, and how to provide them.

/// A kind of value that a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A whole number.
    Integer,
    /// A whole number, or a duration in microseconds.
    IntegerOrDuration,
    /// A floating-point number.
    Real,
    /// Text, with an optional maximum length.
    Text {
        /// The maximum number of characters.
        max_length: Option<usize>,
    },
    /// True or false.
    Boolean,
    /// A point in time.
    Timestamp,
    /// A date without a time.
    Date,
    /// A time of day.
    Time,
    /// A UUID.
    Uuid,
    /// A length of time.
    Duration,
    /// A decimal number.
    Decimal,
    /// A JSON document.
    Json,
    /// An IP address, or a network.
    Address,
    /// Bytes.
    Bytes,
    /// A type of the database's own, by its name in SQL.
    Other(String),
}

/// The digits that a decimal may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitLimit {
    /// This many significant digits, since Django reads no more.
    Significant(usize),
    /// These many digits on each side of the point.
    Fixed {
        /// The digits before the point.
        before: usize,
        /// The digits behind the point.
        behind: usize,
    },
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A value of this kind.
    Kind(ValueKind),
    /// A value of this kind, as a JSON value.
    JsonOf(ValueKind),
    /// A value of this kind, but the given bytes are not text.
    TextOf(ValueKind),
    /// A whole number of at most 64 bits.
    SmallInteger,
    /// A whole number in this range.
    Range(i64, i64),
    /// An email address.
    EmailAddress,
    /// A user name of the characters that Django accepts.
    UsernameCharacters,
    /// A string.
    Text,
    /// A list of strings.
    Texts,
    /// True or false, as a TOML or JSON value.
    Flag,
    /// True or false, as people write it.
    YesOrNo,
    /// Bytes in base64.
    Base64,
    /// Names of groups.
    Groups,
    /// Kinds of profiles.
    ProfileKinds,
    /// Permissions.
    Permissions,
    /// A permission as `app_label.codename`.
    PermissionName,
    /// The fields of the profile of this kind, as an object.
    ProfileFields(String),
    /// A table of keys.
    Table,
    /// The list of accounts.
    Accounts,
    /// A password reference.
    PasswordReference,
    /// A password reference with exactly one source.
    OnePasswordSource,
    /// An encoded password in its own key.
    HashReference,
    /// True, or the length of a random password.
    RandomPassword {
        /// The minimum length.
        least: usize,
        /// The maximum length.
        most: usize,
    },
}

/// How to provide a missing value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Provide the login name.
    LoginName,
    /// Provide the email address.
    Email,
    /// Provide the first name.
    FirstName,
    /// Provide the last name.
    LastName,
    /// Choose one of these profile kinds.
    ProfileKind(Vec<String>),
    /// Provide a field, whose column holds values of this kind.
    Field(Option<ValueKind>),
    /// Provide a required field of the project.
    ProjectField(Box<ProjectField>),
    /// Provide the password.
    Password(PasswordSources),
    /// List the accounts.
    Accounts,
    /// Declare which login names the file manages.
    ScopePatterns,
    /// Name the group.
    GroupName,
    /// Provide a password that is not empty.
    FilledPassword,
    /// Provide a new login name that is not empty.
    NewLoginName,
    /// Provide a value for this column of the database.
    Column(String),
}

/// A required column of the project, of the user table or of a profile table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectField {
    /// The kind of its values.
    pub kind: ValueKind,
    /// The column.
    pub column: String,
    /// The profile kind that has the column; `None` for the user table.
    pub profile: Option<String>,
    /// Whether one value can serve all new accounts, so that it can be a default in the settings.
    pub may_have_default: bool,
    /// Whether the empty text is a value that Django would store for a blank field.
    pub may_be_blank: bool,
    /// The value that all of the newest users have.
    pub shared: Option<SharedValue>,
    /// The value of the newest user, if it is no secret and may serve others.
    pub example: Option<serde_json::Value>,
    /// Whether the newest users have random texts of one form.
    pub is_random: bool,
}

/// A value that several users have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedValue {
    /// The value as an option or a prompt accepts it.
    pub text: String,
    /// The value.
    pub json: serde_json::Value,
    /// The number of users.
    pub users: usize,
}

/// The sources of a password that a command accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordSources {
    /// The sources of an existing password.
    Known,
    /// Also a random password, or none.
    New,
    /// Also an encoded password.
    NewOrEncoded,
}

/// The values of a field with a fixed choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// One of these profile kinds.
    ProfileKind(Vec<String>),
    /// When to set the password.
    UpdatePassword,
    /// Which token the account has.
    Token,
}

/// The missing row or object that a value refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MissingTarget {
    /// This permission.
    Permission {
        /// How it was named.
        name: String,
        /// The most similar name.
        near: Option<String>,
    },
    /// A row with this key.
    Row {
        /// The table.
        table: String,
        /// Its column.
        column: String,
    },
    /// A user of the same file.
    UserInFile,
}
