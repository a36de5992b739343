//! Reads the tables that a command needs from PostgreSQL's catalog.
//!
//! A project may have hundreds of tables, so only those are read, in one query each time. `information_schema` would take
//! seconds.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::rc::Rc;

use serde::Deserialize;

use super::Postgres;
use super::values::kind_of;
use crate::django::value::{Kind, Value};
use crate::error::failure::Result;
use crate::store::engine::{Catalog, Engine as _, Irregularity, RowName, Triggered};
use crate::store::schema::{Column, Reference, Table, quoted};

/// The tables that almost every command looks for. They are read together.
const USUAL: [&str; 4] = ["auth_user", "authtoken_token", "knox_authtoken", "django_admin_log"];

/// A table, and what only PostgreSQL knows about it.
pub(super) struct Known {
    pub(super) table: Table,
    /// The columns' types.
    types: HashMap<String, ColumnSort>,
    /// The columns of its indexes that refuse rows, its foreign keys and its CHECK constraints, by their names.
    pub(super) constraints: HashMap<String, Vec<String>>,
    /// The names of its unique constraints that can wait until the commit.
    deferrable: Vec<String>,
    /// `relkind`: `r` for a table, `p` for a partitioned one, `v` for a view.
    relkind: String,
    /// Whether this role may lock its rows, which takes the right to update one of its columns.
    pub(super) is_lockable: bool,
    /// Whether its rows can be inserted many at a time: no policy hides any of them.
    pub(super) takes_batches: bool,
}

/// The type of a column.
struct ColumnSort {
    /// The catalog's name, that of the type beneath for a domain.
    base: String,
    /// The name in SQL.
    shown: String,
}

impl Known {
    /// Returns the catalog's name of a column's type, that of the type beneath for a domain.
    pub(super) fn type_of(&self, column: &str) -> Option<&str> {
        self.types.get(column).map(|sort| &*sort.base)
    }

    /// Returns the words of an INSERT with which these columns may include a key that is always generated.
    pub(super) fn overriding(&self, columns: &[String]) -> &'static str {
        let has_key = columns.iter().any(|column| self.table.key.contains(column));
        if has_key { " OVERRIDING SYSTEM VALUE" } else { "" }
    }

    /// Returns the SQL that converts text to the type of a column. Empty for a text column: a cast would silently truncate
    /// what is too long.
    pub(super) fn cast_to(&self, column: &str) -> String {
        match self.types.get(column) {
            Some(sort) if !is_text(&sort.base) => format!("::{}", sort.shown),
            _ => String::new(),
        }
    }
}

/// Whether values of this type are texts.
pub(super) fn is_text(base: &str) -> bool {
    ["varchar", "bpchar", "text", "citext", "name"].contains(&base)
}

/// The tables that were read, by name. `None` for a table that does not exist.
#[derive(Default)]
pub(super) struct Cache(RefCell<HashMap<String, Option<Rc<Known>>>>);

impl Cache {
    /// Returns a table that was read.
    pub(super) fn get(&self, name: &str) -> Option<Rc<Known>> {
        self.0.borrow().get(name).cloned().flatten()
    }

    /// Returns the column of this domain, if no other column of the tables has it.
    pub(super) fn only_column_of(&self, domain: &str) -> Option<String> {
        let tables = self.0.borrow();
        let types = tables.values().flatten().flat_map(|known| &known.types);
        let is_of_domain = |sort: &ColumnSort| sort.shown == domain || sort.shown == quoted(domain);
        let mut found = types.filter(|(_, sort)| is_of_domain(sort)).map(|(column, _)| column);
        found.next().filter(|_| found.next().is_none()).cloned()
    }

    /// Returns the names of the unique constraints that can wait until the commit.
    pub(super) fn deferrable(&self) -> BTreeSet<String> {
        let tables = self.0.borrow();
        tables.values().flatten().flat_map(|known| known.deferrable.iter().cloned()).collect()
    }

