//! DRF's `authtoken`: one key a user, stored as it is (DRF 3.14 to 3.18).

use super::{Minted, PlainToken, Stored, Unfit, random_hex, unguessable};

/// How many first characters of a key authctl shows; the 32 that remain are 128 secret bits.
pub const PUBLIC_LENGTH: usize = 8;

/// The longest key that the column is declared for.
const LONGEST: usize = 40;

/// The token of a key that is known beforehand.
///
/// # Errors
/// Where a client could not send it, or a guess could find it.
pub fn of_key(plain: &PlainToken) -> Result<Minted, Unfit> {
    unguessable(plain)?;
    if plain.expose().len() > LONGEST {
        return Err(Unfit("a drf key has at most 40 characters"));
    }
    Ok(Minted { stored: Stored::Drf { key: plain.clone() }, plain: plain.clone() })
}

/// A fresh key, as DRF makes it: 20 random bytes as 40 lower-case hexadecimal digits.
#[must_use]
pub fn mint(random: &mut (impl rand::CryptoRng + ?Sized)) -> Minted {
    let plain = PlainToken(random_hex(20, random));
    Minted { stored: Stored::Drf { key: plain.clone() }, plain }
}
