//! Shows the progress of a long operation on a terminal.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

/// The minimum time between two updates of the line.
const INTERVAL: Duration = Duration::from_millis(200);

/// A line on the terminal that is overwritten repeatedly, and erased on drop.
#[derive(Debug)]
pub struct Progress {
    /// The operation, such as `Hashing`. `None` if no progress is shown.
    operation: Option<&'static str>,
    total: Option<usize>,
    done: usize,
    started: Instant,
    shown: Option<Instant>,
}

impl Progress {
    pub(super) fn new(operation: Option<&'static str>, total: Option<usize>) -> Self {
        Self { operation, total, done: 0, started: Instant::now(), shown: None }
    }

    /// Counts one more row.
    pub fn advance(&mut self) {
        self.done += 1;
        let Some(operation) = self.operation else { return };
        let now = Instant::now();
        if now.duration_since(self.shown.unwrap_or(self.started)) < INTERVAL {
            return;
        }
        self.shown = Some(now);
        // Ignore errors: losing a progress line does no harm.
        let _ = write!(io::stderr(), "\r\u{1b}[2K{}", self.line(operation, now.duration_since(self.started)));
    }

    fn line(&self, operation: &str, elapsed: Duration) -> String {
        let per_row = elapsed.as_secs_f64() / as_f64(self.done.max(1));
        let mut line = format!("{operation}: {}", self.done);
        if let Some(total) = self.total {
            let _ = write!(line, " of {total}");
        }
        let _ = write!(line, ", {:.0} per second", (1.0 / per_row.max(1e-9)).floor());
        if let Some(total) = self.total {
            let left = Duration::from_secs_f64(per_row * as_f64(total.saturating_sub(self.done)));
            let (minutes, seconds) = (left.as_secs() / 60, left.as_secs() % 60);
            let _ = write!(line, ", {minutes}:{seconds:02} left");
        }
        line
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "\r\u{1b}[2K");
        }
    }
}

/// Converts a number for an estimate, where the last digits of a large number do not matter.
fn as_f64(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_count_rate_and_time_left() {
        let mut progress = Progress::new(None, Some(1_000));
        progress.done = 250;
        assert_eq!(
            progress.line("Hashing", Duration::from_secs(25)),
            "Hashing: 250 of 1000, 10 per second, 1:15 left"
        );
        progress.total = None;
        assert_eq!(progress.line("Checking", Duration::from_secs(25)), "Checking: 250, 10 per second");
    }
}
