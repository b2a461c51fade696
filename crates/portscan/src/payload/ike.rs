//! The Internet Key Exchange (RFC 7296), which says which version it speaks.

use super::Probe;
use super::octets::number16;

pub(super) const IKE: Probe = Probe::new(&[500], question, answer);

/// The port of IKE through NAT, where it shares its port with ESP (RFC 3948, 2.2).
pub(super) const IKE_NAT: Probe = Probe::new(&[4500], question_in_esp, answer_in_esp);

/// What tells IKE from ESP, whose first number is never zero.
const NON_ESP_MARKER: [u8; 4] = [0; 4];

/// The octets of a header (3.1).
const HEADER_OCTETS: usize = 28;

const NO_NEXT_PAYLOAD: u8 = 0;

/// A version that there is not, to which a responder says the highest that it knows (2.5).
const MAJOR_VERSION: u8 = 3;

const EXCHANGE_IKE_SA_INIT: u8 = 34;
const FLAG_INITIATOR: u8 = 0x08;

/// The payloads that notify, and where their type is behind the header (3.10; RFC 2408, 3.14).
const NOTIFY_V2: u8 = 41;
const NOTIFY_V2_TYPE: usize = HEADER_OCTETS + 6;
const NOTIFY_V1: u8 = 11;
const NOTIFY_V1_TYPE: usize = HEADER_OCTETS + 10;

/// Asks for a version that there is not: nothing is computed and nothing is kept for that.
fn question(nonce: u64) -> Vec<u8> {
    // A number of zero is nobody's.
    let initiator = (nonce | 1).to_be_bytes();
    let responder = [0; 8];
    let version = MAJOR_VERSION << 4;
    let kind = [NO_NEXT_PAYLOAD, version, EXCHANGE_IKE_SA_INIT, FLAG_INITIATOR];
    let message_id = 0u32.to_be_bytes();
    let length = [0, 0, 0, HEADER_OCTETS.to_le_bytes()[0]];
    [&initiator[..], &responder, &kind, &message_id, &length].concat()
}

fn answer(octets: &[u8]) -> Option<String> {
    let header = octets.first_chunk::<HEADER_OCTETS>()?;
    let (payload, version, flags) = (header[16], header[17] >> 4, header[19]);
    let notified = match (version, payload) {
        (2, NOTIFY_V2) => number16(octets, NOTIFY_V2_TYPE),
        (1, NOTIFY_V1) => number16(octets, NOTIFY_V1_TYPE),
        (1 | 2, _) => None,
        _ => return None,
    };
    let is_ours = version == 2 && flags & FLAG_INITIATOR != 0;
    if is_ours {
        return None;
    }
    Some(match notified {
        Some(notified) => format!("IKEv{version}, {}", name(notified)),
        None => format!("IKEv{version} answer"),
    })
}

/// The name of an error (3.10.1), which are the same in version 1 as far as they are named here.
fn name(notified: u16) -> String {
    match notified {
        4 => "INVALID_IKE_SPI".to_owned(),
        5 => "INVALID_MAJOR_VERSION".to_owned(),
        7 => "INVALID_SYNTAX".to_owned(),
        other => format!("notification {other}"),
    }
}

fn question_in_esp(nonce: u64) -> Vec<u8> {
    [&NON_ESP_MARKER[..], &question(nonce)].concat()
}

fn answer_in_esp(octets: &[u8]) -> Option<String> {
    answer(octets.strip_prefix(&NON_ESP_MARKER)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_there_is_not_is_asked_for() {
        let octets = question(0x0102_0304_0506_0708);
        assert_eq!(octets[..8], [1, 2, 3, 4, 5, 6, 7, 9]);
        assert_eq!(octets[8..], *b"\0\0\0\0\0\0\0\0\0\x30\x22\x08\0\0\0\0\0\0\0\x1c");
        assert_eq!(question_in_esp(0)[..4], [0; 4]);
        assert_eq!(question_in_esp(0)[4..], question(0));
    }

    #[test]
    fn answers_tell_their_version() {
        let answered = |payload, version, flags, rest: &[u8]| {
            let kind = [payload, version, 34, flags];
            let header = [&[7; 16][..], &kind, &[0; 4], &[0, 0, 0, 36]].concat();
            let octets = [&header, rest].concat();
            let through_nat = [&NON_ESP_MARKER[..], &octets].concat();
            assert_eq!(answer_in_esp(&through_nat), answer(&octets));
            answer(&octets)
        };
        let notify_v2 = b"\0\0\0\x09\0\0\0\x05\x20";
        let notify_v1 = b"\0\0\0\x0c\0\0\0\x01\x01\0\0\x05";
        for (payload, version, flags, rest, expected) in [
            (41, 0x20, 0x20, &notify_v2[..], Some("IKEv2, INVALID_MAJOR_VERSION")),
            (41, 0x20, 0x20, b"\0\0\0\x08\0\0\0\x63", Some("IKEv2, notification 99")),
            (41, 0x20, 0x20, b"", Some("IKEv2 answer")),
            (11, 0x10, 0x00, notify_v1, Some("IKEv1, INVALID_MAJOR_VERSION")),
            (33, 0x20, 0x20, b"", Some("IKEv2 answer")),
            (0, 0x20, 0x08, b"", None),
            (0, 0x30, 0x20, b"", None),
        ] {
            assert_eq!(answered(payload, version, flags, rest).as_deref(), expected);
        }
        assert_eq!(answer(&[0x20; 27]), None);
    }
}
