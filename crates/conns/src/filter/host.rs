//! The ends of sockets that are meant: addresses, prefixes and ports, in the syntax of ss(8).

use std::fmt::{self, Display, Formatter};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use output::Prefix;

use super::error::Problem;

/// A name of a host has so many octets at most (RFC 1123, 2.1).
const NAME_MAX_OCTETS: usize = 253;

/// Which end of a socket is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// This one.
    Local,
    /// The other one.
    Peer,
    /// Any of both.
    Either,
}

/// Ports in a row, of which there is one at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    pub(crate) first: u16,
    pub(crate) last: u16,
}

/// Ports of which any is meant, as a flag has them: `80`, `8000-8080,ssh`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortList(pub(crate) Vec<Ports>);

/// A prefix as a filter has it: an address of IPv6 in brackets, a length where it is not whole.
pub(crate) fn written(prefix: Prefix) -> String {
    let address = match prefix.address() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    };
    if prefix == Prefix::of(prefix.address()) {
        return address;
    }
    format!("{address}/{}", prefix.length())
}

impl Ports {
    /// All of them.
    pub(crate) const ANY: Self = Self { first: 0, last: u16::MAX };

    /// Whether a port is one of them.
    #[must_use]
    pub const fn has(self, port: u16) -> bool {
        self.first <= port && port <= self.last
    }
}

impl From<RangeInclusive<u16>> for Ports {
    fn from(ports: RangeInclusive<u16>) -> Self {
        Self { first: *ports.start(), last: *ports.end() }
    }
}

impl Display for Ports {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ANY => formatter.write_str("*"),
            Self { first, last } if first == last => write!(formatter, "{first}"),
            Self { first, last } => write!(formatter, "{first}-{last}"),
        }
    }
}

impl FromStr for PortList {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let mut ports = Vec::new();
        for item in text.split(',') {
            ports.extend(self::ports(item)?);
        }
        Ok(Self(ports))
    }
}

/// The ports of a number, a range, a service, or `*`; a `:` may come before it.
fn ports(text: &str) -> Result<Vec<Ports>, Problem> {
    let text = text.strip_prefix(':').unwrap_or(text);
    if text == "*" {
        return Ok(vec![Ports::ANY]);
    }
    if !text.bytes().any(|octet| octet.is_ascii_alphabetic()) {
        return Ok(vec![wellknown::port_range(text, 0)?.into()]);
    }
    let services = wellknown::meant(text, |_| true).into_iter();
    let mut ports: Vec<Ports> = services.map(|it| it.ports().into()).collect();
    ports.dedup();
    if ports.is_empty() {
        let near = wellknown::near(text, |_| true).first().copied();
        return Err(Problem::Service { name: text.to_owned(), near });
    }
    Ok(ports)
}

/// The families that `ss` has a word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Inet,
    Inet6,
    Unix,
    Link,
}

/// Families that `ss` lists and we do not.
const NOT_LISTED: [&str; 4] = ["netlink", "vsock", "tipc", "xdp"];

impl Family {
    const ALL: [Self; 4] = [Self::Inet, Self::Inet6, Self::Unix, Self::Link];

    /// Takes the family off the beginning of a text, where one is named.
    pub(crate) fn strip(text: &str) -> Result<Option<(Self, &str)>, Problem> {
        let Some((name, rest)) = text.split_once(':') else { return Ok(None) };
        if let Some(family) = NOT_LISTED.into_iter().find(|it| *it == name) {
            return Err(Problem::NotListed { family });
        }
        let family = Self::ALL.into_iter().find(|family| family.name() == name);
        Ok(family.map(|family| (family, rest)))
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inet => "inet",
            Self::Inet6 => "inet6",
            Self::Unix => "unix",
            Self::Link => "link",
        }
    }

    /// Every address of it, if it has any.
    pub(crate) const fn prefix(self) -> Option<Prefix> {
        match self {
            Self::Inet => Some(Prefix::IPV4),
            Self::Inet6 => Some(Prefix::IPV6),
            Self::Unix | Self::Link => None,
        }
    }
}

