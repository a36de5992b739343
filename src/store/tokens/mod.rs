//! Token tables and their rows: those of DRF and knox, and those of the project.
//!
//! `tables` finds the tables and decides where a token may be written, and `changes` writes and deletes rows. Here are the
//! rows that are read.

mod changes;
pub(super) mod tables;

use std::fmt::Write as _;
use std::ops::ControlFlow;

use jiff::Timestamp;

pub use self::tables::TokenTable;
use crate::django::models::{Key, Scheme, TokenFilter, TokenState};
use crate::django::tokens::knox::{self, TokenHash};
use crate::django::tokens::{PlainToken, Stored, drf};
use crate::django::value::{Cell, Kind, Value};
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::schema::quoted;
use crate::store::token_forms;
use crate::store::users::SIMILAR;

/// A row of a token table.
#[derive(Debug)]
pub struct Token {
    /// The scheme. `None` if the form of the project's own tokens is unknown.
    pub scheme: Option<Scheme>,
    /// The token prefix: its public first characters.
    pub prefix: String,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it expires. `None` means never.
    pub expiry: Option<Timestamp>,
    /// The user's key.
    pub user: Key,
    /// The user's name. Empty if the user does not exist.
    pub username: String,
    /// Whether the user is active, and so can use it.
    pub user_is_active: bool,
    /// What is unique about the row: the key itself in DRF, or the digest in knox.
    row: PlainToken,
    /// The position of its table among [`Store::token_tables`].
    table: usize,
}

impl Token {
    /// Whether both are the same row.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.table == other.table && self.row.expose() == other.row.expose()
    }

    /// Returns the key of a DRF token. DRF stores keys in plain text.
    #[must_use]
    pub fn drf_key(&self) -> Option<&PlainToken> {
        Some(&self.row).filter(|_| self.scheme == Some(Scheme::Drf))
    }

    /// Returns the name of its scheme, or `own` for a token of the project whose form is unknown.
    #[must_use]
    pub fn scheme_name(&self) -> String {
        tables::scheme_name(self.scheme)
    }

    /// Whether it matches the filter, except for the prefix, since the row contains more of the key than its prefix.
    #[must_use]
    pub fn fits(&self, filter: &TokenFilter) -> bool {
        filter.user.as_ref().is_none_or(|user| *user == self.user)
            && filter.allows(self.scheme)
            && filter.expired_at.is_none_or(|now| self.expiry.is_some_and(|expiry| expiry < now))
            && filter.created_before.is_none_or(|moment| self.created.is_some_and(|created| created < moment))
            && !(filter.of_inactive && self.user_is_active)
            && (!filter.without_user || self.username.is_empty())
    }

    /// Returns its state at this time.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> TokenState {
        if self.expiry.is_some_and(|expiry| expiry < now) {
            TokenState::Expired
        } else if self.user_is_active {
            TokenState::Active
        } else {
            TokenState::Inactive
        }
    }
}

/// A token to insert.
#[derive(Debug)]
pub struct NewToken<'a> {
    /// The stored form of its key.
    pub stored: &'a Stored,
    /// The time of creation.
    pub created: Timestamp,
    /// When it expires. `None` means never. DRF tokens do not expire.
    pub expiry: Option<Timestamp>,
}

/// One table's part of a query over all. Selects the columns of a [`Token`] and the salt, for looking up a key.
struct Part<'a> {
    table: &'a TokenTable,
    sql: String,
}

const COLUMNS: usize = 9;

impl Store {
    /// Finds the row of this key in any state, by index. If the settings name the table that the API reads, only there
    /// and in the table of the other scheme.
    pub fn find_token(&self, token: &PlainToken, hash: TokenHash) -> Result<Option<Token>> {
        let of_layout = self.layout_token_tables();
        let found = self.find_among(self.parts(of_layout), token, hash)?;
        if found.is_some() || self.hints.token_table.is_some() {
            return Ok(found);
        }
        let others = self.token_parts()?.into_iter().skip(of_layout.len());
        self.find_among(others.filter(|part| part.table.scheme.is_some()), token, hash)
    }

    /// Finds the row of this key in knox's table only, since the key may be DRF's as well.
    pub fn find_knox_token(&self, token: &PlainToken, hash: TokenHash) -> Result<Option<Token>> {
        let parts = self.token_parts()?.into_iter();
        self.find_among(parts.filter(|part| part.table.scheme == Some(Scheme::Knox)), token, hash)
    }

