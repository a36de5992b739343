//! Reads rows ahead on a separate thread.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;

use super::planning::{Item, Task};
use crate::accounts::Planner;
use crate::error::failure::Result;
use crate::error::faults::{Fault, FaultCode, Twice};
use crate::formats::RowReader;
use crate::formats::account_row::AccountRow;

/// Reads rows, and checks them as far as possible without the database.
pub(super) struct Reader<'a> {
    /// The rows.
    pub rows: Box<dyn RowReader + 'a>,
    /// The name of the file in messages.
    pub file: &'a str,
    /// Provides the login names in their stored form.
    pub planner: Planner<'a>,
    /// The profile kind of new accounts.
    pub profile: Option<&'a str>,
    /// The number of rows per batch.
    pub at_once: usize,
    /// The login names so far.
    pub names: SeenNames,
    /// Whether the last row has been read.
    pub is_done: bool,
}

impl Reader<'_> {
    /// Returns the next rows, or none after the last. After an error, it must not be called again.
    pub fn batch(&mut self) -> Result<Vec<Item>> {
        let mut batch = Vec::with_capacity(self.at_once);
        while batch.len() < self.at_once {
            match self.rows.next(self.file) {
                Ok(Some(row)) => batch.push(self.item(row)),
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

    fn item(&mut self, mut row: AccountRow) -> Item {
        row.conclude(self.profile);
        let username = self.planner.login_name(&row.spec).unwrap_or_default();
        if !username.is_empty()
            && let Some(line) = self.names.add(&username, row.line)
        {
            row.faults.push(Fault::new("username", FaultCode::GivenTwice(Twice::Line(line))));
        }
        Item { row: Box::new(row), username, task: Task::Create }
    }
}

/// The login names read so far, and their lines.
///
/// All names share one text. For a million users, this takes a third of the memory of separate strings.
#[derive(Default)]
pub(super) struct SeenNames {
    text: String,
    names: HashTable<SeenName>,
    state: RandomState,
}

/// A range of [`SeenNames::text`], and the line of the name.
struct SeenName {
    start: u32,
    end: u32,
    line: u32,
}

impl SeenNames {
    /// Records a name, or returns the line where it was seen before.
    ///
    /// Beyond 4 GiB of names, none is recorded. The database then refuses the second use of a name.
    fn add(&mut self, name: &str, line: usize) -> Option<u32> {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let start = u32::try_from(self.text.len()).ok()?;
        let end = u32::try_from(self.text.len() + name.len()).ok()?;
        let text = &self.text;
        let text_of = |seen: &SeenName| &text[seen.start as usize..seen.end as usize];
        let hash = |name: &str| self.state.hash_one(name);
        let slot = self.names.entry(hash(name), |seen| text_of(seen) == name, |seen| hash(text_of(seen)));
        match slot {
            Slot::Occupied(seen) => Some(seen.get().line),
            Slot::Vacant(slot) => {
                slot.insert(SeenName { start, end, line });
                self.text.push_str(name);
                None
            }
        }
    }
}
