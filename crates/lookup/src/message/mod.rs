//! A message as it was sent (RFC 1035, 4.1): every record that can be read, whatever the others are.
//!
//! Not hickory's `Message`: it reads all records or none, so that one malformed record loses the
//! answer; and it knows some types only in part, so that their data cannot be given back.

mod edns;
mod query;

use std::fmt;

use hickory_proto::rr::{DNSClass, Name, RecordType};

use crate::name::{LABEL_MAX_OCTETS, NAME_MAX_OCTETS};

pub use edns::{Edns, ExtendedError, extended_error_name};
pub use query::{ClientSubnet, EdnsRequest, Manner, PAYLOAD_OCTETS, query};

/// Octets of a header (RFC 1035, 4.1.1).
pub const HEADER_OCTETS: usize = 12;

/// A name of [`NAME_MAX_OCTETS`] has so many labels at most, and the root.
const LABELS_MAX: usize = NAME_MAX_OCTETS / 2;

/// The pointers that a name may lead over: one to each of its labels is more than anybody writes.
const POINTERS_MAX: usize = LABELS_MAX;

/// The type of the pseudo-record that carries EDNS (RFC 6891, 6.1.1).
const OPT: u16 = 41;

/// A message that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What connects it to its question.
    pub id: u16,
    /// The second word of the header.
    pub flags: Flags,
    /// The response code, the upper bits from EDNS included (RFC 6891, 6.1.3).
    pub rcode: u16,
    /// What was asked.
    pub questions: Vec<Question>,
    /// The answer section.
    pub answers: Vec<Record>,
    /// The authority section.
    pub authorities: Vec<Record>,
    /// The additional section without OPT.
    pub additionals: Vec<Record>,
    /// EDNS, if the sender speaks it.
    pub edns: Option<Edns>,
    /// The first thing that is wrong with the message.
    pub damage: Option<Damage>,
    /// How long it is.
    pub octets: usize,
}

/// A question as it stands in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The name.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
    /// The class.
    pub class: DNSClass,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the field's own term is record type")]
pub struct Record {
    /// The owner.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
    /// The class.
    pub class: DNSClass,
    /// For how long it may be kept, in seconds.
    pub ttl: u32,
    /// The data as on the wire, but for names: no pointer into the message is left in it.
    pub data: Vec<u8>,
    /// Whether the data is not what its type has. It is as on the wire then.
    pub is_malformed: bool,
}

/// A section of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What was asked.
    Question,
    /// The records that were asked for.
    Answer,
    /// Who is an authority for them.
    Authority,
    /// What may be of use besides.
    Additional,
}

impl Section {
    /// The name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Authority => "authority",
            Self::Additional => "additional",
        }
    }
}

/// What is wrong with a message of which a part could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// It ends before the section does, or a name in it cannot be read: the rest is lost.
    BreaksOff(Section),
    /// The data of a record is not what its type has.
    Data(RecordType),
    /// More than one OPT (RFC 6891, 6.1.1), or one that is malformed.
    Opt,
    /// So many octets stand after its end.
    Trailing(usize),
    /// It was cut short (TC) where there is room for all of it.
    CutShort,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BreaksOff(section) => {
                write!(f, "its {} section cannot be read to the end", section.as_str())
            }
            Self::Data(record_type) => {
                write!(f, "the data of a record is no {}", crate::rdata::type_name(*record_type))
            }
            Self::Opt => write!(f, "its EDNS record is malformed"),
            Self::Trailing(octets) => write!(f, "{octets} octets too many stand at its end"),
            Self::CutShort => write!(f, "it was cut short even over a connection"),
        }
    }
}

/// The second word of a header (RFC 1035, 4.1.1; RFC 4035, 3.1.6 and 3.2.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(pub u16);

impl Flags {
    const RESPONSE: u16 = 0x8000;
    const AUTHORITATIVE: u16 = 0x0400;
    const TRUNCATED: u16 = 0x0200;
    const RECURSION_DESIRED: u16 = 0x0100;
    const RECURSION_AVAILABLE: u16 = 0x0080;
    const AUTHENTIC_DATA: u16 = 0x0020;
    const CHECKING_DISABLED: u16 = 0x0010;

