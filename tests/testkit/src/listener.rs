//! TCP ports that are open, closed, or silent.

use std::collections::VecDeque;
use std::io;
#[cfg(unix)]
use std::net::TcpStream;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Mutex;
#[cfg(unix)]
use std::time::Duration;

use socket2::Socket;
use tokio::net::TcpListener;

use crate::background::Background;
use crate::sockets::{LOOPBACK, Pair, listen, local_addr, tcp_socket};

/// How many connections are held open; beyond it the oldest is closed. Half the usual file limit.
const HELD_CONNECTIONS: usize = 512;

/// A TCP listener which accepts connections and holds them open, silently. It ends when it is dropped.
#[derive(Debug)]
pub struct Listener {
    addr: SocketAddr,
    _background: Background,
}

impl Listener {
    /// Listens on 127.0.0.1, on a port the system chooses.
    ///
    /// # Errors
    ///
    /// When a socket cannot be had.
    pub fn start() -> io::Result<Self> {
        Self::start_on(LOOPBACK.ip())
    }

    /// Listens on another address of this host, such as `::1`, on a port the system chooses.
    ///
    /// # Errors
    ///
    /// When a socket cannot be had; `AddrNotAvailable` where the host has no such address.
    pub fn start_on(ip: IpAddr) -> io::Result<Self> {
        LatePort::reserve_on(ip)?.open()
    }

