//! What a reply says, or a line that is none.

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use hickory_proto::rr::{DNSClass, RecordType};
use output::Exit;

use super::line::LineError;
use super::quick::Sender;
use crate::bulk::Reason;
use crate::exchange::{AskError, Question, Reply, Transport, refuses_edns};
use crate::message::Message;
use crate::resolve::{Asked, Outcome, ResolveError, Source, classify};
use crate::row::{About, Row};

/// What a reply says. `None`: it has to be asked in another way, over TCP or without EDNS.
pub fn judge(
    octets: &[u8],
    asked: &Asked,
    sender: Sender,
    question: &mut Question,
) -> Option<Outcome> {
    let message = Message::read(octets)?;
    if message.flags.is_truncated() || refuses_edns(&message) {
        return None;
    }
    question.name.clone_from(&asked.candidates[0]);
    question.record_type = asked.record_type;
    let reply = Reply {
        message,
        server: sender.server,
        transport: Transport::Udp,
        rtt: sender.rtt,
        sent: sender.sent,
        tcp_because_truncated: false,
        edns_refused: false,
    };
    Some(classify(question, reply))
}

/// Whether another name of the search list, or another server, may know better.
pub fn is_open(outcome: &Outcome, asked: &Asked, source: &Source) -> bool {
    match outcome {
        Outcome::NoSuchName(_) | Outcome::NoData(_) => asked.candidates.len() > 1,
        Outcome::Failed(..) | Outcome::Damaged(_) => source.servers.len() > 1,
        _ => false,
    }
}

/// Why there is no reply, as the long way has it.
pub fn unanswered(asked: &Asked, server: SocketAddr, reason: Reason) -> ResolveError {
    let source = match reason {
        Reason::Timeout { waited } => AskError::Timeout { server, waited, disbelieved: 0 },
        Reason::Silent => AskError::GivenUp { server },
        Reason::Refused => AskError::NothingListens {
            server,
            transport: Transport::Udp,
            source: io::ErrorKind::ConnectionRefused.into(),
        },
        Reason::Unreachable(source) | Reason::Unsendable(source) => {
            AskError::Unreachable { server, source }
        }
    };
    ResolveError::NoReply {
        name: asked.candidates[0].clone(),
        record_type: asked.record_type,
        source,
        others: Vec::new(),
    }
}

/// The row of a line that is no question: its number, its text, and why.
pub fn bad_line(number: u64, shown: String, error: &LineError) -> Row {
    let about = About {
        asked_name: shown,
        asked_type: RecordType::ZERO,
        status: Cow::Borrowed("BADLINE"),
        canonical_name: None,
        source: None,
    };
    let row = Row::without_record(Arc::new(about), DNSClass::IN, Exit::Usage);
    let preface = Some(format!("line {number}: {error}"));
    Row { absence: Some(error.to_string()), preface, ..row }
}