    /// The bits with their names, as every tool prints them.
    const NAMES: [(u16, &'static str); 7] = [
        (Self::RESPONSE, "qr"),
        (Self::AUTHORITATIVE, "aa"),
        (Self::TRUNCATED, "tc"),
        (Self::RECURSION_DESIRED, "rd"),
        (Self::RECURSION_AVAILABLE, "ra"),
        (Self::AUTHENTIC_DATA, "ad"),
        (Self::CHECKING_DISABLED, "cd"),
    ];

    const fn has(self, bit: u16) -> bool {
        self.0 & bit != 0
    }

    /// Whether it is a response (QR).
    #[must_use]
    pub const fn is_response(self) -> bool {
        self.has(Self::RESPONSE)
    }

    /// What kind of question it is (OPCODE); 0 is a query.
    #[must_use]
    pub const fn opcode(self) -> u8 {
        ((self.0 >> 11) & 0x0f) as u8
    }

    /// Whether the server is an authority for the name (AA), and did not have it from others.
    #[must_use]
    pub const fn is_authoritative(self) -> bool {
        self.has(Self::AUTHORITATIVE)
    }

    /// Whether it was cut short (TC).
    #[must_use]
    pub const fn is_truncated(self) -> bool {
        self.has(Self::TRUNCATED)
    }

    /// Whether the server asks others on our behalf (RA).
    #[must_use]
    pub const fn recursion_available(self) -> bool {
        self.has(Self::RECURSION_AVAILABLE)
    }

    /// Whether the server found all of it to be authentic (AD).
    #[must_use]
    pub const fn authentic_data(self) -> bool {
        self.has(Self::AUTHENTIC_DATA)
    }

    /// The names of those that are set, in the order of the header.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        Self::NAMES.iter().filter(|(bit, _)| self.has(*bit)).map(|(_, name)| *name).collect()
    }

    /// The lower four bits of the response code.
    const fn rcode(self) -> u16 {
        self.0 & 0x0f
    }
}

impl Message {
    /// Reads a message. What comes after something that cannot be read is left out, and
    /// [`Message::damage`] says so.
    ///
    /// `None`: there is not even a header.
    #[must_use]
    pub fn read(octets: &[u8]) -> Option<Self> {
        let mut cursor = Cursor { octets, position: 0 };
        let [id, flags] = [cursor.u16()?, cursor.u16()?];
        let counts = [cursor.u16()?, cursor.u16()?, cursor.u16()?, cursor.u16()?];
        let flags = Flags(flags);
        let mut message = Self {
            id,
            flags,
            rcode: flags.rcode(),
            questions: Vec::new(),
            answers: Vec::new(),
            authorities: Vec::new(),
            additionals: Vec::new(),
            edns: None,
            damage: None,
            octets: octets.len(),
        };
        message.read_sections(&mut cursor, counts);
        Some(message)
    }

    fn read_sections(&mut self, cursor: &mut Cursor<'_>, counts: [u16; 4]) {
        for _ in 0..counts[0] {
            let Some(question) = cursor.question() else {
                return self.note(Damage::BreaksOff(Section::Question));
            };
            self.questions.push(question);
        }
        for (section, count) in [
            (Section::Answer, counts[1]),
            (Section::Authority, counts[2]),
            (Section::Additional, counts[3]),
        ] {
            for _ in 0..count {
                let Some(raw) = cursor.record() else {
                    return self.note(Damage::BreaksOff(section));
                };
                self.take(section, cursor.octets, &raw);
            }
        }
        let left = cursor.octets.len() - cursor.position;
        if left > 0 {
            self.note(Damage::Trailing(left));
        }
    }

    fn note(&mut self, damage: Damage) {
        self.damage.get_or_insert(damage);
    }

    fn take(&mut self, section: Section, octets: &[u8], raw: &RawRecord) {
        if raw.record_type == OPT && section == Section::Additional {
            match Edns::read(&raw.name, raw.class, raw.ttl, &octets[raw.data.clone()]) {
                Some(edns) if self.edns.is_none() => {
                    self.rcode |= u16::from(edns.rcode_high) << 4;
                    self.edns = Some(edns);
                }
                _ => self.note(Damage::Opt),
            }
            return;
        }
        let record_type = RecordType::from(raw.record_type);
        let data = whole_names(octets, raw.record_type, raw.data.clone());
        if data.is_none() {
            self.note(Damage::Data(record_type));
        }
        let record = Record {
            name: raw.name.clone(),
            record_type,
            class: DNSClass::from(raw.class),
            ttl: raw.ttl,
            is_malformed: data.is_none(),
            data: data.unwrap_or_else(|| octets[raw.data.clone()].to_vec()),
        };
        match section {
            Section::Answer => self.answers.push(record),
            Section::Authority => self.authorities.push(record),
            Section::Question | Section::Additional => self.additionals.push(record),
        }
    }

