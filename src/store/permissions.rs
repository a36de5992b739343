//! Reads and writes the permissions of users and groups, in Django's tables.

use std::ops::ControlFlow;

use crate::django::models::{Key, Permission};
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::store::groups::{CONTENT_TYPES, GROUP_PERMISSIONS, PERMISSIONS};
use crate::store::schema::quoted;
use crate::store::{Store, Transaction};

impl Store {
    /// Returns a user's own permissions, without those of groups, as `app_label.codename`, sorted.
    pub fn permissions_of(&self, user: &Key) -> Result<Vec<String>> {
        if !self.engine.has_table(CONTENT_TYPES)? {
            return Ok(Vec::new());
        }
        let Some(link) = self.permission_link()? else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT c.app_label || '.' || p.codename FROM {} AS t JOIN {} AS p ON p.{} = t.{} \
             JOIN {} AS c ON c.id = p.content_type_id WHERE t.{} = ?1 ORDER BY 1",
            quoted(&link.table),
            quoted(PERMISSIONS),
            quoted(&link.target),
            quoted(&link.other_column),
            quoted(CONTENT_TYPES),
            quoted(&link.user_column),
        );
        self.texts(&sql, &[user.into()])
    }

    /// Returns the keys of the permissions that this reference means. None if it does not exist.
    pub fn find_permissions(&self, permission: &Permission) -> Result<Vec<Key>> {
        if self.permission_link()?.is_none() || !self.engine.has_table(CONTENT_TYPES)? {
            return Ok(Vec::new());
        }
        let named = "p.codename = ?1 AND c.app_label = ?2";
        let (condition, parameters) = match permission {
            Permission::Key(key) => ("p.id = ?1".to_owned(), vec![(*key).into()]),
            Permission::Natural { codename, app_label, model } => (
                format!("{named} AND c.model = ?3"),
                vec![codename.as_str().into(), app_label.as_str().into(), model.as_str().into()],
            ),
            Permission::Named { app_label, codename } => {
                (named.to_owned(), vec![codename.as_str().into(), app_label.as_str().into()])
            }
        };
        let sql = format!(
            "SELECT p.id FROM {} AS p JOIN {} AS c ON c.id = p.content_type_id WHERE {condition} ORDER BY 1",
            quoted(PERMISSIONS),
            quoted(CONTENT_TYPES),
        );
        let mut found = Vec::new();
        self.engine.query(&sql, &parameters, &[Kind::Integer], &mut |cells| {
            found.extend(cells[0].integer().map(Key::Integer));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Returns the names of all permissions as `app_label.codename`.
    pub fn permission_names(&self) -> Result<Vec<String>> {
        if self.permission_link()?.is_none() || !self.engine.has_table(CONTENT_TYPES)? {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT DISTINCT c.app_label || '.' || p.codename FROM {} AS p JOIN {} AS c ON c.id = p.content_type_id \
             ORDER BY 1",
            quoted(PERMISSIONS),
            quoted(CONTENT_TYPES),
        );
        self.texts(&sql, &[])
    }

    /// Returns the permissions of a group, each with its name as `app_label.codename`, sorted by key.
    pub fn permissions_of_group(&self, group: &Key) -> Result<Vec<(Key, String)>> {
        let tables = [GROUP_PERMISSIONS, PERMISSIONS, CONTENT_TYPES];
        for table in tables {
            if !self.engine.has_table(table)? {
                return Ok(Vec::new());
            }
        }
        let [links, permissions, types] = tables.map(quoted);
        let sql = format!(
            "SELECT p.id, c.app_label || '.' || p.codename FROM {links} AS t \
             JOIN {permissions} AS p ON p.id = t.permission_id JOIN {types} AS c ON c.id = p.content_type_id \
             WHERE t.group_id = ?1 ORDER BY 1",
        );
        let mut found = Vec::new();
        self.engine.query(&sql, &[group.into()], &[Kind::Integer, Kind::TEXT], &mut |cells| {
            found.extend(cells[0].integer().map(|key| (Key::Integer(key), cells[1].string())));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }
}

impl Transaction<'_> {
    /// Grants a user a permission. Returns false if the user already had it.
    ///
    /// # Errors
    /// Fails on database errors. The table exists, since [`Store::find_permissions`] found the permission in it.
    pub fn give_permission(&self, user: &Key, permission: &Key) -> Result<bool> {
        match self.permission_link()? {
            Some(link) => self.link(link, user, permission),
            None => Ok(false),
        }
    }

    /// Grants a permission to a user who was created in this transaction.
    ///
    /// # Errors
    /// The same as for [`Self::give_permission`].
    pub fn give_new_user_permission(&self, user: &Key, permission: &Key) -> Result<()> {
        match self.permission_link()? {
            Some(link) => self.insert_link(link, user, permission),
            None => Ok(()),
        }
    }

    /// Takes a permission of their own from a user. Returns false if the user did not have it.
    ///
    /// # Errors
    /// The same as for [`Self::give_permission`].
    pub fn take_permission(&self, user: &Key, permission: &Key) -> Result<bool> {
        match self.permission_link()? {
            Some(link) => self.unlink(link, user, permission),
            None => Ok(false),
        }
    }

    /// Adds permissions to a group and removes others, as planned.
    ///
    /// # Errors
    /// Fails on database errors, also if a permission to remove is no longer there.
    pub fn change_group(&self, group: &Key, added: &[Key], removed: &[Key]) -> Result<()> {
        let group = Value::from(group);
        for permission in added {
            let row = [("group_id", group.clone())];
            self.insert(GROUP_PERMISSIONS, &row, Some(("permission_id", &permission.into())))?;
        }
        let sql =
            format!("DELETE FROM {} WHERE group_id = ?1 AND permission_id = ?2", quoted(GROUP_PERMISSIONS));
        for permission in removed {
            let permission = Value::from(permission);
            self.write(GROUP_PERMISSIONS, &sql, &[group.clone(), permission.clone()], 1)?;
            self.check_gone(GROUP_PERMISSIONS, &[("group_id", &group), ("permission_id", &permission)])?;
        }
        Ok(())
    }
}
