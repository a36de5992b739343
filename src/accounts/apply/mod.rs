//! Accounts as a file wants them: `read` knows what the file means, `plan` what would have to change, `prune` what is there
//! and not in the file; `show` tells that to people and programs, and `execute` does it.

pub mod execute;
mod password;
pub mod plan;
mod prune;
mod read;
mod show;

use jiff::Timestamp;

pub use self::execute::Execution;
pub use self::plan::{Action, ApplyPlan, ApplyPlanner, Prune};
pub use self::read::read;
pub use self::show::{changes, object, summary};
use crate::django::models::{Key, Scheme};
use crate::django::passwords::Plain;
use crate::django::tokens::PlainToken;

/// An account that was made or changed, with the secrets that were made for it.
#[derive(Debug)]
pub struct Made {
    pub username: String,
    pub id: Key,
    /// The key of a token.
    pub token: Option<PlainToken>,
    /// The token's scheme.
    pub scheme: Option<Scheme>,
    /// When the token ends.
    pub expiry: Option<Timestamp>,
    /// A random password.
    pub password: Option<Plain>,
}
