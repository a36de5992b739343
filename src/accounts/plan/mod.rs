//! Checks specifications against the database and the policy: resolves field names, and finds missing fields and
//! faults.

mod missing;
mod named_fields;
mod rows;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::CryptoRng;
use serde_json::{Map, Value as Json};
use unicode_normalization::UnicodeNormalization as _;

use super::Missing;
use super::fields::{Fields, Owner};
use super::new_account::NewAccount;
use super::rows::{find_column, find_field};
use crate::config::policy::{Policy, UsernameFrom};
use crate::django::account_spec::{AccountSpec, ProfileChoice};
use crate::django::field::Input;
use crate::django::names::normalize_email;
use crate::error::failure::Result;
use crate::error::faults::{Choice, Fault, FaultCode};
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::store::layout::{ProfileTable, UserTable};

/// The database and the settings that specifications are checked against. Used for many requests and by several threads.
#[derive(Clone, Copy)]
pub struct Planner<'a> {
    policy: &'a Policy,
    users: &'a UserTable,
    login: &'a str,
    kinds: &'a [ProfileTable],
    /// Whether a file can say that an email address is verified.
    has_verified_addresses: bool,
    /// Whether values are stored verbatim, without the checks of a new spec.
    is_verbatim: bool,
}

/// A specification with the settings and fields that it is checked against.
pub(super) struct SpecPlan<'a, 'r> {
    spec: &'r AccountSpec,
    policy: &'a Policy,
    pub(super) fields: Fields<'a>,
    /// The fault of the requested profile kind.
    pub(super) kind_fault: Option<Fault>,
    is_verbatim: bool,
}

impl<'a> Planner<'a> {
    /// Returns the project's time zone.
    #[must_use]
    pub fn time_zone(&self) -> &'a TimeZone {
        &self.policy.time_zone
    }

    /// Creates a planner for this database and policy.
    ///
    /// Fails with [`Refusal::Ambiguous`] if the login column is unknown.
    pub fn new(store: &'a Store, policy: &'a Policy) -> Result<Self> {
        let users = &store.layout().users;
        let kinds = store.profile_tables()?;
        let login = users.login()?;
        Ok(Self { policy, users, login, kinds, has_verified_addresses: false, is_verbatim: false })
    }

    /// Creates a planner that only lists missing fields. Uses the likeliest login column if several are possible.
    pub fn provisional(store: &'a Store, policy: &'a Policy) -> Result<Self> {
        let users = &store.layout().users;
        let (login, kinds) = (users.label(), store.profile_tables()?);
        Ok(Self { policy, users, login, kinds, has_verified_addresses: false, is_verbatim: false })
    }

    /// Creates a planner for new accounts.
    ///
    /// Fails with [`Refusal::Config`] if the policy names fields or profile kinds that the database lacks: they would be
    /// ignored, or could never be given.
    pub fn checked(store: &'a Store, policy: &'a Policy) -> Result<Self> {
        let planner = Self::new(store, policy)?;
        planner.check_policy()?;
        Ok(planner)
    }

    /// Returns a planner for files, which can say that an email address is verified if the project keeps such addresses.
    pub fn for_files(self, store: &Store) -> Result<Self> {
        Ok(Self { has_verified_addresses: store.has_addresses()?, ..self })
    }

    /// Returns a planner for accounts that Django created.
    ///
    /// As in Django's `loaddata`, required fields and well-formed names are not checked, and nothing is normalized.
    #[must_use]
    pub fn verbatim(self) -> Self {
        Self { is_verbatim: true, ..self }
    }

    fn check_policy(&self) -> Result<()> {
        let register = &self.policy.register;
        let of_user = |name: &str| {
            ["account_type", "profile", "password", "username"].contains(&name)
                || find_column(&self.users.table, name).is_some()
        };
        let of_any_kind = |name: &str| self.kinds.iter().any(|table| find_field(table, name).is_some());
        let mut faults = Vec::new();
        for (key, name) in keyed(&register.required, &register.defaults) {
            if !of_user(name) && !of_any_kind(name) {
                faults.push(format!("register.{key}: this database has no field {name}."));
            }
        }
        if let Some(kind) = register.profile.as_ref().filter(|kind| self.kind(kind).is_none()) {
            faults.push(format!("register.profile: this database has no profile kind {kind:?}."));
        }
        for (kind, settings) in &self.policy.profiles {
            let Some(table) = self.kind(kind) else {
                faults.push(format!("profiles.{kind}: this database has no profile table for it."));
                continue;
            };
            for (key, name) in keyed(&settings.required, &settings.defaults) {
                if find_field(table, name).is_none() && !of_user(name) {
                    let table = &table.table.name;
                    faults.push(format!("profiles.{kind}.{key}: table {table} has no field {name}."));
                }
            }
        }
        if faults.is_empty() {
            return Ok(());
        }
        Err(Refusal::Config { path: None, message: faults.join("\n") }.into())
    }

    fn kind(&self, name: &str) -> Option<&'a ProfileTable> {
        self.kinds.iter().find(|table| table.kind == name)
    }

    /// Returns the tables of these kinds.
    pub(super) fn kinds(&self, names: &[String]) -> Result<Vec<&'a ProfileTable>> {
        let found = names.iter().map(|kind| {
            self.kind(kind).ok_or_else(|| {
                let known = self.kinds.iter().map(|table| table.kind.clone()).collect();
                Refusal::ProfileKindNotFound { kind: kind.clone(), known }.into()
            })
        });
        found.collect()
    }

    /// Returns the column of the login name.
    #[must_use]
    pub fn login_column(&self) -> &'a str {
        self.login
    }

    /// Whether this field provides the login name.
    #[must_use]
    pub fn is_login(&self, field: &str) -> bool {
        field == self.login || field == "email" && self.policy.is_named_by_email(self.login)
    }

    /// Returns the login name in its stored form.
    #[must_use]
    pub fn login_name(&self, spec: &AccountSpec) -> Option<String> {
        let given = given_name(spec, self.policy, self.login)?;
        if self.is_verbatim {
            return Some(given.to_owned());
        }
        Some(if self.login == "email" { normalize_email(given) } else { nfkc(given) })
    }

    /// Returns the account in its stored form, and all its faults that can be found without the database. With faults,
    /// it must not be written.
    pub fn account(
        &self,
        spec: &AccountSpec,
        now: Timestamp,
        random: &mut dyn CryptoRng,
    ) -> Result<(NewAccount<'a>, Vec<Fault>)> {
        let plan = self.plan(spec)?;
        let mut faults: Vec<Fault> = plan.kind_fault.iter().cloned().collect();
        faults.extend(plan.missing().iter().map(Missing::fault));
        let account = plan.account(now, random, &mut faults);
        Ok((account, faults))
    }

    /// Returns all required fields of a new account that were not given.
    pub fn missing(&self, spec: &AccountSpec) -> Result<Vec<Missing>> {
        Ok(self.plan(spec)?.missing())
    }

    pub(super) fn plan<'r>(&self, spec: &'r AccountSpec) -> Result<SpecPlan<'a, 'r>> {
        let mut kind_fault = None;
        let own: Vec<&'a ProfileTable> = match (&spec.profile, &self.policy.register.profile) {
            (ProfileChoice::None, _) => Vec::new(),
            (ProfileChoice::Kinds(kinds), _) => self.kinds(kinds)?,
            (ProfileChoice::AccountType(kind), _) => {
                let found = self.kind(kind);
                kind_fault = found.is_none().then(|| unknown_account_type(self.kinds));
                found.into_iter().collect()
            }
            (ProfileChoice::Decide, Some(kind)) => self.kind(kind).into_iter().collect(),
            (ProfileChoice::Decide, None) => self.kind_of_fields(spec).into_iter().collect(),
        };
        let fields = Fields { users: self.users, login: self.login, is_new: true, own, kinds: self.kinds };
        Ok(SpecPlan { spec, policy: self.policy, fields, kind_fault, is_verbatim: self.is_verbatim })
    }

    /// Returns the only kind that has one of the given fields.
    fn kind_of_fields(&self, spec: &AccountSpec) -> Option<&'a ProfileTable> {
        spec.fields.iter().find_map(|(name, _)| {
            if let Some((kind, _)) = name.split_once('.') {
                return self.kind(kind);
            }
            if find_column(&self.users.table, name).is_some() {
                return None;
            }
            let mut candidates = self.kinds.iter().filter(|table| find_field(table, name).is_some());
            candidates.next().filter(|_| candidates.next().is_none())
        })
    }
}

