//! A DNS server that answers wrongly on purpose.

mod aliases;
mod damage;
mod misfit;
mod oddity;
mod refusal;
mod replies;
mod server;
mod stream;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, UdpSocket};

pub use self::aliases::Aliases;
pub use self::damage::Damage;
pub use self::misfit::Misfit;
pub use self::oddity::{NSID, Oddity, SERVER_COOKIE};
pub use self::refusal::{EXTRA_TEXT, Refusal};
pub(crate) use self::replies::proper_answer;
use self::server::Server;
pub use self::stream::Stream;
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
    /// Aliases that lead round in circles, far away, or to nothing.
    Aliases(Aliases),
    /// A message that cannot be read to its end.
    Damaged(Damage),
    /// A reply that does not fit the question.
    Misfit(Misfit),
    /// An answer that is right, and odd all the same.
    Oddity(Oddity),
    /// Something else instead of an answer.
    Refusal(Refusal),
    /// TC over UDP, and trouble over TCP.
    Stream(Stream),
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

#[cfg(test)]
mod tests {
    use hickory_proto::op::Message;
    use hickory_proto::rr::RecordType;

    use super::*;
    use crate::client::{a, addresses, query, receive, udp_to};

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
