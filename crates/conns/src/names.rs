//! Names for numbers: services for ports, hosts for addresses.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use output::Notes;

use crate::endpoint::Endpoint;
use crate::protocol::Protocol;
use crate::row::{Named, Row};

/// How many addresses the system is asked about at a time.
const ASKED_AT_ONCE: usize = 16;

/// How long names of addresses are waited for, all together.
const LIMIT: Duration = Duration::from_secs(5);

/// Which names are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct WantedNames {
    /// Services for ports.
    pub services: bool,
    /// Hosts for addresses, as the system resolves them.
    pub hosts: bool,
}

/// Names of addresses, each asked for once.
#[derive(Debug, Default)]
pub(crate) struct Hosts(HashMap<IpAddr, Option<Arc<str>>>);

impl WantedNames {
    /// Whether there is anything to do.
    pub(crate) const fn any(self) -> bool {
        self.services || self.hosts
    }

    /// Gives the ends of these sockets their names.
    pub(crate) fn give<'a>(
        self,
        rows: impl Iterator<Item = &'a mut Row>,
        hosts: &mut Hosts,
        notes: &Notes,
    ) {
        let rows: Vec<_> = rows.collect();
        if self.hosts {
            hosts.learn(rows.iter().flat_map(|row| addresses(row)).collect(), notes);
        }
        for row in rows {
            let protocol = row.socket.protocol;
            let ends = [Some(&row.socket.local), row.socket.peer.as_ref()];
            let named = ends.map(|end| self.name(end?, protocol, hosts));
            if named.iter().any(Option::is_some) {
                row.more_mut().named = named;
            }
        }
    }

    fn name(self, end: &Endpoint, protocol: Protocol, hosts: &Hosts) -> Option<Named> {
        let service = end.port().filter(|_| self.services);
        let service = service.and_then(|port| service_of(port, protocol));
        let host = end.address().and_then(|address| hosts.0.get(&address.to_canonical())?.clone());
        (service.is_some() || host.is_some()).then_some(Named { host, service })
    }
}

/// The addresses of a host that is named in a filter.
///
/// # Errors
///
/// The system knows none.
pub(crate) fn addresses_of(host: &str) -> io::Result<Vec<IpAddr>> {
    Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

fn addresses(row: &Row) -> impl Iterator<Item = IpAddr> {
    let ends = [Some(&row.socket.local), row.socket.peer.as_ref()];
    let addresses = ends.into_iter().flatten().filter_map(Endpoint::address);
    addresses.map(|address| address.to_canonical())
}

fn service_of(port: u16, protocol: Protocol) -> Option<&'static str> {
    let protocol = match protocol {
        Protocol::Tcp => wellknown::Protocol::Tcp,
        Protocol::Udp => wellknown::Protocol::Udp,
        _ => return None,
    };
    wellknown::name_of(port, protocol)
}

impl Hosts {
    /// Asks for the names of those that are new. One that does not come in time is not known, and
    /// not asked for again.
    fn learn(&mut self, addresses: HashSet<IpAddr>, notes: &Notes) {
        let new: Vec<_> =
            addresses.into_iter().filter(|address| !self.0.contains_key(address)).collect();
        if new.is_empty() {
            return;
        }
        self.0.extend(new.iter().map(|address| (*address, name_of_loopback(*address))));
        let questions: Vec<_> = new.into_iter().filter(|address| !address.is_loopback()).collect();
        let asked = questions.len();
        let answers = ask(questions);
        let deadline = Instant::now() + LIMIT;
        let mut answered = 0;
        while let Ok((address, name)) =
            answers.recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            answered += 1;
            self.0.insert(address, name);
        }
        let missing = asked - answered;
        if missing > 0 {
            let names = if missing == 1 { "the name of an address" } else { "names of addresses" };
            notes.footnote(format_args!(
                "{names} did not come within {} s: {missing} of {asked}",
                LIMIT.as_secs()
            ));
        }
    }
}

/// The names of loopback are known (RFC 6761, 6.3), and no business of a server's: it is not asked
/// about any of these addresses.
fn name_of_loopback(address: IpAddr) -> Option<Arc<str>> {
    let is_localhost =
        [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address);
    is_localhost.then(|| Arc::from("localhost"))
}

/// Asks the system on threads, for it answers when it likes. Those that hang end with the process.
fn ask(addresses: Vec<IpAddr>) -> mpsc::Receiver<(IpAddr, Option<Arc<str>>)> {
    let (sender, receiver) = mpsc::channel();
    let workers = addresses.len().min(ASKED_AT_ONCE);
    let questions = Arc::new(Mutex::new(addresses.into_iter()));
    for _ in 0..workers {
        let (questions, sender) = (Arc::clone(&questions), sender.clone());
        // With fewer threads it takes longer, and without any no names are told.
        let worker = thread::Builder::new().spawn(move || {
            loop {
                let next = questions.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(address) = next else { break };
                let name = dns_lookup::lookup_addr(&address).ok();
                // The system gives the address where it knows no name.
                let name = name.filter(|name| name.parse::<IpAddr>().is_err());
                if sender.send((address, name.map(Arc::from))).is_err() {
                    break;
                }
            }
        });
        if worker.is_err() {
            break;
        }
    }
    receiver
}

#[cfg(test)]
mod tests {
    use output::Record;

    use super::*;
    use crate::socket::Socket;

    fn row() -> Row {
        let local = Endpoint::inet(IpAddr::V4(Ipv4Addr::LOCALHOST), 22);
        let peer = Endpoint::inet(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), 50001);
        Row::new(Box::new(Socket::new(Protocol::Tcp, local, Some(peer))))
    }

    fn shown(row: &Row) -> [String; 2] {
        ["local", "peer"].map(|name| {
            let column = Row::COLUMNS.iter().find(|column| column.name() == name);
            column.expect("there is such a column").value_of(row).to_text()
        })
    }

    #[test]
    fn nobody_is_asked_about_loopback() {
        let addresses = ["127.0.0.1", "::1", "127.0.0.53"].map(|it| it.parse().expect(it));
        let mut hosts = Hosts::default();
        hosts.learn(addresses.into(), &Notes::to("conns", Vec::new()));
        let names = addresses.map(|address| hosts.0[&address].as_deref());
        assert_eq!(names, [Some("localhost"), Some("localhost"), None]);
    }

    #[test]
    fn a_port_and_an_address_have_names() {
        let known = [
            (IpAddr::V4(Ipv4Addr::LOCALHOST), Some(Arc::from("localhost"))),
            (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), None),
        ];
        let cases = [
            (true, true, ["localhost:ssh", "192.0.2.7:50001"]),
            (true, false, ["127.0.0.1:ssh", "192.0.2.7:50001"]),
            (false, true, ["localhost:22", "192.0.2.7:50001"]),
            (false, false, ["127.0.0.1:22", "192.0.2.7:50001"]),
        ];
        for (services, hosts, expected) in cases {
            let wanted = WantedNames { services, hosts };
            let mut names =
                Hosts(if hosts { HashMap::from(known.clone()) } else { HashMap::new() });
            let mut row = row();
            let notes = Notes::to("conns", Vec::new());
            wanted.give(std::iter::once(&mut row), &mut names, &notes);
            assert_eq!(shown(&row), expected);
        }
    }
}
