//! How long an answer takes, and how long to wait for one.

use std::time::Duration;

/// The round trip, as TCP estimates it (RFC 6298, 2).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Rtt {
    /// Smoothed, and its variation; nothing before the first measure.
    estimate: Option<(Duration, Duration)>,
}

impl Rtt {
    /// Takes one measure more.
    pub(crate) fn measure(&mut self, rtt: Duration) {
        self.estimate = Some(match self.estimate {
            None => (rtt, rtt / 2),
            Some((smoothed, variation)) => {
                (smoothed * 7 / 8 + rtt / 8, variation * 3 / 4 + smoothed.abs_diff(rtt) / 4)
            }
        });
    }

    pub(crate) const fn is_known(&self) -> bool {
        self.estimate.is_some()
    }

    pub(crate) fn smoothed(&self) -> Option<Duration> {
        Some(self.estimate?.0)
    }

    /// After how long an answer that has not come is hardly to be expected any more.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        let (smoothed, variation) = self.estimate?;
        Some(smoothed + variation * 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn steady_round_trips_bring_the_timeout_down_and_a_jump_brings_it_up() {
        let mut rtt = Rtt::default();
        assert_eq!((rtt.smoothed(), rtt.timeout(), rtt.is_known()), (None, None, false));
        rtt.measure(10 * MS);
        assert_eq!((rtt.smoothed(), rtt.timeout()), (Some(10 * MS), Some(30 * MS)));
        for _ in 0..50 {
            rtt.measure(10 * MS);
        }
        assert!(rtt.timeout().is_some_and(|timeout| timeout < 11 * MS));
        rtt.measure(90 * MS);
        assert!(rtt.timeout().is_some_and(|timeout| timeout > 90 * MS));
    }
}
