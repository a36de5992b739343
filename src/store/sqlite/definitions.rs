//! The definitions of tables and unique indexes in the file.
//!
//! They are read once, since each command needs several and a schema may have thousands.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::definition_text::referred;
use crate::error::failure::Result;
use crate::store::schema::Table;

/// An entry of SQLite's schema table (file format, section 2.6).
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) sql: String,
    /// The description of the table, once it has been asked for.
    pub(super) table: OnceCell<Table>,
}

/// The tables, in the order of their creation, and their unique indexes. SQL ignores the ASCII case of names.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    tables: Vec<Definition>,
    by_name: HashMap<String, usize>,
    unique_indexes: HashMap<String, Vec<String>>,
    /// Maps the name of a table to the indices of the tables that may refer to it.
    referring: OnceCell<HashMap<String, Vec<usize>>>,
}

impl Definitions {
    pub(super) fn add_table(&mut self, definition: Definition) {
        let key = definition.name.to_ascii_lowercase();
        self.by_name.entry(key).or_insert(self.tables.len());
        self.tables.push(definition);
    }

    pub(super) fn add_unique_index(&mut self, table: &str, sql: String) {
        self.unique_indexes.entry(table.to_ascii_lowercase()).or_default().push(sql);
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &Definition> {
        self.tables.iter()
    }

    pub(super) fn table(&self, name: &str) -> Option<&Definition> {
        self.by_name.get(&name.to_ascii_lowercase()).map(|index| &self.tables[*index])
    }

    pub(super) fn unique_indexes(&self, table: &str) -> Vec<&str> {
        let indexes = self.unique_indexes.get(&table.to_ascii_lowercase());
        indexes.into_iter().flatten().map(String::as_str).collect()
    }

    /// Returns the tables that may refer to this one: all that do, and some others.
    ///
    /// `ask` returns the targets of a definition whose text is unclear.
    pub(super) fn referring_to(
        &self,
        target: &str,
        ask: impl Fn(&Definition) -> Result<Vec<String>>,
    ) -> Result<impl Iterator<Item = &Definition>> {
        let referring = if let Some(known) = self.referring.get() {
            known
        } else {
            let found = self.find_references(ask)?;
            self.referring.get_or_init(|| found)
        };
        let indices = referring.get(&target.to_ascii_lowercase());
        Ok(indices.into_iter().flatten().map(|index| &self.tables[*index]))
    }

    fn find_references(
        &self,
        ask: impl Fn(&Definition) -> Result<Vec<String>>,
    ) -> Result<HashMap<String, Vec<usize>>> {
        let mut referring: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, table) in self.tables.iter().enumerate() {
            let targets = match referred(&table.sql) {
                Some(targets) => targets,
                None => ask(table)?,
            };
            for target in targets {
                let indices = referring.entry(target.to_ascii_lowercase()).or_default();
                if indices.last() != Some(&index) {
                    indices.push(index);
                }
            }
        }
        Ok(referring)
    }
}
