//! Appends values to a row in the form that programs read.
//!
//! A separate string per cell would be too slow for a million rows.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Serialize;

use crate::django::json;
use crate::django::models::{dashed_uuid, rfc3339};
use crate::django::value::{Cell, Kind};

/// Appends a cell as text: times after RFC 3339, `true` and `false`, and nothing for NULL.
pub fn push_text(row: &mut Vec<u8>, cell: Cell<'_>, kind: &Kind) {
    match cell {
        Cell::Null => {}
        Cell::Integer(number) => push_serialized(row, &number),
        Cell::Real(number) => row.extend_from_slice(number.to_string().as_bytes()),
        Cell::Text(text) if *kind == Kind::Uuid => row.extend_from_slice(dashed_uuid(text).as_bytes()),
        Cell::Text(text) => row.extend_from_slice(text.as_bytes()),
        Cell::Boolean(flag) => row.extend_from_slice(if flag { b"true" } else { b"false" }),
        Cell::Timestamp(moment) => push_moment(row, moment),
        Cell::Utc(text) => push_utc(row, text),
        Cell::Bytes(bytes) => row.extend_from_slice(String::from_utf8_lossy(bytes).as_bytes()),
    }
}

/// Appends a cell as a JSON value.
pub fn push_json(row: &mut Vec<u8>, cell: Cell<'_>, kind: &Kind) {
    match cell {
        Cell::Null => row.extend_from_slice(b"null"),
        Cell::Integer(number) => push_serialized(row, &number),
        Cell::Real(number) => push_serialized(row, &number),
        Cell::Text(text) if *kind == Kind::Uuid => push_serialized(row, &dashed_uuid(text)),
        Cell::Text(text) if *kind == Kind::Json => match json::parse(text) {
            Ok(document) => push_serialized(row, &document),
            Err(_) => push_serialized(row, text),
        },
        Cell::Text(text) => push_serialized(row, text),
        Cell::Boolean(flag) => row.extend_from_slice(if flag { b"true" } else { b"false" }),
        Cell::Timestamp(_) | Cell::Utc(_) => {
            row.push(b'"');
            push_text(row, cell, kind);
            row.push(b'"');
        }
        Cell::Bytes(bytes) => push_serialized(row, &String::from_utf8_lossy(bytes)),
    }
}

/// Appends a cell as a CSV field.
pub fn push_csv(row: &mut Vec<u8>, cell: Cell<'_>, kind: &Kind) {
    match cell {
        Cell::Text(text) if *kind != Kind::Uuid => push_csv_text(row, text),
        Cell::Text(_) | Cell::Bytes(_) => {
            let mut text = Vec::new();
            push_text(&mut text, cell, kind);
            push_csv_text(row, &String::from_utf8_lossy(&text));
        }
        cell => push_text(row, cell, kind),
    }
}

/// Appends a text as a CSV field after RFC 4180, quoted only if needed.
pub fn push_csv_text(row: &mut Vec<u8>, text: &str) {
    // Without an early exit, the loop processes several bytes at once.
    let needs_quotes =
        text.bytes().fold(false, |needs, byte| needs | matches!(byte, b',' | b'"' | b'\r' | b'\n'));
    if !needs_quotes {
        return row.extend_from_slice(text.as_bytes());
    }
    row.push(b'"');
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            row.extend_from_slice(b"\"\"");
        }
        row.extend_from_slice(part.as_bytes());
    }
    row.push(b'"');
}

/// Appends a CSV line end. A row with a single empty field is quoted, so that it is not an empty line.
pub fn end_csv(row: &mut Vec<u8>) {
    row.extend_from_slice(if row.is_empty() { b"\"\"\r\n" } else { b"\r\n" });
}

/// Appends a value as JSON. Writing to a buffer cannot fail.
pub fn push_serialized<T: Serialize + ?Sized>(row: &mut Vec<u8>, value: &T) {
    let written = serde_json::to_writer(row, value);
    debug_assert!(written.is_ok());
}

/// Appends a timestamp in the form of [`rfc3339`].
pub fn push_moment(row: &mut Vec<u8>, moment: Timestamp) {
    let time = Offset::UTC.to_datetime(moment);
    if time.year() < 0 {
        return row.extend_from_slice(rfc3339(moment).as_bytes());
    }
    push_date_time(row, time, b'T');
    push_microseconds(row, time);
    row.push(b'Z');
}

