//! ICMP errors: what they mean and who sent them.

use std::fmt;
use std::net::IpAddr;

/// An ICMP error that an attempt drew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Icmp {
    /// Its version: that of IPv4, or that of IPv6.
    pub version: Version,
    /// The type.
    pub kind: u8,
    /// The code.
    pub code: u8,
    /// Who sent it, where the system tells.
    pub from: Option<IpAddr>,
}

/// The two that there are; their types and codes have nothing in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// ICMP (RFC 792).
    V4,
    /// `ICMPv6` (RFC 4443).
    V6,
}

/// Types and codes of RFC 792, RFC 1122 (3.2.2.1) and RFC 1812 (5.2.7.1) with what they mean.
const MEANINGS_V4: &[(u8, u8, &str)] = &[
    (3, 0, "network unreachable"),
    (3, 1, "host unreachable"),
    (3, 2, "protocol unreachable"),
    (3, 3, "port unreachable"),
    (3, 5, "source route failed"),
    (3, 6, "network unknown"),
    (3, 7, "host unknown"),
    (3, 8, "source host isolated"),
    (3, 9, "network prohibited"),
    (3, 10, "host prohibited"),
    (3, 11, "network unreachable for this service"),
    (3, 12, "host unreachable for this service"),
    (3, 13, "administratively prohibited"),
    (3, 14, "host precedence violation"),
    (3, 15, "precedence cutoff"),
    (11, 0, "too many routers on the way"),
    (11, 1, "fragments missing"),
];

/// Types and codes of RFC 4443 (3) with what they mean.
const MEANINGS_V6: &[(u8, u8, &str)] = &[
    (1, 0, "no route"),
    (1, 1, "administratively prohibited"),
    (1, 2, "beyond the scope of the source address"),
    (1, 3, "address unreachable"),
    (1, 4, "port unreachable"),
    (1, 5, "source address not allowed"),
    (1, 6, "route rejected"),
    (1, 7, "source route failed"),
    (3, 0, "too many routers on the way"),
    (3, 1, "fragments missing"),
    (4, 0, "header not understood"),
    (4, 1, "protocol unreachable"),
];

impl Icmp {
    /// What it means, if that is known.
    #[must_use]
    pub fn meaning(&self) -> Option<&'static str> {
        let meanings = match self.version {
            Version::V4 => MEANINGS_V4,
            Version::V6 => MEANINGS_V6,
        };
        let found =
            meanings.iter().find(|(kind, code, _)| (*kind, *code) == (self.kind, self.code));
        found.map(|(.., meaning)| *meaning)
    }

    /// Whether it says that nobody listens at a port: so says a host of its UDP ports.
    #[must_use]
    pub const fn is_port_unreachable(&self) -> bool {
        match self.version {
            Version::V4 => self.kind == 3 && self.code == 3,
            Version::V6 => self.kind == 1 && self.code == 4,
        }
    }

    /// Whether it says that the host cannot be reached. So says this machine itself of a neighbour
    /// that does not answer to ARP or neighbour discovery.
    #[must_use]
    pub const fn is_host_unreachable(&self) -> bool {
        match self.version {
            Version::V4 => self.kind == 3 && self.code == 1,
            Version::V6 => self.kind == 1 && self.code == 3,
        }
    }
}

impl fmt::Display for Icmp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(meaning) = self.meaning() {
            write!(f, "{meaning} ")?;
        }
        let name = match self.version {
            Version::V4 => "ICMP",
            Version::V6 => "ICMPv6",
        };
        write!(f, "({name} {}/{})", self.kind, self.code)?;
        match self.from {
            Some(from) => write!(f, ", says {from}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_its_meaning_and_its_sender() {
        let router: IpAddr = "10.0.0.1".parse().unwrap();
        let cases = [
            (
                Version::V4,
                3,
                13,
                Some(router),
                "administratively prohibited (ICMP 3/13), says 10.0.0.1",
            ),
            (Version::V4, 3, 3, None, "port unreachable (ICMP 3/3)"),
            (Version::V4, 3, 99, Some(router), "(ICMP 3/99), says 10.0.0.1"),
            (Version::V6, 1, 3, None, "address unreachable (ICMPv6 1/3)"),
            (Version::V6, 3, 0, None, "too many routers on the way (ICMPv6 3/0)"),
        ];
        for (version, kind, code, from, text) in cases {
            assert_eq!(Icmp { version, kind, code, from }.to_string(), text);
        }
    }
}
