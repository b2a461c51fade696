//! How queries come and replies go.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hickory_proto::op::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use super::Behaviour;
use super::replies::replies;
use crate::sockets::LOOPBACK;

/// Between the octets of [`Manner::Dribble`]. Short, and long enough for a segment each.
const DRIBBLE_INTERVAL: Duration = Duration::from_millis(1);

/// The part of it that runs in the background.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) behaviour: Behaviour,
    pub(super) queries: Arc<AtomicUsize>,
}

impl Server {
    pub(super) async fn serve_udp(self, socket: UdpSocket) {
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
                    let _ = send(&socket, &reply, client).await;
                }
            });
        }
    }

    pub(super) async fn serve_tcp(self, listener: TcpListener) {
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
                let framed = with_length(&reply.octets);
                match reply.manner {
                    Manner::Whole | Manner::FromAnotherPort => stream.write_all(&framed).await?,
                    Manner::Dribble => dribble(&mut stream, &framed).await?,
                    Manner::ClosedInside => {
                        return stream.write_all(&framed[..framed.len() / 2]).await;
                    }
                    Manner::ClosedBefore => return Ok(()),
                }
            }
        }
    }

    fn replies(&self, query: &[u8], transport: Transport) -> Vec<Reply> {
        let earlier = self.queries.fetch_add(1, Ordering::SeqCst);
        let Ok(query) = Message::from_vec(query) else { return Vec::new() };
        replies(&self.behaviour, &query, transport, earlier)
    }
}

async fn send(socket: &UdpSocket, reply: &Reply, client: SocketAddr) -> io::Result<usize> {
    if reply.manner == Manner::FromAnotherPort {
        let other = UdpSocket::bind(LOOPBACK).await?;
        return other.send_to(&reply.octets, client).await;
    }
    socket.send_to(&reply.octets, client).await
}

/// Sends each octet by itself.
async fn dribble(stream: &mut TcpStream, octets: &[u8]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    for octet in octets {
        stream.write_all(std::slice::from_ref(octet)).await?;
        tokio::time::sleep(DRIBBLE_INTERVAL).await;
    }
    Ok(())
}

/// A message on a TCP connection has its length before it (RFC 1035, 4.2.2).
fn with_length(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("every reply here is below 64 KiB");
    [&length.to_be_bytes(), message].concat()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Udp,
    Tcp,
}

/// How a reply goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As a reply should.
    Whole,
    /// Over UDP from a port of its own.
    FromAnotherPort,
    /// Over TCP octet by octet.
    Dribble,
    /// Over TCP the first half, then the end of the connection.
    ClosedInside,
    /// Over TCP not at all, but the end of the connection.
    ClosedBefore,
}

pub(super) struct Reply {
    pub(super) delay: Duration,
    pub(super) octets: Vec<u8>,
    pub(super) manner: Manner,
}

impl Reply {
    pub(super) fn now(message: &Message) -> Self {
        Self::after(Duration::ZERO, message)
    }

    pub(super) fn after(delay: Duration, message: &Message) -> Self {
        let octets = message.to_vec().expect("a decoded question and short records encode");
        Self::octets(delay, octets)
    }

    pub(super) fn octets(delay: Duration, octets: Vec<u8>) -> Self {
        Self { delay, octets, manner: Manner::Whole }
    }
}
