//! Answers that are right, and odd all the same.

use std::net::Ipv4Addr;
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::{RData, Record, RecordType};
use hickory_proto::serialize::binary::BinEncodable;

use super::HOSTILE_TEXT;
use super::refusal::extended_error;
use super::replies::{ADDRESS, TTL_S, empty_answer, fitting, proper_answer};
use super::server::{Reply, Transport};
use super::wire::{QUESTION_NAME, Section, Wire, option};

/// What is odd about a proper answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// Every record has this TTL, in seconds: 0, 2147483647 and 4294967295 are the corners
    /// (RFC 2181, 8).
    Ttl(u32),
    /// AD is set: the server says that it has validated the answer.
    AuthenticData,
    /// So many addresses, from 198.18.0.1 on. Too many for a datagram, they are TC over UDP and
    /// whole over TCP. No message holds 4096.
    Addresses(u16),
    /// Every reply comes twice.
    Twice,
    /// The reply to each query comes so late: to one that is sent again, more than one.
    Late {
        /// How late.
        delay: Duration,
    },
    /// The extended error 3 (Stale Answer, RFC 8914, 4.4) to a query with OPT.
    Stale,
    /// The extended error 0 (Other Error) with [`HOSTILE_TEXT`] to a query with OPT.
    HostileText,
    /// The options that a query asks for: NSID [`NSID`] (RFC 5001), a server cookie behind the
    /// client's (RFC 7873), the client's subnet with itself as the scope (RFC 7871).
    Options,
}

/// How the server of [`Oddity::Options`] calls itself.
pub const NSID: &str = "testkit";

/// The part of the cookie that the server of [`Oddity::Options`] adds.
pub const SERVER_COOKIE: [u8; 8] = *b"biscuits";

const NSID_OPTION: u16 = 3;
const SUBNET_OPTION: u16 = 8;
const COOKIE_OPTION: u16 = 10;

/// Of a cookie the part that is the client's (RFC 7873, 4).
const CLIENT_COOKIE_OCTETS: usize = 8;

/// The many addresses follow this one, in the network for benchmarks (RFC 2544, C.2.2).
const MANY: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 0);

impl Oddity {
    pub(super) fn replies(self, query: &Message, transport: Transport) -> Vec<Reply> {
        let mut proper = proper_answer(query);
        match self {
            Self::Ttl(ttl) => proper.answers.iter_mut().for_each(|record| record.ttl = ttl),
            Self::AuthenticData => proper.metadata.authentic_data = true,
            Self::Addresses(count) => {
                return vec![Reply::now(&fitting(many(query, count), query, transport))];
            }
            Self::Twice => return vec![Reply::now(&proper), Reply::now(&proper)],
            Self::Late { delay } => return vec![Reply::after(delay, &proper)],
            Self::Stale => return vec![with_options(query, &extended_error(3, b""))],
            Self::HostileText => {
                return vec![with_options(query, &extended_error(0, HOSTILE_TEXT))];
            }
            Self::Options => return vec![with_options(query, &options_for(query))],
        }
        vec![Reply::now(&proper)]
    }
}

fn many(query: &Message, count: u16) -> Message {
    let mut reply = empty_answer(query, ResponseCode::NoError);
    for question in query.queries.iter().filter(|it| it.query_type == RecordType::A) {
        reply.answers.extend((1..=count).map(|index| {
            let data = RData::A(A(Ipv4Addr::from_bits(MANY.to_bits() + u32::from(index))));
            Record::from_rdata(question.name.clone(), TTL_S, data)
        }));
    }
    reply
}

/// 192.0.2.1 to a question for A, no data to any other, and these options.
fn with_options(query: &Message, options: &[u8]) -> Reply {
    let mut wire = Wire::reply_to(query);
    if query.queries.iter().any(|question| question.query_type == RecordType::A) {
        wire = wire.record(Section::Answer, QUESTION_NAME, RecordType::A.into(), &ADDRESS.octets());
    }
    wire.opt(query, 0, options).send()
}

