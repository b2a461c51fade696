//! The types of DNSSEC and of its neighbours: keys, digests, signatures, and what does not exist.

use data_encoding::{BASE32HEX_NOPAD, BASE64, HEXUPPER};
use hickory_proto::rr::RecordType;

use super::calendar::calendar;
use super::text::join;
use super::types::type_name;
use super::wire::Reader;
use crate::name::present;

/// The most octets of a window of types (RFC 4034, 4.1.2).
const WINDOW_MAX_OCTETS: usize = 32;

/// DS and CDS: `TAG ALGORITHM DIGEST-TYPE DIGEST` (RFC 4034, 5.3; RFC 7344, 3.1).
pub fn ds(data: &mut Reader) -> Option<String> {
    let (tag, algorithm, digest_type) = (data.u16()?, data.u8()?, data.u8()?);
    Some(format!("{tag} {algorithm} {digest_type} {}", HEXUPPER.encode(data.rest()?)))
}

/// DNSKEY and CDNSKEY: `FLAGS PROTOCOL ALGORITHM KEY` (RFC 4034, 2.2; RFC 7344, 3.2).
pub fn dnskey(data: &mut Reader) -> Option<String> {
    let (flags, protocol, algorithm) = (data.u16()?, data.u8()?, data.u8()?);
    Some(format!("{flags} {protocol} {algorithm} {}", BASE64.encode(data.rest()?)))
}

/// RRSIG: `TYPE ALGORITHM LABELS TTL EXPIRATION INCEPTION TAG SIGNER SIGNATURE` (RFC 4034, 3.2).
pub fn rrsig(data: &mut Reader) -> Option<String> {
    let covered = type_name(RecordType::from(data.u16()?));
    let (algorithm, labels, ttl) = (data.u8()?, data.u8()?, data.u32()?);
    let (expiration, inception) = (time(data.u32()?), time(data.u32()?));
    let (tag, signer) = (data.u16()?, present(&data.name()?));
    let signature = BASE64.encode(data.rest()?);
    Some(format!(
        "{covered} {algorithm} {labels} {ttl} {expiration} {inception} {tag} {signer} {signature}"
    ))
}

/// NSEC: `NEXT TYPE…` (RFC 4034, 4.2).
pub fn nsec(data: &mut Reader) -> Option<String> {
    let next = present(&data.name()?);
    Some(join([next].into_iter().chain(types(data)?)))
}

/// NSEC3: `HASH FLAGS ITERATIONS SALT NEXT TYPE…` (RFC 5155, 3.3).
pub fn nsec3(data: &mut Reader) -> Option<String> {
    let parameters = nsec3param(data)?;
    let next = data.string().filter(|hash| !hash.is_empty())?;
    Some(join([parameters, BASE32HEX_NOPAD.encode(next)].into_iter().chain(types(data)?)))
}

/// NSEC3PARAM: `HASH FLAGS ITERATIONS SALT` (RFC 5155, 4.3).
pub fn nsec3param(data: &mut Reader) -> Option<String> {
    let (hash, flags, iterations) = (data.u8()?, data.u8()?, data.u16()?);
    let salt = match data.string()? {
        [] => "-".to_owned(),
        salt => HEXUPPER.encode(salt),
    };
    Some(format!("{hash} {flags} {iterations} {salt}"))
}

/// CSYNC: `SERIAL FLAGS TYPE…` (RFC 7477, 2.1.2).
pub fn csync(data: &mut Reader) -> Option<String> {
    let (serial, flags) = (data.u32()?, data.u16()?);
    Some(join([serial.to_string(), flags.to_string()].into_iter().chain(types(data)?)))
}

/// ZONEMD: `SERIAL SCHEME HASH DIGEST` (RFC 8976, 2.3).
pub fn zonemd(data: &mut Reader) -> Option<String> {
    let (serial, scheme, hash) = (data.u32()?, data.u8()?, data.u8()?);
    Some(format!("{serial} {scheme} {hash} {}", HEXUPPER.encode(data.rest()?)))
}

/// The types of a bitmap in windows, to the end of the data (RFC 4034, 4.1.2).
fn types(data: &mut Reader) -> Option<Vec<String>> {
    let mut types = Vec::new();
    let mut last = None;
    while !data.is_empty() {
        let window = data.u8()?;
        let bits = data.string()?;
        let ascends = last.is_none_or(|last| last < window);
        // Zeros at the end are left out, and so is a window of nothing else.
        if !ascends || bits.len() > WINDOW_MAX_OCTETS || bits.last().is_none_or(|last| *last == 0) {
            return None;
        }
        last = Some(window);
        for (octet, low) in bits.iter().zip((0..=u8::MAX).step_by(8)) {
            let set = (0..8).filter(|bit| octet & (0x80 >> bit) != 0);
            types.extend(set.map(|bit| {
                let code = u16::from_be_bytes([window, low + bit]);
                type_name(RecordType::from(code)).into_owned()
            }));
        }
    }
    Some(types)
}

