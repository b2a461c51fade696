//! One datagram a system call, on systems without calls for many.

use std::io;
use std::net::UdpSocket;

use super::{BATCH, BUFFER_STRIDE_OCTETS, DATAGRAM_MAX_OCTETS};

/// What the system needs to send a batch: nothing.
#[derive(Debug, Default)]
pub struct Outbox(());

impl Outbox {
    #[expect(clippy::unused_self, reason = "elsewhere there is something in it")]
    pub(super) fn send(&mut self, socket: &UdpSocket, datagrams: &[&[u8]]) -> io::Result<usize> {
        many(datagrams.len().min(BATCH), |it| socket.send(datagrams[it]).map(|_| ()))
    }
}

/// Datagrams that came.
#[derive(Debug)]
pub struct Inbox {
    buffer: Vec<u8>,
    lengths: [usize; BATCH],
}

impl Default for Inbox {
    fn default() -> Self {
        Self { buffer: vec![0; BATCH * BUFFER_STRIDE_OCTETS], lengths: [0; BATCH] }
    }
}

impl Inbox {
    /// A datagram of those that came last.
    pub fn datagram(&self, index: usize) -> &[u8] {
        let start = index * BUFFER_STRIDE_OCTETS;
        &self.buffer[start..start + self.lengths[index]]
    }

    pub(super) fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        many(BATCH, |it| {
            let start = it * BUFFER_STRIDE_OCTETS;
            let buffer = &mut self.buffer[start..start + DATAGRAM_MAX_OCTETS];
            self.lengths[it] = socket.recv(buffer)?;
            Ok(())
        })
    }
}

/// Calls until it fails. What failed after the first is met again by the next batch; only news of
/// a closed port are told once, and come again with the next datagram to it.
fn many(count: usize, mut call: impl FnMut(usize) -> io::Result<()>) -> io::Result<usize> {
    for done in 0..count {
        match call(done) {
            Err(error) if done == 0 => return Err(error),
            Err(_) => return Ok(done),
            Ok(()) => {}
        }
    }
    Ok(count)
}
