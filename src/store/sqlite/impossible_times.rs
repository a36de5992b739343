//! Finds stored dates and times that Django fails to load, such as `0000-00-00 00:00:00`.
//!
//! Django takes a text without the form of a time for NULL, but raises an error where the form is right and a number is
//! out of range.

use fancy_regex::Regex;
use jiff::civil::DateTime;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error};

use super::Sqlite;
use crate::django::value::{FIRST_YEAR, Kind, plain_date_time};
use crate::error::failure::Result;
use crate::store::engine::Irregularity;
use crate::store::schema::{Column, Table, quoted};

/// The form of a time (`datetime_re` of `django.utils.dateparse`, Django 4.0 to 6.1; 3.2 allows no space before the
/// offset). Django also knows other digits, which no program writes.
const TIME: &str = concat!(
    r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})[T ]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.,][0-9]{1,12})?)?",
    r"\s*(?:Z|[+-]([0-9]{2})(?::?([0-9]{2}))?)?\n?$"
);

/// The form of a date (`date_re` of the same module, Django 3.2 to 6.1).
const DATE: &str = r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\n?$";

impl Sqlite {
    /// Finds the columns of a table that have impossible dates or times, with the functions of [`register`].
    pub(super) fn impossible_times(&self, table: &Table) -> Result<Vec<Irregularity>> {
        // A generated column may need functions that only Django defines.
        let stored = table.columns.iter().filter(|column| !column.generated);
        let conditions: Vec<(&Column, String)> =
            stored.filter_map(|column| Some((column, condition(column)?))).collect();
        if conditions.is_empty() {
            return Ok(Vec::new());
        }
        let rows = quoted(&table.name);
        let any: Vec<&str> = conditions.iter().map(|(_, condition)| &**condition).collect();
        // Most tables have none, which one pass tells.
        let any = format!("SELECT 1 FROM {rows} WHERE {} LIMIT 1", any.join(" OR "));
        if self.rows(&any, [], |_| Ok(()))?.is_empty() {
            return Ok(Vec::new());
        }
        // A key of another kind may be a secret: the keys of DRF's tokens are their primary keys.
        let key = match &table.key[..] {
            [key] if table.column(key).is_some_and(|column| column.kind == Kind::Integer) => quoted(key),
            _ => "NULL".into(),
        };
        let mut found = Vec::new();
        for (column, condition) in conditions {
            let name = quoted(&column.name);
            // With `min`, SQLite takes the key from the same row.
            let sql = format!(
                "SELECT count(*), min(CAST({name} AS TEXT) COLLATE BINARY), {key} FROM {rows} WHERE {condition} \
                 HAVING count(*) > 0"
            );
            found.extend(self.rows(&sql, [], |row| {
                let example: String = row.get(1)?;
                Ok(Irregularity::ImpossibleTime {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    count: row.get::<_, i64>(0)?.unsigned_abs(),
                    example: example.split_whitespace().collect::<Vec<_>>().join(" "),
                    key: row.get(2).unwrap_or_default(),
                })
            })?);
        }
        Ok(found)
    }
}

/// Returns the SQL condition that a column has an impossible date or time. `None` if it is for neither.
fn condition(column: &Column) -> Option<String> {
    let function = match column.kind {
        Kind::Timestamp => "is_impossible_time",
        Kind::Date => "is_impossible_date",
        _ => return None,
    };
    Some(format!("{function}({})", quoted(&column.name)))
}

/// Registers `is_impossible_time` and `is_impossible_date` on a connection.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    for (function, form) in [("is_impossible_time", TIME), ("is_impossible_date", DATE)] {
        let form = Regex::new(form).map_err(|error| Error::UserFunctionError(Box::new(error)))?;
        connection.create_scalar_function(function, 1, flags, move |context| {
            Ok(match context.get_raw(0) {
                // Django converts the bytes of either.
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => is_impossible(bytes, &form),
                _ => false,
            })
        })?;
    }
    Ok(())
}

/// Whether a value has this form with a number out of range. False if it is not UTF-8.
fn is_impossible(bytes: &[u8], form: &Regex) -> bool {
    if plain_date_time(bytes).is_some() {
        return false;
    }
    let captures = std::str::from_utf8(bytes).ok().and_then(|text| form.captures(text).ok()?);
    captures.is_some_and(|captures| {
        let number = |group| -> i16 {
            captures.get(group).map_or(0, |digits| digits.as_str().parse().unwrap_or(i16::MAX))
        };
        let small = |group| i8::try_from(number(group)).unwrap_or(i8::MAX);
        let time = DateTime::new(number(1), small(2), small(3), small(4), small(5), small(6), 0);
        let offset = 60 * number(7) + number(8);
        time.is_err() || number(1) < FIRST_YEAR || offset >= 24 * 60
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(form: &str, texts: &[&'t str]) -> Vec<&'t str> {
        let form = Regex::new(form).expect("a pattern");
        texts.iter().copied().filter(|text| is_impossible(text.as_bytes(), &form)).collect()
    }

    #[test]
    fn a_number_out_of_range_makes_a_time_impossible() {
        let impossible = [
            "0000-00-00 00:00:00",
            "0000-12-31 12:30:00",
            "2023-02-29T12:30Z",
            "2023-02-29 12:30:00Z\n",
            "2024-2-9 1:60",
            "2024-02-29 12:30:60.5 +02:00",
            "2024-02-29 12:30:00-24:00",
        ];
        assert_eq!(found(TIME, &impossible), impossible);
        let others = [
            "",
            "yesterday",
            "2024-02-29 12:30:00",
            "2024-02-29 12:30:00.5+02:00",
            "2024-02-29 12:30:00+02:60",
            "2024-2-9 1:02",
            "2023-02-29",
        ];
        assert_eq!(found(TIME, &others), [""; 0]);
    }

    #[test]
    fn dates_have_a_form_of_their_own() {
        let dates =
            ["0000-00-00", "2023-2-29", "2024-13-01\n", "2024-02-29", "2023-02-29 00:00:00", "1.2.2023"];
        assert_eq!(found(DATE, &dates), dates[..3]);
    }
}
