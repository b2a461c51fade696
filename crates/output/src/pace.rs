//! How fast work goes on, and how long it will take.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Over so long the speed is measured: it may change, as when what does not answer is tried again.
const WINDOW: Duration = Duration::from_secs(10);

/// How often the words change: soon enough, and slowly enough to be read.
const INTERVAL: Duration = Duration::from_millis(250);

/// A speed below this, a second, has a decimal.
const MIN_WHOLE_RATE: f64 = 10.0;

/// What was done by when.
#[derive(Debug)]
pub(crate) struct Pace {
    marks: VecDeque<(Instant, u64)>,
}

impl Pace {
    /// Work that began then.
    pub(crate) fn since(start: Instant) -> Self {
        Self { marks: [(start, 0)].into() }
    }

    /// Notes what is done by `now`. The speed and the time that is left of `total`, in words, where it
    /// is time for others.
    pub(crate) fn advance(
        &mut self,
        now: Instant,
        done: u64,
        total: Option<u64>,
    ) -> Option<String> {
        let (last, before) = *self.marks.back()?;
        if done < before {
            // Another piece of work has begun.
            *self = Self { marks: [(now, done)].into() };
            return Some(words(0.0, None));
        }
        let is_soon = now.saturating_duration_since(last) < INTERVAL;
        if self.marks.len() > 1 && is_soon && total != Some(done) {
            return None;
        }
        self.marks.push_back((now, done));
        while self.marks.get(1).is_some_and(|(time, _)| now.duration_since(*time) >= WINDOW) {
            self.marks.pop_front();
        }
        let (from, first) = *self.marks.front()?;
        let rate = per_second(done - first, now.saturating_duration_since(from));
        let left = total.and_then(|total| time_for(total.saturating_sub(done), rate));
        Some(words(rate, left))
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody reads so many digits of a speed")]
fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// How long so much takes; nobody knows where nothing is done any more.
#[expect(clippy::cast_precision_loss, reason = "nobody reads so many digits of a time")]
fn time_for(count: u64, rate: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(count as f64 / rate).ok()
}

fn words(rate: f64, left: Option<Duration>) -> String {
    let decimals = usize::from(rate > 0.0 && rate < MIN_WHOLE_RATE);
    let left = left.map_or_else(String::new, |left| format!(" {} left", in_words(left)));
    format!("{rate:.decimals$}/s{left}")
}

/// A time of which nobody needs more than the two greatest units.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m{:02}s", seconds % 60),
        3600..86_400 => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{}d{:02}h", hours / 24, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        let start = Instant::now();
        let mut pace = Pace::since(start);
        // A thousand a second, and after 20 seconds ten.
        let done = |ms: u64| if ms <= 20_000 { ms } else { 20_000 + (ms - 20_000) / 100 };
        let mut said = Vec::new();
        for ms in (500..=40_000).step_by(50) {
            let now = start + Duration::from_millis(ms);
            said.extend(pace.advance(now, done(ms), Some(20_400)).map(|words| (ms, words)));
        }
        let at = |ms: u64| said.iter().find(|it| it.0 >= ms).map(|it| it.1.as_str());
        assert_eq!(said[0], (500, "1000/s 20s left".to_owned()));
        assert_eq!(said[1].0 - said[0].0, 250);
        assert_eq!(at(20_000), Some("1000/s 1s left"));
        assert_eq!(at(25_000), Some("505/s 1s left"));
        assert_eq!(at(31_000), Some("10/s 29s left"));
        assert_eq!(at(40_000), Some("10/s 20s left"));
        assert!(pace.marks.len() < 50, "{}", pace.marks.len());
    }

    #[test]
    fn another_piece_of_work_has_its_own_speed() {
        let start = Instant::now();
        let mut pace = Pace::since(start);
        let mut at =
            |seconds, done, total| pace.advance(start + Duration::from_secs(seconds), done, total);
        assert_eq!(at(1, 5, None).as_deref(), Some("5.0/s"));
        assert_eq!(at(2, 1, Some(3)).as_deref(), Some("0/s"));
        assert_eq!(at(3, 2, Some(3)).as_deref(), Some("1.0/s 1s left"));
        assert_eq!(at(3, 2, Some(3)), None);
        assert_eq!(at(3, 3, Some(3)).as_deref(), Some("2.0/s 0s left"));
        assert_eq!(at(4, 3, Some(3)).as_deref(), Some("1.0/s 0s left"));
        assert_eq!(at(60, 3, Some(4)).as_deref(), Some("0/s"));
    }

    #[test]
    fn a_time_has_two_units_at_most() {
        let cases = [
            (0.0, "0s"),
            (0.01, "1s"),
            (59.0, "59s"),
            (59.5, "1m00s"),
            (600.0, "10m00s"),
            (3599.0, "59m59s"),
            (7265.0, "2h01m"),
            (200_000.0, "2d07h"),
        ];
        for (seconds, words) in cases {
            assert_eq!(in_words(Duration::from_secs_f64(seconds)), words);
        }
        assert!(in_words(Duration::MAX).ends_with('h'));
        assert_eq!(time_for(u64::MAX, f64::MIN_POSITIVE), None);
        assert_eq!(time_for(0, 0.0), None);
    }
}
