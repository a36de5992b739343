//! Converts the values that users, files and JSON bodies supply to the values that Django stores in a column.

use std::net::IpAddr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};
use serde_json::Value as Json;

use crate::django::json;
use crate::django::value::{Digits, FIRST_YEAR, Kind, Value};
use crate::error::faults::{DigitLimit, Expected, Fault, FaultCode, ValueKind};

/// A value as supplied, before conversion to the column's type.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Text, from an option or a prompt.
    Text(String),
    /// A value of a JSON body or of `authctl.toml`.
    Json(Json),
    /// The contents of a file, when they are not text.
    Bytes(Vec<u8>),
}

impl Input {
    /// Whether the value is missing, or text of white space only.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) | Self::Json(Json::String(text)) => text.trim().is_empty(),
            Self::Json(json) => json.is_null(),
            Self::Bytes(bytes) => bytes.is_empty(),
        }
    }
}

/// The values that a column accepts.
#[derive(Clone, Copy, Debug)]
pub struct ColumnType<'a> {
    /// The kind of value.
    pub kind: &'a Kind,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Whether the column may be a `DurationField`. Django stores those as microseconds in a `bigint`.
    pub may_be_duration: bool,
}

/// Converts a value to what Django would store in this column.
///
/// A time without an offset is in `zone`, the project's time zone.
///
/// # Errors
/// Returns a fault of the field `name` if the column cannot hold the value. A text may not exceed the declared length,
/// counted in characters, although SQLite itself does not enforce it.
pub fn convert(name: &str, column: ColumnType<'_>, input: &Input, zone: &TimeZone) -> Result<Value, Fault> {
    if *input == Input::Json(Json::Null) {
        return column.nullable.then_some(Value::Null).ok_or_else(|| Fault::new(name, FaultCode::Null(None)));
    }
    let invalid = |expected| Fault::new(name, FaultCode::Invalid(expected));
    let text = match (input, column.kind) {
        (Input::Json(json), Kind::Json) => {
            return json::python_text(json)
                .map(Value::Json)
                .ok_or_else(|| invalid(Expected::Kind(ValueKind::Json)));
        }
        (Input::Bytes(bytes), Kind::Bytes) => return Ok(Value::Bytes(bytes.clone())),
        (Input::Bytes(_), kind) => return Err(invalid(Expected::TextOf(kind.into()))),
        (Input::Json(Json::String(text)) | Input::Text(text), _) => text.clone(),
        (Input::Json(json @ (Json::Bool(_) | Json::Number(_))), kind)
            if !matches!(kind, Kind::Text { .. }) =>
        {
            json.to_string()
        }
        (Input::Json(_), kind) => {
            return Err(invalid(Expected::JsonOf(kind.into())));
        }
    };
    if let Kind::Text { max_length: Some(limit) } = *column.kind
        && text.chars().count() > limit
    {
        return Err(Fault::new(name, FaultCode::MaxLength(limit)));
    }
    if matches!(column.kind, Kind::Text { .. }) && text.contains('\0') {
        return Err(Fault::new(name, FaultCode::NullCharacter));
    }
    if let Kind::Decimal(digits) = *column.kind {
        fit_digits(name, text.trim(), digits)?;
    }
    if *column.kind == Kind::Integer
        && let Some(microseconds) = duration(text.trim()).filter(|_| column.may_be_duration)
    {
        return Ok(Value::Integer(microseconds));
    }
    stored(column.kind, &text, zone).ok_or_else(|| match column.kind {
        Kind::Integer if is_whole(text.trim()) => invalid(Expected::SmallInteger),
        Kind::Integer if column.may_be_duration => invalid(Expected::Kind(ValueKind::IntegerOrDuration)),
        kind => invalid(Expected::Kind(kind.into())),
    })
}

fn stored(kind: &Kind, text: &str, zone: &TimeZone) -> Option<Value> {
    Some(match kind {
        Kind::Text { .. } => text.into(),
        Kind::Integer => Value::Integer(text.trim().parse().ok()?),
        Kind::Real => Value::Real(text.trim().parse().ok().filter(|number: &f64| number.is_finite())?),
        Kind::Boolean => Value::Boolean(boolean(text)?),
        Kind::Timestamp => Value::Timestamp(moment(text, zone)?),
        Kind::Date => {
            let date: Date = text.trim().parse().ok()?;
            (date.year() >= FIRST_YEAR).then_some(Value::Date(date))?
        }
        Kind::Time => Value::Time(microseconds(text.trim().parse().ok()?)?),
        Kind::Uuid => Value::Uuid(uuid(text)?),
        Kind::Duration => Value::Duration(duration(text.trim())?),
        Kind::Decimal(_) => Value::Decimal(decimal(text)?),
        Kind::Json => Value::Json(json::python_text(&json::parse(text).ok()?)?),
        Kind::Address => address(text.trim())?.into(),
        Kind::Bytes => Value::Bytes(text.as_bytes().to_vec()),
        Kind::Other(_) => (!text.contains('\0')).then(|| text.into())?,
    })
}

