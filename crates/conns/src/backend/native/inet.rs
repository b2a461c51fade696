//! TCP, UDP and raw sockets as the kernel tells them (`include/uapi/linux/inet_diag.h`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use netlink::{AF_INET, AF_INET6, Attributes, long_at, number_at, push_attribute};

use super::cookie_at;
use crate::endpoint::Endpoint;
use crate::protocol::Protocol;
use crate::request::{Request, Wanted};
use crate::socket::{Details, Memory, Socket, Timer, TimerKind};
use crate::state::{State, States};
use crate::tcp_info::TcpInfo;

/// `TCPDIAG_GETSOCK`: TCP of both families in one pass, which spares the kernel half of the walk.
pub(crate) const TCP_OF_BOTH_FAMILIES: u16 = 18;

/// The octets of `struct inet_diag_sockid`, of which nothing is asked for.
const SOCKET_ID_OCTETS: usize = 48;

/// The octets of `struct inet_diag_msg`.
const MESSAGE_OCTETS: usize = 72;

/// Attributes of requests.
const REQUEST_BYTECODE: u16 = 1;

/// Attributes of answers, and what asks for those that are not told by themselves.
mod attribute {
    pub(super) const INFO: u16 = 2;
    pub(super) const CONGESTION: u16 = 4;
    pub(super) const TOS: u16 = 5;
    pub(super) const TRAFFIC_CLASS: u16 = 6;
    pub(super) const MEMORY: u16 = 7;
    pub(super) const V6_ONLY: u16 = 11;
    pub(super) const MARK: u16 = 15;
    pub(super) const CGROUP_ID: u16 = 21;

    pub(super) const fn asked_for(attribute: u16) -> u8 {
        1 << (attribute - 1)
    }
}

/// `struct inet_diag_req_v2`, with what follows it.
pub(crate) fn request(
    family: u8,
    protocol: Protocol,
    states: States,
    request: &Request,
) -> Vec<u8> {
    let number = match protocol {
        Protocol::Udp => 17,
        Protocol::Raw => 255,
        _ => 6,
    };
    let mut octets = vec![family, number, extensions(request.details), 0];
    octets.extend(states.kernel_mask().to_ne_bytes());
    octets.extend([0; SOCKET_ID_OCTETS]);
    push_bytecode(&mut octets, request);
    octets
}

/// `struct inet_diag_req`, for [`TCP_OF_BOTH_FAMILIES`].
pub(crate) fn request_of_both_families(states: States, request: &Request) -> Vec<u8> {
    let mut octets = vec![AF_INET, 0, 0, extensions(request.details)];
    octets.extend([0; SOCKET_ID_OCTETS]);
    octets.extend(states.kernel_mask().to_ne_bytes());
    octets.extend(0u32.to_ne_bytes());
    push_bytecode(&mut octets, request);
    octets
}

fn push_bytecode(octets: &mut Vec<u8>, request: &Request) {
    if let Some(bytecode) = &request.bytecode {
        push_attribute(octets, REQUEST_BYTECODE, bytecode);
    }
}

fn extensions(wanted: Wanted) -> u8 {
    let mut extensions = 0;
    if wanted.tcp {
        extensions |= attribute::asked_for(attribute::INFO);
        extensions |= attribute::asked_for(attribute::CONGESTION);
    }
    if wanted.memory {
        extensions |= attribute::asked_for(attribute::MEMORY);
    }
    if wanted.traffic_class {
        extensions |= attribute::asked_for(attribute::TOS);
        extensions |= attribute::asked_for(attribute::TRAFFIC_CLASS);
    }
    extensions
}

