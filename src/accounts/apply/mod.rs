//! Brings accounts to the state that a file describes.
//!
//! `read` reads the desired state from the file. `plan` computes the necessary changes, and `prune` finds accounts that
//! are not in the file. `show` presents the plan to people and programs, and `execute` carries it out.

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
