//! django-rest-knox's tokens: the digest of a key and its public first characters (knox 3.6 to 5.1).

use serde::Deserialize;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{GeneratedToken, PlainToken, Stored, hex, random_hex, unguessable, unhex};
use crate::error::faults::KeyFlaw;

/// The longest `TOKEN_PREFIX` that knox 5 accepts.
pub const LONGEST_PREFIX: usize = 10;

/// The stored forms of a token. The columns of knox's table show which one applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnoxFormat {
    /// knox 3.6 to 4.1: a digest of the token's bytes and a salt; 8 public characters.
    Salted,
    /// knox 4.2: a digest of the token's bytes; 8 public characters.
    Binary,
    /// knox 5: a digest of the token's text, including its prefix; 15 public characters.
    Text,
}

impl KnoxFormat {
    /// The number of a token's first characters that are stored in plain text.
    #[must_use]
    pub fn public_length(self) -> usize {
        match self {
            Self::Salted | Self::Binary => 8,
            Self::Text => 15,
        }
    }

    /// Returns the public first characters of a key.
    #[must_use]
    pub fn token_key(self, token: &PlainToken) -> String {
        token.expose().chars().take(self.public_length()).collect()
    }
}

/// The project's `SECURE_HASH_ALGORITHM`; `sha512` is knox's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenHash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    #[default]
    Sha512,
}

/// Generates a token like knox: the project's prefix and 64 hexadecimal digits (32 random bytes).
#[must_use]
pub fn generate(
    form: KnoxFormat,
    hash: TokenHash,
    prefix: &str,
    random: &mut (impl rand::CryptoRng + ?Sized),
) -> GeneratedToken {
    let digits = random_hex(32, random);
    // Before knox 5, tokens had no prefix. Their digest can only be computed from hexadecimal digits.
    let prefix = if form == KnoxFormat::Text { prefix } else { "" };
    let plain = PlainToken::new(format!("{prefix}{}", *digits));
    let salt = fresh_salt(form, random);
    let digest = digest(form, hash, &plain, salt.as_deref()).unwrap_or_default();
    GeneratedToken { stored: Stored::Knox { digest, token_key: form.token_key(&plain), salt }, plain }
}

/// Creates the token for a given key.
///
/// # Errors
/// Refuses a key that a client could not send, that could be guessed, or that this form cannot digest.
pub fn of_key(
    form: KnoxFormat,
    hash: TokenHash,
    plain: &PlainToken,
    random: &mut (impl rand::CryptoRng + ?Sized),
) -> Result<GeneratedToken, KeyFlaw> {
    unguessable(plain)?;
    from_key(form, hash, plain, random)
}

/// Creates the token for a key that clients already use, even if it could be guessed.
///
/// # Errors
/// Refuses a key that this form cannot digest, or that has too few secret characters.
pub fn from_key(
    form: KnoxFormat,
    hash: TokenHash,
    plain: &PlainToken,
    random: &mut (impl rand::CryptoRng + ?Sized),
) -> Result<GeneratedToken, KeyFlaw> {
    /// Hexadecimal digits for 64 bits.
    const FEWEST_SECRET: usize = 16;
    if plain.expose().chars().count() < form.public_length() + FEWEST_SECRET {
        return Err(KeyFlaw::Prefix);
    }
    let salt = fresh_salt(form, random);
    let digest = digest(form, hash, plain, salt.as_deref()).ok_or(KeyFlaw::NotHexadecimal)?;
    Ok(GeneratedToken {
        stored: Stored::Knox { digest, token_key: form.token_key(plain), salt },
        plain: plain.clone(),
    })
}

fn fresh_salt(form: KnoxFormat, random: &mut (impl rand::CryptoRng + ?Sized)) -> Option<String> {
    (form == KnoxFormat::Salted).then(|| random_hex(8, random).to_string())
}

/// Whether this is the stored digest of the key. Compares in constant time.
#[must_use]
pub fn matches(
    form: KnoxFormat,
    hash: TokenHash,
    token: &PlainToken,
    salt: Option<&str>,
    stored: &str,
) -> bool {
    digest(form, hash, token, salt).is_some_and(|digest| digest.as_bytes().ct_eq(stored.as_bytes()).into())
}

/// Computes the stored digest of a key, in lower-case hexadecimal digits.
///
/// Returns `None` for a key that this form cannot digest: before knox 5, a key consists of pairs of such digits.
fn digest(form: KnoxFormat, hash: TokenHash, token: &PlainToken, salt: Option<&str>) -> Option<String> {
    let input = Zeroizing::new(match form {
        KnoxFormat::Text => token.expose().as_bytes().to_vec(),
        KnoxFormat::Binary => unhex(token.expose())?,
        KnoxFormat::Salted => [unhex(token.expose())?, unhex(salt?)?].concat(),
    });
    Some(match hash {
        TokenHash::Sha256 => hex(&Sha256::digest(&*input)),
        TokenHash::Sha384 => hex(&Sha384::digest(&*input)),
        TokenHash::Sha512 => hex(&Sha512::digest(&*input)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    #[test]
    fn each_form_digests_what_its_knox_version_digests() {
        // The published SHA-512 test vector for the three bytes "abc".
        let abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                   2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        let sha512 = TokenHash::Sha512;
        assert!(matches(KnoxFormat::Text, sha512, &PlainToken::new("abc".into()), None, abc));
        assert!(matches(KnoxFormat::Binary, sha512, &PlainToken::new("616263".into()), None, abc));
        assert!(matches(KnoxFormat::Salted, sha512, &PlainToken::new("6162".into()), Some("63"), abc));
        assert!(!matches(KnoxFormat::Text, sha512, &PlainToken::new("abd".into()), None, abc));
    }

    #[test]
    fn a_key_that_is_no_hexadecimal_number_matches_nothing_in_the_binary_forms() {
        let token = PlainToken::new("not hex".into());
        assert!(!matches(KnoxFormat::Binary, TokenHash::Sha512, &token, None, ""));
        assert!(!matches(KnoxFormat::Salted, TokenHash::Sha512, &token, Some("00"), ""));
    }

    #[test]
    fn public_characters_by_version() {
        let token = PlainToken::new(KEY.into());
        assert_eq!(KnoxFormat::Salted.token_key(&token), "00010203");
        assert_eq!(KnoxFormat::Binary.token_key(&token), "00010203");
        assert_eq!(KnoxFormat::Text.token_key(&token), "000102030405060");
    }
}
