//! Encoded passwords.

use std::fmt;

use rand::CryptoRng;
use rand::distr::{Alphanumeric, SampleString};

use super::algorithms::Algorithm;
use super::method::Method;

/// The first character of an unusable password.
const UNUSABLE: char = '!';

/// A value of the `password` column: a hash of a known [`Algorithm`], or an unusable password.
///
/// `Debug` shows only the algorithm and the cost.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded(pub(super) String);

impl Encoded {
    /// Parses a text that was encoded elsewhere. Its cost may exceed the limits of [`verify`](fn@super::verify).
    ///
    /// # Errors
    /// Fails if the text is neither a complete hash of a known algorithm nor an unusable password.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Parsed::parse(text).map(|_| Self(text.to_owned()))
    }

    /// Parses a text like [`Self::parse`], and also returns its summary.
    ///
    /// # Errors
    /// The same as for [`Self::parse`].
    pub fn described(text: String) -> Result<(Self, Summary), Malformed> {
        let summary = Parsed::parse(&text)?.summary();
        Ok((Self(text), summary))
    }

    /// Returns the encoded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the encoded text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Returns the algorithm and the cost.
    #[must_use]
    pub fn summary(&self) -> Summary {
        describe(&self.0)
    }
}

/// Creates an unusable password: `!` and 40 random letters and digits, like Django. No password matches it.
#[must_use]
pub fn unusable(rng: &mut dyn CryptoRng) -> Encoded {
    Encoded(format!("{UNUSABLE}{}", Alphanumeric.sample_string(rng, 40)))
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoded({})", self.summary())
    }
}

/// Why a text is not an encoded password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It does not start with the name of a known algorithm.
    UnknownAlgorithm,
    /// It starts with the name of this algorithm, but the rest is malformed.
    Not(Algorithm),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAlgorithm => f.write_str("not a password hash of a known algorithm"),
            Self::Not(algorithm) => write!(f, "a malformed {algorithm} hash"),
        }
    }
}

impl std::error::Error for Malformed {}

/// What an encoded password reveals without the password. Contains neither salt nor hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summary {
    /// A hash.
    Hashed(Method),
    /// A hash of an algorithm that Django has removed. Holds its name in Django.
    Removed(&'static str),
    /// No password matches.
    Unusable,
    /// Anything else, including malformed hashes.
    Unknown,
}

impl Summary {
    /// Whether this is a hash below the floor, see [`Method::is_weak`]. Removed algorithms are always weak.
    #[must_use]
    pub fn is_weak(self) -> bool {
        match self {
            Self::Hashed(method) => method.is_weak(),
            Self::Removed(_) => true,
            Self::Unusable | Self::Unknown => false,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hashed(method) => method.fmt(f),
            Self::Removed(name) => f.write_str(name),
            Self::Unusable => f.write_str("unusable"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// Returns the algorithm and the cost of an encoded password, for listings.
#[must_use]
pub fn describe(encoded: &str) -> Summary {
    match Parsed::parse(encoded) {
        Ok(parsed) => parsed.summary(),
        Err(_) => removed(encoded).map_or(Summary::Unknown, Summary::Removed),
    }
}

/// Recognizes the algorithms that Django has removed: crypt (in 5.0), SHA-1 with and without a salt, and unsalted MD5
/// (all in 5.1).
fn removed(encoded: &str) -> Option<&'static str> {
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

/// A parsed encoded password.
pub(super) enum Parsed<'a> {
    Unusable,
    /// A hash: its method, and the body after the algorithm's name and `$`.
    Hash(Method, &'a str),
}

impl<'a> Parsed<'a> {
    pub(super) fn parse(encoded: &'a str) -> Result<Self, Malformed> {
        if encoded.starts_with(UNUSABLE) {
            return Ok(Self::Unusable);
        }
        let (name, body) = encoded.split_once('$').unwrap_or((encoded, ""));
        let algorithm: Algorithm = name.parse().map_err(|_| Malformed::UnknownAlgorithm)?;
        let cost = algorithm.hasher().decode_cost(body).ok_or(Malformed::Not(algorithm))?;
        Ok(Self::Hash(Method::new(algorithm, cost), body))
    }

    fn summary(&self) -> Summary {
        match self {
            Self::Hash(method, _) => Summary::Hashed(*method),
            Self::Unusable => Summary::Unusable,
        }
    }
}
