//! `argon2` and a PHC string: `argon2$argon2id$v=19$m=102400,t=2,p=8$<salt>$<hash>`.
//!
//! Salt and hash are in base64 without padding. A text without `v=` is of version 16, the first.

use std::fmt;

use ::argon2::{Algorithm as Kind, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;

use super::blocks::Blocks;
use super::number;

const HASH_LEN: usize = 32;
/// 1 GiB.
const MAX_MEMORY: u32 = 1 << 20;
/// 16 GiB: some ten seconds of filling.
const MAX_FILLED: u64 = 1 << 24;

/// What one Argon2 hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    /// Memory in KiB, `m`; at least 8 for each lane.
    pub memory: u32,
    /// Passes over the memory, `t`; at least 1.
    pub passes: u32,
    /// Lanes computed side by side, `p`; at least 1.
    pub lanes: u32,
}

impl Argon2Cost {
    /// Django's parameters from 3.2 to 6.1, which are also the floor.
    pub(super) const DJANGO: Self = Self { memory: 102_400, passes: 2, lanes: 8 };
    pub(super) const LEAST: Self = Self { memory: 8, passes: 1, lanes: 1 };

    pub(super) fn is_possible(self) -> bool {
        Params::new(self.memory, self.passes, self.lanes, None).is_ok()
    }

    pub(super) fn is_affordable(self) -> bool {
        self.memory <= MAX_MEMORY && self.work() <= MAX_FILLED
    }

    /// Lanes are left out: they change how long the owner waits, not what an attacker pays.
    pub(super) fn is_weak(self) -> bool {
        self.memory < Self::DJANGO.memory || self.work() < Self::DJANGO.work()
    }

    /// KiB written.
    pub(super) fn work(self) -> u64 {
        u64::from(self.memory) * u64::from(self.passes)
    }

    /// Blocks of 1 KiB that are filled: `memory` without what does not divide evenly among the lanes.
    pub(super) fn blocks(self) -> usize {
        Params::new(self.memory, self.passes, self.lanes, None).map_or(0, |params| params.block_count())
    }

    /// Reads `m=102400,t=2,p=8`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (memory, text) = text.strip_prefix("m=")?.split_once(",t=")?;
        let (passes, lanes) = text.split_once(",p=")?;
        let cost = Self {
            memory: number::parse(memory)?,
            passes: number::parse(passes)?,
            lanes: number::parse(lanes)?,
        };
        cost.is_possible().then_some(cost)
    }
}

impl fmt::Display for Argon2Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={},t={},p={}", self.memory, self.passes, self.lanes)
    }
}

/// The parts of an encoding after the algorithm.
pub(super) struct Parts {
    kind: Kind,
    version: Version,
    pub(super) cost: Argon2Cost,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Parts {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, text) = text.split_once('$')?;
        let (version, text) = match text.strip_prefix("v=") {
            Some(text) => text.split_once('$')?,
            None => ("16", text),
        };
        let (cost, text) = text.split_once('$')?;
        let (salt, hash) = text.split_once('$')?;
        let parts = Self {
            kind: match kind {
                "argon2d" => Kind::Argon2d,
                "argon2i" => Kind::Argon2i,
                "argon2id" => Kind::Argon2id,
                _ => return None,
            },
            version: Version::try_from(number::parse(version)?).ok()?,
            cost: Argon2Cost::parse(cost)?,
            salt: STANDARD_NO_PAD.decode(salt).ok()?,
            hash: STANDARD_NO_PAD.decode(hash).ok()?,
        };
        let long_enough =
            parts.salt.len() >= ::argon2::MIN_SALT_LEN && parts.hash.len() >= Params::MIN_OUTPUT_LEN;
        long_enough.then_some(parts)
    }

    /// # Errors
    /// When the memory cannot be had.
    pub(super) fn matches(&self, password: &[u8]) -> ::argon2::Result<bool> {
        let mut blocks = Blocks::new(self.cost.blocks()).map_err(|_| ::argon2::Error::OutOfMemory)?;
        let mut hash = vec![0; self.hash.len()];
        let Argon2Cost { memory, passes, lanes } = self.cost;
        let params = Params::new(memory, passes, lanes, None)?;
        Argon2::new(self.kind, self.version, params).hash_password_into_with_memory(
            password,
            &self.salt,
            &mut hash,
            &mut blocks,
        )?;
        Ok(self.hash.ct_eq(&hash).into())
    }
}

/// What follows the algorithm and its `$`: Argon2id, version 19, with the bytes of the salt's text.
pub(super) fn encode(
    cost: Argon2Cost,
    password: &[u8],
    salt: &str,
    blocks: &mut Blocks,
) -> ::argon2::Result<String> {
    let mut hash = [0; HASH_LEN];
    let params = Params::new(cost.memory, cost.passes, cost.lanes, None)?;
    Argon2::new(Kind::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        password,
        salt.as_bytes(),
        &mut hash,
        blocks,
    )?;
    let salt = STANDARD_NO_PAD.encode(salt);
    let hash = STANDARD_NO_PAD.encode(hash);
    Ok(format!("argon2id$v=19${cost}${salt}${hash}"))
}
