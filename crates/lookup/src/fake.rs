//! A server on loopback that answers as a test tells it, rightly or wrongly.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, Record};

/// No query is longer here.
const QUERY_MAX_OCTETS: usize = 1024;

/// So many ports are tried to find one that is free for UDP and TCP.
const PORTS_TO_TRY: usize = 100;

pub(crate) struct Fake {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Message>>>,
    stopped: Arc<AtomicBool>,
    udp: Option<JoinHandle<()>>,
    tcp: Option<JoinHandle<()>>,
}

impl Fake {
    /// Sends the packets that `answer` makes of a query and the count of those before it.
    pub(crate) fn udp(
        answer: impl FnMut(&Message, usize) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Self {
        Self::serve(bind_udp("127.0.0.1:0".parse().unwrap()), answer)
    }

    /// Sends over TCP what `answer_tcp` makes of a query, then closes.
    pub(crate) fn udp_and_tcp(
        answer: impl FnMut(&Message, usize) -> Vec<Vec<u8>> + Send + 'static,
        mut answer_tcp: impl FnMut(&Message) -> Vec<u8> + Send + 'static,
    ) -> Self {
        let (socket, listener) = bind_both();
        let mut fake = Self::serve(socket, answer);
        let stopped = Arc::clone(&fake.stopped);
        fake.tcp = Some(thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let mut stream = stream.unwrap();
                if let Some(query) = read_framed(&mut stream) {
                    stream.write_all(&answer_tcp(&query)).unwrap();
                }
            }
        }));
        fake
    }

    /// Answers from another port than the one that was asked.
    pub(crate) fn udp_with_stranger(answer: impl Fn(&Message) -> Vec<u8> + Send + 'static) -> Self {
        let socket = bind_udp("127.0.0.1:0".parse().unwrap());
        let stranger = bind_udp("127.0.0.1:0".parse().unwrap());
        Self::serve_to(socket, move |query, _, client| {
            stranger.send_to(&answer(query), client).unwrap();
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The queries that came over UDP until now.
    pub(crate) fn seen(&self) -> Vec<Message> {
        self.seen.lock().unwrap().clone()
    }

    /// A message with its length before it.
    pub(crate) fn framed(octets: &[u8]) -> Vec<u8> {
        let length = u16::try_from(octets.len()).unwrap();
        [&length.to_be_bytes()[..], octets].concat()
    }

    fn serve(
        socket: UdpSocket,
        mut answer: impl FnMut(&Message, usize) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Self {
        let replies = socket.try_clone().unwrap();
        Self::serve_to(socket, move |query, count, client| {
            for packet in answer(query, count) {
                replies.send_to(&packet, client).unwrap();
            }
        })
    }

    fn serve_to(
        socket: UdpSocket,
        mut answer: impl FnMut(&Message, usize, SocketAddr) + Send + 'static,
    ) -> Self {
        let address = socket.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let (log, stop) = (Arc::clone(&seen), Arc::clone(&stopped));
        let udp = thread::spawn(move || {
            let mut buffer = [0; QUERY_MAX_OCTETS];
            for count in 0.. {
                let (octets, client) = receive(&socket, &mut buffer);
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let query = Message::from_vec(&buffer[..octets]).unwrap();
                log.lock().unwrap().push(query.clone());
                answer(&query, count, client);
            }
        });
        Self { address, seen, stopped, udp: Some(udp), tcp: None }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let waker = bind_udp("127.0.0.1:0".parse().unwrap());
        let _ = waker.send_to(&[], self.address);
        if self.tcp.is_some() {
            let _ = TcpStream::connect(self.address);
        }
        for thread in [self.udp.take(), self.tcp.take()].into_iter().flatten() {
            let _ = thread.join();
        }
    }
}

/// The next datagram. On Windows an earlier reply that found nobody is told in its place.
fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> (usize, SocketAddr) {
    loop {
        match socket.recv_from(buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
            received => return received.unwrap(),
        }
    }
}

pub(crate) fn name(text: &str) -> Name {
    crate::name::parse(text).unwrap().name
}

pub(crate) fn record(owner: &str, rdata: RData) -> Record {
    Record::from_rdata(name(owner), 300, rdata)
}

pub(crate) fn a_record(owner: &str, octets: [u8; 4]) -> Record {
    record(owner, RData::A(std::net::Ipv4Addr::from(octets).into()))
}

/// A reply without records: the id, the question and EDNS of the query.
pub(crate) fn reply_to(query: &Message, code: ResponseCode) -> Message {
    let mut reply = Message::error_msg(query.metadata.id, query.metadata.op_code, code);
    reply.metadata.recursion_available = true;
    reply.add_queries(query.queries.clone());
    reply.edns.clone_from(&query.edns);
    reply
}

pub(crate) fn wire(message: &Message) -> Vec<u8> {
    message.to_vec().unwrap()
}

fn bind_udp(address: SocketAddr) -> UdpSocket {
    UdpSocket::bind(address).unwrap()
}

fn bind_both() -> (UdpSocket, TcpListener) {
    for _ in 0..PORTS_TO_TRY {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        if let Ok(socket) = UdpSocket::bind(listener.local_addr().unwrap()) {
            return (socket, listener);
        }
    }
    panic!("no port is free for UDP and TCP");
}

fn read_framed(stream: &mut TcpStream) -> Option<Message> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut octets = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut octets).ok()?;
    Message::from_vec(&octets).ok()
}
