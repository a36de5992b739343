//! Random texts.

use rand::CryptoRng;
use rand::distr::{Alphanumeric, SampleString};
use rand::seq::IndexedRandom;

use super::plain::Plain;
use super::strength::{About, MIN_LENGTH, weaknesses};

/// The usual length of a [`random_password`]: 128 bits of entropy.
pub const RANDOM_LENGTH: usize = 22;

/// Letters and digits without those that look alike: `0`, `O`, `1`, `I` and `l`.
pub(super) const ALPHABET: &[u8; 57] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

const SALT_LENGTH: usize = 22;

/// A random password that is [strong](weaknesses) for this user, of letters and digits without
/// those that look alike: `0`, `O`, `1`, `I` and `l`.
///
/// Each of the `length` characters is one of 57 and adds 5.83 bits of entropy: 22 characters have
/// 128 bits, 16 have 93. No password is shorter than [`MIN_LENGTH`], which has 46.
#[must_use]
pub fn random_password(length: usize, about: &About<'_>, rng: &mut (impl CryptoRng + ?Sized)) -> Plain {
    loop {
        let plain = Plain::new(random_text(length.max(MIN_LENGTH), rng));
        if weaknesses(&plain, about).is_empty() {
            return plain;
        }
    }
}

pub(super) fn random_text(length: usize, rng: &mut (impl CryptoRng + ?Sized)) -> String {
    let mut text = String::with_capacity(length);
    text.extend((0..length).filter_map(|_| ALPHABET.choose(rng)).map(|&byte| char::from(byte)));
    text
}

/// A salt of 131 bits, as Django makes them since 3.2.
pub(super) fn salt(rng: &mut (impl CryptoRng + ?Sized)) -> String {
    alphanumerics(SALT_LENGTH, rng)
}

pub(super) fn alphanumerics(length: usize, rng: &mut (impl CryptoRng + ?Sized)) -> String {
    Alphanumeric.sample_string(rng, length)
}
