//! Passwords as Django encodes them in its `password` column: read, verified and made.
//!
//! What is accepted and what is written was found by running Django 3.2, 4.2, 5.2, 6.0 and 6.1, with
//! argon2-cffi 25.1 and bcrypt 5.0; the tests hold their verdicts.

mod argon2;
mod bcrypt;
mod blocks;
mod common;
mod encoded;
mod hasher;
mod hexadecimal;
mod md5;
mod method;
mod number;
mod parity;
mod pbkdf2;
mod plain;
mod random;
mod recipe;
mod scrypt;
mod spent;
mod strength;
mod threads;

#[cfg(test)]
mod tests;

use std::io;

use rand::CryptoRng;

pub use argon2::Argon2Cost;
pub use encoded::{Encoded, Malformed, Summary, describe};
use encoded::{Hash, Parsed};
pub use hasher::Hasher;
pub use method::{Algorithm, Method, UnknownAlgorithm};
pub use plain::Plain;
pub use random::{RANDOM_LENGTH, random_password};
pub use recipe::{BadRecipe, Recipe, follow};
pub use scrypt::ScryptCost;
#[cfg(test)]
pub(crate) use spent::work_of_this_thread;
pub use strength::{About, Attribute, MIN_LENGTH, Weakness, weaknesses};
use threads::Threads;

/// What [`verify`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This is the password.
    Match,
    /// This is not the password.
    Mismatch,
    /// No password fits: the text begins with `!`.
    Unusable,
    /// The text does not begin with a known algorithm.
    Unknown,
    /// The text begins with a known algorithm and is not of its form.
    Malformed,
    /// The hash is whole, and computing it would go beyond the limits.
    TooCostly,
}

/// Tells whether this is the password that was encoded, as Django with all its hashers enabled.
///
/// Only [`Verdict::Match`] lets anyone in. Hashes are compared in constant time; texts without a
/// hash to compute are answered at once, and cheap hashes sooner than others, which [`equalise`] hides.
///
/// # Limits
/// No hash is computed that asks for more than
/// - PBKDF2: 100,000,000 iterations,
/// - Argon2: 1 GiB of memory, and 16 GiB written in all its passes together,
/// - bcrypt: 20 rounds,
/// - scrypt: 32 MiB a lane, as in Django, where OpenSSL sets it, and `n`·`r`·`p` of 2²⁷,
///
/// which is up to a minute or so of computing. Beyond them Django computes on, fails or runs out of
/// memory; here the verdict is [`Verdict::TooCostly`], as it is when the memory cannot be had.
#[must_use]
pub fn verify(plain: &Plain, encoded: &str) -> Verdict {
    match Parsed::parse(encoded) {
        Ok(Parsed::Hash(hash)) if hash.method().is_affordable() => compare(plain, &hash),
        Ok(Parsed::Hash(_)) => Verdict::TooCostly,
        Ok(Parsed::Unusable) => Verdict::Unusable,
        Err(Malformed::UnknownAlgorithm) => Verdict::Unknown,
        Err(Malformed::Not(_)) => Verdict::Malformed,
    }
}

fn compare(plain: &Plain, hash: &Hash<'_>) -> Verdict {
    if matches!(hash, Hash::Argon2(_) | Hash::Scrypt(_)) {
        // Noted here, since their lanes are computed on other threads.
        spent::note(hash.method());
    }
    let password = plain.as_bytes();
    let matches = match hash {
        Hash::Pbkdf2(hash) => hash.matches(password),
        Hash::Argon2(hash) => match Threads::for_lanes(hash.cost.lanes).run(|| hash.matches(password)) {
            Ok(matches) => matches,
            Err(_) => return Verdict::TooCostly,
        },
        Hash::Bcrypt(hash) => hash.matches(password),
        Hash::Scrypt(hash) => Threads::for_lanes(hash.cost.p).run(|| hash.matches(password)),
        Hash::Md5(hash) => hash.matches(password),
    };
    if matches { Verdict::Match } else { Verdict::Mismatch }
}

/// Encodes a password as [`Hasher::hash`], on all cores.
///
/// # Errors
/// When the memory that the recipe asks for cannot be had.
pub fn hash(plain: &Plain, recipe: &Recipe, rng: &mut (impl CryptoRng + ?Sized)) -> io::Result<Encoded> {
    Ok(Hasher::new(recipe)?.hash(plain, rng))
}

/// Spends what a failed login costs less than one [`hash`], after [`verify`] has given this verdict on `encoded`: all of
/// it where there was nothing to verify. So neither tells that there is such a user.
///
/// Not hidden is a hash of another algorithm that is not weak, or one that costs more than the recipe.
///
/// # Errors
/// As [`hash`].
pub fn equalise(
    plain: &Plain,
    encoded: &str,
    verdict: Verdict,
    recipe: &Recipe,
    rng: &mut (impl CryptoRng + ?Sized),
) -> io::Result<()> {
    let computed = match describe(encoded) {
        Summary::Hashed(method) if matches!(verdict, Verdict::Match | Verdict::Mismatch) => Some(method),
        _ => None,
    };
    for owed in parity::owed(computed, *recipe) {
        std::hint::black_box(hash(plain, &owed, rng)?);
    }
    Ok(())
}

/// A marker that no password fits, as Django writes it: `!` and 40 random letters and digits.
#[must_use]
pub fn unusable(rng: &mut (impl CryptoRng + ?Sized)) -> Encoded {
    Encoded(format!("{}{}", encoded::UNUSABLE, random::alphanumerics(40, rng)))
}
