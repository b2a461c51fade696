//! What Linux' /proc tells that netstat2 does not: peers of UDP sockets, names of processes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use output::Family;

use super::Kinds;
use crate::socket::{Endpoint, Protocol, Socket, State};

/// A line of /proc/net/{tcp,udp}{,6}: its inode, state (`include/net/tcp_states.h`) and peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    inode: u32,
    state: u8,
    peer: SocketAddr,
}

/// Facts that complete a socket.
pub(crate) struct Facts {
    udp: HashMap<u32, Line>,
    names: RefCell<HashMap<u32, Option<OsString>>>,
}

impl Facts {
    /// Reads what these kinds of sockets need. What cannot be read is not known.
    pub(crate) fn read(kinds: Kinds) -> Self {
        let files: &[_] = if kinds.udp { &["udp", "udp6"] } else { &[] };
        let udp = files.iter().flat_map(|file| lines(file)).filter(|line| line.inode != 0);
        Self { udp: udp.map(|line| (line.inode, line)).collect(), names: RefCell::default() }
    }

    pub(crate) fn complete(&self, mut socket: Socket) -> Socket {
        let line = socket.inode.and_then(|inode| self.udp.get(&inode));
        if let Some(line) = line.filter(|_| socket.protocol == Protocol::Udp) {
            socket.peer = Some(Endpoint(line.peer));
            socket.state = udp_state(line.state);
        }
        let mut names = self.names.borrow_mut();
        for owner in &mut socket.owners {
            owner.name = names.entry(owner.pid).or_insert_with(|| process_name(owner.pid)).clone();
        }
        socket
    }
}

/// Whether /proc/net lists any socket of these kinds, which are one protocol of one family.
pub(crate) fn has_sockets(kinds: Kinds) -> bool {
    let file = match (kinds.tcp, kinds.family) {
        (true, Family::Ipv6) => "tcp6",
        (true, _) => "tcp",
        (false, Family::Ipv6) => "udp6",
        (false, _) => "udp",
    };
    !lines(file).is_empty()
}

fn lines(file: &str) -> Vec<Line> {
    let text = fs::read_to_string(format!("/proc/net/{file}")).unwrap_or_default();
    text.lines().skip(1).filter_map(parse_line).collect()
}

fn process_name(pid: u32) -> Option<OsString> {
    let mut name = fs::read(format!("/proc/{pid}/comm")).ok()?;
    name.pop_if(|last| *last == b'\n');
    os_string(name)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not every byte string is a name")]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt;
    Some(OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

const fn udp_state(state: u8) -> Option<State> {
    match state {
        1 => Some(State::Established),
        7 => Some(State::Unconnected),
        _ => None,
    }
}

/// `sl local rem st tx:rx tr:when retrnsmt uid timeout inode …` (`udp4_format_sock` of
/// net/ipv4/udp.c).
fn parse_line(line: &str) -> Option<Line> {
    let mut fields = line.split_ascii_whitespace().skip(2);
    let peer = parse_endpoint(fields.next()?)?;
    let state = u8::from_str_radix(fields.next()?, 16).ok()?;
    let inode = fields.nth(5)?.parse().ok()?;
    Some(Line { inode, state, peer })
}

/// Addresses stand in words of 32 bits, each printed as a number of this machine's byte order.
fn parse_endpoint(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let word = |at: usize| {
        let hex = address.get(at..at + 8)?;
        Some(u32::from_str_radix(hex, 16).ok()?.to_ne_bytes())
    };
    let address: IpAddr = match address.len() {
        8 => Ipv4Addr::from(word(0)?).into(),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            let mut octets = [0; 16];
            octets.as_chunks_mut().0.copy_from_slice(&words);
            Ipv6Addr::from(octets).into()
        }
        _ => return None,
    };
    Some(SocketAddr::new(address, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn lines_are_read_as_the_kernel_writes_them() {
        let cases = [
            (
                "  325: 0100007F:8A8B 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 24163 2 000000008b2a3b4c 0",
                Some((24163, 1, "127.0.0.1:53")),
            ),
            (
                " 1024: 00000000000000000000000001000000:14E9 B80D0120000000000000000001000000:0050 07 00000000:00000000 00:00000000 00000000   101        0 999 2 0 0",
                Some((999, 7, "[2001:db8::1]:80")),
            ),
            ("  sl  local_address rem_address   st tx_queue", None),
            ("1: 0100007F:8A8B", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(inode, state, peer): (u32, u8, &str)| Line {
                inode,
                state,
                peer: peer.parse().expect("a socket address"),
            });
            assert_eq!(parse_line(text), expected, "{text}");
        }
    }
}
