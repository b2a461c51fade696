//! Messages over a TCP connection, each with its length before it (RFC 1035, 4.2.2).

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::exchange::{AskError, Transport};

/// Connects to a server.
pub(crate) async fn connect(server: SocketAddr) -> Result<TcpStream, AskError> {
    TcpStream::connect(server).await.map_err(|source| match source.kind() {
        io::ErrorKind::ConnectionRefused => {
            AskError::NothingListens { server, transport: Transport::Tcp, source }
        }
        _ => AskError::Unreachable { server, source },
    })
}

/// Sends a question.
pub(crate) async fn write(
    stream: &mut TcpStream,
    octets: &[u8],
    server: SocketAddr,
) -> Result<(), AskError> {
    let length = u16::try_from(octets.len())
        .expect("a question is a name of at most 255 octets and little else");
    // In one segment: some servers do not read on after the length.
    let framed = [&length.to_be_bytes()[..], octets].concat();
    stream.write_all(&framed).await.map_err(|source| AskError::Closed { server, source })
}

/// Receives the next message.
pub(crate) async fn read(stream: &mut TcpStream, server: SocketAddr) -> Result<Vec<u8>, AskError> {
    let closed = |source| AskError::Closed { server, source };
    let length = stream.read_u16().await.map_err(closed)?;
    let mut octets = vec![0; usize::from(length)];
    stream.read_exact(&mut octets).await.map_err(closed)?;
    Ok(octets)
}
