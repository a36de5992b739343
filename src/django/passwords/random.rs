//! Generates random passwords.

use rand::CryptoRng;
use rand::seq::IndexedRandom;

use super::plain::Plain;
use super::strength::{About, MIN_LENGTH, weaknesses};

/// The default length of a [`random_password`]: 128 bits of entropy.
pub const RANDOM_LENGTH: usize = 22;

/// Letters and digits without the ones that look alike: `0`, `O`, `1`, `I` and `l`.
pub(super) const ALPHABET: &[u8; 57] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Generates a random password that is [strong](weaknesses) for this user, from letters and digits that do not look
/// alike.
///
/// Each of the 57 possible characters adds 5.83 bits of entropy: 22 characters have 128 bits, 16 have 93. The password
/// has at least [`MIN_LENGTH`] characters, or 46 bits.
#[must_use]
pub fn random_password(length: usize, about: &About<'_>, rng: &mut dyn CryptoRng) -> Plain {
    loop {
        let plain = Plain::new(random_text(length.max(MIN_LENGTH), rng));
        if weaknesses(&plain, about).is_empty() {
            return plain;
        }
    }
}

pub(super) fn random_text(length: usize, rng: &mut dyn CryptoRng) -> String {
    let mut text = String::with_capacity(length);
    text.extend((0..length).filter_map(|_| ALPHABET.choose(rng)).map(|&byte| char::from(byte)));
    text
}
