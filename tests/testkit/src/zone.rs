//! Zones in the text form of RFC 1035, 5.1, and the ones every test may count on.

use std::collections::BTreeMap;
use std::io;

use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::{Name, RData, Record, RecordSet, RecordType, RrKey};
use hickory_proto::serialize::txt::Parser;

/// A zone to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone<'a> {
    /// The name at its top, such as `example.test.`
    pub origin: &'a str,
    /// Its records, SOA included, as RFC 1035, 5.1 writes them.
    pub text: &'a str,
}

/// The zones every test and the tour may count on: `tests/testkit/zones/*.zone`.
#[must_use]
pub fn demo_zones() -> &'static [Zone<'static>] {
    &[
        Zone { origin: "usfca.edu.", text: include_str!("../zones/usfca.edu.zone") },
        Zone { origin: "example.test.", text: include_str!("../zones/example.test.zone") },
        Zone {
            origin: "221.239.104.in-addr.arpa.",
            text: include_str!("../zones/221.239.104.in-addr.arpa.zone"),
        },
        Zone { origin: "127.in-addr.arpa.", text: include_str!("../zones/127.in-addr.arpa.zone") },
        Zone {
            origin: "8.b.d.0.1.0.0.2.ip6.arpa.",
            text: include_str!("../zones/8.b.d.0.1.0.0.2.ip6.arpa.zone"),
        },
    ]
}

/// The records of a zone by name and type.
pub(crate) type Records = BTreeMap<RrKey, RecordSet>;

/// Reads a zone. An error names the zone.
pub(crate) fn parse(zone: Zone<'_>) -> io::Result<(Name, Records)> {
    let in_zone = |error: &dyn std::error::Error| {
        let message = format!("cannot read zone '{}': {error}", zone.origin);
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    let mut origin = Name::from_ascii(zone.origin).map_err(|error| in_zone(&error))?;
    origin.set_fqdn(true);

    let text = hide_octets(zone.text);
    let (_, mut records) =
        Parser::new(text, None, Some(origin.clone())).parse().map_err(|error| in_zone(&error))?;
    records.values_mut().for_each(reveal_octets);
    Ok((origin, records))
}

/// The first of 256 private code points that stand for the octets 0 to 255.
const FIRST_OCTET: u32 = 0xE000;

/// Replaces each `\DDD` inside quotes by a private code point.
///
/// hickory-proto 0.26 reads the three digits as if they were hexadecimal and two bits too far
/// left (`\027` becomes U+0207), and keeps text as UTF-8, which cannot hold every octet.
fn hide_octets(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text;
    let mut place = Place::Plain;
    while let Some(next) = rest.chars().next() {
        if place == Place::Quoted && next == '\\' {
            let (shown, after) = escape(rest);
            hidden.push_str(&shown);
            rest = after;
            continue;
        }
        place = place.after(next);
        hidden.push(next);
        rest = &rest[next.len_utf8()..];
    }
    hidden
}

/// Where in a zone file a character stands. Escapes matter, and semicolons do not, inside quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Plain,
    Quoted,
    Comment,
}

impl Place {
    fn after(self, next: char) -> Self {
        match (self, next) {
            (Self::Plain, '"') => Self::Quoted,
            (Self::Plain, ';') => Self::Comment,
            (Self::Quoted, '"') | (Self::Comment, '\n') => Self::Plain,
            (place, _) => place,
        }
    }
}

/// The escape sequence at the start of `text` in the form hickory reads, and what follows it.
fn escape(text: &str) -> (String, &str) {
    let octet = text.get(1..4).and_then(|digits| digits.parse::<u8>().ok());
    if let Some(hidden) = octet.and_then(|octet| char::from_u32(FIRST_OCTET + u32::from(octet))) {
        return (hidden.to_string(), &text[4..]);
    }
    let length = text.chars().take(2).map(char::len_utf8).sum();
    (text[..length].to_owned(), &text[length..])
}

/// Turns the private code points in TXT records back into octets.
fn reveal_octets(records: &mut RecordSet) {
    if records.record_type() == RecordType::TXT {
        let revealed = records.records_without_rrsigs().cloned().map(with_octets).collect();
        records.set_records(revealed);
    }
}

fn with_octets(mut record: Record) -> Record {
    if let RData::TXT(txt) = &record.data {
        let strings: Vec<Vec<u8>> = txt.txt_data.iter().map(|string| octets(string)).collect();
        record.data = RData::TXT(TXT::from_bytes(strings.iter().map(Vec::as_slice).collect()));
    }
    record
}

fn octets(string: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(string.len());
    for shown in String::from_utf8_lossy(string).chars() {
        match u32::from(shown).checked_sub(FIRST_OCTET).map(u8::try_from) {
            Some(Ok(octet)) => octets.push(octet),
            _ => octets.extend_from_slice(shown.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOA: &str = "@ 300 IN SOA ns hostmaster 1 3600 600 86400 60\n";

    fn txt(rdata: &str) -> Vec<Vec<u8>> {
        let text = format!("{SOA}@ 300 IN TXT {rdata}\n");
        let (origin, records) = parse(Zone { origin: "example.test", text: &text }).unwrap();
        let key = RrKey::new(origin.into(), RecordType::TXT);
        match &records[&key].record().unwrap().data {
            RData::TXT(data) => data.txt_data.iter().map(|string| string.to_vec()).collect(),
            other => panic!("not a TXT record: {other}"),
        }
    }

    #[test]
    fn every_octet_can_be_written_in_decimal() {
        for octet in 0..=u8::MAX {
            assert_eq!(txt(&format!("\"\\{octet:03}\"")), [[octet]]);
        }
    }

    #[test]
    fn strings_keep_their_text() {
        let cases: &[(&str, &[&[u8]])] = &[
            ("plain", &[b"plain"]),
            ("\"two words\" \"and more\"", &[b"two words", b"and more"]),
            ("\"a;b\" ; a \"comment\\027\"", &[b"a;b"]),
            (r#""say \"hi\" \\ \x""#, &[br#"say "hi" \ x"#]),
            (r#""\\027""#, &[br"\027"]),
            (r#""\027[31mred\010""#, &[b"\x1b[31mred\n"]),
            (r#""é\255""#, &[b"\xc3\xa9\xff"]),
        ];
        for (rdata, expected) in cases {
            assert_eq!(txt(rdata), *expected, "{rdata}");
        }
    }

    #[test]
    fn an_error_names_the_zone() {
        let error = parse(Zone { origin: "example.test.", text: "@ 300 IN WHAT x\n" }).unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with("cannot read zone 'example.test.': "), "{message}");
    }

    #[test]
    fn demo_zones_parse_and_begin_with_authority() {
        for &zone in demo_zones() {
            let (origin, records) = parse(zone).unwrap();
            let soa = RrKey::new(origin.into(), RecordType::SOA);
            assert!(records.contains_key(&soa), "{} has no SOA", zone.origin);
        }
    }
}
