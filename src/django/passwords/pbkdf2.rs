//! `pbkdf2_sha256$<iterations>$<salt>$<base64>`, and the same over SHA-1.
//!
//! The salt is used as the bytes of its text. The hash is as long as the digest of the function (32
//! or 20 bytes), in standard base64 with padding.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::method::Method;
use super::{number, spent};

/// What Django 6.1 uses, for both functions.
pub(super) const DJANGO_ITERATIONS: u32 = 1_500_000;
/// What Django 3.2 used: fewer are weak.
pub(super) const FLOOR_ITERATIONS: u32 = 260_000;
/// Up to a minute or so of computing.
pub(super) const MAX_ITERATIONS: u32 = 100_000_000;

/// The function under the HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prf {
    Sha1,
    Sha256,
}

impl Prf {
    fn hash_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    fn method(self, iterations: u32) -> Method {
        match self {
            Self::Sha1 => Method::Pbkdf2Sha1 { iterations },
            Self::Sha256 => Method::Pbkdf2Sha256 { iterations },
        }
    }

    fn derive(self, password: &[u8], salt: &str, iterations: u32) -> Vec<u8> {
        spent::note(self.method(iterations));
        let mut hash = vec![0; self.hash_len()];
        match self {
            Self::Sha1 => {
                ::pbkdf2::pbkdf2_hmac::<Sha1>(password, salt.as_bytes(), iterations, &mut hash);
            }
            Self::Sha256 => {
                ::pbkdf2::pbkdf2_hmac::<Sha256>(password, salt.as_bytes(), iterations, &mut hash);
            }
        }
        hash
    }
}

/// The parts of an encoding after the algorithm.
pub(super) struct Parts<'a> {
    prf: Prf,
    iterations: u32,
    salt: &'a str,
    hash: Vec<u8>,
}

impl<'a> Parts<'a> {
    pub(super) fn parse(prf: Prf, text: &'a str) -> Option<Self> {
        let (iterations, text) = text.split_once('$')?;
        let (salt, hash) = text.split_once('$')?;
        let hash = STANDARD.decode(hash).ok()?;
        let iterations = number::parse(iterations)?;
        (iterations > 0 && !salt.is_empty() && hash.len() == prf.hash_len()).then_some(Self {
            prf,
            iterations,
            salt,
            hash,
        })
    }

    pub(super) fn method(&self) -> Method {
        self.prf.method(self.iterations)
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let hash = self.prf.derive(password, self.salt, self.iterations);
        self.hash.ct_eq(&hash).into()
    }
}

/// What follows the algorithm and its `$`.
pub(super) fn encode(prf: Prf, iterations: u32, password: &[u8], salt: &str) -> String {
    let hash = STANDARD.encode(prf.derive(password, salt, iterations));
    format!("{iterations}${salt}${hash}")
}
