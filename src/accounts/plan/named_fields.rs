//! Finds the fields that the headings and keys of a file name.

use super::Planner;
use crate::accounts::rows::{find_column, find_field};
use crate::django::value::Kind;
use crate::formats::columns::{AccountFields, NamedField};
use crate::store::layout::ProfileTable;
use crate::store::schema::Column;

impl AccountFields for Planner<'_> {
    fn login_column(&self) -> &str {
        self.login
    }

    /// If several kinds have the field and the name contains no kind, the account's own kind decides.
    fn field(&self, name: &str) -> Option<NamedField<'_>> {
        let of_any_kind = |field: &str| {
            let mut candidates =
                self.kinds.iter().filter_map(|table| Some((find_field(table, field)?, table)));
            let (column, table) = candidates.next()?;
            Some(if candidates.next().is_none() {
                of_profile(column, table)
            } else {
                named(column.name.clone(), None, column)
            })
        };
        let of_user = || {
            let column = find_column(&self.users.table, name)?;
            (column.name != self.users.key && column.name != "password" && !column.generated)
                .then(|| named(column.name.clone(), None, column))
        };
        match name.strip_prefix("profile.").unwrap_or(name).split_once('.') {
            Some((kind, field)) => {
                let table = self.kind(kind)?;
                find_field(table, field).map(|column| of_profile(column, table))
            }
            None => match name.strip_prefix("profile.") {
                Some(field) => of_any_kind(field),
                None => of_user().or_else(|| of_any_kind(name)),
            },
        }
    }

    fn has_verified_addresses(&self) -> bool {
        self.has_verified_addresses
    }

    fn field_names(&self) -> Vec<String> {
        let of_user = self.users.extra_columns().map(|column| column.name.clone());
        let of_profiles = self
            .kinds
            .iter()
            .flat_map(|table| table.fields().map(|column| format!("profile.{}.{}", table.kind, column.name)));
        of_user.chain(of_profiles).collect()
    }
}

fn of_profile<'a>(column: &'a Column, table: &'a ProfileTable) -> NamedField<'a> {
    named(format!("{}.{}", table.kind, column.name), Some(&table.kind), column)
}

fn named<'a>(name: String, profile: Option<&'a str>, column: &'a Column) -> NamedField<'a> {
    let keeps_blank = matches!(column.kind, Kind::Text { .. }) && !column.nullable && !column.filled;
    let keeps_null = column.kind == Kind::Json && !column.nullable;
    NamedField { name, profile, kind: &column.kind, keeps_blank, keeps_null }
}
