//! The columns by which users are listed, sorted and filtered.

use std::borrow::Cow;

use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::error::misuse::{ColumnUse, Misuse};
use crate::error::suggest::nearest;
use crate::store::Store;
use crate::store::difference::HIDDEN;
use crate::store::schema::{Column, quoted};
use crate::store::users::ATTRIBUTES;

/// A column of a listing of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserColumn {
    /// An attribute of a [`User`](crate::django::models::User), by name. Empty if the table has no such column.
    Attribute(&'static str),
    /// A column that the project added to the user table.
    Own(Column),
    /// A column of a profile, named `KIND.FIELD`. Empty for a user without this profile.
    OfProfile {
        /// The profile kind.
        kind: String,
        /// The profile's table.
        table: String,
        /// The column that refers to the user.
        user_column: String,
        /// The column itself.
        column: Column,
    },
    /// The names of the user's groups, as a JSON list of lists of one name.
    Groups,
    /// The kinds of the user's profiles.
    Profile,
    /// The number of the user's tokens of all schemes.
    Tokens,
    /// The encoded password, of which only the algorithm and the cost may be shown.
    Hasher,
}

impl UserColumn {
    /// Returns the columns that every project has, in the order of the help.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let attributes = ATTRIBUTES.iter().map(|(name, _)| Self::Attribute(name));
        attributes.chain([Self::Profile, Self::Groups, Self::Tokens, Self::Hasher]).collect()
    }

    /// Returns its name, which is its heading and its key in JSON.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Attribute(name) => name,
            Self::Own(column) => &column.name,
            Self::OfProfile { kind, column, .. } => return format!("{kind}.{}", column.name).into(),
            Self::Groups => "groups",
            Self::Profile => "profile",
            Self::Tokens => "tokens",
            Self::Hasher => "hasher",
        })
    }

    /// Returns the column of the database, if it is one of the project's own.
    pub(super) fn own(&self) -> Option<&Column> {
        match self {
            Self::Own(column) | Self::OfProfile { column, .. } => Some(column),
            _ => None,
        }
    }

    /// Whether a value can be NULL.
    pub(super) fn is_nullable(&self) -> bool {
        match self {
            Self::Attribute(name) => *name == "last_login",
            Self::Own(column) => column.nullable,
            Self::OfProfile { .. } => true,
            _ => false,
        }
    }

    /// Whether its values can be compared in the database.
    #[must_use]
    pub fn is_comparable(&self) -> bool {
        match self {
            Self::Attribute(_) | Self::Profile | Self::Tokens => true,
            Self::Own(_) | Self::OfProfile { .. } => !self.is_hidden(),
            Self::Groups | Self::Hasher => false,
        }
    }

    /// Whether its values may be secrets, which are hidden.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.own().is_some_and(Column::may_hold_secret)
    }
}

impl Store {
    /// Returns the column of this name: of every project, of the user table, or as `KIND.FIELD` of a profile.
    ///
    /// # Errors
    /// Returns [`Misuse::UnknownColumn`] with the known names.
    pub fn user_column(&self, name: &str, usage: ColumnUse) -> Result<UserColumn> {
        let common = name.replace('-', "_");
        if let Some(column) = UserColumn::all().into_iter().find(|column| column.name() == common) {
            return Ok(column);
        }
        if let Some(column) = self.own_user_columns().find(|column| column.name == name) {
            return Ok(UserColumn::Own(column.clone()));
        }
        let mut columns = self.user_columns()?;
        if let Some(position) = columns.iter().position(|column| column.name() == name) {
            return Ok(columns.swap_remove(position));
        }
        let known: Vec<String> = columns.iter().map(|column| column.name().into_owned()).collect();
        let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        Err(Misuse::UnknownColumn { usage, name: name.to_owned(), near, known }.into())
    }

    /// Returns all columns: those of every project, of the user table and of the profiles.
    pub fn user_columns(&self) -> Result<Vec<UserColumn>> {
        let own = self.own_user_columns().cloned().map(UserColumn::Own);
        Ok(UserColumn::all().into_iter().chain(own).chain(self.profile_columns()?).collect())
    }

    /// Returns the column of this name, if its values can be compared in the database.
    ///
    /// # Errors
    /// Returns [`Misuse::UnknownColumn`], or [`Misuse::NotComparable`].
    pub(super) fn comparable_column(&self, name: &str, usage: ColumnUse) -> Result<UserColumn> {
        let column = self.user_column(name, usage)?;
        if column.is_comparable() {
            Ok(column)
        } else {
            Err(Misuse::NotComparable { usage, name: name.to_owned() }.into())
        }
    }

    /// Returns the columns that not every user table has, with the login column.
    pub(super) fn own_user_columns(&self) -> impl Iterator<Item = &Column> {
        let users = &self.layout.users;
        let login = users.table.column(users.label());
        let is_attribute = |column: &&Column| ATTRIBUTES.iter().any(|(name, _)| *name == column.name);
        login.filter(move |column| !is_attribute(column)).into_iter().chain(users.extra_columns())
    }

