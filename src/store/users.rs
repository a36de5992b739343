//! Finds and writes the rows of the user table.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::django::models::{Key, User};
use crate::django::value::{Cell, Kind, Value};
use crate::error::failure::{Error, Result};
use crate::error::faults::Undecided;
use crate::error::misuse::Selector;
use crate::error::refusal::Refusal;
use crate::store::layout::UserTable;
use crate::store::schema::{Column, quoted};
use crate::store::{Store, Transaction};

/// The number of similar usernames that are read for each beginning.
pub(super) const SIMILAR: usize = 50;

/// The number of users that one statement looks up. SQLite limits the parameters of a statement.
const LOOK_UP: usize = 1_000;

/// The attributes of a [`User`], named as in Django's `AbstractUser`.
pub(super) const ATTRIBUTES: [(&str, Kind); 10] = [
    ("id", Kind::Integer),
    ("username", Kind::TEXT),
    ("email", Kind::TEXT),
    ("first_name", Kind::TEXT),
    ("last_name", Kind::TEXT),
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
    /// For [`LOOK_UP`] login names.
    look_up: OnceCell<String>,
}

struct UserQuery {
    sql: String,
    kinds: Vec<Kind>,
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

    /// Returns the users with this email address, regardless of case.
    pub fn users_of_address(&self, address: &str) -> Result<Vec<User>> {
        let users = &self.layout.users;
        let sql = format!("{} WHERE lower({}) = lower(?1)", users.select(), users.attribute("email"));
        let mut found = Vec::new();
        self.engine.query(&sql, &[address.into()], &users.kinds(), &mut |cells| {
            found.push(users.read(cells));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Returns some usernames that begin like this one or another case of it, found by an index.
    pub fn similar_usernames(&self, name: &str) -> Result<Vec<String>> {
        let lower = name.to_lowercase();
        let capitalized = lower.chars().take(1).flat_map(char::to_uppercase).chain(lower.chars().skip(1));
        let mut prefixes = BTreeSet::new();
        for spelling in [name.to_owned(), capitalized.collect(), lower] {
            let length = spelling.chars().count();
            // A slip near the end leaves a long beginning, which few users share.
            for length in [length, length - length / 3, length / 2, 1] {
                prefixes.insert(spelling.chars().take(length).collect::<String>());
            }
        }
        let mut found = Vec::new();
        for prefix in prefixes {
            found.extend(self.usernames_with(&prefix, "ASC", SIMILAR)?);
        }
        Ok(found)
    }

    /// Returns usernames that begin like this, found by an index: the first ones, and the last one if there are more. So
    /// their common beginning is that of all.
    ///
    /// # Errors
    /// Returns [`Refusal::Ambiguous`] if the login column is unknown. Fails on database errors.
    pub fn usernames_starting_with(&self, prefix: &str) -> Result<Vec<String>> {
        let users = &self.layout.users;
        if !users.table.is_unique(users.login()?) {
            // Without an index, all users would be read.
            return Ok(Vec::new());
        }
        let mut found = self.usernames_with(prefix, "ASC", SIMILAR)?;
        if found.len() == SIMILAR {
            found.extend(self.usernames_with(prefix, "DESC", 1)?);
            found.dedup();
        }
        Ok(found)
    }

    fn usernames_with(&self, prefix: &str, order: &str, limit: usize) -> Result<Vec<String>> {
        let users = &self.layout.users;
        let column = format!("u.{}", quoted(users.login()?));
        let mut parameters = Vec::new();
        let condition = self.engine.starts_with(&column, prefix, &mut |value| {
            parameters.push(value);
            format!("?{}", parameters.len())
        });
        let sql = format!(
            "SELECT {column} FROM {} AS u WHERE {condition} ORDER BY {column} {order} LIMIT {limit}",
            quoted(&users.table.name)
        );
        self.texts(&sql, &parameters)
    }

    /// Finds the user with this key.
    pub fn user_of_key(&self, key: &Key) -> Result<Option<User>> {
        let column = &self.layout.users.key;
        self.one_user(self.queries.by_key.get_or_init(|| self.query_of_user(column)), key.into())
    }

    fn query_of_user(&self, column: &str) -> UserQuery {
        let users = &self.layout.users;
        let sql = format!("{} WHERE u.{} = ?1", users.select(), quoted(column));
        UserQuery { sql, kinds: users.kinds() }
    }

    /// Finds the user with this key in its displayed form. Returns `None` also for an invalid key.
    pub fn user_of_shown_key(&self, text: &str) -> Result<Option<User>> {
        self.key_of_shown(text).map_or(Ok(None), |key| self.user_of_key(&key))
    }

    /// Parses the displayed form of a key.
    #[must_use]
    pub fn key_of_shown(&self, text: &str) -> Option<Key> {
        match self.layout.users.key_kind {
            Kind::Integer => text.parse().ok().map(Key::Integer),
            Kind::Uuid => {
                let digits = text.replace('-', "").to_ascii_lowercase();
                let is_uuid = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                is_uuid.then_some(Key::Uuid(digits))
            }
            _ => Some(Key::Text(text.to_owned())),
        }
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
        let mut found: Vec<User> = Vec::new();
        let locking = self.engine.locking(&users.table.name, "u");
        let sql = if locking.is_empty() {
            Cow::Borrowed(&*query.sql)
        } else {
            Cow::Owned(query.sql.clone() + &locking)
        };
        self.engine.query(&sql, &[parameter], &query.kinds, &mut |cells| {
            found.push(users.read(cells));
            Ok(if found.len() > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        match &found[..] {
            [first, second] => Err(ambiguous(first, second)),
            _ => Ok(found.pop()),
        }
    }

    /// Finds another user than this one whose name is `username` in lower case, in upper case, or capitalized. Each is a
    /// look-up in the index; any other case would take a scan of all users.
    pub fn user_of_other_case(&self, username: &str, user: Option<&Key>) -> Result<Option<String>> {
        let lower = username.to_lowercase();
        let mut letters = lower.chars();
        let capitalized: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        for name in [lower.clone(), capitalized, username.to_uppercase()] {
            if name == username {
                continue;
            }
            if let Some(other) = self.find_user(&name)?
                && Some(&other.id) != user
            {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Reads again the user with this key. `username` is for the error.
    ///
    /// # Errors
    /// Returns [`Refusal::UserNotFound`] if the user no longer exists. Fails on database errors.
    pub fn reread_user(&self, key: &Key, username: &str) -> Result<User> {
        self.user_of_key(key)?.ok_or_else(|| Refusal::UserNotFound(username.to_owned()).into())
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
        self.engine.query(sql, parameters, &[Kind::TEXT], &mut |cells| {
            found.push(cells[0].string());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Finds the users with these login names, in the given spelling. The column's collation may equate it with others.
    ///
    /// # Errors
    /// The same as for [`Self::find_user`].
    pub fn find_users(&self, logins: &[&str]) -> Result<HashMap<String, User>> {
        let users = &self.layout.users;
        let column = quoted(users.login()?);
        let sql = |count: usize| {
            let places: Vec<String> = (1..=count).map(|number| format!("?{number}")).collect();
            format!("{} WHERE u.{column} IN ({})", users.select(), places.join(", "))
        };
        let mut found: HashMap<String, User> = HashMap::new();
        for logins in logins.chunks(LOOK_UP) {
            let given: HashSet<&str> = logins.iter().copied().collect();
            let mut is_exact = true;
            let sql = match logins.len() {
                LOOK_UP => Cow::Borrowed(self.queries.look_up.get_or_init(|| sql(LOOK_UP)).as_str()),
                count => Cow::Owned(sql(count)),
            };
            let parameters: Vec<Value> = logins.iter().map(|login| (*login).into()).collect();
            self.engine.query(&sql, &parameters, &users.kinds(), &mut |cells| {
                let user = users.read(cells);
                is_exact &= given.contains(&*user.username);
                match found.insert(user.username.clone(), user) {
                    Some(other) if other.id != found[&other.username].id => {
                        Err(ambiguous(&other, &found[&other.username]))
                    }
                    _ => Ok(ControlFlow::Continue(())),
                }
            })?;
            if !is_exact {
                for login in logins {
                    if let Some(user) = self.find_user(login)? {
                        found.insert((*login).to_owned(), user);
                    }
                }
            }
        }
        Ok(found)
    }
}

/// The refusal of a login name that several users have.
fn ambiguous(first: &User, second: &User) -> Error {
    Refusal::Ambiguous(Undecided {
        what: "Several users have this login name, among them those with the keys".into(),
        found: vec![first.id.to_string(), second.id.to_string()],
        decide: Selector::LoginColumn,
    })
    .into()
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
