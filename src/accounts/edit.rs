//! Bringing an account that is there to what is wanted of it: what is not given stays.

use anyhow::Result;
use jiff::Timestamp;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::fields::{Fields, Owner};
use super::rows::{Making, find_field, must_be_given};
use super::{Row, dangling, missing_column, unknown_permission};
use crate::config::settings::Settings;
use crate::django::field::Input;
use crate::django::models::{Key, Permission, User};
use crate::django::names::{address_fault, normalize_email, username_fault};
use crate::django::passwords::Encoded;
use crate::django::value::Value;
use crate::error::refusal::{Fault, Refusal};
use crate::store::layout::ProfileTable;
use crate::store::schema::Column;
use crate::store::{Store, Transaction};

/// What is wanted of an account that is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// Another login name.
    pub rename: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// May the user log in?
    pub active: Option<bool>,
    /// May the user enter Django's admin?
    pub staff: Option<bool>,
    /// Does the user have every permission?
    pub superuser: Option<bool>,
    /// Further fields of the user or the profiles, by name or `KIND.NAME`.
    pub fields: Vec<(String, Input)>,
    /// Fields to be emptied: NULL where the column takes it, else the empty text.
    pub unset: Vec<String>,
    /// Groups to be in.
    pub add_groups: Vec<String>,
    /// Groups not to be in.
    pub remove_groups: Vec<String>,
    /// Permissions of the user's own to have.
    pub add_permissions: Vec<Permission>,
    /// Profiles to have, by their kinds; made where there is none of the kind.
    pub profiles: Vec<String>,
}

/// The values that a [`Wish`] leads to, to be compared with those that are there and written where they differ.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Edit {
    /// The new login name, if it is another.
    name: Option<String>,
    is_named_by_email: bool,
    pub(super) user: Row,
    pub(super) profiles: Vec<(String, Row)>,
    pub(super) new_profiles: Vec<(String, Row)>,
    add_permissions: Vec<Key>,
    add_groups: Vec<Key>,
    remove_groups: Vec<Key>,
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    now: Timestamp,
}

impl Wish {
    /// The values that are wanted of this user, and every fault there is in them; with one, nothing is to be written.
    ///
    /// # Errors
    /// [`Refusal::GroupNotFound`], [`Refusal::ProfileKindNotFound`], or a failure of the database.
    pub fn edit(
        &self,
        store: &Store,
        settings: &Settings,
        user: &User,
        now: Timestamp,
        random: &mut dyn CryptoRng,
    ) -> Result<(Edit, Vec<Fault>)> {
        let users = &store.layout().users;
        let mut present = Vec::new();
        for table in store.profile_tables()? {
            if store.has_profile(table, &user.id)? {
                present.push(table);
            }
        }
        let mut new = Vec::new();
        for kind in &self.profiles {
            let wanted = store.profile_table(kind)?;
            if present.iter().all(|table| table.kind != wanted.kind) {
                new.push(wanted);
            }
        }
        let own = present.iter().chain(&new).copied().collect();
        let fields =
            Fields { users, login: users.login()?, own, kinds: store.profile_tables()?, is_new: false };

        let mut faults = Vec::new();
        let mut edit = Edit { now, ..Edit::default() };
        self.set_attributes(&fields, settings, user, &mut edit, &mut faults);
        let mut making = Making { now, zone: &settings.opening.time_zone, random, faults: &mut faults };
        for (name, input) in &self.fields {
            match fields.destination(name) {
                Ok((column, owner)) => making.set(edit.row(owner), name, column, input),
                Err(fault) => making.faults.push(fault),
            }
        }
        for name in &self.unset {
            if name == "email" && settings.is_named_by_email(fields.login) {
                let message = "email is the login name here and cannot be unset.";
                making.faults.push(Fault::new("email", "not_settable", message));
                continue;
            }
            match fields.emptied(name) {
                Ok((column, owner, _)) if edit.row(owner).iter().any(|(given, _)| *given == column) => {
                    let message = format!("{name} is both set and unset.");
                    making.faults.push(Fault::new(name, "given_twice", message));
                }
                Ok((column, owner, value)) => edit.row(owner).push((column, value)),
                Err(fault) => making.faults.push(fault),
            }
        }
        for name in self.add_groups.iter().filter(|name| self.remove_groups.contains(name)) {
            let message = format!("Group {name} is both added and removed.");
            making.faults.push(Fault::new("groups", "given_twice", message));
        }
        for table in new {
            edit.make_profile(table, settings, &mut making);
            if settings.profiles.get(&table.kind).is_some_and(|kind| kind.staff) && self.staff.is_none() {
                edit.user.push(("is_staff".into(), true.into()));
            }
        }
        faults.extend(dangling(store, &users.table, &edit.user)?);
        for (kind, row) in edit.profiles.iter().chain(&edit.new_profiles) {
            faults.extend(dangling(store, &store.profile_table(kind)?.table, row)?);
        }
        for (names, keys) in
            [(&self.add_groups, &mut edit.add_groups), (&self.remove_groups, &mut edit.remove_groups)]
        {
            for name in names {
                keys.push(store.find_group(name)?);
            }
        }
        for permission in &self.add_permissions {
            match store.find_permission(permission)? {
                Some(key) => edit.add_permissions.push(key),
                None => faults.push(unknown_permission(permission)),
            }
        }
        Ok((edit, faults))
    }

