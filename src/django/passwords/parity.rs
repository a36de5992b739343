//! Makes every failed login cost as much as one new hash, whatever password is stored.
//!
//! Django does the same for PBKDF2 and bcrypt in `harden_runtime`. Both have a limit: a hash of another algorithm, or
//! one that costs more, takes its own time.

use std::{hint, io};

use rand::CryptoRng;

use super::encoded::{Summary, describe};
use super::encoder::hash;
use super::method::Method;
use super::plain::Plain;
use super::recipe::Recipe;
use super::verify::Verdict;

/// Computes what a failed login lacks to one [`hash`], so that its time does not tell whether the user exists.
///
/// `verdict` is what [`verify`](fn@super::verify) returned for `encoded`. Not hidden is a hash of another algorithm that is
/// not weak, or one that costs more than the recipe.
///
/// # Errors
/// When the memory for the recipe cannot be allocated.
pub fn equalise(
    plain: &Plain,
    encoded: &str,
    verdict: Verdict,
    recipe: &Recipe,
    rng: &mut dyn CryptoRng,
) -> io::Result<()> {
    let computed = match describe(encoded) {
        Summary::Hashed(method) if matches!(verdict, Verdict::Match | Verdict::Mismatch) => Some(method),
        _ => None,
    };
    for missing in missing(computed, *recipe) {
        hint::black_box(hash(plain, &missing, rng)?);
    }
    Ok(())
}

/// The hashes to compute after one of this method, or after none.
///
/// If the algorithm is the recipe's, all hashes together have the recipe's work, give or take a unit of Argon2 or scrypt.
/// After a weak hash of another algorithm, the missing hash is a whole one.
fn missing(computed: Option<Method>, recipe: Recipe) -> Vec<Recipe> {
    let Some(computed) = computed else { return vec![recipe] };
    let goal = recipe.method();
    if computed.algorithm() != goal.algorithm() {
        return if computed.is_weak() { vec![recipe] } else { Vec::new() };
    }
    let work = goal.work().saturating_sub(computed.work());
    let costs = goal.algorithm().hasher().costs_for_work(goal.cost(), work);
    // A cost that is not possible is too low to take time.
    costs.into_iter().filter_map(|cost| Method::new(goal.algorithm(), cost).try_into().ok()).collect()
}
