//! The system's own library, which is what programs ask.

use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The addresses of a name in the library's order (`getaddrinfo(3)`): at least one. It may take its
/// time, so it has a thread of its own, and is waited for no longer than this.
///
/// # Errors
///
/// It knows none, or takes longer.
pub fn addresses_of(name: &str, timeout: Duration) -> io::Result<Vec<IpAddr>> {
    let (sender, found) = mpsc::channel();
    let name = name.to_owned();
    thread::Builder::new().name("getaddrinfo".to_owned()).spawn(move || {
        let addresses = (name.as_str(), 0).to_socket_addrs();
        // Whoever does not wait for it has left.
        let _ = sender.send(addresses.map(|it| it.map(|address| address.ip()).collect()));
    })?;
    let addresses: Vec<_> = found.recv_timeout(timeout).unwrap_or_else(|_| {
        Err(io::Error::new(io::ErrorKind::TimedOut, "it takes longer than --timeout"))
    })?;
    if addresses.is_empty() {
        return Err(io::Error::other("it has no address"));
    }
    Ok(addresses)
}
