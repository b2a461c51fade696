//! What must hold for any octets and any text from outside. Fuzzing has no other way in.

use output::Value;

use crate::backend::native::{inet, packet, unix};
use crate::backend::procnet::Table;
use crate::endpoint::{Endpoint, UnixName};
pub use crate::filter::fuzzing::{bytecode, expression};
use crate::protocol::{Protocol, Protocols};
use crate::socket::Socket;
use crate::state::States;
use netlink::{Body, HEADER_OCTETS, next_message};

/// Any octets are read as messages of the kernel, and each of these as a socket of every kind, without
/// panic; what is read is of that kind and can be shown.
///
/// # Panics
///
/// When that is not so.
pub fn netlink(octets: &[u8]) {
    let mut rest = octets;
    let mut unix_sockets = Vec::new();
    while let Some(message) = next_message(&mut rest) {
        let Body::Part(part) = message.body else { continue };
        assert!(part.len() + HEADER_OCTETS <= octets.len());
        for protocol in [Protocol::Tcp, Protocol::Udp, Protocol::Raw] {
            if let Some((socket, _)) = inet::socket(protocol, part) {
                assert_eq!(socket.protocol, protocol);
                assert_shown(&socket);
            }
        }
        if let Some((socket, _)) = packet::socket(part) {
            assert_eq!(socket.protocol.group(), Protocols::PACKET);
            assert_shown(&socket);
        }
        unix_sockets.extend(unix::socket(part));
    }
    let count = unix_sockets.len();
    let all = unix::with_peers(unix_sockets, States::ALL);
    assert_eq!(all.len(), count);
    for socket in &all {
        assert_eq!(socket.protocol.group(), Protocols::UNIX);
        assert_shown(socket);
    }
}

/// Any text is read as each of the tables, without panic: no more sockets than it has lines, all of
/// the kind of the table, none of a line that nothing ends.
///
/// # Panics
///
/// When that is not so.
pub fn procnet(text: &[u8]) {
    let lines = text.split(|octet| *octet == b'\n').count() - 1;
    // What nothing ends is as if it were not there.
    let end = text.iter().rposition(|octet| *octet == b'\n').map_or(0, |end| end + 1);
    for protocol in
        [Protocols::TCP, Protocols::UDP, Protocols::RAW, Protocols::UNIX, Protocols::PACKET]
    {
        let table = Table { protocol, is_v6: false };
        let sockets = table.parse(text);
        assert!(sockets.len() <= lines);
        for socket in &sockets {
            assert_eq!(socket.protocol.group(), protocol);
            assert_shown(socket);
        }
        let names = sockets.iter().map(|socket| name(socket).len());
        assert!(names.sum::<usize>() <= text.len());
        assert_eq!(table.parse(&text[..end]), sockets);
    }
}

fn name(socket: &Socket) -> &[u8] {
    match &socket.local {
        Endpoint::Unix(UnixName::Path(name) | UnixName::Abstract(name)) => name,
        _ => b"",
    }
}

fn assert_shown(socket: &Socket) {
    for end in [Some(&socket.local), socket.peer.as_ref()].into_iter().flatten() {
        let shown = Value::shown(end).to_text();
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }
}

#[cfg(test)]
mod tests {
    use testkit::with_seeds;

    use super::*;

    #[test]
    fn the_seeds_of_fuzzing_hold() {
        with_seeds("netlink", netlink);
        with_seeds("procnet", procnet);
    }
}
