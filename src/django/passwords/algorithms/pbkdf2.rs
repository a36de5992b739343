//! `pbkdf2_sha256$<iterations>$<salt>$<base64>`, and the same over SHA-1.
//!
//! The salt is used as text, not decoded. The hash is as long as the function's digest, in standard base64 with
//! padding.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::blocks::Blocks;
use super::hasher::{Cost, Hasher, NewHashCosts, parse_number};
use super::pbkdf2_sha256;

const DJANGO_6_1: u32 = 1_500_000;
const DJANGO_3_2: u32 = 260_000;
/// About a minute.
const MAX_ITERATIONS: u32 = 100_000_000;

/// PBKDF2 with an HMAC. The cost is the number of iterations.
pub struct Pbkdf2 {
    name: &'static str,
    hash_length: usize,
    derive: fn(&[u8], &[u8], u32, &mut [u8]),
}

pub static SHA256: Pbkdf2 = Pbkdf2 { name: "pbkdf2_sha256", hash_length: 32, derive: pbkdf2_sha256::derive };

pub static SHA1: Pbkdf2 =
    Pbkdf2 { name: "pbkdf2_sha1", hash_length: 20, derive: ::pbkdf2::pbkdf2_hmac::<Sha1> };

/// A parsed body.
struct Decoded<'a> {
    iterations: u32,
    salt: &'a str,
    hash: Vec<u8>,
}

impl Pbkdf2 {
    fn decode<'a>(&self, body: &'a str) -> Option<Decoded<'a>> {
        let (iterations, rest) = body.split_once('$')?;
        let (salt, hash) = rest.split_once('$')?;
        let decoded =
            Decoded { iterations: parse_number(iterations)?, salt, hash: STANDARD.decode(hash).ok()? };
        let is_whole = decoded.iterations > 0 && !salt.is_empty() && decoded.hash.len() == self.hash_length;
        is_whole.then_some(decoded)
    }

    fn derive(&self, password: &[u8], salt: &str, iterations: u32) -> Vec<u8> {
        let mut hash = vec![0; self.hash_length];
        (self.derive)(password, salt.as_bytes(), iterations, &mut hash);
        hash
    }
}

impl Hasher for Pbkdf2 {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cost_labels(&self) -> &'static [&'static str] {
        &[""]
    }

    fn new_hash_costs(&self) -> Option<NewHashCosts> {
        Some(NewHashCosts { django: Cost::of(DJANGO_6_1), floor: Cost::of(DJANGO_3_2), least: Cost::of(1) })
    }

    fn is_possible(&self, Cost([iterations, ..]): Cost) -> bool {
        iterations > 0
    }

    fn is_affordable(&self, Cost([iterations, ..]): Cost) -> bool {
        iterations <= MAX_ITERATIONS
    }

    fn is_weak(&self, Cost([iterations, ..]): Cost) -> bool {
        iterations < DJANGO_3_2
    }

    fn work(&self, Cost([iterations, ..]): Cost) -> u64 {
        iterations.into()
    }

    fn costs_for_work(&self, _cost: Cost, work: u64) -> Vec<Cost> {
        vec![Cost::of(u32::try_from(work).unwrap_or(u32::MAX))]
    }

    fn decode_cost(&self, body: &str) -> Option<Cost> {
        Some(Cost::of(self.decode(body)?.iterations))
    }

    fn verify(&self, password: &[u8], body: &str, _blocks: &mut Blocks) -> Option<bool> {
        let Decoded { iterations, salt, hash } = self.decode(body)?;
        Some(hash.ct_eq(&self.derive(password, salt, iterations)).into())
    }

    fn encode(&self, password: &[u8], salt: &str, cost: Cost, _blocks: &mut Blocks) -> Option<String> {
        let Cost([iterations, ..]) = cost;
        let hash = STANDARD.encode(self.derive(password, salt, iterations));
        Some(format!("{iterations}${salt}${hash}"))
    }
}