/// `YYYYMMDDHHmmSS` in UTC, of seconds since 1970 and before 2106 (RFC 4034, 3.2).
fn time(seconds: u32) -> String {
    let [year, month, day, hour, minute, second] = calendar(seconds.into());
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{is_generic, presents};
    use super::*;

    #[test]
    fn presents_keys_and_digests() {
        for (name, data, expected) in [
            ("DS", &b"\xec\x45\x05\x01\x2b\xb1"[..], "60485 5 1 2BB1"),
            ("CDS", b"\0\0\0\0\0", "0 0 0 00"),
            ("DNSKEY", b"\x01\x01\x03\x08\x03\x01\0\x01", "257 3 8 AwEAAQ=="),
            ("CDNSKEY", b"\0\0\x03\0\0", "0 3 0 AA=="),
            ("ZONEMD", b"\x78\x95\xdb\xf6\x01\x01\xab\xcd", "2023087094 1 1 ABCD"),
            (
                "RRSIG",
                b"\0\x01\x0d\x03\0\0\x0e\x10\xff\xff\xff\xff\x65\x92\0\x80\x30\x39\x01a\0\xff\xee",
                "A 13 3 3600 21060207062815 20240101000000 12345 a /+4=",
            ),
        ] {
            presents(name, data, expected);
        }
    }

    #[test]
    fn presents_what_does_not_exist() {
        for (name, data, expected) in [
            // RFC 4034, 4.3.
            (
                "NSEC",
                &b"\x04host\x07example\x03com\0\0\x06\x40\x01\0\0\0\x03\x04\x1b\0\0\0\0\0\0\0\0\0\0\0\0\
                   \0\0\0\0\0\0\0\0\0\0\0\0\0\0\x20"[..],
                "host.example.com A MX RRSIG NSEC TYPE1234",
            ),
            (
                "NSEC3",
                b"\x01\x01\0\x0c\x04\xaa\xbb\xcc\xdd\x05\0\0\0\0\xff\0\x01\x40",
                "1 1 12 AABBCCDD 0000007V A",
            ),
            ("NSEC3", b"\x01\0\0\0\0\x01\xff", "1 0 0 - VS"),
            ("NSEC3PARAM", b"\x01\0\0\x0c\x02\xaa\xbb", "1 0 12 AABB"),
            ("NSEC3PARAM", b"\x01\0\0\0\0", "1 0 0 -"),
            ("CSYNC", b"\0\0\0\x42\0\x03\0\x04\x60\0\0\x08", "66 3 A NS AAAA"),
            ("CSYNC", b"\0\0\0\x42\0\0", "66 0"),
        ] {
            presents(name, data, expected);
        }
    }

    #[test]
    fn malformed_data_is_generic() {
        for (name, data) in [
            ("DS", &b"\0\0\0\0"[..]),
            ("DNSKEY", b"\0\0\x03"),
            ("NSEC3", b"\x01\0\0\0\0\0"),
            ("NSEC3PARAM", b"\x01\0\0\0\0\0"),
            ("RRSIG", b"\0\x01\x0d\x03\0\0\x0e\x10\0\0\0\0\0\0\0\0\0\0\xc0\0\xff"),
            ("NSEC", b"\0\0\0"),
            ("NSEC", b"\0\0\x01"),
            ("NSEC", b"\0\0\x01\0"),
            ("NSEC", b"\0\0\x02\x40\0"),
            ("NSEC", b"\0\x01\x01\x40\0\x01\x40"),
            ("NSEC", b"\0\0\x01\x40\0\x01\x40"),
        ] {
            is_generic(name, data);
        }
        is_generic("NSEC", &[&b"\0\0\x21"[..], &[0xff; 33]].concat());
    }

    #[test]
    fn writes_times_of_all_years() {
        for (seconds, expected) in [
            (0, "19700101000000"),
            (951_782_399, "20000228235959"),
            (951_782_400, "20000229000000"),
            (951_868_800, "20000301000000"),
            (1_735_689_599, "20241231235959"),
            (1_735_689_600, "20250101000000"),
            (4_107_542_400, "21000301000000"),
            (u32::MAX, "21060207062815"),
        ] {
            assert_eq!(time(seconds), expected);
        }
    }
}
