//! DRF's `authtoken`: one key per user, stored in plain text (DRF 3.14 to 3.18).

use super::{GeneratedToken, PlainToken, Stored, random_hex, unguessable};
use crate::error::faults::KeyFlaw;

/// The number of characters of a key that authctl shows. The other 32 hold 128 secret bits.
pub const PUBLIC_LENGTH: usize = 8;

/// Returns the public first characters of a key. Half of a short key stays secret. Only a project's own code creates such
/// keys.
#[must_use]
pub fn prefix(key: &str) -> &str {
    let length = PUBLIC_LENGTH.min(key.chars().take(2 * PUBLIC_LENGTH).count() / 2);
    key.char_indices().nth(length).map_or(key, |(end, _)| &key[..end])
}

/// The declared length of the key column.
const LONGEST: usize = 40;

/// Creates the token for a given key.
///
/// # Errors
/// Refuses a key that a client could not send, that could be guessed, or that is too long.
pub fn of_key(plain: &PlainToken) -> Result<GeneratedToken, KeyFlaw> {
    unguessable(plain)?;
    if plain.expose().len() > LONGEST {
        return Err(KeyFlaw::TooLong);
    }
    Ok(GeneratedToken { stored: Stored::Drf { key: plain.clone() }, plain: plain.clone() })
}

/// Generates a key like DRF: 20 random bytes as 40 lower-case hexadecimal digits.
#[must_use]
pub fn generate(random: &mut (impl rand::CryptoRng + ?Sized)) -> GeneratedToken {
    let plain = PlainToken(random_hex(20, random));
    GeneratedToken { stored: Stored::Drf { key: plain.clone() }, plain }
}
