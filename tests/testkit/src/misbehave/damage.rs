//! Messages that cannot be read to their end.

use std::time::Duration;

use hickory_proto::op::Message;
use hickory_proto::rr::RecordType;

use super::replies::proper_answer;
use super::server::Reply;
use super::wire::{QUESTION_NAME, Section, Wire, name};

/// What is wrong with a message that is otherwise a proper answer.
///
/// Wherever there is room for them, a good record stands before the damage (192.0.2.1,
/// `2001:db8::1`, `10 mail.example.`) and another behind it (192.0.2.2, `2001:db8::2`,
/// `20 mail.example.`). Any other type has the texts `good` and `fine` for data. What is damaged
/// has 66 or `hurt` instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Three octets: the id and one more.
    ThreeOctets,
    /// The header alone, with a question and an answer counted that are not there.
    HeaderOnly,
    /// The header alone, which counts nothing: whole, and no answer.
    EmptyHeader,
    /// The message ends in the question.
    CutInQuestion,
    /// A good record, then the message ends within the data of the next.
    CutInRecord,
    /// A good record, then one whose data is said to go one octet beyond the end of the message.
    LengthTooLong,
    /// A good record, then one whose data is said to be an octet shorter than it is: what follows
    /// is out of step.
    LengthTooShort,
    /// The header counts three answers, and there is one.
    CountTooLarge,
    /// Between two good records one whose name is a pointer to itself.
    PointerLoop,
    /// Between two good records one whose name is a pointer to what comes after it.
    PointerForward,
    /// Between two good records one whose name points beyond the end of the message.
    PointerBeyond,
    /// Between two good records one whose name starts with a label of no known kind (RFC 6891, 5).
    LabelKind,
    /// Between two good records one whose name has more than 255 octets.
    LongName,
    /// Between two good records one whose data is an octet short.
    ShortData,
    /// Between two good records one without any data.
    NoData,
    /// A proper answer with eight octets behind its end.
    TrailingJunk,
}

impl Damage {
    pub(super) fn replies(self, query: &Message) -> Vec<Reply> {
        let octets = match self {
            Self::ThreeOctets => [&query.metadata.id.to_be_bytes()[..], &[0x81]].concat(),
            Self::HeaderOnly => {
                Wire::bare(query).count(Section::Question).count(Section::Answer).octets()
            }
            Self::EmptyHeader => Wire::bare(query).octets(),
            Self::CutInQuestion => {
                let mut octets = Wire::reply_to(query).octets();
                octets.truncate(octets.len() - 3);
                octets
            }
            Self::CutInRecord => {
                let data = Data::of(query);
                let mut octets = data.add_second(data.add_first(Wire::reply_to(query))).octets();
                octets.truncate(octets.len() - 2);
                octets
            }
            Self::TrailingJunk => {
                let proper = proper_answer(query).to_vec();
                let mut octets = proper.expect("a decoded question and short records encode");
                octets.extend([0xFF; 8]);
                octets
            }
            inside => inside.among_good_records(query),
        };
        vec![Reply::octets(Duration::ZERO, octets)]
    }

    /// A good record, the damage, and unless the damage has no end another good record and OPT.
    fn among_good_records(self, query: &Message) -> Vec<u8> {
        let data = Data::of(query);
        let wire = data.add_first(Wire::reply_to(query));
        let here = u16::try_from(wire.len()).expect("a question and a record are short");
        let pointer_to = |offset: u16| (0xC000 | offset).to_be_bytes();
        let (length, whole) = (data.length(), &data.damaged[..]);
        let same = QUESTION_NAME.to_vec();
        let (owner, claimed, octets) = match self {
            Self::CountTooLarge => {
                return wire.count(Section::Answer).count(Section::Answer).octets();
            }
            Self::LengthTooLong => (same, length + 1, whole),
            Self::LengthTooShort => (same, length - 1, whole),
            Self::PointerLoop => (pointer_to(here).to_vec(), length, whole),
            Self::PointerForward => (pointer_to(here + 2).to_vec(), length, whole),
            Self::PointerBeyond => (pointer_to(0x3FFF).to_vec(), length, whole),
            Self::LabelKind => (vec![0x80, 1, 0], length, whole),
            Self::LongName => (long_name(), length, whole),
            Self::ShortData => (same, length - 1, &whole[..whole.len() - 1]),
            _ => (same, 0, &[][..]),
        };
        let record_type = data.record_type;
        let wire = wire.record_that_claims(claimed, Section::Answer, &owner, record_type, octets);
        if self == Self::LengthTooLong {
            return wire.octets();
        }
        data.add_second(wire).opt(query, 0, &[]).octets()
    }
}

/// 257 octets: four labels of 63 octets, which each have one of their length, and the root.
fn long_name() -> Vec<u8> {
    let label = "a".repeat(63);
    name([&label, &label, &label, &label])
}

/// Data of the type that was asked for.
struct Data {
    record_type: u16,
    first: Vec<u8>,
    damaged: Vec<u8>,
    second: Vec<u8>,
}

impl Data {
    fn of(query: &Message) -> Self {
        let record_type =
            query.queries.first().map_or(RecordType::A, |question| question.query_type);
        let v6 = |last| [&[0x20, 0x01, 0x0D, 0xB8][..], &[0; 11], &[last]].concat();
        let mx = |preference| [&[0, preference][..], &name(["mail", "example"])].concat();
        let [first, damaged, second] = match record_type {
            RecordType::A => [1, 66, 2].map(|last| vec![192, 0, 2, last]),
            RecordType::AAAA => [1, 0x66, 2].map(v6),
            RecordType::MX => [10, 66, 20].map(mx),
            _ => [b"\x04good", b"\x04hurt", b"\x04fine"].map(|it| it.to_vec()),
        };
        Self { record_type: record_type.into(), first, damaged, second }
    }

