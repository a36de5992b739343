//! Brings accounts and groups to the state that a file describes.
//!
//! `read` reads the desired state from the file. `plan` computes the necessary changes, `groups` those of groups, and
//! `prune` finds accounts that are not in the file. `execute` carries out the plan.

pub mod execute;
pub mod groups;
mod password;
pub mod plan;
mod prune;
mod read;

use jiff::Timestamp;

pub use self::execute::Execution;
pub use self::plan::{Action, ApplyPlan, ApplyPlanner, Prune};
pub use self::read::read;
use crate::django::models::{Key, Scheme};
use crate::django::passwords::Plain;
use crate::django::tokens::PlainToken;

/// A created or changed account, with its new secrets.
#[derive(Debug)]
pub struct ChangedAccount {
    pub username: String,
    pub id: Key,
    /// The key of the new token.
    pub token: Option<PlainToken>,
    /// The token's scheme.
    pub scheme: Option<Scheme>,
    /// The expiry of the token.
    pub expiry: Option<Timestamp>,
    /// The random password.
    pub password: Option<Plain>,
}
