//! The server of a question: what stands after the `@`.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::time::Duration;

use http::uri::PathAndQuery;
use output::Pasted;
use rustls::pki_types::ServerName;

use crate::encrypted::{Endpoint, Protocol};
use crate::system;

/// The port of the DNS (RFC 1035, 4.2).
pub const DNS_PORT: u16 = 53;

/// The port of DNS over TLS (RFC 7858, 3.1) and over QUIC (RFC 9250, 4.1.1).
pub const ENCRYPTED_DNS_PORT: u16 = 853;

/// The port of HTTPS.
pub const HTTPS_PORT: u16 = 443;

/// Where DNS over HTTPS is asked unless told; no RFC says so, and every server has it there.
const HTTPS_PATH: &str = "/dns-query";

/// The variable of a POST or GET template (RFC 8484, 4.1), as resolvers' documents have it.
const URI_TEMPLATE_VARIABLE: &str = "{?dns}";

/// A server as it was typed: where it is, and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where it is.
    pub address: ServerAddress,
    /// Over what it is asked, and who it must be; `None` asks over UDP and TCP.
    pub encrypted: Option<Endpoint>,
}

/// Where a server is.
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
    /// DNS over HTTP without TLS, which RFC 8484 does not have.
    #[error("'{text}' is not encrypted: ask '@https://{rest}', or '@{host}' over UDP and TCP")]
    Http {
        /// What was given.
        text: String,
        /// What stands after the scheme.
        rest: String,
        /// The host in it.
        host: String,
    },
    /// DNS over HTTP/3.
    #[error(
        "'{text}' is DNS over HTTP/3, not supported: ask '@https://{rest}' or '@quic://{host}'"
    )]
    Http3 {
        /// What was given.
        text: String,
        /// What stands after the scheme.
        rest: String,
        /// The host in it.
        host: String,
    },
    /// A DNS stamp.
    #[error(
        "'{text}' is a DNS stamp, not supported: write the server that it stands for, such as \
         '@https://dns.example/dns-query'"
    )]
    Stamp {
        /// What was given.
        text: String,
    },
    /// A URL of encrypted DNS that cannot be one.
    #[error(
        "'{text}' is not a server: write '{scheme}://host', '{scheme}://host:port' or \
         '{scheme}://address#name'"
    )]
    MalformedUrl {
        /// What was given.
        text: String,
        /// The scheme, in lower case.
        scheme: &'static str,
    },
    /// A path where there is no HTTP.
    #[error(
        "'{path}' is a path, which only 'https://' has: leave it out, or ask '@https://{rest}'"
    )]
    Path {
        /// The path.
        path: String,
        /// What stands after the scheme.
        rest: String,
    },
    /// Something after the `#` that no certificate is for.
    #[error(
        "'{name}' is not a name to verify: write the one in the certificate after '#', \
         and a port after ':'"
    )]
    CertificateName {
        /// What stands after the `#`.
        name: String,
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
    /// A link-local address, which every interface has neighbours for.
    #[error("'{address}' is link-local: say over which interface, such as '{address}%eth0'")]
    NoZone {
        /// The address.
        address: Ipv6Addr,
    },
    /// The zone of a scoped address is not an interface here.
    #[error("no interface '{zone}': there are {}", .known.join(", "))]
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

impl Server {
    /// Reads `tls://host:port`, `https://host:port/path` or `quic://host:port`, each with the
    /// name to verify after a `#` if it is not the host; and what stands for a server that is
    /// asked over UDP and TCP: an address, `host:port`, `[v6]:port`, `address#port`, a bare IPv6
    /// address, an address with a zone (`fe80::1%eth0`), or a name. Looks nothing up but the
    /// zone's interface. `default_port` is for the latter: encrypted DNS has ports of its own.
    ///
    /// # Errors
    ///
    /// A port out of range, an unknown interface, another URL.
    pub fn parse(text: &str, default_port: u16) -> Result<Self, ServerError> {
        parse_with(text, default_port, interface_index)
    }

    /// The addresses to ask. A name is resolved as any program would, for no longer than this.
    ///
    /// # Errors
    ///
    /// The name has no address, or that cannot be found out.
    pub fn resolve(&self, timeout: Duration) -> Result<Vec<SocketAddr>, ServerError> {
        self.address.resolve(timeout)
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(endpoint) = &self.encrypted else {
            return self.address.fmt(f);
        };
        write!(f, "{}://{}", endpoint.protocol.as_str(), self.address)?;
        if let Protocol::Https { path } = &endpoint.protocol {
            f.write_str(path.as_str())?;
        }
        if self.address.certificate_name().as_ref() != Some(&endpoint.name) {
            write!(f, "#{}", endpoint.name.to_str())?;
        }
        Ok(())
    }
}

impl ServerAddress {
    /// The addresses to ask. A name is resolved as any program would, for no longer than this.
    ///
    /// # Errors
    ///
    /// The name has no address, or that cannot be found out.
    pub fn resolve(&self, timeout: Duration) -> Result<Vec<SocketAddr>, ServerError> {
        match self {
            Self::Address(address) => Ok(vec![*address]),
            Self::Name { host, port } => {
                let addresses = system::addresses_of(host, timeout)
                    .map_err(|source| ServerError::Unresolved { host: host.clone(), source })?;
                Ok(addresses.into_iter().map(|address| SocketAddr::new(address, *port)).collect())
            }
        }
    }

    /// Who the server is if nothing else is told: the host (RFC 8310, 7.1). `None`: a name in the
    /// DNS that no certificate can have.
    fn certificate_name(&self) -> Option<ServerName<'static>> {
        match self {
            Self::Address(address) => Some(address.ip().into()),
            Self::Name { host, .. } => certificate_name(host),
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
) -> Result<Server, ServerError> {
    if text.is_empty() {
        return Err(ServerError::Empty);
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        let address = parse_address(text, default_port, &index_of)?;
        return Ok(Server { address, encrypted: None });
    };
    match scheme.to_ascii_lowercase().as_str() {
        "tls" => Url { text, scheme: "tls", rest }.parse(&index_of),
        "https" => Url { text, scheme: "https", rest }.parse(&index_of),
        "quic" => Url { text, scheme: "quic", rest }.parse(&index_of),
        other => Err(refused_url(text, other, rest)),
    }
}

fn parse_address(
    text: &str,
    default_port: u16,
    index_of: &impl Fn(&str) -> Result<u32, ServerError>,
) -> Result<ServerAddress, ServerError> {
    // A bare address first: in an IPv6 one the last colon is no port's.
    if let Some(address) = scoped(text, default_port, index_of)? {
        return with_zone(address);
    }
    let malformed = || ServerError::Malformed { text: text.to_owned() };
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']').ok_or_else(malformed)?;
        let port = match rest.strip_prefix(':') {
            Some(port) => parse_port(port)?,
            None if rest.is_empty() => default_port,
            None => return Err(malformed()),
        };
        let address = scoped(address, port, index_of)?.filter(SocketAddr::is_ipv6);
        return with_zone(address.ok_or_else(malformed)?);
    }
    // As dig and unbound write it: 127.0.0.1#53.
    if let Some((host, port)) = text.rsplit_once('#') {
        let port = parse_port(port)?;
        return match scoped(host, port, index_of)? {
            Some(address) => with_zone(address),
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

/// The system sends nothing to a link-local address without a zone.
fn with_zone(address: SocketAddr) -> Result<ServerAddress, ServerError> {
    match address {
        SocketAddr::V6(it) if it.ip().is_unicast_link_local() && it.scope_id() == 0 => {
            Err(ServerError::NoZone { address: *it.ip() })
        }
        _ => Ok(ServerAddress::Address(address)),
    }
}

/// The URL of a server of encrypted DNS.
struct Url<'a> {
    text: &'a str,
    /// In lower case.
    scheme: &'static str,
    rest: &'a str,
}

impl Url<'_> {
    fn parse(
        &self,
        index_of: &impl Fn(&str) -> Result<u32, ServerError>,
    ) -> Result<Server, ServerError> {
        let (rest, name) = match self.rest.split_once('#') {
            Some((rest, name)) => (rest, Some(name)),
            None => (self.rest, None),
        };
        let rest = rest.strip_suffix(URI_TEMPLATE_VARIABLE).unwrap_or(rest);
        let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let protocol = self.protocol(path)?;
        let port = if self.scheme == "https" { HTTPS_PORT } else { ENCRYPTED_DNS_PORT };
        let address = parse_address(host, port, index_of).map_err(|error| match error {
            ServerError::Malformed { .. } => self.malformed(),
            other => other,
        })?;
        let name = match name {
            Some(name) => certificate_name(name)
                .ok_or_else(|| ServerError::CertificateName { name: name.to_owned() })?,
            None => address.certificate_name().ok_or_else(|| self.malformed())?,
        };
        Ok(Server { address, encrypted: Some(Endpoint { protocol, name }) })
    }

    fn protocol(&self, path: &str) -> Result<Protocol, ServerError> {
        let has_path = !matches!(path, "" | "/");
        match self.scheme {
            // Another template than the one that every server has is not filled in.
            "https" if has_path && path.contains(['{', '}']) => Err(self.malformed()),
            "https" if has_path => match PathAndQuery::try_from(path) {
                Ok(path) => Ok(Protocol::Https { path }),
                Err(_) => Err(self.malformed()),
            },
            "https" => Ok(Protocol::Https { path: PathAndQuery::from_static(HTTPS_PATH) }),
            _ if has_path => {
                Err(ServerError::Path { path: path.to_owned(), rest: self.rest.to_owned() })
            }
            "quic" => Ok(Protocol::Quic),
            _ => Ok(Protocol::Tls),
        }
    }

    fn malformed(&self) -> ServerError {
        ServerError::MalformedUrl { text: self.text.to_owned(), scheme: self.scheme }
    }
}

/// A name as certificates have it: in ASCII, without the dot at its end. A number alone was meant
/// for a port.
fn certificate_name(text: &str) -> Option<ServerName<'static>> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.into());
    }
    if text.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let name = crate::name::parse(text).ok()?.name;
    ServerName::try_from(crate::name::present(&name)).ok()
}

