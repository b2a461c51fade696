//! Whether a socket is one of those that are asked for, as far as it is known what it is.

use std::ffi::OsStr;
use std::iter;
use std::ops::RangeInclusive;

use output::Prefix;

use super::expression::{Device, Expression, Term};
use super::host::{End, Ports};
use super::number::Source;
use super::pattern::Pattern;
use crate::endpoint::{Endpoint, Interface, UnixName};
use crate::protocol::Protocol;
use crate::socket::Socket;

/// The ports that Linux chooses from unless told otherwise (`ip_local_port_range`, ip(7)).
const CHOSEN_PORTS: RangeInclusive<u16> = 32768..=60999;

/// The names that Linux chooses for UNIX sockets have so many digits (unix(7), autobind).
const CHOSEN_NAME_OCTETS: usize = 5;

/// Something that may be known of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<T> {
    /// Nobody has looked yet.
    NotYet,
    /// There is none, or it is not told.
    Nothing,
    /// It is this.
    Is(T),
}

/// A process that has a socket open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder<'a> {
    /// Its number.
    pub pid: u32,
    /// Its name.
    pub name: Fact<&'a OsStr>,
}

/// A socket with what was found out about it so far.
pub trait Subject {
    /// What the system tells of it.
    fn socket(&self) -> &Socket;

    /// The processes that have it open, as far as they can be seen; `None` if nobody has looked yet.
    fn holders(&self) -> Option<impl Iterator<Item = Holder<'_>>>;

    /// The name of the user who opened it.
    fn user(&self) -> Fact<&OsStr>;

    /// The path of the control group that it was opened in, under the mount, with a `/` before it.
    fn cgroup(&self) -> Fact<&OsStr>;

    /// What that stands for: a service, a container.
    fn unit(&self) -> Fact<&OsStr>;

    /// The ports that the system chooses from.
    fn chosen_ports(&self) -> RangeInclusive<u16> {
        CHOSEN_PORTS
    }
}

/// A socket of which no more is known yet.
impl Subject for Socket {
    fn socket(&self) -> &Socket {
        self
    }

    fn holders(&self) -> Option<impl Iterator<Item = Holder<'_>>> {
        None::<iter::Empty<Holder<'_>>>
    }

    fn user(&self) -> Fact<&OsStr> {
        Fact::NotYet
    }

    fn cgroup(&self) -> Fact<&OsStr> {
        Fact::NotYet
    }

    fn unit(&self) -> Fact<&OsStr> {
        Fact::NotYet
    }
}

/// What must be collected beyond what every socket has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own to collect")]
pub struct Needs {
    /// The processes that have it open.
    pub holders: bool,
    /// Their names.
    pub names: bool,
    /// The name of the user.
    pub user: bool,
    /// The path of the control group.
    pub cgroup: bool,
    /// What that stands for.
    pub unit: bool,
    /// What TCP knows.
    pub tcp: bool,
    /// Memory and drops.
    pub memory: bool,
    /// Type of service or traffic class.
    pub traffic_class: bool,
}

impl Expression {
    /// Whether a socket meets it; `None` where that depends on what nobody has looked up yet.
    ///
    /// What was looked up and is not to be known meets no term, and so meets the `not` of each: a
    /// socket whose processes are hidden is `not pid = 1`.
    #[must_use]
    pub fn is_met(&self, subject: &impl Subject) -> Option<bool> {
        match self {
            Self::Term(term) => term.is_met(subject),
            Self::Not(of) => of.is_met(subject).map(|is_met| !is_met),
            Self::All(of) => decided(of, subject, false),
            Self::Any(of) => decided(of, subject, true),
        }
    }

    /// What it asks for beyond what every socket has.
    #[must_use]
    pub fn needs(&self) -> Needs {
        match self {
            Self::Term(term) => term.needs(),
            Self::Not(of) => of.needs(),
            Self::All(of) | Self::Any(of) => {
                of.iter().fold(Needs::default(), |all, it| all.and(it.needs()))
            }
        }
    }
}

/// One that is `decisive` is enough; one that is not known leaves it open.
fn decided(of: &[Expression], subject: &impl Subject, decisive: bool) -> Option<bool> {
    let mut outcome = Some(!decisive);
    for expression in of {
        match expression.is_met(subject) {
            Some(is_met) if is_met == decisive => return Some(decisive),
            Some(_) => {}
            None => outcome = None,
        }
    }
    outcome
}

