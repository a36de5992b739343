//! The groups and permissions of users: Django's tables, and the many-to-many tables between them and the users.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::ControlFlow;

use anyhow::Result;

use crate::django::models::{Key, Permission};
use crate::django::value::{Kind, Value};
use crate::error::refusal::Refusal;
use crate::store::engine::Engine;
use crate::store::layout::UserTable;
use crate::store::schema::{Table, quoted};
use crate::store::{Store, Transaction};

const GROUPS: &str = "auth_group";
const GROUP_PERMISSIONS: &str = "auth_group_permissions";
const PERMISSIONS: &str = "auth_permission";
const CONTENT_TYPES: &str = "django_content_type";

/// A group of users that is to be made.
#[derive(Debug)]
pub struct NewGroup {
    /// The primary key that it is to have if that is free.
    pub key: Option<i64>,
    /// Its name.
    pub name: String,
    /// Its permissions.
    pub permissions: Vec<Key>,
}

/// A many-to-many table between the users and another table.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its name.
    pub(super) table: String,
    /// The column that refers to the user; called after the project's model.
    pub(super) user_column: String,
    /// The column that refers to the other table.
    pub(super) other_column: String,
    /// The column of the other table that is referred to.
    target: String,
}

impl Link {
    /// The table that Django names after the user table and the field, else the only one that looks like one.
    fn find(engine: &dyn Engine, users: &UserTable, field: &str, other: &str) -> Result<Option<Self>> {
        let own = engine.table(&format!("{}_{field}", users.table.name))?;
        if let Some(own) = own.and_then(|table| Self::recognise(&table, users, other)) {
            return Ok(Some(own));
        }
        let referring = engine.referring_to(&[&users.table.name, other])?;
        let mut links = referring
            .iter()
            .filter_map(|table| Self::recognise(table, users, other).filter(|link| link.is_pure(table)));
        let first = links.next();
        Ok(first.filter(|_| links.next().is_none()))
    }

    fn recognise(table: &Table, users: &UserTable, other: &str) -> Option<Self> {
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

    /// Is the table nothing but a link, each pair once? A row that says more is the project's own.
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
    /// The table that tells who is in which group; `None` where users cannot be in one.
    pub(super) fn group_link(&self) -> Result<Option<&Link>> {
        self.link_to(&self.groups, "groups", GROUPS)
    }

    /// The table that tells who was given which permission; `None` where users cannot be given one.
    pub(super) fn permission_link(&self) -> Result<Option<&Link>> {
        self.link_to(&self.permissions, "user_permissions", PERMISSIONS)
    }

    /// The many-to-many table of this field of the user model, looked for once.
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

    fn needed_group_link(&self) -> Result<&Link> {
        self.group_link()?.ok_or_else(|| {
            let reason = "it has no table of group members.".into();
            Refusal::DatabaseUnusable { path: self.path().to_owned(), reason }.into()
        })
    }

    /// The names of all groups that users can be in, sorted.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn group_names(&self) -> Result<Vec<String>> {
        if self.group_link()?.is_none() {
            return Ok(Vec::new());
        }
        self.texts(&format!("SELECT name FROM {} ORDER BY 1", quoted(GROUPS)), &[])
    }

    /// All groups that users can be in.
    ///
    /// # Errors
    /// A failure of the database.
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

    /// The key of the group of this name, compared exactly; one of [`Self::expect_groups`] counts.
    ///
    /// # Errors
    /// [`Refusal::GroupNotFound`], or a failure of the database.
    pub fn find_group(&self, name: &str) -> Result<Key> {
        let mut found = None;
        if let Some(link) = self.group_link()? {
            let sql = format!("SELECT {} FROM {} WHERE name = ?1", quoted(&link.target), quoted(GROUPS));
            self.engine.query(&sql, &[name.into()], &[Kind::Integer], &mut |cells| {
                found = cells[0].integer().map(Key::Integer);
                Ok(ControlFlow::Break(()))
            })?;
        }
        let coming = self.coming_groups.borrow();
        let coming = coming.iter().find(|(_, group)| group.name == name);
        match found.or(coming.map(|(key, _)| Key::Integer(*key))) {
            Some(key) => Ok(key),
            None => Err(Refusal::GroupNotFound { name: name.to_owned(), known: self.group_names()? }.into()),
        }
    }

