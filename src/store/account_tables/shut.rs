//! Counts, shuts and deletes the rows of doors.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::{Door, Shut, oauth2, simplejwt};
use crate::django::models::Key;
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::schema::{Table, quoted};
use crate::store::{Store, Transaction};

/// The longest chain of tables whose rows belong to each other.
const DEEPEST: usize = 8;

impl Door {
    /// A condition: whether the row `t` is not shut. The parameter is the time.
    pub(super) fn is_open(&self, store: &Store, now: &str) -> String {
        let mut conditions = Vec::new();
        if let Some(expiry) = &self.expiry {
            let expiry = format!("t.{}", quoted(expiry));
            conditions.push(format!("({expiry} IS NULL OR NOT {})", store.engine.is_before(&expiry, now)));
        }
        conditions.extend(self.is_unshut(store));
        if conditions.is_empty() { "1 = 1".into() } else { conditions.join(" AND ") }
    }

    /// A condition: whether nothing but time can have shut the row `t`. `None` if that is so for every row.
    pub(super) fn is_unshut(&self, store: &Store) -> Option<String> {
        match (self.way.shut, &self.blacklist) {
            (Shut::Flag(flag), _) => {
                Some(format!("NOT {}", store.engine.is_true(&format!("t.{}", quoted(flag)))))
            }
            (Shut::Blacklist, Some(blacklist)) => Some(format!(
                "NOT EXISTS (SELECT 1 FROM {} AS b WHERE b.{} = t.{})",
                quoted(&blacklist.name),
                quoted(simplejwt::TOKEN_COLUMN),
                quoted(self.key())
            )),
            _ if self.table.has("revoked") => Some(format!("t.{} IS NULL", quoted("revoked"))),
            _ => None,
        }
    }

    /// The column that identifies a row.
    pub(super) fn key(&self) -> &str {
        self.table.key.first().map_or("id", String::as_str)
    }
}

impl Store {
    /// Counts the rows that let this user in.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn open_rows(&self, door: &Door, user: &Key, now: Timestamp) -> Result<u64> {
        let Some(owner) = &door.owner else { return Ok(0) };
        let sql = format!(
            "SELECT count(*) FROM {} AS t WHERE t.{} = ?1 AND {}",
            quoted(&door.table.name),
            quoted(owner),
            door.is_open(self, "?2")
        );
        let parameters = [user.into(), now.into()];
        // A parameter that no condition uses has no type.
        self.count(&sql, if sql.contains("?2") { &parameters } else { &parameters[..1] })
    }

    /// Whether this table exists.
    pub fn has_table(&self, name: &str) -> Result<bool> {
        self.engine.has_table(name)
    }
}

