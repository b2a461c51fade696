//! Where sockets come from.

use output::Family;

#[cfg(target_os = "linux")]
use crate::socket::{Protocol, Socket};

#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "Linux reads it"))]
mod procfs;

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos", windows))]
mod portable;
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", windows)))]
#[path = "unsupported.rs"]
mod portable;

pub(crate) use portable::{CollectError, collect};

/// Whether this process has the rights of root, and so looks into those of every user.
#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether this process has the rights of root, and so looks into those of every user.
#[cfg(not(unix))]
pub(crate) fn is_root() -> bool {
    false
}

/// Which sockets to collect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kinds {
    pub tcp: bool,
    pub udp: bool,
    pub family: Family,
}

#[cfg(target_os = "linux")]
impl Kinds {
    /// Each protocol of each family by itself.
    fn each(self) -> impl Iterator<Item = Self> {
        let protocols = [(true, false), (false, true)];
        let families = [Family::Ipv4, Family::Ipv6];
        let pairs = families.map(|family| protocols.map(|(tcp, udp)| Self { tcp, udp, family }));
        pairs.into_iter().flatten().filter(move |kind| {
            let has_protocol = (kind.tcp && self.tcp) || (kind.udp && self.udp);
            has_protocol && (self.family == Family::Any || self.family == kind.family)
        })
    }

    /// Whether a socket is of this one protocol and family.
    fn is_of(self, socket: &Socket) -> bool {
        let is_tcp = socket.protocol == Protocol::Tcp;
        is_tcp == self.tcp && self.family.admits(socket.local.0.ip())
    }

    const fn protocol_name(self) -> &'static str {
        if self.tcp { "TCP" } else { "UDP" }
    }
}
