//! Requests, measured against the database and the settings: what is missing, what each field means, what is wrong.

mod missing;
mod rows;

use anyhow::Result;
use jiff::Timestamp;
use rand::CryptoRng;
use serde_json::Value as Json;
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

/// The database and the settings that requests are measured against; made once for many of them, and used by several
/// threads.
#[derive(Clone, Copy)]
pub struct Planner<'a> {
    settings: &'a Settings,
    users: &'a UserTable,
    login: &'a str,
    kinds: &'a [ProfileTable],
    /// Are values taken as they are?
    is_verbatim: bool,
}

/// A field that a name means.
#[derive(Clone, Debug)]
pub struct NamedField<'a> {
    /// The name by which a [`Request`] gives it.
    pub name: String,
    /// The profile kind it belongs to, if one alone.
    pub kind: Option<&'a str>,
    /// Its column.
    pub column: &'a Column,
}

/// A request together with what it is measured against.
pub(super) struct AccountPlan<'a, 'r> {
    request: &'r Request,
    settings: &'a Settings,
    fields: Fields<'a>,
    /// What is wrong with the profile kind that was asked for.
    kind_fault: Option<Fault>,
    is_verbatim: bool,
}

impl<'a> Planner<'a> {
    /// Measures by this database and these settings.
    ///
    /// # Errors
    /// [`Refusal::Ambiguous`] where the login column is not known, [`Refusal::Config`] for fields and kinds in the
    /// settings that the database does not have: they would be passed over, or could never be given.
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

