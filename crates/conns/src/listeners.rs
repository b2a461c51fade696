//! Who listens at a port of this machine, for tools that found it open.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::{fmt, io};

use output::{Family, Notes};

use crate::backend::{self, Backend};
use crate::endpoint::{Endpoint, Interface};
use crate::owner::{Facts, Owner};
use crate::owners::{Owners, OwnersError};
use crate::protocol::Protocol;
use crate::request::{Request, Wanted};
use crate::socket::Socket;
use crate::state::States;

/// The interface by which a machine speaks to itself on Linux.
const LOOPBACK_INTERFACE: &str = "lo";

/// The sockets of this machine that wait for others to speak first, and who has them open. Nothing is
/// looked at before it is asked for, and everything once: for another look make another.
#[derive(Default)]
pub struct Listeners {
    tcp: Option<Vec<Socket>>,
    udp: Option<Vec<Socket>>,
    owners: Option<Result<Owners, OwnersError>>,
}

impl Listeners {
    /// The processes that hear what comes to this address of this machine, in its network namespace:
    /// each once, by pid, with its name where the system tells it. None where nobody listens, where it
    /// cannot be known (who is not root sees only its own user's), and of protocols without ports.
    pub fn of(&mut self, protocol: Protocol, address: SocketAddr) -> Vec<Owner> {
        let list = match protocol {
            Protocol::Tcp => &mut self.tcp,
            Protocol::Udp => &mut self.udp,
            _ => return Vec::new(),
        };
        let sockets = meant(list.get_or_insert_with(|| listening(protocol)), address);
        if sockets.is_empty() {
            return Vec::new();
        }
        let Ok(owners) = self.owners.get_or_insert_with(Owners::scan) else {
            return Vec::new();
        };
        let facts = Facts { names: true, ..Facts::default() };
        let mut found = Vec::new();
        for socket in sockets {
            found.extend(socket.pids.iter().map(|pid| owners.by_pid(*pid, facts)));
            found.extend(socket.inode.into_iter().flat_map(|inode| owners.of(inode, facts)));
        }
        found.sort_by_key(|owner| owner.pid);
        found.dedup_by_key(|owner| owner.pid);
        found
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listeners").finish_non_exhaustive()
    }
}

/// The sockets of a protocol that wait for others; none if the system does not tell.
fn listening(protocol: Protocol) -> Vec<Socket> {
    let request = Request {
        protocols: protocol.group(),
        family: Family::Any,
        states: States::LISTENING,
        bytecode: None,
        details: Wanted::default(),
    };
    // Whoever asks has found out what it wants to say by itself.
    let notes = Notes::to("", io::sink());
    let told = backend::collect(&request, Backend::default(), &notes);
    let sockets = told.into_iter().flatten().filter_map(Result::ok);
    sockets.filter(|socket| request.admits(socket)).map(|socket| *socket).collect()
}

/// The sockets that hear what this machine sends to an address of its own. There are several only if
/// they share it (`SO_REUSEPORT`).
fn meant(sockets: &[Socket], address: SocketAddr) -> Vec<&Socket> {
    let fitting = || sockets.iter().filter_map(|socket| Some((fit(socket, address)?, socket)));
    let best = fitting().map(|(fit, _)| fit).max();
    fitting().filter(|(fit, _)| Some(*fit) == best).map(|(_, socket)| socket).collect()
}

/// How well a socket fits: whether it is in reach, has the address, has the interface, and is of the
/// family. The first that differs decides, as in the kernel (`compute_score` of
/// `net/ipv4/inet_hashtables.c`).
type Fit = [bool; 4];

fn fit(socket: &Socket, asked: SocketAddr) -> Option<Fit> {
    let Endpoint::Inet { address, port, interface, .. } = &socket.local else { return None };
    if *port != asked.port() {
        return None;
    }
    let wanted = reached(asked.ip());
    let is_of_the_address = address.to_canonical() == wanted;
    let is_of_any = match address {
        IpAddr::V4(any) => any.is_unspecified() && wanted.is_ipv4(),
        IpAddr::V6(any) => {
            any.is_unspecified() && (wanted.is_ipv6() || socket.is_v6_only != Some(true))
        }
    };
    if !is_of_the_address && !is_of_any {
        return None;
    }
    let is_of_the_interface = interface.as_ref().is_some_and(|it| is_that_of(it, asked));
    let is_in_reach = interface.is_none() || is_of_the_interface;
    let is_of_the_family = address.is_ipv4() == wanted.is_ipv4();
    Some([is_in_reach, is_of_the_address, is_of_the_interface, is_of_the_family])
}

/// Where what is sent to an address arrives: without one, at this machine (RFC 1122, 3.2.1.3).
fn reached(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    }
}

