//! The password algorithms, one file each.
//!
//! To add one, implement [`Hasher`] in a new file and add a line to [`Algorithm::ALL`].

mod argon2;
mod bcrypt;
mod blocks;
mod hasher;
mod md5;
mod pbkdf2;
mod pbkdf2_sha256;
mod scrypt;

use std::fmt;
use std::str::FromStr;

pub use blocks::Blocks;
pub use hasher::{Cost, Hasher, NewHashCosts};

/// An algorithm that authctl can verify.
#[derive(Clone, Copy)]
pub struct Algorithm(&'static dyn Hasher);

impl Algorithm {
    /// Every algorithm: first Django's default list in its order, then the others.
    pub const ALL: [Self; 7] = [
        Self::PBKDF2_SHA256,
        Self(&pbkdf2::SHA1),
        Self::ARGON2,
        Self(&bcrypt::SHA256),
        Self(&scrypt::Scrypt),
        Self(&bcrypt::RAW),
        Self(&md5::SaltedMd5),
    ];

    /// PBKDF2 with HMAC-SHA256, Django's default.
    pub const PBKDF2_SHA256: Self = Self(&pbkdf2::SHA256);

    /// Argon2, the default in a database that authctl created.
    pub const ARGON2: Self = Self(&argon2::Argon2);

    /// The algorithm's name in Django, which is the prefix of its encoded passwords.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether new hashes may use the algorithm: some version of Django has it in its default `PASSWORD_HASHERS`.
    #[must_use]
    pub fn makes_hashes(self) -> bool {
        self.0.new_hash_costs().is_some()
    }

    pub(super) fn hasher(self) -> &'static dyn Hasher {
        self.0
    }
}

impl PartialEq for Algorithm {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Algorithm {}

impl fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Algorithm({self})")
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or(UnknownAlgorithm)
    }
}

/// The error for a name that no algorithm has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAlgorithm;

impl fmt::Display for UnknownAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown password algorithm")
    }
}

impl std::error::Error for UnknownAlgorithm {}
