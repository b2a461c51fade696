//! Domain names and addresses: from what a person types, and back to text.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use hickory_proto::rr::Name;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use output::Pasted;

/// The longest label in octets (RFC 1035, 2.3.4).
pub const LABEL_MAX_OCTETS: usize = 63;

/// The longest name in octets, length octets and root included (RFC 1035, 2.3.4).
pub const NAME_MAX_OCTETS: usize = 255;

/// What an internationalised label begins with (RFC 5890, 2.3.1).
const A_LABEL_PREFIX: &str = "xn--";

/// What separates labels for a reader of Chinese or Japanese (UTS 46 maps them to a dot).
const IDEOGRAPHIC_DOTS: [char; 3] = ['\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// What besides controls and non-ASCII is escaped in a name, by a backslash.
const SPECIAL: &[u8] = b".\\\"();@$";

/// A name as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedName {
    /// The labels, in fully qualified form.
    pub name: Name,
    /// Whether it ended in a dot: then no search list applies.
    pub absolute: bool,
}

/// Why a text is not a name or an address, and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("the name is empty: give a name such as 'example.com', or '.' for the root")]
    Empty,
    /// Two dots in a row, or one in front.
    #[error("'{0}' has an empty label: there is one dot too many")]
    EmptyLabel(String),
    /// A label of more than [`LABEL_MAX_OCTETS`].
    #[error("'{text}' has a label of {octets} octets: at most {LABEL_MAX_OCTETS} fit")]
    LabelTooLong {
        /// The whole name.
        text: String,
        /// The label's length.
        octets: usize,
    },
    /// A name of more than [`NAME_MAX_OCTETS`].
    #[error("'{text}' takes {octets} octets: at most {NAME_MAX_OCTETS} fit in a name")]
    NameTooLong {
        /// The whole name.
        text: String,
        /// The name's length on the wire.
        octets: usize,
    },
    /// A backslash that starts no escape (RFC 1035, 5.1).
    #[error(
        "'{0}' has a broken escape: write '\\' and a character, or '\\' and three digits up to 255"
    )]
    Escape(String),
    /// White space or a control character that was not escaped.
    #[error(
        "'{text}' has a blank or control character in it: if it is meant, write '\\{octet:03}'"
    )]
    Blank {
        /// The whole name.
        text: String,
        /// The octet that is not printable.
        octet: u8,
    },
    /// A label that IDNA (UTS 46) does not allow.
    #[error("'{0}' is not a legal internationalised name")]
    Idna(String),
    /// A pasted URL.
    #[error("'{text}' is a URL: ask for '{host}'")]
    Url {
        /// What was given.
        text: String,
        /// The host in it.
        host: String,
    },
    /// A host with a port.
    #[error("'{text}' has a port: ask for '{host}'")]
    HostPort {
        /// What was given.
        text: String,
        /// The host in it.
        host: String,
    },
    /// A mail address or a login.
    #[error("'{text}' has a user in it: ask for '{host}'")]
    UserAtHost {
        /// What was given.
        text: String,
        /// The host in it.
        host: String,
    },
    /// Numbers that may be read as an address in more than one way.
    #[error("'{text}' is not an address everywhere: write {} if that is meant", output::any_of(.readings))]
    AmbiguousAddress {
        /// What was given.
        text: String,
        /// What it may stand for, the most likely first.
        readings: Vec<Ipv4Addr>,
    },
    /// Numbers and dots that are no address in any reading.
    #[error(
        "'{text}' is not an address: write four numbers from 0 to 255; \
         or '{text}.' with a dot at its end if it is a name"
    )]
    NotAnAddress {
        /// What was given.
        text: String,
    },
    /// An address with a prefix length.
    #[error("'{text}' is a network: ask for one address, such as '{address}'")]
    Network {
        /// What was given.
        text: String,
        /// The address before the slash.
        address: IpAddr,
    },
}