/// `[ADDRESS[/LENGTH]][%INTERFACE][:PORT]`, in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) place: Place,
    pub(crate) interface: Option<String>,
    pub(crate) ports: Vec<Ports>,
}

/// What comes before the port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Any,
    Prefix(Prefix),
    /// To be looked up.
    Name(String),
}

impl FromStr for Host {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let (address, port) = split_port(text)?;
        let ports = match port {
            Some(port) => port.parse::<PortList>()?.0,
            None => vec![Ports::ANY],
        };
        let (address, interface) = split_interface(address);
        let place = match address.as_str() {
            "" if port.is_none() => return Err(Problem::Empty { what: "address" }),
            "" | "*" => Place::Any,
            name if is_name(name) => Place::Name(name.to_owned()),
            prefix => Place::Prefix(prefix.parse()?),
        };
        Ok(Self { place, interface, ports })
    }
}

/// What comes before and after the `:` of a port. An address of IPv6 without brackets has none.
fn split_port(text: &str) -> Result<(&str, Option<&str>), Problem> {
    let no_address = || Problem::Address { text: text.to_owned() };
    if let Some(inside) = text.strip_prefix('[') {
        let end = inside.find(']').ok_or_else(no_address)? + 2;
        let after = text[end..].find(':').map(|at| end + at);
        return Ok(after.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..]))));
    }
    // The port of a prefix comes behind its length.
    let from = text.find('/').unwrap_or(0);
    let colons = text[from..].matches(':').count();
    if colons > 1 {
        return Ok((text, None));
    }
    let split = text[from..]
        .rsplit_once(':')
        .map(|(before, port)| (&text[..from + before.len()], Some(port)));
    Ok(split.unwrap_or((text, None)))
}

/// Takes the interface out of `fe80::1%eth0`, `[fe80::1%eth0]`, `[fe80::1]%eth0` and
/// `fe80::%eth0/64`.
fn split_interface(text: &str) -> (String, Option<String>) {
    let Some((before, after)) = text.split_once('%') else { return (text.to_owned(), None) };
    let end = after.find(['/', ']']).unwrap_or(after.len());
    (format!("{before}{}", &after[end..]), Some(after[..end].to_owned()))
}

/// Whether it can only be a name: the last label of no name is a number (WHATWG URL, 3.5).
pub(crate) fn is_name(text: &str) -> bool {
    let is_of_names = |it: u8| it.is_ascii_alphanumeric() || b"-_.".contains(&it);
    let last = text.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    text.len() <= NAME_MAX_OCTETS
        && text.bytes().all(is_of_names)
        && !text.starts_with(['-', '.'])
        && last.bytes().any(|it| it.is_ascii_alphabetic())
        && !last.starts_with("0x")
        && !NOT_LISTED.contains(&text)
        && !Family::ALL.iter().any(|family| family.name() == text)
}

