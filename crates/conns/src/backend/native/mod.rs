//! Sockets by Linux' own interface, `sock_diag` over netlink.

pub(crate) mod inet;
mod interfaces;
pub(crate) mod packet;
mod push_down;
mod seam;
pub(crate) mod unix;

use std::collections::VecDeque;
use std::vec;

pub(crate) use netlink::DumpError;
use netlink::{AF_INET, AF_INET6, Channel, Dump, number_at};
use output::{Family, Notes, with_causes};

use self::inet::TCP_OF_BOTH_FAMILIES;
use self::interfaces::Interfaces;
pub(crate) use self::push_down::bytecode;
use self::seam::Seam;
use super::{CollectError, procnet};
use crate::protocol::{Protocol, Protocols};
use crate::request::Request;
use crate::socket::Socket;
use crate::state::{State, States};

/// `SOCK_DIAG_BY_FAMILY` (`include/uapi/linux/sock_diag.h`).
const BY_FAMILY: u16 = 20;

/// The sockets of the network namespace that this thread is in, list after list. What `sock_diag`
/// does not tell comes from `/proc/net`.
pub(crate) struct Sockets {
    request: Request,
    lists: VecDeque<List>,
    running: Option<Running>,
    /// The channel, while no list is running; none where the kernel has none for us.
    channel: Option<Channel>,
    /// What came all at once.
    told: vec::IntoIter<Socket>,
    interfaces: Interfaces,
    notes: Notes,
}

/// A list that the kernel can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// TCP of IPv4 and IPv6 in one pass, in these states.
    Tcp(States),
    /// A protocol over IP, of one address family, in these states.
    Inet(Protocol, u8, States),
    /// UNIX sockets.
    Unix,
    /// Packet sockets.
    Packet,
}

struct Running {
    list: List,
    dump: Dump,
    seam: Seam,
}

impl Sockets {
    /// Asks for nothing yet. What is told twice is left out.
    pub(crate) fn new(request: &Request, notes: &Notes) -> Self {
        let mut sockets = Self {
            request: request.clone(),
            lists: lists(request),
            running: None,
            channel: None,
            told: Vec::new().into_iter(),
            interfaces: Interfaces::default(),
            notes: notes.clone(),
        };
        match Channel::open(netlink::Family::SockDiag) {
            Ok(channel) => sockets.channel = Some(channel),
            Err(error) => sockets.say_refused(&DumpError::Netlink(error)),
        }
        sockets
    }

    /// Asks for a list; where there is nobody to ask, reads it.
    fn start(&mut self, list: List) -> Result<(), CollectError> {
        let Some(channel) = self.channel.take() else {
            return self.read(list);
        };
        let (message_type, payload) = list.request(&self.request);
        let dump = match channel.dump(message_type, &payload) {
            Ok(dump) => dump,
            Err(error) => {
                self.say_refused(&error);
                return self.read(list);
            }
        };
        let running = Running { list, dump, seam: Seam::default() };
        if list == List::Unix {
            return self.gather(running);
        }
        self.running = Some(running);
        Ok(())
    }

    /// Has the list of UNIX sockets told whole, for the name of a peer is in the peer's row only.
    fn gather(&mut self, mut running: Running) -> Result<(), CollectError> {
        let mut sockets = Vec::new();
        let end = loop {
            match running.next(&mut self.interfaces) {
                Some(Ok(socket)) => sockets.push(*socket),
                Some(Err(error)) => break Err(error),
                None => break Ok(()),
            }
        };
        self.told = unix::with_peers(sockets, self.request.states).into_iter();
        match end {
            Ok(()) => {
                self.channel = Some(running.dump.into_channel());
                Ok(())
            }
            Err(error) => self.recover(running, error),
        }
    }

