//! The services: a packed table, looked up by port and by name.
//!
//! Rows of numbers, one text and a sorted index, instead of `&str` fields or hash maps: a program
//! that starts, looks up one port and ends would spend its time on relocating and filling those.

use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeInclusive;

use crate::packed::{Name, Row, UNOFFICIAL};
use crate::protocol::{Protocol, Protocols};
use crate::table::{NAMES, ROWS, TEXT, WIDEST};

/// A service: a name, its ports and what it is. One pointer wide, as the table never changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Service(&'static Row);

impl Service {
    /// The name as IANA registers it, or the everyday name if the service is unofficial.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.text(0, self.0.name_len)
    }

    /// The ports; most services have one.
    #[must_use]
    pub fn ports(self) -> RangeInclusive<u16> {
        self.0.first..=self.0.last
    }

    /// The transports; none where IANA registers the ports without one.
    #[must_use]
    pub fn protocols(self) -> Protocols {
        Protocols::from_bits(self.0.flags)
    }

    /// Other names, registered for the same port or in common use.
    pub fn aliases(self) -> impl Iterator<Item = &'static str> + Clone {
        self.0.text(self.0.name_len.into(), self.0.aliases_len).split_ascii_whitespace()
    }

    /// What the service is, in a few words.
    #[must_use]
    pub fn description(self) -> &'static str {
        let start = u32::from(self.0.name_len) + u32::from(self.0.aliases_len);
        self.0.text(start, self.0.description_len)
    }

    /// Whether this is everyday use of a port, not a registration with IANA.
    #[must_use]
    pub fn is_unofficial(self) -> bool {
        self.0.flags & UNOFFICIAL != 0
    }

    /// Whether the service runs over the transport; any service runs over any (`None`).
    pub(crate) fn runs_over(self, protocol: Option<Protocol>) -> bool {
        protocol.is_none_or(|it| self.protocols().contains(it))
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
    let start = ROWS.partition_point(|row| row.first < first.saturating_sub(WIDEST));
    ROWS[start..]
        .iter()
        .take_while(move |row| row.first <= last)
        .filter(move |row| first <= row.last)
        .map(Service)
        .filter(move |service| service.runs_over(protocol))
}

/// The services of that name or alias, in any case: those that have it as their name first.
pub fn by_name(name: &str) -> impl Iterator<Item = Service> + use<> {
    let start = NAMES.partition_point(|it| compare(it.text(), name).is_lt());
    let count = NAMES[start..].partition_point(|it| compare(it.text(), name).is_eq());
    NAMES[start..start + count].iter().map(|it| Service(&ROWS[usize::from(it.row)]))
}

/// The one name to show for a port: the registered one, or else the unofficial one.
#[must_use]
pub fn name_of(port: u16, protocol: Protocol) -> Option<&'static str> {
    by_port(port, Some(protocol)).next().map(Service::name)
}

/// Every service, in order of the first port, registered ones first.
pub fn all() -> impl ExactSizeIterator<Item = Service> + DoubleEndedIterator {
    ROWS.iter().map(Service)
}

/// Every name and alias once, in alphabetical order, for suggestions of near names.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.chunk_by(|a, b| compare(a.text(), b.text()).is_eq()).map(|same| same[0].text())
}

/// The order of the name index: by bytes, upper case as lower case.
fn compare(a: &str, b: &str) -> Ordering {
    let lower_a = a.bytes().map(|byte| byte.to_ascii_lowercase());
    let lower_b = b.bytes().map(|byte| byte.to_ascii_lowercase());
    lower_a.cmp(lower_b)
}

impl Row {
    fn text(&self, skip: u32, len: u8) -> &'static str {
        slice(self.text + skip, len)
    }
}

impl Name {
    fn text(&self) -> &'static str {
        slice(self.text, self.len)
    }
}

