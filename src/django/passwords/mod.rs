//! Parses, verifies and creates passwords as Django encodes them in its `password` column.
//!
//! The accepted forms were found by running Django 3.2, 4.2, 5.2, 6.0 and 6.1 with argon2-cffi 25.1 and bcrypt
//! 5.0. The tests contain the verdicts of these versions.

mod algorithms;
mod common;
mod encoded;
mod encoder;
mod equal_time;
mod method;
mod plain;
mod random;
mod recipe;
mod strength;
mod verify;
mod workspace;

#[cfg(test)]
mod tests;

pub use algorithms::{Algorithm, UnknownAlgorithm};
pub use encoded::{Encoded, Malformed, Summary, describe, unusable};
pub use encoder::{Encoder, hash};
pub use equal_time::equalise;
pub use method::Method;
pub use plain::Plain;
pub use random::{RANDOM_LENGTH, random_password};
pub use recipe::{BadRecipe, Recipe, follow};
pub use strength::{About, MIN_LENGTH, weaknesses};
pub use verify::{Verdict, verify};
#[cfg(test)]
pub(crate) use workspace::work_of_this_thread;
