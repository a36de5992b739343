//! What `check` wants to know of a whole database.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use anyhow::Result;
use jiff::Timestamp;

use crate::django::models::{TokenFilter, TokenState};
use crate::django::value::Kind;
use crate::store::Store;
use crate::store::schema::quoted;

/// How many names a finding gives as examples.
const EXAMPLES: usize = 5;

/// Users that have something in common: how many, and the first few of them.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// The first few login names.
    pub examples: Vec<String>,
}

impl Group {
    fn add(&mut self, name: &str) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(name.to_owned());
        }
    }
}

/// How many rows there are of each sort.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct UserCounts {
    /// All users.
    pub users: u64,
    /// Users who may log in.
    pub active: u64,
    /// Users who may enter Django's admin.
    pub staff: u64,
    /// Users with every permission.
    pub superusers: u64,
}

impl Store {
    /// Faults of the file itself, as the engine words them.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn integrity_faults(&self) -> Result<Vec<String>> {
        self.engine.integrity_faults()
    }

    /// References that point at nothing: the table, the table they should point at, and how many there are.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn dangling_references(&self) -> Result<Vec<(String, String, u64)>> {
        self.engine.dangling_references()
    }

    /// How many users there are of each sort.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn user_counts(&self) -> Result<UserCounts> {
        let users = &self.layout.users;
        let sum = |name: &str| format!("coalesce(sum({} = 1), 0)", users.attribute(name));
        let sql = format!(
            "SELECT count(*), {}, {}, {} FROM {} AS u",
            sum("is_active"),
            sum("is_staff"),
            sum("is_superuser"),
            quoted(&users.table.name)
        );
        let [users, active, staff, superusers] = self.numbers(&sql)?;
        Ok(UserCounts { users, active, staff, superusers })
    }

    /// How many rows a table of the layout has.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn row_count(&self, table: &str) -> Result<u64> {
        let [count] = self.numbers(&format!("SELECT count(*) FROM {}", quoted(table)))?;
        Ok(count)
    }

    /// Sorts the users by what `sort` says of their encoded passwords.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn by_password<K: Ord>(&self, mut sort: impl FnMut(&str) -> K) -> Result<BTreeMap<K, Group>> {
        let users = &self.layout.users;
        let text = Kind::Text { max_length: None };
        let sql = format!(
            "SELECT {}, u.password FROM {} AS u",
            users.attribute("username"),
            quoted(&users.table.name)
        );
        let mut groups: BTreeMap<K, Group> = BTreeMap::new();
        self.engine.query(&sql, &[], &[text.clone(), text], &mut |cells| {
            let group = groups.entry(sort(cells[1].text().unwrap_or_default())).or_default();
            group.add(cells[0].text().unwrap_or_default());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(groups)
    }

    /// Values of an attribute that differ from another user's in upper and lower case alone.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn differing_in_case(&self, attribute: &str) -> Result<Group> {
        let users = &self.layout.users;
        if attribute != "username" && !users.table.has(attribute) {
            return Ok(Group::default());
        }
        let column = users.attribute(attribute);
        self.group(&format!(
            "SELECT min({column}) FROM {} AS u WHERE {column} <> '' \
             GROUP BY lower({column}) HAVING count(DISTINCT {column}) > 1",
            quoted(&users.table.name)
        ))
    }

    /// Another user whose name differs from this one in the case of ASCII letters alone. Looks at every user.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn same_but_for_case(&self, username: &str) -> Result<Option<String>> {
        let users = &self.layout.users;
        let column = users.attribute("username");
        let sql = format!(
            "SELECT {column} FROM {} AS u WHERE lower({column}) = lower(?1) AND {column} <> ?1 LIMIT 1",
            quoted(&users.table.name)
        );
        let mut other = None;
        self.engine.query(&sql, &[username.into()], &[Kind::Text { max_length: None }], &mut |cells| {
            other = cells[0].text().map(str::to_owned);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(other)
    }

    /// Active superusers who never logged in through Django.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn superusers_who_never_logged_in(&self) -> Result<Group> {
        let users = &self.layout.users;
        if !users.table.has("last_login") {
            return Ok(Group::default());
        }
        self.group(&format!(
            "SELECT {} FROM {} AS u WHERE {} = 1 AND {} = 1 AND u.last_login IS NULL",
            users.attribute("username"),
            quoted(&users.table.name),
            users.attribute("is_superuser"),
            users.attribute("is_active"),
        ))
    }

    /// Is there an active superuser?
    ///
    /// # Errors
    /// A failure of the database.
    pub fn has_superuser(&self) -> Result<bool> {
        let users = &self.layout.users;
        let [any] = self.numbers(&format!(
            "SELECT EXISTS (SELECT 1 FROM {} AS u WHERE {} = 1 AND {} = 1)",
            quoted(&users.table.name),
            users.attribute("is_superuser"),
            users.attribute("is_active"),
        ))?;
        Ok(any > 0)
    }

    /// The owners of tokens that Django refuses since the user is inactive.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn tokens_of_inactive_users(&self, now: Timestamp) -> Result<Group> {
        let mut group = Group::default();
        self.each_token(&TokenFilter::default(), &mut |token| {
            // A row that refers to nobody is a dangling reference, which is told as such.
            if token.state(now) == TokenState::Inactive && !token.username.is_empty() {
                group.add(&token.username);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(group)
    }

    fn group(&self, sql: &str) -> Result<Group> {
        let mut group = Group::default();
        self.engine.query(sql, &[], &[Kind::Text { max_length: None }], &mut |cells| {
            group.add(cells[0].text().unwrap_or_default());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(group)
    }

    /// The numbers of a query of one row.
    pub(super) fn numbers<const COUNT: usize>(&self, sql: &str) -> Result<[u64; COUNT]> {
        let mut numbers = [0; COUNT];
        self.engine.query(sql, &[], &[const { Kind::Integer }; COUNT], &mut |cells| {
            for (number, cell) in numbers.iter_mut().zip(cells) {
                *number = cell.integer().and_then(|number| u64::try_from(number).ok()).unwrap_or_default();
            }
            Ok(ControlFlow::Break(()))
        })?;
        Ok(numbers)
    }
}
