//! The plainest possible DNS client, for the tests of this crate.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::str::FromStr;
use std::time::Duration;

use hickory_proto::op::{Edns, Message, Query};
use hickory_proto::rr::{Name, RecordType};

/// How long to wait for an answer that must come.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn query(name: &str, record_type: RecordType) -> Message {
    let mut query = Message::query();
    query.metadata.recursion_desired = true;
    query.add_query(Query::query(Name::from_str(name).unwrap(), record_type));
    query
}

/// The plainest question.
pub(crate) fn a() -> Message {
    query("www.example.test.", RecordType::A)
}

pub(crate) fn query_with_edns(name: &str, record_type: RecordType) -> Message {
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    let mut query = query(name, record_type);
    query.set_edns(edns);
    query
}

/// A socket which hears only `addr`, as a resolver's does.
pub(crate) fn udp_to(addr: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    socket.connect(addr).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

pub(crate) fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 65_535];
    let length = socket.recv(&mut buffer).unwrap();
    buffer.truncate(length);
    buffer
}

pub(crate) fn ask_udp(addr: SocketAddr, query: &Message) -> Message {
    Message::from_vec(&ask_udp_raw(addr, query)).unwrap()
}

/// The reply as it came.
pub(crate) fn ask_udp_raw(addr: SocketAddr, query: &Message) -> Vec<u8> {
    let socket = udp_to(addr);
    socket.send(&query.to_vec().unwrap()).unwrap();
    receive(&socket)
}

pub(crate) fn ask_tcp(addr: SocketAddr, query: &Message) -> Message {
    let query = query.to_vec().unwrap();
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(&u16::try_from(query.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&query).unwrap();

    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut reply = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut reply).unwrap();
    Message::from_vec(&reply).unwrap()
}

/// The data of the answers.
pub(crate) fn addresses(message: &Message) -> Vec<String> {
    message.answers.iter().map(|record| record.data.to_string()).collect()
}
