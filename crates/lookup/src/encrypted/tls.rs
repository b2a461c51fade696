//! DNS over TLS (RFC 7858): messages with their length before them, many at a time, answered in
//! any order (RFC 7766, 6.2.1.1).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Question, Reason, Stage, Target};

/// The protocol's name (ALPN, RFC 7858, 10).
const ALPN: &str = "dot";

/// So many questions wait for their answers on one connection at most; others wait for their turn.
const QUESTIONS_AT_ONCE_MAX: usize = 1024;

/// So many messages wait to be written.
const OUTGOING_MAX: usize = 32;

/// A connection that is read and written by tasks of its own.
#[derive(Debug)]
pub(super) struct Connection {
    outgoing: mpsc::Sender<Vec<u8>>,
    waiting: Arc<Waiting>,
    turns: Semaphore,
    reader: AbortHandle,
}

impl Connection {
    pub(super) async fn open(target: &Target<'_>) -> Result<Self, Reason> {
        let (reader, writer) = split(open(target, ALPN).await?);
        let (outgoing, to_write) = mpsc::channel(OUTGOING_MAX);
        let waiting = Arc::new(Waiting::default());
        tokio::spawn(write_all(writer, to_write));
        let reader = tokio::spawn(read_all(reader, Arc::clone(&waiting))).abort_handle();
        let turns = Semaphore::new(QUESTIONS_AT_ONCE_MAX);
        Ok(Self { outgoing, waiting, turns, reader })
    }

    pub(super) async fn exchange(&self, question: &Question<'_>) -> Result<Vec<u8>, Reason> {
        let _turn = self.turns.acquire().await.expect("nobody closes it");
        let (ticket, reply) = Ticket::draw(&self.waiting, u16::from_be_bytes(question.id))?;
        let framed = question.framed_with_id(ticket.id.to_be_bytes());
        // Where it cannot be written any more, the reader learns why.
        let _ = self.outgoing.send(framed).await;
        let mut octets = reply.await.map_err(|_| self.waiting.end())?;
        octets[..2].copy_from_slice(&question.id);
        Ok(octets)
    }
}

impl Drop for Connection {
    /// The writer says goodbye by itself when nobody can give it anything.
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// A TLS connection over TCP that speaks `protocol`.
pub(super) async fn open(
    target: &Target<'_>,
    protocol: &'static str,
) -> Result<TlsStream<TcpStream>, Reason> {
    let (config, witness) = target.trust.client_config(protocol)?;
    let connecting = async {
        let stream = TcpStream::connect(target.server).await.map_err(Reason::of_connecting)?;
        // Whole messages are written at once: there is nothing to wait for.
        stream.set_nodelay(true).map_err(|error| Reason::closed(false, error))?;
        Ok(stream)
    };
    let stream = target.in_time(Stage::Connecting, connecting).await?;
    let name: ServerName<'static> = target.name.clone();
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let handshake = async {
        handshake.await.map_err(|error| witness.or(Reason::of_handshake(error, protocol)))
    };
    target.in_time(Stage::Handshake, handshake).await
}

/// Those who wait for an answer, by the id of their question on this connection.
#[derive(Debug, Default)]
struct Waiting {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// An id is taken until its question is done with, so that no other gets its reply.
    replies: HashMap<u16, Option<oneshot::Sender<Vec<u8>>>>,
    /// Why there will be no more replies.
    end: Option<Reason>,
}

impl Waiting {
    fn state(&self) -> MutexGuard<'_, State> {
        // No change to it is left half done by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody waits any longer; the first reason is the one that counts.
    fn finish(&self, reason: Reason) {
        let mut state = self.state();
        state.end.get_or_insert(reason);
        state.replies.clear();
    }

    fn end(&self) -> Reason {
        self.state().end.clone().unwrap_or(Reason::Closed { midway: false, source: None })
    }

    /// Hands a reply to who waits for it. Nobody does where its question was given up.
    fn deliver(&self, octets: Vec<u8>) {
        let Some(id) = octets.first_chunk() else { return };
        let id = u16::from_be_bytes(*id);
        if let Some(reply) = self.state().replies.get_mut(&id).and_then(Option::take) {
            let _ = reply.send(octets);
        }
    }
}

/// A place among those who wait. It is given up on drop.
struct Ticket<'a> {
    waiting: &'a Waiting,
    id: u16,
}

impl<'a> Ticket<'a> {
    /// With the id that was wished for, or with the next that is free: questions of different
    /// callers may have the same.
    fn draw(
        waiting: &'a Waiting,
        wished: u16,
    ) -> Result<(Self, oneshot::Receiver<Vec<u8>>), Reason> {
        let mut state = waiting.state();
        if let Some(reason) = &state.end {
            return Err(reason.clone());
        }
        let mut id = wished;
        while state.replies.contains_key(&id) {
            id = id.wrapping_add(1);
        }
        let (sender, reply) = oneshot::channel();
        state.replies.insert(id, Some(sender));
        Ok((Self { waiting, id }, reply))
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.waiting.state().replies.remove(&self.id);
    }
}

/// Writes whole messages, whoever gives up waiting meanwhile. It fails silently: there may be
/// replies to read still, which the server sent before it closed.
async fn write_all(mut writer: impl AsyncWrite + Unpin, mut outgoing: mpsc::Receiver<Vec<u8>>) {
    while let Some(message) = outgoing.recv().await {
        if writer.write_all(&message).await.is_err() || writer.flush().await.is_err() {
            return;
        }
    }
    let _ = writer.shutdown().await;
}

async fn read_all(mut reader: impl AsyncRead + Unpin, waiting: Arc<Waiting>) {
    let reason = loop {
        let length = match reader.read_u16().await {
            Ok(length) => length,
            Err(error) => break Reason::closed(false, error),
        };
        let mut octets = vec![0; usize::from(length)];
        if let Err(error) = reader.read_exact(&mut octets).await {
            break Reason::closed(true, error);
        }
        waiting.deliver(octets);
    };
    waiting.finish(reason);
}
