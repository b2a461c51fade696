//! Rows on their way to the printer: all at once, or as they become known.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::exit::Exit;

/// How long a result waits for those asked for before it, and for those it is shown together with.
const GRACE: Duration = Duration::from_millis(20);

/// So many results that are no rows may come before there is a look at the clock.
const PASSED_OVER_PER_LOOK: usize = 64;

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

/// Results in whatever order they come, each with the index of its question: from other threads,
/// or from work that is done meanwhile in this one.
pub trait Arrivals {
    /// What was found out.
    type Item;

    /// Takes a result that is there already. What comes this way spares a look at the clock, which
    /// counts where there are many.
    fn arrived(&mut self) -> Option<(usize, Self::Item)> {
        None
    }

    /// Waits for the next result, not longer than until `limit`.
    ///
    /// # Errors
    /// `Timeout` if it did not come by then, `Disconnected` if none comes any more.
    fn arrive(&mut self, limit: Option<Instant>) -> Result<(usize, Self::Item), RecvTimeoutError>;

    /// What all results mean together, as [`Rows::exit`].
    fn exit(&self, worst: Option<Exit>) -> Option<Exit> {
        worst
    }
}

impl<T> Arrivals for Receiver<(usize, T)> {
    type Item = T;

    fn arrived(&mut self) -> Option<(usize, T)> {
        self.try_recv().ok()
    }

    fn arrive(&mut self, limit: Option<Instant>) -> Result<(usize, T), RecvTimeoutError> {
        match limit {
            Some(limit) => self.recv_timeout(limit.saturating_duration_since(Instant::now())),
            None => self.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }
}

/// The rows of results that have to be waited for: of each arrival (index of the question, result),
/// each index once, what `to_rows` makes of the two, which may be nothing. Results that come at
/// about the same time come in the order of their indices; a slow one does not hold the others up
/// for more than 20 ms each.
pub fn as_they_come<A: Arrivals, R: IntoIterator>(
    arrivals: A,
    to_rows: impl FnMut(usize, A::Item) -> R,
) -> impl Rows<Item = R::Item> {
    AsTheyCome { results: InOrder::new(arrivals), to_rows, rows: VecDeque::new() }
}

struct AsTheyCome<A: Arrivals, R, F> {
    results: InOrder<A>,
    to_rows: F,
    rows: VecDeque<R>,
}

impl<A: Arrivals, R: IntoIterator, F: FnMut(usize, A::Item) -> R> AsTheyCome<A, R::Item, F> {
    /// Whether the next row, or the end, is there or comes within `limit`.
    fn is_there(&mut self, limit: Duration) -> bool {
        let mut passed_over: usize = 0;
        let mut end = None;
        while self.rows.is_empty() {
            let mut end = || *end.get_or_insert_with(|| Instant::now() + limit);
            if !self.results.has_turn() && !self.results.wait(Some(end())) {
                return false;
            }
            let Some((index, result)) = self.results.take_turn() else { return true };
            self.rows.extend((self.to_rows)(index, result));
            passed_over += 1;
            if passed_over.is_multiple_of(PASSED_OVER_PER_LOOK) && end() <= Instant::now() {
                return !self.rows.is_empty();
            }
        }
        true
    }
}

impl<A: Arrivals, R: IntoIterator, F: FnMut(usize, A::Item) -> R> Iterator
    for AsTheyCome<A, R::Item, F>
{
    type Item = R::Item;

    fn next(&mut self) -> Option<R::Item> {
        while self.rows.is_empty() {
            let (index, result) = self.results.next()?;
            self.rows.extend((self.to_rows)(index, result));
        }
        self.rows.pop_front()
    }
}

impl<A: Arrivals, R: IntoIterator, F: FnMut(usize, A::Item) -> R> Rows
    for AsTheyCome<A, R::Item, F>
{
    fn is_ready(&mut self) -> bool {
        self.is_there(GRACE)
    }

    fn wait(&mut self, limit: Duration) -> bool {
        self.is_there(limit)
    }

    fn exit(&self, worst: Option<Exit>) -> Option<Exit> {
        self.results.arrivals.exit(worst)
    }
}

/// Results in the order of their indices, as far as that holds nobody up. Those whose turn it is when
/// they come, which are most, pass without being kept and without a look at the clock.
struct InOrder<A: Arrivals> {
    arrivals: A,
    /// The result whose turn it is.
    turn: Option<(usize, A::Item)>,
    waiting: BTreeMap<usize, A::Item>,
    /// When each came, the longest waiting first; those that were released since included.
    arrived: VecDeque<(Instant, usize)>,
    /// The index whose turn it is.
    next: usize,
    /// All up to this index have waited long enough.
    release: Option<usize>,
    is_over: bool,
}

impl<A: Arrivals> InOrder<A> {
    const fn new(arrivals: A) -> Self {
        Self {
            arrivals,
            turn: None,
            waiting: BTreeMap::new(),
            arrived: VecDeque::new(),
            next: 0,
            release: None,
            is_over: false,
        }
    }

