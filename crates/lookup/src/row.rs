//! What is known of a question, and how it is shown.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::rr::{DNSClass, Name, RecordType};
use output::{Change, Column, Exit, Kind, Labelled, Part, Record, Tone, Value};

use crate::check::Finding;
use crate::dnssec::Security;
use crate::exchange::Transport;
use crate::message::{ExtendedError, Flags, Section, extended_error_name};
use crate::name;
use crate::rdata::{self, class_name, type_name};

/// A record, or a question that has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The name that the record belongs to, or that was asked for.
    pub name: String,
    /// The type of the record, or that was asked for.
    pub record_type: RecordType,
    /// The class of the record, or that was asked for.
    pub class: DNSClass,
    /// For how long others may keep it, in seconds; a file does not say.
    pub ttl: Option<u32>,
    /// The data of the record, in presentation form (RFC 1035, 5.1).
    pub data: Option<String>,
    /// Where in the message it stands.
    pub section: Section,
    /// The question that it is about.
    pub about: Arc<About>,
    /// What DNSSEC says of it, if that was checked.
    pub security: Option<Finding>,
    /// Whether all servers that were asked say the same.
    pub agrees: Option<bool>,
    /// Where on the way from the root it was learnt.
    pub step: Option<Arc<Step>>,
    /// Whether it came or went since the last time, and when, in seconds since 1970.
    pub change: Option<(Change, u64)>,
    /// What it means for the exit code.
    pub exit: Exit,
    /// For a question without an answer: what is to be said of it.
    pub absence: Option<String>,
    /// What is to be said before it.
    pub preface: Option<String>,
}

/// A step on the way from the root to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// From 1.
    pub number: u32,
    /// The zone whose server was asked.
    pub zone: String,
    /// The name of the server.
    pub server_name: Option<String>,
}

/// What all rows of a question have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The name that was asked for.
    pub asked_name: String,
    /// The type that was asked for: the record's own may be that of an alias on the way.
    pub asked_type: RecordType,
    /// How the question ended: NOERROR, NODATA, NXDOMAIN, SERVFAIL, TIMEOUT, …
    pub status: Cow<'static, str>,
    /// Where the aliases of the name lead, if it has some.
    pub canonical_name: Option<String>,
    /// Who answered, or did not.
    pub source: Option<Source>,
}

/// Who answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The hosts file.
    Hosts(PathBuf),
    /// The system's C library, which does not say where it has it from.
    Library,
    /// A DNS server.
    Server(Reply),
    /// A DNS server that was asked and did not reply.
    Silent(SocketAddr),
}

/// What is told of a server's reply beside its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The server's address and port.
    pub server: SocketAddr,
    /// How it was asked.
    pub transport: Transport,
    /// From the question to the answer.
    pub rtt: Duration,
    /// How often the question was sent until the answer came.
    pub sent: u32,
    /// Whether it was asked over TCP because the UDP answer was cut short (TC).
    pub was_truncated: bool,
    /// Whether the server took a question with EDNS (RFC 6891).
    pub has_edns: bool,
    /// The flags of its header.
    pub flags: Flags,
    /// The response code.
    pub rcode: u16,
    /// How long it was.
    pub octets: usize,
    /// Why it is as it is, in the server's words (RFC 8914).
    pub extended_errors: Vec<ExtendedError>,
    /// The server's name for itself (RFC 5001).
    pub nsid: Option<Vec<u8>>,
}

impl About {
    /// A question that got no reply.
    pub(crate) fn unanswered(
        name: &Name,
        asked_type: RecordType,
        status: &'static str,
        source: Option<Source>,
    ) -> Self {
        Self {
            asked_name: name::present(name),
            asked_type,
            status: Cow::Borrowed(status),
            canonical_name: None,
            source,
        }
    }
}

impl Row {
    /// A row without a record.
    pub(crate) fn without_record(about: Arc<About>, class: DNSClass, exit: Exit) -> Self {
        Self {
            name: about.asked_name.clone(),
            record_type: about.asked_type,
            class,
            ttl: None,
            data: None,
            section: Section::Answer,
            about,
            security: None,
            agrees: None,
            step: None,
            change: None,
            exit,
            absence: None,
            preface: None,
        }
    }

    /// Whether it is a record that was asked for.
    pub(crate) fn is_answer(&self) -> bool {
        self.data.is_some() && self.is_asked()
    }

    fn reply(&self) -> Option<&Reply> {
        match &self.about.source {
            Some(Source::Server(reply)) => Some(reply),
            _ => None,
        }
    }

    fn server(&self) -> Option<SocketAddr> {
        match &self.about.source {
            Some(Source::Server(reply)) => Some(reply.server),
            Some(Source::Silent(server)) => Some(*server),
            _ => None,
        }
    }

