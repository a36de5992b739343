//! Statistics and findings about a whole database, for `check`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::django::models::{TokenFilter, TokenState, User};
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::store::Store;
use crate::store::engine::{Integrity, Irregularity};
use crate::store::schema::quoted;

/// The maximum number of example names per finding.
const EXAMPLES: usize = 5;

/// Users that have something in common: their number and the first few names.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The number of users.
    pub count: u64,
    /// The first few login names, each once.
    pub examples: Vec<String>,
    /// Whether there are further names.
    pub has_more: bool,
}

impl Group {
    pub(super) fn add(&mut self, name: &str) {
        self.count += 1;
        if self.examples.iter().any(|known| known == name) {
            return;
        }
        if self.examples.len() < EXAMPLES {
            self.examples.push(name.to_owned());
        } else {
            self.has_more = true;
        }
    }
}

/// The number of users of each sort.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct UserCounts {
    /// All users.
    pub users: u64,
    /// Users who can log in.
    pub active: u64,
    /// Users with access to Django's admin.
    pub staff: u64,
    /// Users with every permission.
    pub superusers: u64,
}

impl Store {
    /// Looks for damage to the file. Calls `meanwhile` once, while a thread reads the whole file.
    pub fn integrity(&self, meanwhile: &mut dyn FnMut()) -> Result<Integrity> {
        self.engine.integrity(meanwhile)
    }

    /// Returns dangling references: the table, the referenced table and the number of rows.
    pub fn dangling_references(&self) -> Result<Vec<(String, String, u64)>> {
        self.engine.dangling_references()
    }

    /// Returns the name and version of the database system.
    pub fn system(&self) -> Result<String> {
        self.engine.system()
    }

    /// Returns what is irregular about the tables of users, groups, profiles and tokens.
    pub fn irregularities(&self) -> Result<Vec<Irregularity>> {
        let mut tables = vec![&*self.layout.users.table.name];
        tables.extend(self.token_tables()?.iter().map(|tokens| &*tokens.table.name));
        for link in self.group_link()?.into_iter().chain(self.permission_link()?) {
            tables.push(&link.table);
        }
        tables.extend(self.profile_tables()?.iter().map(|profile| &*profile.table.name));
        self.engine.irregularities(&tables)
    }

    /// Counts the users of each sort.
    pub fn user_counts(&self) -> Result<UserCounts> {
        let users = &self.layout.users;
        let sum =
            |name: &str| format!("count(*) FILTER (WHERE {})", self.engine.is_true(&users.attribute(name)));
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

    /// Counts the rows of a table of the layout.
    pub fn row_count(&self, table: &str) -> Result<u64> {
        let [count] = self.numbers(&format!("SELECT count(*) FROM {}", quoted(table)))?;
        Ok(count)
    }

    /// Groups the users by what `sort` returns for their encoded passwords.
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

    /// Finds values of an attribute that differ from another user's only in case.
    pub fn differing_in_case(&self, attribute: &str) -> Result<Group> {
        let users = &self.layout.users;
        if attribute != "username" && !users.table.has(attribute) {
            return Ok(Group::default());
        }
        let column = self.engine.as_text(&users.attribute(attribute));
        let table = quoted(&users.table.name);
        // Of two values that differ in case, at least one has a capital letter. Sorting all values would be slow.
        let with_capitals = format!("FROM {table} AS u WHERE {column} <> lower({column})");
        if let [0] = self.numbers(&format!("SELECT count(*) {with_capitals}"))? {
            return Ok(Group::default());
        }
        self.group(&format!(
            "SELECT min({column}) FROM {table} AS u WHERE lower({column}) IN (SELECT lower({column}) {with_capitals}) \
             GROUP BY lower({column}) HAVING count(DISTINCT {column}) > 1"
        ))
    }

    /// Finds email addresses that several users have.
    pub fn equal_addresses(&self) -> Result<Group> {
        let users = &self.layout.users;
        if !users.table.has("email") {
            return Ok(Group::default());
        }
        let column = self.engine.as_text(&users.attribute("email"));
        self.group(&format!(
            "SELECT {column} FROM {} AS u WHERE {column} <> '' GROUP BY {column} HAVING count(*) > 1",
            quoted(&users.table.name)
        ))
    }

    /// Finds active superusers who have never logged in through Django.
    pub fn superusers_who_never_logged_in(&self) -> Result<Group> {
        let users = &self.layout.users;
        if !users.table.has("last_login") {
            return Ok(Group::default());
        }
        self.group(&format!(
            "SELECT {} FROM {} AS u WHERE {} AND {} AND u.last_login IS NULL",
            users.attribute("username"),
            quoted(&users.table.name),
            self.engine.is_true(&users.attribute("is_superuser")),
            self.engine.is_true(&users.attribute("is_active")),
        ))
    }

    /// Whether one of these users was the last active superuser before a change.
    pub fn has_lost_superuser(&self, before: &[User]) -> Result<bool> {
        let had_superuser = before.iter().any(|user| user.is_superuser && user.is_active);
        // Last, since it may read all users.
        Ok(had_superuser && !self.has_superuser()?)
    }

    /// Whether there are any users.
    pub fn has_users(&self) -> Result<bool> {
        let table = quoted(&self.layout.users.table.name);
        let [any] =
            self.numbers(&format!("SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT 1) AS found"))?;
        Ok(any > 0)
    }

    /// Whether an active superuser exists.
    pub fn has_superuser(&self) -> Result<bool> {
        let users = &self.layout.users;
        let [any] = self.numbers(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} AS u WHERE {} AND {} LIMIT 1) AS found",
            quoted(&users.table.name),
            self.engine.is_true(&users.attribute("is_superuser")),
            self.engine.is_true(&users.attribute("is_active")),
        ))?;
        Ok(any > 0)
    }

    /// Finds the owners of tokens that Django refuses because the user is inactive.
    pub fn tokens_of_inactive_users(&self, now: Timestamp) -> Result<Group> {
        let mut group = Group::default();
        self.each_token(&TokenFilter { of_inactive: true, ..TokenFilter::default() }, &mut |token| {
            // A row without a user is a dangling reference, which is reported separately.
            if token.state(now) == TokenState::Inactive && !token.username.is_empty() {
                group.add(&token.username);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(group)
    }

    /// Finds the users whose drf key is empty.
    pub fn users_with_empty_key(&self) -> Result<Group> {
        let (Some(keys), users) = (&self.layout.drf, &self.layout.users) else { return Ok(Group::default()) };
        self.group(&format!(
            "SELECT {} FROM {} AS t JOIN {} AS u ON u.{} = t.user_id WHERE t.key = ''",
            users.attribute("username"),
            quoted(&keys.name),
            quoted(&users.table.name),
            quoted(&users.key),
        ))
    }

    pub(super) fn group(&self, sql: &str) -> Result<Group> {
        let mut group = Group::default();
        self.engine.query(sql, &[], &[Kind::Text { max_length: None }], &mut |cells| {
            group.add(cells[0].text().unwrap_or_default());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(group)
    }

    /// Returns the number that a query counts.
    pub(super) fn count(&self, sql: &str, parameters: &[Value]) -> Result<u64> {
        let mut count = 0;
        self.engine.query(sql, parameters, &[Kind::Integer], &mut |cells| {
            count = cells[0].integer().map_or(0, i64::unsigned_abs);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(count)
    }

    /// Returns the numbers in the row of a one-row query.
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