    /// Whether the next result is there, without waiting for any.
    fn has_turn(&mut self) -> bool {
        while self.turn.is_none() && !self.has_waited() && !self.is_over {
            let Some(arrival) = self.arrivals.arrived() else { return false };
            self.sort_in(arrival);
        }
        self.turn.is_some()
    }

    fn take_turn(&mut self) -> Option<(usize, A::Item)> {
        self.turn.take().inspect(|(index, _)| self.next = self.next.max(index + 1))
    }

    /// Whether it is the turn of this index, which is before all that wait.
    fn is_due(&self, index: usize) -> bool {
        self.is_over || index <= self.next || self.release.is_some_and(|last| index <= last)
    }

    fn sort_in(&mut self, (index, result): (usize, A::Item)) {
        if self.is_due(index) {
            self.turn = Some((index, result));
        } else {
            self.waiting.insert(index, result);
            self.arrived.push_back((Instant::now(), index));
        }
    }

    /// Whether the turn has come of one that waited.
    fn has_waited(&mut self) -> bool {
        if self.waiting.is_empty() {
            self.arrived.clear();
            return false;
        }
        if !self.is_first_due() {
            self.release_by(Instant::now());
        }
        if self.is_first_due() {
            self.turn = self.waiting.pop_first();
        }
        self.turn.is_some()
    }

    fn is_first_due(&self) -> bool {
        self.waiting.first_key_value().is_some_and(|(index, _)| self.is_due(*index))
    }

    /// Releases all that have waited long enough by `now`.
    fn release_by(&mut self, now: Instant) {
        while let Some((since, index)) = self.arrived.front() {
            if self.waiting.contains_key(index) {
                if *since + GRACE > now {
                    return;
                }
                self.release = self.release.max(Some(*index));
            }
            self.arrived.pop_front();
        }
    }

