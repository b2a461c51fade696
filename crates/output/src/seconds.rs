//! The argument of `-w/--timeout`, in every tool.

use std::time::Duration;

/// Nobody waits longer than a day.
const MAX_SECONDS: f64 = 86_400.0;

/// Nothing answers sooner than within a millisecond, as far as a clock of the system tells.
const MIN_SECONDS: f64 = 0.001;

/// A time to wait, from seconds with or without a fraction.
///
/// # Errors
/// Says which numbers make sense.
pub fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (MIN_SECONDS..=MAX_SECONDS).contains(&seconds) => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err(format!("seconds go from {MIN_SECONDS} to {MAX_SECONDS}, as in 2 or 0.5")),
    }
}

/// A time that was waited, for a sentence: `2 s`, `0.5 s`. More than three decimals are noise.
#[must_use]
pub fn in_seconds(duration: Duration) -> String {
    format!("{} s", (duration.as_secs_f64() * 1e3).round() / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_have_a_fraction_and_are_never_none() {
        assert_eq!(seconds("2"), Ok(Duration::from_secs(2)));
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        assert_eq!(in_seconds(Duration::from_secs(2)), "2 s");
        assert_eq!(in_seconds(Duration::from_nanos(499_999_999)), "0.5 s");
        for text in ["", "0", "1e-10", "-1", "1e9", "inf", "nan", "2s", "1,5"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
