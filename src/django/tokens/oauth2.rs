//! django-oauth-toolkit's tokens: random texts, of which it stores a checksum too (2.4 to 3.4).

use sha2::{Digest as _, Sha256};

use super::{PlainToken, hex, random_alphanumeric};

/// Generates a token like django-oauth-toolkit: 30 letters and digits.
#[must_use]
pub fn generate(random: &mut (impl rand::CryptoRng + ?Sized)) -> PlainToken {
    PlainToken::new(random_alphanumeric(30, random))
}

/// Returns the checksum that django-oauth-toolkit 3.0 and newer look a token up by.
#[must_use]
pub fn checksum(token: &PlainToken) -> String {
    hex(&Sha256::digest(token.expose().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(checksum(&PlainToken::new("abc".into())), abc);
    }
}