impl Needs {
    const fn and(self, other: Self) -> Self {
        Self {
            holders: self.holders || other.holders,
            names: self.names || other.names,
            user: self.user || other.user,
            cgroup: self.cgroup || other.cgroup,
            unit: self.unit || other.unit,
            tcp: self.tcp || other.tcp,
            memory: self.memory || other.memory,
            traffic_class: self.traffic_class || other.traffic_class,
        }
    }
}

impl Term {
    fn needs(&self) -> Needs {
        let none = Needs::default();
        match self {
            Self::Pid(_) => Needs { holders: true, ..none },
            Self::Process(_) => Needs { holders: true, names: true, ..none },
            Self::User(_) => Needs { user: true, ..none },
            Self::Cgroup(_) => Needs { cgroup: true, ..none },
            Self::Unit(_) => Needs { unit: true, ..none },
            Self::Number { quantity, .. } => Needs {
                tcp: matches!(quantity.source, Source::Tcp(_) | Source::TcpTime(_)),
                memory: matches!(quantity.source, Source::Memory(_)),
                traffic_class: matches!(quantity.source, Source::TrafficClass),
                ..none
            },
            _ => none,
        }
    }

    fn is_met(&self, subject: &impl Subject) -> Option<bool> {
        let socket = subject.socket();
        Some(match self {
            // To people a port is one of TCP or UDP, though the kernel has a protocol in its place.
            Self::Host { end: End::Either, ports, .. }
                if socket.protocol == Protocol::Raw && *ports != Ports::ANY =>
            {
                false
            }
            Self::Host { end, prefix, ports } => {
                has_end(socket, *end, |it| is_at(it, prefix.as_ref(), *ports))
            }
            Self::Named { end, ports, .. } => {
                // Elsewhere than at the port it cannot be, whatever the address turns out to be.
                return if has_end(socket, *end, |it| is_at(it, None, *ports)) {
                    None
                } else {
                    Some(false)
                };
            }
            Self::Unix { end, pattern } => has_end(socket, *end, |it| is_named(it, pattern)),
            Self::Frames { ethertype, device } => is_seeing(socket, *ethertype, device.as_ref()),
            Self::State(states) => socket.state.is_some_and(|state| states.has(state)),
            Self::Device(device) => socket.local.interface().is_some_and(|it| device.is_met_by(it)),
            Self::Mark { mark, mask } => socket.mark.is_some_and(|it| it & mask == *mark),
            Self::Cgroup(path) => {
                return known(subject.cgroup(), |it| it.as_encoded_bytes() == path.as_bytes());
            }
            Self::Unit(pattern) => {
                return known(subject.unit(), |it| pattern.is_met_by(it.as_encoded_bytes()));
            }
            Self::Autobound => is_chosen(socket, &subject.chosen_ports()),
            Self::Pid(pid) => return Some(subject.holders()?.any(|it| it.pid == *pid)),
            Self::Process(pattern) => return is_held_by(subject, pattern),
            Self::User(name) => return known(subject.user(), |it| it == name.as_str()),
            Self::Number { quantity, comparison, number } => {
                quantity.of(socket).is_some_and(|it| comparison.is_met(it, *number))
            }
        })
    }
}

impl Device {
    /// Whether this interface is meant.
    #[must_use]
    pub fn is_met_by(&self, interface: &Interface) -> bool {
        match self {
            Self::Index(index) => interface.index == *index,
            Self::Name(name) => interface.name.as_deref().is_some_and(|it| it == name.as_str()),
        }
    }
}

fn known<T>(fact: Fact<T>, is_met: impl FnOnce(T) -> bool) -> Option<bool> {
    match fact {
        Fact::NotYet => None,
        Fact::Nothing => Some(false),
        Fact::Is(value) => Some(is_met(value)),
    }
}

fn has_end(socket: &Socket, end: End, is_met: impl Fn(&Endpoint) -> bool) -> bool {
    let peer = || socket.peer.as_ref().is_some_and(&is_met);
    match end {
        End::Local => is_met(&socket.local),
        End::Peer => peer(),
        End::Either => is_met(&socket.local) || peer(),
    }
}

fn is_at(end: &Endpoint, prefix: Option<&Prefix>, ports: Ports) -> bool {
    match end {
        Endpoint::Inet { address, port, .. } => {
            ports.has(*port) && prefix.is_none_or(|prefix| prefix.has(*address))
        }
        Endpoint::Unix(_) | Endpoint::Packet { .. } => false,
    }
}

