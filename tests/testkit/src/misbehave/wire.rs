//! Messages octet by octet, for what no library writes.

use std::time::Duration;

use hickory_proto::op::Message;
use hickory_proto::serialize::binary::BinEncodable;

use super::replies::TTL_S;
use super::server::Reply;

/// Types, by number (IANA, DNS parameters).
pub(super) const NS: u16 = 2;
pub(super) const OPT: u16 = 41;

/// The class of the internet.
pub(super) const IN: u16 = 1;

/// Where the question's name stands in every message here: a pointer to right behind the header.
pub(super) const QUESTION_NAME: &[u8] = &[0xC0, HEADER_OCTETS];

/// The root as an owner.
pub(super) const ROOT: &[u8] = &[0];

/// The header's length (RFC 1035, 4.1.1).
pub(super) const HEADER_OCTETS: u8 = 12;

/// QR, RD and RA: a resolver's reply.
const FLAGS: u16 = 0x8180;

/// What an OPT record offers: the UDP answer it takes.
const PAYLOAD_OCTETS: u16 = 1232;

/// The sections of a message, as the header counts them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Section {
    Question = 0,
    Answer = 1,
    Authority = 2,
    Additional = 3,
}

/// A message that is being written.
pub(super) struct Wire {
    id: u16,
    flags: u16,
    counts: [u16; 4],
    body: Vec<u8>,
}

impl Wire {
    /// A resolver's reply with the id of `query`, and nothing else.
    pub(super) fn bare(query: &Message) -> Self {
        Self { id: query.metadata.id, flags: FLAGS, counts: [0; 4], body: Vec::new() }
    }

    /// A resolver's reply with the id and the question of `query`.
    pub(super) fn reply_to(query: &Message) -> Self {
        query.queries.iter().fold(Self::bare(query), |wire, question| {
            let octets = question.to_bytes().expect("what was decoded encodes");
            wire.count(Section::Question).raw(&octets)
        })
    }

    /// The upper four bits of the response code have no place in the header.
    pub(super) fn rcode(mut self, rcode: u8) -> Self {
        self.flags = self.flags & !0x000F | u16::from(rcode & 0x0F);
        self
    }

    /// Without RA: an authority's reply, though not with authority.
    pub(super) fn without_recursion(mut self) -> Self {
        self.flags &= !0x0080;
        self
    }

    /// One more in a section, whatever stands there.
    pub(super) fn count(mut self, section: Section) -> Self {
        self.counts[section as usize] += 1;
        self
    }

    pub(super) fn raw(mut self, octets: &[u8]) -> Self {
        self.body.extend_from_slice(octets);
        self
    }

    /// A record of class IN.
    pub(super) fn record(
        self,
        section: Section,
        owner: &[u8],
        record_type: u16,
        data: &[u8],
    ) -> Self {
        self.record_that_claims(length(data), section, owner, record_type, data)
    }

    /// A record whose data is said to be `claimed` octets long.
    pub(super) fn record_that_claims(
        self,
        claimed: u16,
        section: Section,
        owner: &[u8],
        record_type: u16,
        data: &[u8],
    ) -> Self {
        self.count(section)
            .raw(owner)
            .raw(&record_type.to_be_bytes())
            .raw(&IN.to_be_bytes())
            .raw(&TTL_S.to_be_bytes())
            .raw(&claimed.to_be_bytes())
            .raw(data)
    }

    /// The OPT record (RFC 6891, 6.1.2) if `query` has one, with options in their wire form.
    pub(super) fn opt(self, query: &Message, rcode_high: u8, options: &[u8]) -> Self {
        if query.edns.is_none() {
            return self;
        }
        self.count(Section::Additional)
            .raw(ROOT)
            .raw(&OPT.to_be_bytes())
            .raw(&PAYLOAD_OCTETS.to_be_bytes())
            .raw(&[rcode_high, 0, 0, 0])
            .raw(&length(options).to_be_bytes())
            .raw(options)
    }

    /// How long the message is so far: where the next octet will stand.
    pub(super) fn len(&self) -> usize {
        usize::from(HEADER_OCTETS) + self.body.len()
    }

    pub(super) fn octets(&self) -> Vec<u8> {
        let words = [self.id, self.flags].into_iter().chain(self.counts);
        words.flat_map(u16::to_be_bytes).chain(self.body.iter().copied()).collect()
    }

    pub(super) fn send(&self) -> Reply {
        Reply::octets(Duration::ZERO, self.octets())
    }
}

/// An option of EDNS (RFC 6891, 6.1.2).
pub(super) fn option(code: u16, data: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes(), &length(data).to_be_bytes(), data].concat()
}

/// A name of labels, whole.
pub(super) fn name<const LABELS: usize>(labels: [&str; LABELS]) -> Vec<u8> {
    let label = |label: &str| {
        let length = u8::try_from(label.len()).expect("labels here are short");
        [&[length], label.as_bytes()].concat()
    };
    labels.into_iter().flat_map(label).chain([0]).collect()
}

fn length(data: &[u8]) -> u16 {
    u16::try_from(data.len()).expect("data here is short")
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::ResponseCode;
    use hickory_proto::rr::RecordType;

    use super::*;
    use crate::client::{a, addresses, query_with_edns};

    #[test]
    fn what_is_written_octet_by_octet_reads_as_meant() {
        let query = query_with_edns("www.example.test.", RecordType::A);
        let wire = Wire::reply_to(&query)
            .rcode(3)
            .without_recursion()
            .record(Section::Answer, QUESTION_NAME, 1, &[192, 0, 2, 1])
            .record(Section::Authority, ROOT, NS, &name(["ns", "example"]))
            .opt(&query, 1, &option(3, b"x"));
        assert_eq!(wire.len(), wire.octets().len());
        let read = Message::from_vec(&wire.octets()).unwrap();
        assert_eq!(read.metadata.id, query.metadata.id);
        assert_eq!(read.metadata.response_code, ResponseCode::from(1, 3));
        assert!(!read.metadata.recursion_available);
        assert_eq!(read.queries, query.queries);
        assert_eq!(addresses(&read), ["192.0.2.1"]);
        assert_eq!(read.answers[0].name, query.queries[0].name);
        assert_eq!(read.authorities[0].data.to_string(), "ns.example.");
        assert_eq!(read.edns.unwrap().options().as_ref().len(), 1);
        assert!(Wire::reply_to(&a()).opt(&a(), 1, &[]).octets().len() < wire.len());
    }
}
