//! Values of columns: whatever is accepted is stored in Django's own form, and accepted again in that form.
#![no_main]

use authctl::django::field::{ColumnType, Input, boolean, convert, duration_text, moment, time_of_day};
use authctl::django::json;
use authctl::django::value::{Cell, Digits, Kind, Value, plain_date_time};
use authctl::fuzzing::worded;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    times(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let zones = [TimeZone::UTC, TimeZone::fixed(offset(-12)), TimeZone::fixed(offset(14))];
    let mut inputs = vec![Input::Text(text.to_owned())];
    inputs.extend(json::parse(text).ok().map(Input::Json));
    for input in &inputs {
        let _ = input.is_blank();
        for kind in kinds() {
            for zone in &zones {
                check(&kind, input, zone);
            }
        }
    }
    let _ = boolean(text);
});

fn kinds() -> [Kind; 17] {
    [
        Kind::Integer,
        Kind::Real,
        Kind::Text { max_length: None },
        Kind::Text { max_length: Some(LIMIT) },
        Kind::Boolean,
        Kind::Timestamp,
        Kind::Date,
        Kind::Time,
        Kind::Uuid,
        Kind::Duration,
        Kind::Decimal(Digits::All),
        Kind::Decimal(Digits::Significant(LIMIT)),
        Kind::Decimal(Digits::Fixed { total: LIMIT, places: 2 }),
        Kind::Json,
        Kind::Address,
        Kind::Bytes,
        Kind::Other("citext".into()),
    ]
}

fn check(kind: &Kind, input: &Input, zone: &TimeZone) {
    for may_be_duration in [false, true] {
        let column = ColumnType { kind, nullable: false, may_be_duration };
        let value = match convert("field", column, input, zone) {
            Ok(value) => value,
            Err(fault) => {
                assert!(
                    fault.field == "field" && !worded(&fault).is_empty() && !fault.code.name().is_empty()
                );
                continue;
            }
        };
        let again = match (kind, &value) {
            (Kind::Integer, Value::Integer(number)) => number.to_string(),
            (Kind::Real, Value::Real(number)) => {
                assert!(number.is_finite());
                number.to_string()
            }
            (Kind::Text { max_length }, Value::Text(text)) => {
                assert!(max_length.is_none_or(|limit| text.chars().count() <= limit) && !text.contains('\0'));
                text.clone()
            }
            (Kind::Boolean, Value::Boolean(flag)) => flag.to_string(),
            (Kind::Timestamp, Value::Timestamp(moment)) => {
                assert!((1..=9999).contains(&zone.to_datetime(*moment).year()), "{input:?}: {moment}");
                moment.to_string()
            }
            (Kind::Date, Value::Date(date)) => {
                assert!(date.year() >= 1, "{input:?}: {date}");
                date.to_string()
            }
            (Kind::Time, Value::Time(time)) => {
                assert_eq!(time.subsec_nanosecond() % 1_000, 0, "{input:?}: {time}");
                time_of_day(*time)
            }
            (Kind::Duration, Value::Duration(microseconds)) => duration_text(*microseconds),
            (Kind::Uuid, Value::Uuid(text)) => {
                assert!(text.len() == 32 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
                text.clone()
            }
            (Kind::Decimal(_), Value::Decimal(text)) => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
                assert!(is_digits(whole) && is_digits(fraction), "{input:?}: {text}");
                text.clone()
            }
            (Kind::Json, Value::Json(text)) => {
                assert!(text.is_ascii());
                serde_json::from_str::<serde_json::Value>(text).expect("JSON");
                text.clone()
            }
            (Kind::Address | Kind::Other(_), Value::Text(text)) => {
                assert!(!text.contains('\0'));
                text.clone()
            }
            (Kind::Bytes, Value::Bytes(bytes)) => String::from_utf8(bytes.clone()).expect("text"),
            (kind, value) => panic!("{value:?} in a column of {kind:?}"),
        };
        assert_eq!(format!("{value:?}").find(char::is_whitespace), None);
        let stored = convert("field", column, &Input::Text(again.clone()), zone);
        assert!(stored == Ok(value), "{input:?}: {again:?} is not kept in a column of {kind:?}");
        if let (Kind::Integer, Input::Text(text)) = (kind, input)
            && text.contains(':')
        {
            assert!(is_clock(text.trim()), "{text:?} is no duration");
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether Django's `parse_duration` reads this text with colons: `[DAYS [days, ]][-][[HH:]MM:]SS[.ffffff]`.
fn is_clock(text: &str) -> bool {
    let clock = match text.split_once(' ') {
        Some((days, clock)) if is_digits(days.strip_prefix('-').unwrap_or(days)) => {
            clock.strip_prefix("days, ").or_else(|| clock.strip_prefix("day, ")).unwrap_or(clock)
        }
        Some(_) => return false,
        None => text,
    };
    let clock = clock.strip_prefix('-').unwrap_or(clock);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    clock.split(':').count() <= 3 && clock.split(':').all(is_digits) && is_digits(fraction)
}

/// Times as the database stores them.
fn times(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).ok();
    let parsed = plain_date_time(bytes);
    if parsed.is_some() {
        assert_eq!(parsed, text.and_then(|text| text.parse::<DateTime>().ok()));
    }
    if let Some(cell) = Cell::utc(bytes) {
        assert_eq!(cell.timestamp(), text.and_then(|text| moment(text, &TimeZone::UTC)));
    }
}