    /// Returns every row of this key: two if the token was copied from DRF to knox.
    pub fn rows_of_key(&self, token: &PlainToken, hash: TokenHash) -> Result<Vec<Token>> {
        let mut rows = Vec::new();
        for part in self.token_parts()? {
            rows.extend(self.find_among([part], token, hash)?);
        }
        Ok(rows)
    }

    /// Reads the row of this token again. Returns `None` if it no longer exists or belongs to another user.
    pub fn reread_token(&self, token: &Token) -> Result<Option<Token>> {
        let mut found = None;
        if let Some(part) = self.token_parts()?.into_iter().nth(token.table) {
            let sql = format!("{} WHERE t.{} = ?1", part.sql, quoted(&part.table.secret));
            self.engine.query(&sql, &[token.row.expose().into()], &self.token_kinds(), &mut |cells| {
                found = self.read_token(cells);
                Ok(ControlFlow::Break(()))
            })?;
        }
        Ok(found.filter(|now| now.user == token.user))
    }

    /// Whether the API reads the row. It does not if it reads only those of a child of DRF's table.
    pub fn is_read(&self, token: &Token) -> Result<bool> {
        match self.token_child()?.filter(|_| token.scheme == Some(Scheme::Drf)) {
            Some(child) => self.has_row(&child.name, &child.key[0], &token.row.expose().into()),
            None => Ok(true),
        }
    }

