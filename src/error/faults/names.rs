//! Parameters about names of fields, columns and keys.

use crate::error::misuse::Selector;
use crate::error::suggest::nearest;

/// A user column with an option or a command of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnColumn {
    /// The login name.
    LoginName,
    /// The email address.
    Email,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// Whether the user may enter Django's admin.
    Staff,
    /// Whether the user has every permission.
    Superuser,
    /// Whether the user may log in.
    Active,
    /// The password.
    Password,
}

/// Why a field cannot be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsettable {
    /// The column is set in its own way.
    OwnColumn {
        /// The column.
        column: OwnColumn,
        /// Whether the account is new.
        is_new: bool,
    },
    /// The database assigns it.
    Assigned,
    /// The email address is the login name, and both are given.
    TwoLoginNames,
    /// The login name cannot be emptied.
    LoginName,
    /// The email address is the login name, which changes in its own way.
    LoginNameByEmail,
    /// The account has no email address to vouch for.
    NoAddress,
    /// The existing user has another key.
    OtherKey(String),
    /// A profile cannot be deleted.
    ProfileDeletion,
    /// Clients may not choose groups.
    Groups,
    /// Clients may not choose permissions.
    Permissions,
    /// It is the time of registration.
    TimeOfRegistration,
    /// Django sets it at login.
    TimeOfLogin,
}

/// A name that means no field or key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownName {
    /// It is one of Django's columns, which the user table of this name lacks.
    Column(String),
    /// It means no field.
    Field(NameHint),
    /// It means a field of another profile.
    OtherProfile(Box<FieldOwners>),
    /// It is a heading, or the field that a heading is mapped to.
    Heading(Box<(String, NameHint)>),
    /// It means no key.
    Key(NameHint),
    /// It means a token, but the database has no token table.
    Token,
}

/// What is known about a name that means no field or key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameHint {
    /// It resembles this name.
    Near(String),
    /// These are all known names.
    Known(Vec<String>),
}

impl NameHint {
    /// Returns the known name that is most similar, or else all of them.
    pub fn of<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Self {
        nearest(name, known.clone()).map_or_else(
            || Self::Known(known.map(str::to_owned).collect()),
            |near| Self::Near(near.to_owned()),
        )
    }
}

/// Profiles that have a field, as opposed to the account's own profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldOwners {
    /// The kinds that have the field.
    pub kinds: Vec<String>,
    /// The kinds of the account's own profiles.
    pub own: Vec<String>,
    /// Whether the account is new.
    pub is_new: bool,
}

/// Candidates of which one has to be selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// What was looked for, as the beginning of a sentence.
    pub what: String,
    /// The candidates, the likeliest first.
    pub found: Vec<String>,
    /// What selects one of them.
    pub decide: Selector,
}

/// What is set twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Twice {
    /// The field.
    Field,
    /// The field of this name, by two columns.
    Columns(String),
    /// The password, in plain text and as a hash.
    Password,
    /// An account that the file already has.
    Account {
        /// The login name.
        username: String,
        /// The line of the first one.
        line: usize,
    },
    /// The login name, which was on this line before.
    Line(u32),
    /// The name of a group of a fixture.
    GroupName,
    /// The membership in this group, which is both added and removed.
    Group(String),
    /// The profile of this kind, which is both added and removed.
    Profile(String),
    /// The permission of this name, which is both added and removed.
    Permission(String),
    /// The field, which is both set and unset.
    Unset,
}
