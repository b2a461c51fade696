//! Hosts that a scan meets, each with its own way to answer: beside us, behind a router, far away.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::doors::{Doors, FullDoor, Manner, Visits};
use super::machine::{self, Machine};
use super::namespace::ip;
use super::process::succeed;
use super::wire::{Weather, Wire};

/// Open ports of a host that refuses all others.
pub const TEN: [u16; 10] = [21, 22, 25, 80, 443, 3306, 5432, 8080, 33_333, 60_000];

/// Open ports of a host that is silent at all others.
pub const FIVE: [u16; 5] = [22, 80, 443, 8080, 50_000];

/// How many ports are open at [`House::THOUSAND`], from 1 on.
pub const MANY: u16 = 1_000;

/// The open ports of every second address of the block. All others there are silent.
pub const TWO: [u16; 2] = [22, 80];

/// The block: 256 addresses.
pub const BLOCK: &str = "10.97.0.0/24";

/// How many connection resets a host sends that limits them, in a second.
pub const RESETS_PER_S: u16 = 200;

/// What a host says first that greets.
pub const GREETING: &str = "220 rig ready\r\n";

/// 10 ms to the island and back, and nothing lost.
pub const CALM: Weather = Weather { delay: Duration::from_millis(5), loss_percent: 0.0 };

/// A network of our own making, with an address of each house in both families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Beside us, with no delay.
    Street,
    /// At the other end of the wire.
    Island,
}

/// A host, by the last part of its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct House(u8);

impl House {
    /// Refuses all but [`TEN`].
    pub const REFUSING: Self = Self(2);
    /// Drops all but [`FIVE`].
    pub const WALLED: Self = Self(3);
    /// Drops all.
    pub const SILENT: Self = Self(4);
    /// Has a firewall that answers with TCP's reset.
    pub const RESETTING: Self = Self(5);
    /// Has [`MANY`] open ports, and refuses all others.
    pub const THOUSAND: Self = Self(6);
    /// Refuses all but [`TEN`], but not more often than [`RESETS_PER_S`].
    pub const LIMITED: Self = Self(7);
    /// Has a firewall that turns all away, as [`REJECTS`] says.
    pub const REJECTING: Self = Self(17);
    /// Accepts at [`TEN`] and closes.
    pub const CLOSING: Self = Self(31);
    /// Accepts at [`TEN`] and resets.
    pub const SLAMMING: Self = Self(32);
    /// Its port 80 has no room for more connections.
    pub const FULL: Self = Self(33);
    /// Says [`GREETING`] at [`TEN`].
    pub const GREETING: Self = Self(34);
    /// Our own firewall rejects what we send to it.
    pub const FORBIDDEN: Self = Self(61);
    /// Our own firewall drops what we send to it.
    pub const SWALLOWED: Self = Self(62);
    /// There is nobody.
    pub const NOBODY: Self = Self(99);

    /// Its addresses in a place, that of IPv4 first.
    pub fn addresses(self, place: Place) -> [IpAddr; 2] {
        [self.v4(place), self.v6(place)]
    }

    /// Its IPv4 address.
    pub fn v4(self, place: Place) -> IpAddr {
        Ipv4Addr::new(10, place.number(), 0, self.0).into()
    }

    /// Its IPv6 address.
    pub fn v6(self, place: Place) -> IpAddr {
        let network = 0xfd00 + same_digits(place.number());
        Ipv6Addr::new(network, 0, 0, 0, 0, 0, 0, same_digits(self.0)).into()
    }
}

/// The number that looks the same in hexadecimal, if it has two digits.
fn same_digits(number: u8) -> u16 {
    u16::from(number / 10 * 16 + number % 10)
}

impl Place {
    const fn number(self) -> u8 {
        match self {
            Self::Street => 99,
            Self::Island => 98,
        }
    }
}

/// A way of a firewall to turn somebody away (nft(8), REJECT STATEMENT).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reject {
    /// Who does it to all that comes.
    pub house: House,
    /// Whether it is told over IPv6.
    pub is_v6: bool,
    /// As nft says it.
    pub words: &'static str,
    /// The type and code of the ICMP message.
    pub icmp: (u8, u8),
}

impl Reject {
    const fn v4(last: u8, words: &'static str, code: u8) -> Self {
        Self { house: House(last), is_v6: false, words, icmp: (3, code) }
    }

    const fn v6(last: u8, words: &'static str, code: u8) -> Self {
        Self { house: House(last), is_v6: true, words, icmp: (1, code) }
    }

