//! Memcached over UDP ("UDP protocol" of its `doc/protocol.txt`).

use super::Probe;
use super::octets::{nonce16, quoted};

pub(super) const MEMCACHED: Probe = Probe::new(&[11211], question, answer);

/// The octets of the header of every datagram.
const HEADER_OCTETS: usize = 8;

/// Asks for the version, which is the shortest that it says.
fn question(nonce: u64) -> Vec<u8> {
    let [sequence, datagrams, reserved] = [0u16, 1, 0];
    let header = [nonce16(nonce), sequence, datagrams, reserved];
    let mut octets: Vec<u8> = header.into_iter().flat_map(u16::to_be_bytes).collect();
    octets.extend(b"version\r\n");
    octets
}

fn answer(octets: &[u8]) -> Option<String> {
    let (_, text) = octets.split_at_checked(HEADER_OCTETS)?;
    if let Some(version) = text.strip_prefix(b"VERSION ") {
        return Some(format!("memcached {}", quoted(version)));
    }
    let is_error = [&b"ERROR"[..], b"SERVER_ERROR", b"CLIENT_ERROR"]
        .iter()
        .any(|error| text.starts_with(error));
    is_error.then(|| format!("memcached, {}", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_asked_for_and_told() {
        assert_eq!(question(0x1234 << 48), b"\x12\x34\0\0\0\x01\0\0version\r\n");
        for (octets, expected) in [
            (&b"\x12\x34\0\0\0\x01\0\0VERSION 1.6.18\r\n"[..], Some("memcached 1.6.18")),
            (b"\x12\x34\0\0\0\x01\0\0ERROR\r\n", Some("memcached, ERROR")),
            (b"\x12\x34\0\0\0\x01\0\0", None),
            (b"VERSION", None),
        ] {
            assert_eq!(answer(octets).as_deref(), expected);
        }
    }
}
