//! Tables as a database describes them, before anyone knows what they mean.

use crate::value::Kind;

/// One table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name, unquoted.
    pub name: String,
    /// Its columns, in the order of the table.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    pub key: Vec<String>,
    /// References from one column to another table.
    pub references: Vec<Reference>,
    /// The sets of columns that are unique in every row: no partial index, no expression.
    pub uniques: Vec<Vec<String>>,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name, unquoted.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// May it be a `DurationField`, which Django keeps in microseconds in a `bigint`?
    pub may_be_duration: bool,
    /// May it be NULL?
    pub nullable: bool,
    /// Does the database fill it by itself: by a default, by a generated expression, or as the running key?
    pub filled: bool,
    /// Is it computed from other columns, so that it cannot be written?
    pub generated: bool,
}

impl Column {
    /// Does it tell when its row was last changed? Django's `auto_now` leaves no trace in the schema, so the name has
    /// to say it.
    #[must_use]
    pub fn is_time_of_change(&self) -> bool {
        let (first, second) = self.name.split_once('_').unwrap_or((&self.name, ""));
        let is_change = |word| ["updated", "modified", "changed"].contains(&word);
        let goes_with = |word| ["", "at", "on", "time", "date", "last"].contains(&word);
        self.kind == Kind::Timestamp
            && (is_change(first) && goes_with(second) || is_change(second) && goes_with(first))
    }
}

/// A column that refers to a column of another table.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The column.
    pub column: String,
    /// The table that is referred to.
    pub table: String,
    /// The column that is referred to.
    pub target: String,
}

impl Table {
    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Is there a column of this name?
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.column(name).is_some()
    }

    /// Is this one column unique by itself?
    #[must_use]
    pub fn is_unique(&self, name: &str) -> bool {
        self.uniques.iter().any(|columns| columns.len() == 1 && columns[0] == name)
    }

    /// The reference that starts at this column.
    #[must_use]
    pub fn reference(&self, column: &str) -> Option<&Reference> {
        self.references.iter().find(|reference| reference.column == column)
    }
}

/// A name as SQL takes it, whatever is in it.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
