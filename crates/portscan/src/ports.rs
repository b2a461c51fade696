//! The ports to try, from what a person types.

use std::ops::RangeInclusive;
use std::str::FromStr;

use thiserror::Error;
use wellknown::{PortError, Protocol};

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
}

impl FromStr for Ports {
    type Err = PortsError;

    fn from_str(text: &str) -> Result<Self, PortsError> {
        let items = text.split(',').map(item).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(items.into_iter().flatten().collect()))
    }
}

/// The ports of a number, a range or a service.
fn item(text: &str) -> Result<Vec<RangeInclusive<u16>>, PortsError> {
    if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Ok(vec![wellknown::port_range(text, LOWEST)?]);
    }
    let runs_over_tcp = |it: &wellknown::Service| it.protocols().contains(Protocol::Tcp);
    let mut services = wellknown::by_name(text).filter(runs_over_tcp).peekable();
    // A name that is one service's own may be another one's alias: the former is meant.
    let is_own = |it: &wellknown::Service| it.name().eq_ignore_ascii_case(text);
    let has_own = services.peek().is_some_and(is_own);
    let ranges: Vec<_> =
        services.filter(|it| !has_own || is_own(it)).map(wellknown::Service::ports).collect();
    if ranges.is_empty() {
        let near = output::nearest(text, wellknown::names());
        return Err(PortsError::Name { name: text.to_owned(), near });
    }
    Ok(ranges)
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
            ("tftpx/", "no TCP service is called 'tftpx/': did you mean 'tftp'?"),
        ];
        for (text, message) in cases {
            assert_eq!(text.parse::<Ports>().unwrap_err().to_string(), message);
        }
    }
}
