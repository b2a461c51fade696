//! What each behaviour sends back.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, Metadata, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, PTR, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::server::{Reply, Transport};
use super::{Behaviour, HOSTILE_LABEL, HOSTILE_TEXT, TCP_ANSWERS};

/// What `behaviour` sends back for a query that `earlier` others came before.
pub(super) fn replies(
    behaviour: &Behaviour,
    query: &Message,
    transport: Transport,
    earlier: usize,
) -> Vec<Reply> {
    let proper = || Reply::now(&proper_answer(query));
    let rcode = |rcode| vec![Reply::now(&empty_answer(query, rcode))];
    match behaviour {
        Behaviour::Silent => vec![],
        Behaviour::ServFail => rcode(ResponseCode::ServFail),
        Behaviour::Refused => rcode(ResponseCode::Refused),
        Behaviour::NxDomain => rcode(ResponseCode::NXDomain),
        Behaviour::Truncated | Behaviour::TruncatedWithoutTcp => {
            vec![Reply::now(&large_answer(query, transport))]
        }
        Behaviour::WrongIdFirst => vec![Reply::now(&with_wrong_id(query)), proper()],
        Behaviour::WrongIdOnly => vec![Reply::now(&with_wrong_id(query))],
        Behaviour::WrongQuestion => vec![Reply::now(&to_another_question(query))],
        Behaviour::FormErrToEdns if query.edns.is_some() => {
            let mut reply = empty_answer(query, ResponseCode::FormErr);
            reply.edns = None;
            vec![Reply::now(&reply)]
        }
        Behaviour::SilentToEdns if query.edns.is_some() => vec![],
        Behaviour::SlowA { delay } if asks_for(query, RecordType::A) => {
            vec![Reply::after(*delay, &proper_answer(query))]
        }
        Behaviour::Garbage => vec![garbage(query)],
        Behaviour::DropFirst(dropped) if earlier < *dropped => vec![],
        Behaviour::Hostile => vec![Reply::now(&hostile_answer(query))],
        Behaviour::Aliases(aliases) => aliases.replies(query, transport),
        Behaviour::Damaged(damage) => damage.replies(query),
        Behaviour::Misfit(misfit) => misfit.replies(query, transport),
        Behaviour::Oddity(oddity) => oddity.replies(query, transport),
        Behaviour::Refusal(refusal) => refusal.replies(query),
        Behaviour::Stream(stream) => stream.replies(query, transport),
        Behaviour::NonAuthoritative
        | Behaviour::FormErrToEdns
        | Behaviour::SilentToEdns
        | Behaviour::SlowA { .. }
        | Behaviour::DropFirst(_) => vec![proper()],
    }
}

/// Time to live of every record here, in seconds.
pub(super) const TTL_S: u32 = 60;

/// The longest datagram without EDNS (RFC 1035, 4.2.1).
const PLAIN_OCTETS: u16 = 512;

pub(super) const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
pub(super) const ADDRESS_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
pub(super) const FORGED: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 66);
pub(super) const FORGED_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0x666, 0, 0, 0, 0, 0x66);

fn asks_for(query: &Message, record_type: RecordType) -> bool {
    query.queries.iter().any(|question| question.query_type == record_type)
}

/// A reply to `query` with its question, without records, with OPT if the query has it.
pub(super) fn empty_answer(query: &Message, rcode: ResponseCode) -> Message {
    let mut reply = Message::response(query.metadata.id, query.metadata.op_code);
    reply.metadata = Metadata::response_from_request(&query.metadata);
    reply.metadata.recursion_available = true;
    reply.metadata.response_code = rcode;
    reply.queries.clone_from(&query.queries);
    reply.edns = query.edns.as_ref().map(|_| Edns::new());
    reply
}

pub(crate) fn proper_answer(query: &Message) -> Message {
    with_addresses(empty_answer(query, ResponseCode::NoError), ADDRESS, ADDRESS_V6)
}

pub(super) fn forged_answer(query: &Message) -> Message {
    with_addresses(empty_answer(query, ResponseCode::NoError), FORGED, FORGED_V6)
}

