//! A server of encrypted DNS, good or bad, with a certificate authority of its own.

use std::future::pending;
use std::io::{self, Cursor};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{env, fs, process};

use h2::server::SendResponse;
use hickory_proto::op::Message;
use http::{Request, Response, header};
use quinn::crypto::rustls::{HandshakeData, QuicServerConfig};
use quinn::{ConnectionError, EndpointConfig, TokioRuntime, VarInt};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::background::Background;
use crate::misbehave::proper_answer;
use crate::sockets::{LOOPBACK, Pair};

/// Whom the certificate of an [`EncryptedServer`] is for, unless its behaviour says otherwise.
pub const CERTIFICATE_NAMES: [&str; 3] = ["dns.test", "127.0.0.1", "::1"];

/// The path at which DNS over HTTPS is answered; others are not found.
pub const HTTPS_PATH: &str = "/dns-query";

/// The longest message there is (RFC 1035, 4.2.2).
const MESSAGE_MAX_OCTETS: usize = 65535;

/// How long an answer over HTTP/2 may take to be written before the connection is left.
const FLUSH_TIME: Duration = Duration::from_millis(50);

/// What an [`EncryptedServer`] does.
///
/// Where it answers properly, it answers as [`crate::Behaviour::NonAuthoritative`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncryptedBehaviour {
    /// A proper answer to each question, in its order.
    Proper,
    /// Its certificate is for `other.test`.
    WrongName,
    /// Its certificate was valid in the year 2020.
    Expired,
    /// Its certificate will be valid in the year 4000.
    NotYetValid,
    /// It speaks neither DNS over TLS nor HTTP/2 nor DNS over QUIC (ALPN).
    OtherProtocol,
    /// It connects and never answers.
    Silent,
    /// It closes a connection after the first answer.
    ClosesAfterFirstReply,
    /// It is gone after the first answer, and says nothing of that, but over QUIC.
    LeavesAfterFirstReply,
    /// It closes a connection instead of an answer.
    ClosesAtOnce,
    /// It answers the second of two questions before the first.
    OutOfOrder,
    /// It ends the connection or the stream in the middle of the answer.
    HalfMessage,
    /// The answer's id is neither 0 nor the question's.
    OtherId,
    /// This HTTP status, with a `Location` of `/elsewhere`.
    HttpStatus(u16),
    /// A web page where an answer should be.
    WebPage,
    /// An answer from a cache, of this age in seconds.
    Aged(u32),
    /// A body that is longer than any message.
    Endless,
}

/// A server of DNS over TLS, HTTPS and QUIC on one port of 127.0.0.1. It ends when it is dropped.
#[derive(Debug)]
pub struct EncryptedServer {
    addr: SocketAddr,
    ca_file: PathBuf,
    log: Arc<Log>,
    _background: Background,
}

/// What came.
#[derive(Debug, Default)]
struct Log {
    connections: AtomicUsize,
    queries: AtomicUsize,
    farewells: AtomicUsize,
    server_names: Mutex<Vec<Option<String>>>,
    ids: Mutex<Vec<[u8; 2]>>,
}

impl EncryptedServer {
    /// Starts it on a port the system chooses, with a certificate made for it.
    ///
    /// # Errors
    ///
    /// When a socket, a key or a file cannot be had.
    pub fn start(behaviour: EncryptedBehaviour) -> io::Result<Self> {
        let identity = Identity::new(behaviour).map_err(io::Error::other)?;
        let pair = Pair::bind(LOOPBACK)?;
        let addr = pair.addr;
        let ca_file =
            env::temp_dir().join(format!("testkit-{}-{}.pem", process::id(), addr.port()));
        fs::write(&ca_file, &identity.ca_pem)?;
        let (udp, tcp) = pair.listen()?;
        tcp.set_nonblocking(true)?;
        let log = Arc::new(Log::default());
        let server = Server { behaviour, log: Arc::clone(&log) };
        let background = Background::start("encrypted", move || {
            let tls = identity.tls_config(behaviour).map_err(io::Error::other)?;
            let quic = identity.quic_config(behaviour).map_err(io::Error::other)?;
            let tcp = TcpListener::from_std(tcp)?;
            let config = EndpointConfig::default();
            let udp = quinn::Endpoint::new(config, Some(quic), udp, Arc::new(TokioRuntime))?;
            Ok(async move {
                tokio::join!(server.clone().serve_tcp(tcp, tls), server.serve_quic(udp));
            })
        })?;
        Ok(Self { addr, ca_file, log, _background: background })
    }

