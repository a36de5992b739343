//! SQL functions for stored times, whose texts have several forms: `is_before` and `is_impossible_time`.

use std::sync::LazyLock;

use fancy_regex::Regex;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use super::values::read_timestamp;
use crate::django::value::{FIRST_YEAR, plain_date_time};

/// The texts that Django takes for a time (`datetime_re` of `django.utils.dateparse`, 3.2 to 6.1).
static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let form = concat!(
        r"^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,12})?)?",
        r"\s*(?:Z|[+-]\d{2}(?::?\d{2})?)?$"
    );
    Regex::new(form).ok()
});

/// Registers the functions on a connection to a database whose times are in this zone.
pub(super) fn register(connection: &Connection, time_zone: &TimeZone) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("is_impossible_time", 1, flags, |context| {
        Ok(matches!(context.get_raw(0), ValueRef::Text(text) if is_impossible(text)))
    })?;
    let time_zone = time_zone.clone();
    connection
        .create_scalar_function("is_before", 2, flags, move |context| Ok(is_before(context, &time_zone)))
}

/// Whether the text has the form of a time, but its numbers are out of range: Django raises an error when it loads it, and
/// takes any other text for NULL.
fn is_impossible(text: &[u8]) -> bool {
    if plain_date_time(text).is_some() {
        return false;
    }
    let captures = std::str::from_utf8(text).ok().and_then(|text| FORM.as_ref()?.captures(text).ok()?);
    captures.is_some_and(|captures| {
        let number = |group| captures.get(group).map_or(Some(0), |digits| digits.as_str().parse().ok());
        let small = |group| number(group).and_then(|number| i8::try_from(number).ok());
        let time = || {
            let (month, day, hour, minute, second) = (small(2)?, small(3)?, small(4)?, small(5)?, small(6)?);
            DateTime::new(number(1)?, month, day, hour, minute, second, 0).ok()
        };
        time().is_none_or(|time| time.year() < FIRST_YEAR)
    })
}

/// Whether the first time is before the second one. False if one of them is no time that Django reads.
fn is_before(context: &Context<'_>, time_zone: &TimeZone) -> bool {
    let time = |index| match context.get_raw(index) {
        ValueRef::Text(text) => read_timestamp(text, time_zone),
        _ => None,
    };
    time(0).is_some_and(|first| time(1).is_some_and(|second| first < second))
}

#[cfg(test)]
mod tests {
    use super::is_impossible;

    #[test]
    fn impossible_times_have_the_form_of_a_time() {
        for text in ["0000-00-00 00:00:00", "0000-12-31 12:30:00", "2023-02-29T12:30Z", "2024-2-9 1:60"] {
            assert!(is_impossible(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2024-02-29 12:30:00",
            "2024-02-29 12:30:00.5+02:00",
            "2024-13-01",
            "2024-2-9 1:02",
        ] {
            assert!(!is_impossible(text.as_bytes()), "{text}");
        }
        assert!(!is_impossible(b"2023-02-29 12:30:00\xff"));
    }
}
