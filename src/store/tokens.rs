//! The rows of DRF's and knox's token tables.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use anyhow::Result;
use jiff::Timestamp;

use crate::django::models::{Key, Scheme, TokenFilter, TokenState};
use crate::django::tokens::knox::{self, TokenHash};
use crate::django::tokens::{PlainToken, Stored, drf};
use crate::django::value::{Cell, Kind, Value};
use crate::error::refusal::Refusal;
use crate::store::schema::quoted;
use crate::store::{Done, Store, Transaction};

const TEXT: Kind = Kind::Text { max_length: None };

/// A token's row.
#[derive(Debug)]
pub struct Token {
    /// Its scheme.
    pub scheme: Scheme,
    /// Its public first characters.
    pub prefix: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it ends; `None` for never.
    pub expiry: Option<Timestamp>,
    /// The user's key.
    pub user: Key,
    /// The user's name; empty where a row refers to nobody.
    pub username: String,
    /// May the user use it?
    pub user_is_active: bool,
    /// The row's primary key: DRF's key itself, or knox's digest.
    row: PlainToken,
}

impl Token {
    /// Is this the same row?
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.row.expose() == other.row.expose()
    }

    /// The key itself, if it is of DRF, which keeps keys as they are.
    #[must_use]
    pub fn drf_key(&self) -> Option<&PlainToken> {
        Some(&self.row).filter(|_| self.scheme == Scheme::Drf)
    }

    /// Does the filter let it through? The prefix is left out of account: a row holds more of it than it shows.
    #[must_use]
    pub fn fits(&self, filter: &TokenFilter) -> bool {
        filter.user.as_ref().is_none_or(|user| *user == self.user)
            && filter.scheme.is_none_or(|scheme| scheme == self.scheme)
            && filter.expired_at.is_none_or(|now| self.expiry.is_some_and(|expiry| expiry < now))
            && filter.created_before.is_none_or(|moment| self.created.is_some_and(|made| made < moment))
            && !(filter.of_inactive && self.user_is_active)
    }

    /// Whether it is accepted at this moment.
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

/// A token to be inserted.
#[derive(Debug)]
pub struct NewToken<'a> {
    /// What is stored of its key.
    pub stored: &'a Stored,
    /// When it is made.
    pub created: Timestamp,
    /// When it ends; `None` for never. DRF's tokens have no end.
    pub expiry: Option<Timestamp>,
}

/// One scheme's part of a query over both: the columns of a [`Token`] and one more for looking a key up.
struct Part {
    scheme: Scheme,
    sql: String,
}

const COLUMNS: usize = 9;

