//! Parameters about passwords and tokens.

/// Why an account cannot have the desired token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenObstacle {
    /// The database has no token table.
    NoTable,
    /// The database has no token table of the scheme.
    NoTableOfScheme,
    /// The database has several schemes.
    SeveralSchemes,
    /// The account is inactive.
    InactiveAccount,
}

/// Why a given key cannot be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyFlaw {
    /// It has characters that no header can contain.
    Characters,
    /// It has too few characters.
    TooShort,
    /// It has too few different characters.
    Guessable,
    /// It appears in published examples.
    Published,
    /// It is too long for DRF's table.
    TooLong,
    /// knox would publish too much of it.
    Prefix,
    /// Its user does not exist.
    NoUser,
    /// This version of knox digests hexadecimal keys only.
    NotHexadecimal,
}

/// What is wrong with a token of a fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixtureToken {
    /// The primary key is not a string.
    Key,
    /// The time of creation is missing.
    Created,
    /// The token key of knox is missing.
    TokenKey,
    /// The expiry is neither a time nor null.
    Expiry,
}

/// An attribute of the user that a password must not resemble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// The login name.
    Username,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The email address.
    Email,
}

/// Why a password is weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It resembles this attribute of the user, the first one that matches.
    TooSimilar(Attribute),
    /// It has too few characters.
    TooShort,
    /// It is in the list of common passwords.
    TooCommon,
    /// It consists of digits only, in any script.
    EntirelyNumeric,
}

impl Weakness {
    /// Django's error code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooSimilar(_) => "password_too_similar",
            Self::TooShort => "password_too_short",
            Self::TooCommon => "password_too_common",
            Self::EntirelyNumeric => "password_entirely_numeric",
        }
    }
}