fn is_named(end: &Endpoint, pattern: &Pattern) -> bool {
    match end {
        Endpoint::Unix(UnixName::Unnamed) => pattern.is_met_by(b""),
        Endpoint::Unix(UnixName::Path(path)) => pattern.is_met_by(path),
        Endpoint::Unix(UnixName::Abstract(name)) => pattern.is_met_by(&[b"@", &name[..]].concat()),
        Endpoint::Inet { .. } | Endpoint::Packet { .. } => false,
    }
}

fn is_seeing(socket: &Socket, wanted: Option<u16>, device: Option<&Device>) -> bool {
    let Endpoint::Packet { ethertype, interface } = &socket.local else { return false };
    wanted.is_none_or(|wanted| wanted == *ethertype)
        && device.is_none_or(|it| interface.as_ref().is_some_and(|found| it.is_met_by(found)))
}

/// Whether it looks as if the system had chosen the port or the name. Only the kernel knows.
fn is_chosen(socket: &Socket, ports: &RangeInclusive<u16>) -> bool {
    match &socket.local {
        Endpoint::Inet { port, .. } => socket.protocol != Protocol::Raw && ports.contains(port),
        Endpoint::Unix(UnixName::Abstract(name)) => {
            name.len() == CHOSEN_NAME_OCTETS && name.iter().all(u8::is_ascii_hexdigit)
        }
        Endpoint::Unix(_) | Endpoint::Packet { .. } => false,
    }
}

