//! DRF's `authtoken`: one key a user, stored as it is (DRF 3.14 to 3.18).

use super::{Minted, PlainToken, Stored, random_hex};

/// How many first characters of a key authctl shows; the 32 that remain are 128 secret bits.
pub const PUBLIC_LENGTH: usize = 8;

/// A fresh key, as DRF makes it: 20 random bytes as 40 lower-case hexadecimal digits.
#[must_use]
pub fn mint(random: &mut (impl rand::CryptoRng + ?Sized)) -> Minted {
    let plain = PlainToken(random_hex(20, random));
    Minted { stored: Stored::Drf { key: plain.clone() }, plain }
}
