//! How a database is opened.

use std::time::Duration;

use jiff::tz::TimeZone;

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The time to wait for another program's lock.
    pub busy_timeout: Duration,
    /// The time zone of stored times: UTC, or Django's `TIME_ZONE` with `USE_TZ = False`.
    pub time_zone: TimeZone,
    /// Whether to open the file even if this could lock out its owner's server.
    pub force: bool,
}