/// The same for a timestamp in the stored form of [`Cell::Utc`].
fn push_utc(row: &mut Vec<u8>, text: &[u8]) {
    let start = row.len();
    row.extend_from_slice(text);
    row[start + 10] = b'T';
    row.push(b'Z');
}

/// Appends a time without an offset, in the form of ISO 8601, with six decimals or none.
pub fn push_local(row: &mut Vec<u8>, time: DateTime) {
    push_date_time(row, time, b'T');
    push_microseconds(row, time);
}

fn push_microseconds(row: &mut Vec<u8>, time: DateTime) {
    if time.subsec_nanosecond() != 0 {
        let microseconds = time.subsec_nanosecond().unsigned_abs() / 1_000;
        let mut text = *b".000000";
        for (part, number) in text[1..].chunks_exact_mut(2).zip([
            microseconds / 10_000,
            microseconds / 100 % 100,
            microseconds % 100,
        ]) {
            part.copy_from_slice(&two_digits(number));
        }
        row.extend_from_slice(&text);
    }
}

/// Appends a time to the second. The year must not be negative.
pub fn push_date_time(row: &mut Vec<u8>, time: DateTime, between: u8) {
    let year = u32::from(time.year().unsigned_abs());
    let small = |number: i8| two_digits(u32::from(number.unsigned_abs()));
    let [y1, y2] = two_digits(year / 100);
    let [y3, y4] = two_digits(year % 100);
    let [[m1, m2], [d1, d2]] = [time.month(), time.day()].map(small);
    let [[h1, h2], [n1, n2], [s1, s2]] = [time.hour(), time.minute(), time.second()].map(small);
    row.extend_from_slice(&[
        y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, between, h1, h2, b':', n1, n2, b':', s1, s2,
    ]);
}

/// Formats a number below 100.
fn two_digits(number: u32) -> [u8; 2] {
    let digit = |number: u32| b'0' | u8::try_from(number % 10).unwrap_or_default();
    [digit(number / 10), digit(number)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(push: impl Fn(&mut Vec<u8>)) -> String {
        let mut row = Vec::new();
        push(&mut row);
        String::from_utf8(row).expect("UTF-8")
    }

    proptest::proptest! {
        #[test]
        fn a_moment_is_written_as_by_its_library(
            seconds in -377_705_023_201_i64..253_402_207_200,
            nanoseconds in 0..1_000_000_000,
        ) {
            let moment = Timestamp::new(seconds, nanoseconds).or(Timestamp::from_second(seconds)).expect("a moment");
            for moment in [moment, Timestamp::from_second(seconds).expect("a moment")] {
                proptest::prop_assert_eq!(pushed(|row| push_moment(row, moment)), rfc3339(moment));
            }
        }

        #[test]
        fn a_stored_moment_is_written_as_by_its_library(
            text in "[01][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])( )([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\\.[0-9]{6})?",
        ) {
            if let Some(cell) = Cell::utc(text.as_bytes()) {
                let moment = cell.timestamp().expect("a moment");
                proptest::prop_assert_eq!(pushed(|row| push_text(row, cell, &Kind::Timestamp)), rfc3339(moment));
            } else {
                proptest::prop_assert!(text.ends_with(".000000"));
            }
        }

        #[test]
        fn a_field_is_quoted_as_by_its_library(first: String, second in "[a,\"\r\n ]*") {
            let mut builder = csv::WriterBuilder::new();
            let mut writer = builder.flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            writer.write_record([&first, &second]).expect("a record");
            writer.write_record([&second]).expect("a record");
            let expected = String::from_utf8(writer.into_inner().expect("a writer")).expect("UTF-8");
            let row = |fields: &[&str]| pushed(|row| {
                for (index, field) in fields.iter().enumerate() {
                    if index > 0 { row.push(b','); }
                    push_csv_text(row, field);
                }
                end_csv(row);
            });
            proptest::prop_assert_eq!(row(&[&first, &second]) + &row(&[&second]), expected);
        }
    }
}
