//! Times in the form that people read and write.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whether `TZ` names a zone that this machine does not know.
static IS_ZONE_UNKNOWN: AtomicBool = AtomicBool::new(false);

/// Whether `TZ` has named an unknown zone since the last call.
pub(super) fn is_zone_unknown_once() -> bool {
    IS_ZONE_UNKNOWN.swap(false, Ordering::Relaxed)
}

/// Returns the time zone for people: that of `TZ`, or else the machine's.
///
/// An unknown time zone falls back to UTC, and [`crate::terminal::output::Output::close`] prints a warning.
#[must_use]
pub fn zone() -> TimeZone {
    TimeZone::try_system().unwrap_or_else(|_| {
        let is_named = std::env::var_os("TZ").is_some_and(|name| !name.is_empty());
        IS_ZONE_UNKNOWN.store(is_named, Ordering::Relaxed);
        TimeZone::UTC
    })
}

/// Formats a timestamp for people: local time, to the second.
#[must_use]
pub fn local(moment: Timestamp) -> String {
    zone().to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
