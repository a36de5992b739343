//! Differences between stored and new values, without secrets.

use serde::Serialize;
use serde_json::Value as Json;

use crate::django::field::{duration_text, time_of_day};
use crate::django::json;
use crate::django::models::{dashed_uuid, rfc3339};
use crate::django::value::Value;
use crate::store::schema::Column;

/// A value to be added, changed or removed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The name of the field. Profile fields are `KIND.FIELD`.
    pub field: String,
    /// The stored value, if any.
    pub old: Option<Shown>,
    /// The new value, if any.
    pub new: Option<Shown>,
}

/// A value for display.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// The value.
    Value(Json),
    /// A word in place of the value, such as for a secret.
    Word(&'static str),
}

/// Shown in place of a secret.
pub const HIDDEN: &str = "(hidden)";

impl Shown {
    /// Converts a value that is to be written to this column. Hides it if the column may hold a secret.
    #[must_use]
    pub fn of(value: &Value, column: &Column) -> Self {
        if column.may_hold_secret() && *value != Value::Null {
            return Self::Word(HIDDEN);
        }
        Self::Value(match value {
            Value::Null => Json::Null,
            Value::Integer(number) => (*number).into(),
            Value::Real(number) => (*number).into(),
            Value::Boolean(flag) => (*flag).into(),
            Value::Timestamp(moment) => rfc3339(*moment).into(),
            Value::Uuid(digits) => dashed_uuid(digits).into(),
            Value::Date(date) => date.to_string().into(),
            Value::Time(time) => time_of_day(*time).into(),
            Value::Duration(microseconds) => duration_text(*microseconds).into(),
            Value::Json(text) => json::parse(text).unwrap_or_else(|_| text.as_str().into()),
            Value::Text(text) | Value::Decimal(text) => text.as_str().into(),
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
        })
    }

    /// Whether it equals the usual default of Django: null, an empty text or false.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Value(json) => json.is_null() || *json == Json::Bool(false) || json.as_str() == Some(""),
            Self::Word(_) => false,
        }
    }
}
