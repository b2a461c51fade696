//! The most common reply: addresses under the name that was asked for, and nothing else. It is read
//! here in one go, into the same rows as the long way makes of it.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::rr::{DNSClass, RecordType};
use output::Exit;

use crate::exchange::Transport;
use crate::message::{Flags, HEADER_OCTETS};
use crate::name::push_label;
use crate::row::{About, Reply, Row, Source};

/// Type and class of a question, behind its name.
const TYPE_AND_CLASS_OCTETS: usize = 4;

/// The beginning of a record up to its data: a pointer to the name of the question, type, class,
/// TTL, length.
const RECORD_HEAD_OCTETS: usize = 12;

/// An OPT record without options: the root, type, payload, flags, an empty length.
const BARE_OPT_OCTETS: usize = 11;

/// Who replied, and when.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    pub server: SocketAddr,
    pub rtt: Duration,
    pub sent: u32,
}

/// The rows of a reply to the question of a message. `None`: it is not as simple as that.
pub fn rows(reply: &[u8], sender: Sender) -> Option<Vec<Row>> {
    let (header, rest) = reply.split_first_chunk::<HEADER_OCTETS>()?;
    let [_, flags, questions, answers, authorities, additionals] = words(*header);
    let flags = Flags(flags);
    let is_plain = questions == 1 && answers > 0 && authorities == 0 && additionals <= 1;
    if !is_plain || flags.0 & 0x0f != 0 || flags.is_truncated() {
        return None;
    }
    let (name, rest) = name(rest)?;
    let (asked, mut rest) = rest.split_first_chunk::<TYPE_AND_CLASS_OCTETS>()?;
    let asked_type = match asked {
        [0, 1, 0, 1] => RecordType::A,
        [0, 28, 0, 1] => RecordType::AAAA,
        _ => return None,
    };
    let about = Arc::new(About {
        asked_name: name,
        asked_type,
        status: Cow::Borrowed("NOERROR"),
        canonical_name: None,
        source: Some(Source::Server(plain(reply, flags, sender))),
    });
    let mut rows = Vec::with_capacity(usize::from(answers));
    for _ in 0..answers {
        let (head, data) = rest.split_first_chunk::<RECORD_HEAD_OCTETS>()?;
        let [pointer, record_type, class, ttl_high, ttl_low, length] = words(*head);
        // The name of the question stands right behind the header (RFC 1035, 4.1.4).
        let is_asked = (pointer, record_type, class) == (0xc00c, u16::from(asked_type), 1);
        let (data, after) = data.split_at_checked(usize::from(length))?;
        let address = match <[u8; 4]>::try_from(data) {
            Ok(octets) if asked_type == RecordType::A => Ipv4Addr::from(octets).to_string(),
            Err(_) if asked_type == RecordType::AAAA => {
                Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).to_string()
            }
            _ => return None,
        };
        if !is_asked {
            return None;
        }
        let row = Row::without_record(Arc::clone(&about), DNSClass::IN, Exit::Yes);
        let ttl = u32::from(ttl_high) << 16 | u32::from(ttl_low);
        rows.push(Row { ttl: Some(ttl), data: Some(address), ..row });
        rest = after;
    }
    is_nothing_but_edns(rest, additionals).then_some(rows)
}

/// Numbers of two octets.
fn words<const OCTETS: usize, const WORDS: usize>(octets: [u8; OCTETS]) -> [u16; WORDS] {
    std::array::from_fn(|word| u16::from_be_bytes([octets[2 * word], octets[2 * word + 1]]))
}

/// A name in presentation form, and what stands behind it.
fn name(octets: &[u8]) -> Option<(String, &[u8])> {
    let mut name = String::new();
    let mut rest = octets;
    loop {
        let (&length, after) = rest.split_first()?;
        if length == 0 {
            return (!name.is_empty()).then_some((name, after));
        }
        // Whatever is longer is no label: the sender has compressed the question.
        let (label, after) = after.split_at_checked(usize::from(length)).filter(|_| length < 64)?;
        if !name.is_empty() {
            name.push('.');
        }
        push_label(&mut name, label);
        rest = after;
    }
}

/// Whether what is left is the end, or EDNS without anything in it.
fn is_nothing_but_edns(rest: &[u8], additionals: u16) -> bool {
    if additionals == 0 {
        return rest.is_empty();
    }
    let is_opt = rest.starts_with(&[0, 0, 41]);
    // Neither upper bits of a response code, nor a version, nor options.
    let is_bare = rest.len() == BARE_OPT_OCTETS && rest[5..7] == [0, 0];
    is_opt && is_bare && rest[9..] == [0, 0]
}