    /// Forgets the tables.
    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

/// Name, type in SQL, type's name, modifier, whether it can be NULL, is filled by the database, and is generated.
#[derive(Deserialize)]
struct ColumnRow(String, String, String, i32, bool, bool, bool);

/// Name, whether it is the primary key, whether it makes its columns unique, the columns, and the columns of its
/// expressions, and whether it can wait until the commit.
#[derive(Deserialize)]
struct IndexRow(String, bool, bool, Option<Vec<String>>, Option<Vec<String>>, bool);

/// The name of a CHECK constraint, and its columns.
#[derive(Deserialize)]
struct CheckRow(String, Option<Vec<String>>);

/// Name, columns, schema, table, whether the table is visible, referenced columns.
#[derive(Deserialize)]
struct ForeignKeyRow(String, Vec<String>, String, String, bool, Vec<String>);

/// The query for the tables that meet a condition. For PostgreSQL 12 and newer.
const TABLES: &str = "\
SELECT c.relname, c.relkind, \
  has_any_column_privilege(c.oid, 'UPDATE'), \
  NOT row_security_active(c.oid) AND c.relkind IN ('r', 'p'), \
  (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, NULL), b.typname, \
      CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE a.atttypmod END, NOT (a.attnotnull OR t.typnotnull), \
      a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a') ORDER BY a.attnum) \
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid \
      JOIN pg_type AS b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END \
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), \
  (SELECT json_agg(json_build_array(n.relname, i.indisprimary, \
      i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL, \
      (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place) \
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number WHERE k.place <= i.indnkeyatts), \
      CASE WHEN i.indexprs IS NOT NULL THEN (SELECT json_agg(a.attname) FROM pg_depend AS d \
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid \
        WHERE d.objid = i.indexrelid AND d.refobjid = c.oid) END, NOT i.indimmediate) ORDER BY n.oid) \
    FROM pg_index AS i JOIN pg_class AS n ON n.oid = i.indexrelid \
    WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion) AND i.indisvalid), \
  (SELECT json_agg(json_build_array(k.conname, \
      (SELECT json_agg(a.attname ORDER BY e.place) FROM unnest(k.conkey) WITH ORDINALITY AS e (number, place) \
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = e.number), \
      s.nspname, r.relname, pg_table_is_visible(r.oid), \
      (SELECT json_agg(a.attname ORDER BY e.place) FROM unnest(k.confkey) WITH ORDINALITY AS e (number, place) \
        JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = e.number)) ORDER BY k.oid) \
    FROM pg_constraint AS k JOIN pg_class AS r ON r.oid = k.confrelid JOIN pg_namespace AS s ON s.oid = r.relnamespace \
    WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0), \
  (SELECT json_agg(json_build_array(k.conname, (SELECT json_agg(a.attname) FROM pg_attribute AS a \
      WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)))) \
    FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'c') \
FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'v', 'f') AND NOT c.relispartition AND pg_table_is_visible(c.oid) \
  AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)";

/// A condition for the tables with a name of the list in the first parameter.
const NAMED: &str = "c.relname::text = ANY (?1::text[])";

/// A condition for the tables with a name of the list in the first parameter, and those that they refer to.
const NAMED_AND_REFERRED: &str = "c.oid IN (\
  SELECT n.oid FROM pg_class AS n WHERE n.relname::text = ANY (?1::text[]) AND pg_table_is_visible(n.oid) \
  UNION SELECT k.confrelid FROM pg_constraint AS k JOIN pg_class AS n ON n.oid = k.conrelid \
    WHERE k.contype = 'f' AND n.relname::text = ANY (?1::text[]) AND pg_table_is_visible(n.oid))";

impl Postgres {
    /// Returns a table, and what only PostgreSQL knows about it.
    pub(super) fn known(&self, name: &str) -> Result<Option<Rc<Known>>> {
        if let Some(known) = self.cache.0.borrow().get(name) {
            return Ok(known.clone());
        }
        let usual: Vec<&str> = USUAL.into_iter().chain(self.usual.iter().map(String::as_str)).collect();
        if usual.contains(&name) {
            self.read_tables(&usual, NAMED_AND_REFERRED)?;
        } else {
            self.read_tables(&[name], NAMED)?;
        }
        Ok(self.cache.0.borrow().get(name).cloned().flatten())
    }

    fn read_tables(&self, names: &[&str], condition: &str) -> Result<()> {
        let kinds = [
            Kind::TEXT,
            Kind::TEXT,
            Kind::Boolean,
            Kind::Boolean,
            Kind::TEXT,
            Kind::TEXT,
            Kind::TEXT,
            Kind::TEXT,
        ];
        let sql = format!("{TABLES} AND {condition}");
        let missing = names.iter().map(|name| ((*name).to_owned(), None));
        let mut found: HashMap<String, Option<Rc<Known>>> = missing.collect();
        self.read(&sql, &[array(names)], &kinds, &mut |cells| {
            let part = |index: usize| cells[index].text().unwrap_or("[]");
            let columns: Vec<ColumnRow> = serde_json::from_str(part(4))?;
            let indexes: Vec<IndexRow> = serde_json::from_str(part(5))?;
            let foreign_keys: Vec<ForeignKeyRow> = serde_json::from_str(part(6))?;
            let mut known = known(cells[0].string(), columns, indexes, foreign_keys);
            let checks: Vec<CheckRow> = serde_json::from_str(part(7))?;
            let checks =
                checks.into_iter().map(|CheckRow(name, columns)| (name, columns.unwrap_or_default()));
            known.constraints.extend(checks);
            known.relkind = cells[1].string();
            known.is_lockable = cells[2].is_true() && known.relkind != "v";
            known.takes_batches = cells[3].is_true();
            found.insert(known.table.name.clone(), Some(Rc::new(known)));
            Ok(ControlFlow::Continue(()))
        })?;
        self.cache.0.borrow_mut().extend(found);
        Ok(())
    }

