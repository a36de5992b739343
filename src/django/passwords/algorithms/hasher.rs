//! The interface that all password algorithms implement.

use std::fmt;

use rand::CryptoRng;
use rand::distr::{Alphanumeric, SampleString};

use super::blocks::Blocks;

/// The length of a salt in characters: 131 bits, as in Django since 3.2.
const SALT_LENGTH: usize = 22;

/// A password algorithm, which Django calls a hasher.
///
/// An encoded password consists of the algorithm's name, a `$`, and a body. Each algorithm defines the form of its
/// body.
pub trait Hasher: Sync {
    /// The algorithm's name in Django.
    fn name(&self) -> &'static str;

    /// The text before each number of a cost: `m=`, `,t=` and `,p=` for `m=102400,t=2,p=8`.
    fn cost_labels(&self) -> &'static [&'static str];

    /// The costs of new hashes.
    ///
    /// `None` if no version of Django has the algorithm in its default `PASSWORD_HASHERS`. Such hashes are only
    /// verified.
    fn new_hash_costs(&self) -> Option<NewHashCosts>;

    /// Whether the algorithm is defined for this cost.
    fn is_possible(&self, cost: Cost) -> bool;

    /// Whether the cost is within the limits of [`verify`](fn@crate::django::passwords::verify).
    fn is_affordable(&self, cost: Cost) -> bool;

    /// Whether the cost is too low by today's standards.
    fn is_weak(&self, cost: Cost) -> bool;

    /// The work of one hash, proportional to its time. The unit depends on the algorithm.
    fn work(&self, cost: Cost) -> u64;

    /// Returns costs of hashes whose work adds up to about `work`. They differ from `cost` in one number.
    fn costs_for_work(&self, cost: Cost, work: u64) -> Vec<Cost>;

    /// The number of parts of a hash that can be computed in parallel, or 0.
    fn lanes(&self, _cost: Cost) -> u32 {
        0
    }

    /// The number of memory blocks that a hash needs.
    fn blocks(&self, _cost: Cost) -> usize {
        0
    }

    /// Parses the cost in a body. `None` if the body is malformed or its cost is impossible.
    fn decode_cost(&self, body: &str) -> Option<Cost>;

    /// Whether the body is a hash of this password. `None` if the body is malformed or `blocks` is too small.
    fn verify(&self, password: &[u8], body: &str, blocks: &mut Blocks) -> Option<bool>;

    /// Generates a random salt, as text.
    fn salt(&self, rng: &mut dyn CryptoRng) -> String {
        Alphanumeric.sample_string(rng, SALT_LENGTH)
    }

    /// Hashes a password and returns the body. `None` if the cost is impossible or `blocks` is too small.
    fn encode(&self, password: &[u8], salt: &str, cost: Cost, blocks: &mut Blocks) -> Option<String>;
}

/// The cost of one hash: the algorithm's numbers in the order of their labels. Unused numbers are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost(pub [u32; 3]);

impl Cost {
    /// A cost with a single number.
    pub const fn of(number: u32) -> Self {
        Self([number, 0, 0])
    }

    /// Parses a text that consists of each label and its number.
    pub fn parse(mut text: &str, labels: &[&str]) -> Option<Self> {
        let mut cost = Self::of(0);
        for (number, label) in cost.0.iter_mut().zip(labels) {
            text = text.strip_prefix(label)?;
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            *number = parse_number(&text[..length])?;
            text = &text[length..];
        }
        text.is_empty().then_some(cost)
    }

    /// Writes the form that [`Self::parse`] accepts.
    pub fn write(self, output: &mut impl fmt::Write, labels: &[&str]) -> fmt::Result {
        self.0.into_iter().zip(labels).try_for_each(|(number, label)| write!(output, "{label}{number}"))
    }
}

/// The costs that matter for new hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewHashCosts {
    /// The default of Django 6.1.
    pub django: Cost,
    /// The lowest cost that is not weak.
    pub floor: Cost,
    /// The lowest possible cost, for test data.
    pub least: Cost,
}

/// Parses a number in Django's own spelling: digits only, without leading zeros.
///
/// Django compares the text with its own spelling, so it accepts no other.
pub fn parse_number(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}
