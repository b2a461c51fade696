//! Services that speak, leave or reset, and remember who came and how they were left.

use std::io;
use std::net::{SocketAddr, UdpSocket as StdUdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::background::Background;
use crate::sockets::{LOOPBACK, listen, local_addr, tcp_socket};

/// The largest datagram that a service hears whole, in octets.
const MAX_DATAGRAM: usize = 65_535;

/// What a service does with those whom it accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conduct {
    /// Says this first, and then listens for as long as they stay.
    Greets(&'static [u8]),
    /// Says this, and then closes the connection.
    Tells(&'static [u8]),
    /// Closes the connection at once.
    Leaves,
    /// Resets the connection at once.
    Resets,
}

/// How the other side ended a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It said that it was done (FIN).
    Closed,
    /// It broke the connection off (RST).
    Reset,
}

/// A TCP service on 127.0.0.1. It ends when it is dropped.
#[derive(Debug)]
pub struct Service {
    addr: SocketAddr,
    log: Arc<Mutex<Log>>,
    _background: Background,
}

#[derive(Debug, Default)]
struct Log {
    accepted: usize,
    heard: Vec<u8>,
    endings: Vec<Ending>,
}

impl Service {
    /// Listens on a port the system chooses.
    ///
    /// # Errors
    ///
    /// When a socket cannot be had.
    pub fn start(conduct: Conduct) -> io::Result<Self> {
        let socket = tcp_socket(LOOPBACK)?;
        let addr = local_addr(&socket)?;
        let listener = listen(socket)?;
        listener.set_nonblocking(true)?;
        let log = Arc::<Mutex<Log>>::default();
        let kept = Arc::clone(&log);
        let background = Background::start("service", move || {
            Ok(receive(TcpListener::from_std(listener)?, conduct, kept))
        })?;
        Ok(Self { addr, log, _background: background })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many connections it has accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        lock(&self.log).accepted
    }

    /// All that it was told, by whomever.
    #[must_use]
    pub fn heard(&self) -> Vec<u8> {
        lock(&self.log).heard.clone()
    }

    /// How the connections that it did not end itself have ended, in this order.
    #[must_use]
    pub fn endings(&self) -> Vec<Ending> {
        lock(&self.log).endings.clone()
    }
}

async fn receive(listener: TcpListener, conduct: Conduct, log: Arc<Mutex<Log>>) {
    loop {
        // The peer may have gone before it was accepted, which is no reason to stop.
        let Ok((mut stream, _)) = listener.accept().await else { continue };
        lock(&log).accepted += 1;
        match conduct {
            Conduct::Greets(greeting) => {
                tokio::spawn(converse(stream, greeting, Arc::clone(&log)));
            }
            Conduct::Tells(text) => {
                // Who has gone already is not told.
                let _ = stream.write_all(text).await;
            }
            Conduct::Leaves => drop(stream),
            Conduct::Resets => {
                // Where it cannot be set, the test that needs it fails.
                let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            }
        }
    }
}

/// Speaks first, and listens until the other side ends the connection.
async fn converse(mut stream: TcpStream, greeting: &[u8], log: Arc<Mutex<Log>>) {
    let mut heard = Vec::new();
    let ending = match stream.write_all(greeting).await {
        Err(error) => Err(error),
        Ok(()) => stream.read_to_end(&mut heard).await.map(|_| ()),
    };
    let mut log = lock(&log);
    log.heard.extend(heard);
    log.endings.push(if ending.is_ok() { Ending::Closed } else { Ending::Reset });
}

/// A UDP service on 127.0.0.1. It ends when it is dropped.
#[derive(Debug)]
pub struct UdpService {
    addr: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    _background: Background,
}

impl UdpService {
    /// Answers everything with the same datagram, or nothing at all, on a port the system chooses.
    ///
    /// # Errors
    ///
    /// When a socket cannot be had.
    pub fn start(answer: Option<&'static [u8]>) -> io::Result<Self> {
        let socket = StdUdpSocket::bind(LOOPBACK)?;
        let addr = socket.local_addr()?;
        socket.set_nonblocking(true)?;
        let heard = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let kept = Arc::clone(&heard);
        let background = Background::start("udp-service", move || {
            Ok(hear(UdpSocket::from_std(socket)?, answer, kept))
        })?;
        Ok(Self { addr, heard, _background: background })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The datagrams that came, in their order.
    #[must_use]
    pub fn heard(&self) -> Vec<Vec<u8>> {
        lock(&self.heard).clone()
    }
}

async fn hear(socket: UdpSocket, answer: Option<&[u8]>, heard: Arc<Mutex<Vec<Vec<u8>>>>) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        // An answer that nobody waited for comes back as an error, which is no reason to stop.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        lock(&heard).push(buffer[..length].to_vec());
        if let Some(answer) = answer {
            let _ = socket.send_to(answer, from).await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::thread;
    use std::time::Instant;

    use super::*;
    use crate::client::{receive, udp_to};

    /// How long something may take that happens at once on an idle machine.
    const PATIENCE: Duration = Duration::from_secs(10);

    fn connect(service: &Service) -> TcpStream {
        let stream = TcpStream::connect(service.addr()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn endings(service: &Service) -> Vec<Ending> {
        let deadline = Instant::now() + PATIENCE;
        while service.endings().is_empty() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        service.endings()
    }

    #[test]
    fn a_greeting_comes_first_and_a_close_is_told_from_a_reset() {
        for (linger, expected) in [(None, Ending::Closed), (Some(Duration::ZERO), Ending::Reset)] {
            let service = Service::start(Conduct::Greets(b"hello\r\n")).unwrap();
            let mut stream = connect(&service);
            let mut greeting = [0; 7];
            stream.read_exact(&mut greeting).unwrap();
            assert_eq!(&greeting, b"hello\r\n");
            SockRef::from(&stream).set_linger(linger).unwrap();
            drop(stream);
            assert_eq!((endings(&service), service.accepted()), (vec![expected], 1));
        }
    }

    #[test]
    fn what_it_is_told_is_heard() {
        let service = Service::start(Conduct::Greets(b"")).unwrap();
        connect(&service).write_all(b"quit").unwrap();
        assert_eq!((endings(&service), service.heard()), (vec![Ending::Closed], b"quit".to_vec()));
    }

    #[test]
    fn it_may_leave_tell_or_reset_at_once() {
        let leaves = Service::start(Conduct::Leaves).unwrap();
        assert_eq!(connect(&leaves).read(&mut [0]).unwrap(), 0);
        let tells = Service::start(Conduct::Tells(b"noon")).unwrap();
        let mut told = String::new();
        connect(&tells).read_to_string(&mut told).unwrap();
        assert_eq!(told, "noon");
        let resets = Service::start(Conduct::Resets).unwrap();
        let error = connect(&resets).read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert_eq!((leaves.accepted(), resets.accepted()), (1, 1));
        assert_eq!((leaves.endings(), resets.endings()), (vec![], vec![]));
    }

    #[test]
    fn datagrams_are_remembered_and_answered() {
        let service = UdpService::start(Some(b"pong")).unwrap();
        let socket = udp_to(service.addr());
        for datagram in [&b"ping"[..], b""] {
            socket.send(datagram).unwrap();
            assert_eq!(receive(&socket), b"pong");
        }
        assert_eq!(service.heard(), [&b"ping"[..], b""]);
    }
}