    /// The server without its port, which has a column of its own; a scope belongs to the address.
    fn server_name(&self) -> Value<'_> {
        match (&self.about.source, self.server()) {
            (Some(Source::Hosts(path)), _) => Value::from_os(path.as_os_str()),
            (Some(Source::Library), _) => "libc".into(),
            (_, Some(SocketAddr::V6(server))) if server.scope_id() != 0 => {
                Value::display(format_args!("{}%{}", server.ip(), server.scope_id()))
            }
            (_, server) => server.map(|server| server.ip()).into(),
        }
    }

    fn flags(&self) -> Value<'_> {
        let names = |reply: &Reply| reply.flags.names().into_iter().map(Value::from).collect();
        self.reply().map(|reply| Value::List(names(reply))).into()
    }

    fn extended_errors(&self) -> Value<'_> {
        let errors = |reply: &'_ Reply| reply.extended_errors.iter().map(of_error).collect();
        self.reply().map_or(Value::Null, |reply| Value::List(errors(reply)))
    }

    /// Whether it is forged or broken, as far as DNSSEC can tell.
    pub(crate) fn is_bogus(&self) -> bool {
        self.security.as_ref().is_some_and(|finding| finding.state == Security::Bogus)
    }

    /// Whether it is of the type that was asked for.
    fn is_asked(&self) -> bool {
        let asked_type = self.about.asked_type;
        self.section == Section::Answer
            && (self.record_type == asked_type
                || matches!(asked_type, RecordType::ANY | RecordType::AXFR))
    }

    fn tone(&self) -> Tone {
        if self.is_asked() { Tone::Good } else { Tone::Plain }
    }
}

/// A date for people to read, and seconds for programs to reckon with.
fn time(time_s: u64) -> Value<'static> {
    let label = Value::Text(rdata::date_and_time(time_s).into());
    Labelled { label, exact: time_s.into() }.into()
}

const EXTENDED_ERROR: Kind = Kind::Map(&[
    Part::new("code", Kind::Whole),
    Part::new("name", Kind::Text),
    Part::new("text", Kind::Text),
]);

fn of_error(error: &ExtendedError) -> Value<'static> {
    let name = extended_error_name(error.code);
    let text = error.text.clone();
    Labelled {
        label: Value::display(format_args!("{} {name}", error.code)),
        exact: Value::Map(vec![
            ("code", error.code.into()),
            ("name", name.into()),
            ("text", Value::Text(text.into())),
        ]),
    }
    .into()
}

