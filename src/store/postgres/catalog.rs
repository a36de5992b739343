//! Reads the tables that a command needs from PostgreSQL's catalog.
//!
//! A project may have hundreds of tables, so only those are read, in one query each time. `information_schema` would take
//! seconds.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::rc::Rc;

use super::Postgres;
use super::definitions::{Known, Wanted};
use super::values::array;
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::store::engine::{Catalog, Engine as _, Integrity, Irregularity, RowName, Triggered};
use crate::store::schema::{Table, quoted};

/// The tables that almost every command looks for. They are read together.
const USUAL: [&str; 4] = ["auth_user", "authtoken_token", "knox_authtoken", "django_admin_log"];

/// A column of knox's token table. `KNOX_TOKEN_MODEL` can name any table, so all with this column are read with [`USUAL`].
const USUAL_COLUMN: &str = "digest";

/// The tables that were read.
#[derive(Default)]
pub(super) struct Cache {
    /// By name. `None` for a table that does not exist.
    tables: RefCell<HashMap<String, Option<Rc<Known>>>>,
    /// Whether the usual tables are among them.
    has_usual: Cell<bool>,
    /// The queries for names of tables.
    answers: RefCell<Vec<Answer>>,
}

/// The answer to a query for names of tables. Different parts of a command ask for the same.
struct Answer {
    sql: String,
    parameters: Vec<Value>,
    names: Rc<[String]>,
}

impl Cache {
    /// Returns a table that was read.
    pub(super) fn get(&self, name: &str) -> Option<Rc<Known>> {
        self.tables.borrow().get(name).cloned().flatten()
    }

    /// Returns the column of this domain, if no other column of the tables has it.
    pub(super) fn only_column_of(&self, domain: &str) -> Option<String> {
        let tables = self.tables.borrow();
        let mut found = tables.values().flatten().flat_map(|known| known.columns_of(domain));
        found.next().filter(|_| found.next().is_none()).cloned()
    }

    /// Returns the names of the unique constraints that can wait until the commit.
    pub(super) fn deferrable(&self) -> BTreeSet<String> {
        let tables = self.tables.borrow();
        tables.values().flatten().flat_map(|known| known.deferrable.iter().cloned()).collect()
    }

    /// Forgets the tables.
    pub(super) fn clear(&self) {
        self.tables.borrow_mut().clear();
        self.answers.borrow_mut().clear();
        self.has_usual.set(false);
    }
}

impl Postgres {
    /// Returns a table, and what only PostgreSQL knows about it.
    pub(super) fn known(&self, name: &str) -> Result<Option<Rc<Known>>> {
        if let Some(known) = self.cache.tables.borrow().get(name) {
            return Ok(known.clone());
        }
        if USUAL.contains(&name) || self.usual.iter().any(|usual| usual == name) {
            self.read_usual()?;
        } else {
            self.read_tables(&[name], &Wanted::Named(&[name]))?;
        }
        Ok(self.cache.get(name))
    }

    fn read_usual(&self) -> Result<()> {
        if !self.cache.has_usual.get() {
            let names: Vec<&str> = USUAL.into_iter().chain(self.usual.iter().map(String::as_str)).collect();
            self.read_tables(&names, &Wanted::Usual(&names, USUAL_COLUMN))?;
            self.cache.has_usual.set(true);
        }
        Ok(())
    }

    fn read_tables(&self, names: &[&str], wanted: &Wanted<'_>) -> Result<()> {
        let found = self.definitions(wanted)?;
        let mut tables = self.cache.tables.borrow_mut();
        tables.extend(names.iter().map(|name| ((*name).to_owned(), None)));
        tables.extend(found.into_iter().map(|known| (known.table.name.clone(), Some(Rc::new(known)))));
        Ok(())
    }

    /// Returns the tables that a query of the catalog names, in its order.
    fn tables_of(&self, sql: &str, parameters: &[Value]) -> Result<Vec<Table>> {
        let names = self.known_names(sql, parameters)?;
        let unread: Vec<&str> = {
            let cache = self.cache.tables.borrow();
            names.iter().map(String::as_str).filter(|name| !cache.contains_key(*name)).collect()
        };
        if !unread.is_empty() {
            self.read_tables(&unread, &Wanted::Named(&unread))?;
        }
        let cache = self.cache.tables.borrow();
        Ok(names
            .iter()
            .filter_map(|name| cache.get(name)?.as_ref().map(|known| known.table.clone()))
            .collect())
    }

    fn known_names(&self, sql: &str, parameters: &[Value]) -> Result<Rc<[String]>> {
        let is_asked = |answer: &&Answer| answer.sql == sql && answer.parameters == parameters;
        if let Some(known) = self.cache.answers.borrow().iter().find(is_asked) {
            return Ok(Rc::clone(&known.names));
        }
        let names: Rc<[String]> = self.names(sql, parameters)?.into();
        let (sql, parameters) = (sql.to_owned(), parameters.to_vec());
        self.cache.answers.borrow_mut().push(Answer { sql, parameters, names: Rc::clone(&names) });
        Ok(names)
    }

