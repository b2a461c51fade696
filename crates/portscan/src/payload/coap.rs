//! The Constrained Application Protocol (RFC 7252).

use super::Probe;
use super::octets::nonce16;

pub(super) const COAP: Probe = Probe::new(&[5683], question, answer);

/// The octets of a header (3).
const HEADER_OCTETS: usize = 4;

const VERSION: u8 = 1;
const CONFIRMABLE: u8 = 0;
const RESET: u8 = 3;
const EMPTY: u8 = 0;

/// A ping (4.3): an empty message that wants to be confirmed, and is reset.
fn question(nonce: u64) -> Vec<u8> {
    let no_token = 0;
    let id = nonce16(nonce).to_be_bytes();
    [&[VERSION << 6 | CONFIRMABLE << 4 | no_token, EMPTY], &id[..]].concat()
}

fn answer(octets: &[u8]) -> Option<String> {
    let &[first, code, ..] = octets.first_chunk::<HEADER_OCTETS>()?;
    if first >> 6 != VERSION {
        return None;
    }
    match (first >> 4 & 3, code) {
        (RESET, EMPTY) => Some("CoAP answer, pong".to_owned()),
        // Responses have codes from 2.00 on (5.9).
        (_, 0x40..) => Some(format!("CoAP answer, {}.{:02}", code >> 5, code & 31)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_is_reset() {
        assert_eq!(question(0x1234 << 48), [0x40, 0, 0x12, 0x34]);
        for (octets, expected) in [
            (&[0x70, 0, 0x12, 0x34][..], Some("CoAP answer, pong")),
            (&[0x60, 0x84, 0x12, 0x34, 0xff], Some("CoAP answer, 4.04")),
            (&[0x40, 0, 0x12, 0x34], None),
            (&[0xb0, 0, 0x12, 0x34], None),
            (&[0x70, 0, 0x12], None),
        ] {
            assert_eq!(answer(octets).as_deref(), expected);
        }
    }
}
