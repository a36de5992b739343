//! Algorithms with their cost.

use std::fmt;

use super::algorithms::{Algorithm, Cost};

/// An algorithm with the cost of one hash.
///
/// `Display` shows `pbkdf2_sha256 1000000`, `argon2 m=102400,t=2,p=8`, `bcrypt_sha256 12`, `scrypt n=16384,r=8,p=5` or
/// `md5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    algorithm: Algorithm,
    cost: Cost,
}

impl Method {
    pub(super) const fn new(algorithm: Algorithm, cost: Cost) -> Self {
        Self { algorithm, cost }
    }

    /// Parses a cost in the form that `Display` shows. `None` if the algorithm is not defined for it.
    pub(super) fn parse(algorithm: Algorithm, cost: &str) -> Option<Self> {
        let cost = Cost::parse(cost, algorithm.hasher().cost_labels())?;
        Some(Self { algorithm, cost }).filter(|method| method.is_possible())
    }

    /// Returns the algorithm without its cost.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        self.algorithm
    }

    pub(super) const fn cost(self) -> Cost {
        self.cost
    }

    /// Whether the cost is below the floor.
    ///
    /// The floor is
    /// - PBKDF2: 260,000 iterations (Django 3.2),
    /// - bcrypt: 12 rounds,
    /// - Argon2: 102,400 KiB and 2 passes,
    /// - scrypt: `n=16384,r=8,p=5` (Django 5.2).
    ///
    /// MD5 is always weak.
    ///
    /// Argon2 and scrypt are weak with less memory than the floor or with less work. Work is memory times passes
    /// for Argon2 and memory times `p` for scrypt. So more memory can replace passes, but more passes cannot
    /// replace memory.
    #[must_use]
    pub fn is_weak(self) -> bool {
        self.algorithm.hasher().is_weak(self.cost)
    }

    /// Whether the algorithm is defined for this cost.
    pub(super) fn is_possible(self) -> bool {
        self.algorithm.hasher().is_possible(self.cost)
    }

    /// Whether the cost is within the limits of [`verify`](fn@super::verify).
    pub(super) fn is_affordable(self) -> bool {
        self.algorithm.hasher().is_affordable(self.cost)
    }

    /// The work of one hash. The unit depends on the algorithm.
    pub(super) fn work(self) -> u64 {
        self.algorithm.hasher().work(self.cost)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm.name())?;
        let labels = self.algorithm.hasher().cost_labels();
        if !labels.is_empty() {
            f.write_str(" ")?;
        }
        self.cost.write(f, labels)
    }
}
