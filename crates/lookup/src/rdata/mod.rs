//! Record data and record types, as text: RFC presentation form, printable ASCII only.

mod address;
mod calendar;
mod dnssec;
mod keys;
mod loc;
mod pointers;
mod strings;
mod svcb;
mod text;
mod types;
mod wire;

use hickory_proto::rr::{Name, RecordType};

use self::text::generic;

pub(crate) use self::calendar::date_and_time;
pub(crate) use self::text::quoted;
pub(crate) use self::wire::Reader;
pub use types::{TypeError, class, class_name, is_record_type, record_type, type_name};

/// The data of a record in presentation form: printable ASCII, whatever the server sent.
///
/// What has no form of its own here, or is malformed, is written as RFC 3597 has it:
/// `\# LENGTH HEX`. hickory's `Display` is not used for any type: it lets control characters
/// through.
#[must_use]
pub fn present(record_type: RecordType, data: &[u8]) -> String {
    form(record_type, data).unwrap_or_else(|| generic(data))
}

/// The name that is all there is to the data of a record: the target of an alias, a name server.
#[must_use]
pub fn target(data: &[u8]) -> Option<Name> {
    let mut reader = Reader::new(data);
    let name = reader.name()?;
    reader.is_empty().then_some(name)
}

/// The form of a type, if the data is nothing but well-formed data of that type.
fn form(record_type: RecordType, data: &[u8]) -> Option<String> {
    let form = form_of(record_type)?;
    let mut data = Reader::new(data);
    let text = form(&mut data)?;
    (data.is_empty() && !text.is_empty()).then_some(text)
}

/// What writes the data of a type.
type Form = fn(&mut Reader<'_>) -> Option<String>;

/// The form of each type, by its number (IANA, Resource Record TYPEs).
fn form_of(record_type: RecordType) -> Option<Form> {
    Some(match u16::from(record_type) {
        1 => address::a,
        2..=5 | 7..=9 | 12 | 23 | 39 => pointers::name, // NS MD MF CNAME MB MG MR PTR NSAP-PTR DNAME
        6 => pointers::soa,
        11 => address::wks,
        13 => strings::hinfo,
        14 | 17 | 58 => pointers::two_names, // MINFO RP TALINK
        15 | 18 | 21 | 36 | 107 => pointers::number_and_name, // MX AFSDB RT KX LP
        16 | 56 | 99 | 258 | 261 | 262 | 263 => strings::all, // TXT NINFO SPF AVC RESINFO WALLET CLA
        19 => strings::x25,
        20 => strings::isdn,
        22 => address::nsap,
        24 | 46 => dnssec::rrsig,            // SIG RRSIG
        25 | 48 | 57 | 60 => dnssec::dnskey, // KEY DNSKEY RKEY CDNSKEY
        26 => pointers::px,
        27 => strings::gpos,
        28 => address::aaaa,
        29 => loc::loc,
        33 => pointers::srv,
        35 => strings::naptr,
        37 => keys::cert,
        42 => address::apl,
        43 | 59 | 32768 | 32769 => dnssec::ds, // DS CDS TA DLV
        44 => keys::sshfp,
        45 => keys::ipseckey,
        47 => dnssec::nsec,
        49 | 61 => keys::base64, // DHCID OPENPGPKEY
        50 => dnssec::nsec3,
        51 => dnssec::nsec3param,
        52 | 53 => keys::tlsa, // TLSA SMIMEA
        55 => keys::hip,
        62 => dnssec::csync,
        63 => dnssec::zonemd,
        64 | 65 => svcb::svcb,
        66 => pointers::dsync,
        104 | 106 => address::identifier, // NID L64
        105 => address::locator,
        108 => address::eui48,
        109 => address::eui64,
        256 => strings::uri,
        257 => strings::caa,
        259 => strings::doa,
        260 => keys::amtrelay,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Checks the form of data.
    #[track_caller]
    pub(super) fn presents(type_name: &str, data: &[u8], expected: &str) {
        let record_type = record_type(type_name).unwrap();
        assert_eq!(form(record_type, data).as_deref(), Some(expected), "{type_name}");
    }

    /// Checks that data has no form but the one for all types.
    #[track_caller]
    pub(super) fn is_generic(type_name: &str, data: &[u8]) {
        let record_type = record_type(type_name).unwrap();
        assert_eq!(form(record_type, data), None, "{type_name} {data:?}");
        assert_eq!(present(record_type, data), generic(data), "{type_name}");
    }

    #[test]
    fn what_has_no_form_is_generic() {
        is_generic("TYPE65280", b"\x01\xab");
        assert_eq!(present(RecordType::from(65280), b"\x01\xab"), r"\# 2 01AB");
        assert_eq!(present(RecordType::MX, b""), r"\# 0");
    }

    proptest! {
        #[test]
        fn any_data_of_any_type_is_printable_ascii_always(
            code in prop_oneof![4 => 0_u16..300, 1 => any::<u16>()],
            data in prop::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 0..80),
        ) {
            let text = present(RecordType::from(code), &data);
            prop_assert!(text.bytes().all(|octet| matches!(octet, b' '..=b'~')), "{text:?}");
        }
    }
}
