//! A request, measured against the database and the settings: what is missing, what each field means, what is wrong.

use anyhow::Result;
use jiff::Timestamp;
use rand::CryptoRng;
use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization as _;

use super::fields::{Fields, Owner};
use super::names::{address_fault, normalize_email, username_fault};
use super::rows::{Making, find_column, find_field, fresh_uuid, must_be_given};
use super::{Account, Missing, ProfileChoice, Request, missing_column};
use crate::field::Input;
use crate::refusal::Fault;
use crate::settings::{Settings, UsernameFrom};
use crate::store::Store;
use crate::store::layout::ProfileTable;
use crate::store::schema::Table;
use crate::value::Value;

/// A request together with the database and settings it is measured against.
pub(super) struct Plan<'a> {
    request: &'a Request,
    settings: &'a Settings,
    pub(super) fields: Fields<'a>,
    pub(super) kind: Option<&'a ProfileTable>,
    /// What is wrong with the profile kind that was asked for.
    pub(super) kind_fault: Option<Fault>,
}

impl Request {
    pub(super) fn plan<'a>(&'a self, store: &'a Store, settings: &'a Settings) -> Result<Plan<'a>> {
        let users = &store.layout().users;
        let kinds = store.profile_tables()?;
        let mut kind_fault = None;
        let find = |kind: &str| kinds.iter().find(|table| table.kind == kind);
        let kind = match (&self.profile, &settings.register.profile) {
            (ProfileChoice::None, _) => None,
            (ProfileChoice::Kind(kind), _) => Some(store.profile_table(kind)?),
            (ProfileChoice::AccountType(kind), _) => {
                let found = find(kind);
                kind_fault = found.is_none().then(|| unknown_account_type(kind, kinds));
                found
            }
            (ProfileChoice::Decide, Some(kind)) => Some(find(kind).ok_or_else(|| {
                settings
                    .refused(format!("[register] profile = {kind:?}: the database has no such profile kind."))
            })?),
            (ProfileChoice::Decide, None) => self.kind_of_fields(&users.table, kinds),
        };
        let plan = Plan {
            request: self,
            settings,
            fields: Fields {
                users,
                login: users.login()?,
                is_new: true,
                own: kind.into_iter().collect(),
                kinds,
            },
            kind,
            kind_fault,
        };
        plan.check_settings()?;
        Ok(plan)
    }

    /// The only kind that has one of the given fields.
    fn kind_of_fields<'a>(&self, users: &Table, kinds: &'a [ProfileTable]) -> Option<&'a ProfileTable> {
        self.fields.iter().find_map(|(name, _)| {
            if let Some((kind, _)) = name.split_once('.') {
                return kinds.iter().find(|table| table.kind == kind);
            }
            if find_column(users, name).is_some() {
                return None;
            }
            let mut having = kinds.iter().filter(|table| find_field(table, name).is_some());
            having.next().filter(|_| having.next().is_none())
        })
    }
}

