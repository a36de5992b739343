//! What keeps a role from working with tables, or makes a later change fail.

use std::ops::ControlFlow;

use super::values::array;
use super::{Postgres, literal};
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::store::engine::{Engine as _, Irregularity};
use crate::store::schema::quoted;

/// Kind of irregularity, table, and what it is about. The first parameter is the list of tables.
const FOUND: &str = "\
WITH c AS (SELECT c.oid, c.relname FROM pg_class AS c \
  WHERE c.relname::text = ANY (?1::text[]) AND pg_table_is_visible(c.oid)) \
SELECT 'policy', c.relname, NULL FROM c WHERE row_security_active(c.oid) \
UNION ALL SELECT 'privilege', c.relname, p.name FROM c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p (name) \
  WHERE NOT has_table_privilege(c.oid, p.name) \
UNION ALL SELECT 'not_valid', c.relname, k.conname FROM c JOIN pg_constraint AS k ON k.conrelid = c.oid \
  WHERE NOT k.convalidated \
UNION ALL SELECT 'index', c.relname, n.relname FROM c JOIN pg_index AS i ON i.indrelid = c.oid \
  JOIN pg_class AS n ON n.oid = i.indexrelid WHERE NOT i.indisvalid \
ORDER BY 1, 2, 3";

impl Postgres {
    pub(super) fn find_irregularities(&self, tables: &[&str]) -> Result<Vec<Irregularity>> {
        let mut found = Vec::new();
        self.query(FOUND, &[array(tables)], &[Kind::TEXT, Kind::TEXT, Kind::TEXT], &mut |cells| {
            let (table, name) = (cells[1].string(), cells[2].string());
            found.push(match cells[0].text() {
                Some("policy") => Irregularity::RowSecurity { table },
                Some("privilege") => Irregularity::MissingPrivilege { table, privilege: name },
                Some("not_valid") => Irregularity::UnvalidatedConstraint { table, constraint: name },
                _ => Irregularity::InvalidIndex { table, index: name },
            });
            Ok(ControlFlow::Continue(()))
        })?;
        for table in tables {
            found.extend(self.lagging_sequence(table)?);
        }
        Ok(found)
    }

    /// Returns the sequence of a table's key if it is behind the keys.
    fn lagging_sequence(&self, table: &str) -> Result<Option<Irregularity>> {
        let Some(known) = self.known(table)? else { return Ok(None) };
        let [key] = &known.table.key[..] else { return Ok(None) };
        if known.table.column(key).is_none_or(|column| column.kind != Kind::Integer) {
            return Ok(None);
        }
        let (name, column) = (quoted(table), quoted(key));
        let sql = format!(
            "SELECT max({column}) > pg_sequence_last_value(s.name::regclass) FROM {name}, \
             (SELECT pg_get_serial_sequence({}, {}) AS name) AS s \
             WHERE has_sequence_privilege(s.name, 'USAGE, SELECT') GROUP BY s.name",
            literal(&name),
            literal(key)
        );
        let mut is_behind = false;
        self.query(&sql, &[], &[Kind::Boolean], &mut |cells| {
            is_behind = cells[0].is_true();
            Ok(ControlFlow::Break(()))
        })?;
        Ok(is_behind
            .then(|| Irregularity::LaggingSequence { table: (*table).to_owned(), column: key.clone() }))
    }
}