    /// Where it does it, on the street.
    pub fn address(&self) -> IpAddr {
        if self.is_v6 { self.house.v6(Place::Street) } else { self.house.v4(Place::Street) }
    }
}

/// Each way there is, with the code of RFC 792, RFC 1812 (5.2.7.1) and RFC 4443 (3.1).
pub const REJECTS: [Reject; 13] = [
    Reject::v4(11, "net-unreachable", 0),
    Reject::v4(12, "host-unreachable", 1),
    Reject::v4(13, "prot-unreachable", 2),
    Reject::v4(14, "port-unreachable", 3),
    Reject::v4(15, "net-prohibited", 9),
    Reject::v4(16, "host-prohibited", 10),
    Reject::v4(17, "admin-prohibited", 13),
    Reject::v6(21, "no-route", 0),
    Reject::v6(22, "admin-prohibited", 1),
    Reject::v6(23, "addr-unreachable", 3),
    Reject::v6(24, "port-unreachable", 4),
    Reject::v6(25, "policy-fail", 5),
    Reject::v6(26, "reject-route", 6),
];

/// Everybody that there is. It all goes when our namespaces go.
#[derive(Debug)]
pub struct Hosts {
    street: Doors,
    island: Doors,
    /// To the island.
    pub wire: Wire,
    _others: Vec<Doors>,
    _full: Vec<FullDoor>,
}

impl Hosts {
    /// How many descriptors we need for them and for all who come to them.
    pub const DESCRIPTORS: usize = 12_000;

    /// Makes them all. Loopback has to be up, and the limit of descriptors high enough.
    ///
    /// # Errors
    ///
    /// The kernel cannot make one of them.
    pub fn make() -> Result<Self> {
        machine::prepare()?;
        let (street, full) = street()?;
        let (island, wire) = island()?;
        let others = vec![behind_the_router()?, block()?, pit()?];
        guard_ourselves()?;
        Ok(Self { street, island, wire, _others: others, _full: full })
    }

    /// How connections to a place came and ended so far.
    pub fn visits(&self, place: Place) -> Visits {
        match place {
            Place::Street => self.street.visits(),
            Place::Island => self.island.visits(),
        }
    }
}

/// Our address there and those of all houses, each with its prefix.
fn addresses(place: Place, houses: &[House]) -> [Vec<String>; 2] {
    let with_prefix = |house: &House| {
        let [v4, v6] = house.addresses(place);
        [format!("{v4}/24"), format!("{v6}/64")]
    };
    [vec![House(1)], houses.to_vec()].map(|houses| houses.iter().flat_map(with_prefix).collect())
}

fn words(addresses: &[String]) -> Vec<&str> {
    addresses.iter().map(String::as_str).collect()
}

/// What the houses have that are in both places.
const COMMON: [House; 5] =
    [House::REFUSING, House::WALLED, House::SILENT, House::THOUSAND, House::LIMITED];

/// What is on the street alone, but for those who reject.
const STREET_ONLY: [House; 7] = [
    House::RESETTING,
    House::CLOSING,
    House::SLAMMING,
    House::FULL,
    House::GREETING,
    House::FORBIDDEN,
    House::SWALLOWED,
];

fn common_doors(place: Place) -> Vec<(SocketAddr, Manner)> {
    let mut doors = at(House::REFUSING, place, TEN, Manner::Hold);
    doors.extend(at(House::WALLED, place, FIVE, Manner::Hold));
    doors.extend(at(House::THOUSAND, place, 1..=MANY, Manner::Hold));
    doors.extend(at(House::LIMITED, place, TEN, Manner::Hold));
    doors
}

fn at(
    house: House,
    place: Place,
    ports: impl IntoIterator<Item = u16>,
    manner: Manner,
) -> Vec<(SocketAddr, Manner)> {
    let both = |port| house.addresses(place).map(|it| (SocketAddr::new(it, port), manner));
    ports.into_iter().flat_map(both).collect()
}

/// A rule for what comes to a house, or for what it sends, in both families.
fn rule(chain: &str, end: &str, house: House, place: Place, rest: &str) -> String {
    let [v4, v6] = house.addresses(place);
    format!(
        "add rule inet rig {chain} ip {end} {v4} {rest}; \
         add rule inet rig {chain} ip6 {end} {v6} {rest}; "
    )
}

