//! New hashes.

use std::io;

use rand::CryptoRng;

use super::encoded::Encoded;
use super::plain::Plain;
use super::recipe::Recipe;
use super::workspace::Workspace;

/// Hashes passwords with one [`Recipe`]. Reuses Argon2's memory and wipes it at the end.
pub struct Encoder {
    recipe: Recipe,
    workspace: Workspace,
}

impl Encoder {
    /// Computes each hash on as many cores as its algorithm can use.
    ///
    /// # Errors
    /// When the memory for the recipe cannot be allocated.
    pub fn new(recipe: &Recipe) -> io::Result<Self> {
        Ok(Self { recipe: *recipe, workspace: Workspace::on_all_cores(recipe.method())? })
    }

    /// Computes each hash on one core. Use as many of these as there are cores.
    ///
    /// # Errors
    /// When the memory for the recipe cannot be allocated.
    pub fn worker(recipe: &Recipe) -> io::Result<Self> {
        Ok(Self { recipe: *recipe, workspace: Workspace::on_one_core(recipe.method())? })
    }

    /// Encodes a password as Django would, with a new salt. The empty password is valid too.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a recipe's cost is possible, and its memory is allocated")]
    pub fn encode(&mut self, plain: &Plain, rng: &mut dyn CryptoRng) -> Encoded {
        let method = self.recipe.method();
        let salt = method.algorithm().hasher().salt(rng);
        let body = self
            .workspace
            .run(|hasher, blocks| hasher.encode(plain.as_bytes(), &salt, method.cost(), blocks))
            .expect("a possible cost");
        Encoded(format!("{}${body}", method.algorithm()))
    }
}

/// Encodes one password, on all cores.
///
/// # Errors
/// When the memory for the recipe cannot be allocated.
pub fn hash(plain: &Plain, recipe: &Recipe, rng: &mut dyn CryptoRng) -> io::Result<Encoded> {
    Ok(Encoder::new(recipe)?.encode(plain, rng))
}
