//! The groups that a fixture creates.

use std::cell::{Cell, RefCell};

use crate::django::models::Key;
use crate::error::failure::Result;
use crate::store::{PlannedGroups, Store};

/// The groups that a fixture creates.
#[derive(Debug, Default)]
pub(super) struct FixtureGroups {
    /// The groups, once the fixture has been read.
    pub planned: RefCell<PlannedGroups>,
    /// Whether they were committed with an earlier batch.
    pub are_created: Cell<bool>,
}

impl FixtureGroups {
    /// Returns the key of a group of the fixture or of the database.
    pub fn find(&self, name: &str, store: &Store) -> Result<Key> {
        self.planned.borrow().find(name, store)
    }
}