    /// The records of all sections.
    pub fn records(&self) -> impl Iterator<Item = (Section, &Record)> {
        let answers = self.answers.iter().map(|record| (Section::Answer, record));
        let authorities = self.authorities.iter().map(|record| (Section::Authority, record));
        let additionals = self.additionals.iter().map(|record| (Section::Additional, record));
        answers.chain(authorities).chain(additionals)
    }

    /// Whether the answer cannot be relied on to be all of it.
    #[must_use]
    pub const fn lost_answers(&self) -> bool {
        matches!(
            self.damage,
            Some(
                Damage::BreaksOff(Section::Question | Section::Answer)
                    | Damage::Data(_)
                    | Damage::CutShort
            )
        )
    }
}

/// The fixed part of a record, and where its data is.
struct RawRecord {
    name: Name,
    record_type: u16,
    class: u16,
    ttl: u32,
    data: std::ops::Range<usize>,
}

/// A place in a message.
struct Cursor<'a> {
    octets: &'a [u8],
    position: usize,
}

impl Cursor<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let array = self.octets.get(self.position..)?.first_chunk()?;
        self.position += N;
        Some(*array)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A name, over the pointers in it (RFC 1035, 4.1.4): each leads further back, so that it has
    /// an end, and there are [`POINTERS_MAX`] at most.
    ///
    /// Not hickory's: it follows any number of them, of which a message holds thousands for each
    /// of thousands of names.
    fn name(&mut self) -> Option<Name> {
        let mut labels = Vec::new();
        let mut pointers = 0;
        let (mut start, mut position) = (self.position, self.position);
        let mut end = None;
        loop {
            let length = *self.octets.get(position)?;
            position += 1;
            match usize::from(length) {
                0 => break,
                length @ 1..=LABEL_MAX_OCTETS if labels.len() < LABELS_MAX => {
                    labels.push(self.octets.get(position..position + length)?);
                    position += length;
                }
                0xc0.. if pointers < POINTERS_MAX => {
                    let low = *self.octets.get(position)?;
                    end.get_or_insert(position + 1);
                    position = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                    if position >= start {
                        return None;
                    }
                    start = position;
                    pointers += 1;
                }
                _ => return None,
            }
        }
        let mut name = Name::from_labels(labels).ok()?;
        name.set_fqdn(true);
        self.position = end.unwrap_or(position);
        Some(name)
    }

    fn question(&mut self) -> Option<Question> {
        let name = self.name()?;
        let record_type = RecordType::from(self.u16()?);
        Some(Question { name, record_type, class: DNSClass::from(self.u16()?) })
    }

    fn record(&mut self) -> Option<RawRecord> {
        let name = self.name()?;
        let (record_type, class, ttl) = (self.u16()?, self.u16()?, self.u32()?);
        let length = usize::from(self.u16()?);
        let data = self.position..self.position + length;
        self.octets.get(data.clone())?;
        self.position = data.end;
        Some(RawRecord { name, record_type, class, ttl, data })
    }
}

/// What record data of the types is made of whose names may be compressed.
#[derive(Clone, Copy)]
enum Part {
    Octets(usize),
    Text,
    Name,
}

/// The types of RFC 1035, and those whose names were compressed before RFC 3597, 4 forbade it.
/// What is not listed here has no name that could be compressed.
const fn parts(record_type: u16) -> &'static [Part] {
    use Part::{Name, Octets, Text};
    match record_type {
        // NS MD MF CNAME MB MG MR PTR DNAME; NXT
        2..=5 | 7..=9 | 12 | 39 | 30 => &[Name],
        // SOA MINFO RP
        6 | 14 | 17 => &[Name, Name],
        // MX AFSDB RT KX
        15 | 18 | 21 | 36 => &[Octets(2), Name],
        // PX
        26 => &[Octets(2), Name, Name],
        // SIG RRSIG
        24 | 46 => &[Octets(18), Name],
        // SRV
        33 => &[Octets(6), Name],
        // HINFO
        13 => &[Text, Text],
        // TXT SPF: one text at least.
        16 | 99 => &[Text],
        // NAPTR
        35 => &[Octets(4), Text, Text, Text, Name],
        // A AAAA: none; but their length is known.
        1 => &[Octets(4)],
        28 => &[Octets(16)],
        _ => &[],
    }
}

/// Whether the data ends with the last of its parts.
const fn ends_with_parts(record_type: u16) -> bool {
    !matches!(record_type, 6 | 16 | 24 | 30 | 46 | 99) && !parts(record_type).is_empty()
}