    /// What becomes of a list that broke off.
    fn recover(&mut self, running: Running, error: DumpError) -> Result<(), CollectError> {
        let is_refused = matches!(error, DumpError::Refused(_)) && !running.seam.has_any();
        if !is_refused {
            return Err(error.into());
        }
        self.channel = Some(running.dump.into_channel());
        // An older kernel does not know all of it, and marks are not for everybody.
        if self.request.bytecode.take().is_some() {
            self.lists.push_front(running.list);
            return Ok(());
        }
        if let List::Tcp(states) = running.list {
            // Some sandboxes know only the newer requests.
            for family in [AF_INET6, AF_INET] {
                self.lists.push_front(List::Inet(Protocol::Tcp, family, states));
            }
            return Ok(());
        }
        if !error.is_missing() {
            self.say_refused(&error);
        }
        self.read(running.list)
    }

    fn say_refused(&self, error: &DumpError) {
        self.notes.note_once(format_args!(
            "read from /proc/net, which tells less: {}",
            with_causes(error)
        ));
    }

    /// Reads a list from `/proc/net`.
    fn read(&mut self, list: List) -> Result<(), CollectError> {
        let tables = list.tables();
        let mut sockets = Vec::new();
        for table in tables {
            sockets.extend(procnet::sockets(table)?);
        }
        self.interfaces.name(&mut sockets);
        self.told = sockets.into_iter();
        Ok(())
    }
}

impl Iterator for Sockets {
    type Item = Result<Box<Socket>, CollectError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(socket) = self.told.next() {
                return Some(Ok(Box::new(socket)));
            }
            let Some(running) = &mut self.running else {
                let list = self.lists.pop_front()?;
                if let Err(error) = self.start(list) {
                    return Some(Err(error));
                }
                continue;
            };
            match running.next(&mut self.interfaces) {
                Some(Ok(socket)) => return Some(Ok(socket)),
                Some(Err(error)) => {
                    let running = self.running.take()?;
                    if let Err(error) = self.recover(running, error) {
                        return Some(Err(error));
                    }
                }
                None => self.channel = self.running.take().map(|it| it.dump.into_channel()),
            }
        }
    }
}

impl Running {
    fn next(&mut self, interfaces: &mut Interfaces) -> Option<Result<Box<Socket>, DumpError>> {
        loop {
            let octets = match self.dump.next_part()? {
                Ok(octets) => octets,
                Err(error) => return Some(Err(error)),
            };
            let Some((socket, interface)) = self.list.socket(octets) else {
                return Some(Err(DumpError::Malformed));
            };
            let mut socket = Box::new(socket);
            if self.seam.is_repeated(self.dump.batches(), socket.cookie) {
                continue;
            }
            if let Some(place) = socket.local.interface_mut() {
                *place = interfaces.by_index(interface, self.dump.channel());
            }
            return Some(Ok(socket));
        }
    }
}

impl List {
    /// The type of the message that asks for it, and what follows its header.
    fn request(self, request: &Request) -> (u16, Vec<u8>) {
        match self {
            Self::Tcp(states) => {
                (TCP_OF_BOTH_FAMILIES, inet::request_of_both_families(states, request))
            }
            Self::Inet(protocol, family, states) => {
                (BY_FAMILY, inet::request(family, protocol, states, request))
            }
            Self::Unix => (BY_FAMILY, unix::request(request)),
            Self::Packet => (BY_FAMILY, packet::request()),
        }
    }

    /// Reads one answer: a socket and the index of its interface, or 0.
    fn socket(self, octets: &[u8]) -> Option<(Socket, u32)> {
        match self {
            Self::Tcp(_) => inet::socket(Protocol::Tcp, octets),
            Self::Inet(protocol, ..) => inet::socket(protocol, octets),
            Self::Unix => Some((unix::socket(octets)?, 0)),
            Self::Packet => packet::socket(octets),
        }
    }

