//! What must hold for any text and any octets from outside. Fuzzing has no other way in.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hickory_proto::rr::{Name, RecordType};

use crate::answer::{Arrival, Detail, Group};
use crate::dnssec::{Anchors, Fetch, Policy, Security, Validator};
use crate::exchange::{Question, Reply, Transport, believe};
use crate::hosts::HostsFile;
use crate::message::{self, HEADER_OCTETS, Manner, Message};
use crate::name::{self, NameError};
use crate::rdata;
use crate::resolve::classify;
use crate::row::Row;
use crate::server::Server;

pub use crate::batch::fuzzing::line;
pub use crate::system::fuzzing::configuration;

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

/// Replies of any octets, each after its length, are never found to be genuine: nobody can sign by
/// accident. The first is judged, and the others are what is asked for on the way.
///
/// # Panics
///
/// When that is not so.
pub fn dnssec(octets: &[u8]) {
    let messages = messages(octets);
    let Some((reply, others)) = messages.split_first() else { return };
    let question = question_of(reply);
    let fetch = Replies { messages: others, next: AtomicUsize::new(0) };
    let validator = Validator::new(fetch, Anchors::default(), Policy::default());
    let verdict = validator.validate(&question.name, question.record_type, reply, NOW);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let verdict = runtime.expect("it needs nothing of the system").block_on(verdict);
    assert_ne!(verdict.state, Security::Secure, "{verdict:?}");
    assert!(is_printable(&verdict.reason.to_string()), "{verdict:?}");
}

/// When replies are judged, in seconds since 1970.
const NOW: u64 = 1_800_000_000;

/// Messages, each after its length, as over TCP (RFC 1035, 4.2.2).
fn messages(mut octets: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    while let Some((length, rest)) = octets.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (message, rest) = rest.split_at(length.min(rest.len()));
        messages.extend(Message::read(message));
        octets = rest;
    }
    messages
}

/// Replies that come in turn, whatever is asked.
struct Replies<'a> {
    messages: &'a [Message],
    next: AtomicUsize,
}

impl Fetch for Replies<'_> {
    fn fetch(
        &self,
        _: &Name,
        _: RecordType,
    ) -> impl Future<Output = Result<Message, String>> + Send {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let reply = self.messages.get(next).cloned().ok_or_else(|| "silence".to_owned());
        std::future::ready(reply)
    }
}

/// Any text is a list of trust anchors, or is refused at a line of it.
///
/// # Panics
///
/// When that is not so.
pub fn anchors(text: &str) {
    match Anchors::read(text) {
        Ok(anchors) => assert!(anchors.closest(&Name::root()).is_none_or(|it| it.0.is_root())),
        Err(error) => assert!(error.line <= text.lines().count().max(1), "{error:?}"),
    }
}

/// Any text is a server, which is written as it is read again, or is refused.
///
/// # Panics
///
/// When that is not so.
pub fn server(text: &str) {
    let Ok(server) = Server::parse(text, 53) else { return };
    let written = server.to_string();
    assert_eq!(Server::parse(&written, 53).as_ref().ok(), Some(&server), "{written}");
}

/// Any octets are a hosts file: what a name of it is looked up as is an address of it.
///
/// # Panics
///
/// When that is not so.
pub fn hosts(octets: &[u8]) {
    let hosts = HostsFile::parse(octets);
    for address in ["127.0.0.1", "::1", "192.0.2.1"].map(|it| it.parse().expect("an address")) {
        let Some(name) = hosts.name_of(address) else { continue };
        let record_type = if address.is_ipv4() { RecordType::A } else { RecordType::AAAA };
        assert!(hosts.lookup(name, record_type).contains(&address), "{name} {address}");
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
        with_seeds("dnssec", dnssec);
        with_seeds("hosts", hosts);
        with_seeds("configuration", configuration);
        with_seeds("line", line);
        for (target, hold) in [("name", name as fn(&str)), ("anchors", anchors), ("server", server)]
        {
            with_seeds(target, |octets| hold(str::from_utf8(octets).unwrap()));
        }
    }
}
