//! How long a server takes, and when a reply is overdue (RFC 6298).

use std::time::Duration;

use crate::exchange::RETRANSMIT_INTERVAL;

/// No reply is overdue sooner. Schedulers and garbage collectors of servers take that long.
pub const TIMEOUT_MIN: Duration = Duration::from_millis(50);

/// A try is waited for no longer before the next.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(1);

/// The weight of what one round trip of replies says about the mean, and about the deviation.
const MEAN_GAIN: f64 = 1.0 / 8.0;
const DEVIATION_GAIN: f64 = 1.0 / 4.0;

/// So many deviations above the mean is overdue.
const DEVIATIONS: f64 = 4.0;

/// Mean and deviation of a server's round trip times, in seconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct RoundTrips {
    known: Option<Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    mean: f64,
    deviation: f64,
}

impl RoundTrips {
    /// Takes one more into account. `at_once` is how many replies a round trip brings: each has so
    /// much less weight (RFC 7323, appendix G), or a few quick ones would hide a slow one.
    pub fn add(&mut self, rtt: Duration, at_once: f64) {
        let rtt = rtt.as_secs_f64();
        let Some(known) = &mut self.known else {
            self.known = Some(Known { mean: rtt, deviation: rtt / 2.0 });
            return;
        };
        let weight = 1.0 / at_once.max(1.0);
        known.deviation += DEVIATION_GAIN * weight * ((rtt - known.mean).abs() - known.deviation);
        known.mean += MEAN_GAIN * weight * (rtt - known.mean);
    }

    /// The mean, nothing before the first reply.
    pub fn mean(&self) -> Option<Duration> {
        self.known.map(|known| Duration::from_secs_f64(known.mean))
    }

    /// When a reply to a try is overdue; twice as long for each try before it.
    pub fn timeout(&self, tries_before: u32) -> Duration {
        let first = match self.known {
            None => RETRANSMIT_INTERVAL,
            Some(known) => Duration::from_secs_f64(known.mean + DEVIATIONS * known.deviation)
                .clamp(TIMEOUT_MIN, TIMEOUT_MAX),
        };
        first.saturating_mul(2_u32.saturating_pow(tries_before)).min(TIMEOUT_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(samples_ms: impl IntoIterator<Item = u64>, at_once: f64) -> RoundTrips {
        let mut trips = RoundTrips::default();
        for sample in samples_ms {
            trips.add(Duration::from_millis(sample), at_once);
        }
        trips
    }

    #[test]
    fn a_reply_is_overdue_later_where_replies_take_longer() {
        assert_eq!(RoundTrips::default().timeout(0), RETRANSMIT_INTERVAL);
        assert_eq!(after([1], 1.0).timeout(0), TIMEOUT_MIN);
        assert_eq!(after([100], 1.0).timeout(0), Duration::from_millis(300));
        assert_eq!(after([100], 1.0).timeout(1), Duration::from_millis(600));
        assert_eq!(after([100], 1.0).timeout(40), TIMEOUT_MAX);
        assert_eq!(after([4000], 1.0).timeout(0), TIMEOUT_MAX);
    }

    #[test]
    fn many_quick_replies_do_not_hide_that_some_are_slow() {
        let one_in_ten_is_slow = (0..2000).map(|it| if it % 10 == 9 { 300 } else { 1 });
        let timeout = after(one_in_ten_is_slow, 64.0).timeout(0);
        assert!(timeout > Duration::from_millis(200), "{timeout:?}");
    }
}
