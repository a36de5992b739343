//! What a new account must be given, and was not.

use super::AccountPlan;
use crate::accounts::fields::Owner;
use crate::accounts::rows::{find_column, find_field, must_be_given};
use crate::accounts::{Missing, missing_column};
use crate::django::field::Input;
use crate::store::layout::ProfileTable;

impl AccountPlan<'_, '_> {
    pub(in crate::accounts) fn missing(&self) -> Vec<Missing> {
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
            let kind = self.settings.profiles.get(&table.kind);
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

    /// The name by which a field of a profile is given: with its kind where the user or another of the profiles has one
    /// of that name too.
    fn profile_field(&self, table: &ProfileTable, field: &str) -> String {
        let is_shared =
            |other: &&ProfileTable| other.kind != table.kind && find_field(other, field).is_some();
        let is_ambiguous = find_column(&self.fields.users.table, field).is_some()
            || find_field(table, field).is_some() && self.fields.own.iter().any(is_shared);
        if is_ambiguous { format!("{}.{field}", table.kind) } else { field.to_owned() }
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
        let how = match field {
            "email" => "--email ADDRESS".to_owned(),
            "first_name" => "--first-name NAME".to_owned(),
            "last_name" => "--last-name NAME".to_owned(),
            "account_type" | "profile" => {
                let kinds: Vec<&str> = self.fields.kinds.iter().map(|table| &*table.kind).collect();
                format!("--profile KIND (one of {})", kinds.join(", "))
            }
            field if field == self.fields.login => "USERNAME".to_owned(),
            field => format!("--set {field}=VALUE"),
        };
        Missing::new(field, how)
    }
}
