//! What the deletion of users leaves open.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::accounts::access::AccessRows;
use crate::accounts::access_summary::outliving;
use crate::cli::access_view::{listed, open_door, open_door_object};
use crate::django::models::User;
use crate::error::failure::Result;
use crate::error::wording::shell_word;
use crate::store::account_tables::{Doors, OpenDoor};
use crate::store::{Deletion, Store};
use crate::terminal::output::Output;

/// What may still let somebody in after users are deleted.
pub struct LeftOpen {
    /// The rows that lose their user.
    without_user: Vec<AccessRows>,
    /// API keys whose users are unknown.
    unbound: Option<OpenDoor>,
}

impl LeftOpen {
    /// Finds it for a planned deletion.
    pub fn find(store: &Store, users: &[User], deletion: &Deletion, now: Timestamp) -> Result<Self> {
        let doors = Doors::find(store)?;
        let without_user = outliving(store, &doors, users, deletion, now)?;
        Ok(Self { without_user, unbound: doors.unbound(store, now)? })
    }

    /// Warns of it, before the deletion.
    pub fn print(&self, users: &[User], names: &str, output: &Output) {
        if !self.without_user.is_empty() {
            let words = users.iter().map(|user| shell_word(&user.username)).collect::<Vec<_>>().join(" ");
            output.warning(format_args!(
                "These stay without a user, and may still let somebody in: {}. Shut them first with `authctl lock-user \
                 {words}`.",
                listed(&self.without_user)
            ));
        }
        if let Some(door) = &self.unbound {
            output.hint(open_door(door, names, false));
        }
    }

    /// Describes it for programs.
    #[must_use]
    pub fn object(&self) -> Json {
        let without_user = self
            .without_user
            .iter()
            .map(|rows| json!({ "door": rows.name, "count": rows.count, "names": [], "known": false }));
        without_user.chain(self.unbound.iter().map(open_door_object)).collect()
    }
}
