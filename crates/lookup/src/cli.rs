//! What was asked, and the way from there to rows.

use std::path::PathBuf;
use std::sync::{Arc, mpsc};
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
use crate::plan::{self, Plan, Whom};
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

    /// Say no (exit code 1) where the servers that are named do not agree; without it they are
    /// compared as well, and what not all of them say is marked
    #[arg(long)]
    compare: bool,

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
        let servers = self.words.iter().filter(|word| word.starts_with('@')).count();
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
            (false, false) if servers > 1 => {
                &["name", "type", "ttl_s", "server", "port", "agrees", "data"]
            }
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
        let whom = self.whom(&servers)?;
        for target in &targets {
            mention_dropped_zone(&target.subject, notes);
        }
        let limits = Limits { deadline: self.timeout, ..Limits::default() };
        let manner = plan::Manner {
            detail: if self.verbose { Detail::Message } else { Detail::Answer },
            is_difference_decisive: self.compare,
        };
        let mut plan = Plan::new(&targets, &whom, manner);
        let (sender, landed) = mpsc::channel();
        for known in plan.known.drain(..) {
            // The receiver lives: it is ours.
            let _ = sender.send(known);
        }
        ask_all(std::mem::take(&mut plan.questions), limits, sender);
        Ok(output::as_they_come(landed, move |index, arrival| {
            plan.land(index, arrival).into_iter().map(Ok)
        }))
    }

    fn whom(&self, servers: &[ServerAddress]) -> Result<Whom, FailureKind> {
        let source = |servers| {
            let (tcp_only, manner) = (self.asking.tcp, self.asking.manner());
            Arc::new(Source { servers, tcp_only, manner })
        };
        if servers.is_empty() {
            let system = self.system()?;
            let source = source(system.servers.clone());
            return Ok(Whom::System(Box::new(system), source));
        }
        let sources = servers.iter().map(|server| Ok(source(server.resolve()?)));
        Ok(Whom::Servers(sources.collect::<Result<_, ServerError>>()?))
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
