//! Verifies a password against its encoded form.

use super::encoded::{Malformed, Parsed};
use super::plain::Plain;
use super::workspace::Workspace;

/// The result of [`verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The password matches.
    Match,
    /// The password does not match.
    Mismatch,
    /// The text starts with `!`, so no password matches.
    Unusable,
    /// The text does not start with the name of a known algorithm.
    Unknown,
    /// The text starts with the name of a known algorithm, but the rest is malformed.
    Malformed,
    /// The cost exceeds the limits.
    TooCostly,
}

/// Checks a password like Django with all of its hashers enabled.
///
/// Only [`Verdict::Match`] allows a login. Hashes are compared in constant time. The total time still differs: it is
/// short for a text without a hash and for a cheap hash. [`equalise`](super::equalise) hides that.
///
/// # Limits
/// A hash is not computed if it needs more than
/// - PBKDF2: 100,000,000 iterations,
/// - Argon2: 1 GiB of memory, or 16 GiB written in all passes together,
/// - bcrypt: 20 rounds,
/// - scrypt: 32 MiB per lane, which is the limit of OpenSSL and thus of Django, or `n`·`r`·`p` of 2²⁷.
///
/// A hash within these limits takes up to about a minute. Beyond them, Django keeps computing, fails or runs out of
/// memory. This function returns [`Verdict::TooCostly`], also if the memory cannot be allocated.
#[must_use]
pub fn verify(plain: &Plain, encoded: &str) -> Verdict {
    let (method, body) = match Parsed::parse(encoded) {
        Ok(Parsed::Hash(method, body)) => (method, body),
        Ok(Parsed::Unusable) => return Verdict::Unusable,
        Err(Malformed::UnknownAlgorithm) => return Verdict::Unknown,
        Err(Malformed::Not(_)) => return Verdict::Malformed,
    };
    if !method.is_affordable() {
        return Verdict::TooCostly;
    }
    let Ok(mut workspace) = Workspace::on_all_cores(method) else { return Verdict::TooCostly };
    match workspace.run(|hasher, blocks| hasher.verify(plain.as_bytes(), body, blocks)) {
        Some(true) => Verdict::Match,
        Some(false) => Verdict::Mismatch,
        None => Verdict::TooCostly,
    }
}
