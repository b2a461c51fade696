//! Packet sockets as the kernel tells them (`include/uapi/linux/packet_diag.h`).

use netlink::{Attributes, number_at, short_at};

use super::{cookie_at, inet};
use crate::endpoint::Endpoint;
use crate::protocol::Protocol;
use crate::socket::Socket;
use crate::state::State;

const AF_PACKET: u8 = 17;

/// The octets of `struct packet_diag_msg`.
const MESSAGE_OCTETS: usize = 16;

/// What a cookie is when none is asked for.
const ANY: u32 = u32::MAX;

/// What is told only if asked for (`PACKET_SHOW_*`).
mod show {
    pub(super) const INFO: u32 = 0x1;
    pub(super) const MEMORY: u32 = 0x10;
}

/// Attributes of answers (`PACKET_DIAG_*`).
mod attribute {
    pub(super) const INFO: u16 = 0;
    pub(super) const UID: u16 = 5;
    pub(super) const MEMORY: u16 = 6;
}

/// `struct packet_diag_req`. What waits to be read is told with the memory only.
pub(super) fn request() -> Vec<u8> {
    let mut octets = vec![AF_PACKET, 0, 0, 0];
    for number in [0, show::INFO | show::MEMORY, ANY, ANY] {
        octets.extend(number.to_ne_bytes());
    }
    octets
}

/// Reads a `struct packet_diag_msg` with its attributes: a socket, and the index of the interface
/// that it is bound to, or 0.
pub(crate) fn socket(octets: &[u8]) -> Option<(Socket, u32)> {
    let (message, attributes) = octets.split_at_checked(MESSAGE_OCTETS)?;
    let [AF_PACKET, kind, ..] = *message else { return None };
    let local = Endpoint::Packet { ethertype: short_at(message, 2)?, interface: None };
    let nobody = local.nobody();
    let mut socket = Socket::new(protocol(kind)?, local, Some(nobody));
    socket.state = Some(State::Unconnected);
    socket.inode = number_at(message, 4).filter(|inode| *inode != 0).map(u64::from);
    socket.cookie = cookie_at(message, 8);
    let mut interface = 0;
    for (kind, payload) in Attributes(attributes) {
        match kind {
            attribute::INFO => interface = number_at(payload, 0)?,
            attribute::UID => socket.uid = number_at(payload, 0),
            attribute::MEMORY => {
                let memory = inet::memory(payload);
                socket.recv_queue = memory.map(|memory| memory.receive_used);
                socket.send_queue = memory.map(|memory| memory.send_used);
                inet::details(&mut socket).memory = memory;
            }
            _ => {}
        }
    }
    Some((socket, interface))
}

/// The kind of a packet socket, by its number (`SOCK_*`). `SOCK_PACKET`, which is the oldest, sees
/// frames as the raw one does.
pub(crate) const fn protocol(number: u8) -> Option<Protocol> {
    Some(match number {
        2 => Protocol::PacketDatagram,
        3 | 10 => Protocol::PacketRaw,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::captured::{assert_cut_anywhere, assert_lines, captured, line, parts};
    use netlink::push_attribute;

    const CAPTURED: &[u8] = captured!("netlink/packet");

    #[test]
    fn sockets_are_told_with_what_they_see() {
        let (sockets, interfaces): (Vec<_>, Vec<_>) =
            parts(CAPTURED).into_iter().map(|part| socket(part).unwrap()).unzip();
        let nobody = line(&sockets[0]).split(' ').nth(5).unwrap().to_owned();
        let expected = "
            p_raw UNCONN 22816 0 *:* NOBODY 0 8990252
            p_raw UNCONN 0 0 arp:* NOBODY 0 8990253
            p_dgr UNCONN 3664 0 ip:* NOBODY 0 8990254
            p_dgr UNCONN 0 0 0x0000:* NOBODY 0 8990255";
        assert_lines(&sockets, &expected.replace("NOBODY", &nobody));
        if cfg!(target_endian = "little") {
            assert_eq!(interfaces, [0, 3, 1, 0]);
        }
    }

    #[test]
    fn the_request_has_the_shape_of_the_kernel() {
        let octets = request();
        assert_eq!((&octets[..4], octets.len()), (&[17, 0, 0, 0][..], 20));
        assert_eq!(number_at(&octets, 8), Some(0x11));
    }

    #[test]
    fn what_is_cut_is_a_socket_or_none() {
        assert_cut_anywhere(CAPTURED, socket);
    }

    /// By hand, after the headers of Linux 3.7: neither memory nor user.
    #[test]
    fn older_kernels_tell_less() {
        let mut octets = vec![AF_PACKET, 10];
        octets.extend(0x88ccu16.to_ne_bytes());
        for number in [77u32, 5, 6] {
            octets.extend(number.to_ne_bytes());
        }
        let information: Vec<_> = [7u32, 0, 0, 0, 0, 1].map(u32::to_ne_bytes).concat();
        push_attribute(&mut octets, attribute::INFO, &information);
        let (socket, interface) = socket(&octets).unwrap();
        assert!(line(&socket).starts_with("p_raw UNCONN - - lldp:* "), "{}", line(&socket));
        assert_eq!((socket.uid, socket.inode, interface), (None, Some(77), 7));
        assert_eq!(socket.cookie, Some(6 << 32 | 5));
    }
}
