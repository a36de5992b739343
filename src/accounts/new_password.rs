//! New passwords and their checks.

use crate::django::passwords::{self, About, Algorithm, Encoded, Malformed, Plain, Summary};
use crate::error::faults::{Fault, FaultCode};

/// A new password.
#[derive(Clone, Debug)]
pub enum Password {
    /// Plain text chosen by the user.
    Plain(Plain),
    /// Generated, so it must be shown.
    Random(Plain),
    /// Encoded elsewhere.
    Encoded(Encoded),
    /// A password that never matches.
    Unusable,
}

impl Password {
    /// Returns a generated password, which must be shown.
    #[must_use]
    pub fn into_shown(self) -> Option<Plain> {
        match self {
            Self::Random(plain) => Some(plain),
            _ => None,
        }
    }

    /// Whether the stored password is the same.
    #[must_use]
    pub fn is(&self, stored: &str) -> bool {
        match self {
            Self::Plain(plain) | Self::Random(plain) => {
                passwords::verify(plain, stored) == passwords::Verdict::Match
            }
            Self::Encoded(encoded) => encoded.as_str() == stored,
            Self::Unusable => passwords::describe(stored) == passwords::Summary::Unusable,
        }
    }
}

/// Returns the weaknesses of a password as faults.
#[must_use]
pub fn weaknesses(plain: &Plain, about: &About<'_>) -> Vec<Fault> {
    let weaknesses = passwords::weaknesses(plain, about).into_iter();
    weaknesses.map(|weakness| Fault::new("password", FaultCode::Weak(weakness))).collect()
}

/// Returns a password that was encoded elsewhere, and its weakness.
///
/// Plain text is refused: Django would store it, but every login would fail. The fault does not repeat the text.
pub fn encoded(text: &str) -> Result<(Password, Option<Fault>), Fault> {
    let (encoded, weakness) = verbatim(text.to_owned())?;
    let is_unusable = encoded.summary() == Summary::Unusable;
    Ok((if is_unusable { Password::Unusable } else { Password::Encoded(encoded) }, weakness))
}

/// Like [`encoded`], but keeps the exact text of an unusable password.
pub fn verbatim(text: String) -> Result<(Encoded, Option<Fault>), Fault> {
    let (encoded, summary) = Encoded::described(text).map_err(|malformed| {
        let algorithm = match malformed {
            Malformed::UnknownAlgorithm => None,
            Malformed::Not(algorithm) => Some(algorithm.to_string()),
        };
        Fault::new("password", FaultCode::InvalidHash(algorithm))
    })?;
    let weak = || {
        let refused = not_in_djangos_list(summary).map(|algorithm| algorithm.to_string());
        Fault::new("password", FaultCode::WeakHash(Box::new((summary.to_string(), refused))))
    };
    let weakness = summary.is_weak().then(weak);
    Ok((encoded, weakness))
}

/// Returns the algorithm of a hash that Django accepts only if the project's settings list its hasher.
pub fn not_in_djangos_list(summary: Summary) -> Option<Algorithm> {
    match summary {
        Summary::Hashed(method) => Some(method.algorithm()).filter(|algorithm| !algorithm.makes_hashes()),
        _ => None,
    }
}
