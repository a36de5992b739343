//! Reads and writes the rows of the profile tables. Reads the project's own columns of the user table.

use std::ops::ControlFlow;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::django::json;
use crate::django::models::{Key, Profile, dashed_uuid, rfc3339};
use crate::django::value::{Cell, Kind, Value};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::difference::HIDDEN;
use crate::store::layout::ProfileTable;
use crate::store::schema::{Column, quoted};
use crate::store::{Store, Transaction};

impl Store {
    /// Whether the user has a profile of this kind.
    pub fn has_profile(&self, table: &ProfileTable, user: &Key) -> Result<bool> {
        self.has_row(&table.table.name, &table.user_column, &user.into())
    }

    /// Returns the profiles of a user, of every kind. Columns that [`Column::may_hold_secret`] are hidden.
    pub fn profiles_of(&self, user: &Key) -> Result<Vec<Profile>> {
        let mut profiles = Vec::new();
        for table in self.profile_tables()? {
            let fields: Vec<&Column> = table.fields().collect();
            let found = self.fields(&table.table.name, &table.user_column, user, &fields)?;
            profiles.extend(found.map(|fields| Profile { kind: table.kind.clone(), fields }));
        }
        Ok(profiles)
    }

    /// Returns the user's values in columns beyond those of a [`crate::django::models::User`]. Possible secrets are
    /// hidden.
    pub fn extra_fields_of(&self, user: &Key) -> Result<Map<String, Json>> {
        let users = &self.layout.users;
        let columns: Vec<&Column> = users.extra_columns().collect();
        Ok(self.fields(&users.table.name, &users.key, user, &columns)?.unwrap_or_default())
    }

    /// Returns these columns of a user's row in a table. Possible secrets are not read.
    fn fields(
        &self,
        table: &str,
        user_column: &str,
        user: &Key,
        columns: &[&Column],
    ) -> Result<Option<Map<String, Json>>> {
        let select = |column: &&Column| {
            if column.may_hold_secret() { format!("'{HIDDEN}'") } else { quoted(&column.name) }
        };
        let selected: Vec<String> = columns.iter().map(select).collect();
        let selected = if selected.is_empty() { "1".into() } else { selected.join(", ") };
        let kind = |column: &&Column| if column.may_hold_secret() { Kind::TEXT } else { column.kind.clone() };
        let kinds: Vec<Kind> = columns.iter().map(kind).collect();
        let sql = format!("SELECT {selected} FROM {} WHERE {} = ?1", quoted(table), quoted(user_column));
        let mut found = None;
        self.engine.query(&sql, &[user.into()], &kinds, &mut |cells| {
            let values = columns
                .iter()
                .zip(cells)
                .map(|(column, cell)| (column.name.clone(), json(*cell, &column.kind)));
            found = Some(values.collect());
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }
}

impl Transaction<'_> {
    /// Writes the values that differ from the profile, and returns their columns.
    ///
    /// # Errors
    /// Returns [`Refusal::ChangedMeanwhile`] if the profile no longer exists, or the errors of
    /// [`Self::insert_profile`].
    pub fn update_profile(
        &self,
        table: &ProfileTable,
        user: &Key,
        values: &[(String, Value)],
        now: Timestamp,
    ) -> Result<Vec<String>> {
        let changed = self.update(&table.table, (&table.user_column, user), values, now)?;
        changed.ok_or_else(|| Refusal::ChangedMeanwhile(format!("The profile {}", table.kind)).into())
    }

    /// Inserts a profile for a user.
    ///
    /// # Errors
    /// Returns [`Refusal::Taken`] or [`Refusal::Invalid`]. Fails on database errors.
    pub fn insert_profile(
        &self,
        table: &ProfileTable,
        user: &Key,
        values: &[(impl AsRef<str>, Value)],
    ) -> Result<()> {
        let given = values.iter().filter_map(|(name, _)| table.table.column(name.as_ref()));
        // The database may count these from a sequence, whether they are the key or not.
        for column in given.filter(|column| column.filled && column.kind == Kind::Integer) {
            self.note_given_key(&table.table.name, &column.name);
        }
        self.insert(&table.table.name, values, Some((&table.user_column, &user.into())))?;
        Ok(())
    }
}

/// Converts a cell to JSON: dates, times and decimals are text, and JSON columns are parsed.
pub(super) fn json(cell: Cell<'_>, kind: &Kind) -> Json {
    match cell {
        Cell::Null => Json::Null,
        Cell::Integer(number) if matches!(kind, Kind::Decimal(_)) => Json::String(number.to_string()),
        Cell::Real(number) if matches!(kind, Kind::Decimal(_)) => Json::String(number.to_string()),
        Cell::Integer(number) => number.into(),
        Cell::Real(number) => number.into(),
        Cell::Boolean(flag) => flag.into(),
        Cell::Timestamp(_) | Cell::Utc(_) => cell.timestamp().map(rfc3339).into(),
        Cell::Text(text) => match kind {
            Kind::Json => json::parse(text).unwrap_or_else(|_| text.into()),
            Kind::Uuid => Json::String(dashed_uuid(text)),
            _ => text.into(),
        },
        Cell::Bytes(bytes) => Json::String(String::from_utf8_lossy(bytes).into_owned()),
    }
}
