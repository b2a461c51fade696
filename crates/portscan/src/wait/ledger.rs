//! What is waited for, and how far it has come.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use output::Exit;

use crate::cli::Until;
use crate::ports::list::{Builder, PortList};
use crate::row::Row;
use crate::targets::host::Host;
use crate::targets::network::Network;
use crate::targets::resolve::ResolveError;
use crate::verdict::{Reason, State};

/// Up to so many ports each is told what it was when time is up; of more only how many there are.
const MAX_TOLD: usize = 32;

/// The ports that are waited for.
pub(super) struct Ledger {
    until: Until,
    ports: Vec<Awaited>,
    /// Where each is, by the name of its host and its number.
    places: HashMap<(Arc<str>, u16), usize>,
    /// The networks, with what they are called.
    networks: Vec<(Network, Arc<str>)>,
}

/// A port of a host, at all its addresses.
struct Awaited {
    /// The place of the host in the request.
    host: usize,
    name: Arc<str>,
    port: u16,
    is_done: bool,
    kind: Option<Kind>,
    /// What it is in this look, at each address.
    rows: Vec<Row>,
    /// The same of the look before.
    last: Vec<Row>,
}

/// What a port was when it was looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The host has no address.
    NoAddress,
    /// The best that it was at its addresses.
    State(State),
}

/// What is new of a port that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct News {
    pub name: Arc<str>,
    pub port: u16,
    pub why: String,
}

impl Ledger {
    /// Every port of every host once, however often it is named.
    pub(super) fn new(hosts: &[(Host, Arc<PortList>)], until: Until) -> Self {
        let mut known = HashSet::new();
        let ports: Vec<_> = hosts
            .iter()
            .enumerate()
            .flat_map(|(place, (host, ports))| ports.iter().map(move |port| (place, host, port)))
            .filter(|(_, host, port)| known.insert((*host, *port)))
            .map(|(place, host, port)| Awaited {
                host: place,
                name: host.to_string().into(),
                port,
                is_done: false,
                kind: None,
                rows: Vec::new(),
                last: Vec::new(),
            })
            .collect();
        let places = ports.iter().enumerate();
        let places = places.map(|(place, it)| ((Arc::clone(&it.name), it.port), place)).collect();
        let networks = hosts.iter().filter_map(|(host, _)| match host {
            Host::Network(network, _) => Some((*network, host.to_string().into())),
            _ => None,
        });
        Self { until, places, networks: networks.collect(), ports }
    }

    /// The hosts of which a port is not as it should be, each with these ports.
    pub(super) fn pending(&self, hosts: &[(Host, Arc<PortList>)]) -> Vec<(Host, Arc<PortList>)> {
        let mut builders: Vec<Option<Builder>> = Vec::new();
        builders.resize_with(hosts.len(), || None);
        for awaited in self.ports.iter().filter(|it| !it.is_done) {
            let builder = builders[awaited.host].get_or_insert_default();
            builder.add(awaited.port..=awaited.port);
        }
        let hosts = hosts.iter().zip(builders);
        hosts
            .filter_map(|((host, _), builder)| Some((host.clone(), Arc::new(builder?.finish()))))
            .collect()
    }

    /// Hears what a port is at one address. The row, if that is what it should be.
    pub(super) fn hear(&mut self, row: &Row, waited: Duration) -> Option<Row> {
        let mut told = None;
        for place in self.places_of(row) {
            let awaited = &mut self.ports[place];
            if awaited.is_done {
                continue;
            }
            if self.until == Until::Open && row.reason.is_ready() {
                awaited.is_done = true;
                let mut row = row.clone();
                row.more_mut().waited = Some(waited);
                told = Some(row);
            } else {
                awaited.rows.push(row.clone());
            }
        }
        told
    }

    /// Where a row belongs. One of a network goes by its address.
    fn places_of(&self, row: &Row) -> Vec<usize> {
        let of = |name: &Arc<str>| self.places.get(&(Arc::clone(name), row.port)).copied();
        let mut places: Vec<_> = of(&row.host).into_iter().collect();
        if !self.networks.is_empty() && *row.host == *row.address.to_string() {
            let within = self.networks.iter().filter(|(it, _)| it.contains(row.address.ip));
            places.extend(within.filter_map(|(_, name)| of(name)));
        }
        places
    }

