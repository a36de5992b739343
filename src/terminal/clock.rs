//! Times in the form that people read and write.

use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, fs};

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
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    let zone = ZONE.get_or_init(|| {
        from_file().or_else(|| TimeZone::try_system().ok()).unwrap_or_else(|| {
            let is_named = env::var_os("TZ").is_some_and(|name| !name.is_empty());
            IS_ZONE_UNKNOWN.store(is_named, Ordering::Relaxed);
            TimeZone::UTC
        })
    });
    zone.clone()
}

/// Reads the zone's own file. `None` if it is not where it usually is.
///
/// The library finds a zone by its name, and reads the whole tree of zones for that.
fn from_file() -> Option<TimeZone> {
    // The library looks for the zones in this folder.
    if env::var_os("TZDIR").is_some() {
        return None;
    }
    let path = match env::var_os("TZ") {
        None => PathBuf::from("/etc/localtime"),
        Some(name) if name.is_empty() => return None,
        Some(name) => {
            let is_name = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
            is_name.then(|| Path::new("/usr/share/zoneinfo").join(name))?
        }
    };
    TimeZone::tzif("local", &fs::read(path).ok()?).ok()
}

/// Formats a timestamp for people: local time, to the second.
#[must_use]
pub fn local(moment: Timestamp) -> String {
    zone().to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