/// Offsets come from the generator, which counts the very text that it writes.
fn slice(start: u32, len: u8) -> &'static str {
    let start = start as usize;
    &TEXT[start..start + usize::from(len)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(services: impl Iterator<Item = Service>) -> Vec<&'static str> {
        services.map(Service::name).collect()
    }

    #[test]
    fn finds_services_by_port() {
        let cases: [(u16, Option<Protocol>, &[&str]); 14] = [
            (22, None, &["ssh"]),
            (514, None, &["shell", "syslog"]),
            (514, Some(Protocol::Tcp), &["shell"]),
            (514, Some(Protocol::Udp), &["syslog"]),
            (514, Some(Protocol::Sctp), &[]),
            (5999, None, &[]),
            (6000, None, &["x11"]),
            (6063, Some(Protocol::Udp), &["x11"]),
            (6064, None, &[]),
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
        assert_eq!(named(by_ports(6889..=7000, tcp)), ["bittorrent", "afs3-fileserver"]);
        assert_eq!(by_ports(0..=65535, None).count(), all().len());
        #[expect(clippy::reversed_empty_ranges, reason = "an empty range has no services")]
        let none = by_ports(65535..=0, None).count();
        assert_eq!(none, 0);
    }

    #[test]
    fn finds_services_by_name_alias_and_any_case() {
        let cases: [(&str, &[u16]); 12] = [
            ("http", &[80]),
            ("HTTP", &[80]),
            ("www", &[80]),
            ("Mail", &[25]),
            ("tap", &[113]),
            ("http-alt", &[591, 8008, 8080]),
            ("ethernet/ip-1", &[2222]),
            ("XMLIPCREGSVC", &[9092]),
            ("", &[]),
            ("htt", &[]),
            ("httpx", &[]),
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
        for service in all() {
            for name in service.aliases().chain([service.name()]) {
                for typed in [name.to_owned(), name.to_uppercase(), name.to_lowercase()] {
                    assert!(by_name(&typed).any(|it| it == service), "{typed}");
                }
            }
        }
    }

    #[test]
    fn index_is_sorted_and_complete() {
        assert!(NAMES.is_sorted_by(|a, b| compare(a.text(), b.text()).is_le()));
        let count = all().map(|it| 1 + it.aliases().count()).sum::<usize>();
        assert_eq!(NAMES.len(), count);
    }

    #[test]
    fn rows_are_sorted_with_registered_services_first() {
        assert!(all().is_sorted_by_key(|it| (*it.ports().start(), it.is_unofficial())));
    }

    #[test]
    fn names_say_each_name_once() {
        assert!(names().is_sorted_by(|a, b| compare(a, b).is_lt()));
        assert!(names().any(|it| it == "http-alt") && names().any(|it| it == "www"));
    }

    #[test]
    fn agrees_with_a_linear_search_at_every_edge() {
        let edges = |it: Service| [it.ports().start() - 1, *it.ports().end()];
        let ports = all().flat_map(edges).flat_map(|port| [port, port.saturating_add(1)]);
        for port in ports {
            let mut slow = all().filter(|it| it.ports().contains(&port)).collect::<Vec<_>>();
            slow.sort_by_key(|it| it.is_unofficial());
            assert!(by_port(port, None).eq(slow), "{port}");
        }
    }

    #[test]
    fn rows_and_text_are_well_formed() {
        for service in all() {
            assert!(*service.ports().start() > 0 && !service.ports().is_empty(), "{service:?}");
            assert!(service.ports().end() - service.ports().start() <= WIDEST, "{service:?}");
            assert!(!service.name().is_empty() && !service.description().is_empty(), "{service:?}");
            assert!(!service.description().contains(char::is_control), "{service:?}");
        }
    }

    #[test]
    fn rows_stay_small() {
        assert_eq!(size_of::<Row>(), 12);
        assert_eq!(size_of::<Name>(), 8);
        assert_eq!(size_of::<Service>(), size_of::<usize>());
    }
}
