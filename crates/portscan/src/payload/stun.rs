//! STUN, which tells a client its own address (RFC 8489).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Probe;
use super::octets::{nonce32, number16, number32, quoted};
use super::text::with;

pub(super) const STUN: Probe = Probe::new(&[3478, 19302], question, answer);

/// The octets of a header (5).
const HEADER_OCTETS: usize = 20;

const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

const MAGIC_COOKIE: u32 = 0x2112_a442;

/// Attributes (18.3).
const ERROR_CODE: u16 = 0x0009;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const SOFTWARE: u16 = 0x8022;

/// So many attributes are looked at.
const ATTRIBUTES_MAX: usize = 32;

fn question(nonce: u64) -> Vec<u8> {
    let no_attributes = 0u16.to_be_bytes();
    let transaction = [&nonce32(nonce).to_be_bytes()[..], &nonce.to_be_bytes()].concat();
    let kind = BINDING_REQUEST.to_be_bytes();
    [&kind[..], &no_attributes, &MAGIC_COOKIE.to_be_bytes(), &transaction].concat()
}

fn answer(octets: &[u8]) -> Option<String> {
    let (header, attributes) = octets.split_at_checked(HEADER_OCTETS)?;
    if number32(header, 4)? != MAGIC_COOKIE {
        return None;
    }
    let software = attribute(attributes, SOFTWARE).map(quoted).filter(|name| !name.is_empty());
    let words = match number16(header, 0)? {
        BINDING_SUCCESS => match attribute(attributes, XOR_MAPPED_ADDRESS) {
            Some(mapped) => format!("STUN, sees us as {}", unmasked(mapped, header)?),
            None => "STUN answer".to_owned(),
        },
        BINDING_ERROR => match attribute(attributes, ERROR_CODE) {
            // Hundreds and the rest (14.8).
            Some(&[_, _, class, number, ..]) => {
                format!("STUN error {}", u32::from(class & 7) * 100 + u32::from(number))
            }
            _ => "STUN error".to_owned(),
        },
        _ => return None,
    };
    Some(with(words, software))
}

/// The value of the first attribute of this type (14).
fn attribute(mut rest: &[u8], wanted: u16) -> Option<&[u8]> {
    for _ in 0..ATTRIBUTES_MAX {
        let (kind, length) = (number16(rest, 0)?, usize::from(number16(rest, 2)?));
        let value = rest.get(4..4 + length)?;
        if kind == wanted {
            return Some(value);
        }
        rest = rest.get(4 + length.next_multiple_of(4)..)?;
    }
    None
}

/// An address that was made unlike itself, so that no NAT rewrites it (14.2).
fn unmasked(mapped: &[u8], header: &[u8]) -> Option<SocketAddr> {
    const IPV4: u8 = 1;
    const IPV6: u8 = 2;

    let mask: &[u8; 16] = header.get(4..)?.first_chunk()?;
    let port = number16(mapped, 2)? ^ number16(mask, 0)?;
    let address = mapped.get(4..)?;
    let address = match *mapped.get(1)? {
        IPV4 => IpAddr::V4(Ipv4Addr::from(number32(address, 0)? ^ MAGIC_COOKIE)),
        IPV6 => {
            let address = u128::from_be_bytes(*address.first_chunk()?);
            IpAddr::V6(Ipv6Addr::from(address ^ u128::from_be_bytes(*mask)))
        }
        _ => return None,
    };
    Some(SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_a_binding_request() {
        let octets = question(0x0102_0304_0506_0708);
        assert_eq!(octets[..8], [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]);
        assert_eq!(octets[8..], [1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    /// The answers of RFC 5769, 2.2 and 2.3, without what they are signed with.
    #[test]
    fn answers_tell_the_address_as_their_vectors_say() {
        let transaction = b"\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae";
        let answered = |kind: &[u8], mapped: &[u8]| {
            let head = [kind, b"\0\x3c\x21\x12\xa4\x42", transaction].concat();
            let software = b"\x80\x22\0\x0btest vector ";
            answer(&[&head, &software[..], mapped].concat())
        };
        let v4 = b"\0\x20\0\x08\0\x01\xa1\x47\xe1\x12\xa6\x43";
        let v6 =
            b"\0\x20\0\x14\0\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9";
        let error = b"\0\x09\0\x04\0\0\x04\x14";
        for (kind, attribute, expected) in [
            (b"\x01\x01", &v4[..], "STUN, sees us as 192.0.2.1:32853, test vector"),
            (
                b"\x01\x01",
                &v6[..],
                "STUN, sees us as [2001:db8:1234:5678:11:2233:4455:6677]:32853, test vector",
            ),
            (b"\x01\x01", b"", "STUN answer, test vector"),
            (b"\x01\x11", error, "STUN error 420, test vector"),
        ] {
            assert_eq!(answered(kind, attribute).unwrap(), expected);
        }
        assert_eq!(answered(b"\0\x01", v4), None);
        assert_eq!(answered(b"\x01\x01", b"\0\x20\0\x02\0\x01"), None);
    }
}