/// The data of a record with its names written out. `None`: it is not what its type has.
fn whole_names(octets: &[u8], record_type: u16, range: std::ops::Range<usize>) -> Option<Vec<u8>> {
    let mut data = Vec::with_capacity(range.len());
    // Names may point back at anything, but the data ends where it ends.
    let mut cursor = Cursor { octets: &octets[..range.end], position: range.start };
    for part in parts(record_type) {
        let start = cursor.position;
        match part {
            Part::Octets(count) => cursor.position += count,
            Part::Text => cursor.position += 1 + usize::from(*cursor.octets.get(start)?),
            Part::Name => {
                push_name(&mut data, &cursor.name()?);
                continue;
            }
        }
        data.extend_from_slice(cursor.octets.get(start..cursor.position)?);
    }
    let rest = cursor.octets.get(cursor.position..)?;
    if ends_with_parts(record_type) && !rest.is_empty() {
        return None;
    }
    data.extend_from_slice(rest);
    Some(data)
}

/// Appends a name in its own octets, without pointers (RFC 1035, 3.1).
pub fn push_name(octets: &mut Vec<u8>, name: &Name) {
    for label in name {
        octets.push(u8::try_from(label.len()).expect("a label has at most 63 octets"));
        octets.extend_from_slice(label);
    }
    octets.push(0);
}

#[cfg(test)]
mod tests {
    use hickory_proto::serialize::binary::{BinDecodable as _, BinDecoder};
    use proptest::prelude::*;

    use super::*;
    use crate::name::present;

    const QUESTION: &[u8] = b"\x03www\x04test\0\0\x01\0\x01";

    fn message(counts: [u16; 4], rest: &[u8]) -> Vec<u8> {
        let header = [7, 0x8580, counts[0], counts[1], counts[2], counts[3]];
        let header: Vec<u8> = header.into_iter().flat_map(u16::to_be_bytes).collect();
        [&header, QUESTION, rest].concat()
    }

    fn record(owner: &[u8], record_type: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        let head = [&record_type.to_be_bytes()[..], b"\0\x01\x80\0\0\0", &length].concat();
        [owner, &head, data].concat()
    }

    /// The owner of the question.
    const WWW: &[u8] = b"\xc0\x0c";

    #[test]
    fn sections_flags_and_names_are_read() {
        let records = [
            record(WWW, 5, b"\x01a\xc0\x10"),
            record(b"\x01a\xc0\x10", 15, b"\0\x0a\xc0\x0c"),
            record(WWW, 2, b"\0"),
            record(b"\0", 41, b""),
        ]
        .concat();
        let octets = message([1, 2, 1, 1], &records);
        let message = Message::read(&octets).unwrap();
        assert_eq!((message.id, message.damage), (7, None));
        assert_eq!(message.flags.names(), ["qr", "aa", "rd", "ra"]);
        assert_eq!(message.questions[0].record_type, RecordType::A);
        let told: Vec<_> = message
            .records()
            .map(|(section, record)| {
                let data = record.data.escape_ascii();
                format!("{} {} {data} {}", section.as_str(), present(&record.name), record.ttl)
            })
            .collect();
        assert_eq!(
            told,
            [
                r"answer www.test \x01a\x04test\x00 2147483648",
                r"answer a.test \x00\n\x03www\x04test\x00 2147483648",
                r"authority www.test \x00 2147483648",
            ]
        );
        let edns = message.edns.unwrap();
        assert_eq!((edns.payload_octets, edns.rcode_high, message.rcode), (1, 0x80, 0x800));
    }

    #[test]
    fn the_good_records_of_a_bad_message_are_kept() {
        let good = record(WWW, 1, &[192, 0, 2, 1]);
        let with = |bad: Vec<u8>| [&good[..], &bad].concat();
        let cut = |octets: Vec<u8>| octets[..octets.len() - 1].to_vec();
        let breaks_off = Some(Damage::BreaksOff(Section::Answer));
        for (rest, answers, damage) in [
            (with(good.clone()), 2, None),
            (with(cut(good.clone())), 1, breaks_off),
            (with(vec![]), 1, breaks_off),
            (with(record(b"\xc0\xff", 1, &[1, 2, 3, 4])), 1, breaks_off),
            (with(record(b"\x40", 1, &[1, 2, 3, 4])), 1, breaks_off),
            (with(record(WWW, 1, &[1, 2, 3])), 2, Some(Damage::Data(RecordType::A))),
            (with(record(WWW, 1, &[1, 2, 3, 4, 5])), 2, Some(Damage::Data(RecordType::A))),
            (with(record(WWW, 15, b"")), 2, Some(Damage::Data(RecordType::MX))),
            (with(record(WWW, 16, b"")), 2, Some(Damage::Data(RecordType::TXT))),
            (with(record(WWW, 16, b"\x02a")), 2, Some(Damage::Data(RecordType::TXT))),
            (with(record(WWW, 16, b"\x01a\x01b")), 2, None),
            (with(record(WWW, 13, b"\x01a")), 2, Some(Damage::Data(RecordType::HINFO))),
            (with(record(WWW, 5, b"\xc0\xff")), 2, Some(Damage::Data(RecordType::CNAME))),
            (with(record(WWW, 5, b"\0\0")), 2, Some(Damage::Data(RecordType::CNAME))),
            (with(record(WWW, 65280, b"")), 2, None),
            ([with(good.clone()), vec![0, 0]].concat(), 2, Some(Damage::Trailing(2))),
        ] {
            let message = Message::read(&message([1, 2, 0, 0], &rest)).unwrap();
            assert_eq!((message.answers.len(), message.damage), (answers, damage), "{rest:?}");
            assert_eq!(message.answers[0].data, [192, 0, 2, 1]);
            let is_malformed = matches!(damage, Some(Damage::Data(_)));
            assert_eq!(message.answers.last().unwrap().is_malformed, is_malformed, "{rest:?}");
        }
    }

