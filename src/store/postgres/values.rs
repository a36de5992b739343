//! Values in the form in which PostgreSQL exchanges them, and the meaning of its types.

use std::error::Error as StdError;

use bytes::BytesMut;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use tokio_postgres::Row;
use tokio_postgres::types::{Format, FromSql, IsNull, ToSql, Type};

use crate::django::field::{duration_text, time_of_day};
use crate::django::value::{Cell, Digits, FIRST_YEAR, Kind, Value};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// A value to write, in its text form. PostgreSQL reads it as the type that its place in the statement has.
#[derive(Debug)]
pub(super) struct Parameter<'a>(pub(super) &'a Value);

impl Parameter<'_> {
    /// Returns the declared type. Numbers have one, so that a number beyond the range of a column is compared with it
    /// instead of refused.
    pub(super) fn declared(&self) -> Type {
        match self.0 {
            Value::Integer(_) => Type::INT8,
            _ => Type::UNKNOWN,
        }
    }
}

impl Parameter<'_> {
    /// Appends the value in the text format of `COPY`.
    pub(super) fn add_to_copy(&self, row: &mut BytesMut) {
        let mut text = BytesMut::new();
        if !matches!(self.to_sql(&Type::UNKNOWN, &mut text), Ok(IsNull::No)) {
            row.extend_from_slice(b"\\N");
            return;
        }
        for byte in text {
            match byte {
                b'\\' => row.extend_from_slice(b"\\\\"),
                b'\t' => row.extend_from_slice(b"\\t"),
                b'\n' => row.extend_from_slice(b"\\n"),
                b'\r' => row.extend_from_slice(b"\\r"),
                byte => row.extend_from_slice(&[byte]),
            }
        }
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self, _kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        use std::fmt::Write as _;
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Integer(number) => write!(out, "{number}")?,
            // The shortest form that is read back as the same number.
            Value::Real(number) => write!(out, "{number:?}")?,
            Value::Text(text) | Value::Uuid(text) | Value::Decimal(text) | Value::Json(text) => {
                out.extend_from_slice(text.as_bytes());
            }
            Value::Boolean(flag) => out.extend_from_slice(if *flag { b"t" } else { b"f" }),
            Value::Date(date) => write!(out, "{date}")?,
            Value::Time(time) => out.extend_from_slice(time_of_day(*time).as_bytes()),
            // With days of its own, as Django's driver writes it: the server keeps them apart from the time.
            Value::Duration(microseconds) => {
                let (days, rest) = (microseconds.div_euclid(DAY), microseconds.rem_euclid(DAY));
                write!(out, "{days} days {rest} microseconds")?;
            }
            Value::Timestamp(moment) => {
                out.extend_from_slice(DateTimePrinter::new().timestamp_to_string(moment).as_bytes());
            }
            Value::Bytes(bytes) => {
                out.extend_from_slice(b"\\x");
                for byte in bytes {
                    write!(out, "{byte:02x}")?;
                }
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    fn encode_format(&self, _kind: &Type) -> Format {
        Format::Text
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.to_sql(kind, out)
    }
}

/// The bytes of a cell, whatever its type.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }
}

/// Returns the SQL of a result column in the form that [`Decoded::of`] reads.
pub(super) fn exchanged(column: &str, kind: &Kind) -> String {
    match kind {
        Kind::Integer => format!("{column}::int8"),
        Kind::Real => format!("{column}::float8"),
        Kind::Boolean => format!("{column}::bool"),
        Kind::Timestamp => format!("{column}::timestamptz"),
        Kind::Uuid => format!("replace({column}::text, '-', '')"),
        Kind::Bytes => format!("{column}::bytea"),
        Kind::Duration => format!("(extract(epoch FROM {column}::interval) * 1000000)::int8"),
        // Without the length of the mask, if it is that of one address.
        Kind::Address => format!(
            "CASE WHEN masklen({column}) = CASE family({column}) WHEN 4 THEN 32 ELSE 128 END \
             THEN host({column}) ELSE {column}::text END"
        ),
        Kind::Text { .. } | Kind::Date | Kind::Time | Kind::Decimal(_) | Kind::Json | Kind::Other(_) => {
            format!("{column}::text")
        }
    }
}

/// A cell that may not borrow from its row.
pub(super) enum Decoded<'row> {
    Cell(Cell<'row>),
    Text(String),
}

impl<'row> Decoded<'row> {
    /// Reads a cell of a column of this kind, exchanged as [`exchanged`] says.
    pub(super) fn of(row: &'row Row, index: usize, kind: &Kind) -> Self {
        let Ok(Some(Raw(raw))) = row.try_get::<_, Option<Raw<'row>>>(index) else {
            return Self::Cell(Cell::Null);
        };
        let number = || raw.try_into().ok().map(i64::from_be_bytes);
        Self::Cell(match kind {
            Kind::Integer => number().map_or(Cell::Null, Cell::Integer),
            Kind::Real => {
                number().map_or(Cell::Null, |bits| Cell::Real(f64::from_bits(bits.cast_unsigned())))
            }
            Kind::Boolean => Cell::Boolean(raw == [1]),
            Kind::Timestamp => number().and_then(timestamp).into(),
            Kind::Bytes => Cell::Bytes(raw),
            Kind::Duration => {
                return number().map_or(Self::Cell(Cell::Null), |number| Self::Text(duration_text(number)));
            }
            _ => std::str::from_utf8(raw).map_or(Cell::Bytes(raw), Cell::Text),
        })
    }

    /// Returns the cell.
    pub(super) fn cell(&self) -> Cell<'_> {
        match self {
            Self::Cell(cell) => *cell,
            Self::Text(text) => Cell::Text(text),
        }
    }
}

