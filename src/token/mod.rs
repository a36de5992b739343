//! Token keys, and what of them is stored.

pub mod drf;
pub mod knox;
mod ttl;

use std::fmt;

use zeroize::Zeroizing;

pub use self::ttl::Ttl;

/// The key of a token: a secret, shown once to the one who asked.
///
/// `Debug` shows nothing of it, memory is wiped, and what is stored of it is a [`Stored`], so that a plain key
/// cannot reach a listing by mistake.
#[derive(Clone)]
pub struct PlainToken(Zeroizing<String>);

impl PlainToken {
    /// A key as it was generated or read from the database.
    #[must_use]
    pub fn new(key: String) -> Self {
        Self(Zeroizing::new(key))
    }

    /// A key as a client would send it: white space around it is dropped, and so is the header's keyword
    /// (`Token abc…`, `Bearer abc…`, in upper or lower case).
    #[must_use]
    pub fn presented(text: &str) -> Self {
        let text = text.trim();
        let key = match text.split_once(char::is_whitespace) {
            Some((word, key)) if ["token", "bearer"].contains(&&*word.to_ascii_lowercase()) => {
                key.trim_start()
            }
            _ => text,
        };
        Self::new(key.to_owned())
    }

    /// The key itself, for the one who asked for it and for comparing.
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

/// A fresh token: the key for its user, and what the database keeps of it.
#[derive(Debug)]
pub struct Minted {
    /// The key.
    pub plain: PlainToken,
    /// What is stored.
    pub stored: Stored,
}

/// What the database keeps of a token.
pub enum Stored {
    /// DRF keeps the key as it is.
    Drf {
        /// The key.
        key: PlainToken,
    },
    /// knox keeps a digest and the key's first characters.
    Knox {
        /// Hexadecimal digest.
        digest: String,
        /// The public first characters.
        token_key: String,
        /// The salt, before knox 4.2.
        salt: Option<String>,
    },
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Drf { .. } => "Drf(…)",
            Self::Knox { .. } => "Knox(…)",
        })
    }
}

/// `length` random bytes as lower-case hexadecimal digits.
fn random_hex(length: usize, random: &mut (impl rand::Rng + ?Sized)) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    random.fill_bytes(&mut bytes);
    Zeroizing::new(hex(&bytes))
}

/// Bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Hexadecimal digits of either case as bytes, as Python's `binascii.unhexlify` takes them.
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
            assert_eq!(PlainToken::presented(text).expose(), "abc123", "{text:?}");
        }
        assert_eq!(PlainToken::presented("Basic abc").expose(), "Basic abc");
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
