//! Which tables the triggers of a schema can change.

use super::Sqlite;
use crate::error::failure::Result;
use crate::store::engine::Triggered;

impl Sqlite {
    /// The tables that have triggers, and those that any trigger can write to: a trigger's statement names its table, and
    /// references with an action pass a change on. What may be such a table counts as one.
    pub(super) fn find_triggered(&self) -> Result<Triggered> {
        let triggers: Vec<(String, String)> =
            self.rows("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'", [], |row| {
                Ok((row.get(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_default().to_ascii_lowercase()))
            })?;
        let mut own: Vec<String> = triggers.iter().map(|(table, _)| table.clone()).collect();
        own.sort_unstable();
        own.dedup();
        if own.is_empty() {
            return Ok(Triggered::default());
        }
        let is_named = |table: &str| {
            let name = table.to_ascii_lowercase();
            // Within its own quotation marks, a name could be written in another way.
            let is_odd = name.contains(['"', '\'', '`', ']']);
            is_odd || triggers.iter().any(|(_, sql)| sql.contains(&name))
        };
        let definitions = self.definitions()?;
        let named = definitions.tables().filter(|table| is_named(&table.name));
        let mut reached: Vec<String> =
            own.iter().cloned().chain(named.map(|table| table.name.clone())).collect();
        let mut next = 0;
        while next < reached.len() {
            let target = reached[next].clone();
            for table in self.may_refer_to(&target)? {
                let sql = table.sql.to_ascii_lowercase();
                // `ON DELETE CASCADE`, `ON UPDATE SET NULL` and the like.
                let has_action = sql.contains("delete") || sql.contains("update");
                if has_action && !reached.iter().any(|name| name.eq_ignore_ascii_case(&table.name)) {
                    reached.push(table.name.clone());
                }
            }
            next += 1;
        }
        Ok(Triggered { own, reached })
    }
}
