//! Aliases that lead round in circles, far away, or to nothing.

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::CNAME;
use hickory_proto::rr::{Name, RData, Record};

use super::replies::{ADDRESS, ADDRESS_V6, TTL_S, address, empty_answer, fitting, name_of};
use super::server::{Reply, Transport};

/// Where the aliases of an answer lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aliases {
    /// To `loop.example.`, and back.
    Loop,
    /// Nowhere: the name is its own alias.
    SelfLoop,
    /// Over so many names, `hop1.example.` and so on, to the address of the last of them. Too long
    /// for a datagram, it is empty with TC over UDP and whole over TCP. No message holds 1800.
    Chain(u16),
    /// To `nobody.example.`, which does not exist: NXDOMAIN (RFC 6604, 3).
    ToNobody,
    /// To `bare.example.`, which has no such record, and nothing says so but its absence.
    ToNoData,
}

impl Aliases {
    pub(super) fn replies(self, query: &Message, transport: Transport) -> Vec<Reply> {
        let mut reply = empty_answer(query, ResponseCode::NoError);
        for question in &query.queries {
            let start = &question.name;
            let answers = &mut reply.answers;
            match self {
                Self::Loop => {
                    let other = name_of([b"loop", b"example"]);
                    answers.push(alias(start, &other));
                    answers.push(alias(&other, start));
                }
                Self::SelfLoop => answers.push(alias(start, start)),
                Self::Chain(hops) => {
                    let mut owner = start.clone();
                    for hop in 1..=hops {
                        let target = name_of([format!("hop{hop}").as_bytes(), b"example"]);
                        answers.push(alias(&owner, &target));
                        owner = target;
                    }
                    let data = address(question.query_type, ADDRESS, ADDRESS_V6);
                    answers.extend(data.map(|data| Record::from_rdata(owner, TTL_S, data)));
                }
                Self::ToNobody => {
                    reply.metadata.response_code = ResponseCode::NXDomain;
                    answers.push(alias(start, &name_of([b"nobody", b"example"])));
                }
                Self::ToNoData => answers.push(alias(start, &name_of([b"bare", b"example"]))),
            }
        }
        vec![Reply::now(&fitting(reply, query, transport))]
    }
}

fn alias(owner: &Name, target: &Name) -> Record {
    Record::from_rdata(owner.clone(), TTL_S, RData::CNAME(CNAME(target.clone())))
}

#[cfg(test)]
mod tests {
    use hickory_proto::rr::RecordType;

    use super::*;
    use crate::client::{a, addresses, ask_tcp, ask_udp, query, query_with_edns};
    use crate::misbehave::{Behaviour, Misbehaving};

    fn start(aliases: Aliases) -> Misbehaving {
        Misbehaving::start(Behaviour::Aliases(aliases)).unwrap()
    }

    #[test]
    fn each_leads_where_it_says() {
        let cases: [(Aliases, ResponseCode, &[&str]); 5] = [
            (Aliases::Loop, ResponseCode::NoError, &["loop.example.", "www.example.test."]),
            (Aliases::SelfLoop, ResponseCode::NoError, &["www.example.test."]),
            (
                Aliases::Chain(2),
                ResponseCode::NoError,
                &["hop1.example.", "hop2.example.", "192.0.2.1"],
            ),
            (Aliases::ToNobody, ResponseCode::NXDomain, &["nobody.example."]),
            (Aliases::ToNoData, ResponseCode::NoError, &["bare.example."]),
        ];
        for (aliases, rcode, expected) in cases {
            let server = start(aliases);
            let reply = ask_udp(server.addr(), &a());
            assert_eq!(reply.metadata.response_code, rcode, "{aliases:?}");
            assert_eq!(addresses(&reply), expected, "{aliases:?}");
        }
    }

    #[test]
    fn each_alias_belongs_to_the_one_before() {
        let server = start(Aliases::Chain(20));
        let with = query_with_edns("www.example.test.", RecordType::AAAA);
        let reply = ask_udp(server.addr(), &with);
        assert_eq!(reply.answers.len(), 21);
        let mut owner = reply.queries[0].name.clone();
        for record in &reply.answers {
            assert_eq!(record.name, owner);
            if let RData::CNAME(CNAME(target)) = &record.data {
                owner = target.clone();
            }
        }
        assert_eq!(reply.answers[20].data.to_string(), "2001:db8::1");
        let mx = ask_udp(server.addr(), &query("www.example.test.", RecordType::MX));
        assert_eq!(mx.answers.len(), 20);
    }

    #[test]
    fn a_chain_too_long_for_a_datagram_is_whole_over_tcp() {
        let server = start(Aliases::Chain(300));
        let cut = ask_udp(server.addr(), &query_with_edns("www.example.test.", RecordType::A));
        assert!(cut.metadata.truncation);
        assert_eq!(cut.answers.len(), 0);
        let whole = ask_tcp(server.addr(), &a());
        assert!(!whole.metadata.truncation);
        assert_eq!(whole.answers.len(), 301);
    }
}
