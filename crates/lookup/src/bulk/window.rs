//! How many questions a server is given at once: more while it helps, fewer when they get lost.

use std::time::{Duration, Instant};

/// What a server is given before anything is known of it.
pub const WINDOW_START: f64 = 32.0;

/// No window is smaller, whatever gets lost: on a bad radio link that is not for the load.
pub const WINDOW_FLOOR: f64 = 16.0;

/// In the beginning the window doubles, but not more often than this: over a shorter time, a busy
/// machine answers now nothing and now very much.
const ROUND_MIN: Duration = Duration::from_millis(10);

/// So many times as many replies a second is a gain; less is noise.
const GAIN: f64 = 1.25;

/// The window stops doubling after so many rounds in a row without a gain.
const ROUNDS_WITHOUT_GAIN: u32 = 2;

/// A share of lost questions that is no reason to slow down, and one that is none to try for more.
const LOSS_TOLERATED: f64 = 0.02;
const LOSS_UNSUSPICIOUS: f64 = 0.002;

/// The share is judged over at least this time, and so many questions.
const EPOCH_MIN: Duration = Duration::from_millis(50);
const EPOCH_MIN_OUTCOMES: u32 = 100;

/// What is left of the window after too much was lost, and how fast it grows back, in questions
/// per cubic second (RFC 9438, 4.6 and 5.1).
const SHRINK: f64 = 0.7;
const GROWTH: f64 = 0.4;

/// A window after the manner of CUBIC (RFC 9438): after a loss it soon comes near to where that
/// was, stays there for seconds, and only then tries for more. It does not look at delays, which
/// at a recursive server are those of other servers.
#[derive(Debug, Clone)]
pub struct Window {
    size: f64,
    max: f64,
    phase: Phase,
    round: Round,
    epoch: Epoch,
    /// The share that was lost in the last epoch.
    loss: f64,
    /// What was sent before was sent into a larger window.
    shrunk: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// Doubling, as long as that brings more replies a second.
    Start { best_per_second: f64, without_gain: u32 },
    /// Growing along the cubic curve, which was at `before` when it shrank.
    Curve { since: Instant, before: f64 },
}

#[derive(Debug, Clone, Copy)]
struct Round {
    started: Instant,
    answered: u32,
    /// Whether the window was what kept questions from being sent.
    was_full: bool,
}

#[derive(Debug, Clone, Copy)]
struct Epoch {
    started: Instant,
    answered: u32,
    lost: u32,
}

impl Window {
    /// A window that never exceeds `max`.
    pub fn new(max: u32, now: Instant) -> Self {
        let max = f64::from(max.max(1));
        Self {
            size: WINDOW_START.min(max),
            max,
            phase: Phase::Start { best_per_second: 0.0, without_gain: 0 },
            round: Round { started: now, answered: 0, was_full: false },
            epoch: Epoch { started: now, answered: 0, lost: 0 },
            loss: 0.0,
            shrunk: None,
        }
    }