/// Reads a name as it is typed: labels of any octets, `\DDD` (decimal) and `\.` escapes
/// (RFC 1035, 5.1), and Unicode by IDNA (UTS 46).
///
/// Underscores and leading hyphens are names like any other: the DNS does not mind.
///
/// # Errors
///
/// An illegal name, or something that is pasted from elsewhere: a URL, a host with a port,
/// a mail address.
pub fn parse(text: &str) -> Result<ParsedName, NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if let Some(pasted) = pasted(text) {
        return Err(pasted);
    }
    if text == "." {
        return Ok(ParsedName { name: Name::root(), absolute: true });
    }

    let (labels, absolute) = split(text)?;
    // Every label is within its limit by now, so only their sum can be too much.
    let mut name = Name::from_labels(labels.iter().map(Vec::as_slice)).map_err(|_| {
        NameError::NameTooLong {
            text: text.to_owned(),
            octets: 1 + labels.iter().map(|label| 1 + label.len()).sum::<usize>(),
        }
    })?;
    name.set_fqdn(true);
    Ok(ParsedName { name, absolute })
}

/// The RFC 1035 presentation form, printable ASCII only: what is outside of `!` to `~` is a
/// decimal `\DDD`, what means something in a zone file has a backslash.
///
/// The root is `.`; no other name has a trailing dot, because people and scripts want
/// `www.usfca.edu`. Never hickory's own `Display`: it writes octal escapes and Unicode.
#[must_use]
pub fn present(name: &Name) -> String {
    if name.is_root() {
        return ".".to_owned();
    }
    let mut text = String::with_capacity(name.len());
    for (index, label) in name.iter().enumerate() {
        if index > 0 {
            text.push('.');
        }
        push_label(&mut text, label);
    }
    text
}

/// Appends a label in presentation form.
pub(crate) fn push_label(text: &mut String, label: &[u8]) {
    let is_plain = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    if label.iter().all(is_plain) {
        // Nearly all are: no octet of it needs a second look.
        return text.push_str(str::from_utf8(label).expect("plain octets are ASCII"));
    }
    for &octet in label {
        match octet {
            octet if SPECIAL.contains(&octet) => {
                text.push('\\');
                text.push(char::from(octet));
            }
            b'!'..=b'~' => text.push(char::from(octet)),
            octet => push_decimal(text, octet),
        }
    }
}

/// Appends `\DDD`, three decimal digits (RFC 1035, 5.1).
pub(crate) fn push_decimal(text: &mut String, octet: u8) {
    write!(text, "\\{octet:03}").expect("writing to a String cannot fail");
}

/// The name whose PTR record names an address: under `in-addr.arpa` (RFC 1035, 3.5) or
/// `ip6.arpa` (RFC 3596, 2.5). An IPv4 address in IPv6 clothes is an IPv4 address.
#[must_use]
pub fn reverse(address: IpAddr) -> Name {
    Name::from(address.to_canonical())
}

/// An address as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedAddress {
    /// The address.
    pub address: IpAddr,
    /// The zone (`eth0` of `fe80::1%eth0`), which has no place in the DNS and is dropped.
    pub dropped_zone: Option<String>,
}

/// Reads an IP address: `1.2.3.4`, `::1`, `[::1]`, `fe80::1%eth0`. `None`: it is a name.
///
/// # Errors
///
/// Numbers that are an address for some programs and not for others: `127.1`, `010.0.0.1`,
/// `0x7f.1`, `1.2.3`, and networks such as `10.0.0.0/8`. With a dot at its end such a text is
/// a name.
pub fn parse_address(text: &str) -> Result<Option<ParsedAddress>, NameError> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let (address, zone) = match bare.unwrap_or(text).split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (bare.unwrap_or(text), None),
    };
    match address.parse::<IpAddr>() {
        Ok(address @ IpAddr::V6(_)) => {
            return Ok(Some(ParsedAddress { address, dropped_zone: zone.map(ToOwned::to_owned) }));
        }
        Ok(address @ IpAddr::V4(_)) if zone.is_none() && bare.is_none() => {
            return Ok(Some(ParsedAddress { address, dropped_zone: None }));
        }
        _ => {}
    }
    match almost_address(text) {
        Some(error) => Err(error),
        None => Ok(None),
    }
}

