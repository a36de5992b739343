//! Algorithms, and algorithms with their cost.

use std::fmt;
use std::str::FromStr;

use super::argon2::Argon2Cost;
use super::scrypt::ScryptCost;
use super::{bcrypt, number, pbkdf2};

/// An algorithm of Django's that authctl can verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// PBKDF2 with HMAC-SHA256, Django's first choice.
    Pbkdf2Sha256,
    /// PBKDF2 with HMAC-SHA1.
    Pbkdf2Sha1,
    /// Argon2, in any of its three types.
    Argon2,
    /// bcrypt over the password's SHA-256.
    BcryptSha256,
    /// bcrypt over the password itself; not in Django's default list.
    Bcrypt,
    /// scrypt; since Django 4.0.
    Scrypt,
    /// Salted MD5; not in Django's default list.
    Md5,
}

impl Algorithm {
    /// Every algorithm, Django's default list first and in its order.
    pub const ALL: [Self; 7] = [
        Self::Pbkdf2Sha256,
        Self::Pbkdf2Sha1,
        Self::Argon2,
        Self::BcryptSha256,
        Self::Scrypt,
        Self::Bcrypt,
        Self::Md5,
    ];

    /// Django's name, with which every encoding begins.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pbkdf2Sha256 => "pbkdf2_sha256",
            Self::Pbkdf2Sha1 => "pbkdf2_sha1",
            Self::Argon2 => "argon2",
            Self::BcryptSha256 => "bcrypt_sha256",
            Self::Bcrypt => "bcrypt",
            Self::Scrypt => "scrypt",
            Self::Md5 => "md5",
        }
    }

    /// Whether it is in Django's default `PASSWORD_HASHERS`, of any version; so, whether new hashes may use it.
    #[must_use]
    pub const fn makes_hashes(self) -> bool {
        !matches!(self, Self::Bcrypt | Self::Md5)
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

/// No algorithm has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAlgorithm;

impl fmt::Display for UnknownAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown password algorithm")
    }
}

impl std::error::Error for UnknownAlgorithm {}

/// An algorithm with the cost of one hash.
///
/// Shown as `pbkdf2_sha256 1000000`, `argon2 m=102400,t=2,p=8`, `bcrypt_sha256 12`,
/// `scrypt n=16384,r=8,p=5` and `md5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// PBKDF2 with HMAC-SHA256.
    Pbkdf2Sha256 {
        /// Iterations, at least 1.
        iterations: u32,
    },
    /// PBKDF2 with HMAC-SHA1.
    Pbkdf2Sha1 {
        /// Iterations, at least 1.
        iterations: u32,
    },
    /// Argon2.
    Argon2(Argon2Cost),
    /// bcrypt over the password's SHA-256.
    BcryptSha256 {
        /// Rounds as a power of two, from 4 to 31.
        rounds: u32,
    },
    /// bcrypt over the password.
    Bcrypt {
        /// Rounds as a power of two, from 4 to 31.
        rounds: u32,
    },
    /// scrypt.
    Scrypt(ScryptCost),
    /// Salted MD5.
    Md5,
}

