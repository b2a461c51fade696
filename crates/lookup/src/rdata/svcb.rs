//! SVCB and HTTPS (RFC 9460): where a service is, and how to talk to it.

use std::borrow::Cow;

use data_encoding::BASE64;

use super::text::{join, quoted};
use super::wire::Reader;
use crate::name::present;

/// The keys with a name, by their number (IANA, SVCB parameters; RFC 9460, 9461, 9540, 9848).
const KEYS: [&str; 9] = [
    "mandatory",
    "alpn",
    "no-default-alpn",
    "port",
    "ipv4hint",
    "ech",
    "ipv6hint",
    "dohpath",
    "ohttp",
];

/// `PRIORITY TARGET KEY=VALUE…` (RFC 9460, 2.1). Keys must ascend (2.2).
pub fn svcb(data: &mut Reader) -> Option<String> {
    let mut words = vec![data.u16()?.to_string(), present(&data.name()?)];
    let mut last = None;
    while !data.is_empty() {
        let key = data.u16()?;
        if last.is_some_and(|last| last >= key) {
            return None;
        }
        last = Some(key);
        let length = data.u16()?;
        words.push(parameter(key, data.take(length.into())?)?);
    }
    Some(join(words))
}

fn parameter(key: u16, octets: &[u8]) -> Option<String> {
    let name = key_name(key);
    let mut value = Reader::new(octets);
    let text = match &*name {
        "no-default-alpn" | "ohttp" => return octets.is_empty().then(|| name.into_owned()),
        "mandatory" => mandatory(&mut value)?,
        "alpn" => alpn(&mut value)?,
        "port" => value.u16()?.to_string(),
        "ipv4hint" => list(&mut value, |value| Some(value.ipv4()?.to_string()))?,
        "ipv6hint" => list(&mut value, |value| Some(value.ipv6()?.to_string()))?,
        "ech" => BASE64.encode(value.rest()?),
        _ if octets.is_empty() => return Some(name.into_owned()),
        _ => quoted(value.rest()?),
    };
    value.is_empty().then(|| format!("{name}={text}"))
}

/// `keyNNNNN` for one without a name (RFC 9460, 2.1).
fn key_name(key: u16) -> Cow<'static, str> {
    KEYS.get(usize::from(key)).map_or_else(|| format!("key{key}").into(), |name| (*name).into())
}

/// Keys in ascending order, and not the key of the list itself (RFC 9460, 8).
fn mandatory(value: &mut Reader) -> Option<String> {
    let mut last = 0;
    list(value, |value| {
        let key = value.u16()?;
        (std::mem::replace(&mut last, key) < key).then(|| key_name(key).into_owned())
    })
}

/// Protocols in a list in quotes. It is escaped twice: a comma or a backslash in a protocol for
/// the list, and what comes of it for the quotes (RFC 9460, 7.1.1 and A.1).
fn alpn(value: &mut Reader) -> Option<String> {
    let mut text = Vec::new();
    while !value.is_empty() {
        let protocol = value.string()?;
        if protocol.is_empty() {
            return None;
        }
        if !text.is_empty() {
            text.push(b',');
        }
        for &octet in protocol {
            if matches!(octet, b',' | b'\\') {
                text.push(b'\\');
            }
            text.push(octet);
        }
    }
    (!text.is_empty()).then(|| quoted(&text))
}

/// At least one item, and commas between them.
fn list(value: &mut Reader, mut item: impl FnMut(&mut Reader) -> Option<String>) -> Option<String> {
    let mut items = vec![item(value)?];
    while !value.is_empty() {
        items.push(item(value)?);
    }
    Some(items.join(","))
}

#[cfg(test)]
mod tests {
    use super::super::tests::presents;

    /// Priority 1 and the target '.', then one parameter.
    fn parameter(key: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(value.len()).unwrap();
        [b"\0\x01\0", &key.to_be_bytes()[..], &length.to_be_bytes(), value].concat()
    }

    /// RFC 9460, D.
    #[test]
    fn presents_the_test_vectors() {
        for (data, expected) in [
            (&b"\0\0\x03foo\x07example\x03com\0"[..], "0 foo.example.com"),
            (b"\0\x01\0", "1 ."),
            (b"\0\x10\x03foo\0\0\x03\0\x02\0\x35", "16 foo port=53"),
            (b"\0\x01\x03foo\0\x02\x9b\0\x05hello", r#"1 foo key667="hello""#),
            (b"\0\x01\x03foo\0\x02\x9b\0\x09hello\xd2qoo", r#"1 foo key667="hello\210qoo""#),
            (
                b"\0\x01\x03foo\0\0\x06\0\x20\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\
                  \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\x53\0\x01",
                "1 foo ipv6hint=2001:db8::1,2001:db8::53:1",
            ),
            (
                b"\0\x10\x03foo\0\0\0\0\x04\0\x01\0\x04\0\x01\0\x09\x02h2\x05h3-19\
                  \0\x04\0\x04\xc0\0\x02\x01",
                r#"16 foo mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1"#,
            ),
            (
                b"\0\x10\x03foo\0\0\x01\0\x0c\x08f\\oo,bar\x02h2",
                r#"16 foo alpn="f\\\\oo\\,bar,h2""#,
            ),
        ] {
            presents("SVCB", data, expected);
            presents("HTTPS", data, expected);
        }
    }

    #[test]
    fn presents_each_key() {
        for (key, value, expected) in [
            (0, &b"\0\x03\xff\xf0"[..], "1 . mandatory=port,key65520"),
            (1, b"\x04\"\x1b\xc3\xbc", r#"1 . alpn="\"\027\195\188""#),
            (2, b"", "1 . no-default-alpn"),
            (4, b"\xc0\0\x02\x01\xc0\0\x02\x02", "1 . ipv4hint=192.0.2.1,192.0.2.2"),
            (5, b"\0\x01\xff\xff", "1 . ech=AAH//w=="),
            (7, b"/dns-query{?dns}", r#"1 . dohpath="/dns-query{?dns}""#),
            (8, b"", "1 . ohttp"),
            (65535, b"", "1 . key65535"),
        ] {
            presents("SVCB", &parameter(key, value), expected);
        }
    }

    #[test]
    fn malformed_parameters_are_generic() {
        let malformed = [
            (0, &b""[..]),
            (0, b"\0\0"),
            (0, b"\0\x03\0\x03"),
            (0, b"\0\x04\0\x01"),
            (0, b"\0"),
            (1, b""),
            (1, b"\0"),
            (1, b"\x02h"),
            (2, b"x"),
            (3, b"\x01"),
            (3, b"\x01\x02\x03"),
            (4, b""),
            (4, b"\0\0\0"),
            (5, b""),
            (6, b"\0\0\0\0"),
            (8, b"x"),
        ];
        let doubled = [&b"\0\x01\0"[..], &parameter(3, b"\0\x01")[3..]].concat();
        let doubled = [&doubled[..], &doubled[3..]].concat();
        for data in malformed.map(|(key, value)| parameter(key, value)).iter().chain([&doubled]) {
            let form = super::svcb(&mut super::Reader::new(data));
            assert_eq!(form, None, "{data:?}");
        }
    }
}
