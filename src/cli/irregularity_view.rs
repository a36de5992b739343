//! Words what is irregular about a table.

use crate::store::Irregularity;
use crate::terminal::output::Severity::{self, Error, Warning};

/// Returns the severity of an irregularity, its stable code and a message. `users` is the name of the user table.
pub fn worded(irregularity: &Irregularity, users: &str) -> (Severity, &'static str, String) {
    match irregularity {
        Irregularity::RowSecurity { table } => {
            (Warning, "row_security", format!("Row security of {table} may hide rows and refuse changes."))
        }
        Irregularity::MissingPrivilege { table, privilege } => {
            (Warning, "missing_privilege", format!("This role may not {privilege} on {table}."))
        }
        Irregularity::UnvalidatedConstraint { table, constraint } => (
            Warning,
            "unvalidated_constraint",
            format!("Rows of {table} may violate {constraint}. Run `ALTER TABLE … VALIDATE CONSTRAINT`."),
        ),
        Irregularity::InvalidIndex { table, index } => {
            (Warning, "invalid_index", format!("Index {index} of {table} is invalid. Run `REINDEX INDEX`."))
        }
        Irregularity::LaggingSequence { table, column } => (
            Error,
            "lagging_sequence",
            format!("The sequence of {table}.{column} is behind: the next row gets a key that is taken."),
        ),
        Irregularity::ImpossibleTime { table, column, count, example, key } => {
            let row = key.map(|key| format!(" (id {key})")).unwrap_or_default();
            let remedy = match key {
                Some(key) if *table == users => {
                    format!("Set a valid one: `authctl edit-user --by id {key} --set {column}=TIME`.")
                }
                _ => "Set a valid one in the database.".to_owned(),
            };
            let message = format!(
                "Django fails to load rows of {table} whose {column} is not a valid time: {count}, such as \
                 {example}{row}. {remedy}"
            );
            (Error, "impossible_time", message)
        }
    }
}
