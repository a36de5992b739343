//! What the tables of a SQLite file look like.

use std::cell::OnceCell;
use std::panic::resume_unwind;
use std::thread;

use rusqlite::types::ValueRef;
use rusqlite::{Params, Transaction};

use super::definition_text::{may_refer, may_refer_uniquely};
use super::definitions::{Definition, Definitions};
use super::errors::is_of_statement;
use super::values::kind_of;
use super::{Sqlite, impossible_times, integrity, version};
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::store::engine::{Catalog, Integrity, Irregularity, RowName, Triggered};
use crate::store::schema::{Column, Reference, Table, quoted};

impl Sqlite {
    /// Takes one read lock for several queries, instead of one for each. `None` within a transaction, which has a lock.
    fn read_lock(&self) -> Result<Option<Transaction<'_>>> {
        let lock = self.connection.is_autocommit().then(|| self.connection.unchecked_transaction());
        lock.transpose().map_err(|error| self.translate(error))
    }

    /// Runs an introspection query and converts each row with `read`.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| self.translate(error))?;
        let rows = statement.query_map(parameters, read).and_then(Iterator::collect);
        rows.map_err(|error| self.translate(error))
    }

    /// Runs an introspection PRAGMA on one table or index. A PRAGMA statement is prepared faster than its
    /// table-valued function.
    fn pragma<T>(
        &self,
        name: &str,
        argument: &str,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let sql = format!("PRAGMA {name}({})", quoted(argument));
        let mut statement = self.connection.prepare(&sql).map_err(|error| self.translate(error))?;
        let rows = statement.query_map([], read).and_then(Iterator::collect);
        rows.map_err(|error| self.translate(error))
    }

    pub(super) fn definitions(&self) -> Result<&Definitions> {
        if let Some(definitions) = self.definitions.get() {
            return Ok(definitions);
        }
        let mut found = Definitions::default();
        self.rows(
            "SELECT type = 'table', name, tbl_name, sql FROM sqlite_master \
             WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' \
                OR type = 'index' AND sql LIKE 'CREATE UNIQUE%'",
            [],
            |row| {
                // A name that is not valid text cannot be written in SQL.
                let (Ok(name), Ok(table)) = (row.get_ref(1)?.as_str(), row.get_ref(2)?.as_str()) else {
                    return Ok(());
                };
                let sql = String::from_utf8_lossy(row.get_ref(3)?.as_bytes()?).into_owned();
                if row.get(0)? {
                    found.add_table(Definition { name: name.to_owned(), sql, table: OnceCell::new() });
                } else {
                    found.add_unique_index(table, sql);
                }
                Ok(())
            },
        )?;
        Ok(self.definitions.get_or_init(|| found))
    }

    /// Returns the tables that may refer to this one.
    pub(super) fn may_refer_to(&self, target: &str) -> Result<impl Iterator<Item = &Definition>> {
        let ask = |table: &Definition| self.pragma("foreign_key_list", &table.name, |row| row.get("table"));
        self.definitions()?.referring_to(target, ask)
    }

    /// Returns the descriptions of these tables. Each table is described once.
    fn described<'d>(&self, definitions: impl IntoIterator<Item = &'d Definition>) -> Result<Vec<Table>> {
        // Taken only if a table is still to be described.
        let mut lock = None;
        let mut found = Vec::new();
        for definition in definitions {
            let table = if let Some(known) = definition.table.get() {
                known
            } else {
                if lock.is_none() {
                    lock = self.read_lock()?;
                }
                let table = self.describe(definition)?;
                definition.table.get_or_init(|| table)
            };
            found.push(table.clone());
        }
        Ok(found)
    }

    fn describe(&self, definition: &Definition) -> Result<Table> {
        let name = definition.name.clone();
        let (columns, key) = self.columns(&name, &definition.sql)?;
        let references = self.references(&name)?;
        let mut uniques = self.uniques(&name)?;
        if !key.is_empty() && !uniques.contains(&key) {
            uniques.push(key.clone());
        }
        Ok(Table { name, columns, key, references, uniques })
    }

    fn columns(&self, table: &str, definition: &str) -> Result<(Vec<Column>, Vec<String>)> {
        let mut key = Vec::new();
        let mut columns = self.pragma("table_xinfo", table, |row| {
            let name: String = row.get("name")?;
            let declared = row.get::<_, String>("type")?.to_ascii_lowercase();
            if row.get::<_, i64>("pk")? > 0 {
                key.push(name.clone());
            }
            Ok(Column {
                kind: kind_of(&name, &declared, definition),
                may_be_duration: declared == "bigint",
                nullable: !row.get::<_, bool>("notnull")?,
                filled: row.get_ref("dflt_value")? != ValueRef::Null,
                generated: matches!(row.get("hidden")?, 2_i64 | 3),
                name,
            })
        })?;
        // A single integer primary key is SQLite's row id, which SQLite assigns.
        if let [only] = &key[..]
            && let Some(column) = columns.iter_mut().find(|column| column.name == *only)
        {
            column.filled |= column.kind == Kind::Integer;
            column.nullable = false;
        }
        Ok((columns, key))
    }

    fn references(&self, table: &str) -> Result<Vec<Reference>> {
        let columns: Vec<(i64, String, String, Option<String>)> =
            self.pragma("foreign_key_list", table, |row| {
                Ok((row.get("id")?, row.get("from")?, row.get("table")?, row.get("to")?))
            })?;
        let mut references = Vec::new();
        for reference in columns.chunk_by(|one, next| one.0 == next.0) {
            let [(_, column, table, target)] = reference else { continue };
            let target = match target {
                Some(target) => target.clone(),
                None => self.sole_key(table)?,
            };
            references.push(Reference { column: column.clone(), table: table.clone(), target });
        }
        // SQLite lists them in reverse order.
        references.reverse();
        Ok(references)
    }

    /// Returns the primary key column, the target of a reference that names no column.
    fn sole_key(&self, table: &str) -> Result<String> {
        let columns: Vec<(String, i64)> =
            self.pragma("table_info", table, |row| Ok((row.get("name")?, row.get("pk")?)))?;
        Ok(columns.into_iter().find(|(_, number)| *number == 1).map(|(name, _)| name).unwrap_or_default())
    }

    fn uniques(&self, table: &str) -> Result<Vec<Vec<String>>> {
        let indexes: Vec<(String, bool, bool)> = self.pragma("index_list", table, |row| {
            Ok((row.get("name")?, row.get("unique")?, row.get("partial")?))
        })?;
        let mut uniques = Vec::new();
        for (name, ..) in indexes.into_iter().filter(|(_, is_unique, is_partial)| *is_unique && !is_partial) {
            // An expression has no column name. Then the columns alone are not unique.
            let columns: Vec<Option<String>> = self.pragma("index_info", &name, |row| row.get("name"))?;
            uniques.extend(columns.into_iter().collect::<Option<Vec<String>>>());
        }
        Ok(uniques)
    }
}

