//! A new account in its stored form.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{dangling, permission_keys};
use crate::django::account_spec::{AccountSpec, GroupChoice};
use crate::django::models::Key;
use crate::django::tokens::TokenRow;
use crate::django::value::Value;
use crate::error::failure::{Error, Result};
use crate::error::faults::Fault;
use crate::error::refusal::Refusal;
use crate::store::layout::UserTable;
use crate::store::{Store, Transaction};

/// A new account in its stored form. It is ready to be written once its password is set.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewAccount<'a> {
    /// The login name.
    pub username: String,
    /// Whether the login name is the email address. Decides which of the two is reported as taken.
    pub(super) is_named_by_email: bool,
    #[serde(borrow)]
    pub(super) user: ColumnValues<ColumnName<'a>>,
    pub(super) profiles: Vec<(String, ColumnValues<ColumnName<'a>>)>,
    pub(super) groups: Vec<Key>,
    pub(super) permissions: Vec<Key>,
    /// The tokens of the account.
    pub(super) tokens: Vec<TokenRow>,
    /// Whether the administrator vouches for the email address.
    pub(super) is_verified: bool,
}

/// Column names and values.
pub(super) type ColumnValues<Name = String> = Vec<(Name, Value)>;

/// A column name, borrowed from its table so that thousands of rows share it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ColumnName<'a>(#[serde(borrow)] Cow<'a, str>);

impl AsRef<str> for ColumnName<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for ColumnName<'a> {
    fn from(name: &'a str) -> Self {
        Self(Cow::Borrowed(name))
    }
}

impl NewAccount<'_> {
    /// Converts the account into one that owns its column names.
    #[must_use]
    pub fn into_owned(self) -> NewAccount<'static> {
        let own = |row: ColumnValues<ColumnName<'_>>| -> ColumnValues<ColumnName<'static>> {
            row.into_iter().map(|(name, value)| (ColumnName(name.0.into_owned().into()), value)).collect()
        };
        NewAccount {
            username: self.username,
            is_named_by_email: self.is_named_by_email,
            user: own(self.user),
            profiles: self.profiles.into_iter().map(|(kind, row)| (kind, own(row))).collect(),
            groups: self.groups,
            permissions: self.permissions,
            tokens: self.tokens,
            is_verified: self.is_verified,
        }
    }

    /// Looks up the groups, permissions and rows that the specification refers to.
    ///
    /// Returns a fault for each missing permission and row. A missing group is an error.
    pub fn settle(
        &mut self,
        spec: &AccountSpec,
        store: &Store,
        find_group: impl Fn(&str) -> Result<Key>,
    ) -> Result<Vec<Fault>> {
        let (GroupChoice::Change { add: groups, .. } | GroupChoice::Exactly(groups)) = &spec.groups;
        for group in groups {
            self.groups.push(find_group(group)?);
        }
        let mut faults = Vec::new();
        self.permissions.extend(permission_keys(store, &spec.permissions, &mut faults)?);
        faults.extend(dangling(store, &store.layout().users.table, &self.user)?);
        for (kind, row) in &self.profiles {
            faults.extend(dangling(store, &store.profile_table(kind)?.table, row)?);
        }
        Ok(faults)
    }

    /// Fails if the login name is taken, or the email address where it is unique.
    ///
    /// A unique index is not enough: it may be one that replaces the existing row.
    pub fn check_free(&self, store: &Store) -> Result<()> {
        if store.find_user(&self.username)?.is_some() {
            return Err(self.taken_name().into());
        }
        self.check_free_address(store)
    }

    /// Fails if the email address is unique and taken.
    pub(super) fn check_free_address(&self, store: &Store) -> Result<()> {
        let users = &store.layout().users;
        let email = self.user.iter().find(|(column, _)| column.as_ref() == "email");
        match email.filter(|_| users.has_unique_address()) {
            Some((_, address)) if store.has_value(&users.table, "email", address)? => {
                Err(Refusal::AddressTaken.into())
            }
            _ => Ok(()),
        }
    }

    /// Names a login name or a unique email address that another client has taken since the last check.
    fn user_refused(&self, error: Error, users: &UserTable) -> Error {
        let login = || format!("{}.{}", users.table.name, users.label());
        match error.refusal() {
            Some(Refusal::Taken(what)) if *what == login() => self.taken_name().into(),
            _ => address_taken(error, users),
        }
    }

    fn taken_name(&self) -> Refusal {
        if self.is_named_by_email { Refusal::EmailTaken } else { Refusal::UsernameTaken }
    }

    /// Returns the names of the fields that are written.
    pub fn fields(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let of_user = self.user.iter().map(|(column, _)| Cow::Borrowed(column.as_ref()));
        let groups = (!self.groups.is_empty()).then_some("groups".into());
        let of_profiles = self.profiles.iter().flat_map(|(kind, values)| {
            values.iter().map(move |(column, _)| format!("{kind}.{}", column.as_ref()).into())
        });
        let tokens = self.tokens.iter().map(|_| "token".into());
        of_user.chain(groups).chain(of_profiles).chain(tokens)
    }

    /// Writes user, groups, permissions and profiles, and returns the user's key. The password must already be set.
    ///
    /// Fails with [`Refusal::Taken`] if a unique value other than the login name is taken.
    pub(super) fn insert(&self, transaction: &Transaction<'_>) -> Result<Key> {
        let key = transaction
            .insert_user(&self.user)
            .map_err(|error| self.user_refused(error, &transaction.layout().users))?;
        for (index, group) in self.groups.iter().enumerate() {
            if !self.groups[..index].contains(group) {
                transaction.add_new_user_to_group(&key, group)?;
            }
        }
        for (index, permission) in self.permissions.iter().enumerate() {
            if !self.permissions[..index].contains(permission) {
                transaction.give_new_user_permission(&key, permission)?;
            }
        }
        for (kind, values) in &self.profiles {
            transaction.insert_profile(transaction.profile_table(kind)?, &key, values)?;
        }
        if let Some(address) = address_of(&self.user) {
            transaction.set_address(&key, "", address, self.is_verified)?;
        }
        Ok(key)
    }
}

/// Returns the email address among these values of a user: empty if it is NULL.
pub(super) fn address_of(values: &[(impl AsRef<str>, Value)]) -> Option<&str> {
    let (_, address) = values.iter().find(|(column, _)| column.as_ref() == "email")?;
    Some(if let Value::Text(address) = address { address } else { "" })
}

/// Names a unique email address that another user has.
pub(super) fn address_taken(error: Error, users: &UserTable) -> Error {
    match error.refusal() {
        Some(Refusal::Taken(what)) if *what == format!("{}.email", users.table.name) => {
            Refusal::AddressTaken.into()
        }
        _ => error,
    }
}
