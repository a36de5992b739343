//! djangorestframework-simplejwt's tokens: JSON Web Tokens (RFC 7519), signed with HMAC SHA-256.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::package_scheme::TokenType;
use super::{PlainToken, random_hex};
use crate::django::models::Key;

/// The only algorithm that is written and checked here.
const ALGORITHM: &str = "HS256";

/// The claims that say whose token it is, of which type, and for how long.
pub const RESERVED_CLAIMS: [&str; 5] = ["token_type", "exp", "iat", "jti", "user_id"];

/// The key of signatures: the project's `SIGNING_KEY`, which is its `SECRET_KEY` by default.
pub struct SigningKey(Zeroizing<String>);

impl SigningKey {
    /// Wraps a key. `None` if it is empty.
    #[must_use]
    pub fn new(key: Zeroizing<String>) -> Option<Self> {
        Some(Self(key)).filter(|key| !key.0.is_empty())
    }

    fn mac(&self, signed: &str) -> Option<Hmac<Sha256>> {
        let mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).ok()?;
        Some(mac.chain_update(signed))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// Generates the id of a token.
#[must_use]
pub fn generate_id(random: &mut (impl rand::CryptoRng + ?Sized)) -> String {
    random_hex(16, random).to_string()
}

/// Returns the claims of a token: those of simplejwt, and more of the caller.
#[must_use]
pub fn claims(
    token_type: TokenType,
    id: &str,
    user: &Key,
    (issued, expiry): (Timestamp, Timestamp),
    more: &Map<String, Json>,
) -> Map<String, Json> {
    let values =
        [json!(token_type.to_string()), json!(expiry.as_second()), json!(issued.as_second()), json!(id)];
    let names = RESERVED_CLAIMS.map(str::to_owned);
    let values = values.into_iter().chain([json!(user.to_string())]);
    names.into_iter().zip(values).chain(more.clone()).collect()
}

/// Signs claims. `None` for a key that HMAC cannot use.
#[must_use]
pub fn sign(claims: &Map<String, Json>, key: &SigningKey) -> Option<PlainToken> {
    let header = URL_SAFE_NO_PAD.encode(json!({ "alg": ALGORITHM, "typ": "JWT" }).to_string());
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_string(claims).ok()?);
    let signed = format!("{header}.{payload}");
    let signature = URL_SAFE_NO_PAD.encode(key.mac(&signed)?.finalize().into_bytes());
    Some(PlainToken::new(format!("{signed}.{signature}")))
}

/// A token with readable claims, whatever its signature.
#[derive(Debug)]
pub struct Jwt {
    claims: Map<String, Json>,
    algorithm: String,
}

impl Jwt {
    /// Reads a token. `None` if it is no JSON Web Token.
    #[must_use]
    pub fn parse(token: &PlainToken) -> Option<Self> {
        let mut parts = token.expose().split('.');
        let mut object = || -> Option<Map<String, Json>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok()
        };
        let (header, claims) = (object()?, object()?);
        let algorithm = header.get("alg")?.as_str()?.to_owned();
        (parts.count() == 1).then_some(Self { claims, algorithm })
    }

    /// Whether the key has signed this token, of which these are the claims. Compares in constant time.
    #[must_use]
    pub fn is_signed(&self, token: &PlainToken, key: &SigningKey) -> bool {
        let is_signed = || {
            let (signed, signature) = token.expose().rsplit_once('.')?;
            let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
            key.mac(signed)?.verify_slice(&signature).ok()
        };
        self.is_checkable() && is_signed().is_some()
    }

    /// Whether its algorithm is one that can be checked here.
    #[must_use]
    pub fn is_checkable(&self) -> bool {
        self.algorithm == ALGORITHM
    }

    /// Returns its id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.claims.get("jti")?.as_str()
    }

    /// Returns its type. `None` if it is neither an access nor a refresh token.
    #[must_use]
    pub fn token_type(&self) -> Option<TokenType> {
        let name = self.claims.get("token_type")?.as_str()?;
        [TokenType::Access, TokenType::Refresh].into_iter().find(|known| known.to_string() == name)
    }

    /// Returns the end of its validity.
    #[must_use]
    pub fn expiry(&self) -> Option<Timestamp> {
        self.moment("exp")
    }

    /// Whether it is not valid yet.
    #[must_use]
    pub fn is_early(&self, now: Timestamp) -> bool {
        ["iat", "nbf"].into_iter().filter_map(|name| self.moment(name)).any(|moment| moment > now)
    }

    fn moment(&self, claim: &str) -> Option<Timestamp> {
        let seconds = self.claims.get(claim)?;
        #[expect(clippy::cast_possible_truncation, reason = "simplejwt drops the fraction too")]
        let seconds = seconds.as_i64().or_else(|| seconds.as_f64().map(|seconds| seconds as i64))?;
        Timestamp::from_second(seconds).ok()
    }

    /// Returns the key of its user in the form for people.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        match self.claims.get("user_id")? {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7515, appendix A.1, has a key of bytes; this one is of jwt.io.
    const EXAMPLE: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0\
        IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";

    fn key(text: &str) -> SigningKey {
        SigningKey::new(Zeroizing::new(text.into())).expect("a key")
    }

    fn token(text: &str) -> PlainToken {
        PlainToken::new(text.into())
    }

    #[test]
    fn a_published_token_is_signed_with_its_key_only() {
        let example = token(EXAMPLE);
        let jwt = Jwt::parse(&example).expect("a token");
        assert!(jwt.is_signed(&example, &key("your-256-bit-secret")));
        assert!(!jwt.is_signed(&example, &key("another")));
    }

    #[test]
    fn a_changed_token_or_another_algorithm_is_not_signed() {
        let key = key("secret");
        let now = Timestamp::UNIX_EPOCH;
        let claims = claims(TokenType::Refresh, "id", &Key::Integer(7), (now, now), &Map::new());
        let signed = sign(&claims, &key).expect("signed");
        let jwt = Jwt::parse(&signed).expect("a token");
        assert!(jwt.is_signed(&signed, &key));
        assert_eq!((jwt.id(), jwt.token_type()), (Some("id"), Some(TokenType::Refresh)));
        assert_eq!((jwt.user().as_deref(), jwt.expiry()), (Some("7"), Some(now)));
        let (head, rest) = signed.expose().split_once('.').expect("parts");
        let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        for text in [format!("{unsigned}.{rest}"), format!("{head}.e30.{rest}"), format!("{head}.{rest}A")] {
            let changed = token(&text);
            assert!(!Jwt::parse(&changed).is_some_and(|jwt| jwt.is_signed(&changed, &key)), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text: String) {
            let _ = Jwt::parse(&token(&text));
        }
    }
}
