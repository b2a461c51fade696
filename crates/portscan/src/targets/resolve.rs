//! The addresses of hosts: names by the system's resolver, several at a time.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use output::Family;
use thiserror::Error;

use crate::limits;
use crate::targets::host::{self, Host, Zone};
use crate::targets::{Address, Addresses};

/// Names that are looked up at the same time. A resolver that does not answer is waited for, by the
/// system and in its time.
const NAMES_AT_ONCE_MAX: usize = 32;

/// The way to an address is the same for all ports.
const ANY_PORT: u16 = 1;

/// Why a host has no addresses.
#[derive(Debug, Clone, Error)]
pub(crate) enum ResolveError {
    /// The host's name has no address, or the resolver did not answer.
    #[error("cannot resolve '{host}'")]
    Resolve {
        host: String,
        /// What the system's resolver said.
        source: Arc<io::Error>,
    },
    /// The host has no address of the family that is asked for.
    #[error("'{host}' has no {what}")]
    NoAddress { host: String, what: &'static str },
    /// The interface of a link-local address.
    #[error("no interface '{zone}': there are {}", .known.join(", "))]
    NoInterface { zone: String, known: Vec<String> },
    #[error("cannot list the interfaces to find '{zone}'")]
    Interfaces { zone: String, source: Arc<io::Error> },
}

impl ResolveError {
    /// Whether it may be another thing the next time. Of the resolver std tells that in words only
    /// (EAI_AGAIN in getaddrinfo(3)).
    pub(crate) fn is_temporary(&self) -> bool {
        let Self::Resolve { source, .. } = self else { return true };
        let words = source.to_string().to_ascii_lowercase();
        source.kind() == io::ErrorKind::TimedOut
            || ["temporary", "try again", "did not answer"].iter().any(|it| words.contains(it))
    }
}

/// What the system knows of names.
pub(crate) trait Directory: Sync {
    /// The addresses of a name, in order of preference.
    ///
    /// # Errors
    ///
    /// There are none, or it could not be told.
    fn addresses(&self, name: &str) -> io::Result<Vec<Address>>;

    /// Whether this machine has an address of its own to reach this one from.
    fn has_way_to(&self, ip: IpAddr) -> bool;

    /// The names and numbers of the interfaces that have an address.
    ///
    /// # Errors
    ///
    /// The system does not tell.
    fn interfaces(&self) -> io::Result<Vec<(String, u32)>>;
}

/// The system itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct System;

impl Directory for System {
    fn addresses(&self, name: &str) -> io::Result<Vec<Address>> {
        Ok((name, 0).to_socket_addrs()?.map(Address::from).collect())
    }

    fn has_way_to(&self, ip: IpAddr) -> bool {
        limits::source_of(SocketAddr::new(ip, ANY_PORT)).is_some()
    }

    fn interfaces(&self) -> io::Result<Vec<(String, u32)>> {
        let interfaces = if_addrs::get_if_addrs()?.into_iter();
        Ok(interfaces.filter_map(|it| Some((it.name, it.index?))).collect())
    }
}

/// Finds the addresses of hosts, in their order; each name is looked up once. Tells between whiles
/// how many names are done, and of how many.
pub(crate) fn resolve(
    hosts: &[Host],
    family: Family,
    directory: &impl Directory,
    told: &mut dyn FnMut(usize, usize),
) -> Vec<Result<Addresses, ResolveError>> {
    let found = look_up(&names(hosts), directory, told);
    let mut zones = Zones { directory, interfaces: None };
    let addresses = |host: &Host| {
        let addresses = match host {
            Host::Name(name) => match found[&name.to_lowercase()].clone() {
                Ok(addresses) => Addresses::List(addresses),
                Err(source) => {
                    return Err(ResolveError::Resolve { host: name.clone(), source });
                }
            },
            Host::Address(ip, zone) => {
                let scope_id = zones.number(zone.as_ref())?;
                Addresses::List(vec![Address { ip: *ip, scope_id }])
            }
            Host::Network(network, zone) => {
                Addresses::Network(*network, zones.number(zone.as_ref())?)
            }
        };
        admitted(addresses, family).ok_or_else(|| ResolveError::NoAddress {
            host: host.to_string(),
            what: family.address_name(),
        })
    };
    hosts.iter().map(addresses).collect()
}

/// The interfaces by their numbers, for addresses that are shown with theirs. The system need not
/// tell: then a number is all there is to show.
pub(crate) fn interface_names(directory: &impl Directory) -> HashMap<u32, String> {
    let interfaces = directory.interfaces().unwrap_or_default();
    interfaces.into_iter().map(|(name, number)| (number, name)).collect()
}

/// The addresses of the family that is asked for, if there are any.
fn admitted(addresses: Addresses, family: Family) -> Option<Addresses> {
    match addresses {
        Addresses::List(mut list) => {
            list.retain(|address| family.admits(address.ip));
            (!list.is_empty()).then_some(Addresses::List(list))
        }
        Addresses::Network(network, _) => family.admits(network.first()).then_some(addresses),
    }
}

/// The names among hosts, each once: upper case is as lower case (RFC 4343, 3).
fn names(hosts: &[Host]) -> Vec<String> {
    let mut known = HashSet::new();
    let names = hosts.iter().filter_map(|host| match host {
        Host::Name(name) => Some(name.to_lowercase()),
        _ => None,
    });
    names.filter(|name| known.insert(name.clone())).collect()
}

/// What was found out about a name.
type Found = Result<Vec<Address>, Arc<io::Error>>;

/// Looks names up on as many threads as are of use.
fn look_up(
    names: &[String],
    directory: &impl Directory,
    told: &mut dyn FnMut(usize, usize),
) -> HashMap<String, Found> {
    let next = AtomicUsize::new(0);
    let (sender, found) = mpsc::channel();
    let mut done = HashMap::with_capacity(names.len());
    thread::scope(|scope| {
        let crew = names.len().min(NAMES_AT_ONCE_MAX);
        // One name needs no thread. Those that can be started do the work of all.
        let started = (0..crew).filter(|_| crew > 1).take_while(|_| {
            let (next, sender) = (&next, sender.clone());
            let work = move || look_up_next(names, next, directory, &sender);
            thread::Builder::new().name("resolve".to_owned()).spawn_scoped(scope, work).is_ok()
        });
        if started.count() == 0 {
            look_up_next(names, &next, directory, &sender);
        }
        drop(sender);
        for (name, addresses) in found {
            done.insert(name, addresses);
            told(done.len(), names.len());
        }
    });
    done
}

/// Takes one name after the other until none is left.
fn look_up_next(
    names: &[String],
    next: &AtomicUsize,
    directory: &impl Directory,
    found: &Sender<(String, Found)>,
) {
    while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
        let addresses = if host::is_localhost(name) {
            Ok(localhost(directory))
        } else {
            directory.addresses(name).map_err(Arc::new)
        };
        // Whoever asked waits for all of them.
        let _ = found.send((name.clone(), addresses));
    }
}

