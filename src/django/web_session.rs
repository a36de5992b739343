//! Django's web sessions, decoded without the project's secret key.
//!
//! `django.core.signing` writes `payload:time:signature`. The payload is URL-safe base64 of JSON. If it starts with a dot,
//! the JSON is compressed with zlib. The signature is not verified, since that takes the secret key.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// The largest decompressed session, in bytes.
const LARGEST: usize = 4 << 20;

/// What a web session says about its user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebSession {
    /// The user's key in its displayed form. `None` for an anonymous session.
    pub user: Option<String>,
    /// The dotted path of the authentication backend.
    pub backend: Option<String>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow, rename = "_auth_user_id", default)]
    user: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "_auth_user_backend", default)]
    backend: Option<Cow<'a, str>>,
}

impl WebSession {
    /// Decodes the stored data of a session. Returns `None` for data of another serializer.
    #[must_use]
    pub fn decode(data: &str) -> Option<Self> {
        let (signed, _signature) = data.rsplit_once(':')?;
        let (payload, _time) = signed.rsplit_once(':')?;
        let json = match payload.strip_prefix('.') {
            None => URL_SAFE_NO_PAD.decode(payload).ok()?,
            Some(compressed) => {
                let bytes = URL_SAFE_NO_PAD.decode(compressed).ok()?;
                miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&bytes, LARGEST).ok()?
            }
        };
        // Without this, a list would be read as an object in the order of its fields.
        if json.first() != Some(&b'{') {
            return None;
        }
        let payload: Payload<'_> = serde_json::from_slice(&json).ok()?;
        Some(Self { user: payload.user.map(Cow::into_owned), backend: payload.backend.map(Cow::into_owned) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(payload: &str) -> String {
        format!("{payload}:1uR8aB:signature")
    }

    #[test]
    fn plain_and_compressed_sessions_tell_their_user() {
        let json = br#"{"_auth_user_id":"7","_auth_user_backend":"django.contrib.auth.backends.ModelBackend","x":[1,{}]}"#;
        let plain = signed(&URL_SAFE_NO_PAD.encode(json));
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(json, 6);
        let compressed = signed(&format!(".{}", URL_SAFE_NO_PAD.encode(zlib)));
        let session = WebSession::decode(&plain).expect("a session");
        assert_eq!(session.user.as_deref(), Some("7"));
        assert_eq!(session.backend.as_deref(), Some("django.contrib.auth.backends.ModelBackend"));
        assert_eq!(WebSession::decode(&compressed), Some(session));
    }

    #[test]
    fn a_session_without_a_user_is_anonymous_and_other_data_is_not_guessed() {
        assert_eq!(WebSession::decode(&signed("e30")), Some(WebSession::default()));
        for data in
            ["", "e30", "e30:x", ":::", &signed("gASV"), &signed(".gASV"), &signed("WzFd"), &signed("é")]
        {
            assert_eq!(WebSession::decode(data), None, "{data}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_decoded_or_refused(text in ".{0,80}", payload in "[.]?[A-Za-z0-9_-]{0,60}") {
            let _ = WebSession::decode(&text);
            let _ = WebSession::decode(&signed(&payload));
        }
    }
}
