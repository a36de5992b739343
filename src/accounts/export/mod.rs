//! Exports accounts in formats that can be imported again: their groups, their profiles and, on request, their
//! password hashes and token keys.
//!
//! - `accounts` writes one record per user: CSV and JSON.
//! - `fixture` writes one object per row, for Django's `loaddata`.

mod accounts;
mod fixture;

use std::io::Write;

pub use self::accounts::AccountsWriter;
pub use self::fixture::{FixtureWriter, ModelNames};
use crate::django::json;
use crate::django::models::UserFilter;
use crate::django::value::{Cell, Kind};
use crate::error::failure::{Error, Result};
use crate::error::faults::{FaultCode, Undecodable};
use crate::error::notice::Notice;
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::terminal::row_writer::push_json;

/// The format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A heading and one line per user.
    Csv,
    /// A list with one object per user.
    Json,
    /// One object per line.
    Jsonl,
    /// A Django fixture: a list with one object per row.
    Fixture,
}

impl ExportFormat {
    /// The name of the format on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Fixture => "fixture",
        }
    }

    /// The name in a sentence.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Jsonl => "JSON lines",
            Self::Fixture => "a fixture",
        }
    }
}

/// The secrets to include in an export.
#[derive(Clone, Copy, Debug, Default)]
pub struct IncludedSecrets {
    /// Encoded passwords.
    pub password_hashes: bool,
    /// Token keys.
    pub token_keys: bool,
    /// Columns of the project whose names suggest that they contain secrets.
    pub columns: bool,
}

/// The plan of an export, complete before the first byte is written.
#[derive(Debug)]
pub enum Export<'a> {
    /// One record per user.
    AccountsWriter(AccountsWriter<'a>),
    /// One object per row.
    Fixture(FixtureWriter<'a>),
}

impl<'a> Export<'a> {
    /// Decides what is written of each account.
    ///
    /// # Errors
    /// Returns [`Refusal::Usage`] if the format requires secrets that were not requested, and [`Refusal::Ambiguous`] if
    /// the model of a table is unknown.
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

    /// Returns remarks to show before the export.
    #[must_use]
    pub fn remarks(&self) -> &[Notice] {
        match self {
            Self::AccountsWriter(accounts) => &accounts.remarks,
            Self::Fixture(fixture) => &fixture.remarks,
        }
    }

    /// Writes the accounts that match the filter, and returns their number.
    ///
    /// # Errors
    /// Returns the errors of [`Store::each_account`] and `out`, and [`Refusal::Invalid`] for a text that is not UTF-8.
    pub fn write(&self, store: &Store, filter: &UserFilter, out: &mut dyn Write) -> Result<u64> {
        match self {
            Self::AccountsWriter(accounts) => accounts.write(store, filter, out),
            Self::Fixture(fixture) => fixture.write(store, filter, out),
        }
    }
}

/// Writes a value as JSON that `import` accepts: decimals as text, bytes in base64, and JSON documents unquoted.
fn push_value(row: &mut Vec<u8>, name: &str, cell: Cell<'_>, kind: &Kind) -> Result<()> {
    match (kind, cell) {
        (Kind::Json, Cell::Text(text)) => push_document(row, text),
        (Kind::Decimal(_), Cell::Integer(number)) => push_json(row, Cell::Text(&number.to_string()), kind),
        (Kind::Decimal(_), Cell::Real(number)) => push_json(row, Cell::Text(&number.to_string()), kind),
        (Kind::Bytes, Cell::Bytes(_) | Cell::Text(_)) => push_json(row, Cell::Text(&base64(cell)), kind),
        (_, Cell::Bytes(_)) => return Err(not_text(name)),
        _ => push_json(row, cell, kind),
    }
    Ok(())
}

/// Writes a JSON document on one line, unchanged if possible. A document that is not JSON is written as a text.
fn push_document(row: &mut Vec<u8>, text: &str) {
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if is_json && !text.contains(['\n', '\r']) {
        return row.extend_from_slice(text.as_bytes());
    }
    let document = json::parse(text).unwrap_or_else(|_| text.into());
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

/// The error for a text that is not UTF-8, which Django cannot read either.
fn not_text(name: &str) -> Error {
    Refusal::invalid(name, FaultCode::Undecodable(Undecodable::Row)).into()
}
