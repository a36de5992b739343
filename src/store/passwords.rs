//! Passwords of many users, to find out how the project hashes them.

use anyhow::Result;

use crate::django::value::Kind;
use crate::store::Store;
use crate::store::schema::quoted;

impl Store {
    /// The encoded passwords of the newest users who can log in with one, newest first, to see what the project's hasher
    /// is. An import of accounts without passwords says nothing about it.
    ///
    /// # Errors
    /// A failure of the database.
    pub fn newest_passwords(&self, limit: u32) -> Result<Vec<String>> {
        // How many of the newest users are looked at. Of a million, the second look takes 60 ms.
        const LOOK_BACK: [u32; 2] = [100, 100_000];
        let users = &self.layout.users;
        // Running keys grow with time; other keys say nothing, so the time of joining has to.
        let order = match users.key_kind {
            Kind::Integer => quoted(&users.key),
            _ if users.table.has("date_joined") => quoted("date_joined"),
            _ => "rowid".into(),
        };
        let table = quoted(&users.table.name);
        let mut found = Vec::new();
        for newest in LOOK_BACK {
            // Django writes an unusable password as `!` and random characters.
            found = self.texts(
                &format!(
                    "SELECT password FROM \
                     (SELECT password, {order} AS position FROM {table} ORDER BY position DESC LIMIT {newest}) \
                     WHERE substr(password, 1, 1) NOT IN ('', '!') ORDER BY position DESC LIMIT {limit}"
                ),
                &[],
            )?;
            if !found.is_empty() {
                break;
            }
        }
        Ok(found)
    }
}
