//! Hashes made one after the other, as when many users are imported.

use std::io;

use rand::CryptoRng;

use super::blocks::Blocks;
use super::encoded::Encoded;
use super::plain::Plain;
use super::recipe::{NewHash, Recipe};
use super::spent;
use super::threads::Threads;
use super::{argon2, bcrypt, pbkdf2, random, scrypt};

/// Makes hashes of one [`Recipe`], and keeps Argon2's memory from one to the next; it is wiped at the end.
pub struct Hasher {
    recipe: Recipe,
    blocks: Blocks,
    threads: Threads,
}

impl Hasher {
    /// Computes each hash on as many cores as its algorithm can use.
    ///
    /// # Errors
    /// When the memory that the recipe asks for cannot be had.
    pub fn new(recipe: &Recipe) -> io::Result<Self> {
        Self::on(Threads::for_lanes(recipe.lanes()), recipe)
    }

    /// Computes each hash on one core, so that as many of these as there are cores do not get in each other's way.
    ///
    /// # Errors
    /// When the memory that the recipe asks for cannot be had.
    pub fn worker(recipe: &Recipe) -> io::Result<Self> {
        Self::on(Threads::for_lanes(recipe.lanes().min(1)), recipe)
    }

    fn on(threads: Threads, recipe: &Recipe) -> io::Result<Self> {
        let blocks = match recipe.0 {
            NewHash::Argon2(cost) => cost.blocks(),
            _ => 0,
        };
        Ok(Self { recipe: *recipe, blocks: Blocks::new(blocks)?, threads })
    }

    /// Encodes a password as Django would.
    ///
    /// The salt is 22 random letters and digits (131 bits), or 16 random bytes for bcrypt. The empty
    /// password has a hash like any other.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a recipe's cost is possible, and its memory is there")]
    pub fn hash(&mut self, plain: &Plain, rng: &mut (impl CryptoRng + ?Sized)) -> Encoded {
        let Self { recipe, blocks, threads } = self;
        if recipe.lanes() > 0 {
            // Noted here, since the lanes are computed on other threads.
            spent::note(recipe.method());
        }
        let password = plain.as_bytes();
        let rest = match recipe.0 {
            NewHash::Pbkdf2(prf, iterations) => pbkdf2::encode(prf, iterations, password, &random::salt(rng)),
            NewHash::BcryptSha256(rounds) => {
                bcrypt::encode_sha256(rounds, password, rand::RngExt::random(rng))
            }
            NewHash::Argon2(cost) => {
                let salt = random::salt(rng);
                threads
                    .run(|| argon2::encode(cost, password, &salt, blocks))
                    .expect("a recipe's cost to be possible")
            }
            NewHash::Scrypt(cost) => {
                let salt = random::salt(rng);
                threads.run(|| scrypt::encode(cost, password, &salt)).expect("a recipe's cost to be possible")
            }
        };
        Encoded(format!("{}${rest}", recipe.method().algorithm()))
    }
}