fn is_whole(text: &str) -> bool {
    is_digits(text.strip_prefix(['-', '+']).unwrap_or(text))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses a boolean as people write it.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    match &*text.trim().to_ascii_lowercase() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Parses a timestamp. Without an offset, it is in `zone`. A date without a time means the start of that day.
///
/// Returns `None` for a time that is not in the years of Python in `zone`.
#[must_use]
pub fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    let moment = text.parse().ok().or_else(|| zone.to_timestamp(text.parse::<DateTime>().ok()?).ok())?;
    (zone.to_datetime(moment).year() >= FIRST_YEAR).then_some(moment)
}

/// Parses a duration and returns microseconds, which is what Django stores in an integer column.
///
/// Accepts ISO 8601 and `[DAYS ][-][[HH:]MM:]SS[.ffffff]`, as Django's `parse_duration` does. Returns `None` for a
/// number alone, since the caller reads that as microseconds.
fn duration(text: &str) -> Option<i64> {
    const SECOND: i64 = 1_000_000;
    if text.contains('P') {
        let span: Span = text.parse().ok()?;
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        return i64::try_from(duration.as_micros()).ok();
    }
    let (days, clock) = match text.split_once(' ') {
        Some((days, clock)) => {
            let clock = clock.strip_prefix("days, ").or_else(|| clock.strip_prefix("day, ")).unwrap_or(clock);
            is_digits(days.strip_prefix('-').unwrap_or(days)).then_some((days.parse::<i64>().ok()?, clock))?
        }
        None if text.contains(':') => (0, text),
        None => return None,
    };
    let (sign, clock) = clock.strip_prefix('-').map_or((1, clock), |rest| (-1, rest));
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    // `parse` alone accepts a sign.
    if !clock.split(':').chain([fraction]).all(is_digits) {
        return None;
    }
    let mut seconds = 0_i64;
    for part in clock.split(':') {
        let part: u32 = part.parse().ok()?;
        seconds = seconds.checked_mul(60)?.checked_add(part.into())?;
    }
    let microseconds: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    let within = seconds.checked_mul(SECOND)?.checked_add(microseconds)?;
    if clock.split(':').count() > 3 {
        return None;
    }
    // The whole days of a negative duration can be out of range where the duration is not.
    i64::try_from(i128::from(days) * i128::from(86_400 * SECOND) + i128::from(sign * within)).ok()
}

/// Formats a duration like Django: `[DAYS ]HH:MM:SS[.ffffff]`. Only the days can be negative.
#[must_use]
pub fn duration_text(microseconds: i64) -> String {
    const SECOND: i64 = 1_000_000;
    let (seconds, rest) = (microseconds.div_euclid(SECOND), microseconds.rem_euclid(SECOND));
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let days = if days == 0 { String::new() } else { format!("{days} ") };
    let clock = format!("{:02}:{:02}:{:02}", of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let decimals = if rest == 0 { String::new() } else { format!(".{rest:06}") };
    format!("{days}{clock}{decimals}")
}

/// Drops what is smaller than a microsecond, as Django does.
fn microseconds(time: Time) -> Option<Time> {
    time.with().subsec_nanosecond(time.subsec_nanosecond() / 1_000 * 1_000).build().ok()
}

/// Formats a time of day as Python does: `HH:MM:SS[.ffffff]`.
#[must_use]
pub fn time_of_day(time: Time) -> String {
    let microseconds = time.subsec_nanosecond() / 1_000;
    let seconds = time.strftime("%H:%M:%S");
    if microseconds == 0 { seconds.to_string() } else { format!("{seconds}.{microseconds:06}") }
}

/// Returns the address in its usual form. A network or an invalid address is left to the database.
fn address(text: &str) -> Option<String> {
    match text.parse::<IpAddr>() {
        Ok(address) => Some(address.to_string()),
        Err(_) => (text.contains('/') && !text.contains('\0')).then(|| text.to_owned()),
    }
}

fn uuid(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|c| *c != '-').collect();
    let is_uuid = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_uuid.then(|| digits.to_ascii_lowercase())
}

fn decimal(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    (is_digits(whole) && is_digits(fraction)).then(|| text.to_owned())
}

