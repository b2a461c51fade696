//! Sockets for UDP and TCP on one and the same port.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use socket2::{Domain, Socket, Type};

/// The loopback address with a port that the system chooses.
pub(crate) const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// How many connections may wait to be accepted. Large enough for a scan of a few hundred targets.
const BACKLOG: i32 = 1024;

/// How often to try for a port that is free in UDP and in TCP.
const BIND_ATTEMPTS: usize = 64;

/// A UDP and a TCP socket on the same address. The TCP socket does not listen yet.
pub(crate) struct Pair {
    pub(crate) addr: SocketAddr,
    pub(crate) udp: UdpSocket,
    tcp: Socket,
}

impl Pair {
    /// Binds both sockets to `addr`; port 0 means one port for both, chosen by the system.
    pub(crate) fn bind(addr: SocketAddr) -> io::Result<Self> {
        let mut attempt = 1;
        loop {
            match Self::bind_once(addr) {
                Err(error)
                    if error.kind() == io::ErrorKind::AddrInUse
                        && addr.port() == 0
                        && attempt < BIND_ATTEMPTS =>
                {
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    fn bind_once(addr: SocketAddr) -> io::Result<Self> {
        let tcp = tcp_socket(addr)?;
        let addr = local_addr(&tcp)?;
        let udp = UdpSocket::bind(addr)?;
        Ok(Self { addr, udp, tcp })
    }

    /// Both sockets, TCP listening.
    pub(crate) fn listen(self) -> io::Result<(UdpSocket, TcpListener)> {
        Ok((self.udp, listen(self.tcp)?))
    }

    /// The UDP socket, and what keeps others from the TCP port, which refuses connections.
    pub(crate) fn udp_only(self) -> (UdpSocket, Option<Socket>) {
        (self.udp, reserve(self.tcp))
    }

    /// What keeps others from both ports, of which neither answers.
    pub(crate) fn closed(self) -> io::Result<(Option<UdpSocket>, Option<Socket>)> {
        // A UDP socket which is connected to itself is deaf to everybody else: a datagram from
        // another port finds no socket and is answered with "port unreachable".
        self.udp.connect(self.addr)?;
        Ok((reserve(self.udp), reserve(self.tcp)))
    }
}

/// Holds a bound socket where this leaves its port closed, and releases the port elsewhere.
///
/// Linux refuses connections to a TCP port which is bound but does not listen; the BSDs, macOS
/// among them, drop them silently, which is another test.
fn reserve<S>(socket: S) -> Option<S> {
    cfg!(target_os = "linux").then_some(socket)
}

/// A TCP socket bound to `addr`, not listening.
pub(crate) fn tcp_socket(addr: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
    // With a port chosen by the system, two sockets that do not listen yet could come to share it.
    if addr.port() != 0 {
        allow_reuse(&socket)?;
    }
    socket.bind(&addr.into())?;
    Ok(socket)
}

/// Makes a bound socket listen.
pub(crate) fn listen(socket: Socket) -> io::Result<TcpListener> {
    allow_reuse(&socket)?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Lets a port be bound again while old connections of it linger in `TIME_WAIT`, where both the old
/// and the new socket say so. On Windows this is so anyway, and the option means hijacking.
fn allow_reuse(socket: &Socket) -> io::Result<()> {
    if cfg!(unix) { socket.set_reuse_address(true) } else { Ok(()) }
}

/// The address a socket got.
pub(crate) fn local_addr(socket: &Socket) -> io::Result<SocketAddr> {
    socket
        .local_addr()?
        .as_socket()
        .ok_or_else(|| io::Error::other("an internet socket without an internet address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sockets_have_the_same_port() {
        let pair = Pair::bind(LOOPBACK).unwrap();
        assert_ne!(pair.addr.port(), 0);
        assert_eq!(pair.udp.local_addr().unwrap(), pair.addr);
        assert_eq!(local_addr(&pair.tcp).unwrap(), pair.addr);
    }

    #[test]
    fn a_taken_fixed_port_is_an_error() {
        let pair = Pair::bind(LOOPBACK).unwrap();
        let addr = pair.addr;
        let (_udp, _tcp) = pair.listen().unwrap();
        let error = Pair::bind(addr).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
