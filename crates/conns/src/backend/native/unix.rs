//! UNIX sockets as the kernel tells them (`include/uapi/linux/unix_diag.h`).

use std::collections::HashMap;

use netlink::{Attributes, number_at};

use super::{cookie_at, inet};
use crate::endpoint::{Endpoint, UnixName};
use crate::protocol::Protocol;
use crate::request::Request;
use crate::socket::Socket;
use crate::state::{State, States};

const AF_UNIX: u8 = 1;

/// The octets of `struct unix_diag_msg`.
const MESSAGE_OCTETS: usize = 16;

/// What an inode or a cookie is when none is asked for.
const ANY: u32 = u32::MAX;

/// What is told only if asked for (`UDIAG_SHOW_*`).
mod show {
    pub(super) const NAME: u32 = 0x1;
    pub(super) const PEER: u32 = 0x4;
    pub(super) const QUEUES: u32 = 0x10;
    pub(super) const MEMORY: u32 = 0x20;
    pub(super) const UID: u32 = 0x40;
}

/// Attributes of answers (`UNIX_DIAG_*`).
mod attribute {
    pub(super) const NAME: u16 = 0;
    pub(super) const PEER: u16 = 2;
    pub(super) const QUEUES: u16 = 4;
    pub(super) const MEMORY: u16 = 5;
    pub(super) const UID: u16 = 7;
}

/// `struct unix_diag_req`.
pub(super) fn request(request: &Request) -> Vec<u8> {
    let mut shown = show::NAME | show::PEER | show::QUEUES | show::UID;
    if request.details.memory {
        shown |= show::MEMORY;
    }
    let mut octets = vec![AF_UNIX, 0, 0, 0];
    for number in [asked_for(request.states).kernel_mask(), 0, shown, ANY, ANY] {
        octets.extend(number.to_ne_bytes());
    }
    octets
}

/// The states to ask for: a peer may be in another than those that are wanted, and its name is in
/// its own row. Those that listen have no peer.
fn asked_for(wanted: States) -> States {
    let listening = States::from(State::Listen);
    if wanted | listening == listening { wanted } else { States::ALL }
}

/// Reads a `struct unix_diag_msg` with its attributes. Of its peer no more is known than the inode:
/// see [`with_peers`].
pub(crate) fn socket(octets: &[u8]) -> Option<Socket> {
    let (message, attributes) = octets.split_at_checked(MESSAGE_OCTETS)?;
    let [AF_UNIX, kind, state, ..] = *message else { return None };
    let unnamed = Endpoint::Unix(UnixName::Unnamed);
    let mut socket = Socket::new(protocol(kind)?, unnamed.clone(), Some(unnamed));
    socket.state = State::of_kernel(state);
    socket.inode = number_at(message, 4).filter(|inode| *inode != 0).map(u64::from);
    socket.cookie = cookie_at(message, 8);
    for (kind, payload) in Attributes(attributes) {
        match kind {
            attribute::NAME => socket.local = Endpoint::Unix(name(payload)),
            attribute::PEER => {
                // A peer that nobody has accepted yet has no inode.
                let inode = number_at(payload, 0).filter(|inode| *inode != 0);
                socket.peer_inode = inode.map(u64::from);
                socket.peer = None;
            }
            attribute::QUEUES => {
                socket.recv_queue = number_at(payload, 0);
                socket.send_queue = number_at(payload, 4);
            }
            attribute::MEMORY => inet::details(&mut socket).memory = inet::memory(payload),
            attribute::UID => socket.uid = number_at(payload, 0),
            _ => {}
        }
    }
    Some(socket)
}

/// The kind of a UNIX socket, by its number (`SOCK_*`).
pub(crate) const fn protocol(number: u8) -> Option<Protocol> {
    Some(match number {
        1 => Protocol::UnixStream,
        2 => Protocol::UnixDatagram,
        5 => Protocol::UnixSeqpacket,
        _ => return None,
    })
}

/// A `sun_path`: what begins with NUL is abstract, what does not ends with one.
fn name(octets: &[u8]) -> UnixName {
    match octets {
        [] => UnixName::Unnamed,
        [0, name @ ..] => UnixName::Abstract(name.into()),
        path => UnixName::Path(path.split(|octet| *octet == 0).next().unwrap_or(path).into()),
    }
}

