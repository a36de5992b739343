//! Reads what the newest users have in a column.

use std::ops::ControlFlow;

use serde_json::Value as Json;

use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::layout::ProfileTable;
use crate::store::profiles::json;
use crate::store::schema::{Column, Table, quoted};

impl Store {
    /// Returns an expression that sorts the users by the time of their registration, for a query of their table alone.
    pub(super) fn registration_order(&self) -> String {
        let users = &self.layout.users;
        // Integer keys grow with time. Other keys do not, so the join date or the row id decides.
        match users.key_kind {
            Kind::Integer => quoted(&users.key),
            _ if users.table.has("date_joined") => quoted("date_joined"),
            _ => self.engine.row_order().into(),
        }
    }

    /// Returns the values of a column of the newest users, or of their profiles in this table, newest first. Possible
    /// secrets are included.
    pub fn newest_values(
        &self,
        profile: Option<&ProfileTable>,
        column: &Column,
        limit: u32,
    ) -> Result<Vec<Json>> {
        let users = &self.layout.users;
        let (order, table, name) =
            (self.registration_order(), quoted(&users.table.name), quoted(&column.name));
        let sql = match profile {
            None => format!(
                "SELECT value FROM (SELECT {name} AS value, {order} AS position FROM {table}) AS u \
                 ORDER BY position DESC LIMIT {limit}"
            ),
            Some(profile) => format!(
                "SELECT p.{name} FROM {} AS p JOIN (SELECT {} AS key, {order} AS position FROM {table}) AS u \
                 ON p.{} = u.key ORDER BY u.position DESC LIMIT {limit}",
                quoted(&profile.table.name),
                quoted(&users.key),
                quoted(&profile.user_column),
            ),
        };
        let mut values = Vec::new();
        self.engine.query(&sql, &[], std::slice::from_ref(&column.kind), &mut |cells| {
            values.push(json(cells[0], &column.kind));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(values)
    }

    /// Returns the kinds of profiles that most of the newest users have.
    pub fn usual_profile_kinds(&self, newest: u32) -> Result<Vec<String>> {
        let profiles = self.profile_tables()?;
        let users = &self.layout.users;
        let mut keys: Vec<Value> = Vec::new();
        if !profiles.is_empty() {
            let sql = format!(
                "SELECT {} FROM {} ORDER BY {} DESC LIMIT {newest}",
                quoted(&users.key),
                quoted(&users.table.name),
                self.registration_order()
            );
            self.engine.query(&sql, &[], std::slice::from_ref(&users.key_kind), &mut |cells| {
                keys.push((&users.read_key(cells[0])).into());
                Ok(ControlFlow::Continue(()))
            })?;
        }
        let mut kinds = Vec::new();
        if keys.is_empty() {
            return Ok(kinds);
        }
        let places: Vec<String> = (1..=keys.len()).map(|place| format!("?{place}")).collect();
        for profile in profiles {
            let sql = format!(
                "SELECT count(*) FROM {} WHERE {} IN ({})",
                quoted(&profile.table.name),
                quoted(&profile.user_column),
                places.join(", ")
            );
            if self.count(&sql, &keys)? * 2 > keys.len() as u64 {
                kinds.push(profile.kind.clone());
            }
        }
        Ok(kinds)
    }

    /// Whether a row of the table has this value in the column.
    pub fn has_value(&self, table: &Table, column: &str, value: &Value) -> Result<bool> {
        self.has_row(&table.name, column, value)
    }
}
