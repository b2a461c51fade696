//! No more attempts a second than was asked for.

use std::time::Duration;

/// What may be caught up on after a delay.
const BURST: Duration = Duration::from_millis(10);

/// A clock that says when the next attempt may start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pace {
    interval: Duration,
    next: Duration,
}

impl Pace {
    /// So many attempts a second.
    pub(crate) fn new(rate: u32) -> Self {
        Self { interval: Duration::from_secs(1) / rate.max(1), next: Duration::ZERO }
    }

    /// When the next may start, if it has to wait.
    pub(crate) fn blocked_until(&self, now: Duration) -> Option<Duration> {
        (self.next > now).then_some(self.next)
    }

    pub(crate) fn started(&mut self, now: Duration) {
        self.next = self.next.max(now.saturating_sub(BURST)) + self.interval;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_at_the_rate_asked_for_and_a_pause_is_not_made_up_for() {
        let mut pace = Pace::new(100);
        let mut now = Duration::from_secs(5);
        let mut started = 0;
        while now < Duration::from_secs(6) {
            while pace.blocked_until(now).is_none() {
                pace.started(now);
                started += 1;
            }
            now += Duration::from_millis(1);
        }
        assert!((100..=102).contains(&started), "{started}");
    }
}
