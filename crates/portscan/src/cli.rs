//! What was asked, and the way from there to rows.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use clap::Parser;
use output::{Exit, FamilyFlags, Notes, Pasted, Rows, Tool};
use thiserror::Error;

use crate::ports::{self, Ports};
use crate::row::Row;
use crate::scan::{self, Plan, Target};

/// Try TCP ports of a host and say what answered
///
/// A port is open (somebody listens), closed (the host answered: nobody listens) or filtered (no
/// answer: a firewall, or no host). Nothing is sent to open ports. Try only what you may.
#[derive(Parser, Debug, Clone)]
#[command(name = "portscan")]
pub struct Cli {
    /// The host: a name or an address
    #[arg(value_name = "HOST", value_parser = host)]
    host: String,

    /// Ports: numbers, ranges (8000-8080), service names (ssh), lists of these (80,443)
    #[arg(value_name = "PORT", required = true)]
    ports: Vec<Ports>,

    /// Seconds to wait for an answer
    #[arg(short = 'w', long, value_name = "SECONDS", default_value = "2", value_parser = output::seconds)]
    timeout: Duration,

    #[command(flatten)]
    family: FamilyFlags,
}

/// The longest name of a host in octets, without the dot at its end.
const MAX_NAME: usize = 253;

/// The longest label in octets.
const MAX_LABEL: usize = 63;

/// What can go wrong.
#[derive(Debug, Error)]
pub enum Failure {
    /// Not one thread could be started.
    #[error("cannot start to scan")]
    Start(#[source] io::Error),
    /// The host's name has no address, or the resolver did not answer.
    #[error("cannot resolve '{host}'")]
    Resolve {
        /// The host.
        host: String,
        /// What the system's resolver said.
        #[source]
        source: io::Error,
    },
    /// The host has no address of the family that was asked for.
    #[error("'{host}' has no {what}")]
    NoAddress {
        /// The host.
        host: String,
        /// What it does not have.
        what: &'static str,
    },
}

impl output::Failure for Failure {}

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("portscan www.example.com 80 81", "is somebody home at 80, and nobody at 81?"),
        ("portscan localhost ssh 8000-8080", "by service name, and a range"),
        ("portscan -s 127.0.0.1 1-1024", "the open ports, bare"),
        ("portscan -q -w 0.5 db 5432 && echo up", "the exit code is the answer"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "every port is open"),
        (Exit::No, "one is closed"),
        (Exit::Usage, "the command line makes no sense"),
        (Exit::Unknown, "of one it could not be told: filtered, unreachable, or no such host"),
    ];

    fn rows(self, notes: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        let ports = ports::in_order(&self.ports);
        let (notes, mut done, total) = (notes.clone(), 0, ports.len() as u64);
        let plan = Plan { timeout: self.timeout, target: self.target()?, ports };
        let rows = scan::scan(plan).map_err(Failure::Start)?;
        Ok(output::as_they_come(rows, move |_, row| {
            done += 1;
            notes.progress(done, total);
            [Ok(row)]
        }))
    }
}

impl Cli {
    fn target(self) -> Result<Target, Failure> {
        let Self { host, family, .. } = self;
        let family = family.family();
        let is_wanted = |address: &SocketAddr| family.admits(address.ip().to_canonical());
        match (host.as_str(), 0).to_socket_addrs() {
            Err(source) => Err(Failure::Resolve { host, source }),
            Ok(addresses) => {
                // A hosts file may have an address twice.
                let mut is_known = HashSet::new();
                let is_new = |address: &SocketAddr| is_known.insert(*address);
                let addresses: Vec<_> = addresses.filter(is_wanted).filter(is_new).collect();
                if addresses.is_empty() {
                    return Err(Failure::NoAddress { host, what: family.address_name() });
                }
                Ok(Target { host, addresses })
            }
        }
    }
}

/// A host by itself; what is pasted with more, or cannot be a host, is told how to be written.
fn host(text: &str) -> Result<String, String> {
    if let Some(Pasted { scheme, host, port }) = Pasted::parse(text)
        && (is_name(host) || host.parse::<IpAddr>().is_ok())
    {
        let is_port = |port: &&str| port.parse::<Ports>().is_ok();
        let port = port.filter(is_port).or(scheme.filter(is_port)).unwrap_or("443");
        return Err(format!("give host and port apart, as in '{host} {port}'"));
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.split('%').next().unwrap_or(bare).parse::<IpAddr>();
    match address {
        Ok(IpAddr::V6(address)) if address.is_unicast_link_local() && !bare.contains('%') => {
            Err(format!("a link-local address needs its interface, as in '{address}%eth0'"))
        }
        Err(_) if !is_name(bare) => {
            Err("a host is a name or an address, as in 'localhost' or '127.0.0.1'".to_owned())
        }
        _ => Ok(bare.to_owned()),
    }
}

/// Whether a text can be the name of a host: labels of 1 to 63 octets, 253 with the dots between
/// them (RFC 1035, 2.3.4), and none of the characters that no resolver takes.
fn is_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_strange = |c: char| c.is_whitespace() || c.is_control() || "/,;:@[]%\\".contains(c);
    name.len() <= MAX_NAME
        && name.split('.').all(|label| (1..=MAX_LABEL).contains(&label.len()))
        && !name.contains(is_strange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_cannot_be_resolved_is_not_known_to_be_absent() {
        let failure =
            Failure::Resolve { host: "db".to_owned(), source: io::Error::other("no answer") };
        assert_eq!(output::Failure::exit(&failure), Exit::Unknown);
        assert_eq!(output::with_causes(&failure), "cannot resolve 'db': no answer");
    }

    #[test]
    fn a_host_stands_alone() {
        for text in ["localhost", "a_b.test.", "127.0.0.1", "::1", "fe80::1%eth0", "bücher.test"] {
            assert_eq!(host(text), Ok(text.to_owned()));
        }
        assert_eq!(host("[::1]"), Ok("::1".to_owned()));
        let cases = [
            ("https://a.b/c", "give host and port apart, as in 'a.b https'"),
            ("http://a.b:8080/", "give host and port apart, as in 'a.b 8080'"),
            ("localhost:80", "give host and port apart, as in 'localhost 80'"),
            ("[::1]:80", "give host and port apart, as in '::1 80'"),
            ("foo://a.b", "give host and port apart, as in 'a.b 443'"),
            ("a.b:abc", "give host and port apart, as in 'a.b 443'"),
            ("me@a.b", "give host and port apart, as in 'a.b 443'"),
            ("fe80::1", "a link-local address needs its interface, as in 'fe80::1%eth0'"),
        ];
        for (text, message) in cases {
            assert_eq!(host(text), Err(message.to_owned()));
        }
        let odd = ["", ".", "..", "no..host", "a b", "127.0.0.0/30", "h1,h2", "[::1", "h%lo"];
        for text in odd.into_iter().chain(["me@", "://", "http://", "http://:80/", "http://[::1"]) {
            let message = "a host is a name or an address, as in 'localhost' or '127.0.0.1'";
            assert_eq!(host(text), Err(message.to_owned()), "{text}");
        }
    }
}
