//! What keeps authctl from writing a token that the project accepts.

use std::fmt;

/// What is wrong with the token tables of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenTableFlaw {
    /// The project may read any of these tables.
    Several(Vec<String>),
    /// The project reads this table, and the form of its tokens is unknown.
    UnknownForm(String),
    /// A row needs values that authctl does not know.
    Required {
        /// The table.
        table: String,
        /// The columns.
        columns: Vec<String>,
    },
}

impl TokenTableFlaw {
    /// What precedes the names of several tables.
    pub const SEVERAL: &str = "The project's API may read tokens from any of these tables";
}

impl fmt::Display for TokenTableFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Several(tables) => {
                let tables = tables.join(", ");
                write!(f, "{}: {tables}.", Self::SEVERAL)
            }
            Self::UnknownForm(table) => {
                write!(f, "The form of the project's tokens in table {table} is unknown.")
            }
            Self::Required { table, columns } => {
                let columns = columns.join(", ");
                write!(f, "A token in table {table} needs values that only the project knows: {columns}.")
            }
        }
    }
}
