//! What sockets are asked for: terms, joined.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::net::IpAddr;

use thiserror::Error;

use output::Prefix;

use super::host::{End, Family, Ports, written};
use super::names::Spelled;
use super::number::{Comparison, Quantity};
use super::pattern::{self, Pattern};
use super::terms;
use crate::protocol::Protocols;
use crate::state::{State, States};

/// What is asked of a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// All of these; of none it is always met.
    All(Vec<Self>),
    /// Any of these; of none it is never met.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// This.
    Term(Term),
}

/// One question about a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// An end with an address and a port.
    Host {
        /// Which end.
        end: End,
        /// Its address; `None` is any.
        prefix: Option<Prefix>,
        /// Its port.
        ports: Ports,
    },
    /// An end at a host whose addresses are not known yet.
    Named {
        /// Which end.
        end: End,
        /// The name of the host.
        name: String,
        /// Its port.
        ports: Ports,
    },
    /// An end of a UNIX socket, with `@` before a name that is abstract.
    Unix {
        /// Which end.
        end: End,
        /// Its name.
        pattern: Pattern,
    },
    /// The frames that a packet socket sees.
    Frames {
        /// Their type; `None` is any.
        ethertype: Option<u16>,
        /// Where it sees them; `None` is anywhere.
        device: Option<Device>,
    },
    /// Its state.
    State(States),
    /// The interface that it is bound to.
    Device(Device),
    /// The mark of its packets.
    Mark {
        /// The mark.
        mark: u32,
        /// The bits of it that matter.
        mask: u32,
    },
    /// The control group that it was opened in, by its path under the mount, with a `/` before it.
    Cgroup(String),
    /// What the control group stands for: a service, a container.
    Unit(Pattern),
    /// The system chose its port, or its name.
    Autobound,
    /// A process that has it open.
    Pid(u32),
    /// The name of a process that has it open.
    Process(Pattern),
    /// The name of the user who opened it.
    User(String),
    /// One of its numbers.
    Number {
        /// Which.
        quantity: Quantity,
        /// How it is compared.
        comparison: Comparison,
        /// With what.
        number: u64,
    },
}

/// A network interface, as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Device {
    /// By its number.
    Index(u32),
    /// By its name.
    Name(String),
}

/// A name in an expression that no addresses are known of.
#[derive(Debug, Error)]
#[error("cannot resolve '{name}'")]
pub struct ResolveError {
    name: String,
    source: io::Error,
}

impl Expression {
    /// All of these: those of one alone are that one.
    #[must_use]
    pub fn all(mut of: Vec<Self>) -> Self {
        if of.len() == 1 { of.remove(0) } else { Self::All(of) }
    }

    /// Any of these: those of one alone are that one.
    #[must_use]
    pub fn any(mut of: Vec<Self>) -> Self {
        if of.len() == 1 { of.remove(0) } else { Self::Any(of) }
    }

    /// Every term of it, whatever it is joined by.
    pub fn each_term(&self, tell: &mut impl FnMut(&Term)) {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().for_each(|it| it.each_term(tell)),
            Self::Not(of) => of.each_term(tell),
            Self::Term(term) => tell(term),
        }
    }

    /// The contrary.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Puts addresses in place of the names of hosts, each of which `lookup` is asked for.
    ///
    /// # Errors
    ///
    /// A name has no address.
    pub fn resolve(
        &mut self,
        lookup: &mut dyn FnMut(&str) -> io::Result<Vec<IpAddr>>,
    ) -> Result<(), ResolveError> {
        match self {
            Self::All(of) | Self::Any(of) => of.iter_mut().try_for_each(|it| it.resolve(lookup)),
            Self::Not(of) => of.resolve(lookup),
            Self::Term(Term::Named { end, name, ports }) => {
                let addresses =
                    lookup(name).map_err(|source| ResolveError { name: name.clone(), source })?;
                let host = |address| Term::Host {
                    end: *end,
                    prefix: Some(Prefix::of(address)),
                    ports: *ports,
                };
                let mut hosts: Vec<_> = Vec::new();
                for address in addresses {
                    let host = Self::Term(host(address));
                    if !hosts.contains(&host) {
                        hosts.push(host);
                    }
                }
                *self = Self::any(hosts);
                Ok(())
            }
            Self::Term(_) => Ok(()),
        }
    }

    /// The states of sockets that can meet it.
    #[must_use]
    pub fn states(&self) -> States {
        self.bounds(&|term| match term {
            Term::State(states) => Bounds { least: *states, most: *states },
            // What has no state that is told may have any.
            _ => Bounds { least: States::NONE, most: States::ALL },
        })
        .most
    }

    /// The kinds of sockets that can meet it.
    #[must_use]
    pub fn protocols(&self) -> Protocols {
        const INET: Kinds = Kinds(true, false, false);
        const UNIX: Kinds = Kinds(false, true, false);
        const PACKET: Kinds = Kinds(false, false, true);
        let Kinds(inet, unix, packet) = self
            .bounds(&|term| {
                let most = match term {
                    Term::Host { .. } | Term::Named { .. } => INET,
                    Term::Unix { .. } => UNIX,
                    Term::Frames { .. } => PACKET,
                    Term::Device(_) => INET | PACKET,
                    Term::Autobound => INET | UNIX,
                    _ => Kinds::ALL,
                };
                Bounds { least: Kinds::NONE, most }
            })
            .most;
        let kinds = [
            (inet, Protocols::TCP | Protocols::UDP | Protocols::RAW),
            (unix, Protocols::UNIX),
            (packet, Protocols::PACKET),
        ];
        let wanted = kinds.into_iter().filter(|(is_wanted, _)| *is_wanted);
        wanted.fold(Protocols::NONE, |all, (_, protocols)| all | protocols)
    }

    /// From sets that meet the terms to sets that meet the whole.
    fn bounds<S: Set>(&self, of_term: &impl Fn(&Term) -> Bounds<S>) -> Bounds<S> {
        match self {
            Self::Term(term) => of_term(term),
            Self::Not(of) => {
                let Bounds { least, most } = of.bounds(of_term);
                Bounds { least: most.complement(), most: least.complement() }
            }
            Self::All(of) => {
                let all = Bounds { least: S::ALL, most: S::ALL };
                of.iter().map(|it| it.bounds(of_term)).fold(all, |all, it| Bounds {
                    least: all.least.common(it.least),
                    most: all.most.common(it.most),
                })
            }
            Self::Any(of) => {
                let none = Bounds { least: S::NONE, most: S::NONE };
                of.iter().map(|it| it.bounds(of_term)).fold(none, |any, it| Bounds {
                    least: any.least.complement().common(it.least.complement()).complement(),
                    most: any.most.complement().common(it.most.complement()).complement(),
                })
            }
        }
    }
}