fn plain(reply: &[u8], flags: Flags, sender: Sender) -> Reply {
    Reply {
        server: sender.server,
        transport: Transport::Udp,
        rtt: sender.rtt,
        sent: sender.sent,
        was_truncated: false,
        has_edns: true,
        flags,
        rcode: 0,
        octets: reply.len(),
        extended_errors: Vec::new(),
        nsid: None,
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::{Edns, ResponseCode};
    use hickory_proto::rr::RData;
    use hickory_proto::rr::rdata::{AAAA, CNAME};
    use proptest::prelude::*;

    use super::*;
    use crate::answer;
    use crate::exchange::{self, Question};
    use crate::fake::{a_record, name, record, reply_to, wire};
    use crate::message::{Manner, Message, query};
    use crate::resolve::classify;

    const SENDER: Sender = Sender {
        server: SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 53),
        rtt: Duration::from_millis(1),
        sent: 2,
    };

    fn reply(record_type: RecordType) -> hickory_proto::op::Message {
        let octets = query(7, &name(r"a\.b.w_w.test"), record_type, &Manner::default());
        let asked = hickory_proto::op::Message::from_vec(&octets).unwrap();
        let mut reply = reply_to(&asked, ResponseCode::NoError);
        reply.edns = Some(Edns::new());
        reply
    }

    fn owner() -> &'static str {
        r"a\.b.w_w.test"
    }

    fn the_long_way(octets: &[u8]) -> Option<Vec<Row>> {
        let message = Message::read(octets)?;
        let [asked] = &message.questions[..] else { return None };
        let question = Question::new(asked.name.clone(), asked.record_type);
        let reply = exchange::Reply {
            message,
            server: SENDER.server,
            transport: Transport::Udp,
            rtt: SENDER.rtt,
            sent: SENDER.sent,
            tcp_because_truncated: false,
            edns_refused: false,
        };
        Some(answer::rows(&classify(&question, reply)))
    }

    #[test]
    fn addresses_are_read_as_the_long_way_reads_them() {
        let mut a = reply(RecordType::A);
        a.add_answers([a_record(owner(), [192, 0, 2, 1]), a_record(owner(), [192, 0, 2, 2])]);
        let mut aaaa = reply(RecordType::AAAA);
        let address = AAAA("2001:db8::1".parse().unwrap());
        aaaa.add_answer(record(owner(), RData::AAAA(address)));
        let mut without_edns = a.clone();
        without_edns.edns = None;
        for message in [a, aaaa, without_edns] {
            let octets = wire(&message);
            let quick = rows(&octets, SENDER);
            assert!(quick.is_some());
            assert_eq!(quick, the_long_way(&octets));
        }
    }

    #[test]
    fn anything_else_goes_the_long_way() {
        let mut alias = reply(RecordType::A);
        alias.add_answer(record(owner(), RData::CNAME(CNAME(name("b.test")))));
        alias.add_answer(a_record("b.test", [192, 0, 2, 1]));
        let mut refused = reply(RecordType::A);
        refused.add_answer(a_record(owner(), [192, 0, 2, 1]));
        refused.metadata.response_code = ResponseCode::Refused;
        let mut with_authority = reply(RecordType::A);
        with_authority.add_answer(a_record(owner(), [192, 0, 2, 1]));
        with_authority.add_authority(a_record("ns.test", [192, 0, 2, 53]));
        let empty = reply(RecordType::A);
        let mut text = reply(RecordType::TXT);
        text.add_answer(a_record(owner(), [192, 0, 2, 1]));
        for message in [alias, refused, with_authority, empty, text] {
            assert_eq!(rows(&wire(&message), SENDER), None, "{message:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_here_is_what_the_long_way_reads(
            at in 0_usize..100,
            octet in any::<u8>(),
            cut in 0_usize..100,
        ) {
            let mut message = reply(RecordType::A);
            message.add_answers([a_record(owner(), [192, 0, 2, 1]), a_record(owner(), [0, 0, 2, 2])]);
            let mut octets = wire(&message);
            octets.truncate(cut.max(20));
            let at = at % octets.len();
            octets[at] = octet;
            // The kind of message, which is seen to before.
            octets[2] = 0x84 | octets[2] & 0x02;
            if let Some(rows) = rows(&octets, SENDER) {
                prop_assert_eq!(Some(rows), the_long_way(&octets));
            }
        }
    }
}
