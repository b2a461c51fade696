//! Types that are addresses of one kind or another.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use data_encoding::HEXUPPER;

use super::text::join;
use super::wire::Reader;

/// A: `192.0.2.1` (RFC 1035, 3.4.1).
pub fn a(data: &mut Reader) -> Option<String> {
    data.ipv4().map(|address| address.to_string())
}

/// AAAA: `2001:db8::1` (RFC 3596, 2.4).
pub fn aaaa(data: &mut Reader) -> Option<String> {
    data.ipv6().map(|address| address.to_string())
}

/// WKS: `ADDRESS PROTOCOL PORT…` (RFC 1035, 3.4.2).
pub fn wks(data: &mut Reader) -> Option<String> {
    let (address, protocol) = (data.ipv4()?, data.u8()?);
    let mut text = format!("{address} {protocol}");
    for (index, octet) in data.rest().unwrap_or_default().iter().enumerate() {
        for bit in (0..8).filter(|bit| octet & (0x80 >> bit) != 0) {
            write!(text, " {}", 8 * index + bit).expect("writing to a String cannot fail");
        }
    }
    Some(text)
}

/// NSAP: `0xHEX` (RFC 1706, 5).
pub fn nsap(data: &mut Reader) -> Option<String> {
    Some(format!("0x{}", HEXUPPER.encode(data.rest()?)))
}

/// EUI48: `00-00-5e-00-53-2a` (RFC 7043, 3.2).
pub fn eui48(data: &mut Reader) -> Option<String> {
    Some(data.array::<6>()?.map(|octet| format!("{octet:02x}")).join("-"))
}

/// EUI64: `00-00-5e-ef-10-00-00-2a` (RFC 7043, 4.2).
pub fn eui64(data: &mut Reader) -> Option<String> {
    Some(data.array::<8>()?.map(|octet| format!("{octet:02x}")).join("-"))
}

/// NID and L64: `PREFERENCE XXXX:XXXX:XXXX:XXXX` (RFC 6742, 2.1.2 and 2.3.2).
pub fn identifier(data: &mut Reader) -> Option<String> {
    let preference = data.u16()?;
    let mut words = Vec::new();
    for _ in 0..4 {
        words.push(format!("{:x}", data.u16()?));
    }
    Some(format!("{preference} {}", words.join(":")))
}

/// L32: `PREFERENCE A.B.C.D` (RFC 6742, 2.2.2).
pub fn locator(data: &mut Reader) -> Option<String> {
    Some(format!("{} {}", data.u16()?, data.ipv4()?))
}

/// APL: `[!]FAMILY:ADDRESS/PREFIX…` (RFC 3123, 5).
pub fn apl(data: &mut Reader) -> Option<String> {
    let mut items = Vec::new();
    while !data.is_empty() {
        let (family, prefix, length) = (data.u16()?, data.u8()?, data.u8()?);
        let negation = if length & 0x80 == 0 { "" } else { "!" };
        let octets = data.take(usize::from(length & 0x7f))?;
        // Zeros at the end are left out (RFC 3123, 4.1).
        if octets.last() == Some(&0) {
            return None;
        }
        let address = match family {
            1 if prefix <= 32 => Ipv4Addr::from(padded::<4>(octets)?).to_string(),
            2 if prefix <= 128 => Ipv6Addr::from(padded::<16>(octets)?).to_string(),
            _ => return None,
        };
        items.push(format!("{negation}{family}:{address}/{prefix}"));
    }
    Some(join(items))
}

/// Octets, and zeros after them.
fn padded<const N: usize>(octets: &[u8]) -> Option<[u8; N]> {
    let mut address = [0; N];
    address.get_mut(..octets.len())?.copy_from_slice(octets);
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{is_generic, presents};

    #[test]
    fn presents_each_type_in_its_form() {
        for (name, data, expected) in [
            ("A", &[192, 0, 2, 1][..], "192.0.2.1"),
            ("AAAA", b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", "2001:db8::1"),
            ("WKS", b"\x0a\0\0\x01\x06\0\0\0\x40\0\0\0\0\0\0\x80", "10.0.0.1 6 25 80"),
            ("WKS", b"\x0a\0\0\x01\x11", "10.0.0.1 17"),
            ("NSAP", b"\x47\0\x05\xab", "0x470005AB"),
            ("EUI48", b"\0\0\x5e\0\x53\x2a", "00-00-5e-00-53-2a"),
            ("EUI64", b"\0\0\x5e\xef\x10\0\0\x2a", "00-00-5e-ef-10-00-00-2a"),
            ("NID", b"\0\x0a\0\x14\x4f\xff\xff\x20\xee\x64", "10 14:4fff:ff20:ee64"),
            ("L64", b"\0\x0a\x20\x01\x0d\xb8\0\0\x10\0", "10 2001:db8:0:1000"),
            ("L32", b"\0\x0a\x0a\x01\x02\0", "10 10.1.2.0"),
            (
                "APL",
                b"\0\x01\x15\x03\xc0\xa8\x20\0\x01\x1c\x83\xc0\xa8\x26\0\x02\x08\x01\xff\0\x01\0\0",
                "1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8 1:0.0.0.0/0",
            ),
        ] {
            presents(name, data, expected);
        }
    }

    #[test]
    fn malformed_data_is_generic() {
        for (name, data) in [
            ("A", &[192, 0, 2][..]),
            ("A", &[192, 0, 2, 1, 0]),
            ("AAAA", &[192, 0, 2, 1]),
            ("WKS", &[192, 0, 2, 1]),
            ("NSAP", b""),
            ("EUI48", b"\0\0\0\0\0"),
            ("EUI48", b"\0\0\0\0\0\0\0"),
            ("L32", b"\0\x0a\x0a\x01\x02"),
            ("APL", b""),
            ("APL", b"\0\x01\x21\0"),
            ("APL", b"\0\x02\x81\0"),
            ("APL", b"\0\x01\x20\x05\x01\x01\x01\x01\x01"),
            ("APL", b"\0\x01\x08\x02\x0a\0"),
            ("APL", b"\0\x03\0\0"),
        ] {
            is_generic(name, data);
        }
    }
}
