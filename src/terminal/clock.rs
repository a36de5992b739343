//! Times as people read and write them.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Does `TZ` name a zone that this machine does not know?
static IS_ZONE_UNKNOWN: AtomicBool = AtomicBool::new(false);

/// Whether `TZ` named an unknown zone since the last call.
pub(super) fn is_zone_unknown_once() -> bool {
    IS_ZONE_UNKNOWN.swap(false, Ordering::Relaxed)
}

/// The zone of the times that people are shown and give: that of `TZ`, else the machine's. Where nobody knows it, it is UTC,
/// and [`crate::terminal::output::Output::close`] says so.
#[must_use]
pub fn zone() -> TimeZone {
    TimeZone::try_system().unwrap_or_else(|_| {
        let is_named = std::env::var_os("TZ").is_some_and(|name| !name.is_empty());
        IS_ZONE_UNKNOWN.store(is_named, Ordering::Relaxed);
        TimeZone::UTC
    })
}

/// A moment for people: local time, to the second.
#[must_use]
pub fn local(moment: Timestamp) -> String {
    zone().to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
