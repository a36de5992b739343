//! Values in the form that Django stores in SQLite, and the meaning of declared column types.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::django::field::time_of_day;
use crate::django::value::{Cell, Digits, FIRST_YEAR, Kind, Value, plain_date_time};

/// The number of significant digits that Django reads back exactly (`get_decimalfield_converter`).
const DECIMAL_DIGITS: usize = 15;

/// A value in the form that Django stores in SQLite (Django 3.2 to 6.1).
pub(super) struct Bound<'a> {
    pub(super) value: &'a Value,
    pub(super) time_zone: &'a TimeZone,
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.value {
            Value::Null => ValueRef::Null,
            Value::Integer(number) | Value::Duration(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) | Value::Uuid(text) | Value::Decimal(text) | Value::Json(text) => {
                ValueRef::Text(text.as_bytes())
            }
            Value::Boolean(flag) => ValueRef::Integer(i64::from(*flag)),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Date(date) => return Ok(date.to_string().into()),
            Value::Time(time) => return Ok(time_of_day(*time).into()),
            Value::Timestamp(moment) => return Ok(stored_timestamp(*moment, self.time_zone).into()),
        }))
    }
}

/// Formats a time as `YYYY-MM-DD HH:MM:SS.ffffff` in the zone. A zero fraction is omitted.
fn stored_timestamp(moment: Timestamp, time_zone: &TimeZone) -> String {
    let local = time_zone.to_datetime(moment);
    let decimals = if local.subsec_nanosecond() < 1_000 { 0 } else { 6 };
    DateTimePrinter::new().separator(b' ').precision(Some(decimals)).datetime_to_string(&local)
}

/// Parses a stored time: Django's own form, and the other forms that Django reads (`T`, `Z`, an offset).
///
/// Returns `None` before [`FIRST_YEAR`], where Django raises an error.
pub(super) fn read_timestamp(text: &[u8], time_zone: &TimeZone) -> Option<Timestamp> {
    if let Some(local) = plain_date_time(text) {
        return time_zone.to_timestamp(local).ok();
    }
    let text = std::str::from_utf8(text).ok()?.trim();
    let zoned = text.ends_with(['Z', 'z']) || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    let moment = if zoned { text.parse().ok()? } else { time_zone.to_timestamp(text.parse().ok()?).ok()? };
    (time_zone.to_datetime(moment).year() >= FIRST_YEAR).then_some(moment)
}

/// Converts a raw value of a column of this kind. Times are stored in `time_zone`, and `is_utc` says whether that is
/// UTC.
pub(super) fn cell<'row>(raw: ValueRef<'row>, kind: &Kind, time_zone: &TimeZone, is_utc: bool) -> Cell<'row> {
    match (raw, kind) {
        (ValueRef::Null, _) => Cell::Null,
        (ValueRef::Integer(number), Kind::Boolean) => Cell::Boolean(number == 1),
        (_, Kind::Boolean) => Cell::Boolean(false),
        (ValueRef::Text(bytes), Kind::Timestamp) => {
            let utc = if is_utc { Cell::utc(bytes) } else { None };
            utc.unwrap_or_else(|| read_timestamp(bytes, time_zone).map_or(Cell::Null, Cell::Timestamp))
        }
        (_, Kind::Timestamp) => Cell::Null,
        (ValueRef::Integer(number), _) => Cell::Integer(number),
        (ValueRef::Real(number), _) => Cell::Real(number),
        (ValueRef::Text(bytes), _) => std::str::from_utf8(bytes).map_or(Cell::Bytes(bytes), Cell::Text),
        (ValueRef::Blob(bytes), _) => Cell::Bytes(bytes),
    }
}

