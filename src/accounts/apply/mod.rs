//! Accounts as a file wants them: `read` knows what the file means, `plan` what would have to change, `prune` what is there
//! and not in the file; `show` tells that to people and programs, and `execute` does it.

pub mod execute;
mod password;
pub mod plan;
mod prune;
mod read;
mod show;

pub use self::execute::{Execution, Made};
pub use self::plan::{Action, ApplyPlan, ApplyPlanner, Prune};
pub use self::read::read;
pub use self::show::{changes, deeds, object};
