//! Making an account whole: user and profile, from what is wanted to the rows that are written.
//!
//! A [`Request`] says what is wanted of a new account; `plan` measures it against the database and the settings. A
//! [`Wish`] says what is wanted of an account that is there, and `edit` what that changes. `fields` knows which column a
//! name means, `rows` makes the values of columns, `names` are Django's rules for user names and addresses.

mod edit;
mod fields;
mod names;
mod plan;
mod rows;

use anyhow::Result;
use jiff::Timestamp;
use rand::CryptoRng;

pub use self::edit::{Edit, Wish};
use self::fields::Owner;
pub use self::rows::must_be_given;
use crate::field::Input;
use crate::model::Key;
use crate::password::Encoded;
use crate::refusal::{Fault, Refusal};
use crate::settings::Settings;
use crate::store::schema::{Column, Table};
use crate::store::{Done, NewToken, Store, Transaction};
use crate::value::Value;

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
    /// May the user enter Django's admin?
    pub staff: bool,
    /// Does the user have every permission, and enter Django's admin?
    pub superuser: bool,
    /// Is the user not to log in?
    pub inactive: bool,
    /// Further fields of the user or the profile, by name or `KIND.NAME`.
    pub fields: Vec<(String, Input)>,
    /// The profile.
    pub profile: ProfileChoice,
    /// Groups to be in, by name.
    pub groups: Vec<String>,
}

/// Which profile a new account gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProfileChoice {
    /// The one that the settings name, else the only kind that has one of the given fields, else none.
    #[default]
    Decide,
    /// None.
    None,
    /// One of this kind.
    Kind(String),
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
        Fault::new(&*self.field, "required", format!("{} must be provided: {}", self.field, self.how))
    }
}

/// An account ready to be written, but for its password.
#[derive(Debug)]
pub struct Account {
    /// The login name.
    pub username: String,
    /// What is refused if the name is taken: the name itself, or the address it comes from.
    is_named_by_email: bool,
    user: Vec<(String, Value)>,
    profile: Option<(String, Vec<(String, Value)>)>,
    groups: Vec<Key>,
}

impl Request {
    /// The login name, in the form in which it would be stored.
    ///
    /// # Errors
    /// As [`Self::missing`].
    pub fn login_name(&self, store: &Store, settings: &Settings) -> Result<Option<String>> {
        Ok(self.plan(store, settings)?.login_name())
    }

    /// The same, wanted of an account that is there: what is not said stays. The profile kind that the settings name is
    /// one of new users, so it counts only where a field of it is given.
    ///
    /// # Errors
    /// As [`Self::missing`], and [`Refusal::Invalid`] for a profile kind that there is not.
    pub fn wish(&self, store: &Store, settings: &Settings) -> Result<Wish> {
        let plan = self.plan(store, settings)?;
        if let Some(fault) = &plan.kind_fault {
            return Err(Refusal::Invalid(vec![fault.clone()]).into());
        }
        let is_of_profile = |name: &str| matches!(plan.fields.destination(name), Ok((_, Owner::Profile(_))));
        let is_said =
            self.profile != ProfileChoice::Decide || self.fields.iter().any(|(name, _)| is_of_profile(name));
        let said = |flag: bool| flag.then_some(true);
        Ok(Wish {
            email: self.email.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            active: self.inactive.then_some(false),
            staff: said(self.staff || self.superuser),
            superuser: said(self.superuser),
            fields: self.fields.clone(),
            add_groups: self.groups.clone(),
            profile: plan.kind.filter(|_| is_said).map(|table| table.kind.clone()),
            ..Wish::default()
        })
    }

    /// Fields that have to be given and were not, all of them.
    ///
    /// # Errors
    /// What finding the profile kind refuses.
    pub fn missing(&self, store: &Store, settings: &Settings) -> Result<Vec<Missing>> {
        Ok(self.plan(store, settings)?.missing())
    }

    /// The account in the form in which it is stored, and every fault there is in it; with one, it is not to be
    /// written.
    ///
    /// # Errors
    /// What finding the profile kind refuses, or [`Refusal::Config`] for fields in the settings that are none.
    pub fn account(
        &self,
        store: &Store,
        settings: &Settings,
        now: Timestamp,
        random: &mut dyn CryptoRng,
    ) -> Result<(Account, Vec<Fault>)> {
        let plan = self.plan(store, settings)?;
        let mut faults: Vec<Fault> = plan.kind_fault.iter().cloned().collect();
        faults.extend(plan.missing().iter().map(Missing::fault));
        let mut account = plan.account(now, random, &mut faults);
        for group in &self.groups {
            account.groups.push(store.find_group(group)?);
        }
        faults.extend(dangling(store, &plan.fields.users.table, &account.user)?);
        if let (Some(table), Some((_, row))) = (plan.kind, &account.profile) {
            faults.extend(dangling(store, &table.table, row)?);
        }
        Ok((account, faults))
    }
}

impl Account {
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

    /// Writes user, groups, profile and token, and returns the user's key and the fields that are written.
    ///
    /// # Errors
    /// As [`Self::check_free`], what the database's constraints refuse, or a failure of the database.
    pub fn create(
        &self,
        transaction: &Transaction<'_>,
        password: &Encoded,
        token: Option<&NewToken<'_>>,
    ) -> Result<Done<Key>> {
        self.check_free(transaction)?;
        let mut row = self.user.clone();
        row.push(("password".into(), password.as_str().into()));
        let key = transaction.insert_user(&row)?;
        let mut fields: Vec<String> = row.into_iter().map(|(column, _)| column).collect();
        for group in &self.groups {
            transaction.add_to_group(&key, group)?;
        }
        if !self.groups.is_empty() {
            fields.push("groups".into());
        }
        if let Some((kind, values)) = &self.profile {
            transaction.insert_profile(transaction.profile_table(kind)?, &key, values)?;
            fields.extend(values.iter().map(|(column, _)| format!("{kind}.{column}")));
        }
        if let Some(token) = token {
            transaction.insert_token(&key, token)?;
            fields.push("token".into());
        }
        Ok(Done { value: key, fields })
    }
}

fn missing_column(name: &str, column: &Column) -> Missing {
    Missing::new(name, format!("--set {name}=VALUE ({})", column.kind))
}

/// References of a row to rows that are not there.
fn dangling(store: &Store, table: &Table, row: &[(String, Value)]) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for (column, value) in row {
        let Some(reference) = table.reference(column).filter(|_| *value != Value::Null) else { continue };
        if !store.points_at_row(reference, value)? {
            let message =
                format!("{column}: there is no row in {} with that {}.", reference.table, reference.target);
            faults.push(Fault::new(&**column, "does_not_exist", message));
        }
    }
    Ok(faults)
}
