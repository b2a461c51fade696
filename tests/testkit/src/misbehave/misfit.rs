//! Replies that do not fit the question.

use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, Record, RecordType};

use super::replies::{
    FORGED, FORGED_V6, TTL_S, address, empty_answer, forged_answer, name_of, proper_answer,
};
use super::server::{Manner, Reply, Transport};
use super::wire::Wire;

/// What about a reply is not as it was asked. What is not to be believed is forged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// A forged reply that comes from another port over UDP, and nothing else; over TCP, where
    /// there is no other port, a proper answer.
    OtherPort,
    /// A forged reply that comes from another port over UDP, then a proper answer.
    OtherPortFirst,
    /// The query comes back as it was: QR is clear.
    Echo,
    /// The right id and no question: a proper answer if the response code is 0, and none if not,
    /// without OPT as servers do that could not read the query.
    NoQuestion {
        /// The response code, below 16.
        rcode: u8,
    },
    /// Two questions, the right one and one to `forged.example.`, and a forged answer.
    TwoQuestions,
    /// A forged reply to the question of another type (TXT, or A if that was asked for).
    OtherType,
    /// A forged reply to the question of class CH.
    OtherClass,
    /// A proper answer with the letters of the question in the other case.
    OtherCase,
    /// A forged reply of another opcode.
    OtherOpcode {
        /// The opcode, below 16.
        opcode: u8,
    },
    /// The right question, and an address of `forged.example.`, which nobody asked for.
    OtherOwner,
}

impl Misfit {
    pub(super) fn replies(self, query: &Message, transport: Transport) -> Vec<Reply> {
        let proper = || Reply::now(&proper_answer(query));
        let from_another_port =
            || Reply { manner: Manner::FromAnotherPort, ..Reply::now(&forged_answer(query)) };
        match self {
            Self::OtherPort | Self::OtherPortFirst if transport == Transport::Tcp => vec![proper()],
            Self::OtherPort => vec![from_another_port()],
            Self::OtherPortFirst => vec![
                from_another_port(),
                // Two sockets send in no particular order.
                Reply { delay: Duration::from_millis(20), ..proper() },
            ],
            Self::Echo => vec![Reply::now(query)],
            Self::NoQuestion { rcode: 0 } => {
                let mut reply = proper_answer(query);
                reply.queries.clear();
                vec![Reply::now(&reply)]
            }
            Self::NoQuestion { rcode } => vec![Wire::bare(query).rcode(rcode).send()],
            Self::TwoQuestions => {
                let mut reply = forged_answer(query);
                let other = |it: &Query| Query::query(forged_name(), it.query_type);
                let others: Vec<_> = query.queries.iter().map(other).collect();
                reply.queries.extend(others);
                vec![Reply::now(&reply)]
            }
            Self::OtherType => vec![Reply::now(&with_question(query, |question| {
                let is_txt = question.query_type == RecordType::TXT;
                question.query_type = if is_txt { RecordType::A } else { RecordType::TXT };
            }))],
            Self::OtherClass => vec![Reply::now(&with_question(query, |question| {
                question.query_class = DNSClass::CH;
            }))],
            Self::OtherCase => {
                let mut reply = proper_answer(query);
                for question in &mut reply.queries {
                    question.name = in_the_other_case(&question.name);
                }
                vec![Reply::now(&reply)]
            }
            Self::OtherOpcode { opcode } => {
                let mut octets = Reply::now(&forged_answer(query)).octets;
                octets[2] = octets[2] & !0x78 | (opcode & 0x0F) << 3;
                vec![Reply::octets(Duration::ZERO, octets)]
            }
            Self::OtherOwner => {
                let mut reply = empty_answer(query, ResponseCode::NoError);
                for question in &query.queries {
                    let data = address(question.query_type, FORGED, FORGED_V6);
                    let record = |data| Record::from_rdata(forged_name(), TTL_S, data);
                    reply.answers.extend(data.map(record));
                }
                vec![Reply::now(&reply)]
            }
        }
    }
}

fn forged_name() -> Name {
    name_of([b"forged", b"example"])
}

/// A forged answer to `query` whose question is another.
fn with_question(query: &Message, change: impl Fn(&mut Query)) -> Message {
    let mut reply = forged_answer(query);
    reply.queries.iter_mut().for_each(change);
    reply
}

