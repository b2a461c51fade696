//! What a process may not have more of.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Descriptors that are not for attempts: the streams, files, and what libraries open.
#[cfg(unix)]
const RESERVED_DESCRIPTORS: usize = 16;

/// The descriptors that this process may have, as many as the system allows while this lives.
/// Afterwards it is as it was: what is run next may not be made for so many.
#[derive(Debug)]
pub(crate) struct Descriptors {
    #[cfg(unix)]
    before: rustix::process::Rlimit,
}

#[cfg(unix)]
impl Descriptors {
    pub(crate) fn raise() -> Self {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let before = getrlimit(Resource::Nofile);
        // If it cannot be raised, there are as many as there were.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: before.maximum, ..before });
        Self { before }
    }

    /// How many sockets may be open at the same time; at least one.
    pub(crate) fn sockets() -> usize {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let limit = limit.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
        limit.saturating_sub(RESERVED_DESCRIPTORS).max(1)
    }
}

#[cfg(unix)]
impl Drop for Descriptors {
    fn drop(&mut self) {
        // What was allowed before still is.
        let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, self.before);
    }
}

#[cfg(not(unix))]
impl Descriptors {
    pub(crate) const fn raise() -> Self {
        Self {}
    }

    /// How many sockets may be open at the same time.
    pub(crate) const fn sockets() -> usize {
        usize::MAX
    }
}

/// Whether an attempt failed for the lack of something of our own, which others give back.
#[cfg(unix)]
pub(crate) fn is_shortage(error: &io::Error, address: SocketAddr) -> bool {
    use rustix::io::Errno;

    let is = |errno: Errno| error.raw_os_error() == Some(errno.raw_os_error());
    let shortages = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM, Errno::AGAIN];
    shortages.into_iter().any(is) || (is(Errno::ADDRNOTAVAIL) && has_source(address))
}

/// Whether an attempt failed for the lack of something of our own, which others give back.
#[cfg(not(unix))]
pub(crate) fn is_shortage(error: &io::Error, address: SocketAddr) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable && has_source(address)
}

/// Whether what an attempt failed for is bounded for this process alone, so that nobody else gives
/// it back.
#[cfg(unix)]
pub(crate) fn is_of_process(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::MFILE.raw_os_error())
}

/// Whether what an attempt failed for is bounded for this process alone, so that nobody else gives
/// it back.
#[cfg(not(unix))]
pub(crate) const fn is_of_process(_: &io::Error) -> bool {
    false
}

/// Whether this machine has an address that what goes there comes from. Without a socket to see it
/// with, that is what is lacking, and not the address.
pub(crate) fn has_source(address: SocketAddr) -> bool {
    unbound(address).is_err() || source_of(address).is_some()
}

/// The address of this machine that what goes there comes from; with one, what an attempt lacks is
/// a port. Nothing is sent: connecting a UDP socket only looks up the route.
pub(crate) fn source_of(address: SocketAddr) -> Option<SocketAddr> {
    let socket = unbound(address).ok()?;
    socket.connect(address).ok()?;
    socket.local_addr().ok()
}

/// A socket of no address, to ask there.
fn unbound(address: SocketAddr) -> io::Result<UdpSocket> {
    let unspecified: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((unspecified, 0))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::verdict::Reason;

    #[test]
    fn an_attempt_that_has_no_address_to_come_from_lacks_no_port() {
        let error = io::Error::from(rustix::io::Errno::ADDRNOTAVAIL);
        assert!(is_shortage(&error, "127.0.0.1:1".parse().unwrap()));
        // There is no interface of this number.
        let nowhere = "[fe80::1%2147483647]:1".parse().unwrap();
        assert!(!is_shortage(&error, nowhere));
        assert_eq!(
            Reason::failed(&error, nowhere).to_string(),
            "this machine has no address to come from"
        );
    }
}

/// The address that is asked for this one: to nowhere in particular is to this machine.
pub(crate) const fn asked_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        _ => address,
    }
}
