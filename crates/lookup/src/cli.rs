//! What was asked, and the way from there to rows.

use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use clap::Parser;
use hickory_proto::rr::RecordType;
use output::{Exit, FamilyFlags, Notes, Rows, Tool, View};
use thiserror::Error;

use crate::answer::Detail;
use crate::asking::Asking;
use crate::background::ask_all;
use crate::exchange::Limits;
use crate::name::{ParsedAddress, has_unicode};
use crate::plan::Plan;
use crate::rdata::record_type;
use crate::request::{Request, RequestError, Subject};
use crate::resolve::Source;
use crate::row::Row;
use crate::server::{DNS_PORT, ServerAddress, ServerError};
use crate::system::{Files, SystemConfig, SystemError};

/// Ask the DNS: the addresses of a name, the name of an address, or any other record
///
/// Without @SERVER the system's resolver is used as it is configured: hosts file, servers, search
/// list. With it, only that server is asked. A name is asked for A and AAAA, an address for PTR.
#[derive(Parser, Debug, Clone)]
#[command(name = "lookup")]
pub struct Cli {
    /// Names, addresses, record types (MX, TYPE65) and servers (@127.0.0.1, @[::1]:5353), in any order
    #[arg(value_name = "NAME|ADDRESS|TYPE|@SERVER", required = true)]
    words: Vec<String>,

    /// Ask for this type, also where it could be a name
    #[arg(short = 't', long = "type", value_name = "TYPE", value_parser = record_type)]
    types: Vec<RecordType>,

    #[command(flatten)]
    family: FamilyFlags,

    /// Seconds to wait for an answer, all tries and servers included
    #[arg(short = 'w', long, value_name = "SECONDS", default_value = "5", value_parser = output::seconds)]
    timeout: Duration,

    /// Port of the servers that come without one
    #[arg(short, long, default_value_t = DNS_PORT, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,

    /// Show the whole message, section by section, and who sent it
    #[arg(short, long)]
    verbose: bool,

    /// Read servers and search list from this file, not /etc/resolv.conf
    #[arg(long, value_name = "FILE")]
    resolv_conf: Option<PathBuf>,

    /// Read this hosts file, not /etc/hosts
    #[arg(long, value_name = "FILE")]
    hosts: Option<PathBuf>,

    #[command(flatten)]
    asking: Asking,
}

/// What can go wrong before anything is asked.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct Failure(#[from] FailureKind);

#[derive(Debug, Error)]
enum FailureKind {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error(transparent)]
    System(#[from] SystemError),
}

impl output::Failure for Failure {
    fn exit(&self) -> Exit {
        match self.0 {
            FailureKind::Request(RequestError::Server(ServerError::Interfaces { .. })) => {
                Exit::Unknown
            }
            FailureKind::Request(_) => Exit::Usage,
            FailureKind::Server(_) | FailureKind::System(_) => Exit::Unknown,
        }
    }
}

impl Tool for Cli {
    type Row = Row;
    type Failure = Failure;

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("lookup www.usfca.edu", "its addresses, from the system's resolver"),
        ("lookup -s www.usfca.edu", "the same, bare"),
        ("lookup 127.0.0.1", "the name of an address"),
        ("lookup usfca.edu MX TXT", "other records"),
        ("lookup www.usfca.edu @127.0.0.1:5353", "ask this server and no other"),
        ("lookup -v usfca.edu NS @127.0.0.1", "the whole message, and who sent it"),
        ("lookup --json www.usfca.edu", "for scripts, also why there is no answer"),
    ];

    const EXIT_STATUS: &'static [(Exit, &'static str)] = &[
        (Exit::Yes, "every question has an answer"),
        (Exit::No, "one has none: no such name, or no such record"),
        (Exit::Usage, "the command line makes no sense, or a name cannot be one"),
        (Exit::Unknown, "of one it could not be found out: no reply, or the server failed"),
    ];

    fn view(&self) -> View {
        let columns: &[_] = match (self.verbose, self.words.iter().any(|word| has_unicode(word))) {
            (true, _) => &["section", "name", "class", "type", "ttl_s", "data"],
            (false, true) => &[
                "name",
                "unicode_name",
                "type",
                "ttl_s",
                "server",
                "port",
                "authoritative",
                "data",
            ],
            (false, false) => &[],
        };
        View { columns, ..View::default() }
    }

    fn rows(self, notes: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, Failure> {
        self.ask(notes).map_err(Failure)
    }
}

impl Cli {
    fn ask(self, notes: &Notes) -> Result<impl Rows<Item = Result<Row, Failure>>, FailureKind> {
        let Request { targets, servers } =
            Request::parse(&self.words, &self.types, self.family.family(), self.port)?;
        let system = if servers.is_empty() { Some(self.system()?) } else { None };
        let servers = if let Some(system) = &system {
            system.servers.clone()
        } else {
            let resolved = servers.iter().map(ServerAddress::resolve);
            resolved.collect::<Result<Vec<_>, _>>()?.concat()
        };
        for target in &targets {
            mention_dropped_zone(&target.subject, notes);
        }
        let source = Source { servers, tcp_only: self.asking.tcp, manner: self.asking.manner() };
        let limits = Limits { deadline: self.timeout, ..Limits::default() };
        let detail = if self.verbose { Detail::Message } else { Detail::Answer };
        let mut plan = Plan::new(&targets, system.as_ref(), detail);
        let (sender, landed) = mpsc::channel();
        for known in plan.known.drain(..) {
            // The receiver lives: it is ours.
            let _ = sender.send(known);
        }
        ask_all(std::mem::take(&mut plan.questions), source, limits, sender);
        Ok(output::as_they_come(landed, move |index, arrival| {
            plan.land(index, arrival).into_iter().map(Ok)
        }))
    }

    fn system(&self) -> Result<SystemConfig, SystemError> {
        let files = Files { resolv_conf: self.resolv_conf.clone(), hosts: self.hosts.clone() };
        SystemConfig::read(&files, self.port)
    }
}

fn mention_dropped_zone(subject: &Subject, notes: &Notes) {
    if let Subject::Address(ParsedAddress { address, dropped_zone: Some(zone) }) = subject {
        notes.note(format_args!("asking for {address}: the DNS knows no zones such as '{zone}'"));
    }
}
