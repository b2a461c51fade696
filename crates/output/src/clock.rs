//! The time of day, as rows tell it.

use std::time::SystemTime;

/// Seconds since 1970 UTC; 0 by a clock that is set to a time before that.
#[must_use]
pub fn now_s() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}