    /// Has [`Transaction::make_coming_groups`] make those of the groups whose names are not there yet. Nothing where users
    /// cannot be in groups.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn expect_groups(&self, wanted: Vec<NewGroup>) -> Result<()> {
        if self.group_link()?.is_none() {
            return Ok(());
        }
        let there = self.groups()?;
        let is_new = |group: &NewGroup| there.iter().all(|(_, name)| *name != group.name);
        let mut used: HashSet<i64> = HashSet::new();
        used.extend(
            there.iter().filter_map(|(key, _)| if let Key::Integer(key) = key { Some(*key) } else { None }),
        );
        let last =
            used.iter().copied().chain(wanted.iter().filter_map(|group| group.key)).max().unwrap_or_default();
        // Behind the last key; where that is the last that there can be, in a gap.
        let mut free = (last..=i64::MAX).skip(1).chain(1..last);
        let coming = wanted.into_iter().filter(is_new).map(|group| {
            let key = group.key.filter(|key| used.insert(*key));
            (key.or_else(|| free.find(|key| used.insert(*key))).unwrap_or(last), group)
        });
        let coming = coming.collect();
        *self.coming_groups.borrow_mut() = coming;
        Ok(())
    }

    /// The names of the groups that a user is in, sorted.
    ///
    /// # Errors
    /// A failure of the database.
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

    /// The SQL of a user's groups by their natural keys in Django, as a JSON list; the user table is called `u`. `None`
    /// where users cannot be in groups.
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

    /// The same for the permissions that a user was given by name.
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

    fn keys_in(&self, link: &Link, joined: &str, columns: &[&str]) -> String {
        format!(
            "(SELECT {} FROM {} AS t {joined} WHERE t.{} = u.{})",
            self.engine.json_lists(columns),
            quoted(&link.table),
            quoted(&link.user_column),
            quoted(&self.layout.users.key),
        )
    }

    /// The permissions that a user was given by name and not through a group, as `app_label.codename`, sorted.
    ///
    /// # Errors
    /// A failure of the database.
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

    /// The key of this permission.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn find_permission(&self, permission: &Permission) -> Result<Option<Key>> {
        if self.permission_link()?.is_none() || !self.engine.has_table(CONTENT_TYPES)? {
            return Ok(None);
        }
        let (sql, parameters) = match permission {
            Permission::Key(key) => {
                (format!("SELECT id FROM {} WHERE id = ?1", quoted(PERMISSIONS)), vec![(*key).into()])
            }
            Permission::Natural { codename, app_label, model } => (
                format!(
                    "SELECT p.id FROM {} AS p JOIN {} AS c ON c.id = p.content_type_id \
                     WHERE p.codename = ?1 AND c.app_label = ?2 AND c.model = ?3",
                    quoted(PERMISSIONS),
                    quoted(CONTENT_TYPES),
                ),
                vec![codename.as_str().into(), app_label.as_str().into(), model.as_str().into()],
            ),
        };
        let mut found = None;
        self.engine.query(&sql, &parameters, &[Kind::Integer], &mut |cells| {
            found = cells[0].integer().map(Key::Integer);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }
}

impl Transaction<'_> {
    /// Puts a user into a group; false where the user is in it already.
    ///
    /// # Errors
    /// [`Refusal::DatabaseUnusable`] where users cannot be in groups, or a failure of the database.
    pub fn add_to_group(&self, user: &Key, group: &Key) -> Result<bool> {
        self.link(self.needed_group_link()?, user, group)
    }

    /// Makes the groups of [`Store::expect_groups`] that were not made yet, and returns how many.
    ///
    /// # Errors
    /// [`Refusal::Taken`] where another made one meanwhile, or a failure of the database.
    pub fn make_coming_groups(&self) -> Result<usize> {
        // Asked for each row of an import.
        if self.coming_groups.borrow().is_empty() {
            return Ok(0);
        }
        let coming = self.coming_groups.take();
        let key_column = &self.needed_group_link()?.target;
        for (key, group) in &coming {
            let row = [("name", group.name.as_str().into())];
            self.insert(GROUPS, &row, Some((key_column, &(*key).into())))?;
            for permission in &group.permissions {
                let row = [("group_id", (*key).into())];
                self.insert(GROUP_PERMISSIONS, &row, Some(("permission_id", &permission.into())))?;
            }
        }
        Ok(coming.len())
    }

    /// Gives a user a permission; false where the user was given it already.
    ///
    /// # Errors
    /// A failure of the database; its table is there, since [`Store::find_permission`] found a permission.
    pub fn give_permission(&self, user: &Key, permission: &Key) -> Result<bool> {
        match self.permission_link()? {
            Some(link) => self.link(link, user, permission),
            None => Ok(false),
        }
    }

    fn link(&self, link: &Link, user: &Key, other: &Key) -> Result<bool> {
        let is_there = self.count_links(link, user, other)? > 0;
        if !is_there {
            let row = [(link.user_column.clone(), user.into())];
            self.insert(&link.table, &row, Some((&link.other_column, &other.into())))?;
        }
        Ok(!is_there)
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

    /// Takes a user out of a group; false where the user is not in it.
    ///
    /// # Errors
    /// As [`Self::add_to_group`].
    pub fn remove_from_group(&self, user: &Key, group: &Key) -> Result<bool> {
        let link = self.needed_group_link()?;
        let there = self.count_links(link, user, group)?;
        if there == 0 {
            return Ok(false);
        }
        let sql = format!(
            "DELETE FROM {} WHERE {} = ?1 AND {} = ?2",
            quoted(&link.table),
            quoted(&link.user_column),
            quoted(&link.other_column),
        );
        let (user, group) = (Value::from(user), Value::from(group));
        self.write(&link.table, &sql, &[user.clone(), group.clone()], there)?;
        self.check_gone(&link.table, &[(&link.user_column, &user), (&link.other_column, &group)])?;
        Ok(true)
    }
}
