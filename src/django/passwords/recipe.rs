//! How new hashes are made.

use std::fmt;
use std::str::FromStr;

use super::argon2::Argon2Cost;
use super::bcrypt;
use super::encoded::{Summary, describe};
use super::method::{Algorithm, Method};
use super::pbkdf2::{self, Prf};
use super::scrypt::ScryptCost;

/// The algorithm and cost of new hashes: one of Django's default list, within the limits that
/// [`verify`](super::verify) gives.
///
/// Read from and shown as the text of its [`Method`], such as `argon2 m=102400,t=2,p=8`; an
/// algorithm alone stands for its newest cost. A recipe may be weak, since a project may have
/// chosen so; [`Method::is_weak`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe(pub(super) NewHash);

/// The methods that make new hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewHash {
    Pbkdf2(Prf, u32),
    Argon2(Argon2Cost),
    BcryptSha256(u32),
    Scrypt(ScryptCost),
}

impl Recipe {
    /// 1,500,000 iterations, as Django 6.1.
    #[must_use]
    pub const fn pbkdf2_sha256() -> Self {
        Self(NewHash::Pbkdf2(Prf::Sha256, pbkdf2::DJANGO_ITERATIONS))
    }

    /// 1,500,000 iterations, as Django 6.1.
    #[must_use]
    pub const fn pbkdf2_sha1() -> Self {
        Self(NewHash::Pbkdf2(Prf::Sha1, pbkdf2::DJANGO_ITERATIONS))
    }

    /// 102,400 KiB, 2 passes and 8 lanes, as Django 3.2 to 6.1.
    #[must_use]
    pub const fn argon2() -> Self {
        Self(NewHash::Argon2(Argon2Cost::DJANGO))
    }

    /// 12 rounds, as Django 3.2 to 6.1.
    #[must_use]
    pub const fn bcrypt_sha256() -> Self {
        Self(NewHash::BcryptSha256(bcrypt::DJANGO_ROUNDS))
    }

    /// `n=16384,r=8,p=5`, as Django 5.1 to 6.1.
    #[must_use]
    pub const fn scrypt() -> Self {
        Self(NewHash::Scrypt(ScryptCost::DJANGO))
    }

    /// The algorithm with the cost of the newest Django known, 6.1; `None` for plain bcrypt and MD5,
    /// which make no new hashes.
    #[must_use]
    pub const fn newest(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::Pbkdf2Sha256 => Some(Self::pbkdf2_sha256()),
            Algorithm::Pbkdf2Sha1 => Some(Self::pbkdf2_sha1()),
            Algorithm::Argon2 => Some(Self::argon2()),
            Algorithm::BcryptSha256 => Some(Self::bcrypt_sha256()),
            Algorithm::Scrypt => Some(Self::scrypt()),
            Algorithm::Bcrypt | Algorithm::Md5 => None,
        }
    }

    /// The least cost that is not weak.
    const fn floor(self) -> Self {
        match self.0 {
            NewHash::Pbkdf2(prf, _) => Self(NewHash::Pbkdf2(prf, pbkdf2::FLOOR_ITERATIONS)),
            NewHash::Argon2(_) => Self::argon2(),
            NewHash::BcryptSha256(_) => Self::bcrypt_sha256(),
            NewHash::Scrypt(_) => Self::scrypt(),
        }
    }

    /// The same algorithm at its least cost, for test data alone: whoever has such a hash has the password.
    ///
    /// Hashes like this are never [followed](follow).
    #[must_use]
    pub const fn cheapest(self) -> Self {
        Self(match self.0 {
            NewHash::Pbkdf2(prf, _) => NewHash::Pbkdf2(prf, 1),
            NewHash::Argon2(_) => NewHash::Argon2(Argon2Cost::LEAST),
            NewHash::BcryptSha256(_) => NewHash::BcryptSha256(*bcrypt::POSSIBLE_ROUNDS.start()),
            NewHash::Scrypt(_) => NewHash::Scrypt(ScryptCost::LEAST),
        })
    }

    /// Parts of one hash that can be computed side by side; 0 where the algorithm has no such parts.
    pub(super) const fn lanes(self) -> u32 {
        match self.0 {
            NewHash::Argon2(cost) => cost.lanes,
            NewHash::Scrypt(cost) => cost.p,
            NewHash::Pbkdf2(..) | NewHash::BcryptSha256(_) => 0,
        }
    }

    /// The algorithm with its cost.
    #[must_use]
    pub const fn method(self) -> Method {
        match self.0 {
            NewHash::Pbkdf2(Prf::Sha1, iterations) => Method::Pbkdf2Sha1 { iterations },
            NewHash::Pbkdf2(Prf::Sha256, iterations) => Method::Pbkdf2Sha256 { iterations },
            NewHash::Argon2(cost) => Method::Argon2(cost),
            NewHash::BcryptSha256(rounds) => Method::BcryptSha256 { rounds },
            NewHash::Scrypt(cost) => Method::Scrypt(cost),
        }
    }
}

