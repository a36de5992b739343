//! What `check` finds in the tables of packages, in one query for each table.

use jiff::Timestamp;

use super::{AccessKind, Door, Doors, axes};
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::schema::quoted;
use crate::store::survey::Group;

impl Doors {
    /// Counts the rows of each door that let an inactive user in.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn open_to_inactive_users(&self, store: &Store, now: Timestamp) -> Result<Vec<(&Door, u64)>> {
        let is_active = store.engine.is_true(&store.layout.users.attribute("is_active"));
        let ignoring = self.doors.iter().filter(|door| door.ignores_inactivity());
        let is_of_inactive = format!("u.{} IS NOT NULL AND NOT {is_active}", quoted(&store.layout.users.key));
        ignoring.map(|door| Ok((door, door.count(store, &is_of_inactive, now)?))).collect()
    }

    /// Counts the rows of each door that let somebody in without naming a user.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn without_owner(
        &self,
        store: &Store,
        now: Timestamp,
    ) -> Result<Vec<(AccessKind, &'static str, u64)>> {
        let mut found = Vec::new();
        for door in &self.doors {
            if let Some(owner) = &door.owner {
                let is_unowned = format!("t.{} IS NULL", quoted(owner));
                found.push((door.kind(), door.noun(), door.count(store, &is_unowned, now)?));
            }
        }
        found.push((AccessKind::ApiKeys, "API key", self.unbound_keys(store, now)?));
        Ok(found)
    }
}

impl Door {
    /// Counts the rows `t` that are not shut and whose user `u` meets this condition.
    fn count(&self, store: &Store, condition: &str, now: Timestamp) -> Result<u64> {
        let Some(owner) = &self.owner else { return Ok(0) };
        let users = &store.layout.users;
        let sql = format!(
            "SELECT count(*) FROM {} AS t LEFT JOIN {} AS u ON u.{} = t.{} WHERE {condition} AND {}",
            quoted(&self.table.name),
            quoted(&users.table.name),
            quoted(&users.key),
            quoted(owner),
            self.is_open(store, "?1")
        );
        let now = [now.into()];
        // A parameter that no condition uses has no type.
        store.count(&sql, if sql.contains("?1") { &now } else { &[] })
    }
}

impl Store {
    /// Finds the users whose failed logins reach the usual limit of django-axes, which may lock them out.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn users_with_failed_logins(&self) -> Result<Group> {
        if !self.engine.has_table(axes::ATTEMPTS)? {
            return Ok(Group::default());
        }
        let users = &self.layout.users;
        let name = self.engine.as_text(&format!("u.{}", quoted(users.label())));
        self.group(&format!(
            "SELECT {name} FROM {} AS u WHERE {name} IN (SELECT a.username FROM {} AS a \
             GROUP BY a.username HAVING sum(a.failures_since_start) >= {})",
            quoted(&users.table.name),
            quoted(axes::ATTEMPTS),
            axes::USUAL_LIMIT
        ))
    }
}
