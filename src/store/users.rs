//! Reads and writes the rows of the user table.

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::str::FromStr;

use jiff::Timestamp;

use crate::django::models::{Key, User, UserFilter};
use crate::django::value::{Cell, Kind, OnRow, Value};
use crate::error::failure::Result;
use crate::error::refusal::Refusal;
use crate::store::layout::UserTable;
use crate::store::schema::{Column, quoted};
use crate::store::{Store, Transaction};

const TEXT: Kind = Kind::Text { max_length: None };

/// The attributes of a [`User`], named as in Django's `AbstractUser`.
const ATTRIBUTES: [(&str, Kind); 10] = [
    ("id", Kind::Integer),
    ("username", TEXT),
    ("email", TEXT),
    ("first_name", TEXT),
    ("last_name", TEXT),
    ("is_active", Kind::Boolean),
    ("is_staff", Kind::Boolean),
    ("is_superuser", Kind::Boolean),
    ("date_joined", Kind::Timestamp),
    ("last_login", Kind::Timestamp),
];

/// The queries for one user. They are built once, since a file may name many users.
#[derive(Default)]
pub(super) struct UserQueries {
    by_login: OnceCell<UserQuery>,
    by_key: OnceCell<UserQuery>,
}

struct UserQuery {
    sql: String,
    kinds: Vec<Kind>,
}

/// A column of a listing of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserColumn {
    /// An attribute of a [`User`], by name. Empty if the table has no such column.
    Attribute(&'static str),
    /// The kinds of the user's profiles.
    Profile,
    /// The number of the user's tokens of all schemes.
    Tokens,
    /// The password's algorithm and cost.
    Hasher,
}

impl UserColumn {
    /// Returns all columns, in the order of the help.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let attributes = ATTRIBUTES.iter().map(|(name, _)| Self::Attribute(name));
        attributes.chain([Self::Profile, Self::Tokens, Self::Hasher]).collect()
    }

    /// Returns its name, which is its heading and its key in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Attribute(name) => name,
            Self::Profile => "profile",
            Self::Tokens => "tokens",
            Self::Hasher => "hasher",
        }
    }
}

impl FromStr for UserColumn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.replace('-', "_");
        Self::all().into_iter().find(|column| column.name() == name).ok_or_else(|| {
            let names: Vec<&str> = Self::all().iter().map(Self::name).collect();
            format!("expected one of {}", names.join(", "))
        })
    }
}

impl UserTable {
    /// Returns the SQL of an attribute: the table's column, or a constant if it has none.
    pub(super) fn attribute(&self, name: &str) -> String {
        let column = match name {
            "id" => &self.key,
            "username" => self.label(),
            name => name,
        };
        match (self.table.has(column), name) {
            (true, _) => format!("u.{}", quoted(column)),
            (false, "is_active") => "TRUE".into(),
            (false, "is_staff" | "is_superuser") => "FALSE".into(),
            (false, _) => "NULL".into(),
        }
    }

    /// Returns the project's own columns: those that are not attributes of a [`User`]. The password is not included.
    pub fn extra_columns(&self) -> impl Iterator<Item = &Column> {
        let is_attribute = |name: &str| {
            let has_name = |(attribute, _): &(&str, Kind)| *attribute == name;
            ATTRIBUTES.iter().skip_while(|(name, _)| ["id", "username"].contains(name)).any(has_name)
        };
        self.table.columns.iter().filter(move |column| {
            let name = &*column.name;
            name != self.key && name != self.label() && name != "password" && !is_attribute(name)
        })
    }

    /// Returns the kind of the cells of a listed column.
    #[must_use]
    pub fn kind_of(&self, column: &UserColumn) -> Kind {
        match column {
            UserColumn::Attribute("id") => self.key_kind.clone(),
            UserColumn::Attribute(name) => ATTRIBUTES
                .iter()
                .find(|(attribute, _)| attribute == name)
                .map_or(TEXT, |(_, kind)| kind.clone()),
            UserColumn::Tokens => Kind::Integer,
            UserColumn::Profile | UserColumn::Hasher => TEXT,
        }
    }

    fn kinds(&self) -> Vec<Kind> {
        let own =
            |(name, kind): &(&str, Kind)| if *name == "id" { self.key_kind.clone() } else { kind.clone() };
        ATTRIBUTES.iter().map(own).collect()
    }

