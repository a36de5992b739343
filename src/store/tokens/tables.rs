//! The token tables: those of DRF and knox, and those that a project has instead of them or beside them.
//!
//! A project can copy or extend DRF's model, replace knox's, or define its own, and nothing in the database tells which
//! table its API reads. A token is written only where this is certain, or where `[tokens] table` says so.

use std::cell::OnceCell;

use super::Token;
use crate::django::models::Scheme;
use crate::django::tokens::knox::KnoxFormat;
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::error::refusal::TokenTableFlaw;
use crate::store::Store;
use crate::store::account_tables::{self, is_own_token, is_single_use, owner};
use crate::store::layout::{KnoxTable, Layout};
use crate::store::schema::{Column, Table};
use crate::store::token_forms::{Confirmation, DRF, KNOX, expiry, has_drf_form, has_state, is_child};

/// A table of tokens.
#[derive(Clone, Debug)]
pub struct TokenTable {
    /// The scheme. `None` if the form of the tokens is unknown.
    pub scheme: Option<Scheme>,
    /// The table itself.
    pub table: Table,
    /// The column that refers to the user.
    pub owner: String,
    /// The unique column with the key or its digest.
    pub(super) secret: String,
    /// The column with the time of creation.
    pub(super) created: Option<String>,
    /// The column with the end of the validity.
    pub(super) expiry: Option<String>,
    /// The format of knox's digests.
    pub(super) form: Option<KnoxFormat>,
    /// Whether rows of other tables can go with its rows, once this is known.
    pub(super) has_parts: OnceCell<bool>,
}

/// Returns the name of a scheme, or `own` for tokens of a project in an unknown form.
pub(super) fn scheme_name(scheme: Option<Scheme>) -> String {
    scheme.map_or_else(|| "own".to_owned(), |scheme| scheme.to_string())
}

/// The token tables of a database, each part once it was asked for.
#[derive(Debug, Default)]
pub(in crate::store) struct TokenTables {
    /// DRF's and knox's as in the layout.
    of_layout: OnceCell<Vec<TokenTable>>,
    /// Those of the layout, then the others.
    all: OnceCell<Vec<TokenTable>>,
    /// The children, by multi-table inheritance, of DRF's table.
    children: OnceCell<Vec<Table>>,
}

impl TokenTables {
    /// Returns the scheme of a table that was found.
    pub(super) fn scheme(&self, index: usize) -> Option<Scheme> {
        self.all.get().or(self.of_layout.get())?.get(index)?.scheme
    }
}

impl TokenTable {
    /// Whether it is DRF's or knox's own table.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        [DRF, KNOX].contains(&&*self.table.name)
    }

    /// Returns the format of knox's digests, if it is a table of knox.
    #[must_use]
    pub fn form(&self) -> Option<KnoxFormat> {
        self.form
    }

    /// Returns the name of its scheme, or `own` if the form of the tokens is unknown.
    #[must_use]
    pub fn scheme_name(&self) -> String {
        scheme_name(self.scheme)
    }

    fn of_drf(table: &Table) -> Self {
        Self {
            scheme: Some(Scheme::Drf),
            owner: "user_id".into(),
            secret: "key".into(),
            created: Some("created".into()),
            expiry: expiry(table),
            form: None,
            has_parts: OnceCell::new(),
            table: table.clone(),
        }
    }

    fn of_knox(knox: &KnoxTable) -> Self {
        Self {
            scheme: Some(Scheme::Knox),
            owner: "user_id".into(),
            secret: "digest".into(),
            created: Some("created".into()),
            expiry: Some(knox.expiry.clone()),
            form: Some(knox.form),
            has_parts: OnceCell::new(),
            table: knox.table.clone(),
        }
    }

    /// Recognizes another table that refers to users.
    fn of_project(table: &Table, users: &str) -> Option<Self> {
        if let Some(knox) = KnoxTable::recognize(table) {
            return Some(Self::of_knox(&knox));
        }
        if has_drf_form(table, Confirmation::None) {
            return Some(Self::of_drf(table));
        }
        if !is_own_token(table, users) {
            return None;
        }
        let is_time = |name: &&str| table.column(name).is_some_and(|column| column.kind == Kind::Timestamp);
        let created = ["created", "created_at", "created_on", "date_created"].into_iter().find(is_time);
        Some(Self {
            scheme: None,
            owner: owner(table, users)?,
            secret: table.columns.iter().find(|column| may_be_key(table, column))?.name.clone(),
            created: created.map(str::to_owned),
            expiry: expiry(table),
            form: None,
            has_parts: OnceCell::new(),
            table: table.clone(),
        })
    }
}

/// Whether the column of a project's token table is text that can name a token.
fn may_be_key(table: &Table, column: &Column) -> bool {
    matches!(column.kind, Kind::Text { .. })
        && table.is_unique(&column.name)
        && account_tables::is_secret(column)
}

impl Layout {
    /// Whether each user has at most one DRF key. In DRF's own table this is so even where the database cannot say it, as
    /// with partitions by key.
    #[must_use]
    pub fn has_one_key_per_user(&self) -> bool {
        self.drf.as_ref().is_some_and(|table| table.name == DRF || table.is_unique("user_id"))
    }
}

