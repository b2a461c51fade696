//! In which order rows are shown: as they come, or as their lines stand in the list.

use std::collections::{BTreeMap, VecDeque};

use crate::failure::Failure;
use crate::row::Row;

/// So many rows wait for the printer before no more lines are read: lines that are no question take
/// no time, and would all be there before it.
const READY_MAX: usize = 1000;

/// Rows that wait for their turn, and those whose turn it is.
#[derive(Debug)]
pub struct Order {
    is_sorted: bool,
    /// How many lines have begun, and ended.
    begun: u64,
    ended: u64,
    /// The line whose turn it is.
    turn: u64,
    /// The rows of later lines, and whether they have all.
    later: BTreeMap<u64, (Vec<Row>, bool)>,
    ready: VecDeque<Result<Row, Failure>>,
}

impl Order {
    /// Nothing yet.
    pub const fn new(is_sorted: bool) -> Self {
        Self {
            is_sorted,
            begun: 0,
            ended: 0,
            turn: 0,
            later: BTreeMap::new(),
            ready: VecDeque::new(),
        }
    }

    /// The next line, by its number.
    pub const fn begin(&mut self) -> u64 {
        self.begun += 1;
        self.begun - 1
    }

    /// Rows of a line.
    pub fn add(&mut self, line: u64, rows: Vec<Row>) {
        if !self.is_sorted || line == self.turn {
            self.ready.extend(rows.into_iter().map(Ok));
        } else {
            self.later.entry(line).or_default().0.extend(rows);
        }
    }

    /// A line has no more rows.
    pub fn end(&mut self, line: u64) {
        self.ended += 1;
        if !self.is_sorted {
            return;
        }
        if line != self.turn {
            self.later.entry(line).or_default().1 = true;
            return;
        }
        self.turn += 1;
        while let Some((rows, has_ended)) = self.later.remove(&self.turn) {
            self.ready.extend(rows.into_iter().map(Ok));
            if !has_ended {
                break;
            }
            self.turn += 1;
        }
    }

    /// There are no more lines, because of this.
    pub fn fail(&mut self, failure: Failure) {
        self.ready.push_back(Err(failure));
    }

    /// What is to be shown next.
    pub fn pop(&mut self) -> Option<Result<Row, Failure>> {
        self.ready.pop_front()
    }

    /// Whether the printer is not far behind.
    pub fn has_room(&self) -> bool {
        self.ready.len() < READY_MAX
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// How far the list is ahead of the first line that has not ended.
    pub const fn ahead(&self) -> u64 {
        if self.is_sorted { self.begun - self.turn } else { 0 }
    }

    /// How many lines have begun.
    pub const fn begun(&self) -> u64 {
        self.begun
    }

    /// How many lines have ended.
    pub const fn ended(&self) -> u64 {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::rr::RecordType;
    use proptest::prelude::*;

    use super::*;
    use crate::answer::tests::row;

    fn shown(order: &mut Order) -> Vec<String> {
        let rows = std::iter::from_fn(|| order.pop());
        rows.map(|row| row.unwrap().data.unwrap()).collect()
    }

    fn a(data: &str) -> Vec<Row> {
        vec![row(RecordType::A, RecordType::A, data)]
    }

    #[test]
    fn the_printer_is_waited_for() {
        let mut order = Order::new(false);
        let line = order.begin();
        while order.has_room() {
            order.add(line, a("1"));
        }
        assert_eq!(order.ready.len(), READY_MAX);
        order.pop();
        assert!(order.has_room());
    }

    #[test]
    fn rows_come_as_they_come_unless_told() {
        let mut order = Order::new(false);
        let [first, second] = [order.begin(), order.begin()];
        order.add(second, a("2"));
        order.end(second);
        order.add(first, a("1"));
        assert_eq!(shown(&mut order), ["2", "1"]);
        assert_eq!((order.begun(), order.ended(), order.ahead()), (2, 1, 0));
    }

    proptest! {
        #[test]
        fn rows_stand_in_the_order_of_their_lines_if_told(
            steps in Just((0..20_u64).flat_map(|line| [line; 3]).collect::<Vec<_>>()).prop_shuffle()
        ) {
            let mut order = Order::new(true);
            let mut seen = [0; 20];
            for _ in 0..20 {
                order.begin();
            }
            let mut all = Vec::new();
            for line in steps {
                seen[usize::try_from(line).unwrap()] += 1;
                match seen[usize::try_from(line).unwrap()] {
                    3 => order.end(line),
                    part => order.add(line, a(&format!("{line:02} {part}"))),
                }
                all.extend(shown(&mut order));
            }
            let expected: Vec<_> = (0..20).flat_map(|line| [format!("{line:02} 1"), format!("{line:02} 2")]).collect();
            prop_assert_eq!(all, expected);
            prop_assert_eq!(order.ahead(), 0);
        }
    }
}