    /// Returns the columns with these names, each once. Without names, returns those that a listing for people shows, or
    /// for programs all that need no further query.
    pub fn chosen_columns(&self, names: &[String], is_for_people: bool) -> Result<Vec<UserColumn>> {
        let mut columns: Vec<UserColumn> = Vec::new();
        for name in names {
            let column = self.user_column(name, ColumnUse::Columns)?;
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        let is_attribute = |column: &UserColumn| matches!(column, UserColumn::Attribute(_));
        match (columns.is_empty(), is_for_people) {
            (false, _) => Ok(columns),
            (true, true) => self.columns_for_people(),
            (true, false) => Ok(UserColumn::all().into_iter().filter(is_attribute).collect()),
        }
    }

    /// Returns the columns that fit a terminal, and for which the database has tables.
    fn columns_for_people(&self) -> Result<Vec<UserColumn>> {
        let table = &self.layout.users.table;
        let login = self.own_user_columns().next().filter(|column| column.name == self.layout.users.label());
        let attribute = |name| table.has(name).then_some(UserColumn::Attribute(name));
        let login = attribute("username").or_else(|| login.cloned().map(UserColumn::Own));
        let has_profiles = !self.profile_tables()?.is_empty();
        let has_tokens = !self.token_tables()?.is_empty();
        Ok([Some(UserColumn::Attribute("id")), login]
            .into_iter()
            .chain(["email", "is_active", "is_staff", "date_joined"].map(attribute))
            .chain([has_profiles.then_some(UserColumn::Profile), has_tokens.then_some(UserColumn::Tokens)])
            .flatten()
            .collect())
    }

    /// Returns the columns of all profiles.
    pub(super) fn profile_columns(&self) -> Result<Vec<UserColumn>> {
        let mut columns = Vec::new();
        for table in self.profile_tables()? {
            columns.extend(table.fields().map(|column| UserColumn::OfProfile {
                kind: table.kind.clone(),
                table: table.table.name.clone(),
                user_column: table.user_column.clone(),
                column: column.clone(),
            }));
        }
        Ok(columns)
    }

    /// Returns the kind of the cells of a listed column.
    #[must_use]
    pub fn kind_of(&self, column: &UserColumn) -> Kind {
        match column {
            UserColumn::Attribute("id") => self.layout.users.key_kind.clone(),
            UserColumn::Attribute(name) => ATTRIBUTES
                .iter()
                .find(|(attribute, _)| attribute == name)
                .map_or(Kind::TEXT, |(_, kind)| kind.clone()),
            UserColumn::Own(own) | UserColumn::OfProfile { column: own, .. } if !column.is_hidden() => {
                own.kind.clone()
            }
            UserColumn::Tokens => Kind::Integer,
            _ => Kind::TEXT,
        }
    }

    /// Returns the SQL of a listed column. Secrets are not read.
    pub(super) fn listed(&self, column: &UserColumn) -> Result<String> {
        Ok(match column {
            // As in a `User`, a text that the table lacks is empty, not NULL.
            UserColumn::Attribute(name @ ("email" | "first_name" | "last_name"))
                if !self.layout.users.table.has(name) =>
            {
                "CAST('' AS text)".into()
            }
            UserColumn::Attribute(name) => self.layout.users.attribute(name),
            UserColumn::Own(Column { name, .. }) => {
                let value = format!("u.{}", quoted(name));
                if column.is_hidden() { hidden(&value) } else { value }
            }
            UserColumn::OfProfile { table, user_column, column: Column { name, .. }, .. } => {
                let value = format!("t.{}", quoted(name));
                let value = if column.is_hidden() { hidden(&value) } else { value };
                format!("(SELECT {value} {})", self.rows_of_user(table, user_column))
            }
            UserColumn::Groups => match self.group_link()? {
                Some(link) => format!(
                    "(SELECT {} FROM {} AS t JOIN auth_group AS g ON g.{} = t.{} WHERE t.{} = u.{})",
                    self.engine.json_lists(&["g.name"]),
                    quoted(&link.table),
                    quoted(&link.target),
                    quoted(&link.other_column),
                    quoted(&link.user_column),
                    quoted(&self.layout.users.key),
                ),
                None => "'[]'".into(),
            },
            UserColumn::Hasher => "u.password".into(),
            UserColumn::Tokens => {
                let counts: Vec<String> = self
                    .token_tables()?
                    .iter()
                    .map(|tokens| self.rows_of_user(&tokens.table.name, &tokens.owner))
                    .map(|rows| format!("(SELECT count(*) {rows})"))
                    .collect();
                if counts.is_empty() { "0".into() } else { format!("({})", counts.join(" + ")) }
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

    pub(super) fn refers(&self, table: &str, column: &str) -> String {
        format!("EXISTS (SELECT 1 {})", self.rows_of_user(table, column))
    }

    pub(super) fn rows_of_user(&self, table: &str, column: &str) -> String {
        let key = quoted(&self.layout.users.key);
        format!("FROM {} AS t WHERE t.{} = u.{key}", quoted(table), quoted(column))
    }
}

/// Returns the SQL that shows only whether there is a value.
fn hidden(value: &str) -> String {
    format!("CASE WHEN {value} IS NOT NULL THEN '{HIDDEN}' END")
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