/// Reads a `struct inet_diag_msg` with its attributes: a socket, and the index of the interface
/// that it is bound to, or 0.
pub(crate) fn socket(protocol: Protocol, octets: &[u8]) -> Option<(Socket, u32)> {
    let (message, attributes) = octets.split_at_checked(MESSAGE_OCTETS)?;
    let [family, state, timer, retransmits, ..] = *message else { return None };
    let endpoint = |port: usize, address: usize| {
        let port = u16::from_be_bytes(*message.get(port..)?.first_chunk()?);
        let address = match family {
            AF_INET => IpAddr::V4(Ipv4Addr::from(*message.get(address..)?.first_chunk::<4>()?)),
            AF_INET6 => IpAddr::V6(Ipv6Addr::from(*message.get(address..)?.first_chunk::<16>()?)),
            _ => return None,
        };
        Some(Endpoint::inet(address, port))
    };
    let mut socket = Socket::new(protocol, endpoint(4, 8)?, Some(endpoint(6, 24)?));
    socket.state = state_of(protocol, state);
    socket.recv_queue = number_at(message, 56);
    socket.send_queue = number_at(message, 60);
    socket.cookie = cookie_at(message, 44);
    socket.inode = number_at(message, 68).filter(|inode| *inode != 0).map(u64::from);
    // The kernel has forgotten the user of a socket that no process has any more.
    socket.uid = number_at(message, 64).filter(|_| socket.inode.is_some());
    socket.timer = timer_of(timer, number_at(message, 52)?, retransmits);
    read_attributes(&mut socket, attributes);
    mark_dual_stack(&mut socket);
    Some((socket, number_at(message, 40)?))
}

/// As `ss` has it: a zero address of IPv6 is one of both families unless the kernel says otherwise.
pub(crate) fn mark_dual_stack(socket: &mut Socket) {
    let is_v6_only = socket.is_v6_only == Some(true);
    for end in [Some(&mut socket.local), socket.peer.as_mut()].into_iter().flatten() {
        if let Endpoint::Inet { address: IpAddr::V6(address), is_dual_stack, .. } = end {
            *is_dual_stack = address.is_unspecified() && !is_v6_only;
        }
    }
}

/// The state of a socket, by its number.
pub(crate) const fn state_of(protocol: Protocol, number: u8) -> Option<State> {
    match (protocol, State::of_kernel(number)) {
        // TCP that is closed is told only as long as it has an address.
        (Protocol::Tcp, Some(State::Unconnected)) => Some(State::Bound),
        (_, state) => state,
    }
}

/// A timer by its number, and the milliseconds that are left.
pub(crate) fn timer_of(number: u8, left_ms: u32, retransmits: u8) -> Option<Timer> {
    let kind = match number {
        1 => TimerKind::Retransmit,
        2 => TimerKind::Keepalive,
        3 => TimerKind::TimeWait,
        4 => TimerKind::Probe,
        _ => return None,
    };
    // A timer that is overdue wraps around below zero.
    let left_ms = u64::try_from(left_ms.cast_signed()).unwrap_or(0);
    Some(Timer { kind, left: Duration::from_millis(left_ms), retransmits })
}

fn read_attributes(socket: &mut Socket, attributes: &[u8]) {
    for (kind, payload) in Attributes(attributes) {
        match kind {
            attribute::CGROUP_ID => socket.cgroup_id = long_at(payload, 0),
            attribute::V6_ONLY => socket.is_v6_only = payload.first().map(|flag| *flag != 0),
            // A listener has no connection of which there is anything to know.
            attribute::INFO if socket.state == Some(State::Listen) => {}
            attribute::INFO if !payload.is_empty() => {
                details(socket).tcp = Some(TcpInfo::new(payload));
            }
            attribute::CONGESTION => details(socket).congestion = text(payload),
            attribute::MEMORY => details(socket).memory = memory(payload),
            attribute::MARK => socket.mark = number_at(payload, 0),
            attribute::TOS if matches!(socket.local.ip(), Some(IpAddr::V4(_))) => {
                details(socket).traffic_class = payload.first().copied();
            }
            attribute::TRAFFIC_CLASS => details(socket).traffic_class = payload.first().copied(),
            _ => {}
        }
    }
}

pub(super) fn details(socket: &mut Socket) -> &mut Details {
    socket.details.get_or_insert_default()
}

/// A text of the kernel's own making, ended by NUL.
fn text(payload: &[u8]) -> Option<Box<str>> {
    let end = payload.iter().position(|octet| *octet == 0).unwrap_or(payload.len());
    Some(str::from_utf8(&payload[..end]).ok()?.into())
}

