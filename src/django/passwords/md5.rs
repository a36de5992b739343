//! `md5$<salt>$<hex>`: MD5 of salt and password, in lower-case hexadecimal. Only ever verified.

use ::md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use super::hexadecimal;

const HASH_LETTERS: usize = 32;

/// The parts of an encoding after the algorithm.
pub(super) struct Parts<'a> {
    salt: &'a str,
    hash: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (salt, hash) = text.split_once('$')?;
        let hex = hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (!salt.is_empty() && hex && hash.len() == HASH_LETTERS).then_some(Self { salt, hash })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let salted = Md5::new().chain_update(self.salt).chain_update(password);
        let hash: Vec<u8> = hexadecimal::digits(&salted.finalize()).collect();
        self.hash.as_bytes().ct_eq(&hash).into()
    }
}