/// A table without rules.
const TABLE: &str = "add table inet rig; \
    add chain inet rig input { type filter hook input priority 0; }; \
    add chain inet rig output { type filter hook output priority 0; }; \
    add chain inet rig forward { type filter hook forward priority 0; }; ";

fn common_rules(place: Place) -> String {
    let five = FIVE.map(|port| port.to_string()).join(", ");
    let walled = format!("tcp dport != {{ {five} }} drop");
    let limited = format!(
        "tcp flags & rst == rst limit rate over {RESETS_PER_S}/second burst {RESETS_PER_S} packets drop"
    );
    let mut rules = TABLE.to_owned();
    rules += &rule("input", "daddr", House::WALLED, place, &walled);
    rules += &rule("input", "daddr", House::SILENT, place, "drop");
    rules += &rule("output", "saddr", House::LIMITED, place, &limited);
    rules
}

fn street() -> Result<(Doors, Vec<FullDoor>)> {
    let place = Place::Street;
    let houses = COMMON.into_iter().chain(STREET_ONLY).chain(REJECTS.map(|reject| reject.house));
    let [ours, theirs] = addresses(place, &houses.collect::<Vec<_>>());
    let street = Machine::beside_us("street", &words(&ours), &words(&theirs))?;
    unlimit(&street)?;
    let mut rules = common_rules(place);
    rules += &rule("input", "daddr", House::RESETTING, place, "reject with tcp reset");
    for reject in REJECTS {
        let (family, icmp) = if reject.is_v6 { ("ip6", "icmpv6") } else { ("ip", "icmp") };
        let (address, words) = (reject.address(), reject.words);
        write!(
            rules,
            "add rule inet rig input meta l4proto tcp {family} daddr {address} \
             reject with {icmp} type {words}; "
        )?;
    }
    street.filter(&rules)?;
    let mut doors = common_doors(place);
    doors.extend(at(House::CLOSING, place, TEN, Manner::Close));
    doors.extend(at(House::SLAMMING, place, TEN, Manner::Reset));
    doors.extend(at(House::GREETING, place, TEN, Manner::Greet(GREETING)));
    let full = || {
        let places = House::FULL.addresses(place).map(|address| SocketAddr::new(address, 80));
        places.into_iter().map(FullDoor::fill).collect()
    };
    Ok((street.inside(|| Doors::open(doors))?, street.inside(full)?))
}

/// Lets a machine tell every error. Else it tells a host about one in a second (icmp(7)). A rate of
/// 0 would do so as well, but leaves nothing for a router's own errors, which the same is counted for.
fn unlimit(machine: &Machine) -> Result<()> {
    machine.set("ipv4/icmp_ratemask", "0")?;
    machine.set("ipv6/icmp/ratelimit", "0")
}

fn island() -> Result<(Doors, Wire)> {
    let place = Place::Island;
    let [ours, theirs] = addresses(place, &COMMON);
    let (island, wire) = Machine::far_away("island", &words(&ours), &words(&theirs), CALM)?;
    island.filter(&common_rules(place))?;
    Ok((island.inside(|| Doors::open(common_doors(place)))?, wire))
}

/// A router on our way to [`COURT`].
pub const ROUTER: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(10, 95, 0, 2)),
    IpAddr::V6(Ipv6Addr::new(0xfd95, 0, 0, 0, 0, 0, 0, 2)),
];

/// A host behind the router, which refuses what it gets.
pub const COURT: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(10, 94, 0, 2)),
    IpAddr::V6(Ipv6Addr::new(0xfd94, 0, 0, 0, 0, 0, 0, 2)),
];

/// A host in a network that only the router's neighbours believe in.
pub const NOWHERE: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(10, 93, 0, 2)),
    IpAddr::V6(Ipv6Addr::new(0xfd93, 0, 0, 0, 0, 0, 0, 2)),
];

/// What the router does to what goes to a port of [`COURT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Routed {
    /// The port.
    pub port: u16,
    /// As nft says it.
    pub words: &'static str,
    /// The type and code of its ICMP message, over IPv4 and IPv6.
    pub icmp: [(u8, u8); 2],
}

/// What it turns away.
pub const ROUTED: [Routed; 3] = [
    Routed { port: 1001, words: "admin-prohibited", icmp: [(3, 13), (1, 1)] },
    Routed { port: 1002, words: "host-unreachable", icmp: [(3, 1), (1, 3)] },
    Routed { port: 1003, words: "port-unreachable", icmp: [(3, 3), (1, 4)] },
];

