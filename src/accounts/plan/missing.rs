//! Finds the required fields of a new account that were not given, and sets them.

use super::SpecPlan;
use crate::accounts::fields::Owner;
use crate::accounts::rows::{find_column, find_field, must_be_given};
use crate::accounts::{Accounts, Missing, missing_column};
use crate::config::policy::UsernameFrom;
use crate::django::account_spec::{AccountSpec, ProfileChoice};
use crate::django::field::Input;
use crate::error::faults::Remedy;
use crate::store::layout::ProfileTable;

impl Accounts<'_> {
    /// Sets the field of a new account to a text that the user was asked for.
    pub fn answer(&self, spec: &mut AccountSpec, field: &str, answer: &str) {
        let answer = answer.to_owned();
        let by_email = self.policy.register.username_from == UsernameFrom::Email;
        match field {
            "email" => spec.email = Some(answer),
            "first_name" => spec.first_name = Some(answer),
            "last_name" => spec.last_name = Some(answer),
            "account_type" | "profile" => spec.profile = ProfileChoice::Kinds(vec![answer]),
            field if !by_email && self.store.layout().users.login().is_ok_and(|login| login == field) => {
                spec.username = Some(answer);
            }
            field => spec.fields.push((field.to_owned(), Input::Text(answer))),
        }
    }
}

impl SpecPlan<'_, '_> {
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
        let has_address = || self.is_given("email");
        if !self.is_verbatim && self.fields.users.has_unique_address() && !has_address() {
            need(self.missing_attribute("email"));
        }
        let register = &self.policy.register;
        for field in &register.required {
            if !self.is_verbatim && !self.is_given(field) {
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
        for table in &self.fields.own {
            let kind = self.policy.profiles.get(&table.kind);
            for field in kind.iter().flat_map(|kind| &kind.required) {
                let name = self.profile_field(table, field);
                if !self.is_verbatim && !self.is_given(&name) {
                    need(match find_field(table, field) {
                        Some(column) => missing_column(&name, column),
                        None => self.missing_attribute(field),
                    });
                }
            }
            for column in table.columns().filter(|column| must_be_given(column, &table.table)) {
                if self.default_of(&column.name).is_none()
                    && self.given(Owner::Profile(&table.kind), &column.name).is_none()
                {
                    need(missing_column(&self.profile_field(table, &column.name), column));
                }
            }
        }
        missing
    }

    /// Returns the name of a profile field. It includes the profile kind if the user or another profile has a field of
    /// the same name.
    fn profile_field(&self, table: &ProfileTable, field: &str) -> String {
        let is_shared =
            |other: &&ProfileTable| other.kind != table.kind && find_field(other, field).is_some();
        let is_ambiguous = find_column(&self.fields.users.table, field).is_some()
            || find_field(table, field).is_some() && self.fields.own.iter().any(is_shared);
        if is_ambiguous { format!("{}.{field}", table.kind) } else { field.to_owned() }
    }

    /// Whether this field is given and not blank. Defaults count.
    fn is_given(&self, field: &str) -> bool {
        let spec = self.spec;
        let text = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        match field {
            "username" => self.username().is_some(),
            "email" => {
                text(&self.attribute(field, spec.email.as_ref()))
                    || (self.is_named_by_email() && text(&spec.username))
            }
            "first_name" => text(&self.attribute(field, spec.first_name.as_ref())),
            "last_name" => text(&self.attribute(field, spec.last_name.as_ref())),
            // The command itself asks for the password, without echo.
            "password" => true,
            "account_type" | "profile" => !self.fields.own.is_empty() || self.kind_fault.is_some(),
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

    fn missing_attribute(&self, field: &str) -> Missing {
        let remedy = match field {
            "email" => Remedy::Email,
            "first_name" => Remedy::FirstName,
            "last_name" => Remedy::LastName,
            "account_type" | "profile" => {
                Remedy::ProfileKind(self.fields.kinds.iter().map(|table| table.kind.clone()).collect())
            }
            field if field == self.fields.login => Remedy::LoginName,
            _ => Remedy::Field(None),
        };
        Missing::new(field, remedy)
    }
}
