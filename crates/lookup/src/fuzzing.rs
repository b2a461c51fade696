//! What must hold for any text and any octets from outside. Fuzzing has no other way in.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::rr::{Name, RecordType};

use crate::answer::{Arrival, Detail, Group};
use crate::exchange::{Question, Reply, Transport, believe};
use crate::message::{self, HEADER_OCTETS, Manner, Message};
use crate::name::{self, NameError};
use crate::rdata;
use crate::resolve::classify;
use crate::row::Row;

/// Any octets are read as a message and shown as rows, without panic; names and data are printable
/// ASCII, and what is believed is the message as it was sent.
///
/// # Panics
///
/// When that is not so.
pub fn message(octets: &[u8]) {
    let Some(message) = Message::read(octets) else {
        assert!(octets.len() < HEADER_OCTETS);
        return;
    };
    let question = question_of(&message);
    let believed = believe(octets, message.id, &question);
    assert!(believed.is_none_or(|believed| believed == message));
    assert!(message.damage.is_none_or(|damage| is_printable(&damage.to_string())));
    if let Some(edns) = &message.edns {
        assert!(edns.options_in_words().iter().all(|words| is_printable(words)), "{edns:?}");
    }
    for (_, record) in message.records() {
        assert!(record.is_malformed || record.data.len() <= WHOLE_NAMES_MAX_OCTETS + octets.len());
    }
    for detail in [Detail::Answer, Detail::Message] {
        let outcome = classify(&question, reply(message.clone()));
        let mut group = Group::new(false, detail);
        group.add_question();
        let rows = group.land(Arrival::Server(Box::new(Ok(outcome))));
        assert!(!rows.is_empty());
        rows.iter().for_each(assert_row);
    }
}

/// What names without pointers take more than with them: two of 255 octets in a record at most.
const WHOLE_NAMES_MAX_OCTETS: usize = 2 * name::NAME_MAX_OCTETS;

/// The question that a message repeats, or one that it does not.
fn question_of(message: &Message) -> Question {
    let (name, record_type) = message
        .questions
        .first()
        .map_or((Name::root(), RecordType::A), |it| (it.name.clone(), it.record_type));
    Question::new(name, record_type)
}

fn reply(message: Message) -> Reply {
    Reply {
        message,
        server: SocketAddr::from((Ipv4Addr::LOCALHOST, 53)),
        transport: Transport::Udp,
        rtt: Duration::ZERO,
        sent: 1,
        tcp_because_truncated: false,
        edns_refused: false,
    }
}

fn assert_row(row: &Row) {
    let canonical_name = row.about.canonical_name.as_ref();
    let notations = [Some(&row.name), row.data.as_ref(), Some(&row.about.asked_name)];
    for notation in notations.into_iter().chain([canonical_name]).flatten() {
        assert!(is_printable(notation) && !notation.is_empty(), "{row:?}");
    }
    assert!(row.absence.as_ref().is_none_or(|sentence| sentence.lines().count() == 1), "{row:?}");
}

/// Any octets of any type are shown as printable ASCII. The first two are the type.
///
/// # Panics
///
/// When that is not so.
pub fn record_data(octets: &[u8]) {
    let Some((record_type, data)) = octets.split_first_chunk() else { return };
    let record_type = RecordType::from(u16::from_be_bytes(*record_type));
    let shown = rdata::present(record_type, data);
    assert!(is_printable(&shown) && !shown.is_empty(), "{record_type} {shown:?}");
    // Only a name that is all of it can be followed, and it is what is shown.
    if let Some(target) = rdata::target(data) {
        let mut whole = Vec::new();
        message::push_name(&mut whole, &target);
        assert_eq!(whole, data);
        if record_type == RecordType::CNAME {
            assert_eq!(shown, name::present(&target));
        }
    }
}

/// A name that was read is shown as printable ASCII, from which the same name is read again.
///
/// # Panics
///
/// When that is not so.
pub fn name(text: &str) {
    let Ok(parsed) = name::parse(text) else { return };
    let shown = name::present(&parsed.name);
    assert!(is_printable(&shown), "{shown:?}");
    let query = message::query(0, &parsed.name, RecordType::A, &Manner::default());
    let query = Message::read(&query).expect("a question has a header");
    assert_eq!((&query.questions[0].name, query.damage), (&parsed.name, None));
    match name::parse(&shown) {
        Ok(again) => assert!(
            again.name.iter().eq(parsed.name.iter()),
            "{shown:?} is {:?}, not {:?}",
            again.name,
            parsed.name
        ),
        // Escapes hide what a name looks like; where none is left, it is told as pasted.
        Err(
            NameError::Empty
            | NameError::Url { .. }
            | NameError::HostPort { .. }
            | NameError::UserAtHost { .. },
        ) if text.contains('\\') => {}
        Err(error) => panic!("{text:?} is shown as {shown:?}, and {error}"),
    }
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|octet| matches!(octet, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use testkit::with_seeds;

    use super::*;

    #[test]
    fn the_seeds_of_fuzzing_hold() {
        with_seeds("message", message);
        with_seeds("record_data", record_data);
        with_seeds("name", |octets| name(str::from_utf8(octets).unwrap()));
    }
}
