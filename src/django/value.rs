//! The values that authctl exchanges with a database engine.

use std::fmt;
use std::ops::ControlFlow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use crate::error::failure::Result;
use crate::error::faults::ValueKind;

/// What a column holds in Django's terms. How it is stored depends on the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number. On SQLite, also a duration in microseconds.
    Integer,
    /// A floating-point number.
    Real,
    /// Text, with an optional maximum length.
    Text {
        /// The maximum number of characters.
        max_length: Option<usize>,
    },
    /// True or false.
    Boolean,
    /// A point in time, to the microsecond.
    Timestamp,
    /// A date without a time.
    Date,
    /// A time of day.
    Time,
    /// A UUID.
    Uuid,
    /// A length of time, to the microsecond.
    Duration,
    /// A decimal number.
    Decimal(Digits),
    /// A JSON document.
    Json,
    /// An IP address, or a network.
    Address,
    /// Bytes.
    Bytes,
    /// A type of the database's own, by its name in SQL. Its values are exchanged in their text form.
    Other(String),
}

impl Kind {
    /// Text of any length.
    pub const TEXT: Self = Self::Text { max_length: None };
}

/// The digits that a decimal column keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// All of them.
    All,
    /// This many significant digits.
    Significant(usize),
    /// `numeric(total, places)`: this many in total, of which `places` are behind the point.
    Fixed {
        /// The number of digits.
        total: usize,
        /// The number of digits behind the point.
        places: usize,
    },
}

impl From<&Kind> for ValueKind {
    fn from(kind: &Kind) -> Self {
        match kind {
            Kind::Integer => Self::Integer,
            Kind::Real => Self::Real,
            Kind::Text { max_length } => Self::Text { max_length: *max_length },
            Kind::Boolean => Self::Boolean,
            Kind::Timestamp => Self::Timestamp,
            Kind::Date => Self::Date,
            Kind::Time => Self::Time,
            Kind::Uuid => Self::Uuid,
            Kind::Duration => Self::Duration,
            Kind::Decimal(_) => Self::Decimal,
            Kind::Json => Self::Json,
            Kind::Address => Self::Address,
            Kind::Bytes => Self::Bytes,
            Kind::Other(name) => Self::Other(name.clone()),
        }
    }
}

/// A value to write to the database.
///
/// `Debug` shows only the variant, since token keys pass through here too.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text, also of a type that only the database knows.
    Text(String),
    /// True or false.
    Boolean(bool),
    /// A date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A length of time, in microseconds.
    Duration(i64),
    /// A decimal number: digits with an optional sign and an optional point.
    Decimal(String),
    /// A JSON document, spelled as Python's `json.dumps` spells it.
    Json(String),
    /// A point in time.
    Timestamp(#[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")] Timestamp),
    /// A UUID as 32 lower-case hexadecimal digits.
    Uuid(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Integer(_) => "Integer",
            Self::Real(_) => "Real",
            Self::Text(_) => "Text",
            Self::Boolean(_) => "Boolean",
            Self::Date(_) => "Date",
            Self::Time(_) => "Time",
            Self::Duration(_) => "Duration",
            Self::Decimal(_) => "Decimal",
            Self::Json(_) => "Json",
            Self::Timestamp(_) => "Timestamp",
            Self::Uuid(_) => "Uuid",
            Self::Bytes(_) => "Bytes",
        })
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl From<Timestamp> for Value {
    fn from(moment: Timestamp) -> Self {
        Self::Timestamp(moment)
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(moment: Option<Timestamp>) -> Self {
        moment.map_or(Self::Null, Self::Timestamp)
    }
}

/// A value borrowed from a row of a query, converted to the requested [`Kind`].
///
/// A stored value that Django cannot read as that kind becomes [`Cell::Null`], as it does in Django.
#[derive(Clone, Copy, PartialEq)]
pub enum Cell<'row> {
    /// NULL, or a value that cannot be read as the kind.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(&'row str),
    /// True or false.
    Boolean(bool),
    /// A point in time.
    Timestamp(Timestamp),
    /// A time in UTC in its stored form, `YYYY-MM-DD HH:MM:SS[.ffffff]`. See [`Cell::utc`].
    ///
    /// Programs get nearly the same form. Parsing and formatting it would take longer than the rest of a listing.
    Utc(&'row [u8]),
    /// Bytes.
    Bytes(&'row [u8]),
}

impl<'row> Cell<'row> {
    /// Wraps a stored text if it is a time in UTC in Django's own form.
    #[must_use]
    pub fn utc(text: &'row [u8]) -> Option<Self> {
        // A time in the last year may be out of the range of `Timestamp`. Decimals that are all zero are not shown.
        let is_plain = plain_date_time(text).is_some_and(|time| time.year() < 9999)
            && (text.len() == 19 || !text.ends_with(b".000000"));
        is_plain.then_some(Self::Utc(text))
    }

    /// Returns the text, if this is text.
    #[must_use]
    pub fn text(self) -> Option<&'row str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a copy of the text, or an empty string.
    #[must_use]
    pub fn string(self) -> String {
        self.text().unwrap_or_default().to_owned()
    }

    /// Whether this is the boolean `true`.
    #[must_use]
    pub fn is_true(self) -> bool {
        self == Self::Boolean(true)
    }

    /// Returns the time, if this is one.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        match self {
            Self::Timestamp(moment) => Some(moment),
            Self::Utc(text) => Offset::UTC.to_timestamp(plain_date_time(text)?).ok(),
            _ => None,
        }
    }

    /// Returns the whole number, if this is one.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            _ => None,
        }
    }
}

