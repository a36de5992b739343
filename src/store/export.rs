//! Reads whole accounts and the rows that belong to them, each kind in one query with joins.

use std::fmt::Write as _;

use crate::django::models::UserFilter;
use crate::django::value::{Kind, OnRow};
use crate::error::failure::Result;
use crate::error::faults::Undecided;
use crate::error::misuse::{Misuse, Selector};
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::store::layout::{ProfileTable, UserTable, models_of};
use crate::store::schema::{Column, Table, quoted};
use crate::store::user_listing::UserColumn;

/// A value to read from each account.
#[derive(Clone, Copy, Debug)]
pub enum ExportPart<'a> {
    /// A column of the user table.
    Own(&'a Column),
    /// The natural keys of the user's groups, as a JSON list of lists of one name.
    Groups,
    /// The natural keys of the user's own permissions, as a JSON list of lists.
    Permissions,
    /// The user's DRF key.
    DrfKey,
    /// When the user's DRF key was created.
    DrfCreated,
    /// Whether the user has a profile of this kind.
    HasProfile(&'a ProfileTable),
    /// A column of the user's profile of this kind.
    Field(&'a ProfileTable, &'a Column),
}

impl ExportPart<'_> {
    /// Returns the kind of its cells.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Own(column) | Self::Field(_, column) => column.kind.clone(),
            Self::HasProfile(_) => Kind::Boolean,
            Self::DrfCreated => Kind::Timestamp,
            Self::Groups | Self::Permissions | Self::DrfKey => Kind::TEXT,
        }
    }
}

impl UserTable {
    /// Returns the columns about a user, with their headings: the key, the login name, Django's attributes and the
    /// project's own columns. The password is not included.
    pub fn exported(&self) -> impl Iterator<Item = (&str, &Column)> {
        let named = |heading, name: &str| self.table.column(name).map(|column| (heading, column));
        let key = named("id", &self.key);
        let login = named(self.label(), self.label()).filter(|_| self.label() != self.key);
        let attributes = UserColumn::all().into_iter().filter_map(move |column| match column {
            UserColumn::Attribute("id" | "username") => None,
            UserColumn::Attribute(name) if name != self.label() => named(name, name),
            _ => None,
        });
        let own =
            self.extra_columns().filter(|column| !column.generated).map(|column| (&*column.name, column));
        key.into_iter().chain(login).chain(attributes).chain(own)
    }
}

impl Store {
    /// Whether users can be in groups in this database.
    pub fn has_groups(&self) -> Result<bool> {
        Ok(self.group_keys()?.is_some())
    }

    /// Whether users can have permissions of their own in this database.
    pub fn has_permissions(&self) -> Result<bool> {
        Ok(self.permission_keys()?.is_some())
    }

    /// Returns the Django model of a table, as `app.model` in lower case.
    ///
    /// # Errors
    /// Returns [`Refusal::Ambiguous`] if several models are possible, and [`Misuse`] if none is known.
    pub fn model_of(&self, table: &Table) -> Result<String> {
        let models = models_of(&*self.engine, &table.name)?;
        let mut names: Vec<String> = models.iter().map(|(label, model)| format!("{label}.{model}")).collect();
        if names.len() == 1 {
            return Ok(names.remove(0));
        }
        if names.is_empty() {
            return Err(Misuse::UnknownModel(table.name.clone()).into());
        }
        Err(Refusal::Ambiguous(Undecided {
            what: format!("Several models match table {}", table.name),
            found: names,
            decide: Selector::Model(table.name.clone()),
        })
        .into())
    }

    /// Passes each account that matches the filter to the callback, with one cell per part.
    pub fn each_account(
        &self,
        filter: &UserFilter,
        parts: &[ExportPart<'_>],
        on_row: &mut OnRow<'_>,
    ) -> Result<()> {
        let users = &self.layout.users;
        let key = quoted(&users.key);
        let mut joined: Vec<String> = Vec::new();
        let mut from = format!("{} AS u", quoted(&users.table.name));
        // A user has at most one row in each joined table.
        let mut join = |table: &str, column: &str| {
            let index = joined.iter().position(|known| known == table).unwrap_or_else(|| {
                let index = joined.len();
                let (name, column) = (quoted(table), quoted(column));
                let _ = write!(from, " LEFT JOIN {name} AS j{index} ON j{index}.{column} = u.{key}");
                joined.push(table.to_owned());
                index
            });
            format!("j{index}")
        };
        let null = || "NULL".to_owned();
        let mut selected = Vec::new();
        for part in parts {
            selected.push(match part {
                ExportPart::Own(column) => format!("u.{}", quoted(&column.name)),
                ExportPart::Groups => self.group_keys()?.unwrap_or_else(null),
                ExportPart::Permissions => self.permission_keys()?.unwrap_or_else(null),
                ExportPart::DrfKey | ExportPart::DrfCreated => match &self.layout.drf {
                    Some(table) => {
                        let column = if matches!(part, ExportPart::DrfKey) { "key" } else { "created" };
                        format!("{}.{column}", join(&table.name, "user_id"))
                    }
                    None => null(),
                },
                ExportPart::HasProfile(profile) => {
                    let alias = join(&profile.table.name, &profile.user_column);
                    format!("{alias}.{} IS NOT NULL", quoted(&profile.user_column))
                }
                ExportPart::Field(profile, column) => {
                    let alias = join(&profile.table.name, &profile.user_column);
                    format!("{alias}.{}", quoted(&column.name))
                }
            });
        }
        let mut parameters = Vec::new();
        let chosen = self.chosen(filter, &mut parameters)?;
        let kinds: Vec<Kind> = parts.iter().map(ExportPart::kind).collect();
        let sql = format!("SELECT {} FROM {from}{chosen}", selected.join(", "));
        self.engine.query(&sql, &parameters, &kinds, on_row)
    }

    /// Passes each row of a table that refers to a matching account to the callback.
    pub fn each_row_of_users(
        &self,
        filter: &UserFilter,
        (table, user_column): (&Table, &str),
        columns: &[&Column],
        on_row: &mut OnRow<'_>,
    ) -> Result<()> {
        let users = &self.layout.users;
        let mut parameters = Vec::new();
        let chosen = self.chosen(filter, &mut parameters)?;
        let selected: Vec<String> =
            columns.iter().map(|column| format!("t.{}", quoted(&column.name))).collect();
        let order: Vec<String> = [user_column]
            .into_iter()
            .chain(table.key.iter().map(|key| &**key))
            .map(|column| format!("t.{}", quoted(column)))
            .collect();
        let sql = format!(
            "SELECT {} FROM {} AS t WHERE t.{} IN (SELECT u.{} FROM {} AS u{chosen}) ORDER BY {}",
            selected.join(", "),
            quoted(&table.name),
            quoted(user_column),
            quoted(&users.key),
            quoted(&users.table.name),
            order.join(", "),
        );
        let kinds: Vec<Kind> = columns.iter().map(|column| column.kind.clone()).collect();
        self.engine.query(&sql, &parameters, &kinds, on_row)
    }
}
