//! The names that states and groups of states go by.

use std::fmt::{self, Display, Formatter};

use crate::state::{State, States};

/// States of TCP before it has a socket and after: `bucket` of ss(8).
const BUCKET: States = States::of(&[State::SynReceived, State::TimeWait]);

/// States without a peer.
const UNCONNECTED: States = States::of(&[State::Unconnected, State::Listen, State::Bound]);

/// Every name without its hyphens and underscores: those of `ss` and of `netstat`.
const NAMES: [(&str, State); 22] = [
    ("established", State::Established),
    ("estab", State::Established),
    ("synsent", State::SynSent),
    ("synrecv", State::SynReceived),
    ("synrcv", State::SynReceived),
    ("synrcvd", State::SynReceived),
    ("synreceived", State::SynReceived),
    ("finwait1", State::FinWait1),
    ("finwait2", State::FinWait2),
    ("timewait", State::TimeWait),
    ("timew", State::TimeWait),
    ("closed", State::Unconnected),
    ("close", State::Unconnected),
    ("unconn", State::Unconnected),
    ("unconnected", State::Unconnected),
    ("closewait", State::CloseWait),
    ("lastack", State::LastAck),
    ("listening", State::Listen),
    ("listen", State::Listen),
    ("closing", State::Closing),
    ("bound", State::Bound),
    ("boundinactive", State::Bound),
];

/// What is suggested, and what a set is printed as.
const SPELLINGS: [(&str, State); 12] = [
    ("established", State::Established),
    ("syn-sent", State::SynSent),
    ("syn-recv", State::SynReceived),
    ("fin-wait-1", State::FinWait1),
    ("fin-wait-2", State::FinWait2),
    ("time-wait", State::TimeWait),
    ("unconn", State::Unconnected),
    ("close-wait", State::CloseWait),
    ("last-ack", State::LastAck),
    ("listening", State::Listen),
    ("closing", State::Closing),
    ("bound", State::Bound),
];

fn groups() -> [(&'static str, States); 6] {
    [
        ("all", States::ALL),
        ("connected", !UNCONNECTED),
        ("synchronized", !(UNCONNECTED | State::SynSent.into())),
        ("bucket", BUCKET),
        ("big", !BUCKET),
        ("none", States::NONE),
    ]
}

/// The states that a name of `ss` or `netstat` stands for, in any case.
pub(crate) fn states(name: &str) -> Option<States> {
    let plain = name.replace(['-', '_'], "").to_ascii_lowercase();
    let state = NAMES.iter().find(|(name, _)| *name == plain).map(|(_, state)| (*state).into());
    state.or_else(|| groups().iter().find(|(name, _)| *name == plain).map(|(_, states)| *states))
}

/// The name that was probably meant.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let names = SPELLINGS.iter().map(|(name, _)| *name);
    output::nearest(name, names.chain(groups().map(|(name, _)| name)))
}

/// A set as it is written in an expression.
pub(crate) struct Spelled(pub States);

impl Display for Spelled {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = groups().iter().find(|(_, states)| *states == self.0) {
            return formatter.write_str(name);
        }
        let names = SPELLINGS.iter().filter(|(_, state)| self.0.has(*state));
        for (index, (name, _)) in names.enumerate() {
            write!(formatter, "{}{name}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_go_by_the_names_of_ss_and_of_netstat() {
        let cases = [
            ("LISTEN", State::Listen),
            ("listening", State::Listen),
            ("ESTAB", State::Established),
            ("Established", State::Established),
            ("fin-wait-1", State::FinWait1),
            ("FIN_WAIT1", State::FinWait1),
            ("FIN-WAIT-2", State::FinWait2),
            ("time_wait", State::TimeWait),
            ("syn-rcv", State::SynReceived),
            ("SYN_RECV", State::SynReceived),
            ("closed", State::Unconnected),
            ("UNCONN", State::Unconnected),
            ("bound-inactive", State::Bound),
        ];
        for (name, state) in cases {
            assert_eq!(states(name), Some(state.into()), "{name}");
        }
        for state in State::ALL {
            assert_eq!(states(state.name()), Some(state.into()));
            assert_eq!(states(&Spelled(state.into()).to_string()), Some(state.into()));
        }
        assert_eq!(states("finwait"), None);
        assert_eq!(nearest("listne"), Some("listening"));
    }

    #[test]
    fn groups_are_those_of_ss() {
        let has = |name: &str, state| states(name).unwrap().has(state);
        assert_eq!(states("all"), Some(States::ALL));
        assert!(!has("connected", State::Listen) && !has("connected", State::Unconnected));
        assert!(has("connected", State::SynSent) && !has("synchronized", State::SynSent));
        assert!(has("bucket", State::TimeWait) && !has("big", State::TimeWait));
        assert_eq!(Spelled(!BUCKET).to_string(), "big");
        let some = States::of(&[State::Listen, State::Established]);
        assert_eq!(Spelled(some).to_string(), "established,listening");
    }
}
