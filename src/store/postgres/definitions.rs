//! Reads the definitions of tables from PostgreSQL's catalog.
//!
//! One query without joins reads all that is common. A server plans a query of the catalog anew for each connection, and a
//! join costs it more than all else that `authctl whoami` asks for. What is rare is read only where it occurs: types of the
//! database's own, and expressions in indexes.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Deserialize;
use tokio_postgres::types::Type;

use super::Postgres;
use super::values::{array, kind_of};
use crate::django::value::Kind;
use crate::error::failure::Result;
use crate::store::schema::{Column, Reference, Table, quoted, split_quoted};

/// A table, and what only PostgreSQL knows about it.
pub(super) struct Known {
    pub(super) table: Table,
    /// The number of the table in the catalog. A later table has a higher one.
    pub(super) number: i64,
    /// The columns' types.
    types: HashMap<String, ColumnSort>,
    /// The columns of its indexes that refuse rows, its foreign keys and its CHECK constraints, by their names.
    pub(super) constraints: HashMap<String, Vec<String>>,
    /// The names of its unique constraints that can wait until the commit.
    pub(super) deferrable: Vec<String>,
    /// `relkind`: `r` for a table, `p` for a partitioned one, `v` for a view.
    pub(super) relkind: String,
    /// Whether this role may lock its rows, which takes the right to update one of its columns.
    pub(super) is_lockable: bool,
    /// Whether its rows can be copied into it: neither a policy nor a rule applies to them.
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
    /// Returns the columns of this domain.
    pub(super) fn columns_of<'a>(&'a self, domain: &'a str) -> impl Iterator<Item = &'a String> {
        let is_of_domain = move |sort: &ColumnSort| sort.shown == domain || sort.shown == quoted(domain);
        self.types.iter().filter(move |(_, sort)| is_of_domain(sort)).map(|(column, _)| column)
    }

    /// Returns the catalog's name of a column's type, that of the type beneath for a domain.
    pub(super) fn type_of(&self, column: &str) -> Option<&str> {
        self.types.get(column).map(|sort| &*sort.base)
    }

    /// Returns the words of an INSERT with which these columns may include a key that is always generated.
    pub(super) fn overriding(&self, columns: &[String]) -> &'static str {
        let has_key = columns.iter().any(|column| self.table.key.contains(column));
        if has_key { " OVERRIDING SYSTEM VALUE" } else { "" }
    }
}

/// Whether values of this type are texts.
pub(super) fn is_text(base: &str) -> bool {
    ["varchar", "bpchar", "text", "citext", "name"].contains(&base)
}

/// Which tables to read.
pub(super) enum Wanted<'a> {
    /// Those with these names.
    Named(&'a [&'a str]),
    /// Those with these names, the tables that they refer to, and all tables with this column.
    Usual(&'a [&'a str], &'a str),
}

/// Number, name, number of the type, type in SQL, modifier, whether it can be NULL, is filled by the database, and is
/// generated.
#[derive(Deserialize)]
struct ColumnRow(i16, String, u32, String, i32, bool, bool, bool);

/// An index that refuses rows.
#[derive(Deserialize)]
struct IndexRow {
    number: u32,
    name: String,
    is_primary: bool,
    /// Whether it makes its columns unique, for all rows.
    is_plain: bool,
    /// The numbers of the columns; 0 for an expression.
    columns: Vec<i16>,
    /// The number of columns that make a row unique. The others are only included.
    keys: usize,
    has_expressions: bool,
    /// Whether it can wait until the commit.
    is_deferrable: bool,
}

/// Name, kind, numbers of the columns, referenced table, first referenced column.
#[derive(Deserialize)]
struct ConstraintRow(String, String, Option<Vec<i16>>, Option<String>, Option<String>);

/// A type of the database's own.
struct OwnType {
    /// The name in the catalog, that of the type beneath for a domain.
    base: String,
    /// The modifier of a domain.
    modifier: Option<i32>,
    not_null: bool,
}

/// A table as the catalog describes it.
struct Described {
    number: i64,
    name: String,
    relkind: String,
    is_updatable: bool,
    takes_batches: bool,
    columns: Vec<ColumnRow>,
    indexes: Vec<IndexRow>,
    constraints: Vec<ConstraintRow>,
}

