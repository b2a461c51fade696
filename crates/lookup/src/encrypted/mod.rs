//! Encrypted DNS: over TLS (RFC 7858), over HTTPS (RFC 8484), over QUIC (RFC 9250).
//!
//! A message's octets go in, the reply's octets come out. That the reply belongs to the question is
//! for the caller to see; the server, its certificate and the connection are seen to here.

mod age;
mod error;
mod https;
mod quic;
mod sessions;
mod tls;
mod trust;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::uri::PathAndQuery;
use rustls::pki_types::ServerName;
use tokio::time::Instant;

pub use error::{EncryptedError, Reason, Stage};
pub use sessions::{Sessions, farewell};
pub use trust::{Trust, TrustError};

/// The longest message there is (RFC 1035, 4.2.2).
const MESSAGE_MAX_OCTETS: usize = 65535;

/// What carries the messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// DNS over TLS (RFC 7858).
    Tls,
    /// DNS over HTTPS (RFC 8484), over HTTP/2.
    Https {
        /// Where on the server it is asked.
        path: PathAndQuery,
    },
    /// DNS over QUIC (RFC 9250).
    Quic,
}

impl Protocol {
    /// The name in lower case, which is also the URL's scheme.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Https { .. } => "https",
            Self::Quic => "quic",
        }
    }
}

/// Over what a server is asked, and who it must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// What carries the messages.
    pub protocol: Protocol,
    /// What the certificate must be for; a name is also what the server is told (SNI).
    pub name: ServerName<'static>,
}

/// A connection to a server, for any number of questions at a time.
#[derive(Debug)]
pub struct Session {
    server: SocketAddr,
    transport: &'static str,
    connection: Connection,
    has_replied: AtomicBool,
}

#[derive(Debug)]
enum Connection {
    Tls(tls::Connection),
    Https(https::Connection),
    Quic(quic::Connection),
}

impl Session {
    /// Connects to `server`, and makes sure that it is the one that `endpoint` names.
    ///
    /// # Errors
    ///
    /// Nothing listens there, it is another or cannot prove who it is, or the time is up.
    pub async fn connect(
        endpoint: &Endpoint,
        server: SocketAddr,
        trust: &Trust,
        deadline: Instant,
    ) -> Result<Self, EncryptedError> {
        let started = Instant::now();
        let target = Target { name: &endpoint.name, server, trust, started, deadline };
        let connection = match &endpoint.protocol {
            Protocol::Tls => tls::Connection::open(&target).await.map(Connection::Tls),
            Protocol::Https { path } => {
                https::Connection::open(&target, path).await.map(Connection::Https)
            }
            Protocol::Quic => quic::Connection::open(&target).await.map(Connection::Quic),
        };
        let transport = endpoint.protocol.as_str();
        let connection =
            connection.map_err(|reason| EncryptedError { server, transport, reason })?;
        Ok(Self { server, transport, connection, has_replied: AtomicBool::new(false) })
    }

    /// Sends a message and waits for its reply, which has the message's id.
    ///
    /// # Errors
    ///
    /// The connection ends first, or what comes is no reply. Nothing ends the wait but that: the
    /// deadline is the caller's, who may drop the question at any time.
    pub async fn exchange(&self, message: &[u8]) -> Result<Vec<u8>, EncryptedError> {
        let question = Question::new(message).map_err(|reason| self.error(reason))?;
        let reply = match &self.connection {
            Connection::Tls(connection) => connection.exchange(&question).await,
            Connection::Https(connection) => connection.exchange(&question).await,
            Connection::Quic(connection) => connection.exchange(&question).await,
        };
        let reply = reply.map_err(|reason| self.error(reason))?;
        self.has_replied.store(true, Ordering::Relaxed);
        Ok(reply)
    }

    /// Whether the server has answered here. If it closes such a connection it wants no more of
    /// it; if it closes another it wants none of us.
    fn has_replied(&self) -> bool {
        self.has_replied.load(Ordering::Relaxed)
    }

    fn error(&self, reason: Reason) -> EncryptedError {
        EncryptedError { server: self.server, transport: self.transport, reason }
    }
}

/// How long something was waited for that did not come in time.
fn waited(since: Instant, deadline: Instant) -> Duration {
    Instant::now().min(deadline).saturating_duration_since(since)
}

/// Where a connection is to lead.
struct Target<'a> {
    name: &'a ServerName<'static>,
    server: SocketAddr,
    trust: &'a Trust,
    started: Instant,
    deadline: Instant,
}

impl Target<'_> {
    /// What comes of it in time.
    async fn in_time<T>(
        &self,
        stage: Stage,
        work: impl Future<Output = Result<T, Reason>>,
    ) -> Result<T, Reason> {
        tokio::time::timeout_at(self.deadline, work)
            .await
            .unwrap_or_else(|_| Err(self.no_reply(stage)))
    }

    fn no_reply(&self, stage: Stage) -> Reason {
        Reason::NoReply { stage, waited: waited(self.started, self.deadline) }
    }
}

/// A message that can be sent: it has an id and is not too long.
struct Question<'a> {
    id: [u8; 2],
    /// What follows the id.
    rest: &'a [u8],
    octets: u16,
}

impl<'a> Question<'a> {
    fn new(message: &'a [u8]) -> Result<Self, Reason> {
        let octets = u16::try_from(message.len());
        match (message.split_first_chunk(), octets) {
            (Some((id, rest)), Ok(octets)) => Ok(Self { id: *id, rest, octets }),
            _ => Err(Reason::NotAMessage { octets: message.len() }),
        }
    }

    /// The message with another id.
    fn with_id(&self, id: [u8; 2]) -> Vec<u8> {
        [&id[..], self.rest].concat()
    }

    /// The message with another id and its length before it (RFC 1035, 4.2.2).
    fn framed_with_id(&self, id: [u8; 2]) -> Vec<u8> {
        [&self.octets.to_be_bytes()[..], &id[..], self.rest].concat()
    }

    /// A reply to the message that was sent with the id 0.
    fn reply(&self, mut octets: Vec<u8>) -> Result<Vec<u8>, Reason> {
        match octets.first_chunk_mut() {
            Some(id) if *id == [0, 0] => *id = self.id,
            _ => return Err(Reason::OtherId),
        }
        Ok(octets)
    }
}
