//! How long a token is valid.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde::Deserialize;

/// The longest duration in days, almost 8,000 years. Django's dates end with the year 9999.
const LONGEST_DAYS: i64 = 2_900_000;

/// A token's time to live, like knox's `TOKEN_TTL`: `10h`, `30d`, `1h 30m`, or `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Ttl {
    /// The token never expires.
    Never,
    /// The token expires this long after its creation.
    For(SignedDuration),
}

impl Ttl {
    /// Returns the expiry of a token created at this time, or `None` if it never expires.
    ///
    /// # Errors
    /// Fails if the expiry is after the year 9999.
    pub fn expiry(self, now: Timestamp) -> Result<Option<Timestamp>, jiff::Error> {
        match self {
            Self::Never => Ok(None),
            Self::For(duration) => now.checked_add(duration).map(Some),
        }
    }
}

impl Default for Ttl {
    /// Ten hours, the default of knox.
    fn default() -> Self {
        Self::For(SignedDuration::from_hours(10))
    }
}

impl FromStr for Ttl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().eq_ignore_ascii_case("never") {
            return Ok(Self::Never);
        }
        let duration = duration(text, "10h, 30d or never")?;
        if duration <= SignedDuration::ZERO {
            return Err("expected a duration greater than zero, such as 10h, 30d or never".into());
        }
        Ok(Self::For(duration))
    }
}

/// Parses an age, such as `30d` or `1h 30m`.
///
/// # Errors
/// Returns a message with the accepted forms.
pub fn age(text: &str) -> Result<SignedDuration, String> {
    let age = duration(text, "12h or 30d")?;
    if age <= SignedDuration::ZERO {
        return Err("expected an age greater than zero, such as 12h or 30d".into());
    }
    Ok(age)
}

/// Parses a duration in units of fixed length.
fn duration(text: &str, examples: &str) -> Result<SignedDuration, String> {
    let too_long = || format!("too long; the maximum is {LONGEST_DAYS}d");
    let span: Span = text.trim().parse().map_err(|_| {
        if is_only_too_long(text) { too_long() } else { format!("expected a duration such as {examples}") }
    })?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| {
        "expected a duration in weeks, days, hours, minutes and seconds, because months and years vary in length".to_owned()
    })?;
    if duration.as_hours() > LONGEST_DAYS * 24 { Err(too_long()) } else { Ok(duration) }
}

/// Whether a duration that jiff rejects has the right form, with a number that is too large.
fn is_only_too_long(text: &str) -> bool {
    let mut short = String::new();
    for c in text.trim().chars() {
        match c {
            '0'..='9' if short.ends_with('1') => {}
            '0'..='9' => short.push('1'),
            c => short.push(c),
        }
    }
    !text.contains('.') && short.parse::<Span>().is_ok()
}

impl TryFrom<String> for Ttl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::For(duration) => write!(f, "{duration:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_the_words_people_use() {
        let hours = |hours| Ok(Ttl::For(SignedDuration::from_hours(hours)));
        assert_eq!("10h".parse(), hours(10));
        assert_eq!("30d".parse(), hours(720));
        assert_eq!("1 week".parse(), hours(168));
        assert_eq!("Never".parse(), Ok(Ttl::Never));
        for text in ["", "10", "0s", "-1h", "1 month", "soon"] {
            assert!(text.parse::<Ttl>().is_err(), "{text:?}");
        }
        assert!("2900000d".parse::<Ttl>().is_ok());
        for text in ["2900001d", "999999999999d", "99999999999999999999999d", "99999999999h"] {
            let reason = text.parse::<Ttl>().expect_err(text);
            assert_eq!(reason, "too long; the maximum is 2900000d", "{text}");
            assert_eq!(age(text), Err(reason), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_is_parsed(seconds in 1..1_000_000_000_i64) {
            let ttl = Ttl::For(SignedDuration::from_secs(seconds));
            proptest::prop_assert_eq!(ttl.to_string().parse(), Ok(ttl));
        }
    }
}
