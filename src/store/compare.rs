//! Compares stored rows with new values.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::django::models::{Key, User};
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::store::difference::{Difference, HIDDEN, Shown};
use crate::store::layout::ProfileTable;
use crate::store::profiles::json;
use crate::store::schema::{Column, Table, quoted};

/// A query that compares these columns of one row, which its table always finds by the same key.
pub(super) struct Comparison {
    table: String,
    columns: Vec<String>,
    sql: String,
    kinds: Vec<Kind>,
}

impl Store {
    /// Returns the values that differ from the user's row. The password is not compared.
    ///
    /// # Errors
    /// Returns [`Refusal::UserNotFound`] if the user no longer exists. Fails on database errors.
    pub fn user_differences(&self, user: &User, values: &[(String, Value)]) -> Result<Vec<Difference>> {
        let users = &self.layout.users;
        let found = self.differences(&users.table, (&users.key, &user.id), values)?;
        found.ok_or_else(|| Refusal::UserNotFound(user.username.clone()).into())
    }

    /// Returns the values that differ from the user's profile.
    ///
    /// # Errors
    /// Returns [`Refusal::ChangedMeanwhile`] if the profile no longer exists. Fails on database errors.
    pub fn profile_differences(
        &self,
        table: &ProfileTable,
        user: &Key,
        values: &[(String, Value)],
    ) -> Result<Vec<Difference>> {
        let found = self.differences(&table.table, (&table.user_column, user), values)?;
        let found = found.ok_or_else(|| Refusal::ChangedMeanwhile(format!("The profile {}", table.kind)))?;
        let named = |difference: Difference| {
            let field = format!("{}.{}", table.kind, difference.field);
            Difference { field, ..difference }
        };
        Ok(found.into_iter().map(named).collect())
    }

    /// Compares in the same way as the update. A stored secret is not read.
    fn differences(
        &self,
        table: &Table,
        key: (&str, &Key),
        values: &[(String, Value)],
    ) -> Result<Option<Vec<Difference>>> {
        let columns: Vec<(&Column, &Value)> = values
            .iter()
            .filter(|(name, _)| name != "password")
            .filter_map(|(name, value)| Some((table.column(name)?, value)))
            .collect();
        let comparison = self.comparison(table, key.0, &columns)?;
        let parameters: Vec<Value> =
            columns.iter().map(|(_, value)| (*value).clone()).chain([key.1.into()]).collect();
        let mut found = None;
        self.engine.query(&comparison.sql, &parameters, &comparison.kinds, &mut |cells| {
            let pairs = columns.iter().zip(cells[1..].chunks(2));
            let differing = pairs.filter(|(_, cells)| cells[0].is_true()).map(|((column, value), cells)| {
                let old = if column.may_hold_secret() {
                    Shown::Word(HIDDEN)
                } else {
                    Shown::Value(json(cells[1], &column.kind))
                };
                let new = Shown::of(value, column);
                Difference { field: column.name.clone(), old: Some(old), new: Some(new) }
            });
            found = Some(differing.collect());
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Returns the query for these columns. Most accounts of a file have the same ones as the account before.
    fn comparison(&self, table: &Table, key: &str, columns: &[(&Column, &Value)]) -> Result<Arc<Comparison>> {
        let names = || columns.iter().map(|(column, _)| &column.name);
        let mut last = self.last_comparison.borrow_mut();
        if let Some(last) = &*last
            && last.table == table.name
            && last.columns.iter().eq(names())
        {
            return Ok(Arc::clone(last));
        }
        let mut selected = vec!["1".to_owned()];
        let mut kinds = vec![Kind::Integer];
        for (index, (column, _)) in columns.iter().enumerate() {
            let name = quoted(&column.name);
            selected.push(self.engine.differs(&table.name, &column.name, index + 1)?);
            selected.push(if column.may_hold_secret() { "NULL".into() } else { name });
            kinds.extend([Kind::Boolean, column.kind.clone()]);
        }
        let sql = format!(
            "SELECT {} FROM {} WHERE {} = ?{}",
            selected.join(", "),
            quoted(&table.name),
            quoted(key),
            columns.len() + 1
        );
        let (table, columns) = (table.name.clone(), names().cloned().collect());
        Ok(Arc::clone(last.insert(Arc::new(Comparison { table, columns, sql, kinds }))))
    }
}
