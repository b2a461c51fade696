//! What is known of a question, and how it is shown.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use hickory_proto::rr::RecordType;
use output::{Column, Exit, Record, Tone, Value};

use crate::exchange::Transport;
use crate::rdata::type_name;

/// A record, or a question that has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The name that the record belongs to, or that was asked for.
    pub name: String,
    /// The type of the record, or that was asked for.
    pub record_type: RecordType,
    /// For how long others may keep it, in seconds; a file does not say.
    pub ttl: Option<u32>,
    /// Who answered, or did not.
    pub source: Option<Source>,
    /// Where the aliases of the name that was asked for lead.
    pub canonical_name: Option<String>,
    /// The data of the record, in presentation form (RFC 1035, 5.1).
    pub data: Option<String>,
    /// How the question ended: NOERROR, NODATA, NXDOMAIN, SERVFAIL, TIMEOUT, …
    pub status: String,
    /// What was asked for: the record's own type may be that of an alias on the way.
    pub asked_type: RecordType,
    /// What it means for the exit code.
    pub exit: Exit,
    /// For a question without an answer: what is to be said of it.
    pub absence: Option<String>,
}

/// Who answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The hosts file.
    Hosts(PathBuf),
    /// A DNS server.
    Server(Reply),
    /// A DNS server that was asked and did not reply.
    Silent(SocketAddr),
}

/// What is told of a server's reply beside its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// The server's address and port.
    pub server: SocketAddr,
    /// How it was asked.
    pub transport: Transport,
    /// Whether it is an authority for the name (AA).
    pub is_authoritative: bool,
    /// From the question to the answer.
    pub rtt: Duration,
    /// How often the question was sent until the answer came.
    pub sent: u32,
    /// Whether it was asked over TCP because the UDP answer was cut short (TC).
    pub was_truncated: bool,
    /// Whether the server took a question with EDNS (RFC 6891).
    pub has_edns: bool,
}

impl Row {
    fn reply(&self) -> Option<&Reply> {
        match &self.source {
            Some(Source::Server(reply)) => Some(reply),
            _ => None,
        }
    }

    fn server(&self) -> Option<SocketAddr> {
        match &self.source {
            Some(Source::Server(reply)) => Some(reply.server),
            Some(Source::Silent(server)) => Some(*server),
            _ => None,
        }
    }

    /// The server without its port, which has a column of its own; a scope belongs to the address.
    fn server_name(&self) -> Value<'_> {
        match (&self.source, self.server()) {
            (Some(Source::Hosts(path)), _) => Value::from_os(path.as_os_str()),
            (_, Some(SocketAddr::V6(server))) if server.scope_id() != 0 => {
                Value::display(format_args!("{}%{}", server.ip(), server.scope_id()))
            }
            (_, server) => server.map(|server| server.ip()).into(),
        }
    }

    fn tone(&self) -> Tone {
        if self.record_type == self.asked_type { Tone::Good } else { Tone::Plain }
    }
}

impl Record for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::new("name", "the name that the record belongs to", |it| {
            Value::Notation(it.name.as_str().into())
        })
        .min_width(16),
        Column::<Self>::new("type", "the type of the record", |it| {
            type_name(it.record_type).into_owned().into()
        })
        .min_width(5),
        Column::<Self>::new("ttl_s", "how long it may be kept, in seconds", |it| it.ttl.into())
            .side()
            .numeric()
            .min_width(6),
        Column::<Self>::new(
            "server",
            "who answered: an address, or the hosts file",
            Self::server_name,
        )
        .side()
        .min_width(10),
        Column::<Self>::new("port", "the port of the server", |it| {
            it.server().map(|server| server.port()).into()
        })
        .side()
        .numeric()
        .min_width(5),
        Column::<Self>::new(
            "authoritative",
            "whether it is an authority for the name (AA)",
            |it| it.reply().map(|reply| reply.is_authoritative).into(),
        )
        .side(),
        Column::<Self>::new("data", "the record, in presentation form", |it| {
            it.data.as_deref().map(|data| Value::Notation(data.into())).into()
        })
        .toned(Row::tone),
        Column::<Self>::new(
            "status",
            "NOERROR, or why there is no record: NXDOMAIN and the like",
            |it| it.status.as_str().into(),
        )
        .extra(),
        Column::<Self>::new("asked_type", "the type that was asked for", |it| {
            type_name(it.asked_type).into_owned().into()
        })
        .extra(),
        Column::<Self>::new("transport", "udp or tcp", |it| {
            it.reply().map(|reply| reply.transport.as_str()).into()
        })
        .extra(),
        Column::<Self>::new("rtt_ms", "from the question to the answer, in milliseconds", |it| {
            it.reply().map(|reply| Value::milliseconds(reply.rtt)).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("queries", "how often it was asked until the answer came", |it| {
            it.reply().map(|reply| reply.sent).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("truncated", "whether UDP cut the answer short (TC)", |it| {
            it.reply().map(|reply| reply.was_truncated).into()
        })
        .extra(),
        Column::<Self>::new("edns", "whether the server takes EDNS", |it| {
            it.reply().map(|reply| reply.has_edns).into()
        })
        .extra(),
        Column::<Self>::new("canonical_name", "where the aliases of the name lead", |it| {
            it.canonical_name.as_deref().map(|name| Value::Notation(name.into())).into()
        })
        .extra(),
    ];

    /// The data of what was asked for; aliases on the way are not.
    fn short(&self) -> Option<Value<'_>> {
        let data = self.data.as_deref()?;
        let is_asked = self.record_type == self.asked_type || self.asked_type == RecordType::ANY;
        is_asked.then(|| Value::Notation(data.into()))
    }

    fn exit(&self) -> Exit {
        self.exit
    }

    fn absence(&self) -> Option<String> {
        self.absence.clone()
    }
}