impl Store {
    /// Returns the token tables: DRF's and knox's, and then those of the project. They are discovered on the first call.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn token_tables(&self) -> Result<&[TokenTable]> {
        if let Some(found) = self.tokens.all.get() {
            return Ok(found);
        }
        let users = &self.layout.users.table.name;
        let mut tables = self.layout_token_tables().to_vec();
        for table in self.engine.referring_to_with(users, &account_tables::SECRETS)? {
            if tables.iter().all(|known| known.table.name != table.name) {
                tables.extend(TokenTable::of_project(&table, users));
            }
        }
        Ok(self.tokens.all.get_or_init(|| tables))
    }

    /// Returns DRF's and knox's token tables, which are the first of [`Self::token_tables`].
    pub(super) fn layout_token_tables(&self) -> &[TokenTable] {
        let Layout { drf, knox, .. } = &self.layout;
        let tables =
            || drf.iter().map(TokenTable::of_drf).chain(knox.iter().map(TokenTable::of_knox)).collect();
        self.tokens.of_layout.get_or_init(tables)
    }

    fn token_children(&self) -> Result<&[Table]> {
        if let Some(found) = self.tokens.children.get() {
            return Ok(found);
        }
        let mut children = Vec::new();
        if let Some(parent) = &self.layout.drf {
            children = self.engine.referring_to(&[&parent.name])?;
            children.retain(|table| is_child(table, &parent.name));
        }
        Ok(self.tokens.children.get_or_init(|| children))
    }

    /// Whether rows of other tables go with those of DRF's table.
    pub(super) fn has_token_children(&self) -> Result<bool> {
        Ok(!self.token_children()?.is_empty())
    }

    /// Returns the child of DRF's table that the API reads.
    pub(super) fn token_child(&self) -> Result<Option<&Table>> {
        Ok(match (&self.hints.token_table, self.token_children()?) {
            (Some(name), children) => children.iter().find(|child| child.name == *name),
            (None, [only]) => Some(only),
            _ => None,
        })
    }

    /// Returns the scheme of the table that the settings name.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn scheme_of_settings(&self) -> Result<Option<Scheme>> {
        let Some(name) = &self.hints.token_table else { return Ok(None) };
        if self.token_child()?.is_some() {
            return Ok(Some(Scheme::Drf));
        }
        let table = self.token_tables()?.iter().find(|table| table.table.name == *name);
        Ok(table.and_then(|table| table.scheme))
    }

    /// Whether the database has token tables besides DRF's and knox's own.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn has_own_token_tables(&self) -> Result<bool> {
        Ok(self.token_tables()?.iter().any(|table| !table.is_usual()))
    }

    /// Returns the name of the table that a token is in.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn table_of(&self, token: &Token) -> Result<&str> {
        Ok(self.token_tables()?.get(token.table).map_or("", |found| &found.table.name))
    }

    /// Returns what keeps authctl from writing a token of this scheme, or of the project's own if it has no scheme.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn token_table_flaw(&self, scheme: Option<Scheme>) -> Result<Option<TokenTableFlaw>> {
        if let Some(table) = &self.layout.unknown_tokens {
            return Ok(Some(TokenTableFlaw::UnknownForm(table.clone())));
        }
        let tables = self.token_tables()?;
        let is_meant = |table: &&TokenTable| {
            self.is_of_layout(&table.table) && (scheme.is_none() || table.scheme == scheme)
        };
        if self.hints.token_table.is_none() {
            let (mut rivals, children) = (self.rivals(tables), self.token_children()?);
            rivals.extend(children.iter().filter(|_| children.len() > 1));
            let meant = tables.iter().filter(is_meant).map(|meant| &meant.table);
            let mut names: Vec<String> =
                meant.chain(rivals.iter().copied()).map(|table| table.name.clone()).collect();
            match (rivals.len(), names.len()) {
                (0, _) => {}
                (1, 1) => return Ok(names.pop().map(TokenTableFlaw::UnknownForm)),
                _ => return Ok(Some(TokenTableFlaw::Several(names))),
            }
        }
        let chosen = tables.iter().filter(|_| scheme.is_some()).find(is_meant);
        let Some(chosen) = chosen else { return Ok(None) };
        if let Some(child) = self.token_child()?.filter(|_| scheme == Some(Scheme::Drf)) {
            let is_configured = self.hints.token_table.as_ref() == Some(&child.name);
            let confirmation = if is_configured { Confirmation::Table } else { Confirmation::None };
            if has_state(child, confirmation) {
                return Ok(Some(TokenTableFlaw::UnknownForm(child.name.clone())));
            }
            let known: Vec<&str> = child.key.iter().map(String::as_str).collect();
            if let Some(flaw) = required(child, &known) {
                return Ok(Some(flaw));
            }
        }
        let expiry = chosen.expiry.as_deref().filter(|_| scheme == Some(Scheme::Knox)).unwrap_or_default();
        Ok(required(&chosen.table, &["key", "digest", "token_key", "salt", "created", &chosen.owner, expiry]))
    }

    /// Returns the tables of the project whose tokens its API may read instead.
    fn rivals<'a>(&self, tables: &'a [TokenTable]) -> Vec<&'a Table> {
        // An empty table of knox stays beside the one that replaces it.
        let is_replaced = |table: &Table| table.name == KNOX && self.layout.knox.is_some();
        let tables = tables.iter().map(|known| &known.table);
        tables
            .filter(|table| !self.is_of_layout(table) && !is_replaced(table) && !is_single_use(table))
            .collect()
    }

    fn is_of_layout(&self, table: &Table) -> bool {
        let Layout { drf, knox, .. } = &self.layout;
        drf.iter().chain(knox.iter().map(|knox| &knox.table)).any(|known| known.name == table.name)
    }
}

/// Returns the flaw of a table with columns that need a value besides these.
fn required(table: &Table, known: &[&str]) -> Option<TokenTableFlaw> {
    let columns = table.required_besides(known);
    (!columns.is_empty()).then(|| TokenTableFlaw::Required { table: table.name.clone(), columns })
}
