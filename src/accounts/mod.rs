//! Accounts: users with their profiles, groups, permissions and tokens.
//!
//! An [`AccountSpec`] says what an account should be. A [`Planner`] checks it against the database and the policy, and
//! returns a [`NewAccount`] or an update of an existing one. Either is an [`AccountPlan`], which writes the account.
//! `fields` finds the column that a field name means, and `rows` builds the values of columns. Django's rules for user
//! names and addresses are in [`crate::django::names`].

pub mod access;
pub mod access_summary;
pub mod account_plan;
pub mod apply;
pub mod authentication;
mod batches;
pub mod change_runner;
pub mod chosen_users;
mod compare;
pub mod defaults;
pub mod export;
pub mod fields;
pub mod import;
pub mod issue_token;
pub mod new_account;
pub mod new_password;
pub mod package_token;
pub mod plan;
pub mod random_form;
mod read_ahead;
pub mod registration;
pub mod results;
pub mod rows;
mod undecided;
pub mod unlock;
pub mod update;

use std::cell::{RefCell, RefMut};

use jiff::Timestamp;
use rand::CryptoRng;

use self::account_plan::AccountPlan;
use self::new_account::NewAccount;
use self::new_password::Password;
pub use self::plan::Planner;
pub use self::rows::must_be_given;
use self::update::PlannedUpdate;
use crate::config::policy::Policy;
use crate::django::account_spec::AccountSpec;
use crate::django::models::{Key, Permission, User};
use crate::django::passwords::{self, Algorithm, Encoded, Recipe};
use crate::django::value::Value;
use crate::error::failure::{Error, Result};
use crate::error::faults::{Conflict, Fault, FaultCode, MissingTarget, Remedy};
use crate::error::refusal::Refusal;
use crate::error::suggest::nearest;
use crate::files::existing;
use crate::store::Store;
use crate::store::schema::{Column, Table};

/// The number of newest passwords that are read to detect the project's hasher.
const NEWEST_PASSWORDS: u32 = 20;

/// The accounts of a database, with everything that decides about changes to them.
#[derive(Clone, Copy)]
pub struct Accounts<'a> {
    /// The database.
    pub store: &'a Store,
    /// The policy.
    pub policy: &'a Policy,
    /// The time of the changes.
    pub now: Timestamp,
    clock: fn() -> Timestamp,
    random: &'a RefCell<Box<dyn CryptoRng>>,
}

/// A required field that was not given.
#[derive(Clone, Debug)]
pub struct Missing {
    /// The name of the field.
    pub field: String,
    /// How to provide it.
    pub remedy: Remedy,
}

impl Missing {
    fn new(field: &str, remedy: Remedy) -> Self {
        Self { field: field.to_owned(), remedy }
    }

    /// Returns the fault of this field.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::new(&*self.field, FaultCode::Required(self.remedy.clone()))
    }
}

impl<'a> Accounts<'a> {
    /// Combines a database with a policy, a clock and a cryptographically secure source of randomness.
    #[must_use]
    pub fn new(
        store: &'a Store,
        policy: &'a Policy,
        clock: fn() -> Timestamp,
        random: &'a RefCell<Box<dyn CryptoRng>>,
    ) -> Self {
        Self { store, policy, now: clock(), clock, random }
    }

