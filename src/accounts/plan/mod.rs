//! Checks requests against the database and the settings: resolves field names, and finds missing fields and faults.

mod missing;
mod rows;

use anyhow::Result;
use jiff::Timestamp;
use rand::CryptoRng;
use serde_json::{Map, Value as Json};
use unicode_normalization::UnicodeNormalization as _;

use super::fields::{Fields, Owner};
use super::rows::{find_column, find_field};
use super::{Account, Missing, ProfileChoice, Request, Wish};
use crate::config::settings::{Settings, UsernameFrom};
use crate::django::field::Input;
use crate::django::names::normalize_email;
use crate::error::refusal::{Fault, Refusal};
use crate::store::Store;
use crate::store::layout::{ProfileTable, UserTable};
use crate::store::schema::Column;

/// The database and the settings that requests are checked against. Used for many requests and by several threads.
#[derive(Clone, Copy)]
pub struct Planner<'a> {
    settings: &'a Settings,
    users: &'a UserTable,
    login: &'a str,
    kinds: &'a [ProfileTable],
    /// Whether values are stored verbatim, without the checks of a new request.
    is_verbatim: bool,
}

/// A field found by its name.
#[derive(Clone, Debug)]
pub struct NamedField<'a> {
    /// The name of the field in a [`Request`].
    pub name: String,
    /// The profile kind, if the field belongs to exactly one.
    pub kind: Option<&'a str>,
    /// The column of the field.
    pub column: &'a Column,
}

/// A request with the settings and fields that it is checked against.
pub(super) struct AccountPlan<'a, 'r> {
    request: &'r Request,
    settings: &'a Settings,
    fields: Fields<'a>,
    /// The fault of the requested profile kind.
    kind_fault: Option<Fault>,
    is_verbatim: bool,
}

impl<'a> Planner<'a> {
    /// Creates a planner for this database and these settings.
    ///
    /// Fails with [`Refusal::Ambiguous`] if the login column is unknown. Fails with [`Refusal::Config`] if the settings
    /// name fields or profile kinds that the database lacks: they would be ignored, or could never be given.
    pub fn new(store: &'a Store, settings: &'a Settings) -> Result<Self> {
        let users = &store.layout().users;
        let planner = Self {
            settings,
            users,
            login: users.login()?,
            kinds: store.profile_tables()?,
            is_verbatim: false,
        };
        planner.check_settings()?;
        Ok(planner)
    }

    /// Returns a planner for accounts that Django created.
    ///
    /// As in Django's `loaddata`, required fields and well-formed names are not checked, and nothing is normalized.
    #[must_use]
    pub fn verbatim(self) -> Self {
        Self { is_verbatim: true, ..self }
    }

    fn check_settings(&self) -> Result<()> {
        let register = &self.settings.register;
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
        for (kind, settings) in &self.settings.profiles {
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
        if faults.is_empty() { Ok(()) } else { Err(self.settings.refused(faults.join("\n")).into()) }
    }

    fn kind(&self, name: &str) -> Option<&'a ProfileTable> {
        self.kinds.iter().find(|table| table.kind == name)
    }

