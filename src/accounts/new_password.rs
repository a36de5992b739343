//! New passwords and their checks.

use crate::django::account_spec::AccountSpec;
use crate::django::passwords::{self, About, Algorithm, Encoded, Malformed, Plain, Summary};
use crate::error::failure::Result;
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

/// When to set the password of an existing account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpdatePassword {
    /// Never. Only a new account gets the password.
    #[default]
    OnCreate,
    /// Always.
    Always,
    /// If it differs from the stored one.
    IfDifferent,
}

/// When to set the password of an account. For an existing account, it depends on the stored one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordRule {
    /// Always, since the account is new.
    New,
    /// Never.
    Never,
    /// Always, except for an encoded or unusable password that this stored one already is.
    Always(String),
    /// If it differs from this stored password. A random password is set only if the stored one is not usable.
    IfDifferent(String),
}

impl PasswordRule {
    /// Returns when to set the password of an existing account. Reads the stored one only if it matters.
    pub fn of(update: UpdatePassword, stored: impl FnOnce() -> Result<String>) -> Result<Self> {
        Ok(match update {
            UpdatePassword::OnCreate => Self::Never,
            UpdatePassword::Always => Self::Always(stored()?),
            UpdatePassword::IfDifferent => Self::IfDifferent(stored()?),
        })
    }

    /// Whether this password is to be set.
    #[must_use]
    pub fn sets(&self, password: &Password) -> bool {
        match (self, password) {
            (Self::Never, _) => false,
            (Self::New, _) | (Self::Always(_), Password::Plain(_) | Password::Random(_)) => true,
            (Self::IfDifferent(stored), Password::Random(_)) => {
                !matches!(passwords::describe(stored), Summary::Hashed(_))
            }
            (Self::Always(stored) | Self::IfDifferent(stored), password) => !password.is(stored),
        }
    }
}

/// Returns what a password of this account must not resemble.
#[must_use]
pub fn about<'a>(spec: &'a AccountSpec, username: &'a str) -> About<'a> {
    About {
        username: Some(username),
        first_name: spec.first_name.as_deref(),
        last_name: spec.last_name.as_deref(),
        email: spec.email.as_deref(),
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
    let (encoded, summary, weakness) = described(text.to_owned())?;
    let is_unusable = summary == Summary::Unusable;
    Ok((if is_unusable { Password::Unusable } else { Password::Encoded(encoded) }, weakness))
}

/// Like [`encoded`], but keeps the exact text of an unusable password.
pub fn verbatim(text: String) -> Result<(Encoded, Option<Fault>), Fault> {
    described(text).map(|(encoded, _, weakness)| (encoded, weakness))
}

fn described(text: String) -> Result<(Encoded, Summary, Option<Fault>), Fault> {
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
    Ok((encoded, summary, weakness))
}

/// Returns the algorithm of a hash that Django accepts only if the project's settings list its hasher.
pub fn not_in_djangos_list(summary: Summary) -> Option<Algorithm> {
    match summary {
        Summary::Hashed(method) => Some(method.algorithm()).filter(|algorithm| !algorithm.makes_hashes()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(update: UpdatePassword, stored: &str) -> PasswordRule {
        PasswordRule::of(update, || Ok(stored.to_owned())).expect("a rule")
    }

    #[test]
    fn the_stored_password_decides_about_a_new_one() {
        let hash = "md5$salt$0123456789abcdef0123456789abcdef";
        let encoded = || verbatim(hash.into()).expect("a hash").0;
        let plain = || Plain::new("wonderland-7".into());
        let passwords = [
            Password::Plain(plain()),
            Password::Random(plain()),
            Password::Encoded(encoded()),
            Password::Unusable,
        ];
        let sets = |rule: &PasswordRule| passwords.each_ref().map(|password| rule.sets(password));
        assert_eq!(sets(&PasswordRule::New), [true; 4]);
        assert_eq!(sets(&rule(UpdatePassword::OnCreate, hash)), [false; 4]);
        assert_eq!(sets(&rule(UpdatePassword::Always, hash)), [true, true, false, true]);
        assert_eq!(sets(&rule(UpdatePassword::Always, "!x")), [true, true, true, false]);
        assert_eq!(sets(&rule(UpdatePassword::IfDifferent, hash)), [true, false, false, true]);
        assert_eq!(sets(&rule(UpdatePassword::IfDifferent, "!x")), [true, true, true, false]);
    }
}