/// A port that the router drops.
pub const ROUTER_DROPS: u16 = 1004;

/// A port that is open at [`COURT`].
pub const COURT_OPEN: u16 = 80;

fn behind_the_router() -> Result<Doors> {
    let router = Machine::beside_us(
        "router",
        &["10.95.0.1/24", "fd95::1/64"],
        &["10.95.0.2/24", "fd95::2/64"],
    )?;
    let court = Machine::make("court")?;
    router.connect(&court, &["10.94.0.1/24", "fd94::1/64"], &["10.94.0.2/24", "fd94::2/64"])?;
    court.ip("route add default via 10.94.0.1")?;
    court.ip("-6 route add default via fd94::1")?;
    for (network, gateway) in [("10.94.0.0/24", "10.95.0.2"), ("10.93.0.0/24", "10.95.0.2")] {
        ip(&format!("route add {network} via {gateway}"))?;
    }
    for (network, gateway) in [("fd94::/64", "fd95::2"), ("fd93::/64", "fd95::2")] {
        ip(&format!("-6 route add {network} via {gateway}"))?;
    }
    unlimit(&router)?;
    router.set("ipv4/ip_forward", "1")?;
    router.set("ipv6/conf/all/forwarding", "1")?;
    let mut rules = TABLE.to_owned();
    for Routed { port, words, .. } in ROUTED {
        // In both families at once.
        write!(
            rules,
            "add rule inet rig forward tcp dport {port} reject with icmpx type {words}; "
        )?;
    }
    write!(rules, "add rule inet rig forward tcp dport {ROUTER_DROPS} drop")?;
    router.filter(&rules)?;
    let doors = COURT.map(|address| (SocketAddr::new(address, COURT_OPEN), Manner::Hold));
    court.inside(|| Doors::open(doors))
}

fn block() -> Result<Doors> {
    let block = Machine::beside_us("block", &["10.96.0.1/24"], &["10.96.0.2/24"])?;
    ip(&format!("route add {BLOCK} via 10.96.0.2"))?;
    // All of its addresses are the machine's.
    block.ip(&format!("route add local {BLOCK} dev lo"))?;
    block.filter(&format!(
        "{TABLE} add rule inet rig input ip daddr {BLOCK} ip daddr & 0.0.0.1 == 0.0.0.1 drop"
    ))?;
    let any = IpAddr::from(Ipv4Addr::UNSPECIFIED);
    block.inside(|| Doors::open(TWO.map(|port| (SocketAddr::new(any, port), Manner::Hold))))
}

/// A host at which every port is open.
pub const PIT: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 92, 0, 2));

/// A host whose firewall rejects everything and whose kernel says so about once in a second.
pub const MUMBLING: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 92, 0, 3));

fn pit() -> Result<Doors> {
    const TRAP: u16 = 9;
    let theirs = [PIT, MUMBLING].map(|address| format!("{address}/24"));
    let pit = Machine::beside_us("pit", &["10.92.0.1/24"], &words(&theirs))?;
    pit.filter(&format!(
        "{TABLE} add rule inet rig input ip daddr {MUMBLING} \
         reject with icmp type admin-prohibited; \
         add table ip pit; \
         add chain ip pit in {{ type nat hook prerouting priority -100; }}; \
         add rule ip pit in ip daddr {PIT} meta l4proto tcp redirect to :{TRAP}"
    ))?;
    pit.inside(|| Doors::open([(SocketAddr::new(PIT, TRAP), Manner::Hold)]))
}

/// Addresses to which there is no way at all (RFC 5737, RFC 3849).
pub const NO_ROUTE: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];

/// A firewall of our own, for what we send.
fn guard_ourselves() -> Result<()> {
    let place = Place::Street;
    let [v4, v6] = House::FORBIDDEN.addresses(place);
    let mut rules = TABLE.to_owned();
    for (family, address) in [("ip", v4), ("ip6", v6)] {
        write!(
            rules,
            "add rule inet rig output meta l4proto tcp {family} daddr {address} \
             reject with icmpx type admin-prohibited; "
        )?;
    }
    rules += &rule("output", "daddr", House::SWALLOWED, place, "drop");
    succeed(Path::new("/"), "nft", [rules])?;
    Ok(())
}

/// Forgets who is beside us: the next packet to each of them waits until it is found again.
///
/// # Errors
///
/// The system refuses.
pub fn forget_neighbours() -> Result<()> {
    ip("-4 neigh flush all")?;
    ip("-6 neigh flush all")
}