/// Checks that a decimal column keeps all digits of a number.
fn fit_digits(name: &str, text: &str, digits: Digits) -> Result<(), Fault> {
    let too_long = |limit| Err(Fault::new(name, FaultCode::MaxDigits(limit)));
    match digits {
        // Django's SQLite backend reads decimals with this precision (`get_decimalfield_converter`). A value with more
        // digits comes back as another number or raises an exception. The field's own `max_digits` is not in the schema.
        Digits::Significant(limit) if significant_digits(text) > limit => {
            too_long(DigitLimit::Significant(limit))
        }
        Digits::Fixed { total, places } => {
            let (whole, fraction) = text.trim_start_matches('-').split_once('.').unwrap_or((text, ""));
            let whole = whole.trim_start_matches(['-', '0']).len();
            if whole > total.saturating_sub(places) || fraction.trim_end_matches('0').len() > places {
                return too_long(DigitLimit::Fixed { before: total.saturating_sub(places), behind: places });
            }
            Ok(())
        }
        Digits::Significant(_) | Digits::All => Ok(()),
    }
}

/// Counts the digits between the first and the last digit that is not zero.
fn significant_digits(text: &str) -> usize {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: &Kind) -> ColumnType<'_> {
        ColumnType { kind, may_be_duration: true, nullable: false }
    }

    #[expect(clippy::needless_pass_by_value, reason = "short calls")]
    fn text(kind: Kind, given: &str) -> Result<Value, &'static str> {
        convert("x", column(&kind), &Input::Text(given.into()), &TimeZone::UTC)
            .map_err(|fault| fault.code.name())
    }

    #[test]
    fn text_is_kept_within_its_limit() {
        let limited = Kind::Text { max_length: Some(3) };
        assert!(text(limited.clone(), "äöü") == Ok("äöü".into()));
        assert!(text(limited.clone(), "abcd") == Err("max_length"));
        assert!(text(limited, "a\0b") == Err("invalid"));
    }

    #[test]
    fn each_kind_takes_what_it_can_hold() {
        assert!(text(Kind::Integer, " 42 ") == Ok(Value::Integer(42)));
        assert!(text(Kind::Integer, "4.2") == Err("invalid"));
        assert!(text(Kind::Integer, "1 02:00:00.000003") == Ok(Value::Integer(93_600_000_003)));
        assert!(text(Kind::Integer, "-1 00:00:01") == Ok(Value::Integer(-86_399_000_000)));
        assert!(text(Kind::Integer, "1:30:00") == Ok(Value::Integer(5_400_000_000)));
        assert!(text(Kind::Integer, "02:00") == Ok(Value::Integer(120_000_000)));
        assert!(text(Kind::Integer, "-1:00:00") == Ok(Value::Integer(-3_600_000_000)));
        for wrong in ["1:2:3:4", "1:00.-5", "1:00.", "1:+2:3", "+1 1:00", "1 days, days, 1:00", ":", "1:"] {
            assert!(text(Kind::Integer, wrong) == Err("invalid"), "{wrong}");
        }
        assert!(text(Kind::Integer, "-1 days, 1:00") == Ok(Value::Integer(-86_340_000_000)));
        assert!(text(Kind::Integer, "P1DT2H") == Ok(Value::Integer(93_600_000_000)));
        assert!(text(Kind::Boolean, "Yes") == Ok(Value::Boolean(true)));
        assert!(text(Kind::Boolean, "2") == Err("invalid"));
        assert!(text(Kind::Date, "2024-02-29") == Ok(Value::Date(jiff::civil::date(2024, 2, 29))));
        assert!(text(Kind::Date, "2023-02-29") == Err("invalid"));
        assert!(text(Kind::Date, "0001-01-01") == Ok(Value::Date(jiff::civil::date(1, 1, 1))));
        for wrong in ["0000-12-31", "-000001-01-01"] {
            assert!(text(Kind::Date, wrong) == Err("invalid"), "{wrong}");
            assert!(text(Kind::Timestamp, wrong) == Err("invalid"), "{wrong}");
        }
        assert!(text(Kind::Time, "12:30") == Ok(Value::Time(jiff::civil::time(12, 30, 0, 0))));
        assert!(text(Kind::Time, "12:30:00.5") == Ok(Value::Time(jiff::civil::time(12, 30, 0, 500_000_000))));
        assert!(
            text(Kind::Decimal(Digits::Significant(15)), "-12.50") == Ok(Value::Decimal("-12.50".into()))
        );
        for fits in
            ["123456789012345", "-0.000123456789012345", "1234567890123.4500000", "100000000000000000000"]
        {
            assert!(
                text(Kind::Decimal(Digits::Significant(15)), fits) == Ok(Value::Decimal(fits.into())),
                "{fits}"
            );
        }
        for long in ["1234567890123456", "-12345678901234.56", "0.1234567890123456", "10000000000000001"] {
            assert!(text(Kind::Decimal(Digits::Significant(15)), long) == Err("max_digits"), "{long}");
        }
        assert!(text(Kind::Decimal(Digits::Significant(15)), "1e3") == Err("invalid"));
        for wrong in ["-", "--5", "+5", ".5", "5."] {
            assert!(text(Kind::Decimal(Digits::Significant(15)), wrong) == Err("invalid"), "{wrong}");
        }
        let uuid = "00112233445566778899aabbccddeeff";
        assert!(text(Kind::Uuid, "00112233-4455-6677-8899-AABBCCDDEEFF") == Ok(Value::Uuid(uuid.into())));
        assert!(text(Kind::Uuid, "0011") == Err("invalid"));
    }

    #[test]
    fn durations_are_written_as_django_writes_them() {
        // The expected values are those of `duration_string` in Django 5.2.
        assert_eq!(duration_text(93_600_000_003), "1 02:00:00.000003");
        assert_eq!(duration_text(0), "00:00:00");
        assert_eq!(duration_text(5_400_000_000), "01:30:00");
        assert_eq!(duration_text(-1), "-1 23:59:59.999999");
        assert_eq!(duration_text(-86_400_000_000), "-1 00:00:00");
        assert_eq!(duration(&duration_text(i64::MIN)), Some(i64::MIN));
        assert_eq!(duration(&duration_text(i64::MAX)), Some(i64::MAX));
        assert_eq!(duration("106751992 00:00:00"), None);
    }

    #[test]
    fn an_address_has_no_null_character() {
        assert!(text(Kind::Address, "10.0.0.0/8") == Ok("10.0.0.0/8".into()));
        assert!(text(Kind::Address, "10.0.0.0/\0") == Err("invalid"));
    }

    #[test]
    fn times_are_in_the_years_of_python() {
        let hours = |hours| TimeZone::fixed(jiff::tz::offset(hours));
        let first = "0001-01-01T00:00:00Z";
        assert!(moment(first, &TimeZone::UTC).is_some() && moment(first, &hours(2)).is_some());
        assert_eq!(moment(first, &hours(-2)), None);
        assert_eq!(moment("0001-01-01T00:00:00+00:01", &TimeZone::UTC), None);
    }

    #[test]
    fn json_is_stored_in_pythons_spelling() {
        let stored = text(Kind::Json, r#"{"b":[1,2.5,null],"a":"é😀"}"#);
        assert!(stored == Ok(Value::Json(r#"{"b": [1, 2.5, null], "a": "\u00e9\ud83d\ude00"}"#.into())));
        assert!(text(Kind::Json, "{") == Err("invalid"));
        assert!(text(Kind::Json, "1e999") == Err("invalid"));
    }

    #[test]
    fn numbers_are_spelled_as_python_spells_them() {
        // The expected values are what Python 3.11 prints for `json.dumps(json.loads(given))`.
        let cases = [
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("2.50", "2.5"),
            ("1E2", "100.0"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("12345678901234567.5", "1.2345678901234568e+16"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1.5e-7", "1.5e-07"),
            ("1e300", "1e+300"),
        ];
        for (given, expected) in cases {
            assert!(text(Kind::Json, given) == Ok(Value::Json(expected.into())), "{given}");
        }
    }

    #[test]
    fn json_values_fit_their_kind() {
        let json = |kind, json: Json| {
            convert("x", column(&kind), &Input::Json(json), &TimeZone::UTC).map_err(|fault| fault.code.name())
        };
        assert!(json(Kind::Integer, 7.into()) == Ok(Value::Integer(7)));
        assert!(json(Kind::Boolean, true.into()) == Ok(Value::Boolean(true)));
        assert!(json(Kind::Text { max_length: None }, 7.into()) == Err("invalid"));
        assert!(json(Kind::Text { max_length: None }, Json::Null) == Err("null"));
        let bytes = Input::Bytes(vec![0xff, 0]);
        let file =
            |kind| convert("x", column(&kind), &bytes, &TimeZone::UTC).map_err(|fault| fault.code.name());
        assert!(file(Kind::Bytes) == Ok(Value::Bytes(vec![0xff, 0])));
        assert!(file(Kind::Text { max_length: None }) == Err("invalid"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_much_for_any_kind(
            text in "\\PC*|-?[0-9]{1,20}( -?[0-9]{1,20})?(:[0-9]{1,12}){0,3}(\\.[0-9z]{0,9})?|P-?[0-9]{1,19}[YMWD](T[0-9]{1,19}[HMS])?",
            year in "-?[0-9]{1,6}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([+-][0-9]{2}:[0-9]{2}|Z)?)?",
        ) {
            let zone = TimeZone::fixed(jiff::tz::offset(-12));
            for kind in [
                Kind::Integer, Kind::Real, Kind::Text { max_length: Some(3) }, Kind::Boolean, Kind::Timestamp, Kind::Date,
                Kind::Time, Kind::Uuid, Kind::Decimal(Digits::Significant(15)), Kind::Json, Kind::Bytes,
            ] {
                for text in [&text, &year] {
                    let _ = convert("x", column(&kind), &Input::Text(text.clone()), &zone);
                }
            }
        }
    }
}