    /// Returns the column of the login name.
    #[must_use]
    pub fn login_column(&self) -> &'a str {
        self.login
    }

    /// Whether this field provides the login name.
    #[must_use]
    pub fn is_login(&self, field: &str) -> bool {
        field == self.login || field == "email" && self.settings.is_named_by_email(self.login)
    }

    /// Returns the field with this name: `FIELD`, `KIND.FIELD`, `profile.FIELD` or `profile.KIND.FIELD`.
    ///
    /// If several kinds have the field and the name contains no kind, the account's own kind decides.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<NamedField<'a>> {
        let of_kind = |table: &'a ProfileTable, field: &str| {
            let column = find_field(table, field)?;
            let name = format!("{}.{}", table.kind, column.name);
            Some(NamedField { name, kind: Some(&table.kind), column })
        };
        let of_any_kind = |field: &str| {
            let mut candidates = self.kinds.iter().filter_map(|table| of_kind(table, field));
            let first = candidates.next()?;
            if candidates.next().is_none() {
                return Some(first);
            }
            Some(NamedField { name: first.column.name.clone(), kind: None, column: first.column })
        };
        let of_user = || {
            let column = find_column(&self.users.table, name)?;
            (column.name != self.users.key && column.name != "password" && !column.generated)
                .then(|| NamedField { name: column.name.clone(), kind: None, column })
        };
        match name.strip_prefix("profile.").unwrap_or(name).split_once('.') {
            Some((kind, field)) => of_kind(self.kind(kind)?, field),
            None => match name.strip_prefix("profile.") {
                Some(field) => of_any_kind(field),
                None => of_user().or_else(|| of_any_kind(name)),
            },
        }
    }

    /// Returns the names of all fields that are not Django's own, in the form of headings.
    #[must_use]
    pub fn field_names(&self) -> Vec<String> {
        let of_user = self.users.extra_columns().map(|column| column.name.clone());
        let of_profiles = self
            .kinds
            .iter()
            .flat_map(|table| table.fields().map(|column| format!("profile.{}.{}", table.kind, column.name)));
        of_user.chain(of_profiles).collect()
    }

    /// Returns the login name in its stored form.
    #[must_use]
    pub fn login_name(&self, request: &Request) -> Option<String> {
        let given = given_name(request, self.settings, self.login)?;
        if self.is_verbatim {
            return Some(given.to_owned());
        }
        Some(if self.login == "email" { normalize_email(given) } else { nfkc(given) })
    }

    /// Returns the account in its stored form, and all its faults that can be found without the database. With faults,
    /// it must not be written.
    pub fn account(
        &self,
        request: &Request,
        now: Timestamp,
        random: &mut dyn CryptoRng,
    ) -> Result<(Account<'a>, Vec<Fault>)> {
        let plan = self.plan(request)?;
        let mut faults: Vec<Fault> = plan.kind_fault.iter().cloned().collect();
        faults.extend(plan.missing().iter().map(Missing::fault));
        let account = plan.account(now, random, &mut faults);
        Ok((account, faults))
    }

    /// Returns the request as changes to an existing account. Values that are not given stay unchanged.
    ///
    /// The profile kind in the settings is for new users. It counts only if one of its fields is given.
    pub fn wish(&self, request: &Request) -> Result<Wish> {
        let plan = self.plan(request)?;
        if let Some(fault) = &plan.kind_fault {
            return Err(Refusal::Invalid(vec![fault.clone()]).into());
        }
        let is_of_profile = |name: &str| matches!(plan.fields.destination(name), Ok((_, Owner::Profile(_))));
        let is_given = request.profile != ProfileChoice::Decide
            || request.fields.iter().any(|(name, _)| is_of_profile(name));
        let kinds = plan.fields.own.iter().filter(|_| is_given).map(|table| table.kind.clone());
        Ok(Wish {
            email: request.email.clone(),
            first_name: request.first_name.clone(),
            last_name: request.last_name.clone(),
            active: request.active,
            staff: request.staff.or(request.superuser.filter(|is_superuser| *is_superuser)),
            superuser: request.superuser,
            fields: request.fields.clone(),
            add_groups: request.groups.clone(),
            add_permissions: request.permissions.clone(),
            profiles: kinds.collect(),
            ..Wish::default()
        })
    }

    pub(super) fn plan<'r>(&self, request: &'r Request) -> Result<AccountPlan<'a, 'r>> {
        let mut kind_fault = None;
        let own: Vec<&'a ProfileTable> = match (&request.profile, &self.settings.register.profile) {
            (ProfileChoice::None, _) => Vec::new(),
            (ProfileChoice::Kinds(kinds), _) => {
                let found = kinds.iter().map(|kind| {
                    self.kind(kind).ok_or_else(|| {
                        let known = self.kinds.iter().map(|table| table.kind.clone()).collect();
                        Refusal::ProfileKindNotFound { kind: kind.clone(), known }
                    })
                });
                found.collect::<Result<_, Refusal>>()?
            }
            (ProfileChoice::AccountType(kind), _) => {
                let found = self.kind(kind);
                kind_fault = found.is_none().then(|| unknown_account_type(self.kinds));
                found.into_iter().collect()
            }
            (ProfileChoice::Decide, Some(kind)) => self.kind(kind).into_iter().collect(),
            (ProfileChoice::Decide, None) => self.kind_of_fields(request).into_iter().collect(),
        };
        let fields = Fields { users: self.users, login: self.login, is_new: true, own, kinds: self.kinds };
        Ok(AccountPlan {
            request,
            settings: self.settings,
            fields,
            kind_fault,
            is_verbatim: self.is_verbatim,
        })
    }

    /// Returns the only kind that has one of the given fields.
    fn kind_of_fields(&self, request: &Request) -> Option<&'a ProfileTable> {
        request.fields.iter().find_map(|(name, _)| {
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
fn given_name<'r>(request: &'r Request, settings: &Settings, login: &str) -> Option<&'r str> {
    let email = settings.is_named_by_email(login).then_some(request.email.as_deref()).flatten();
    let name = request.username.as_deref().or(email);
    name.filter(|name| !name.trim().is_empty())
}

/// Normalizes a login name to NFKC, the form in which Django stores it.
fn nfkc(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { name.nfkc().collect() }
}

impl AccountPlan<'_, '_> {
    /// Returns the text for one of Django's own columns: the given one, or else the default.
    fn attribute(&self, field: &str, given: Option<&String>) -> Option<String> {
        let default = || self.settings.register.defaults.get(field)?.as_str().map(str::to_owned);
        given.cloned().or_else(default)
    }

    /// Returns the value given for a column of the user or a profile, under any of its names.
    fn given(&self, owner: Owner<'_>, column: &str) -> Option<&Input> {
        let is_name = |name: &str| {
            self.fields.destination(name).is_ok_and(|(found, of)| of == owner && found.name == column)
        };
        self.request.fields.iter().find(|(name, _)| is_name(name)).map(|(_, input)| input)
    }

    fn default_of(&self, field: &str) -> Option<Json> {
        let mut of_kinds = self.fields.own.iter().filter_map(|table| self.settings.profiles.get(&table.kind));
        let default = of_kinds.find_map(|kind| kind.defaults.get(field));
        default.or_else(|| self.settings.register.defaults.get(field)).cloned()
    }

    fn is_named_by_email(&self) -> bool {
        self.settings.register.username_from == UsernameFrom::Email
    }

    fn username(&self) -> Option<&str> {
        given_name(self.request, self.settings, self.fields.login)
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
    let valid: Vec<&str> = kinds.iter().map(|table| &*table.kind).collect();
    let message = match &valid[..] {
        [] => "account_type: this database has no profile tables.".to_owned(),
        valid => format!("account_type must be one of: {}.", valid.join(", ")),
    };
    Fault::new("account_type", "invalid_choice", message)
}
