//! A DNS server that answers wrongly on purpose.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, Metadata, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, PTR, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::background::Background;
use crate::sockets::{LOOPBACK, Pair};

/// What a [`Misbehaving`] server does to a query.
///
/// Where it answers properly, it answers as a resolver from its cache: RA set, AA clear, an A
/// question with 192.0.2.1, an AAAA question with `2001:db8::1`, any other with no data, TTL 60.
/// Whoever believes a forged reply ends up with 203.0.113.66 (or `2001:db8:666::66`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// Never answers.
    Silent,
    /// SERVFAIL.
    ServFail,
    /// REFUSED.
    Refused,
    /// NXDOMAIN, without an SOA.
    NxDomain,
    /// A proper answer; that is, one without authority.
    NonAuthoritative,
    /// TC and the first of [`TCP_ANSWERS`] addresses over UDP; all of them over TCP.
    Truncated,
    /// TC and one address over UDP; TCP is refused.
    TruncatedWithoutTcp,
    /// A forged reply with a wrong ID, then a proper one.
    WrongIdFirst,
    /// A forged reply with a wrong ID, and nothing else.
    WrongIdOnly,
    /// A forged reply with the right ID to another question (`forged.example.`).
    WrongQuestion,
    /// FORMERR without OPT to a query with OPT; a proper answer to one without (RFC 6891, 7).
    FormErrToEdns,
    /// Nothing to a query with OPT; a proper answer to one without.
    SilentToEdns,
    /// A proper answer, which comes late for A and at once for any other type.
    SlowA {
        /// How late.
        delay: Duration,
    },
    /// The right ID, then octets which are no message.
    Garbage,
    /// Ignores the first so many queries; answers properly from then on.
    DropFirst(usize),
    /// Names with [`HOSTILE_LABEL`] (as the alias in front of A and AAAA, as the target of PTR)
    /// and TXT with [`HOSTILE_TEXT`].
    Hostile,
}

/// How many addresses (192.0.2.1, 192.0.2.2, …) the whole answer of [`Behaviour::Truncated`] has.
pub const TCP_ANSWERS: u8 = 8;

/// A label of a colour, a line end, a quote, a backslash, a dot, NUL, a bidi override and not UTF-8.
pub const HOSTILE_LABEL: &[u8] = b"\x1b[31mred\n\"\\.\x00\xe2\x80\xae\xff";

/// A text of a window title, a colour, a line end, a quote, a backslash, NUL, a C1 control, a bidi
/// override and not UTF-8.
pub const HOSTILE_TEXT: &[u8] = b"\x1b]0;owned\x07\x1b[31mred\n\"\\\x00\x9b\xe2\x80\xae\xff";

/// A server that behaves as told, over UDP and TCP on 127.0.0.1. It ends when it is dropped.
#[derive(Debug)]
pub struct Misbehaving {
    addr: SocketAddr,
    queries: Arc<AtomicUsize>,
    _background: Background,
}

impl Misbehaving {
    /// Starts it on a port the system chooses.
    ///
    /// # Errors
    ///
    /// When a socket cannot be had.
    pub fn start(behaviour: Behaviour) -> io::Result<Self> {
        let pair = Pair::bind(LOOPBACK)?;
        let addr = pair.addr;
        let queries = Arc::new(AtomicUsize::new(0));
        let server = Server { behaviour, queries: Arc::clone(&queries) };

        let background = if server.behaviour == Behaviour::TruncatedWithoutTcp {
            let (udp, reserved) = pair.udp_only();
            udp.set_nonblocking(true)?;
            Background::start("misbehaving", move || {
                let udp = UdpSocket::from_std(udp)?;
                Ok(async move {
                    let _reserved = reserved;
                    server.serve_udp(udp).await;
                })
            })
        } else {
            let (udp, tcp) = pair.listen()?;
            udp.set_nonblocking(true)?;
            tcp.set_nonblocking(true)?;
            Background::start("misbehaving", move || {
                let udp = UdpSocket::from_std(udp)?;
                let tcp = TcpListener::from_std(tcp)?;
                Ok(async move {
                    tokio::join!(server.clone().serve_udp(udp), server.serve_tcp(tcp));
                })
            })
        }?;
        Ok(Self { addr, queries, _background: background })
    }

    /// Where it listens, the same for UDP and TCP.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many queries have arrived so far, answered or not, over UDP and TCP together.
    #[must_use]
    pub fn queries(&self) -> usize {
        self.queries.load(Ordering::SeqCst)
    }
}

