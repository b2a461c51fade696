//! Session Traversal Utilities for NAT (RFC 8489): who am I, seen from outside?

use std::net::IpAddr;

/// The octets of a header: type, length, cookie, transaction.
const HEADER_OCTETS: usize = 20;

/// What tells STUN from all else (RFC 8489, 5).
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

const MAPPED_ADDRESS: u16 = 0x0001;
const ERROR_CODE: u16 = 0x0009;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;

/// What makes a response the one to a request.
pub(super) type TransactionId = [u8; 12];

/// The request that asks for it: a header and nothing else.
pub(super) fn request(id: TransactionId) -> Vec<u8> {
    let mut octets = Vec::with_capacity(HEADER_OCTETS);
    octets.extend(BINDING_REQUEST.to_be_bytes());
    octets.extend(0u16.to_be_bytes());
    octets.extend(MAGIC_COOKIE);
    octets.extend(id);
    octets
}

/// The address in a response, or why there is none; `None` where it is no response to this request.
pub(super) fn address(octets: &[u8], id: TransactionId) -> Option<Result<IpAddr, String>> {
    let (head, rest) = octets.split_at_checked(HEADER_OCTETS)?;
    if head[4..8] != MAGIC_COOKIE || head[8..] != id {
        return None;
    }
    let attributes = rest.get(..usize::from(short_at(head, 2)?))?;
    match short_at(head, 0)? {
        BINDING_SUCCESS => {}
        BINDING_ERROR => return Some(Err(error(attributes))),
        _ => return None,
    }
    // Routers that rewrite addresses rewrite those in plain sight, too (RFC 8489, 14.2).
    let mut pad = [0; 16];
    pad[..4].copy_from_slice(&MAGIC_COOKIE);
    pad[4..].copy_from_slice(&id);
    let xored = find(attributes, XOR_MAPPED_ADDRESS).and_then(|value| ip(value, pad));
    let plain = || find(attributes, MAPPED_ADDRESS).and_then(|value| ip(value, [0; 16]));
    Some(xored.or_else(plain).ok_or_else(|| "no mapped address".to_owned()))
}

/// The value of the first attribute of a type; values are padded to 4 octets.
fn find(mut attributes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let kind = short_at(attributes, 0)?;
        let length = usize::from(short_at(attributes, 2)?);
        let value = attributes.get(4..4 + length)?;
        if kind == wanted {
            return Some(value);
        }
        attributes = attributes.get(4 + length.next_multiple_of(4)..)?;
    }
}

/// An address: zero, the family, the port, the address itself (RFC 8489, 14.1).
fn ip(value: &[u8], pad: [u8; 16]) -> Option<IpAddr> {
    let family = *value.get(1)?;
    let octets = value.get(4..)?;
    let mut plain = [0; 16];
    for (octet, (given, pad)) in plain.iter_mut().zip(octets.iter().zip(pad)) {
        *octet = given ^ pad;
    }
    match (family, octets.len()) {
        (1, 4) => Some(IpAddr::from(*plain.first_chunk::<4>()?)),
        (2, 16) => Some(IpAddr::from(plain)),
        _ => None,
    }
}

/// The number and the words of an error (RFC 8489, 14.8).
fn error(attributes: &[u8]) -> String {
    let told = find(attributes, ERROR_CODE).and_then(|value| {
        let (head, words) = value.split_at_checked(4)?;
        let code = u16::from(head[2] & 7) * 100 + u16::from(head[3]);
        Some(format!("error {code} {}", String::from_utf8_lossy(words)).trim_end().to_owned())
    });
    told.unwrap_or_else(|| "an error".to_owned())
}

fn short_at(octets: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*octets.get(offset..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5769, 2.2: a response over IPv4, with its attributes SOFTWARE, XOR-MAPPED-ADDRESS,
    /// MESSAGE-INTEGRITY and FINGERPRINT.
    const IPV4_RESPONSE: [u8; 80] = [
        0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6,
        0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76,
        0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1,
        0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3,
        0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00,
        0x04, 0xc0, 0x7d, 0x4c, 0x96,
    ];

    /// RFC 5769, 2.3: the XOR-MAPPED-ADDRESS of the response over IPv6.
    const IPV6_ADDRESS: [u8; 20] = [
        0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4,
        0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
    ];

    const ID: TransactionId =
        [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];

    fn response(kind: u16, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (kind, value) in attributes {
            body.extend(kind.to_be_bytes());
            body.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        let mut octets = kind.to_be_bytes().to_vec();
        octets.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        octets.extend(MAGIC_COOKIE);
        octets.extend(ID);
        octets.extend(body);
        octets
    }

    #[test]
    fn the_samples_of_rfc_5769_are_read() {
        assert_eq!(address(&IPV4_RESPONSE, ID), Some(Ok([192, 0, 2, 1].into())));
        let v6 = response(BINDING_SUCCESS, &[(XOR_MAPPED_ADDRESS, &IPV6_ADDRESS)]);
        let expected: IpAddr = "2001:db8:1234:5678:11:2233:4455:6677".parse().unwrap();
        assert_eq!(address(&v6, ID), Some(Ok(expected)));
    }

    #[test]
    fn an_old_server_tells_the_address_in_plain_sight() {
        let plain = [0, 1, 0, 80, 192, 0, 2, 9];
        let old = response(BINDING_SUCCESS, &[(0x8022, b"old"), (MAPPED_ADDRESS, &plain)]);
        assert_eq!(address(&old, ID), Some(Ok([192, 0, 2, 9].into())));
    }

    #[test]
    fn an_error_is_told_in_its_words() {
        let refused = response(BINDING_ERROR, &[(ERROR_CODE, b"\0\0\x04\x01Unauthorized")]);
        assert_eq!(address(&refused, ID), Some(Err("error 401 Unauthorized".to_owned())));
        assert_eq!(address(&response(BINDING_ERROR, &[]), ID), Some(Err("an error".to_owned())));
        let empty = response(BINDING_SUCCESS, &[]);
        assert_eq!(address(&empty, ID), Some(Err("no mapped address".to_owned())));
    }

    #[test]
    fn what_is_no_response_to_the_request_is_waited_past() {
        assert_eq!(address(&request(ID), ID), None);
        assert_eq!(address(&IPV4_RESPONSE, [0; 12]), None);
        for length in 0..IPV4_RESPONSE.len() {
            assert_eq!(address(&IPV4_RESPONSE[..length], ID), None, "{length}");
        }
    }
}