impl Plan<'_> {
    /// Refuses fields in the settings that no column has: they would be passed over, or could never be given.
    fn check_settings(&self) -> Result<()> {
        let register = &self.settings.register;
        let of_user = |name: &str| {
            ["account_type", "profile", "password", "username"].contains(&name)
                || find_column(&self.fields.users.table, name).is_some()
        };
        let of_any_kind =
            |name: &str| self.fields.kinds.iter().any(|table| find_field(table, name).is_some());
        for name in register.required.iter().chain(register.defaults.keys()) {
            if !of_user(name) && !of_any_kind(name) {
                return Err(self
                    .settings
                    .refused(format!("[register]: the database has no field {name}."))
                    .into());
            }
        }
        for kind in self.settings.profiles.keys() {
            if !self.fields.kinds.iter().any(|table| table.kind == *kind) {
                let message = format!("[profiles.{kind}]: the database has no profile table for it.");
                return Err(self.settings.refused(message).into());
            }
        }
        for table in self.fields.kinds {
            let Some(kind) = self.settings.profiles.get(&table.kind) else { continue };
            for name in kind.required.iter().chain(kind.defaults.keys()) {
                if find_field(table, name).is_none() && !of_user(name) {
                    let message = format!(
                        "[profiles.{}]: the table {} has no field {name}.",
                        table.kind, table.table.name
                    );
                    return Err(self.settings.refused(message).into());
                }
            }
        }
        Ok(())
    }

    pub(super) fn missing(&self) -> Vec<Missing> {
        let mut missing: Vec<Missing> = Vec::new();
        let mut need = |entry: Missing| {
            if !missing.iter().any(|known| known.field == entry.field) {
                missing.push(entry);
            }
        };
        if self.username().is_none() {
            need(self.missing_attribute(if self.is_named_by_email() { "email" } else { self.fields.login }));
        }
        let register = &self.settings.register;
        for field in &register.required {
            if !self.is_given(field) {
                need(self.missing_attribute(field));
            }
        }
        for column in
            self.fields.of_project().filter(|column| must_be_given(column, &self.fields.users.table))
        {
            if !register.defaults.contains_key(&column.name)
                && self.given(Owner::User, &column.name).is_none()
            {
                need(missing_column(&column.name, column));
            }
        }
        let Some(table) = self.kind else { return missing };
        let kind = self.settings.profiles.get(&table.kind);
        for field in kind.iter().flat_map(|kind| &kind.required) {
            if !self.is_given(&self.profile_field(field)) {
                need(match find_field(table, field) {
                    Some(column) => missing_column(&self.profile_field(field), column),
                    None => self.missing_attribute(field),
                });
            }
        }
        for column in table.columns().filter(|column| must_be_given(column, &table.table)) {
            if self.default_of(&column.name).is_none()
                && self.given(Owner::Profile(&table.kind), &column.name).is_none()
            {
                need(missing_column(&self.profile_field(&column.name), column));
            }
        }
        missing
    }

    /// The name by which a field of the profile is given: with its kind where the user has one of that name too.
    fn profile_field(&self, field: &str) -> String {
        match self.kind {
            Some(table) if find_column(&self.fields.users.table, field).is_some() => {
                format!("{}.{field}", table.kind)
            }
            _ => field.to_owned(),
        }
    }

    /// Is this field given, with more in it than white space? Defaults count.
    fn is_given(&self, field: &str) -> bool {
        let request = self.request;
        let text = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        match field {
            "username" => self.username().is_some(),
            "email" => {
                text(&self.attribute(field, request.email.as_ref()))
                    || (self.is_named_by_email() && text(&request.username))
            }
            "first_name" => text(&self.attribute(field, request.first_name.as_ref())),
            "last_name" => text(&self.attribute(field, request.last_name.as_ref())),
            // Whoever registers sees to the password, where it is asked for without echo.
            "password" => true,
            "account_type" | "profile" => self.kind.is_some() || self.kind_fault.is_some(),
            field => {
                let default = self.default_of(field).map(Input::Json);
                let given = self
                    .fields
                    .destination(field)
                    .ok()
                    .and_then(|(column, owner)| self.given(owner, &column.name));
                given.or(default.as_ref()).is_some_and(|input| !input.is_blank())
            }
        }
    }

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
        let profile = self.kind.and_then(|table| self.settings.profiles.get(&table.kind));
        let profile = profile.and_then(|profile| profile.defaults.get(field));
        profile.or_else(|| self.settings.register.defaults.get(field)).cloned()
    }

    fn missing_attribute(&self, field: &str) -> Missing {
        let how = match field {
            "email" => "--email ADDRESS".to_owned(),
            "first_name" => "--first-name NAME".to_owned(),
            "last_name" => "--last-name NAME".to_owned(),
            "account_type" | "profile" => {
                let kinds: Vec<&str> = self.fields.kinds.iter().map(|table| &*table.kind).collect();
                format!("--profile KIND, one of {}", kinds.join(", "))
            }
            field if field == self.fields.login => "the argument USERNAME".to_owned(),
            field => format!("--set {field}=VALUE"),
        };
        Missing::new(field, how)
    }

    fn is_named_by_email(&self) -> bool {
        self.settings.register.username_from == UsernameFrom::Email
    }

    /// The login name as given; where it is the e-mail address, either of the two says it.
    fn username(&self) -> Option<&str> {
        let email =
            self.settings.is_named_by_email(self.fields.login).then_some(self.request.email.as_deref());
        let name = self.request.username.as_deref().or(email.flatten());
        name.filter(|name| !name.trim().is_empty())
    }

    pub(super) fn account(
        &self,
        now: Timestamp,
        random: &mut dyn CryptoRng,
        faults: &mut Vec<Fault>,
    ) -> Account {
        let username: String = self.username().unwrap_or_default().nfkc().collect();
        let email = match (&self.request.email, self.settings.is_named_by_email(self.fields.login)) {
            (Some(email), true) if self.request.username.as_ref().is_some_and(|name| name != email) => {
                let message = "username: the e-mail address is the user name here; give it once.";
                faults.push(Fault::new("username", "not_settable", message));
                String::new()
            }
            (Some(email), _) => normalize_email(email),
            (None, true) => normalize_email(self.username().unwrap_or_default()),
            (None, false) => normalize_email(&self.attribute("email", None).unwrap_or_default()),
        };
        let username = if self.fields.login == "email" { email.clone() } else { username };
        if !username.is_empty() {
            faults.extend(username_fault(&username).filter(|_| self.fields.login == "username"));
        }
        if !email.trim().is_empty() {
            faults.extend(address_fault(&email));
        }
        let mut row = self.attributes(&username, &email, now, faults);
        let mut profile_row = Vec::new();
        let zone = &self.settings.opening.time_zone;
        let mut making = Making { now, zone, random, faults };
        for (name, input) in &self.request.fields {
            if self.kind_fault.is_some()
                && self.fields.kinds.iter().any(|table| find_field(table, name).is_some())
            {
                continue;
            }
            match self.fields.destination(name) {
                Ok((column, Owner::User)) => making.set(&mut row, name, column, input),
                Ok((column, Owner::Profile(_))) => making.set(&mut profile_row, name, column, input),
                Err(fault) => making.faults.push(fault),
            }
        }
        let shared = &self.settings.register.defaults;
        making.fill(&mut row, &self.fields.users.table, self.fields.of_project(), &|name| shared.get(name));
        if !self.fields.users.table.column(&self.fields.users.key).is_some_and(|key| key.filled) {
            row.push((self.fields.users.key.clone(), Value::Uuid(fresh_uuid(making.random))));
        }
        let profile = self.kind.map(|table| {
            let own = self.settings.profiles.get(&table.kind).map(|kind| &kind.defaults);
            let default = |name: &str| own.and_then(|own| own.get(name)).or_else(|| shared.get(name));
            making.fill(&mut profile_row, &table.table, table.columns(), &default);
            (table.kind.clone(), profile_row)
        });
        Account {
            username,
            is_named_by_email: self.settings.is_named_by_email(self.fields.login),
            user: row,
            profile,
            groups: Vec::new(),
        }
    }

    /// The login name, in the form in which it is stored.
    pub(super) fn login_name(&self) -> Option<String> {
        let given = self.username()?;
        let is_address = self.fields.login == "email";
        Some(if is_address { normalize_email(given) } else { given.nfkc().collect() })
    }

    /// The columns that Django's `AbstractUser` has, as far as this table has them.
    fn attributes(
        &self,
        username: &str,
        email: &str,
        now: Timestamp,
        faults: &mut Vec<Fault>,
    ) -> Vec<(String, Value)> {
        let request = self.request;
        let kind = self.kind.and_then(|table| self.settings.profiles.get(&table.kind));
        let staff = request.staff || request.superuser || kind.is_some_and(|kind| kind.staff);
        let name = |column, given| self.attribute(column, given).unwrap_or_default();
        let mut row: Vec<(String, Value)> = Vec::new();
        let mut set = |column: &str, value: Value, is_wanted: bool| {
            let is_there = self.fields.users.table.has(column);
            match self.fields.attribute(column, &value) {
                Ok(()) => row.push((column.to_owned(), value)),
                // A name or an address may be refused for the same already.
                Err(fault) if faults.iter().any(|known| known.is_like(&fault)) => {}
                Err(fault) if is_there || is_wanted => faults.push(fault),
                Err(_) => {}
            }
        };
        set(self.fields.login, username.into(), true);
        if self.fields.login != "email" {
            set("email", email.into(), request.email.is_some());
        }
        let (first, last) = (request.first_name.as_ref(), request.last_name.as_ref());
        set("first_name", name("first_name", first).into(), first.is_some());
        set("last_name", name("last_name", last).into(), last.is_some());
        set("is_active", (!request.inactive).into(), request.inactive);
        set("is_staff", staff.into(), request.staff);
        set("is_superuser", request.superuser.into(), request.superuser);
        if self.given(Owner::User, "date_joined").is_none() {
            set("date_joined", now.into(), false);
        }
        row
    }
}

fn unknown_account_type(kind: &str, kinds: &[ProfileTable]) -> Fault {
    let valid: Vec<&str> = kinds.iter().map(|table| &*table.kind).collect();
    let message = match &valid[..] {
        [] => "account_type: this database has no profile tables.".to_owned(),
        valid => format!("account_type: {kind:?} is not valid. Valid values: {}.", valid.join(", ")),
    };
    Fault::new("account_type", "invalid_choice", message)
}
