//! The ports to try, from what a person types.

use std::ops::RangeInclusive;
use std::str::FromStr;

use thiserror::Error;
use wellknown::{PortError, Protocol, Protocols, Service};

/// The lowest port that can be connected to; 0 is reserved (RFC 6335, 6).
const LOWEST: u16 = 1;

/// One argument: `80`, `8000-8080`, `ssh`, or several of these with commas between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ports(Vec<RangeInclusive<u16>>);

/// Why a text names no ports, and what would.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum PortsError {
    #[error(transparent)]
    Port(#[from] PortError),
    #[error("no TCP service is called '{name}'{}", .near.map(|near| format!(": did you mean '{near}'?")).unwrap_or_default())]
    Name { name: String, near: Option<&'static str> },
    #[error("'{name}' runs over {protocols}: only TCP can be tried")]
    Transport { name: String, protocols: Protocols },
}

impl FromStr for Ports {
    type Err = PortsError;

    fn from_str(text: &str) -> Result<Self, PortsError> {
        let items = text.split(',').map(item).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(items.into_iter().flatten().collect()))
    }
}

/// The ports of a number, a range or a service; `/tcp` may follow.
fn item(text: &str) -> Result<Vec<RangeInclusive<u16>>, PortsError> {
    let text = match text.rsplit_once('/').map(|(what, transport)| (what, transport.parse())) {
        Some((what, Ok(Protocol::Tcp))) => what,
        Some((what, Ok(other))) => {
            let protocols = [other].into_iter().collect();
            return Err(PortsError::Transport { name: what.to_owned(), protocols });
        }
        _ => text,
    };
    if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Ok(vec![wellknown::port_range(text, LOWEST)?]);
    }
    let mut services = wellknown::by_name(text).filter(|it| may_run_over_tcp(*it)).peekable();
    // A name that is one service's own may be another one's alias: the former is meant.
    let is_own = |it: &Service| it.name().eq_ignore_ascii_case(text);
    let has_own = services.peek().is_some_and(is_own);
    let ranges: Vec<_> = services.filter(|it| !has_own || is_own(it)).map(Service::ports).collect();
    if ranges.is_empty() { Err(no_ports(text)) } else { Ok(ranges) }
}

fn no_ports(name: &str) -> PortsError {
    if let Some(service) = wellknown::by_name(name).next() {
        let protocols = service.protocols();
        return PortsError::Transport { name: name.to_owned(), protocols };
    }
    let over_tcp = |name: &&str| wellknown::by_name(name).any(may_run_over_tcp);
    let near = output::nearest(name, wellknown::names().filter(over_tcp));
    PortsError::Name { name: name.to_owned(), near }
}

/// Some services are registered without a transport.
fn may_run_over_tcp(service: Service) -> bool {
    service.protocols().is_empty() || service.protocols().contains(Protocol::Tcp)
}

/// Every port once, in the order in which they were named.
pub(crate) fn in_order(arguments: &[Ports]) -> Vec<u16> {
    let mut is_taken = vec![false; usize::from(u16::MAX) + 1];
    let named = arguments.iter().flat_map(|ports| ports.0.iter().cloned()).flatten();
    named.filter(|port| !std::mem::replace(&mut is_taken[usize::from(*port)], true)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(arguments: &[&str]) -> Vec<u16> {
        let arguments: Vec<_> = arguments.iter().map(|text| text.parse().unwrap()).collect();
        in_order(&arguments)
    }

    #[test]
    fn every_way_to_name_ports_is_understood() {
        assert_eq!(ports(&["80", "81"]), [80, 81]);
        assert_eq!(ports(&["443,80", "22-24"]), [443, 80, 22, 23, 24]);
        assert_eq!(ports(&["ssh", "HTTPS,www"]), [22, 443, 80]);
        assert_eq!(ports(&["80/tcp", "SSH/TCP"]), [80, 22]);
        assert_eq!(ports(&["flex-lm"]), (27000..=27009).collect::<Vec<_>>());
        assert_eq!(ports(&["1-65535"]).len(), 65535);
    }

    #[test]
    fn a_port_that_is_named_twice_is_tried_once() {
        assert_eq!(ports(&["81", "80-82", "http", "80"]), [81, 80, 82]);
    }

    #[test]
    fn a_mistake_says_what_would_be_right() {
        let cases = [
            ("0", "port 0 is reserved: ports go from 1 to 65535"),
            ("65536", "'65536' is out of range: ports go from 1 to 65535"),
            ("80-", "'80-' has no end: write 80-65535 for all ports from 80 on"),
            ("90-80", "'90-80' runs backwards: write 80-90"),
            ("", "no port given: ports go from 1 to 65535"),
            ("80,", "no port given: ports go from 1 to 65535"),
            ("htpp", "no TCP service is called 'htpp': did you mean 'http'?"),
            ("80/udp", "'80' runs over udp: only TCP can be tried"),
            ("wireguard", "'wireguard' runs over udp: only TCP can be tried"),
        ];
        for (text, message) in cases {
            assert_eq!(text.parse::<Ports>().unwrap_err().to_string(), message);
        }
    }
}
