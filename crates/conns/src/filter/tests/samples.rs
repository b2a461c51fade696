//! Expressions and sockets of every kind, from few enough values that they meet each other.

use std::ffi::OsStr;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use output::Prefix;
use proptest::prelude::*;
use proptest::sample::select;

use crate::endpoint::{Endpoint, Interface};
use crate::filter::host::{End, Ports};
use crate::filter::machine::Entry;
use crate::filter::number::{Comparison, QUANTITIES};
use crate::filter::pattern::{Character, Manner, Pattern};
use crate::filter::{Device, Expression, Fact, Holder, Kernel, Subject, Term};
use crate::protocol::Protocol;
use crate::socket::Socket;
use crate::state::{State, States};

/// Ports that the system of the samples chooses from.
const CHOSEN_PORTS: RangeInclusive<u16> = 3..=4;

/// Control groups of the samples, by their numbers.
const CGROUPS: [&str; 3] = ["/", "/a", "/a/b (c)"];

/// A kernel that knows all that it can be told.
pub(super) const KERNEL: Kernel<'static> = Kernel {
    interface: &|name| (name == "lo").then_some(1),
    cgroup: &|path| Some(CGROUPS.iter().position(|it| *it == path)? as u64),
    knows_marks: true,
};

fn end() -> impl Strategy<Value = End> {
    select(vec![End::Local, End::Peer, End::Either])
}

fn address() -> impl Strategy<Value = IpAddr> {
    let addresses = [
        "0.0.0.0",
        "127.0.0.1",
        "127.0.0.2",
        "192.0.2.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:0.0.0.0",
        "2001:db8::1",
        "fe80::1",
    ];
    select(addresses.map(|it| it.parse().expect("an address")).to_vec())
}

fn prefix() -> impl Strategy<Value = Prefix> {
    (address(), any::<u8>()).prop_map(|(address, length)| {
        let bits: u8 = if address.is_ipv4() { 32 } else { 128 };
        // A quarter are whole addresses.
        let length = if length < 64 { bits } else { length % (bits + 1) };
        format!("{address}/{length}").parse().expect("a prefix")
    })
}

fn ports() -> impl Strategy<Value = Ports> {
    let bound = || prop_oneof![4 => 0..6_u16, 1 => Just(u16::MAX), 1 => any::<u16>()];
    (bound(), bound(), 0..4).prop_map(|(one, other, kind)| match kind {
        0 => Ports::ANY,
        1 => Ports::from(one..=one),
        _ => Ports::from(one.min(other)..=one.max(other)),
    })
}

/// Names that try to be something else in an expression.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[a-z(),&|!=<>:*?\\\\'\" \n\\[\\]é-]{1,6}x",
        select(vec!["and", "or", "not", "eq", "listen", "pid", "lo"]).prop_map(str::to_owned),
    ]
}

fn pattern(manner: Manner) -> impl Strategy<Value = Pattern> {
    let character = prop_oneof![
        any::<char>(),
        "[]a-c*?!^\\[\\\\'\"-]".prop_map(|it| it.chars().next().expect("one of them")),
    ];
    prop::collection::vec((character, any::<bool>()), 0..8)
        .prop_map(move |characters: Vec<Character>| Pattern::new(&characters, manner))
}

fn device() -> impl Strategy<Value = Device> {
    prop_oneof![(1..4_u32).prop_map(Device::Index), word().prop_map(Device::Name)]
}

fn states() -> impl Strategy<Value = States> {
    prop::collection::vec(select(State::ALL.to_vec()), 0..12).prop_map(|it| States::of(&it))
}

/// Terms that the kernel evaluates as we do.
fn exact_term() -> impl Strategy<Value = Term> {
    prop_oneof![
        4 => (end(), prop::option::of(prefix()), ports())
            .prop_map(|(end, prefix, ports)| Term::Host { end, prefix, ports }),
        1 => (1..4_u32).prop_map(|index| Term::Device(Device::Index(index))),
        1 => (0..4_u32, 0..4_u32).prop_map(|(mark, mask)| Term::Mark { mark, mask }),
        1 => select(CGROUPS.to_vec()).prop_map(|path| Term::Cgroup(path.to_owned())),
        1 => pattern(Manner::Path).prop_map(|pattern| Term::Unix { end: End::Local, pattern }),
    ]
}