/// What is wrong with a text that looks like an address and is not one.
fn almost_address(text: &str) -> Option<NameError> {
    if let Some((before, after)) = text.split_once('/') {
        let address = before.parse().ok()?;
        let digits = !after.is_empty() && after.bytes().all(|octet| octet.is_ascii_digit());
        return digits.then(|| NameError::Network { text: text.to_owned(), address });
    }
    let readings = output::ipv4_readings(text)?;
    let text = text.to_owned();
    Some(if readings.is_empty() {
        NameError::NotAnAddress { text }
    } else {
        NameError::AmbiguousAddress { text, readings }
    })
}

/// What a text is that people paste where a name belongs. A name with escapes is meant as it is.
fn pasted(text: &str) -> Option<NameError> {
    if text.contains('\\') {
        return None;
    }
    let Pasted { scheme, host, port } = Pasted::parse(text)?;
    if host.is_empty() {
        return Some(NameError::Empty);
    }
    let (text, host) = (text.to_owned(), host.to_owned());
    Some(match (scheme, port) {
        (Some(_), _) => NameError::Url { text, host },
        (None, _) if text.contains('@') => NameError::UserAtHost { text, host },
        (None, _) => NameError::HostPort { text, host },
    })
}

/// The labels of a text that is not empty, and whether it ends in a dot.
fn split(text: &str) -> Result<(Vec<Vec<u8>>, bool), NameError> {
    let mut labels = Vec::new();
    let mut label = Label::default();
    let mut characters = text.chars();
    let mut absolute = false;
    while let Some(character) = characters.next() {
        absolute = false;
        match character {
            '\\' => label.octet(unescape(&mut characters, text)?),
            '.' => {
                labels.push(std::mem::take(&mut label).finish(text)?);
                absolute = true;
            }
            dot if IDEOGRAPHIC_DOTS.contains(&dot) => {
                labels.push(std::mem::take(&mut label).finish(text)?);
                absolute = true;
            }
            '!'..='~' => label.character(character),
            '\0'..='\x7f' => {
                return Err(NameError::Blank {
                    text: text.to_owned(),
                    octet: u8::try_from(character).expect("the pattern is ASCII"),
                });
            }
            _ => label.character(character),
        }
    }
    if !absolute {
        labels.push(label.finish(text)?);
    }
    Ok((labels, absolute))
}

/// What stands for after a backslash.
fn unescape(characters: &mut std::str::Chars<'_>, text: &str) -> Result<u8, NameError> {
    let broken = || NameError::Escape(text.to_owned());
    let first = characters.next().ok_or_else(broken)?;
    if !first.is_ascii_digit() {
        return u8::try_from(first)
            .ok()
            .filter(u8::is_ascii_graphic)
            .or((first == ' ').then_some(b' '))
            .ok_or_else(broken);
    }
    let mut value: u32 = 0;
    for digit in [Some(first), characters.next(), characters.next()] {
        let digit = digit.and_then(|character| character.to_digit(10)).ok_or_else(broken)?;
        value = value * 10 + digit;
    }
    u8::try_from(value).map_err(|_| broken())
}

/// A label that is being read.
#[derive(Default)]
struct Label {
    octets: Vec<u8>,
    escaped: bool,
    unicode: bool,
}

impl Label {
    fn octet(&mut self, octet: u8) {
        self.octets.push(octet);
        self.escaped = true;
    }

    fn character(&mut self, character: char) {
        self.unicode |= !character.is_ascii();
        let mut buffer = [0; 4];
        self.octets.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
    }