    /// Converts a cell of the key column to a key.
    pub(super) fn read_key(&self, cell: Cell<'_>) -> Key {
        match cell {
            Cell::Integer(number) => Key::Integer(number),
            cell if self.key_kind == Kind::Uuid => Key::Uuid(cell.string()),
            cell => Key::Text(cell.string()),
        }
    }

    fn read(&self, cells: &[Cell<'_>]) -> User {
        User {
            id: self.read_key(cells[0]),
            username: cells[1].string(),
            email: cells[2].string(),
            first_name: cells[3].string(),
            last_name: cells[4].string(),
            is_active: cells[5].is_true(),
            is_staff: cells[6].is_true(),
            is_superuser: cells[7].is_true(),
            date_joined: cells[8].timestamp(),
            last_login: cells[9].timestamp(),
        }
    }

    fn select(&self) -> String {
        let columns: Vec<String> = ATTRIBUTES.iter().map(|(name, _)| self.attribute(name)).collect();
        format!("SELECT {} FROM {} AS u", columns.join(", "), quoted(&self.table.name))
    }
}

impl From<&Key> for Value {
    fn from(key: &Key) -> Self {
        match key {
            Key::Integer(number) => Self::Integer(*number),
            Key::Uuid(digits) => Self::Uuid(digits.clone()),
            Key::Text(text) => Self::Text(text.clone()),
        }
    }
}

impl Store {
    /// Finds the user with this login name, compared exactly.
    ///
    /// # Errors
    /// Returns [`Refusal::Ambiguous`] if the login column is unknown. Fails on database errors.
    pub fn find_user(&self, login: &str) -> Result<Option<User>> {
        let column = self.layout.users.login()?;
        self.one_user(self.queries.by_login.get_or_init(|| self.query_of_user(column)), login.into())
    }

    /// Returns the user with this login name.
    ///
    /// # Errors
    /// Returns [`Refusal::UserNotFound`], or the errors of [`Self::find_user`].
    pub fn user(&self, login: &str) -> Result<User> {
        self.find_user(login)?.ok_or_else(|| Refusal::UserNotFound(login.to_owned()).into())
    }

    /// Finds the user with this key.
    pub fn user_of_key(&self, key: &Key) -> Result<Option<User>> {
        let column = &self.layout.users.key;
        self.one_user(self.queries.by_key.get_or_init(|| self.query_of_user(column)), key.into())
    }

    /// Returns the SQL for comparing an attribute.
    fn ordered(&self, name: &str) -> String {
        let sql = self.layout.users.attribute(name);
        let is_time = ATTRIBUTES.contains(&(name, Kind::Timestamp));
        if is_time { self.engine.sortable_time(&sql) } else { sql }
    }

    fn query_of_user(&self, column: &str) -> UserQuery {
        let users = &self.layout.users;
        let sql = format!("{} WHERE u.{} = ?1", users.select(), quoted(column));
        UserQuery { sql, kinds: users.kinds() }
    }

    /// Finds the user with this key in its displayed form. Returns `None` also for an invalid key.
    pub fn user_of_shown_key(&self, text: &str) -> Result<Option<User>> {
        let key = match self.layout.users.key_kind {
            Kind::Integer => text.parse().ok().map(Key::Integer),
            Kind::Uuid => Some(Key::Uuid(text.replace('-', "").to_ascii_lowercase())),
            _ => Some(Key::Text(text.to_owned())),
        };
        key.map_or(Ok(None), |key| self.user_of_key(&key))
    }

    /// Returns the current row of a user who is to receive a token.
    ///
    /// # Errors
    /// Returns [`Refusal::InactiveUser`], or [`Refusal::UserNotFound`] if the user no longer exists. Fails on
    /// database errors.
    pub fn active_user(&self, user: &User) -> Result<User> {
        match self.user_of_key(&user.id)? {
            Some(user) if user.is_active => Ok(user),
            Some(user) => Err(Refusal::InactiveUser(user.username).into()),
            None => Err(Refusal::UserNotFound(user.username.clone()).into()),
        }
    }