/// The type of frames that a word names, 3 for all (`include/uapi/linux/if_ether.h`).
pub(crate) fn ethertype(text: &str) -> Result<u16, Problem> {
    let lower = text.to_ascii_lowercase();
    let number = || match lower.strip_prefix("0x") {
        Some(digits) if !digits.starts_with('+') => u16::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => lower.parse().ok().filter(|_| !lower.starts_with('+')),
    };
    Ok(match lower.as_str() {
        "all" => 3,
        "ip" => 0x0800,
        "arp" => 0x0806,
        "rarp" => 0x8035,
        "vlan" | "802.1q" => 0x8100,
        "ipv6" => 0x86dd,
        "eapol" => 0x888e,
        "lldp" => 0x88cc,
        _ => number().ok_or_else(|| Problem::Ethertype { text: text.to_owned() })?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Prefix {
        text.parse().unwrap()
    }

    #[test]
    fn prefixes_have_the_addresses_that_begin_alike() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3/8", "10.255.0.1", true),
            ("10/8", "10.255.0.1", true),
            ("193.233.7/24", "193.233.7.9", true),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "::1", false),
            ("0.0.0.0/0", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "::ffff:192.0.2.2", false),
            ("::/0", "::ffff:192.0.2.1", true),
            ("::/0", "192.0.2.1", false),
            ("::ffff:192.0.2.1", "192.0.2.1", false),
            ("::1", "::1", true),
            ("[::1]", "::1", true),
            ("fe80::/10", "febf::1", true),
            ("[fe80::]/10", "fec0::1", false),
            ("[fe80::/10]", "fe80::1", true),
        ];
        for (text, address, expected) in cases {
            assert_eq!(prefix(text).has(address.parse().unwrap()), expected, "{text} {address}");
            assert_eq!(prefix(&prefix(text).to_string()), prefix(text));
        }
    }

    #[test]
    fn every_way_to_write_an_end_is_understood() {
        let any = vec![Ports::ANY];
        let port = |port| vec![Ports { first: port, last: port }];
        let place = |text: &str| Place::Prefix(prefix(text));
        let name = |text: &str| Place::Name(text.to_owned());
        let cases = [
            ("*", Place::Any, any.clone()),
            ("*:80", Place::Any, port(80)),
            (":80", Place::Any, port(80)),
            (":*", Place::Any, any.clone()),
            ("*:*", Place::Any, any.clone()),
            (":8000-8080", Place::Any, vec![Ports { first: 8000, last: 8080 }]),
            (":22,https", Place::Any, [port(22), port(443)].concat()),
            ("192.0.2.1", place("192.0.2.1"), any.clone()),
            ("192.0.2.1:80", place("192.0.2.1"), port(80)),
            ("10.0.0.0/8:80", place("10.0.0.0/8"), port(80)),
            ("::1", place("::1"), any.clone()),
            ("::1:80", place("::1:80"), any.clone()),
            ("[::1]:80", place("::1"), port(80)),
            ("[::1]:*", place("::1"), any.clone()),
            ("fe80::/10", place("fe80::/10"), any.clone()),
            ("fe80::/10:80", place("fe80::/10"), port(80)),
            ("[fe80::]/10:80", place("fe80::/10"), port(80)),
            ("localhost", name("localhost"), any.clone()),
            ("www.example.com:https", name("www.example.com"), port(443)),
        ];
        for (text, place, ports) in cases {
            let host = Host { place, interface: None, ports };
            assert_eq!(text.parse(), Ok(host), "{text}");
        }
        for text in ["fe80::1%eth0", "[fe80::1%eth0]", "[fe80::1]%eth0", "fe80::1%eth0/128"] {
            let interface = Some("eth0".to_owned());
            let host = Host { place: place("fe80::1"), interface, ports: any.clone() };
            assert_eq!(text.parse(), Ok(host), "{text}");
        }
    }

    #[test]
    fn a_mistake_says_what_would_be_right() {
        let cases = [
            (
                "10.0.0.256",
                "'10.0.0.256' is no address: write 192.0.2.1, 10.0.0.0/8, ::1 or [::1]:80",
            ),
            ("10", "'10' is no address: write 192.0.2.1, 10.0.0.0/8, ::1 or [::1]:80"),
            ("10.0.0.0/33", "'/33' is no length of a prefix: an IPv4 address has 32 bits"),
            ("::/129", "'/129' is no length of a prefix: an IPv6 address has 128 bits"),
            ("::/+8", "'/+8' is no length of a prefix: an IPv6 address has 128 bits"),
            ("[::1", "'[::1' is no address: write 192.0.2.1, 10.0.0.0/8, ::1 or [::1]:80"),
            (":65536", "'65536' is out of range: ports go from 0 to 65535"),
            (":", "no port given: ports go from 0 to 65535"),
            (":htpps", "no service is called 'htpps': did you mean 'https'?"),
            ("", "no address given"),
        ];
        for (text, message) in cases {
            assert_eq!(text.parse::<Host>().unwrap_err().to_string(), message, "{text:?}");
        }
    }
}