    /// Ends a look, in which these hosts had no address. Rows of ports that are as they should be,
    /// and news of those that are not.
    pub(super) fn end_look(
        &mut self,
        failures: &HashMap<Arc<str>, ResolveError>,
        waited: Duration,
    ) -> (Vec<Row>, Vec<News>) {
        let (mut told, mut news) = (Vec::new(), Vec::new());
        let keeps_rows = self.ports.len() <= MAX_TOLD;
        for awaited in self.ports.iter_mut().filter(|it| !it.is_done) {
            let rows = std::mem::take(&mut awaited.rows);
            let failure = failures.get(&awaited.name);
            let kind = match (rows.iter().map(Row::state).min(), failure) {
                (Some(state), _) => Kind::State(state),
                (None, Some(_)) => Kind::NoAddress,
                // Nobody looked.
                (None, None) => continue,
            };
            if self.until == Until::Closed {
                // A host may go with its name.
                let is_nameless = failure.is_some_and(|failure| !failure.is_temporary());
                awaited.is_done =
                    if rows.is_empty() { is_nameless } else { rows.iter().all(is_gone) };
            }
            if awaited.is_done {
                told.extend(rows.into_iter().take(1).map(|mut row| {
                    row.more_mut().waited = Some(waited);
                    row
                }));
                continue;
            }
            if awaited.kind != Some(kind) {
                let why = match (rows.first(), failure) {
                    (Some(row), _) => row.reason.to_string(),
                    (None, Some(failure)) => output::with_causes(failure),
                    (None, None) => String::new(),
                };
                news.push(News { name: Arc::clone(&awaited.name), port: awaited.port, why });
            }
            awaited.kind = Some(kind);
            awaited.last = if keeps_rows { rows } else { Vec::new() };
        }
        (told, news)
    }

    /// Whether all ports, or one of them, are as they should be.
    pub(super) fn is_done(&self, is_any: bool) -> bool {
        let mut done = self.ports.iter().map(|it| it.is_done);
        if is_any { done.any(|it| it) } else { done.all(|it| it) }
    }

    /// How many are not.
    pub(super) fn count_pending(&self) -> usize {
        self.ports.iter().filter(|it| !it.is_done).count()
    }

    /// The rows of those that are not, as they were at the last look.
    pub(super) fn take_rows(&mut self) -> Vec<Row> {
        let pending = self.ports.iter_mut().filter(|it| !it.is_done);
        pending.flat_map(|it| std::mem::take(&mut it.last)).collect()
    }

    /// The hosts of those that are not and have no address, or of which nothing is known.
    pub(super) fn hosts_without_address(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        let pending = self.ports.iter().filter(|it| !it.is_done);
        for awaited in pending.filter(|it| matches!(it.kind, None | Some(Kind::NoAddress))) {
            if names.last().is_none_or(|name| *name != awaited.name) {
                names.push(Arc::clone(&awaited.name));
            }
        }
        names
    }

    /// What it means that time is up.
    pub(super) fn exit(&self) -> Exit {
        let exit = |awaited: &Awaited| match (awaited.kind, self.until) {
            (None | Some(Kind::NoAddress), _) => Exit::Unknown,
            // Somebody is home who should have gone, or who does not stay.
            (Some(Kind::State(State::Open)), _) => Exit::No,
            (Some(Kind::State(state)), _) => state.exit(),
        };
        let pending = self.ports.iter().filter(|it| !it.is_done);
        pending.map(exit).max().unwrap_or(Exit::Unknown)
    }

    /// Whether there is but one host, with one address as far as names tell.
    pub(super) fn is_only_host(&self) -> bool {
        self.networks.is_empty() && self.ports.iter().all(|it| it.host == 0)
    }
}

