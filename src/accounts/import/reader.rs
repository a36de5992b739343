//! Rows read ahead on a thread of their own.

use std::collections::HashMap;
use std::collections::hash_map::{Entry as Slot, RandomState};
use std::hash::BuildHasher as _;

use anyhow::Result;

use super::planning::{Item, Task};
use crate::accounts::Planner;
use crate::error::refusal::Fault;
use crate::formats::RowReader;
use crate::formats::account_row::AccountRow;

/// Reads rows, and tells what can be told of each without the database.
pub(super) struct Reader<'a> {
    /// The rows.
    pub rows: Box<dyn RowReader + 'a>,
    /// What messages call the file.
    pub file: &'a str,
    /// What login names are measured by.
    pub planner: Planner<'a>,
    /// The profile kind of new accounts.
    pub profile: Option<&'a str>,
    /// So many rows are read at once.
    pub at_once: usize,
    /// The login names so far.
    pub names: SeenNames,
    /// Was the last row read?
    pub is_done: bool,
}

impl Reader<'_> {
    /// The next rows; none behind the last.
    ///
    /// # Errors
    /// What the rows return; nothing is to be read after that.
    pub fn batch(&mut self) -> Result<Vec<Item>> {
        let mut batch = Vec::with_capacity(self.at_once);
        while batch.len() < self.at_once {
            match self.rows.next(self.file) {
                Ok(Some(wanted)) => batch.push(self.item(wanted)),
                Ok(None) => {
                    self.is_done = true;
                    break;
                }
                Err(error) => {
                    self.is_done = true;
                    return Err(error);
                }
            }
        }
        Ok(batch)
    }

    fn item(&mut self, mut wanted: AccountRow) -> Item {
        wanted.conclude(self.profile);
        let username = self.planner.login_name(&wanted.request).unwrap_or_default();
        if !username.is_empty()
            && let Some(line) = self.names.met(&username, wanted.line)
        {
            let message = format!("The user of line {line} has the same name.");
            wanted.faults.push(Fault::new("username", "given_twice", message));
        }
        Item { wanted: Box::new(wanted), username, task: Task::Create }
    }
}

/// The login names that were met, by their hashes, and the lines they stand on. With keys drawn anew in each run, two
/// names of one hash are met once in some billions of imports, which is then refused in vain.
#[derive(Default)]
pub(super) struct SeenNames {
    lines: HashMap<u64, u32>,
    state: RandomState,
}

impl SeenNames {
    /// The line on which the name was met before.
    fn met(&mut self, name: &str, line: usize) -> Option<u32> {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        match self.lines.entry(self.state.hash_one(name)) {
            Slot::Occupied(slot) => Some(*slot.get()),
            Slot::Vacant(slot) => {
                slot.insert(line);
                None
            }
        }
    }
}