    /// How many may be under way.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 1 and a number of 32 bits"
    )]
    pub const fn size(&self) -> u32 {
        self.size as u32
    }

    /// One was answered.
    pub fn answered(&mut self) {
        self.round.answered += 1;
        self.epoch.answered += 1;
    }

    /// One that was sent then was lost.
    pub fn lost(&mut self, sent: Instant) {
        if self.shrunk.is_none_or(|shrunk| sent > shrunk) {
            self.epoch.lost += 1;
        }
    }

    /// Nothing came for long, and what is known of the way may not hold any more.
    pub fn restart(&mut self, now: Instant) {
        self.size = WINDOW_FLOOR.min(self.max);
        self.phase = Phase::Start { best_per_second: 0.0, without_gain: 0 };
        self.round = Round { started: now, answered: 0, was_full: false };
        self.epoch = Epoch { started: now, answered: 0, lost: 0 };
        self.shrunk = Some(now);
    }

    /// There was more to send than the window let through.
    pub fn full(&mut self) {
        self.round.was_full = true;
    }

    /// Draws conclusions, if it is time; `rtt` is the mean round trip time.
    pub fn turn(&mut self, now: Instant, rtt: Duration) {
        let elapsed = now.saturating_duration_since(self.round.started);
        if elapsed >= rtt.max(ROUND_MIN) {
            self.end_round(now, elapsed);
        }
        let outcomes = self.epoch.answered + self.epoch.lost;
        let elapsed = now.saturating_duration_since(self.epoch.started);
        if elapsed >= rtt.max(EPOCH_MIN) && outcomes >= EPOCH_MIN_OUTCOMES {
            self.loss = f64::from(self.epoch.lost) / f64::from(outcomes);
            if self.loss > LOSS_TOLERATED {
                self.shrink(now);
            }
            self.epoch = Epoch { started: now, answered: 0, lost: 0 };
        }
    }

    fn end_round(&mut self, now: Instant, elapsed: Duration) {
        let round = self.round;
        self.round = Round { started: now, answered: 0, was_full: false };
        match &mut self.phase {
            // Questions that were not there say nothing of the server.
            Phase::Start { .. } if !round.was_full => {}
            Phase::Curve { since, .. } if !round.was_full || self.loss > LOSS_UNSUSPICIOUS => {
                *since += elapsed;
            }
            Phase::Start { best_per_second, without_gain } => {
                let per_second = f64::from(round.answered) / elapsed.as_secs_f64();
                if per_second > *best_per_second * GAIN {
                    (*best_per_second, *without_gain) = (per_second, 0);
                    self.size = (self.size * 2.0).min(self.max);
                } else {
                    *without_gain += 1;
                }
                if *without_gain >= ROUNDS_WITHOUT_GAIN {
                    self.phase = Phase::Curve { since: now, before: self.size };
                }
            }
            Phase::Curve { since, before } => {
                let flat_after = (*before * (1.0 - SHRINK) / GROWTH).cbrt();
                let elapsed = now.saturating_duration_since(*since).as_secs_f64();
                let target = GROWTH * (elapsed - flat_after).powi(3) + *before;
                self.size = target.clamp(self.size, self.max.max(self.size));
            }
        }
    }

    fn shrink(&mut self, now: Instant) {
        self.phase = Phase::Curve { since: now, before: self.size };
        self.size = (self.size * SHRINK).max(WINDOW_FLOOR.min(self.max));
        self.shrunk = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    const TICK: Duration = Duration::from_millis(1);

    /// After how many ticks a loss is known.
    const OVERDUE_TICKS: usize = 60;

    /// A server with a queue: what does not fit in is lost, besides every so manyth question.
    #[derive(Clone, Copy)]
    struct Model {
        per_tick: u32,
        queue_max: u32,
        lose_one_in: u32,
    }

    struct Course {
        /// The least and the largest window in the second half.
        least: u32,
        largest: u32,
        answered: u32,
        lost: u32,
    }

    impl Model {
        /// Keeps the window full for so many seconds of the model's time.
        fn run(self, seconds: usize) -> Course {
            let mut now = Instant::now();
            let mut window = Window::new(1000, now);
            let mut course = Course { least: u32::MAX, largest: 0, answered: 0, lost: 0 };
            let (mut queue, mut sent, mut losses) = (0, 0_u32, VecDeque::from([0; OVERDUE_TICKS]));
            let mut before = now;
            for tick in 0..seconds * 1000 {
                now += TICK;
                before += if tick < OVERDUE_TICKS { Duration::ZERO } else { TICK };
                let answered = self.per_tick.min(queue);
                queue -= answered;
                course.answered += answered;
                (0..answered).for_each(|_| window.answered());
                let known = losses.pop_front().unwrap();
                (0..known).for_each(|_| window.lost(before));
                let on_the_way = queue + losses.iter().sum::<u32>();
                let mut lost = 0;
                for _ in on_the_way..window.size() {
                    sent += 1;
                    if queue < self.queue_max && !sent.is_multiple_of(self.lose_one_in) {
                        queue += 1;
                    } else {
                        lost += 1;
                    }
                }
                losses.push_back(lost);
                course.lost += lost;
                window.full();
                window.turn(now, TICK);
                if tick >= seconds * 500 {
                    course.least = course.least.min(window.size());
                    course.largest = course.largest.max(window.size());
                }
            }
            course
        }
    }

    const NEVER: u32 = u32::MAX;

    #[test]
    fn a_server_is_given_what_it_can_take_and_hardly_more() {
        for per_tick in [20, 100, 200, 250] {
            let course = Model { per_tick, queue_max: 277, lose_one_in: NEVER }.run(30);
            let (all, lost) = (30_000 * per_tick, course.lost);
            assert!(course.answered >= all / 100 * 95, "{per_tick}: {}", course.answered);
            assert!(lost <= all / 50, "{per_tick}: {lost} lost of {all}");
            assert!(course.largest <= 600, "{per_tick}: {}", course.largest);
        }
    }

    #[test]
    fn a_server_that_can_take_much_is_given_all_that_is_allowed() {
        let course = Model { per_tick: 5000, queue_max: 5000, lose_one_in: NEVER }.run(2);
        assert_eq!((course.least, course.largest, course.lost), (1000, 1000, 0));
    }

    #[test]
    fn some_loss_is_no_reason_to_slow_down_and_much_is() {
        let model = Model { per_tick: 5000, queue_max: 5000, lose_one_in: 100 };
        assert_eq!(model.run(4).least, 1000);
        let much = Model { lose_one_in: 10, ..model }.run(20);
        assert!(much.largest < 100, "{}", much.largest);
        assert!(f64::from(much.least) >= WINDOW_FLOOR, "{}", much.least);
    }

    #[test]
    fn a_window_that_was_not_full_does_not_grow() {
        let start = Instant::now();
        let mut window = Window::new(1000, start);
        for tick in 1..10_000 {
            (0..tick % 100).for_each(|_| window.answered());
            window.turn(start + TICK * tick, TICK);
        }
        assert_eq!(window.size(), Window::new(1000, start).size());
    }

    #[test]
    fn after_a_silence_it_begins_anew_within_its_limit() {
        for (max, expected) in [(1000, 16), (16, 16), (3, 3), (0, 1)] {
            let start = Instant::now();
            let mut window = Window::new(max, start);
            window.restart(start);
            assert_eq!(window.size(), expected);
        }
    }
}
