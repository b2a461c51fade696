//! The two ends of a socket.

use std::ffi::OsStr;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use output::{Show, Text};

/// `ETH_P_ALL` of `include/uapi/linux/if_ether.h`.
const ALL_FRAMES: u16 = 3;

/// One end of a socket, as the kernel has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// TCP, UDP and raw; a zero address or port means any. The port of a raw socket is the number
    /// of its protocol.
    Inet {
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
        /// Whether a zero address stands for any of IPv4 as well as of IPv6.
        is_dual_stack: bool,
        /// The interface that it is bound to, or that the address is of if it is link-local.
        interface: Option<Interface>,
    },
    /// A UNIX socket.
    Unix(UnixName),
    /// A packet socket.
    Packet {
        /// The type of the frames that it sees (`include/uapi/linux/if_ether.h`), in host byte order: 0
        /// for none and 3 for all.
        ethertype: u16,
        /// The interface that it sees them on; none is all of them.
        interface: Option<Interface>,
    },
}

/// What a UNIX socket is bound to (unix(7)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnixName {
    /// Nothing.
    Unnamed,
    /// A file; any octets but NUL.
    Path(Box<[u8]>),
    /// A name in the abstract namespace, without its leading NUL; any octets.
    Abstract(Box<[u8]>),
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its number.
    pub index: u32,
    /// Its name, if it is still there.
    pub name: Option<Arc<OsStr>>,
}

impl Endpoint {
    /// An end with an address and a port.
    #[must_use]
    pub const fn inet(address: IpAddr, port: u16) -> Self {
        Self::Inet { address, port, is_dual_stack: false, interface: None }
    }

    /// The end that nobody is at, of the same kind as this one.
    #[must_use]
    pub const fn nobody(&self) -> Self {
        match self {
            Self::Inet { address: IpAddr::V4(_), .. } => {
                Self::inet(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0)
            }
            Self::Inet { is_dual_stack, .. } => Self::Inet {
                address: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
                port: 0,
                is_dual_stack: *is_dual_stack,
                interface: None,
            },
            Self::Unix(_) => Self::Unix(UnixName::Unnamed),
            Self::Packet { .. } => Self::Packet { ethertype: ALL_FRAMES, interface: None },
        }
    }

    /// Its address, also where that is zero.
    #[must_use]
    pub const fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Inet { address, .. } => Some(*address),
            _ => None,
        }
    }

    /// Its address, unless any will do.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.ip().filter(|address| !address.is_unspecified())
    }

    /// Its port, unless any will do.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        match self {
            Self::Inet { port: 0, .. } => None,
            Self::Inet { port, .. } => Some(*port),
            _ => None,
        }
    }

    /// The interface that it is bound to, or that its address is of.
    #[must_use]
    pub const fn interface(&self) -> Option<&Interface> {
        match self {
            Self::Inet { interface, .. } | Self::Packet { interface, .. } => interface.as_ref(),
            Self::Unix(_) => None,
        }
    }

    /// As [`Endpoint::interface`], to be set.
    #[cfg(any(target_os = "linux", test))]
    pub(crate) fn interface_mut(&mut self) -> Option<&mut Option<Interface>> {
        match self {
            Self::Inet { interface, .. } | Self::Packet { interface, .. } => Some(interface),
            Self::Unix(_) => None,
        }
    }

    /// Writes the address without the port, as `ss` does: `*` for any of both families, the zone
    /// after the brackets.
    pub(crate) fn show_address(&self, text: &mut Text<'_>) {
        match self {
            Self::Inet { address, is_dual_stack: true, .. } if address.is_unspecified() => {
                text.push_own("*");
            }
            Self::Inet { address: IpAddr::V4(address), .. } => text.push_ipv4(*address),
            Self::Inet { address: IpAddr::V6(address), .. } => {
                write!(text, "[{address}]").expect("writing to a cell does not fail");
            }
            Self::Unix(UnixName::Unnamed) => text.push_own("*"),
            Self::Unix(UnixName::Path(path)) => text.push_bytes(path),
            Self::Unix(UnixName::Abstract(name)) => {
                text.push_own("@");
                text.push_bytes(name);
            }
            Self::Packet { ethertype, .. } => show_ethertype(*ethertype, text),
        }
        if let Some(interface) = self.interface()
            && !matches!(self, Self::Packet { .. })
        {
            text.push_own("%");
            interface.show(text);
        }
    }
}

