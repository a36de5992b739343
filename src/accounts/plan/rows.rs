//! Builds the rows of a new account.

use jiff::Timestamp;
use rand::CryptoRng;

use super::{SpecPlan, nfkc};
use crate::accounts::fields::Owner;
use crate::accounts::new_account::{ColumnName, ColumnValues, NewAccount};
use crate::accounts::rows::{RowBuilder, find_field, fresh_uuid};
use crate::django::names::{address_fault, normalize_email, username_fault};
use crate::django::value::Value;
use crate::error::faults::{Fault, FaultCode, Unsettable};
use crate::formats::columns::EMAIL_VERIFIED;
use crate::store::layout::ProfileTable;

impl<'a> SpecPlan<'a, '_> {
    pub(super) fn account(
        &self,
        now: Timestamp,
        random: &mut dyn CryptoRng,
        faults: &mut Vec<Fault>,
    ) -> NewAccount<'a> {
        let (username, email) = self.names(faults);
        let mut row = self.attributes(&username, &email, now, faults);
        let mut profiles: Vec<(String, ColumnValues<ColumnName<'a>>)> =
            self.fields.own.iter().map(|table| (table.kind.clone(), Vec::new())).collect();
        let zone = &self.policy.time_zone;
        let mut builder = RowBuilder { now, zone, random, faults };
        for (name, input) in &self.spec.fields {
            if self.kind_fault.is_some()
                && self.fields.kinds.iter().any(|table| find_field(table, name).is_some())
            {
                continue;
            }
            match self.fields.destination(name) {
                Ok((column, Owner::User)) => builder.set(&mut row, name, column, input),
                Ok((column, Owner::Profile(kind))) => {
                    if let Some((_, row)) = profiles.iter_mut().find(|(own, _)| own == kind) {
                        builder.set(row, name, column, input);
                    }
                }
                Err(fault) => builder.faults.push(fault),
            }
        }
        let shared = &self.policy.register.defaults;
        builder.fill(&mut row, &self.fields.users.table, self.fields.of_project(), &|name| shared.get(name));
        let key = self.fields.users.table.column(&self.fields.users.key);
        match (&self.spec.key, key) {
            (Some(input), Some(column)) => builder.set(&mut row, &column.name, column, input),
            (None, Some(column)) if column.filled => {}
            _ => row.push(((&*self.fields.users.key).into(), Value::Uuid(fresh_uuid(builder.random)))),
        }
        for (table, (kind, row)) in self.fields.own.iter().copied().zip(&mut profiles) {
            let key = self.spec.profile_keys.iter().find(|(of, _)| of == kind);
            let column = table.table.key.first().and_then(|name| table.table.column(name));
            if let (Some((_, input)), Some(column)) = (key, column)
                && column.name != table.user_column
            {
                builder.set(row, &column.name, column, input);
            }
            let own = self.policy.profiles.get(kind).map(|kind| &kind.defaults);
            let default = |name: &str| own.and_then(|own| own.get(name)).or_else(|| shared.get(name));
            builder.fill(row, &table.table, table.columns(), &default);
        }
        NewAccount {
            username,
            is_named_by_email: self.policy.is_named_by_email(self.fields.login),
            user: row,
            profiles,
            groups: Vec::new(),
            permissions: Vec::new(),
            tokens: Vec::new(),
            is_verified: self.spec.email_verified,
        }
    }

    /// Returns the login name and the email address in their stored form.
    fn names(&self, faults: &mut Vec<Fault>) -> (String, String) {
        if self.is_verbatim {
            let email = self.spec.email.clone().unwrap_or_default();
            let username = self.username().map_or_else(String::new, str::to_owned);
            return (if self.fields.login == "email" { email.clone() } else { username }, email);
        }
        let username = nfkc(self.username().unwrap_or_default());
        let email = match (&self.spec.email, self.policy.is_named_by_email(self.fields.login)) {
            (Some(email), true) if self.spec.username.as_ref().is_some_and(|name| name != email) => {
                faults.push(Fault::new("username", FaultCode::NotSettable(Unsettable::TwoLoginNames)));
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
        } else if self.spec.email_verified && self.spec.email.as_deref().is_none_or(str::is_empty) {
            faults.push(Fault::new(EMAIL_VERIFIED, FaultCode::NotSettable(Unsettable::NoAddress)));
        }
        (username, email)
    }

    /// Returns the values of the columns of Django's `AbstractUser` that this table has.
    fn attributes(
        &self,
        username: &str,
        email: &str,
        now: Timestamp,
        faults: &mut Vec<Fault>,
    ) -> ColumnValues<ColumnName<'a>> {
        let spec = self.spec;
        let superuser = spec.superuser.unwrap_or(false);
        let makes_staff =
            |table: &&ProfileTable| self.policy.profiles.get(&table.kind).is_some_and(|kind| kind.staff);
        let staff = spec.staff.unwrap_or_else(|| superuser || self.fields.own.iter().any(makes_staff));
        let name = |column, given| self.attribute(column, given).unwrap_or_default();
        let mut row: ColumnValues<ColumnName<'a>> = Vec::with_capacity(12);
        let mut set = |column: &'a str, value: Value, is_requested: bool| {
            match self.fields.attribute(column, &value) {
                Ok(()) => row.push((column.into(), value)),
                // The name or the address may have a fault already.
                Err(fault) if faults.iter().any(|known| known.field == fault.field) => {}
                Err(fault) if is_requested || self.fields.users.table.has(column) => faults.push(fault),
                Err(_) => {}
            }
        };
        set(self.fields.login, username.into(), true);
        if self.fields.login != "email" {
            set("email", email.into(), spec.email.is_some());
        }
        let (first, last) = (spec.first_name.as_ref(), spec.last_name.as_ref());
        set("first_name", name("first_name", first).into(), first.is_some());
        set("last_name", name("last_name", last).into(), last.is_some());
        let active = spec.active.unwrap_or(true);
        set("is_active", active.into(), !active);
        set("is_staff", staff.into(), spec.staff == Some(true));
        set("is_superuser", superuser.into(), superuser);
        if self.given(Owner::User, "date_joined").is_none() {
            set("date_joined", now.into(), false);
        }
        row
    }
}
