//! What a socket speaks.

use std::ops::BitOr;

/// A kind of socket, as `ss` tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
    /// IP with a protocol of one's own choice (raw(7)).
    Raw,
    /// Streams within the machine (unix(7)).
    UnixStream,
    /// Datagrams within the machine.
    UnixDatagram,
    /// Records in order within the machine.
    UnixSeqpacket,
    /// Frames with their link-layer header (packet(7)).
    PacketRaw,
    /// Frames without it.
    PacketDatagram,
}

impl Protocol {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Tcp,
        Self::Udp,
        Self::Raw,
        Self::UnixStream,
        Self::UnixDatagram,
        Self::UnixSeqpacket,
        Self::PacketRaw,
        Self::PacketDatagram,
    ];

    /// The names of `ss`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Raw => "raw",
            Self::UnixStream => "u_str",
            Self::UnixDatagram => "u_dgr",
            Self::UnixSeqpacket => "u_seq",
            Self::PacketRaw => "p_raw",
            Self::PacketDatagram => "p_dgr",
        }
    }

    /// The kinds that are asked for together.
    #[must_use]
    pub const fn group(self) -> Protocols {
        match self {
            Self::Tcp => Protocols::TCP,
            Self::Udp => Protocols::UDP,
            Self::Raw => Protocols::RAW,
            Self::UnixStream | Self::UnixDatagram | Self::UnixSeqpacket => Protocols::UNIX,
            Self::PacketRaw | Self::PacketDatagram => Protocols::PACKET,
        }
    }
}

/// Some of the kinds that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Protocols(u8);

impl Protocols {
    /// None at all.
    pub const NONE: Self = Self(0);
    /// TCP.
    pub const TCP: Self = Self(1);
    /// UDP.
    pub const UDP: Self = Self(2);
    /// Raw IP.
    pub const RAW: Self = Self(4);
    /// UNIX sockets of every type.
    pub const UNIX: Self = Self(8);
    /// Packet sockets of both types.
    pub const PACKET: Self = Self(16);

    /// Whether all of `others` are among these.
    #[must_use]
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Those that are here and there.
    #[must_use]
    pub const fn among(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }
}

impl BitOr for Protocols {
    type Output = Self;

    fn bitor(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_in_one_group() {
        let groups =
            [Protocols::TCP, Protocols::UDP, Protocols::RAW, Protocols::UNIX, Protocols::PACKET];
        for protocol in Protocol::ALL {
            let of = groups.iter().filter(|group| group.has(protocol.group())).count();
            assert_eq!(of, 1, "{protocol:?}");
        }
        assert!((Protocols::TCP | Protocols::UDP).has(Protocols::UDP));
        assert_eq!(Protocols::TCP.among(Protocols::UDP), Protocols::NONE);
    }
}