impl Record for Row {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::new("name", "the name that the record belongs to", |it| {
            Value::Notation(it.name.as_str().into())
        })
        .min_width(16)
        .always(),
        Column::<Self>::new("type", "the type of the record", |it| {
            let is_known = it.record_type != RecordType::ZERO;
            is_known.then(|| Value::Text(type_name(it.record_type))).into()
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
        .min_width(10)
        .json(Kind::Bytes),
        Column::<Self>::new("port", "the port of the server", |it| {
            it.server().map(|server| server.port()).into()
        })
        .side()
        .numeric()
        .min_width(5),
        Column::<Self>::new(
            "authoritative",
            "whether it is an authority for the name (AA)",
            |it| it.reply().map(|reply| reply.flags.is_authoritative()).into(),
        )
        .side()
        .json(Kind::Bool),
        Column::<Self>::new("data", "the record, in presentation form", |it| {
            it.data.as_deref().map(|data| Value::Notation(data.into())).into()
        })
        .toned(Row::tone),
        Column::<Self>::new(
            "status",
            "NOERROR, or why there is no record: NXDOMAIN and the like",
            |it| Value::Text((&*it.about.status).into()),
        )
        .extra()
        .always(),
        Column::<Self>::new("asked_type", "the type that was asked for", |it| {
            type_name(it.about.asked_type).into_owned().into()
        })
        .extra()
        .always(),
        Column::<Self>::new("transport", "udp, tcp, tls, https or quic", |it| {
            it.reply().map(|reply| reply.transport.as_str()).into()
        })
        .side()
        .min_width(9)
        .extra(),
        Column::<Self>::new("rtt_ms", "from the question to the answer, in milliseconds", |it| {
            it.reply().map(|reply| Value::milliseconds(reply.rtt)).into()
        })
        .numeric()
        .side()
        .min_width(6)
        .extra()
        .json(Kind::Number),
        Column::<Self>::new("queries", "how often it was asked until the answer came", |it| {
            it.reply().map(|reply| reply.sent).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("truncated", "whether UDP cut the answer short (TC)", |it| {
            it.reply().map(|reply| reply.was_truncated).into()
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("edns", "whether the server takes EDNS", |it| {
            it.reply().map(|reply| reply.has_edns).into()
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("canonical_name", "where the aliases of the name lead", |it| {
            let name = it.about.canonical_name.as_deref().unwrap_or(&it.about.asked_name);
            it.reply().map(|_| Value::Notation(name.into())).into()
        })
        .extra(),
        Column::<Self>::new("asked_name", "the name that was asked for", |it| {
            Value::Notation((&*it.about.asked_name).into())
        })
        .extra()
        .always(),
        Column::<Self>::new("class", "IN, or CH of questions about the server itself", |it| {
            Value::Text(class_name(it.class))
        })
        .extra()
        .always(),
        Column::<Self>::new("section", "the part of the message that it stands in", |it| {
            it.section.as_str().into()
        })
        .min_width(10)
        .extra()
        .always(),
        Column::<Self>::new(
            "flags",
            "what the header says: qr, aa, tc, rd, ra, ad, cd",
            Self::flags,
        )
        .side()
        .min_width(11)
        .extra()
        .json(Kind::List(&Kind::Text)),
        Column::<Self>::new("rcode", "the response code as a number", |it| {
            it.reply().map(|reply| reply.rcode).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new(
            "ede",
            "why the server answers so (Extended DNS Errors)",
            Self::extended_errors,
        )
        .extra()
        .json(Kind::List(&EXTENDED_ERROR)),
        Column::<Self>::new("nsid", "what the server calls itself (--nsid)", |it| {
            let nsid = it.reply().and_then(|reply| reply.nsid.as_deref());
            nsid.map(Value::from_bytes).into()
        })
        .extra()
        .json(Kind::Bytes),
        Column::<Self>::new("octets", "how long the reply is", |it| {
            it.reply().map(|reply| reply.octets as u64).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new(
            "unicode_name",
            "the name in Unicode, if it is an internationalised one",
            |it| name::to_unicode(&it.name).map(|name| Value::Text(name.into())).into(),
        )
        .extra(),
        Column::<Self>::new("agrees", "whether all servers that were asked say so", |it| {
            it.agrees.into()
        })
        .extra()
        .json(Kind::Bool),
        Column::<Self>::new("step", "the step from the root down (--trace)", |it| {
            it.step.as_ref().map(|step| step.number).into()
        })
        .numeric()
        .extra(),
        Column::<Self>::new("zone", "the zone whose server was asked (--trace)", |it| {
            it.step.as_ref().map(|step| Value::Notation((&*step.zone).into())).into()
        })
        .min_width(12)
        .extra(),
        Column::<Self>::new("server_name", "the name of that server (--trace)", |it| {
            let name = it.step.as_ref().and_then(|step| step.server_name.as_deref());
            name.map(|name| Value::Notation(name.into())).into()
        })
        .min_width(18)
        .extra(),
        Column::<Self>::new("change", "added or removed (--watch)", |it| {
            it.change.map(|(change, _)| change.as_str()).into()
        })
        .min_width(7)
        .toned(|it| match it.change {
            Some((Change::Removed, _)) => Tone::Bad,
            _ => Tone::Good,
        })
        .extra(),
        Column::<Self>::new("time", "when, UTC; in JSON seconds since 1970 (--watch)", |it| {
            it.change.map(|(_, time_s)| time(time_s)).into()
        })
        .key("time_s")
        .json(Kind::Whole)
        .min_width(20)
        .extra(),
        Column::<Self>::new(
            "security",
            "secure, insecure, bogus or indeterminate (--dnssec)",
            |it| it.security.as_ref().map(|finding| finding.state.as_str()).into(),
        )
        .toned(|it| match it.security.as_ref().map(|finding| finding.state) {
            Some(Security::Secure) => Tone::Good,
            Some(Security::Bogus) => Tone::Bad,
            Some(Security::Indeterminate) => Tone::Warn,
            Some(Security::Insecure) | None => Tone::Plain,
        })
        .min_width(8)
        .extra(),
        Column::<Self>::new(
            "security_code",
            "the same as an Extended DNS Error (--dnssec)",
            |it| it.security.as_ref().and_then(|finding| finding.code).into(),
        )
        .numeric()
        .extra(),
        Column::<Self>::new("security_reason", "why it is so (--dnssec)", |it| {
            let reason = it.security.as_ref().map(|finding| &*finding.reason);
            reason.map(|reason| Value::Text(reason.into())).into()
        })
        .extra(),
        Column::<Self>::new("reason", "why there is no record, in words", |it| {
            it.absence.as_deref().map(|reason| Value::Text(reason.into())).into()
        })
        .extra(),
    ];

    /// The data of what was asked for; aliases on the way are not.
    fn short(&self) -> Option<Value<'_>> {
        let data = self.data.as_deref()?;
        let is_there = !matches!(self.change, Some((Change::Removed, _))) && !self.is_bogus();
        (is_there && self.is_asked()).then(|| Value::Notation(data.into()))
    }

    fn exit(&self) -> Exit {
        self.exit
    }

    fn absence(&self) -> Option<String> {
        self.absence.clone()
    }

    fn preface(&self) -> Option<&str> {
        self.preface.as_deref()
    }

    fn change(&self) -> Option<Change> {
        self.change.map(|(change, _)| change)
    }
}
