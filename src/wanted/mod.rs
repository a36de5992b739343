//! Accounts as a file wants them: `tree` knows the places in it and `read` what it means, `plan` what would have to
//! change, `prune` what is there and not in it; `show` tells that to people and programs, and `carry_out` does it.

mod carry_out;
mod password;
mod plan;
mod prune;
mod read;
mod show;
mod tree;

pub use self::carry_out::{Made, Work};
pub use self::plan::{Action, Plan, Planner, Prune};
pub use self::read::read;
pub use self::show::{changes, deeds, object};
pub use self::tree::Source;
