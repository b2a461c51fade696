//! Talking to the kernel over netlink.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, sendto, socket_with,
};
use thiserror::Error;

use crate::message::{self, Body, FLAGS_DUMP, FLAGS_GET};

/// The kernel fills at most so much at once, in octets.
const BUFFER_OCTETS: usize = 32 * 1024;

/// One question at a time needs no number of its own.
const SEQUENCE: u32 = 1;

/// What the kernel is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Interfaces, addresses and routes (rtnetlink(7)).
    Route,
    /// Sockets (`sock_diag(7)`).
    SockDiag,
}

/// A netlink socket, which stays in the network namespace that it was opened in.
#[derive(Debug)]
pub struct Channel(OwnedFd);

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
    #[must_use]
    pub fn is_missing(&self) -> bool {
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
    pub fn open(family: Family) -> io::Result<Self> {
        let protocol = match family {
            // NETLINK_ROUTE is number 0, which stands for it.
            Family::Route => None,
            Family::SockDiag => Some(netlink::SOCK_DIAG),
        };
        let (domain, kind) = (AddressFamily::NETLINK, SocketType::RAW);
        Ok(Self(socket_with(domain, kind, SocketFlags::CLOEXEC, protocol)?))
    }

    /// Opens one that hears what changes, of these groups (`RTMGRP_*` of linux/rtnetlink.h).
    ///
    /// # Errors
    ///
    /// The kernel has no netlink, or not for us.
    pub fn listen(groups: u32) -> io::Result<Self> {
        let channel = Self::open(Family::Route)?;
        bind(&channel.0, &SocketAddrNetlink::new(0, groups))?;
        Ok(channel)
    }

    /// Waits until something changes, not longer than `limit`. Whether it did; what it was has to be
    /// asked for, so that nothing is lost where more changes than can be told.
    ///
    /// # Errors
    ///
    /// The kernel cannot be heard any more.
    pub fn wait_for_change(&self, limit: Duration) -> io::Result<bool> {
        let limit = Timespec::try_from(limit).ok();
        let mut channels = [PollFd::new(&self.0, PollFlags::IN)];
        match poll(&mut channels, limit.as_ref()) {
            Ok(0) | Err(Errno::INTR) => return Ok(false),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        // What does not fit is thrown away, as is all of it.
        let mut buffer = [0; 1];
        loop {
            match recv(&self.0, &mut buffer[..], RecvFlags::DONTWAIT) {
                Ok(_) | Err(Errno::INTR | Errno::NOBUFS) => {}
                Err(Errno::AGAIN) => return Ok(true),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Asks for one thing: the payload of the answer.
    ///
    /// # Errors
    ///
    /// There is none, or the kernel could not be asked.
    pub fn get(&self, message_type: u16, payload: &[u8]) -> Result<Vec<u8>, DumpError> {
        self.send(&message::request(message_type, FLAGS_GET, SEQUENCE, payload))?;
        let mut buffer = Vec::with_capacity(BUFFER_OCTETS);
        receive(&self.0, &mut buffer)?;
        let mut octets = &buffer[..];
        match message::next_message(&mut octets).ok_or(DumpError::Malformed)?.body {
            Body::Part(payload) => Ok(payload.to_vec()),
            Body::Refused(error) => Err(DumpError::Refused(io::Error::from_raw_os_error(error))),
            Body::Done(_) | Body::Other => Err(DumpError::Malformed),
        }
    }

    fn send(&self, request: &[u8]) -> Result<(), DumpError> {
        let kernel = SocketAddrNetlink::new(0, 0);
        retry(|| sendto(&self.0, request, SendFlags::empty(), &kernel))
            .map(|_| ())
            .map_err(DumpError::Netlink)
    }

    /// Asks for a list. The one before has to be read to its end.
    ///
    /// # Errors
    ///
    /// The question cannot be sent.
    pub fn dump(self, message_type: u16, payload: &[u8]) -> Result<Dump, DumpError> {
        self.send(&message::request(message_type, FLAGS_DUMP, SEQUENCE, payload))?;
        Ok(Dump {
            channel: self,
            buffer: Vec::with_capacity(BUFFER_OCTETS),
            next: 0,
            batches: 0,
            is_torn: false,
            state: DumpState::Running,
        })
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// A list on its way.
#[derive(Debug)]
pub struct Dump {
    channel: Channel,
    buffer: Vec<u8>,
    /// Where the next message of the buffer begins.
    next: usize,
    batches: usize,
    is_torn: bool,
    state: DumpState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DumpState {
    Running,
    Ended,
}

impl Dump {
    /// The payload of the next part; `None` after the last.
    ///
    /// # Errors
    ///
    /// The list breaks off.
    pub fn next_part(&mut self) -> Option<Result<&[u8], DumpError>> {
        let (start, end) = loop {
            if self.state == DumpState::Ended {
                return None;
            }
            if self.next == self.buffer.len()
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
    #[must_use]
    pub const fn batches(&self) -> usize {
        self.batches
    }

    /// Whether the list changed while it was told, so far: parts of it may be missing.
    #[must_use]
    pub const fn is_torn(&self) -> bool {
        self.is_torn
    }

    /// The channel, for the next list or for questions about interfaces.
    #[must_use]
    pub const fn channel(&self) -> &Channel {
        &self.channel
    }

    /// The channel, once the list is read to its end.
    #[must_use]
    pub fn into_channel(self) -> Channel {
        self.channel
    }

    fn receive(&mut self) -> Result<(), DumpError> {
        receive(&self.channel.0, &mut self.buffer)?;
        self.next = 0;
        self.batches += 1;
        Ok(())
    }

    /// Takes one message off the buffer: where its payload is, if it is a part of the list.
    fn take(&mut self) -> Result<Option<(usize, usize)>, DumpError> {
        let mut rest = &self.buffer[self.next..];
        let before = rest.len();
        let message = message::next_message(&mut rest).ok_or(DumpError::Malformed)?;
        self.is_torn |= message.is_torn();
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

/// Receives into the room of a buffer, of which no more is touched than comes.
fn receive(socket: &OwnedFd, buffer: &mut Vec<u8>) -> Result<(), DumpError> {
    buffer.clear();
    let told = retry(|| recv(socket, spare_capacity(buffer), RecvFlags::TRUNC));
    let (_, length) = told.map_err(DumpError::Netlink)?;
    // What did not fit is told all the same.
    if length == 0 || length > buffer.len() { Err(DumpError::Malformed) } else { Ok(()) }
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
