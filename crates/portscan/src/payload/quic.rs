//! QUIC (RFC 9000), which says which versions it speaks.

use super::Probe;
use super::octets::number32;

/// HTTP/3 (RFC 9114), DNS over QUIC (RFC 9250).
pub(super) const QUIC: Probe = Probe::new(&[443, 853, 8443], question, answer)
    .silent_if("a server of QUIC may ignore a version that it does not know");

/// No answer is owed to less (RFC 9000, 14.1), which makes it none of an amplifier.
const DATAGRAM_OCTETS: usize = 1200;

/// What every long header has (RFC 8999, 5.1), and the bit that is set in version 1.
const LONG_HEADER: u8 = 0x80;
const FIXED_BIT: u8 = 0x40;

/// A version that nobody will ever speak, so that the server lists its own (RFC 9000, 15).
const RESERVED_VERSION: u32 = 0x1a2a_3a4a;

/// The bits by which such a version is known.
const RESERVED_MASK: u32 = 0x0f0f_0f0f;
const RESERVED_BITS: u32 = 0x0a0a_0a0a;

/// The version of a packet that lists versions (RFC 8999, 6).
const NEGOTIATION: u32 = 0;

/// So many versions are told.
const TOLD_MAX: usize = 6;

fn question(nonce: u64) -> Vec<u8> {
    let destination = nonce.to_be_bytes();
    let source = (!nonce).to_be_bytes();
    let octets = |id: &[u8]| id.len().to_le_bytes()[0];
    let mut packet = [
        &[LONG_HEADER | FIXED_BIT],
        &RESERVED_VERSION.to_be_bytes()[..],
        &[octets(&destination)],
        &destination,
        &[octets(&source)],
        &source,
    ]
    .concat();
    packet.resize(DATAGRAM_OCTETS, 0);
    packet
}

fn answer(octets: &[u8]) -> Option<String> {
    let is_long = octets.first()? & LONG_HEADER != 0;
    if !is_long || number32(octets, 1)? != NEGOTIATION {
        return None;
    }
    let rest = without_id(without_id(octets.get(5..)?)?)?;
    let versions = rest.chunks_exact(4).filter_map(|version| number32(version, 0));
    let is_real = |version: &u32| version & RESERVED_MASK != RESERVED_BITS;
    let names: Vec<_> = versions.filter(is_real).take(TOLD_MAX).map(name).collect();
    if names.is_empty() {
        return None;
    }
    Some(format!("QUIC {}", names.join(", ")))
}

/// What stands behind the number of a connection.
fn without_id(octets: &[u8]) -> Option<&[u8]> {
    let (length, rest) = octets.split_first()?;
    rest.get(usize::from(*length)..)
}

/// The name of a version (RFC 9000, 15; RFC 9369, 3.1).
fn name(version: u32) -> String {
    match version {
        1 => "v1".to_owned(),
        0x6b33_43cf => "v2".to_owned(),
        0xff00_0001..=0xff00_00ff => format!("draft {}", version & 0xff),
        other => format!("{other:#010x}"),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};
    use std::time::Duration;

    use testkit::{EncryptedBehaviour, EncryptedServer};

    use super::*;

    /// How long a server on loopback may take.
    const PATIENCE: Duration = Duration::from_secs(5);

    #[test]
    fn a_server_of_quic_answers() {
        let server = EncryptedServer::start(EncryptedBehaviour::Proper).unwrap();
        let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client.connect(server.addr()).unwrap();
        client.send(&question(7)).unwrap();
        let mut octets = [0; DATAGRAM_OCTETS];
        let length = client.recv(&mut octets).unwrap();
        let words = answer(&octets[..length]).unwrap();
        assert!(words.starts_with("QUIC v1"), "{words}");
    }

    #[test]
    fn the_question_is_as_long_as_it_has_to_be() {
        let octets = question(0x0102_0304_0506_0708);
        assert_eq!(octets.len(), 1200);
        assert_eq!(octets[..6], [0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8]);
        assert_eq!(octets[6..15], [1, 2, 3, 4, 5, 6, 7, 8, 8]);
        assert_eq!(RESERVED_VERSION & RESERVED_MASK, RESERVED_BITS);
    }

    #[test]
    fn servers_list_their_versions() {
        let answered = |versions: &[u32]| {
            let mut octets = b"\xc0\0\0\0\0\x01a\x02bc".to_vec();
            octets.extend(versions.iter().flat_map(|version| version.to_be_bytes()));
            answer(&octets)
        };
        for (versions, expected) in [
            (&[1, 0x6b33_43cf, 0xff00_001d][..], Some("QUIC v1, v2, draft 29")),
            (&[0x0a1a_2a3a, 1], Some("QUIC v1")),
            (&[0x5130_3433], Some("QUIC 0x51303433")),
            (&[0x0a1a_2a3a], None),
            (&[], None),
        ] {
            assert_eq!(answered(versions).as_deref(), expected);
        }
        for octets in [&b""[..], b"\xc0\0\0\0\0\xff", b"\x40\0\0\0\0\0\0\0\0\0\x01"] {
            assert_eq!(answer(octets), None);
        }
    }
}
