//! The names of record types: read in any case, written as IANA has them.

use std::borrow::Cow;

use hickory_proto::rr::{DNSClass, RecordType};

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

/// The classes with a name (IANA, DNS CLASSes).
const CLASSES: [(&str, u16); 8] = [
    ("IN", 1),
    ("CH", 3),
    ("HS", 4),
    ("NONE", 254),
    ("ANY", 255),
    ("INTERNET", 1),
    ("CHAOS", 3),
    ("HESIOD", 4),
];

/// Why a word is not a type that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// No such type.
    #[error("'{0}' is not a record type: give a name such as 'MX', or a number such as 'TYPE65'")]
    Unknown(String),
    /// IXFR: what changed since a version that nobody here has.
    #[error("'{0}' is what changed in a zone, which is not supported: ask for all of it by AXFR")]
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
        Some(RecordType::IXFR) => Err(TypeError::Transfer(text.to_owned())),
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
    // TYPE65536 is no type, and nobody means a host by it.
    let is_number =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    let prefix = word.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case("TYPE"));
    known_type(word).is_some() || prefix.is_some_and(|_| is_number(&word[4..]))
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

/// Why a word is not a class.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a class: give IN, CH, HS, ANY, or a number such as 'CLASS3'")]
pub struct ClassError(String);

/// Reads a class: a name in any case, or `CLASS3` (RFC 3597, 5).
///
/// # Errors
///
/// An unknown word.
pub fn class(text: &str) -> Result<DNSClass, ClassError> {
    let upper = text.to_ascii_uppercase();
    let code = match CLASSES.iter().find(|(name, _)| *name == upper) {
        Some((_, code)) => Some(*code),
        None => upper.strip_prefix("CLASS").and_then(number),
    };
    code.map(DNSClass::from).ok_or_else(|| ClassError(text.to_owned()))
}

/// The name of a class: `IN`, or `CLASS32` for one without a name (RFC 3597, 5).
#[must_use]
pub fn class_name(class: DNSClass) -> Cow<'static, str> {
    let code = u16::from(class);
    match CLASSES.iter().find(|(_, it)| *it == code) {
        Some((name, _)) => (*name).into(),
        None => format!("CLASS{code}").into(),
    }
}

/// A number of digits and nothing else.
fn number(text: &str) -> Option<u16> {
    let has_digits_only = text.bytes().all(|octet| octet.is_ascii_digit());
    if has_digits_only { text.parse().ok() } else { None }
}

fn known_type(text: &str) -> Option<RecordType> {
    let upper = text.to_ascii_uppercase();
    if let Some(code) = upper.strip_prefix("TYPE") {
        return number(code).map(RecordType::from);
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
    use super::*;

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
            assert_eq!(is_record_type(text), text == "TYPE65536", "{text}");
        }
        assert_eq!(record_type("axfr"), Ok(RecordType::AXFR));
        for text in ["IXFR", "TYPE251"] {
            assert_eq!(record_type(text), Err(TypeError::Transfer(text.to_owned())));
            assert!(is_record_type(text));
        }
        for text in ["opt", "TYPE0", "tsig", "TKEY"] {
            assert_eq!(record_type(text), Err(TypeError::Meta(text.to_owned())));
        }
    }

    #[test]
    fn reads_classes_in_any_case_and_by_number() {
        for (text, name) in [("in", "IN"), ("Chaos", "CH"), ("CLASS4", "HS"), ("class9", "CLASS9")]
        {
            assert_eq!(class(text).map(class_name).as_deref(), Ok(name), "{text}");
        }
        for text in ["", "CLASS", "CLASS65536", "CLASS+1", "MX"] {
            assert_eq!(class(text), Err(ClassError(text.to_owned())));
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
}
