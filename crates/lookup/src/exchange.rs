//! One question to one server, and what came back.

use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::rr::{Name, RecordType};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use crate::encrypted::{EncryptedError, Endpoint, Protocol, Sessions};
use crate::framed;
use crate::message::{self, Damage, EdnsRequest, Manner, Message};

/// How long a question may take, all retries and servers included, unless told.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// No question takes longer, whatever was asked for: clocks do not count for ever.
pub const DEADLINE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// After how long a UDP question is sent again for the first time, unless told.
pub const RETRANSMIT_INTERVAL: Duration = Duration::from_millis(333);

/// How often a UDP question is sent, unless told.
pub const ATTEMPTS: u32 = 5;

/// From the third time on, every other time a question is sent without EDNS: some servers and
/// firewalls drop what they do not know (RFC 6891, 6.2.6).
const FIRST_WITHOUT_EDNS: u32 = 3;

/// The longest message there is (RFC 1035, 4.2.2). A server may send more than was asked for.
const MESSAGE_MAX_OCTETS: usize = 65535;

/// Limits on one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take altogether.
    pub deadline: Duration,
    /// After how long a UDP question is sent again, or another server is asked as well. From the
    /// third time on it is waited twice as long each time.
    pub retransmit_interval: Duration,
    /// How often a UDP question is sent to a server at most.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { deadline: DEADLINE, retransmit_interval: RETRANSMIT_INTERVAL, attempts: ATTEMPTS }
    }
}

/// What to ask, and how.
#[derive(Debug, Clone)]
pub struct Question {
    /// The name, fully qualified.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
    /// Over what.
    pub route: Route,
    /// Flags, class, EDNS.
    pub manner: Manner,
}

/// What carries a question.
#[derive(Debug, Clone)]
pub enum Route {
    /// UDP, and TCP if the answer is cut short.
    Udp,
    /// TCP from the start.
    Tcp,
    /// TLS, HTTPS or QUIC.
    Encrypted(Arc<Encrypted>),
}

/// A server that proves who it is, and the connections to it and others.
#[derive(Debug)]
pub struct Encrypted {
    /// Over what it is asked, and who it must be.
    pub endpoint: Endpoint,
    /// The connections of this run.
    pub sessions: Arc<Sessions>,
}

#[cfg(any(fuzzing, test))]
impl Question {
    /// A question as a program asks its resolver: with recursion, over UDP first.
    #[must_use]
    pub fn new(name: Name, record_type: RecordType) -> Self {
        Self { name, record_type, route: Route::Udp, manner: Manner::default() }
    }
}

/// How a reply came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// In one datagram.
    Udp,
    /// Over a connection.
    Tcp,
    /// Over TLS (RFC 7858).
    Tls,
    /// Over HTTPS (RFC 8484).
    Https,
    /// Over QUIC (RFC 9250).
    Quic,
}

impl From<&Protocol> for Transport {
    fn from(protocol: &Protocol) -> Self {
        match protocol {
            Protocol::Tls => Self::Tls,
            Protocol::Https { .. } => Self::Https,
            Protocol::Quic => Self::Quic,
        }
    }
}

impl Transport {
    /// The name in lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Https => "https",
            Self::Quic => "quic",
        }
    }
}

/// A server's reply to the question that was asked.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The whole message.
    pub message: Message,
    /// Who sent it.
    pub server: SocketAddr,
    /// How it came.
    pub transport: Transport,
    /// From the first packet of the exchange that brought the reply until the reply: for TCP the
    /// handshake included, after a lost packet the wait for the next one.
    pub rtt: Duration,
    /// How often the question was sent until this came.
    pub sent: u32,
    /// Whether it was asked over TCP because the UDP answer was cut short (TC).
    pub tcp_because_truncated: bool,
    /// Whether the question with EDNS was refused or dropped, and this is to one without.
    pub edns_refused: bool,
}

