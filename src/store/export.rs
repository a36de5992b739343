//! Whole accounts and the rows that belong to them, many at once: each in one query, whatever is joined to it.

use std::fmt::Write as _;

use anyhow::Result;

use crate::django::models::UserFilter;
use crate::django::value::{Kind, OnRow};
use crate::error::refusal::Refusal;
use crate::store::Store;
use crate::store::layout::{ProfileTable, UserTable, models_of};
use crate::store::schema::{Column, Table, quoted};
use crate::store::users::UserColumn;

const TEXT: Kind = Kind::Text { max_length: None };

/// Something to be read of each account.
#[derive(Clone, Copy, Debug)]
pub enum ExportPart<'a> {
    /// A column of the user table.
    Own(&'a Column),
    /// The natural keys of the user's groups, as a JSON list of lists of one name.
    Groups,
    /// The natural keys of the permissions that the user was given by name, as a JSON list of lists.
    Permissions,
    /// The key that DRF keeps for the user.
    DrfKey,
    /// Has the user a profile of this kind?
    HasProfile(&'a ProfileTable),
    /// A column of the user's profile of this kind.
    Field(&'a ProfileTable, &'a Column),
}

impl ExportPart<'_> {
    /// What its cells hold.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Own(column) | Self::Field(_, column) => column.kind.clone(),
            Self::HasProfile(_) => Kind::Boolean,
            Self::Groups | Self::Permissions | Self::DrfKey => TEXT,
        }
    }
}

impl UserTable {
    /// The columns that say something about a user, with their headings: the key, the login name, those that Django gives
    /// users, and the project's own. The password is none.
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
    /// Can users be in groups here?
    ///
    /// # Errors
    /// A failure of the database.
    pub fn has_groups(&self) -> Result<bool> {
        Ok(self.group_keys()?.is_some())
    }

    /// Can users be given permissions by name here?
    ///
    /// # Errors
    /// A failure of the database.
    pub fn has_permissions(&self) -> Result<bool> {
        Ok(self.permission_keys()?.is_some())
    }

    /// Django's model of a table, as `app.model` in lower case.
    ///
    /// # Errors
    /// [`Refusal::Ambiguous`] where it may be that of several models, [`Refusal::Usage`] where none is known.
    pub fn model_of(&self, table: &Table) -> Result<String> {
        let models = models_of(&*self.engine, &table.name)?;
        let mut names: Vec<String> = models.iter().map(|(label, model)| format!("{label}.{model}")).collect();
        if names.len() == 1 {
            return Ok(names.remove(0));
        }
        let decide = format!("Pass --name {}=APP.MODEL.", table.name);
        if names.is_empty() {
            return Err(
                Refusal::Usage(format!("The model of table {} is unknown. {decide}", table.name)).into()
            );
        }
        Err(Refusal::Ambiguous {
            what: format!("Several models match table {}", table.name),
            found: names,
            decide,
        }
        .into())
    }

    /// Hands out the accounts that the filter lets through, with a cell for each part.
    ///
    /// # Errors
    /// As [`Self::each_user`].
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
        // A user has one row at most in a table that is joined here.
        let mut join = |table: &str, column: &str| {
            let place = joined.iter().position(|known| known == table).unwrap_or_else(|| {
                let place = joined.len();
                let (name, column) = (quoted(table), quoted(column));
                let _ = write!(from, " LEFT JOIN {name} AS j{place} ON j{place}.{column} = u.{key}");
                joined.push(table.to_owned());
                place
            });
            format!("j{place}")
        };
        let none = || "NULL".to_owned();
        let mut selected = Vec::new();
        for part in parts {
            selected.push(match part {
                ExportPart::Own(column) => format!("u.{}", quoted(&column.name)),
                ExportPart::Groups => self.group_keys()?.unwrap_or_else(none),
                ExportPart::Permissions => self.permission_keys()?.unwrap_or_else(none),
                ExportPart::DrfKey => match &self.layout.drf {
                    Some(table) => format!("{}.key", join(&table.name, "user_id")),
                    None => none(),
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

    /// Hands out the rows of a table whose column refers to one of the accounts that the filter lets through.
    ///
    /// # Errors
    /// As [`Self::each_user`].
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
