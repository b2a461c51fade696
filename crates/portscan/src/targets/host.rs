//! A host, or a network of them, as a person types it.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use output::Pasted;
use thiserror::Error;

use crate::ports::Ports;
use crate::targets::network::{self, Network};

/// The longest name of a host in octets, without the dot at its end (RFC 1035, 2.3.4).
const NAME_MAX_OCTETS: usize = 253;

/// The longest label in octets (RFC 1035, 2.3.4).
const LABEL_MAX_OCTETS: usize = 63;

/// An IPv4 address has so many octets.
const IPV4_OCTETS: usize = 4;

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Host {
    /// A name for the system's resolver.
    Name(String),
    /// An address, with the interface that is meant if it is link-local.
    Address(IpAddr, Option<Zone>),
    /// Two addresses or more.
    Network(Network, Option<Zone>),
}

/// An interface, by its name or its number: what tells link-local addresses apart (RFC 4007, 11.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Zone(String);

/// Why a text is no host, and what to write.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum HostError {
    #[error("'{0}' is no host: write a name or an address, as in 'localhost' or '127.0.0.1'")]
    NotAHost(String),
    /// A URL, a user at a host.
    #[error("'{text}' is more than a host: give host and port apart, as in '{host} {port}'")]
    Pasted { text: String, host: String, port: String },
    #[error("a link-local address needs its interface, as in '{0}%eth0'")]
    NoZone(Network),
    #[error("only link-local addresses have an interface: write '{0}'")]
    NeedlessZone(Network),
    /// `fe80::1%eth0:80`.
    #[error("'{text}' needs brackets before its port: write '[{address}%{zone}]:{port}'")]
    NoBrackets { text: String, address: IpAddr, zone: String, port: String },
    /// Numbers that are an address for some programs and not for others.
    #[error("'{text}' is not an address everywhere: write {} if that is meant", output::any_of(.readings))]
    Ambiguous { text: String, readings: Vec<Ipv4Addr> },
    #[error(
        "'{0}' is not an address: write four numbers from 0 to 255; \
         or '{0}.' with a dot at its end if it is a name"
    )]
    NotAnAddress(String),
    #[error("'{text}' has no such prefix: it goes from 0 to {max} for {family}")]
    Prefix { text: String, max: u8, family: &'static str },
    /// `10/8`.
    #[error("'{text}' is short for a network: write '{whole}'")]
    ShortNetwork { text: String, whole: Network },
    /// `192.0.2.1-99`, `192.0.2.*`.
    #[error("'{text}' is a range of addresses: write a network, as in '{near}'")]
    Range { text: String, near: Network },
    /// `www.example.com/24`.
    #[error("'{0}' is no network: write it by its address, as in '192.0.2.0/24'")]
    NamedNetwork(String),
}

impl Zone {
    /// The interface as it was typed.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        if let Some(pasted) = pasted(text) {
            return Err(pasted);
        }
        match address(text) {
            Some(parts) => parts.host(text),
            None => match almost_address(text) {
                Some(mistake) => Err(mistake),
                None if is_name(text) => Ok(Self::Name(text.to_owned())),
                None => Err(no_host(text)),
            },
        }
    }
}

/// An address with what may come after it.
struct Parts<'a> {
    address: IpAddr,
    zone: Option<&'a str>,
    prefix: Option<&'a str>,
}

/// Takes `ADDRESS%ZONE/PREFIX` apart, in which the brackets of IPv6 may end before or after zone
/// and prefix, and the zone may come last (RFC 4007, 11.7).
fn address(text: &str) -> Option<Parts<'_>> {
    let (inner, outer) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => (text, ""),
    };
    let is_bracketed = text.starts_with('[');
    let (inner, inner_tail) = inner.split_at(inner.find(['%', '/']).unwrap_or(inner.len()));
    let (mut zone, mut prefix) = (None, None);
    for tail in [inner_tail, outer] {
        let mut rest = tail;
        while !rest.is_empty() {
            let (place, part) = match (rest.strip_prefix('%'), rest.strip_prefix('/')) {
                (Some(part), _) => (&mut zone, part),
                (_, Some(part)) => (&mut prefix, part),
                (None, None) => return None,
            };
            let (part, next) = part.split_at(part.find(['%', '/']).unwrap_or(part.len()));
            if part.is_empty() || place.replace(part).is_some() {
                return None;
            }
            rest = next;
        }
    }
    let address: IpAddr = inner.parse().ok()?;
    (address.is_ipv6() || !is_bracketed).then_some(Parts { address, zone, prefix })
}

