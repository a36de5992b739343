//! `bcrypt_sha256$$2b$12$<salt><hash>` over the password's SHA-256 in lower-case hexadecimal, and
//! `bcrypt$$2b$12$<salt><hash>` over the password itself.
//!
//! Salt (16 bytes, 22 letters) and hash (23 bytes, 31 letters) are in bcrypt's own base64.

use std::ops::RangeInclusive;

use ::bcrypt::BASE_64;
use base64::Engine;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::method::Method;
use super::{hexadecimal, spent};

/// What Django uses from 3.2 to 6.1, which is also the floor.
pub(super) const DJANGO_ROUNDS: u32 = 12;
/// About a minute of computing; every round more doubles it.
pub(super) const MAX_ROUNDS: u32 = 20;
/// The rounds bcrypt knows.
pub(super) const POSSIBLE_ROUNDS: RangeInclusive<u32> = 4..=31;

pub(super) const SALT_LEN: usize = 16;
const SALT_LETTERS: usize = 22;
const HASH_LEN: usize = 23;
/// bcrypt's key: a longer password does not fit, and a shorter one ends with a zero byte.
const KEY_LEN: usize = 72;

type Key = Zeroizing<Vec<u8>>;

/// What bcrypt is given of the password.
#[derive(Clone, Copy)]
pub(super) enum Input {
    Raw,
    Sha256,
}

impl Input {
    fn method(self, rounds: u32) -> Method {
        match self {
            Self::Raw => Method::Bcrypt { rounds },
            Self::Sha256 => Method::BcryptSha256 { rounds },
        }
    }
}

/// The parts of an encoding after the algorithm.
pub(super) struct Parts {
    input: Input,
    rounds: u32,
    salt: [u8; SALT_LEN],
    hash: Vec<u8>,
}

impl Parts {
    pub(super) fn parse(input: Input, text: &str) -> Option<Self> {
        let (kind, text) = text.strip_prefix('$')?.split_once('$')?;
        let (rounds, text) = text.split_once('$')?;
        let (salt, hash) = text.split_at_checked(SALT_LETTERS)?;
        let hash = BASE_64.decode(hash).ok()?;
        let known = matches!(kind, "2a" | "2b" | "2x" | "2y");
        (known && hash.len() == HASH_LEN).then_some(Self {
            input,
            rounds: parse_rounds(rounds)?,
            salt: BASE_64.decode(salt).ok()?.try_into().ok()?,
            hash,
        })
    }

    pub(super) fn method(&self) -> Method {
        self.input.method(self.rounds)
    }

    /// Never true for a raw password that does not fit: the `bcrypt` package refuses it since 5.0,
    /// where older ones dropped what was too long. It takes as long as one that fits.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let (key, fits) = match self.input {
            Input::Raw => (raw_key(password), password.len() <= KEY_LEN),
            Input::Sha256 => (sha256_key(password), true),
        };
        let is_equal: bool = self.hash.ct_eq(&derive(self.input, self.rounds, self.salt, &key)).into();
        is_equal && fits
    }
}

/// Reads two digits.
fn parse_rounds(text: &str) -> Option<u32> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let rounds = text.parse().ok()?;
    (digits && POSSIBLE_ROUNDS.contains(&rounds)).then_some(rounds)
}

/// What follows `bcrypt_sha256$`.
pub(super) fn encode_sha256(rounds: u32, password: &[u8], salt: [u8; SALT_LEN]) -> String {
    let hash = BASE_64.encode(derive(Input::Sha256, rounds, salt, &sha256_key(password)));
    let salt = BASE_64.encode(salt);
    format!("$2b${rounds:02}${salt}{hash}")
}

fn derive(input: Input, rounds: u32, salt: [u8; SALT_LEN], key: &[u8]) -> [u8; HASH_LEN] {
    spent::note(input.method(rounds));
    let [hash @ .., _] = ::bcrypt::bcrypt(rounds, salt, key);
    hash
}

fn raw_key(password: &[u8]) -> Key {
    let mut key = Key::new(Vec::with_capacity(KEY_LEN));
    key.extend(password.iter().chain(&[0]).take(KEY_LEN));
    key
}

fn sha256_key(password: &[u8]) -> Key {
    let mut key = Key::new(Vec::with_capacity(KEY_LEN));
    key.extend(hexadecimal::digits(&Sha256::digest(password)));
    key.push(0);
    key
}
