//! Updates single rows by their key.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::Transaction;
use super::schema::{Table, quoted};
use crate::django::models::Key;
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;

impl Transaction<'_> {
    /// Writes the values that differ from the row of this key. Returns their columns, or `None` if the row no longer
    /// exists.
    ///
    /// If any value differs, it also sets the columns with the time of the last change.
    pub(super) fn update(
        &self,
        table: &Table,
        key: (&str, &Key),
        values: &[(String, Value)],
        now: Timestamp,
    ) -> Result<Option<Vec<String>>> {
        if values.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let key_column = key.0;
        let (name, key) = (quoted(&table.name), (quoted(key.0), Value::from(key.1)));
        let parameters = |values: &[(String, Value)]| -> Vec<Value> {
            values.iter().map(|(_, value)| value.clone()).chain([key.1.clone()]).collect()
        };
        let comparisons: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(index, (column, _))| self.engine.differs(&table.name, column, index + 1))
            .collect::<Result<_>>()?;
        let key_position = values.len() + 1;
        let sql = format!("SELECT {} FROM {name} WHERE {} = ?{key_position}", comparisons.join(", "), key.0);
        let kinds = vec![Kind::Boolean; values.len()];
        let mut found: Option<Vec<(String, Value)>> = None;
        self.engine.query(&sql, &parameters(values), &kinds, &mut |cells| {
            let differing = values.iter().zip(cells).filter(|(_, cell)| cell.is_true());
            found = Some(differing.map(|(value, _)| value.clone()).collect());
            Ok(ControlFlow::Break(()))
        })?;
        let Some(mut assignments) = found else { return Ok(None) };
        if assignments.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let changed: Vec<String> = assignments.iter().map(|(column, _)| column.clone()).collect();
        let times_of_change = table.columns.iter().filter(|column| column.is_time_of_change());
        for column in times_of_change {
            if !values.iter().any(|(name, _)| *name == column.name) {
                assignments.push((column.name.clone(), now.into()));
            }
        }
        let set: Vec<String> = assignments
            .iter()
            .enumerate()
            .map(|(index, (column, _))| format!("{} = ?{}", quoted(column), index + 1))
            .collect();
        let key_position = assignments.len() + 1;
        let sql = format!("UPDATE {name} SET {} WHERE {} = ?{key_position}", set.join(", "), key.0);
        self.write(&table.name, &sql, &parameters(&assignments), 1)?;
        let assigned = assignments.iter().map(|(column, value)| (&**column, value));
        let set: Vec<(&str, &Value)> = assigned.take(changed.len()).collect();
        self.check_updated(&table.name, &set, (key_column, &key.1))?;
        Ok(Some(changed))
    }
}