    fn names(&self, sql: &str, parameters: &[Value]) -> Result<Vec<String>> {
        let mut names = Vec::new();
        self.read(sql, parameters, &[Kind::TEXT], &mut |cells| {
            names.push(cells[0].string());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(names)
    }
}

/// The visible tables that refer to all tables of a list, in the order of their creation.
const REFERRING: &str = "\
SELECT c.relname FROM pg_class AS c JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'f' \
  JOIN pg_class AS r ON r.oid = k.confrelid AND pg_table_is_visible(r.oid) AND r.relname::text = ANY (?1::text[]) \
WHERE pg_table_is_visible(c.oid) AND NOT c.relispartition";

const BY_CREATION: &str = "GROUP BY c.oid, c.relname HAVING count(DISTINCT r.oid) = ?2 ORDER BY c.oid";

/// The table has a column whose last word is in a list.
const WITH_WORD: &str = "\
EXISTS (SELECT 1 FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
  AND reverse(split_part(reverse(a.attname), '_', 1)) = ANY (?3::text[]))";

/// The column that refers to the other table is unique.
const UNIQUELY: &str = "\
EXISTS (SELECT 1 FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisunique AND i.indnkeyatts = 1 \
  AND i.indkey[0] = k.conkey[1])";

impl Postgres {
    /// Returns the tables that refer to all of these, where a condition holds, which may have a parameter more.
    fn referring(&self, targets: &[&str], condition: &str, more: Option<Value>) -> Result<Vec<Table>> {
        let mut parameters = vec![array(targets), count(targets)];
        parameters.extend(more);
        self.tables_of(&format!("{REFERRING} AND {condition} {BY_CREATION}"), &parameters)
    }
}

impl Catalog for Postgres {
    fn table_names(&self) -> Result<Vec<String>> {
        self.names(
            "SELECT c.relname FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'v', 'f') AND NOT c.relispartition \
             AND pg_table_is_visible(c.oid) \
             AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) \
             ORDER BY c.oid",
            &[],
        )
    }

    fn table(&self, name: &str) -> Result<Option<Table>> {
        Ok(self.known(name)?.map(|known| known.table.clone()))
    }

    fn has_table(&self, name: &str) -> Result<bool> {
        Ok(self.known(name)?.is_some())
    }

    fn tables_with(&self, columns: &[&str]) -> Result<Vec<Table>> {
        if columns.contains(&USUAL_COLUMN) {
            self.read_usual()?;
            let tables = self.cache.tables.borrow();
            let mut found: Vec<&Rc<Known>> = tables.values().flatten().collect();
            found.retain(|known| columns.iter().all(|column| known.table.has(column)));
            found.sort_by_key(|known| known.number);
            return Ok(found.into_iter().map(|known| known.table.clone()).collect());
        }
        self.tables_of(
            "SELECT c.relname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid \
             WHERE a.attname = ANY (?1::name[]) AND a.attnum > 0 AND NOT a.attisdropped \
               AND c.relkind IN ('r', 'p', 'v', 'f') AND NOT c.relispartition AND pg_table_is_visible(c.oid) \
             GROUP BY c.oid, c.relname HAVING count(*) = ?2 ORDER BY c.oid",
            &[array(columns), count(columns)],
        )
    }

    fn triggered_tables(&self) -> Result<Triggered> {
        let own = self.names(
            "SELECT c.relname FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'v') AND pg_table_is_visible(c.oid) \
             AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) \
             AND (EXISTS (SELECT 1 FROM pg_trigger AS t \
                   WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D') \
               OR EXISTS (SELECT 1 FROM pg_rewrite AS w WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN'))",
            &[],
        )?;
        // The body of a trigger's function can change any table.
        let reached = if own.is_empty() { Vec::new() } else { self.table_names()? };
        Ok(Triggered { own, reached })
    }

    fn referring_to(&self, targets: &[&str]) -> Result<Vec<Table>> {
        self.referring(targets, "true", None)
    }

    fn referring_to_with(&self, target: &str, words: &[&str]) -> Result<Vec<Table>> {
        self.referring(&[target], WITH_WORD, Some(array(words)))
    }

    fn uniquely_referring_to(&self, target: &str) -> Result<Vec<Table>> {
        let mut found = self.referring(&[target], UNIQUELY, None)?;
        found.retain(|table| {
            table.references.iter().any(|to| to.table == target && table.is_unique(&to.column))
        });
        Ok(found)
    }

    fn row_name(&self, table: &Table) -> Result<Option<RowName>> {
        let known = self.known(&table.name)?;
        let relkind = known.as_ref().map_or("", |known| &*known.relkind);
        let by_text = |column: String| Some(RowName { column, kept_in: "key" });
        Ok(match (relkind, &table.key[..]) {
            ("r", _) => Some(RowName { column: "ctid".into(), kept_in: "place" }),
            (_, [key]) => by_text(format!("{}::text", quoted(key))),
            // Partitions have places of their own.
            ("p", _) => by_text("tableoid::text || ctid::text".into()),
            _ => None,
        })
    }

    fn integrity(&self, meanwhile: &mut dyn FnMut()) -> Result<Integrity> {
        meanwhile();
        Ok(Integrity::default())
    }

    fn dangling_references(&self) -> Result<Vec<(String, String, u64)>> {
        Ok(Vec::new())
    }

    fn system(&self) -> Result<String> {
        let mut version = String::new();
        self.query("SELECT current_setting('server_version')", &[], &[Kind::TEXT], &mut |cells| {
            version = cells[0].string();
            Ok(ControlFlow::Break(()))
        })?;
        Ok(format!("PostgreSQL {version}"))
    }

    fn irregularities(&self, tables: &[&str]) -> Result<Vec<Irregularity>> {
        self.find_irregularities(tables)
    }
}

fn count(names: &[&str]) -> Value {
    i64::try_from(names.len()).unwrap_or(i64::MAX).into()
}
