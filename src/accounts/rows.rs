//! The values of an account's columns: given values, defaults and generated values.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::CryptoRng;
use serde_json::Value as Json;

use crate::django::field::{Input, convert};
use crate::django::value::{Kind, Value};
use crate::error::faults::{Fault, FaultCode, Twice};
use crate::store::layout::ProfileTable;
use crate::store::schema::{Column, Table};

/// Builds the rows of an account, and collects their faults.
pub(super) struct RowBuilder<'a> {
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    pub random: &'a mut dyn CryptoRng,
    pub faults: &'a mut Vec<Fault>,
}

impl RowBuilder<'_> {
    /// Adds a given value to a row.
    pub fn set<'c, Name: AsRef<str> + From<&'c str>>(
        &mut self,
        row: &mut Vec<(Name, Value)>,
        name: &str,
        column: &'c Column,
        input: &Input,
    ) {
        if row.iter().any(|(other, _)| other.as_ref() == column.name) {
            self.faults.push(Fault::new(name, FaultCode::GivenTwice(Twice::Field)));
            return;
        }
        match convert(name, column.column_type(), input, self.zone) {
            Ok(value) => row.push(((&*column.name).into(), value)),
            Err(fault) => self.faults.push(fault),
        }
    }

    /// Adds the values that were not given: defaults, new UUIDs, and times of creation and change.
    pub fn fill<'c, 'd, Name: AsRef<str> + From<&'c str>>(
        &mut self,
        row: &mut Vec<(Name, Value)>,
        table: &Table,
        columns: impl Iterator<Item = &'c Column>,
        default: &dyn Fn(&str) -> Option<&'d Json>,
    ) {
        for column in columns {
            if row.iter().any(|(name, _)| name.as_ref() == column.name) {
                continue;
            }
            if let Some(default) = default(&column.name) {
                self.set(row, &column.name, column, &Input::Json(default.clone()));
            } else if column.filled || column.nullable {
                // The database provides a value or NULL.
            } else if is_fresh_uuid(column, table) {
                row.push(((&*column.name).into(), Value::Uuid(fresh_uuid(self.random))));
            } else if is_automatic_timestamp(column) {
                row.push(((&*column.name).into(), self.now.into()));
            }
        }
    }
}

/// Whether the column needs a value that nothing else provides.
#[must_use]
pub fn must_be_given(column: &Column, table: &Table) -> bool {
    !column.nullable && !column.filled && !is_fresh_uuid(column, table) && !is_automatic_timestamp(column)
}

fn is_fresh_uuid(column: &Column, table: &Table) -> bool {
    column.kind == Kind::Uuid && table.reference(&column.name).is_none()
}

/// Whether Django would set the column to the current time.
///
/// Django's `auto_now` and `auto_now_add` leave no trace in the schema, so the column name decides.
fn is_automatic_timestamp(column: &Column) -> bool {
    const WORDS: [&str; 6] = ["creat", "updat", "modif", "added", "joined", "changed"];
    column.kind == Kind::Timestamp && WORDS.iter().any(|word| column.name.contains(word))
}

/// Returns the column with this name, or the column of the foreign key with this name.
pub(super) fn find_column<'a>(table: &'a Table, name: &str) -> Option<&'a Column> {
    table.column(name).or_else(|| {
        let column = format!("{name}_id");
        table.reference(&column).and_then(|_| table.column(&column))
    })
}

pub(super) fn find_field<'a>(table: &'a ProfileTable, name: &str) -> Option<&'a Column> {
    find_column(&table.table, name).filter(|found| table.fields().any(|field| field.name == found.name))
}

/// Generates a random UUID (version 4 of RFC 9562) as 32 hexadecimal digits.
pub(super) fn fresh_uuid(random: &mut dyn CryptoRng) -> String {
    let mut bits = u128::from(random.next_u64()) << 64 | u128::from(random.next_u64());
    bits = bits & !(0xf << 76) | 0x4 << 76;
    bits = bits & !(0x3 << 62) | 0x2 << 62;
    format!("{bits:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_version_4() {
        let mut random = rand::rng();
        for _ in 0..100 {
            let uuid = fresh_uuid(&mut random);
            assert_eq!(uuid.len(), 32);
            assert_eq!(&uuid[12..13], "4");
            assert!("89ab".contains(&uuid[16..17]));
        }
    }

    #[test]
    fn all_bits_of_a_uuid_are_random_but_those_of_version_and_variant() {
        let mut random = rand::rng();
        let uuids = (0..100).map(|_| u128::from_str_radix(&fresh_uuid(&mut random), 16).unwrap_or(0));
        let (ones, zeros) = uuids.fold((0, 0), |(ones, zeros), bits| (ones | bits, zeros | !bits));
        assert_eq!((ones & zeros).count_ones(), 122);
    }
}