impl Parts<'_> {
    fn host(self, text: &str) -> Result<Host, HostError> {
        let network = match self.prefix {
            None => Network::of(self.address),
            Some(prefix) => {
                let max = network::bits(self.address);
                let is_number = prefix.bytes().all(|byte| byte.is_ascii_digit());
                let prefix = prefix.parse().ok().filter(|prefix| is_number && *prefix <= max);
                let family = if self.address.is_ipv4() { "IPv4" } else { "IPv6" };
                let text = || wellknown::excerpt(text);
                let mistake = || HostError::Prefix { text: text(), max, family };
                Network::new(self.address, prefix.ok_or_else(mistake)?)
            }
        };
        if let Some((zone, port)) = self.zone.and_then(|zone| zone.split_once(':')) {
            let [text, zone, port] = [text, zone, port].map(wellknown::excerpt);
            return Err(HostError::NoBrackets { text, address: self.address, zone, port });
        }
        let zone = self.zone.map(|zone| Zone(zone.to_owned()));
        match (network.is_link_local(), &zone) {
            (true, None) => return Err(HostError::NoZone(network)),
            (false, Some(_)) if !network.may_have_zone() => {
                return Err(HostError::NeedlessZone(network));
            }
            _ => {}
        }
        Ok(match network.single() {
            Some(address) => Host::Address(address, zone),
            None => Host::Network(network, zone),
        })
    }
}

/// What is pasted with more, if there is a host in it.
fn pasted(text: &str) -> Option<HostError> {
    let Pasted { scheme, host, port } = Pasted::parse(text)?;
    let is_host = is_name(host) || host.parse::<IpAddr>().is_ok();
    if !is_host {
        return None;
    }
    let is_port = |port: &&str| port.parse::<Ports>().is_ok();
    let port = port.filter(is_port).or(scheme.filter(is_port)).unwrap_or("443");
    let [text, host, port] = [text, host, port].map(wellknown::excerpt);
    Some(HostError::Pasted { text, host, port })
}

fn no_host(text: &str) -> HostError {
    let Some((before, after)) = text.split_once('/') else {
        return HostError::NotAHost(wellknown::excerpt(text));
    };
    let prefix = after.parse::<u8>().ok().filter(|prefix| u32::from(*prefix) <= Ipv4Addr::BITS);
    let whole = whole_ipv4(before).zip(prefix).map(|(first, prefix)| Network::new(first, prefix));
    let text = wellknown::excerpt(text);
    match whole {
        Some(whole) => HostError::ShortNetwork { text, whole },
        None if prefix.is_some() && is_name(before) => HostError::NamedNetwork(text),
        None => HostError::NotAHost(text),
    }
}

/// `10` of `10/8`, with the octets that were left out.
fn whole_ipv4(text: &str) -> Option<IpAddr> {
    let octets = text.split('.').count();
    let missing = IPV4_OCTETS.checked_sub(octets)?;
    format!("{text}{}", ".0".repeat(missing)).parse().ok()
}

/// Whether a text can be the name of a host: labels of 1 to 63 octets, 253 with the dots between
/// them (RFC 1035, 2.3.4), of letters, digits, hyphens and the underscores that are met with. What
/// is not ASCII is for the resolver to judge (RFC 5891).
fn is_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_strange = |c: char| match c {
        '-' | '_' | '.' => false,
        _ if c.is_ascii() => !c.is_ascii_alphanumeric(),
        _ => c.is_whitespace() || c.is_control(),
    };
    name.len() <= NAME_MAX_OCTETS
        && name.split('.').all(|label| (1..=LABEL_MAX_OCTETS).contains(&label.len()))
        && !name.contains(is_strange)
}

