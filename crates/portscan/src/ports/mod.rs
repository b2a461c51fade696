//! The ports to try, from what a person types.

pub(crate) mod list;
pub(crate) mod usual;

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;
use wellknown::{PortError, Protocol, Protocols, Service};

use crate::ports::list::{Builder, PortList};
use crate::ports::usual::Top;

/// The lowest port that can be connected to; 0 is reserved (RFC 6335, 6).
pub(crate) const LOWEST: u16 = 1;

/// The transports over which ports can be tried.
const TRANSPORTS: [Protocol; 2] = [Protocol::Tcp, Protocol::Udp];

/// What stands for every port, as for `nmap -p-`.
const ALL: &str = "-";

/// Ports as they are named: `80`, `8000-8080`, `ssh`, `-` for all, or several of these with commas
/// between them. A transport may follow each: `53/udp`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Ports(Vec<Item>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Item {
    what: What,
    /// The transport that is named with it.
    protocol: Option<Protocol>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum What {
    Numbers(RangeInclusive<u16>),
    /// A service that is known over one transport or another.
    Service(String),
}

/// Why a text names no ports, and what would.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum PortsError {
    #[error(transparent)]
    Port(#[from] PortError),
    #[error("no service is called '{name}'{}", suggestion(.name))]
    Name { name: String },
    #[error("'{name}' runs over {protocols}: {}", way(*.protocols, *.wanted))]
    Transport { name: String, protocols: Protocols, wanted: Protocol },
    #[error("no port is left: all of them are excluded")]
    AllExcluded,
}

/// What was probably meant. It is looked for only when it is told: most words that are no service
/// are hosts.
fn suggestion(name: &str) -> String {
    let is_ours = |name: &str| TRANSPORTS.into_iter().any(|it| has_service(name, it));
    let near = wellknown::near(name, is_ours);
    near.first().map(|near| format!(": did you mean '{near}'?")).unwrap_or_default()
}

/// What to do about a port that is not for the transport that is tried.
fn way(protocols: Protocols, wanted: Protocol) -> &'static str {
    if wanted == Protocol::Udp && protocols.contains(Protocol::Tcp) {
        "leave out --udp to try it"
    } else if protocols.contains(Protocol::Udp) {
        "give --udp to try it"
    } else {
        "only TCP and UDP can be tried"
    }
}

impl FromStr for Ports {
    type Err = PortsError;

    fn from_str(text: &str) -> Result<Self, PortsError> {
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Item {
    type Err = PortsError;

    fn from_str(text: &str) -> Result<Self, PortsError> {
        let (text, protocol) = match text.rsplit_once('/').map(|(what, it)| (what, it.parse())) {
            Some((what, Ok(protocol))) => (what, Some(protocol)),
            // A name may have a slash in it.
            _ => (text, None),
        };
        let what = if text == ALL {
            What::Numbers(LOWEST..=u16::MAX)
        } else if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            What::Numbers(wellknown::port_range(text, LOWEST)?)
        } else if wellknown::by_name(text).next().is_some() {
            What::Service(text.to_owned())
        } else {
            return Err(PortsError::Name { name: wellknown::excerpt(text) });
        };
        Ok(Self { what, protocol })
    }
}

impl Display for Ports {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (nth, item) in self.0.iter().enumerate() {
            formatter.write_str(if nth == 0 { "" } else { "," })?;
            item.fmt(formatter)?;
        }
        Ok(())
    }
}

impl Display for Item {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Numbers(ports) if ports.start() == ports.end() => ports.start().fmt(formatter)?,
            What::Numbers(ports) => write!(formatter, "{}-{}", ports.start(), ports.end())?,
            What::Service(name) => formatter.write_str(name)?,
        }
        self.protocol.map_or(Ok(()), |protocol| write!(formatter, "/{protocol}"))
    }
}

impl Ports {
    /// Several words as one.
    pub(crate) fn join(words: impl IntoIterator<Item = Self>) -> Self {
        Self(words.into_iter().flat_map(|ports| ports.0).collect())
    }

    /// Whether nobody has to know IANA's registry to take them for ports: most of its names are
    /// those of hosts as well.
    pub(crate) fn are_everyday(&self) -> bool {
        self.0.iter().all(|item| match &item.what {
            What::Numbers(_) => true,
            What::Service(name) => wellknown::by_name(name).any(Service::is_everyday),
        })
    }

    /// Ports by their numbers, in this order; those that follow each other as ranges.
    pub(crate) fn of_numbers(numbers: impl IntoIterator<Item = u16>) -> Self {
        let mut ranges: Vec<RangeInclusive<u16>> = Vec::new();
        for number in numbers {
            match ranges.last_mut() {
                Some(range) if range.end().checked_add(1) == Some(number) => {
                    *range = *range.start()..=number;
                }
                _ => ranges.push(number..=number),
            }
        }
        let item = |range| Item { what: What::Numbers(range), protocol: None };
        Self(ranges.into_iter().map(item).collect())
    }