    /// Returns the cryptographically secure random number generator.
    pub fn random(&self) -> RefMut<'a, dyn CryptoRng> {
        RefMut::map(self.random.borrow_mut(), |random| &mut **random)
    }

    /// Returns the planner for new accounts. Fails if the policy does not fit the database.
    pub fn planner(&self) -> Result<Planner<'a>> {
        Planner::checked(self.store, self.policy)
    }

    /// Returns a new account in its stored form, and all its faults. With faults, it must not be written.
    pub fn plan_new(&self, spec: &AccountSpec) -> Result<(NewAccount<'a>, Vec<Fault>)> {
        let (mut account, mut faults) = self.planner()?.account(spec, self.now, &mut *self.random())?;
        faults.extend(account.settle(spec, self.store, |name| self.store.find_group(name))?);
        Ok((account, faults))
    }

    /// Returns the change of an existing account, and all its faults. With faults, it must not be executed.
    pub fn plan_update(&self, spec: &AccountSpec, user: &User) -> Result<(AccountPlan<'static>, Vec<Fault>)> {
        let PlannedUpdate { update, faults, .. } = self.update(spec, user)?;
        Ok((update.into(), faults))
    }

    fn update(&self, spec: &AccountSpec, user: &User) -> Result<PlannedUpdate> {
        let planner = Planner::new(self.store, self.policy)?;
        planner.update(spec, user, self, |name| self.store.find_group(name))
    }

    /// Returns the recipe for hashing new passwords.
    ///
    /// It is the configured one, or else that of the newest users, or else Django's default. In a database that
    /// authctl created outside a Django project, the default is Argon2.
    pub fn recipe(&self) -> Result<Recipe> {
        self.recipe_like(&self.store.newest_passwords(NEWEST_PASSWORDS)?)
    }

    fn recipe_like(&self, newest: &[String]) -> Result<Recipe> {
        let detected = || passwords::follow(newest.iter().map(String::as_str));
        if let Some(recipe) = self.policy.passwords.hasher.or_else(detected) {
            return Ok(recipe);
        }
        let is_in_project = || self.store.target().file().is_some_and(existing::is_in_project);
        let is_django = self.store.is_django()? || is_in_project();
        Ok(if is_django { Recipe::pbkdf2_sha256() } else { Recipe::argon2() })
    }

    /// Returns the recipe for hashing a password, if it would be the first Argon2 hash of the newest users.
    fn new_hasher(&self, password: &Password) -> Result<Option<Recipe>> {
        if matches!(password, Password::Encoded(_) | Password::Unusable) {
            return Ok(None);
        }
        let newest = self.store.newest_passwords(NEWEST_PASSWORDS)?;
        let recipe = self.recipe_like(&newest)?;
        let is_argon2 = recipe.method().algorithm() == Algorithm::ARGON2;
        let is_known = newest.iter().any(|encoded| encoded.starts_with("argon2$"));
        Ok((is_argon2 && !is_known).then_some(recipe))
    }

    /// Encodes a password for storage. In a rehearsal, a plain password is not hashed, and the result is unusable.
    pub fn encode(&self, password: &Password, is_rehearsal: bool) -> Result<Encoded> {
        Ok(match password {
            Password::Plain(plain) | Password::Random(plain) if !is_rehearsal => {
                passwords::hash(plain, &self.recipe()?, &mut *self.random())?
            }
            Password::Encoded(encoded) => encoded.clone(),
            _ => passwords::unusable(&mut *self.random()),
        })
    }
}

/// Returns the keys of these permissions. Adds a fault for each that does not exist.
fn permission_keys(store: &Store, permissions: &[Permission], faults: &mut Vec<Fault>) -> Result<Vec<Key>> {
    let mut keys = Vec::new();
    for permission in permissions {
        let found = store.find_permissions(permission)?;
        if found.is_empty() {
            faults.push(unknown_permission(store, "user_permissions", permission)?);
        }
        keys.extend(found);
    }
    Ok(keys)
}

/// Returns the fault of a permission that does not exist, with the most similar name.
fn unknown_permission(store: &Store, field: &str, permission: &Permission) -> Result<Fault> {
    let (name, mut near) = (permission.to_string(), None);
    if let Permission::Named { .. } = permission {
        near = nearest(&name, store.permission_names()?.iter().map(String::as_str)).map(str::to_owned);
    }
    Ok(Fault::new(field, FaultCode::DoesNotExist(MissingTarget::Permission { name, near })))
}

fn missing_column(name: &str, column: &Column) -> Missing {
    Missing::new(name, Remedy::Field(Some((&column.kind).into())))
}

/// Returns a fault for each foreign key of the row that refers to a missing row.
fn dangling(store: &Store, table: &Table, row: &[(impl AsRef<str>, Value)]) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let row = if table.references.is_empty() { &[] } else { row };
    for (column, value) in row {
        let column = column.as_ref();
        let Some(reference) = table.reference(column).filter(|_| *value != Value::Null) else { continue };
        if !store.reference_exists(reference, value)? {
            let (table, target) = (reference.table.clone(), reference.target.clone());
            let row = MissingTarget::Row { table, column: target };
            faults.push(Fault::new(column, FaultCode::DoesNotExist(row)));
        }
    }
    Ok(faults)
}

/// Returns the faults of a row that was refused as a whole. An error that is not about the row is returned unchanged.
fn faults_of(error: Error) -> Result<Vec<Fault>> {
    let refusal: Refusal = error.into_refusal()?;
    if let Some(fault) = refusal.name_fault() {
        return Ok(vec![fault]);
    }
    let (field, conflict) = match refusal {
        Refusal::Invalid(faults) => return Ok(faults),
        Refusal::UsernameTaken => ("username", Conflict::UsernameTaken),
        Refusal::EmailTaken => ("email", Conflict::EmailTaken),
        Refusal::AddressTaken | Refusal::AddressVerified { .. } => ("email", Conflict::AddressTaken),
        Refusal::OtherToken(_) => ("token", Conflict::OtherToken),
        Refusal::Taken(columns) => ("", Conflict::Taken(columns)),
        Refusal::UserNotFound(username) => ("", Conflict::UserNotFound(username)),
        Refusal::ChangedMeanwhile(what) => ("", Conflict::ChangedMeanwhile(what)),
        other => return Err(other.into()),
    };
    Ok(vec![Fault::new(field, FaultCode::Conflict(conflict))])
}
