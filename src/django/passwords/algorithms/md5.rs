//! `md5$<salt>$<hex>`: MD5 of salt and password, in lower-case hexadecimal. Not in Django's default list.

use ::md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use super::blocks::Blocks;
use super::hasher::{Cost, Hasher, NewHashCosts};

const HASH_LENGTH: usize = 16;

/// Salted MD5. It has no cost.
pub struct SaltedMd5;

/// Splits a body into the salt and the hash.
fn decode(body: &str) -> Option<(&str, [u8; HASH_LENGTH])> {
    let (salt, hash) = body.split_once('$')?;
    let is_hex = hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_whole = is_hex && hash.len() == 2 * HASH_LENGTH && !salt.is_empty();
    let hash = u128::from_str_radix(hash, 16).ok()?;
    is_whole.then_some((salt, hash.to_be_bytes()))
}

fn derive(password: &[u8], salt: &str) -> [u8; HASH_LENGTH] {
    Md5::new().chain_update(salt).chain_update(password).finalize().into()
}

impl Hasher for SaltedMd5 {
    fn name(&self) -> &'static str {
        "md5"
    }

    fn cost_labels(&self) -> &'static [&'static str] {
        &[]
    }

    fn new_hash_costs(&self) -> Option<NewHashCosts> {
        None
    }

    fn is_possible(&self, _cost: Cost) -> bool {
        true
    }

    fn is_affordable(&self, _cost: Cost) -> bool {
        true
    }

    fn is_weak(&self, _cost: Cost) -> bool {
        true
    }

    fn work(&self, _cost: Cost) -> u64 {
        0
    }

    fn costs_for_work(&self, _cost: Cost, _work: u64) -> Vec<Cost> {
        Vec::new()
    }

    fn decode_cost(&self, body: &str) -> Option<Cost> {
        decode(body).map(|_| Cost::of(0))
    }

    fn verify(&self, password: &[u8], body: &str, _blocks: &mut Blocks) -> Option<bool> {
        let (salt, hash) = decode(body)?;
        Some(hash.ct_eq(&derive(password, salt)).into())
    }

    fn encode(&self, password: &[u8], salt: &str, _cost: Cost, _blocks: &mut Blocks) -> Option<String> {
        Some(format!("{salt}${:032x}", u128::from_be_bytes(derive(password, salt))))
    }
}
