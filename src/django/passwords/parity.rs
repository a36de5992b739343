//! What a failed login has to compute so that it costs as much as one hash of today's, whatever was stored.
//!
//! Django does the same for PBKDF2 and bcrypt in `harden_runtime`. Like Django's, this has a limit: a hash of another
//! algorithm, or a dearer one, takes its own time.

use super::argon2::Argon2Cost;
use super::method::Method;
use super::recipe::Recipe;
use super::scrypt::ScryptCost;

/// The hashes that are left to compute after one of this method was, or after none.
///
/// Within the recipe's algorithm their work and that of the hash sum up to the recipe's, but for what the units of Argon2
/// and scrypt leave over. A weak hash of another algorithm is followed by a whole one.
pub(super) fn owed(computed: Option<Method>, recipe: Recipe) -> Vec<Recipe> {
    let Some(computed) = computed else { return vec![recipe] };
    let goal = recipe.method();
    if computed.algorithm() != goal.algorithm() {
        return if computed.is_weak() { vec![recipe] } else { Vec::new() };
    }
    let missing = goal.work().saturating_sub(computed.work());
    if missing == 0 {
        return Vec::new();
    }
    let iterations = u32::try_from(missing).unwrap_or(u32::MAX);
    let methods = match (goal, computed) {
        (Method::Pbkdf2Sha256 { .. }, _) => vec![Method::Pbkdf2Sha256 { iterations }],
        (Method::Pbkdf2Sha1 { .. }, _) => vec![Method::Pbkdf2Sha1 { iterations }],
        // 2ⁿ + 2ⁿ + 2ⁿ⁺¹ + … + 2ᵐ⁻¹ = 2ᵐ
        (Method::BcryptSha256 { rounds: most }, Method::BcryptSha256 { rounds }) => {
            (rounds..most).map(|rounds| Method::BcryptSha256 { rounds }).collect()
        }
        (Method::Argon2(cost), _) => {
            let memory = u32::try_from(missing / u64::from(cost.passes)).unwrap_or(cost.memory);
            vec![Method::Argon2(Argon2Cost { memory, ..cost })]
        }
        (Method::Scrypt(cost), _) => {
            let lanes = missing.div_ceil(ScryptCost { p: 1, ..cost }.work());
            vec![Method::Scrypt(ScryptCost { p: u32::try_from(lanes).unwrap_or(cost.p), ..cost })]
        }
        (Method::Bcrypt { .. } | Method::BcryptSha256 { .. } | Method::Md5, _) => Vec::new(),
    };
    // Less than the least memory of Argon2 is no time to speak of.
    methods.into_iter().filter_map(|method| method.try_into().ok()).collect()
}
