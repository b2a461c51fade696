//! The services: a packed table, looked up by port and by name.
//!
//! Rows of numbers, one text and a sorted index, instead of `&str` fields or hash maps: a program
//! that starts, looks up one port and ends would spend its time on relocating and filling those.

use std::collections::BinaryHeap;
use std::fmt;
use std::ops::RangeInclusive;

use crate::packed::{EVERYDAY, UNOFFICIAL};
use crate::protocol::{Protocol, Protocols};
use crate::table::{self, ROWS, WIDEST, first_place};

/// Below this likeness (0 to 1) a name is no suggestion.
const MIN_LIKENESS: f64 = 0.75;

/// By so much everyday names are taken for more alike.
const EVERYDAY_BONUS: f64 = 0.05;

/// Names that are less like a word than the best one by so much are not suggested beside it.
const NEAR_BEST: f64 = 0.02;

/// So many names are suggested at most.
const MAX_NEAR: usize = 3;

/// A service: a name, its ports and what it is. The number of its row, as the table never changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Service(u16);

impl Service {
    /// The name as IANA registers it, or the everyday name if the service is unofficial.
    #[must_use]
    pub fn name(self) -> &'static str {
        text(self.0)
    }

    /// The ports; most services have one.
    #[must_use]
    pub fn ports(self) -> RangeInclusive<u16> {
        table::port(self.0)..=table::last_port(self.0)
    }

    /// The transports; none where IANA registers the ports without one.
    #[must_use]
    pub fn protocols(self) -> Protocols {
        Protocols::from_bits(self.flags())
    }

    /// Other names, registered for the same port or in common use.
    pub fn aliases(self) -> impl Iterator<Item = &'static str> + Clone {
        (self.0 + 1..ROWS).take_while(|row| table::is_alias(*row)).map(text)
    }

    /// What the service is, in a few words.
    #[must_use]
    pub fn description(self) -> String {
        table::unpack(table::descriptions(self.0).0, self.name())
    }

    /// What IANA says that it is; nothing of what is not registered.
    #[must_use]
    pub fn registered_description(self) -> Option<String> {
        let (own, registered) = table::descriptions(self.0);
        let text = if self.is_everyday() { registered } else { Some(own) };
        text.filter(|text| !text.is_empty()).map(|text| table::unpack(text, self.name()))
    }

    /// Whether this is everyday use of a port, not a registration with IANA.
    #[must_use]
    pub fn is_unofficial(self) -> bool {
        self.flags() & UNOFFICIAL != 0
    }

    /// Whether people meet it every day; most of what IANA registers hardly anybody does.
    #[must_use]
    pub fn is_everyday(self) -> bool {
        self.flags() & EVERYDAY != 0
    }

    /// Whether the service runs over the transport; any service runs over any (`None`).
    pub(crate) fn runs_over(self, protocol: Option<Protocol>) -> bool {
        protocol.is_none_or(|it| self.protocols().contains(it))
    }

    /// Whether IANA registers it without a port, to be found by DNS service discovery (RFC 6763).
    pub(crate) fn is_portless(self) -> bool {
        table::port(self.0) == 0
    }

    /// The number of its row: in order of the ports.
    pub(crate) const fn row(self) -> u16 {
        self.0
    }

    /// The service that has a row.
    pub(crate) const fn at(row: u16) -> Self {
        Self(row)
    }

    fn flags(self) -> u8 {
        table::flags(self.0)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.name())
            .field("ports", &self.ports())
            .field("protocols", &self.protocols())
            .field("aliases", &self.aliases().collect::<Vec<_>>())
            .field("description", &self.description())
            .field("unofficial", &self.is_unofficial())
            .finish()
    }
}

/// The services of a port, over one transport or over any: registered ones first.
pub fn by_port(port: u16, protocol: Option<Protocol>) -> impl Iterator<Item = Service> {
    let of = move |unofficial| {
        by_ports(port..=port, protocol).filter(move |it| it.is_unofficial() == unofficial)
    };
    of(false).chain(of(true))
}

/// The services with a port in the range, over one transport or over any, in order of their ports.
pub fn by_ports(
    ports: RangeInclusive<u16>,
    protocol: Option<Protocol>,
) -> impl Iterator<Item = Service> {
    let (first, last) = ports.into_inner();
    // A service that begins below the range may reach into it, but from no further than the widest.
    // Rows without a port come before all others.
    let start = row_from(first.saturating_sub(WIDEST).max(1));
    (start..ROWS)
        .take_while(move |row| table::port(*row) <= last)
        .filter(move |row| !table::is_alias(*row) && first <= table::last_port(*row))
        .map(Service)
        .filter(move |service| service.runs_over(protocol))
}

