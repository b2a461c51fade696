//! Talking to the kernel's `sock_diag` over netlink (sock_diag(7)).

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with,
};
use thiserror::Error;

use super::message::{self, Body};

/// The kernel fills at most so much at once, in octets.
const BUFFER_OCTETS: usize = 32 * 1024;

/// `SOCK_DIAG_BY_FAMILY` (`include/uapi/linux/sock_diag.h`).
pub(crate) const BY_FAMILY: u16 = 20;

/// A netlink socket, which stays in the network namespace that it was opened in.
#[derive(Debug)]
pub(crate) struct Channel(OwnedFd);

/// Why a list is not to be had.
#[derive(Debug, Error)]
pub enum DumpError {
    /// The kernel does not do it, or not for us.
    #[error("the kernel refuses")]
    Refused(#[source] io::Error),
    /// It could not be talked to.
    #[error("netlink")]
    Netlink(#[source] io::Error),
    /// The kernel sent what is no message.
    #[error("the kernel's answer makes no sense")]
    Malformed,
}

impl DumpError {
    /// Whether the kernel was built without it.
    pub(crate) fn is_missing(&self) -> bool {
        let missing = Some(Errno::NOENT.raw_os_error());
        matches!(self, Self::Refused(cause) if cause.raw_os_error() == missing)
    }
}

impl Channel {
    /// Opens one in the network namespace of this thread.
    ///
    /// # Errors
    ///
    /// The kernel has no netlink, or not for us.
    pub(crate) fn open() -> io::Result<Self> {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            Some(netlink::SOCK_DIAG),
        )?;
        Ok(Self(socket))
    }

    /// Asks for a list. The one before has to be read to its end.
    ///
    /// # Errors
    ///
    /// The question cannot be sent.
    pub(crate) fn dump(self, message_type: u16, payload: &[u8]) -> Result<Dump, DumpError> {
        /// One list at a time needs no number of its own.
        const SEQUENCE: u32 = 1;
        let request = message::dump_request(message_type, SEQUENCE, payload);
        let kernel = SocketAddrNetlink::new(0, 0);
        retry(|| sendto(&self.0, &request, SendFlags::empty(), &kernel))
            .map_err(DumpError::Netlink)?;
        let buffer = vec![0; BUFFER_OCTETS];
        Ok(Dump { channel: self, buffer, next: 0, end: 0, batches: 0, state: DumpState::Running })
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// A list on its way.
#[derive(Debug)]
pub(crate) struct Dump {
    channel: Channel,
    buffer: Vec<u8>,
    /// Where the next message of the buffer begins.
    next: usize,
    /// Where the last one ends.
    end: usize,
    batches: usize,
    state: DumpState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DumpState {
    Running,
    Ended,
}

impl Dump {
    /// The payload of the next part; `None` after the last.
    pub(crate) fn next_part(&mut self) -> Option<Result<&[u8], DumpError>> {
        let (start, end) = loop {
            if self.state == DumpState::Ended {
                return None;
            }
            if self.next == self.end
                && let Err(error) = self.receive()
            {
                self.state = DumpState::Ended;
                return Some(Err(error));
            }
            match self.take() {
                Ok(Some(part)) => break part,
                Ok(None) => {}
                Err(error) => {
                    self.state = DumpState::Ended;
                    return Some(Err(error));
                }
            }
        };
        Some(Ok(&self.buffer[start..end]))
    }

    /// How many batches have come: what was told twice is at the seam of two.
    pub(crate) const fn batches(&self) -> usize {
        self.batches
    }

    /// The channel, for the next list or for questions about interfaces.
    pub(crate) const fn channel(&self) -> &Channel {
        &self.channel
    }

    /// The channel, once the list is read to its end.
    pub(crate) fn into_channel(self) -> Channel {
        self.channel
    }

    fn receive(&mut self) -> Result<(), DumpError> {
        let length = retry(|| recv(&self.channel.0, &mut self.buffer[..], RecvFlags::TRUNC))
            .map_err(DumpError::Netlink)?
            .1;
        if length == 0 || length > self.buffer.len() {
            return Err(DumpError::Malformed);
        }
        (self.next, self.end) = (0, length);
        self.batches += 1;
        Ok(())
    }

    /// Takes one message off the buffer: where its payload is, if it is a part of the list.
    fn take(&mut self) -> Result<Option<(usize, usize)>, DumpError> {
        let mut rest = &self.buffer[self.next..self.end];
        let before = rest.len();
        let message = message::next_message(&mut rest).ok_or(DumpError::Malformed)?;
        let part = match message.body {
            Body::Part(payload) => {
                let start = self.next + message::HEADER_OCTETS;
                Some((start, start + payload.len()))
            }
            Body::Done(0) => {
                self.state = DumpState::Ended;
                None
            }
            Body::Done(error) | Body::Refused(error) => {
                return Err(DumpError::Refused(io::Error::from_raw_os_error(error)));
            }
            Body::Other => None,
        };
        self.next += before - rest.len();
        Ok(part)
    }
}

/// Calls again what a signal has interrupted.
fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            result => return Ok(result?),
        }
    }
}
