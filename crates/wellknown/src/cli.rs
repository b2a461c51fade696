//! What was asked, and the way from there to services.

use std::ops::RangeInclusive;

use clap::Parser;
use output::{Exit, Notes, Rows, Tool};
use thiserror::Error;

use crate::key::{Key, What};
use crate::port::{PortClass, is_reserved};
use crate::row::Row;
use crate::services;

/// Look up services by port or by name
///
/// Knows the everyday ports and names by itself: /etc/services is not needed.
#[derive(Parser, Debug, Clone)]
#[command(name = <Self as Tool>::NAME)]
pub struct Cli {
    /// A port (80), range (6000-6063) or name (ssh), with a transport where that matters (http/udp)
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<Key>,
}

/// A key that nothing is assigned to.
#[derive(Debug, Error)]
pub enum Failure {
    /// No service has the name.
    #[error("no service is called '{name}'{}", over(.transport.as_deref()))]
    NoName {
        /// What was asked for.
        name: String,
        /// The transport that was asked for.
        transport: Option<String>,
    },
    /// No service has a port of the range.
    #[error("no service is known on {}{}: {}", ports(.range), over(.transport.as_deref()), class(.range))]
    NoPort {
        /// What was asked for.
        range: RangeInclusive<u16>,
        /// The transport that was asked for.
        transport: Option<String>,
    },
}

impl output::Failure for Failure {
    fn exit(&self) -> Exit {
        Exit::No
    }

    fn hint(&self) -> Option<String> {
        let Self::NoName { name, transport } = self else { return None };
        if let (Some(transport), Some(service)) = (transport, services::by_name(name).next()) {
            let protocols = service.protocols();
            return Some(format!("'{name}' runs over {protocols}, not over {transport}"));
        }
        output::nearest(name, services::names()).map(|near| format!("did you mean '{near}'?"))
    }
}

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const NAME: &'static str = "wellknown";

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("wellknown 80", "what runs on port 80"),
        ("wellknown ssh", "on which port ssh runs"),
        ("wellknown -s ssh", "the same, bare: 22"),
        ("wellknown 514/udp 6000-6063 IMAP", "several at once"),
        ("wellknown --json https", "for scripts"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "all were found"),
        (Exit::No, "one has no assignment"),
        (Exit::Usage, "the command line makes no sense"),
        (Exit::Unknown, "the output could not be written"),
    ];

    fn rows(self, _: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        Ok(output::at_once(self.keys.into_iter().flat_map(|key| {
            let is_by_name = matches!(key.what, What::Name(_));
            let mut found = key.services().map(move |service| Ok(Row { service, is_by_name }));
            let first = found.next().unwrap_or_else(|| Err(missing(key)));
            std::iter::once(first).chain(found)
        })))
    }
}

fn missing(key: Key) -> Failure {
    let transport = key.protocol.map(|protocol| protocol.to_string());
    match key.what {
        What::Name(name) => Failure::NoName { name, transport },
        What::Ports(range) => Failure::NoPort { range, transport },
    }
}

fn over(transport: Option<&str>) -> String {
    transport.map(|transport| format!(" over {transport}")).unwrap_or_default()
}

fn ports(range: &RangeInclusive<u16>) -> String {
    match (range.start(), range.end()) {
        (first, last) if first == last => format!("port {first}"),
        (first, last) => format!("ports {first}-{last}"),
    }
}

/// What RFC 6335 says of the first port of the range.
fn class(range: &RangeInclusive<u16>) -> &'static str {
    match PortClass::of(*range.start()) {
        _ if is_reserved(*range.start()) => "reserved, never assigned",
        PortClass::System => "a system port (0-1023), for services that IANA registers",
        PortClass::User => "a user port (1024-49151), which IANA registers on request",
        PortClass::Dynamic => "a dynamic port (49152-65535), for private and short-lived use",
    }
}

#[cfg(test)]
mod tests {
    use output::Failure as _;

    use super::*;

    fn rows(keys: &[&str]) -> Vec<Result<Row, Failure>> {
        let keys = keys.iter().map(|key| key.parse().unwrap()).collect();
        Cli { keys }.rows(&Notes::to("wellknown", Vec::new())).unwrap().collect()
    }

    fn told(key: &str) -> (String, Option<String>) {
        let failure = rows(&[key]).remove(0).unwrap_err();
        assert_eq!(failure.exit(), Exit::No);
        (failure.to_string(), failure.hint())
    }

    #[test]
    fn every_key_has_its_rows_in_order() {
        let names: Vec<_> = rows(&["80", "nosuch", "514", "IMAP"])
            .into_iter()
            .map(|row| row.map_or("-", |row| row.service.name()))
            .collect();
        assert_eq!(names, ["http", "-", "shell", "syslog", "imap"]);
    }

    #[test]
    fn a_miss_says_what_it_could_have_been() {
        let hint = |text: &str| Some(text.to_owned());
        assert_eq!(
            told("htpp"),
            ("no service is called 'htpp'".into(), hint("did you mean 'http'?"))
        );
        assert_eq!(
            told("ntp/sctp"),
            (
                "no service is called 'ntp' over sctp".into(),
                hint("'ntp' runs over tcp,udp, not over sctp")
            )
        );
        assert_eq!(
            told("60000/tcp"),
            (
                "no service is known on port 60000 over tcp: a dynamic port (49152-65535), \
                 for private and short-lived use"
                    .into(),
                None
            )
        );
        assert_eq!(told("0").0, "no service is known on port 0: reserved, never assigned");
    }
}
