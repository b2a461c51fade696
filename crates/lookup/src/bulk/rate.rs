//! At most so many questions a second, evenly.

use std::num::NonZero;
use std::time::{Duration, Instant};

/// What was not sent for so long may be sent at once: timers are not finer everywhere.
const BURST: Duration = Duration::from_millis(10);

/// A bucket that fills with time, each question takes one from.
#[derive(Debug, Clone)]
pub struct Rate {
    limit: Option<Bucket>,
}

#[derive(Debug, Clone)]
struct Bucket {
    per_second: f64,
    capacity: f64,
    level: f64,
    filled: Instant,
}

impl Rate {
    /// No limit if nothing is given.
    pub fn new(per_second: Option<NonZero<u32>>, now: Instant) -> Self {
        let bucket = |per_second: NonZero<u32>| {
            let per_second = f64::from(per_second.get());
            let capacity = (per_second * BURST.as_secs_f64()).max(1.0);
            Bucket { per_second, capacity, level: 1.0, filled: now }
        };
        Self { limit: per_second.map(bucket) }
    }

    /// How many may be sent now.
    pub fn allowance(&mut self, now: Instant) -> usize {
        let Some(bucket) = &mut self.limit else { return usize::MAX };
        let elapsed = now.saturating_duration_since(bucket.filled).as_secs_f64();
        bucket.filled = bucket.filled.max(now);
        bucket.level = (bucket.level + elapsed * bucket.per_second).min(bucket.capacity);
        whole(bucket.level)
    }

    /// Takes what was sent.
    pub fn take(&mut self, count: usize) {
        if let Some(bucket) = &mut self.limit {
            bucket.level -= f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        }
    }

    /// When it is worth to look again: half a burst may be sent then, or one.
    pub fn next(&self) -> Option<Instant> {
        let bucket = self.limit.as_ref()?;
        let missing = (bucket.capacity / 2.0).max(1.0) - bucket.level;
        Some(bucket.filled + Duration::from_secs_f64((missing / bucket.per_second).max(0.0)))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 0 and a hundredth of a number of 32 bits"
)]
fn whole(level: f64) -> usize {
    level.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many are sent in so many milliseconds by one who always wants to.
    fn sent(per_second: u32, during_ms: u64, step: Duration) -> usize {
        let start = Instant::now();
        let mut rate = Rate::new(NonZero::new(per_second), start);
        let (mut now, mut sent) = (start, 0);
        while now < start + Duration::from_millis(during_ms) {
            let count = rate.allowance(now);
            assert!(count <= (per_second as usize / 100).max(1), "a burst of {count}");
            rate.take(count);
            sent += count;
            now = rate.next().unwrap().max(now + step);
        }
        sent
    }

    #[test]
    fn no_more_than_the_rate_is_sent_and_hardly_less() {
        for (per_second, during_ms) in [(1, 10_000), (7, 10_000), (1000, 1000), (200_000, 1000)] {
            let limit = (u64::from(per_second) * during_ms / 1000) as usize;
            let sent = sent(per_second, during_ms, Duration::from_micros(70));
            assert!(sent <= limit + 1 && sent * 100 >= limit * 98, "{sent} of {limit}");
        }
    }

    #[test]
    fn time_in_which_nothing_was_sent_is_not_made_up_for() {
        let start = Instant::now();
        let mut rate = Rate::new(NonZero::new(1000), start);
        assert_eq!(rate.allowance(start + Duration::from_secs(60)), 10);
    }

    #[test]
    fn without_a_limit_everything_is_sent_at_once() {
        let mut rate = Rate::new(None, Instant::now());
        rate.take(1000);
        assert_eq!((rate.allowance(Instant::now()), rate.next()), (usize::MAX, None));
    }
}
