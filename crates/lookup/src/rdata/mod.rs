//! Record data and record types, as text: RFC presentation form, printable ASCII only.

mod types;

use std::fmt::Write as _;

use hickory_proto::rr::rdata::NULL;
use hickory_proto::rr::{Name, RData, RecordType};
use hickory_proto::serialize::binary::{
    BinDecodable, BinDecoder, BinEncodable, BinEncoder, NameEncoding,
};

use crate::name;

pub use types::{TypeError, is_record_type, record_type, type_name};

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
