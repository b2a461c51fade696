//! Types that are made of character strings.

use data_encoding::BASE64;

use super::text::{bare, join, quoted};
use super::wire::Reader;
use crate::name::present;

/// TXT and its kin: each string in quotes of its own (RFC 1035, 3.3.14; RFC 9606, 4).
pub fn all(data: &mut Reader) -> Option<String> {
    let mut strings = Vec::new();
    while !data.is_empty() {
        strings.push(quoted(data.string()?));
    }
    Some(join(strings))
}

/// HINFO: `"CPU" "OS"` (RFC 1035, 3.3.2).
pub fn hinfo(data: &mut Reader) -> Option<String> {
    Some(format!("{} {}", quoted(data.string()?), quoted(data.string()?)))
}

/// X25: `"ADDRESS"` (RFC 1183, 3.1).
pub fn x25(data: &mut Reader) -> Option<String> {
    data.string().map(quoted)
}

/// ISDN: `"ADDRESS" ["SUBADDRESS"]` (RFC 1183, 3.2).
pub fn isdn(data: &mut Reader) -> Option<String> {
    let address = quoted(data.string()?);
    if data.is_empty() { Some(address) } else { Some(format!("{address} {}", x25(data)?)) }
}

/// GPOS: `"LONGITUDE" "LATITUDE" "ALTITUDE"` (RFC 1712, 3).
pub fn gpos(data: &mut Reader) -> Option<String> {
    let [longitude, latitude, altitude] = [data.string()?, data.string()?, data.string()?];
    Some(format!("{} {} {}", quoted(longitude), quoted(latitude), quoted(altitude)))
}

/// NAPTR: `ORDER PREFERENCE "FLAGS" "SERVICES" "REGEXP" REPLACEMENT` (RFC 3403, 4.1).
pub fn naptr(data: &mut Reader) -> Option<String> {
    let (order, preference) = (data.u16()?, data.u16()?);
    let [flags, services, regexp] = [data.string()?, data.string()?, data.string()?].map(quoted);
    let replacement = present(&data.name()?);
    Some(format!("{order} {preference} {flags} {services} {regexp} {replacement}"))
}

/// URI: `PRIORITY WEIGHT "TARGET"` (RFC 7553, 4.2).
pub fn uri(data: &mut Reader) -> Option<String> {
    Some(format!("{} {} {}", data.u16()?, data.u16()?, quoted(data.rest()?)))
}

/// CAA: `FLAGS TAG "VALUE"` (RFC 8659, 4.1.1).
pub fn caa(data: &mut Reader) -> Option<String> {
    let (flags, tag) = (data.u8()?, bare(data.string()?));
    Some(format!("{flags} {tag} {}", quoted(data.rest().unwrap_or_default())))
}

/// DOA: `ENTERPRISE TYPE LOCATION "MEDIA-TYPE" DATA` (draft-durand-doa-over-dns, 3.2).
pub fn doa(data: &mut Reader) -> Option<String> {
    let (enterprise, kind, location) = (data.u32()?, data.u32()?, data.u8()?);
    let media_type = quoted(data.string()?);
    let octets = data.rest().map_or_else(|| "-".to_owned(), |octets| BASE64.encode(octets));
    Some(format!("{enterprise} {kind} {location} {media_type} {octets}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{is_generic, presents};

    #[test]
    fn presents_each_type_in_its_form() {
        for (name, data, expected) in [
            ("TXT", &b"\x08say \"hi\"\0\x03\\o/"[..], r#""say \"hi\"" "" "\\o/""#),
            (
                "TXT",
                b"\x08\x1b[2J\t\x7f\xc2\x9b\x02\xc3\xbc",
                r#""\027[2J\009\127\194\155" "\195\188""#,
            ),
            ("SPF", b"\x06v=spf1\0\x01\xff", r#""v=spf1" "" "\255""#),
            ("RESINFO", b"\x08qnamemin", r#""qnamemin""#),
            ("HINFO", b"\x03a b\x01\x1b", r#""a b" "\027""#),
            ("X25", b"\x04\x33112", r#""3112""#),
            ("ISDN", b"\x02\x31\x35", r#""15""#),
            ("ISDN", b"\x02\x31\x35\x01\x34", r#""15" "4""#),
            ("GPOS", b"\x02-2\x01\x31\x010", r#""-2" "1" "0""#),
            (
                "NAPTR",
                b"\0\x01\0\x02\x01u\x07E2U+sip\x0f!^.*$!sip:\\1@t!\0",
                r#"1 2 "u" "E2U+sip" "!^.*$!sip:\\1@t!" ."#,
            ),
            ("URI", b"\0\x0a\0\x01ftp://a/\"\x1b", r#"10 1 "ftp://a/\"\027""#),
            ("CAA", b"\x80\x05issueca.test; a=\"\x07", r#"128 issue "ca.test; a=\"\007""#),
            ("CAA", b"\0\x05issue", r#"0 issue """#),
            ("DOA", b"\0\0\0\x01\0\0\0\x02\x03\x01tab", r#"1 2 3 "t" YWI="#),
        ] {
            presents(name, data, expected);
        }
    }

    #[test]
    fn malformed_data_is_generic() {
        for (name, data) in [
            ("TXT", &b"\x02a"[..]),
            ("TXT", b""),
            ("SPF", b""),
            ("HINFO", b"\x01a"),
            ("ISDN", b"\x01\x31\x05"),
            ("NAPTR", b"\0\x01\0\x02\0\0\0"),
            ("URI", b"\0\x0a\0\x01"),
            ("CAA", b"\0\x05issu"),
            ("DOA", b"\0\0\0\x01"),
        ] {
            is_generic(name, data);
        }
    }
}
