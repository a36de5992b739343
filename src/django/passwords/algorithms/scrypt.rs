//! `scrypt$<n>$<salt>$<r>$<p>$<base64>`, since Django 4.0.
//!
//! The salt is used as text, not decoded. The hash has 64 bytes, in standard base64 with padding.

use ::scrypt::Params;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use super::blocks::Blocks;
use super::hasher::{Cost, Hasher, NewHashCosts, parse_number};

/// The default of Django 5.1 to 6.1, and the floor. Before 5.1, `p` was 1.
const DJANGO: Cost = Cost([16_384, 8, 5]);

const HASH_LENGTH: usize = 64;
/// OpenSSL's default limit, which Django does not raise.
const MAX_MEMORY: u64 = 32 << 20;
/// About 200 times Django's default: half a minute.
const MAX_WORK: u64 = 1 << 27;

/// scrypt. The cost is the number of blocks `n`, their size `r` and the number of lanes `p`.
///
/// `n` is a power of two, and the unit of `r` is 128 bytes.
pub struct Scrypt;

/// A parsed body.
struct Decoded<'a> {
    cost: Cost,
    salt: &'a str,
    hash: [u8; HASH_LENGTH],
}

impl<'a> Decoded<'a> {
    fn parse(body: &'a str) -> Option<Self> {
        let mut parts = body.split('$');
        let [n, salt, r, p, hash] = std::array::from_fn(|_| parts.next());
        let is_longer = parts.next().is_some();
        let salt = salt.filter(|salt| !salt.is_empty() && !is_longer)?;
        let cost = Cost([parse_number(n?)?, parse_number(r?)?, parse_number(p?)?]);
        let hash = STANDARD.decode(hash?).ok()?.try_into().ok()?;
        Scrypt.is_possible(cost).then_some(Self { cost, salt, hash })
    }
}

fn derive(Cost([n, r, p]): Cost, password: &[u8], salt: &str) -> Option<[u8; HASH_LENGTH]> {
    let log_n = u8::try_from(n.checked_ilog2()?).ok()?;
    let params = Params::new(log_n, r, p).ok()?;
    let mut hash = [0; HASH_LENGTH];
    ::scrypt::scrypt(password, salt.as_bytes(), &params, &mut hash).ok()?;
    Some(hash)
}

/// The memory of one lane, in units of 128 bytes.
fn units(Cost([n, r, _]): Cost) -> u64 {
    u64::from(n) * u64::from(r)
}

impl Hasher for Scrypt {
    fn name(&self) -> &'static str {
        "scrypt"
    }

    fn cost_labels(&self) -> &'static [&'static str] {
        &["n=", ",r=", ",p="]
    }

    fn new_hash_costs(&self) -> Option<NewHashCosts> {
        Some(NewHashCosts { django: DJANGO, floor: DJANGO, least: Cost([2, 1, 1]) })
    }

    fn is_possible(&self, Cost([n, r, p]): Cost) -> bool {
        let blocks = u64::from(r) * u64::from(p);
        n > 1
            && n.is_power_of_two()
            && (1..1 << 30).contains(&blocks)
            && n.trailing_zeros() < r.saturating_mul(16)
    }

    fn is_affordable(&self, cost: Cost) -> bool {
        let [n, r, p] = cost.0.map(u64::from);
        self.work(cost) <= MAX_WORK && 128 * r * (n + 2 + p) <= MAX_MEMORY
    }

    fn is_weak(&self, cost: Cost) -> bool {
        units(cost) < units(DJANGO) || self.work(cost) < self.work(DJANGO)
    }

    /// The number of units of 128 bytes mixed.
    fn work(&self, cost: Cost) -> u64 {
        let Cost([_, _, p]) = cost;
        units(cost).saturating_mul(p.into())
    }

    fn costs_for_work(&self, cost: Cost, work: u64) -> Vec<Cost> {
        let Cost([n, r, p]) = cost;
        vec![Cost([n, r, u32::try_from(work.div_ceil(units(cost))).unwrap_or(p)])]
    }

    fn lanes(&self, Cost([_, _, p]): Cost) -> u32 {
        p
    }

    fn decode_cost(&self, body: &str) -> Option<Cost> {
        Some(Decoded::parse(body)?.cost)
    }

    fn verify(&self, password: &[u8], body: &str, _blocks: &mut Blocks) -> Option<bool> {
        let Decoded { cost, salt, hash } = Decoded::parse(body)?;
        Some(hash.ct_eq(&derive(cost, password, salt)?).into())
    }

    fn encode(&self, password: &[u8], salt: &str, cost: Cost, _blocks: &mut Blocks) -> Option<String> {
        let hash = STANDARD.encode(derive(cost, password, salt)?);
        let Cost([n, r, p]) = cost;
        Some(format!("{n}${salt}${r}${p}${hash}"))
    }
}
