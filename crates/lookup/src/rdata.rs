//! Record data and record types, as text: RFC presentation form, printable ASCII only.

use std::borrow::Cow;
use std::fmt::Write as _;

use hickory_proto::rr::rdata::NULL;
use hickory_proto::rr::{Name, RData, RecordType};
use hickory_proto::serialize::binary::{
    BinDecodable, BinDecoder, BinEncodable, BinEncoder, NameEncoding,
};

use crate::name;

/// The data of a record in presentation form: printable ASCII, whatever the server sent.
///
/// What has no form of its own here is written as RFC 3597 has it: `\# LENGTH HEX`. hickory's
/// `Display` is not used for any type: it lets control characters through.
#[must_use]
pub fn present(rdata: &RData) -> String {
    match rdata {
        RData::A(address) => address.0.to_string(),
        RData::AAAA(address) => address.0.to_string(),
        RData::CNAME(target) => name::present(&target.0),
        RData::NS(target) => name::present(&target.0),
        RData::PTR(target) => name::present(&target.0),
        RData::MX(mx) => format!("{} {}", mx.preference, name::present(&mx.exchange)),
        RData::SOA(soa) => format!(
            "{} {} {} {} {} {} {}",
            name::present(&soa.mname),
            name::present(&soa.rname),
            soa.serial,
            soa.refresh.cast_unsigned(),
            soa.retry.cast_unsigned(),
            soa.expire.cast_unsigned(),
            soa.minimum,
        ),
        RData::SRV(srv) => {
            format!("{} {} {} {}", srv.priority, srv.weight, srv.port, name::present(&srv.target))
        }
        RData::TXT(txt) => {
            txt.txt_data.iter().map(|string| quoted(string)).collect::<Vec<_>>().join(" ")
        }
        RData::CAA(caa) => {
            format!("{} {} {}", caa.flags(), bare(caa.tag.as_bytes()), quoted(&caa.value))
        }
        RData::HINFO(host) => format!("{} {}", quoted(&host.cpu), quoted(&host.os)),
        RData::NAPTR(naptr) => format!(
            "{} {} {} {} {} {}",
            naptr.order,
            naptr.preference,
            quoted(&naptr.flags),
            quoted(&naptr.services),
            quoted(&naptr.regexp),
            name::present(&naptr.replacement)
        ),
        RData::Unknown { code: RecordType::DNAME, rdata: target } => {
            read_name(target).map_or_else(|| generic(rdata), |target| name::present(&target))
        }
        other => generic(other),
    }
}

/// The name that a record points at and that a reader may want to follow: an alias' target.
#[must_use]
pub fn alias_target(rdata: &RData) -> Option<&Name> {
    match rdata {
        RData::CNAME(target) => Some(&target.0),
        _ => None,
    }
}

/// hickory does not decode DNAME (RFC 6672, 2.1): its data is one name, not compressed.
fn read_name(data: &NULL) -> Option<Name> {
    let mut decoder = BinDecoder::new(&data.anything);
    let name = Name::read(&mut decoder).ok()?;
    decoder.is_empty().then_some(name)
}

/// A character string in quotes (RFC 1035, 5.1).
fn quoted(string: &[u8]) -> String {
    let mut text = String::with_capacity(string.len() + 2);
    text.push('"');
    for &octet in string {
        match octet {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(octet));
            }
            b' '..=b'~' => text.push(char::from(octet)),
            octet => name::push_decimal(&mut text, octet),
        }
    }
    text.push('"');
    text
}

/// A word without quotes, such as the tag of a CAA record.
fn bare(word: &[u8]) -> String {
    let mut text = String::with_capacity(word.len());
    for &octet in word {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_') {
            text.push(char::from(octet));
        } else {
            name::push_decimal(&mut text, octet);
        }
    }
    text
}

/// `\# LENGTH HEX` (RFC 3597, 5).
fn generic(rdata: &RData) -> String {
    let mut octets = Vec::new();
    let mut encoder = BinEncoder::new(&mut octets);
    // A pointer into the message would mean nothing here (RFC 3597, 4).
    encoder.set_name_encoding(NameEncoding::Uncompressed);
    if rdata.emit(&mut encoder).is_err() {
        octets.clear();
    }
    let mut text = format!("\\# {}", octets.len());
    for (index, octet) in octets.iter().enumerate() {
        let gap = if index == 0 { " " } else { "" };
        write!(text, "{gap}{octet:02X}").expect("writing to a String cannot fail");
    }
    text
}

