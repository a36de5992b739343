//! Reads and writes the groups of users, in Django's table and the many-to-many tables that link groups and permissions
//! to the users.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::django::models::Key;
use crate::django::value::{Kind, OnRow, Value};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::engine::Engine;
use crate::store::layout::UserTable;
use crate::store::schema::{Table, quoted};
use crate::store::{Store, Transaction};

const GROUPS: &str = "auth_group";
pub(super) const GROUP_PERMISSIONS: &str = "auth_group_permissions";
pub(super) const PERMISSIONS: &str = "auth_permission";
pub(super) const CONTENT_TYPES: &str = "django_content_type";

/// A group to create.
#[derive(Debug)]
pub struct NewGroup {
    /// The primary key, used if it is free.
    pub key: Option<i64>,
    /// The name.
    pub name: String,
    /// The permissions.
    pub permissions: Vec<Key>,
}

/// Groups to create, each with its future key.
#[derive(Debug, Default)]
pub struct PlannedGroups(Vec<(i64, NewGroup)>);

impl PlannedGroups {
    /// Returns the future key of the group with this name, compared exactly.
    fn key(&self, name: &str) -> Option<Key> {
        self.0.iter().find(|(_, group)| group.name == name).map(|(key, _)| Key::Integer(*key))
    }

    /// Returns the key of a planned or existing group.
    ///
    /// # Errors
    /// The same as for [`Store::find_group`].
    pub fn find(&self, name: &str, store: &Store) -> Result<Key> {
        self.key(name).map_or_else(|| store.find_group(name), Ok)
    }
}

/// A many-to-many table between the user table and another table.
#[derive(Clone, Debug)]
pub struct Link {
    /// The name.
    pub(super) table: String,
    /// The column that refers to the user, named after the project's model.
    pub(super) user_column: String,
    /// The column that refers to the other table.
    pub(super) other_column: String,
    /// The referenced column of the other table.
    pub(super) target: String,
}

impl Link {
    /// Finds the table that Django names after the user table and the field, or else the only similar table.
    fn find(engine: &dyn Engine, users: &UserTable, field: &str, other: &str) -> Result<Option<Self>> {
        let own = engine.table(&format!("{}_{field}", users.table.name))?;
        if let Some(own) = own.and_then(|table| Self::recognize(&table, users, other)) {
            return Ok(Some(own));
        }
        let referring = engine.referring_to(&[&users.table.name, other])?;
        let mut links = referring
            .iter()
            .filter_map(|table| Self::recognize(table, users, other).filter(|link| link.is_pure(table)));
        let first = links.next();
        Ok(first.filter(|_| links.next().is_none()))
    }

    fn recognize(table: &Table, users: &UserTable, other: &str) -> Option<Self> {
        let to =
            |name: &str| table.references.iter().find(|reference| reference.table.eq_ignore_ascii_case(name));
        let (user, other) = (to(&users.table.name)?, to(other)?);
        Some(Self {
            table: table.name.clone(),
            user_column: user.column.clone(),
            other_column: other.column.clone(),
            target: other.target.clone(),
        })
    }

    /// Whether the table is only a link with unique pairs. A table with more columns is the project's own.
    fn is_pure(&self, table: &Table) -> bool {
        let is_pair = |columns: &Vec<String>| {
            columns.len() == 2 && columns.contains(&self.user_column) && columns.contains(&self.other_column)
        };
        let is_known = |name: &String| {
            [&self.user_column, &self.other_column].contains(&name) || table.key.contains(name)
        };
        table.uniques.iter().any(is_pair) && table.columns.iter().all(|column| is_known(&column.name))
    }
}

impl Store {
    /// Returns the table of group memberships; `None` if users cannot be in groups.
    pub(super) fn group_link(&self) -> Result<Option<&Link>> {
        self.link_to(&self.groups, "groups", GROUPS)
    }