/// What answers the options of a query, in their wire form.
fn options_for(query: &Message) -> Vec<u8> {
    let asked = query.edns.iter().flat_map(|edns| edns.options().as_ref());
    let answer = |(code, asked): &(_, EdnsOption)| {
        let data = asked.to_bytes().expect("what was decoded encodes");
        match (u16::from(*code), &data[..]) {
            (NSID_OPTION, _) => option(NSID_OPTION, NSID.as_bytes()),
            (COOKIE_OPTION, cookie) if cookie.len() >= CLIENT_COOKIE_OCTETS => {
                let client = &cookie[..CLIENT_COOKIE_OCTETS];
                option(COOKIE_OPTION, &[client, &SERVER_COOKIE].concat())
            }
            // Family, source prefix, scope prefix, address (RFC 7871, 6).
            (SUBNET_OPTION, &[high, low, source, _, ref address @ ..]) => {
                option(SUBNET_OPTION, &[&[high, low, source, source], address].concat())
            }
            _ => Vec::new(),
        }
    };
    asked.flat_map(answer).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use hickory_proto::rr::rdata::opt::EdnsCode;

    use super::*;
    use crate::client::{a, addresses, ask_tcp, ask_udp, query_with_edns, receive, udp_to};
    use crate::misbehave::{Behaviour, Misbehaving};

    fn start(oddity: Oddity) -> Misbehaving {
        Misbehaving::start(Behaviour::Oddity(oddity)).unwrap()
    }

    fn with_edns() -> Message {
        query_with_edns("www.example.test.", RecordType::A)
    }

    fn options(reply: &Message) -> Vec<(u16, Vec<u8>)> {
        let options = reply.edns.as_ref().unwrap().options().as_ref().iter();
        options.map(|(code, option)| ((*code).into(), option.to_bytes().unwrap())).collect()
    }

    #[test]
    fn any_ttl_can_be_had() {
        for ttl in [0, 2_147_483_647, 4_294_967_295] {
            assert_eq!(ask_udp(start(Oddity::Ttl(ttl)).addr(), &a()).answers[0].ttl, ttl);
        }
    }

    #[test]
    fn authentic_data_is_said() {
        assert!(ask_udp(start(Oddity::AuthenticData).addr(), &a()).metadata.authentic_data);
    }

    #[test]
    fn many_addresses_are_whole_where_they_fit() {
        let server = start(Oddity::Addresses(60));
        let fits = ask_udp(server.addr(), &with_edns());
        assert!(!fits.metadata.truncation);
        assert_eq!(fits.answers.len(), 60);
        assert_eq!(addresses(&fits)[59], "198.18.0.60");
        assert!(ask_udp(server.addr(), &a()).metadata.truncation);
        assert_eq!(ask_tcp(server.addr(), &a()).answers.len(), 60);
        let server = start(Oddity::Addresses(1000));
        assert!(ask_udp(server.addr(), &with_edns()).metadata.truncation);
        assert_eq!(addresses(&ask_tcp(server.addr(), &a()))[999], "198.18.3.232");
    }

    #[test]
    fn a_reply_comes_twice() {
        let server = start(Oddity::Twice);
        let socket = udp_to(server.addr());
        socket.send(&a().to_vec().unwrap()).unwrap();
        assert_eq!(receive(&socket), receive(&socket));
        assert_eq!(server.queries(), 1);
    }

    #[test]
    fn a_late_reply_takes_its_time() {
        let delay = Duration::from_millis(100);
        let server = start(Oddity::Late { delay });
        let asked = Instant::now();
        assert_eq!(addresses(&ask_udp(server.addr(), &a())), ["192.0.2.1"]);
        assert!(asked.elapsed() >= delay);
    }

    #[test]
    fn options_are_answered_where_they_are_asked() {
        let mut query = with_edns();
        let edns = query.edns.as_mut().unwrap().options_mut();
        let cookie = b"shortbreadhouse".to_vec();
        let subnet = vec![0, 1, 24, 0, 192, 0, 2];
        for (code, data) in [(3, vec![]), (10, cookie), (8, subnet), (4711, vec![1])] {
            edns.options.push((EdnsCode::from(code), EdnsOption::Unknown(code, data)));
        }
        let server = start(Oddity::Options);
        let expected = [
            (3, b"testkit".to_vec()),
            (10, b"shortbrebiscuits".to_vec()),
            (8, vec![0, 1, 24, 24, 192, 0, 2]),
        ];
        let reply = ask_udp(server.addr(), &query);
        assert_eq!(options(&reply), expected);
        assert_eq!(addresses(&reply), ["192.0.2.1"]);
        assert_eq!(options(&ask_udp(server.addr(), &with_edns())), []);
        let stale = ask_udp(start(Oddity::Stale).addr(), &with_edns());
        assert_eq!(options(&stale), [(15, vec![0, 3])]);
        assert_eq!(addresses(&stale), ["192.0.2.1"]);
        let hostile = ask_udp(start(Oddity::HostileText).addr(), &with_edns());
        assert_eq!(options(&hostile), [(15, [&[0, 0], HOSTILE_TEXT].concat())]);
        assert_eq!(addresses(&hostile), ["192.0.2.1"]);
    }
}
