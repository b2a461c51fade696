//! The argument of `-w/--timeout`, in every tool.

use std::time::Duration;

/// Nobody waits longer than a day.
const MAX_SECONDS: f64 = 86_400.0;

/// A time to wait, from seconds with or without a fraction.
///
/// # Errors
/// Says which numbers make sense.
pub fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= MAX_SECONDS => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err(format!("seconds go from above 0 to {MAX_SECONDS}, as in 2 or 0.5")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_have_a_fraction_and_are_never_none() {
        assert_eq!(seconds("2"), Ok(Duration::from_secs(2)));
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        for text in ["", "0", "-1", "1e9", "inf", "nan", "2s", "1,5"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
