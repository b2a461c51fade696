//! What is asked: every port of every address once, whoever named it, walked without a list of it.

pub(crate) mod extent;
pub(crate) mod from;
pub(crate) mod host;
pub(crate) mod network;
pub(crate) mod resolve;
pub(crate) mod words;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::Arc;

use crate::ports::list::PortList;
use crate::row;
use crate::targets::network::Network;

/// An address, and the number of its interface if that is part of it (RFC 4007, 6); 0 if not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address {
    pub ip: IpAddr,
    pub scope_id: u32,
}

/// The addresses of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Addresses {
    /// In the order in which they are asked.
    List(Vec<Address>),
    /// All of a network, on an interface if it is link-local.
    Network(Network, u32),
}

/// A host that is asked for ports.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// As it was named.
    pub host: Arc<str>,
    pub addresses: Addresses,
    pub ports: Arc<PortList>,
}

/// All that is asked.
#[derive(Debug)]
pub(crate) struct Targets {
    /// In the order named, each once.
    items: Vec<Item>,
    /// The addresses of lists and which items have them, in ascending order.
    singles: Vec<(Address, u32)>,
    /// The networks in ascending order, those that hold others before these.
    nets: Vec<Net>,
}

/// A network. Two of them are apart, or one holds the other.
#[derive(Debug)]
struct Net {
    space: Space,
    first: u128,
    last: u128,
    /// Which items it is, in ascending order.
    items: Vec<u32>,
    /// The smallest network that holds it.
    parent: Option<u32>,
}

/// What addresses are numbered in: IPv6 or not, and the interface.
type Space = (bool, u32);

/// An address that is to be asked, and what for. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub address: Address,
    pub asked: Arc<Asked>,
    /// The place of the first port among all that are asked: hosts in the order named, and ports in
    /// the order named within.
    pub place: usize,
}

/// What an address is asked for, and by whom.
#[derive(Debug)]
pub(crate) struct Asked {
    /// In the order named; one at least.
    pub askers: Box<[Asker]>,
    /// The ports of all askers, each once.
    pub ports: Arc<PortList>,
}

/// Somebody who asks for ports of an address.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    /// The place of its item.
    pub item: u32,
    /// The host as it was named.
    pub host: Arc<str>,
    /// How many addresses the host has.
    pub addresses: usize,
    /// Whether those are all of a network.
    pub is_network: bool,
    pub ports: Arc<PortList>,
}

impl Asker {
    /// Whether it is asked if anybody is home, rather than if everybody is.
    pub(crate) fn is_range(&self) -> bool {
        self.is_network || self.ports.is_range()
    }
}

impl Item {
    /// Its addresses, where they are not all of a network.
    pub(crate) fn listed(&self) -> &[Address] {
        match &self.addresses {
            Addresses::List(list) => list,
            Addresses::Network(..) => &[],
        }
    }

    /// Its first address.
    pub(crate) fn first(&self) -> Option<Address> {
        match &self.addresses {
            Addresses::List(list) => list.first().copied(),
            Addresses::Network(network, scope_id) => {
                Some(Address { ip: network.first(), scope_id: *scope_id })
            }
        }
    }
}

impl Address {
    const fn space(self) -> Space {
        (self.ip.is_ipv6(), self.scope_id)
    }

    fn bits(self) -> u128 {
        match self.ip {
            IpAddr::V4(it) => it.to_bits().into(),
            IpAddr::V6(it) => it.to_bits(),
        }
    }

    fn from_bits((is_ipv6, scope_id): Space, bits: u128) -> Self {
        let ip = if is_ipv6 {
            Ipv6Addr::from_bits(bits).into()
        } else {
            Ipv4Addr::from_bits(u32::try_from(bits).expect("IPv4 has 32 bits")).into()
        };
        Self { ip, scope_id }
    }

    /// As it is shown, with the name of its interface if that has one.
    pub(crate) fn named(self, interfaces: &HashMap<u32, Arc<str>>) -> row::Address {
        let Self { ip, scope_id } = self;
        let zone = || match interfaces.get(&scope_id) {
            Some(name) => Arc::clone(name),
            None => scope_id.to_string().into(),
        };
        row::Address { ip, zone: (scope_id != 0).then(zone) }
    }

