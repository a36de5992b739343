//! A request, measured against the database and the settings: what is missing, what each field means, what is wrong.

use anyhow::Result;
use jiff::Timestamp;
use rand::CryptoRng;
use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization as _;

use super::names::{is_address, is_word, normalize_email};
use super::rows::{Making, find_column, find_field, fresh_uuid, must_be_given};
use super::{Account, Missing, ProfileChoice, Request};
use crate::field::Input;
use crate::refusal::Fault;
use crate::settings::{Settings, UsernameFrom};
use crate::similar::nearest;
use crate::store::Store;
use crate::store::layout::{ProfileTable, UserTable};
use crate::store::schema::{Column, Table};
use crate::value::{Kind, Value};

/// A request together with the database and settings it is measured against.
pub(super) struct Plan<'a> {
    request: &'a Request,
    settings: &'a Settings,
    pub(super) users: &'a UserTable,
    login: &'a str,
    pub(super) kind: Option<&'a ProfileTable>,
    /// What is wrong with the profile kind that was asked for.
    pub(super) kind_fault: Option<Fault>,
    kinds: &'a [ProfileTable],
}

/// User columns that have an option of their own, or are nobody's to set, with what to do instead.
const OWN_OPTIONS: [(&str, &str); 8] = [
    ("username", "give USERNAME"),
    ("email", "use --email"),
    ("first_name", "use --first-name"),
    ("last_name", "use --last-name"),
    ("is_staff", "use --staff"),
    ("is_superuser", "use --superuser"),
    ("is_active", "use --inactive"),
    ("password", "use --password-stdin, --password-file, --password-env or --random-password"),
];

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
        let plan = Plan { request: self, settings, users, login: users.login()?, kind, kind_fault, kinds };
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
                || find_column(&self.users.table, name).is_some()
        };
        let of_any_kind = |name: &str| self.kinds.iter().any(|table| find_field(table, name).is_some());
        for name in register.required.iter().chain(register.defaults.keys()) {
            if !of_user(name) && !of_any_kind(name) {
                return Err(self
                    .settings
                    .refused(format!("[register]: the database has no field {name}."))
                    .into());
            }
        }
        for kind in self.settings.profiles.keys() {
            if !self.kinds.iter().any(|table| table.kind == *kind) {
                let message = format!("[profiles.{kind}]: the database has no profile table for it.");
                return Err(self.settings.refused(message).into());
            }
        }
        for table in self.kinds {
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
            need(self.missing_attribute(if self.is_named_by_email() { "email" } else { self.login }));
        }
        let register = &self.settings.register;
        for field in &register.required {
            if !self.is_given(field) {
                need(self.missing_attribute(field));
            }
        }
        for column in self.user_columns().filter(|column| must_be_given(column, &self.users.table)) {
            if !register.defaults.contains_key(&column.name)
                && self.given(Target::User, &column.name).is_none()
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
            if self.default_of(&column.name).is_none() && self.given(Target::Profile, &column.name).is_none()
            {
                need(missing_column(&self.profile_field(&column.name), column));
            }
        }
        missing
    }

    /// The name by which a field of the profile is given: with its kind where the user has one of that name too.
    fn profile_field(&self, field: &str) -> String {
        match self.kind {
            Some(table) if find_column(&self.users.table, field).is_some() => {
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
                    .destination(field)
                    .ok()
                    .and_then(|(column, target)| self.given(target, &column.name));
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
    fn given(&self, target: Target, column: &str) -> Option<&Input> {
        let means_it =
            |name: &str| self.destination(name).is_ok_and(|(meant, of)| of == target && meant.name == column);
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
                let kinds: Vec<&str> = self.kinds.iter().map(|table| &*table.kind).collect();
                format!("--profile KIND, one of {}", kinds.join(", "))
            }
            field if field == self.login => "the argument USERNAME".to_owned(),
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
            (self.is_named_by_email() || self.login == "email").then_some(self.request.email.as_deref());
        let name = self.request.username.as_deref().or(email.flatten());
        name.filter(|name| !name.trim().is_empty())
    }

    /// The columns of the user table that only this project has.
    fn user_columns(&self) -> impl Iterator<Item = &Column> {
        const KNOWN: [&str; 4] = ["password", "last_login", "date_joined", "is_active"];
        let is_known = |name: &str| {
            KNOWN.contains(&name)
                || name == self.login
                || name == self.users.key
                || self.own_option(name).is_some()
        };
        self.users.table.columns.iter().filter(move |column| !is_known(&column.name) && !column.generated)
    }

    pub(super) fn account(
        &self,
        now: Timestamp,
        random: &mut dyn CryptoRng,
        faults: &mut Vec<Fault>,
    ) -> Account {
        let username: String = self.username().unwrap_or_default().nfkc().collect();
        let email = match (&self.request.email, self.is_named_by_email() || self.login == "email") {
            (Some(email), true) if self.request.username.as_ref().is_some_and(|name| name != email) => {
                let message = "username: the e-mail address is the user name here; give it once.";
                faults.push(Fault::new("username", "not_settable", message));
                String::new()
            }
            (Some(email), _) => normalize_email(email),
            (None, true) => normalize_email(self.username().unwrap_or_default()),
            (None, false) => normalize_email(&self.attribute("email", None).unwrap_or_default()),
        };
        let username = if self.login == "email" { email.clone() } else { username };
        if !username.is_empty() {
            faults.extend(self.username_fault(&username));
        }
        if !email.trim().is_empty() && !is_address(&email) {
            faults.push(Fault::new(
                "email",
                "invalid",
                format!("email: {email:?} is not an e-mail address."),
            ));
        }
        let mut row = self.attributes(&username, &email, now, faults);
        let mut profile_row = Vec::new();
        let zone = &self.settings.opening.time_zone;
        let mut making = Making { now, zone, random, faults };
        for (name, input) in &self.request.fields {
            if self.kind_fault.is_some() && self.kinds.iter().any(|table| find_field(table, name).is_some()) {
                continue;
            }
            match self.destination(name) {
                Ok((column, Target::User)) => making.set(&mut row, name, column, input),
                Ok((column, Target::Profile)) => making.set(&mut profile_row, name, column, input),
                Err(fault) => making.faults.push(fault),
            }
        }
        let shared = &self.settings.register.defaults;
        making.fill(&mut row, &self.users.table, self.user_columns(), &|name| shared.get(name));
        if !self.users.table.column(&self.users.key).is_some_and(|key| key.filled) {
            row.push((self.users.key.clone(), Value::Uuid(fresh_uuid(making.random))));
        }
        let profile = self.kind.map(|table| {
            let own = self.settings.profiles.get(&table.kind).map(|kind| &kind.defaults);
            let default = |name: &str| own.and_then(|own| own.get(name)).or_else(|| shared.get(name));
            making.fill(&mut profile_row, &table.table, table.columns(), &default);
            (table.kind.clone(), profile_row)
        });
        Account {
            username,
            is_named_by_email: self.is_named_by_email() || self.login == "email",
            user: row,
            profile,
        }
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
        let mut set = |column: &str, value: Value, is_wanted: bool| match self.users.table.column(column) {
            None if is_wanted => faults.push(Fault::new(
                column,
                "unknown_field",
                format!("The user table {} has no column {column}.", self.users.table.name),
            )),
            None => {}
            Some(known) => match (&known.kind, &value) {
                (Kind::Text { max_length: Some(limit) }, Value::Text(text))
                    if text.chars().count() > *limit =>
                {
                    faults.push(Fault::new(
                        column,
                        "max_length",
                        format!("{column} must have at most {limit} characters."),
                    ));
                }
                _ => row.push((column.to_owned(), value)),
            },
        };
        set(self.login, username.into(), true);
        if self.login != "email" {
            set("email", email.into(), request.email.is_some());
        }
        let (first, last) = (request.first_name.as_ref(), request.last_name.as_ref());
        set("first_name", name("first_name", first).into(), first.is_some());
        set("last_name", name("last_name", last).into(), last.is_some());
        set("is_active", (!request.inactive).into(), request.inactive);
        set("is_staff", staff.into(), request.staff);
        set("is_superuser", request.superuser.into(), request.superuser);
        if self.given(Target::User, "date_joined").is_none() {
            set("date_joined", now.into(), false);
        }
        row
    }

    /// Django's `UnicodeUsernameValidator`, for tables whose login name is `username`.
    fn username_fault(&self, username: &str) -> Option<Fault> {
        let bad = |c: char| !is_word(c) && !".@+-".contains(c);
        let refused = self.login == "username" && username.contains(bad);
        refused.then(|| {
            Fault::new(
                "username",
                "invalid",
                format!("username: {username:?} may contain only letters, digits and @/./+/-/_ characters."),
            )
        })
    }

    /// The column that a field's name means.
    fn destination(&self, name: &str) -> Result<(&Column, Target), Fault> {
        let refused = |message: String| Err(Fault::new(name, "not_settable", message));
        if let Some(instead) = self.own_option(name) {
            return refused(format!("{name} is not set in this way: {instead}."));
        }
        if name == self.users.key || name == "id" || name == "pk" {
            return refused(format!("{name} is given by the database and cannot be set."));
        }
        if let Some((kind, field)) = name.split_once('.') {
            if let Some(table) = self.kind.filter(|table| table.kind == kind)
                && let Some(column) = find_field(table, field)
            {
                return Ok((column, Target::Profile));
            }
            return Err(self.unknown(name));
        }
        if name == self.login {
            return refused(format!("{name} is not set in this way: give USERNAME."));
        }
        if let Some(column) = find_column(&self.users.table, name) {
            return Ok((column, Target::User));
        }
        match self.kind.and_then(|table| find_field(table, name)) {
            Some(column) => Ok((column, Target::Profile)),
            None => Err(self.unknown(name)),
        }
    }

    /// What is given instead of `--set` for this column. `username` has its own place only where it is the login name.
    fn own_option(&self, name: &str) -> Option<&'static str> {
        let known = OWN_OPTIONS.iter().find(|(column, _)| *column == name)?;
        (name != "username" || self.login == "username").then_some(known.1)
    }

    fn unknown(&self, name: &str) -> Fault {
        let field = name.rsplit('.').next().unwrap_or(name);
        let others: Vec<&str> = self
            .kinds
            .iter()
            .filter(|table| self.kind.is_none_or(|own| own.kind != table.kind))
            .filter(|table| find_field(table, field).is_some())
            .map(|table| &*table.kind)
            .collect();
        let message = match (self.kind, &others[..]) {
            (None, [_, ..]) => {
                format!("{name} is a field of a profile: choose --profile {}.", others.join(" or "))
            }
            (Some(own), [_, ..]) => {
                format!(
                    "{name} is a field of the profile kind {}, not of {}.",
                    others.join(" and "),
                    own.kind
                )
            }
            (kind, []) => {
                let own = kind.into_iter().flat_map(ProfileTable::fields);
                let known: Vec<&str> = self.user_columns().chain(own).map(|column| &*column.name).collect();
                let with_options = OWN_OPTIONS.iter().map(|(column, _)| *column).chain(["account_type"]);
                match nearest(field, known.iter().copied().chain(with_options)) {
                    Some(near) => format!("There is no field {name}. Did you mean {near}?"),
                    None if known.is_empty() => format!("There is no field {name}."),
                    None => format!("There is no field {name}. Known: {}.", known.join(", ")),
                }
            }
        };
        Fault::new(name, "unknown_field", message)
    }
}

/// Whose column it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    User,
    Profile,
}

fn unknown_account_type(kind: &str, kinds: &[ProfileTable]) -> Fault {
    let valid: Vec<&str> = kinds.iter().map(|table| &*table.kind).collect();
    let message = match &valid[..] {
        [] => "account_type: this database has no profile tables.".to_owned(),
        valid => format!("account_type: {kind:?} is not valid. Valid values: {}.", valid.join(", ")),
    };
    Fault::new("account_type", "invalid_choice", message)
}

fn missing_column(name: &str, column: &Column) -> Missing {
    Missing::new(name, format!("--set {name}=VALUE ({})", column.kind))
}