impl Show for Endpoint {
    fn show(&self, text: &mut Text<'_>) {
        self.show_address(text);
        match self {
            Self::Inet { port: 0, .. } | Self::Packet { interface: None, .. } => {
                text.push_own(":*");
            }
            Self::Inet { port, .. } => {
                text.push_own(":");
                text.push_number(*port);
            }
            Self::Unix(_) => {}
            Self::Packet { interface: Some(interface), .. } => {
                text.push_own(":");
                interface.show(text);
            }
        }
    }
}

impl Show for Interface {
    /// Its name, or its number in the way of `if%u` of the kernel where it is gone.
    fn show(&self, text: &mut Text<'_>) {
        if let Some(name) = &self.name {
            return text.push_bytes(name.as_encoded_bytes());
        }
        text.push_own("if");
        text.push_number(self.index);
    }
}

/// The names that people know, and the number of every other type.
fn show_ethertype(ethertype: u16, text: &mut Text<'_>) {
    let name = match ethertype {
        ALL_FRAMES => "*",
        0x0800 => "ip",
        0x0806 => "arp",
        0x8035 => "rarp",
        0x8100 => "vlan",
        0x86dd => "ipv6",
        0x888e => "eapol",
        0x88cc => "lldp",
        _ => {
            return write!(text, "{ethertype:#06x}").expect("writing to a cell does not fail");
        }
    };
    text.push_own(name);
}

#[cfg(test)]
mod tests {
    use output::Value;

    use super::*;

    fn inet(address: &str, port: u16) -> Endpoint {
        Endpoint::inet(address.parse().expect("an address"), port)
    }

    fn on(interface: &str, mut endpoint: Endpoint) -> Endpoint {
        let name = Some(Arc::from(OsStr::new(interface)));
        *endpoint.interface_mut().expect("not UNIX") = Some(Interface { index: 7, name });
        endpoint
    }

    fn dual(mut endpoint: Endpoint) -> Endpoint {
        if let Endpoint::Inet { is_dual_stack, .. } = &mut endpoint {
            *is_dual_stack = true;
        }
        endpoint
    }

    #[test]
    fn ends_read_as_people_know_them() {
        let unix = |name: &[u8]| Endpoint::Unix(UnixName::Path(name.into()));
        let gone = Some(Interface { index: 7, name: None });
        let cases = [
            (inet("0.0.0.0", 22), "0.0.0.0:22"),
            (inet("0.0.0.0", 0), "0.0.0.0:*"),
            (inet("192.0.2.255", 65535), "192.0.2.255:65535"),
            (on("d0", inet("0.0.0.0", 8011)), "0.0.0.0%d0:8011"),
            (inet("::", 8004), "[::]:8004"),
            (dual(inet("::", 8003)), "*:8003"),
            (dual(inet("::", 0)).nobody(), "*:*"),
            (on("d0", dual(inet("::", 8003))), "*%d0:8003"),
            (inet("::1", 0), "[::1]:*"),
            (on("eth0", inet("fe80::1", 8006)), "[fe80::1]%eth0:8006"),
            (inet("::ffff:127.0.0.1", 80), "[::ffff:127.0.0.1]:80"),
            (unix(b"/run/a b"), "/run/a b"),
            (unix(b"/tmp/x\n\x1b[31m\xff"), r"/tmp/x\n\x1b[31m\xff"),
            (Endpoint::Unix(UnixName::Abstract(b"a\0b".as_slice().into())), r"@a\x00b"),
            (Endpoint::Unix(UnixName::Unnamed), "*"),
            (Endpoint::Packet { ethertype: 3, interface: None }, "*:*"),
            (Endpoint::Packet { ethertype: 0x86dd, interface: gone }, "ipv6:if7"),
            (on("lo", Endpoint::Packet { ethertype: 0x1234, interface: None }), "0x1234:lo"),
        ];
        for (endpoint, shown) in &cases {
            assert_eq!(Value::shown(endpoint).to_text(), *shown);
        }
    }
}
