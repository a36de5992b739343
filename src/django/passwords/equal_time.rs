//! Makes every failed login cost as much as one new hash, whatever password is stored.
//!
//! Django does the same for PBKDF2 and bcrypt in `harden_runtime`. Both have a limit: the time of a hash of another
//! algorithm, or of one that costs more, still differs.

use std::{hint, io};

use rand::CryptoRng;

use super::encoded::{Summary, describe};
use super::encoder::hash;
use super::method::Method;
use super::plain::Plain;
use super::recipe::Recipe;
use super::verify::Verdict;

/// Computes the work that a failed login lacks compared with one [`hash`], so that its time does not reveal
/// whether the user exists.
///
/// `verdict` is the result of [`verify`](fn@super::verify) for `encoded`. Two cases remain visible: a hash of
/// another algorithm that is not weak, and a hash that costs more than the recipe.
///
/// # Errors
/// Fails if the memory for the recipe cannot be allocated.
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

/// Returns the hashes that still have to be computed. `computed` is the method of the hash that was computed, if any.
///
/// For the recipe's own algorithm, the total work is that of the recipe, give or take a unit of Argon2 or scrypt.
/// After a weak hash of another algorithm, one complete hash of the recipe is missing.
fn missing(computed: Option<Method>, recipe: Recipe) -> Vec<Recipe> {
    let Some(computed) = computed else { return vec![recipe] };
    let goal = recipe.method();
    if computed.algorithm() != goal.algorithm() {
        return if computed.is_weak() { vec![recipe] } else { Vec::new() };
    }
    let work = goal.work().saturating_sub(computed.work());
    let costs = goal.algorithm().hasher().costs_for_work(goal.cost(), work);
    // An impossible cost is too low to take any measurable time.
    costs.into_iter().filter_map(|cost| Method::new(goal.algorithm(), cost).try_into().ok()).collect()
}
