//! `scrypt$<n>$<salt>$<r>$<p>$<base64>`: the salt as the bytes of its text, a hash of 64 bytes in
//! standard base64 with padding. Django knows it since 4.0.

use std::fmt;

use ::scrypt::Params;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use super::number;

const HASH_LEN: usize = 64;
/// What OpenSSL gives one computation, and Django asks for no more.
const MAX_MEMORY: u64 = 32 << 20;
/// About 200 times Django's own work: half a minute.
const MAX_WORK: u64 = 1 << 27;

/// What one scrypt hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScryptCost {
    /// Blocks held in memory; a power of two from 2 on, and below 2 to the power of 16 `r`.
    pub n: u32,
    /// Size of a block in units of 128 bytes; at least 1.
    pub r: u32,
    /// Computations one after the other; at least 1.
    pub p: u32,
}

impl ScryptCost {
    /// Django's parameters from 5.1 to 6.1, which are also the floor. Up to 5.0, `p` was 1.
    pub(super) const DJANGO: Self = Self { n: 16_384, r: 8, p: 5 };
    pub(super) const LEAST: Self = Self { n: 2, r: 1, p: 1 };

    pub(super) fn is_possible(self) -> bool {
        let Self { n, r, p } = self;
        let blocks = u64::from(r) * u64::from(p);
        n > 1
            && n.is_power_of_two()
            && (1..1 << 30).contains(&blocks)
            && n.trailing_zeros() < r.saturating_mul(16)
    }

    pub(super) fn is_affordable(self) -> bool {
        let [n, r, p] = [self.n, self.r, self.p].map(u64::from);
        self.work() <= MAX_WORK && 128 * r * (n + 2 + p) <= MAX_MEMORY
    }

    pub(super) fn is_weak(self) -> bool {
        self.block_units() < Self::DJANGO.block_units() || self.work() < Self::DJANGO.work()
    }

    /// Units of 128 bytes mixed.
    pub(super) fn work(self) -> u64 {
        self.block_units().saturating_mul(u64::from(self.p))
    }

    fn block_units(self) -> u64 {
        u64::from(self.n) * u64::from(self.r)
    }

    /// Reads `n=16384,r=8,p=5`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (n, text) = text.strip_prefix("n=")?.split_once(",r=")?;
        let (r, p) = text.split_once(",p=")?;
        Self::parse_parts(n, r, p)
    }

    fn parse_parts(n: &str, r: &str, p: &str) -> Option<Self> {
        let cost = Self { n: number::parse(n)?, r: number::parse(r)?, p: number::parse(p)? };
        cost.is_possible().then_some(cost)
    }
}

impl fmt::Display for ScryptCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n={},r={},p={}", self.n, self.r, self.p)
    }
}

/// The parts of an encoding after the algorithm.
pub(super) struct Parts<'a> {
    pub(super) cost: ScryptCost,
    salt: &'a str,
    hash: [u8; HASH_LEN],
}

impl<'a> Parts<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split('$');
        let [n, salt, r, p, hash] = std::array::from_fn(|_| parts.next());
        let parts_left = parts.next().is_some();
        let salt = salt.filter(|salt| !salt.is_empty() && !parts_left)?;
        Some(Self {
            cost: ScryptCost::parse_parts(n?, r?, p?)?,
            salt,
            hash: STANDARD.decode(hash?).ok()?.try_into().ok()?,
        })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        derive(self.cost, password, self.salt).is_some_and(|hash| self.hash.ct_eq(&hash).into())
    }
}

/// What follows the algorithm and its `$`; `None` for an impossible cost.
pub(super) fn encode(cost: ScryptCost, password: &[u8], salt: &str) -> Option<String> {
    let hash = STANDARD.encode(derive(cost, password, salt)?);
    let ScryptCost { n, r, p } = cost;
    Some(format!("{n}${salt}${r}${p}${hash}"))
}

fn derive(cost: ScryptCost, password: &[u8], salt: &str) -> Option<[u8; HASH_LEN]> {
    let log_n = u8::try_from(cost.n.ilog2()).ok()?;
    let params = Params::new(log_n, cost.r, cost.p).ok()?;
    let mut hash = [0; HASH_LEN];
    ::scrypt::scrypt(password, salt.as_bytes(), &params, &mut hash).ok()?;
    Some(hash)
}
