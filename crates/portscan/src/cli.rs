//! What was asked, and the way from there to rows.

use std::io;
use std::net::ToSocketAddrs;
use std::time::Duration;

use clap::Parser;
use output::{Exit, FamilyFlags, Notes, Rows, Tool};
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

/// What can go wrong.
#[derive(Debug, Error)]
pub enum Failure {
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
        Ok(output::as_they_come(scan::scan(plan), move |_, row| {
            done += 1;
            notes.progress(done, total);
            vec![Ok(row)]
        }))
    }
}

impl Cli {
    fn target(self) -> Result<Target, Failure> {
        let Self { host, family, .. } = self;
        let family = family.family();
        match (host.as_str(), 0).to_socket_addrs() {
            Err(source) => Err(Failure::Resolve { host, source }),
            Ok(addresses) => {
                let addresses: Vec<_> =
                    addresses.filter(|address| family.admits(address.ip())).collect();
                if addresses.is_empty() {
                    return Err(Failure::NoAddress { host, what: family.address_name() });
                }
                Ok(Target { host, addresses })
            }
        }
    }
}

/// A host by itself: a URL, or a port pasted with it, is told how to be written.
fn host(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if bare.is_empty() {
        return Err("a host is a name or an address, as in 'localhost' or '127.0.0.1'".to_owned());
    }
    if let Some((_, rest)) = text.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return Err(format!("this is a URL: give the host and the ports, as in '{host} 443'"));
    }
    if let Some((host, port)) = text.rsplit_once(':')
        && !host.contains(':')
    {
        return Err(format!("give host and port apart, as in '{host} {port}'"));
    }
    Ok(bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_stands_alone() {
        for text in ["localhost", "127.0.0.1", "::1", "fe80::1%eth0"] {
            assert_eq!(host(text), Ok(text.to_owned()));
        }
        assert_eq!(host("[::1]"), Ok("::1".to_owned()));
        let cases = [
            ("", "a host is a name or an address, as in 'localhost' or '127.0.0.1'"),
            ("https://a.b/c", "this is a URL: give the host and the ports, as in 'a.b 443'"),
            ("localhost:80", "give host and port apart, as in 'localhost 80'"),
        ];
        for (text, message) in cases {
            assert_eq!(host(text), Err(message.to_owned()));
        }
    }
}
