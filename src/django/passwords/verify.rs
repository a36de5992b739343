//! Whether a password is the one that was encoded.

use super::encoded::{Malformed, Parsed};
use super::plain::Plain;
use super::workspace::Workspace;

/// The result of [`verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This is the password.
    Match,
    /// This is not the password.
    Mismatch,
    /// The text starts with `!`: no password matches.
    Unusable,
    /// The text does not start with a known algorithm.
    Unknown,
    /// The text starts with a known algorithm, but is not of its form.
    Malformed,
    /// The cost is beyond the limits.
    TooCostly,
}

/// Checks a password like a Django with all its hashers enabled.
///
/// Only [`Verdict::Match`] allows a login. Hashes are compared in constant time. A text without a hash is answered at
/// once, and a cheap hash earlier than others: [`equalise`](super::equalise) hides that.
///
/// # Limits
/// A hash is not computed if it needs more than
/// - PBKDF2: 100,000,000 iterations,
/// - Argon2: 1 GiB of memory, or 16 GiB written in all passes together,
/// - bcrypt: 20 rounds,
/// - scrypt: 32 MiB per lane, which is OpenSSL's limit and so Django's, or `n`·`r`·`p` of 2²⁷,
///
/// which is up to about a minute. Beyond that Django keeps computing, fails or runs out of memory. Here the verdict is
/// [`Verdict::TooCostly`], also if the memory cannot be allocated.
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
