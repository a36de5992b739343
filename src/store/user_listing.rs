//! Lists users: the SQL of filters, orders and columns.

use std::fmt::Write as _;

use crate::django::models::UserFilter;
use crate::django::value::{Kind, OnRow, Value};
use crate::error::failure::Result;
use crate::error::misuse::Misuse;
use crate::store::Store;
use crate::store::schema::quoted;
use crate::store::users::{ATTRIBUTES, UserColumn};

impl Store {
    /// Passes each user that matches the filter to the callback, with the cells of the columns.
    ///
    /// # Errors
    /// Returns [`ProfileKindNotFound`](crate::error::refusal::Refusal::ProfileKindNotFound), [`GroupNotFound`](crate::error::refusal::Refusal::GroupNotFound), or [`Misuse`] for an unknown
    /// sort field. Returns the error of `on_row`. Fails on database errors.
    pub fn each_user(
        &self,
        filter: &UserFilter,
        columns: &[UserColumn],
        on_row: &mut OnRow<'_>,
    ) -> Result<()> {
        let users = &self.layout.users;
        let mut parameters = Vec::new();
        let mut selected = Vec::new();
        let mut kinds = Vec::new();
        for column in columns {
            selected.push(self.listed(column)?);
            kinds.push(users.kind_of(column));
        }
        let mut sql = format!("SELECT {} FROM {} AS u", selected.join(", "), quoted(&users.table.name));
        sql.push_str(&self.chosen(filter, &mut parameters)?);
        self.engine.query(&sql, &parameters, &kinds, on_row)
    }

    /// Returns the SQL after the user table, which has the alias `u`: the conditions, the order and the limit of the
    /// filter.
    pub(super) fn chosen(&self, filter: &UserFilter, parameters: &mut Vec<Value>) -> Result<String> {
        let users = &self.layout.users;
        let mut sql = String::new();
        let conditions = self.conditions(filter, parameters)?;
        if !conditions.is_empty() {
            let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
        }
        sql.push_str(" ORDER BY ");
        if let Some(sort) = &filter.sort {
            let known = ATTRIBUTES.iter().find(|(name, _)| *name == sort.field).ok_or_else(|| {
                let names = ATTRIBUTES.iter().map(|(name, _)| (*name).to_owned()).collect();
                Misuse::UnknownOrder(names)
            })?;
            let direction = if sort.descending { "DESC" } else { "ASC" };
            let _ = write!(sql, "{} {direction}, ", self.ordered(known.0));
        }
        let _ = write!(sql, "u.{}", quoted(&users.key));
        if filter.limit.is_some() || filter.offset > 0 {
            let limit = filter.limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
            let _ = write!(sql, " LIMIT {limit} OFFSET {}", i64::try_from(filter.offset).unwrap_or(i64::MAX));
        }
        Ok(sql)
    }

    fn conditions(&self, filter: &UserFilter, parameters: &mut Vec<Value>) -> Result<Vec<String>> {
        let users = &self.layout.users;
        let mut conditions = Vec::new();
        let mut number = |value: Value| {
            parameters.push(value);
            parameters.len()
        };
        if let Some(active) = filter.active {
            let is_active = self.engine.is_true(&users.attribute("is_active"));
            conditions.push(if active { is_active } else { format!("NOT {is_active}") });
        }
        for (is_required, name) in [(filter.staff, "is_staff"), (filter.superuser, "is_superuser")] {
            if is_required {
                conditions.push(self.engine.is_true(&users.attribute(name)));
            }
        }
        if let Some(kind) = &filter.profile {
            conditions.push(self.of_profile_kind(kind)?);
        }
        if let Some(name) = &filter.group {
            let group = self.find_group(name)?;
            // A group was found, so the link exists.
            conditions.extend(self.group_link()?.map(|link| {
                let rows = self.rows_of_user(&link.table, &link.user_column);
                let column = quoted(&link.other_column);
                format!("EXISTS (SELECT 1 {rows} AND t.{column} = ?{})", number((&group).into()))
            }));
        }
        if let Some(text) = &filter.search {
            let pattern = number(format!("%{}%", like_escaped(text)).into());
            let fields = ["username", "email", "first_name", "last_name"];
            let contains = fields.map(|name| self.engine.contains(&users.attribute(name), pattern));
            conditions.push(format!("({})", contains.join(" OR ")));
        }
        if filter.without_token {
            for (_, table) in self.token_tables() {
                conditions.push(format!("NOT {}", self.refers(table, "user_id")));
            }
        }
        for (moment, operator) in [(filter.joined_after, ">="), (filter.joined_before, "<")] {
            if let Some(moment) = moment {
                let joined = self.ordered("date_joined");
                conditions.push(format!("{joined} {operator} ?{}", number(moment.into())));
            }
        }
        Ok(conditions)
    }

    /// Returns the SQL of a listed column.
    fn listed(&self, column: &UserColumn) -> Result<String> {
        Ok(match column {
            UserColumn::Attribute(name) => self.layout.users.attribute(name),
            UserColumn::Hasher => "u.password".into(),
            UserColumn::Tokens => {
                let counts: Vec<String> = self
                    .token_tables()
                    .map(|(_, table)| format!("(SELECT count(*) {})", self.rows_of_user(table, "user_id")))
                    .collect();
                if counts.is_empty() { "0".into() } else { counts.join(" + ") }
            }
            UserColumn::Profile => {
                let kinds: Vec<String> = self
                    .profile_tables()?
                    .iter()
                    .map(|table| {
                        let exists = self.refers(&table.table.name, &table.user_column);
                        format!("CASE WHEN {exists} THEN ',{}' ELSE '' END", table.kind.replace('\'', "''"))
                    })
                    .collect();
                if kinds.is_empty() { "''".into() } else { format!("substr({}, 2)", concatenated(&kinds)) }
            }
        })
    }

    fn of_profile_kind(&self, kind: &str) -> Result<String> {
        let table = self.profile_table(kind)?;
        Ok(self.refers(&table.table.name, &table.user_column))
    }

    fn refers(&self, table: &str, column: &str) -> String {
        format!("EXISTS (SELECT 1 {})", self.rows_of_user(table, column))
    }

    fn rows_of_user(&self, table: &str, column: &str) -> String {
        let key = quoted(&self.layout.users.key);
        format!("FROM {} AS t WHERE t.{} = u.{key}", quoted(table), quoted(column))
    }

    /// Returns the SQL for comparing an attribute.
    fn ordered(&self, name: &str) -> String {
        let sql = self.layout.users.attribute(name);
        let is_time = ATTRIBUTES.contains(&(name, Kind::Timestamp));
        if is_time { self.engine.sortable_time(&sql) } else { sql }
    }
}

fn like_escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Concatenates expressions as a balanced tree, since SQLite limits the depth.
fn concatenated(texts: &[String]) -> String {
    match texts {
        [only] => only.clone(),
        texts => {
            let (first, second) = texts.split_at(texts.len() / 2);
            format!("({} || {})", concatenated(first), concatenated(second))
        }
    }
}
