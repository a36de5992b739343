//! Lists users: the SQL of filters, orders and columns.

mod columns;

use std::fmt::Write as _;

pub use self::columns::UserColumn;
use crate::django::field::{ColumnType, Input, convert};
use crate::django::models::{FieldOperator, UserCondition, UserFilter};
use crate::django::value::{Digits, Kind, OnRow, Value};
use crate::error::failure::Result;
use crate::error::misuse::{ColumnUse, Misuse};
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::store::schema::quoted;

impl Store {
    /// Passes each user that matches the filter to the callback, with the cells of the columns.
    ///
    /// # Errors
    /// Returns [`ProfileKindNotFound`](crate::error::refusal::Refusal::ProfileKindNotFound), [`GroupNotFound`](crate::error::refusal::Refusal::GroupNotFound), or [`Misuse`] for an unknown
    /// column. Returns the error of `on_row`. Fails on database errors.
    pub fn each_user(
        &self,
        filter: &UserFilter,
        columns: &[UserColumn],
        on_row: &mut OnRow<'_>,
    ) -> Result<()> {
        let mut parameters = Vec::new();
        let mut selected = Vec::new();
        let mut kinds = Vec::new();
        for column in columns {
            selected.push(self.listed(column)?);
            kinds.push(self.kind_of(column));
        }
        let users = quoted(&self.layout.users.table.name);
        let mut sql = format!("SELECT {} FROM {users} AS u", selected.join(", "));
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
            let column = self.comparable_column(&sort.field, ColumnUse::Sort)?;
            let direction = if sort.descending { "DESC" } else { "ASC" };
            let _ = write!(sql, "{} {direction}", self.ordered(&column)?);
            if column.is_nullable() {
                // The engines disagree about the place of NULL. Elsewhere, this would prevent the use of an index.
                sql.push_str(if sort.descending { " NULLS LAST" } else { " NULLS FIRST" });
            }
            sql.push_str(", ");
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
            let mut contains = Vec::new();
            for column in self.searched()? {
                contains.push(self.engine.contains(&self.listed(&column)?, pattern));
            }
            conditions.push(format!("({})", contains.join(" OR ")));
        }
        if filter.without_token {
            for tokens in self.token_tables()? {
                conditions.push(format!("NOT {}", self.refers(&tokens.table.name, &tokens.owner)));
            }
        }
        for (name, moment, operator) in [
            ("date_joined", filter.joined_after, ">="),
            ("date_joined", filter.joined_before, "<"),
            ("last_login", filter.last_login_after, ">="),
            ("last_login", filter.last_login_before, "<"),
        ] {
            if let Some(moment) = moment {
                let column = self.ordered(&UserColumn::Attribute(name))?;
                conditions.push(format!("{column} {operator} ?{}", number(moment.into())));
            }
        }
        if filter.never_logged_in {
            conditions.push(format!("{} IS NULL", users.attribute("last_login")));
        }
        for condition in &filter.conditions {
            conditions.push(self.condition(condition, &mut number)?);
        }
        Ok(conditions)
    }

    fn of_profile_kind(&self, kind: &str) -> Result<String> {
        let table = self.profile_table(kind)?;
        Ok(self.refers(&table.table.name, &table.user_column))
    }

    /// Returns the columns that a search reads: those with names and addresses, and the project's own texts.
    fn searched(&self) -> Result<Vec<UserColumn>> {
        let names = ["username", "email", "first_name", "last_name"].map(UserColumn::Attribute);
        let own = self.layout.users.extra_columns().cloned().map(UserColumn::Own);
        let is_text =
            |column: &UserColumn| matches!(self.kind_of(column), Kind::Text { .. }) && !column.is_hidden();
        let others = own.chain(self.profile_columns()?).filter(is_text);
        Ok(names.into_iter().chain(others).collect())
    }

    /// Returns the SQL of a condition on one column.
    fn condition(&self, condition: &UserCondition, number: &mut dyn FnMut(Value) -> usize) -> Result<String> {
        let UserCondition { field, comparison, value, zone } = condition;
        let column = self.comparable_column(field, ColumnUse::Where)?;
        let kind = self.kind_of(&column);
        let sql = self.ordered(&column)?;
        if *comparison == FieldOperator::Contains {
            let pattern = number(format!("%{}%", like_escaped(value)).into());
            return Ok(self.engine.contains(&sql, pattern));
        }
        let is_text = matches!(kind, Kind::Text { .. });
        let operator = comparison.operator();
        if value.is_empty() {
            return match comparison {
                FieldOperator::Equal | FieldOperator::NotEqual if is_text => {
                    Ok(format!("coalesce({sql}, '') {operator} ''"))
                }
                FieldOperator::Equal => Ok(format!("{sql} IS NULL")),
                FieldOperator::NotEqual => Ok(format!("{sql} IS NOT NULL")),
                _ => Err(Misuse::NoValue(field.clone()).into()),
            };
        }
        // Its length and its digits do not matter: it is compared, not stored.
        let kind = match kind {
            Kind::Text { .. } => Kind::TEXT,
            Kind::Decimal(_) => Kind::Decimal(Digits::All),
            kind => kind,
        };
        let may_be_duration = column.own().is_some_and(|column| column.may_be_duration);
        let of_type = ColumnType { kind: &kind, nullable: false, may_be_duration };
        let value = convert(field, of_type, &Input::Text(value.clone()), zone)
            .map_err(|fault| Refusal::Invalid(vec![fault]))?;
        let parameter = number(value);
        Ok(match kind {
            // Types that the database cannot compare, or compares by rules of its own.
            Kind::Json | Kind::Bytes | Kind::Other(_) => {
                format!("{} {operator} ?{parameter}", self.engine.as_text(&sql))
            }
            // NULL is not equal to any value.
            _ if *comparison == FieldOperator::NotEqual => {
                format!("({sql} <> ?{parameter} OR {sql} IS NULL)")
            }
            _ => format!("{sql} {operator} ?{parameter}"),
        })
    }

    /// Returns the SQL for comparing a column.
    fn ordered(&self, column: &UserColumn) -> Result<String> {
        let sql = self.listed(column)?;
        let is_time = self.kind_of(column) == Kind::Timestamp;
        Ok(if is_time { self.engine.sortable_time(&sql) } else { sql })
    }
}

fn like_escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