/// The part of it that runs in the background.
#[derive(Clone)]
struct Server {
    behaviour: Behaviour,
    queries: Arc<AtomicUsize>,
}

impl Server {
    async fn serve_udp(self, socket: UdpSocket) {
        let socket = Arc::new(socket);
        let mut buffer = vec![0; usize::from(u16::MAX)];
        loop {
            // An error is about an earlier reply that found nobody (Windows), not about the socket.
            let Ok((length, client)) = socket.recv_from(&mut buffer).await else { continue };
            let replies = self.replies(&buffer[..length], Transport::Udp);
            let socket = Arc::clone(&socket);
            tokio::spawn(async move {
                for reply in replies {
                    tokio::time::sleep(reply.delay).await;
                    // A client that has gone does not want it.
                    let _ = socket.send_to(&reply.octets, client).await;
                }
            });
        }
    }

    async fn serve_tcp(self, listener: TcpListener) {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let server = self.clone();
            tokio::spawn(async move {
                // It ends in an error when the client has gone, which is how connections end.
                let _ = server.serve_connection(stream).await;
            });
        }
    }

    async fn serve_connection(&self, mut stream: TcpStream) -> io::Result<()> {
        loop {
            let mut query = vec![0; usize::from(stream.read_u16().await?)];
            stream.read_exact(&mut query).await?;
            for reply in self.replies(&query, Transport::Tcp) {
                tokio::time::sleep(reply.delay).await;
                stream.write_all(&with_length(&reply.octets)).await?;
            }
        }
    }

    fn replies(&self, query: &[u8], transport: Transport) -> Vec<Reply> {
        let earlier = self.queries.fetch_add(1, Ordering::SeqCst);
        let Ok(query) = Message::from_vec(query) else { return Vec::new() };
        replies(&self.behaviour, &query, transport, earlier)
    }
}

/// A message on a TCP connection has its length before it (RFC 1035, 4.2.2).
fn with_length(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("every reply here is far below 64 KiB");
    [&length.to_be_bytes(), message].concat()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp,
}

struct Reply {
    delay: Duration,
    octets: Vec<u8>,
}

impl Reply {
    fn now(message: &Message) -> Self {
        Self::after(Duration::ZERO, message)
    }

    fn after(delay: Duration, message: &Message) -> Self {
        let octets = message.to_vec().expect("a decoded question and short records encode");
        Self { delay, octets }
    }
}

/// What `behaviour` sends back for a query that `earlier` others came before.
fn replies(
    behaviour: &Behaviour,
    query: &Message,
    transport: Transport,
    earlier: usize,
) -> Vec<Reply> {
    let proper = || Reply::now(&proper_answer(query));
    let rcode = |rcode| vec![Reply::now(&empty_answer(query, rcode))];
    match behaviour {
        Behaviour::Silent => vec![],
        Behaviour::ServFail => rcode(ResponseCode::ServFail),
        Behaviour::Refused => rcode(ResponseCode::Refused),
        Behaviour::NxDomain => rcode(ResponseCode::NXDomain),
        Behaviour::Truncated | Behaviour::TruncatedWithoutTcp => {
            vec![Reply::now(&large_answer(query, transport))]
        }
        Behaviour::WrongIdFirst => vec![Reply::now(&with_wrong_id(query)), proper()],
        Behaviour::WrongIdOnly => vec![Reply::now(&with_wrong_id(query))],
        Behaviour::WrongQuestion => vec![Reply::now(&to_another_question(query))],
        Behaviour::FormErrToEdns if query.edns.is_some() => {
            let mut reply = empty_answer(query, ResponseCode::FormErr);
            reply.edns = None;
            vec![Reply::now(&reply)]
        }
        Behaviour::SilentToEdns if query.edns.is_some() => vec![],
        Behaviour::SlowA { delay } if asks_for(query, RecordType::A) => {
            vec![Reply::after(*delay, &proper_answer(query))]
        }
        Behaviour::Garbage => vec![garbage(query)],
        Behaviour::DropFirst(dropped) if earlier < *dropped => vec![],
        Behaviour::Hostile => vec![Reply::now(&hostile_answer(query))],
        Behaviour::NonAuthoritative
        | Behaviour::FormErrToEdns
        | Behaviour::SilentToEdns
        | Behaviour::SlowA { .. }
        | Behaviour::DropFirst(_) => vec![proper()],
    }
}

/// Time to live of every record here, in seconds.
const TTL_S: u32 = 60;

const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const ADDRESS_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
const FORGED: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 66);
const FORGED_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0x666, 0, 0, 0, 0, 0x66);

