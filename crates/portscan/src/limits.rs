//! What a process may not have more of.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Descriptors that are not for connections: the streams, and what libraries open.
#[cfg(unix)]
const RESERVED_DESCRIPTORS: usize = 16;

/// How many connections may be open at the same time; at least one.
#[cfg(unix)]
pub(crate) fn descriptors() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    limit.saturating_sub(RESERVED_DESCRIPTORS).max(1)
}

/// Whether an attempt failed for the lack of something of our own, which others give back.
#[cfg(unix)]
pub(crate) fn is_shortage(error: &io::Error, address: SocketAddr) -> bool {
    use rustix::io::Errno;

    let is = |errno: Errno| error.raw_os_error() == Some(errno.raw_os_error());
    let shortages = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    shortages.into_iter().any(is) || (is(Errno::ADDRNOTAVAIL) && has_source_address(address))
}

/// Whether this machine has an address to come from; then what it lacks is a port. Nothing is sent:
/// connecting a UDP socket only looks up the route.
fn has_source_address(address: SocketAddr) -> bool {
    let unbound: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((unbound, 0)).is_ok_and(|socket| socket.connect(address).is_ok())
}

/// How many connections may be open at the same time.
#[cfg(not(unix))]
pub(crate) fn descriptors() -> usize {
    usize::MAX
}

/// Whether an attempt failed for the lack of something of our own, which others give back.
#[cfg(not(unix))]
pub(crate) fn is_shortage(error: &io::Error, address: SocketAddr) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable && has_source_address(address)
}
