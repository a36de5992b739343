//! Passwords as the `password` column holds them.

use std::fmt;

use super::method::{Algorithm, Method};
use super::{argon2, bcrypt, md5, pbkdf2, scrypt};
use bcrypt::Input;
use pbkdf2::Prf;

/// What Django writes in front of a text that no password fits.
pub(super) const UNUSABLE: char = '!';

/// An encoded password: what the `password` column holds.
///
/// Either a hash of a known [`Algorithm`] or an unusable marker. `Debug` shows algorithm and cost
/// alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded(pub(super) String);

impl Encoded {
    /// Takes a text that was encoded elsewhere.
    ///
    /// # Errors
    /// When the text is neither a whole hash of a known algorithm nor an unusable marker. That its
    /// cost is beyond the limits of [`verify`](super::verify) is no error.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Parsed::parse(text).map(|_| Self(text.to_owned()))
    }

    /// As [`Self::parse`], with what is known of it.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn described(text: String) -> Result<(Self, Summary), Malformed> {
        let summary = Parsed::parse(&text)?.summary();
        Ok((Self(text), summary))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Algorithm and cost.
    #[must_use]
    pub fn summary(&self) -> Summary {
        describe(&self.0)
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoded({})", self.summary())
    }
}

/// Why a text is not an encoded password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It does not begin with the name of a known algorithm.
    UnknownAlgorithm,
    /// It begins with this algorithm's name, and the rest is not of its form.
    Not(Algorithm),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAlgorithm => f.write_str("not a password hash of a known algorithm"),
            Self::Not(algorithm) => write!(f, "not a whole {algorithm} hash"),
        }
    }
}

impl std::error::Error for Malformed {}

/// What is known of an encoded password without the password. Holds no salt and no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summary {
    /// A hash.
    Hashed(Method),
    /// A hash of an algorithm that Django has dropped, by its name in Django.
    Dropped(&'static str),
    /// A marker that no password fits.
    Unusable,
    /// Anything else, malformed hashes included.
    Unknown,
}

impl Summary {
    /// Whether it is a hash below the floor, as [`Method::is_weak`] gives it; dropped algorithms
    /// always are.
    #[must_use]
    pub fn is_weak(self) -> bool {
        match self {
            Self::Hashed(method) => method.is_weak(),
            Self::Dropped(_) => true,
            Self::Unusable | Self::Unknown => false,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hashed(method) => method.fmt(f),
            Self::Dropped(name) => f.write_str(name),
            Self::Unusable => f.write_str("unusable"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// Algorithm and cost of an encoded password, for listings.
#[must_use]
pub fn describe(encoded: &str) -> Summary {
    match Parsed::parse(encoded) {
        Ok(parsed) => parsed.summary(),
        Err(_) => dropped(encoded).map_or(Summary::Unknown, Summary::Dropped),
    }
}

/// The dropped algorithms: salted and unsalted SHA-1 and unsalted MD5, until Django 5.0; crypt,
/// until 4.2.
fn dropped(encoded: &str) -> Option<&'static str> {
    let is_hex =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unsalted_md5 = encoded.strip_prefix("md5$$").unwrap_or(encoded);
    if is_hex(unsalted_md5, 32) {
        return Some("unsalted_md5");
    }
    let (algorithm, rest) = encoded.split_once('$')?;
    let (salt, hash) = rest.split_once('$')?;
    match algorithm {
        "sha1" if is_hex(hash, 40) && salt.is_empty() => Some("unsalted_sha1"),
        "sha1" if is_hex(hash, 40) => Some("sha1"),
        "crypt" => Some("crypt"),
        _ => None,
    }
}

/// An encoded password taken apart.
pub(super) enum Parsed<'a> {
    Unusable,
    Hash(Hash<'a>),
}

/// A hash taken apart.
pub(super) enum Hash<'a> {
    Pbkdf2(pbkdf2::Parts<'a>),
    Argon2(argon2::Parts),
    Bcrypt(bcrypt::Parts),
    Scrypt(scrypt::Parts<'a>),
    Md5(md5::Parts<'a>),
}

impl<'a> Parsed<'a> {
    pub(super) fn parse(encoded: &'a str) -> Result<Self, Malformed> {
        if encoded.starts_with(UNUSABLE) {
            return Ok(Self::Unusable);
        }
        let (name, rest) = encoded.split_once('$').unwrap_or((encoded, ""));
        let algorithm = name.parse().map_err(|_| Malformed::UnknownAlgorithm)?;
        Hash::parse(algorithm, rest).map(Self::Hash).ok_or(Malformed::Not(algorithm))
    }
}

impl Parsed<'_> {
    fn summary(&self) -> Summary {
        match self {
            Self::Hash(hash) => Summary::Hashed(hash.method()),
            Self::Unusable => Summary::Unusable,
        }
    }
}

impl<'a> Hash<'a> {
    fn parse(algorithm: Algorithm, rest: &'a str) -> Option<Self> {
        match algorithm {
            Algorithm::Pbkdf2Sha256 => pbkdf2::Parts::parse(Prf::Sha256, rest).map(Self::Pbkdf2),
            Algorithm::Pbkdf2Sha1 => pbkdf2::Parts::parse(Prf::Sha1, rest).map(Self::Pbkdf2),
            Algorithm::Argon2 => argon2::Parts::parse(rest).map(Self::Argon2),
            Algorithm::BcryptSha256 => bcrypt::Parts::parse(Input::Sha256, rest).map(Self::Bcrypt),
            Algorithm::Bcrypt => bcrypt::Parts::parse(Input::Raw, rest).map(Self::Bcrypt),
            Algorithm::Scrypt => scrypt::Parts::parse(rest).map(Self::Scrypt),
            Algorithm::Md5 => md5::Parts::parse(rest).map(Self::Md5),
        }
    }

    pub(super) fn method(&self) -> Method {
        match self {
            Self::Pbkdf2(hash) => hash.method(),
            Self::Argon2(hash) => Method::Argon2(hash.cost),
            Self::Bcrypt(hash) => hash.method(),
            Self::Scrypt(hash) => Method::Scrypt(hash.cost),
            Self::Md5(_) => Method::Md5,
        }
    }
}