/// The query for tables, whose numbers follow. For PostgreSQL 12 and newer.
const TABLES: &str = "\
SELECT c.oid, c.relname, c.relkind, has_any_column_privilege(c.oid, 'UPDATE'), \
  NOT row_security_active(c.oid) AND NOT c.relhasrules AND c.relkind IN ('r', 'p'), \
  (SELECT json_agg(json_build_array(a.attnum, a.attname, a.atttypid::int8, format_type(a.atttypid, NULL), a.atttypmod, \
      NOT a.attnotnull, a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a') \
      ORDER BY a.attnum) \
    FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), \
  (SELECT json_agg(json_build_object('number', i.indexrelid::int8, 'name', i.indexrelid::regclass::text, \
      'is_primary', i.indisprimary, 'is_plain', i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL, \
      'columns', i.indkey::int2[], 'keys', i.indnkeyatts, 'has_expressions', i.indexprs IS NOT NULL, \
      'is_deferrable', NOT i.indimmediate) ORDER BY i.indexrelid) \
    FROM pg_index AS i WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion) AND i.indisvalid), \
  (SELECT json_agg(json_build_array(k.conname, k.contype, k.conkey, k.confrelid::regclass::text, \
      (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = k.confrelid AND a.attnum = k.confkey[1])) \
      ORDER BY k.oid) \
    FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype IN ('f', 'c') AND k.conparentid = 0) \
FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'v', 'f') AND NOT c.relispartition AND pg_table_is_visible(c.oid) \
  AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND c.oid = ANY (ARRAY(";

/// The numbers of the tables with a name of the list in the first parameter.
const NAMED: &str = "SELECT n.oid FROM pg_class AS n WHERE n.relname = ANY (?1::name[])";

/// The numbers of the tables that those refer to, and of the tables with the column in the second parameter.
const REFERRED_AND_WITH: &str = "\
 UNION ALL SELECT k.confrelid FROM pg_constraint AS k WHERE k.contype = 'f' AND k.conrelid = ANY (ARRAY(\
    SELECT n.oid FROM pg_class AS n WHERE n.relname = ANY (?1::name[]))) \
 UNION ALL SELECT a.attrelid FROM pg_attribute AS a WHERE a.attname = ?2";

impl Postgres {
    /// Reads the definitions of the tables that exist.
    pub(super) fn definitions(&self, wanted: &Wanted<'_>) -> Result<Vec<Known>> {
        let described = self.described(wanted)?;
        let types = self.own_types(&described)?;
        let mut expressions = self.columns_of_expressions(&described)?;
        Ok(described.into_iter().map(|table| table.known(&types, &mut expressions)).collect())
    }

