//! DNS over QUIC (RFC 9250): a stream for each message.

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use quinn::crypto::rustls::QuicClientConfig;
use quinn::{
    ConnectError, ConnectionError, ReadExactError, TransportErrorCode, VarInt, WriteError,
};
use rustls::AlertDescription;
use tokio::net::UdpSocket;

use super::{Question, Reason, Stage, Target};

/// The protocol's name (ALPN, RFC 9250, 4.1).
const ALPN: &str = "doq";

/// `DOQ_NO_ERROR` (RFC 9250, 4.3): there is nothing more to ask.
const NO_ERROR: VarInt = VarInt::from_u32(0);

/// `DOQ_REQUEST_CANCELLED` (RFC 9250, 4.3): nobody waits for this answer.
const REQUEST_CANCELLED: VarInt = VarInt::from_u32(3);

/// A connection, driven by tasks of its own.
#[derive(Debug)]
pub(super) struct Connection {
    connection: quinn::Connection,
}

impl Connection {
    pub(super) async fn open(target: &Target<'_>) -> Result<Self, Reason> {
        let (config, witness) = target.trust.client_config(ALPN)?;
        let config = QuicClientConfig::try_from(config)
            .map_err(|error| Reason::Handshake(error.to_string()))?;
        let config = quinn::ClientConfig::new(Arc::new(config));
        let any: SocketAddr = if target.server.is_ipv4() {
            (Ipv4Addr::UNSPECIFIED, 0).into()
        } else {
            (Ipv6Addr::UNSPECIFIED, 0).into()
        };
        // It lives as long as its connection.
        let socket =
            quinn::Endpoint::client(any).map_err(|error| Reason::Socket(Arc::new(error)))?;
        let handshake = socket
            .connect_with(config, target.server, &target.name.to_str())
            .map_err(of_starting)?;
        let handshake = async {
            handshake.await.map_err(|error| match error {
                ConnectionError::TimedOut => target.no_reply(Stage::Connecting),
                error => witness.or(of_handshake(error)),
            })
        };
        tokio::select! {
            connection = target.in_time(Stage::Connecting, handshake) => {
                Ok(Self { connection: connection? })
            }
            refusal = refusal(target.server, any) => Err(Reason::NothingListens(Arc::new(refusal))),
        }
    }

    pub(super) async fn exchange(&self, question: &Question<'_>) -> Result<Vec<u8>, Reason> {
        let (mut sender, receiver) =
            self.connection.open_bi().await.map_err(|error| of_end(false, error))?;
        let mut receiver = Cancelling { receiver, has_ended: false };
        // The id is 0, for the stream says which question it is (RFC 9250, 4.2.1).
        sender.write_all(&question.framed_with_id([0, 0])).await.map_err(of_writing)?;
        sender.finish().map_err(|error| Reason::Protocol(error.to_string()))?;
        let octets = receiver.read().await?;
        question.reply(octets)
    }
}

/// Waits until the system says that nothing listens there, which is for ever where something does.
///
/// QUIC's own socket is not connected, so that it is not told (ICMP). An empty datagram from one that
/// is connected brings the word, and means nothing to a server.
async fn refusal(server: SocketAddr, any: SocketAddr) -> io::Error {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset};

    let probe = async {
        let socket = UdpSocket::bind(any).await?;
        socket.connect(server).await?;
        socket.send(&[]).await?;
        socket.recv(&mut [0]).await
    };
    match probe.await {
        // Windows tells of a closed port as of a connection that was reset.
        Err(error) if matches!(error.kind(), ConnectionRefused | ConnectionReset) => error,
        _ => pending().await,
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.connection.close(NO_ERROR, &[]);
    }
}

/// A stream whose answer is no longer wanted when it is dropped.
struct Cancelling {
    receiver: quinn::RecvStream,
    has_ended: bool,
}

impl Cancelling {
    async fn read(&mut self) -> Result<Vec<u8>, Reason> {
        let mut length = [0; 2];
        let read = self.receiver.read_exact(&mut length).await;
        read.map_err(|error| self.of_reading(false, error))?;
        let mut octets = vec![0; usize::from(u16::from_be_bytes(length))];
        let read = self.receiver.read_exact(&mut octets).await;
        read.map_err(|error| self.of_reading(true, error))?;
        self.has_ended = true;
        Ok(octets)
    }

    fn of_reading(&mut self, midway: bool, error: ReadExactError) -> Reason {
        use quinn::ReadError::{ConnectionLost, Reset};

        self.has_ended = true;
        match error {
            ReadExactError::FinishedEarly(octets) => {
                Reason::Closed { midway: midway || octets > 0, source: None }
            }
            ReadExactError::ReadError(ConnectionLost(error)) => of_end(midway, error),
            ReadExactError::ReadError(Reset(code)) => {
                Reason::Protocol(format!("the question's stream was reset ({})", code_name(code)))
            }
            ReadExactError::ReadError(error) => Reason::Protocol(error.to_string()),
        }
    }
}

impl Drop for Cancelling {
    fn drop(&mut self) {
        if !self.has_ended {
            // It fails only where the stream is gone anyway.
            let _ = self.receiver.stop(REQUEST_CANCELLED);
        }
    }
}

fn of_starting(error: ConnectError) -> Reason {
    match error {
        ConnectError::InvalidRemoteAddress(address) => Reason::Unreachable(Arc::new(
            io::Error::new(io::ErrorKind::InvalidInput, format!("{address} is no address to ask")),
        )),
        other => Reason::Handshake(other.to_string()),
    }
}

fn of_handshake(error: ConnectionError) -> Reason {
    let no_protocol = TransportErrorCode::crypto(AlertDescription::NoApplicationProtocol.into());
    match error {
        ConnectionError::VersionMismatch => {
            Reason::Handshake("no common version of QUIC".to_owned())
        }
        ConnectionError::TransportError(error) if error.code == no_protocol => {
            Reason::NotThisProtocol { protocol: ALPN }
        }
        ConnectionError::ConnectionClosed(close) if close.error_code == no_protocol => {
            Reason::NotThisProtocol { protocol: ALPN }
        }
        other => Reason::Handshake(other.to_string()),
    }
}

/// A connection that ended after its handshake.
fn of_end(midway: bool, error: ConnectionError) -> Reason {
    match error {
        ConnectionError::ApplicationClosed(close) if close.error_code == NO_ERROR => {
            Reason::Closed { midway, source: None }
        }
        ConnectionError::ApplicationClosed(close) => Reason::Protocol(format!(
            "the server closed the connection ({})",
            code_name(close.error_code)
        )),
        ConnectionError::TransportError(error) => Reason::Protocol(error.to_string()),
        other => Reason::closed(midway, other.into()),
    }
}

fn of_writing(error: WriteError) -> Reason {
    match error {
        WriteError::ConnectionLost(error) => of_end(false, error),
        other => Reason::Protocol(other.to_string()),
    }
}

/// The name of an error code (RFC 9250, 8.4).
fn code_name(code: VarInt) -> String {
    match code.into_inner() {
        0x0 => "DOQ_NO_ERROR".to_owned(),
        0x1 => "DOQ_INTERNAL_ERROR".to_owned(),
        0x2 => "DOQ_PROTOCOL_ERROR".to_owned(),
        0x3 => "DOQ_REQUEST_CANCELLED".to_owned(),
        0x4 => "DOQ_EXCESSIVE_LOAD".to_owned(),
        0x5 => "DOQ_UNSPECIFIED_ERROR".to_owned(),
        code => format!("code {code:#x}"),
    }
}