/// Those that surely meet something, and those that may.
struct Bounds<S> {
    least: S,
    most: S,
}

trait Set: Copy {
    const NONE: Self;
    const ALL: Self;
    fn common(self, other: Self) -> Self;
    fn complement(self) -> Self;
}

impl Set for States {
    const NONE: Self = Self::NONE;
    const ALL: Self = Self::ALL;

    fn common(self, other: Self) -> Self {
        self & other
    }

    fn complement(self) -> Self {
        !self
    }
}

/// IP, UNIX and packet sockets.
#[derive(Clone, Copy)]
struct Kinds(bool, bool, bool);

impl Set for Kinds {
    const NONE: Self = Self(false, false, false);
    const ALL: Self = Self(true, true, true);

    fn common(self, other: Self) -> Self {
        Self(self.0 && other.0, self.1 && other.1, self.2 && other.2)
    }

    fn complement(self) -> Self {
        Self(!self.0, !self.1, !self.2)
    }
}

impl std::ops::BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.complement().common(other.complement()).complement()
    }
}

impl From<Term> for Expression {
    fn from(term: Term) -> Self {
        Self::Term(term)
    }
}

impl From<State> for Term {
    fn from(state: State) -> Self {
        Self::State(state.into())
    }
}

/// As it is read again, by us and as far as it goes by `ss`: no precedence is relied on.
impl Display for Expression {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term(term) => term.fmt(formatter),
            Self::Not(of) => write!(formatter, "not {}", Operand(of)),
            Self::All(of) => write_joined(formatter, of, " and ", "all"),
            Self::Any(of) => write_joined(formatter, of, " or ", "none"),
        }
    }
}

fn write_joined(
    formatter: &mut Formatter<'_>,
    of: &[Expression],
    joint: &str,
    states_of_none: &str,
) -> fmt::Result {
    if of.is_empty() {
        return write!(formatter, "state = {states_of_none}");
    }
    for (index, operand) in of.iter().enumerate() {
        formatter.write_str(if index == 0 { "" } else { joint })?;
        Operand(operand).fmt(formatter)?;
    }
    Ok(())
}

/// An expression as a part of another one.
struct Operand<'a>(&'a Expression);

impl Display for Operand<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Expression::All(_) | Expression::Any(_) => write!(formatter, "( {} )", self.0),
            Expression::Term(_) | Expression::Not(_) => self.0.fmt(formatter),
        }
    }
}