    fn described(&self, wanted: &Wanted<'_>) -> Result<Vec<Described>> {
        let kinds = [
            Kind::Integer,
            Kind::TEXT,
            Kind::TEXT,
            Kind::Boolean,
            Kind::Boolean,
            Kind::TEXT,
            Kind::TEXT,
            Kind::TEXT,
        ];
        let (sql, parameters) = match wanted {
            Wanted::Named(names) => (format!("{TABLES}{NAMED}))"), vec![array(names)]),
            Wanted::Usual(names, column) => {
                (format!("{TABLES}{NAMED}{REFERRED_AND_WITH}))"), vec![array(names), (*column).into()])
            }
        };
        let mut found = Vec::new();
        self.read(&sql, &parameters, &kinds, &mut |cells| {
            let part = |index: usize| cells[index].text().unwrap_or("[]");
            found.push(Described {
                number: cells[0].integer().unwrap_or_default(),
                name: cells[1].string(),
                relkind: cells[2].string(),
                is_updatable: cells[3].is_true(),
                takes_batches: cells[4].is_true(),
                columns: serde_json::from_str(part(5))?,
                indexes: serde_json::from_str(part(6))?,
                constraints: serde_json::from_str(part(7))?,
            });
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Reads the types of the columns that PostgreSQL does not bring along: domains, enums and those of extensions.
    fn own_types(&self, tables: &[Described]) -> Result<HashMap<u32, OwnType>> {
        let types = tables.iter().flat_map(|table| &table.columns).map(|ColumnRow(_, _, number, ..)| *number);
        let own: Vec<u32> = types.filter(|number| Type::from_oid(*number).is_none()).collect();
        let mut found = HashMap::new();
        if own.is_empty() {
            return Ok(found);
        }
        let sql = "SELECT t.oid, b.typname, t.typtype = 'd', t.typtypmod, t.typnotnull FROM pg_type AS t \
                   JOIN pg_type AS b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END \
                   WHERE t.oid = ANY (?1::oid[])";
        let kinds = [Kind::Integer, Kind::TEXT, Kind::Boolean, Kind::Integer, Kind::Boolean];
        self.read(sql, &[array(&own)], &kinds, &mut |cells| {
            let modifier = cells[3].integer().and_then(|modifier| i32::try_from(modifier).ok());
            let own = OwnType {
                base: cells[1].string(),
                modifier: modifier.filter(|_| cells[2].is_true()),
                not_null: cells[4].is_true(),
            };
            found.extend(
                cells[0].integer().and_then(|number| u32::try_from(number).ok()).map(|number| (number, own)),
            );
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Reads the columns that expressions of indexes use, by the number of the index.
    fn columns_of_expressions(&self, tables: &[Described]) -> Result<HashMap<u32, Vec<String>>> {
        let indexes = tables.iter().flat_map(|table| &table.indexes);
        let with: Vec<u32> =
            indexes.filter(|index| index.has_expressions).map(|index| index.number).collect();
        let mut found: HashMap<u32, Vec<String>> = HashMap::new();
        if with.is_empty() {
            return Ok(found);
        }
        let sql = "SELECT d.objid, a.attname FROM pg_depend AS d JOIN pg_index AS i ON i.indexrelid = d.objid \
                   JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid \
                   WHERE d.refobjid = i.indrelid AND d.objid = ANY (?1::oid[])";
        self.read(sql, &[array(&with)], &[Kind::Integer, Kind::TEXT], &mut |cells| {
            let number = cells[0].integer().and_then(|number| u32::try_from(number).ok());
            found.entry(number.unwrap_or_default()).or_default().push(cells[1].string());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }
}

impl Described {
    fn known(self, own: &HashMap<u32, OwnType>, expressions: &mut HashMap<u32, Vec<String>>) -> Known {
        let mut known = Known {
            is_lockable: self.is_updatable && self.relkind != "v",
            number: self.number,
            relkind: self.relkind,
            takes_batches: self.takes_batches,
            types: HashMap::new(),
            constraints: HashMap::new(),
            deferrable: Vec::new(),
            table: Table { name: self.name, ..Table::default() },
        };
        let mut by_number = HashMap::new();
        for column in self.columns {
            by_number.insert(column.0, column.1.clone());
            known.add_column(column, own);
        }
        let named = |numbers: &[i16]| -> Vec<String> {
            numbers.iter().filter_map(|number| by_number.get(number).cloned()).collect()
        };
        for index in self.indexes {
            let columns = named(&index.columns[..index.keys.min(index.columns.len())]);
            known.add_index(&index, columns, expressions.remove(&index.number).unwrap_or_default());
        }
        for ConstraintRow(name, kind, columns, target, target_column) in self.constraints {
            let columns = named(&columns.unwrap_or_default());
            if let (true, [column], Some(table), Some(target)) =
                (kind == "f", &columns[..], target, target_column)
            {
                let table = names(&table).join(".");
                known.table.references.push(Reference { column: column.clone(), table, target });
            }
            known.constraints.insert(name, columns);
        }
        // A key is known to be assigned, and is exported all the same.
        let key = &known.table.key;
        for column in known.table.columns.iter_mut().filter(|column| key.contains(&column.name)) {
            column.generated = false;
        }
        known
    }
}

impl Known {
    fn add_column(&mut self, column: ColumnRow, own: &HashMap<u32, OwnType>) {
        let ColumnRow(_, name, number, shown, modifier, nullable, filled, generated) = column;
        let own = own.get(&number);
        let of_its_own = || own.map_or_else(|| shown.clone(), |own| own.base.clone());
        let base = Type::from_oid(number).map_or_else(of_its_own, |known| known.name().to_owned());
        let kind = kind_of(&base, own.and_then(|own| own.modifier).unwrap_or(modifier), &shown);
        self.types.insert(name.clone(), ColumnSort { base, shown });
        let nullable = nullable && own.is_none_or(|own| !own.not_null);
        self.table.columns.push(Column { name, kind, may_be_duration: false, nullable, filled, generated });
    }

    fn add_index(&mut self, index: &IndexRow, columns: Vec<String>, of_expressions: Vec<String>) {
        if index.is_primary {
            self.table.key.clone_from(&columns);
        }
        if index.is_plain {
            self.table.uniques.push(columns.clone());
        }
        let mut all = columns;
        for column in of_expressions {
            if !all.contains(&column) {
                all.push(column);
            }
        }
        let name = names(&index.name).pop().unwrap_or_default();
        self.deferrable.extend(index.is_deferrable.then(|| name.clone()));
        self.constraints.insert(name, all);
    }
}

/// Splits the text form of `regclass` into its names: that of the table or index, after the schema's if the search path
/// does not lead to it.
fn names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    loop {
        let (name, after) = split_quoted(rest).unwrap_or_else(|| {
            let (name, after) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
            (name.to_owned(), after)
        });
        names.push(name);
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None => return names,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn the_text_of_a_table_is_split_into_names() {
        for (text, expected) in [
            ("auth_user", &["auth_user"][..]),
            ("acme.auth_user", &["acme", "auth_user"]),
            (r#"acme."Shop.User""#, &["acme", "Shop.User"]),
            (r#""a ""b"" c""#, &[r#"a "b" c"#]),
        ] {
            assert_eq!(names(text), expected);
        }
    }
}