fn number_term() -> impl Strategy<Value = Term> {
    let comparisons = vec![
        Comparison::Equal,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
    ];
    let number = prop_oneof![0..3_u64, any::<u64>()];
    (select(QUANTITIES.to_vec()), select(comparisons), number)
        .prop_map(|(quantity, comparison, number)| Term::Number { quantity, comparison, number })
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        6 => exact_term(),
        2 => states().prop_map(Term::State),
        1 => Just(Term::Autobound),
        1 => device().prop_map(Term::Device),
        1 => (end(), "[a-z]{1,3}\\.[a-z]{1,3}", ports())
            .prop_map(|(end, name, ports)| Term::Named { end, name, ports }),
        1 => (end(), pattern(Manner::Path))
            .prop_map(|(end, pattern)| Term::Unix { end, pattern }),
        1 => (prop::option::of(any::<u16>()), prop::option::of(device()))
            .prop_map(|(ethertype, device)| Term::Frames { ethertype, device }),
        1 => pattern(Manner::Name).prop_map(Term::Unit),
        1 => pattern(Manner::Name).prop_map(Term::Process),
        1 => word().prop_map(Term::User),
        1 => (0..3_u32).prop_map(Term::Pid),
        2 => number_term(),
    ]
}

fn joined(term: impl Strategy<Value = Term> + 'static) -> impl Strategy<Value = Expression> {
    term.prop_map(Expression::Term).prop_recursive(5, 24, 4, |of| {
        prop_oneof![
            prop::collection::vec(of.clone(), 2..5).prop_map(Expression::All),
            prop::collection::vec(of.clone(), 2..5).prop_map(Expression::Any),
            of.prop_map(Expression::negated),
        ]
    })
}

/// Expressions of every kind.
pub(super) fn expression() -> impl Strategy<Value = Expression> {
    joined(term())
}

/// Expressions that the kernel evaluates as we do.
pub(super) fn exact_expression() -> impl Strategy<Value = Expression> {
    joined(exact_term())
}

/// A socket of which all is known, and what the kernel looks at of it.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) socket: Socket,
    pub(super) entry: Entry,
}

impl Subject for Sample {
    fn socket(&self) -> &Socket {
        &self.socket
    }

    fn holders(&self) -> Option<impl Iterator<Item = Holder<'_>>> {
        let holder = |pid: &u32| Holder { pid: *pid, name: Fact::Is(OsStr::new("lo")) };
        Some(self.socket.pids.iter().map(holder))
    }

    fn user(&self) -> Fact<&OsStr> {
        Fact::Is(OsStr::new("listen"))
    }

    fn cgroup(&self) -> Fact<&OsStr> {
        let index = usize::try_from(self.entry.cgroup).expect("one of few");
        CGROUPS.get(index).map_or(Fact::Nothing, |it| Fact::Is(OsStr::new(it)))
    }

    fn unit(&self) -> Fact<&OsStr> {
        Fact::Nothing
    }

    fn chosen_ports(&self) -> RangeInclusive<u16> {
        CHOSEN_PORTS
    }
}

/// TCP sockets.
pub(super) fn sample() -> impl Strategy<Value = Sample> {
    let port = || prop_oneof![8 => 0..6_u16, 1 => Just(u16::MAX)];
    // Both ends are of one family.
    let alike = |(one, other): (IpAddr, IpAddr)| {
        (one, if one.is_ipv4() == other.is_ipv4() { other } else { one })
    };
    let addresses = (address(), address()).prop_map(alike);
    let rest = (0..4_u32, 0..4_u32, 0..4_u64, any::<bool>(), select(State::ALL.to_vec()));
    (addresses, port(), port(), rest, prop::collection::vec(0..3_u32, 0..2)).prop_map(
        |((local, peer), local_port, peer_port, rest, pids)| {
            let (interface, mark, cgroup, is_port_chosen, state) = rest;
            let ends = (Endpoint::inet(local, local_port), Endpoint::inet(peer, peer_port));
            let mut socket = Socket::new(Protocol::Tcp, ends.0, Some(ends.1));
            if let Some(place) = socket.local.interface_mut() {
                let name = (interface == 1).then(|| OsStr::new("lo").into());
                *place = (interface > 0).then_some(Interface { index: interface, name });
            }
            (socket.state, socket.mark, socket.pids) = (Some(state), Some(mark), pids);
            let (local, peer) = ((local, local_port), (peer, peer_port));
            // What looks chosen was chosen; nothing else can be told from outside.
            let is_port_chosen = is_port_chosen || CHOSEN_PORTS.contains(&local_port);
            let entry = Entry { local, peer, interface, mark, cgroup, is_port_chosen };
            Sample { socket, entry }
        },
    )
}