/// Why there is no reply. Each says which server.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The host is there, and nothing listens at that port.
    #[error("nothing listens at {server} ({})", .transport.as_str())]
    NothingListens {
        /// The server.
        server: SocketAddr,
        /// How it was asked.
        transport: Transport,
        /// What the system says: connection refused.
        source: io::Error,
    },
    /// Nothing came, or nothing that could be believed.
    #[error("no reply from {server} within {}{}", output::in_seconds(*.waited), disbelieved_in_words(*.disbelieved))]
    Timeout {
        /// The server.
        server: SocketAddr,
        /// How long it was waited for.
        waited: Duration,
        /// How many packets came with the wrong id or question.
        disbelieved: u32,
    },
    /// Nothing was sent, because nothing comes back from any server.
    #[error("no server answers any more, {server} included")]
    GivenUp {
        /// The server.
        server: SocketAddr,
    },
    /// The network or the host is not there, or does not let us.
    #[error("cannot reach {server}")]
    Unreachable {
        /// The server.
        server: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// No socket, before anything was sent.
    #[error("cannot open a socket to ask {server}")]
    Socket {
        /// The server.
        server: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The connection ended before the answer did.
    #[error("{server} closed the connection before its answer was complete")]
    Closed {
        /// The server.
        server: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// A reply over TCP to something that was not asked.
    #[error("the reply from {server} is to another question")]
    OtherQuestion {
        /// The server.
        server: SocketAddr,
    },
    /// Encrypted DNS that does not come about.
    #[error(transparent)]
    Encrypted(#[from] EncryptedError),
    /// The UDP answer was cut short, and the whole one could not be had over TCP.
    #[error("the answer from {server} was cut short, and TCP did not bring all of it")]
    Truncated {
        /// The server.
        server: SocketAddr,
        /// What happened over TCP.
        source: Box<AskError>,
    },
}

impl AskError {
    /// Who was asked.
    pub const fn server(&self) -> SocketAddr {
        match self {
            Self::NothingListens { server, .. }
            | Self::Timeout { server, .. }
            | Self::GivenUp { server }
            | Self::Unreachable { server, .. }
            | Self::Socket { server, .. }
            | Self::Closed { server, .. }
            | Self::OtherQuestion { server }
            | Self::Truncated { server, .. }
            | Self::Encrypted(EncryptedError { server, .. }) => *server,
        }
    }
}

/// Asks one server one question: over UDP with EDNS, without EDNS if the server does not know it
/// (RFC 6891, 7), and over TCP if the answer is cut short (RFC 7766, 5).
///
/// Not hickory-net's client: it drops the reply without a question section by which old servers
/// refuse EDNS, so the fallback could never be; and it hides what was sent, when, and what came.
///
/// # Errors
///
/// No reply that can be believed. A reply that says no (`SERVFAIL`) is a reply.
pub async fn ask(
    server: SocketAddr,
    question: &Question,
    limits: &Limits,
) -> Result<Reply, AskError> {
    let exchange = Exchange { server, question, limits, deadline: after(limits.deadline) };
    let manner = &question.manner;
    let reply = exchange.ask(manner).await?;
    let Some(edns) = &manner.edns else { return Ok(reply) };
    if let Some(cookie) = better_cookie(edns, &reply.message) {
        let edns = EdnsRequest { cookie: Some(cookie), ..edns.clone() };
        let manner = Manner { edns: Some(edns), ..manner.clone() };
        return Ok(exchange.ask(&manner).await.unwrap_or(reply));
    }
    if !refuses_edns(&reply.message) {
        return Ok(reply);
    }
    // A refusal that came is worth more than an answer that did not.
    match exchange.ask(&without_edns(manner)).await {
        Ok(without) => Ok(Reply { edns_refused: true, ..without }),
        Err(_) => Ok(reply),
    }
}

/// Whether this may be about EDNS and not about the question: FORMERR, NOTIMP, BADVERS.
pub(crate) fn refuses_edns(message: &Message) -> bool {
    matches!(message.rcode, 1 | 4 | 16)
}

/// The cookie that the server wants to see, if that is why it does not answer (RFC 7873, 5.3).
fn better_cookie(sent: &EdnsRequest, reply: &Message) -> Option<Vec<u8>> {
    const BADCOOKIE: u16 = 23;
    let ours = sent.cookie.as_deref()?;
    let cookie = reply.edns.as_ref()?.cookie()?;
    let is_better = reply.rcode == BADCOOKIE && cookie.len() > ours.len();
    (is_better && cookie.starts_with(ours)).then(|| cookie.to_vec())
}

fn without_edns(manner: &Manner) -> Manner {
    Manner { edns: None, ..manner.clone() }
}

struct Exchange<'a> {
    server: SocketAddr,
    question: &'a Question,
    limits: &'a Limits,
    deadline: Instant,
}

/// A question on the wire.
pub(crate) struct Request {
    pub id: u16,
    pub octets: Vec<u8>,
    has_edns: bool,
}

/// What came over UDP.
enum Datagram {
    Whole(Message),
    CutShort,
}

impl Request {
    /// A fresh id each time: a late reply to the last request is not one to this.
    pub(crate) fn new(question: &Question, manner: &Manner) -> Self {
        let id = rand::random();
        let octets = message::query(id, &question.name, question.record_type, manner);
        Self { id, octets, has_edns: manner.edns.is_some() }
    }

    /// Whether the `attempt`th time is without the EDNS that is wanted.
    fn drops_edns(&self, attempt: u32) -> bool {
        self.has_edns && attempt >= FIRST_WITHOUT_EDNS && attempt % 2 == 1
    }

    /// The same question without EDNS, with the same id: whichever is answered is answered.
    fn without_edns(&self, question: &Question) -> Vec<u8> {
        let manner = without_edns(&question.manner);
        message::query(self.id, &question.name, question.record_type, &manner)
    }
}

impl Exchange<'_> {
    async fn ask(&self, manner: &Manner) -> Result<Reply, AskError> {
        let request = Request::new(self.question, manner);
        match &self.question.route {
            Route::Udp => {}
            Route::Tcp => return self.ask_tcp(&request).await,
            Route::Encrypted(encrypted) => return self.ask_encrypted(&request, encrypted).await,
        }
        match self.ask_udp(&request).await? {
            Some(reply) => Ok(reply),
            None => match self.ask_tcp(&request).await {
                Ok(reply) => Ok(Reply { tcp_because_truncated: true, ..reply }),
                Err(error) => {
                    Err(AskError::Truncated { server: self.server, source: Box::new(error) })
                }
            },
        }
    }

    /// `None`: the answer was cut short.
    async fn ask_udp(&self, request: &Request) -> Result<Option<Reply>, AskError> {
        let socket = self.udp_socket().await?;
        let sent_first = Instant::now();
        let mut buffer = vec![0; MESSAGE_MAX_OCTETS];
        let mut disbelieved = 0;
        let mut was_without_edns = false;
        for sent in 1.. {
            let octets = if request.drops_edns(sent) {
                was_without_edns = true;
                Cow::Owned(request.without_edns(self.question))
            } else {
                Cow::Borrowed(&request.octets)
            };
            if let Err(error) = socket.send(&octets).await {
                return Err(self.udp_error(error));
            }
            let wake = self.wake(sent);
            let reply = self.receive(&socket, request.id, &mut buffer, &mut disbelieved);
            match timeout_at(wake, reply).await {
                Ok(Err(error)) => return Err(error),
                Ok(Ok(Datagram::CutShort)) => return Ok(None),
                Ok(Ok(Datagram::Whole(message))) => {
                    return Ok(Some(Reply {
                        edns_refused: was_without_edns && message.edns.is_none(),
                        message,
                        server: self.server,
                        transport: Transport::Udp,
                        rtt: sent_first.elapsed(),
                        sent,
                        tcp_because_truncated: false,
                    }));
                }
                Err(_) if wake < self.deadline => {}
                Err(_) => break,
            }
        }
        Err(self.timeout(disbelieved))
    }

    /// Until when a reply is waited for once the question was sent so many times.
    fn wake(&self, sent: u32) -> Instant {
        if sent >= self.limits.attempts {
            return self.deadline;
        }
        let doublings = sent.saturating_sub(2).min(16);
        self.deadline.min(after(self.limits.retransmit_interval.saturating_mul(1 << doublings)))
    }

    /// A socket that is connected: the kernel drops what others send, and tells when nothing
    /// listens there.
    async fn udp_socket(&self) -> Result<UdpSocket, AskError> {
        let any: SocketAddr = if self.server.is_ipv4() {
            (Ipv4Addr::UNSPECIFIED, 0).into()
        } else {
            (Ipv6Addr::UNSPECIFIED, 0).into()
        };
        let socket = UdpSocket::bind(any)
            .await
            .map_err(|source| AskError::Socket { server: self.server, source })?;
        socket
            .connect(self.server)
            .await
            .map_err(|source| AskError::Unreachable { server: self.server, source })?;
        Ok(socket)
    }

    /// Waits for a datagram that can be believed.
    async fn receive(
        &self,
        socket: &UdpSocket,
        id: u16,
        buffer: &mut [u8],
        disbelieved: &mut u32,
    ) -> Result<Datagram, AskError> {
        loop {
            // An ICMP message wakes this as well, since tokio 1.51.1; hickory-net's poll_recv_from
            // sleeps through it until the deadline.
            let octets = socket.recv(buffer).await.map_err(|error| self.udp_error(error))?;
            let octets = &buffer[..octets];
            match believe(octets, id, self.question) {
                Some(message) if message.flags.is_truncated() => return Ok(Datagram::CutShort),
                Some(message) => return Ok(Datagram::Whole(message)),
                None => *disbelieved = disbelieved.saturating_add(1),
            }
        }
    }

    async fn ask_tcp(&self, request: &Request) -> Result<Reply, AskError> {
        let started = Instant::now();
        let Ok(octets) = timeout_at(self.deadline, self.exchange_tcp(request)).await else {
            return Err(self.timeout(0));
        };
        let octets = octets?;
        let Some(message) = believe(&octets, request.id, self.question) else {
            return Err(AskError::OtherQuestion { server: self.server });
        };
        Ok(self.reply(message, Transport::Tcp, started))
    }

    async fn ask_encrypted(
        &self,
        request: &Request,
        encrypted: &Encrypted,
    ) -> Result<Reply, AskError> {
        let started = Instant::now();
        let Encrypted { endpoint, sessions } = encrypted;
        let octets =
            sessions.exchange(endpoint, self.server, &request.octets, self.deadline).await?;
        let Some(message) = believe(&octets, request.id, self.question) else {
            return Err(AskError::OtherQuestion { server: self.server });
        };
        let transport = Transport::from(&endpoint.protocol);
        Ok(self.reply(message, transport, started))
    }

    fn reply(&self, mut message: Message, transport: Transport, started: Instant) -> Reply {
        if message.flags.is_truncated() {
            message.damage = Some(Damage::CutShort);
        }
        Reply {
            message,
            server: self.server,
            transport,
            rtt: started.elapsed(),
            sent: 1,
            tcp_because_truncated: false,
            edns_refused: false,
        }
    }

    async fn exchange_tcp(&self, request: &Request) -> Result<Vec<u8>, AskError> {
        let mut stream = framed::connect(self.server).await?;
        framed::write(&mut stream, &request.octets, self.server).await?;
        framed::read(&mut stream, self.server).await
    }

    fn timeout(&self, disbelieved: u32) -> AskError {
        AskError::Timeout { server: self.server, waited: self.limits.deadline, disbelieved }
    }

    fn udp_error(&self, source: io::Error) -> AskError {
        match source.kind() {
            // Windows has its own word for it.
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => {
                AskError::NothingListens { server: self.server, transport: Transport::Udp, source }
            }
            _ => AskError::Unreachable { server: self.server, source },
        }
    }
}

/// The moment when a duration will have passed, [`DEADLINE_MAX`] at most.
pub(crate) fn after(duration: Duration) -> Instant {
    Instant::now() + duration.min(DEADLINE_MAX)
}

/// The message, if it is a reply to this question: a response with its id, and the question again
/// (RFC 5452, 9.1). The rest of the message is not looked at.
///
/// A refusal may leave the question out, as servers do that could not read it.
pub(crate) fn believe(octets: &[u8], id: u16, question: &Question) -> Option<Message> {
    const REFUSALS: [u16; 4] = [1, 2, 4, 5];
    let message = Message::read(octets)?;
    let flags = message.flags;
    if message.id != id || !flags.is_response() || flags.opcode() != 0 {
        return None;
    }
    let is_believed = match &message.questions[..] {
        [] => message.damage.is_none() && REFUSALS.contains(&message.rcode),
        [asked] => {
            asked.name == question.name
                && asked.record_type == question.record_type
                && asked.class == question.manner.class
        }
        _ => false,
    };
    is_believed.then_some(message)
}

fn disbelieved_in_words(count: u32) -> String {
    match count {
        0 => String::new(),
        1 => "; one packet came that was no reply to this question".to_owned(),
        count => format!("; {count} packets came that were no reply to this question"),
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket as StdUdpSocket;

    use hickory_proto::op::{Edns, Message, MessageType, OpCode, ResponseCode};
    use hickory_proto::rr::DNSClass;
    use hickory_proto::rr::rdata::opt::EdnsOption;
    use proptest::prelude::*;

    use super::{
        AskError, Duration, EdnsRequest, Instant, Limits, Question, RecordType, Route, Transport,
        ask, believe,
    };
    use crate::fake::{Fake, a_record, name, reply_to, wire};

    const QUICK: Limits = Limits {
        deadline: Duration::from_millis(500),
        retransmit_interval: Duration::from_millis(40),
        attempts: 3,
    };

    /// For what ends long before this if it is right.
    const PATIENT: Limits = Limits {
        deadline: Duration::from_secs(20),
        retransmit_interval: Duration::from_secs(10),
        attempts: 2,
    };

    fn question() -> Question {
        Question::new(name("www.example.test"), RecordType::A)
    }

    fn answer_to(query: &Message) -> Message {
        let mut reply = reply_to(query, ResponseCode::NoError);
        reply.add_answer(a_record("www.example.test", [192, 0, 2, 1]));
        reply.metadata.authoritative = true;
        reply
    }

    #[tokio::test]
    async fn brings_the_whole_reply() {
        let server = Fake::udp(|query, _| vec![wire(&answer_to(query))]);
        let reply = ask(server.address(), &question(), &PATIENT).await.unwrap();
        assert_eq!(reply.message.answers.len(), 1);
        assert_eq!(reply.server, server.address());
        assert_eq!(reply.transport, Transport::Udp);
        assert_eq!((reply.sent, reply.message.rcode), (1, 0));
        assert!(reply.message.flags.is_authoritative());
        assert!(!reply.tcp_because_truncated && !reply.edns_refused);
        assert!(reply.rtt > Duration::ZERO && reply.rtt < PATIENT.deadline);

        let asked = &server.seen()[0];
        assert_eq!(asked.max_payload(), 1232);
        assert!(asked.metadata.recursion_desired);
        assert_eq!(asked.queries[0].name, question().name);
    }

    #[tokio::test]
    async fn does_not_believe_replies_to_other_questions() {
        let forged = |query: &Message| {
            let right = answer_to(query);
            let mut wrong_id = right.clone();
            wrong_id.metadata.id ^= 1;
            let mut wrong_name = right.clone();
            wrong_name.queries[0].name = name("other.test");
            let mut wrong_type = right.clone();
            wrong_type.queries[0].query_type = RecordType::AAAA;
            let mut no_question = right.clone();
            no_question.queries.clear();
            let mut wrong_class = right.clone();
            wrong_class.queries[0].query_class = DNSClass::CH;
            let mut wrong_opcode = right.clone();
            wrong_opcode.metadata.op_code = OpCode::Notify;
            let mut a_query = right;
            a_query.metadata.message_type = MessageType::Query;
            let mut forged: Vec<Vec<u8>> =
                [wrong_id, wrong_name, wrong_type, wrong_class, wrong_opcode, no_question, a_query]
                    .iter()
                    .map(wire)
                    .collect();
            forged.push(b"short".to_vec());
            forged
        };
        let liar = Fake::udp(move |query, _| forged(query));
        let limits = Limits { attempts: 1, ..QUICK };
        let error = ask(liar.address(), &question(), &limits).await.unwrap_err();
        assert!(matches!(error, AskError::Timeout { disbelieved: 8, .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "no reply from {} within 0.5 s; 8 packets came that were no reply to this question",
                liar.address()
            )
        );

        let both = Fake::udp(move |query, _| {
            let mut packets = forged(query);
            packets.push(wire(&answer_to(query)));
            packets
        });
        let reply = ask(both.address(), &question(), &PATIENT).await.unwrap();
        assert_eq!(reply.message.answers.len(), 1);
    }

    #[tokio::test]
    async fn does_not_believe_another_sender() {
        let server = Fake::udp_with_stranger(|query| wire(&answer_to(query)));
        let error = ask(server.address(), &question(), &QUICK).await.unwrap_err();
        assert!(matches!(error, AskError::Timeout { disbelieved: 0, .. }), "{error:?}");
    }

    #[tokio::test]
    async fn asks_again_when_a_packet_is_lost() {
        let server = Fake::udp(|query, count| match count {
            0 => vec![],
            _ => vec![wire(&answer_to(query))],
        });
        let limits = Limits { retransmit_interval: QUICK.retransmit_interval, ..PATIENT };
        let reply = ask(server.address(), &question(), &limits).await.unwrap();
        assert_eq!(reply.sent, 2);
        assert!(reply.rtt >= QUICK.retransmit_interval);
    }

    #[tokio::test]
    async fn a_silent_server_is_asked_so_often_and_no_longer_waited_for() {
        let server = Fake::udp(|_, _| vec![]);
        let started = Instant::now();
        let error = ask(server.address(), &question(), &QUICK).await.unwrap_err();
        assert!(matches!(error, AskError::Timeout { disbelieved: 0, .. }), "{error:?}");
        assert!(started.elapsed() >= QUICK.deadline);
        let seen = server.seen();
        assert_eq!(seen.len(), 3);
        assert!(seen.iter().all(|query| query.metadata.id == seen[0].metadata.id));
    }

    #[tokio::test]
    async fn asks_over_tcp_when_the_answer_is_cut_short() {
        let server = Fake::udp_and_tcp(
            |query, _| {
                let mut reply = reply_to(query, ResponseCode::NoError);
                reply.metadata.truncation = true;
                vec![wire(&reply)]
            },
            |query| Fake::framed(&wire(&answer_to(query))),
        );
        let reply = ask(server.address(), &question(), &PATIENT).await.unwrap();
        assert_eq!(reply.transport, Transport::Tcp);
        assert!(reply.tcp_because_truncated);
        assert_eq!(reply.message.answers.len(), 1);
    }

    #[tokio::test]
    async fn an_answer_cut_in_the_middle_of_a_record_goes_over_tcp_too() {
        let server = Fake::udp_and_tcp(
            |query, _| {
                let mut reply = answer_to(query);
                reply.metadata.truncation = true;
                reply.edns = None;
                let mut octets = wire(&reply);
                octets.truncate(octets.len() - 3);
                vec![octets]
            },
            |query| Fake::framed(&wire(&answer_to(query))),
        );
        let reply = ask(server.address(), &question(), &PATIENT).await.unwrap();
        assert!(reply.tcp_because_truncated);
    }

    #[tokio::test]
    async fn says_that_the_answer_was_cut_short_when_tcp_fails() {
        let cut_short = |query: &Message, _| {
            let mut reply = answer_to(query);
            reply.metadata.truncation = true;
            vec![wire(&reply)]
        };
        let no_tcp = Fake::udp(cut_short);
        let half = |query: &Message| {
            let mut octets = Fake::framed(&wire(&answer_to(query)));
            octets.truncate(octets.len() / 2);
            octets
        };
        let closes = Fake::udp_and_tcp(cut_short, half);
        let other = Fake::udp_and_tcp(cut_short, |query| {
            let mut reply = answer_to(query);
            reply.metadata.id ^= 1;
            Fake::framed(&wire(&reply))
        });
        let mut kinds = Vec::new();
        for server in [&no_tcp, &closes, &other] {
            let error = ask(server.address(), &question(), &PATIENT).await.unwrap_err();
            let AskError::Truncated { source, .. } = error else {
                panic!("{error:?}");
            };
            kinds.push(*source);
        }
        assert!(matches!(kinds[0], AskError::NothingListens { transport: Transport::Tcp, .. }));
        assert!(matches!(kinds[1], AskError::Closed { .. }));
        assert!(matches!(kinds[2], AskError::OtherQuestion { .. }));
    }

    #[tokio::test]
    async fn asks_over_tcp_alone_if_told() {
        let server =
            Fake::udp_and_tcp(|_, _| vec![], |query| Fake::framed(&wire(&answer_to(query))));
        let question = Question { route: Route::Tcp, ..question() };
        let reply = ask(server.address(), &question, &PATIENT).await.unwrap();
        assert_eq!(reply.transport, Transport::Tcp);
        assert!(!reply.tcp_because_truncated);
    }

    #[tokio::test]
    async fn asks_without_edns_where_it_is_refused() {
        for (code, with_question) in [(1, false), (1, true), (4, false), (16, true)] {
            let server = Fake::udp(move |query, _| {
                if query.edns.is_none() {
                    return vec![wire(&answer_to(query))];
                }
                let mut refusal = reply_to(query, <ResponseCode as From<u16>>::from(code));
                if !with_question {
                    refusal.queries.clear();
                    refusal.edns = None;
                }
                vec![wire(&refusal)]
            });
            let reply = ask(server.address(), &question(), &PATIENT).await.unwrap();
            assert!(reply.edns_refused, "rcode {code}");
            assert_eq!(reply.message.answers.len(), 1);
            assert_eq!(server.seen().len(), 2);
        }
    }

    #[tokio::test]
    async fn a_refusal_of_the_question_itself_is_a_reply() {
        for code in [1, 2, 5] {
            let server = Fake::udp(move |query, _| {
                vec![wire(&reply_to(query, <ResponseCode as From<u16>>::from(code)))]
            });
            let reply = ask(server.address(), &question(), &PATIENT).await.unwrap();
            assert_eq!(reply.message.rcode, code);
        }
    }

    #[tokio::test]
    async fn says_nobody_home_when_refused() {
        // Connected to another, this socket keeps the port and takes nothing from us.
        let port_keeper = StdUdpSocket::bind("127.0.0.1:0").unwrap();
        port_keeper.connect("127.0.0.1:9").unwrap();
        let address = port_keeper.local_addr().unwrap();
        // Asked once: whoever misses the refusal waits for the deadline, and has another error.
        let error =
            ask(address, &question(), &Limits { attempts: 1, ..PATIENT }).await.unwrap_err();
        assert!(
            matches!(error, AskError::NothingListens { transport: Transport::Udp, .. }),
            "{error:?}"
        );
        assert_eq!(error.to_string(), format!("nothing listens at {address} (udp)"));
    }

    #[tokio::test]
    async fn a_server_that_drops_edns_is_asked_without() {
        let server = Fake::udp(|query, _| match query.edns {
            Some(_) => vec![],
            None => vec![wire(&answer_to(query))],
        });
        let limits = Limits { retransmit_interval: QUICK.retransmit_interval, ..PATIENT };
        let limits = Limits { attempts: 5, ..limits };
        let reply = ask(server.address(), &question(), &limits).await.unwrap();
        assert!(reply.edns_refused);
        assert_eq!((reply.sent, server.seen().len()), (3, 3));
    }

    #[tokio::test]
    async fn a_cookie_that_the_server_asks_for_is_sent() {
        const COOKIE: &[u8] = b"ourshaha and the server's";
        let server = Fake::udp(|query, count| {
            let mut reply = answer_to(query);
            if count == 0 {
                reply = reply_to(query, <ResponseCode as From<u16>>::from(23));
                let cookie = EdnsOption::Unknown(10, COOKIE.to_vec());
                reply.edns.insert(Edns::new()).options_mut().insert(cookie);
            }
            vec![wire(&reply)]
        });
        let mut question = question();
        let edns = EdnsRequest { cookie: Some(COOKIE[..8].to_vec()), ..EdnsRequest::default() };
        question.manner.edns = Some(edns);
        let reply = ask(server.address(), &question, &PATIENT).await.unwrap();
        assert_eq!((reply.message.rcode, server.seen().len()), (0, 2));
        let sent = crate::message::Message::read(&wire(&server.seen()[1])).unwrap();
        assert_eq!(sent.edns.unwrap().cookie(), Some(COOKIE));
    }

    #[tokio::test]
    async fn an_endless_deadline_does_not_overflow() {
        let server = Fake::udp(|query, _| vec![wire(&answer_to(query))]);
        let limits =
            Limits { deadline: Duration::MAX, retransmit_interval: Duration::MAX, attempts: 9 };
        assert!(ask(server.address(), &question(), &limits).await.is_ok());
    }

    proptest! {
        #[test]
        fn any_octets_are_judged_without_panic(octets in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = believe(&octets, 0, &question());
        }
    }
}
