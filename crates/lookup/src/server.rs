//! The server of a question: what stands after the `@`.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs as _};

use output::Pasted;

/// The port of the DNS (RFC 1035, 4.2).
pub const DNS_PORT: u16 = 53;

/// Schemes of encrypted DNS, which one day may be supported.
const ENCRYPTED: [&str; 6] = ["tls", "https", "http", "quic", "h3", "sdns"];

/// A server as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerAddress {
    /// An address, the scope of a link-local one included.
    Address(SocketAddr),
    /// A name, which is to be resolved by [`ServerAddress::resolve`].
    Name {
        /// The name.
        host: String,
        /// The port.
        port: u16,
    },
}

/// Why a text is not a server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Nothing after the `@`.
    #[error("the server is empty: give an address or a name, such as '@127.0.0.1'")]
    Empty,
    /// Port 0, or more than 65535, or no number.
    #[error("'{port}' is not a port: write a number from 1 to 65535")]
    Port {
        /// What stands after the colon.
        port: String,
    },
    /// DNS over TLS, HTTPS, QUIC.
    #[error("'{text}' is encrypted DNS, not supported yet: ask over UDP and TCP with '@{host}'")]
    NotSupportedYet {
        /// What was given.
        text: String,
        /// The host in it.
        host: String,
    },
    /// Another URL.
    #[error("'{text}' is a URL: ask '@{host}'")]
    Url {
        /// What was given.
        text: String,
        /// The host in it.
        host: String,
    },
    /// A name or address that cannot be one.
    #[error("'{text}' is not a server: write an address, a name, 'host:port' or '[address]:port'")]
    Malformed {
        /// What was given.
        text: String,
    },
    /// The zone of a scoped address is not an interface here.
    #[error("no interface '{zone}' here; there is {}", .known.join(", "))]
    NoSuchInterface {
        /// What stands after the percent sign.
        zone: String,
        /// The interfaces that have an address.
        known: Vec<String>,
    },
    /// The system did not list its interfaces.
    #[error("cannot list the interfaces to find '{zone}'")]
    Interfaces {
        /// What stands after the percent sign.
        zone: String,
        /// Why.
        source: io::Error,
    },
    /// The server's name has no address.
    #[error("cannot resolve the server's name '{host}'")]
    Unresolved {
        /// The name.
        host: String,
        /// Why.
        source: io::Error,
    },
}

impl ServerAddress {
    /// Reads an address, `host:port`, `[v6]:port`, `address#port`, a bare IPv6 address, an address
    /// with a zone (`fe80::1%eth0`), or a name. Looks nothing up but the zone's interface.
    ///
    /// # Errors
    ///
    /// A port out of range, an unknown interface, a URL.
    pub fn parse(text: &str, default_port: u16) -> Result<Self, ServerError> {
        parse_with(text, default_port, interface_index)
    }

    /// The addresses to ask. A name is resolved as any program would, and may block.
    ///
    /// # Errors
    ///
    /// The name has no address, or that cannot be found out.
    pub fn resolve(&self) -> Result<Vec<SocketAddr>, ServerError> {
        match self {
            Self::Address(address) => Ok(vec![*address]),
            Self::Name { host, port } => {
                let unresolved = |source| ServerError::Unresolved { host: host.clone(), source };
                let addresses: Vec<_> =
                    (host.as_str(), *port).to_socket_addrs().map_err(unresolved)?.collect();
                if addresses.is_empty() {
                    return Err(unresolved(io::Error::other("it has no address")));
                }
                Ok(addresses)
            }
        }
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

fn parse_with(
    text: &str,
    default_port: u16,
    index_of: impl Fn(&str) -> Result<u32, ServerError>,
) -> Result<ServerAddress, ServerError> {
    if text.is_empty() {
        return Err(ServerError::Empty);
    }
    if let Some((scheme, _)) = text.split_once("://") {
        return Err(url(text, scheme));
    }
    // A bare address first: in an IPv6 one the last colon is no port's.
    if let Some(address) = scoped(text, default_port, &index_of)? {
        return Ok(ServerAddress::Address(address));
    }
    let malformed = || ServerError::Malformed { text: text.to_owned() };
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or_else(malformed)?;
        let port = match rest.strip_prefix(':') {
            Some(port) => parse_port(port)?,
            None if rest.is_empty() => default_port,
            None => return Err(malformed()),
        };
        let address = scoped(address, port, &index_of)?.filter(SocketAddr::is_ipv6);
        return Ok(ServerAddress::Address(address.ok_or_else(malformed)?));
    }
    // As dig and unbound write it: 127.0.0.1#53.
    if let Some((host, port)) = text.rsplit_once('#') {
        let port = parse_port(port)?;
        return match scoped(host, port, &index_of)? {
            Some(address) => Ok(ServerAddress::Address(address)),
            None => Err(malformed()),
        };
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, parse_port(port)?),
        None => (text, default_port),
    };
    if let Ok(address) = host.parse::<IpAddr>() {
        return if address.is_ipv4() {
            Ok(ServerAddress::Address(SocketAddr::new(address, port)))
        } else {
            Err(malformed())
        };
    }
    // A scoped or broken address must not reach the system's resolver as a name.
    let is_name = !host.is_empty()
        && !host.chars().any(|c| c.is_whitespace() || c.is_control() || "/:@%[]".contains(c));
    let is_name = is_name && crate::name::parse(host).is_ok();
    if !is_name || !matches!(crate::name::parse_address(host), Ok(None)) {
        return Err(malformed());
    }
    Ok(ServerAddress::Name { host: host.to_owned(), port })
}

