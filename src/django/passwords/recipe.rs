//! The algorithm and the cost of new hashes.

use std::fmt;
use std::str::FromStr;

use super::algorithms::{Algorithm, Cost, NewHashCosts};
use super::encoded::{Summary, describe};
use super::method::Method;

/// The algorithm and the cost of new hashes.
///
/// The algorithm is in the default list of some version of Django, and the cost is within the limits of
/// [`verify`](fn@super::verify). The cost may be weak if the project chose it: see [`Method::is_weak`].
///
/// The text form is that of its [`Method`], such as `argon2 m=102400,t=2,p=8`. The name of an algorithm alone
/// stands for its newest default cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    method: Method,
    costs: NewHashCosts,
}

impl Recipe {
    /// PBKDF2, the default of the newest known Django.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "PBKDF2 makes new hashes")]
    pub fn pbkdf2_sha256() -> Self {
        Self::newest(Algorithm::PBKDF2_SHA256).expect("Django's default algorithm")
    }

    /// Argon2 with the default cost of the newest known Django.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "Argon2 makes new hashes")]
    pub fn argon2() -> Self {
        Self::newest(Algorithm::ARGON2).expect("an algorithm of Django's list")
    }

    /// The algorithm with the default cost of the newest known Django, 6.1. `None` if it is not for new hashes.
    #[must_use]
    pub fn newest(algorithm: Algorithm) -> Option<Self> {
        let costs = algorithm.hasher().new_hash_costs()?;
        Some(Self { method: Method::new(algorithm, costs.django), costs })
    }

    /// The same algorithm at the lowest cost that is not weak.
    const fn floor(self) -> Self {
        self.with_cost(self.costs.floor)
    }

    /// The same algorithm at its lowest possible cost. For test data only: such a hash protects nothing.
    ///
    /// [`follow`] ignores such hashes.
    #[must_use]
    pub const fn cheapest(self) -> Self {
        self.with_cost(self.costs.least)
    }

    const fn with_cost(self, cost: Cost) -> Self {
        Self { method: Method::new(self.method.algorithm(), cost), ..self }
    }

    /// Returns the algorithm with its cost.
    #[must_use]
    pub const fn method(self) -> Method {
        self.method
    }
}

impl TryFrom<Method> for Recipe {
    type Error = BadRecipe;

    fn try_from(method: Method) -> Result<Self, BadRecipe> {
        let algorithm = method.algorithm();
        if !method.is_possible() {
            return Err(BadRecipe::Cost(algorithm));
        }
        if !method.is_affordable() {
            return Err(BadRecipe::TooCostly(algorithm));
        }
        let costs = algorithm.hasher().new_hash_costs().ok_or(BadRecipe::NotForNewHashes(algorithm))?;
        Ok(Self { method, costs })
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

/// Why a text or a method is not a [`Recipe`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRecipe {
    /// Django has no algorithm of this name.
    UnknownAlgorithm,
    /// The algorithm is not for new hashes.
    NotForNewHashes(Algorithm),
    /// The algorithm is not defined for the cost.
    Cost(Algorithm),
    /// The cost exceeds the limits of [`verify`](fn@super::verify).
    TooCostly(Algorithm),
}

impl fmt::Display for BadRecipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAlgorithm => {
                f.write_str("unknown password algorithm; known algorithms are")?;
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
                Some(newest) => write!(f, "invalid cost for {algorithm}; write it as in `{newest}`"),
                None => write!(f, "invalid cost for {algorithm}"),
            },
            Self::TooCostly(algorithm) => {
                write!(f, "this cost of {algorithm} exceeds the limit for one login")
            }
        }
    }
}

impl std::error::Error for BadRecipe {}

/// Determines the recipe for new passwords from the hashes of existing users. With this recipe, Django does not
/// rehash a new password at the first login.
///
/// `newest_first` holds the encoded passwords of some users, newest first. A few dozen are enough.
///
/// 1. Unusable, unknown and malformed passwords are ignored. So are algorithms that are not for new hashes, costs
///    beyond the limits of [`verify`](fn@super::verify), and the [cheapest](Recipe::cheapest) hashes (test data).
/// 2. The algorithm is that of the newest hash.
/// 3. The cost is the highest one of this algorithm that is not [weak](Method::is_weak). Of equal costs, the newest
///    wins. So after an upgrade of Django, one user with the new cost is enough.
/// 4. If all costs are weak, the cost is the floor.
///
/// Returns `None` if all passwords are ignored.
pub fn follow<'a>(newest_first: impl IntoIterator<Item = &'a str>) -> Option<Recipe> {
    let mut recipes = newest_first.into_iter().filter_map(|encoded| {
        let Summary::Hashed(method) = describe(encoded) else { return None };
        Recipe::try_from(method).ok().filter(|recipe| *recipe != recipe.cheapest())
    });
    let newest = recipes.next()?;
    let algorithm = newest.method().algorithm();
    let costliest = std::iter::once(newest)
        .chain(recipes)
        .map(Recipe::method)
        .filter(|method| method.algorithm() == algorithm && !method.is_weak())
        .reduce(|best, older| if older.work() > best.work() { older } else { best });
    Some(costliest.map_or_else(|| newest.floor(), |method| newest.with_cost(method.cost())))
}