    fn finish(self, text: &str) -> Result<Vec<u8>, NameError> {
        let octets = if self.unicode {
            if self.escaped {
                return Err(NameError::Idna(text.to_owned()));
            }
            to_ascii(&self.octets).ok_or_else(|| NameError::Idna(text.to_owned()))?
        } else {
            self.octets
        };
        match octets.len() {
            0 => Err(NameError::EmptyLabel(text.to_owned())),
            1..=LABEL_MAX_OCTETS => Ok(octets),
            octets => Err(NameError::LabelTooLong { text: text.to_owned(), octets }),
        }
    }
}

/// One label by UTS 46. hickory's own conversion refuses underscores, which real names have.
fn to_ascii(label: &[u8]) -> Option<Vec<u8>> {
    let ascii = Uts46::new()
        .to_ascii(label, AsciiDenyList::EMPTY, Hyphens::Allow, DnsLength::Ignore)
        .ok()?;
    // The mapping may bring in a dot or a slash (U+2024, U+2100): not what was typed.
    ascii
        .bytes()
        .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
        .then(|| ascii.into_owned().into_bytes())
}

/// Whether a name is an internationalised one, as it was typed: in Unicode or with an A-label.
#[must_use]
pub fn has_unicode(text: &str) -> bool {
    !text.is_ascii() || text.split('.').any(is_a_label)
}

fn is_a_label(label: &str) -> bool {
    label.get(..A_LABEL_PREFIX.len()).is_some_and(|it| it.eq_ignore_ascii_case(A_LABEL_PREFIX))
}

