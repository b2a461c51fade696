//! Certificates, keys and fingerprints of other protocols.

use data_encoding::{BASE64, HEXUPPER};

use super::wire::Reader;
use crate::name::present;

/// The types of certificates with a mnemonic, by their number from 1 (RFC 4398, 2.1).
const CERTIFICATES: [&str; 8] =
    ["PKIX", "SPKI", "PGP", "IPKIX", "ISPKI", "IPGP", "ACPKIX", "IACPKIX"];

/// TLSA and SMIMEA: `USAGE SELECTOR MATCHING DATA` (RFC 6698, 2.2; RFC 8162, 2).
pub fn tlsa(data: &mut Reader) -> Option<String> {
    let (usage, selector, matching) = (data.u8()?, data.u8()?, data.u8()?);
    Some(format!("{usage} {selector} {matching} {}", HEXUPPER.encode(data.rest()?)))
}

/// SSHFP: `ALGORITHM TYPE FINGERPRINT` (RFC 4255, 3.2).
pub fn sshfp(data: &mut Reader) -> Option<String> {
    let (algorithm, fingerprint_type) = (data.u8()?, data.u8()?);
    Some(format!("{algorithm} {fingerprint_type} {}", HEXUPPER.encode(data.rest()?)))
}

/// CERT: `TYPE TAG ALGORITHM CERTIFICATE` (RFC 4398, 2.2).
pub fn cert(data: &mut Reader) -> Option<String> {
    let (kind, tag, algorithm) = (data.u16()?, data.u16()?, data.u8()?);
    let kind = match kind {
        253 => "URI".to_owned(),
        254 => "OID".to_owned(),
        kind => usize::from(kind)
            .checked_sub(1)
            .and_then(|index| CERTIFICATES.get(index))
            .map_or_else(|| kind.to_string(), ToString::to_string),
    };
    Some(format!("{kind} {tag} {algorithm} {}", BASE64.encode(data.rest()?)))
}

/// OPENPGPKEY and DHCID: all of it in Base64 (RFC 7929, 2.3; RFC 4701, 3.2).
pub fn base64(data: &mut Reader) -> Option<String> {
    Some(BASE64.encode(data.rest()?))
}

/// IPSECKEY: `PRECEDENCE GATEWAY-TYPE ALGORITHM GATEWAY KEY`, without a key if the algorithm
/// is 0 (RFC 4025, 3.1).
pub fn ipseckey(data: &mut Reader) -> Option<String> {
    let (precedence, gateway_type, algorithm) = (data.u8()?, data.u8()?, data.u8()?);
    let gateway = match gateway_type {
        0 => ".".to_owned(),
        1 => data.ipv4()?.to_string(),
        2 => data.ipv6()?.to_string(),
        3 => present(&data.name()?),
        _ => return None,
    };
    let text = format!("{precedence} {gateway_type} {algorithm} {gateway}");
    if algorithm == 0 {
        return Some(text);
    }
    Some(format!("{text} {}", BASE64.encode(data.rest()?)))
}

/// HIP: `ALGORITHM HIT KEY [SERVER…]` (RFC 8005, 6).
pub fn hip(data: &mut Reader) -> Option<String> {
    let (hit_length, algorithm, key_length) = (data.u8()?, data.u8()?, data.u16()?);
    let hit = HEXUPPER.encode(data.take(usize::from(hit_length))?);
    let key = BASE64.encode(data.take(usize::from(key_length))?);
    let mut text = format!("{algorithm} {hit} {key}");
    while !data.is_empty() {
        text.push(' ');
        text.push_str(&present(&data.name()?));
    }
    Some(text)
}

/// AMTRELAY: `PRECEDENCE DISCOVERY TYPE RELAY` (RFC 8777, 4.3).
pub fn amtrelay(data: &mut Reader) -> Option<String> {
    let (precedence, kind) = (data.u8()?, data.u8()?);
    let (discovery, kind) = (kind >> 7, kind & 0x7f);
    let relay = match kind {
        0 => ".".to_owned(),
        1 => data.ipv4()?.to_string(),
        2 => data.ipv6()?.to_string(),
        3 => present(&data.name()?),
        _ => return None,
    };
    Some(format!("{precedence} {discovery} {kind} {relay}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{is_generic, presents};

    #[test]
    fn presents_each_type_in_its_form() {
        for (name, data, expected) in [
            ("TLSA", &b"\x03\x01\x01\xab\xcd"[..], "3 1 1 ABCD"),
            ("SMIMEA", b"\xff\xff\xff\0", "255 255 255 00"),
            ("SSHFP", b"\x04\x02\x12\x3a", "4 2 123A"),
            ("CERT", b"\0\x01\x30\x39\x08abc", "PKIX 12345 8 YWJj"),
            ("CERT", b"\0\xfe\0\0\0a", "OID 0 0 YQ=="),
            ("CERT", b"\0\0\0\0\0a", "0 0 0 YQ=="),
            ("CERT", b"\0\x09\0\0\xffa", "9 0 255 YQ=="),
            ("OPENPGPKEY", b"\0\xff", "AP8="),
            ("HIP", b"\x02\x02\0\x01\xab\xcda\x01r\0", "2 ABCD YQ== r"),
            ("AMTRELAY", b"\x0a\x81\xc0\0\x02\x01", "10 1 1 192.0.2.1"),
            ("AMTRELAY", b"\x0a\x03\x01r\0", "10 0 3 r"),
            ("DHCID", b"\0\x02\x01", "AAIB"),
            ("IPSECKEY", b"\x0a\0\x02ab", "10 0 2 . YWI="),
            ("IPSECKEY", b"\x0a\x01\x02\xc0\0\x02\x26ab", "10 1 2 192.0.2.38 YWI="),
            (
                "IPSECKEY",
                b"\x0a\x02\x02\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01a",
                "10 2 2 2001:db8::1 YQ==",
            ),
            ("IPSECKEY", b"\x0a\x03\0\x01g\0", "10 3 0 g"),
        ] {
            presents(name, data, expected);
        }
    }

    #[test]
    fn malformed_data_is_generic() {
        for (name, data) in [
            ("TLSA", &b"\x03\x01\x01"[..]),
            ("SSHFP", b"\x04\x02"),
            ("IPSECKEY", b"\x0a\0\x02"),
            ("IPSECKEY", b"\x0a\0\0a"),
            ("IPSECKEY", b"\x0a\x04\x02a"),
            ("IPSECKEY", b"\x0a\x01\x02\xc0\0\x02"),
        ] {
            is_generic(name, data);
        }
    }
}