impl Method {
    /// The algorithm without its cost.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::Pbkdf2Sha256 { .. } => Algorithm::Pbkdf2Sha256,
            Self::Pbkdf2Sha1 { .. } => Algorithm::Pbkdf2Sha1,
            Self::Argon2(_) => Algorithm::Argon2,
            Self::BcryptSha256 { .. } => Algorithm::BcryptSha256,
            Self::Bcrypt { .. } => Algorithm::Bcrypt,
            Self::Scrypt(_) => Algorithm::Scrypt,
            Self::Md5 => Algorithm::Md5,
        }
    }

    /// Whether it is below the floor.
    ///
    /// The floor is 260,000 iterations of PBKDF2 (Django 3.2), 12 rounds of bcrypt, Argon2 with
    /// 102,400 KiB and 2 passes, scrypt with `n=16384,r=8,p=5` (Django 5.2). Argon2 and scrypt are
    /// weak with less memory than that or with less work, which is memory times passes or times
    /// `p`; so more memory may make up for fewer passes, but not the other way round. MD5 is always
    /// weak.
    #[must_use]
    pub fn is_weak(self) -> bool {
        match self {
            Self::Pbkdf2Sha256 { iterations } | Self::Pbkdf2Sha1 { iterations } => {
                iterations < pbkdf2::FLOOR_ITERATIONS
            }
            Self::Argon2(cost) => cost.is_weak(),
            Self::BcryptSha256 { rounds } | Self::Bcrypt { rounds } => rounds < bcrypt::DJANGO_ROUNDS,
            Self::Scrypt(cost) => cost.is_weak(),
            Self::Md5 => true,
        }
    }

    /// Whether the algorithm can be run with this cost at all.
    pub(super) fn is_possible(self) -> bool {
        match self {
            Self::Pbkdf2Sha256 { iterations } | Self::Pbkdf2Sha1 { iterations } => iterations > 0,
            Self::Argon2(cost) => cost.is_possible(),
            Self::BcryptSha256 { rounds } | Self::Bcrypt { rounds } => {
                bcrypt::POSSIBLE_ROUNDS.contains(&rounds)
            }
            Self::Scrypt(cost) => cost.is_possible(),
            Self::Md5 => true,
        }
    }

    /// Whether a hash stays within the limits that [`verify`](super::verify) gives.
    pub(super) fn is_affordable(self) -> bool {
        match self {
            Self::Pbkdf2Sha256 { iterations } | Self::Pbkdf2Sha1 { iterations } => {
                iterations <= pbkdf2::MAX_ITERATIONS
            }
            Self::Argon2(cost) => cost.is_affordable(),
            Self::BcryptSha256 { rounds } | Self::Bcrypt { rounds } => rounds <= bcrypt::MAX_ROUNDS,
            Self::Scrypt(cost) => cost.is_affordable(),
            Self::Md5 => true,
        }
    }

    /// The work of one hash in units of its algorithm, so only methods of one algorithm compare.
    pub(super) fn work(self) -> u64 {
        match self {
            Self::Pbkdf2Sha256 { iterations } | Self::Pbkdf2Sha1 { iterations } => iterations.into(),
            Self::Argon2(cost) => cost.work(),
            Self::BcryptSha256 { rounds } | Self::Bcrypt { rounds } => {
                1_u64.checked_shl(rounds).unwrap_or(u64::MAX)
            }
            Self::Scrypt(cost) => cost.work(),
            Self::Md5 => 0,
        }
    }

    /// Reads the cost as `Display` writes it, `""` for MD5.
    pub(super) fn parse(algorithm: Algorithm, cost: &str) -> Option<Self> {
        let method = match algorithm {
            Algorithm::Pbkdf2Sha256 => Self::Pbkdf2Sha256 { iterations: number::parse(cost)? },
            Algorithm::Pbkdf2Sha1 => Self::Pbkdf2Sha1 { iterations: number::parse(cost)? },
            Algorithm::Argon2 => Self::Argon2(Argon2Cost::parse(cost)?),
            Algorithm::BcryptSha256 => Self::BcryptSha256 { rounds: number::parse(cost)? },
            Algorithm::Bcrypt => Self::Bcrypt { rounds: number::parse(cost)? },
            Algorithm::Scrypt => Self::Scrypt(ScryptCost::parse(cost)?),
            Algorithm::Md5 => return cost.is_empty().then_some(Self::Md5),
        };
        method.is_possible().then_some(method)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.algorithm().name();
        match self {
            Self::Pbkdf2Sha256 { iterations } | Self::Pbkdf2Sha1 { iterations } => {
                write!(f, "{name} {iterations}")
            }
            Self::Argon2(cost) => write!(f, "{name} {cost}"),
            Self::BcryptSha256 { rounds } | Self::Bcrypt { rounds } => {
                write!(f, "{name} {rounds}")
            }
            Self::Scrypt(cost) => write!(f, "{name} {cost}"),
            Self::Md5 => f.write_str(name),
        }
    }
}