impl From<Option<Timestamp>> for Cell<'_> {
    fn from(moment: Option<Timestamp>) -> Self {
        moment.map_or(Self::Null, Self::Timestamp)
    }
}

/// The first year of Python's dates. The last one, 9999, is also that of `jiff`.
pub const FIRST_YEAR: i16 = 1;

/// Parses a time in Django's own form, `YYYY-MM-DD HH:MM:SS[.ffffff]`, from [`FIRST_YEAR`] on. A general parser is many
/// times slower.
#[must_use]
pub fn plain_date_time(text: &[u8]) -> Option<DateTime> {
    let (seconds, fraction) = text.split_first_chunk::<19>()?;
    let two = |bytes: [u8; 2]| {
        let [ten, one] = bytes.map(|byte| byte.wrapping_sub(b'0'));
        (ten <= 9 && one <= 9).then(|| 10 * ten + one)
    };
    let microseconds = match fraction {
        [] => 0,
        [b'.', digits @ ..] if digits.len() == 6 => {
            let mut pairs = digits.chunks_exact(2);
            pairs.try_fold(0, |number, pair| Some(number * 100 + i32::from(two([pair[0], pair[1]])?)))?
        }
        _ => return None,
    };
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', n1, n2, b':', s1, s2] = *seconds
    else {
        return None;
    };
    let year = i16::from(two([y1, y2])?) * 100 + i16::from(two([y3, y4])?);
    if year < FIRST_YEAR {
        return None;
    }
    let small = |bytes| i8::try_from(two(bytes)?).ok();
    let (month, day) = (small([m1, m2])?, small([d1, d2])?);
    let (hour, minute, second) = (small([h1, h2])?, small([n1, n2])?, small([s1, s2])?);
    DateTime::new(year, month, day, hour, minute, second, microseconds * 1_000).ok()
}

/// Receives one row of a query. Return `Break` to end the query early.
pub type OnRow<'a> = dyn FnMut(&[Cell<'_>]) -> Result<ControlFlow<()>> + 'a;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A valid time with up to three bytes replaced.
    fn nearly_times() -> impl Strategy<Value = Vec<u8>> {
        let replacement = (0..26_usize, any::<u8>());
        proptest::collection::vec(replacement, 0..4).prop_map(|replacements| {
            let mut text = b"9999-12-31 23:59:59.999999".to_vec();
            for (index, byte) in replacements {
                text[index] = byte;
            }
            text
        })
    }

    #[test]
    fn letters_are_no_digits() {
        assert_eq!(plain_date_time(b"9999-12-31 23:59:59.9999z9"), None);
        assert_eq!(plain_date_time(b"zzzz-12-31 23:59:59"), None);
    }

    proptest! {
        #[test]
        fn any_text_may_stand_for_a_time(text in prop_oneof![nearly_times(), any::<Vec<u8>>()]) {
            let text_of = std::str::from_utf8(&text).ok();
            let expected: Option<DateTime> = text_of.and_then(|text| text.parse().ok());
            if let Some(time) = plain_date_time(&text) {
                prop_assert_eq!(Some(time), expected);
            }
            let _ = Cell::utc(&text).and_then(Cell::timestamp);
        }
    }
}