    fn find_among<'a>(
        &self,
        parts: impl IntoIterator<Item = Part<'a>>,
        token: &PlainToken,
        hash: TokenHash,
    ) -> Result<Option<Token>> {
        for Part { table, sql } in parts {
            let (column, parameter) = match table.form {
                Some(form) => ("token_key", Value::from(form.token_key(token))),
                None => (&*table.secret, Value::from(token.expose())),
            };
            let mut found = None;
            let sql = format!("{sql} WHERE t.{} = ?1", quoted(column));
            self.engine.query(&sql, &[parameter], &self.token_kinds(), &mut |cells| {
                let is_of_key = |row: &Token| match table.form {
                    Some(form) => knox::matches(form, hash, token, cells[8].text(), row.row.expose()),
                    None => true,
                };
                found = self.read_token(cells).filter(is_of_key);
                Ok(if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Returns the DRF key of a user, if each user has at most one, which is valid as long as the user is active.
    pub fn drf_key(&self, user: &Key) -> Result<Option<PlainToken>> {
        let mut key = None;
        if let Some(table) = &self.layout.drf
            && self.layout.has_one_key_per_user()
            && token_forms::expiry(table).is_none()
        {
            let mut sql = format!("SELECT t.key FROM {} AS t WHERE t.user_id = ?1", quoted(&table.name));
            if let Some(child) = self.token_child()? {
                let (child, key) = (quoted(&child.name), quoted(&child.key[0]));
                let _ = write!(sql, " AND EXISTS (SELECT 1 FROM {child} AS c WHERE c.{key} = t.key)");
            }
            self.engine.query(&sql, &[user.into()], &[Kind::TEXT], &mut |cells| {
                key = Some(cells[0].string());
                Ok(ControlFlow::Break(()))
            })?;
        }
        if key.as_ref().is_some_and(String::is_empty) {
            // No user can authenticate with such a key. The table may not be DRF's, for example.
            let reason = "its token table contains an empty or invalid key.";
            return Err(self.unusable(reason));
        }
        Ok(key.map(PlainToken::new))
    }

    /// Counts a user's tokens for knox's `TOKEN_LIMIT_PER_USER`: those that have not expired. Before knox 5, tokens
    /// without an expiry do not count.
    pub fn valid_knox_tokens(&self, user: &Key, now: Timestamp) -> Result<u64> {
        let endless_count = self.layout.knox.as_ref().is_some_and(|knox| knox.form == knox::KnoxFormat::Text);
        let filter = TokenFilter::of(user, Some(Scheme::Knox));
        let counts = |token: &Token| token.expiry.map_or(endless_count, |expiry| expiry > now);
        Ok(self.tokens(&filter)?.iter().filter(|token| counts(token)).count() as u64)
    }

    /// Passes each token that matches the filter to the callback, by user name and age.
    ///
    /// # Errors
    /// Returns the error of `on_token`. Fails on database errors.
    pub fn each_token(
        &self,
        filter: &TokenFilter,
        on_token: &mut dyn FnMut(Token) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let mut parameters = Vec::new();
        let parts: Vec<String> = self
            .token_parts()?
            .into_iter()
            .filter(|part| filter.allows(part.table.scheme))
            .map(|part| {
                let conditions =
                    self.token_conditions(part.table, filter, &mut parameters, |condition| condition);
                let mut sql = part.sql;
                if !conditions.is_empty() {
                    let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
                }
                sql
            })
            .collect();
        if parts.is_empty() {
            return Ok(());
        }
        let sql = format!("{} ORDER BY 6, 3, 2, 8", parts.join(" UNION ALL "));
        self.engine.query(&sql, &parameters, &self.token_kinds(), &mut |cells| {
            self.read_token(cells).map_or(Ok(ControlFlow::Continue(())), &mut *on_token)
        })
    }

    /// Counts the tokens that match the filter.
    pub fn count_tokens(&self, filter: &TokenFilter) -> Result<u64> {
        self.count_rows(filter, None)
    }

    /// Counts the tokens that match the filter, at most this many per table.
    pub fn count_tokens_up_to(&self, filter: &TokenFilter, most: usize) -> Result<u64> {
        self.count_rows(filter, Some(most))
    }

    fn count_rows(&self, filter: &TokenFilter, most: Option<usize>) -> Result<u64> {
        let mut count = 0;
        for table in self.token_tables()?.iter().filter(|table| filter.allows(table.scheme)) {
            let (conditions, parameters) = self.row_conditions(table, filter);
            let rows = format!("FROM {} AS t{conditions}", quoted(&table.table.name));
            let sql = match most {
                None => format!("SELECT count(*) {rows}"),
                Some(most) => format!("SELECT count(*) FROM (SELECT 1 {rows} LIMIT {most}) AS found"),
            };
            count += self.count(&sql, &parameters)?;
        }
        Ok(count)
    }

    /// Returns the end of a statement on the rows of one token table, and its parameters.
    fn row_conditions(&self, table: &TokenTable, filter: &TokenFilter) -> (String, Vec<Value>) {
        let users = &self.layout.users;
        let (key, from, owner) = (quoted(&users.key), quoted(&users.table.name), quoted(&table.owner));
        let of_user =
            |condition: String| format!("t.{owner} IN (SELECT u.{key} FROM {from} AS u WHERE {condition})");
        let mut parameters = Vec::new();
        let conditions = self.token_conditions(table, filter, &mut parameters, of_user);
        let conditions = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        (conditions, parameters)
    }

    /// Returns the tokens that match the filter.
    pub fn tokens(&self, filter: &TokenFilter) -> Result<Vec<Token>> {
        let mut tokens = Vec::new();
        self.each_token(filter, &mut |token| {
            tokens.push(token);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(tokens)
    }

    /// Returns the public prefixes that begin like this, found by an index. None if there are too many to choose from.
    ///
    /// # Errors
    /// Fails on database errors.
    pub fn token_prefixes_starting_with(&self, start: &str) -> Result<Vec<String>> {
        let filter = TokenFilter { prefix: Some(start.to_owned()), ..TokenFilter::default() };
        let mut prefixes = Vec::new();
        for part in self.token_parts()? {
            let mut parameters = Vec::new();
            let conditions =
                self.token_conditions(part.table, &filter, &mut parameters, |condition| condition);
            let sql = format!("{} WHERE {} LIMIT {}", part.sql, conditions.join(" AND "), SIMILAR + 1);
            self.engine.query(&sql, &parameters, &self.token_kinds(), &mut |cells| {
                prefixes.extend(self.read_token(cells).map(|token| token.prefix));
                Ok(ControlFlow::Continue(()))
            })?;
        }
        if prefixes.len() > SIMILAR {
            prefixes.clear();
        }
        prefixes.sort();
        prefixes.dedup();
        Ok(prefixes)
    }

    fn token_conditions(
        &self,
        table: &TokenTable,
        filter: &TokenFilter,
        parameters: &mut Vec<Value>,
        of_user: impl Fn(String) -> String,
    ) -> Vec<String> {
        let mut bind = |value: Value| {
            parameters.push(value);
            format!("?{}", parameters.len())
        };
        let mut conditions = Vec::new();
        if let Some(user) = &filter.user {
            conditions.push(format!("t.{} = {}", quoted(&table.owner), bind(user.into())));
        }
        if let Some(prefix) = &filter.prefix {
            let column = if table.form.is_some() { "token_key" } else { &*table.secret };
            conditions.push(self.engine.starts_with(&format!("t.{}", quoted(column)), prefix, &mut bind));
        }
        if filter.of_inactive {
            let is_active = self.engine.is_true(&self.layout.users.attribute("is_active"));
            conditions.push(of_user(format!("NOT {is_active}")));
        }
        if filter.without_user {
            let users = &self.layout.users;
            conditions.push(format!(
                "NOT EXISTS (SELECT 1 FROM {} AS owner WHERE owner.{} = t.{})",
                quoted(&users.table.name),
                quoted(&users.key),
                quoted(&table.owner)
            ));
        }
        if let Some(now) = filter.expired_at {
            conditions.push(match &table.expiry {
                Some(expiry) => self.engine.is_before(&format!("t.{}", quoted(expiry)), &bind(now.into())),
                None => "1 = 0".into(),
            });
        }
        if let Some(moment) = filter.created_before {
            conditions.push(match &table.created {
                Some(created) => {
                    self.engine.is_before(&format!("t.{}", quoted(created)), &bind(moment.into()))
                }
                None => "1 = 0".into(),
            });
        }
        conditions
    }

    fn token_parts(&self) -> Result<Vec<Part<'_>>> {
        self.token_tables().map(|tables| self.parts(tables))
    }

    fn parts<'a>(&self, tables: &'a [TokenTable]) -> Vec<Part<'a>> {
        let users = &self.layout.users;
        let active = users.attribute("is_active");
        let name = self.engine.as_text(&format!("u.{}", quoted(users.label())));
        let time = |column: &Option<String>| match column {
            Some(column) => format!("t.{}", quoted(column)),
            None => "CAST(NULL AS timestamptz)".into(),
        };
        let part = |(index, table): (usize, &'a TokenTable)| {
            let (secret, owner) = (quoted(&table.secret), quoted(&table.owner));
            let public = if table.form.is_some() { "t.token_key" } else { "NULL" };
            let salt = if table.form == Some(knox::KnoxFormat::Salted) { "t.salt" } else { "NULL" };
            format!(
                "SELECT {index}, {public}, {}, {}, t.{owner}, coalesce({name}, ''), {active}, t.{secret}, {salt} \
                 FROM {} AS t LEFT JOIN {} AS u ON u.{} = t.{owner}",
                time(&table.created),
                time(&table.expiry),
                quoted(&table.table.name),
                quoted(&users.table.name),
                quoted(&users.key),
            )
        };
        tables.iter().enumerate().map(|each| Part { table: each.1, sql: part(each) }).collect()
    }

    fn token_kinds(&self) -> [Kind; COLUMNS] {
        let key = self.layout.users.key_kind.clone();
        [
            Kind::Integer,
            Kind::TEXT,
            Kind::Timestamp,
            Kind::Timestamp,
            key,
            Kind::TEXT,
            Kind::Boolean,
            Kind::TEXT,
            Kind::TEXT,
        ]
    }

    fn read_token(&self, cells: &[Cell<'_>]) -> Option<Token> {
        let table = usize::try_from(cells[0].integer()?).ok()?;
        let row = cells[7].text().unwrap_or_default();
        Some(Token {
            scheme: self.tokens.scheme(table),
            prefix: cells[1].text().unwrap_or_else(|| drf::prefix(row)).to_owned(),
            created: cells[2].timestamp(),
            expiry: cells[3].timestamp(),
            user: self.layout.users.read_key(cells[4]),
            username: cells[5].string(),
            user_is_active: cells[6].is_true(),
            row: PlainToken::new(row.to_owned()),
            table,
        })
    }
}

impl Store {
    /// Whether a knox token with this digest exists.
    pub fn has_knox_digest(&self, digest: &str) -> Result<bool> {
        match &self.layout.knox {
            Some(knox) => self.has_row(&knox.table.name, "digest", &digest.into()),
            None => Ok(false),
        }
    }

    /// Whether a DRF token with this key exists.
    pub fn has_drf_key(&self, key: &PlainToken) -> Result<bool> {
        match &self.layout.drf {
            Some(table) => self.has_row(&table.name, "key", &key.expose().into()),
            None => Ok(false),
        }
    }
}