/// Types that hickory has no name for, or does not read by name (IANA, DNS parameters).
const MORE_TYPES: &[(&str, u16)] = &[
    ("MD", 3),
    ("MF", 4),
    ("MB", 7),
    ("MG", 8),
    ("MR", 9),
    ("WKS", 11),
    ("MINFO", 14),
    ("RP", 17),
    ("AFSDB", 18),
    ("X25", 19),
    ("ISDN", 20),
    ("RT", 21),
    ("NSAP", 22),
    ("NSAP-PTR", 23),
    ("PX", 26),
    ("GPOS", 27),
    ("LOC", 29),
    ("NXT", 30),
    ("EID", 31),
    ("NIMLOC", 32),
    ("ATMA", 34),
    ("KX", 36),
    ("A6", 38),
    ("SINK", 40),
    ("APL", 42),
    ("IPSECKEY", 45),
    ("DHCID", 49),
    ("HIP", 55),
    ("NINFO", 56),
    ("RKEY", 57),
    ("TALINK", 58),
    ("ZONEMD", 63),
    ("DSYNC", 66),
    ("HHIT", 67),
    ("BRID", 68),
    ("SPF", 99),
    ("UINFO", 100),
    ("UID", 101),
    ("GID", 102),
    ("UNSPEC", 103),
    ("NID", 104),
    ("L32", 105),
    ("L64", 106),
    ("LP", 107),
    ("EUI48", 108),
    ("EUI64", 109),
    ("NXNAME", 128),
    ("TKEY", 249),
    ("IXFR", 251),
    ("MAILB", 253),
    ("MAILA", 254),
    ("URI", 256),
    ("AVC", 258),
    ("DOA", 259),
    ("AMTRELAY", 260),
    ("RESINFO", 261),
    ("WALLET", 262),
    ("CLA", 263),
    ("IPN", 264),
    ("TA", 32768),
    ("DLV", 32769),
];

/// Why a word is not a type that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// No such type.
    #[error("'{0}' is not a record type: give a name such as 'MX', or a number such as 'TYPE65'")]
    Unknown(String),
    /// AXFR and IXFR: an answer of many messages, which is not one question's answer.
    #[error("'{0}' is a zone transfer, which is not supported")]
    Transfer(String),
    /// Types that only occur inside of a message, never as a question.
    #[error("'{0}' is not a type to ask for: it only lives inside of messages")]
    Meta(String),
}

/// Reads a record type: a name in any case, `TYPE65` (RFC 3597, 5), or `ANY`.
///
/// # Errors
///
/// An unknown word, or a type that cannot be a question.
pub fn record_type(text: &str) -> Result<RecordType, TypeError> {
    match known_type(text) {
        Some(RecordType::AXFR | RecordType::IXFR) => Err(TypeError::Transfer(text.to_owned())),
        Some(RecordType::ZERO | RecordType::OPT | RecordType::TSIG | RecordType::Unknown(249)) => {
            Err(TypeError::Meta(text.to_owned()))
        }
        Some(record_type) => Ok(record_type),
        None => Err(TypeError::Unknown(text.to_owned())),
    }
}

/// Whether a bare word is the name of a type, in any case: the `mx` of `lookup NAME mx`.
///
/// A host may be called `ns` or `mx` as well, so ask this only of a word beside a name.
#[must_use]
pub fn is_record_type(word: &str) -> bool {
    known_type(word).is_some()
}

/// The name of a type: `MX`, or `TYPE65280` for one without a name (RFC 3597, 5).
#[must_use]
pub fn type_name(record_type: RecordType) -> Cow<'static, str> {
    let code = u16::from(record_type);
    match record_type {
        RecordType::Unknown(_) | RecordType::ZERO => MORE_TYPES
            .iter()
            .find(|(_, number)| *number == code)
            .map_or_else(|| format!("TYPE{code}").into(), |(name, _)| (*name).into()),
        known => <&'static str>::from(known).into(),
    }
}

fn known_type(text: &str) -> Option<RecordType> {
    let upper = text.to_ascii_uppercase();
    if let Some(number) = upper.strip_prefix("TYPE") {
        let digits = !number.is_empty() && number.bytes().all(|octet| octet.is_ascii_digit());
        return digits.then(|| number.parse::<u16>().ok().map(RecordType::from)).flatten();
    }
    if let Some((_, code)) = MORE_TYPES.iter().find(|(name, _)| *name == upper) {
        return Some(RecordType::from(*code));
    }
    // hickory reads '*' as ANY and its own invention ANAME; the first is a label here.
    (upper != "*")
        .then(|| upper.parse().ok())
        .flatten()
        .filter(|record_type| *record_type != RecordType::ANAME)
        .or((upper == "OPT").then_some(RecordType::OPT))
}

#[cfg(test)]
mod tests {
    use hickory_proto::rr::rdata::{
        A, AAAA, CNAME, HINFO, MX, NAPTR, NS, OPENPGPKEY, PTR, SOA, SRV, TXT,
    };
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Name {
        name::parse(text).unwrap().name
    }

    /// Data as hickory decodes it from the wire.
    fn wire(record_type: RecordType, data: &[u8]) -> RData {
        use hickory_proto::serialize::binary::Restrict;
        let length = Restrict::new(u16::try_from(data.len()).unwrap());
        RData::read(&mut BinDecoder::new(data), record_type, length).unwrap()
    }