    fn one_user(&self, query: &UserQuery, parameter: Value) -> Result<Option<User>> {
        let users = &self.layout.users;
        let mut found = None;
        let sql = format!("{}{}", query.sql, self.engine.locking(&users.table.name, "u"));
        self.engine.query(&sql, &[parameter], &query.kinds, &mut |cells| {
            found = Some(users.read(cells));
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Finds another user whose name is this one in lower case, in upper case, or capitalized. Each is a look-up in the
    /// index; any other case would take a scan of all users.
    pub fn user_of_other_case(&self, username: &str) -> Result<Option<String>> {
        let lower = username.to_lowercase();
        let mut letters = lower.chars();
        let capitalized: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        for name in [lower.clone(), capitalized, username.to_uppercase()] {
            if name != username && self.find_user(&name)?.is_some() {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Reads the user again.
    ///
    /// # Errors
    /// Returns [`Refusal::UserNotFound`] if the user no longer exists. Fails on database errors.
    pub fn reread_user(&self, user: &User) -> Result<User> {
        self.user_of_key(&user.id)?.ok_or_else(|| Refusal::UserNotFound(user.username.clone()).into())
    }

    /// Returns the encoded password of a user. Empty if the user no longer exists.
    pub fn encoded_password(&self, key: &Key) -> Result<String> {
        let users = &self.layout.users;
        let sql =
            format!("SELECT password FROM {} WHERE {} = ?1", quoted(&users.table.name), quoted(&users.key));
        Ok(self.texts(&sql, &[key.into()])?.pop().unwrap_or_default())
    }

    pub(super) fn texts(&self, sql: &str, parameters: &[Value]) -> Result<Vec<String>> {
        let mut found = Vec::new();
        self.engine.query(sql, parameters, &[TEXT], &mut |cells| {
            found.push(cells[0].string());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Passes each user that matches the filter to the callback, with the cells of the columns.
    ///
    /// # Errors
    /// Returns [`Refusal::ProfileKindNotFound`], [`Refusal::GroupNotFound`], or [`Refusal::Usage`] for an unknown
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

    /// Counts the users that match the filter. Ignores its limit.
    pub fn count_users(&self, filter: &UserFilter) -> Result<u64> {
        let mut parameters = Vec::new();
        let conditions = self.conditions(filter, &mut parameters)?;
        let mut sql = format!("SELECT count(*) FROM {} AS u", quoted(&self.layout.users.table.name));
        if !conditions.is_empty() {
            let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
        }
        let mut count = 0;
        self.engine.query(&sql, &parameters, &[Kind::Integer], &mut |cells| {
            count = cells[0].integer().unwrap_or_default().unsigned_abs();
            Ok(ControlFlow::Break(()))
        })?;
        Ok(count)
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
                let names: Vec<&str> = ATTRIBUTES.iter().map(|(name, _)| *name).collect();
                Refusal::usage(format!("--sort: expected one of {}.", names.join(", ")))
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
            for table in self.token_tables() {
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
                    .map(|table| format!("(SELECT count(*) {})", self.rows_of_user(table, "user_id")))
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

    pub(super) fn token_tables(&self) -> impl Iterator<Item = &str> {
        let drf = self.layout.drf.iter().map(|table| &*table.name);
        drf.chain(self.layout.knox.iter().map(|knox| &*knox.table.name))
    }
}

impl Transaction<'_> {
    /// Writes the values that differ from the user's, and returns their columns.
    ///
    /// # Errors
    /// Returns [`Refusal::UserNotFound`] if the user no longer exists, [`Refusal::Taken`] or [`Refusal::Invalid`].
    /// Fails on database errors.
    pub fn update_user(
        &self,
        user: &User,
        values: &[(String, Value)],
        now: Timestamp,
    ) -> Result<Vec<String>> {
        let users = &self.layout.users;
        let changed = self.update(&users.table, (&users.key, &user.id), values, now)?;
        changed.ok_or_else(|| Refusal::UserNotFound(user.username.clone()).into())
    }

    /// Inserts a user and returns its key: the one among the values, or the one that the database assigned.
    ///
    /// # Errors
    /// Returns [`Refusal::Taken`] or [`Refusal::Invalid`]. Fails on database errors.
    pub fn insert_user(&self, values: &[(impl AsRef<str>, Value)]) -> Result<Key> {
        let users = &self.layout.users;
        let given = values.iter().find(|(column, _)| column.as_ref() == users.key).map(|(_, value)| value);
        if given.is_some() && users.key_kind == Kind::Integer {
            self.note_given_key(&users.table.name, &users.key);
        }
        let inserted = self.insert(&users.table.name, values, None)?;
        Ok(match given.unwrap_or(&inserted) {
            Value::Integer(number) => Key::Integer(*number),
            Value::Uuid(digits) => Key::Uuid(digits.clone()),
            Value::Text(text) => Key::Text(text.clone()),
            _ => unreachable!("a key is a number or text"),
        })
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