impl Transaction<'_> {
    /// Shuts a door for this user, and counts the rows that did so.
    ///
    /// # Errors
    /// Returns [`Refusal::RowNeeded`] if a row of another table needs one that would be deleted. Fails on database
    /// errors.
    pub fn shut(&self, door: &Door, user: &Key, now: Timestamp) -> Result<u64> {
        let Some(owner) = &door.owner else { return Ok(0) };
        let value = Value::from(user);
        let (mut condition, mut parameters) = (format!("{} = ?1", quoted(owner)), vec![value.clone()]);
        if matches!(door.way.shut, Shut::Blacklist) {
            condition = format!("{condition} AND {}", door.is_open(self, "?2"));
            parameters.push(now.into());
        }
        let shut = self.shut_rows(door, &condition, &parameters, now)?;
        match door.way.shut {
            Shut::Flag(flag) => {
                self.check_gone(&door.table.name, &[(owner, &value), (flag, &false.into())])?;
            }
            Shut::Delete => self.check_gone(&door.table.name, &[(owner, &value)])?,
            Shut::Blacklist => {}
        }
        Ok(shut)
    }

    /// Shuts the rows of a door that a condition on its columns selects, and counts those that were not shut.
    pub(super) fn shut_rows(
        &self,
        door: &Door,
        condition: &str,
        parameters: &[Value],
        now: Timestamp,
    ) -> Result<u64> {
        match (door.way.shut, &door.blacklist) {
            (Shut::Flag(flag), _) => {
                let (table, column) = (quoted(&door.table.name), quoted(flag));
                let sql = format!(
                    "UPDATE {table} SET {column} = ?{} WHERE {condition} AND NOT {}",
                    parameters.len() + 1,
                    self.engine.is_true(&column)
                );
                let parameters = [parameters, &[true.into()]].concat();
                Ok(self.engine.execute(&sql, &parameters)? as u64)
            }
            (Shut::Blacklist, Some(blacklist)) => {
                let is_unshut = door.is_unshut(self).into_iter();
                let conditions: Vec<String> = is_unshut.chain([condition.to_owned()]).collect();
                self.blacklist(door, blacklist, &conditions.join(" AND "), parameters, now)
            }
            _ => self.delete_rows(&door.table, condition, parameters),
        }
    }

    fn blacklist(
        &self,
        door: &Door,
        blacklist: &Table,
        condition: &str,
        parameters: &[Value],
        now: Timestamp,
    ) -> Result<u64> {
        let sql = format!(
            "SELECT t.{} FROM {} AS t WHERE {condition}",
            quoted(door.key()),
            quoted(&door.table.name)
        );
        let mut keys = Vec::new();
        self.engine.query(&sql, parameters, &[Kind::Integer], &mut |cells| {
            keys.extend(cells[0].integer());
            Ok(ControlFlow::Continue(()))
        })?;
        for key in &keys {
            let row =
                [(simplejwt::TIME_COLUMN, Value::from(now)), (simplejwt::TOKEN_COLUMN, Value::from(*key))];
            self.insert(&blacklist.name, &row, None)?;
        }
        Ok(keys.len() as u64)
    }

    /// Deletes the rows of a door that time has shut, of all users.
    ///
    /// # Errors
    /// The same as for [`Self::shut`].
    pub fn purge(&self, door: &Door, now: Timestamp) -> Result<u64> {
        let Some(expiry) = &door.expiry else { return Ok(0) };
        let mut condition = self.engine.is_before(&quoted(expiry), "?1");
        for referring in self.engine.referring_to(&[&door.table.name])? {
            condition.extend(oauth2::keeps_access_tokens(&referring, door.key()));
        }
        self.delete_rows(&door.table, &condition, &[now.into()])
    }

    /// Deletes rows as Django does: children of multi-table inheritance and rows of a blacklist go with them, and
    /// references that can be NULL are cleared.
    pub(in crate::store) fn delete_rows(
        &self,
        table: &Table,
        condition: &str,
        parameters: &[Value],
    ) -> Result<u64> {
        self.engine.defer_references()?;
        self.delete_rows_within(table, condition, parameters, DEEPEST)
    }

    fn delete_rows_within(
        &self,
        table: &Table,
        condition: &str,
        parameters: &[Value],
        depth: usize,
    ) -> Result<u64> {
        let name = quoted(&table.name);
        for referring in self.engine.referring_to(&[&table.name])? {
            for reference in &referring.references {
                if !reference.table.eq_ignore_ascii_case(&table.name) {
                    continue;
                }
                let column = quoted(&reference.column);
                let is_of_row = format!(
                    "{column} IN (SELECT {} FROM {name} WHERE {condition})",
                    quoted(&reference.target)
                );
                let from = quoted(&referring.name);
                let is_nullable = referring.column(&reference.column).is_some_and(|column| column.nullable);
                let is_part =
                    referring.key == [reference.column.clone()] || is_part(&referring, &reference.column);
                if is_nullable {
                    let sql = format!("UPDATE {from} SET {column} = NULL WHERE {is_of_row}");
                    self.engine.execute(&sql, parameters)?;
                } else if is_part && depth > 0 {
                    self.delete_rows_within(&referring, &is_of_row, parameters, depth - 1)?;
                } else if self
                    .has_any(&format!("SELECT 1 FROM {from} WHERE {is_of_row} LIMIT 1"), parameters)?
                {
                    let reference = format!("{}.{}", referring.name, reference.column);
                    return Err(Refusal::RowNeeded { table: table.name.clone(), reference }.into());
                }
            }
        }
        Ok(self.engine.execute(&format!("DELETE FROM {name} WHERE {condition}"), parameters)? as u64)
    }
}

/// The references of packages whose rows are nothing without the row that they refer to: the column, and another column of
/// the table. They are blacklisted tokens, recovery codes, attestations of WebAuthn and confirmations of addresses.
const PARTS: [(&str, &str); 4] = [
    (simplejwt::TOKEN_COLUMN, simplejwt::TIME_COLUMN),
    ("device_id", "token"),
    ("credential_id", "client_data_json"),
    ("email_address_id", "key"),
];

/// Whether the rows of this table are nothing without the row that this column refers to.
fn is_part(table: &Table, column: &str) -> bool {
    PARTS.iter().any(|(reference, other)| *reference == column && table.has(other))
}