    #[test]
    fn presents_each_type_in_its_form() {
        let boxed = |text: &[u8]| text.to_vec().into_boxed_slice();
        for (rdata, expected) in [
            (RData::A(A::new(192, 0, 2, 1)), "192.0.2.1"),
            (RData::AAAA(AAAA("2001:db8::1".parse().unwrap())), "2001:db8::1"),
            (RData::CNAME(CNAME(name("www.a.test"))), "www.a.test"),
            (RData::NS(NS(name("."))), "."),
            (RData::PTR(PTR(name(r"a\027b\.c.test"))), r"a\027b\.c.test"),
            (RData::MX(MX::new(10, name("mail.test"))), "10 mail.test"),
            (RData::MX(MX::new(0, Name::root())), "0 ."),
            (
                RData::SOA(SOA::new(name("ns.test"), name(r"a\.b.test"), u32::MAX, 1, -1, 3, 4)),
                r"ns.test a\.b.test 4294967295 1 4294967295 3 4",
            ),
            (RData::SRV(SRV::new(1, 2, 443, name("h.test"))), "1 2 443 h.test"),
            (
                RData::TXT(TXT::from_bytes(vec![
                    b"say \"hi\" \\o/",
                    b"",
                    b"\x1b[2J\t\x7f\xc2\x9b",
                    "ü".as_bytes(),
                ])),
                r#""say \"hi\" \\o/" "" "\027[2J\009\127\194\155" "\195\188""#,
            ),
            (RData::HINFO(HINFO::from_bytes(boxed(b"a b"), boxed(b"\x1b"))), r#""a b" "\027""#),
            (
                RData::NAPTR(NAPTR::new(
                    1,
                    2,
                    boxed(b"u"),
                    boxed(b"E2U+sip"),
                    boxed(br"!^.*$!sip:\1@t!"),
                    Name::root(),
                )),
                r#"1 2 "u" "E2U+sip" "!^.*$!sip:\\1@t!" ."#,
            ),
            (
                wire(RecordType::CAA, b"\x80\x05issueca.test; a=\"\x07"),
                r#"128 issue "ca.test; a=\"\007""#,
            ),
            (wire(RecordType::DNAME, b"\x01a\x04test\x00"), "a.test"),
            (wire(RecordType::DNAME, b"\x01a\xc0\x00"), r"\# 4 0161C000"),
            (wire(RecordType::Unknown(65280), b"\x01\xab"), r"\# 2 01AB"),
            (RData::OPENPGPKEY(OPENPGPKEY::new(vec![0, 255])), r"\# 2 00FF"),
        ] {
            assert_eq!(present(&rdata), expected);
        }
    }

    #[test]
    fn generic_data_has_no_pointers() {
        let svcb = b"\x00\x01\x01a\x04test\x00\x00\x01\x00\x03\x02h2";
        assert_eq!(
            present(&wire(RecordType::SVCB, svcb)),
            r"\# 17 0001016104746573740000010003026832"
        );
    }

    #[test]
    fn reads_types_in_any_case_and_by_number() {
        for (text, expected) in [
            ("mx", RecordType::MX),
            ("AaAa", RecordType::AAAA),
            ("any", RecordType::ANY),
            ("type65", RecordType::HTTPS),
            ("TYPE1", RecordType::A),
            ("TYPE65280", RecordType::Unknown(65280)),
            ("loc", RecordType::Unknown(29)),
            ("URI", RecordType::Unknown(256)),
            ("DNAME", RecordType::DNAME),
        ] {
            assert_eq!(record_type(text), Ok(expected), "{text}");
        }
        for text in ["", "*", "aname", "TYPE", "TYPE65536", "TYPE+1", "www", "A.", "unknown"] {
            assert_eq!(record_type(text), Err(TypeError::Unknown(text.to_owned())));
            assert!(!is_record_type(text), "{text}");
        }
        for text in ["axfr", "IXFR", "TYPE252"] {
            assert_eq!(record_type(text), Err(TypeError::Transfer(text.to_owned())));
            assert!(is_record_type(text));
        }
        for text in ["opt", "TYPE0", "tsig", "TKEY"] {
            assert_eq!(record_type(text), Err(TypeError::Meta(text.to_owned())));
        }
    }

    #[test]
    fn every_type_has_one_name() {
        for code in 1..=u16::MAX {
            let name = type_name(RecordType::from(code));
            if name == "ANAME" {
                continue;
            }
            assert_eq!(known_type(&name).map(u16::from), Some(code), "{name}");
        }
        for (name, code) in MORE_TYPES {
            assert_eq!(type_name(RecordType::from(*code)), *name);
        }
    }

    proptest! {
        #[test]
        fn text_is_printable_ascii_always(
            strings in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=255), 0..4)
        ) {
            let text = present(&RData::TXT(TXT::from_bytes(
                strings.iter().map(Vec::as_slice).collect(),
            )));
            prop_assert!(text.bytes().all(|octet| matches!(octet, b' '..=b'~')));
        }

        #[test]
        fn unknown_data_is_printable_ascii_always(
            code in 300_u16..30000, data in prop::collection::vec(any::<u8>(), 0..80)
        ) {
            let text = present(&wire(RecordType::from(code), &data));
            prop_assert!(text.bytes().all(|octet| matches!(octet, b' '..=b'~')));
        }
    }
}
