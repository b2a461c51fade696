//! Questions to DNS servers that answer with the address of whoever asks.

use std::net::IpAddr;
use std::str::FromStr;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, RecordType};

/// A question whose answer is the address of whoever asks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    name: &'static str,
    class: DNSClass,
    /// `None` is an address of the family that the server is asked over.
    record_type: Option<RecordType>,
}

pub(super) static OPENDNS: Question =
    Question { name: "myip.opendns.com.", class: DNSClass::IN, record_type: None };

pub(super) static GOOGLE: Question = Question {
    name: "o-o.myaddr.l.google.com.",
    class: DNSClass::IN,
    record_type: Some(RecordType::TXT),
};

pub(super) static CLOUDFLARE: Question = Question {
    name: "whoami.cloudflare.",
    class: DNSClass::CH,
    record_type: Some(RecordType::TXT),
};

impl Question {
    /// The message that asks it.
    pub(super) fn message(&self, id: u16, is_v6: bool) -> Vec<u8> {
        let of_family = if is_v6 { RecordType::AAAA } else { RecordType::A };
        let name = Name::from_str(self.name).expect("the names above are names");
        let mut query = Query::query(name, self.record_type.unwrap_or(of_family));
        query.set_query_class(self.class);
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.add_query(query);
        message.to_vec().expect("a question of one name can be written")
    }
}

/// The address in a reply, or why there is none; `None` where it is no reply to this question.
pub(super) fn address(reply: &[u8], id: u16) -> Option<Result<IpAddr, String>> {
    let message = Message::from_vec(reply).ok()?;
    let metadata = &message.metadata;
    if metadata.id != id || metadata.message_type != MessageType::Response {
        return None;
    }
    if metadata.response_code != ResponseCode::NoError {
        return Some(Err(metadata.response_code.to_str().to_owned()));
    }
    let told = message.answers.iter().find_map(|record| match &record.data {
        RData::A(it) => Some(IpAddr::V4(it.0)),
        RData::AAAA(it) => Some(IpAddr::V6(it.0)),
        RData::TXT(it) => {
            it.txt_data.iter().find_map(|text| std::str::from_utf8(text).ok()?.trim().parse().ok())
        }
        _ => None,
    });
    Some(told.ok_or_else(|| "no such record".to_owned()))
}

#[cfg(test)]
mod tests {
    use hickory_proto::rr::Record;
    use hickory_proto::rr::rdata::{A, AAAA, TXT};

    use super::*;

    const ID: u16 = 7;

    fn reply(records: Vec<RData>, code: ResponseCode) -> Vec<u8> {
        let mut message = Message::new(ID, MessageType::Response, OpCode::Query);
        message.metadata.response_code = code;
        for data in records {
            message.add_answer(Record::from_rdata(Name::root(), 0, data));
        }
        message.to_vec().unwrap()
    }

    fn told(records: Vec<RData>) -> Option<Result<IpAddr, String>> {
        address(&reply(records, ResponseCode::NoError), ID)
    }

    #[test]
    fn an_address_is_told_by_records_of_three_types() {
        let text = |text: &str| RData::TXT(TXT::new(vec![text.to_owned()]));
        let v4 = IpAddr::from([203, 0, 113, 7]);
        let v6: IpAddr = "2001:db8::7".parse().unwrap();
        assert_eq!(told(vec![RData::A(A::new(203, 0, 113, 7))]), Some(Ok(v4)));
        let far = AAAA("2001:db8::7".parse().unwrap());
        assert_eq!(
            told(vec![text("edns0-client-subnet 192.0.2.0/24"), RData::AAAA(far)]),
            Some(Ok(v6))
        );
        assert_eq!(told(vec![text("203.0.113.7")]), Some(Ok(v4)));
        assert_eq!(told(vec![text("no address")]), Some(Err("no such record".to_owned())));
        let refused = address(&reply(vec![], ResponseCode::Refused), ID);
        assert_eq!(refused, Some(Err(ResponseCode::Refused.to_str().to_owned())));
    }

    #[test]
    fn what_is_no_reply_to_the_question_is_waited_past() {
        let good = reply(vec![RData::A(A::new(203, 0, 113, 7))], ResponseCode::NoError);
        assert_eq!(address(&good, ID + 1), None);
        assert_eq!(address(&OPENDNS.message(ID, false), ID), None);
        for length in 0..good.len() {
            assert_eq!(address(&good[..length], ID), None, "{length}");
        }
    }

    #[test]
    fn a_question_is_of_the_family_that_the_server_is_asked_over() {
        let asked = |question: &Question, is_v6| {
            let message = Message::from_vec(&question.message(ID, is_v6)).unwrap();
            let query = &message.queries[0];
            (query.query_type(), query.query_class())
        };
        assert_eq!(asked(&OPENDNS, false), (RecordType::A, DNSClass::IN));
        assert_eq!(asked(&OPENDNS, true), (RecordType::AAAA, DNSClass::IN));
        assert_eq!(asked(&CLOUDFLARE, true), (RecordType::TXT, DNSClass::CH));
    }
}
