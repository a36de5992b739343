//! `argon2` and a PHC string: `argon2$argon2id$v=19$m=102400,t=2,p=8$<salt>$<hash>`.
//!
//! Salt and hash are in base64 without padding. A string without `v=` has version 16, the first one.

use ::argon2::{Algorithm as Variant, Argon2 as Context, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;

use super::blocks::Blocks;
use super::hasher::{Cost, Hasher, NewHashCosts, parse_number};

const COST_LABELS: &[&str] = &["m=", ",t=", ",p="];

/// The default of Django 3.2 to 6.1, and the floor.
const DJANGO: Cost = Cost([102_400, 2, 8]);

const HASH_LENGTH: usize = 32;
/// 1 GiB.
const MAX_MEMORY: u32 = 1 << 20;
/// 16 GiB of memory writes, about ten seconds.
const MAX_WORK: u64 = 1 << 24;

/// Argon2. The cost is the memory `m` in KiB, the number of passes `t`, and the number of lanes `p`.
///
/// All three variants are verified. New hashes are Argon2id.
pub struct Argon2;

/// A parsed body.
struct Decoded {
    variant: Variant,
    version: Version,
    cost: Cost,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Decoded {
    fn parse(body: &str) -> Option<Self> {
        let (variant, rest) = body.split_once('$')?;
        let (version, rest) = match rest.strip_prefix("v=") {
            Some(rest) => rest.split_once('$')?,
            None => ("16", rest),
        };
        let (cost, rest) = rest.split_once('$')?;
        let (salt, hash) = rest.split_once('$')?;
        let decoded = Self {
            variant: match variant {
                "argon2d" => Variant::Argon2d,
                "argon2i" => Variant::Argon2i,
                "argon2id" => Variant::Argon2id,
                _ => return None,
            },
            version: Version::try_from(parse_number(version)?).ok()?,
            cost: Cost::parse(cost, COST_LABELS).filter(|cost| params(*cost).is_some())?,
            salt: STANDARD_NO_PAD.decode(salt).ok()?,
            hash: STANDARD_NO_PAD.decode(hash).ok()?,
        };
        let is_long_enough =
            decoded.salt.len() >= ::argon2::MIN_SALT_LEN && decoded.hash.len() >= Params::MIN_OUTPUT_LEN;
        is_long_enough.then_some(decoded)
    }
}

fn params(Cost([memory, passes, lanes]): Cost) -> Option<Params> {
    Params::new(memory, passes, lanes, None).ok()
}

impl Hasher for Argon2 {
    fn name(&self) -> &'static str {
        "argon2"
    }

    fn cost_labels(&self) -> &'static [&'static str] {
        COST_LABELS
    }

    fn new_hash_costs(&self) -> Option<NewHashCosts> {
        Some(NewHashCosts { django: DJANGO, floor: DJANGO, least: Cost([8, 1, 1]) })
    }

    fn is_possible(&self, cost: Cost) -> bool {
        params(cost).is_some()
    }

    fn is_affordable(&self, cost: Cost) -> bool {
        let Cost([memory, ..]) = cost;
        memory <= MAX_MEMORY && self.work(cost) <= MAX_WORK
    }

    /// Ignores the lanes. They change how long the server waits, but not what an attacker pays.
    fn is_weak(&self, cost: Cost) -> bool {
        let (Cost([memory, ..]), Cost([least, ..])) = (cost, DJANGO);
        memory < least || self.work(cost) < self.work(DJANGO)
    }

    /// The number of KiB written.
    fn work(&self, Cost([memory, passes, _]): Cost) -> u64 {
        u64::from(memory) * u64::from(passes)
    }

    fn costs_for_work(&self, Cost([memory, passes, lanes]): Cost, work: u64) -> Vec<Cost> {
        vec![Cost([u32::try_from(work / u64::from(passes)).unwrap_or(memory), passes, lanes])]
    }

    fn lanes(&self, Cost([_, _, lanes]): Cost) -> u32 {
        lanes
    }

    fn blocks(&self, cost: Cost) -> usize {
        params(cost).map_or(0, |params| params.block_count())
    }

    fn decode_cost(&self, body: &str) -> Option<Cost> {
        Some(Decoded::parse(body)?.cost)
    }

    fn verify(&self, password: &[u8], body: &str, blocks: &mut Blocks) -> Option<bool> {
        let Decoded { variant, version, cost, salt, hash: expected } = Decoded::parse(body)?;
        let mut hash = vec![0; expected.len()];
        Context::new(variant, version, params(cost)?)
            .hash_password_into_with_memory(password, &salt, &mut hash, blocks)
            .ok()?;
        Some(expected.ct_eq(&hash).into())
    }

    fn encode(&self, password: &[u8], salt: &str, cost: Cost, blocks: &mut Blocks) -> Option<String> {
        let mut hash = [0; HASH_LENGTH];
        Context::new(Variant::Argon2id, Version::V0x13, params(cost)?)
            .hash_password_into_with_memory(password, salt.as_bytes(), &mut hash, blocks)
            .ok()?;
        let [salt, hash] = [salt.as_bytes(), &hash].map(|bytes| STANDARD_NO_PAD.encode(bytes));
        let Cost([memory, passes, lanes]) = cost;
        Some(format!("argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${hash}"))
    }
}
