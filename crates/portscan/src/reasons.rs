//! Why ports that no table lists were turned away, and by whom.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::verdict::{Reason, State};

/// The most reasons that are told.
const MAX_TOLD: usize = 5;

/// The most reasons that are counted each for itself: every host of a network may have its own.
const MAX_COUNTED: usize = 1000;

/// How many ports were turned away for which reason.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    counts: HashMap<Reason, u64>,
    /// Ports with other reasons.
    others: u64,
}

impl Reasons {
    /// Counts a port, if it was turned away.
    pub(crate) fn take(&mut self, reason: &Reason, state: State) {
        if !matches!(state, State::Rejected | State::Unreachable) {
            return;
        }
        if let Some(count) = self.counts.get_mut(reason) {
            *count += 1;
        } else if self.counts.len() < MAX_COUNTED {
            self.counts.insert(reason.clone(), 1);
        } else {
            self.others += 1;
        }
    }

    /// What is said of them, the most frequent first, as in `100 rejected: administratively
    /// prohibited (ICMP 3/13), says 10.99.0.17`.
    pub(crate) fn lines(&self, is_udp: bool) -> Vec<String> {
        let told = self.counts.iter();
        let mut told: Vec<_> = told
            .map(|(reason, count)| {
                (*count, format!("{count} {}: {reason}", reason.state(is_udp).as_str()))
            })
            .collect();
        told.sort_unstable_by(|one, other| {
            (Reverse(one.0), &one.1).cmp(&(Reverse(other.0), &other.1))
        });
        let rest = told.split_off(told.len().min(MAX_TOLD));
        let others = self.others + rest.iter().map(|(count, _)| count).sum::<u64>();
        let mut lines: Vec<_> = told.into_iter().map(|(_, line)| line).collect();
        if others > 0 {
            lines.push(format!("and {others} more for other reasons"));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icmp::{Icmp, Version};

    fn rejected(code: u8, last: u8) -> Reason {
        let from = Some([192, 0, 2, last].into());
        Reason::Icmp(Icmp { version: Version::V4, kind: 3, code, from })
    }

    fn lines(reasons: impl IntoIterator<Item = (Reason, usize)>) -> Vec<String> {
        let mut counted = Reasons::default();
        for (reason, count) in reasons {
            (0..count).for_each(|_| counted.take(&reason, reason.state(false)));
        }
        counted.lines(false)
    }

    #[test]
    fn who_turned_ports_away_is_told_with_the_most_frequent_first() {
        let failed = Reason::Failed { why: "no route to this host".to_owned() };
        let told = lines([
            (Reason::Refused, 9),
            (Reason::Connected, 9),
            (failed, 2),
            (rejected(13, 1), 7),
            (rejected(13, 2), 2),
        ]);
        let expected = [
            "7 rejected: administratively prohibited (ICMP 3/13), says 192.0.2.1",
            "2 rejected: administratively prohibited (ICMP 3/13), says 192.0.2.2",
            "2 unreachable: no route to this host",
        ];
        assert_eq!(told, expected);
        assert!(lines([(Reason::Refused, 1)]).is_empty());
    }

    #[test]
    fn of_many_reasons_a_few_are_told() {
        let told = lines((0..8).map(|last| (rejected(10, last), 8 - usize::from(last))));
        assert_eq!(told.len(), MAX_TOLD + 1);
        assert!(told[0].starts_with("8 rejected: "), "{told:?}");
        assert_eq!(told[MAX_TOLD], "and 6 more for other reasons");
    }

    #[test]
    fn what_is_remembered_of_reasons_is_bounded() {
        let mut counted = Reasons::default();
        for code in 0..=u8::MAX {
            for last in 0..=u8::MAX {
                counted.take(&rejected(code, last), State::Rejected);
            }
        }
        assert_eq!(counted.counts.len(), MAX_COUNTED);
        let others = 65_536 - MAX_TOLD;
        let last = counted.lines(false).pop();
        assert_eq!(last, Some(format!("and {others} more for other reasons")));
    }
}
