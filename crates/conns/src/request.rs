//! What a back end is asked for.

use std::sync::Arc;

use output::Family;

use crate::protocol::{Protocol, Protocols};
use crate::socket::Socket;
use crate::state::{State, States};

/// Which sockets to collect, and what of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The kinds.
    pub protocols: Protocols,
    /// The version of IP; other kinds have none, and are there whatever it is.
    pub family: Family,
    /// The states. A back end that cannot choose by state tells the others too.
    pub states: States,
    /// What the kernel may leave out by itself: a program of `inet_diag`. A back end that has no use
    /// for it tells the others too.
    pub bytecode: Option<Arc<[u8]>>,
    /// What is asked for beyond what every socket has.
    pub details: Wanted,
}

/// The details that are wanted: each costs the kernel some time for each socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// What TCP knows, and its congestion control.
    pub tcp: bool,
    /// Memory and drops.
    pub memory: bool,
    /// Type of service or traffic class.
    pub traffic_class: bool,
}

impl Request {
    /// Whether a socket is one of those that were asked for.
    pub(crate) fn admits(&self, socket: &Socket) -> bool {
        let is_of_family = socket.local.ip().is_none_or(|address| self.family.admits(address));
        let is_in_state = match socket.state {
            Some(state) => self.states.has(state),
            // Not every system tells whether a UDP socket has a peer.
            None => self.states.has(State::Unconnected) || socket.protocol != Protocol::Udp,
        };
        self.protocols.has(socket.protocol.group()) && is_of_family && is_in_state
    }
}
