//! PBKDF2 with HMAC-SHA256 (RFC 8018, section 5.2), for a hash as long as the digest.
//!
//! From the second iteration on, each HMAC is over one digest, so an iteration is two calls of SHA-256's compression
//! function on blocks that differ in the digest only. The crate's code, which is generic over the function, takes 1.3
//! times as long.

use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};

type State = [u32; 8];

/// The state before the first block (FIPS 180-4, section 5.3.3).
const INITIAL: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

const BLOCK: usize = 64;
const DIGEST: usize = 32;

/// Derives a hash of 32 bytes into `hash`.
pub(super) fn derive(password: &[u8], salt: &[u8], iterations: u32, hash: &mut [u8]) {
    ::pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, 1, hash);
    let mut last = from_bytes(hash);
    let mut sum = last;
    let (inner, outer) = (keyed(password, 0x36), keyed(password, 0x5c));
    for _ in 1..iterations {
        last = finished(outer, finished(inner, last));
        for (sum, word) in sum.iter_mut().zip(last) {
            *sum ^= word;
        }
    }
    hash.copy_from_slice(&to_bytes(sum));
}

/// Returns the state after the block of the key (RFC 2104, section 2).
fn keyed(password: &[u8], pad: u8) -> State {
    let mut block = [pad; BLOCK];
    let digest;
    let key = if password.len() > BLOCK {
        digest = Sha256::digest(password);
        &digest[..]
    } else {
        password
    };
    block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
    let mut state = INITIAL;
    compress256(&mut state, &[block]);
    state
}

/// Returns the digest of the block of the key, after which the state is `keyed`, and another digest.
#[inline]
fn finished(mut keyed: State, digest: State) -> State {
    let mut block = [0; BLOCK];
    block[..DIGEST].copy_from_slice(&to_bytes(digest));
    block[DIGEST] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK + DIGEST) as u64).to_be_bytes());
    compress256(&mut keyed, &[block]);
    keyed
}

#[inline]
fn to_bytes(state: State) -> [u8; DIGEST] {
    let mut bytes = [0; DIGEST];
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    bytes
}

fn from_bytes(bytes: &[u8]) -> State {
    let mut state = State::default();
    for (word, bytes) in state.iter_mut().zip(bytes.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn it_derives_what_the_general_code_does(
            password in proptest::collection::vec(proptest::num::u8::ANY, 0..=130),
            salt in "[A-Za-z0-9]{1,100}",
            iterations in 1_u32..20,
        ) {
            let (mut hash, mut expected) = ([0; DIGEST], [0; DIGEST]);
            derive(&password, salt.as_bytes(), iterations, &mut hash);
            ::pbkdf2::pbkdf2_hmac::<Sha256>(&password, salt.as_bytes(), iterations, &mut expected);
            proptest::prop_assert_eq!(hash, expected);
        }
    }
}