    /// The ports themselves, over the transport that is tried.
    ///
    /// # Errors
    ///
    /// A port or a service is for another transport.
    pub(crate) fn resolve(&self, protocol: Protocol) -> Result<PortList, PortsError> {
        let mut builder = Builder::default();
        for item in &self.0 {
            let ranges = item.resolve(protocol)?;
            builder.is_range |= ranges.iter().map(ExactSizeIterator::len).sum::<usize>() > 1;
            for range in ranges {
                builder.add(range);
            }
        }
        Ok(builder.finish())
    }
}

impl Item {
    fn resolve(&self, wanted: Protocol) -> Result<Vec<RangeInclusive<u16>>, PortsError> {
        let elsewhere =
            |protocols| PortsError::Transport { name: self.to_string(), protocols, wanted };
        if let Some(other) = self.protocol.filter(|it| *it != wanted) {
            return Err(elsewhere([other].into_iter().collect()));
        }
        let name = match &self.what {
            What::Numbers(ports) => return Ok(vec![ports.clone()]),
            What::Service(name) => name,
        };
        let services = wellknown::meant(name, |it| may_run_over(it, wanted));
        let ranges: Vec<_> = services.into_iter().map(Service::ports).collect();
        if ranges.is_empty() {
            let others = wellknown::by_name(name).flat_map(|it| it.protocols().iter());
            return Err(elsewhere(others.collect()));
        }
        Ok(ranges)
    }
}

/// Whether a name is that of a service over a transport.
pub(crate) fn has_service(name: &str, protocol: Protocol) -> bool {
    wellknown::by_name(name).any(|it| may_run_over(it, protocol))
}

/// Some services are registered without a transport.
fn may_run_over(service: Service, protocol: Protocol) -> bool {
    service.protocols().is_empty() || service.protocols().contains(protocol)
}

/// Lists of ports, each made once however many hosts have it.
#[derive(Debug)]
pub(crate) struct PortLists {
    protocol: Protocol,
    excluded: PortList,
    made: HashMap<Ports, Arc<PortList>>,
}

impl PortLists {
    /// For ports over a transport, without those that are excluded.
    ///
    /// # Errors
    ///
    /// A port that is excluded is for another transport.
    pub(crate) fn new(protocol: Protocol, excluded: &[Ports]) -> Result<Self, PortsError> {
        let excluded = Ports::join(excluded.iter().cloned()).resolve(protocol)?;
        Ok(Self { protocol, excluded, made: HashMap::new() })
    }

    /// The list for ports as they are named.
    ///
    /// # Errors
    ///
    /// A port is for another transport, or all of them are excluded.
    pub(crate) fn of(&mut self, ports: &Ports) -> Result<Arc<PortList>, PortsError> {
        if let Some(list) = self.made.get(ports) {
            return Ok(Arc::clone(list));
        }
        let list = self.without_excluded(&ports.resolve(self.protocol)?)?;
        self.made.insert(ports.clone(), Arc::clone(&list));
        Ok(list)
    }

    /// Ports as they are named, and the most usual ones.
    ///
    /// # Errors
    ///
    /// As [`PortLists::of`].
    pub(crate) fn with_top(&self, ports: &Ports, top: Top) -> Result<Arc<PortList>, PortsError> {
        let named = ports.resolve(self.protocol)?;
        self.without_excluded(&PortList::union([&named, &top.ports(self.protocol)]))
    }

    /// The most usual ports.
    ///
    /// # Errors
    ///
    /// All of them are excluded.
    pub(crate) fn top(&self, top: Top) -> Result<Arc<PortList>, PortsError> {
        self.without_excluded(&top.ports(self.protocol))
    }

