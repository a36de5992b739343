//! Reads the passwords of many users, to find out how the project hashes them.

use crate::error::failure::Result;
use crate::store::Store;
use crate::store::schema::quoted;

impl Store {
    /// Returns the encoded passwords of the newest users who have a usable one, newest first.
    ///
    /// They show the project's hasher. Users without a usable password are skipped: an import of such accounts does
    /// not show it.
    pub fn newest_passwords(&self, limit: u32) -> Result<Vec<String>> {
        // The number of newest users to read. The second query takes 60 ms with a million users.
        const LOOK_BACK: [u32; 2] = [100, 100_000];
        let order = self.registration_order();
        let table = quoted(&self.layout.users.table.name);
        let mut found = Vec::new();
        for newest in LOOK_BACK {
            // Django writes an unusable password as `!` and random characters.
            found = self.texts(
                &format!(
                    "SELECT password FROM \
                     (SELECT password, {order} AS position FROM {table} ORDER BY position DESC LIMIT {newest}) AS newest \
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