/// The addresses of this machine to itself, of both families: what a resolver says need not be all,
/// and nobody has to be asked (RFC 6761, 6.3). Without IPv6 there is no second one.
fn localhost(directory: &impl Directory) -> Vec<Address> {
    let six = Some(IpAddr::from(Ipv6Addr::LOCALHOST)).filter(|six| directory.has_way_to(*six));
    let own = [IpAddr::from(Ipv4Addr::LOCALHOST)].into_iter().chain(six);
    own.map(|ip| Address { ip, scope_id: 0 }).collect()
}

/// The numbers of interfaces.
struct Zones<'a, D> {
    directory: &'a D,
    /// Listed when the first is asked for.
    interfaces: Option<Vec<(String, u32)>>,
}

impl<D: Directory> Zones<'_, D> {
    /// The number of a zone; 0 without one. A number needs no interface of that name.
    fn number(&mut self, zone: Option<&Zone>) -> Result<u32, ResolveError> {
        let Some(zone) = zone.map(Zone::as_str) else { return Ok(0) };
        if let Some(number) = zone.parse().ok().filter(|number| *number > 0) {
            return Ok(number);
        }
        if self.interfaces.is_none() {
            let interfaces = self.directory.interfaces();
            self.interfaces = Some(interfaces.map_err(|source| ResolveError::Interfaces {
                zone: zone.to_owned(),
                source: Arc::new(source),
            })?);
        }
        let interfaces = self.interfaces.as_deref().unwrap_or_default();
        if let Some((_, number)) = interfaces.iter().find(|(name, _)| name == zone) {
            return Ok(*number);
        }
        let mut known: Vec<_> = interfaces.iter().map(|(name, _)| name.clone()).collect();
        known.sort_unstable();
        known.dedup();
        Err(ResolveError::NoInterface { zone: zone.to_owned(), known })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;

    /// Knows names of nobody else, and remembers what it was asked.
    #[derive(Default)]
    struct Fake {
        asked: Mutex<Vec<String>>,
        delay: Duration,
        has_no_ipv6: bool,
    }

    impl Directory for Fake {
        fn addresses(&self, name: &str) -> io::Result<Vec<Address>> {
            self.asked.lock().unwrap().push(name.to_owned());
            thread::sleep(self.delay);
            let four = IpAddr::from(Ipv4Addr::new(192, 0, 2, 1));
            let six = IpAddr::from(Ipv6Addr::LOCALHOST);
            let list = match name {
                "both.test" => vec![six, four],
                "four.test" => vec![four],
                name if name.starts_with('h') => vec![four],
                _ => return Err(io::Error::other("no such name")),
            };
            Ok(list.into_iter().map(|ip| Address { ip, scope_id: 0 }).collect())
        }

        fn has_way_to(&self, ip: IpAddr) -> bool {
            ip.is_ipv4() || !self.has_no_ipv6
        }

        fn interfaces(&self) -> io::Result<Vec<(String, u32)>> {
            self.asked.lock().unwrap().push("interfaces".to_owned());
            let interfaces = [("lo", 1), ("eth0", 7), ("lo", 1)];
            Ok(interfaces.map(|(name, number)| (name.to_owned(), number)).to_vec())
        }
    }

    fn told(host: &str, family: Family) -> String {
        told_by(&Fake::default(), host, family)
    }

    fn told_by(fake: &Fake, host: &str, family: Family) -> String {
        let hosts = [host.parse().unwrap()];
        match resolve(&hosts, family, fake, &mut |_, _| {}).remove(0) {
            Ok(Addresses::List(list)) => {
                list.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
            }
            Ok(Addresses::Network(network, scope_id)) => format!("{network} {scope_id}"),
            Err(error) => output::with_causes(&error),
        }
    }

    #[test]
    fn hosts_have_the_addresses_of_their_family() {
        let (any, four, six) = (Family::Any, Family::Ipv4, Family::Ipv6);
        for (host, family, expected) in [
            ("both.test", any, "::1,192.0.2.1"),
            ("both.test", four, "192.0.2.1"),
            ("Both.Test", six, "::1"),
            ("four.test", six, "'four.test' has no IPv6 address"),
            ("absent.test", any, "cannot resolve 'absent.test': no such name"),
            ("192.0.2.7", any, "192.0.2.7"),
            ("192.0.2.7", six, "'192.0.2.7' has no IPv6 address"),
            ("192.0.2.0/24", any, "192.0.2.0/24 0"),
            ("192.0.2.0/24", six, "'192.0.2.0/24' has no IPv6 address"),
            ("fe80::1%eth0", any, "fe80::1%7"),
            ("fe80::1%12", any, "fe80::1%12"),
            ("fe80::/120%eth0", any, "fe80::/120 7"),
            ("fe80::1%eth1", any, "no interface 'eth1': there are eth0, lo"),
            ("fe80::1%0", any, "no interface '0': there are eth0, lo"),
        ] {
            assert_eq!(told(host, family), expected, "{host}");
        }
    }

    #[test]
    fn this_machine_has_an_address_of_each_family_and_nobody_is_asked() {
        for name in ["localhost", "LocalHost.", "db.localhost", "a.db.localhost."] {
            let fake = Fake::default();
            for (family, expected) in
                [(Family::Any, "127.0.0.1,::1"), (Family::Ipv4, "127.0.0.1"), (Family::Ipv6, "::1")]
            {
                assert_eq!(told_by(&fake, name, family), expected, "{name}");
            }
            assert_eq!(*fake.asked.lock().unwrap(), [""; 0]);
        }
        let fake = Fake { has_no_ipv6: true, ..Fake::default() };
        assert_eq!(told_by(&fake, "localhost", Family::Any), "127.0.0.1");
        let none = "'localhost' has no IPv6 address";
        assert_eq!(told_by(&fake, "localhost", Family::Ipv6), none);
    }

    #[test]
    fn each_name_is_looked_up_once_and_one_failure_is_one_hosts() {
        let hosts = ["h1", "absent", "H1", "h2", "127.0.0.1", "h1", "fe80::1%eth0", "fe80::2%eth0"];
        let hosts = hosts.map(|host| host.parse().unwrap());
        let fake = Fake::default();
        let found = resolve(&hosts, Family::Any, &fake, &mut |_, _| {});
        let is_found: Vec<_> = found.iter().map(Result::is_ok).collect();
        assert_eq!(is_found, [true, false, true, true, true, true, true, true]);
        let mut asked = fake.asked.into_inner().unwrap();
        asked.sort();
        assert_eq!(asked, ["absent", "h1", "h2", "interfaces"]);
    }

    #[test]
    fn many_names_are_looked_up_together_and_counted() {
        let hosts: Vec<_> = (0..100).map(|nth| Host::Name(format!("h{nth}"))).collect();
        let fake = Fake { delay: Duration::from_millis(1), ..Fake::default() };
        let mut progress = Vec::new();
        let found =
            resolve(&hosts, Family::Any, &fake, &mut |done, all| progress.push((done, all)));
        assert!(found.iter().all(Result::is_ok));
        assert_eq!(progress, (1..=100).map(|done| (done, 100)).collect::<Vec<_>>());
        let asked = fake.asked.into_inner().unwrap();
        assert_eq!(asked.iter().collect::<HashSet<_>>().len(), 100);
        assert!(resolve(&[], Family::Any, &Fake::default(), &mut |_, _| {}).is_empty());
    }

    #[test]
    fn interfaces_are_known_by_their_numbers() {
        let names = interface_names(&Fake::default());
        assert_eq!((&*names[&1], &*names[&7], names.len()), ("lo", "eth0", 2));
    }

    #[test]
    fn the_system_knows_this_host() {
        let addresses = System.addresses("localhost").unwrap();
        assert!(!addresses.is_empty() && addresses.iter().all(|it| it.ip.is_loopback()));
        assert!(System.has_way_to(Ipv4Addr::LOCALHOST.into()));
        assert_eq!(System.addresses("127.0.0.1").unwrap()[0].ip, Ipv4Addr::LOCALHOST);
        assert!(
            System
                .interfaces()
                .unwrap()
                .iter()
                .all(|(name, number)| !name.is_empty() && *number > 0)
        );
    }
}