/// Says of a URL that is none of ours what to write instead.
fn refused_url(text: &str, scheme: &str, rest: &str) -> ServerError {
    let host = match Pasted::parse(text).map_or("", |pasted| pasted.host) {
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let (text, rest) = (text.to_owned(), rest.to_owned());
    match scheme {
        "http" => ServerError::Http { text, rest, host },
        "h3" => ServerError::Http3 { text, rest, host },
        "sdns" => ServerError::Stamp { text },
        _ => ServerError::Url { text, host },
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

    fn parse(text: &str) -> Result<Server, ServerError> {
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
            assert_eq!(server.address, ServerAddress::Address(expected.parse().unwrap()));
            assert_eq!(server.encrypted, None);
            assert_eq!(server.resolve(Duration::ZERO).unwrap(), [expected.parse().unwrap()]);
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
            let ServerAddress::Name { host, port } = parse(text).unwrap().address else {
                panic!("{text} is a name");
            };
            assert_eq!((host.as_str(), port), (expected_host, expected_port));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, message) in [
            ("", "the server is empty: give an address or a name, such as '@127.0.0.1'"),
            (
                "fe80::1",
                "'fe80::1' is link-local: say over which interface, such as 'fe80::1%eth0'",
            ),
            (
                "[fe80::1]:53",
                "'fe80::1' is link-local: say over which interface, such as 'fe80::1%eth0'",
            ),
            ("127.0.0.1:0", "'0' is not a port: write a number from 1 to 65535"),
            ("ns.test:65536", "'65536' is not a port: write a number from 1 to 65535"),
            ("[::1]:", "'' is not a port: write a number from 1 to 65535"),
            ("ns.test:+53", "'+53' is not a port: write a number from 1 to 65535"),
            ("ns.test:domain", "'domain' is not a port: write a number from 1 to 65535"),
            (
                "tls://",
                "'tls://' is not a server: write 'tls://host', 'tls://host:port' or 'tls://address#name'",
            ),
            (
                "https://u@dns.test/",
                "'https://u@dns.test/' is not a server: \
                 write 'https://host', 'https://host:port' or 'https://address#name'",
            ),
            ("tls://dns.test:0", "'0' is not a port: write a number from 1 to 65535"),
            (
                "quic://dns.test/dns-query",
                "'/dns-query' is a path, which only 'https://' has: \
                 leave it out, or ask '@https://dns.test/dns-query'",
            ),
            (
                "tls://127.0.0.1#853",
                "'853' is not a name to verify: \
                 write the one in the certificate after '#', and a port after ':'",
            ),
            (
                "http://dns.test/dns-query",
                "'http://dns.test/dns-query' is not encrypted: \
                 ask '@https://dns.test/dns-query', or '@dns.test' over UDP and TCP",
            ),
            (
                "h3://[::1]",
                "'h3://[::1]' is DNS over HTTP/3, not supported: \
                 ask '@https://[::1]' or '@quic://[::1]'",
            ),
            (
                "sdns://AgAAAA",
                "'sdns://AgAAAA' is a DNS stamp, not supported: write the server that it stands \
                 for, such as '@https://dns.example/dns-query'",
            ),
            ("udp://ns.test:54", "'udp://ns.test:54' is a URL: ask '@ns.test'"),
            ("fe80::1%eth9", "no interface 'eth9': there are eth0, lo"),
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
    #[test]
    fn reads_servers_of_encrypted_dns() {
        for (text, expected) in [
            ("tls://127.0.0.1", "tls://127.0.0.1:853"),
            ("TLS://127.0.0.1:8853/", "tls://127.0.0.1:8853"),
            ("tls://[::1]", "tls://[::1]:853"),
            ("tls://[::1]:8853", "tls://[::1]:8853"),
            ("tls://fe80::1%eth0", "tls://[fe80::1%7]:853"),
            ("quic://[fe80::1%eth0]:8853", "quic://[fe80::1%7]:8853"),
            ("quic://dns.test", "quic://dns.test:853"),
            ("tls://127.0.0.1#dns.test", "tls://127.0.0.1:853#dns.test"),
            ("tls://127.0.0.1:8853#dns.test.", "tls://127.0.0.1:8853#dns.test"),
            ("tls://dns.test#dns.test", "tls://dns.test:853"),
            ("tls://dns.test#127.0.0.1", "tls://dns.test:853#127.0.0.1"),
            ("quic://[::1]#DNS.test", "quic://[::1]:853#DNS.test"),
            ("https://dns.test", "https://dns.test:443/dns-query"),
            ("https://dns.test/", "https://dns.test:443/dns-query"),
            ("https://dns.test:8443/x?y=z", "https://dns.test:8443/x?y=z"),
            ("https://dns.test/dns-query{?dns}", "https://dns.test:443/dns-query"),
            ("https://127.0.0.1:8443/q#dns.test", "https://127.0.0.1:8443/q#dns.test"),
            ("https://[::1]/q{?dns}#dns.test", "https://[::1]:443/q#dns.test"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn the_host_is_verified_unless_told() {
        for (text, expected) in [
            ("tls://127.0.0.1", "127.0.0.1"),
            ("tls://fe80::1%eth0", "fe80::1"),
            ("quic://dns.test.", "dns.test"),
            ("https://b\u{fc}cher.test", "xn--bcher-kva.test"),
            ("https://127.0.0.1#dns.test", "dns.test"),
            ("tls://dns.test#192.0.2.1", "192.0.2.1"),
        ] {
            let endpoint = parse(text).unwrap().encrypted.unwrap();
            assert_eq!(endpoint.name.to_str(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_server_of_encrypted_dns_is_told() {
        for text in [
            "tls:///x",
            "https://:443/",
            "https://dns test/",
            "https://dns.test/a b",
            "https://dns.test/{dns}",
            "https://[::1/",
            "quic://127.1",
            "quic://dns.test%eth0",
        ] {
            let error = parse(text).expect_err(text);
            assert!(
                matches!(error, ServerError::MalformedUrl { .. } | ServerError::Path { .. }),
                "{text}: {error:?}"
            );
        }
        for text in ["tls://dns.test#", "tls://dns.test#a b", "tls://dns.test#a#b"] {
            let error = parse(text).expect_err(text);
            assert!(matches!(error, ServerError::CertificateName { .. }), "{text}: {error:?}");
        }
        assert!(matches!(parse("tls://dns.test:x"), Err(ServerError::Port { .. })));
        assert!(matches!(parse("tls://fe80::1%eth9"), Err(ServerError::NoSuchInterface { .. })));
    }
}
