//! Rows on their way to the printer: all at once, or as they become known.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::exit::Exit;

/// How long a result waits for those asked for before it, and for those it is shown together with.
const GRACE: Duration = Duration::from_millis(20);

/// Rows, and whether the next one is there or has to be waited for: then those before it are shown.
pub trait Rows: Iterator {
    /// Whether the next row, or the end, is there or comes within a blink (20 ms).
    fn is_ready(&mut self) -> bool;

    /// Waits for the next row or the end, not longer than `limit`. Whether it is time to ask for it:
    /// rows that cannot wait for so long and no longer are asked for at once.
    fn wait(&mut self, _limit: Duration) -> bool {
        true
    }

    /// What the rows mean together, asked once after the last row or when nobody reads on; `worst`
    /// is the worst of the rows and failures so far, if there was any.
    fn exit(&self, worst: Option<Exit>) -> Option<Exit> {
        worst
    }
}

impl<R: Rows + ?Sized> Rows for Box<R> {
    fn is_ready(&mut self) -> bool {
        (**self).is_ready()
    }

    fn wait(&mut self, limit: Duration) -> bool {
        (**self).wait(limit)
    }

    fn exit(&self, worst: Option<Exit>) -> Option<Exit> {
        (**self).exit(worst)
    }
}

/// Rows that nobody has to wait for.
pub fn at_once<I: IntoIterator>(rows: I) -> impl Rows<Item = I::Item> {
    AtOnce(rows.into_iter())
}

struct AtOnce<I>(I);

impl<I: Iterator> Iterator for AtOnce<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }
}

impl<I: Iterator> Rows for AtOnce<I> {
    fn is_ready(&mut self) -> bool {
        true
    }
}

/// The rows of results that come from other threads: of each arrival (index of the question,
/// result), each index once, what `to_rows` makes of the two. Results that come at about the same time
/// come in the order of their indices; a slow one does not hold the others up for more than 20 ms
/// each.
pub fn as_they_come<T, R: IntoIterator>(
    arrivals: Receiver<(usize, T)>,
    to_rows: impl FnMut(usize, T) -> R,
) -> impl Rows<Item = R::Item> {
    AsTheyCome { results: InOrder::new(arrivals), to_rows, rows: VecDeque::new() }
}

struct AsTheyCome<T, R, F> {
    results: InOrder<T>,
    to_rows: F,
    rows: VecDeque<R>,
}

impl<T, R: IntoIterator, F: FnMut(usize, T) -> R> Iterator for AsTheyCome<T, R::Item, F> {
    type Item = R::Item;

    fn next(&mut self) -> Option<R::Item> {
        while self.rows.is_empty() {
            let (index, result) = self.results.next()?;
            self.rows.extend((self.to_rows)(index, result));
        }
        self.rows.pop_front()
    }
}

impl<T, R: IntoIterator, F: FnMut(usize, T) -> R> Rows for AsTheyCome<T, R::Item, F> {
    fn is_ready(&mut self) -> bool {
        while self.rows.is_empty() && self.results.is_ready() {
            let Some((index, result)) = self.results.next() else { return true };
            self.rows.extend((self.to_rows)(index, result));
        }
        !self.rows.is_empty()
    }
}

struct InOrder<T> {
    arrivals: Receiver<(usize, T)>,
    waiting: BTreeMap<usize, T>,
    /// When each came, the longest waiting first; those that were released since included.
    arrived: VecDeque<(Instant, usize)>,
    /// The index whose turn it is.
    next: usize,
    /// All up to this index have waited long enough.
    release: Option<usize>,
}

impl<T> InOrder<T> {
    const fn new(arrivals: Receiver<(usize, T)>) -> Self {
        Self {
            arrivals,
            waiting: BTreeMap::new(),
            arrived: VecDeque::new(),
            next: 0,
            release: None,
        }
    }

    /// The index of the result whose turn it is, if it is there.
    fn turn(&self) -> Option<usize> {
        let first = *self.waiting.keys().next()?;
        (first <= self.next || self.release.is_some_and(|last| first <= last)).then_some(first)
    }

    fn take_turn(&mut self) -> Option<(usize, T)> {
        let first = self.turn()?;
        self.next = self.next.max(first + 1);
        self.waiting.remove_entry(&first)
    }

    fn arrive(&mut self, (index, result): (usize, T)) {
        self.waiting.insert(index, result);
        self.arrived.push_back((Instant::now(), index));
    }

