//! Compares new accounts and updates with the database.

use super::new_account::{NewAccount, address_of};
use super::update::AccountUpdate;
use crate::django::models::User;
use crate::django::value::Value;
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::formats::columns::EMAIL_VERIFIED;
use crate::store::Store;
use crate::store::difference::{Difference, Shown};
use crate::store::layout::ProfileTable;
use crate::store::schema::Table;

impl NewAccount<'_> {
    /// Returns the values of the new rows.
    ///
    /// Omits the login name, the key, the password, empty values and values that every new account has.
    pub fn differences(&self, store: &Store) -> Result<Vec<Difference>> {
        let users = &store.layout().users;
        let mut found = added("", &users.table, &self.user);
        let is_usual = |difference: &Difference| match &*difference.field {
            "is_active" => difference.new == Some(Shown::Value(true.into())),
            "date_joined" | "password" => true,
            field => field == users.key || field == users.label(),
        };
        found.retain(|difference| !is_usual(difference));
        for (kind, values) in &self.profiles {
            found.extend(added_profile(store.profile_table(kind)?, values));
        }
        let is_vouched =
            self.is_verified && address_of(&self.user).is_some_and(|address| !address.is_empty());
        found.extend(is_vouched.then(|| verified(None)));
        Ok(found)
    }

    /// Returns the kinds of the new profiles.
    pub fn profile_kinds(&self) -> impl Iterator<Item = &str> {
        self.profiles.iter().map(|(kind, _)| &**kind)
    }
}

impl AccountUpdate {
    /// Returns the values that the update would change. Groups, permissions and the password are not compared.
    ///
    /// `user` must be up to date: if it already has the new values, its row is not read again.
    ///
    /// Fails with [`Refusal::ChangedMeanwhile`] if a profile was created or deleted after the update was computed.
    pub fn differences(&self, store: &Store, user: &User) -> Result<Vec<Difference>> {
        let has_all =
            self.user.iter().all(|(column, value)| column == "password" || surely_has(user, column, value));
        let mut found = if has_all { Vec::new() } else { store.user_differences(user, &self.user)? };
        for (kind, values) in &self.profiles {
            found.extend(store.profile_differences(store.profile_table(kind)?, &user.id, values)?);
        }
        for (kind, values) in &self.new_profiles {
            let table = store.profile_table(kind)?;
            if store.has_profile(table, &user.id)? {
                return Err(Refusal::ChangedMeanwhile(format!("The profile {kind}")).into());
            }
            found.push(Difference {
                field: "profile".into(),
                old: None,
                new: Some(Shown::Value(kind.as_str().into())),
            });
            found.extend(added_profile(table, values));
        }
        let address = address_of(&self.user).unwrap_or(&user.email);
        let is_vouched = self.is_verified && !address.is_empty();
        if is_vouched && !store.is_verified_address(&user.id, address)? {
            found.push(verified(Some(false)));
        }
        Ok(found)
    }
}

/// Whether the user has this value. False for an empty text and for `false`, which may stand for NULL in a [`User`].
fn surely_has(user: &User, column: &str, value: &Value) -> bool {
    match (column, value) {
        (_, Value::Text(text)) if text.is_empty() => false,
        ("email", Value::Text(text)) => *text == user.email,
        ("first_name", Value::Text(text)) => *text == user.first_name,
        ("last_name", Value::Text(text)) => *text == user.last_name,
        ("is_active", Value::Boolean(true)) => user.is_active,
        ("is_staff", Value::Boolean(true)) => user.is_staff,
        ("is_superuser", Value::Boolean(true)) => user.is_superuser,
        _ => false,
    }
}

/// The difference of an address for which the administrator vouches.
fn verified(before: Option<bool>) -> Difference {
    let shown = |is_verified: bool| Shown::Value(is_verified.into());
    Difference { field: EMAIL_VERIFIED.into(), old: before.map(shown), new: Some(shown(true)) }
}

fn added_profile(table: &ProfileTable, values: &[(impl AsRef<str>, Value)]) -> Vec<Difference> {
    let mut found = added(&format!("{}.", table.kind), &table.table, values);
    found.retain(|difference| difference.field != format!("{}.{}", table.kind, table.user_column));
    found
}

/// Returns the non-empty values of a new row. The field names are the column names after this prefix.
fn added(prefix: &str, table: &Table, values: &[(impl AsRef<str>, Value)]) -> Vec<Difference> {
    let shown = values.iter().filter_map(|(name, value)| {
        let name = name.as_ref();
        let new = Shown::of(value, table.column(name)?);
        (!new.is_nothing() || name == "is_active").then(|| Difference {
            field: format!("{prefix}{name}"),
            old: None,
            new: Some(new),
        })
    });
    shown.collect()
}