/// `SK_MEMINFO_*` of `include/uapi/linux/sock_diag.h`.
pub(super) fn memory(payload: &[u8]) -> Option<Memory> {
    let number = |index: usize| number_at(payload, 4 * index);
    Some(Memory {
        receive_used: number(0)?,
        receive_limit: number(1)?,
        send_used: number(2)?,
        send_limit: number(3)?,
        drops: number(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::captured::{assert_cut_anywhere, assert_lines, captured, parts};

    fn sockets(protocol: Protocol, octets: &[u8]) -> (Vec<Socket>, Vec<u32>) {
        parts(octets).into_iter().map(|part| socket(protocol, part).unwrap()).unzip()
    }

    #[test]
    fn tcp_of_both_families_is_told_in_every_state() {
        let (sockets, interfaces) = sockets(Protocol::Tcp, captured!("netlink/tcp"));
        let expected = "
            tcp LISTEN 0 3 0.0.0.0:8011 0.0.0.0:* 0 8989790
            tcp LISTEN 0 128 *:8003 *:* 0 8989781
            tcp LISTEN 0 128 [::]:8004 [::]:* 0 8989784
            tcp LISTEN 1 5 127.0.0.1:8001 0.0.0.0:* 0 8989779
            tcp LISTEN 0 4 127.0.0.1:8021 0.0.0.0:* 0 8990217
            tcp LISTEN 0 4 127.0.0.1:8020 0.0.0.0:* 0 8990215
            tcp LISTEN 0 1 127.0.0.1:8030 0.0.0.0:* 65534 8990273
            tcp LISTEN 0 9 [fe80::1]:8006 [::]:* 0 8989785
            tcp BOUND 0 0 127.0.0.1:8010 0.0.0.0:* 0 8989791
            tcp ESTABLISHED 0 1000 127.0.0.1:34616 127.0.0.1:8021 0 8990218 on:340:1
            tcp SYN_RECV 0 0 127.0.0.1:8020 127.0.0.1:41958 - - on:524:0
            tcp ESTABLISHED 0 0 [fe80::1]:8006 [fe80::1]:50008 0 8989789
            tcp ESTABLISHED 0 0 127.0.0.1:41958 127.0.0.1:8020 0 8990216
            tcp ESTABLISHED 5 0 [::ffff:127.0.0.1]:8003 [::ffff:127.0.0.1]:54456 0 8989783 keepalive:7199456:0
            tcp ESTABLISHED 0 0 [fe80::1]:50008 [fe80::1]:8006 0 8989787
            tcp CLOSE_WAIT 1 0 [::ffff:127.0.0.1]:8003 [::ffff:127.0.0.1]:54474 0 8990207
            tcp ESTABLISHED 1000 0 127.0.0.1:8021 127.0.0.1:34616 0 8990219
            tcp ESTABLISHED 0 0 127.0.0.1:52726 127.0.0.1:8001 0 8989780
            tcp ESTABLISHED 0 0 127.0.0.1:8001 127.0.0.1:52726 - -
            tcp ESTABLISHED 0 0 127.0.0.1:54456 127.0.0.1:8003 0 8989782
            tcp TIME_WAIT 0 0 127.0.0.1:54460 127.0.0.1:8003 - - timewait:59500:0
            tcp FIN_WAIT2 0 0 127.0.0.1:54474 127.0.0.1:8003 - - timewait:59504:0
            tcp SYN_SENT 0 1 192.0.2.1:60818 192.0.2.9:81 0 8990208 on:500:0";
        assert_lines(&sockets, expected);
        if cfg!(target_endian = "little") {
            let on_interface = |interface: &u32| usize::from(*interface == 3);
            // Bound to the device, listening at a link-local address, and both ends of a connection.
            assert_eq!(interfaces.iter().map(on_interface).sum::<usize>(), 4);
            assert_eq!(
                (interfaces[0], interfaces[7], interfaces[11], interfaces[14]),
                (3, 3, 3, 3)
            );
        }
    }

    #[test]
    fn what_was_asked_for_is_told_beside() {
        let (sockets, _) = sockets(Protocol::Tcp, captured!("netlink/tcp"));
        let v6_only: Vec<_> = sockets.iter().filter_map(|socket| socket.is_v6_only).collect();
        assert_eq!(v6_only, [false, true, true]);
        if cfg!(target_endian = "big") {
            return;
        }
        let keepalive = &sockets[13];
        assert_eq!((keepalive.cgroup_id, keepalive.mark), (Some(1), Some(0)));
        let details = keepalive.details.as_ref().unwrap();
        assert_eq!(details.congestion.as_deref(), Some("bbr"));
        assert_eq!(details.memory.unwrap().receive_used, 837);
        assert_eq!(details.traffic_class, Some(0));
        let tcp = details.tcp.as_ref().unwrap();
        assert_eq!(
            (tcp.rto_us(), tcp.rtt_us(), tcp.send_window()),
            (Some(204_000), Some(7), Some(65536))
        );
        // Of a connection that is over, the kernel keeps next to nothing.
        let time_wait = &sockets[20];
        assert_eq!((time_wait.cgroup_id, &time_wait.details), (None, &None));
    }

    #[test]
    fn what_was_not_asked_for_is_not_told() {
        let (sockets, _) = sockets(Protocol::Tcp, captured!("netlink/tcp-plain"));
        assert_eq!(sockets.len(), 16);
        assert!(sockets.iter().all(|socket| socket.details.is_none()));
    }

    #[test]
    fn udp_is_told_with_its_peer() {
        let (v4, _) = sockets(Protocol::Udp, captured!("netlink/udp"));
        let expected = "
            udp UNCONN 0 0 0.0.0.0:68 0.0.0.0:* 0 8990227
            udp UNCONN 832 0 127.0.0.1:5300 0.0.0.0:* 0 8990221
            udp UNCONN 0 0 0.0.0.0:5302 0.0.0.0:* 0 8990223
            udp ESTABLISHED 0 0 127.0.0.1:40053 127.0.0.1:5300 0 8990228";
        assert_lines(&v4, expected);
        let (v6, interfaces) = sockets(Protocol::Udp, captured!("netlink/udp6"));
        let expected = "
            udp UNCONN 0 0 [::1]:5301 [::]:* 0 8990222
            udp UNCONN 0 0 *:5303 *:* 0 8990224
            udp UNCONN 0 0 [::]:5304 [::]:* 0 8990226
            udp UNCONN 0 0 [fe80::1]:5306 [::]:* 0 8990225";
        assert_lines(&v6, expected);
        if cfg!(target_endian = "little") {
            assert_eq!(interfaces, [0, 0, 0, 3]);
        }
    }

    #[test]
    fn what_is_cut_is_a_socket_or_none() {
        let captured = [
            (Protocol::Tcp, &captured!("netlink/tcp")[..]),
            (Protocol::Tcp, captured!("netlink/tcp-plain")),
            (Protocol::Udp, captured!("netlink/udp")),
            (Protocol::Udp, captured!("netlink/udp6")),
        ];
        for (protocol, octets) in captured {
            assert_cut_anywhere(octets, |part| socket(protocol, part));
        }
    }

    /// A captured part, its attributes as `change` has them: `None` for one that is not there.
    fn changed(part: &[u8], change: impl Fn(u16, &[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
        let (message, attributes) = part.split_at(MESSAGE_OCTETS);
        let mut octets = message.to_vec();
        for (kind, payload) in Attributes(attributes) {
            if let Some(payload) = change(kind, payload) {
                push_attribute(&mut octets, kind, &payload);
            }
        }
        octets
    }

    /// By hand, after the headers of Linux 5.4 and 3.2: before 5.9 nothing tells the control group,
    /// before 3.15 the structure of TCP ended after 104 octets.
    #[test]
    fn older_kernels_tell_less() {
        const TCP_INFO_OCTETS: usize = 104;
        for part in parts(captured!("netlink/tcp")) {
            let (today, interface) = socket(Protocol::Tcp, part).unwrap();
            let older = changed(part, |kind, payload| match kind {
                attribute::CGROUP_ID => None,
                attribute::INFO => Some(payload[..TCP_INFO_OCTETS].to_vec()),
                _ => Some(payload.to_vec()),
            });
            let (older, same_interface) = socket(Protocol::Tcp, &older).unwrap();
            assert_eq!((older.cgroup_id, same_interface), (None, interface));
            let (less, more) = (older.tcp_info(), today.tcp_info());
            assert_eq!(less.map(TcpInfo::rtt_us), more.map(TcpInfo::rtt_us));
            assert!(less.is_none_or(|less| less.send_window().is_none()));
            assert_eq!((older.local, older.timer), (today.local, today.timer));
        }
    }
}
