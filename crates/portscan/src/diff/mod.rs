//! What is no longer as it was: the rows of a scan, compared with those of an earlier run.

pub(crate) mod earlier;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Instant;

use output::{Arrivals, Change, Exit, Failure as _, Notes};
use wellknown::Protocol;

use crate::diff::earlier::{Earlier, Was};
use crate::ports::list::PortList;
use crate::request::{Request, Resolved};
use crate::row::{Address, Row};
use crate::scan::{Listing, Told};
use crate::targets::host::Host;
use crate::verdict::{Reason, State};
use crate::watch;

/// What was, held against what is.
#[derive(Debug)]
pub(crate) struct Comparison {
    before: HashMap<(Address, u16), State>,
    /// What is no longer asked.
    gone: Vec<Row>,
    listing: Listing,
    changes: Changes,
}

/// How many ports are no longer as they were.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Changes {
    changed: u64,
    added: u64,
    removed: u64,
}

impl Comparison {
    /// Compares with what is asked now. An address that a name had counts as gone if the name has
    /// others now, and its port is still asked.
    pub(crate) fn new(
        earlier: &Earlier,
        request: &Request,
        resolved: &Resolved,
        listing: Listing,
    ) -> Self {
        let gone = gone(earlier, request, resolved);
        let before = earlier.ports.iter();
        let before = before.map(|port| ((port.address.clone(), port.port), port.state));
        let changes = Changes { removed: gone.len() as u64, ..Changes::default() };
        Self { before: before.collect(), gone, listing, changes }
    }

    /// The row of a port that is not as it was.
    fn take(&mut self, row: Row) -> Option<Row> {
        let was = self.before.get(&(row.address.clone(), row.port)).copied();
        let now = row.state();
        let change = match was {
            None if now == State::Open => Change::Added,
            Some(was) if was != now => Change::Changed,
            _ => return None,
        };
        match change {
            Change::Added => self.changes.added += 1,
            _ => self.changes.changed += 1,
        }
        let is_listed = self.listing == Listing::All || now == State::Open;
        is_listed.then(|| watch::told(row, change, was))
    }

    /// The rows of what is no longer asked, once.
    fn take_gone(&mut self) -> Vec<Row> {
        let gone = std::mem::take(&mut self.gone);
        if self.listing == Listing::Open { Vec::new() } else { gone }
    }
}

/// What names had at addresses that they do not have any more, as far as it is still asked.
fn gone(earlier: &Earlier, request: &Request, resolved: &Resolved) -> Vec<Row> {
    let mut names: HashMap<String, (HashSet<Address>, Vec<&PortList>)> = HashMap::new();
    for item in resolved.targets.items() {
        let (addresses, ports) = names.entry(item.host.to_lowercase()).or_default();
        addresses.extend(item.listed().iter().map(|it| it.named(&resolved.interfaces)));
        ports.push(&item.ports);
    }
    let mut told = HashSet::new();
    let gone = earlier.ports.iter().filter(|port| {
        let Host::Name(name) = &earlier.hosts[port.host] else { return false };
        let name = name.to_lowercase();
        let Some((addresses, ports)) = names.get(&name) else { return false };
        ports.iter().any(|ports| ports.contains(port.port))
            && !addresses.contains(&port.address)
            && request.family.admits(port.address.ip)
            && told.insert((name, &port.address, port.port))
    });
    gone.map(|port| row_of_gone(earlier, port, request.protocol)).collect()
}

fn row_of_gone(earlier: &Earlier, port: &Was, protocol: Protocol) -> Row {
    let row = Row {
        host: earlier.hosts[port.host].to_string().into(),
        address: port.address.clone(),
        port: port.port,
        protocol,
        reason: Reason::NoAddress { why: watch::NO_LONGER.to_owned() },
        rtt: None,
        is_only_host: false,
        more: None,
    };
    watch::told(row, Change::Removed, Some(port.state))
}

impl fmt::Display for Changes {
    /// As in `2 changed, 1 added, 0 removed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { changed, added, removed } = self;
        write!(f, "{changed} changed, {added} added, {removed} removed")
    }
}

/// A scan of which only that comes that is no longer as it was.
pub(crate) struct Compared<A> {
    scan: A,
    comparison: Comparison,
    /// What the worst of the failures means.
    failed: Option<Exit>,
    /// Where to say how it went, once.
    notes: Option<Notes>,
}

impl<A: Arrivals<Item = Told>> Compared<A> {
    /// Says at the end how much has changed, if there are notes to say it to.
    pub(crate) const fn new(scan: A, comparison: Comparison, notes: Option<Notes>) -> Self {
        Self { scan, comparison, failed: None, notes }
    }

