//! Reads rows ahead on a separate thread.

use super::planning::{Item, Task};
use super::text_index::TextIndex;
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
#[derive(Default)]
pub(super) struct SeenNames {
    names: TextIndex,
    lines: Vec<u32>,
}

impl SeenNames {
    /// Records a name, or returns the line where it was seen before.
    ///
    /// If there are too many names for this, the database refuses the second use of one.
    fn add(&mut self, name: &str, line: usize) -> Option<u32> {
        let (number, is_new) = self.names.add(name)?;
        if is_new {
            self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
            return None;
        }
        self.lines.get(number).copied()
    }
}