impl Store {
    /// The row of this key, whatever its state. Looked up by index.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn find_token(&self, token: &PlainToken, hash: TokenHash) -> Result<Option<Token>> {
        self.find_among(self.token_parts(), token, hash)
    }

    /// The row of this key among knox's alone: the key may be DRF's as well.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn find_knox_token(&self, token: &PlainToken, hash: TokenHash) -> Result<Option<Token>> {
        self.find_among(self.token_parts().filter(|part| part.scheme == Scheme::Knox), token, hash)
    }

    /// Every row of this key: two where a token was copied from DRF to knox.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn rows_of_key(&self, token: &PlainToken, hash: TokenHash) -> Result<Vec<Token>> {
        let mut rows = Vec::new();
        for part in self.token_parts() {
            rows.extend(self.find_among(std::iter::once(part), token, hash)?);
        }
        Ok(rows)
    }

    /// The row of this token as it is now; `None` where it is gone, or another user's.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn token_as_it_is(&self, token: &Token) -> Result<Option<Token>> {
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
            let (condition, looked_up) = match (part.scheme, &self.layout.knox) {
                (Scheme::Knox, Some(knox)) => ("t.token_key = ?1", Value::from(knox.form.token_key(token))),
                _ => ("t.key = ?1", Value::from(token.expose())),
            };
            let mut found = None;
            let sql = format!("{} WHERE {condition}", part.sql);
            self.engine.query(&sql, &[looked_up], &self.token_kinds(), &mut |cells| {
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

    /// The DRF key of a user, who has one at most.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn drf_key(&self, user: &Key) -> Result<Option<PlainToken>> {
        let mut key = None;
        if let Some(table) = &self.layout.drf {
            let sql = format!("SELECT key FROM {} WHERE user_id = ?1", quoted(&table.name));
            self.engine.query(&sql, &[user.into()], &[TEXT], &mut |cells| {
                key = Some(cells[0].string());
                Ok(ControlFlow::Break(()))
            })?;
        }
        if key.as_ref().is_some_and(String::is_empty) {
            // Nobody authenticates with it: another table in this one's place, for one.
            let reason = "its token table contains an empty or invalid key.".to_owned();
            return Err(Refusal::DatabaseUnusable { path: self.path().to_owned(), reason }.into());
        }
        Ok(key.map(PlainToken::new))
    }

    /// How many of a user's knox tokens count towards knox's `TOKEN_LIMIT_PER_USER`: those that have not expired; before
    /// knox 5, of those with an expiry.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn valid_knox_tokens(&self, user: &Key, now: Timestamp) -> Result<u64> {
        let endless_count = self.layout.knox.as_ref().is_some_and(|knox| knox.form == knox::KnoxFormat::Text);
        let filter =
            TokenFilter { user: Some(user.clone()), scheme: Some(Scheme::Knox), ..TokenFilter::default() };
        let counts = |token: &Token| token.expiry.map_or(endless_count, |expiry| expiry > now);
        Ok(self.tokens(&filter)?.iter().filter(|token| counts(token)).count() as u64)
    }

    /// Hands out the tokens that the filter lets through, by user name and age.
    ///
    /// # Errors
    /// A failure of the database, or what `on_token` returns.
    pub fn each_token(
        &self,
        filter: &TokenFilter,
        on_token: &mut dyn FnMut(Token) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let mut parameters = Vec::new();
        let parts: Vec<String> = self
            .token_parts()
            .filter(|part| filter.scheme.is_none_or(|scheme| scheme == part.scheme))
            .map(|part| {
                let conditions = self.token_conditions(part.scheme, filter, &mut parameters);
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
        // SQL would compare texts: one with a `T` comes after its whole day, one that is no time before all times.
        self.engine.query(&sql, &parameters, &self.token_kinds(), &mut |cells| {
            let token = self.read_token(cells);
            if token.fits(filter) { on_token(token) } else { Ok(ControlFlow::Continue(())) }
        })
    }

    /// The tokens that the filter lets through.
    ///
    /// # Errors
    /// A failure of the database.
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
            // A range instead of LIKE: it compares exactly and goes by the index.
            let first = bind(prefix.as_str().into());
            let last = bind(format!("{prefix}\u{10ffff}").into());
            conditions.push(format!("t.{column} >= {first} AND t.{column} < {last}"));
        }
        if filter.of_inactive {
            conditions.push(format!("{} <> 1", self.layout.users.attribute("is_active")));
        }
        if filter.expired_at.is_some() {
            conditions.push(match (scheme, &self.layout.knox) {
                (Scheme::Knox, Some(knox)) => format!("t.{} IS NOT NULL", quoted(&knox.expiry)),
                _ => "1 = 0".into(),
            });
        }
        conditions
    }

    fn token_parts(&self) -> impl Iterator<Item = Part> {
        let users = &self.layout.users;
        let active = if users.table.has("is_active") { "u.is_active" } else { "1" };
        let part = move |scheme, table: &str, row: &str, public: &str, expiry: &str, salt: &str| Part {
            scheme,
            sql: format!(
                "SELECT '{scheme}', {public}, t.created, {expiry}, t.user_id, coalesce(u.{}, ''), {active}, \
                 t.{row}, {salt} FROM {} AS t LEFT JOIN {} AS u ON u.{} = t.user_id",
                quoted(users.label()),
                quoted(table),
                quoted(&users.table.name),
                quoted(&users.key),
            ),
        };
        let drf = self.layout.drf.as_ref().map(|table| {
            // Of a short key that a project made itself, half stays secret.
            let public = format!("substr(t.key, 1, min({}, length(t.key) / 2))", drf::PUBLIC_LENGTH);
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
        [TEXT, TEXT, Kind::Timestamp, Kind::Timestamp, key, TEXT, Kind::Boolean, TEXT, TEXT]
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
    /// Is there a knox token of this digest?
    ///
    /// # Errors
    /// A failure of the database.
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
    /// A failure of the database; its table is there, since [`crate::store::layout::Layout::schemes`] said so.
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

    /// Deletes these tokens, which were read within the transaction, and counts them.
    ///
    /// # Errors
    /// As [`Self::delete_token`].
    pub fn delete_tokens(&self, tokens: &[Token]) -> Result<Done<usize>> {
        tokens.iter().try_for_each(|token| self.delete_token(token))?;
        let fields = if tokens.is_empty() { Vec::new() } else { vec!["token".into()] };
        Ok(Done { value: tokens.len(), fields })
    }

    /// Deletes all tokens of a user, or those of one scheme, and counts them.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn delete_tokens_of(&self, user: &Key, scheme: Option<Scheme>) -> Result<Done<usize>> {
        let filter = TokenFilter { user: Some(user.clone()), scheme, ..TokenFilter::default() };
        self.delete_tokens(&self.tokens(&filter)?)
    }

    /// Gives a knox token another expiry; DRF's have none.
    ///
    /// # Errors
    /// A failure of the database.
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
    /// A failure of the database, or a row that is not deleted.
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
