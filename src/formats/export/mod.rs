//! Accounts written out whole, in forms that can be read back: their groups, their profiles and, where asked for, their
//! password hashes and drf keys.
//!
//! - `accounts` writes one record a user: CSV and JSON.
//! - `fixture` writes one object a row, as Django's `loaddata` takes them.

mod accounts;
mod fixture;

use std::io::Write;

use anyhow::Result;

pub use self::accounts::AccountsWriter;
pub use self::fixture::{FixtureWriter, ModelNames};
use crate::django::models::UserFilter;
use crate::django::value::{Cell, Kind};
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::terminal::machine::push_json;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A heading and one line a user.
    Csv,
    /// A list of objects, one a user.
    Json,
    /// One object a line.
    Jsonl,
    /// A Django fixture: a list of objects, one a row.
    Fixture,
}

impl ExportFormat {
    /// Its name, as one asks for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Fixture => "fixture",
        }
    }
}

/// Which secrets are written too.
#[derive(Clone, Copy, Debug, Default)]
pub struct IncludedSecrets {
    /// The encoded passwords.
    pub password_hashes: bool,
    /// The keys of tokens.
    pub token_keys: bool,
    /// The columns of the project's own whose names say that they hold one.
    pub columns: bool,
}

/// What is to be written, decided before the first byte is.
#[derive(Debug)]
pub enum Export<'a> {
    /// One record a user.
    AccountsWriter(AccountsWriter<'a>),
    /// One object a row.
    Fixture(FixtureWriter<'a>),
}

impl<'a> Export<'a> {
    /// Decides what is written of each account.
    ///
    /// # Errors
    /// [`Refusal::Usage`] where the form cannot be without what was not asked for, [`Refusal::Ambiguous`] where a table's
    /// model is not known, or a failure of the database.
    pub fn plan(
        store: &'a Store,
        form: ExportFormat,
        secrets: IncludedSecrets,
        names: ModelNames,
    ) -> Result<Self> {
        Ok(match form {
            ExportFormat::Fixture => Self::Fixture(FixtureWriter::plan(store, secrets, names)?),
            form => Self::AccountsWriter(AccountsWriter::plan(store, form, secrets)?),
        })
    }

    /// What a person should know about it beforehand.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        match self {
            Self::AccountsWriter(accounts) => &accounts.remarks,
            Self::Fixture(fixture) => &fixture.remarks,
        }
    }

    /// Writes the accounts that the filter lets through, and says how many they are.
    ///
    /// # Errors
    /// What [`Store::each_account`] refuses, [`Refusal::Invalid`] for a text that is not UTF-8, or what `out` returns.
    pub fn write(&self, store: &Store, filter: &UserFilter, out: &mut dyn Write) -> Result<u64> {
        match self {
            Self::AccountsWriter(accounts) => accounts.write(store, filter, out),
            Self::Fixture(fixture) => fixture.write(store, filter, out),
        }
    }
}

/// A value as JSON has it and `import` takes it: decimals as text, bytes in base64, JSON as what it says.
fn push_value(row: &mut Vec<u8>, name: &str, cell: Cell<'_>, kind: &Kind) -> Result<()> {
    match (kind, cell) {
        (Kind::Json, Cell::Text(text)) => push_document(row, text),
        (Kind::Decimal, Cell::Integer(number)) => push_json(row, Cell::Text(&number.to_string()), kind),
        (Kind::Decimal, Cell::Real(number)) => push_json(row, Cell::Text(&number.to_string()), kind),
        (Kind::Bytes, Cell::Bytes(_) | Cell::Text(_)) => push_json(row, Cell::Text(&base64(cell)), kind),
        (_, Cell::Bytes(_)) => return Err(not_text(name)),
        _ => push_json(row, cell, kind),
    }
    Ok(())
}

/// A JSON document as it is stored, in one line; as text where it is none.
fn push_document(row: &mut Vec<u8>, text: &str) {
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if is_json && !text.contains(['\n', '\r']) {
        return row.extend_from_slice(text.as_bytes());
    }
    let document: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let document = document.unwrap_or_else(|| text.into());
    row.extend_from_slice(document.to_string().as_bytes());
}

fn base64(cell: Cell<'_>) -> String {
    use base64::Engine as _;
    let bytes = match cell {
        Cell::Bytes(bytes) => bytes,
        cell => cell.text().unwrap_or_default().as_bytes(),
    };
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A text that is not UTF-8, which Django cannot read either.
fn not_text(name: &str) -> anyhow::Error {
    let message = format!("{name}: a row holds bytes that are not UTF-8 text, which no form can hold.");
    Refusal::invalid(name, "invalid", message).into()
}
