//! The address that packets to somebody come from.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs, UdpSocket};
use std::str::FromStr;

use output::{Family, Pasted};
use thiserror::Error;

use crate::failure::shown;

/// Addresses far away, so that the way there is the way to the outside. They are public resolvers,
/// not documentation addresses: some machines live in a documentation network.
const OUTSIDE: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2606, 0x4700, 0x4700, 0, 0, 0, 0, 0x1111)),
];

/// The port that is asked the way to, where it makes no difference: that of the DNS.
const ANY_PORT: u16 = 53;

/// An address outside, of the same family as another.
pub(crate) const fn outside(like: IpAddr) -> IpAddr {
    if like.is_ipv4() { OUTSIDE[0] } else { OUTSIDE[1] }
}

/// The addresses outside of a family.
pub(crate) fn outsides(family: Family) -> impl Iterator<Item = IpAddr> {
    OUTSIDE.into_iter().filter(move |ip| family.admits(*ip))
}

/// The source address that the kernel would use towards the outside, IPv4 first.
pub(crate) fn source_to_outside(family: Family) -> Option<IpAddr> {
    outsides(family).find_map(|ip| source(SocketAddr::new(ip, ANY_PORT)).ok())
}

/// The source address that the kernel would use. Nothing is sent: connecting a UDP socket only looks
/// up the route.
///
/// # Errors
///
/// There is no way.
pub(crate) fn source(to: SocketAddr) -> io::Result<IpAddr> {
    let unbound: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((unbound, 0))?;
    socket.connect(to)?;
    let address = socket.local_addr()?.ip();
    if address.is_unspecified() {
        return Err(io::ErrorKind::AddrNotAvailable.into());
    }
    Ok(address)
}

/// Somebody to send to, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    /// The name or address.
    pub(crate) host: String,
    /// The interface of a link-local address.
    pub(crate) zone: Option<OsString>,
    port: u16,
}

/// Why a text is nobody to send to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum DestinationError {
    #[error("no host given: write a name or an address, as in '192.0.2.1'")]
    Empty,
    #[error("'{0}' is a network: write one address of it")]
    Network(String),
    #[error("'{0}' is no host: write a name or an address, as in '192.0.2.1'")]
    NotAHost(String),
}

impl FromStr for Destination {
    type Err = DestinationError;

    /// Takes a URL or a host with a port apart.
    fn from_str(text: &str) -> Result<Self, DestinationError> {
        let text = text.trim();
        let pasted = Pasted::parse(text);
        let host = pasted.map_or(text, |it| it.host);
        let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
        let port = pasted.and_then(|it| it.port?.parse().ok()).filter(|port| *port > 0);
        let is_odd = |c: char| c.is_whitespace() || c.is_control();
        if host.is_empty() {
            return Err(DestinationError::Empty);
        }
        if host.parse::<output::Prefix>().is_ok() && host.contains('/') {
            return Err(DestinationError::Network(host.to_owned()));
        }
        if host.contains(is_odd) || host.contains('/') {
            return Err(DestinationError::NotAHost(text.to_owned()));
        }
        let (host, zone) = match host.split_once('%') {
            Some((address, zone)) => (address, Some(zone.into())),
            None => (host, None),
        };
        Ok(Self { host: host.to_owned(), zone, port: port.unwrap_or(ANY_PORT) })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.host)?;
        match &self.zone {
            Some(zone) => write!(formatter, "%{}", shown(zone)),
            None => Ok(()),
        }
    }
}

impl Destination {
    /// Its addresses: itself, or what the system's resolver says. `scope` is the number of the zone.
    ///
    /// # Errors
    ///
    /// The resolver knows none, or does not answer.
    pub(crate) fn addresses(&self, scope: Option<u32>) -> io::Result<Vec<SocketAddr>> {
        let mut found: Vec<_> = match self.host.parse() {
            Ok(ip) => vec![SocketAddr::new(ip, self.port)],
            Err(_) => (self.host.as_str(), self.port).to_socket_addrs()?.collect(),
        };
        if let Some(scope) = scope {
            for address in &mut found {
                if let SocketAddr::V6(it) = address {
                    *address = SocketAddrV6::new(*it.ip(), it.port(), 0, scope).into();
                }
            }
        }
        Ok(found)
    }
}

/// Whether a resolver may say something else the next time; std tells that in words only
/// (`EAI_AGAIN` in getaddrinfo(3)).
pub(crate) fn is_temporary(error: &io::Error) -> bool {
    let words = error.to_string().to_ascii_lowercase();
    error.kind() == io::ErrorKind::TimedOut
        || ["temporary", "try again", "did not answer"].iter().any(|it| words.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_taken_out_of_what_people_paste() {
        let cases = [
            ("192.0.2.1", "192.0.2.1", None, 53),
            (" db ", "db", None, 53),
            ("db:5432", "db", None, 5432),
            ("[2001:db8::1]:443", "2001:db8::1", None, 443),
            ("[2001:db8::1]", "2001:db8::1", None, 53),
            ("2001:db8::1", "2001:db8::1", None, 53),
            ("fe80::1%eth0", "fe80::1", Some("eth0"), 53),
            ("https://example.com/a?b", "example.com", None, 53),
            ("ssh://me@host:2222", "host", None, 2222),
        ];
        for (text, host, zone, port) in cases {
            let expected = Destination { host: host.into(), zone: zone.map(Into::into), port };
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for (text, error) in [
            ("", DestinationError::Empty),
            ("://", DestinationError::Empty),
            ("10.0.0.0/8", DestinationError::Network("10.0.0.0/8".into())),
            ("a b", DestinationError::NotAHost("a b".into())),
            ("a/b", DestinationError::NotAHost("a/b".into())),
        ] {
            assert_eq!(text.parse::<Destination>(), Err(error), "{text}");
        }
    }

    #[test]
    fn the_way_to_this_machine_begins_at_it() {
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        assert_eq!(source(here).unwrap(), IpAddr::from(Ipv4Addr::LOCALHOST));
    }

    #[test]
    fn an_address_is_its_own_and_a_zone_is_added_to_ipv6() {
        let destination: Destination = "fe80::1%x".parse().unwrap();
        let addresses = destination.addresses(Some(7)).unwrap();
        assert_eq!(addresses, ["[fe80::1%7]:53".parse().unwrap()]);
        let destination: Destination = "127.0.0.1:80".parse().unwrap();
        assert_eq!(destination.addresses(None).unwrap(), ["127.0.0.1:80".parse().unwrap()]);
    }
}
