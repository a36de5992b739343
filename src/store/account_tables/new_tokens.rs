//! Inserts the tokens of packages, in the columns that the installed versions have.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::package_tokens::key_value;
use super::{PackageTable, oauth2};
use crate::django::models::Key;
use crate::django::tokens::{PlainToken, TokenType, api_key, oauth2::checksum};
use crate::django::value::Value;
use crate::error::failure::Result;
use crate::error::refusal::{Refusal, TokenTableFlaw};
use crate::store::schema::quoted;
use crate::store::{Store, Transaction};

/// The token of a package, to be inserted.
#[derive(Debug)]
pub enum NewPackageToken<'a> {
    /// An OAuth2 access token.
    OAuth2 {
        /// The scopes, separated by blanks.
        scope: &'a str,
        /// The primary key of its application.
        application: Option<Value>,
    },
    /// A JWT refresh token.
    Jwt {
        /// Its id.
        id: &'a str,
    },
    /// An API key.
    ApiKey {
        /// Its name for people.
        name: &'a str,
    },
}

impl Store {
    /// Returns the table for new tokens of this type, or `None` if the database has no such table. Tokens with and without
    /// a user have tables of their own.
    ///
    /// # Errors
    /// Returns [`Refusal::DatabaseUnusable`] if there are several.
    pub fn table_for(
        &self,
        mut tables: Vec<PackageTable>,
        token_type: Option<TokenType>,
        has_user: bool,
    ) -> Result<Option<PackageTable>> {
        tables.retain(|table| table.token_type() == token_type && table.door.owner.is_some() == has_user);
        if tables.len() > 1 {
            let names: Vec<&str> = tables.iter().map(|table| &*table.door.table.name).collect();
            let reason =
                format!("several tables fit: {}. Which one the project uses is unknown.", names.join(", "));
            return Err(self.unusable(reason));
        }
        Ok(tables.pop())
    }

    /// Returns the primary key of the OAuth2 application with this client id.
    ///
    /// # Errors
    /// Returns [`Refusal::ApplicationNotFound`] if no application has this id.
    pub fn oauth2_application(&self, tokens: &PackageTable, client_id: &str) -> Result<Value> {
        let mut found = None;
        if let Some(reference) = tokens.door.table.reference(oauth2::APPLICATION)
            && let Some(table) = self.engine.table(&reference.table)?
            && let Some(key) = table.column(&reference.target)
        {
            let (column, name) = (quoted(&reference.target), quoted(&table.name));
            let sql = format!("SELECT {column} FROM {name} WHERE client_id = ?1");
            self.engine.query(&sql, &[client_id.into()], std::slice::from_ref(&key.kind), &mut |cells| {
                found = Some(key_value(cells[0], &key.kind));
                Ok(ControlFlow::Break(()))
            })?;
        }
        found.ok_or_else(|| Refusal::ApplicationNotFound(client_id.to_owned()).into())
    }
}

impl Transaction<'_> {
    /// Inserts a token of a package.
    ///
    /// # Errors
    /// Returns [`Refusal::TokenTable`] if the project added columns that need a value. Fails on database errors.
    pub fn insert_package_token(
        &self,
        table: &PackageTable,
        user: Option<&Key>,
        token: &PlainToken,
        new: &NewPackageToken<'_>,
        (created, expiry): (Timestamp, Option<Timestamp>),
    ) -> Result<()> {
        let text = || Value::from(token.expose());
        let mut row: Vec<(&str, Value)> = match new {
            NewPackageToken::OAuth2 { scope, application } => vec![
                ("token", text()),
                (oauth2::CHECKSUM, checksum(token).into()),
                ("scope", (*scope).into()),
                (oauth2::APPLICATION, application.clone().unwrap_or(Value::Null)),
                ("expires", expiry.into()),
                ("created", created.into()),
                ("updated", created.into()),
                ("resource", Value::Json("[]".into())),
            ],
            NewPackageToken::Jwt { id } => vec![
                ("token", text()),
                ("jti", (*id).into()),
                ("created_at", created.into()),
                ("expires_at", expiry.into()),
            ],
            NewPackageToken::ApiKey { name } => {
                let (prefix, hashed) = (api_key::prefix(token).unwrap_or_default(), api_key::hashed(token));
                vec![
                    ("id", format!("{prefix}.{hashed}").into()),
                    ("prefix", prefix.into()),
                    ("hashed_key", hashed.into()),
                    ("name", (*name).into()),
                    ("created", created.into()),
                    ("revoked", false.into()),
                    ("expiry_date", expiry.into()),
                ]
            }
        };
        let table = &table.door;
        row.extend(table.owner.as_deref().zip(user.map(Value::from)));
        row.retain(|(column, _)| table.table.has(column));
        let known: Vec<&str> =
            row.iter().filter(|(_, value)| *value != Value::Null).map(|(column, _)| *column).collect();
        let columns = table.table.required_besides(&known);
        if !columns.is_empty() {
            let flaw = TokenTableFlaw::Required { table: table.table.name.clone(), columns };
            return Err(Refusal::TokenTable(flaw).into());
        }
        self.insert(&table.table.name, &row, None)?;
        Ok(())
    }
}