/// Returns the kind that Django reads from a column's declared type (`django.db.backends.sqlite3`, 3.2 to 6.1).
pub(super) fn kind_of(column: &str, declared: &str, definition: &str) -> Kind {
    let (word, rest) = declared.split_once('(').unwrap_or((declared, ""));
    let length = rest.trim_end_matches(')').trim().parse().ok();
    match (word.trim(), length) {
        ("char", Some(32)) => Kind::Uuid,
        ("varchar" | "char", max_length) => Kind::Text { max_length },
        ("bool" | "boolean", _) => Kind::Boolean,
        ("datetime" | "timestamp", _) => Kind::Timestamp,
        ("date", _) => Kind::Date,
        ("time", _) => Kind::Time,
        ("decimal" | "numeric", _) => Kind::Decimal(Digits::Significant(DECIMAL_DIGITS)),
        ("real" | "double" | "float", _) => Kind::Real,
        ("blob", _) => Kind::Bytes,
        ("text", _) if definition.contains(&format!("JSON_VALID(\"{column}\")")) => Kind::Json,
        (word, _) if word.contains("int") => Kind::Integer,
        _ => Kind::Text { max_length: None },
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;

    use super::*;

    fn utc(text: &str) -> Option<Timestamp> {
        read_timestamp(text.as_bytes(), &TimeZone::UTC)
    }

    #[test]
    fn timestamps_are_stored_as_django_stores_them() {
        let stored = |text: &str| stored_timestamp(text.parse().expect("a moment"), &TimeZone::UTC);
        assert_eq!(stored("2024-02-29T12:30:00Z"), "2024-02-29 12:30:00");
        assert_eq!(stored("2024-02-29T12:30:00.000120Z"), "2024-02-29 12:30:00.000120");
    }

    #[test]
    fn timestamps_are_read_with_djangos_tolerance() {
        let expected = "2024-02-29T12:30:00.5Z".parse().ok();
        for text in [
            "2024-02-29 12:30:00.500000",
            "2024-02-29T12:30:00.5",
            "2024-02-29 12:30:00.500Z",
            "2024-02-29 14:30:00.5+02:00",
        ] {
            assert_eq!(utc(text), expected, "{text}");
        }
        for text in ["0000-12-13 23:59:59", "0000-12-13T23:59:59Z", "0001-01-01 00:00:00+00:01", "yesterday"]
        {
            assert_eq!(utc(text), None, "{text}");
        }
        assert!(utc("0001-01-01 00:00:00").is_some() && utc("0001-01-01T00:00:00Z").is_some());
        assert_eq!(utc(""), None);
    }

    proptest::proptest! {
        #[test]
        fn the_plain_form_is_read_as_every_other(
            text in "([012][0-9]{3}|9999)-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,7}|\\.000000)?",
        ) {
            let time = text.parse().ok().filter(|time: &DateTime| time.year() >= FIRST_YEAR);
            let expected = time.and_then(|time| TimeZone::UTC.to_timestamp(time).ok());
            proptest::prop_assert_eq!(utc(&text), expected);
            let cell = cell(ValueRef::Text(text.as_bytes()), &Kind::Timestamp, &TimeZone::UTC, true);
            proptest::prop_assert_eq!(cell.timestamp(), expected);
        }
    }

    #[test]
    fn timestamps_without_time_zone_support_are_local() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let moment: Timestamp = "2024-02-29T12:30:00Z".parse().expect("a moment");
        assert_eq!(stored_timestamp(moment, &zone), "2024-02-29 14:30:00");
        assert_eq!(read_timestamp(b"2024-02-29 14:30:00", &zone), Some(moment));
    }

    #[test]
    fn only_one_is_true() {
        for (raw, expected) in
            [(ValueRef::Integer(1), true), (ValueRef::Integer(2), false), (ValueRef::Text(b"true"), false)]
        {
            assert_eq!(cell(raw, &Kind::Boolean, &TimeZone::UTC, true).is_true(), expected);
        }
    }

    #[test]
    fn declared_types_mean_what_django_means() {
        let definition =
            r#"CREATE TABLE t ("a" text NOT NULL CHECK ((JSON_VALID("a") OR "a" IS NULL)), "b" text)"#;
        let cases = [
            ("a", "text", Kind::Json),
            ("b", "text", Kind::Text { max_length: None }),
            ("c", "varchar(150)", Kind::Text { max_length: Some(150) }),
            ("c", "char(32)", Kind::Uuid),
            ("c", "char(39)", Kind::Text { max_length: Some(39) }),
            ("c", "integer unsigned", Kind::Integer),
            ("c", "bigint", Kind::Integer),
            ("c", "bool", Kind::Boolean),
            ("c", "datetime", Kind::Timestamp),
        ];
        for (column, declared, expected) in cases {
            assert_eq!(kind_of(column, declared, definition), expected, "{declared}");
        }
    }
}