    #[test]
    fn pointers_that_go_round_in_a_circle_have_an_end() {
        for rest in [
            // To itself, to each other, forward.
            record(b"\xc0\x1a", 1, &[1, 2, 3, 4]),
            record(b"\xc0\x1c\xc0\x1a", 1, &[1, 2, 3, 4]),
            record(b"\xc0\x20", 1, &[1, 2, 3, 4]),
        ] {
            let message = Message::read(&message([1, 1, 0, 0], &rest)).unwrap();
            assert_eq!(message.damage, Some(Damage::BreaksOff(Section::Answer)), "{rest:?}");
        }
    }

    #[test]
    fn a_name_leads_over_so_many_pointers_at_most() {
        // A label or none, and a pointer to the one before: the first to the root at the start.
        let chain = |label: &[u8], pointers: usize| {
            let mut octets = vec![0];
            let mut before = 0;
            for _ in 0..pointers {
                let here = u16::try_from(octets.len()).unwrap();
                octets.extend(label);
                octets.extend((0xc000_u16 | before).to_be_bytes());
                before = here;
            }
            let mut cursor = Cursor { octets: &octets, position: usize::from(before) };
            let name = cursor.name()?;
            assert_eq!(cursor.position, octets.len());
            Some(name.iter().count())
        };
        assert_eq!(chain(b"\x01a", LABELS_MAX), Some(LABELS_MAX));
        assert_eq!(chain(b"\x01a", LABELS_MAX + 1), None);
        assert_eq!(chain(b"", POINTERS_MAX), Some(0));
        assert_eq!(chain(b"", POINTERS_MAX + 1), None);
        assert_eq!(chain(&[&[63][..], &[b'a'; 63]].concat(), 4), None);
    }

    #[test]
    fn two_opt_records_are_one_too_many() {
        let opt = record(b"\0", 41, b"");
        let message = Message::read(&message([1, 0, 0, 2], &[&opt[..], &opt].concat())).unwrap();
        assert_eq!(message.damage, Some(Damage::Opt));
        assert!(message.edns.is_some());
    }

    #[test]
    fn less_than_a_header_is_no_message() {
        let octets = message([0, 0, 0, 0], b"");
        for length in 0..HEADER_OCTETS {
            assert_eq!(Message::read(&octets[..length]), None, "{length}");
        }
        assert!(Message::read(&octets[..HEADER_OCTETS]).is_some());
    }

    proptest! {
        #[test]
        fn what_hickory_reads_as_a_name_is_the_same_name_here(
            octets in prop::collection::vec(
                prop_oneof![0_u8..4, Just(0xc0), any::<u8>()],
                0..80,
            ),
            position in 0_u16..40,
        ) {
            prop_assume!(usize::from(position) <= octets.len());
            let mut decoder = BinDecoder::new(&octets).clone(position);
            if let Ok(expected) = Name::read(&mut decoder) {
                let mut cursor = Cursor { octets: &octets, position: position.into() };
                let name = cursor.name().unwrap();
                prop_assert!(name.iter().eq(expected.iter()));
                prop_assert_eq!(cursor.position, decoder.index());
            }
        }

        #[test]
        fn no_octets_are_too_odd(
            counts in prop::array::uniform4(0_u16..5),
            rest in prop::collection::vec(prop_oneof![0_u8..4, Just(0xc0), any::<u8>()], 0..120),
        ) {
            let octets = message(counts, &rest);
            for end in 0..=octets.len() {
                if let Some(message) = Message::read(&octets[..end]) {
                    prop_assert!(message.records().count() <= rest.len());
                }
            }
        }
    }
}
