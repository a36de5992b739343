//! New passwords and their checks.

use crate::django::passwords::{self, About, Algorithm, Encoded, Malformed, Plain, Summary};
use crate::error::refusal::Fault;

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
    let fault =
        |weakness: &passwords::Weakness| Fault::new("password", weakness.code(), weakness.to_string());
    passwords::weaknesses(plain, about).iter().map(fault).collect()
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
        let reason = match malformed {
            Malformed::UnknownAlgorithm => "it does not start with the name of a Django algorithm".to_owned(),
            Malformed::Not(algorithm) => format!("it starts with {algorithm} but is malformed"),
        };
        let message = format!("Not a valid Django password hash: {reason}.");
        Fault::new("password", "invalid_hash", message)
    })?;
    let message = || {
        let refused = not_in_djangos_list(summary).map(refused_by_default);
        let refused = refused.map_or_else(String::new, |refused| format!(" {refused}"));
        format!("The hash ({summary}) is weak.{refused}")
    };
    let weakness = summary.is_weak().then(|| Fault::new("password", "weak_hash", message()));
    Ok((encoded, weakness))
}

/// Returns the algorithm of a hash that Django accepts only if the project's settings list its hasher.
pub fn not_in_djangos_list(summary: Summary) -> Option<Algorithm> {
    match summary {
        Summary::Hashed(method) => Some(method.algorithm()).filter(|algorithm| !algorithm.makes_hashes()),
        _ => None,
    }
}

/// Explains that Django refuses the algorithm by default.
pub fn refused_by_default(algorithm: Algorithm) -> String {
    format!(
        "Django's default PASSWORD_HASHERS does not include {algorithm}. Logins fail until the project adds \
         its hasher there."
    )
}
