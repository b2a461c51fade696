//! DNS (RFC 1035) and multicast DNS (RFC 6762).

use super::Probe;
use super::octets::{nonce16, number16};

pub(super) const DNS: Probe = Probe::new(&[53], question, answer);
pub(super) const MDNS: Probe = Probe::new(&[5353], services, service_answer);

/// The octets of a header (RFC 1035, 4.1.1).
pub(super) const HEADER_OCTETS: usize = 12;

/// A question for what nobody has to look up: every flag is clear, so neither does the server ask
/// others (RD).
const QUERY: u16 = 0;

/// The flag of a response (QR).
const RESPONSE: u16 = 0x8000;

/// The response code in the flags (RCODE).
const RCODE: u16 = 0x000f;

const TYPE_A: u16 = 1;
const TYPE_PTR: u16 = 12;
const CLASS_IN: u16 = 1;

/// Asks for an answer to the sender alone (QU; RFC 6762, 5.4).
const UNICAST: u16 = 0x8000;

/// The longest chain of labels that is walked: a name has 255 octets at most.
const LABELS_MAX: usize = 128;

/// Asks for the address of `localhost`, which servers know by themselves (RFC 6761, 6.3) or refuse.
/// Without EDNS no answer exceeds 512 octets.
fn question(nonce: u64) -> Vec<u8> {
    message(nonce, &["localhost"], TYPE_A, CLASS_IN)
}

/// Asks for the types of services of a host (RFC 6763, 9). It is answered on the same link only.
fn services(nonce: u64) -> Vec<u8> {
    message(nonce, &["_services", "_dns-sd", "_udp", "local"], TYPE_PTR, CLASS_IN | UNICAST)
}

fn message(nonce: u64, labels: &[&str], record_type: u16, class: u16) -> Vec<u8> {
    let [questions, no_records] = [1u16, 0];
    let header = [nonce16(nonce), QUERY, questions, no_records, no_records, no_records];
    let mut octets: Vec<u8> = header.into_iter().flat_map(u16::to_be_bytes).collect();
    for label in labels {
        octets.push(label.len().to_le_bytes()[0]);
        octets.extend(label.as_bytes());
    }
    octets.push(0);
    octets.extend([record_type, class].into_iter().flat_map(u16::to_be_bytes));
    octets
}

fn answer(octets: &[u8]) -> Option<String> {
    Some(format!("DNS answer, {}", rcode(response_flags(octets)? & RCODE)))
}

fn service_answer(octets: &[u8]) -> Option<String> {
    response_flags(octets)?;
    let records = number16(octets, 6)?;
    let types = if records == 1 { "type" } else { "types" };
    Some(format!("mDNS answer, {records} service {types}"))
}

/// The flags of what is a response.
pub(super) fn response_flags(octets: &[u8]) -> Option<u16> {
    let header = octets.first_chunk::<HEADER_OCTETS>()?;
    number16(header, 2).filter(|flags| flags & RESPONSE != 0)
}

/// The place behind the name at this place (RFC 1035, 4.1.4).
pub(super) fn end_of_name(octets: &[u8], mut place: usize) -> Option<usize> {
    for _ in 0..LABELS_MAX {
        match *octets.get(place)? {
            0 => return Some(place + 1),
            length @ 1..=63 => place += 1 + usize::from(length),
            0xc0.. => return Some(place + 2),
            _ => return None,
        }
    }
    None
}

/// The names of RFC 1035, 4.1.1 and RFC 2136, 2.2.
fn rcode(code: u16) -> String {
    const NAMES: [&str; 11] = [
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
        "NXRRSET", "NOTAUTH", "NOTZONE",
    ];
    NAMES.get(usize::from(code)).map_or_else(|| format!("RCODE{code}"), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_does_not_want_recursion() {
        let expected = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x09localhost\0\0\x01\0\x01";
        assert_eq!(question(0x1234 << 48), expected);
        let expected =
            b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\x80\x01";
        assert_eq!(services(0x1234 << 48), expected);
    }

    #[test]
    fn answers_tell_their_code() {
        for (octets, expected) in [
            (&b"\x12\x34\x80\x05\0\x01\0\0\0\0\0\0"[..], Some("DNS answer, REFUSED")),
            (b"\x12\x34\x84\0\0\x01\0\x01\0\0\0\0rest", Some("DNS answer, NOERROR")),
            (b"\x12\x34\x80\x0f\0\0\0\0\0\0\0\0", Some("DNS answer, RCODE15")),
            (b"\x12\x34\0\x05\0\x01\0\0\0\0\0\0", None),
            (b"\x12\x34\x80\x05\0\x01\0\0\0\0\0", None),
        ] {
            assert_eq!(answer(octets).as_deref(), expected);
        }
        let octets = b"\x12\x34\x84\0\0\x01\0\x03\0\0\0\0";
        assert_eq!(service_answer(octets).unwrap(), "mDNS answer, 3 service types");
    }

    #[test]
    fn the_end_of_a_name_is_in_reach() {
        for (octets, expected) in [
            (&b"\0"[..], Some(1)),
            (b"\x01a\x02bc\0rest", Some(6)),
            (b"\x01a\xc0\x0c", Some(4)),
            (b"\x01", None),
            (b"\x40", None),
            (&[1; 1000], None),
        ] {
            assert_eq!(end_of_name(octets, 0), expected);
        }
    }
}
