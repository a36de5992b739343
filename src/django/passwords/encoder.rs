//! Computes new hashes.

use std::io;

use rand::CryptoRng;

use super::encoded::Encoded;
use super::plain::Plain;
use super::recipe::Recipe;
use super::workspace::Workspace;

/// Hashes passwords with one [`Recipe`]. Reuses the memory of Argon2 and wipes it on drop.
pub struct Encoder {
    recipe: Recipe,
    workspace: Workspace,
}

impl Encoder {
    /// Creates an encoder that computes each hash on as many cores as the algorithm can use.
    ///
    /// # Errors
    /// Fails if the memory for the recipe cannot be allocated.
    pub fn new(recipe: &Recipe) -> io::Result<Self> {
        Ok(Self { recipe: *recipe, workspace: Workspace::on_all_cores(recipe.method())? })
    }

    /// Creates an encoder that computes each hash on one core. Use one such encoder per core.
    ///
    /// # Errors
    /// Fails if the memory for the recipe cannot be allocated.
    pub fn worker(recipe: &Recipe) -> io::Result<Self> {
        Ok(Self { recipe: *recipe, workspace: Workspace::on_one_core(recipe.method())? })
    }

    /// Encodes a password like Django, with a new salt. The password may be empty.
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

/// Encodes one password, using all cores.
///
/// # Errors
/// Fails if the memory for the recipe cannot be allocated.
pub fn hash(plain: &Plain, recipe: &Recipe, rng: &mut dyn CryptoRng) -> io::Result<Encoded> {
    Ok(Encoder::new(recipe)?.encode(plain, rng))
}