fn asks_for(query: &Message, record_type: RecordType) -> bool {
    query.queries.iter().any(|question| question.query_type == record_type)
}

/// A reply to `query` with its question, without records, with OPT if the query has it.
fn empty_answer(query: &Message, rcode: ResponseCode) -> Message {
    let mut reply = Message::response(query.metadata.id, query.metadata.op_code);
    reply.metadata = Metadata::response_from_request(&query.metadata);
    reply.metadata.recursion_available = true;
    reply.metadata.response_code = rcode;
    reply.queries.clone_from(&query.queries);
    reply.edns = query.edns.as_ref().map(|_| Edns::new());
    reply
}

pub(crate) fn proper_answer(query: &Message) -> Message {
    with_addresses(empty_answer(query, ResponseCode::NoError), ADDRESS, ADDRESS_V6)
}

fn forged_answer(query: &Message) -> Message {
    with_addresses(empty_answer(query, ResponseCode::NoError), FORGED, FORGED_V6)
}

/// Adds one or the other address to the answer, as the question in `reply` asks for.
fn with_addresses(mut reply: Message, v4: Ipv4Addr, v6: Ipv6Addr) -> Message {
    for question in &reply.queries {
        let data = match question.query_type {
            RecordType::A => RData::A(A(v4)),
            RecordType::AAAA => RData::AAAA(AAAA(v6)),
            _ => continue,
        };
        reply.answers.push(Record::from_rdata(question.name.clone(), TTL_S, data));
    }
    reply
}

fn large_answer(query: &Message, transport: Transport) -> Message {
    let mut reply = empty_answer(query, ResponseCode::NoError);
    reply.metadata.truncation = transport == Transport::Udp;
    let addresses = if transport == Transport::Udp { 1 } else { TCP_ANSWERS };
    for question in query.queries.iter().filter(|it| it.query_type == RecordType::A) {
        reply.answers.extend((1..=addresses).map(|last| {
            let data = RData::A(A::new(192, 0, 2, last));
            Record::from_rdata(question.name.clone(), TTL_S, data)
        }));
    }
    reply
}

fn with_wrong_id(query: &Message) -> Message {
    let mut reply = forged_answer(query);
    reply.metadata.id = !query.metadata.id;
    reply
}

fn to_another_question(query: &Message) -> Message {
    let mut other = query.clone();
    let name = name_of([b"forged", b"example"]);
    other.queries =
        query.queries.iter().map(|it| Query::query(name.clone(), it.query_type)).collect();
    forged_answer(&other)
}

fn garbage(query: &Message) -> Reply {
    let mut octets = query.metadata.id.to_be_bytes().to_vec();
    octets.extend([0xFF; 30]);
    Reply { delay: Duration::ZERO, octets }
}

fn hostile_answer(query: &Message) -> Message {
    let mut reply = empty_answer(query, ResponseCode::NoError);
    let hostile = name_of([HOSTILE_LABEL, b"example"]);
    for Query { name, query_type, .. } in &query.queries {
        let mut add = |name: &Name, data| {
            reply.answers.push(Record::from_rdata(name.clone(), TTL_S, data));
        };
        match query_type {
            RecordType::A => {
                add(name, RData::CNAME(CNAME(hostile.clone())));
                add(&hostile, RData::A(A(ADDRESS)));
            }
            RecordType::AAAA => {
                add(name, RData::CNAME(CNAME(hostile.clone())));
                add(&hostile, RData::AAAA(AAAA(ADDRESS_V6)));
            }
            RecordType::PTR => add(name, RData::PTR(PTR(hostile.clone()))),
            RecordType::TXT => add(name, RData::TXT(TXT::from_bytes(vec![HOSTILE_TEXT]))),
            _ => {}
        }
    }
    reply
}

