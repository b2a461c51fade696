//! Questions to this machine itself: one may come to another socket of ours, and is no answer.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::limits;

/// What each port of our own has asked last, by family. A question outlives the socket it came
/// from, so the socket cannot be looked for.
#[derive(Debug)]
pub(crate) struct Asked([Box<[AtomicU16]>; 2]);

impl Asked {
    /// What no port asks.
    const NOTHING: u16 = 0;

    pub(crate) fn new() -> Self {
        let ports = || (0..=u16::MAX).map(|_| AtomicU16::new(Self::NOTHING)).collect();
        Self([ports(), ports()])
    }

    /// Remembers a question to `to`, which leaves from `own`.
    pub(crate) fn remember(&self, own: SocketAddr, to: SocketAddr) {
        if is_here(own, to) {
            self.of(own).store(to.port(), Ordering::Release);
        }
    }

    /// Whether what came from `from` to `own`, where `to` had been asked, is a question of ours.
    pub(crate) fn is_question(&self, own: SocketAddr, to: SocketAddr, from: SocketAddr) -> bool {
        let asked = self.of(from).load(Ordering::Acquire);
        asked != Self::NOTHING && asked == own.port() && is_here(own, to)
    }

    fn of(&self, own: SocketAddr) -> &AtomicU16 {
        &self.0[usize::from(own.is_ipv6())][usize::from(own.port())]
    }
}

/// Whether `to` is the address of this machine that a socket which has the name `own` asks from.
fn is_here(own: SocketAddr, to: SocketAddr) -> bool {
    let own = if own.ip().is_unspecified() { limits::source_of(to) } else { Some(own) };
    own.is_some_and(|own| own.ip() == to.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_question_to_the_very_port_it_came_to_is_ours() {
        let [one, other, far]: [SocketAddr; 3] =
            ["127.0.0.1:40001", "127.0.0.1:40002", "192.0.2.1:40001"].map(|it| it.parse().unwrap());
        let asked = Asked::new();
        assert!(!asked.is_question(other, one, one));
        asked.remember(one, other);
        assert!(asked.is_question(other, one, one));
        assert!(!asked.is_question(other, far, far), "that is another machine");
        asked.remember(one, "127.0.0.1:40003".parse().unwrap());
        assert!(!asked.is_question(other, one, one), "it has asked another since");
        let [one, other] = ["[::1]:40001", "[::1]:40003"].map(|it| it.parse().unwrap());
        assert!(!asked.is_question(other, one, one), "that was the other family");
    }
}