/// Adds one or the other address to the answer, as the question in `reply` asks for.
fn with_addresses(mut reply: Message, v4: Ipv4Addr, v6: Ipv6Addr) -> Message {
    for question in &reply.queries {
        let data = address(question.query_type, v4, v6);
        let record = |data| Record::from_rdata(question.name.clone(), TTL_S, data);
        reply.answers.extend(data.map(record));
    }
    reply
}

/// One or the other address, if it is an address that is asked for.
pub(super) fn address(asked: RecordType, v4: Ipv4Addr, v6: Ipv6Addr) -> Option<RData> {
    match asked {
        RecordType::A => Some(RData::A(A(v4))),
        RecordType::AAAA => Some(RData::AAAA(AAAA(v6))),
        _ => None,
    }
}

/// The reply if it fits in a datagram as large as `query` allows (RFC 6891, 6.2.5), or is not for
/// one; otherwise TC and no answers.
pub(super) fn fitting(mut reply: Message, query: &Message, transport: Transport) -> Message {
    let allowed = query.edns.as_ref().map_or(PLAIN_OCTETS, Edns::max_payload).max(PLAIN_OCTETS);
    let octets = Reply::now(&reply).octets.len();
    if transport == Transport::Udp && octets > usize::from(allowed) {
        reply.answers.clear();
        reply.metadata.truncation = true;
    }
    reply
}

pub(super) fn large_answer(query: &Message, transport: Transport) -> Message {
    let mut reply = empty_answer(query, ResponseCode::NoError);
    reply.metadata.truncation = transport == Transport::Udp;
    let addresses = if transport == Transport::Udp { 1 } else { TCP_ANSWERS };
    for question in query.queries.iter().filter(|it| it.query_type == RecordType::A) {
        reply.answers.extend((1..=addresses).map(|last| {
            let data = RData::A(A::new(192, 0, 2, last));
            Record::from_rdata(question.name.clone(), TTL_S, data)
        }));
    }
    reply
}

fn with_wrong_id(query: &Message) -> Message {
    let mut reply = forged_answer(query);
    reply.metadata.id = !query.metadata.id;
    reply
}

fn to_another_question(query: &Message) -> Message {
    let mut other = query.clone();
    let name = name_of([b"forged", b"example"]);
    other.queries =
        query.queries.iter().map(|it| Query::query(name.clone(), it.query_type)).collect();
    forged_answer(&other)
}

fn garbage(query: &Message) -> Reply {
    let mut octets = query.metadata.id.to_be_bytes().to_vec();
    octets.extend([0xFF; 30]);
    Reply::octets(Duration::ZERO, octets)
}

fn hostile_answer(query: &Message) -> Message {
    let mut reply = empty_answer(query, ResponseCode::NoError);
    let hostile = name_of([HOSTILE_LABEL, b"example"]);
    for Query { name, query_type, .. } in &query.queries {
        let mut add = |name: &Name, data| {
            reply.answers.push(Record::from_rdata(name.clone(), TTL_S, data));
        };
        match query_type {
            RecordType::A => {
                add(name, RData::CNAME(CNAME(hostile.clone())));
                add(&hostile, RData::A(A(ADDRESS)));
            }
            RecordType::AAAA => {
                add(name, RData::CNAME(CNAME(hostile.clone())));
                add(&hostile, RData::AAAA(AAAA(ADDRESS_V6)));
            }
            RecordType::PTR => add(name, RData::PTR(PTR(hostile.clone()))),
            RecordType::TXT => add(name, RData::TXT(TXT::from_bytes(vec![HOSTILE_TEXT]))),
            _ => {}
        }
    }
    reply
}

