//! Packet sockets (`packet_seq_show` of `net/packet/af_packet.c`).

use super::fields::{decimal, fields, hex};
use crate::backend::native::packet::protocol;
use crate::endpoint::{Endpoint, Interface};
use crate::socket::Socket;
use crate::state::State;

/// A line `address references type ethertype interface running memory uid inode`; `None` for one that
/// is none, as the header.
pub(super) fn socket(line: &[u8]) -> Option<Socket> {
    let mut fields = fields(line).skip(2);
    let mut next = || fields.next();
    let protocol = protocol(decimal(next()?)?)?;
    let ethertype = hex(next()?)?;
    let index = Some(decimal(next()?)?).filter(|index| *index != 0);
    let interface = index.map(|index| Interface { index, name: None });
    let local = Endpoint::Packet { ethertype, interface };
    let nobody = local.nobody();
    let mut socket = Socket::new(protocol, local, Some(nobody));
    socket.state = Some(State::Unconnected);
    let _is_running = next()?;
    socket.recv_queue = Some(decimal(next()?)?);
    let uid = decimal(next()?)?;
    socket.inode = Some(decimal(next()?)?).filter(|inode| *inode != 0);
    socket.uid = Some(uid).filter(|_| socket.inode.is_some());
    Some(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::captured::{captured, line};

    #[test]
    fn sockets_are_told_with_what_they_see() {
        let text = captured!("procnet/packet");
        let sockets: Vec<_> = text.split(|octet| *octet == b'\n').filter_map(socket).collect();
        let beginnings = [
            "p_raw UNCONN 22816 - *:* ",
            "p_raw UNCONN 0 - arp:if3 ",
            "p_dgr UNCONN 3664 - ip:if1 ",
            "p_dgr UNCONN 0 - 0x0000:* ",
        ];
        assert_eq!(sockets.len(), beginnings.len());
        for (socket, beginning) in sockets.iter().zip(beginnings) {
            assert!(line(socket).starts_with(beginning), "{socket:?}");
            assert!(socket.uid == Some(0) && socket.inode.is_some());
        }
    }

    /// By hand, after the sources of Linux 2.6.32.
    #[test]
    fn older_kernels_are_read_as_well() {
        let cases = [
            (
                "c7e2c400 3      10   88cc   12    1 4294967295 1000   5126",
                Some("p_raw UNCONN 4294967295 - lldp:if12 "),
            ),
            (
                "ffff88007974e000 3      3    0003   2     1 0      0      15375 ",
                Some("p_raw UNCONN 0 - *:if2 "),
            ),
            ("ffff88007974e000 3      4    0003   2     1 0      0      15375", None),
            ("ffff88007974e000 3      3    0003   2     1 0      0", None),
            ("sk       RefCnt Type Proto  Iface R Rmem   User   Inode", None),
            ("", None),
        ];
        for (text, beginning) in cases {
            let found = socket(text.as_bytes()).as_ref().map(line);
            match beginning {
                Some(beginning) => assert!(found.unwrap().starts_with(beginning), "{text}"),
                None => assert_eq!(found, None, "{text}"),
            }
        }
    }
}