    fn compare(&mut self, (index, told): (usize, Told)) -> (usize, Told) {
        let mut differences = Vec::new();
        for row in told {
            match row {
                Ok(row) => differences.extend(self.comparison.take(row).map(Ok)),
                Err(failure) => {
                    self.failed = self.failed.max(Some(failure.exit()));
                    differences.push(Err(failure));
                }
            }
        }
        (index, differences)
    }
}

impl<A: Arrivals<Item = Told>> Arrivals for Compared<A> {
    type Item = Told;

    fn arrived(&mut self) -> Option<(usize, Told)> {
        let arrival = self.scan.arrived()?;
        Some(self.compare(arrival))
    }

    fn arrive(&mut self, limit: Option<Instant>) -> Result<(usize, Told), RecvTimeoutError> {
        let gone = self.comparison.take_gone();
        if !gone.is_empty() {
            return Ok((0, gone.into_iter().map(Ok).collect()));
        }
        match self.scan.arrive(limit) {
            Ok(arrival) => Ok(self.compare(arrival)),
            Err(error) => {
                if error == RecvTimeoutError::Disconnected
                    && let Some(notes) = self.notes.take()
                {
                    notes.footnote(self.comparison.changes);
                }
                Err(error)
            }
        }
    }

    /// Yes if all is as it was.
    fn exit(&self, _: Option<Exit>) -> Option<Exit> {
        let is_same = self.comparison.changes == Changes::default();
        self.failed.max(Some(if is_same { Exit::Yes } else { Exit::No }))
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;
    use std::time::Duration;

    use output::Family;

    use super::*;
    use crate::diff::earlier;
    use crate::engine::Manner;
    use crate::failure::FailureKind;
    use crate::policy::Limits;
    use crate::ports::list::Builder;
    use crate::request::Want;
    use crate::targets::{self, Addresses, Item, Targets};

    fn row(host: &str, address: &str, port: u16, reason: Reason) -> Row {
        Row {
            host: host.into(),
            address: earlier::address(address).unwrap(),
            port,
            protocol: Protocol::Tcp,
            reason,
            rtt: None,
            is_only_host: false,
            more: None,
        }
    }

    fn words(row: &Row) -> String {
        let more = row.more.as_deref().unwrap();
        let [change, was] = [more.change.map(Change::as_str), more.was.map(State::as_str)];
        let Row { address, port, .. } = row;
        let (change, was) = (change.unwrap_or_default(), was.unwrap_or_default());
        format!("{change} {address} {port} {was}>{}", row.state().as_str())
    }

    fn ports(ports: &[u16]) -> Arc<PortList> {
        let mut builder = Builder::default();
        for port in ports {
            builder.add(*port..=*port);
        }
        Arc::new(builder.finish())
    }

    /// A comparison with a run in which `a.test` had two addresses, asked again for some ports where
    /// it has others.
    fn comparison(asked: &[u16], now: &[&str], family: Family, listing: Listing) -> Comparison {
        let earlier = Earlier::of([
            ("a.test", "192.0.2.1", 80, State::Open),
            ("a.test", "192.0.2.1", 81, State::Closed),
            ("A.test", "192.0.2.1", 80, State::Open),
            ("a.test", "2001:db8::1", 80, State::Filtered),
            ("a.test", "fe80::1%eth0", 80, State::Open),
            ("192.0.2.9", "192.0.2.9", 80, State::Open),
        ]);
        let address = |text: &&str| {
            let address = earlier::address(text).unwrap();
            targets::Address { ip: address.ip, scope_id: u32::from(address.zone.is_some()) * 7 }
        };
        let addresses = Addresses::List(now.iter().map(address).collect());
        let item = Item { host: "a.test".into(), addresses, ports: ports(asked) };
        let resolved = Resolved {
            targets: Arc::new(Targets::new(vec![item])),
            failures: Vec::new(),
            interfaces: HashMap::from([(7, Arc::from("eth0"))]),
        };
        let timeout = Duration::from_secs(2);
        let limits = Limits { timeout, tries: 3, max_in_flight: 1, rate: None, is_patient: true };
        let request = Request {
            hosts: vec![("a.test".parse().unwrap(), ports(asked))],
            family,
            protocol: Protocol::Tcp,
            manner: Manner { limits, banner: None, is_udp: false },
            want: Want::Every,
        };
        Comparison::new(&earlier, &request, &resolved, listing)
    }

    const ADDRESSES: [&str; 3] = ["192.0.2.1", "2001:db8::1", "fe80::1%eth0"];

    #[test]
    fn only_what_is_no_longer_as_it_was_is_told() {
        let silent = Reason::NoAnswer { tries: 3, waited: Duration::ZERO, although: None };
        let cases = [
            ("192.0.2.1", 80, Reason::Connected, None),
            ("192.0.2.1", 80, Reason::ClosedAtOnce, None),
            ("192.0.2.1", 80, Reason::Refused, Some("changed 192.0.2.1 80 open>closed")),
            ("192.0.2.1", 80, silent.clone(), Some("changed 192.0.2.1 80 open>filtered")),
            ("192.0.2.1", 81, Reason::Connected, Some("changed 192.0.2.1 81 closed>open")),
            ("192.0.2.1", 82, Reason::Connected, Some("added 192.0.2.1 82 >open")),
            ("192.0.2.1", 82, Reason::Refused, None),
            ("192.0.2.2", 80, Reason::Connected, Some("added 192.0.2.2 80 >open")),
            ("2001:db8::1", 80, silent, None),
            ("fe80::1%eth0", 80, Reason::Refused, Some("changed fe80::1%eth0 80 open>closed")),
            ("fe80::1%eth1", 80, Reason::Connected, Some("added fe80::1%eth1 80 >open")),
        ];
        for (address, port, reason, expected) in cases {
            let mut comparison = comparison(&[80], &ADDRESSES, Family::Any, Listing::All);
            let told = comparison.take(row("b.test", address, port, reason));
            assert_eq!(told.as_ref().map(words).as_deref(), expected);
            assert_eq!(comparison.changes == Changes::default(), expected.is_none());
        }
    }

    #[test]
    fn an_address_that_a_name_no_longer_has_is_gone() {
        let both = (Family::Any, Listing::All);
        let gone_4 = "removed 192.0.2.1 80 open>unreachable";
        let gone_6 = "removed 2001:db8::1 80 filtered>unreachable";
        let gone_zone = "removed fe80::1%eth0 80 open>unreachable";
        for (asked, now, (family, listing), expected) in [
            (&[80][..], &ADDRESSES[..], both, &[][..]),
            (&[80], &ADDRESSES[1..], both, &[gone_4]),
            (
                &[80, 81],
                &ADDRESSES[1..],
                both,
                &[gone_4, "removed 192.0.2.1 81 closed>unreachable"],
            ),
            (&[443], &ADDRESSES[1..], both, &[]),
            (&[80], &["192.0.2.7"], both, &[gone_4, gone_6, gone_zone]),
            (&[80], &["192.0.2.7"], (Family::Ipv4, Listing::All), &[gone_4]),
            (&[80], &["192.0.2.7"], (Family::Any, Listing::Open), &[]),
        ] {
            let mut comparison = comparison(asked, now, family, listing);
            let gone: Vec<_> = comparison.take_gone().iter().map(words).collect();
            assert_eq!(gone, expected, "{asked:?} {now:?}");
            assert!(comparison.take_gone().is_empty());
        }
    }

    #[test]
    fn who_lists_open_ports_hears_of_those_that_open() {
        let mut comparison = comparison(&[80], &ADDRESSES, Family::Any, Listing::Open);
        let mut take = |port, reason| comparison.take(row("a.test", "192.0.2.1", port, reason));
        assert!(take(80, Reason::Refused).is_none());
        assert!(take(81, Reason::Connected).is_some());
        assert_eq!(comparison.changes.to_string(), "2 changed, 0 added, 0 removed");
    }

    /// Rows that are there.
    struct Found(Vec<Told>);

    impl Arrivals for Found {
        type Item = Told;

        fn arrive(&mut self, _: Option<Instant>) -> Result<(usize, Told), RecvTimeoutError> {
            let told = self.0.pop().ok_or(RecvTimeoutError::Disconnected)?;
            Ok((0, told))
        }
    }

    #[test]
    fn the_exit_code_says_whether_anything_is_not_as_it_was() {
        let ok = |reason| Ok(row("a.test", "192.0.2.1", 80, reason));
        let failure = || {
            let source = io::ErrorKind::Other.into();
            Err(FailureKind::Wait(source).into())
        };
        let cases = [
            (vec![vec![ok(Reason::Connected)]], Exit::Yes, 0),
            (vec![vec![ok(Reason::Refused)], vec![ok(Reason::Connected)]], Exit::No, 1),
            (vec![vec![ok(Reason::Refused)], vec![failure()]], Exit::Unknown, 2),
            (vec![vec![failure()]], Exit::Unknown, 1),
            (vec![], Exit::Yes, 0),
        ];
        for (found, exit, count) in cases {
            let comparison = comparison(&[80], &ADDRESSES, Family::Any, Listing::All);
            let mut compared = Compared::new(Found(found), comparison, None);
            let mut rows = 0;
            while let Ok((_, told)) = compared.arrive(None) {
                rows += told.len();
            }
            assert_eq!((compared.exit(None), rows), (Some(exit), count));
        }
    }
}