fn url(text: &str, scheme: &str) -> ServerError {
    let host = match Pasted::parse(text).map_or("", |pasted| pasted.host) {
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let text = text.to_owned();
    if ENCRYPTED.contains(&scheme.to_ascii_lowercase().as_str()) {
        ServerError::NotSupportedYet { text, host }
    } else {
        ServerError::Url { text, host }
    }
}

fn parse_port(text: &str) -> Result<u16, ServerError> {
    text.parse()
        .ok()
        .filter(|port| *port != 0 && text.bytes().all(|octet| octet.is_ascii_digit()))
        .ok_or_else(|| ServerError::Port { port: text.to_owned() })
}

/// An address with its zone resolved: what `nameserver` lines and `@` have in common.
///
/// # Errors
///
/// The zone is not an interface of this machine. `Ok(None)`: not an address.
pub fn scoped(
    text: &str,
    port: u16,
    index_of: impl Fn(&str) -> Result<u32, ServerError>,
) -> Result<Option<SocketAddr>, ServerError> {
    let Some((address, zone)) = text.split_once('%') else {
        return Ok(text.parse().ok().map(|ip: IpAddr| match ip {
            IpAddr::V4(ip) => SocketAddr::V4(SocketAddrV4::new(ip, port)),
            IpAddr::V6(ip) => SocketAddr::V6(SocketAddrV6::new(ip, port, 0, 0)),
        }));
    };
    let Ok(ip) = address.parse::<Ipv6Addr>() else {
        return Ok(None);
    };
    let index = match zone.parse() {
        Ok(index) => index,
        Err(_) => index_of(zone)?,
    };
    Ok(Some(SocketAddr::V6(SocketAddrV6::new(ip, port, 0, index))))
}

/// The index of an interface that has an address; a link-local scope is of no use elsewhere.
///
/// # Errors
///
/// There is no such interface, or the system does not tell its interfaces.
pub fn interface_index(zone: &str) -> Result<u32, ServerError> {
    let interfaces = if_addrs::get_if_addrs()
        .map_err(|source| ServerError::Interfaces { zone: zone.to_owned(), source })?;
    let index = interfaces
        .iter()
        .find(|interface| interface.name == zone)
        .and_then(|interface| interface.index);
    index.ok_or_else(|| {
        let mut known: Vec<String> = interfaces.into_iter().map(|it| it.name).collect();
        known.sort();
        known.dedup();
        ServerError::NoSuchInterface { zone: zone.to_owned(), known }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ServerAddress, ServerError> {
        parse_with(text, DNS_PORT, |zone| match zone {
            "eth0" => Ok(7),
            _ => Err(ServerError::NoSuchInterface {
                zone: zone.to_owned(),
                known: vec!["eth0".to_owned(), "lo".to_owned()],
            }),
        })
    }

    #[test]
    fn reads_addresses() {
        for (text, expected) in [
            ("127.0.0.1", "127.0.0.1:53"),
            ("127.0.0.1:5353", "127.0.0.1:5353"),
            ("::1", "[::1]:53"),
            ("[::1]", "[::1]:53"),
            ("[::1]:65535", "[::1]:65535"),
            ("2001:db8::1:53", "[2001:db8::1:53]:53"),
            ("fe80::1%eth0", "[fe80::1%7]:53"),
            ("fe80::1%3", "[fe80::1%3]:53"),
            ("[fe80::1%eth0]:54", "[fe80::1%7]:54"),
        ] {
            let server = parse(text).unwrap();
            assert_eq!(server, ServerAddress::Address(expected.parse().unwrap()));
            assert_eq!(server.resolve().unwrap(), [expected.parse().unwrap()]);
            assert_eq!(server.to_string(), expected);
        }
    }

    #[test]
    fn keeps_names() {
        for (text, expected_host, expected_port) in [
            ("ns.example.test", "ns.example.test", 53),
            ("ns.example.test:54", "ns.example.test", 54),
            ("localhost", "localhost", 53),
            ("my_ns", "my_ns", 53),
        ] {
            let ServerAddress::Name { host, port } = parse(text).unwrap() else {
                panic!("{text} is a name");
            };
            assert_eq!((host.as_str(), port), (expected_host, expected_port));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, message) in [
            ("", "the server is empty: give an address or a name, such as '@127.0.0.1'"),
            ("127.0.0.1:0", "'0' is not a port: write a number from 1 to 65535"),
            ("ns.test:65536", "'65536' is not a port: write a number from 1 to 65535"),
            ("[::1]:", "'' is not a port: write a number from 1 to 65535"),
            ("ns.test:+53", "'+53' is not a port: write a number from 1 to 65535"),
            ("ns.test:domain", "'domain' is not a port: write a number from 1 to 65535"),
            (
                "tls://dns.test:853",
                "'tls://dns.test:853' is encrypted DNS, not supported yet: \
                 ask over UDP and TCP with '@dns.test'",
            ),
            (
                "https://dns.test/dns-query",
                "'https://dns.test/dns-query' is encrypted DNS, not supported yet: \
                 ask over UDP and TCP with '@dns.test'",
            ),
            (
                "QUIC://[::1]",
                "'QUIC://[::1]' is encrypted DNS, not supported yet: \
                 ask over UDP and TCP with '@[::1]'",
            ),
            ("udp://ns.test:54", "'udp://ns.test:54' is a URL: ask '@ns.test'"),
            ("fe80::1%eth9", "no interface 'eth9' here; there is eth0, lo"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), message);
        }
        for text in [
            "[::1",
            "[::1]x",
            "[127.0.0.1]",
            "[ns.test]:53",
            ":53",
            "a b",
            "u@ns.test",
            "127.1",
            "127.0.0.1%eth0",
            "ns.test%eth0",
            "::1::2:53",
        ] {
            let error = parse(text).expect_err(text);
            assert!(matches!(error, ServerError::Malformed { .. }), "{text}: {error:?}");
        }
    }
}
