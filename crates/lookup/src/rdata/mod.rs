//! Record data and record types, as text: RFC presentation form, printable ASCII only.

mod dnssec;
mod keys;
mod loc;
mod pointers;
mod svcb;
mod text;
mod types;
mod wire;

use hickory_proto::rr::{Name, RData, RecordType};
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder, NameEncoding};

use self::text::{bare, generic};
use self::wire::Reader;
use crate::name;

pub(crate) use self::text::quoted;
pub use types::{TypeError, is_record_type, record_type, type_name};

/// The data of a record in presentation form: printable ASCII, whatever the server sent.
///
/// What has no form of its own here, or is malformed, is written as RFC 3597 has it:
/// `\# LENGTH HEX`. hickory's `Display` is not used for any type: it lets control characters
/// through.
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
        other => {
            let octets = wire(other);
            form(other.record_type(), &octets).unwrap_or_else(|| generic(&octets))
        }
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

/// The data as it is on the wire. A pointer into the message would mean nothing here (RFC 3597,
/// 4), so names are whole.
fn wire(rdata: &RData) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut encoder = BinEncoder::new(&mut octets);
    encoder.set_name_encoding(NameEncoding::Uncompressed);
    if rdata.emit(&mut encoder).is_err() {
        octets.clear();
    }
    octets
}

/// The form of a type, if the data is nothing but well-formed data of that type.
fn form(record_type: RecordType, octets: &[u8]) -> Option<String> {
    let form = match &*type_name(record_type) {
        "AFSDB" | "KX" | "LP" => pointers::number_and_name,
        "APL" => pointers::apl,
        "CDNSKEY" | "DNSKEY" => dnssec::dnskey,
        "CDS" | "DS" => dnssec::ds,
        "CERT" => keys::cert,
        "CSYNC" => dnssec::csync,
        "DHCID" | "OPENPGPKEY" => keys::base64,
        "DNAME" => pointers::name,
        "EUI48" => pointers::eui48,
        "EUI64" => pointers::eui64,
        "HTTPS" | "SVCB" => svcb::svcb,
        "IPSECKEY" => keys::ipseckey,
        "L32" => pointers::locator,
        "L64" | "NID" => pointers::identifier,
        "LOC" => loc::loc,
        "NSEC" => dnssec::nsec,
        "NSEC3" => dnssec::nsec3,
        "NSEC3PARAM" => dnssec::nsec3param,
        "RESINFO" | "SPF" => pointers::strings,
        "RP" => pointers::two_names,
        "RRSIG" => dnssec::rrsig,
        "SMIMEA" | "TLSA" => keys::tlsa,
        "SSHFP" => keys::sshfp,
        "URI" => pointers::uri,
        "ZONEMD" => dnssec::zonemd,
        _ => return None,
    };
    let mut data = Reader::new(octets);
    let text = form(&mut data)?;
    (data.is_empty() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use hickory_proto::rr::rdata::{A, AAAA, CNAME, HINFO, MX, NAPTR, NS, PTR, SOA, SRV, TXT};
    use hickory_proto::serialize::binary::{BinDecoder, DecodeError, Restrict};
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Name {
        name::parse(text).unwrap().name
    }

    /// Data as hickory decodes it from the wire.
    fn decoded(record_type: RecordType, data: &[u8]) -> Result<RData, DecodeError> {
        let length = Restrict::new(u16::try_from(data.len()).unwrap());
        RData::read(&mut BinDecoder::new(data), record_type, length)
    }

    /// Checks the form of data both as it is and after hickory has decoded it.
    #[track_caller]
    pub(super) fn presents(type_name: &str, data: &[u8], expected: &str) {
        let record_type = record_type(type_name).unwrap();
        assert_eq!(form(record_type, data).as_deref(), Some(expected), "{type_name}");
        assert_eq!(present(&decoded(record_type, data).unwrap()), expected, "{type_name}");
    }

    /// Checks that data has no form but the one for all types.
    #[track_caller]
    pub(super) fn is_generic(type_name: &str, data: &[u8]) {
        let record_type = record_type(type_name).unwrap();
        assert_eq!(form(record_type, data), None, "{type_name} {data:?}");
        if let Ok(rdata) = decoded(record_type, data) {
            assert_eq!(present(&rdata), generic(data), "{type_name}");
        }
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
                decoded(RecordType::CAA, b"\x80\x05issueca.test; a=\"\x07").unwrap(),
                r#"128 issue "ca.test; a=\"\007""#,
            ),
            (decoded(RecordType::Unknown(65280), b"\x01\xab").unwrap(), r"\# 2 01AB"),
            (RData::Update0(RecordType::Unknown(42)), r"\# 0"),
        ] {
            assert_eq!(present(&rdata), expected);
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
        fn any_data_of_any_type_is_printable_ascii_always(
            code in prop_oneof![4 => 0_u16..300, 1 => any::<u16>()],
            data in prop::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 0..80),
        ) {
            let record_type = RecordType::from(code);
            let printable = |text: String| text.bytes().all(|octet| matches!(octet, b' '..=b'~'));
            prop_assert!(form(record_type, &data).is_none_or(printable));
            if let Ok(rdata) = decoded(record_type, &data) {
                prop_assert!(printable(present(&rdata)));
            }
        }

        #[test]
        fn what_hickory_decodes_is_encoded_again_as_it_was(
            record_type in prop::sample::select(vec![
                RecordType::CERT,
                RecordType::CSYNC,
                RecordType::OPENPGPKEY,
                RecordType::SMIMEA,
                RecordType::SSHFP,
                RecordType::TLSA,
                RecordType::Unknown(29),
            ]),
            data in prop::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 1..80),
        ) {
            if let Ok(rdata) = decoded(record_type, &data) {
                prop_assert_eq!(wire(&rdata), data);
            }
        }
    }
}
