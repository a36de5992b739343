//! Django's web sessions, decoded without the project's secret key.
//!
//! `django.core.signing` writes `payload:time:signature`. The payload is URL-safe base64 of JSON. If it starts with a dot,
//! the JSON is compressed with zlib. The signature is not verified, since that takes the secret key.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::{Decompress, FlushDecompress, Status};
use serde::Deserialize;

/// The largest decompressed session, in bytes.
const LARGEST: usize = 4 << 20;

/// The number of bytes for which there is room at first. Most sessions hold fewer.
const USUAL: usize = 4 << 10;

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

/// Decodes sessions one after the other, with the same buffers.
#[derive(Debug)]
pub struct SessionDecoder {
    inflater: Decompress,
    bytes: Vec<u8>,
    json: Vec<u8>,
}

impl Default for SessionDecoder {
    fn default() -> Self {
        Self { inflater: Decompress::new(true), bytes: Vec::new(), json: Vec::with_capacity(USUAL) }
    }
}

impl SessionDecoder {
    /// Decodes the stored data of a session. Returns `None` for data of another serializer.
    pub fn decode(&mut self, data: &str) -> Option<WebSession> {
        let (signed, _signature) = data.rsplit_once(':')?;
        let (payload, _time) = signed.rsplit_once(':')?;
        let compressed = payload.strip_prefix('.');
        self.bytes.clear();
        URL_SAFE_NO_PAD.decode_vec(compressed.unwrap_or(payload), &mut self.bytes).ok()?;
        if compressed.is_some() {
            self.inflate()?;
        }
        let json = if compressed.is_some() { &self.json } else { &self.bytes };
        // Without this, a list would be read as an object in the order of its fields.
        if json.first() != Some(&b'{') {
            return None;
        }
        let payload: Payload<'_> = serde_json::from_slice(json).ok()?;
        Some(WebSession {
            user: payload.user.map(Cow::into_owned),
            backend: payload.backend.map(Cow::into_owned),
        })
    }

    /// Decompresses the bytes to JSON.
    fn inflate(&mut self) -> Option<()> {
        self.inflater.reset(true);
        self.json.clear();
        loop {
            let read = usize::try_from(self.inflater.total_in()).ok()?;
            let rest = self.bytes.get(read..)?;
            match self.inflater.decompress_vec(rest, &mut self.json, FlushDecompress::Finish).ok()? {
                Status::StreamEnd => return Some(()),
                _ if self.json.len() < self.json.capacity() || self.json.len() >= LARGEST => return None,
                _ => self.json.reserve(self.json.len()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(data: &str) -> Option<WebSession> {
        SessionDecoder::default().decode(data)
    }

    fn compressed(json: &[u8]) -> String {
        let mut zlib = Vec::with_capacity(json.len() + 1_000);
        flate2::Compress::new(flate2::Compression::default(), true)
            .compress_vec(json, &mut zlib, flate2::FlushCompress::Finish)
            .expect("compressed");
        format!(".{}", URL_SAFE_NO_PAD.encode(zlib))
    }

    fn signed(payload: &str) -> String {
        format!("{payload}:1uR8aB:signature")
    }

    #[test]
    fn plain_and_compressed_sessions_tell_their_user() {
        let json = br#"{"_auth_user_id":"7","_auth_user_backend":"django.contrib.auth.backends.ModelBackend","x":[1,{}]}"#;
        let plain = signed(&URL_SAFE_NO_PAD.encode(json));
        let compressed = signed(&compressed(json));
        let session = decode(&plain).expect("a session");
        assert_eq!(session.user.as_deref(), Some("7"));
        assert_eq!(session.backend.as_deref(), Some("django.contrib.auth.backends.ModelBackend"));
        assert_eq!(decode(&compressed), Some(session));
    }

    #[test]
    fn a_large_session_is_decompressed_up_to_a_limit() {
        let mut decoder = SessionDecoder::default();
        for (size, is_read) in [(USUAL, true), (LARGEST / 2, true), (LARGEST * 2, false), (10, true)] {
            let json = format!(r#"{{"cart":"{}","_auth_user_id":"7"}}"#, "x".repeat(size));
            let session = decoder.decode(&signed(&compressed(json.as_bytes())));
            assert_eq!(
                session.is_some_and(|session| session.user.as_deref() == Some("7")),
                is_read,
                "{size}"
            );
        }
    }

    #[test]
    fn a_session_without_a_user_is_anonymous_and_other_data_is_not_guessed() {
        assert_eq!(decode(&signed("e30")), Some(WebSession::default()));
        for data in
            ["", "e30", "e30:x", ":::", &signed("gASV"), &signed(".gASV"), &signed("WzFd"), &signed("é")]
        {
            assert_eq!(decode(data), None, "{data}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_decoded_or_refused(text in ".{0,80}", payload in "[.]?[A-Za-z0-9_-]{0,60}") {
            let _ = decode(&text);
            let _ = decode(&signed(&payload));
        }
    }
}