    /// Waits for the next result or the end, not longer than until `limit`. Whether it is there.
    fn wait(&mut self, limit: Option<Instant>) -> bool {
        while !self.has_turn() && !self.is_over {
            let release = self.arrived.front().map(|(since, _)| *since + GRACE);
            match self.arrivals.arrive(limit.into_iter().chain(release).min()) {
                Ok(arrival) => self.sort_in(arrival),
                Err(RecvTimeoutError::Disconnected) => self.is_over = true,
                Err(RecvTimeoutError::Timeout)
                    if limit.is_some_and(|limit| limit <= Instant::now()) =>
                {
                    return self.has_turn();
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        true
    }
}

impl<A: Arrivals> Iterator for InOrder<A> {
    type Item = (usize, A::Item);

    fn next(&mut self) -> Option<Self::Item> {
        self.wait(None);
        self.take_turn()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    fn in_order<A: Arrivals>(arrivals: A) -> impl Rows<Item = A::Item> {
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

    /// Work that is done in the same thread: steps that are there already, or take a millisecond.
    #[derive(Default)]
    struct Work {
        steps: VecDeque<(usize, Duration)>,
        looks: usize,
    }

    impl Work {
        fn of(steps: impl IntoIterator<Item = (usize, u64)>) -> Self {
            let steps = steps.into_iter().map(|(index, ms)| (index, Duration::from_millis(ms)));
            Self { steps: steps.collect(), looks: 0 }
        }
    }

    impl Arrivals for Work {
        type Item = usize;

        fn arrived(&mut self) -> Option<(usize, usize)> {
            let (index, _) = *self.steps.front().filter(|(_, time)| time.is_zero())?;
            self.steps.pop_front();
            Some((index, index))
        }

        fn arrive(&mut self, limit: Option<Instant>) -> Result<(usize, usize), RecvTimeoutError> {
            self.looks += 1;
            let (index, time) = self.steps.front_mut().ok_or(RecvTimeoutError::Disconnected)?;
            let start = Instant::now();
            let left = limit.map_or(*time, |limit| limit.saturating_duration_since(start));
            thread::sleep(left.min(*time));
            if left < *time {
                *time -= left;
                return Err(RecvTimeoutError::Timeout);
            }
            let index = *index;
            self.steps.pop_front();
            Ok((index, index))
        }

        fn exit(&self, _: Option<Exit>) -> Option<Exit> {
            Some(Exit::Usage)
        }
    }

    #[test]
    fn work_in_the_same_thread_brings_rows_as_other_threads_do() {
        let steps = [(1, 0), (0, 5), (2, 5), (4, 0), (3, 100), (5, 1), (7, 1), (6, 0)];
        let mut rows = in_order(Work::of(steps));
        assert!(!rows.wait(Duration::ZERO));
        let mut seen = Vec::new();
        loop {
            seen.extend((!rows.is_ready()).then_some(usize::MAX));
            let Some(row) = rows.next() else { break };
            seen.push(row);
        }
        assert_eq!(seen, [0, 1, 2, 4, usize::MAX, 3, 5, 6, 7]);
        assert!(rows.is_ready() && rows.wait(Duration::ZERO));
        assert_eq!((rows.next(), rows.exit(None)), (None, Some(Exit::Usage)));
    }

    #[test]
    fn what_is_there_in_its_order_is_not_waited_for() {
        let mut results = InOrder::new(Work::of((0..1000).map(|index| (index, 0))));
        for expected in 0..1000 {
            assert!(results.has_turn());
            assert_eq!(results.next(), Some((expected, expected)));
        }
        assert_eq!((results.arrivals.looks, results.arrived.capacity()), (0, 0));
        assert_eq!((results.next(), results.arrivals.looks), (None, 1));
    }

    #[test]
    fn who_waits_is_not_forgotten_for_those_that_come_meanwhile() {
        let steps = (0..500).map(|index| (index, 1));
        let rows = in_order(Work::of([(1000, 0)].into_iter().chain(steps)));
        let place = rows.into_iter().position(|index| index == 1000).unwrap();
        assert!((1..100).contains(&place), "{place}");
    }

    #[test]
    fn results_that_are_no_rows_hold_nobody_up() {
        let steps = [(0, 0), (1, 0), (3, 0), (2, 1), (9, 0)];
        let mut rows = as_they_come(Work::of(steps), |_, index| (index > 2).then_some(index));
        assert!(rows.is_ready());
        assert_eq!((rows.next(), rows.next(), rows.next()), (Some(3), Some(9), None));
    }

    #[test]
    fn a_stream_of_results_that_are_no_rows_is_waited_for() {
        struct Endless(usize);
        impl Arrivals for Endless {
            type Item = ();

            fn arrived(&mut self) -> Option<(usize, ())> {
                self.0 += 1;
                Some((self.0 - 1, ()))
            }

            fn arrive(&mut self, _: Option<Instant>) -> Result<(usize, ()), RecvTimeoutError> {
                unreachable!("there is always one that has arrived")
            }
        }
        let mut rows = as_they_come(Endless(0), |index, ()| (index == usize::MAX).then_some(()));
        assert!(!rows.is_ready() && !rows.wait(Duration::ZERO));
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
