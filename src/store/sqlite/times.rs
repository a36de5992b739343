//! The SQL function `is_before`, which compares stored times. Their texts have several forms, and do not sort by time.

use jiff::tz::TimeZone;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use super::values::read_timestamp;

/// Registers the function on a connection to a database whose times are in this zone.
pub(super) fn register(connection: &Connection, time_zone: &TimeZone) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    let time_zone = time_zone.clone();
    connection
        .create_scalar_function("is_before", 2, flags, move |context| Ok(is_before(context, &time_zone)))
}

/// Whether the first time is before the second one. False if one of them is no time that Django reads.
fn is_before(context: &Context<'_>, time_zone: &TimeZone) -> bool {
    let time = |index| match context.get_raw(index) {
        ValueRef::Text(text) => read_timestamp(text, time_zone),
        _ => None,
    };
    time(0).is_some_and(|first| time(1).is_some_and(|second| first < second))
}
