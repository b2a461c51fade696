//! LDAP without a connection, as domain controllers speak it (RFC 4511; RFC 1798).

use super::Probe;
use super::ber::{self, BOOLEAN, ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE, application};
use super::octets::positive32;

pub(super) const LDAP: Probe = Probe::new(&[389], question, answer);

/// The tags of requests and answers (RFC 4511, 4.5).
const SEARCH_REQUEST: u8 = application(3);
const SEARCH_ENTRY: u8 = application(4);
const SEARCH_DONE: u8 = application(5);

const SCOPE_BASE_OBJECT: u32 = 0;
const NEVER_DEREFERENCE: u32 = 0;

/// The filter that a type is there (4.5.1.7): the only one here that has no parts.
const PRESENT: u8 = 0x87;

/// Asks for no attribute (4.5.1.8), so that what comes is about as long as what was sent.
const NO_ATTRIBUTES: &[u8] = b"1.1";

/// Looks whether there is a root of the directory (RFC 4512, 5.1), which everybody may.
fn question(nonce: u64) -> Vec<u8> {
    let root = ber::element(OCTET_STRING, &[]);
    let [entries_max, seconds_max] = [1, 1].map(|number| ber::integer(INTEGER, number));
    let attributes_without_values = ber::element(BOOLEAN, &[0xff]);
    let search = [
        root,
        ber::integer(ENUMERATED, SCOPE_BASE_OBJECT),
        ber::integer(ENUMERATED, NEVER_DEREFERENCE),
        entries_max,
        seconds_max,
        attributes_without_values,
        ber::element(PRESENT, b"objectClass"),
        ber::constructed(SEQUENCE, &[ber::element(OCTET_STRING, NO_ATTRIBUTES)]),
    ];
    let message =
        [ber::integer(INTEGER, positive32(nonce)), ber::constructed(SEARCH_REQUEST, &search)];
    ber::constructed(SEQUENCE, &message)
}

fn answer(octets: &[u8]) -> Option<String> {
    let mut message = ber::take(&mut { octets }, SEQUENCE)?;
    ber::take_number(&mut message, INTEGER)?;
    let (tag, mut result) = ber::take_any(&mut message)?;
    match tag {
        SEARCH_ENTRY => Some("LDAP answer, the root".to_owned()),
        SEARCH_DONE => Some(match ber::take_number(&mut result, ENUMERATED)? {
            0 => "LDAP answer, success".to_owned(),
            code => format!("LDAP answer, error {code}"),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_asked_for_without_its_attributes() {
        #[rustfmt::skip]
        let expected = [
            &[0x30, 0x2d, 2, 4, 0x41, 2, 3, 4, 0x63, 0x25][..],
            &[4, 0, 10, 1, 0, 10, 1, 0, 2, 1, 1, 2, 1, 1, 1, 1, 0xff],
            b"\x87\x0bobjectClass", b"\x30\x05\x04\x031.1",
        ];
        assert_eq!(question(0x0102_0304 << 32), expected.concat());
    }

    #[test]
    fn answers_tell_their_result() {
        let answered = |tag, content: &[u8]| {
            let message = [ber::integer(INTEGER, 7), ber::element(tag, content)];
            answer(&ber::constructed(SEQUENCE, &message))
        };
        for (tag, content, expected) in [
            (0x64, &[4, 0, 0x30, 0][..], Some("LDAP answer, the root")),
            (0x65, &[10, 1, 0, 4, 0, 4, 0], Some("LDAP answer, success")),
            (0x65, &[10, 1, 53, 4, 0, 4, 0], Some("LDAP answer, error 53")),
            (0x65, &[], None),
            (0x63, &[4, 0], None),
        ] {
            assert_eq!(answered(tag, content).as_deref(), expected);
        }
    }
}
