//! What a port is, whether it has a service or not.

use std::sync::OnceLock;

use crate::packed::PRIVATE;
use crate::port::is_reserved;
use crate::protocol::{Protocol, Protocols};
use crate::services::by_port;
use crate::table;

/// What became of a port in IANA's registry, or without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// IANA registers a service for it.
    Assigned,
    /// People use it for something that nobody registered.
    Unofficial,
    /// IANA keeps it free.
    Reserved,
    /// It is for use within an organisation.
    Private,
    /// Nobody has it.
    Unassigned,
}

impl Status {
    /// The status of a port over a transport, or over all of them.
    #[must_use]
    pub fn of(port: u16, protocol: Option<Protocol>) -> Self {
        let services = || by_port(port, protocol);
        if let Some(service) = services().next() {
            return if service.is_unofficial() { Self::Unofficial } else { Self::Assigned };
        }
        let kept = table::kept(port);
        let transports = Protocols::from_bits(kept);
        let is_kept = protocol.map_or(!transports.is_empty(), |it| transports.contains(it));
        match is_kept {
            true if kept & PRIVATE != 0 => Self::Private,
            true => Self::Reserved,
            false if is_reserved(port) => Self::Reserved,
            false => Self::Unassigned,
        }
    }

    /// The name in lower case: `assigned`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Unofficial => "unofficial",
            Self::Reserved => "reserved",
            Self::Private => "private",
            Self::Unassigned => "unassigned",
        }
    }
}

/// The lowest port that any process may listen at where the system does not say.
#[cfg(not(windows))]
const DEFAULT_FIRST_FREE: u32 = 1024;

/// Whether only a privileged process may listen at a port of this machine.
#[must_use]
pub fn takes_privilege(port: u16) -> bool {
    static FIRST_FREE: OnceLock<u32> = OnceLock::new();
    // Nobody listens at port 0: it stands for any that is free.
    port > 0 && u32::from(port) < *FIRST_FREE.get_or_init(first_free)
}

#[cfg(target_os = "linux")]
fn first_free() -> u32 {
    let told = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    told.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT_FIRST_FREE)
}

#[cfg(windows)]
const fn first_free() -> u32 {
    0
}

#[cfg(not(any(target_os = "linux", windows)))]
const fn first_free() -> u32 {
    DEFAULT_FIRST_FREE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_port_has_a_status() {
        let (tcp, udp) = (Some(Protocol::Tcp), Some(Protocol::Udp));
        let cases = [
            (22, None, Status::Assigned),
            (51820, None, Status::Unofficial),
            (0, None, Status::Reserved),
            (1023, None, Status::Reserved),
            (49151, tcp, Status::Reserved),
            (24, None, Status::Private),
            (4, None, Status::Unassigned),
            (60000, udp, Status::Unassigned),
            // Assigned over one transport, and kept free over the other.
            (10010, None, Status::Assigned),
            (10010, udp, Status::Reserved),
            (22, Some(Protocol::Dccp), Status::Unassigned),
        ];
        for (port, protocol, status) in cases {
            assert_eq!(Status::of(port, protocol), status, "{port} {protocol:?}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_tells_where_privilege_ends() {
        let told = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
        let first: u32 = told.unwrap().trim().parse().unwrap();
        let first = u16::try_from(first).unwrap_or(u16::MAX);
        assert!(!takes_privilege(0));
        assert!(first < 2 || takes_privilege(first - 1));
    }
}
