//! A UDP socket that is connected to a server: many datagrams at a time where the system can.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use socket2::SockRef;

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "portable.rs")]
mod system;

pub use system::{Inbox, Outbox};

/// So many datagrams go or come with one system call at most.
pub const BATCH: usize = 64;

/// The largest datagram: a server may send more than was asked for.
const DATAGRAM_MAX_OCTETS: usize = 65535;

/// From one buffer of a batch to the next: not a power of two, which would have all of them
/// compete for the same few lines of the processor's cache.
const BUFFER_STRIDE_OCTETS: usize = DATAGRAM_MAX_OCTETS + 1 + 64;

/// What the system is asked to keep of replies that we have not fetched; it may give less.
const RECEIVE_BUFFER_OCTETS: usize = 4 << 20;

/// A socket whose kernel drops what others than the server send, and tells when nothing listens.
#[derive(Debug)]
pub struct Socket {
    udp: UdpSocket,
}

/// Why nothing could be sent or received.
#[derive(Debug)]
pub enum Obstacle {
    /// Not now: the queue is full, or there is nothing.
    Later,
    /// The system lacks memory for the moment.
    Shortage,
    /// Nothing listens there. It may be about anything that was sent before.
    Refused,
    /// The datagram cannot be sent, others can.
    Datagram(io::Error),
    /// The server cannot be reached.
    Unreachable(io::Error),
}

impl Socket {
    /// A socket on a port that the system chose.
    ///
    /// # Errors
    /// No socket is left, or there is no way to the server.
    pub fn connect(server: SocketAddr) -> io::Result<Self> {
        let any: SocketAddr = if server.is_ipv4() {
            (Ipv4Addr::UNSPECIFIED, 0).into()
        } else {
            (Ipv6Addr::UNSPECIFIED, 0).into()
        };
        let udp = UdpSocket::bind(any)?;
        udp.connect(server)?;
        udp.set_nonblocking(true)?;
        // Without it replies may be lost, which are asked for again.
        let _ = SockRef::from(&udp).set_recv_buffer_size(RECEIVE_BUFFER_OCTETS);
        Ok(Self { udp })
    }

    /// Sends the datagrams, or the first of them: says how many, at least one.
    ///
    /// # Errors
    /// Nothing was sent.
    pub fn send(&self, outbox: &mut Outbox, datagrams: &[&[u8]]) -> Result<usize, Obstacle> {
        retried(|| outbox.send(&self.udp, datagrams))
    }

    /// Fetches datagrams into the inbox: says how many, at least one.
    ///
    /// # Errors
    /// Nothing was there.
    pub fn receive(&self, inbox: &mut Inbox) -> Result<usize, Obstacle> {
        retried(|| inbox.receive(&self.udp))
    }
}

/// Waits until one of the sockets has something, or has room to send if that `is_blocked`, and
/// puts those into `ready`. A signal ends the wait early.
pub fn wait(sockets: &[Socket], is_blocked: bool, timeout: Duration, ready: &mut Vec<usize>) {
    ready.clear();
    let interest = if is_blocked { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
    let mut polled: Vec<_> =
        sockets.iter().map(|socket| PollFd::new(&socket.udp, interest)).collect();
    let timeout = Timespec::try_from(timeout).ok();
    if matches!(rustix::event::poll(&mut polled, timeout.as_ref()), Ok(1..)) {
        let is_ready = |polled: &PollFd<'_>| polled.revents().intersects(!PollFlags::OUT);
        ready.extend((0..polled.len()).filter(|it| is_ready(&polled[*it])));
    }
}

fn retried(mut call: impl FnMut() -> io::Result<usize>) -> Result<usize, Obstacle> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.map_err(obstacle),
        }
    }
}

fn obstacle(error: io::Error) -> Obstacle {
    let is = |errno: Errno| error.raw_os_error() == Some(errno.raw_os_error());
    match error.kind() {
        io::ErrorKind::WouldBlock => Obstacle::Later,
        // Windows tells of a closed port as of a connection that was reset.
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => Obstacle::Refused,
        io::ErrorKind::OutOfMemory => Obstacle::Shortage,
        _ if is(Errno::NOBUFS) => Obstacle::Shortage,
        _ if is(Errno::MSGSIZE) => Obstacle::Datagram(error),
        _ => Obstacle::Unreachable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Socket, UdpSocket) {
        let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
        let socket = Socket::connect(peer.local_addr().unwrap()).unwrap();
        peer.connect(socket.udp.local_addr().unwrap()).unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        (socket, peer)
    }

    fn waited(socket: &[Socket]) -> Vec<usize> {
        let mut ready = Vec::new();
        wait(socket, false, Duration::from_secs(10), &mut ready);
        ready
    }

    #[test]
    fn datagrams_arrive_whole_and_in_order_however_long() {
        let (socket, peer) = pair();
        let (mut outbox, mut inbox) = (Outbox::default(), Inbox::default());
        let datagrams = [vec![1; 12], vec![2; 60_000], vec![], vec![3; 1]];
        let slices: Vec<_> = datagrams.iter().map(Vec::as_slice).collect();
        let mut buffer = vec![0; DATAGRAM_MAX_OCTETS];
        let mut sent = 0;
        while sent < slices.len() {
            sent += socket.send(&mut outbox, &slices[sent..]).unwrap();
        }
        for _ in &datagrams {
            let length = peer.recv(&mut buffer).unwrap();
            peer.send(&buffer[..length]).unwrap();
        }
        let mut echoed = Vec::new();
        while echoed.len() < datagrams.len() {
            assert_eq!(waited(std::slice::from_ref(&socket)), [0]);
            let count = socket.receive(&mut inbox).unwrap();
            echoed.extend((0..count).map(|it| inbox.datagram(it).to_vec()));
        }
        assert_eq!(echoed, datagrams);
        assert!(matches!(socket.receive(&mut inbox), Err(Obstacle::Later)));
    }

    #[test]
    fn more_than_a_batch_is_sent_and_fetched_in_parts() {
        let (socket, peer) = pair();
        let (mut outbox, mut inbox) = (Outbox::default(), Inbox::default());
        let datagrams = [&b"datagram"[..]; BATCH + 1];
        assert!((1..=BATCH).contains(&socket.send(&mut outbox, &datagrams).unwrap()));
        for _ in 0..=BATCH {
            peer.send(b"reply").unwrap();
        }
        let mut fetched = 0;
        while fetched <= BATCH {
            waited(std::slice::from_ref(&socket));
            fetched += socket.receive(&mut inbox).unwrap();
        }
        assert_eq!((fetched, inbox.datagram(0)), (BATCH + 1, &b"reply"[..]));
    }

    #[test]
    fn a_port_where_nothing_listens_is_told() {
        let (socket, peer) = pair();
        drop(peer);
        let (mut outbox, mut inbox) = (Outbox::default(), Inbox::default());
        assert_eq!(socket.send(&mut outbox, &[b"hello"]).unwrap(), 1);
        assert_eq!(waited(std::slice::from_ref(&socket)), [0]);
        assert!(matches!(socket.receive(&mut inbox), Err(Obstacle::Refused)));
    }

    #[test]
    fn a_datagram_that_is_too_long_is_no_fault_of_the_server() {
        let (socket, _peer) = pair();
        let too_long = vec![0; DATAGRAM_MAX_OCTETS + 1];
        let sent = socket.send(&mut Outbox::default(), &[&too_long]);
        assert!(matches!(sent, Err(Obstacle::Datagram(_))), "{sent:?}");
    }
}
