//! Making an account whole: user and profile, from what is wanted to the rows that are written.
//!
//! A [`Request`] says what is wanted of a new account; a [`Planner`] measures it against the database and the settings. A
//! [`Wish`] says what is wanted of an account that is there, and `edit` what that changes. `fields` knows which column a
//! name means, `rows` makes the values of columns, `names` are Django's rules for user names and addresses.

pub mod apply;
pub mod authentication;
mod differences;
pub mod edit;
mod fields;
pub mod import;
pub mod issue_token;
pub mod new_password;
pub mod plan;
pub mod registration;
pub mod results;
pub mod rows;

use std::borrow::Cow;

use anyhow::Result;
use jiff::Timestamp;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};

pub use self::edit::{Edit, Wish};
pub use self::plan::{NamedField, Planner};
pub use self::rows::must_be_given;
use crate::config::settings::Settings;
use crate::django::field::Input;
use crate::django::models::{Key, Permission};
use crate::django::passwords::Encoded;
use crate::django::value::Value;
use crate::error::refusal::{Fault, Refusal};
use crate::store::schema::{Column, Table};
use crate::store::{Done, NewToken, Store, Transaction};

/// What is wanted of a new account.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The login name.
    pub username: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// May the user enter Django's admin? Not unless told, or a superuser.
    pub staff: Option<bool>,
    /// Does the user have every permission? Not unless told.
    pub superuser: Option<bool>,
    /// May the user log in? Unless told otherwise.
    pub active: Option<bool>,
    /// Further fields of the user or the profiles, by name or `KIND.NAME`.
    pub fields: Vec<(String, Input)>,
    /// The primary key; else the database gives it.
    pub key: Option<Input>,
    /// The primary keys of profiles, by their kinds.
    pub profile_keys: Vec<(String, Input)>,
    /// The profiles.
    pub profile: ProfileChoice,
    /// Groups to be in, by name.
    pub groups: Vec<String>,
    /// Permissions of the user's own.
    pub permissions: Vec<Permission>,
}

/// Which profiles a new account gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProfileChoice {
    /// The one that the settings name, else the only kind that has one of the given fields, else none.
    #[default]
    Decide,
    /// None.
    None,
    /// One of each of these kinds.
    Kinds(Vec<String>),
    /// One of the kind that a body's `account_type` names, which is a value to be validated.
    AccountType(String),
}

/// A field that has to be given and was not.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Its name.
    pub field: String,
    /// How it is given.
    pub how: String,
}

impl Missing {
    fn new(field: &str, how: String) -> Self {
        Self { field: field.to_owned(), how }
    }

    /// The refusal's part about it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::new(&*self.field, "required", format!("{} is required. Pass {}.", self.field, self.how))
    }
}

/// An account ready to be written, but for its password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account<'a> {
    /// The login name.
    pub username: String,
    /// What is refused if the name is taken: the name itself, or the address it comes from.
    is_named_by_email: bool,
    #[serde(borrow)]
    user: Row<ColumnName<'a>>,
    profiles: Vec<(String, Row<ColumnName<'a>>)>,
    groups: Vec<Key>,
    permissions: Vec<Key>,
}

/// Values by their columns.
type Row<Name = String> = Vec<(Name, Value)>;

/// The name of a column, lent by the table it is of, so that thousands of rows do without a copy of it.
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

impl Request {
    /// The login name, in the form in which it would be stored.
    ///
    /// # Errors
    /// As [`Planner::new`].
    pub fn login_name(&self, store: &Store, settings: &Settings) -> Result<Option<String>> {
        Ok(Planner::new(store, settings)?.login_name(self))
    }

    /// The same, wanted of an account that is there.
    ///
    /// # Errors
    /// As [`Planner::new`] and [`Planner::wish`].
    pub fn wish(&self, store: &Store, settings: &Settings) -> Result<Wish> {
        Planner::new(store, settings)?.wish(self)
    }

    /// Fields that have to be given and were not, all of them.
    ///
    /// # Errors
    /// As [`Planner::new`], and what finding the profile kind refuses.
    pub fn missing(&self, store: &Store, settings: &Settings) -> Result<Vec<Missing>> {
        Ok(Planner::new(store, settings)?.plan(self)?.missing())
    }

    /// The account in the form in which it is stored, and every fault there is in it; with one, it is not to be
    /// written.
    ///
    /// # Errors
    /// As [`Planner::new`], [`Planner::account`] and [`Account::settle`].
    pub fn account(
        &self,
        store: &Store,
        settings: &Settings,
        now: Timestamp,
        random: &mut dyn CryptoRng,
    ) -> Result<(Account<'static>, Vec<Fault>)> {
        let (mut account, mut faults) = Planner::new(store, settings)?.account(self, now, random)?;
        faults.extend(account.settle(self, store)?);
        Ok((account.into_owned(), faults))
    }
}

