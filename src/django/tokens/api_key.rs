//! djangorestframework-api-key's keys: a public prefix and a secret, of which it stores a hash (3.0 and 3.1).

use sha2::{Digest as _, Sha512};
use subtle::ConstantTimeEq as _;

use super::{PlainToken, hex, random_alphanumeric};

/// The number of characters of a prefix.
pub const PREFIX_LENGTH: usize = 8;

const SECRET_LENGTH: usize = 32;

/// Generates a key: `prefix.secret`.
#[must_use]
pub fn generate(random: &mut (impl rand::CryptoRng + ?Sized)) -> PlainToken {
    let prefix = random_alphanumeric(PREFIX_LENGTH, random);
    PlainToken::new(format!("{prefix}.{}", random_alphanumeric(SECRET_LENGTH, random)))
}

/// Returns the public prefix of a key. `None` if this cannot be a key.
#[must_use]
pub fn prefix(key: &PlainToken) -> Option<&str> {
    key.expose().split_once('.').filter(|(_, secret)| !secret.contains('.')).map(|(prefix, _)| prefix)
}

/// Returns the hash that is stored for a key.
#[must_use]
pub fn hashed(key: &PlainToken) -> String {
    format!("sha512$${}", hex(&Sha512::digest(key.expose().as_bytes())))
}

/// Whether this is the stored hash of the key. Compares in constant time.
#[must_use]
pub fn matches(key: &PlainToken, stored: &str) -> bool {
    hashed(key).as_bytes().ct_eq(stored.as_bytes()).into()
}