    fn without_excluded(&self, list: &PortList) -> Result<Arc<PortList>, PortsError> {
        match list.without(&self.excluded) {
            list if list.is_empty() => Err(PortsError::AllExcluded),
            list => Ok(Arc::new(list)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(words: &[&str], protocol: Protocol) -> Result<PortList, PortsError> {
        let words = words.iter().map(|text| text.parse()).collect::<Result<Vec<Ports>, _>>()?;
        Ports::join(words).resolve(protocol)
    }

    fn ports(words: &[&str]) -> Vec<u16> {
        list(words, Protocol::Tcp).unwrap().iter().collect()
    }

    #[test]
    fn every_way_to_name_ports_is_understood() {
        assert_eq!(ports(&["80", "81"]), [80, 81]);
        assert_eq!(ports(&["443,80", "22-24"]), [443, 80, 22, 23, 24]);
        assert_eq!(ports(&["ssh", "HTTPS,www"]), [22, 443, 80]);
        assert_eq!(ports(&["80/tcp", "SSH/TCP"]), [80, 22]);
        assert_eq!(ports(&["flex-lm"]), (27000..=27009).collect::<Vec<_>>());
        assert_eq!(ports(&["-"]), (1..=65535).collect::<Vec<_>>());
        assert_eq!(ports(&["443,-"])[..3], [443, 1, 2]);
        assert_eq!(list(&["53/udp,wireguard"], Protocol::Udp).unwrap().iter().count(), 2);
    }

    #[test]
    fn a_port_that_is_named_twice_is_tried_once() {
        assert_eq!(ports(&["81", "80-82", "http", "80"]), [81, 80, 82]);
        assert_eq!(ports(&["-", "-", "80"]).len(), 65535);
    }

    #[test]
    fn ports_by_number_are_ranges_where_they_follow_each_other() {
        for (numbers, text) in [
            (&[80][..], "80"),
            (&[80, 81, 82, 22, 21, 65534, 65535, 1], "80-82,22,21,65534-65535,1"),
            (&[80, 80], "80,80"),
        ] {
            assert_eq!(Ports::of_numbers(numbers.iter().copied()).to_string(), text);
        }
    }

    #[test]
    fn more_than_one_port_by_one_name_is_a_range() {
        for (words, is_range) in [
            (&["80"][..], false),
            (&["80,81", "82", "ssh"], false),
            (&["80-80"], false),
            (&["80-81"], true),
            (&["22", "-"], true),
            (&["x11"], true),
            (&["http-alt"], true),
        ] {
            assert_eq!(list(words, Protocol::Tcp).unwrap().is_range(), is_range, "{words:?}");
        }
    }

    #[test]
    fn a_mistake_says_what_would_be_right() {
        let (tcp, udp) = (Protocol::Tcp, Protocol::Udp);
        for (text, protocol, message) in [
            ("0", tcp, "port 0 is reserved: ports go from 1 to 65535"),
            ("65536", tcp, "'65536' is out of range: ports go from 1 to 65535"),
            ("80-", tcp, "'80-' has no end: write 80-65535 for all ports from 80 on"),
            ("90-80", tcp, "'90-80' runs backwards: write 80-90"),
            ("", tcp, "no port given: ports go from 1 to 65535"),
            ("80,", tcp, "no port given: ports go from 1 to 65535"),
            ("htpp", tcp, "no service is called 'htpp': did you mean 'http'?"),
            ("80/udp", tcp, "'80/udp' runs over udp: give --udp to try it"),
            ("wireguard", tcp, "'wireguard' runs over udp: give --udp to try it"),
            ("80/tcp", udp, "'80/tcp' runs over tcp: leave out --udp to try it"),
            ("imap", udp, "'imap' runs over tcp: leave out --udp to try it"),
            ("80/sctp", tcp, "'80/sctp' runs over sctp: only TCP and UDP can be tried"),
        ] {
            assert_eq!(list(&[text], protocol).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn every_service_can_be_named() {
        for name in wellknown::names() {
            let ports: Ports = name.parse().unwrap();
            assert_eq!(ports.to_string(), name);
            assert!(Protocol::ALL.into_iter().any(|it| ports.resolve(it).is_ok()), "{name}");
        }
    }

    #[test]
    fn equal_words_share_a_list_and_excluded_ports_are_in_none() {
        let [some, all]: [Ports; 2] = ["79-81".parse().unwrap(), "-".parse().unwrap()];
        let mut lists = PortLists::new(Protocol::Tcp, &["http,22".parse().unwrap()]).unwrap();
        let list = lists.of(&some).unwrap();
        assert_eq!(list.iter().collect::<Vec<_>>(), [79, 81]);
        assert!(Arc::ptr_eq(&list, &lists.of(&some).unwrap()));
        assert_eq!(lists.of(&all).unwrap().len(), 65533);
        assert_eq!(lists.of(&"80".parse().unwrap()), Err(PortsError::AllExcluded));
        assert_eq!(lists.top("1".parse().unwrap()), Err(PortsError::AllExcluded));
        assert!(!lists.top(Top::EVERYDAY).unwrap().contains(22));
        let udp = PortLists::new(Protocol::Tcp, &["53/udp".parse().unwrap()]);
        assert!(matches!(udp, Err(PortsError::Transport { .. })));
    }

    prop_compose! {
        fn item()(
            what in prop_oneof![
                (LOWEST..=u16::MAX, LOWEST..=u16::MAX).prop_map(|(a, b)| What::Numbers(a.min(b)..=a.max(b))),
                (LOWEST..=u16::MAX).prop_map(|port| What::Numbers(port..=port)),
                prop::sample::select(wellknown::names().collect::<Vec<_>>())
                    .prop_map(|name| What::Service(name.to_owned())),
            ],
            protocol in prop::option::of(prop::sample::select(Protocol::ALL.to_vec())),
        ) -> Item {
            Item { what, protocol }
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_again(items in prop::collection::vec(item(), 1..8)) {
            let ports = Ports(items);
            prop_assert_eq!(ports.to_string().parse(), Ok(ports));
        }

        #[test]
        fn any_text_is_ports_or_a_mistake(text in r"[0-9a-z,/\-]{0,12}|.{0,12}") {
            if let Ok(ports) = text.parse::<Ports>() {
                prop_assert_eq!(ports.to_string().parse(), Ok(ports));
            }
        }
    }
}