    /// Returns the table of user permissions; `None` if users cannot have permissions of their own.
    pub(super) fn permission_link(&self) -> Result<Option<&Link>> {
        self.link_to(&self.permissions, "user_permissions", PERMISSIONS)
    }

    /// Returns the many-to-many table of this field of the user model. It is searched only once.
    fn link_to<'s>(
        &self,
        found: &'s OnceCell<Option<Link>>,
        field: &str,
        other: &str,
    ) -> Result<Option<&'s Link>> {
        if let Some(found) = found.get() {
            return Ok(found.as_ref());
        }
        let link = if self.engine.has_table(other)? {
            Link::find(&*self.engine, &self.layout.users, field, other)?
        } else {
            None
        };
        Ok(found.get_or_init(|| link).as_ref())
    }

    /// Fails if users cannot be in groups.
    pub fn expect_groups(&self) -> Result<()> {
        self.needed_group_link().map(drop)
    }

    fn needed_group_link(&self) -> Result<&Link> {
        self.group_link()?.ok_or_else(|| self.unusable("it has no table of group members."))
    }

    /// Returns the sorted names of all groups that users can be in.
    pub fn group_names(&self) -> Result<Vec<String>> {
        if self.group_link()?.is_none() {
            return Ok(Vec::new());
        }
        self.texts(&format!("SELECT name FROM {} ORDER BY 1", quoted(GROUPS)), &[])
    }

    /// Returns the keys and names of all groups that users can be in.
    pub fn groups(&self) -> Result<Vec<(Key, String)>> {
        let Some(link) = self.group_link()? else { return Ok(Vec::new()) };
        let sql = format!("SELECT {}, name FROM {}", quoted(&link.target), quoted(GROUPS));
        let kinds = [Kind::Integer, Kind::Text { max_length: None }];
        let mut groups = Vec::new();
        self.engine.query(&sql, &[], &kinds, &mut |cells| {
            groups.extend(cells[0].integer().map(|key| (Key::Integer(key), cells[1].string())));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(groups)
    }

    /// Returns the key of the group with this name, compared exactly.
    ///
    /// # Errors
    /// Returns [`Refusal::GroupNotFound`]. Fails on database errors.
    pub fn find_group(&self, name: &str) -> Result<Key> {
        let mut found = None;
        if let Some(link) = self.group_link()? {
            let sql = format!("SELECT {} FROM {} WHERE name = ?1", quoted(&link.target), quoted(GROUPS));
            self.engine.query(&sql, &[name.into()], &[Kind::Integer], &mut |cells| {
                found = cells[0].integer().map(Key::Integer);
                Ok(ControlFlow::Break(()))
            })?;
        }
        match found {
            Some(key) => Ok(key),
            None => Err(Refusal::GroupNotFound { name: name.to_owned(), known: self.group_names()? }.into()),
        }
    }

    /// Plans groups, except those whose names exist. Returns none if users cannot be in groups.
    pub fn plan_groups(&self, groups: Vec<NewGroup>) -> Result<PlannedGroups> {
        if self.group_link()?.is_none() {
            return Ok(PlannedGroups::default());
        }
        let existing = self.groups()?;
        let is_new = |group: &NewGroup| existing.iter().all(|(_, name)| *name != group.name);
        let mut used: HashSet<i64> = HashSet::new();
        used.extend(
            existing
                .iter()
                .filter_map(|(key, _)| if let Key::Integer(key) = key { Some(*key) } else { None }),
        );
        let last =
            used.iter().copied().chain(groups.iter().filter_map(|group| group.key)).max().unwrap_or_default();
        // Keys after the last one, or gaps if the last key is the maximum.
        let mut free = (last..=i64::MAX).skip(1).chain(1..last);
        let planned = groups.into_iter().filter(is_new).map(|group| {
            let key = group.key.filter(|key| used.insert(*key));
            (key.or_else(|| free.find(|key| used.insert(*key))).unwrap_or(last), group)
        });
        Ok(PlannedGroups(planned.collect()))
    }

    /// Returns the sorted names of a user's groups.
    pub fn groups_of(&self, user: &Key) -> Result<Vec<String>> {
        let Some(link) = self.group_link()? else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT g.name FROM {} AS t JOIN {} AS g ON g.{} = t.{} WHERE t.{} = ?1 ORDER BY 1",
            quoted(&link.table),
            quoted(GROUPS),
            quoted(&link.target),
            quoted(&link.other_column),
            quoted(&link.user_column),
        );
        self.texts(&sql, &[user.into()])
    }

    /// Returns the SQL of a user's groups as a JSON list of Django's natural keys. The user table has the alias `u`.
    /// `None` if users cannot be in groups.
    pub(super) fn group_keys(&self) -> Result<Option<String>> {
        let Some(link) = self.group_link()? else { return Ok(None) };
        let joined = format!(
            "JOIN {} AS g ON g.{} = t.{}",
            quoted(GROUPS),
            quoted(&link.target),
            quoted(&link.other_column)
        );
        Ok(Some(self.keys_in(link, &joined, &["g.name"])))
    }

    /// Returns the same for a user's own permissions.
    pub(super) fn permission_keys(&self) -> Result<Option<String>> {
        if !self.engine.has_table(CONTENT_TYPES)? {
            return Ok(None);
        }
        let Some(link) = self.permission_link()? else { return Ok(None) };
        let joined = format!(
            "JOIN {} AS p ON p.{} = t.{} JOIN {} AS c ON c.id = p.content_type_id",
            quoted(PERMISSIONS),
            quoted(&link.target),
            quoted(&link.other_column),
            quoted(CONTENT_TYPES),
        );
        Ok(Some(self.keys_in(link, &joined, &["p.codename", "c.app_label", "c.model"])))
    }

    /// Passes each group to the callback: its key, its name, and the natural keys of its permissions as a JSON list of
    /// lists.
    pub fn each_group(&self, on_row: &mut OnRow<'_>) -> Result<()> {
        let Some(link) = self.group_link()? else { return Ok(()) };
        let permissions = self.group_permission_keys()?;
        let key = quoted(&link.target);
        let sql =
            format!("SELECT g.{key}, g.name, {permissions} FROM {} AS g ORDER BY g.{key}", quoted(GROUPS));
        self.engine.query(&sql, &[], &[Kind::Integer, Kind::TEXT, Kind::TEXT], on_row)
    }

    /// Passes each group to the callback by name: its name, the number of its members, and the natural keys of its
    /// permissions as in [`Self::each_group`].
    pub fn each_group_by_name(&self, on_row: &mut OnRow<'_>) -> Result<()> {
        let Some(link) = self.group_link()? else { return Ok(()) };
        let sql = format!(
            "SELECT g.name, (SELECT count(*) FROM {} AS m WHERE m.{} = g.{}), {} FROM {} AS g ORDER BY g.name",
            quoted(&link.table),
            quoted(&link.other_column),
            quoted(&link.target),
            self.group_permission_keys()?,
            quoted(GROUPS),
        );
        self.engine.query(&sql, &[], &[Kind::TEXT, Kind::Integer, Kind::TEXT], on_row)
    }

    /// Returns the SQL of the natural keys of the permissions of a group. The group table has the alias `g`.
    fn group_permission_keys(&self) -> Result<String> {
        if !self.engine.has_table(CONTENT_TYPES)? || !self.engine.has_table(GROUP_PERMISSIONS)? {
            return Ok("'[]'".to_owned());
        }
        Ok(format!(
            "(SELECT {} FROM {} AS t JOIN {} AS p ON p.id = t.permission_id \
             JOIN {} AS c ON c.id = p.content_type_id WHERE t.group_id = g.id)",
            self.engine.json_lists(&["p.codename", "c.app_label", "c.model"]),
            quoted(GROUP_PERMISSIONS),
            quoted(PERMISSIONS),
            quoted(CONTENT_TYPES),
        ))
    }

    fn keys_in(&self, link: &Link, joined: &str, columns: &[&str]) -> String {
        format!(
            "(SELECT {} FROM {} AS t {joined} WHERE t.{} = u.{})",
            self.engine.json_lists(columns),
            quoted(&link.table),
            quoted(&link.user_column),
            quoted(&self.layout.users.key),
        )
    }
}