    /// Where to connect to.
    pub(crate) fn at(self, port: u16) -> SocketAddr {
        match self.ip {
            IpAddr::V4(ip) => (ip, port).into(),
            IpAddr::V6(ip) => SocketAddrV6::new(ip, port, 0, self.scope_id).into(),
        }
    }
}

impl From<SocketAddr> for Address {
    /// IPv4 that is wrapped in IPv6 is IPv4.
    fn from(address: SocketAddr) -> Self {
        let scope_id = match address {
            SocketAddr::V4(_) => 0,
            SocketAddr::V6(it) => it.scope_id(),
        };
        Self { ip: address.ip().to_canonical(), scope_id }
    }
}

impl Display for Address {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.scope_id {
            0 => self.ip.fmt(formatter),
            scope_id => write!(formatter, "{}%{scope_id}", self.ip),
        }
    }
}

impl Visit {
    /// Where to connect to for the port at a place of [`Asked::ports`].
    pub(crate) fn at(&self, index: usize) -> Option<SocketAddr> {
        self.asked.ports.get(index).map(|port| self.address.at(port))
    }

    /// What the host is called by those who ask for a port: each name once, in the order named. One
    /// of a network is called by its address.
    pub(crate) fn hosts_of(&self, port: u16, address: &impl Display) -> Vec<Arc<str>> {
        let mut hosts: Vec<Arc<str>> = Vec::new();
        for asker in self.asked.askers.iter().filter(|asker| asker.ports.contains(port)) {
            let host =
                if asker.is_network { address.to_string().into() } else { Arc::clone(&asker.host) };
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }
}

impl Targets {
    /// Takes hosts with their addresses and ports.
    pub(crate) fn new(items: Vec<Item>) -> Self {
        let items = distinct(items);
        let (mut singles, mut networks) = (Vec::new(), Vec::new());
        for (nth, item) in (0..).zip(&items) {
            match &item.addresses {
                Addresses::List(list) => singles.extend(list.iter().map(|it| (*it, nth))),
                Addresses::Network(network, scope_id) => {
                    let (first, last) = network.bounds();
                    networks.push(((network.first().is_ipv6(), *scope_id), first, last, nth));
                }
            }
        }
        singles.sort_unstable();
        singles.dedup();
        networks.sort_unstable_by_key(|(space, first, last, nth)| {
            (*space, *first, Reverse(*last), *nth)
        });
        Self { items, singles, nets: nested(networks) }
    }

    /// The hosts, each with the ports that it is asked for.
    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// How many addresses there are, each counted once.
    pub(crate) fn addresses(&self) -> u128 {
        let whole = self.nets.iter().filter(|net| net.parent.is_none()).map(Net::size);
        let singles = self.distinct_singles().filter(|it| self.innermost(*it).is_none());
        whole.chain(singles.map(|_| 1)).fold(0, u128::saturating_add)
    }

    /// How many ports of addresses there are, each counted once.
    pub(crate) fn pairs(&self) -> u128 {
        let mut alone: Vec<_> = self.nets.iter().map(Net::size).collect();
        for net in &self.nets {
            if let Some(parent) = net.parent {
                alone[parent as usize] = alone[parent as usize].saturating_sub(net.size());
            }
        }
        let mut count: u128 = 0;
        for address in self.distinct_singles() {
            let innermost = self.innermost(address);
            if let Some(net) = innermost {
                alone[net] = alone[net].saturating_sub(1);
            }
            let askers = self.askers(self.singles_of(address), innermost);
            count = count.saturating_add(self.ports_of(&askers).len() as u128);
        }
        for (net, alone) in alone.into_iter().enumerate().filter(|(_, alone)| *alone > 0) {
            let ports = self.ports_of(&self.askers(&[], Some(net))).len() as u128;
            count = count.saturating_add(alone.saturating_mul(ports));
        }
        count
    }

    /// Walks the addresses: hosts in the order named, and each address where it is named first.
    pub(crate) fn visits(self: &Arc<Self>) -> Visits {
        Visits { targets: Arc::clone(self), item: 0, offset: Some(0), place: 0, last: None }
    }

    fn distinct_singles(&self) -> impl Iterator<Item = Address> {
        self.singles.chunk_by(|a, b| a.0 == b.0).map(|same| same[0].0)
    }

