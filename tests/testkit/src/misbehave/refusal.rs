//! Something else instead of an answer.

use hickory_proto::op::Message;
use hickory_proto::serialize::binary::BinEncodable;

use super::HOSTILE_TEXT;
use super::replies::proper_answer;
use super::server::Reply;
use super::wire::{NS, ROOT, Section, Wire, name, option};

/// What is said instead of an answer. An extended error (RFC 8914) is in OPT, so only queries with
/// OPT get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// SERVFAIL with the extended error 6 (DNSSEC Bogus) and [`EXTRA_TEXT`].
    Bogus,
    /// SERVFAIL with the extended error 9 (DNSKEY Missing) and [`HOSTILE_TEXT`] as its text.
    HostileText,
    /// SERVFAIL with two extended errors, 22 (No Reachable Authority) and 23 (Network Error), the
    /// first without a text.
    TwoErrors,
    /// SERVFAIL with an extended error too short for its code.
    BrokenError,
    /// NXDOMAIN with the extended error 15 (Blocked) and no text.
    Blocked,
    /// BADVERS to a query with OPT; a proper answer to one without.
    BadVers,
    /// A response code, of which the upper eight bits are in OPT (RFC 6891, 6.1.3).
    Code(u16),
    /// A referral to the root (RFC 1034, 4.2.2 knows none upwards): NS records of `.`.
    Upward,
    /// A referral from the parent of the name to `ns.elsewhere.example.`, as from a server that
    /// nobody should ask.
    Lame,
}

/// The text of the extended error of [`Refusal::Bogus`].
pub const EXTRA_TEXT: &str = "signature expired";

/// The option of extended errors (RFC 8914, 2).
const EXTENDED_ERROR: u16 = 15;

const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;

/// Above the lower four bits, which are zero.
const BADVERS_HIGH: u8 = 1;

impl Refusal {
    pub(super) fn replies(self, query: &Message) -> Vec<Reply> {
        let reply = || Wire::reply_to(query);
        let servfail = |options: &[u8]| reply().rcode(SERVFAIL).opt(query, 0, options);
        let referral = |owner: &[u8], server: &[u8]| {
            let reply = reply().without_recursion();
            reply.record(Section::Authority, owner, NS, server).opt(query, 0, &[])
        };
        let wire = match self {
            Self::Bogus => servfail(&extended_error(6, EXTRA_TEXT.as_bytes())),
            Self::HostileText => servfail(&extended_error(9, HOSTILE_TEXT)),
            Self::TwoErrors => {
                let second = extended_error(23, b"192.0.2.53 does not reply");
                servfail(&[extended_error(22, b""), second].concat())
            }
            Self::BrokenError => servfail(&option(EXTENDED_ERROR, &[6])),
            Self::Blocked => reply().rcode(NXDOMAIN).opt(query, 0, &extended_error(15, b"")),
            Self::BadVers if query.edns.is_none() => {
                return vec![Reply::now(&proper_answer(query))];
            }
            Self::BadVers => reply().opt(query, BADVERS_HIGH, &[]),
            Self::Code(code) => {
                let [low, high] = [code & 0x0F, code >> 4 & 0xFF]
                    .map(|bits| u8::try_from(bits).expect("they are masked"));
                reply().rcode(low).opt(query, high, &[])
            }
            Self::Upward => referral(ROOT, &name(["a", "root", "example"])),
            Self::Lame => referral(&parent_of(query), &name(["ns", "elsewhere", "example"])),
        };
        vec![wire.send()]
    }
}

/// RFC 8914, 2: a code and a text, which may be empty.
pub(super) fn extended_error(code: u16, text: &[u8]) -> Vec<u8> {
    option(EXTENDED_ERROR, &[&code.to_be_bytes(), text].concat())
}

/// The name above the one that was asked for.
fn parent_of(query: &Message) -> Vec<u8> {
    let parent = query.queries.first().map(|question| question.name.base_name());
    parent.map_or(ROOT.to_vec(), |name| name.to_bytes().expect("what was decoded encodes"))
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::ResponseCode;
    use hickory_proto::rr::RecordType;
    use hickory_proto::rr::rdata::opt::EdnsOption;

    use super::*;
    use crate::client::{a, addresses, ask_udp, query_with_edns};
    use crate::misbehave::{Behaviour, Misbehaving};

    fn reply(refusal: Refusal, query: &Message) -> Message {
        ask_udp(Misbehaving::start(Behaviour::Refusal(refusal)).unwrap().addr(), query)
    }

    fn with_edns() -> Message {
        query_with_edns("www.example.test.", RecordType::A)
    }

    /// The data of all extended errors.
    fn errors(reply: &Message) -> Vec<&[u8]> {
        let options = reply.edns.as_ref().unwrap().options().as_ref().iter();
        let data = options.map(|(_, option)| match option {
            EdnsOption::Unknown(EXTENDED_ERROR, data) => &data[..],
            other => panic!("{other:?}"),
        });
        data.collect()
    }

    #[test]
    fn extended_errors_come_with_their_code() {
        let text = |code: u8, text: &[u8]| [&[0, code], text].concat();
        let cases = [
            (Refusal::Bogus, ResponseCode::ServFail, vec![text(6, b"signature expired")]),
            (Refusal::HostileText, ResponseCode::ServFail, vec![text(9, HOSTILE_TEXT)]),
            (
                Refusal::TwoErrors,
                ResponseCode::ServFail,
                vec![text(22, b""), text(23, b"192.0.2.53 does not reply")],
            ),
            (Refusal::BrokenError, ResponseCode::ServFail, vec![vec![6]]),
            (Refusal::Blocked, ResponseCode::NXDomain, vec![text(15, b"")]),
        ];
        for (refusal, rcode, expected) in cases {
            let reply = reply(refusal, &with_edns());
            assert_eq!(reply.metadata.response_code, rcode, "{refusal:?}");
            assert_eq!(errors(&reply), expected, "{refusal:?}");
        }
        let without = reply(Refusal::Bogus, &a());
        assert_eq!(without.metadata.response_code, ResponseCode::ServFail);
        assert!(without.edns.is_none());
    }

    #[test]
    fn a_code_has_its_upper_bits_in_opt() {
        for code in [3, 15, 16, 24, 0x0F01, 0x0FFF] {
            let reply = reply(Refusal::Code(code), &with_edns());
            assert_eq!(u16::from(reply.metadata.response_code), code);
        }
    }

    #[test]
    fn badvers_is_for_edns_only() {
        let refused = reply(Refusal::BadVers, &with_edns());
        assert_eq!(u16::from(refused.metadata.response_code), 16);
        assert_eq!(addresses(&reply(Refusal::BadVers, &a())), ["192.0.2.1"]);
    }

    #[test]
    fn referrals_have_name_servers_and_no_authority() {
        let cases = [
            (Refusal::Upward, ".", "a.root.example."),
            (Refusal::Lame, "example.test.", "ns.elsewhere.example."),
        ];
        for (refusal, zone, server) in cases {
            let reply = reply(refusal, &a());
            assert_eq!(reply.metadata.response_code, ResponseCode::NoError);
            assert!(!reply.metadata.authoritative && !reply.metadata.recursion_available);
            assert!(reply.answers.is_empty());
            assert_eq!(reply.authorities[0].name.to_ascii(), zone);
            assert_eq!(reply.authorities[0].data.to_string(), server);
        }
    }
}
