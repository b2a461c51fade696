//! How durations are spread, in constant memory.

use std::time::Duration;

/// Each power of two is cut in so many buckets (as bits): a value is known to 3 %.
const STEP_BITS: u32 = 5;
const STEPS: u64 = 1 << STEP_BITS;

/// Buckets for every number of nanoseconds in 64 bits.
const BUCKETS: usize = (64 + 1 - STEP_BITS as usize) << STEP_BITS;

/// Counts of durations, by buckets whose width grows with the duration.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: Box<[u64; BUCKETS]>,
    total: u64,
    max: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), total: 0, max: Duration::ZERO }
    }
}

impl Histogram {
    /// Counts one.
    pub fn add(&mut self, duration: Duration) {
        self.counts[bucket(nanoseconds(duration))] += 1;
        self.total += 1;
        self.max = self.max.max(duration);
    }

    /// How many were counted.
    #[cfg(test)]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The longest.
    pub const fn max(&self) -> Duration {
        self.max
    }

    /// What so many percent do not exceed, to 3 %; nothing where nothing was counted.
    pub fn percentile(&self, percent: u8) -> Option<Duration> {
        let rank = (u128::from(self.total) * u128::from(percent)).div_ceil(100).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += u128::from(*count);
            if seen >= rank {
                return Some(Duration::from_nanos(last_of(bucket)).min(self.max));
            }
        }
        None
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Small values have a bucket each; above, the leading bits tell.
#[expect(clippy::cast_possible_truncation, reason = "it is less than BUCKETS")]
fn bucket(value: u64) -> usize {
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(STEP_BITS + 1);
    (u64::from(shift) * STEPS + (value >> shift)) as usize
}

/// The largest value in a bucket.
fn last_of(bucket: usize) -> u64 {
    let shift = (bucket as u64 / STEPS).saturating_sub(1);
    let first = (bucket as u64 - shift * STEPS) << shift;
    first + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_has_a_bucket_that_is_not_wide() {
        let values = (0..64).flat_map(|bit| [1_u64 << bit, (1 << bit) + 1, (1_u64 << bit) - 1]);
        for value in values.chain([0, 999, 123_456_789, u64::MAX]) {
            let last = last_of(bucket(value));
            assert!(last >= value && last - value <= value / STEPS, "{value} in {last}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_list() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(50), None);
        for microseconds in (1..=1000).rev() {
            histogram.add(Duration::from_micros(microseconds));
        }
        for (percent, expected) in [(0, 1), (1, 10), (50, 500), (90, 900), (99, 990), (100, 1000)] {
            let found = histogram.percentile(percent).unwrap().as_nanos();
            let expected = expected * 1000;
            assert!((expected..=expected * 33 / 32).contains(&found), "{percent} %: {found}");
        }
        assert_eq!((histogram.total(), histogram.max()), (1000, Duration::from_millis(1)));
    }
}
