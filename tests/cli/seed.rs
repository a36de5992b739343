//! Inserts rows without the program: many users, without the cost of hashing.

use rusqlite::{Connection, params};

use crate::env::TestEnv;

/// The encoded password of seeded users, which no password matches.
pub const ENCODED: &str =
    "pbkdf2_sha256$1000000$saltsaltsaltsaltsaltsa$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// A user to insert.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    pub username: &'a str,
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub active: bool,
    pub staff: bool,
    pub superuser: bool,
    pub joined: &'a str,
    pub last_login: Option<&'a str>,
}

impl Default for Person<'_> {
    fn default() -> Self {
        Self {
            username: "",
            email: "",
            first_name: "",
            last_name: "",
            active: true,
            staff: false,
            superuser: false,
            joined: "2024-01-01 12:00:00",
            last_login: None,
        }
    }
}

impl Person<'_> {
    /// Inserts the user and returns the key.
    pub fn add_to(&self, database: &Connection) -> i64 {
        database
            .prepare_cached(
                "INSERT INTO auth_user (password, last_login, is_superuser, username, last_name, email, is_staff, \
                 is_active, date_joined, first_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )
            .unwrap()
            .execute(params![
                ENCODED,
                self.last_login,
                self.superuser,
                self.username,
                self.last_name,
                self.email,
                self.staff,
                self.active,
                self.joined,
                self.first_name,
            ])
            .unwrap();
        database.last_insert_rowid()
    }
}

/// Inserts a user of whom only the username matters.
pub fn user(database: &Connection, username: &str) -> i64 {
    Person { username, ..Person::default() }.add_to(database)
}

/// Inserts users of whom only the usernames matter.
pub fn users(env: &TestEnv, usernames: &[&str]) {
    let database = env.database();
    for username in usernames {
        user(&database, username);
    }
}

/// Inserts this many users, named from `user00000` on, with this first name.
pub fn crowd(env: &TestEnv, count: usize, first_name: &str) {
    let mut database = env.database();
    let transaction = database.transaction().unwrap();
    for number in 0..count {
        let username = format!("user{number:05}");
        Person { username: &username, first_name, ..Person::default() }.add_to(&transaction);
    }
    transaction.commit().unwrap();
}

/// Inserts a group with these members.
pub fn group(database: &Connection, name: &str, members: &[i64]) {
    database.execute("INSERT INTO auth_group (name) VALUES (?1)", [name]).unwrap();
    let group = database.last_insert_rowid();
    for member in members {
        let sql = "INSERT INTO auth_user_groups (user_id, group_id) VALUES (?1, ?2)";
        database.execute(sql, [member, &group]).unwrap();
    }
}

/// Returns a key of 40 characters, as in DRF, that starts with this text.
pub fn key(start: &str) -> String {
    format!("{start:0<40}")
}

/// Gives a user this DRF key.
pub fn drf_token(database: &Connection, user: i64, key: &str) {
    database
        .execute(
            "INSERT INTO authtoken_token (key, created, user_id) VALUES (?1, '2024-03-01 08:00:00.000001', ?2)",
            params![key, user],
        )
        .unwrap();
}

/// Gives a user a knox token with this public prefix and an unknown key.
pub fn knox_token(database: &Connection, user: i64, public: &str, expiry: Option<&str>) {
    database
        .execute(
            "INSERT INTO knox_authtoken (digest, created, user_id, expiry, token_key) \
             VALUES (?1, '2024-03-01 08:00:00', ?2, ?3, ?4)",
            params![format!("{public:0<128}"), user, expiry, public],
        )
        .unwrap();
}
