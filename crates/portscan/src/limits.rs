//! What a process may not have more of.

use std::io;

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
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;

    let shortages = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM, Errno::ADDRNOTAVAIL];
    shortages.map(|errno| Some(errno.raw_os_error())).contains(&error.raw_os_error())
}

/// How many connections may be open at the same time.
#[cfg(not(unix))]
pub(crate) fn descriptors() -> usize {
    usize::MAX
}

/// Whether an attempt failed for the lack of something of our own, which others give back.
#[cfg(not(unix))]
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable
}
