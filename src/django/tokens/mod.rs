//! Token keys and their stored forms.

pub mod api_key;
pub mod drf;
pub mod jwt;
pub mod knox;
pub mod oauth2;
mod package_scheme;
mod token_row;
mod ttl;

use std::fmt;

use rand::distr::{Alphanumeric, SampleString as _};
use zeroize::Zeroizing;

pub use self::package_scheme::{AnyScheme, PackageScheme, TokenType};
pub use self::token_row::TokenRow;
pub use self::ttl::{Ttl, age};
use crate::error::faults::KeyFlaw;

/// The key of a token: a secret, shown once to the user who asked for it.
///
/// `Debug` hides the key, and memory is wiped on drop. The stored form has its own type, [`Stored`], so that a plain
/// key cannot reach a listing by mistake.
#[derive(Clone)]
pub struct PlainToken(Zeroizing<String>);

impl PlainToken {
    /// Wraps a key that was generated or read from the database.
    #[must_use]
    pub fn new(key: String) -> Self {
        Self(Zeroizing::new(key))
    }

    /// Parses a key from a client. Drops surrounding white space and the keyword of the `Authorization` header
    /// (`Token abc…`, `Bearer abc…` or `Api-Key abc…`, in any case).
    #[must_use]
    pub fn from_client(text: &str) -> Self {
        let text = text.trim();
        let key = match text.split_once(char::is_whitespace) {
            Some((word, key)) if ["token", "bearer", "api-key"].contains(&&*word.to_ascii_lowercase()) => {
                key.trim_start()
            }
            _ => text,
        };
        Self::new(key.to_owned())
    }

    /// Whether a client can send the key in a header.
    ///
    /// DRF and knox refuse keys with white space or non-ASCII characters, even if the table has such a key.
    #[must_use]
    pub fn fits_a_header(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// Returns the key itself, to show it to the user who asked for it or to compare it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainToken(…)")
    }
}

/// A new token: the key for its user, and what the database stores.
#[derive(Debug)]
pub struct GeneratedToken {
    /// The key.
    pub plain: PlainToken,
    /// The stored form.
    pub stored: Stored,
}

/// What the database stores of a token.
#[derive(Clone)]
pub enum Stored {
    /// DRF stores the key in plain text.
    Drf {
        /// The key.
        key: PlainToken,
    },
    /// knox stores a digest and the key's first characters.
    Knox {
        /// The digest in hexadecimal digits.
        digest: String,
        /// The public first characters.
        token_key: String,
        /// The salt. None since knox 4.2.
        salt: Option<String>,
    },
}

impl Stored {
    /// The token's public first characters, as `list-tokens` shows them and `revoke-token` accepts them.
    #[must_use]
    pub fn prefix(&self) -> String {
        match self {
            Self::Drf { key } => drf::prefix(key.expose()).to_owned(),
            Self::Knox { token_key, .. } => token_key.clone(),
        }
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Drf { .. } => "Drf(…)",
            Self::Knox { .. } => "Knox(…)",
        })
    }
}

/// Refuses a key that no client could send in a header, or that could be guessed.
fn unguessable(plain: &PlainToken) -> Result<(), KeyFlaw> {
    const SHORTEST: usize = 32;
    const FEWEST_DIFFERENT: u32 = 8;
    /// From the documentation and the docstring of DRF's `TokenAuthentication`, copied into countless tutorials.
    const PUBLISHED: [&str; 2] =
        ["9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b", "401f7ac837da42b97f613d789819ff93537bee6a"];
    let key = plain.expose();
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(KeyFlaw::Characters);
    }
    if key.len() < SHORTEST {
        return Err(KeyFlaw::TooShort);
    }
    // One bit per ASCII character.
    let different = key.bytes().fold(0_u128, |seen, byte| seen | 1 << byte);
    if different.count_ones() < FEWEST_DIFFERENT {
        return Err(KeyFlaw::Guessable);
    }
    if PUBLISHED.iter().any(|known| known.eq_ignore_ascii_case(key)) {
        return Err(KeyFlaw::Published);
    }
    Ok(())
}

/// Returns `length` random bytes as lower-case hexadecimal digits.
fn random_hex(length: usize, random: &mut (impl rand::Rng + ?Sized)) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    random.fill_bytes(&mut bytes);
    Zeroizing::new(hex(&bytes))
}

/// Returns random letters and digits.
fn random_alphanumeric(length: usize, random: &mut (impl rand::Rng + ?Sized)) -> String {
    Alphanumeric.sample_string(random, length)
}

/// Formats bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Parses hexadecimal digits of either case, like Python's `binascii.unhexlify`.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_form_is_taken_too() {
        for text in ["abc123", " abc123\n", "Token abc123", "token  abc123", "BEARER abc123\r\n"] {
            assert_eq!(PlainToken::from_client(text).expose(), "abc123", "{text:?}");
        }
        assert_eq!(PlainToken::from_client("Basic abc").expose(), "Basic abc");
    }

    #[test]
    fn a_known_key_is_as_long_and_as_varied_as_the_limits_say() {
        let fits = |key: &str| unguessable(&PlainToken::new(key.into())).is_ok();
        assert!(fits(&"abcdefgh".repeat(4)), "32 characters, 8 of them different");
        assert!(!fits(&"abcdefgh".repeat(4)[1..]), "31 characters");
        assert!(!fits(&"abcdefg".repeat(5)), "7 different characters");
    }

    #[test]
    fn half_of_a_short_key_stays_secret() {
        let prefix = |key: &str| Stored::Drf { key: PlainToken::new(key.into()) }.prefix();
        assert_eq!([prefix("abcde").as_str(), &prefix(&"abcd".repeat(10))], ["ab", "abcdabcd"]);
    }

    #[test]
    fn debug_shows_no_key() {
        let token = PlainToken::new("0123456789".into());
        assert_eq!(format!("{token:?}"), "PlainToken(…)");
        assert_eq!(format!("{:?}", Stored::Drf { key: token }), "Drf(…)");
    }

    proptest::proptest! {
        #[test]
        fn hex_and_back(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        }

        #[test]
        fn unhex_takes_any_text(text: String) {
            let _ = unhex(&text);
        }
    }
}