/// The sockets of a whole list that are in one of these states, each with the name of its peer. A
/// peer that is in no row stays unknown: nobody has accepted it, it is in another network namespace,
/// or it went while the list was told.
pub(crate) fn with_peers(mut sockets: Vec<Socket>, states: States) -> Vec<Socket> {
    let with_inode = sockets.iter().enumerate();
    let places: HashMap<u64, usize> =
        with_inode.filter_map(|(place, socket)| Some((socket.inode?, place))).collect();
    for place in 0..sockets.len() {
        let peer = sockets[place].peer_inode.and_then(|inode| places.get(&inode));
        if let Some(peer) = peer {
            sockets[place].peer = Some(sockets[*peer].local.clone());
        }
    }
    sockets.retain(|socket| socket.state.is_none_or(|state| states.has(state)));
    sockets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::captured::{assert_cut_anywhere, assert_lines, captured, line, parts};
    use crate::protocol::Protocols;
    use crate::request::Wanted;
    use netlink::push_attribute;

    const CAPTURED: &[u8] = captured!("netlink/unix");

    fn sockets() -> Vec<Socket> {
        parts(CAPTURED).into_iter().map(|part| socket(part).unwrap()).collect()
    }

    #[test]
    fn sockets_are_told_with_the_names_of_their_peers() {
        let long = "p".repeat(108);
        let expected = r"
            u_dgr ESTABLISHED 0 768 * log 0 8990242 peer:8990241
            u_str ESTABLISHED 0 0 * - 0 8990248
            u_dgr UNCONN 0 0 * * 0 8990251
            u_str ESTABLISHED 0 768 * listen.sock 0 8990230 peer:8990231
            u_str UNCONN 0 0 * * 0 8990250
            u_str LISTEN 1 7 listen.sock * 0 8990229
            u_str LISTEN 0 1 two words * 0 8990235
            u_seq ESTABLISHED 0 0 seq * 0 8990245 peer:8990244
            u_str LISTEN 0 1 new\nline * 0 8990236
            u_str LISTEN 0 1 \xff\x1b[31m * 0 8990237
            u_str LISTEN 0 1 @at * 0 8990238
            u_str LISTEN 0 1 ends\n * 0 8990239
            u_str LISTEN 0 1 LONG * 0 8990240
            u_dgr ESTABLISHED 7 0 log * 0 8990241
            u_seq LISTEN 0 2 seq * 0 8990243
            u_seq ESTABLISHED 0 0 * seq 0 8990244 peer:8990245
            u_str ESTABLISHED 5 0 listen.sock * 0 8990231 peer:8990230
            u_dgr ESTABLISHED 0 0 * * 0 8990246 peer:8990247
            u_dgr ESTABLISHED 0 0 * * 0 8990247 peer:8990246
            u_str ESTABLISHED 0 0 * - 0 8990232
            u_str LISTEN 0 1 @abstract * 0 8990233
            u_str LISTEN 0 1 @of-nobody * 65534 8990272
            u_str LISTEN 0 1 @a\x00b\n\xff\x1b[31m * 0 8990234";
        let sockets = with_peers(sockets(), States::ALL);
        assert_lines(&sockets, &expected.replace("LONG", &long));
        let memory = |socket: &Socket| Some(socket.details.as_ref()?.memory?.receive_limit);
        assert!(sockets.iter().all(|socket| memory(socket).is_some() && socket.cookie.is_some()));
    }

    #[test]
    fn a_path_that_begins_with_an_at_sign_is_no_abstract_name() {
        for name in [UnixName::Path(b"@at"[..].into()), UnixName::Abstract(b"abstract"[..].into())]
        {
            let local = Endpoint::Unix(name);
            assert!(sockets().iter().any(|socket| socket.local == local), "{local:?}");
        }
    }

    #[test]
    fn names_are_any_octets() {
        let cases: [(&[u8], UnixName); 6] = [
            (b"", UnixName::Unnamed),
            (b"\0", UnixName::Abstract(b""[..].into())),
            (b"\0a\0", UnixName::Abstract(b"a\0"[..].into())),
            (b"a\0", UnixName::Path(b"a"[..].into())),
            (b"./a\xff\n\0", UnixName::Path(b"./a\xff\n"[..].into())),
            (b"unended", UnixName::Path(b"unended"[..].into())),
        ];
        for (octets, expected) in cases {
            assert_eq!(name(octets), expected);
        }
    }

    #[test]
    fn states_are_chosen_after_the_names_of_peers_are_known() {
        let established = States::from(State::Established);
        let some = with_peers(sockets(), established);
        let all = with_peers(sockets(), States::ALL);
        let expected: Vec<_> =
            all.iter().filter(|it| it.state == Some(State::Established)).map(line).collect();
        assert_eq!(some.iter().map(line).collect::<Vec<_>>(), expected);
        let listening = States::from(State::Listen);
        let asked = [(listening, listening), (established, States::ALL)];
        for (wanted, expected) in asked {
            assert_eq!(asked_for(wanted), expected);
        }
    }

    #[test]
    fn the_request_has_the_shape_of_the_kernel() {
        let mut wanted = Request {
            protocols: Protocols::UNIX,
            family: output::Family::Any,
            states: States::from(State::Listen),
            bytecode: None,
            details: Wanted::default(),
        };
        let numbers = |octets: &[u8]| -> Vec<u32> {
            octets.as_chunks().0.iter().map(|number| u32::from_ne_bytes(*number)).collect()
        };
        let octets = request(&wanted);
        assert_eq!((&octets[..4], octets.len()), (&[1, 0, 0, 0][..], 24));
        assert_eq!(numbers(&octets[4..]), [1 << 10, 0, 0x55, ANY, ANY]);
        wanted.details.memory = true;
        assert_eq!(numbers(&request(&wanted)[4..])[2], 0x75);
    }

    #[test]
    fn what_is_cut_is_a_socket_or_none() {
        assert_cut_anywhere(CAPTURED, socket);
    }

    /// By hand, after the headers of Linux 4.19: no attribute for the user, and what is not asked for
    /// is not there.
    #[test]
    fn older_kernels_tell_less() {
        let mut octets = vec![AF_UNIX, 1, 1, 0];
        for number in [77u32, 5, 6] {
            octets.extend(number.to_ne_bytes());
        }
        push_attribute(&mut octets, attribute::NAME, b"/run/a\0");
        push_attribute(&mut octets, attribute::PEER, &78u32.to_ne_bytes());
        push_attribute(&mut octets, 6, &[0]);
        let socket = socket(&octets).unwrap();
        assert_eq!(line(&socket), "u_str ESTABLISHED - - /run/a - - 77 peer:78");
        assert_eq!(socket.cookie, Some(6 << 32 | 5));
    }

    #[test]
    fn other_families_and_kinds_are_none() {
        for beginning in [[2, 1, 1, 0], [AF_UNIX, 0, 1, 0], [AF_UNIX, 3, 1, 0]] {
            let mut octets = beginning.to_vec();
            octets.resize(MESSAGE_OCTETS, 1);
            assert_eq!(socket(&octets), None);
        }
    }
}