    /// Releases all that have waited long enough. Returns when the next will have.
    fn release_until(&mut self, now: Instant) -> Option<Instant> {
        while let Some((since, index)) = self.arrived.front() {
            let deadline = *since + GRACE;
            if self.waiting.contains_key(index) {
                if deadline > now {
                    return Some(deadline);
                }
                self.release = self.release.max(Some(*index));
            }
            self.arrived.pop_front();
        }
        None
    }

    /// Waits for the next result or the end, not longer than until `limit`. Whether it is there.
    fn wait(&mut self, limit: Option<Instant>) -> bool {
        loop {
            let now = Instant::now();
            let release = self.release_until(now);
            if self.turn().is_some() {
                return true;
            }
            if limit.is_some_and(|limit| limit <= now) {
                return false;
            }
            let arrival = match limit.into_iter().chain(release).min() {
                Some(end) => self.arrivals.recv_timeout(end - now),
                None => self.arrivals.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match arrival {
                Ok(arrival) => self.arrive(arrival),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.release = Some(usize::MAX);
                    return true;
                }
            }
        }
    }

    /// Whether the next result, or the end, is there or comes within a blink.
    fn is_ready(&mut self) -> bool {
        self.wait(Some(Instant::now() + GRACE))
    }
}

impl<T> Iterator for InOrder<T> {
    type Item = (usize, T);

    fn next(&mut self) -> Option<(usize, T)> {
        self.wait(None);
        self.take_turn()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    fn in_order<T>(arrivals: Receiver<(usize, T)>) -> impl Rows<Item = T> {
        as_they_come(arrivals, |_, result| vec![result])
    }

    #[test]
    fn a_row_that_has_to_be_waited_for_is_not_ready() {
        let (sender, receiver) = mpsc::channel();
        let mut rows = as_they_come(receiver, |_, count| vec!['x'; count]);
        assert!(!rows.is_ready());
        sender.send((0, 0)).unwrap();
        assert!(!rows.is_ready());
        sender.send((1, 2)).unwrap();
        assert!(rows.is_ready());
        assert_eq!((rows.next(), rows.is_ready(), rows.next()), (Some('x'), true, Some('x')));
        assert!(!rows.is_ready());
        drop(sender);
        assert!(rows.is_ready());
        assert_eq!(rows.next(), None);
    }

    #[test]
    fn results_that_are_there_come_in_the_order_of_the_questions() {
        let (sender, receiver) = mpsc::channel();
        for index in [2, 0, 3, 1] {
            sender.send((index, index)).expect("the receiver lives");
        }
        drop(sender);
        assert_eq!(in_order(receiver).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn gaps_hold_up_once_and_not_one_by_one() {
        let (sender, receiver) = mpsc::channel();
        for index in (0..200).filter(|index| index % 2 == 1) {
            sender.send((index, index)).unwrap();
        }
        let mut rows = in_order(receiver);
        let mut not_ready = 0;
        for expected in (0..200).filter(|index| index % 2 == 1) {
            not_ready += usize::from(!rows.is_ready());
            assert_eq!(rows.next(), Some(expected));
        }
        assert!(not_ready <= 1, "{not_ready}");
        drop(sender);
        assert_eq!(rows.next(), None);
    }

    #[test]
    fn a_slow_result_holds_nobody_up() {
        let (sender, receiver) = mpsc::channel();
        let (seen, wait_until_seen) = mpsc::channel::<()>();
        let slow = thread::spawn(move || {
            sender.send((1, "quick")).expect("the receiver lives");
            sender.send((2, "quick too")).expect("the receiver lives");
            wait_until_seen.recv().expect("the quick ones are seen first");
            sender.send((0, "slow")).expect("the receiver lives");
        });
        let mut results = in_order(receiver);
        assert_eq!(results.next(), Some("quick"));
        assert_eq!(results.next(), Some("quick too"));
        seen.send(()).expect("the thread lives");
        assert_eq!(results.next(), Some("slow"));
        assert_eq!(results.next(), None);
        slow.join().expect("the thread ends well");
    }

    #[test]
    fn a_question_without_a_result_is_passed_over() {
        let (sender, receiver) = mpsc::channel();
        sender.send((3, 'd')).expect("the receiver lives");
        sender.send((1, 'b')).expect("the receiver lives");
        drop(sender);
        assert_eq!(in_order(receiver).collect::<Vec<_>>(), ['b', 'd']);
    }
}
