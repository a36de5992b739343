//! Keeps the email addresses of django-allauth in step with those of users. Only they get links for a new password, and
//! decide who may log in where addresses must be verified.

use std::ops::ControlFlow;

use super::package_tokens::key_value;
use super::{KnownAddress, has_all};
use crate::django::models::Key;
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::schema::{Table, quoted};
use crate::store::survey::Group;
use crate::store::{Store, Transaction};

const TABLE: &str = "account_emailaddress";

impl Store {
    /// Returns allauth's table of addresses. It is looked for on the first call.
    fn address_table(&self) -> Result<Option<&Table>> {
        if self.addresses.get().is_none() {
            let found = self.engine.table(TABLE)?;
            let found = found.filter(|table| has_all(table, &["email", "verified", "primary", "user_id"]));
            let _ = self.addresses.set(found);
        }
        Ok(self.addresses.get().and_then(Option::as_ref))
    }

    /// Whether the project keeps addresses with allauth.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn has_addresses(&self) -> Result<bool> {
        Ok(self.address_table()?.is_some())
    }

    /// Whether this is the main address of a user in allauth, and verified.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn is_verified_address(&self, user: &Key, address: &str) -> Result<bool> {
        let email = address.to_lowercase();
        let known = self.known_addresses(user)?;
        Ok(known.iter().any(|row| row.primary && row.verified && row.email.to_lowercase() == email))
    }

    fn known_addresses(&self, user: &Key) -> Result<Vec<KnownAddress>> {
        let mut rows = Vec::new();
        let Some(table) = self.address_table()? else { return Ok(rows) };
        let name = quoted(&table.name);
        let sql = format!("SELECT email, verified, \"primary\" FROM {name} WHERE user_id = ?1");
        let kinds = [Kind::TEXT, Kind::Boolean, Kind::Boolean];
        self.engine.query(&sql, &[user.into()], &kinds, &mut |cells| {
            let (verified, primary) = (cells[1].is_true(), cells[2].is_true());
            rows.push(KnownAddress { email: cells[0].string(), verified, primary });
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Returns another user than this one for whom allauth has verified the address.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn verified_owner(&self, address: &str, user: Option<&Key>) -> Result<Option<String>> {
        let Some(table) = self.address_table()? else { return Ok(None) };
        let users = &self.layout.users;
        let sql = format!(
            "SELECT {}, u.{} FROM {} AS a JOIN {} AS u ON u.{} = a.user_id WHERE a.email = ?1 AND {}",
            self.engine.as_text(&format!("u.{}", quoted(users.label()))),
            quoted(&users.key),
            quoted(&table.name),
            quoted(&users.table.name),
            quoted(&users.key),
            self.engine.is_true("a.verified"),
        );
        let mut owner = None;
        let kinds = [Kind::TEXT, users.key_kind.clone()];
        self.engine.query(&sql, &[address.to_lowercase().into()], &kinds, &mut |cells| {
            if user.is_none_or(|user| Value::from(user) != key_value(cells[1], &users.key_kind)) {
                owner = Some(cells[0].string());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(owner)
    }

    /// Finds the users whose main address in allauth is another one than their own.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn addresses_out_of_step(&self) -> Result<Group> {
        let mut group = Group::default();
        let users = &self.layout.users;
        let Some(table) = self.address_table()?.filter(|_| users.table.has("email")) else {
            return Ok(group);
        };
        let sql = format!(
            "SELECT {}, a.email, u.email FROM {} AS a JOIN {} AS u ON u.{} = a.user_id \
             WHERE {} AND a.email <> u.email",
            self.engine.as_text(&format!("u.{}", quoted(users.label()))),
            quoted(&table.name),
            quoted(&users.table.name),
            quoted(&users.key),
            self.engine.is_true("a.\"primary\""),
        );
        self.engine.query(&sql, &[], &[const { Kind::TEXT }; 3], &mut |cells| {
            if cells[1].string().to_lowercase() != cells[2].string().to_lowercase() {
                group.add(&cells[0].string());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(group)
    }
}

impl Transaction<'_> {
    /// Makes an address the main one of a user in allauth, and forgets the address before it. A verified address stays so.
    /// Does nothing without allauth, or for an unchanged address that allauth does not know. Returns whether anything
    /// changed.
    ///
    /// # Errors
    /// Returns [`Refusal::AddressVerified`] if another user has verified the address, unless the project allows that.
    /// Fails on database errors.
    pub fn set_address(&self, user: &Key, before: &str, address: &str, is_verified: bool) -> Result<bool> {
        let Some(table) = self.address_table()? else { return Ok(false) };
        let mut rows = self.known_addresses(user)?;
        let (before, email) = (before.to_lowercase(), address.to_lowercase());
        if rows.is_empty() && before == email && !is_verified {
            return Ok(false);
        }
        let verified =
            is_verified || rows.iter().any(|row| row.verified && row.email.to_lowercase() == email);
        let wanted: Vec<KnownAddress> = (!email.is_empty())
            .then(|| KnownAddress { email: email.clone(), verified, primary: true })
            .into_iter()
            .collect();
        rows.retain(|row| row.primary || [&before, &email].contains(&&row.email.to_lowercase()));
        if rows == wanted {
            return Ok(false);
        }
        let owner = if verified { self.verified_owner(&email, Some(user))? } else { None };
        for row in &rows {
            let parameters = [Value::from(user), row.email.as_str().into()];
            self.delete_rows(table, "user_id = ?1 AND email = ?2", &parameters)?;
        }
        for KnownAddress { email, verified, primary } in wanted {
            let row = [
                ("user_id", Value::from(user)),
                ("email", email.into()),
                ("verified", verified.into()),
                ("primary", primary.into()),
            ];
            self.insert(&table.name, &row, None).map_err(|error| match (error.refusal(), &owner) {
                (Some(Refusal::Taken(_)), Some(owner)) => {
                    Refusal::AddressVerified { address: address.to_owned(), owner: owner.clone() }.into()
                }
                _ => error,
            })?;
        }
        Ok(true)
    }
}