/// Whether a name is this machine itself, whatever a resolver says of it (RFC 6761, 6.3).
pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or(name);
    last.eq_ignore_ascii_case("localhost")
}

/// What is wrong with a name of nothing but numbers, which `inet_aton(3)` would take for another
/// address than people do.
fn almost_address(text: &str) -> Option<HostError> {
    if let Some(near) = near_range(text) {
        return Some(HostError::Range { text: wellknown::excerpt(text), near });
    }
    let readings = output::ipv4_readings(text)?;
    let text = wellknown::excerpt(text);
    Some(if readings.is_empty() {
        HostError::NotAnAddress(text)
    } else {
        HostError::Ambiguous { text, readings }
    })
}

/// The network that ranges begin in, as other scanners take them: `192.0.2.1-99`, `192.0.2.*`,
/// `192.0.2.1-192.0.2.99`.
fn near_range(text: &str) -> Option<Network> {
    let is_range = |part: &str| part.contains(['-', '*']);
    let is_numeric = |byte: u8| byte.is_ascii_digit() || b".-*".contains(&byte);
    let has_ends = text.split_once('-').is_some_and(|(_, end)| end.parse::<Ipv4Addr>().is_ok());
    if !is_range(text) || !text.bytes().all(is_numeric) {
        return None;
    }
    let parts: Vec<_> = text.split('.').collect();
    if parts.len() != IPV4_OCTETS && !has_ends {
        return None;
    }
    let octets = parts.iter().take(IPV4_OCTETS).map(|part| match part.split('-').next() {
        Some("*") => Ok(0),
        start => start.unwrap_or_default().parse(),
    });
    let octets: [u8; IPV4_OCTETS] = octets.collect::<Result<Vec<_>, _>>().ok()?.try_into().ok()?;
    // The octets before the first that is a range are what all addresses begin with.
    let fixed = parts.iter().position(|part| is_range(part)).unwrap_or_default();
    let prefix = u8::try_from(8 * fixed).ok()?;
    Some(Network::new(octets.into(), prefix))
}

impl Display for Host {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Address(address, None) => address.fmt(formatter),
            Self::Address(address, Some(zone)) => write!(formatter, "{address}%{}", zone.0),
            Self::Network(network, None) => network.fmt(formatter),
            Self::Network(network, Some(zone)) => {
                write!(formatter, "{}%{}/{}", network.first(), zone.0, network.prefix())
            }
        }
    }
}

impl Host {
    /// Whether it stands for many.
    pub(crate) const fn is_network(&self) -> bool {
        matches!(self, Self::Network(..))
    }

    /// As it is written before a colon and ports: IPv6 in brackets.
    pub(crate) fn before_ports(&self) -> String {
        match self {
            Self::Address(IpAddr::V6(_), _) => format!("[{self}]"),
            Self::Network(network, _) if network.first().is_ipv6() => format!("[{self}]"),
            _ => self.to_string(),
        }
    }
}

/// An address that is only meant on one interface.
pub(crate) const fn is_scoped(address: Ipv6Addr) -> bool {
    address.is_unicast_link_local() || is_link_local_multicast(address)
}