pub(super) fn name_of<const LABELS: usize>(labels: [&[u8]; LABELS]) -> Name {
    Name::from_labels(labels).expect("labels below 64 octets make a name")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::TcpStream;

    use super::*;
    use crate::client::{a, addresses, ask_tcp, ask_udp, query, query_with_edns, receive, udp_to};
    use crate::misbehave::Misbehaving;

    /// How long a silent server is listened to. It cannot prove silence, only fail to hear a reply.
    const SILENCE: Duration = Duration::from_millis(100);

    fn assert_silent(server: &Misbehaving, query: &Message) {
        let before = server.queries();
        let socket = udp_to(server.addr());
        socket.set_read_timeout(Some(SILENCE)).unwrap();
        socket.send(&query.to_vec().unwrap()).unwrap();
        let error = socket.recv(&mut [0; 512]).unwrap_err();
        let timed_out = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
        assert!(timed_out.contains(&error.kind()), "{error}");
        assert_eq!(server.queries(), before + 1);
    }

    #[test]
    fn silent_hears_and_says_nothing() {
        assert_silent(&Misbehaving::start(Behaviour::Silent).unwrap(), &a());
    }

    #[test]
    fn each_failure_has_its_code_over_udp_and_tcp() {
        let cases = [
            (Behaviour::ServFail, ResponseCode::ServFail),
            (Behaviour::Refused, ResponseCode::Refused),
            (Behaviour::NxDomain, ResponseCode::NXDomain),
        ];
        for (behaviour, expected) in cases {
            let server = Misbehaving::start(behaviour).unwrap();
            assert_eq!(ask_udp(server.addr(), &a()).metadata.response_code, expected);
            assert_eq!(ask_tcp(server.addr(), &a()).metadata.response_code, expected);
            assert_eq!(server.queries(), 2);
        }
    }

    #[test]
    fn non_authoritative_answers_as_from_a_cache() {
        let server = Misbehaving::start(Behaviour::NonAuthoritative).unwrap();
        let reply = ask_udp(server.addr(), &a());
        assert_eq!(addresses(&reply), ["192.0.2.1"]);
        assert!(reply.metadata.recursion_available);
        assert!(!reply.metadata.authoritative);

        let v6 = ask_udp(server.addr(), &query("www.example.test.", RecordType::AAAA));
        assert_eq!(addresses(&v6), ["2001:db8::1"]);
        let mx = ask_udp(server.addr(), &query("www.example.test.", RecordType::MX));
        assert_eq!(addresses(&mx), [""; 0]);
        assert_eq!(mx.metadata.response_code, ResponseCode::NoError);
    }

    #[test]
    fn opt_is_answered_with_opt() {
        let server = Misbehaving::start(Behaviour::NonAuthoritative).unwrap();
        assert!(ask_udp(server.addr(), &a()).edns.is_none());
        let with = query_with_edns("www.example.test.", RecordType::A);
        assert!(ask_udp(server.addr(), &with).edns.is_some());
    }

    #[test]
    fn truncated_is_whole_over_tcp() {
        let server = Misbehaving::start(Behaviour::Truncated).unwrap();
        let part = ask_udp(server.addr(), &a());
        assert!(part.metadata.truncation);
        assert_eq!(addresses(&part), ["192.0.2.1"]);

        let whole = ask_tcp(server.addr(), &a());
        assert!(!whole.metadata.truncation);
        assert_eq!(whole.answers.len(), usize::from(TCP_ANSWERS));
        assert_eq!(server.queries(), 2);
    }

    #[test]
    fn truncated_without_tcp_refuses_tcp() {
        let server = Misbehaving::start(Behaviour::TruncatedWithoutTcp).unwrap();
        assert!(ask_udp(server.addr(), &a()).metadata.truncation);
        let error = TcpStream::connect(server.addr()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn wrong_id_first_is_followed_by_the_right_one() {
        let server = Misbehaving::start(Behaviour::WrongIdFirst).unwrap();
        let question = a();
        let socket = udp_to(server.addr());
        socket.send(&question.to_vec().unwrap()).unwrap();
        let forged = Message::from_vec(&receive(&socket)).unwrap();
        let proper = Message::from_vec(&receive(&socket)).unwrap();
        assert_ne!(forged.metadata.id, question.metadata.id);
        assert_eq!(addresses(&forged), ["203.0.113.66"]);
        assert_eq!(proper.metadata.id, question.metadata.id);
        assert_eq!(addresses(&proper), ["192.0.2.1"]);
    }

    #[test]
    fn wrong_id_only_is_forged() {
        let server = Misbehaving::start(Behaviour::WrongIdOnly).unwrap();
        let question = a();
        let forged = ask_udp(server.addr(), &question);
        assert_ne!(forged.metadata.id, question.metadata.id);
        assert_eq!(addresses(&forged), ["203.0.113.66"]);
    }

    #[test]
    fn wrong_question_has_the_right_id() {
        let server = Misbehaving::start(Behaviour::WrongQuestion).unwrap();
        let question = a();
        let forged = ask_udp(server.addr(), &question);
        assert_eq!(forged.metadata.id, question.metadata.id);
        assert_eq!(forged.queries[0].name.to_string(), "forged.example.");
        assert_eq!(addresses(&forged), ["203.0.113.66"]);
    }

    #[test]
    fn formerr_to_edns_answers_without() {
        let server = Misbehaving::start(Behaviour::FormErrToEdns).unwrap();
        let reply = ask_udp(server.addr(), &query_with_edns("www.example.test.", RecordType::A));
        assert_eq!(reply.metadata.response_code, ResponseCode::FormErr);
        assert!(reply.edns.is_none());
        assert_eq!(addresses(&ask_udp(server.addr(), &a())), ["192.0.2.1"]);
    }

    #[test]
    fn silent_to_edns_answers_without() {
        let server = Misbehaving::start(Behaviour::SilentToEdns).unwrap();
        assert_silent(&server, &query_with_edns("www.example.test.", RecordType::A));
        assert_eq!(addresses(&ask_udp(server.addr(), &a())), ["192.0.2.1"]);
    }

    #[test]
    fn slow_a_is_overtaken_by_aaaa() {
        let delay = Duration::from_millis(200);
        let server = Misbehaving::start(Behaviour::SlowA { delay }).unwrap();
        let socket = udp_to(server.addr());
        socket.send(&a().to_vec().unwrap()).unwrap();
        let v6 = query("www.example.test.", RecordType::AAAA);
        socket.send(&v6.to_vec().unwrap()).unwrap();
        let first = Message::from_vec(&receive(&socket)).unwrap();
        let second = Message::from_vec(&receive(&socket)).unwrap();
        assert_eq!(addresses(&first), ["2001:db8::1"]);
        assert_eq!(addresses(&second), ["192.0.2.1"]);
    }

    #[test]
    fn garbage_begins_with_the_id_and_is_no_message() {
        let server = Misbehaving::start(Behaviour::Garbage).unwrap();
        let question = a();
        let socket = udp_to(server.addr());
        socket.send(&question.to_vec().unwrap()).unwrap();
        let reply = receive(&socket);
        assert!(reply.starts_with(&question.metadata.id.to_be_bytes()));
        assert!(Message::from_vec(&reply).is_err());
    }

    #[test]
    fn drop_first_answers_when_asked_again() {
        let server = Misbehaving::start(Behaviour::DropFirst(2)).unwrap();
        assert_silent(&server, &a());
        assert_silent(&server, &a());
        assert_eq!(addresses(&ask_udp(server.addr(), &a())), ["192.0.2.1"]);
        assert_eq!(server.queries(), 3);
    }

    #[test]
    fn hostile_names_and_text_arrive_octet_by_octet() {
        let server = Misbehaving::start(Behaviour::Hostile).unwrap();
        let ptr = ask_udp(server.addr(), &query("1.2.0.192.in-addr.arpa.", RecordType::PTR));
        let RData::PTR(PTR(name)) = &ptr.answers[0].data else { panic!("no PTR: {ptr:?}") };
        assert_eq!(name.iter().next(), Some(HOSTILE_LABEL));

        let txt = ask_udp(server.addr(), &query("www.example.test.", RecordType::TXT));
        let RData::TXT(data) = &txt.answers[0].data else { panic!("no TXT: {txt:?}") };
        assert_eq!(&*data.txt_data[0], HOSTILE_TEXT);

        let alias = ask_udp(server.addr(), &a());
        assert_eq!(alias.answers[1].name.iter().next(), Some(HOSTILE_LABEL));
    }
}
