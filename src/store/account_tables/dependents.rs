//! What Django does with the rows of packages when their user is deleted.
//!
//! A row goes with what it refers to if the reference cannot be NULL, and otherwise loses the reference. The models of a
//! few nullable columns say `CASCADE` nevertheless, which no schema tells.

use crate::store::schema::Table;

/// The tables of a package with references to users, or to rows that go with users.
pub(super) struct Dependents {
    pub(super) tables: &'static [&'static str],
    /// The columns that can be NULL and whose rows are deleted all the same.
    pub(super) nullable_cascades: &'static [(&'static str, &'static str)],
}

/// What Django does with a row that refers to a deleted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum OnDelete {
    /// It deletes the row.
    Cascade,
    /// It empties the reference.
    SetNull,
}

impl Dependents {
    /// Returns what Django does with a row that refers to a deleted one by this column. `None` for a table of another
    /// package.
    pub(super) fn on_delete(&self, table: &Table, column: &str) -> Option<OnDelete> {
        if !self.tables.contains(&&*table.name) {
            return None;
        }
        let is_nullable = table.column(column).is_some_and(|column| column.nullable);
        let cascades = !is_nullable || self.nullable_cascades.contains(&(&table.name, column));
        Some(if cascades { OnDelete::Cascade } else { OnDelete::SetNull })
    }
}