impl Catalog for Sqlite {
    fn table_names(&self) -> Result<Vec<String>> {
        Ok(self.definitions()?.tables().map(|table| table.name.clone()).collect())
    }

    fn has_table(&self, name: &str) -> Result<bool> {
        Ok(self.definitions()?.table(name).is_some())
    }

    fn table(&self, name: &str) -> Result<Option<Table>> {
        let definition = self.definitions()?.table(name);
        Ok(self.described(definition)?.pop())
    }

    fn tables_with(&self, columns: &[&str]) -> Result<Vec<Table>> {
        let has_all = |definition: &&Definition| columns.iter().all(|column| definition.sql.contains(column));
        let mut found = self.described(self.definitions()?.tables().filter(has_all))?;
        found.retain(|table| columns.iter().all(|column| table.has(column)));
        Ok(found)
    }

    fn triggered_tables(&self) -> Result<Triggered> {
        self.find_triggered()
    }

    fn referring_to(&self, targets: &[&str]) -> Result<Vec<Table>> {
        let Some((first, others)) = targets.split_first() else { return Ok(Vec::new()) };
        let may_refer_to_others =
            |definition: &&Definition| others.iter().all(|target| may_refer(&definition.sql, target));
        let mut found = self.described(self.may_refer_to(first)?.filter(may_refer_to_others))?;
        found.retain(|table| targets.iter().all(|target| references_to(table, target).next().is_some()));
        Ok(found)
    }

