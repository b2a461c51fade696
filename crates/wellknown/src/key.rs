//! What a person types to ask about a service: a port, a range or a name, and perhaps a transport.

use std::ops::RangeInclusive;
use std::str::FromStr;

use output::Pasted;

use crate::port::{PortError, excerpt, port_range};
use crate::protocol::{Protocol, UnknownProtocol};
use crate::services::{Service, by_name, by_port, by_ports};

/// A question: `80`, `ssh`, `80/tcp`, `tcp/80`, `http/udp`, `6000-6063`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The port, range or name.
    pub what: What,
    /// The transport, where one was typed.
    pub protocol: Option<Protocol>,
}

/// What a key asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// One port or a range; 0 is possible, though nothing is ever assigned to it.
    Ports(RangeInclusive<u16>),
    /// A name or an alias, as it was typed; it need not exist.
    Name(String),
}

impl Key {
    /// The services that the key asks for. On one port and under one name registered services come
    /// first; over a range they come in order of their ports.
    #[must_use]
    pub fn services(&self) -> Vec<Service> {
        let protocol = self.protocol;
        match &self.what {
            What::Ports(range) if range.start() == range.end() => {
                by_port(*range.start(), protocol).collect()
            }
            What::Ports(range) => by_ports(range.clone(), protocol).collect(),
            What::Name(typed) => by_name(typed).filter(|it| it.runs_over(protocol)).collect(),
        }
    }
}

/// Why a text is no key, and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no port and no name.
    #[error("nothing to look up: give a port (80), a range (6000-6063) or a name (ssh)")]
    Empty,
    /// The text looks like a port or a range, but is none.
    #[error(transparent)]
    Port(#[from] PortError),
    /// What follows the `/` is not a transport.
    #[error("'{protocol}' in '{key}' is not a transport: {UnknownProtocol}")]
    Protocol {
        /// What was typed, shortened.
        key: String,
        /// What stands after the `/`, shortened.
        protocol: String,
    },
    /// The text ends in `/`.
    #[error("no transport after the '/' of '{key}': {UnknownProtocol}")]
    NoProtocol {
        /// What was typed, shortened.
        key: String,
    },
    /// A transport before and another one after.
    #[error("'{key}' has two transports: give one, as in 80/tcp")]
    TwoProtocols {
        /// What was typed, shortened.
        key: String,
    },
    /// Several keys in one, with commas.
    #[error("'{key}' is more than one key: separate them by blanks, not commas")]
    List {
        /// What was typed, shortened.
        key: String,
    },
    /// A host with a port, or a URL.
    #[error("'{key}' is not a port or a service name: try '{instead}'")]
    Address {
        /// What was typed, shortened.
        key: String,
        /// The part that can be looked up, shortened.
        instead: String,
    },
}

impl FromStr for Key {
    type Err = KeyError;

    /// Blanks around the key do not count. Whether a `/` begins a wrong transport (`http/foo`) or
    /// belongs to a name (`cl/1`) is decided by what stands before it: a port or a known name.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.contains(',') {
            return Err(KeyError::List { key: excerpt(text) });
        }
        if text.contains(':') {
            return Err(KeyError::Address {
                key: excerpt(text),
                instead: excerpt(&port_part(text)),
            });
        }
        let (what, protocol) = without_protocol(text)?;
        if what.is_empty() {
            return Err(KeyError::Empty);
        }
        let what = if is_ports(what) {
            What::Ports(port_range(what, 0)?)
        } else {
            What::Name(what.to_owned())
        };
        Ok(Self { what, protocol })
    }
}

