//! The states of sockets.

use std::ops::{BitAnd, BitOr, Not};

use output::Tone;

/// The states of the kernel's `include/net/tcp_states.h`, which serve every kind of socket there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "RFC 9293, 3.3.2 has them; the others say what they are")]
pub enum State {
    Established = 1,
    SynSent = 2,
    SynReceived = 3,
    FinWait1 = 4,
    FinWait2 = 5,
    TimeWait = 6,
    /// Without a peer (UDP and the like), or closed (TCP).
    Unconnected = 7,
    CloseWait = 8,
    LastAck = 9,
    Listen = 10,
    Closing = 11,
    /// TCP that has an address, and neither listens nor is connected.
    Bound = 13,
}

impl State {
    /// Every state, in the order of the kernel.
    pub const ALL: [Self; 12] = [
        Self::Established,
        Self::SynSent,
        Self::SynReceived,
        Self::FinWait1,
        Self::FinWait2,
        Self::TimeWait,
        Self::Unconnected,
        Self::CloseWait,
        Self::LastAck,
        Self::Listen,
        Self::Closing,
        Self::Bound,
    ];

    /// The state that the kernel gives this number. It tells a handshake that has no socket yet
    /// (12) apart from one that has; for people both are the same.
    #[must_use]
    pub const fn of_kernel(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Established,
            2 => Self::SynSent,
            3 | 12 => Self::SynReceived,
            4 => Self::FinWait1,
            5 => Self::FinWait2,
            6 => Self::TimeWait,
            7 => Self::Unconnected,
            8 => Self::CloseWait,
            9 => Self::LastAck,
            10 => Self::Listen,
            11 => Self::Closing,
            13 => Self::Bound,
            _ => return None,
        })
    }

    /// The names of `netstat`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN_SENT",
            Self::SynReceived => "SYN_RECV",
            Self::FinWait1 => "FIN_WAIT1",
            Self::FinWait2 => "FIN_WAIT2",
            Self::TimeWait => "TIME_WAIT",
            Self::Unconnected => "UNCONN",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
            Self::Bound => "BOUND",
        }
    }

    pub(crate) const fn tone(self) -> Tone {
        match self {
            Self::Established | Self::Listen => Tone::Good,
            Self::Unconnected | Self::Bound => Tone::Plain,
            Self::TimeWait => Tone::Dim,
            _ => Tone::Warn,
        }
    }
}

/// A set of states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct States(u16);

impl States {
    /// No state at all.
    pub const NONE: Self = Self(0);
    /// Every state.
    pub const ALL: Self = Self::of(&State::ALL);
    /// Those of a socket that waits for others to speak first.
    pub const LISTENING: Self = Self::of(&[State::Listen, State::Unconnected]);

    /// The set of these.
    #[must_use]
    pub const fn of(states: &[State]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < states.len() {
            bits |= 1 << states[index] as u8;
            index += 1;
        }
        Self(bits)
    }

    /// Whether it is one of these.
    #[must_use]
    pub const fn has(self, state: State) -> bool {
        self.0 & (1 << state as u8) != 0
    }

    /// The mask of `idiag_states` and `udiag_states` (`include/uapi/linux/inet_diag.h`): a bit for
    /// each of the kernel's numbers.
    #[must_use]
    pub const fn kernel_mask(self) -> u32 {
        let mask = self.0 as u32;
        // A handshake without a socket is a SYN_RECV to people.
        if self.has(State::SynReceived) { mask | 1 << 12 } else { mask }
    }
}

impl From<State> for States {
    fn from(state: State) -> Self {
        Self::of(&[state])
    }
}

impl BitOr for States {
    type Output = Self;

    fn bitor(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

impl BitAnd for States {
    type Output = Self;

    fn bitand(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }
}

impl Not for States {
    type Output = Self;

    fn not(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_the_number_of_the_kernel() {
        for state in State::ALL {
            assert_eq!(State::of_kernel(state as u8), Some(state));
            assert_ne!(States::ALL.kernel_mask() & 1 << state as u8, 0);
        }
        assert_eq!(State::of_kernel(12), Some(State::SynReceived));
        assert_eq!((State::of_kernel(0), State::of_kernel(14)), (None, None));
    }

    #[test]
    fn sets_are_sets() {
        let closing = States::of(&[State::FinWait1, State::Closing]);
        assert!(closing.has(State::Closing) && !closing.has(State::Listen));
        assert!(!(!closing).has(State::Closing) && (!closing).has(State::Listen));
        assert_eq!(closing & !closing, States::NONE);
        assert_eq!(closing | !closing, States::ALL);
        assert_eq!(States::from(State::SynReceived).kernel_mask(), 1 << 3 | 1 << 12);
    }
}
