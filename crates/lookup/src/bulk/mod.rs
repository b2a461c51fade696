//! Many questions over few sockets: as fast as the servers can take, and none is lost.
//!
//! An [`Engine`] is given questions while it has room and does a turn of its work at a time, in the
//! thread of its owner. Every question lands exactly once, with a reply or the reason why not.

mod chain;
mod engine;
mod flight;
mod histogram;
mod question;
mod rate;
mod rtt;
mod server;
mod socket;
mod table;
mod window;

#[cfg(test)]
mod trials;

use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::time::Duration;

use crate::exchange::DEADLINE;

pub use engine::Engine;
pub use histogram::Histogram;
pub use question::WireQuestion;
pub use rate::Rate;

/// How often a question is sent, unless told: with replies overdue after 50 ms, three tries would be
/// over within one hiccup of a server.
pub const ATTEMPTS: u32 = 5;

/// So many questions are under way to a server at most, unless told.
pub const WINDOW_MAX: u32 = 1000;

/// How questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How often a question is sent at most, whoever is asked.
    pub attempts: u32,
    /// How long a question may take from when it was first sent.
    pub deadline: Duration,
    /// How many questions may be sent in a second, those that are sent again included.
    pub rate: Option<NonZero<u32>>,
    /// How many questions may be under way to a server.
    pub window_max: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { attempts: ATTEMPTS, deadline: DEADLINE, rate: None, window_max: WINDOW_MAX }
    }
}

/// What became of a question.
#[derive(Debug)]
pub struct Landed<'a, T> {
    /// What was submitted with the question.
    pub token: T,
    /// Who answered, or was asked last; one that would have been asked if nobody was.
    pub server: SocketAddr,
    /// From when the question was sent, for the time that was answered, until the reply; without
    /// a reply from when it was first sent until now.
    pub rtt: Duration,
    /// How often it was sent: 0 if there was nobody to send it to.
    pub sent: u32,
    /// The whole message: a reply by id, sender and question; what else is in it was not looked at.
    pub result: Result<&'a [u8], Reason>,
}

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// Nothing came that could be believed.
    #[error("no reply within {}", output::in_seconds(*.waited))]
    Timeout {
        /// How long it was waited for.
        waited: Duration,
    },
    /// It was not sent, as nothing comes back.
    #[error("no server answers any more")]
    Silent,
    /// The host is there, and nothing listens at that port.
    #[error("nothing listens there")]
    Refused,
    /// The network or the host is not there, or does not let us.
    #[error("it cannot be reached")]
    Unreachable(#[source] io::Error),
    /// The question is not sent by the system.
    #[error("the question cannot be sent")]
    Unsendable(#[source] io::Error),
}

/// What was sent and what came, in numbers.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// Datagrams that were sent.
    pub sent: u64,
    /// Those of them with a question that had been sent before.
    pub sent_again: u64,
    /// Those of them that were not answered, though the same question was when it was sent again.
    pub lost: u64,
    /// Questions that were answered.
    pub answered: u64,
    /// Questions that were not.
    pub failed: u64,
    /// Replies to a question that had been answered already.
    pub late: u64,
    /// Datagrams that were no reply to anything in flight: forged, doubled, or much too late.
    pub disbelieved: u64,
    /// How long the replies took.
    pub round_trips: Histogram,
}
