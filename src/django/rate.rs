//! Limits how often something may fail within a second, minute, hour or day.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// The longest period, a day.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// A number of failed logins per period, written as in Django REST framework's `SimpleRateThrottle`: `5/min`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Rate {
    limit: usize,
    period: SignedDuration,
}

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong =
            || "expected a rate such as 5/min: a positive number, a slash, and s, m, h or d".to_owned();
        let (number, period) = text.split_once('/').ok_or_else(wrong)?;
        // Like Django REST framework, look at the first letter of the period only.
        let period = match period.chars().next() {
            Some('s') => SignedDuration::from_secs(1),
            Some('m') => SignedDuration::from_mins(1),
            Some('h') => SignedDuration::from_hours(1),
            Some('d') => LONGEST,
            _ => return Err(wrong()),
        };
        let limit = number.trim().parse().ok().filter(|limit| *limit > 0).ok_or_else(wrong)?;
        if text.matches('/').count() > 1 {
            return Err(wrong());
        }
        Ok(Self { limit, period })
    }
}

impl Rate {
    /// Drops attempts that no longer count, and adds one at `now` if the rate allows it.
    ///
    /// # Errors
    /// Returns the number of seconds to wait until the next attempt is allowed.
    pub fn admit(self, attempts: &mut Vec<Timestamp>, now: Timestamp) -> Result<(), u64> {
        for attempt in &mut *attempts {
            // After the clock is set back, an attempt in the future must not count for longer than one period.
            *attempt = (*attempt).min(now);
        }
        attempts.retain(|attempt| now.duration_since(*attempt) < self.period);
        attempts.sort_unstable();
        let Some(surplus) = attempts.len().checked_sub(self.limit) else {
            attempts.push(now);
            return Ok(());
        };
        let wait = self.period - now.duration_since(attempts[surplus]);
        let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        Err(seconds.unsigned_abs().max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Result<Rate, String> {
        Rate::try_from(text.to_owned())
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn rates_are_spelled_as_in_django_rest_framework() {
        // The limits and periods in seconds are those that `SimpleRateThrottle.parse_rate` returns.
        for (text, limit, seconds) in [
            ("5/min", 5, 60),
            ("5/m", 5, 60),
            ("1/s", 1, 1),
            ("3/sec", 3, 1),
            ("20/hour", 20, 3_600),
            ("100/day", 100, 86_400),
            ("7/minutes", 7, 60),
            ("7/month", 7, 60),
            (" 7 /d", 7, 86_400),
        ] {
            let period = SignedDuration::from_secs(seconds);
            assert_eq!(rate(text), Ok(Rate { limit, period }), "{text}");
        }
        for text in
            ["", "5", "5/", "/min", "five/min", "5/year", "5/Min", "5/min/2", "5 min", "0/min", "-1/min"]
        {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_window_slides() {
        let rate = rate("2/min").expect("a rate");
        let mut attempts = Vec::new();
        assert_eq!(rate.admit(&mut attempts, at(0)), Ok(()));
        assert_eq!(rate.admit(&mut attempts, at(50)), Ok(()));
        assert_eq!(rate.admit(&mut attempts, at(50)), Err(10));
        // A refused attempt does not count.
        assert_eq!(rate.admit(&mut attempts, at(59)), Err(1));
        assert_eq!(rate.admit(&mut attempts, at(60)), Ok(()));
        assert_eq!(rate.admit(&mut attempts, at(61)), Err(49));
        assert_eq!(attempts, [at(50), at(60)]);
    }

    #[test]
    fn seconds_are_rounded_up() {
        let rate = rate("1/min").expect("a rate");
        let mut attempts = vec![at(0)];
        let almost = at(60) - SignedDuration::from_millis(1);
        assert_eq!(rate.admit(&mut attempts, almost), Err(1));
        assert_eq!(rate.admit(&mut attempts, at(0) + SignedDuration::from_millis(1)), Err(60));
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out_for_longer_than_a_period() {
        let rate = rate("1/min").expect("a rate");
        let mut attempts = vec![at(1_000_000)];
        assert_eq!(rate.admit(&mut attempts, at(0)), Err(60));
        assert_eq!(rate.admit(&mut attempts, at(60)), Ok(()));
    }

    #[test]
    fn a_lower_limit_than_before_is_heeded() {
        let rate = rate("2/min").expect("a rate");
        let mut attempts = vec![at(0), at(10), at(20), at(30)];
        assert_eq!(rate.admit(&mut attempts, at(40)), Err(40));
    }

    proptest::proptest! {
        #[test]
        fn neither_a_rate_nor_what_a_file_keeps_is_too_much(
            text in "\\PC*|[0-9]{1,25}/[smhd]",
            kept in proptest::collection::vec(-377_705_023_201..=253_402_207_200_i64, 0..5),
            now in -377_705_023_201..=253_402_207_200_i64,
        ) {
            let at = |seconds| Timestamp::from_second(seconds).expect("a moment");
            let mut attempts: Vec<Timestamp> = kept.into_iter().map(at).collect();
            if let Ok(rate) = rate(&text) {
                let _ = rate.admit(&mut attempts, at(now));
            }
            let _ = rate("1/d").expect("a rate").admit(&mut attempts, at(now));
        }
    }
}