    fn length(&self) -> u16 {
        u16::try_from(self.first.len()).expect("data here is short")
    }

    fn add_first(&self, wire: Wire) -> Wire {
        wire.record(Section::Answer, QUESTION_NAME, self.record_type, &self.first)
    }

    fn add_second(&self, wire: Wire) -> Wire {
        wire.record(Section::Answer, QUESTION_NAME, self.record_type, &self.second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{a, addresses, ask_udp_raw, query};
    use crate::misbehave::{Behaviour, Misbehaving};

    fn reply(damage: Damage, query: &Message) -> Vec<u8> {
        let server = Misbehaving::start(Behaviour::Damaged(damage)).unwrap();
        ask_udp_raw(server.addr(), query)
    }

    /// Header (12) and question (`www.example.test.`, type and class: 22).
    const TO_ANSWERS: usize = 34;

    /// A whole A record whose name is a pointer.
    const A_RECORD: usize = 16;

    #[test]
    fn each_is_as_long_as_its_damage_leaves_it() {
        let cases = [
            (Damage::ThreeOctets, 3),
            (Damage::HeaderOnly, 12),
            (Damage::EmptyHeader, 12),
            (Damage::CutInQuestion, TO_ANSWERS - 3),
            (Damage::CutInRecord, TO_ANSWERS + 2 * A_RECORD - 2),
            (Damage::LengthTooLong, TO_ANSWERS + 2 * A_RECORD),
            (Damage::LengthTooShort, TO_ANSWERS + 3 * A_RECORD),
            (Damage::CountTooLarge, TO_ANSWERS + A_RECORD),
            (Damage::PointerLoop, TO_ANSWERS + 3 * A_RECORD),
            (Damage::PointerForward, TO_ANSWERS + 3 * A_RECORD),
            (Damage::PointerBeyond, TO_ANSWERS + 3 * A_RECORD),
            (Damage::LabelKind, TO_ANSWERS + 3 * A_RECORD + 1),
            (Damage::LongName, TO_ANSWERS + 3 * A_RECORD - 2 + 257),
            (Damage::ShortData, TO_ANSWERS + 3 * A_RECORD - 1),
            (Damage::NoData, TO_ANSWERS + 3 * A_RECORD - 4),
            (Damage::TrailingJunk, TO_ANSWERS + A_RECORD + 8),
        ];
        for (damage, octets) in cases {
            let question = a();
            let reply = reply(damage, &question);
            assert!(reply.starts_with(&question.metadata.id.to_be_bytes()), "{damage:?}");
            assert_eq!(reply.len(), octets, "{damage:?}");
        }
    }

    #[test]
    fn what_is_damaged_inside_is_no_message_and_starts_with_a_good_record() {
        for damage in [
            Damage::CutInRecord,
            Damage::LengthTooLong,
            Damage::LengthTooShort,
            Damage::CountTooLarge,
            Damage::PointerLoop,
            Damage::PointerForward,
            Damage::PointerBeyond,
            Damage::LabelKind,
            Damage::LongName,
            Damage::ShortData,
        ] {
            let mut octets = reply(damage, &a());
            assert!(Message::from_vec(&octets).is_err(), "{damage:?}");
            octets.truncate(TO_ANSWERS + A_RECORD);
            // One answer, and nothing behind it.
            octets[6..12].copy_from_slice(&[0, 1, 0, 0, 0, 0]);
            assert_eq!(
                addresses(&Message::from_vec(&octets).unwrap()),
                ["192.0.2.1"],
                "{damage:?}"
            );
        }
    }

    #[test]
    fn the_names_are_wrong_as_they_say() {
        let owner = |damage| {
            let at = TO_ANSWERS + A_RECORD;
            let octets = reply(damage, &a());
            [octets[at], octets[at + 1]]
        };
        assert_eq!(owner(Damage::PointerLoop), [0xC0, 50]);
        assert_eq!(owner(Damage::PointerForward), [0xC0, 52]);
        assert_eq!(owner(Damage::PointerBeyond), [0xFF, 0xFF]);
        assert_eq!(owner(Damage::LabelKind), [0x80, 1]);
        assert_eq!(owner(Damage::LongName), [63, b'a']);
    }

    #[test]
    fn a_record_of_any_type_can_lack_its_data() {
        for record_type in [RecordType::A, RecordType::AAAA, RecordType::MX, RecordType::TXT] {
            let octets = reply(Damage::NoData, &query("www.example.test.", record_type));
            let number = u16::from(record_type).to_be_bytes();
            let empty = [&[0xC0, 12][..], &number, &[0, 1, 0, 0, 0, 60, 0, 0]].concat();
            let is_there = octets.windows(empty.len()).any(|window| window == empty);
            assert!(is_there, "{record_type}: {octets:?}");
        }
    }

    #[test]
    fn behind_the_junk_there_is_a_proper_answer() {
        let octets = reply(Damage::TrailingJunk, &a());
        let proper = Message::from_vec(&octets[..octets.len() - 8]).unwrap();
        assert_eq!(addresses(&proper), ["192.0.2.1"]);
        assert!(octets.ends_with(&[0xFF; 8]));
    }
}