    /// The entries of an address in lists.
    fn singles_of(&self, address: Address) -> &[(Address, u32)] {
        let start = self.singles.partition_point(|(it, _)| *it < address);
        let rest = &self.singles[start..];
        &rest[..rest.partition_point(|(it, _)| *it == address)]
    }

    /// The smallest network that an address is in.
    fn innermost(&self, address: Address) -> Option<usize> {
        let at = (address.space(), address.bits());
        let after = self.nets.partition_point(|net| (net.space, net.first) <= at);
        // The last that begins before it holds it, or is in what holds it, or nothing does.
        self.chain(after.checked_sub(1)).find(|net| {
            let net = &self.nets[*net];
            net.space == at.0 && at.1 <= net.last
        })
    }

    /// A network and those that hold it, from the inside out.
    fn chain(&self, net: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(net, |net| self.nets[*net].parent.map(|net| net as usize))
    }

    /// The items that have an address by itself or by one of its networks, in the order named.
    fn askers(&self, singles: &[(Address, u32)], innermost: Option<usize>) -> Vec<u32> {
        let by_network = self.chain(innermost).flat_map(|net| self.nets[net].items.iter().copied());
        let mut askers: Vec<_> = singles.iter().map(|(_, nth)| *nth).chain(by_network).collect();
        askers.sort_unstable();
        askers
    }

    /// The ports of items, each once.
    fn ports_of(&self, askers: &[u32]) -> Arc<PortList> {
        let mut lists: Vec<_> = askers.iter().map(|nth| &self.items[*nth as usize].ports).collect();
        lists.dedup_by(|a, b| Arc::ptr_eq(a, b));
        match lists[..] {
            [list] => Arc::clone(list),
            _ => Arc::new(PortList::union(lists.into_iter().map(Arc::as_ref))),
        }
    }

    fn asked(&self, askers: &[u32]) -> Asked {
        let asker = |nth: &u32| {
            let Item { host, addresses, ports } = &self.items[*nth as usize];
            let (addresses, is_network) = match addresses {
                Addresses::List(list) => (list.len(), false),
                Addresses::Network(network, _) => {
                    let (first, last) = network.bounds();
                    let others = usize::try_from(last - first).unwrap_or(usize::MAX);
                    (others.saturating_add(1), true)
                }
            };
            Asker {
                item: *nth,
                host: Arc::clone(host),
                addresses,
                is_network,
                ports: Arc::clone(ports),
            }
        };
        Asked { askers: askers.iter().map(asker).collect(), ports: self.ports_of(askers) }
    }
}

/// Drops hosts that are named twice for the same ports, and addresses that a host has twice.
fn distinct(mut items: Vec<Item>) -> Vec<Item> {
    let mut known = HashSet::with_capacity(items.len());
    items.retain_mut(|item| {
        if !known.insert((Arc::clone(&item.host), Arc::as_ptr(&item.ports))) {
            return false;
        }
        if let Addresses::List(list) = &mut item.addresses
            && list.len() > 1
        {
            let mut known = HashSet::new();
            list.retain(|address| known.insert(*address));
        }
        true
    });
    items
}

/// Joins equal networks, and finds for each the smallest that holds it.
fn nested(sorted: Vec<(Space, u128, u128, u32)>) -> Vec<Net> {
    let mut nets: Vec<Net> = Vec::new();
    let mut holding: Vec<u32> = Vec::new();
    for (space, first, last, nth) in sorted {
        while holding.last().is_some_and(|net| !nets[*net as usize].holds(space, first)) {
            holding.pop();
        }
        let parent = holding.last().copied();
        match parent.map(|net| &mut nets[net as usize]) {
            Some(net) if (net.first, net.last) == (first, last) => net.items.push(nth),
            _ => {
                holding.push(u32::try_from(nets.len()).expect("there are fewer items"));
                nets.push(Net { space, first, last, items: vec![nth], parent });
            }
        }
    }
    nets
}

impl Net {
    fn holds(&self, space: Space, bits: u128) -> bool {
        self.space == space && (self.first..=self.last).contains(&bits)
    }

