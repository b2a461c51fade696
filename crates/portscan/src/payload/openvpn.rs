//! OpenVPN (`src/openvpn/ssl_pkt.h` of its sources).

use super::Probe;

pub(super) const OPENVPN: Probe = Probe::new(&[1194], question, answer)
    .silent_if("OpenVPN with tls-auth or tls-crypt is silent to everybody without its key");

const HARD_RESET_CLIENT: u8 = 7;
const HARD_RESET_SERVER: u8 = 8;

/// The octets of what every message of control begins with: opcode, session, acknowledgements.
const HEADER_OCTETS: usize = 10;

/// The first message of a client.
fn question(nonce: u64) -> Vec<u8> {
    let key = 0;
    let session = nonce.to_be_bytes();
    let acknowledgements = [0];
    let packet_id = 0u32.to_be_bytes();
    [&[HARD_RESET_CLIENT << 3 | key], &session[..], &acknowledgements, &packet_id].concat()
}

fn answer(octets: &[u8]) -> Option<String> {
    let header = octets.first_chunk::<HEADER_OCTETS>()?;
    (header[0] >> 3 == HARD_RESET_SERVER).then(|| "OpenVPN answer, ready for TLS".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_is_answered_with_a_reset() {
        assert_eq!(
            question(0x0102_0304_0506_0708),
            b"\x38\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\0\0"
        );
        let acknowledged = b"\x40abcdefgh\x01\0\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\0";
        assert!(answer(acknowledged).is_some());
        assert_eq!(answer(b"\x20abcdefgh\x01"), None);
        assert_eq!(answer(b"\x40abcdefgh"), None);
    }
}
