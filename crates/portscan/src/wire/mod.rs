//! Attempts on the network: started, answered, given up. What to try when is not decided here.

mod asked;
#[cfg(any(not(target_os = "linux"), test))]
mod crew;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::icmp::Icmp;

#[cfg(not(target_os = "linux"))]
pub(crate) use self::crew::{CrewWire as SystemWire, MAX_CREW as MAX_IN_FLIGHT};
#[cfg(target_os = "linux")]
pub(crate) use self::linux::LinuxWire as SystemWire;

/// The most attempts under way at the same time, unless the command line says otherwise: more than
/// that many connections in the making are too much for many a router on the way.
#[cfg(target_os = "linux")]
pub(crate) const MAX_IN_FLIGHT: usize = 4000;

/// How long the other side of a connection that is left may take to leave it too. Until then what
/// it sends draws no reset.
const MAX_LEAVING: Duration = Duration::from_millis(50);

/// What to send to a UDP port so that whoever is there answers.
pub(crate) type Payload = Box<dyn Fn(u16) -> Vec<u8> + Send + Sync>;

/// A way to make attempts. A flight is an attempt under way, by a number that whoever starts it has
/// chosen; a connection is what became of one, by a number of the wire's own.
pub(crate) trait Wire {
    /// Starts an attempt that will be waited for so long, or less.
    fn start(&mut self, flight: usize, to: SocketAddr, wait: Duration) -> Start;

    /// Ends an attempt that nobody answered.
    fn give_up(&mut self, flight: usize);

    /// Sees once more what happened on a connection: what came together with it is told by nothing
    /// else.
    fn look_at(&mut self, connection: usize, events: &mut Vec<Event>);

    /// Leaves a connection that stands, by FIN: a reset counts as an offence at some servers.
    fn leave(&mut self, connection: usize);

    /// Waits for what happens, not longer than `limit`.
    ///
    /// # Errors
    /// The system does not let us wait.
    fn wait(&mut self, limit: Duration, events: &mut Vec<Event>) -> io::Result<()>;

    /// How many sockets are taken by connections, and by what was given up and is not over yet.
    fn held(&self) -> usize;

    /// How many connections are being left.
    fn leaving(&self) -> usize;
}

/// How an attempt starts.
#[derive(Debug)]
pub(crate) enum Start {
    /// It is under way.
    UnderWay,
    /// All is known at once.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "a crew takes its time"))]
    Answered(Answer),
    /// For now this process or this machine has not what it takes.
    Shortage(io::Error),
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// An attempt was answered.
    Answered {
        /// The attempt.
        flight: usize,
        /// By what.
        answer: Answer,
    },
    /// A connection brought data.
    Data {
        /// The connection.
        connection: usize,
        /// What it brought.
        bytes: Vec<u8>,
    },
    /// The other side ended a connection.
    Ended {
        /// The connection.
        connection: usize,
        /// Whether by a reset.
        is_reset: bool,
    },
}

/// What an attempt was answered by.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Somebody is home. The connection stands until it is left.
    Connected {
        /// The connection.
        connection: usize,
    },
    /// The handshake was over when a reset came.
    ConnectedThenReset,
    /// A reset.
    Refused,
    /// The attempt met itself or another of ours: nobody has the port.
    MetItself,
    /// A datagram.
    Datagram(Vec<u8>),
    /// An ICMP error.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux tells"))]
    Icmp {
        /// The error.
        icmp: Icmp,
        /// Whether it came from an address of our own, and not from the target.
        is_own: bool,
    },
    /// The system gave up waiting.
    TimedOut,
    /// For now this process or this machine has not what it takes.
    Shortage(io::Error),
    /// It never left this machine.
    Failed(io::Error),
}
