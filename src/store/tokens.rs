//! Reads and writes the rows of DRF's and knox's token tables.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::django::models::{Key, Scheme, TokenFilter, TokenState};
use crate::django::tokens::knox::{self, TokenHash};
use crate::django::tokens::{PlainToken, Stored, drf};
use crate::django::value::{Cell, Kind, Value};
use crate::error::failure::Result;
use crate::store::schema::quoted;
use crate::store::{Done, Store, Transaction};

/// A row of a token table.
#[derive(Debug)]
pub struct Token {
    /// The scheme.
    pub scheme: Scheme,
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
    /// The row's primary key: the key itself in DRF, or the digest in knox.
    row: PlainToken,
}

impl Token {
    /// Whether both are the same row.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.row.expose() == other.row.expose()
    }

    /// Returns the key of a DRF token. DRF stores keys in plain text.
    #[must_use]
    pub fn drf_key(&self) -> Option<&PlainToken> {
        Some(&self.row).filter(|_| self.scheme == Scheme::Drf)
    }

    /// Whether it matches the filter, except for the prefix, since the row contains more of the key than its prefix.
    #[must_use]
    pub fn fits(&self, filter: &TokenFilter) -> bool {
        filter.user.as_ref().is_none_or(|user| *user == self.user)
            && filter.allows(self.scheme)
            && filter.expired_at.is_none_or(|now| self.expiry.is_some_and(|expiry| expiry < now))
            && filter.created_before.is_none_or(|moment| self.created.is_some_and(|created| created < moment))
            && !(filter.of_inactive && self.user_is_active)
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

/// One scheme's part of a query over both. Selects the columns of a [`Token`] and the salt, for looking up a key.
struct Part {
    scheme: Scheme,
    sql: String,
}

const COLUMNS: usize = 9;

impl Store {
    /// Finds the row of this key in any state, by index.
    pub fn find_token(&self, token: &PlainToken, hash: TokenHash) -> Result<Option<Token>> {
        self.find_among(self.token_parts(), token, hash)
    }

    /// Finds the row of this key in knox's table only, since the key may be DRF's as well.
    pub fn find_knox_token(&self, token: &PlainToken, hash: TokenHash) -> Result<Option<Token>> {
        self.find_among(self.token_parts().filter(|part| part.scheme == Scheme::Knox), token, hash)
    }

    /// Returns every row of this key: two if the token was copied from DRF to knox.
    pub fn rows_of_key(&self, token: &PlainToken, hash: TokenHash) -> Result<Vec<Token>> {
        let mut rows = Vec::new();
        for part in self.token_parts() {
            rows.extend(self.find_among(std::iter::once(part), token, hash)?);
        }
        Ok(rows)
    }

    /// Reads the row of this token again. Returns `None` if it no longer exists or belongs to another user.
    pub fn reread_token(&self, token: &Token) -> Result<Option<Token>> {
        let mut found = None;
        if let Some(part) = self.token_parts().find(|part| part.scheme == token.scheme) {
            let column = if token.scheme == Scheme::Knox { "digest" } else { "key" };
            let sql = format!("{} WHERE t.{column} = ?1", part.sql);
            self.engine.query(&sql, &[token.row.expose().into()], &self.token_kinds(), &mut |cells| {
                found = Some(self.read_token(cells));
                Ok(ControlFlow::Break(()))
            })?;
        }
        Ok(found.filter(|now| now.user == token.user))
    }

    fn find_among(
        &self,
        parts: impl Iterator<Item = Part>,
        token: &PlainToken,
        hash: TokenHash,
    ) -> Result<Option<Token>> {
        for part in parts {
            let (condition, parameter) = match (part.scheme, &self.layout.knox) {
                (Scheme::Knox, Some(knox)) => ("t.token_key = ?1", Value::from(knox.form.token_key(token))),
                _ => ("t.key = ?1", Value::from(token.expose())),
            };
            let mut found = None;
            let sql = format!("{} WHERE {condition}", part.sql);
            self.engine.query(&sql, &[parameter], &self.token_kinds(), &mut |cells| {
                let row = self.read_token(cells);
                let matches = match (part.scheme, &self.layout.knox) {
                    (Scheme::Knox, Some(table)) => {
                        knox::matches(table.form, hash, token, cells[8].text(), row.row.expose())
                    }
                    _ => true,
                };
                Ok(if matches {
                    found = Some(row);
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Returns the DRF key of a user, who has at most one.
    pub fn drf_key(&self, user: &Key) -> Result<Option<PlainToken>> {
        let mut key = None;
        if let Some(table) = &self.layout.drf {
            let sql = format!("SELECT key FROM {} WHERE user_id = ?1", quoted(&table.name));
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
        let filter =
            TokenFilter { user: Some(user.clone()), scheme: Some(Scheme::Knox), ..TokenFilter::default() };
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
            .token_parts()
            .filter(|part| filter.allows(part.scheme))
            .map(|part| {
                let conditions =
                    self.token_conditions(part.scheme, filter, &mut parameters, |condition| condition);
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
        let sql = format!("{} ORDER BY 6, 3, 2", parts.join(" UNION ALL "));
        self.engine
            .query(&sql, &parameters, &self.token_kinds(), &mut |cells| on_token(self.read_token(cells)))
    }

    /// Counts the tokens that match the filter.
    pub fn count_tokens(&self, filter: &TokenFilter) -> Result<u64> {
        let mut count = 0;
        for (scheme, table) in self.token_tables().filter(|(scheme, _)| filter.allows(*scheme)) {
            let (conditions, parameters) = self.row_conditions(scheme, filter);
            let sql = format!("SELECT count(*) FROM {} AS t{conditions}", quoted(table));
            self.engine.query(&sql, &parameters, &[Kind::Integer], &mut |cells| {
                count += cells[0].integer().map_or(0, i64::unsigned_abs);
                Ok(ControlFlow::Break(()))
            })?;
        }
        Ok(count)
    }

    /// Returns the token tables with their schemes.
    pub(super) fn token_tables(&self) -> impl Iterator<Item = (Scheme, &str)> {
        let drf = self.layout.drf.iter().map(|table| (Scheme::Drf, &*table.name));
        drf.chain(self.layout.knox.iter().map(|knox| (Scheme::Knox, &*knox.table.name)))
    }

    /// Returns the end of a statement on the rows of one token table, and its parameters.
    fn row_conditions(&self, scheme: Scheme, filter: &TokenFilter) -> (String, Vec<Value>) {
        let users = &self.layout.users;
        let (key, table) = (quoted(&users.key), quoted(&users.table.name));
        let of_user =
            |condition: String| format!("t.user_id IN (SELECT u.{key} FROM {table} AS u WHERE {condition})");
        let mut parameters = Vec::new();
        let conditions = self.token_conditions(scheme, filter, &mut parameters, of_user);
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

    fn token_conditions(
        &self,
        scheme: Scheme,
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
            conditions.push(format!("t.user_id = {}", bind(user.into())));
        }
        if let Some(prefix) = &filter.prefix {
            let column = if scheme == Scheme::Drf { "key" } else { "token_key" };
            conditions.push(self.engine.starts_with(&format!("t.{column}"), prefix, &mut bind));
        }
        if filter.of_inactive {
            let is_active = self.engine.is_true(&self.layout.users.attribute("is_active"));
            conditions.push(of_user(format!("NOT {is_active}")));
        }
        if let Some(now) = filter.expired_at {
            conditions.push(match (scheme, &self.layout.knox) {
                (Scheme::Knox, Some(knox)) => {
                    self.engine.is_before(&format!("t.{}", quoted(&knox.expiry)), &bind(now.into()))
                }
                _ => "1 = 0".into(),
            });
        }
        if let Some(moment) = filter.created_before {
            conditions.push(self.engine.is_before("t.created", &bind(moment.into())));
        }
        conditions
    }

    fn token_parts(&self) -> impl Iterator<Item = Part> {
        let users = &self.layout.users;
        let active = users.attribute("is_active");
        let name = self.engine.as_text(&format!("u.{}", quoted(users.label())));
        let part = move |scheme, table: &str, row: &str, public: &str, expiry: &str, salt: &str| Part {
            scheme,
            sql: format!(
                "SELECT '{scheme}', {public}, t.created, {expiry}, t.user_id, coalesce({name}, ''), {active}, \
                 t.{row}, {salt} FROM {} AS t LEFT JOIN {} AS u ON u.{} = t.user_id",
                quoted(table),
                quoted(&users.table.name),
                quoted(&users.key),
            ),
        };
        let drf = self.layout.drf.as_ref().map(|table| {
            // At least half of a short key, which a project may set itself, stays secret.
            let (half, most) = ("length(t.key) / 2", drf::PUBLIC_LENGTH);
            let public = format!("substr(t.key, 1, CASE WHEN {half} < {most} THEN {half} ELSE {most} END)");
            part(Scheme::Drf, &table.name, "key", &public, "NULL", "NULL")
        });
        let knox = self.layout.knox.as_ref().map(|knox| {
            let expiry = format!("t.{}", quoted(&knox.expiry));
            let salt = if knox.form == knox::KnoxFormat::Salted { "t.salt" } else { "NULL" };
            part(Scheme::Knox, &knox.table.name, "digest", "t.token_key", &expiry, salt)
        });
        drf.into_iter().chain(knox)
    }

    fn token_kinds(&self) -> [Kind; COLUMNS] {
        let key = self.layout.users.key_kind.clone();
        [
            Kind::TEXT,
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

    fn read_token(&self, cells: &[Cell<'_>]) -> Token {
        Token {
            scheme: if cells[0].text() == Some("knox") { Scheme::Knox } else { Scheme::Drf },
            prefix: cells[1].string(),
            created: cells[2].timestamp(),
            expiry: cells[3].timestamp(),
            user: self.layout.users.read_key(cells[4]),
            username: cells[5].string(),
            user_is_active: cells[6].is_true(),
            row: PlainToken::new(cells[7].string()),
        }
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
}

impl Transaction<'_> {
    /// Inserts a token for a user.
    ///
    /// # Errors
    /// Fails on database errors. The table exists, since the scheme is one of
    /// [`crate::store::layout::Layout::schemes`].
    pub fn insert_token(&self, user: &Key, token: &NewToken<'_>) -> Result<()> {
        let mut row = vec![("user_id", Value::from(user)), ("created", token.created.into())];
        let table = match (token.stored, &self.layout.knox) {
            (Stored::Knox { digest, token_key, salt }, Some(knox)) => {
                row.push(("digest", digest.as_str().into()));
                row.push(("token_key", token_key.as_str().into()));
                row.push((&knox.expiry, token.expiry.into()));
                row.extend(salt.iter().map(|salt| ("salt", salt.as_str().into())));
                &*knox.table.name
            }
            (Stored::Knox { .. }, None) => "knox_authtoken",
            (Stored::Drf { key }, _) => {
                row.push(("key", key.expose().into()));
                "authtoken_token"
            }
        };
        self.insert(table, &row, None)?;
        Ok(())
    }

    /// Deletes tokens that were read within the transaction, and counts them.
    ///
    /// # Errors
    /// The same as for [`Self::delete_token`].
    pub fn delete_tokens(&self, tokens: &[Token]) -> Result<Done<usize>> {
        tokens.iter().try_for_each(|token| self.delete_token(token))?;
        let fields = if tokens.is_empty() { Vec::new() } else { vec!["token".into()] };
        Ok(Done { value: tokens.len(), fields })
    }

    /// Deletes the tokens that match the filter, and counts them.
    pub fn delete_matching_tokens(&self, filter: &TokenFilter) -> Result<Done<usize>> {
        let mut deleted = 0;
        for (scheme, table) in self.token_tables().filter(|(scheme, _)| filter.allows(*scheme)) {
            if self.is_reached_by_triggers(table)? {
                let of_table = TokenFilter { scheme: Some(scheme), ..filter.clone() };
                deleted += self.delete_tokens(&self.tokens(&of_table)?)?.value;
            } else {
                let (conditions, parameters) = self.row_conditions(scheme, filter);
                let sql = format!("DELETE FROM {} AS t{conditions}", quoted(table));
                deleted += self.engine.execute(&sql, &parameters)?;
            }
        }
        let fields = if deleted == 0 { Vec::new() } else { vec!["token".into()] };
        Ok(Done { value: deleted, fields })
    }

    /// Deletes the tokens of a user, of one or all schemes, and counts them.
    pub fn delete_tokens_of(&self, user: &Key, scheme: Option<Scheme>) -> Result<Done<usize>> {
        let filter = TokenFilter { user: Some(user.clone()), scheme, ..TokenFilter::default() };
        // A role that may only insert tokens can replace none.
        if self.count_tokens(&filter)? == 0 {
            return Ok(Done { value: 0, fields: Vec::new() });
        }
        self.delete_matching_tokens(&filter)
    }

    /// Sets the expiry of a knox token. DRF tokens have none.
    pub fn set_expiry(&self, token: &Token, expiry: Option<Timestamp>) -> Result<()> {
        if let (Scheme::Knox, Some(knox)) = (token.scheme, &self.layout.knox) {
            let (table, column) = (quoted(&knox.table.name), quoted(&knox.expiry));
            let sql = format!("UPDATE {table} SET {column} = ?1 WHERE digest = ?2");
            let (expiry, digest) = (Value::from(expiry), Value::from(token.row.expose()));
            self.write(&knox.table.name, &sql, &[expiry.clone(), digest.clone()], 1)?;
            self.check_updated(&knox.table.name, &[(&knox.expiry, &expiry)], ("digest", &digest))?;
        }
        Ok(())
    }

    /// Deletes a token that was read within the transaction.
    ///
    /// # Errors
    /// Fails if the row is not deleted, or on database errors.
    pub fn delete_token(&self, token: &Token) -> Result<()> {
        let (table, column) = match (token.scheme, &self.layout.knox) {
            (Scheme::Knox, Some(knox)) => (&*knox.table.name, "digest"),
            _ => ("authtoken_token", "key"),
        };
        let sql = format!("DELETE FROM {} WHERE {column} = ?1", quoted(table));
        let row = Value::from(token.row.expose());
        self.write(table, &sql, std::slice::from_ref(&row), 1)?;
        self.check_gone(table, &[(column, &row)])
    }
}
