//! What would change: values that are there and values that are wanted, without secrets.

use serde::Serialize;
use serde_json::Value as Json;

use crate::django::models::{dashed_uuid, rfc3339};
use crate::django::value::{Kind, Value};
use crate::store::schema::Column;

/// A value that would be added, changed or taken away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The field's name, of a profile with its kind before a dot.
    pub field: String,
    /// The value that is there; `None` where there is none.
    pub old: Option<Shown>,
    /// The value that is wanted; `None` where there is to be none.
    pub new: Option<Shown>,
}

/// A value as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// The value.
    Value(Json),
    /// A word in its place, such as for a secret.
    Word(&'static str),
}

/// What is shown in place of a secret.
pub const HIDDEN: &str = "(hidden)";

impl Shown {
    /// A value on its way into this column.
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
            Value::Text(text) if column.kind == Kind::Json => {
                serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())
            }
            Value::Text(text) => text.as_str().into(),
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
        })
    }

    /// Is it what Django has where nothing is said: no value, no text, or no?
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Value(json) => json.is_null() || *json == Json::Bool(false) || json.as_str() == Some(""),
            Self::Word(_) => false,
        }
    }
}