    fn referring_to_with(&self, target: &str, words: &[&str]) -> Result<Vec<Table>> {
        let has_any = |definition: &&Definition| words.iter().any(|word| definition.sql.contains(word));
        let mut found = self.described(self.may_refer_to(target)?.filter(has_any))?;
        found.retain(|table| references_to(table, target).next().is_some() && table.has_column_with(words));
        Ok(found)
    }

    fn uniquely_referring_to(&self, target: &str) -> Result<Vec<Table>> {
        let definitions = self.definitions()?;
        let may_be_one = |table: &&Definition| {
            may_refer_uniquely(&table.sql, &definitions.unique_indexes(&table.name), target)
        };
        let mut found = self.described(self.may_refer_to(target)?.filter(may_be_one))?;
        found.retain(|table| references_to(table, target).any(|to| table.is_unique(&to.column)));
        Ok(found)
    }

    fn row_name(&self, table: &Table) -> Result<Option<RowName>> {
        let column = match (self.row_number(table)?, &table.key[..]) {
            (Some(number), _) => number,
            (None, [key]) => quoted(key),
            (None, _) => return Ok(None),
        };
        Ok(Some(RowName { column, kept_in: "key" }))
    }

    fn row_number(&self, table: &Table) -> Result<Option<String>> {
        let is_free =
            |name: &&str| !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        let Some(row_id) = ["rowid", "_rowid_", "oid"].into_iter().find(is_free) else {
            return Ok(None);
        };
        // A table WITHOUT ROWID has no such column. `PRAGMA table_list` reports it too, but reads every table for each
        // call.
        let asked = self.connection.prepare(&format!("SELECT {row_id} FROM {}", quoted(&table.name)));
        match asked.map(drop) {
            Ok(()) => Ok(Some(row_id.to_owned())),
            Err(error) if is_of_statement(&error) => Ok(None),
            Err(error) => Err(self.translate(error)),
        }
    }

    fn integrity(&self, meanwhile: &mut dyn FnMut()) -> Result<Integrity> {
        let other = self.open_again()?;
        let found = thread::scope(|scope| {
            let started = thread::Builder::new().spawn_scoped(scope, move || integrity::check(&other));
            meanwhile();
            match started {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => integrity::check(&self.connection),
            }
        });
        found.map_err(|error| self.translate(error))
    }

    fn irregularities(&self, tables: &[&str]) -> Result<Vec<Irregularity>> {
        impossible_times::register(&self.connection).map_err(|error| self.translate(error))?;
        let mut found = Vec::new();
        for name in tables {
            if let Some(table) = self.table(name)? {
                found.extend(self.impossible_times(&table)?);
            }
        }
        Ok(found)
    }

    fn system(&self) -> Result<String> {
        Ok(format!("SQLite {}", version()))
    }

    fn dangling_references(&self) -> Result<Vec<(String, String, u64)>> {
        self.rows(
            "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs())),
        )
    }
}

/// Returns the references of a table to this one.
fn references_to<'t>(table: &'t Table, target: &str) -> impl Iterator<Item = &'t Reference> {
    table.references.iter().filter(move |reference| reference.table.eq_ignore_ascii_case(target))
}