    /// Returns the tables that a query of the catalog names, in its order.
    fn tables_of(&self, sql: &str, parameters: &[Value]) -> Result<Vec<Table>> {
        let names = self.names(sql, parameters)?;
        let unread: Vec<&str> = {
            let cache = self.cache.0.borrow();
            names.iter().map(String::as_str).filter(|name| !cache.contains_key(*name)).collect()
        };
        if !unread.is_empty() {
            self.read_tables(&unread, NAMED)?;
        }
        let cache = self.cache.0.borrow();
        Ok(names
            .iter()
            .filter_map(|name| cache.get(name)?.as_ref().map(|known| known.table.clone()))
            .collect())
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
WHERE pg_table_is_visible(c.oid) AND NOT c.relispartition \
GROUP BY c.oid, c.relname HAVING count(DISTINCT r.oid) = ?2 ORDER BY c.oid";

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
        self.tables_of(
            "SELECT c.relname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid \
             WHERE a.attname::text = ANY (?1::text[]) AND c.relkind IN ('r', 'p', 'v', 'f') \
               AND NOT c.relispartition AND pg_table_is_visible(c.oid) \
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
        self.tables_of(REFERRING, &[array(targets), count(targets)])
    }

    fn uniquely_referring_to(&self, target: &str) -> Result<Vec<Table>> {
        let mut found = self.referring_to(&[target])?;
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

    fn integrity_faults(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
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

fn known(
    name: String,
    columns: Vec<ColumnRow>,
    indexes: Vec<IndexRow>,
    foreign_keys: Vec<ForeignKeyRow>,
) -> Known {
    let mut types = HashMap::new();
    let mut constraints = HashMap::new();
    let mut columns: Vec<Column> = columns
        .into_iter()
        .map(|ColumnRow(name, shown, base, modifier, nullable, filled, generated)| {
            let kind = kind_of(&base, modifier, &shown);
            types.insert(name.clone(), ColumnSort { base, shown });
            Column { name, kind, may_be_duration: false, nullable, filled, generated }
        })
        .collect();
    let (mut key, mut uniques, mut references) = (Vec::new(), Vec::new(), Vec::new());
    let mut deferrable = Vec::new();
    for IndexRow(name, is_primary, is_plain, columns, of_expressions, can_wait) in indexes {
        let columns = columns.unwrap_or_default();
        if is_primary {
            key.clone_from(&columns);
        }
        if is_plain {
            uniques.push(columns.clone());
        }
        let mut all = columns;
        for column in of_expressions.unwrap_or_default() {
            if !all.contains(&column) {
                all.push(column);
            }
        }
        deferrable.extend(can_wait.then(|| name.clone()));
        constraints.insert(name, all);
    }
    // A key is known to be assigned, and is exported all the same.
    for column in columns.iter_mut().filter(|column| key.contains(&column.name)) {
        column.generated = false;
    }
    for ForeignKeyRow(name, columns, schema, table, is_visible, targets) in foreign_keys {
        if let ([column], [target]) = (&columns[..], &targets[..]) {
            let table = if is_visible { table } else { format!("{schema}.{table}") };
            references.push(Reference { column: column.clone(), table, target: target.clone() });
        }
        constraints.insert(name, columns);
    }
    Known {
        table: Table { name, columns, key, references, uniques },
        types,
        constraints,
        deferrable,
        relkind: String::new(),
        is_lockable: false,
        takes_batches: false,
    }
}

/// Returns a list of names as PostgreSQL's array.
pub(super) fn array(names: &[&str]) -> Value {
    let escaped = |name: &&str| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    let names: Vec<String> = names.iter().map(escaped).collect();
    format!("{{{}}}", names.join(",")).into()
}

fn count(names: &[&str]) -> Value {
    i64::try_from(names.len()).unwrap_or(i64::MAX).into()
}