/// A presented name with its A-labels as U-labels (RFC 5890, 2.3.2.1). `None`: it has none that
/// are valid.
#[must_use]
pub fn to_unicode(name: &str) -> Option<String> {
    if !name.split('.').any(is_a_label) {
        return None;
    }
    let labels: Vec<_> = name
        .split('.')
        .map(|label| {
            let unicode = is_a_label(label).then(|| {
                let ascii = label.as_bytes();
                let uts46 = Uts46::new();
                let (text, valid) = uts46.to_unicode(ascii, AsciiDenyList::EMPTY, Hyphens::Allow);
                valid.is_ok().then(|| text.into_owned())
            });
            unicode.flatten().unwrap_or_else(|| label.to_owned())
        })
        .collect();
    let unicode = labels.join(".");
    (unicode != name).then_some(unicode)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(text: &str) -> Vec<Vec<u8>> {
        parse(text)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .name
            .iter()
            .map(<[u8]>::to_vec)
            .collect()
    }

    #[test]
    fn reads_what_the_dns_allows() {
        for (text, expected) in [
            ("www.usfca.edu", vec![&b"www"[..], b"usfca", b"edu"]),
            ("_sip._tcp.example.test", vec![b"_sip", b"_tcp", b"example", b"test"]),
            ("a_b.test", vec![b"a_b", b"test"]),
            ("-www-.test", vec![b"-www-", b"test"]),
            ("*.test", vec![b"*", b"test"]),
            (r"a\.b.test", vec![b"a.b", b"test"]),
            (r"a\032b.test", vec![b"a b", b"test"]),
            (r"a\ b.test", vec![b"a b", b"test"]),
            (r"\000\255.test", vec![b"\x00\xff", b"test"]),
            (r"\\\@.test", vec![b"\\@", b"test"]),
            ("0/25.2.0.192.in-addr.arpa", vec![b"0/25", b"2", b"0", b"192", b"in-addr", b"arpa"]),
            ("bücher.test", vec![b"xn--bcher-kva", b"test"]),
            ("_süß.test", vec![b"xn--_s-hia9i", b"test"]),
            ("例え。テスト", vec![b"xn--r8jz45g", b"xn--zckzah"]),
            ("ｗｗｗ．test", vec![b"www", b"test"]),
            ("UPPER.test", vec![b"UPPER", b"test"]),
            ("ns", vec![b"ns"]),
            (".", vec![]),
        ] {
            assert_eq!(labels(text), expected, "{text}");
        }
    }

    #[test]
    fn a_labels_are_shown_as_they_are_written() {
        for (name, expected) in [
            ("xn--bcher-kva.test", Some("bücher.test")),
            ("www.XN--BCHER-KVA.test", Some("www.bücher.test")),
            ("xn--r8jz45g.xn--zckzah", Some("例え.テスト")),
            ("xn--_s-hia9i.test", Some("_süß.test")),
            ("www.test", None),
            ("xn--.test", None),
            ("xn--a\u{20}.test", None),
            ("xn--0.test", None),
            (".", None),
        ] {
            assert_eq!(to_unicode(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_trailing_dot_is_absolute() {
        for (text, absolute) in [
            ("a.test", false),
            ("a.test.", true),
            (".", true),
            (r"a\.", false),
            (r"a\\.", true),
            ("例え。", true),
        ] {
            let parsed = parse(text).unwrap();
            assert_eq!(parsed.absolute, absolute, "{text}");
            assert!(parsed.name.is_fqdn(), "{text}");
        }
    }

    #[test]
    fn says_what_to_type_instead() {
        for (text, message) in [
            ("https://example.com/x", "'https://example.com/x' is a URL: ask for 'example.com'"),
            ("http://u@h.test:8080?q", "'http://u@h.test:8080?q' is a URL: ask for 'h.test'"),
            ("https://[::1]:8443/", "'https://[::1]:8443/' is a URL: ask for '::1'"),
            ("example.com:443", "'example.com:443' has a port: ask for 'example.com'"),
            ("[::1]:53", "'[::1]:53' has a port: ask for '::1'"),
            ("me@example.com", "'me@example.com' has a user in it: ask for 'example.com'"),
            (
                "a b.test",
                "'a b.test' has a blank or control character in it: if it is meant, write '\\032'",
            ),
            ("", "the name is empty: give a name such as 'example.com', or '.' for the root"),
            ("a..b", "'a..b' has an empty label: there is one dot too many"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn refuses_what_is_no_name() {
        let is = |text: &str, kind: fn(&NameError) -> bool| {
            let error = parse(text).expect_err(text);
            assert!(kind(&error), "{text}: {error:?}");
        };
        for text in ["..", ".a", "a..", "a..b", "\u{200b}.test"] {
            is(text, |error| matches!(error, NameError::EmptyLabel(_)));
        }
        for text in [r"a\", r"a\25", r"a\256", r"a\1x0", "a\\\n", "a\\é"] {
            is(text, |error| matches!(error, NameError::Escape(_)));
        }
        for text in ["a\u{2024}b.test", "\u{2100}.test", r"ü\.x.test", "xn--zz\u{fc}"] {
            is(text, |error| matches!(error, NameError::Idna(_)));
        }
        is("a\rb", |error| matches!(error, NameError::Blank { octet: 13, .. }));
    }

    #[test]
    fn the_limits_are_63_and_255_octets() {
        let label = |octets: usize| "a".repeat(octets);
        assert!(parse(&label(63)).is_ok());
        assert_eq!(parse(&label(64)), Err(NameError::LabelTooLong { text: label(64), octets: 64 }));
        let name = |last: usize| [label(63), label(63), label(63), label(last)].join(".");
        assert!(parse(&name(61)).is_ok());
        assert!(parse(&format!("{}.", name(61))).is_ok());
        assert_eq!(parse(&name(62)), Err(NameError::NameTooLong { text: name(62), octets: 256 }));
    }

    #[test]
    fn presents_in_decimal_and_ascii() {
        let name = Name::from_labels([&b"a.b\\\"();@$"[..], b"\x1b[31m\x7f\xc3\xbc ", b"test"]);
        assert_eq!(present(&name.unwrap()), r#"a\.b\\\"\(\)\;\@\$.\027[31m\127\195\188\032.test"#);
        assert_eq!(present(&Name::root()), ".");
        assert_eq!(present(&parse("bücher.test.").unwrap().name), "xn--bcher-kva.test");
    }

    #[test]
    fn reverses_addresses() {
        for (address, expected) in [
            ("192.0.2.1", "1.2.0.192.in-addr.arpa"),
            ("::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa"),
            (
                "2001:db8::567:89ab",
                "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
            ),
        ] {
            let name = reverse(address.parse().unwrap());
            assert!(name.is_fqdn());
            assert_eq!(present(&name), expected);
        }
    }

    #[test]
    fn reads_addresses() {
        for (text, address, zone) in [
            ("1.2.3.4", "1.2.3.4", None),
            ("::1", "::1", None),
            ("[::1]", "::1", None),
            ("fe80::1%eth0", "fe80::1", Some("eth0")),
            ("[fe80::1%eth0]", "fe80::1", Some("eth0")),
            ("::ffff:1.2.3.4", "::ffff:1.2.3.4", None),
        ] {
            let parsed = parse_address(text).unwrap().expect(text);
            assert_eq!(parsed.address, address.parse::<IpAddr>().unwrap());
            assert_eq!(parsed.dropped_zone.as_deref(), zone, "{text}");
        }
        for text in [
            "example.com",
            "1.2.3.4.",
            "127.1.",
            "1.2.3.4:53",
            "[1.2.3.4]",
            "a.1",
            "0/25.in-addr.arpa",
            "1.2.3.4%eth0",
            "4.3.2.1.in-addr.arpa",
            "",
            ".",
            "..",
            "0xyz",
            "[::1]:53",
            "face",
            "de",
        ] {
            assert_eq!(parse_address(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn does_not_guess_addresses() {
        for (text, message) in [
            ("127.1", "'127.1' is not an address everywhere: write '127.0.0.1' if that is meant"),
            (
                "010.0.0.1",
                "'010.0.0.1' is not an address everywhere: write '10.0.0.1' or '8.0.0.1' if that is meant",
            ),
            ("0x7f.1", "'0x7f.1' is not an address everywhere: write '127.0.0.1' if that is meant"),
            (
                "192.0.2",
                "'192.0.2' is not an address everywhere: write '192.0.0.2' if that is meant",
            ),
            (
                "2130706433",
                "'2130706433' is not an address everywhere: write '127.0.0.1' if that is meant",
            ),
            ("10.0.0.0/8", "'10.0.0.0/8' is a network: ask for one address, such as '10.0.0.0'"),
            (
                "300.1.1.1",
                "'300.1.1.1' is not an address: write four numbers from 0 to 255; \
                 or '300.1.1.1.' with a dot at its end if it is a name",
            ),
            (
                "1.2.3.4.5",
                "'1.2.3.4.5' is not an address: write four numbers from 0 to 255; \
                 or '1.2.3.4.5.' with a dot at its end if it is a name",
            ),
        ] {
            assert_eq!(parse_address(text).unwrap_err().to_string(), message);
        }
    }

    proptest! {
        #[test]
        fn what_is_presented_reads_back(
            labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..=62), 0..=4)
        ) {
            let name = Name::from_labels(labels.iter().map(Vec::as_slice)).unwrap();
            let text = present(&name);
            prop_assert!(text.bytes().all(|octet| octet.is_ascii_graphic()));
            // A label may look like a port or a URL; such a name is to be escaped by hand.
            let text = text.replace(':', "\\:");
            let parsed = parse(&text).unwrap();
            prop_assert!(parsed.name.iter().eq(name.iter()), "{text}");
            prop_assert!(parsed.name.is_fqdn());
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,80}") {
            let _ = parse(&text);
            let _ = parse_address(&text);
        }
    }
}