    fn on(socket: Socket, addr: SocketAddr) -> io::Result<Self> {
        let listener = listen(socket)?;
        listener.set_nonblocking(true)?;
        let background = Background::start("listener", move || {
            Ok(hold_connections(TcpListener::from_std(listener)?))
        })?;
        Ok(Self { addr, _background: background })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

async fn hold_connections(listener: TcpListener) {
    let mut held = VecDeque::with_capacity(HELD_CONNECTIONS);
    loop {
        // The peer may have gone before it was accepted, which is no reason to stop.
        let Ok((stream, _)) = listener.accept().await else { continue };
        if held.len() == HELD_CONNECTIONS {
            held.pop_front();
        }
        held.push_back(stream);
    }
}

/// A TCP port at which nobody listens yet, and which nobody else gets. Connections are refused on
/// Linux, and get no answer elsewhere.
#[derive(Debug)]
pub struct LatePort {
    addr: SocketAddr,
    socket: Socket,
}

impl LatePort {
    /// Takes a port of 127.0.0.1 that the system chooses.
    ///
    /// # Errors
    ///
    /// When a socket cannot be had.
    pub fn reserve() -> io::Result<Self> {
        Self::reserve_on(LOOPBACK.ip())
    }

    fn reserve_on(ip: IpAddr) -> io::Result<Self> {
        let socket = tcp_socket(SocketAddr::new(ip, 0))?;
        Ok(Self { addr: local_addr(&socket)?, socket })
    }

    /// Where somebody will listen.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// When the system does not let it.
    pub fn open(self) -> io::Result<Listener> {
        Listener::on(self.socket, self.addr)
    }
}

/// A port of 127.0.0.1 which is closed in TCP (connections are refused) and in UDP (port
/// unreachable). On Linux no other program gets it while this process lives; elsewhere it is
/// merely unlikely to be taken.
///
/// # Panics
///
/// When the system has no port left.
#[must_use]
pub fn closed_port() -> SocketAddr {
    static RESERVED: Mutex<Vec<Reserved>> = Mutex::new(Vec::new());

    let pair = Pair::bind(LOOPBACK).expect("loopback has a free port");
    let addr = pair.addr;
    let reserved = pair.closed().expect("a socket can be connected to itself");
    RESERVED.lock().expect("nothing panics while it holds this lock").push(reserved);
    addr
}

/// The sockets that keep others from a closed port.
type Reserved = (Option<UdpSocket>, Option<Socket>);

/// A TCP port that never answers, as behind a filter: its backlog is full and nobody accepts.
#[cfg(unix)]
#[derive(Debug)]
pub struct FullBacklog {
    addr: SocketAddr,
    _listener: Socket,
    _waiting: Vec<TcpStream>,
}

#[cfg(unix)]
impl FullBacklog {
    /// The address that does not answer.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

/// How long a connection may take that still fits into the backlog. On loopback it takes microseconds.
#[cfg(unix)]
const FILL_TIMEOUT: Duration = Duration::from_millis(200);

/// How many connections a backlog of 0 may take before it is full: 1 on Linux, a few elsewhere.
#[cfg(unix)]
const FILL_CONNECTIONS: usize = 64;

/// Fills the backlog of a port of 127.0.0.1, so that connecting to it gets no answer at all.
///
/// # Errors
///
/// When a socket cannot be had, or when the port answers however many connections wait.
#[cfg(unix)]
pub fn full_backlog() -> io::Result<FullBacklog> {
    let listener = tcp_socket(LOOPBACK)?;
    let addr = local_addr(&listener)?;
    listener.listen(0)?;

    let mut waiting = Vec::new();
    while waiting.len() < FILL_CONNECTIONS {
        match TcpStream::connect_timeout(&addr, FILL_TIMEOUT) {
            Ok(stream) => waiting.push(stream),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                return Ok(FullBacklog { addr, _listener: listener, _waiting: waiting });
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!("{addr} still answers with {FILL_CONNECTIONS} waiting")))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{Ipv6Addr, TcpStream};
    use std::time::Duration;

    use super::*;

    #[test]
    fn holds_connections_open_until_dropped() {
        let listener = Listener::start().unwrap();
        let mut streams: Vec<_> =
            (0..8).map(|_| TcpStream::connect(listener.addr()).unwrap()).collect();
        for stream in &mut streams {
            stream.set_nonblocking(true).unwrap();
            let error = stream.read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
            stream.set_nonblocking(false).unwrap();
        }
        drop(listener);
        for stream in &mut streams {
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            // Accepted connections end, waiting ones are reset.
            match stream.read(&mut [0]) {
                Ok(length) => assert_eq!(length, 0),
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
            }
        }
    }

    #[test]
    fn more_connections_than_it_holds_are_accepted() {
        let listener = Listener::start().unwrap();
        for _ in 0..2 * HELD_CONNECTIONS {
            TcpStream::connect(listener.addr()).unwrap();
        }
    }

    #[test]
    fn listens_on_ipv6_where_there_is_ipv6() {
        match Listener::start_on(Ipv6Addr::LOCALHOST.into()) {
            Ok(listener) => drop(TcpStream::connect(listener.addr()).unwrap()),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable),
        }
    }

    #[test]
    fn a_closed_port_refuses_tcp_and_udp() {
        let addr = closed_port();
        let error = TcpStream::connect(addr).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);

        let socket = UdpSocket::bind(LOOPBACK).unwrap();
        socket.connect(addr).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        socket.send(b"anybody?").unwrap();
        let error = socket.recv(&mut [0]).unwrap_err();
        // Windows calls it a reset.
        let unreachable = [io::ErrorKind::ConnectionRefused, io::ErrorKind::ConnectionReset];
        assert!(unreachable.contains(&error.kind()), "{error}");
    }

    #[test]
    fn a_late_port_is_closed_until_it_is_opened() {
        let port = LatePort::reserve().unwrap();
        let addr = port.addr();
        assert!(TcpStream::connect_timeout(&addr, Duration::from_millis(200)).is_err());
        let listener = port.open().unwrap();
        assert_eq!(listener.addr(), addr);
        TcpStream::connect(addr).unwrap();
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn nobody_else_gets_a_closed_port() {
        let addr = closed_port();
        assert!(std::net::TcpListener::bind(addr).is_err());
        assert!(UdpSocket::bind(addr).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_full_backlog_never_answers() {
        let silent = full_backlog().unwrap();
        for _ in 0..3 {
            let error = TcpStream::connect_timeout(&silent.addr(), Duration::from_millis(500));
            assert_eq!(error.unwrap_err().kind(), io::ErrorKind::TimedOut);
        }
    }
}