    /// The columns of Django's `AbstractUser`.
    fn set_attributes(
        &self,
        fields: &Fields<'_>,
        settings: &Settings,
        user: &User,
        edit: &mut Edit,
        faults: &mut Vec<Fault>,
    ) {
        let by_email = settings.is_named_by_email(fields.login);
        let mut wanted: Vec<(&str, Value)> = Vec::new();
        if let Some(name) = &self.rename {
            let name: String =
                if fields.login == "email" { normalize_email(name) } else { name.nfkc().collect() };
            faults.extend(name_fault(&name, fields.login, by_email));
            // Where the address is the name, both change.
            if by_email && fields.login != "email" {
                wanted.push(("email", normalize_email(&name).into()));
            }
            wanted.push((fields.login, name.as_str().into()));
            edit.name = Some(name).filter(|name| *name != user.username);
        }
        if let Some(email) = self.email.as_deref().map(normalize_email) {
            if by_email && email != normalize_email(&user.username) {
                let message = "email is the login name here. Use --rename.";
                faults.push(Fault::new("email", "not_settable", message));
            } else if fields.login != "email" {
                faults.extend(address_fault(&email));
                wanted.push(("email", email.into()));
            }
        }
        for (column, name) in [("first_name", &self.first_name), ("last_name", &self.last_name)] {
            wanted.extend(name.as_ref().map(|name| (column, name.as_str().into())));
        }
        for (column, flag) in
            [("is_active", self.active), ("is_staff", self.staff), ("is_superuser", self.superuser)]
        {
            wanted.extend(flag.map(|flag| (column, flag.into())));
        }
        for (column, value) in wanted {
            match fields.attribute(column, &value) {
                Ok(()) => edit.user.push((column.to_owned(), value)),
                Err(fault) => faults.push(fault),
            }
        }
        edit.is_named_by_email = by_email;
    }
}

impl Edit {
    /// The row to which a value belongs.
    fn row(&mut self, owner: Owner<'_>) -> &mut Row {
        let Owner::Profile(kind) = owner else { return &mut self.user };
        let index = self.profiles.iter().position(|(known, _)| known == kind).unwrap_or_else(|| {
            self.profiles.push((kind.to_owned(), Vec::new()));
            self.profiles.len() - 1
        });
        &mut self.profiles[index].1
    }

    /// Makes the values that were given for this kind into a whole new profile.
    fn make_profile(&mut self, table: &ProfileTable, settings: &Settings, making: &mut Making<'_>) {
        let given = self.profiles.iter().position(|(kind, _)| *kind == table.kind);
        let mut row = given.map(|index| self.profiles.remove(index).1).unwrap_or_default();
        let kind = settings.profiles.get(&table.kind);
        let shared = &settings.register.defaults;
        let default = |name: &str| kind.and_then(|kind| kind.defaults.get(name)).or_else(|| shared.get(name));
        making.fill(&mut row, &table.table, table.columns(), &default);
        let is_required = |column: &Column| {
            let is_it =
                |name: &String| find_field(table, name).is_some_and(|found| found.name == column.name);
            kind.is_some_and(|kind| kind.required.iter().any(is_it))
        };
        let is_blank = |value: &Value| matches!(value, Value::Text(text) if text.trim().is_empty());
        let is_missing = |column: &&Column| match row.iter().find(|(name, _)| *name == column.name) {
            Some((_, value)) => is_required(column) && (*value == Value::Null || is_blank(value)),
            None => is_required(column) || must_be_given(column, &table.table),
        };
        let missing = table.columns().filter(is_missing);
        making.faults.extend(missing.map(|column| missing_column(&column.name, column).fault()));
        self.new_profiles.push((table.kind.clone(), row));
    }

    /// Sets another password too.
    pub fn set_password(&mut self, password: &Encoded) {
        self.user.push(("password".into(), password.as_str().into()));
    }

    /// Writes what differs, and returns the names of the fields that did.
    ///
    /// # Errors
    /// [`Refusal::UsernameTaken`] or [`Refusal::EmailTaken`], what the database's constraints refuse, or a failure of
    /// the database.
    pub fn apply(&self, transaction: &Transaction<'_>, user: &User) -> Result<Vec<String>> {
        if let Some(name) = &self.name
            && transaction.find_user(name)?.is_some_and(|other| other.id != user.id)
        {
            let refusal = if self.is_named_by_email { Refusal::EmailTaken } else { Refusal::UsernameTaken };
            return Err(refusal.into());
        }
        let mut changed = transaction.update_user(user, &self.user, self.now)?;
        for (kind, values) in &self.profiles {
            let table = transaction.profile_table(kind)?;
            let fields = transaction.update_profile(table, &user.id, values, self.now)?;
            changed.extend(fields.into_iter().map(|field| format!("{kind}.{field}")));
        }
        for (kind, values) in &self.new_profiles {
            transaction.insert_profile(transaction.profile_table(kind)?, &user.id, values)?;
            changed.push(kind.clone());
        }
        let mut groups = false;
        for group in &self.add_groups {
            groups |= transaction.add_to_group(&user.id, group)?;
        }
        for group in &self.remove_groups {
            groups |= transaction.remove_from_group(&user.id, group)?;
        }
        if groups {
            changed.push("groups".into());
        }
        let mut permissions = false;
        for permission in &self.add_permissions {
            permissions |= transaction.give_permission(&user.id, permission)?;
        }
        if permissions {
            changed.push("user_permissions".into());
        }
        Ok(changed)
    }
}

/// What is wrong with a new login name.
fn name_fault(name: &str, login: &str, by_email: bool) -> Option<Fault> {
    if name.trim().is_empty() {
        return Some(Fault::new("username", "required", "The new username must not be empty."));
    }
    let rules = if login == "username" { username_fault(name) } else { None };
    rules.or_else(|| if by_email { address_fault(name) } else { None })
}
