//! Time that a reply spent in HTTP caches, which its records have to live less (RFC 8484, 5.1).

/// Octets of the header, and in it of the four counts (RFC 1035, 4.1.1).
const HEADER_OCTETS: usize = 12;

/// Type and class of a question (RFC 1035, 4.1.2).
const QUESTION_TAIL_OCTETS: usize = 4;

/// The type of OPT, whose TTL is none (RFC 6891, 6.1.3).
const OPT: u16 = 41;

/// Makes all records older. A message that is malformed is left as it is from there on: who
/// decodes it will say so.
pub(super) fn subtract_age(message: &mut [u8], age_s: u32) {
    let _ = subtract(message, age_s);
}

fn subtract(message: &mut [u8], age_s: u32) -> Option<()> {
    let count = |message: &[u8], at: usize| {
        message.get(at..at + 2).map(|octets| u16::from_be_bytes([octets[0], octets[1]]))
    };
    let questions = count(message, 4)?;
    let records = u32::from(count(message, 6)?)
        + u32::from(count(message, 8)?)
        + u32::from(count(message, 10)?);
    let mut at = HEADER_OCTETS;
    for _ in 0..questions {
        at = after_name(message, at)? + QUESTION_TAIL_OCTETS;
    }
    for _ in 0..records {
        let fields = after_name(message, at)?;
        let record_type = count(message, fields)?;
        let length = count(message, fields + 8)?;
        let ttl = message.get_mut(fields + 4..)?.first_chunk_mut()?;
        if record_type != OPT {
            *ttl = u32::from_be_bytes(*ttl).saturating_sub(age_s).to_be_bytes();
        }
        at = fields + 10 + usize::from(length);
    }
    Some(())
}

/// Where a name ends: at its root label, or after a pointer (RFC 1035, 4.1.4).
fn after_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            length if length & 0xc0 == 0xc0 => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::{Edns, Message, Query, ResponseCode};
    use hickory_proto::rr::RecordType;
    use proptest::prelude::*;

    use super::*;
    use crate::fake::{a_record, name, reply_to, wire};

    fn reply() -> Message {
        let mut query = Message::query();
        query.add_query(Query::query(name("www.test"), RecordType::A));
        let mut edns = Edns::new();
        edns.set_dnssec_ok(true);
        query.set_edns(edns);
        let mut reply = reply_to(&query, ResponseCode::NoError);
        reply.add_answers([
            a_record("www.test", [192, 0, 2, 1]),
            a_record("b.test", [192, 0, 2, 2]),
        ]);
        reply.add_authority(a_record("c.www.test", [192, 0, 2, 3]));
        reply
    }

    #[test]
    fn records_have_so_much_less_to_live() {
        for (age, expected) in [(0, 300), (20, 280), (300, 0), (u32::MAX, 0)] {
            let mut octets = wire(&reply());
            subtract_age(&mut octets, age);
            let aged = Message::from_vec(&octets).unwrap();
            let ttls: Vec<_> =
                aged.answers.iter().chain(&aged.authorities).map(|record| record.ttl).collect();
            assert_eq!(ttls, [expected; 3]);
            assert_eq!(aged.edns, reply().edns);
        }
    }

    #[test]
    fn a_message_that_is_cut_anywhere_is_no_trouble() {
        let octets = wire(&reply());
        for length in 0..octets.len() {
            subtract_age(&mut octets[..length].to_vec(), 20);
        }
    }

    proptest! {
        #[test]
        fn nor_are_any_octets(mut octets in prop::collection::vec(any::<u8>(), 0..120)) {
            subtract_age(&mut octets, 20);
        }
    }
}