/// Returns the login name as given. If it is the email address, either of the two fields provides it.
fn given_name<'r>(spec: &'r AccountSpec, policy: &Policy, login: &str) -> Option<&'r str> {
    let email = policy.is_named_by_email(login).then_some(spec.email.as_deref()).flatten();
    let name = spec.username.as_deref().or(email);
    name.filter(|name| !name.trim().is_empty())
}

/// Normalizes a login name to NFKC, the form in which Django stores it.
fn nfkc(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { name.nfkc().collect() }
}

impl SpecPlan<'_, '_> {
    /// Returns the text for one of Django's own columns: the given one, or else the default.
    fn attribute(&self, field: &str, given: Option<&String>) -> Option<String> {
        let default = || self.policy.register.defaults.get(field)?.as_str().map(str::to_owned);
        given.cloned().or_else(default)
    }

    /// Returns the value given for a column of the user or a profile, under any of its names.
    fn given(&self, owner: Owner<'_>, column: &str) -> Option<&Input> {
        let is_name = |name: &str| {
            self.fields.destination(name).is_ok_and(|(found, of)| of == owner && found.name == column)
        };
        self.spec.fields.iter().find(|(name, _)| is_name(name)).map(|(_, input)| input)
    }

    fn default_of(&self, field: &str) -> Option<Json> {
        let mut of_kinds = self.fields.own.iter().filter_map(|table| self.policy.profiles.get(&table.kind));
        let default = of_kinds.find_map(|kind| kind.defaults.get(field));
        default.or_else(|| self.policy.register.defaults.get(field)).cloned()
    }

    fn is_named_by_email(&self) -> bool {
        self.policy.register.username_from == UsernameFrom::Email
    }

    fn username(&self) -> Option<&str> {
        given_name(self.spec, self.policy, self.fields.login)
    }
}

/// Returns the fields that a table of the settings names, each with the key that names it.
fn keyed<'s>(
    required: &'s [String],
    defaults: &'s Map<String, Json>,
) -> impl Iterator<Item = (&'static str, &'s String)> {
    required.iter().map(|name| ("required", name)).chain(defaults.keys().map(|name| ("defaults", name)))
}

fn unknown_account_type(kinds: &[ProfileTable]) -> Fault {
    let kinds = kinds.iter().map(|table| table.kind.clone()).collect();
    Fault::new("account_type", FaultCode::InvalidChoice(Choice::ProfileKind(kinds)))
}