/// No name consists of digits and `-` only, so these are meant as ports.
fn is_ports(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// Takes the transport off either end.
fn without_protocol(text: &str) -> Result<(&str, Option<Protocol>), KeyError> {
    if let Some((what, protocol)) = split_protocol(text) {
        return match split_protocol(what) {
            Some(_) => Err(KeyError::TwoProtocols { key: excerpt(text) }),
            None => Ok((what, Some(protocol))),
        };
    }
    if let Some((what, tail)) = text.rsplit_once('/')
        && (is_ports(what) || is_name(what))
        && !is_name(text)
    {
        let key = excerpt(text);
        return Err(match tail {
            "" => KeyError::NoProtocol { key },
            _ => KeyError::Protocol { key, protocol: excerpt(tail) },
        });
    }
    Ok((text, None))
}

/// `80/tcp` and `tcp/80`.
fn split_protocol(text: &str) -> Option<(&str, Protocol)> {
    let after = text.rsplit_once('/').map(|(what, protocol)| (what, protocol.parse()));
    let before = text.split_once('/').map(|(protocol, what)| (what, protocol.parse()));
    let found = after.into_iter().chain(before);
    found.into_iter().find_map(|(what, protocol)| Some((what, protocol.ok()?)))
}

fn is_name(text: &str) -> bool {
    by_name(text).next().is_some()
}

/// What can be looked up of an address or a URL: the port, or else the scheme.
fn port_part(text: &str) -> String {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    match text.split_once(':') {
        Some((first, last)) if is_number(first) && is_number(last) => format!("{first}-{last}"),
        _ => match Pasted::parse(text) {
            Some(Pasted { scheme, host, port }) => {
                let is_told = |part: &&str| !part.is_empty();
                let part = port.or(scheme).filter(is_told).or(Some(host)).filter(is_told);
                part.unwrap_or("80").to_owned()
            }
            None => text.trim_matches(':').to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(ports: RangeInclusive<u16>, protocol: Option<Protocol>) -> Key {
        Key { what: What::Ports(ports), protocol }
    }

    fn name(name: &str, protocol: Option<Protocol>) -> Key {
        Key { what: What::Name(name.into()), protocol }
    }

    #[test]
    fn reads_what_people_type() {
        let cases = [
            ("80", ports(80..=80, None)),
            (" 80\n", ports(80..=80, None)),
            ("080", ports(80..=80, None)),
            ("0", ports(0..=0, None)),
            ("80/tcp", ports(80..=80, Some(Protocol::Tcp))),
            ("80/TCP", ports(80..=80, Some(Protocol::Tcp))),
            ("tcp/80", ports(80..=80, Some(Protocol::Tcp))),
            ("6000-6063", ports(6000..=6063, None)),
            ("6000-6063/udp", ports(6000..=6063, Some(Protocol::Udp))),
            ("sctp/6000-6063", ports(6000..=6063, Some(Protocol::Sctp))),
            ("ssh", name("ssh", None)),
            ("SSH", name("SSH", None)),
            ("http/udp", name("http", Some(Protocol::Udp))),
            ("UDP/http", name("http", Some(Protocol::Udp))),
            ("no-such", name("no-such", None)),
            ("tcp", name("tcp", None)),
            ("cl/1", name("cl/1", None)),
            ("CL/1/udp", name("CL/1", Some(Protocol::Udp))),
            ("udp/cl/1", name("cl/1", Some(Protocol::Udp))),
            ("914c/g", name("914c/g", None)),
            ("EtherNet/IP-1", name("EtherNet/IP-1", None)),
            ("whois++", name("whois++", None)),
            ("9pfs", name("9pfs", None)),
            ("0x50", name("0x50", None)),
            ("80-http", name("80-http", None)),
            ("８０", name("８０", None)),
        ];
        for (text, key) in cases {
            assert_eq!(text.parse(), Ok(key), "{text:?}");
        }
    }

    #[test]
    fn errors_say_what_to_type() {
        let cases = [
            ("", "nothing to look up: give a port (80), a range (6000-6063) or a name (ssh)"),
            ("/tcp", "nothing to look up: give a port (80), a range (6000-6063) or a name (ssh)"),
            ("tcp/", "nothing to look up: give a port (80), a range (6000-6063) or a name (ssh)"),
            ("65536", "'65536' is out of range: ports go from 0 to 65535"),
            ("-1", "'-1' is not a port: ports go from 0 to 65535; a range needs both ends: 0-1"),
            ("90-80", "'90-80' runs backwards: write 80-90"),
            ("90-80/udp", "'90-80' runs backwards: write 80-90"),
            ("80-", "'80-' has no end: write 80-65535 for all ports from 80 on"),
            ("-", "'-' is not a port: write a number from 0 to 65535 or a range like 8000-8080"),
            ("80/foo", "'foo' in '80/foo' is not a transport: transports are tcp, udp, sctp, dccp"),
            (
                "http/foo",
                "'foo' in 'http/foo' is not a transport: transports are tcp, udp, sctp, dccp",
            ),
            ("www/80", "'80' in 'www/80' is not a transport: transports are tcp, udp, sctp, dccp"),
            ("80/", "no transport after the '/' of '80/': transports are tcp, udp, sctp, dccp"),
            ("tcp/80/udp", "'tcp/80/udp' has two transports: give one, as in 80/tcp"),
            ("80/tcp/udp", "'80/tcp/udp' has two transports: give one, as in 80/tcp"),
            ("80,443", "'80,443' is more than one key: separate them by blanks, not commas"),
            ("host:8080", "'host:8080' is not a port or a service name: try '8080'"),
            (":8080", "':8080' is not a port or a service name: try '8080'"),
            ("[::1]:80", "'[::1]:80' is not a port or a service name: try '80'"),
            ("80:90", "'80:90' is not a port or a service name: try '80-90'"),
            ("ssh:", "'ssh:' is not a port or a service name: try 'ssh'"),
            ("host:ssh", "'host:ssh' is not a port or a service name: try 'ssh'"),
            (
                "https://example.com/a:1",
                "'https://example.com/a:1' is not a port or a service name: try 'https'",
            ),
            (
                "http://[::1]:8080/",
                "'http://[::1]:8080/' is not a port or a service name: try '8080'",
            ),
        ];
        for (text, message) in cases {
            let error = text.parse::<Key>().map_err(|it| it.to_string());
            assert_eq!(error, Err(message.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn finds_services_of_every_kind_of_key() {
        let cases: [(&str, &[&str]); 11] = [
            ("22", &["ssh"]),
            ("Www", &["http"]),
            ("514/udp", &["syslog"]),
            ("udp/514", &["syslog"]),
            ("syslog/tcp", &[]),
            ("6006", &["x11", "tensorboard"]),
            ("6006-6006/udp", &["x11"]),
            ("20-25", &["ftp-data", "ftp", "ssh", "telnet", "smtp"]),
            ("27001", &["flex-lm"]),
            ("27001/tcp", &[]),
            ("0", &[]),
        ];
        for (text, names) in cases {
            let key = text.parse::<Key>().expect(text);
            assert_eq!(
                key.services().into_iter().map(Service::name).collect::<Vec<_>>(),
                names,
                "{text}"
            );
        }
    }

    #[test]
    fn every_name_of_the_table_is_a_key() {
        for name in crate::names() {
            for text in [name.to_owned(), format!("{name}/tcp"), format!("udp/{name}")] {
                let key = text.parse::<Key>().expect(name);
                assert_eq!(key.what, What::Name(name.into()), "{text}");
            }
        }
    }

    #[test]
    fn hostile_text_is_an_error_or_a_name() {
        let long = "/".repeat(100_000);
        for text in
            ["\0", "\u{1b}[31m", "/", "//", ":", "::", "://", "é/é", "-/-", "80/\u{202e}", &long]
        {
            let _ = text.parse::<Key>().map(|key| key.services().len());
        }
    }
}
