//! `bcrypt_sha256$$2b$12$<salt><hash>` hashes the password's SHA-256 in lower-case hexadecimal.
//! `bcrypt$$2b$12$<salt><hash>` hashes the password itself.
//!
//! Salt (16 bytes, 22 characters) and hash (23 bytes, 31 characters) are in bcrypt's own base64.

use std::ops::RangeInclusive;

use ::bcrypt::BASE_64;
use base64::Engine;
use rand::{CryptoRng, RngExt};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::blocks::Blocks;
use super::hasher::{Cost, Hasher, NewHashCosts};

/// The default of Django 3.2 to 6.1, and the floor.
const DJANGO: u32 = 12;
/// About a minute. Each additional round doubles the time.
const MAX_ROUNDS: u32 = 20;
const POSSIBLE_ROUNDS: RangeInclusive<u32> = 4..=31;

const SALT_LENGTH: usize = 16;
const SALT_LETTERS: usize = 22;
const HASH_LENGTH: usize = 23;
/// The maximum length of a key. A shorter key ends with a zero byte.
const KEY_LENGTH: usize = 72;

type Key = Zeroizing<Vec<u8>>;
type Salt = [u8; SALT_LENGTH];

/// bcrypt. The cost is the binary logarithm of the number of rounds. Django calls it `rounds`.
pub struct Bcrypt {
    input: Input,
}

pub static SHA256: Bcrypt = Bcrypt { input: Input::Sha256 };

/// Not in Django's default list.
pub static RAW: Bcrypt = Bcrypt { input: Input::Raw };

/// The input of bcrypt.
enum Input {
    Raw,
    Sha256,
}

impl Input {
    fn key(&self, password: &[u8]) -> Key {
        let mut key = Key::new(Vec::with_capacity(KEY_LENGTH));
        match self {
            Self::Raw => key.extend(password.iter().chain(&[0]).take(KEY_LENGTH)),
            Self::Sha256 => key.extend(hex_digits(&Sha256::digest(password)).chain([0])),
        }
        key
    }

    /// Whether the key holds the whole password. Version 5.0 of Python's `bcrypt` refuses a longer one.
    fn fits(&self, password: &[u8]) -> bool {
        matches!(self, Self::Sha256) || password.len() <= KEY_LENGTH
    }
}

/// Yields the digits one by one, so that no copy of them remains in memory.
fn hex_digits(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).map(|value| b"0123456789abcdef"[usize::from(value)])
}

/// A parsed body.
struct Decoded {
    rounds: u32,
    salt: Salt,
    hash: Vec<u8>,
}

impl Decoded {
    fn parse(body: &str) -> Option<Self> {
        let (version, rest) = body.strip_prefix('$')?.split_once('$')?;
        let (rounds, rest) = rest.split_once('$')?;
        let (salt, hash) = rest.split_at_checked(SALT_LETTERS)?;
        let decoded =
            Self { rounds: parse_rounds(rounds)?, salt: parse_salt(salt)?, hash: BASE_64.decode(hash).ok()? };
        let is_known = matches!(version, "2a" | "2b" | "2x" | "2y");
        (is_known && decoded.hash.len() == HASH_LENGTH).then_some(decoded)
    }
}

/// Parses exactly two digits.
fn parse_rounds(text: &str) -> Option<u32> {
    let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let rounds = text.parse().ok()?;
    (is_number && POSSIBLE_ROUNDS.contains(&rounds)).then_some(rounds)
}

fn parse_salt(text: &str) -> Option<Salt> {
    BASE_64.decode(text).ok()?.try_into().ok()
}

fn derive(rounds: u32, salt: Salt, key: &[u8]) -> [u8; HASH_LENGTH] {
    let [hash @ .., _] = ::bcrypt::bcrypt(rounds, salt, key);
    hash
}

impl Hasher for Bcrypt {
    fn name(&self) -> &'static str {
        match self.input {
            Input::Raw => "bcrypt",
            Input::Sha256 => "bcrypt_sha256",
        }
    }

    fn cost_labels(&self) -> &'static [&'static str] {
        &[""]
    }

    fn new_hash_costs(&self) -> Option<NewHashCosts> {
        let least = *POSSIBLE_ROUNDS.start();
        let [django, floor, least] = [DJANGO, DJANGO, least].map(Cost::of);
        matches!(self.input, Input::Sha256).then_some(NewHashCosts { django, floor, least })
    }

    fn is_possible(&self, Cost([rounds, ..]): Cost) -> bool {
        POSSIBLE_ROUNDS.contains(&rounds)
    }

    fn is_affordable(&self, Cost([rounds, ..]): Cost) -> bool {
        rounds <= MAX_ROUNDS
    }

    fn is_weak(&self, Cost([rounds, ..]): Cost) -> bool {
        rounds < DJANGO
    }

    fn work(&self, Cost([rounds, ..]): Cost) -> u64 {
        1_u64.checked_shl(rounds).unwrap_or(u64::MAX)
    }

    /// One hash for each power of two in `work`.
    fn costs_for_work(&self, _cost: Cost, work: u64) -> Vec<Cost> {
        (0..u64::BITS).filter(|rounds| work >> rounds & 1 == 1).map(Cost::of).collect()
    }

    fn decode_cost(&self, body: &str) -> Option<Cost> {
        Some(Cost::of(Decoded::parse(body)?.rounds))
    }

    /// Computes the hash even if the password does not fit, so that the time is the same.
    fn verify(&self, password: &[u8], body: &str, _blocks: &mut Blocks) -> Option<bool> {
        let Decoded { rounds, salt, hash } = Decoded::parse(body)?;
        let is_equal: bool = hash.ct_eq(&derive(rounds, salt, &self.input.key(password))).into();
        Some(is_equal && self.input.fits(password))
    }

    fn salt(&self, rng: &mut dyn CryptoRng) -> String {
        BASE_64.encode(rng.random::<Salt>())
    }

    fn encode(&self, password: &[u8], salt: &str, cost: Cost, _blocks: &mut Blocks) -> Option<String> {
        let Cost([rounds, ..]) = cost;
        let hash = BASE_64.encode(derive(rounds, parse_salt(salt)?, &self.input.key(password)));
        Some(format!("$2b${rounds:02}${salt}{hash}"))
    }
}
