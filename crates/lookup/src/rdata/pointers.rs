//! Types that point at a name.

use hickory_proto::rr::RecordType;

use super::types::type_name;
use super::wire::Reader;
use crate::name::present;

/// CNAME, NS, PTR, DNAME and the like: `TARGET` (RFC 1035, 3.3; RFC 6672, 2.1).
pub fn name(data: &mut Reader) -> Option<String> {
    Some(present(&data.name()?))
}

/// RP, MINFO and TALINK: `NAME NAME` (RFC 1183, 2.2; RFC 1035, 3.3.7).
pub fn two_names(data: &mut Reader) -> Option<String> {
    Some(format!("{} {}", present(&data.name()?), present(&data.name()?)))
}

/// MX, AFSDB, RT, KX and LP: `NUMBER NAME` (RFC 1035, 3.3.9; RFC 1183, 1; RFC 6742, 2.4).
pub fn number_and_name(data: &mut Reader) -> Option<String> {
    Some(format!("{} {}", data.u16()?, present(&data.name()?)))
}

/// SOA: `MNAME RNAME SERIAL REFRESH RETRY EXPIRE MINIMUM` (RFC 1035, 3.3.13).
pub fn soa(data: &mut Reader) -> Option<String> {
    let names = two_names(data)?;
    let [serial, refresh, retry] = [data.u32()?, data.u32()?, data.u32()?];
    let [expire, minimum] = [data.u32()?, data.u32()?];
    Some(format!("{names} {serial} {refresh} {retry} {expire} {minimum}"))
}

/// SRV: `PRIORITY WEIGHT PORT TARGET` (RFC 2782).
pub fn srv(data: &mut Reader) -> Option<String> {
    let [priority, weight, port] = [data.u16()?, data.u16()?, data.u16()?];
    Some(format!("{priority} {weight} {port} {}", present(&data.name()?)))
}

/// PX: `PREFERENCE MAP822 MAPX400` (RFC 2163, 4).
pub fn px(data: &mut Reader) -> Option<String> {
    Some(format!("{} {}", data.u16()?, two_names(data)?))
}

/// DSYNC: `TYPE SCHEME PORT TARGET` (RFC 9859, 2.2).
pub fn dsync(data: &mut Reader) -> Option<String> {
    let record_type = type_name(RecordType::from(data.u16()?));
    let scheme = match data.u8()? {
        1 => "NOTIFY".to_owned(),
        scheme => scheme.to_string(),
    };
    Some(format!("{record_type} {scheme} {} {}", data.u16()?, present(&data.name()?)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{is_generic, presents};

    #[test]
    fn presents_each_type_in_its_form() {
        for (name, data, expected) in [
            ("CNAME", &b"\x03www\x01a\x04test\0"[..], "www.a.test"),
            ("NS", b"\0", "."),
            ("PTR", b"\x02a\x1b\x03b.c\0", r"a\027.b\.c"),
            ("DNAME", b"\x01a\x04test\0", "a.test"),
            ("MX", b"\0\x0a\x04mail\0", "10 mail"),
            ("MX", b"\0\0\0", "0 ."),
            ("RP", b"\x03a.b\x01c\0\0", r"a\.b.c ."),
            ("AFSDB", b"\0\x01\x03afs\0", "1 afs"),
            ("KX", b"\0\x0a\0", "10 ."),
            ("LP", b"\0\x0a\x01l\0", "10 l"),
            (
                "SOA",
                b"\x01n\0\x03a.b\0\xff\xff\xff\xff\0\0\0\x01\xff\xff\xff\xff\0\0\0\x03\0\0\0\x04",
                r"n a\.b 4294967295 1 4294967295 3 4",
            ),
            ("SRV", b"\0\x01\0\x02\x01\xbb\x01h\0", "1 2 443 h"),
            ("PX", b"\0\x0a\x01a\0\x01b\0", "10 a b"),
            ("DSYNC", b"\0\x3b\x01\x14\xe9\x01n\0", "CDS NOTIFY 5353 n"),
        ] {
            presents(name, data, expected);
        }
    }

    #[test]
    fn malformed_data_is_generic() {
        for (name, data) in [
            ("DNAME", &b"\x01a\xc0\0"[..]),
            ("RP", b"\0"),
            ("KX", b"\0\x0a\0\0"),
            ("SOA", b"\0\0\0\0\0\0"),
            ("SRV", b"\0\x01\0\x02\x01\xbb"),
            ("MX", b""),
        ] {
            is_generic(name, data);
        }
    }
}
