//! Inserts and deletes rows of token tables.

use jiff::Timestamp;

use super::tables::TokenTable;
use super::{NewToken, Token};
use crate::django::models::{Key, Scheme, TokenFilter};
use crate::django::tokens::Stored;
use crate::django::value::Value;
use crate::error::failure::Result;
use crate::store::layout::Layout;
use crate::store::schema::{Column, Table, quoted};
use crate::store::{Done, Transaction};

impl Transaction<'_> {
    /// Inserts a token for a user.
    ///
    /// # Errors
    /// Fails on database errors. The table exists, since the scheme is one of
    /// [`crate::store::layout::Layout::schemes`].
    pub fn insert_token(&self, user: &Key, token: &NewToken<'_>) -> Result<()> {
        let mut row = vec![("user_id", Value::from(user)), ("created", token.created.into())];
        let Layout { drf, knox, .. } = &self.layout;
        let mut child = None;
        let table = match token.stored {
            Stored::Knox { digest, token_key, salt } => {
                row.push(("digest", digest.as_str().into()));
                row.push(("token_key", token_key.as_str().into()));
                row.extend(knox.iter().map(|knox| (&*knox.expiry, token.expiry.into())));
                row.extend(salt.iter().map(|salt| ("salt", salt.as_str().into())));
                knox.as_ref().map(|knox| &knox.table)
            }
            Stored::Drf { key } => {
                row.push(("key", key.expose().into()));
                child = self.token_child()?.map(|child| (child, Value::from(key.expose())));
                drf.as_ref()
            }
        };
        let Some(table) = table else { return Err(self.unusable("it has no token table.")) };
        row.extend(times_of_change(table, token.created));
        self.insert(&table.name, &row, None)?;
        if let Some((child, key)) = child {
            let mut row = vec![(&*child.key[0], key)];
            row.extend(times_of_change(child, token.created));
            self.insert(&child.name, &row, None)?;
        }
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
        for (index, table) in self.token_tables()?.iter().enumerate() {
            if !filter.allows(table.scheme) {
                continue;
            }
            if self.may_have_parts(index)? || self.is_reached_by_triggers(&table.table.name)? {
                let mut tokens = self.tokens(filter)?;
                tokens.retain(|token| token.table == index);
                deleted += self.delete_tokens(&tokens)?.value;
            } else {
                let (conditions, parameters) = self.row_conditions(table, filter);
                let sql = format!("DELETE FROM {} AS t{conditions}", quoted(&table.table.name));
                deleted += self.engine.execute(&sql, &parameters)?;
            }
        }
        let fields = if deleted == 0 { Vec::new() } else { vec!["token".into()] };
        Ok(Done { value: deleted, fields })
    }

    /// Deletes the tokens of a user, of one or all schemes, and counts them.
    pub fn delete_tokens_of(&self, user: &Key, scheme: Option<Scheme>) -> Result<Done<usize>> {
        let filter = TokenFilter::of(user, scheme);
        // A role that may only insert tokens can replace none.
        if self.count_tokens(&filter)? == 0 {
            return Ok(Done { value: 0, fields: Vec::new() });
        }
        self.delete_matching_tokens(&filter)
    }

    /// Sets the expiry of a knox token. DRF tokens have none.
    pub fn set_expiry(&self, token: &Token, expiry: Option<Timestamp>) -> Result<()> {
        if let (Some(Scheme::Knox), Some(knox)) = (token.scheme, &self.layout.knox) {
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
        let TokenTable { table, secret, .. } = &self.token_tables()?[token.table];
        let condition = format!("{} = ?1", quoted(secret));
        let row = Value::from(token.row.expose());
        if self.may_have_parts(token.table)? {
            self.delete_rows(table, &condition, std::slice::from_ref(&row))?;
        } else {
            let sql = format!("DELETE FROM {} WHERE {condition}", quoted(&table.name));
            self.write(&table.name, &sql, std::slice::from_ref(&row), 1)?;
        }
        self.check_gone(&table.name, &[(secret, &row)])
    }

    /// Whether rows of other tables can go with those of this token table.
    fn may_have_parts(&self, table: usize) -> Result<bool> {
        let table = &self.token_tables()?[table];
        if table.is_usual() {
            return self.has_token_children();
        }
        if let Some(known) = table.has_parts.get() {
            return Ok(*known);
        }
        let found = !self.engine.referring_to(&[&table.table.name])?.is_empty();
        Ok(*table.has_parts.get_or_init(|| found))
    }
}

/// Returns the columns with the time of the last change that need a value.
fn times_of_change(table: &Table, now: Timestamp) -> impl Iterator<Item = (&str, Value)> {
    let is_needed = |column: &&Column| column.is_time_of_change() && !column.nullable && !column.filled;
    table.columns.iter().filter(is_needed).map(move |column| (&*column.name, now.into()))
}
