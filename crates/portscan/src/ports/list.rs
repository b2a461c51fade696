//! Ports in an order, each of them once, in little room.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Ports in the order in which they were named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PortList {
    /// In the order named; no two have a port in common.
    runs: Box<[Run]>,
    /// The first and last ports of the runs, in ascending order.
    sorted: Box<[(u16, u16)]>,
    is_range: bool,
}

/// Ports in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    first: u16,
    last: u16,
    /// The place of the first port in the list.
    start: u32,
}

impl PortList {
    /// The ports of several lists, in their order.
    pub(crate) fn union<'a>(lists: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut builder = Builder::default();
        for list in lists {
            builder.is_range |= list.is_range;
            list.runs.iter().for_each(|run| builder.add(run.ports()));
        }
        builder.finish()
    }

    /// The ports that another list does not have.
    pub(crate) fn without(&self, excluded: &Self) -> Self {
        let mut builder = Builder { is_range: self.is_range, ..Builder::default() };
        for run in &excluded.runs {
            builder.take(&run.ports());
        }
        self.runs.iter().for_each(|run| builder.add(run.ports()));
        builder.finish()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.runs.last().map_or(0, |run| run.start as usize + run.ports().len())
    }

    /// Whether there are none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The port at a place, from 0.
    pub(crate) fn get(&self, index: usize) -> Option<u16> {
        let nth = self.runs.partition_point(|run| run.start as usize <= index).checked_sub(1)?;
        let run = self.runs[nth];
        let port = usize::from(run.first) + (index - run.start as usize);
        u16::try_from(port).ok().filter(|port| *port <= run.last)
    }

    /// Whether a port is one of them.
    pub(crate) fn contains(&self, port: u16) -> bool {
        let nth = self.sorted.partition_point(|(first, _)| *first <= port);
        nth.checked_sub(1).is_some_and(|nth| port <= self.sorted[nth].1)
    }

    /// One after the other.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> + Clone + '_ {
        self.runs.iter().flat_map(|run| run.ports())
    }

    /// Whether one word stood for several ports: a range, a service that has several, or the most
    /// usual ones. Whoever names such asks whether anybody is home at any of them.
    pub(crate) const fn is_range(&self) -> bool {
        self.is_range
    }
}

impl Run {
    const fn ports(self) -> RangeInclusive<u16> {
        self.first..=self.last
    }
}

/// A list in the making.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    runs: Vec<Run>,
    len: u32,
    /// The first and last ports of what is not to be added again; none of them overlap.
    taken: BTreeMap<u16, u16>,
    /// Whether one word stands for several ports.
    pub is_range: bool,
}

impl Builder {
    /// Adds the ports that are not there yet.
    pub(crate) fn add(&mut self, ports: RangeInclusive<u16>) {
        for (first, last) in self.take(&ports) {
            match self.runs.last_mut() {
                Some(run) if run.last.checked_add(1) == Some(first) => run.last = last,
                _ => self.runs.push(Run { first, last, start: self.len }),
            }
            self.len += u32::from(last - first) + 1;
        }
    }

    /// Takes those of these ports that are not taken yet: runs of them, in ascending order.
    fn take(&mut self, ports: &RangeInclusive<u16>) -> Vec<(u16, u16)> {
        let mut free = Vec::new();
        let mut rest = Some(*ports.start());
        while let Some(first) = rest.filter(|first| first <= ports.end()) {
            let after = self.taken.range(first..).next().map(|(next, _)| *next);
            let before = self.taken.range_mut(..=first).next_back();
            let last = match before {
                Some((_, last)) if *last >= first => *last,
                before => {
                    let last = after.map_or(*ports.end(), |next| (next - 1).min(*ports.end()));
                    free.push((first, last));
                    match before {
                        Some((_, end)) if *end + 1 == first => *end = last,
                        _ => _ = self.taken.insert(first, last),
                    }
                    last
                }
            };
            rest = last.checked_add(1);
        }
        free
    }

    /// The list.
    pub(crate) fn finish(self) -> PortList {
        let mut sorted: Box<[_]> = self.runs.iter().map(|run| (run.first, run.last)).collect();
        sorted.sort_unstable();
        PortList { runs: self.runs.into(), sorted, is_range: self.is_range }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn list(ranges: &[(u16, u16)]) -> PortList {
        let mut builder = Builder::default();
        for (first, last) in ranges {
            builder.add(*first..=*last);
        }
        builder.finish()
    }

    #[test]
    fn all_ports_take_little_room() {
        let all = list(&[(1, u16::MAX), (80, 80)]);
        assert_eq!((all.len(), all.runs.len()), (65535, 1));
        assert_eq!((all.get(0), all.get(65534), all.get(65535)), (Some(1), Some(65535), None));
        assert!(!all.contains(0) && all.contains(1) && all.contains(65535));
        let none = list(&[]);
        assert!(none.is_empty() && none.get(0).is_none() && !none.contains(80));
    }

    #[test]
    fn neighbours_that_are_named_apart_are_one_run() {
        assert_eq!(list(&[(22, 22), (23, 23), (24, 30)]).runs.len(), 1);
        assert_eq!(list(&[(23, 23), (22, 22)]).iter().collect::<Vec<_>>(), [23, 22]);
    }

    fn ranges() -> impl Strategy<Value = Vec<(u16, u16)>> {
        let narrow = (0..200_u16, 0..10_u16).prop_map(|(first, more)| (first, first + more));
        let wide = (any::<u16>(), any::<u16>()).prop_map(|(a, b)| (a.min(b), a.max(b)));
        prop::collection::vec(prop_oneof![20 => narrow, 1 => wide], 0..20)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn a_list_is_the_ports_in_order_without_repeats(ranges in ranges()) {
            let mut is_known = HashSet::new();
            let named = ranges.iter().flat_map(|(first, last)| *first..=*last);
            let expected: Vec<_> = named.filter(|port| is_known.insert(*port)).collect();
            let list = list(&ranges);
            prop_assert_eq!(list.iter().collect::<Vec<_>>(), expected.clone());
            prop_assert_eq!(list.len(), expected.len());
            for (index, port) in expected.iter().enumerate().step_by(997) {
                prop_assert_eq!(list.get(index), Some(*port));
            }
            prop_assert_eq!(list.get(expected.len()), None);
            for port in (0..=u16::MAX).step_by(71) {
                prop_assert_eq!(list.contains(port), is_known.contains(&port));
            }
        }

        #[test]
        fn union_and_difference_keep_the_order(one in ranges(), two in ranges()) {
            let both: Vec<_> = one.iter().chain(&two).copied().collect();
            let (one, two) = (list(&one), list(&two));
            prop_assert_eq!(PortList::union([&one, &two]), list(&both));
            let rest: Vec<_> = one.iter().filter(|port| !two.contains(*port)).collect();
            prop_assert_eq!(one.without(&two).iter().collect::<Vec<_>>(), rest);
        }
    }
}