    /// How many addresses it has; one too few for all of IPv6, of which there are 2 to the 128.
    const fn size(&self) -> u128 {
        (self.last - self.first).saturating_add(1)
    }
}

/// The addresses one after the other.
#[derive(Debug)]
pub(crate) struct Visits {
    targets: Arc<Targets>,
    /// The item that is walked.
    item: usize,
    /// The next address of the item; none when it is through.
    offset: Option<u128>,
    /// The place of the next port.
    place: usize,
    /// The network of the last address, and what it was asked for: the next one mostly is, too.
    last: Option<(usize, Arc<Asked>)>,
}

impl Iterator for Visits {
    type Item = Visit;

    fn next(&mut self) -> Option<Visit> {
        loop {
            let item = self.targets.items.get(self.item)?;
            let address = match (&item.addresses, self.offset) {
                (Addresses::List(list), Some(offset)) => {
                    usize::try_from(offset).ok().and_then(|offset| list.get(offset)).copied()
                }
                (Addresses::Network(network, scope_id), Some(offset)) => {
                    let (first, last) = network.bounds();
                    let bits = first.checked_add(offset).filter(|bits| *bits <= last);
                    let space = (network.first().is_ipv6(), *scope_id);
                    bits.map(|bits| Address::from_bits(space, bits))
                }
                (_, None) => None,
            };
            let Some(address) = address else {
                (self.item, self.offset) = (self.item + 1, Some(0));
                continue;
            };
            if let Some(visit) = self.visit(address) {
                return Some(visit);
            }
        }
    }
}

impl Visits {
    /// Visits an address, if it was not by an item before, and moves on.
    fn visit(&mut self, address: Address) -> Option<Visit> {
        let targets = Arc::clone(&self.targets);
        let item = self.item;
        let is_earlier = |nth: &u32| (*nth as usize) < item;
        let innermost = targets.innermost(address);
        let walked = targets
            .chain(innermost)
            .filter(|net| targets.nets[*net].items.first().is_some_and(is_earlier));
        if let Some(net) = walked.last() {
            self.skip(address, targets.nets[net].last);
            return None;
        }
        self.skip(address, address.bits());
        let singles = targets.singles_of(address);
        if singles.first().is_some_and(|(_, nth)| is_earlier(nth)) {
            return None;
        }
        let asked = match (&self.last, innermost) {
            (Some((net, asked)), Some(innermost)) if *net == innermost && singles.is_empty() => {
                Arc::clone(asked)
            }
            _ => Arc::new(targets.asked(&targets.askers(singles, innermost))),
        };
        self.last = innermost.filter(|_| singles.is_empty()).map(|net| (net, Arc::clone(&asked)));
        let place = self.place;
        self.place = place.saturating_add(asked.ports.len());
        Some(Visit { address, asked, place })
    }