/// Converts microseconds since 2000. `None` for infinity, and for a time beyond the years of Python.
fn timestamp(microseconds: i64) -> Option<Timestamp> {
    const EPOCH: i64 = 946_684_800_000_000;
    let moment = Timestamp::from_microsecond(microseconds.checked_add(EPOCH)?).ok()?;
    (Offset::UTC.to_datetime(moment).year() >= FIRST_YEAR).then_some(moment)
}

/// Returns the kind of a column: `name` is its type's name in the catalog, `modifier` its `atttypmod`, and `shown` its
/// type in SQL.
pub(super) fn kind_of(name: &str, modifier: i32, shown: &str) -> Kind {
    // Lengths are stored with the size of their header.
    let limit = usize::try_from(modifier - 4).ok();
    match name {
        "bool" => Kind::Boolean,
        "int2" | "int4" | "int8" => Kind::Integer,
        "float4" | "float8" => Kind::Real,
        "varchar" | "bpchar" => Kind::Text { max_length: limit },
        "text" | "citext" | "name" => Kind::Text { max_length: None },
        "timestamptz" | "timestamp" => Kind::Timestamp,
        "date" => Kind::Date,
        "time" => Kind::Time,
        "uuid" => Kind::Uuid,
        "numeric" => Kind::Decimal(
            limit.map_or(Digits::All, |packed| Digits::Fixed { total: packed >> 16, places: packed & 0x7ff }),
        ),
        "json" | "jsonb" => Kind::Json,
        "inet" => Kind::Address,
        "bytea" => Kind::Bytes,
        "interval" => Kind::Duration,
        _ => Kind::Other(shown.to_owned()),
    }
}

/// The range of a column of whole numbers.
pub(super) fn range_of(name: &str) -> Option<(i64, i64)> {
    match name {
        "int2" => Some((i16::MIN.into(), i16::MAX.into())),
        "int4" => Some((i32::MIN.into(), i32::MAX.into())),
        _ => None,
    }
}

/// Whether values of this type can be compared with `=`.
pub(super) fn has_equality(name: &str) -> bool {
    !["json", "xml", "point", "polygon", "box"].contains(&name)
}

/// Returns a list of names or numbers as PostgreSQL's array.
pub(super) fn array<T: ToString>(items: &[T]) -> Value {
    let escaped = |item: &T| format!("\"{}\"", item.to_string().replace('\\', "\\\\").replace('"', "\\\""));
    let items: Vec<String> = items.iter().map(escaped).collect();
    format!("{{{}}}", items.join(",")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(value: &Value) -> String {
        let mut out = BytesMut::new();
        Parameter(value).to_sql(&Type::UNKNOWN, &mut out).expect("a text");
        String::from_utf8(out.to_vec()).expect("UTF-8")
    }

    #[test]
    fn values_are_sent_in_a_form_that_no_setting_changes() {
        let moment: Timestamp = "2024-02-29T12:30:00.000120Z".parse().expect("a moment");
        for (value, expected) in [
            (Value::Boolean(true), "t"),
            (Value::Real(0.1), "0.1"),
            (Value::Real(1e300), "1e300"),
            (Value::Timestamp(moment), "2024-02-29T12:30:00.00012Z"),
            (Value::Date(jiff::civil::date(1, 1, 1)), "0001-01-01"),
            (Value::Time(jiff::civil::time(7, 0, 0, 1_000)), "07:00:00.000001"),
            (Value::Duration(-5), "-1 days 86399999995 microseconds"),
            (Value::Duration(93_600_000_003), "1 days 7200000003 microseconds"),
            (Value::Bytes(vec![0, 255]), "\\x00ff"),
        ] {
            assert_eq!(sent(&value), expected);
        }
    }

    #[test]
    fn types_mean_what_django_means() {
        assert_eq!(kind_of("varchar", 154, "character varying(150)"), Kind::Text { max_length: Some(150) });
        assert_eq!(kind_of("varchar", -1, "character varying"), Kind::Text { max_length: None });
        let packed = (12 << 16 | 4) + 4;
        let expected = Kind::Decimal(Digits::Fixed { total: 12, places: 4 });
        assert_eq!(kind_of("numeric", packed, "numeric(12,4)"), expected);
        assert_eq!(kind_of("numeric", -1, "numeric"), Kind::Decimal(Digits::All));
        assert_eq!(kind_of("hstore", -1, "hstore"), Kind::Other("hstore".into()));
    }

    #[test]
    fn infinity_and_years_before_the_first_are_no_times_of_python() {
        assert_eq!(timestamp(i64::MAX), None);
        assert_eq!(timestamp(i64::MIN), None);
        let year_one = -63_082_281_600_000_000;
        assert_eq!(timestamp(year_one), "0001-01-01T00:00:00Z".parse().ok());
        assert_eq!(timestamp(year_one - 1), None);
        assert_eq!(timestamp(0), "2000-01-01T00:00:00Z".parse().ok());
    }
}