/// Addresses of multicast that stay on the link or closer (RFC 4291, 2.7).
const fn is_link_local_multicast(address: Ipv6Addr) -> bool {
    matches!(address.octets(), [0xff, scope, ..] if scope & 0xf <= 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> String {
        match text.parse::<Host>() {
            Ok(Host::Name(name)) => format!("name {name}"),
            Ok(host @ Host::Address(..)) => format!("address {host}"),
            Ok(host @ Host::Network(..)) => format!("network {host}"),
            Err(mistake) => mistake.to_string(),
        }
    }

    #[test]
    fn what_follows_brackets_may_be_any_character() {
        for text in ["[::1]\u{e9}", "[::1]\u{e9}%eth0", "[::1]%\u{e9}", "[::1]/\u{e9}"] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
    }

    #[test]
    fn hosts_are_read_as_people_write_them() {
        for (text, expected) in [
            ("localhost", "name localhost"),
            ("a_b.test.", "name a_b.test."),
            ("bücher.test", "name bücher.test"),
            ("htpp.", "name htpp."),
            ("127.1.", "name 127.1."),
            ("db.1", "name db.1"),
            ("1-2.test", "name 1-2.test"),
            ("ip-10-0-0-1", "name ip-10-0-0-1"),
            ("face", "name face"),
            ("0xyz", "name 0xyz"),
            ("127.0.0.1", "address 127.0.0.1"),
            ("0.0.0.0", "address 0.0.0.0"),
            ("::", "address ::"),
            ("[::1]", "address ::1"),
            ("::ffff:192.0.2.1", "address 192.0.2.1"),
            ("fe80::1%eth0", "address fe80::1%eth0"),
            ("[fe80::1%2]", "address fe80::1%2"),
            ("ff02::1%eth0", "address ff02::1%eth0"),
            ("192.0.2.1/32", "address 192.0.2.1"),
            ("2001:db8::1/128", "address 2001:db8::1"),
            ("192.0.2.77/24", "network 192.0.2.0/24"),
            ("0.0.0.0/0", "network 0.0.0.0/0"),
            ("2001:db8::77/64", "network 2001:db8::/64"),
            ("[2001:db8::]/64", "network 2001:db8::/64"),
            ("[2001:db8::/64]", "network 2001:db8::/64"),
            ("::ffff:192.0.2.0/120", "network 192.0.2.0/24"),
            ("fe80::7%eth0/120", "network fe80::%eth0/120"),
            ("fe80::/120%eth0", "network fe80::%eth0/120"),
            ("[fe80::]%eth0/120", "network fe80::%eth0/120"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn a_mistake_says_what_to_write() {
        for (text, message) in [
            (
                "https://a.b/c",
                "'https://a.b/c' is more than a host: give host and port apart, as in 'a.b https'",
            ),
            (
                "http://a.b:8080/",
                "'http://a.b:8080/' is more than a host: give host and port apart, as in 'a.b 8080'",
            ),
            (
                "foo://a.b",
                "'foo://a.b' is more than a host: give host and port apart, as in 'a.b 443'",
            ),
            ("me@a.b", "'me@a.b' is more than a host: give host and port apart, as in 'a.b 443'"),
            (
                "me@[::1]:22",
                "'me@[::1]:22' is more than a host: give host and port apart, as in '::1 22'",
            ),
            ("fe80::1", "a link-local address needs its interface, as in 'fe80::1%eth0'"),
            ("fe80::/64", "a link-local address needs its interface, as in 'fe80::/64%eth0'"),
            (
                "2001:db8::1%eth0",
                "only link-local addresses have an interface: write '2001:db8::1'",
            ),
            ("127.0.0.1%lo", "only link-local addresses have an interface: write '127.0.0.1'"),
            (
                "fe80::1%eth0:80",
                "'fe80::1%eth0:80' needs brackets before its port: write '[fe80::1%eth0]:80'",
            ),
            ("127.1", "'127.1' is not an address everywhere: write '127.0.0.1' if that is meant"),
            ("0x7f.1", "'0x7f.1' is not an address everywhere: write '127.0.0.1' if that is meant"),
            (
                "2130706433",
                "'2130706433' is not an address everywhere: write '127.0.0.1' if that is meant",
            ),
            (
                "010.0.0.1",
                "'010.0.0.1' is not an address everywhere: write '10.0.0.1' or '8.0.0.1' if that is meant",
            ),
            (
                "300.1.1.1",
                "'300.1.1.1' is not an address: write four numbers from 0 to 255; \
                 or '300.1.1.1.' with a dot at its end if it is a name",
            ),
            (
                "1.2.3.4.5",
                "'1.2.3.4.5' is not an address: write four numbers from 0 to 255; \
                 or '1.2.3.4.5.' with a dot at its end if it is a name",
            ),
            ("192.0.2.0/33", "'192.0.2.0/33' has no such prefix: it goes from 0 to 32 for IPv4"),
            ("192.0.2.0/+8", "'192.0.2.0/+8' has no such prefix: it goes from 0 to 32 for IPv4"),
            ("::/129", "'::/129' has no such prefix: it goes from 0 to 128 for IPv6"),
            ("10/8", "'10/8' is short for a network: write '10.0.0.0/8'"),
            ("192.168.7/24", "'192.168.7/24' is short for a network: write '192.168.7.0/24'"),
            (
                "192.0.2.1-99",
                "'192.0.2.1-99' is a range of addresses: write a network, as in '192.0.2.0/24'",
            ),
            (
                "192.0.2.1-192.0.2.99",
                "'192.0.2.1-192.0.2.99' is a range of addresses: write a network, as in '192.0.2.0/24'",
            ),
            (
                "10.1.*.*",
                "'10.1.*.*' is a range of addresses: write a network, as in '10.1.0.0/16'",
            ),
            (
                "a.test/24",
                "'a.test/24' is no network: write it by its address, as in '192.0.2.0/24'",
            ),
        ] {
            assert_eq!(told(text), message, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_a_host_is_told_so() {
        let odd =
            ["", ".", "..", "no..host", "a b", "a,b", "[::1", "h%lo", "me@", "://", "http://"];
        let more = [
            "+7001",
            "=a",
            "*.test",
            "a&b",
            "a!",
            "$HOST",
            "http://:80/",
            "http://[::1",
            "[127.0.0.1]",
            "::1%",
            "fe80::1%a%b",
            "::1]",
            "a/b",
        ];
        for text in
            odd.into_iter().chain(more).chain(["fe80::1/64/64", "[fe80::1]x", "1:2:3", "a\0"])
        {
            let message = told(text);
            assert!(
                message.contains("is no host: write a name or an address"),
                "{text}: {message}"
            );
        }
        let long = "a.".repeat(10_000);
        assert!(told(&long).len() < 200);
    }

    #[test]
    fn names_of_this_machine_are_known_by_their_last_label() {
        for name in ["localhost", "LocalHost.", "db.localhost", "a.b.LOCALHOST."] {
            assert!(is_localhost(name), "{name}");
        }
        for name in ["localhost.example.com", "mylocalhost", "localhost1", "localhost..", "local"] {
            assert!(!is_localhost(name), "{name}");
        }
    }

    fn address() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).into()),
            any::<u128>().prop_map(|bits| Ipv6Addr::from_bits(bits).into()),
        ]
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_again(address in address(), prefix in 0..=128_u8, zone in "[a-z0-9.:]{1,8}") {
            let text = match address {
                IpAddr::V4(_) => format!("{address}/{}", prefix % 33),
                IpAddr::V6(_) => format!("{address}/{prefix}"),
            };
            for text in [address.to_string(), text.clone(), format!("{text}%{zone}"), format!("fe80::1%{zone}")] {
                if let Ok(host) = text.parse::<Host>() {
                    prop_assert_eq!(host.to_string().parse(), Ok(host.clone()));
                    prop_assert_eq!(host.before_ports().parse(), Ok(host));
                }
            }
        }

        #[test]
        fn any_text_is_a_host_or_a_mistake(text in r"[0-9a-fx:./%\[\]@]{0,16}|.{0,16}") {
            if let Ok(host) = text.parse::<Host>() {
                prop_assert_eq!(host.to_string().parse(), Ok(host.clone()));
                prop_assert_eq!(host.before_ports().parse(), Ok(host));
            }
        }
    }
}
