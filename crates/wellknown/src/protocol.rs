//! Transports that have ports: TCP, UDP, SCTP and DCCP.

use std::fmt;
use std::str::FromStr;

/// A transport protocol with port numbers (RFC 6335, 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Transmission Control Protocol (RFC 9293).
    Tcp,
    /// User Datagram Protocol (RFC 768).
    Udp,
    /// Stream Control Transmission Protocol (RFC 9260).
    Sctp,
    /// Datagram Congestion Control Protocol (RFC 4340).
    Dccp,
}

impl Protocol {
    /// Every transport, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Tcp, Self::Udp, Self::Sctp, Self::Dccp];

    /// The name in lower case: `tcp`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
            Self::Dccp => "dccp",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    /// Takes the name in any case.
    fn from_str(text: &str) -> Result<Self, UnknownProtocol> {
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownProtocol)
    }
}

/// The text names no transport that has ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("transports are tcp, udp, sctp, dccp")]
pub struct UnknownProtocol;

/// A set of transports, shown as `tcp,udp`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Protocols(u8);

impl Protocols {
    /// The bits that are transports.
    const MASK: u8 = 0b1111;

    /// The set in the low bits of a table row, as `bit` orders them.
    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::MASK)
    }

    /// Whether the transport is in the set.
    #[must_use]
    pub const fn contains(self, protocol: Protocol) -> bool {
        self.0 & protocol.bit() != 0
    }

    /// Whether the set has no transport, as for ports that IANA registers without one.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The transports in the order of [`Protocol::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Protocol> {
        Protocol::ALL.into_iter().filter(move |it| self.contains(*it))
    }
}

impl FromIterator<Protocol> for Protocols {
    fn from_iter<I: IntoIterator<Item = Protocol>>(protocols: I) -> Self {
        Self(protocols.into_iter().fold(0, |bits, it| bits | it.bit()))
    }
}

impl fmt::Display for Protocols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, protocol) in self.iter().enumerate() {
            f.write_str(if nth == 0 { "" } else { "," })?;
            f.write_str(protocol.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Protocols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packed::{DCCP, SCTP, TCP, UDP};

    #[test]
    fn reads_names_in_any_case() {
        assert_eq!("tcp".parse(), Ok(Protocol::Tcp));
        assert_eq!("Udp".parse(), Ok(Protocol::Udp));
        assert_eq!("SCTP".parse(), Ok(Protocol::Sctp));
        for text in ["", "tc", "tcp ", "icmp", "ｔｃｐ"] {
            assert_eq!(text.parse::<Protocol>(), Err(UnknownProtocol), "{text:?}");
        }
    }

    #[test]
    fn error_lists_every_transport() {
        let names = Protocol::ALL.map(Protocol::as_str).join(", ");
        assert_eq!(UnknownProtocol.to_string(), format!("transports are {names}"));
    }

    #[test]
    fn set_keeps_order_and_drops_repeats() {
        let set = [Protocol::Dccp, Protocol::Tcp, Protocol::Tcp].into_iter().collect::<Protocols>();
        assert_eq!(set.to_string(), "tcp,dccp");
        assert!(set.contains(Protocol::Tcp) && !set.contains(Protocol::Udp));
        assert_eq!(Protocols::default().to_string(), "");
        assert!(Protocols::default().is_empty());
    }

    #[test]
    fn table_bits_are_the_bits_of_the_set() {
        let bits = [TCP, UDP, SCTP, DCCP];
        for (protocol, bit) in Protocol::ALL.into_iter().zip(bits) {
            assert_eq!(protocol.bit(), bit, "{protocol}");
        }
    }
}
