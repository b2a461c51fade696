//! What Linux 6.18 told on a machine of 64 bits, lower octet first, of sockets made for the purpose in
//! a network namespace of their own; and how tests look at it. Fuzzing starts from the same octets.

use output::Value;

use crate::socket::Socket;
use netlink::{Body, next_message};

macro_rules! captured {
    ($file:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/", $file))
    };
}
pub(crate) use captured;

/// The parts of a captured list.
pub(crate) fn parts(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(message) = next_message(&mut octets) {
        if let Body::Part(part) = message.body {
            parts.push(part);
        }
    }
    assert!(octets.is_empty());
    parts
}

/// A socket in a line: protocol, state, queues, ends, user, inodes and timer, as far as they are known.
pub(crate) fn line(socket: &Socket) -> String {
    let number = |number: Option<u64>| number.map_or("-".to_owned(), |number| number.to_string());
    let mut fields = vec![
        socket.protocol.name().to_owned(),
        socket.state.map_or("-", |state| state.name()).to_owned(),
        number(socket.recv_queue.map(u64::from)),
        number(socket.send_queue.map(u64::from)),
        Value::shown(&socket.local).to_text(),
        socket.peer.as_ref().map_or("-".to_owned(), |peer| Value::shown(peer).to_text()),
        number(socket.uid.map(u64::from)),
        number(socket.inode),
    ];
    fields.extend(socket.peer_inode.map(|inode| format!("peer:{inode}")));
    if let Some(timer) = socket.timer {
        let left_ms = timer.left.as_millis();
        fields.push(format!("{}:{left_ms}:{}", timer.kind.name(), timer.retransmits));
    }
    fields.join(" ")
}

/// Fails unless the sockets are these; on a machine of the other byte order nothing can be said.
#[track_caller]
pub(crate) fn assert_lines(sockets: &[Socket], expected: &str) {
    if cfg!(target_endian = "big") {
        return;
    }
    let lines: Vec<_> = sockets.iter().map(line).collect();
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    assert_eq!(lines, expected, "\n{}", lines.join("\n"));
}

/// Fails unless `read` gives for each beginning of each part a socket or nothing, and for each whole
/// part a socket.
#[track_caller]
pub(crate) fn assert_cut_anywhere<T>(octets: &[u8], read: impl Fn(&[u8]) -> Option<T>) {
    let parts = parts(octets);
    assert!(!parts.is_empty());
    for part in parts {
        for length in 0..part.len() {
            read(&part[..length]);
        }
        assert!(read(part).is_some());
    }
}
