//! Decisions about references to deleted rows.

use crate::error::faults::{Fault, FaultCode, ReferenceWay, References};

/// The decisions about references to deleted rows: each as `table.column`, or as `table` for all of a table's.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// References whose rows are deleted too.
    pub cascade: Vec<String>,
    /// References that are set to NULL.
    pub set_null: Vec<String>,
}

impl Decisions {
    /// Decides about these references as the faults suggest. Returns false if nothing was left to decide.
    pub(super) fn add(&mut self, faults: &[Fault]) -> bool {
        let mut is_new = false;
        for fault in faults {
            let FaultCode::StillReferenced(References::Column(reference)) = &fault.code else { continue };
            let names = match reference.way {
                ReferenceWay::Clear => &mut self.set_null,
                ReferenceWay::Delete | ReferenceWay::DeleteRequired | ReferenceWay::Project => {
                    &mut self.cascade
                }
            };
            if !names.contains(&fault.field) {
                names.push(fault.field.clone());
                is_new = true;
            }
        }
        is_new
    }
}

/// Whether a decision names this reference. SQL ignores the case of names.
pub(super) fn is_named_by(name: &str, table: &str, column: &str) -> bool {
    name.eq_ignore_ascii_case(table) || name.eq_ignore_ascii_case(&format!("{table}.{column}"))
}
