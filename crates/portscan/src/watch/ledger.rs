//! What is known of each port that is watched.

use std::collections::HashMap;
use std::time::Duration;

use output::{Change, Record};

use crate::row::Row;
use crate::scan::Listing;
use crate::verdict::{Reason, State};

/// So many round trips are remembered of each port.
const MAX_ROUND_TRIPS: usize = 20;

/// Why a port is no longer asked.
pub(crate) const NO_LONGER: &str = "the name does not have this address any more";

/// What is known of each port, and what of that is worth a row.
pub(super) struct Ledger {
    wanted: Wanted,
    /// Whether all ports were looked at once: then a new one is new.
    has_seen_all: bool,
    /// The number of the look.
    look: u64,
    known: HashMap<u64, Known>,
}

/// What somebody wants to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Whether every row is shown at every look, and not only what changes.
    pub is_drawn: bool,
    /// Whether round trips are remembered.
    pub has_round_trips: bool,
    pub listing: Listing,
}

/// How a port is shown after a look.
enum Shown {
    Not,
    /// As what it is: nothing happened, or it is seen for the first time.
    AsItIs,
    As(Change),
}

struct Known {
    row: Row,
    /// When it was looked at last.
    look: u64,
}

impl Ledger {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self { wanted, has_seen_all: false, look: 0, known: HashMap::new() }
    }

    /// Learns what a port is now. The row that is shown of it, if one is.
    pub(super) fn take(&mut self, mut row: Row, time_s: u64) -> Option<Row> {
        let identity = row.identity();
        let mut before = self.known.remove(&identity).map(|known| known.row);
        if self.wanted.has_round_trips {
            let before = before.as_mut().map(|row| std::mem::take(&mut row.more_mut().rtts_ms));
            row.more_mut().rtts_ms = round_trips(before.unwrap_or_default(), row.rtt);
        }
        row.more_mut().time_s = Some(time_s);
        let was = before.map(|row| row.state());
        let shown = self.shown(was, row.state());
        self.known.insert(identity, Known { row: row.clone(), look: self.look });
        match shown {
            Shown::Not => None,
            Shown::AsItIs => Some(row),
            Shown::As(change) => Some(told(row, change, was)),
        }
    }

    /// How a port is shown that was this, as far as it was known, and is that now.
    fn shown(&self, was: Option<State>, now: State) -> Shown {
        let was_listed = was.is_some_and(|was| self.lists(was));
        match (was_listed, self.lists(now)) {
            (true, true) if was == Some(now) && self.wanted.is_drawn => Shown::AsItIs,
            (true, true) if was == Some(now) => Shown::Not,
            (true, true) => Shown::As(Change::Changed),
            (true, false) => Shown::As(Change::Removed),
            (false, true) if was.is_none() && !self.has_seen_all => Shown::AsItIs,
            (false, true) => Shown::As(Change::Added),
            (false, false) => Shown::Not,
        }
    }

    fn lists(&self, state: State) -> bool {
        self.wanted.listing == Listing::All || state == State::Open
    }

    /// What is gone since the look before: addresses that a name no longer has.
    pub(super) fn end_look(&mut self, is_whole: bool, time_s: u64) -> Vec<Row> {
        let look = self.look;
        self.look += 1;
        if !is_whole {
            return Vec::new();
        }
        self.has_seen_all = true;
        let gone = self.known.extract_if(|_, known| known.look != look).map(|(_, known)| known.row);
        let mut gone: Vec<_> = gone.collect();
        gone.retain(|row| self.lists(row.state()));
        gone.sort_unstable_by(|a, b| {
            (&a.host, a.address.ip, a.port).cmp(&(&b.host, b.address.ip, b.port))
        });
        gone.into_iter().map(|row| no_longer(row, time_s)).collect()
    }
}

/// A row with what happened to its port.
pub(crate) fn told(mut row: Row, change: Change, was: Option<State>) -> Row {
    let more = row.more_mut();
    (more.change, more.was) = (Some(change), was);
    row
}

/// The row of a port that is no longer asked.
fn no_longer(mut row: Row, time_s: u64) -> Row {
    let was = row.state();
    row.reason = Reason::NoAddress { why: NO_LONGER.to_owned() };
    row.rtt = None;
    row.more_mut().time_s = Some(time_s);
    told(row, Change::Removed, Some(was))
}

/// The last round trips with one more, in milliseconds.
fn round_trips(mut before: Vec<Option<f64>>, rtt: Option<Duration>) -> Vec<Option<f64>> {
    if before.len() >= MAX_ROUND_TRIPS {
        before.drain(..=before.len() - MAX_ROUND_TRIPS);
    }
    before.push(rtt.map(|rtt| rtt.as_secs_f64() * 1e3));
    before
}

#[cfg(test)]
mod tests {
    use wellknown::Protocol;

    use super::*;
    use crate::row::Address;