    /// The same for accounts that Django had made: what its `loaddata` does not ask for is not asked for here, such as
    /// required fields and well-formed names, and nothing is normalised.
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
        for name in register.required.iter().chain(register.defaults.keys()) {
            if !of_user(name) && !of_any_kind(name) {
                return Err(self
                    .settings
                    .refused(format!("[register]: this database has no field {name}."))
                    .into());
            }
        }
        if let Some(kind) = register.profile.as_ref().filter(|kind| self.kind(kind).is_none()) {
            let message =
                format!("[register] profile: profile kind {kind:?} does not exist in this database.");
            return Err(self.settings.refused(message).into());
        }
        for kind in self.settings.profiles.keys() {
            if self.kind(kind).is_none() {
                let message = format!("[profiles.{kind}]: this database has no profile table for it.");
                return Err(self.settings.refused(message).into());
            }
        }
        for table in self.kinds {
            let Some(kind) = self.settings.profiles.get(&table.kind) else { continue };
            for name in kind.required.iter().chain(kind.defaults.keys()) {
                if find_field(table, name).is_none() && !of_user(name) {
                    let message =
                        format!("[profiles.{}]: table {} has no field {name}.", table.kind, table.table.name);
                    return Err(self.settings.refused(message).into());
                }
            }
        }
        Ok(())
    }

    fn kind(&self, name: &str) -> Option<&'a ProfileTable> {
        self.kinds.iter().find(|table| table.kind == name)
    }

    /// The login name's column.
    #[must_use]
    pub fn login_column(&self) -> &'a str {
        self.login
    }

    /// Is the login name taken from this field?
    #[must_use]
    pub fn is_login(&self, field: &str) -> bool {
        field == self.login || field == "email" && self.settings.is_named_by_email(self.login)
    }

    /// The field of this name, which may be `FIELD`, `KIND.FIELD`, `profile.FIELD` or `profile.KIND.FIELD`. Where several
    /// kinds have it and none is named, the account's own kind decides.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<NamedField<'a>> {
        let of_kind = |table: &'a ProfileTable, field: &str| {
            let column = find_field(table, field)?;
            let name = format!("{}.{}", table.kind, column.name);
            Some(NamedField { name, kind: Some(&table.kind), column })
        };
        let of_any_kind = |field: &str| {
            let mut having = self.kinds.iter().filter_map(|table| of_kind(table, field));
            let first = having.next()?;
            if having.next().is_none() {
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

    /// The names of all fields that are not Django's own, as headings have them.
    #[must_use]
    pub fn field_names(&self) -> Vec<String> {
        let of_user = self.users.extra_columns().map(|column| column.name.clone());
        let of_profiles = self
            .kinds
            .iter()
            .flat_map(|table| table.fields().map(|column| format!("profile.{}.{}", table.kind, column.name)));
        of_user.chain(of_profiles).collect()
    }

    /// The login name, in the form in which it is stored.
    #[must_use]
    pub fn login_name(&self, request: &Request) -> Option<String> {
        let given = given_name(request, self.settings, self.login)?;
        if self.is_verbatim {
            return Some(given.to_owned());
        }
        Some(if self.login == "email" { normalize_email(given) } else { nfkc(given) })
    }

    /// The account in the form in which it is stored, and every fault that can be found in it without asking the
    /// database; with one, it is not to be written.
    ///
    /// # Errors
    /// [`Refusal::ProfileKindNotFound`].
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

    /// What the request wants of an account that is there: what is not said stays. The profile kind that the settings
    /// name is one of new users, so it counts only where a field of it is given.
    ///
    /// # Errors
    /// [`Refusal::ProfileKindNotFound`], and [`Refusal::Invalid`] for an account type that there is not.
    pub fn wish(&self, request: &Request) -> Result<Wish> {
        let plan = self.plan(request)?;
        if let Some(fault) = &plan.kind_fault {
            return Err(Refusal::Invalid(vec![fault.clone()]).into());
        }
        let is_of_profile = |name: &str| matches!(plan.fields.destination(name), Ok((_, Owner::Profile(_))));
        let is_said = request.profile != ProfileChoice::Decide
            || request.fields.iter().any(|(name, _)| is_of_profile(name));
        let kinds = plan.fields.own.iter().filter(|_| is_said).map(|table| table.kind.clone());
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

    /// The only kind that has one of the given fields.
    fn kind_of_fields(&self, request: &Request) -> Option<&'a ProfileTable> {
        request.fields.iter().find_map(|(name, _)| {
            if let Some((kind, _)) = name.split_once('.') {
                return self.kind(kind);
            }
            if find_column(&self.users.table, name).is_some() {
                return None;
            }
            let mut having = self.kinds.iter().filter(|table| find_field(table, name).is_some());
            having.next().filter(|_| having.next().is_none())
        })
    }
}

/// The login name as given; where it is the e-mail address, either of the two says it.
fn given_name<'r>(request: &'r Request, settings: &Settings, login: &str) -> Option<&'r str> {
    let email = settings.is_named_by_email(login).then_some(request.email.as_deref()).flatten();
    let name = request.username.as_deref().or(email);
    name.filter(|name| !name.trim().is_empty())
}

/// Unicode's compatibility form, in which Django stores login names.
fn nfkc(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { name.nfkc().collect() }
}

impl AccountPlan<'_, '_> {
    /// A text of Django's own columns: as given, else by default.
    fn attribute(&self, field: &str, given: Option<&String>) -> Option<String> {
        let default = || self.settings.register.defaults.get(field)?.as_str().map(str::to_owned);
        given.cloned().or_else(default)
    }

    /// What was given for a column of the user or the profile, under whichever of its names.
    fn given(&self, owner: Owner<'_>, column: &str) -> Option<&Input> {
        let means_it = |name: &str| {
            self.fields.destination(name).is_ok_and(|(meant, of)| of == owner && meant.name == column)
        };
        self.request.fields.iter().find(|(name, _)| means_it(name)).map(|(_, input)| input)
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

fn unknown_account_type(kinds: &[ProfileTable]) -> Fault {
    let valid: Vec<&str> = kinds.iter().map(|table| &*table.kind).collect();
    let message = match &valid[..] {
        [] => "account_type: this database has no profile tables.".to_owned(),
        valid => format!("account_type must be one of: {}.", valid.join(", ")),
    };
    Fault::new("account_type", "invalid_choice", message)
}