impl TryFrom<Method> for Recipe {
    type Error = BadRecipe;

    fn try_from(method: Method) -> Result<Self, BadRecipe> {
        if !method.is_possible() {
            return Err(BadRecipe::Cost(method.algorithm()));
        }
        if !method.is_affordable() {
            return Err(BadRecipe::TooCostly(method.algorithm()));
        }
        Ok(Self(match method {
            Method::Pbkdf2Sha256 { iterations } => NewHash::Pbkdf2(Prf::Sha256, iterations),
            Method::Pbkdf2Sha1 { iterations } => NewHash::Pbkdf2(Prf::Sha1, iterations),
            Method::Argon2(cost) => NewHash::Argon2(cost),
            Method::BcryptSha256 { rounds } => NewHash::BcryptSha256(rounds),
            Method::Scrypt(cost) => NewHash::Scrypt(cost),
            Method::Bcrypt { .. } | Method::Md5 => {
                return Err(BadRecipe::NotForNewHashes(method.algorithm()));
            }
        }))
    }
}

impl FromStr for Recipe {
    type Err = BadRecipe;

    fn from_str(text: &str) -> Result<Self, BadRecipe> {
        let (name, cost) = match text.split_once(' ') {
            Some((name, cost)) => (name, Some(cost)),
            None => (text, None),
        };
        let algorithm: Algorithm = name.parse().map_err(|_| BadRecipe::UnknownAlgorithm)?;
        let newest = Self::newest(algorithm).ok_or(BadRecipe::NotForNewHashes(algorithm))?;
        let Some(cost) = cost else { return Ok(newest) };
        Method::parse(algorithm, cost).ok_or(BadRecipe::Cost(algorithm))?.try_into()
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.method().fmt(f)
    }
}

/// Why something is no [`Recipe`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRecipe {
    /// Django has no such algorithm.
    UnknownAlgorithm,
    /// The algorithm is only verified, never used for new hashes.
    NotForNewHashes(Algorithm),
    /// The cost is not one of this algorithm, or cannot be computed.
    Cost(Algorithm),
    /// The cost is beyond the limits of [`verify`](super::verify).
    TooCostly(Algorithm),
}

impl fmt::Display for BadRecipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAlgorithm => {
                f.write_str("unknown password algorithm; the known ones are")?;
                let known = Algorithm::ALL.into_iter().filter_map(Recipe::newest);
                for (index, recipe) in known.enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma} {}", recipe.method().algorithm())?;
                }
                Ok(())
            }
            Self::NotForNewHashes(algorithm) => {
                write!(f, "{algorithm} is too weak for new passwords")
            }
            Self::Cost(algorithm) => match Recipe::newest(*algorithm) {
                Some(newest) => write!(f, "not a cost of {algorithm}; write it as in `{newest}`"),
                None => write!(f, "not a cost of {algorithm}"),
            },
            Self::TooCostly(algorithm) => {
                write!(f, "this cost of {algorithm} is beyond what one login may take")
            }
        }
    }
}

impl std::error::Error for BadRecipe {}

/// How the newest users' passwords are hashed, so that a new one is hashed alike and Django has no
/// reason to hash it again at the first login.
///
/// `newest_first` holds the encoded passwords of some users, the newest first; a few dozen are
/// enough.
///
/// 1. What cannot be followed is passed over: unusable, unknown and malformed texts, MD5 and plain
///    bcrypt, costs beyond the limits of [`verify`](super::verify), and the [cheapest](Recipe::cheapest)
///    hashes, which are test data.
/// 2. The first one left decides on the algorithm.
/// 3. Of all texts of this algorithm the costliest decides on the cost, and of equally costly ones
///    the newest; but a [weak](Method::is_weak) cost never does. After an upgrade of Django, one
///    user of the new cost is thus enough.
/// 4. Where all are weak, the cost is the floor.
///
/// `None` when nothing can be followed.
pub fn follow<'a>(newest_first: impl IntoIterator<Item = &'a str>) -> Option<Recipe> {
    let mut recipes = newest_first.into_iter().filter_map(|encoded| {
        let Summary::Hashed(method) = describe(encoded) else { return None };
        Recipe::try_from(method).ok().filter(|recipe| *recipe != recipe.cheapest())
    });
    let newest = recipes.next()?;
    let algorithm = newest.method().algorithm();
    let costliest = std::iter::once(newest)
        .chain(recipes)
        .filter(|recipe| recipe.method().algorithm() == algorithm && !recipe.method().is_weak())
        .reduce(|best, older| if older.method().work() > best.method().work() { older } else { best });
    Some(costliest.unwrap_or_else(|| newest.floor()))
}
