//! Batches by sendmmsg(2) and recvmmsg(2).

use std::fmt;
use std::io::{self, IoSlice, IoSliceMut};
use std::net::UdpSocket;
use std::os::fd::AsRawFd as _;

use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg};

use super::{BATCH, BUFFER_STRIDE_OCTETS, DATAGRAM_MAX_OCTETS};

/// What the system needs to send a batch.
pub struct Outbox {
    headers: MultiHeaders<()>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { headers: MultiHeaders::preallocate(BATCH, None) }
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").finish_non_exhaustive()
    }
}

impl Outbox {
    pub(super) fn send(&mut self, socket: &UdpSocket, datagrams: &[&[u8]]) -> io::Result<usize> {
        let datagrams = &datagrams[..datagrams.len().min(BATCH)];
        let slices: [[IoSlice<'_>; 1]; BATCH] =
            std::array::from_fn(|it| [IoSlice::new(datagrams.get(it).copied().unwrap_or(&[]))]);
        let sent = sendmmsg(
            socket.as_raw_fd(),
            &mut self.headers,
            &slices[..datagrams.len()],
            [None; BATCH],
            [],
            MsgFlags::MSG_DONTWAIT,
        )?;
        Ok(sent.count())
    }
}

/// Datagrams that came.
pub struct Inbox {
    /// With room for any address: the kernel says after a call how long an address was, and takes
    /// that for the room there is in the next.
    headers: MultiHeaders<SockaddrStorage>,
    buffer: Vec<u8>,
    lengths: [usize; BATCH],
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            headers: MultiHeaders::preallocate(BATCH, None),
            buffer: vec![0; BATCH * BUFFER_STRIDE_OCTETS],
            lengths: [0; BATCH],
        }
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("lengths", &self.lengths).finish_non_exhaustive()
    }
}

impl Inbox {
    /// A datagram of those that came last.
    pub fn datagram(&self, index: usize) -> &[u8] {
        let start = index * BUFFER_STRIDE_OCTETS;
        &self.buffer[start..start + self.lengths[index]]
    }

    pub(super) fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        let mut buffers = self.buffer.chunks_exact_mut(BUFFER_STRIDE_OCTETS);
        let mut slices: [[IoSliceMut<'_>; 1]; BATCH] = std::array::from_fn(|_| {
            let buffer = buffers.next().expect("there is a buffer for each of a batch");
            [IoSliceMut::new(&mut buffer[..DATAGRAM_MAX_OCTETS])]
        });
        let received = recvmmsg(
            socket.as_raw_fd(),
            &mut self.headers,
            &mut slices,
            MsgFlags::MSG_DONTWAIT,
            None,
        )?;
        let mut count = 0;
        for (length, datagram) in self.lengths.iter_mut().zip(received) {
            *length = datagram.bytes;
            count += 1;
        }
        Ok(count)
    }
}
