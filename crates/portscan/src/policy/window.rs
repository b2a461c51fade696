//! How many attempts may be under way at the same time.

use std::time::Duration;

/// The least that a window shrinks to.
const FLOOR: f64 = 4.0;

/// By how much it grows when next to nothing gets lost any more.
const RECOVERY: f64 = 1.25;

/// By how much it grows when a port that is known to answer has answered in the middle of silence.
const CANARY_GROWTH: f64 = 1.5;

/// By how much it grows when there is nothing but silence, each [`super::BEAT`].
const SILENCE_GROWTH: f64 = 1.25;

/// A window as TCP has it (RFC 5681, 3.1): it starts small, grows with answers, and is halved when
/// something got lost.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    size: f64,
    /// Up to here it grows by one with each answer; from here on with each round of answers.
    threshold: f64,
    most: f64,
    last_change: Option<Duration>,
}

impl Window {
    pub(crate) fn new(start: usize, most: usize) -> Self {
        let most = number(most).max(1.0);
        Self { size: number(start).min(most), threshold: most, most, last_change: None }
    }

    /// Whether there is room for one more.
    pub(crate) fn has_room(&self, in_flight: usize) -> bool {
        number(in_flight) < self.size.floor()
    }

    pub(crate) fn answered(&mut self) {
        let step = if self.size < self.threshold { 1.0 } else { 1.0 / self.size };
        self.grow_to(self.size + step);
    }

    pub(crate) fn canary_answered(&mut self) {
        self.grow_to(self.size * CANARY_GROWTH);
    }

    pub(crate) fn heard_nothing(&mut self) {
        self.grow_to(self.size * SILENCE_GROWTH);
    }

    /// Halves it; losses of the same `period` are one.
    pub(crate) fn lost(&mut self, now: Duration, period: Duration) {
        if self.last_change.is_some_and(|last| now < last + period) {
            return;
        }
        self.last_change = Some(now);
        self.size = (self.size / 2.0).max(FLOOR.min(self.most));
        self.threshold = self.size;
    }

    /// Opens it after losses, once a `period`.
    pub(crate) fn recovered(&mut self, now: Duration, period: Duration) {
        if self.last_change.is_none_or(|last| now >= last + period) {
            self.last_change = Some(now);
            self.grow_to(self.size * RECOVERY);
        }
    }

    /// The time between two attempts where a whole window goes out evenly over a `period`.
    pub(crate) fn interval(&self, period: Duration) -> Duration {
        period.div_f64(self.size)
    }

    fn grow_to(&mut self, size: f64) {
        self.size = size.min(self.most);
    }

    #[cfg(test)]
    pub(crate) const fn size(&self) -> f64 {
        self.size
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of sockets")]
const fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_millis(100);

    #[test]
    fn grows_by_answers_up_to_its_most() {
        let mut window = Window::new(32, 40);
        assert!(window.has_room(31) && !window.has_room(32));
        (0..100).for_each(|_| window.answered());
        assert!(window.has_room(39) && !window.has_room(40));
    }

    #[test]
    fn a_loss_halves_it_once_and_then_it_grows_slowly() {
        let mut window = Window::new(64, 4000);
        window.lost(PERIOD, PERIOD);
        window.lost(PERIOD * 3 / 2, PERIOD);
        assert!((window.size() - 32.0).abs() < 1e-9);
        (0..32).for_each(|_| window.answered());
        assert!((32.9..33.1).contains(&window.size()), "{}", window.size());
        window.lost(PERIOD * 2, PERIOD);
        assert!(window.size() < 17.0);
        for round in 3..100 {
            window.lost(PERIOD * round, PERIOD);
        }
        assert!(window.has_room(3) && !window.has_room(4));
    }

    #[test]
    fn a_canary_in_the_silence_opens_it() {
        let mut window = Window::new(32, 4000);
        (0..12).for_each(|_| window.canary_answered());
        assert!(window.has_room(3999) && !window.has_room(4000));
    }

    #[test]
    fn even_the_smallest_most_lets_one_through() {
        let mut window = Window::new(32, 1);
        window.lost(PERIOD, PERIOD);
        assert!(window.has_room(0) && !window.has_room(1));
        assert!(Window::new(32, 0).has_room(0));
    }
}