fn is_held_by(subject: &impl Subject, pattern: &Pattern) -> Option<bool> {
    let mut outcome = Some(false);
    for holder in subject.holders()? {
        match known(holder.name, |name| pattern.is_met_by(name.as_encoded_bytes())) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => outcome = None,
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Endpoint;
    use crate::socket::{Details, Memory};
    use crate::state::State;

    /// A socket of which some is looked up.
    struct Known {
        socket: Socket,
        holders: Option<Vec<(u32, Fact<&'static str>)>>,
        user: Fact<&'static str>,
    }

    fn fact(fact: Fact<&str>) -> Fact<&OsStr> {
        match fact {
            Fact::NotYet => Fact::NotYet,
            Fact::Nothing => Fact::Nothing,
            Fact::Is(text) => Fact::Is(OsStr::new(text)),
        }
    }

    impl Subject for Known {
        fn socket(&self) -> &Socket {
            &self.socket
        }

        fn holders(&self) -> Option<impl Iterator<Item = Holder<'_>>> {
            let holders = self.holders.as_ref()?;
            Some(holders.iter().map(|(pid, name)| Holder { pid: *pid, name: fact(*name) }))
        }

        fn user(&self) -> Fact<&OsStr> {
            fact(self.user)
        }

        fn cgroup(&self) -> Fact<&OsStr> {
            Fact::Is(OsStr::new("/system.slice/ssh.service"))
        }

        fn unit(&self) -> Fact<&OsStr> {
            Fact::Is(OsStr::new("ssh.service"))
        }
    }

    fn expression(text: &str) -> Expression {
        Expression::parse(text).unwrap()
    }

    fn socket() -> Socket {
        let end = |address: &str, port| Endpoint::inet(address.parse().unwrap(), port);
        let mut socket =
            Socket::new(Protocol::Tcp, end("192.0.2.1", 22), Some(end("198.51.100.7", 40000)));
        socket.state = Some(State::Established);
        (socket.recv_queue, socket.uid, socket.mark) = (Some(7), Some(33), Some(0x13));
        let memory = Some(Memory { drops: 2, ..Memory::default() });
        socket.details = Some(Box::new(Details { memory, ..Details::default() }));
        socket
    }

    #[test]
    fn a_socket_is_held_against_the_terms() {
        let cases = [
            (":22", true),
            (":40000", true),
            (":80", false),
            ("sport = :22", true),
            ("dport = :22", false),
            ("dport > 1024", true),
            ("192.0.2.0/24", true),
            ("192.0.2.1:22", true),
            ("192.0.2.1:40000", false),
            ("dst 198.51.100.0/24:40000", true),
            ("src inet6:*", false),
            ("state estab", true),
            ("exclude estab", false),
            ("dev lo", false),
            ("fwmark = 0x3/0xf", true),
            ("fwmark = 0x3", false),
            ("recv_q > 6", true),
            ("recv_q >= 8", false),
            ("send_q >= 0", false),
            ("not send_q >= 0", true),
            ("uid = 33", true),
            ("drops = 2", true),
            ("rtt_ms < 1000", false),
            ("autobound", false),
            ("src unix:*", false),
            ("src link:*", false),
            ("cgroup = /sys/fs/cgroup/unified/system.slice/ssh.service", true),
            ("unit = ssh*", true),
            ("dst example.com:80", false),
        ];
        let subject = Known { socket: socket(), holders: None, user: Fact::NotYet };
        for (text, is_met) in cases {
            assert_eq!(expression(text).is_met(&subject), Some(is_met), "{text}");
        }
    }

    #[test]
    fn names_of_unix_sockets_are_patterns() {
        let unix = |name: UnixName| Socket::new(Protocol::UnixStream, Endpoint::Unix(name), None);
        let path = |path: &[u8]| unix(UnixName::Path(path.into()));
        let abstract_name = |name: &[u8]| unix(UnixName::Abstract(name.into()));
        let cases = [
            (path(b"/run/x.sock"), "src unix:/run/*", true),
            (path(b"/run/x.sock"), "/RUN/X.sock", true),
            (path(b"/run/\xff"), "/run/?", true),
            (path(b"/run/x.sock"), "dst /run/*", false),
            (abstract_name(b"x"), "src @x", true),
            (abstract_name(b"x"), "src unix:x", false),
            (unix(UnixName::Unnamed), "src unix:*", true),
            (unix(UnixName::Unnamed), "src unix:?*", false),
            (abstract_name(b"0004f"), "autobound", true),
            (abstract_name(b"0004g"), "autobound", false),
            (path(b"x"), ":22", false),
            (path(b"x"), "src *", false),
        ];
        for (socket, text, is_met) in cases {
            assert_eq!(expression(text).is_met(&socket), Some(is_met), "{text} {socket:?}");
        }
    }

    #[test]
    fn what_is_not_looked_up_is_open_only_where_it_decides() {
        let cases = [
            ("pid 1", None),
            ("not pid 1", None),
            ("pid 1 and :80", Some(false)),
            ("pid 1 and :22", None),
            ("pid 1 or :22", Some(true)),
            ("not ( pid 1 or :22 )", Some(false)),
            ("user root or name x", None),
            ("dst example.com", None),
            ("dst example.com:80", Some(false)),
        ];
        for (text, is_met) in cases {
            assert_eq!(expression(text).is_met(&socket()), is_met, "{text}");
        }
    }

    #[test]
    fn what_is_looked_up_and_not_to_be_known_meets_no_term() {
        let holders = Some(vec![(1, Fact::Is("init")), (812, Fact::NotYet), (813, Fact::Nothing)]);
        let subject = Known { socket: socket(), holders, user: Fact::Nothing };
        let hidden = Known { socket: socket(), holders: Some(Vec::new()), user: Fact::Is("www") };
        let cases = [
            ("pid = 812", Some(true), Some(false)),
            ("pid = 2", Some(false), Some(false)),
            ("not pid = 2", Some(true), Some(true)),
            ("name = init", Some(true), Some(false)),
            ("name = sshd", None, Some(false)),
            ("not name = sshd", None, Some(true)),
            ("user = www", Some(false), Some(true)),
            ("user != www", Some(true), Some(false)),
        ];
        for (text, is_met, is_met_hidden) in cases {
            assert_eq!(expression(text).is_met(&subject), is_met, "{text}");
            assert_eq!(expression(text).is_met(&hidden), is_met_hidden, "{text}");
        }
    }

    #[test]
    fn only_what_it_uses_is_asked_for() {
        let none = Needs::default();
        let cases = [
            (":22 state listen uid 0 recv_q > 1", none),
            ("pid 1", Needs { holders: true, ..none }),
            ("not ( name x or :1 )", Needs { holders: true, names: true, ..none }),
            ("user root", Needs { user: true, ..none }),
            ("unit x", Needs { unit: true, ..none }),
            ("tos = 16", Needs { traffic_class: true, ..none }),
            ("cgroup /x", Needs { cgroup: true, ..none }),
            ("rtt_ms > 5", Needs { tcp: true, ..none }),
            ("drops > 0 lost > 0", Needs { tcp: true, memory: true, ..none }),
        ];
        for (text, needs) in cases {
            assert_eq!(expression(text).needs(), needs, "{text}");
        }
    }
}