    /// Where it listens, the same for UDP and TCP.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// A file with the certificate of the authority that signed the server's, in PEM form. It is
    /// gone when the server is.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// How many connections got through the handshake so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// How many queries have arrived so far, answered or not.
    #[must_use]
    pub fn queries(&self) -> usize {
        self.log.queries.load(Ordering::SeqCst)
    }

    /// How many connections the client has closed as it should, and not just left.
    #[must_use]
    pub fn farewells(&self) -> usize {
        self.log.farewells.load(Ordering::SeqCst)
    }

    /// Whom the clients asked for (SNI), in the order of the connections.
    #[must_use]
    pub fn server_names(&self) -> Vec<Option<String>> {
        self.log.server_names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The ids of the queries in their order.
    #[must_use]
    pub fn ids(&self) -> Vec<[u8; 2]> {
        self.log.ids.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for EncryptedServer {
    fn drop(&mut self) {
        // Whoever has removed it already did what is wanted.
        let _ = fs::remove_file(&self.ca_file);
    }
}

/// A certificate, its key, and the authority that signed it.
struct Identity {
    ca_pem: String,
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Identity {
    fn new(behaviour: EncryptedBehaviour) -> Result<Self, rcgen::Error> {
        static AUTHORITIES: AtomicUsize = AtomicUsize::new(0);

        let mut ca = CertificateParams::new([])?;
        let number = AUTHORITIES.fetch_add(1, Ordering::Relaxed);
        ca.distinguished_name.push(DnType::CommonName, format!("testkit authority {number}"));
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate()?)?;

        let names = match behaviour {
            EncryptedBehaviour::WrongName => vec!["other.test".to_owned()],
            _ => CERTIFICATE_NAMES.map(str::to_owned).to_vec(),
        };
        let mut params = CertificateParams::new(names)?;
        match behaviour {
            EncryptedBehaviour::Expired => params.not_after = date_time_ymd(2021, 1, 1),
            EncryptedBehaviour::NotYetValid => params.not_before = date_time_ymd(4000, 1, 1),
            _ => {}
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &ca)?.der().clone();
        Ok(Self { ca_pem: ca.pem(), certificate, key })
    }

    fn tls_config(&self, behaviour: EncryptedBehaviour) -> Result<TlsAcceptor, rustls::Error> {
        Ok(TlsAcceptor::from(Arc::new(self.config(behaviour, &["h2", "dot"])?)))
    }

    fn quic_config(
        &self,
        behaviour: EncryptedBehaviour,
    ) -> Result<quinn::ServerConfig, rustls::Error> {
        let config = QuicServerConfig::try_from(self.config(behaviour, &["doq"])?)
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        Ok(quinn::ServerConfig::with_crypto(Arc::new(config)))
    }

    fn config(
        &self,
        behaviour: EncryptedBehaviour,
        protocols: &[&str],
    ) -> Result<ServerConfig, rustls::Error> {
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key)?;
        let protocols =
            if behaviour == EncryptedBehaviour::OtherProtocol { &["other"] } else { protocols };
        config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
        Ok(config)
    }
}

/// The part of it that runs in the background.
#[derive(Clone)]
struct Server {
    behaviour: EncryptedBehaviour,
    log: Arc<Log>,
}

impl Server {
    async fn serve_tcp(self, listener: TcpListener, tls: TlsAcceptor) {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let (server, tls) = (self.clone(), tls.clone());
            tokio::spawn(async move {
                // A client that does not trust us ends the handshake.
                let Ok(stream) = tls.accept(stream).await else { return };
                let connection = stream.get_ref().1;
                let visit = server.visit(connection.server_name().map(str::to_owned));
                // Connections that the client just leaves end in an error.
                let ended = match connection.alpn_protocol() {
                    Some(b"h2") => serve_https(&visit, stream).await.is_ok(),
                    _ => serve_tls(&visit, stream).await.is_ok(),
                };
                visit.end(ended);
            });
        }
    }

    async fn serve_quic(self, endpoint: quinn::Endpoint) {
        while let Some(incoming) = endpoint.accept().await {
            let server = self.clone();
            tokio::spawn(async move {
                let Ok(connection) = incoming.await else { return };
                let data = connection.handshake_data().and_then(|it| it.downcast().ok());
                let visit = server.visit(data.and_then(|it: Box<HandshakeData>| it.server_name));
                let end = serve_quic(&visit, &connection).await;
                let no_error = VarInt::from_u32(0);
                let is_farewell = matches!(end, ConnectionError::ApplicationClosed(close) if close.error_code == no_error);
                visit.end(is_farewell);
            });
        }
    }

    fn visit(&self, server_name: Option<String>) -> Arc<Visit> {
        self.log.connections.fetch_add(1, Ordering::SeqCst);
        self.log.server_names.lock().unwrap_or_else(PoisonError::into_inner).push(server_name);
        Arc::new(Visit {
            behaviour: self.behaviour,
            log: Arc::clone(&self.log),
            queries: AtomicUsize::new(0),
            second_answered: Notify::new(),
            closing: Notify::new(),
        })
    }
}

/// One connection.
struct Visit {
    behaviour: EncryptedBehaviour,
    log: Arc<Log>,
    queries: AtomicUsize,
    second_answered: Notify,
    closing: Notify,
}

/// What is sent back, and what then.
struct Answer {
    octets: Vec<u8>,
    is_whole: bool,
    is_last: bool,
}

impl Visit {
    /// Waits until it is this query's turn.
    async fn answer(&self, query: &[u8]) -> Answer {
        use EncryptedBehaviour::{
            ClosesAfterFirstReply, ClosesAtOnce, HalfMessage, LeavesAfterFirstReply, OtherId,
            OutOfOrder, Silent,
        };

        self.log.queries.fetch_add(1, Ordering::SeqCst);
        if let Some(id) = query.first_chunk() {
            self.log.ids.lock().unwrap_or_else(PoisonError::into_inner).push(*id);
        }
        let is_first = self.queries.fetch_add(1, Ordering::SeqCst) == 0;
        if self.behaviour == Silent {
            pending::<()>().await;
        }
        if self.behaviour == OutOfOrder && is_first {
            self.second_answered.notified().await;
        }
        let mut octets = answer(query).unwrap_or_default();
        let is_whole = self.behaviour != HalfMessage;
        if !is_whole {
            octets.truncate(octets.len() / 2);
        }
        if self.behaviour == ClosesAtOnce {
            octets.clear();
        }
        if let (OtherId, Some(id)) = (self.behaviour, octets.first_mut()) {
            *id = !*id;
        }
        let is_last = matches!(
            self.behaviour,
            ClosesAfterFirstReply | LeavesAfterFirstReply | ClosesAtOnce | HalfMessage
        );
        Answer { octets, is_whole, is_last }
    }