/// Whether nobody is home any more, or the host is gone. What never left this machine says neither.
fn is_gone(row: &Row) -> bool {
    match &row.reason {
        Reason::Failed { .. } | Reason::NoAddress { .. } => false,
        Reason::OwnIcmp(icmp) => icmp.is_host_unreachable(),
        reason => reason.state(false) != State::Open,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use wellknown::Protocol;

    use super::*;
    use crate::ports::{PortLists, Ports};
    use crate::row::Address;

    const WAITED: Duration = Duration::from_secs(3);

    fn ledger(hosts: &[(&str, &str)], until: Until) -> (Ledger, Vec<(Host, Arc<PortList>)>) {
        let mut lists = PortLists::new(Protocol::Tcp, &[]).unwrap();
        let mut list = |ports: &str| lists.of(&ports.parse::<Ports>().unwrap()).unwrap();
        let hosts: Vec<_> =
            hosts.iter().map(|(host, ports)| (host.parse().unwrap(), list(ports))).collect();
        (Ledger::new(&hosts, until), hosts)
    }

    fn row(host: &str, ip: &str, port: u16, reason: Reason) -> Row {
        Row {
            host: host.into(),
            address: Address { ip: ip.parse().unwrap(), zone: None },
            port,
            protocol: Protocol::Tcp,
            reason,
            rtt: None,
            is_only_host: false,
            more: None,
        }
    }

    fn failures(name: &str, why: &'static str) -> HashMap<Arc<str>, ResolveError> {
        let source = Arc::new(io::Error::other(why));
        HashMap::from([(name.into(), ResolveError::Resolve { host: name.into(), source })])
    }

    #[test]
    fn one_address_that_is_ready_is_enough_and_is_told_at_once() {
        let (mut ledger, hosts) = ledger(&[("db", "80,81"), ("db", "80")], Until::Open);
        assert_eq!(ledger.hear(&row("db", "10.0.0.1", 80, Reason::Refused), WAITED), None);
        let told = ledger.hear(&row("db", "10.0.0.2", 80, Reason::Connected), WAITED).unwrap();
        assert_eq!(told.more.unwrap().waited, Some(WAITED));
        assert_eq!(ledger.hear(&row("db", "10.0.0.3", 80, Reason::Connected), WAITED), None);
        let none = HashMap::new();
        assert_eq!(ledger.end_look(&none, WAITED), (vec![], vec![]));
        assert_eq!((ledger.is_done(true), ledger.is_done(false)), (true, false));
        let pending = ledger.pending(&hosts);
        assert_eq!((pending.len(), pending[0].1.iter().collect::<Vec<_>>()), (1, vec![81]));
    }

    #[test]
    fn who_leaves_at_once_is_not_ready() {
        let (mut ledger, _) = ledger(&[("db", "80")], Until::Open);
        assert_eq!(ledger.hear(&row("db", "10.0.0.1", 80, Reason::ClosedAtOnce), WAITED), None);
        let (told, news) = ledger.end_look(&HashMap::new(), WAITED);
        assert_eq!((told.len(), news.len(), ledger.exit()), (0, 1, Exit::No));
    }

    #[test]
    fn news_are_told_when_they_are_new() {
        let (mut ledger, _) = ledger(&[("db", "80")], Until::Open);
        let unknown = failures("db", "no such name");
        assert_eq!(ledger.end_look(&unknown, WAITED).1[0].why, "cannot resolve 'db': no such name");
        assert_eq!(ledger.end_look(&unknown, WAITED).1, []);
        assert_eq!(
            (ledger.exit(), ledger.hosts_without_address()),
            (Exit::Unknown, vec!["db".into()])
        );
        ledger.hear(&row("db", "10.0.0.1", 80, Reason::Refused), WAITED);
        assert_eq!(ledger.end_look(&HashMap::new(), WAITED).1.len(), 1);
        // A look in which it was not asked says nothing.
        assert_eq!(ledger.end_look(&HashMap::new(), WAITED).1, []);
        assert_eq!((ledger.exit(), ledger.take_rows().len()), (Exit::No, 1));
    }

    #[test]
    fn a_port_is_free_when_nobody_is_home_at_any_address() {
        let failed = || Reason::Failed { why: "out of descriptors".to_owned() };
        let cases: [(Vec<Reason>, bool, Exit); 5] = [
            (vec![Reason::Refused, Reason::Connected], false, Exit::No),
            (vec![Reason::Refused, Reason::Refused], true, Exit::Unknown),
            (
                vec![Reason::NoAnswer { tries: 1, waited: WAITED, although: None }],
                true,
                Exit::Unknown,
            ),
            (vec![failed()], false, Exit::Unknown),
            (vec![Reason::ClosedAtOnce], false, Exit::No),
        ];
        for (reasons, is_done, exit) in cases {
            let (mut ledger, _) = ledger(&[("db", "80")], Until::Closed);
            for reason in &reasons {
                ledger.hear(&row("db", "10.0.0.1", 80, reason.clone()), WAITED);
            }
            let told = ledger.end_look(&HashMap::new(), WAITED).0;
            assert_eq!((ledger.is_done(false), told.len() == 1), (is_done, is_done), "{reasons:?}");
            assert_eq!(ledger.exit(), exit, "{reasons:?}");
        }
    }

    #[test]
    fn a_host_goes_with_its_name_but_not_with_its_resolver() {
        for (why, is_done) in
            [("Name or service not known", true), ("Temporary failure in name resolution", false)]
        {
            let (mut ledger, _) = ledger(&[("db", "80")], Until::Closed);
            ledger.end_look(&failures("db", why), WAITED);
            assert_eq!(ledger.is_done(false), is_done, "{why}");
        }
    }

    #[test]
    fn one_of_a_network_is_waited_for_by_its_address() {
        let (mut ledger, _) = ledger(&[("10.0.0.0/30", "80")], Until::Open);
        assert!(ledger.hear(&row("10.0.0.2", "10.0.0.2", 80, Reason::Connected), WAITED).is_some());
        assert!(ledger.is_done(true));
    }
}