fn in_the_other_case(name: &Name) -> Name {
    let other = |octet: &u8| match octet {
        octet if octet.is_ascii_lowercase() => octet.to_ascii_uppercase(),
        octet => octet.to_ascii_lowercase(),
    };
    let labels = name.iter().map(|label| label.iter().map(other).collect::<Vec<_>>());
    let labels: Vec<_> = labels.collect();
    Name::from_labels(labels.iter().map(Vec::as_slice)).expect("as long as the name was")
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use hickory_proto::op::MessageType;

    use super::*;
    use crate::client::{a, addresses, ask_tcp, ask_udp, ask_udp_raw, query};
    use crate::misbehave::{Behaviour, Misbehaving};

    fn start(misfit: Misfit) -> Misbehaving {
        Misbehaving::start(Behaviour::Misfit(misfit)).unwrap()
    }

    #[test]
    fn another_port_is_not_the_servers() {
        for (misfit, expected) in [
            (Misfit::OtherPort, &[(false, "203.0.113.66")][..]),
            (Misfit::OtherPortFirst, &[(false, "203.0.113.66"), (true, "192.0.2.1")]),
        ] {
            let server = start(misfit);
            // One that hears everybody.
            let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            socket.send_to(&a().to_vec().unwrap(), server.addr()).unwrap();
            for (is_server, address) in expected {
                let mut buffer = [0; 512];
                let (length, sender) = socket.recv_from(&mut buffer).unwrap();
                assert_eq!(sender == server.addr(), *is_server, "{misfit:?}");
                let reply = Message::from_vec(&buffer[..length]).unwrap();
                assert_eq!(addresses(&reply), [*address], "{misfit:?}");
            }
            assert_eq!(addresses(&ask_tcp(server.addr(), &a())), ["192.0.2.1"]);
        }
    }

    #[test]
    fn an_echo_is_the_query() {
        let question = a();
        let echo = ask_udp_raw(start(Misfit::Echo).addr(), &question);
        assert_eq!(echo, question.to_vec().unwrap());
        assert_eq!(Message::from_vec(&echo).unwrap().metadata.message_type, MessageType::Query);
    }

    #[test]
    fn without_a_question_there_is_an_answer_or_a_refusal() {
        for (rcode, expected) in [(0, &["192.0.2.1"][..]), (1, &[]), (5, &[])] {
            let reply = ask_udp(start(Misfit::NoQuestion { rcode }).addr(), &a());
            assert!(reply.queries.is_empty());
            assert_eq!(reply.metadata.response_code.low(), rcode);
            assert_eq!(addresses(&reply), expected);
        }
    }

    #[test]
    fn the_question_is_another_as_it_says() {
        let question = |misfit| {
            let reply = ask_udp(start(misfit).addr(), &a());
            let question = reply.queries.last().unwrap();
            let (name, class) = (question.name.to_ascii(), question.query_class);
            (format!("{name} {class} {}", question.query_type), addresses(&reply).concat())
        };
        for (misfit, asked, address) in [
            (Misfit::TwoQuestions, "forged.example. IN A", "203.0.113.66"),
            (Misfit::OtherType, "www.example.test. IN TXT", "203.0.113.66"),
            (Misfit::OtherClass, "www.example.test. CH A", "203.0.113.66"),
            (Misfit::OtherCase, "WWW.EXAMPLE.TEST. IN A", "192.0.2.1"),
            (Misfit::OtherOwner, "www.example.test. IN A", "203.0.113.66"),
        ] {
            assert_eq!(question(misfit), (asked.to_owned(), address.to_owned()), "{misfit:?}");
        }
        let two = ask_udp(start(Misfit::TwoQuestions).addr(), &a());
        assert_eq!(two.queries.len(), 2);
        let txt = query("www.example.test.", RecordType::TXT);
        let other = ask_udp(start(Misfit::OtherType).addr(), &txt);
        assert_eq!(other.queries[0].query_type, RecordType::A);
        let owner = ask_udp(start(Misfit::OtherOwner).addr(), &a());
        assert_eq!(owner.answers[0].name, forged_name());
    }

    #[test]
    fn another_opcode_is_all_that_is_other() {
        for opcode in [4, 15] {
            let reply = ask_udp_raw(start(Misfit::OtherOpcode { opcode }).addr(), &a());
            assert_eq!(reply[2] >> 3 & 0x0F, opcode);
            assert_eq!(reply[2] & 0x80, 0x80);
        }
    }
}
