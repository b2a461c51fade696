//! The question of a simple line, ready but for name and type.

use hickory_proto::rr::{DNSClass, Name, RecordType};

use super::line::Simple;
use crate::bulk::WireQuestion;
use crate::message;
use crate::plan::Whom;
use crate::resolve::Source;

/// The question of a simple line, but for name and type.
pub struct Template {
    /// The type of lines that have none of their own, if it is one.
    pub record_type: Option<RecordType>,
    header: [u8; message::HEADER_OCTETS],
    /// Class and EDNS.
    tail: Vec<u8>,
    octets: Vec<u8>,
}

impl Template {
    /// `None`: lines need more than a question to a server, or the answer more than to be read.
    pub fn new(whom: &Whom, source: &Source, types: &[RecordType]) -> Option<Self> {
        let is_simple = matches!(whom, Whom::Servers(_)) && source.checker.is_none();
        let is_internet = source.manner.class == DNSClass::IN;
        // The header, an empty name, a type of two octets, and what is the same in all questions.
        let octets = message::query(0, &Name::root(), RecordType::A, &source.manner);
        let (header, rest) = octets.split_first_chunk()?;
        (is_simple && is_internet).then(|| Self {
            record_type: match types {
                [record_type] => Some(*record_type),
                _ => None,
            },
            header: *header,
            tail: rest[3..].to_vec(),
            octets: Vec::new(),
        })
    }

    /// The question of a line.
    pub fn question(&mut self, simple: Simple<'_>, record_type: RecordType) -> WireQuestion<'_> {
        self.octets.clear();
        self.octets.extend_from_slice(&self.header);
        simple.push_name(&mut self.octets);
        self.octets.extend_from_slice(&u16::from(record_type).to_be_bytes());
        self.octets.extend_from_slice(&self.tail);
        WireQuestion::new(&self.octets).expect("a plain name makes a question")
    }
}