    /// Goes on after the last of some addresses in a row, which have been visited.
    fn skip(&mut self, address: Address, last: u128) {
        let more = match self.targets.items[self.item].addresses {
            Addresses::List(_) => 0,
            Addresses::Network(..) => last - address.bits(),
        };
        self.offset =
            self.offset.and_then(|it| it.checked_add(more)).and_then(|it| it.checked_add(1));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use wellknown::Protocol;

    use super::*;
    use crate::ports::{PortLists, Ports};
    use crate::targets::host::Host;

    /// `name=address,address ports` or `network ports`.
    fn targets(lines: &[&str]) -> Arc<Targets> {
        let mut lists = PortLists::new(Protocol::Tcp, &[]).unwrap();
        let items = lines.iter().map(|line| {
            let (host, ports) = line.split_once(' ').unwrap();
            let ports = lists.of(&ports.parse::<Ports>().unwrap()).unwrap();
            let (host, addresses) = host.split_once('=').unwrap_or((host, host));
            let addresses = match addresses.parse() {
                Ok(Host::Network(network, zone)) => {
                    Addresses::Network(network, u32::from(zone.is_some()))
                }
                _ => Addresses::List(addresses.split(',').map(address).collect()),
            };
            Item { host: host.into(), addresses, ports }
        });
        Arc::new(Targets::new(items.collect()))
    }

    fn address(text: &str) -> Address {
        let (ip, scope_id) = text.split_once('%').unwrap_or((text, "0"));
        Address { ip: ip.parse().unwrap(), scope_id: scope_id.parse().unwrap() }
    }

    /// `address port=names @place` of each visit; a network has the name `*`.
    fn told(lines: &[&str]) -> Vec<String> {
        let told = |visit: Visit| {
            let ports: Vec<_> = visit
                .asked
                .ports
                .iter()
                .map(|port| format!("{port}={}", visit.hosts_of(port, &"*").join("+")))
                .collect();
            format!("{} {} @{}", visit.address, ports.join(","), visit.place)
        };
        targets(lines).visits().map(told).collect()
    }

    #[test]
    fn every_address_is_visited_once_with_all_that_is_asked_of_it() {
        let cases: [(&[&str], &[&str]); 9] = [
            (&["a=127.0.0.1 80-81"], &["127.0.0.1 80=a,81=a @0"]),
            (&["a=::1,127.0.0.1 80"], &["::1 80=a @0", "127.0.0.1 80=a @1"]),
            (&["a=127.0.0.1,127.0.0.1 80", "a=127.0.0.1 80"], &["127.0.0.1 80=a @0"]),
            (&["a=127.0.0.1 80", "b=127.0.0.1 80"], &["127.0.0.1 80=a+b @0"]),
            (&["a=127.0.0.1 81,80", "b=127.0.0.1 80,22"], &["127.0.0.1 81=a,80=a+b,22=b @0"]),
            (&["a=127.0.0.1 80", "a=127.0.0.1 443"], &["127.0.0.1 80=a,443=a @0"]),
            (
                &["10.0.0.0/31 80", "a=10.0.0.1 22", "b=10.0.0.2 80"],
                &["10.0.0.0 80=* @0", "10.0.0.1 80=*,22=a @1", "10.0.0.2 80=b @3"],
            ),
            (&["a=10.0.0.1 22", "10.0.0.0/31 80"], &["10.0.0.1 22=a,80=* @0", "10.0.0.0 80=* @2"]),
            (
                &["a=fe80::1%1 80", "b=fe80::1%2 80", "fe80::/127%eth0 80"],
                &["fe80::1%1 80=a+* @0", "fe80::1%2 80=b @1", "fe80::%1 80=* @2"],
            ),
        ];
        for (lines, expected) in cases {
            assert_eq!(told(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn networks_in_networks_are_walked_once() {
        let inner_first = told(&["10.0.0.2/31 80", "10.0.0.0/30 81", "10.0.0.0/30 82"]);
        assert_eq!(
            inner_first,
            [
                "10.0.0.2 80=*,81=*,82=* @0",
                "10.0.0.3 80=*,81=*,82=* @3",
                "10.0.0.0 81=*,82=* @6",
                "10.0.0.1 81=*,82=* @8",
            ]
        );
        let outer_first = told(&["10.0.0.0/30 81", "10.0.0.2/31 80"]);
        assert_eq!(outer_first.len(), 4);
        assert_eq!(outer_first[2], "10.0.0.2 81=*,80=* @2");
    }

    #[test]
    fn what_was_walked_is_passed_over_at_once() {
        let lines =
            ["10.0.0.0/8 80", "10.0.0.0/9 81", "10.0.0.0/7 82", "::/0 1", "::/1 2", "a=11.0.0.1 3"];
        let targets = targets(&lines);
        let mut visits = targets.visits();
        visits.item = 1;
        assert_eq!(visits.next().unwrap().address, address("11.0.0.0"));
        visits.item = 3;
        (visits.offset, visits.place) = (Some(u128::MAX), usize::MAX);
        let last = visits.next().unwrap();
        assert_eq!(last.address, address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
        assert_eq!(last.place, usize::MAX);
        assert!(visits.next().is_none());
        assert_eq!(targets.addresses(), u128::MAX);
        assert_eq!(targets.pairs(), u128::MAX);
    }

    #[test]
    fn a_great_network_takes_no_room() {
        let targets = targets(&["10.0.0.0/8 -", "a=10.0.255.255 -"]);
        assert_eq!((targets.addresses(), targets.pairs()), (1 << 24, (1 << 24) * 65535));
        let mut visits = targets.visits();
        let (mut count, mut asked) = (0_u32, HashSet::new());
        for visit in visits.by_ref().take(100_000) {
            assert_eq!(visit.address.bits(), u128::from((10 << 24) + count));
            asked.insert(Arc::as_ptr(&visit.asked.ports));
            count += 1;
        }
        assert_eq!((count, asked.len(), visits.place), (100_000, 1, 100_000 * 65535));
    }

    #[test]
    fn many_hosts_and_networks_take_no_longer_each() {
        let hosts =
            (0..10_000_u32).map(|nth| format!("h{nth}={} 80", Ipv4Addr::from_bits(nth % 5_000)));
        let networks =
            (0..1_000_u32).map(|nth| format!("{}/24 443", Ipv4Addr::from_bits(nth << 8)));
        let lines: Vec<_> = hosts.chain(networks).collect();
        let targets = targets(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((targets.addresses(), targets.pairs()), (256_000, 256_000 + 5_000));
        assert_eq!(targets.visits().count(), 256_000);
    }

    #[test]
    fn an_address_is_connected_to_on_its_interface() {
        assert_eq!(address("fe80::1%7").at(80).to_string(), "[fe80::1%7]:80");
        let mapped = SocketAddr::from(("::ffff:127.0.0.1".parse::<Ipv6Addr>().unwrap(), 0));
        assert_eq!(Address::from(mapped), address("127.0.0.1"));
    }

    fn line() -> impl Strategy<Value = String> {
        let ports = prop::sample::select(vec!["80", "80,443", "79-81", "22"]);
        let host = prop_oneof![
            prop::collection::vec(0..32_u8, 1..4).prop_map(|last| {
                let list: Vec<_> = last.iter().map(|last| format!("10.0.0.{last}")).collect();
                format!("h{}={}", last[0] % 4, list.join(","))
            }),
            (0..32_u8, 27..=31_u8).prop_map(|(last, prefix)| {
                Network::new([10, 0, 0, last].into(), prefix).to_string()
            }),
        ];
        (host, ports).prop_map(|(host, ports)| format!("{host} {ports}"))
    }

    proptest! {
        #[test]
        fn the_walk_is_what_a_list_of_everything_would_be(lines in prop::collection::vec(line(), 0..8)) {
            let targets = targets(&lines.iter().map(String::as_str).collect::<Vec<_>>());
            let (mut order, mut asked) = (Vec::new(), BTreeMap::<_, Vec<(u16, Vec<Arc<str>>)>>::new());
            for item in targets.items() {
                let addresses: Vec<_> = match &item.addresses {
                    Addresses::List(list) => list.clone(),
                    Addresses::Network(network, scope_id) => {
                        let (first, last) = network.bounds();
                        (first..=last).map(|bits| Address::from_bits((false, *scope_id), bits)).collect()
                    }
                };
                let is_network = matches!(item.addresses, Addresses::Network(..));
                for address in addresses {
                    let host = if is_network { address.to_string().into() } else { Arc::clone(&item.host) };
                    let asked = asked.entry(address).or_insert_with(|| { order.push(address); Vec::new() });
                    for port in item.ports.iter() {
                        match asked.iter_mut().find(|(it, _)| *it == port) {
                            None => asked.push((port, vec![Arc::clone(&host)])),
                            Some((_, hosts)) if hosts.contains(&host) => {}
                            Some((_, hosts)) => hosts.push(Arc::clone(&host)),
                        }
                    }
                }
            }
            let visits: Vec<_> = targets.visits().collect();
            prop_assert_eq!(visits.iter().map(|it| it.address).collect::<Vec<_>>(), order);
            let mut place = 0;
            for visit in &visits {
                let seen: Vec<_> = visit.asked.ports.iter()
                    .map(|port| (port, visit.hosts_of(port, &visit.address))).collect();
                prop_assert_eq!(&seen, &asked[&visit.address]);
                prop_assert_eq!(visit.place, place);
                let last = visit.asked.ports.len() - 1;
                prop_assert_eq!(visit.at(last).map(|it| it.port()), visit.asked.ports.get(last));
                prop_assert_eq!(visit.at(last + 1), None);
                place += seen.len();
            }
            prop_assert_eq!(targets.addresses(), visits.len() as u128);
            prop_assert_eq!(targets.pairs(), place as u128);
        }
    }
}