    fn row(port: u16, reason: Reason, rtt_ms: u64) -> Row {
        Row {
            host: "a.test".into(),
            address: Address { ip: [192, 0, 2, 1].into(), zone: None },
            port,
            protocol: Protocol::Tcp,
            reason,
            rtt: (rtt_ms > 0).then(|| Duration::from_millis(rtt_ms)),
            is_only_host: false,
            more: None,
        }
    }

    const WANTED: Wanted =
        Wanted { is_drawn: false, has_round_trips: false, listing: Listing::All };

    const OPEN: Reason = Reason::Connected;
    const CLOSED: Reason = Reason::Refused;

    /// A row in words: port, what happened, what it was and is.
    fn words(row: &Row) -> String {
        let more = row.more.as_deref().expect("there is a time at least");
        let change = more.change.map_or("is", Change::as_str);
        let was = more.was.map_or("", State::as_str);
        format!("{} {change} {was}>{}", row.port, row.state().as_str())
    }

    /// What is shown of looks, one after the other.
    fn shown(ledger: &mut Ledger, looks: &[&[(u16, Reason)]]) -> Vec<Vec<String>> {
        let shown = looks.iter().map(|rows| {
            let rows = rows.iter().map(|(port, reason)| row(*port, reason.clone(), 1));
            let mut seen: Vec<_> =
                rows.filter_map(|row| Some(words(&ledger.take(row, 7)?))).collect();
            seen.extend(ledger.end_look(true, 7).iter().map(words));
            seen
        });
        shown.collect()
    }

    #[test]
    fn a_pipe_hears_what_there_is_and_then_what_changes() {
        let looks: [&[_]; 5] = [
            &[(80, OPEN), (81, CLOSED)],
            &[(80, OPEN), (81, CLOSED)],
            &[(80, CLOSED), (81, OPEN), (82, OPEN)],
            &[(81, OPEN)],
            &[(80, CLOSED), (81, OPEN)],
        ];
        assert_eq!(
            shown(&mut Ledger::new(WANTED), &looks),
            [
                &["80 is >open", "81 is >closed"][..],
                &[],
                &["80 changed open>closed", "81 changed closed>open", "82 added >open"],
                &["80 removed closed>unreachable", "82 removed open>unreachable"],
                &["80 added >closed"],
            ]
        );
    }

    #[test]
    fn a_screen_gets_every_row_at_every_look() {
        let looks: [&[_]; 2] = [&[(80, OPEN), (81, CLOSED)], &[(80, OPEN), (81, OPEN)]];
        let mut ledger = Ledger::new(Wanted { is_drawn: true, ..WANTED });
        assert_eq!(
            shown(&mut ledger, &looks),
            [["80 is >open", "81 is >closed"], ["80 is >open", "81 changed closed>open"]]
        );
    }

    #[test]
    fn where_only_open_ports_are_listed_they_come_and_go() {
        let looks: [&[_]; 4] = [
            &[(80, OPEN), (81, CLOSED), (82, OPEN)],
            &[(80, CLOSED), (81, OPEN)],
            &[(80, CLOSED), (81, OPEN)],
            &[(81, OPEN)],
        ];
        let mut ledger = Ledger::new(Wanted { listing: Listing::Open, ..WANTED });
        assert_eq!(
            shown(&mut ledger, &looks),
            [
                &["80 is >open", "82 is >open"][..],
                &["80 removed open>closed", "81 added closed>open", "82 removed open>unreachable"],
                &[],
                &[],
            ]
        );
    }

    #[test]
    fn what_could_not_be_looked_at_is_neither_gone_nor_new() {
        let mut ledger = Ledger::new(WANTED);
        let mut take = |ports: &[u16], is_whole| {
            let rows = ports.iter().map(|port| row(*port, OPEN, 1));
            let shown: Vec<_> = rows.filter_map(|row| Some(words(&ledger.take(row, 7)?))).collect();
            (shown, ledger.end_look(is_whole, 7).len())
        };
        assert_eq!(take(&[80], false), (vec!["80 is >open".to_owned()], 0));
        assert_eq!(take(&[80, 81], true), (vec!["81 is >open".to_owned()], 0));
        assert_eq!(take(&[], false), (vec![], 0));
        assert_eq!(take(&[80], true), (vec![], 1));
    }

    #[test]
    fn the_last_round_trips_are_remembered() {
        let mut ledger = Ledger::new(Wanted { has_round_trips: true, is_drawn: true, ..WANTED });
        let mut last = None;
        for rtt_ms in 0..=MAX_ROUND_TRIPS as u64 {
            last = ledger.take(row(80, OPEN, rtt_ms), rtt_ms);
        }
        let more = last.unwrap().more.unwrap();
        assert_eq!(more.time_s, Some(20));
        assert_eq!(more.rtts_ms.len(), MAX_ROUND_TRIPS);
        assert_eq!((more.rtts_ms[0], more.rtts_ms[19]), (Some(1.0), Some(20.0)));
        assert_eq!(round_trips(Vec::new(), None), [None]);
    }
}