impl Account<'_> {
    /// The account with names of its own.
    #[must_use]
    pub fn into_owned(self) -> Account<'static> {
        let own = |row: Row<ColumnName<'_>>| -> Row<ColumnName<'static>> {
            row.into_iter().map(|(name, value)| (ColumnName(name.0.into_owned().into()), value)).collect()
        };
        let Self { username, is_named_by_email, user, profiles, groups, permissions } = self;
        let profiles = profiles.into_iter().map(|(kind, row)| (kind, own(row))).collect();
        Account { username, is_named_by_email, user: own(user), profiles, groups, permissions }
    }

    /// Finds what the request refers to in the database, and returns what is not there.
    ///
    /// # Errors
    /// [`Refusal::GroupNotFound`], or a failure of the database.
    pub fn settle(&mut self, request: &Request, store: &Store) -> Result<Vec<Fault>> {
        for group in &request.groups {
            self.groups.push(store.find_group(group)?);
        }
        let mut faults = Vec::new();
        for permission in &request.permissions {
            match store.find_permission(permission)? {
                Some(key) => self.permissions.push(key),
                None => faults.push(unknown_permission(permission)),
            }
        }
        faults.extend(dangling(store, &store.layout().users.table, &self.user)?);
        for (kind, row) in &self.profiles {
            faults.extend(dangling(store, &store.profile_table(kind)?.table, row)?);
        }
        Ok(faults)
    }

    /// Refuses a name that is taken.
    ///
    /// # Errors
    /// [`Refusal::UsernameTaken`] or [`Refusal::EmailTaken`].
    pub fn check_free(&self, store: &Store) -> Result<()> {
        match store.find_user(&self.username)? {
            None => Ok(()),
            Some(_) if self.is_named_by_email => Err(Refusal::EmailTaken.into()),
            Some(_) => Err(Refusal::UsernameTaken.into()),
        }
    }

    /// Writes the account whole, and returns the user's key and the fields that are written.
    ///
    /// # Errors
    /// As [`Self::check_free`] and [`Self::insert`].
    pub fn create(
        &self,
        transaction: &Transaction<'_>,
        password: &Encoded,
        token: Option<&NewToken<'_>>,
    ) -> Result<Done<Key>> {
        self.check_free(transaction)?;
        let mut whole = self.clone();
        whole.set_password(password);
        let key = whole.insert(transaction)?;
        let mut fields: Vec<String> =
            whole.user.iter().map(|(column, _)| column.as_ref().to_owned()).collect();
        fields.extend((!self.groups.is_empty()).then(|| "groups".into()));
        for (kind, values) in &self.profiles {
            fields.extend(values.iter().map(|(column, _)| format!("{kind}.{}", column.as_ref())));
        }
        if let Some(token) = token {
            transaction.insert_token(&key, token)?;
            fields.push("token".into());
        }
        Ok(Done { value: key, fields })
    }

    /// Gives the account its password.
    pub fn set_password(&mut self, password: &Encoded) {
        self.user.push(("password".into(), password.as_str().into()));
    }

    /// Writes user, groups, permissions and profiles of an account that was given its password, and returns the user's
    /// key.
    ///
    /// # Errors
    /// As [`Self::check_free`], [`Refusal::Taken`] for other values, what the database's constraints refuse, or a failure
    /// of the database.
    pub fn insert(&self, transaction: &Transaction<'_>) -> Result<Key> {
        let key = match transaction.insert_user(&self.user) {
            Err(error) if matches!(error.downcast_ref(), Some(Refusal::Taken(_))) => {
                // It may be the name, by a user who came after the last look.
                self.check_free(transaction)?;
                return Err(error);
            }
            inserted => inserted?,
        };
        for group in &self.groups {
            transaction.add_to_group(&key, group)?;
        }
        for permission in &self.permissions {
            transaction.give_permission(&key, permission)?;
        }
        for (kind, values) in &self.profiles {
            transaction.insert_profile(transaction.profile_table(kind)?, &key, values)?;
        }
        Ok(key)
    }
}

fn unknown_permission(permission: &Permission) -> Fault {
    Fault::new("user_permissions", "does_not_exist", format!("Permission {permission} does not exist."))
}

fn missing_column(name: &str, column: &Column) -> Missing {
    Missing::new(name, format!("--set {name}=VALUE ({})", column.kind))
}

/// References of a row to rows that are not there.
fn dangling(store: &Store, table: &Table, row: &[(impl AsRef<str>, Value)]) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let row = if table.references.is_empty() { &[] } else { row };
    for (column, value) in row {
        let column = column.as_ref();
        let Some(reference) = table.reference(column).filter(|_| *value != Value::Null) else { continue };
        if !store.points_at_row(reference, value)? {
            let message = format!("{column}: no row in {} has this {}.", reference.table, reference.target);
            faults.push(Fault::new(column, "does_not_exist", message));
        }
    }
    Ok(faults)
}
