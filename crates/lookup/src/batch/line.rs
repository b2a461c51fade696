//! A line of names to look up: a name or an address, and types if it has some.

use hickory_proto::rr::{Name, RecordType};
use output::{Blanks, escape_bytes};
use thiserror::Error;

use crate::name::{self, LABEL_MAX_OCTETS, NAME_MAX_OCTETS, NameError, ParsedName};
use crate::rdata::{TypeError, record_type};
use crate::request::{Subject, Target, types_of};

/// Why a line is no question.
#[derive(Debug, Error)]
pub enum LineError {
    #[error("the line is not UTF-8")]
    NotUtf8,
    #[error(transparent)]
    Name(#[from] NameError),
    #[error(transparent)]
    Type(#[from] TypeError),
    #[error("a zone transfer is no question for a list: ask for it by itself")]
    Transfer,
}

/// Reads a line, up to a word that begins with `#`. `None`: it is blank or a remark.
///
/// # Errors
///
/// What stands there is no name, or not a type.
pub fn parse(
    line: &[u8],
    types: &[RecordType],
    addresses: &[RecordType],
) -> Result<Option<Target>, LineError> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut words = words.take_while(|word| word[0] != b'#');
    let Some(word) = words.next() else { return Ok(None) };
    let mut own = Vec::new();
    for word in words {
        let word = str::from_utf8(word).map_err(|_| LineError::NotUtf8)?;
        match record_type(word)? {
            RecordType::AXFR => return Err(LineError::Transfer),
            record_type => own.push(record_type),
        }
    }
    let subject = if let Some(name) = plain_name(word) {
        Subject::Name(name)
    } else {
        let word = str::from_utf8(word).map_err(|_| LineError::NotUtf8)?;
        match name::parse_address(word)? {
            Some(address) => Subject::Address(address),
            None => Subject::Name(name::parse(word)?),
        }
    };
    let types = if own.is_empty() { types } else { &own };
    let (types, is_for_any_address) = types_of(&subject, types, addresses);
    Ok(Some(Target { subject, types: types.to_vec(), is_for_any_address }))
}

/// What a simple line asks for.
pub fn target(name: &[u8], record_type: RecordType) -> Target {
    let name = plain_name(name).expect("it was plain when the line was read");
    Target { subject: Subject::Name(name), types: vec![record_type], is_for_any_address: false }
}

/// A name and a type, as nearly all lines of a long list have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Simple<'a> {
    /// Letters, digits, hyphens, underscores and dots; no address.
    pub name: &'a [u8],
    /// Nothing if the line has no type of its own.
    pub record_type: Option<RecordType>,
}

/// Reads a line that needs no care. `None`: [`parse`] it.
pub fn simple(line: &[u8]) -> Option<Simple<'_>> {
    let line = line.trim_ascii_end();
    let (name, word) = match line.iter().position(|&octet| octet == b' ') {
        Some(blank) => (&line[..blank], Some(&line[blank + 1..])),
        None => (line, None),
    };
    let record_type = match word {
        None => None,
        Some(b"A" | b"a") => Some(RecordType::A),
        Some(b"AAAA" | b"aaaa") => Some(RecordType::AAAA),
        Some(_) => return None,
    };
    is_plain(name).then_some(Simple { name, record_type })
}

impl Simple<'_> {
    /// Appends the name as it is on the wire (RFC 1035, 3.1).
    pub fn push_name(&self, octets: &mut Vec<u8>) {
        let name = self.name.strip_suffix(b".").unwrap_or(self.name);
        for label in name.split(|&octet| octet == b'.') {
            octets.push(u8::try_from(label.len()).expect("a plain label has at most 63 octets"));
            octets.extend_from_slice(label);
        }
        octets.push(0);
    }
}

/// A line as it is shown where it is no question.
pub fn shown(line: &[u8]) -> String {
    escape_bytes(line.trim_ascii(), Blanks::Kept)
}

/// A name of nothing but letters, digits, hyphens and underscores that is no address: what nearly
/// all lines are. Anything else is read with care.
fn plain_name(word: &[u8]) -> Option<ParsedName> {
    if !is_plain(word) {
        return None;
    }
    let absolute = word.len() > 1 && word.ends_with(b".");
    let name = word.strip_suffix(b".").unwrap_or(word);
    let mut name = Name::from_labels(name.split(|&octet| octet == b'.')).ok()?;
    name.set_fqdn(true);
    Some(ParsedName { name, absolute })
}