    fn answered(&self, answer: &Answer) {
        // The first waits for it; any later permit is nobody's.
        self.second_answered.notify_one();
        if answer.is_last {
            self.closing.notify_one();
        }
    }

    fn end(&self, is_farewell: bool) {
        if is_farewell {
            self.log.farewells.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn answer(query: &[u8]) -> Option<Vec<u8>> {
    proper_answer(&Message::from_vec(query).ok()?).to_vec().ok()
}

/// A message with its length before it (RFC 1035, 4.2.2), or only so much of it.
fn framed(answer: &Answer) -> Vec<u8> {
    let octets = if answer.is_whole { answer.octets.len() } else { 2 * answer.octets.len() };
    let length = u16::try_from(octets).expect("every reply here is far below 64 KiB");
    match answer.octets.as_slice() {
        [] => Vec::new(),
        octets => [&length.to_be_bytes(), octets].concat(),
    }
}

async fn read_framed(mut reader: impl AsyncRead + Unpin) -> io::Result<Vec<u8>> {
    let mut query = vec![0; usize::from(reader.read_u16().await?)];
    reader.read_exact(&mut query).await?;
    Ok(query)
}

async fn serve_tls(visit: &Arc<Visit>, stream: TlsStream<TcpStream>) -> io::Result<()> {
    let (mut reader, writer) = tokio::io::split(stream);
    let writer = Arc::new(AsyncMutex::new(writer));
    loop {
        let query = tokio::select! {
            query = read_query(&mut reader) => query?,
            () = visit.closing.notified() => {
                return match visit.behaviour {
                    EncryptedBehaviour::LeavesAfterFirstReply => Ok(()),
                    _ => writer.lock().await.shutdown().await,
                };
            }
        };
        let Some(query) = query else { return Ok(()) };
        let (visit, writer) = (Arc::clone(visit), Arc::clone(&writer));
        tokio::spawn(async move {
            let answer = visit.answer(&query).await;
            let mut writer = writer.lock().await;
            // A client that has gone does not want it.
            let _ = writer.write_all(&framed(&answer)).await;
            let _ = writer.flush().await;
            visit.answered(&answer);
        });
    }
}

/// `None` where the client said that it has no more.
async fn read_query(mut reader: impl AsyncRead + Unpin) -> io::Result<Option<Vec<u8>>> {
    let mut first = [0];
    if reader.read(&mut first).await? == 0 {
        return Ok(None);
    }
    read_framed(Cursor::new(first).chain(reader)).await.map(Some)
}

async fn serve_https(visit: &Arc<Visit>, stream: TlsStream<TcpStream>) -> Result<(), h2::Error> {
    let mut connection = h2::server::Builder::new().handshake(stream).await?;
    loop {
        let request = tokio::select! {
            request = connection.accept() => request,
            () = visit.closing.notified() => {
                if visit.behaviour == EncryptedBehaviour::LeavesAfterFirstReply {
                    // It is written while the next request is waited for.
                    let _ = timeout(FLUSH_TIME, connection.accept()).await;
                    return Ok(());
                }
                connection.graceful_shutdown();
                continue;
            }
        };
        let Some(request) = request else { return Ok(()) };
        let (request, response) = request?;
        let visit = Arc::clone(visit);
        tokio::spawn(async move {
            // A client that has gone does not want it.
            let _ = reply(&visit, request, response).await;
        });
    }
}

async fn reply(
    visit: &Visit,
    request: Request<h2::RecvStream>,
    mut sender: SendResponse<Cursor<Vec<u8>>>,
) -> Result<(), h2::Error> {
    let path = request.uri().path().to_owned();
    let mut body = request.into_body();
    let mut query = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        query.extend_from_slice(&chunk);
        body.flow_control().release_capacity(chunk.len())?;
    }
    let mut answer = visit.answer(&query).await;
    if visit.behaviour == EncryptedBehaviour::ClosesAtOnce {
        sender.send_reset(h2::Reason::REFUSED_STREAM);
        visit.answered(&answer);
        return Ok(());
    }
    if visit.behaviour == EncryptedBehaviour::Endless {
        answer.octets.resize(2 * MESSAGE_MAX_OCTETS, 0);
    }
    let head = head(visit.behaviour, &path);
    let mut body = sender.send_response(head, false)?;
    body.send_data(Cursor::new(std::mem::take(&mut answer.octets)), answer.is_whole)?;
    if !answer.is_whole {
        body.send_reset(h2::Reason::INTERNAL_ERROR);
    }
    visit.answered(&answer);
    Ok(())
}

fn head(behaviour: EncryptedBehaviour, path: &str) -> Response<()> {
    let mut head = Response::new(());
    let status = match behaviour {
        EncryptedBehaviour::HttpStatus(status) => status,
        _ if path == HTTPS_PATH => 200,
        _ => 404,
    };
    *head.status_mut() = status.try_into().expect("tests use statuses that there are");
    let media_type = match behaviour {
        EncryptedBehaviour::WebPage => "text/html",
        _ => "application/dns-message",
    };
    let headers = head.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    headers.insert(header::LOCATION, header::HeaderValue::from_static("/elsewhere"));
    if let EncryptedBehaviour::Aged(age_s) = behaviour {
        headers.insert(header::AGE, age_s.into());
    }
    head
}

async fn serve_quic(visit: &Arc<Visit>, connection: &quinn::Connection) -> ConnectionError {
    loop {
        let (mut sender, mut receiver) = tokio::select! {
            accepted = connection.accept_bi() => match accepted {
                Ok(streams) => streams,
                Err(error) => return error,
            },
            () = visit.closing.notified() => {
                connection.close(VarInt::from_u32(0), &[]);
                return ConnectionError::LocallyClosed;
            }
        };
        let visit = Arc::clone(visit);
        tokio::spawn(async move {
            let Ok(query) = read_framed(&mut receiver).await else { return };
            let answer = visit.answer(&query).await;
            // A client that has gone does not want it.
            let _ = sender.write_all(&framed(&answer)).await;
            let _ = sender.finish();
            let _ = sender.stopped().await;
            visit.answered(&answer);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_gone_with_its_server() {
        let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
        let file = server.ca_file().to_owned();
        assert!(fs::read_to_string(&file).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
        drop(server);
        assert!(!file.exists());
    }

    #[test]
    fn half_a_message_announces_the_whole() {
        for (is_whole, expected) in [(true, [0, 2, 7, 7]), (false, [0, 4, 7, 7])] {
            let answer = Answer { octets: vec![7, 7], is_whole, is_last: false };
            assert_eq!(framed(&answer), expected);
        }
    }
}