impl Transaction<'_> {
    /// Adds a user to a group. Returns false if the user was already a member.
    ///
    /// # Errors
    /// Returns [`Refusal::DatabaseUnusable`] if users cannot be in groups. Fails on database errors.
    pub fn add_to_group(&self, user: &Key, group: &Key) -> Result<bool> {
        self.link(self.needed_group_link()?, user, group)
    }

    /// Adds a user who was created in this transaction to a group.
    ///
    /// # Errors
    /// The same as for [`Self::add_to_group`].
    pub fn add_new_user_to_group(&self, user: &Key, group: &Key) -> Result<()> {
        self.insert_link(self.needed_group_link()?, user, group)
    }

    /// Creates these groups, and returns their number.
    ///
    /// # Errors
    /// Returns [`Refusal::Taken`] if another program has created one meanwhile. Fails on database errors.
    pub fn create_groups(&self, groups: &PlannedGroups) -> Result<usize> {
        let PlannedGroups(groups) = groups;
        if groups.is_empty() {
            return Ok(0);
        }
        let key_column = &self.needed_group_link()?.target;
        self.note_given_key(GROUPS, key_column);
        for (key, group) in groups {
            let row = [("name", group.name.as_str().into())];
            self.insert(GROUPS, &row, Some((key_column, &(*key).into())))?;
            self.change_group(&Key::Integer(*key), &group.permissions, &[])?;
        }
        Ok(groups.len())
    }

    pub(super) fn link(&self, link: &Link, user: &Key, other: &Key) -> Result<bool> {
        let is_linked = self.count_links(link, user, other)? > 0;
        if !is_linked {
            self.insert_link(link, user, other)?;
        }
        Ok(!is_linked)
    }

    pub(super) fn insert_link(&self, link: &Link, user: &Key, other: &Key) -> Result<()> {
        let row = [(link.user_column.clone(), user.into())];
        self.insert(&link.table, &row, Some((&link.other_column, &other.into()))).map(drop)
    }

    fn count_links(&self, link: &Link, user: &Key, other: &Key) -> Result<u64> {
        let sql = format!(
            "SELECT count(*) FROM {} WHERE {} = ?1 AND {} = ?2",
            quoted(&link.table),
            quoted(&link.user_column),
            quoted(&link.other_column),
        );
        let mut count = 0;
        self.engine.query(&sql, &[user.into(), other.into()], &[Kind::Integer], &mut |cells| {
            count = cells[0].integer().unwrap_or_default().unsigned_abs();
            Ok(ControlFlow::Break(()))
        })?;
        Ok(count)
    }

    /// Removes a user from a group. Returns false if the user was not a member.
    ///
    /// # Errors
    /// The same as for [`Self::add_to_group`].
    pub fn remove_from_group(&self, user: &Key, group: &Key) -> Result<bool> {
        self.unlink(self.needed_group_link()?, user, group)
    }

    pub(super) fn unlink(&self, link: &Link, user: &Key, other: &Key) -> Result<bool> {
        let count = self.count_links(link, user, other)?;
        if count == 0 {
            return Ok(false);
        }
        let sql = format!(
            "DELETE FROM {} WHERE {} = ?1 AND {} = ?2",
            quoted(&link.table),
            quoted(&link.user_column),
            quoted(&link.other_column),
        );
        let (user, other) = (Value::from(user), Value::from(other));
        self.write(&link.table, &sql, &[user.clone(), other.clone()], count)?;
        self.check_gone(&link.table, &[(&link.user_column, &user), (&link.other_column, &other)])?;
        Ok(true)
    }
}