impl Display for Term {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host { end, prefix: None, ports: Ports::ANY } => {
                write!(formatter, "{} = *", address_key(*end))
            }
            Self::Host { end, prefix: None, ports } => {
                write!(formatter, "{} = :{ports}", port_key(*end))
            }
            Self::Host { end, prefix: Some(prefix), ports } => {
                write!(formatter, "{} = {}{}", address_key(*end), written(*prefix), Behind(*ports))
            }
            Self::Named { end, name, ports } => {
                write!(formatter, "{} = {name}{}", address_key(*end), Behind(*ports))
            }
            Self::Unix { end, pattern } => {
                write!(formatter, "{} = {}:{pattern}", address_key(*end), Family::Unix.name())
            }
            Self::Frames { ethertype, device } => {
                write_frames(formatter, *ethertype, device.as_ref())
            }
            Self::State(states) => write!(formatter, "state = {}", Spelled(*states)),
            Self::Device(device) => write!(formatter, "dev = {device}"),
            Self::Mark { mark, mask: u32::MAX } => write!(formatter, "fwmark = {mark:#x}"),
            Self::Mark { mark, mask } => write!(formatter, "fwmark = {mark:#x}/{mask:#x}"),
            Self::Cgroup(path) => {
                // A group may be called as the place where the groups are.
                let mount = if terms::cgroup(path) == *path { "" } else { terms::CGROUP_MOUNT };
                write!(formatter, "cgroup = {mount}{}", Word(path))
            }
            Self::Unit(pattern) => write!(formatter, "unit = {pattern}"),
            Self::Autobound => formatter.write_str("autobound"),
            Self::Pid(pid) => write!(formatter, "pid = {pid}"),
            Self::Process(pattern) => write!(formatter, "name = {pattern}"),
            Self::User(name) => write!(formatter, "user = {}", Word(name)),
            Self::Number { quantity, comparison, number } => {
                let (name, symbol) = (quantity.name, comparison.symbol());
                write!(formatter, "{name} {symbol} {}", quantity.written(*number))
            }
        }
    }
}

fn write_frames(
    formatter: &mut Formatter<'_>,
    ethertype: Option<u16>,
    device: Option<&Device>,
) -> fmt::Result {
    formatter.write_str("src = link:")?;
    match ethertype {
        Some(number) => write!(formatter, "{number:#06x}")?,
        None => formatter.write_str("*")?,
    }
    device.map_or(Ok(()), |device| write!(formatter, ":{device}"))
}

const fn address_key(end: End) -> &'static str {
    match end {
        End::Local => "src",
        End::Peer => "dst",
        End::Either => "addr",
    }
}

const fn port_key(end: End) -> &'static str {
    match end {
        End::Local => "sport",
        End::Peer => "dport",
        End::Either => "port",
    }
}

/// Ports behind an address.
struct Behind(Ports);

impl Display for Behind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == Ports::ANY { Ok(()) } else { write!(formatter, ":{}", self.0) }
    }
}

impl Display for Device {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => index.fmt(formatter),
            Self::Name(name) => Word(name).fmt(formatter),
        }
    }
}

/// Text that stands for itself.
struct Word<'a>(&'a str);

impl Display for Word<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("''");
        }
        pattern::write_literal(formatter, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(text: &str) -> Expression {
        Expression::parse(text).unwrap()
    }

    #[test]
    fn the_states_that_can_meet_it_are_known() {
        let cases = [
            ("sport = :22", States::ALL),
            ("state listen", State::Listen.into()),
            ("state listen sport = :22", State::Listen.into()),
            ("not state = listen", !States::from(State::Listen)),
            ("state = listen or sport = :22", States::ALL),
            ("not ( state = listen or sport = :22 )", !States::from(State::Listen)),
            ("not ( state = listen and sport = :22 )", States::ALL),
            (
                "state = listen and sport = :22 or state = closing",
                States::of(&[State::Listen, State::Closing]),
            ),
            ("state = listen and state = closing", States::NONE),
        ];
        for (text, states) in cases {
            assert_eq!(expression(text).states(), states, "{text}");
        }
    }

    #[test]
    fn the_kinds_that_can_meet_it_are_known() {
        let inet = Protocols::TCP | Protocols::UDP | Protocols::RAW;
        let all = inet | Protocols::UNIX | Protocols::PACKET;
        let cases = [
            ("sport = :22", inet),
            ("not sport = :22", all),
            ("state listen", all),
            ("src unix:/run/*", Protocols::UNIX),
            ("src unix:/run/* or :22", inet | Protocols::UNIX),
            ("src link:ip", Protocols::PACKET),
            ("dev eth0", inet | Protocols::PACKET),
            ("pid 1 and :22", inet),
            ("src unix:* and :22", Protocols::NONE),
        ];
        for (text, protocols) in cases {
            assert_eq!(expression(text).protocols(), protocols, "{text}");
        }
    }

    #[test]
    fn names_of_hosts_become_their_addresses() {
        let resolved = |text: &str| {
            let mut expression = expression(text);
            let mut lookup = |name: &str| match name {
                "one" => Ok(vec!["192.0.2.1".parse().unwrap(); 2]),
                "two" => Ok(vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()]),
                _ => Err(io::Error::other("no such name")),
            };
            expression.resolve(&mut lookup).map(|()| expression.to_string())
        };
        assert_eq!(resolved("dst one:80").unwrap(), "dst = 192.0.2.1:80");
        assert_eq!(
            resolved("not src two").unwrap(),
            "not ( src = 192.0.2.1 or src = [2001:db8::1] )"
        );
        let error = resolved("pid 1 and dst three").unwrap_err();
        assert_eq!(output::with_causes(&error), "cannot resolve 'three': no such name");
    }
}