/// Whether a word is a name of nothing but letters, digits, hyphens and underscores, within the
/// limits, and cannot be taken for an address.
fn is_plain(word: &[u8]) -> bool {
    let name = word.strip_suffix(b".").unwrap_or(word);
    let (mut label, mut starts_with_digit) = (0, true);
    for &octet in name {
        match octet {
            b'.' if label > 0 => label = 0,
            b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'0'..=b'9' if label < LABEL_MAX_OCTETS => {
                if label == 0 {
                    starts_with_digit = octet.is_ascii_digit();
                }
                label += 1;
            }
            _ => return false,
        }
    }
    // The last label of an address is a number, in one way or another.
    label > 0 && !starts_with_digit && name.len() + 2 <= NAME_MAX_OCTETS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::present;
    use crate::rdata::type_name;

    fn told(line: &[u8]) -> String {
        const BOTH: [RecordType; 2] = [RecordType::A, RecordType::AAAA];
        match parse(line, &[], &BOTH) {
            Ok(None) => "nothing".to_owned(),
            Err(error) => error.to_string(),
            Ok(Some(target)) => {
                let subject = match target.subject {
                    Subject::Name(parsed) => present(&parsed.name),
                    Subject::Address(parsed) => parsed.address.to_string(),
                };
                let types: Vec<_> = target.types.iter().map(|it| type_name(*it)).collect();
                format!("{subject} {}", types.join("+"))
            }
        }
    }

    #[test]
    fn lines_are_read_as_people_write_them() {
        for (line, expected) in [
            (&b"www.test"[..], "www.test A+AAAA"),
            (b"www.test.", "www.test A+AAAA"),
            (b"  www.test \t mx  TXT\r", "www.test MX+TXT"),
            (b"\xef\xbb\xbfwww.test A", "www.test A"),
            (b"192.0.2.1", "192.0.2.1 PTR"),
            (b"2001:db8::1", "2001:db8::1 PTR"),
            (b"_sip._tcp.a_b.test SRV", "_sip._tcp.a_b.test SRV"),
            (b"-www.test A", "-www.test A"),
            (br"a\.b.test A", r"a\.b.test A"),
            ("b\u{fc}cher.test A".as_bytes(), "xn--bcher-kva.test A"),
            (b". NS", ". NS"),
            (b"1.0.0.127.in-addr.arpa PTR", "1.0.0.127.in-addr.arpa PTR"),
            (b"", "nothing"),
            (b"\r", "nothing"),
            (b"# www.test", "nothing"),
            (b"www.test # the first", "www.test A+AAAA"),
            (b"www.test MX #the first", "www.test MX"),
            (b"a#b.test", "a#b.test A+AAAA"),
            (b"a..b", "'a..b' has an empty label: there is one dot too many"),
            (b"caf\xe9.test", "the line is not UTF-8"),
            (b"127.1", "'127.1' is not an address everywhere: write '127.0.0.1' if that is meant"),
            (b"www.test AXFR", "a zone transfer is no question for a list: ask for it by itself"),
            (
                b"www.test NOPE",
                "'NOPE' is not a record type: give a name such as 'MX', or a number such as 'TYPE65'",
            ),
        ] {
            assert_eq!(told(line), expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn what_is_simple_is_what_care_makes_of_it() {
        for line in [&b"www.test A"[..], b"www.test. aaaa\r", b"WWW.a-b.c_d", b"a", b"1a.x1 A  "] {
            let found = simple(line).unwrap();
            let target = parse(line, &[RecordType::MX], &[]).unwrap().unwrap();
            let Subject::Name(parsed) = &target.subject else { panic!("{target:?}") };
            assert_eq!(target.types, [found.record_type.unwrap_or(RecordType::MX)]);
            let (mut octets, mut expected) = (Vec::new(), Vec::new());
            found.push_name(&mut octets);
            crate::message::push_name(&mut expected, &parsed.name);
            assert_eq!(octets, expected, "{}", line.escape_ascii());
        }
        let (long_label, long_name) = ("a".repeat(64), "a.".repeat(128));
        for line in [
            "",
            " ",
            "# a",
            "1.2.3.4",
            "0x7f.1",
            "a..b",
            ".a",
            "a b",
            "a A A",
            "a\tA",
            "a MX",
            "\u{feff}a",
            r"a\.b",
            "*.a",
            " a",
            &long_label,
            &long_name,
        ] {
            assert_eq!(simple(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn the_short_way_reads_names_as_the_long_one_does() {
        for text in ["www.test", "WWW.test.", "a", "a-b.c_d", "1a.b", "x1.1x"] {
            if let Some(parsed) = plain_name(text.as_bytes()) {
                assert_eq!(parsed, name::parse(text).unwrap(), "{text}");
            }
        }
        let long = "a.".repeat(128);
        for text in ["", ".", "..", "a..b", ".a", "1.2.3.4", "0x7f.1", "a b", r"a\.b", "*.a", &long]
        {
            assert_eq!(plain_name(text.as_bytes()), None, "{text}");
        }
    }
}