/// Whether what this machine sends to an address of its own comes by this interface: by that of a
/// link-local address, else by the one that leads back.
fn is_that_of(interface: &Interface, asked: SocketAddr) -> bool {
    match asked {
        SocketAddr::V6(asked) if asked.ip().is_unicast_link_local() => {
            [0, interface.index].contains(&asked.scope_id())
        }
        _ => interface.name.as_deref().is_some_and(|name| name == LOOPBACK_INTERFACE),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::net::{TcpListener, UdpSocket};
    use std::sync::Arc;

    use super::*;

    /// A socket at `local`, of an interface, that takes IPv4 if it may.
    fn socket(local: &str, interface: Option<(u32, &str)>, is_v6_only: bool) -> Socket {
        let local: SocketAddr = local.parse().unwrap();
        let interface = interface
            .map(|(index, name)| Interface { index, name: Some(Arc::from(OsStr::new(name))) });
        let local = Endpoint::Inet {
            address: local.ip(),
            port: local.port(),
            is_dual_stack: false,
            interface,
        };
        let mut socket = Socket::new(Protocol::Tcp, local, None);
        socket.is_v6_only = Some(is_v6_only);
        socket
    }

    #[test]
    fn the_socket_that_hears_is_the_one_that_the_kernel_chooses() {
        let sockets = [
            socket("127.0.0.1:80", None, false),
            socket("0.0.0.0:80", None, false),
            socket("[::]:80", None, false),
            socket("[::1]:80", None, true),
            socket("[::]:81", None, false),
            socket("[::]:82", None, true),
            socket("[::ffff:127.0.0.1]:83", None, false),
            socket("0.0.0.0:83", None, false),
            socket("127.0.0.1:84", Some((2, "eth0")), false),
            socket("0.0.0.0:84", None, false),
            socket("0.0.0.0:85", Some((1, "lo")), false),
            socket("0.0.0.0:85", None, false),
            socket("0.0.0.0:86", Some((2, "eth0")), false),
            socket("127.0.0.1:87", None, false),
            socket("127.0.0.1:87", None, false),
            socket("[fe80::1]:88", Some((2, "eth0")), true),
            socket("[fe80::1]:88", Some((3, "eth1")), true),
        ];
        let cases: [(&str, &[usize]); 18] = [
            ("127.0.0.1:80", &[0]),
            ("127.0.0.2:80", &[1]),
            ("[::1]:80", &[3]),
            ("[2001:db8::1]:80", &[2]),
            ("[::ffff:127.0.0.1]:80", &[0]),
            ("0.0.0.0:80", &[0]),
            ("[::]:80", &[3]),
            ("127.0.0.1:81", &[4]),
            ("127.0.0.1:82", &[]),
            ("127.0.0.1:83", &[6]),
            ("127.0.0.1:84", &[9]),
            ("127.0.0.1:85", &[10]),
            // That it is open is known: nobody else can have answered.
            ("192.0.2.1:86", &[12]),
            ("127.0.0.1:87", &[13, 14]),
            ("[fe80::1%2]:88", &[15]),
            ("[fe80::1%3]:88", &[16]),
            ("[fe80::1]:88", &[15, 16]),
            ("127.0.0.1:90", &[]),
        ];
        for (asked, expected) in cases {
            let found = meant(&sockets, asked.parse().unwrap());
            let expected: Vec<_> = expected.iter().map(|place| &sockets[*place]).collect();
            assert_eq!(found, expected, "{asked}");
        }
    }

    #[test]
    fn a_listener_of_our_own_is_found_at_every_address_that_it_hears() {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let any = TcpListener::bind("[::]:0").unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let [tcp, any, udp] = [tcp.local_addr(), any.local_addr(), udp.local_addr()]
            .map(|address| address.unwrap().port());
        let mut listeners = Listeners::default();
        for (protocol, address, port, is_ours) in [
            (Protocol::Tcp, "127.0.0.1", tcp, true),
            (Protocol::Udp, "127.0.0.1", udp, true),
            (Protocol::Tcp, "::1", any, true),
            (Protocol::UnixStream, "127.0.0.1", tcp, false),
        ] {
            let address = SocketAddr::new(address.parse().unwrap(), port);
            let pids: Vec<_> =
                listeners.of(protocol, address).into_iter().map(|owner| owner.pid).collect();
            assert_eq!(pids.contains(&std::process::id()), is_ours, "{protocol:?} {address}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_process_has_a_name() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let found = Listeners::default().of(Protocol::Tcp, listener.local_addr().unwrap());
        let name = std::fs::read_to_string("/proc/self/comm").unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].process.name.as_deref(), Some(OsStr::new(name.trim_end())));
    }

    #[test]
    fn nothing_is_looked_at_before_it_is_asked_for() {
        let listeners = Listeners::default();
        assert!(listeners.tcp.is_none() && listeners.udp.is_none() && listeners.owners.is_none());
    }
}
