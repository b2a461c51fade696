//! Results of parallel work in the order of the questions, as far as that holds nobody up.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How long a result waits for those asked for before it.
const GRACE: Duration = Duration::from_millis(20);

/// The results behind `arrivals` (index of the question, result), each index once. Results that
/// come at about the same time come in the order of their indices; a slow one does not hold the
/// others up for more than 20 ms each.
pub fn in_order<T>(arrivals: Receiver<(usize, T)>) -> impl Iterator<Item = T> {
    InOrder { arrivals, waiting: BTreeMap::new(), arrived: VecDeque::new(), next: 0, release: None }
}

struct InOrder<T> {
    arrivals: Receiver<(usize, T)>,
    waiting: BTreeMap<usize, T>,
    /// When each came, the longest waiting first; those that were released since included.
    arrived: VecDeque<(Instant, usize)>,
    next: usize,
    /// All up to this index have waited long enough.
    release: Option<usize>,
}

impl<T> InOrder<T> {
    fn take_ready(&mut self) -> Option<T> {
        let first = *self.waiting.keys().next()?;
        if first <= self.next || self.release.is_some_and(|last| first <= last) {
            self.next = self.next.max(first + 1);
            return self.waiting.remove(&first);
        }
        None
    }

    /// When the longest waiting result has waited long enough, and its index.
    fn deadline(&mut self) -> Option<(Instant, usize)> {
        while let Some((since, index)) = self.arrived.front() {
            if self.waiting.contains_key(index) {
                return Some((*since + GRACE, *index));
            }
            self.arrived.pop_front();
        }
        None
    }

    fn arrive(&mut self, (index, result): (usize, T)) {
        self.waiting.insert(index, result);
        self.arrived.push_back((Instant::now(), index));
    }
}

impl<T> Iterator for InOrder<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(result) = self.take_ready() {
                return Some(result);
            }
            let Some((deadline, index)) = self.deadline() else {
                let arrival = self.arrivals.recv().ok()?;
                self.arrive(arrival);
                continue;
            };
            let patience = deadline.saturating_duration_since(Instant::now());
            match self.arrivals.recv_timeout(patience) {
                Ok(arrival) => self.arrive(arrival),
                Err(RecvTimeoutError::Timeout) => self.release = Some(index),
                Err(RecvTimeoutError::Disconnected) => self.release = Some(usize::MAX),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

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
