//! What the system tells of a socket.

use std::time::Duration;

use crate::endpoint::{Endpoint, Interface};
use crate::protocol::Protocol;
use crate::state::State;
use crate::tcp_info::TcpInfo;

/// A socket, as a back end tells it. What a system does not tell is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Socket {
    /// What it speaks.
    pub protocol: Protocol,
    /// Its state.
    pub state: Option<State>,
    /// Octets that wait to be read; of a listener the connections that wait to be accepted.
    pub recv_queue: Option<u32>,
    /// Octets that are not acknowledged; of a listener the connections that may wait.
    pub send_queue: Option<u32>,
    /// This end.
    pub local: Endpoint,
    /// The other end.
    pub peer: Option<Endpoint>,
    /// Whether it takes no IPv4 connections though its address is IPv6 (RFC 3493, 5.3).
    pub is_v6_only: Option<bool>,
    /// Its number in the file system of sockets; none when no process can have it open any more,
    /// or yet.
    pub inode: Option<u64>,
    /// The inode of the UNIX socket at the other end.
    pub peer_inode: Option<u64>,
    /// The user who opened it, by number.
    pub uid: Option<u32>,
    /// What it is known by in the kernel as long as that runs (`SO_COOKIE`).
    pub cookie: Option<u64>,
    /// The control group that it was opened in, by the inode of its directory.
    pub cgroup_id: Option<u64>,
    /// The mark of its packets; only root is told.
    pub mark: Option<u32>,
    /// What the kernel waits for.
    pub timer: Option<Timer>,
    /// The processes that have it open, where the back end tells them by itself.
    pub pids: Vec<u32>,
    /// What only some ask for.
    pub details: Option<Box<Details>>,
}

/// A running timer of TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// What happens when it ends.
    pub kind: TimerKind,
    /// How long it still runs.
    pub left: Duration,
    /// How often it has run out without an answer.
    pub retransmits: u8,
}

/// What a timer of TCP is for (`idiag_timer`, sock_diag(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    /// Sends again what was not acknowledged.
    Retransmit,
    /// Asks whether the other end is still there.
    Keepalive,
    /// Ends TIME_WAIT.
    TimeWait,
    /// Asks whether the other end has room again.
    Probe,
}

/// What only some ask for, since it costs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// What TCP knows of the connection.
    pub tcp: Option<TcpInfo>,
    /// The name of its congestion control.
    pub congestion: Option<Box<str>>,
    /// What it holds in memory.
    pub memory: Option<Memory>,
    /// Type of service or traffic class of its packets (RFC 2474).
    pub traffic_class: Option<u8>,
}

/// `INET_DIAG_SKMEMINFO`, in octets but for the drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// Held by what waits to be read.
    pub receive_used: u32,
    /// The most that may be (`SO_RCVBUF`).
    pub receive_limit: u32,
    /// Held by what is on its way out.
    pub send_used: u32,
    /// The most that may be (`SO_SNDBUF`).
    pub send_limit: u32,
    /// Packets that there was no room for.
    pub drops: u32,
}

impl TimerKind {
    /// The words of `ss`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retransmit => "on",
            Self::Keepalive => "keepalive",
            Self::TimeWait => "timewait",
            Self::Probe => "persist",
        }
    }
}

impl Socket {
    /// A socket of which no more is known than its ends.
    #[must_use]
    pub const fn new(protocol: Protocol, local: Endpoint, peer: Option<Endpoint>) -> Self {
        Self {
            protocol,
            state: None,
            recv_queue: None,
            send_queue: None,
            local,
            peer,
            is_v6_only: None,
            inode: None,
            peer_inode: None,
            uid: None,
            cookie: None,
            cgroup_id: None,
            mark: None,
            timer: None,
            pids: Vec::new(),
            details: None,
        }
    }

    /// Whether it waits for others to speak first.
    #[must_use]
    pub fn is_listening(&self) -> bool {
        match self.state {
            Some(state) => matches!(state, State::Listen | State::Unconnected),
            None => self.protocol == Protocol::Udp,
        }
    }

    /// The port of this end, if there are ports and not any will do.
    #[must_use]
    pub fn local_port(&self) -> Option<u16> {
        self.port_of(&self.local)
    }

    /// The port of the other end.
    #[must_use]
    pub fn peer_port(&self) -> Option<u16> {
        self.port_of(self.peer.as_ref()?)
    }

    /// Raw IP has none: the number in its place is that of a protocol.
    fn port_of(&self, end: &Endpoint) -> Option<u16> {
        end.port().filter(|_| self.protocol != Protocol::Raw)
    }

    /// The interface that it is bound to, or that its link-local address is of.
    #[must_use]
    pub const fn interface(&self) -> Option<&Interface> {
        self.local.interface()
    }

    /// What TCP knows of the connection.
    #[must_use]
    pub fn tcp_info(&self) -> Option<&TcpInfo> {
        self.details.as_ref()?.tcp.as_ref()
    }
}