    /// Where the same is to be read.
    fn tables(self) -> Vec<procnet::Table> {
        match self {
            Self::Tcp(states) => [AF_INET, AF_INET6]
                .iter()
                .flat_map(|family| Self::Inet(Protocol::Tcp, *family, states).tables())
                .collect(),
            Self::Inet(protocol, family, _) => {
                vec![procnet::Table { protocol: protocol.group(), is_v6: family == AF_INET6 }]
            }
            Self::Unix => vec![procnet::Table { protocol: Protocols::UNIX, is_v6: false }],
            Self::Packet => vec![procnet::Table { protocol: Protocols::PACKET, is_v6: false }],
        }
    }
}

fn lists(request: &Request) -> VecDeque<List> {
    let families: &[u8] = match request.family {
        Family::Any => &[AF_INET, AF_INET6],
        Family::Ipv4 => &[AF_INET],
        Family::Ipv6 => &[AF_INET6],
    };
    let mut lists = VecDeque::new();
    for protocol in [Protocol::Tcp, Protocol::Udp, Protocol::Raw] {
        if !request.protocols.has(protocol.group()) {
            continue;
        }
        let states = states_of(protocol, request.states);
        if states == States::NONE {
            continue;
        }
        if protocol == Protocol::Tcp && request.family == Family::Any {
            lists.push_back(List::Tcp(states));
        } else {
            let inet = |family: &u8| List::Inet(protocol, *family, states);
            lists.extend(families.iter().map(inet));
        }
    }
    if request.protocols.has(Protocols::UNIX) {
        lists.push_back(List::Unix);
    }
    // They have no state but this.
    if request.protocols.has(Protocols::PACKET) && request.states.has(State::Unconnected) {
        lists.push_back(List::Packet);
    }
    lists
}

/// The states that a list is asked for. Closed TCP is in no table, and to ask for it has the kernel
/// walk that of all connections for nothing; nothing but TCP is only bound.
fn states_of(protocol: Protocol, states: States) -> States {
    match protocol {
        Protocol::Tcp => states & !States::from(State::Unconnected),
        _ => states & !States::from(State::Bound),
    }
}

/// A cookie: two numbers, the lower half first whatever the byte order (`sock_diag_save_cookie`).
pub(super) fn cookie_at(octets: &[u8], offset: usize) -> Option<u64> {
    let (low, high) = (number_at(octets, offset)?, number_at(octets, offset + 4)?);
    Some(u64::from(high) << 32 | u64::from(low))
}

#[cfg(test)]
mod tests {
    use output::Family;

    use super::*;
    use crate::request::Wanted;

    fn asked(protocols: Protocols, family: Family, states: States) -> Vec<List> {
        let details = Wanted::default();
        let request = Request { protocols, family, states, bytecode: None, details };
        lists(&request).into()
    }

    #[test]
    fn what_is_asked_for_is_what_the_kernel_has_tables_of() {
        let listen = States::from(State::Listen);
        let waiting = States::LISTENING;
        let connected = !(waiting | State::Bound.into());
        let cases = [
            (Protocols::TCP, Family::Any, waiting, vec![List::Tcp(listen)]),
            (
                Protocols::TCP,
                Family::Ipv4,
                waiting,
                vec![List::Inet(Protocol::Tcp, AF_INET, listen)],
            ),
            (
                Protocols::TCP,
                Family::Any,
                States::ALL,
                vec![List::Tcp(connected | listen | State::Bound.into())],
            ),
            (
                Protocols::UDP,
                Family::Ipv6,
                waiting,
                vec![List::Inet(Protocol::Udp, AF_INET6, waiting)],
            ),
            (Protocols::UNIX | Protocols::PACKET, Family::Any, connected, vec![List::Unix]),
            (Protocols::PACKET, Family::Any, waiting, vec![List::Packet]),
            (Protocols::TCP, Family::Any, State::Unconnected.into(), vec![]),
        ];
        for (protocols, family, states, expected) in cases {
            assert_eq!(asked(protocols, family, states), expected);
        }
    }
}