/// The services of that name or alias, in any case: those that people meet first, of these those that
/// have it as their name. All of them have a port.
pub fn by_name(name: &str) -> impl Iterator<Item = Service> + use<> {
    called(name).filter(|service| !service.is_portless())
}

/// Those services of that name or alias that are meant by it, of those that are wanted: where people
/// meet one of that name, no others; where one has it as its own name, none that has it as an alias.
pub fn meant(name: &str, is_wanted: impl Fn(Service) -> bool) -> Vec<Service> {
    let mut services: Vec<_> = by_name(name).filter(|it| is_wanted(*it)).collect();
    let is_own = |it: &Service| it.name().eq_ignore_ascii_case(name);
    if services.iter().any(|it| it.is_everyday()) {
        services.retain(|it| it.is_everyday());
    }
    if services.iter().any(is_own) {
        services.retain(is_own);
    }
    services
}

/// The services of that name or alias that IANA registers without a port.
pub fn without_port(name: &str) -> impl Iterator<Item = Service> + use<> {
    called(name).filter(|service| service.is_portless())
}

fn called(name: &str) -> impl Iterator<Item = Service> + use<> {
    let start = place_from(name);
    let end = first_place(ROWS.into(), |place| compare(place, name).is_le());
    (start..end).map(|place| of_row(row_at(place)))
}

/// The names and aliases of services with a port that begin so, in any case, with their services.
pub(crate) fn beginning(start: &str) -> impl Iterator<Item = (&'static str, Service)> + use<'_> {
    (place_from(start)..ROWS.into())
        .map(row_at)
        .take_while(|row| {
            table::name(*row)
                .get(..start.len())
                .is_some_and(|it| it.eq_ignore_ascii_case(start.as_bytes()))
        })
        .map(|row| (text(row), of_row(row)))
        .filter(|(_, service)| !service.is_portless())
}

/// The one name to show for a port: the registered one, or else the unofficial one.
#[must_use]
pub fn name_of(port: u16, protocol: Protocol) -> Option<&'static str> {
    by_port(port, Some(protocol)).next().map(Service::name)
}

/// Every service with a port, in order of the first port, registered ones first.
pub fn all() -> impl DoubleEndedIterator<Item = Service> + Clone {
    (row_from(1)..ROWS).filter(|row| !table::is_alias(*row)).map(Service)
}

/// Every service without a port, in alphabetical order.
pub fn all_without_port() -> impl DoubleEndedIterator<Item = Service> + Clone {
    (0..row_from(1)).filter(|row| !table::is_alias(*row)).map(Service)
}

/// Every name and alias of a service with a port once, in alphabetical order.
pub fn names() -> impl Iterator<Item = &'static str> {
    names_of(|service| !service.is_portless())
}

/// The same of what people meet every day, for suggestions of near names.
pub fn everyday_names() -> impl Iterator<Item = &'static str> {
    names_of(Service::is_everyday)
}

fn names_of(is_wanted: fn(Service) -> bool) -> impl Iterator<Item = &'static str> {
    let rows = (0..ROWS).map(table::in_alphabet).filter(move |row| is_wanted(Service(*row)));
    let mut last: &[u8] = &[];
    rows.filter_map(move |row| {
        let name = table::name(row);
        let is_new = table::compare_names(last, name).is_ne();
        last = name;
        is_new.then(|| text(row))
    })
}

/// The names that are most like a word, the most like it first; those that people meet are taken for
/// more alike than they are.
pub fn near(word: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let mut best: Vec<(f64, &str)> = Vec::new();
    for row in (0..ROWS).map(table::in_alphabet) {
        let (service, name) = (of_row(row), text(row));
        let bonus = if service.is_everyday() { EVERYDAY_BONUS } else { 0.0 };
        let likeness = output::likeness(word, name);
        let place = best.iter().take_while(|it| it.0 >= likeness + bonus).count();
        let is_known = || best.iter().any(|(_, known)| known.eq_ignore_ascii_case(name));
        if likeness < MIN_LIKENESS || place >= MAX_NEAR || service.is_portless() || is_known() {
            continue;
        }
        if is_wanted(name) {
            best.insert(place, (likeness + bonus, name));
            best.truncate(MAX_NEAR);
        }
    }
    let enough = best.first().map_or(0.0, |(likeness, _)| likeness - NEAR_BEST);
    best.into_iter().take_while(|it| it.0 > enough).map(|(_, name)| name).collect()
}

/// Numbers from the least; a heap takes less code than a sort, and there are few.
pub(crate) fn in_order(numbers: Vec<u64>) -> Vec<u64> {
    BinaryHeap::from(numbers).into_sorted_vec()
}