fn name_of<const LABELS: usize>(labels: [&[u8]; LABELS]) -> Name {
    Name::from_labels(labels).expect("labels below 64 octets make a name")
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;
    use crate::client::{ask_tcp, ask_udp, query, query_with_edns, receive, udp_to};

    /// How long a silent server is listened to. It cannot prove silence, only fail to hear a reply.
    const SILENCE: Duration = Duration::from_millis(100);

    fn a() -> Message {
        query("www.example.test.", RecordType::A)
    }

    fn addresses(message: &Message) -> Vec<String> {
        message.answers.iter().map(|record| record.data.to_string()).collect()
    }

    fn assert_silent(server: &Misbehaving, query: &Message) {
        let before = server.queries();
        let socket = udp_to(server.addr());
        socket.set_read_timeout(Some(SILENCE)).unwrap();
        socket.send(&query.to_vec().unwrap()).unwrap();
        let error = socket.recv(&mut [0; 512]).unwrap_err();
        let timed_out = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
        assert!(timed_out.contains(&error.kind()), "{error}");
        assert_eq!(server.queries(), before + 1);
    }

    #[test]
    fn silent_hears_and_says_nothing() {
        assert_silent(&Misbehaving::start(Behaviour::Silent).unwrap(), &a());
    }

    #[test]
    fn each_failure_has_its_code_over_udp_and_tcp() {
        let cases = [
            (Behaviour::ServFail, ResponseCode::ServFail),
            (Behaviour::Refused, ResponseCode::Refused),
            (Behaviour::NxDomain, ResponseCode::NXDomain),
        ];
        for (behaviour, expected) in cases {
            let server = Misbehaving::start(behaviour).unwrap();
            assert_eq!(ask_udp(server.addr(), &a()).metadata.response_code, expected);
            assert_eq!(ask_tcp(server.addr(), &a()).metadata.response_code, expected);
            assert_eq!(server.queries(), 2);
        }
    }

    #[test]
    fn non_authoritative_answers_as_from_a_cache() {
        let server = Misbehaving::start(Behaviour::NonAuthoritative).unwrap();
        let reply = ask_udp(server.addr(), &a());
        assert_eq!(addresses(&reply), ["192.0.2.1"]);
        assert!(reply.metadata.recursion_available);
        assert!(!reply.metadata.authoritative);

        let v6 = ask_udp(server.addr(), &query("www.example.test.", RecordType::AAAA));
        assert_eq!(addresses(&v6), ["2001:db8::1"]);
        let mx = ask_udp(server.addr(), &query("www.example.test.", RecordType::MX));
        assert_eq!(addresses(&mx), [""; 0]);
        assert_eq!(mx.metadata.response_code, ResponseCode::NoError);
    }

    #[test]
    fn opt_is_answered_with_opt() {
        let server = Misbehaving::start(Behaviour::NonAuthoritative).unwrap();
        assert!(ask_udp(server.addr(), &a()).edns.is_none());
        let with = query_with_edns("www.example.test.", RecordType::A);
        assert!(ask_udp(server.addr(), &with).edns.is_some());
    }

    #[test]
    fn truncated_is_whole_over_tcp() {
        let server = Misbehaving::start(Behaviour::Truncated).unwrap();
        let part = ask_udp(server.addr(), &a());
        assert!(part.metadata.truncation);
        assert_eq!(addresses(&part), ["192.0.2.1"]);

        let whole = ask_tcp(server.addr(), &a());
        assert!(!whole.metadata.truncation);
        assert_eq!(whole.answers.len(), usize::from(TCP_ANSWERS));
        assert_eq!(server.queries(), 2);
    }

    #[test]
    fn truncated_without_tcp_refuses_tcp() {
        let server = Misbehaving::start(Behaviour::TruncatedWithoutTcp).unwrap();
        assert!(ask_udp(server.addr(), &a()).metadata.truncation);
        let error = TcpStream::connect(server.addr()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn wrong_id_first_is_followed_by_the_right_one() {
        let server = Misbehaving::start(Behaviour::WrongIdFirst).unwrap();
        let question = a();
        let socket = udp_to(server.addr());
        socket.send(&question.to_vec().unwrap()).unwrap();
        let forged = Message::from_vec(&receive(&socket)).unwrap();
        let proper = Message::from_vec(&receive(&socket)).unwrap();
        assert_ne!(forged.metadata.id, question.metadata.id);
        assert_eq!(addresses(&forged), ["203.0.113.66"]);
        assert_eq!(proper.metadata.id, question.metadata.id);
        assert_eq!(addresses(&proper), ["192.0.2.1"]);
    }

    #[test]
    fn wrong_id_only_is_forged() {
        let server = Misbehaving::start(Behaviour::WrongIdOnly).unwrap();
        let question = a();
        let forged = ask_udp(server.addr(), &question);
        assert_ne!(forged.metadata.id, question.metadata.id);
        assert_eq!(addresses(&forged), ["203.0.113.66"]);
    }

    #[test]
    fn wrong_question_has_the_right_id() {
        let server = Misbehaving::start(Behaviour::WrongQuestion).unwrap();
        let question = a();
        let forged = ask_udp(server.addr(), &question);
        assert_eq!(forged.metadata.id, question.metadata.id);
        assert_eq!(forged.queries[0].name.to_string(), "forged.example.");
        assert_eq!(addresses(&forged), ["203.0.113.66"]);
    }

    #[test]
    fn formerr_to_edns_answers_without() {
        let server = Misbehaving::start(Behaviour::FormErrToEdns).unwrap();
        let reply = ask_udp(server.addr(), &query_with_edns("www.example.test.", RecordType::A));
        assert_eq!(reply.metadata.response_code, ResponseCode::FormErr);
        assert!(reply.edns.is_none());
        assert_eq!(addresses(&ask_udp(server.addr(), &a())), ["192.0.2.1"]);
    }

    #[test]
    fn silent_to_edns_answers_without() {
        let server = Misbehaving::start(Behaviour::SilentToEdns).unwrap();
        assert_silent(&server, &query_with_edns("www.example.test.", RecordType::A));
        assert_eq!(addresses(&ask_udp(server.addr(), &a())), ["192.0.2.1"]);
    }

    #[test]
    fn slow_a_is_overtaken_by_aaaa() {
        let delay = Duration::from_millis(200);
        let server = Misbehaving::start(Behaviour::SlowA { delay }).unwrap();
        let socket = udp_to(server.addr());
        socket.send(&a().to_vec().unwrap()).unwrap();
        let v6 = query("www.example.test.", RecordType::AAAA);
        socket.send(&v6.to_vec().unwrap()).unwrap();
        let first = Message::from_vec(&receive(&socket)).unwrap();
        let second = Message::from_vec(&receive(&socket)).unwrap();
        assert_eq!(addresses(&first), ["2001:db8::1"]);
        assert_eq!(addresses(&second), ["192.0.2.1"]);
    }

    #[test]
    fn garbage_begins_with_the_id_and_is_no_message() {
        let server = Misbehaving::start(Behaviour::Garbage).unwrap();
        let question = a();
        let socket = udp_to(server.addr());
        socket.send(&question.to_vec().unwrap()).unwrap();
        let reply = receive(&socket);
        assert!(reply.starts_with(&question.metadata.id.to_be_bytes()));
        assert!(Message::from_vec(&reply).is_err());
    }

    #[test]
    fn drop_first_answers_when_asked_again() {
        let server = Misbehaving::start(Behaviour::DropFirst(2)).unwrap();
        assert_silent(&server, &a());
        assert_silent(&server, &a());
        assert_eq!(addresses(&ask_udp(server.addr(), &a())), ["192.0.2.1"]);
        assert_eq!(server.queries(), 3);
    }

    #[test]
    fn hostile_names_and_text_arrive_octet_by_octet() {
        let server = Misbehaving::start(Behaviour::Hostile).unwrap();
        let ptr = ask_udp(server.addr(), &query("1.2.0.192.in-addr.arpa.", RecordType::PTR));
        let RData::PTR(PTR(name)) = &ptr.answers[0].data else { panic!("no PTR: {ptr:?}") };
        assert_eq!(name.iter().next(), Some(HOSTILE_LABEL));

        let txt = ask_udp(server.addr(), &query("www.example.test.", RecordType::TXT));
        let RData::TXT(data) = &txt.answers[0].data else { panic!("no TXT: {txt:?}") };
        assert_eq!(&*data.txt_data[0], HOSTILE_TEXT);

        let alias = ask_udp(server.addr(), &a());
        assert_eq!(alias.answers[1].name.iter().next(), Some(HOSTILE_LABEL));
    }

    #[test]
    fn what_is_no_query_is_counted_and_ignored() {
        let server = Misbehaving::start(Behaviour::NonAuthoritative).unwrap();
        let socket = udp_to(server.addr());
        socket.send(b"hello").unwrap();
        socket.send(&a().to_vec().unwrap()).unwrap();
        assert_eq!(addresses(&Message::from_vec(&receive(&socket)).unwrap()), ["192.0.2.1"]);
        assert_eq!(server.queries(), 2);
    }

    #[test]
    fn ends_on_drop_with_a_reply_still_owed() {
        let server = Misbehaving::start(Behaviour::SlowA { delay: Duration::from_secs(3600) });
        let server = server.unwrap();
        let socket = udp_to(server.addr());
        socket.send(&a().to_vec().unwrap()).unwrap();
        let v6 = query("www.example.test.", RecordType::AAAA);
        socket.send(&v6.to_vec().unwrap()).unwrap();
        receive(&socket);
        drop(server);
    }
}