/// The first row whose port is not lower.
fn row_from(port: u16) -> u16 {
    let place = first_place(ROWS.into(), |row| table::port(row_number(row)) < port);
    row_number(place)
}

/// The first place in the alphabet whose name does not come before.
fn place_from(name: &str) -> usize {
    first_place(ROWS.into(), |place| compare(place, name).is_lt())
}

fn compare(place: usize, name: &str) -> std::cmp::Ordering {
    table::compare_names(table::name(row_at(place)), name.as_bytes())
}

fn row_at(place: usize) -> u16 {
    table::in_alphabet(row_number(place))
}

/// A place among the rows as a number: there are fewer than 65,536.
fn row_number(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(ROWS)
}

/// The service of a row, which may be an alias.
fn of_row(mut row: u16) -> Service {
    while table::is_alias(row) {
        row -= 1;
    }
    Service(row)
}

fn text(row: u16) -> &'static str {
    str::from_utf8(table::name(row)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(services: impl Iterator<Item = Service>) -> Vec<&'static str> {
        services.map(Service::name).collect()
    }

    #[test]
    fn finds_services_by_port() {
        let cases: [(u16, Option<Protocol>, &[&str]); 15] = [
            (22, None, &["ssh"]),
            (514, None, &["shell", "syslog"]),
            (514, Some(Protocol::Tcp), &["shell"]),
            (514, Some(Protocol::Udp), &["syslog"]),
            (514, Some(Protocol::Sctp), &[]),
            (5999, None, &["cvsup"]),
            (4, None, &[]),
            (6000, None, &["x11"]),
            (6063, Some(Protocol::Udp), &["x11"]),
            (6064, None, &["ndl-ahp-svc"]),
            (6881, None, &["bittorrent"]),
            (6888, None, &["muse", "bittorrent"]),
            (9090, Some(Protocol::Tcp), &["websm", "prometheus"]),
            (0, None, &[]),
            (65535, None, &[]),
        ];
        for (port, protocol, names) in cases {
            assert_eq!(named(by_port(port, protocol)), names, "{port} {protocol:?}");
        }
    }

    #[test]
    fn finds_services_by_range() {
        let tcp = Some(Protocol::Tcp);
        assert_eq!(named(by_ports(6006..=6010, tcp)), ["x11", "tensorboard"]);
        assert_eq!(named(by_ports(6889..=6901, tcp)), ["bittorrent", "rtimeviewer", "jetstream"]);
        assert_eq!(by_ports(0..=65535, None).count(), all().count());
        #[expect(clippy::reversed_empty_ranges, reason = "an empty range has no services")]
        let none = by_ports(65535..=0, None).count();
        assert_eq!(none, 0);
    }

    #[test]
    fn finds_services_by_name_alias_and_any_case() {
        let cases: [(&str, &[u16]); 13] = [
            ("http", &[80]),
            ("HTTP", &[80]),
            ("www", &[80]),
            ("Mail", &[25]),
            ("tap", &[113]),
            ("http-alt", &[8080, 591, 8008]),
            ("ethernet/ip-1", &[2222]),
            ("XMLIPCREGSVC", &[9092]),
            ("", &[]),
            ("htt", &[]),
            ("httpx", &[4180]),
            ("httpxx", &[]),
            ("hťtp", &[]),
        ];
        for (name, ports) in cases {
            let found = by_name(name).map(|it| *it.ports().start()).collect::<Vec<_>>();
            assert_eq!(found, ports, "{name}");
        }
    }

    #[test]
    fn shows_one_name_for_a_port() {
        let cases = [
            (443, Protocol::Udp, Some("https")),
            (2049, Protocol::Tcp, Some("nfs")),
            (465, Protocol::Tcp, Some("submissions")),
            (465, Protocol::Udp, Some("igmpv3lite")),
            (631, Protocol::Tcp, Some("ipp")),
            (9090, Protocol::Tcp, Some("websm")),
            (5173, Protocol::Tcp, Some("vite")),
            (5173, Protocol::Udp, None),
            (27001, Protocol::Tcp, None),
        ];
        for (port, protocol, name) in cases {
            assert_eq!(name_of(port, protocol), name, "{port}/{protocol}");
        }
    }

    #[test]
    fn tells_everything_about_a_service() {
        let http = by_port(80, None).next().expect("in the table");
        assert_eq!(
            format!("{http:?}"),
            "Service { name: \"http\", ports: 80..=80, protocols: {Tcp, Udp, Sctp}, \
             aliases: [\"www\", \"www-http\"], \
             description: \"web pages and APIs, not encrypted\", unofficial: false }"
        );
    }

    #[test]
    fn every_service_is_found_by_its_ports_and_back() {
        for service in all() {
            for port in service.ports() {
                assert!(by_port(port, None).any(|it| it == service), "{port} {service:?}");
                for protocol in service.protocols().iter() {
                    assert!(
                        by_port(port, Some(protocol)).any(|it| it == service),
                        "{port}/{protocol}"
                    );
                    assert!(name_of(port, protocol).is_some(), "{port}/{protocol}");
                }
            }
        }
    }

    #[test]
    fn every_name_and_alias_finds_its_service() {
        for service in all().chain(all_without_port()) {
            for name in service.aliases().chain([service.name()]) {
                for typed in [name.to_owned(), name.to_uppercase(), name.to_lowercase()] {
                    assert!(called(&typed).any(|it| it == service), "{typed}");
                }
            }
        }
    }

    #[test]
    fn the_alphabet_has_every_row_once() {
        let rows: Vec<_> = (0..ROWS).map(table::in_alphabet).collect();
        let order = |a: &u16, b: &u16| table::compare_names(table::name(*a), table::name(*b));
        assert!(rows.is_sorted_by(|a, b| order(a, b).is_le()));
        let mut sorted = rows;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..ROWS));
        let services = all().chain(all_without_port());
        let names = services.map(|it| 1 + it.aliases().count()).sum::<usize>();
        assert_eq!(names, usize::from(ROWS));
    }

    #[test]
    fn rows_are_sorted_with_registered_services_first() {
        assert!(all().is_sorted_by_key(|it| (*it.ports().start(), it.is_unofficial())));
    }

    #[test]
    fn a_name_means_what_people_meet() {
        let meant = |name: &str| -> Vec<u16> {
            meant(name, |_| true).iter().map(|it| *it.ports().start()).collect()
        };
        // Others are registered as cifs, epp and oracle, too.
        for (name, ports) in [("cifs", 445), ("EPP", 700), ("oracle", 1521), ("ssh-mgmt", 17235)] {
            assert_eq!(meant(name), [ports], "{name}");
        }
        assert_eq!(meant("http-alt"), [8080, 591, 8008]);
        let udp = super::meant("oracle", |it| it.runs_over(Some(Protocol::Udp)));
        assert_eq!(named(udp.into_iter()), ["oracle"]);
    }

    #[test]
    fn near_names_are_those_that_people_meet() {
        for (word, name) in [("htpp", "http"), ("SSHD", "ssh"), ("ssh-mgnt", "ssh-mgmt")] {
            assert_eq!(near(word, |_| true).first(), Some(&name), "{word}");
        }
        assert_eq!(near("\u{1b}[31m", |_| true), [""; 0]);
        assert!(!near("htpp", |name| name != "http").contains(&"http"));
    }

    #[test]
    fn names_without_a_port_are_apart() {
        assert_eq!(named(without_port("ARP")), ["arp"]);
        assert_eq!((by_name("arp").count(), without_port("ssh").count()), (0, 0));
        assert!(!names().any(|name| name == "arp"));
        assert!(all_without_port().all(|it| it.is_portless() && !it.is_unofficial()));
        assert!(all_without_port().count() > 900);
    }

    #[test]
    fn names_say_each_name_once() {
        let is_before =
            |a: &&str, b: &&str| table::compare_names(a.as_bytes(), b.as_bytes()).is_lt();
        assert!(names().is_sorted_by(is_before));
        assert!(names().any(|it| it == "http-alt") && names().any(|it| it == "www"));
    }

    #[test]
    fn every_port_has_the_services_that_say_so() {
        let mut of_port = vec![Vec::new(); 1 << 16];
        for unofficial in [false, true] {
            for service in all().filter(|it| it.is_unofficial() == unofficial) {
                service.ports().for_each(|port| of_port[usize::from(port)].push(service));
            }
        }
        for (port, services) in (0..=u16::MAX).zip(of_port) {
            assert!(by_port(port, None).eq(services), "{port}");
        }
    }

    #[test]
    fn rows_and_text_are_well_formed() {
        for service in all() {
            assert!(*service.ports().start() > 0 && !service.ports().is_empty(), "{service:?}");
            assert!(service.ports().end() - service.ports().start() <= WIDEST, "{service:?}");
            let is_told = !service.is_everyday() || !service.description().is_empty();
            assert!(!service.name().is_empty() && is_told, "{service:?}");
            assert!(!service.description().contains(char::is_control), "{service:?}");
        }
    }

    #[test]
    fn a_service_stays_small() {
        assert_eq!(size_of::<Service>(), 2);
    }
}
